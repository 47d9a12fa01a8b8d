-- Lanes: why a request is in a hurry; and the no-regret lane, in which one decision lets money move. What moves so is an advance: the
-- full row of the matrix ratifies it in time, or it is unwound, and then what was paid must come back.

create or replace function pg_temp.also_allow(p_table regclass, p_column text, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum] and pg_get_constraintdef(c.oid) like '%ANY%';
  select string_agg(quote_literal(word), ', ') into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union all select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;
select pg_temp.also_allow('policies', 'subject', 'lanes');
select pg_temp.also_allow('requests', 'status', 'unwound');
select pg_temp.also_allow('proposals', 'kind', 'recovery_write_off');

-- In which phases of a process the faster lanes are open; and of the no-regret lane the ceiling of a process (minor units of the fund's
-- currency), the hours for ratification, and whose decision lets the money move.
insert into policies (fund_id, subject, effective_from, terms)
select f.id, 'lanes', '1990-01-01', jsonb_build_object(
         'crisisPhases', jsonb_build_array(jsonb_build_object('phase', 'before_escalation'), jsonb_build_object('phase', 'after_violence')),
         'noRegret', jsonb_build_object(
           'ceiling', '2' || repeat('0', 4 + c.minor_unit), 'ratificationHours', 72,
           'steps', jsonb_build_array(jsonb_build_object('step', 1, 'role', 'fund_manager', 'quorum', 1))))
  from funds f join currencies c on c.code = f.currency;

alter table requests add column lane_reason text not null default '' check (length(lane_reason) <= 1000);
grant update (lane_reason) on requests to wasata_service;
create trigger lane_reason_is_fixed before update of lane_reason on requests for each row
  when (old.lane_reason <> new.lane_reason and old.status not in ('draft', 'returned')) execute function lane_is_fixed();

-- Steps that ratify come after those that let the money move.
alter table approval_steps add column ratifies boolean not null default false;

-- What was asked for in the no-regret lane, by the rules in force when it was submitted.
create table no_regret_advances (
  request_id          id not null,
  fund_id             id not null,
  round               int not null,
  process_id          id not null,
  amount              bigint not null check (amount > 0),
  ceiling             bigint not null check (ceiling >= 0),
  ratification_hours  int not null check (ratification_hours > 0),
  lanes_from          date not null,             -- the version of the rules
  act_id              id not null references acts deferrable initially deferred,
  primary key (request_id, round),
  unique (fund_id, request_id, round),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (request_id, round) references submissions (request_id, round),
  foreign key (fund_id, process_id) references processes (fund_id, id)
);
create index no_regret_advances_by_process on no_regret_advances (process_id);

-- One decision has let the money move; from then on the time for ratification runs.
create table advance_activations (
  request_id    id primary key,
  fund_id       id not null,
  round         int not null,
  decision_id   id not null references decisions,
  activated_at  timestamptz not null,
  ratify_by     timestamptz not null,            -- set below: so many hours later, whatever the clocks on walls do
  act_id        id not null references acts deferrable initially deferred,
  unique (fund_id, request_id, ratify_by),
  foreign key (fund_id, request_id, round) references no_regret_advances (fund_id, request_id, round)
);
create index advance_activations_by_end on advance_activations (ratify_by, request_id);

-- How it ended, once and for good: the key says so. Nobody ratifies after the time, and nobody unwinds for lateness before it is over.
create table advance_endings (
  request_id  id primary key,
  fund_id     id not null,
  outcome     text not null check (outcome in ('ratified', 'unwound')),
  cause       text not null check (cause in ('approved', 'rejected', 'overdue')),
  ratify_by   timestamptz not null,
  ended_at    timestamptz not null,
  reason      text not null default '',
  act_id      id not null references acts deferrable initially deferred,
  unique (request_id, outcome),
  foreign key (fund_id, request_id, ratify_by) references advance_activations (fund_id, request_id, ratify_by),
  check ((outcome = 'ratified') = (cause = 'approved')),
  constraint ratified_in_time check (outcome <> 'ratified' or ended_at <= ratify_by),
  constraint unwound_when_overdue check (cause <> 'overdue' or ended_at > ratify_by)
);

-- What one signature has let move and the full row has not passed yet, or may still let move: it counts against the ceiling of its
-- process. What was refused, taken back or has lapsed moves nothing; what is ratified has all its signatures; what is unwound has come
-- back or is a debt of the payee.
create view open_advances as
  select a.fund_id, a.process_id, a.request_id, a.amount
    from no_regret_advances a join requests r on r.id = a.request_id and r.round = a.round
   where r.status in ('submitted', 'returned', 'active') and not exists (select from advance_endings e where e.request_id = a.request_id);

-- The ceiling of a process over all its requests. Lock, then look: the sum is read by a statement of its own, after the wait.
create function no_regret_within_ceiling() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.process_id, 3));
  if new.amount > new.ceiling - (select coalesce(sum(o.amount), 0) from open_advances o
                                  where o.process_id = new.process_id and o.request_id <> new.request_id) then
    raise exception 'process % has less left than % under its ceiling', new.process_id, new.amount
      using errcode = 'check_violation', constraint = 'no_regret_ceiling';
  end if;
  if not exists (select from submissions s join requests r on r.id = s.request_id
                  where s.request_id = new.request_id and s.round = new.round and s.amount = new.amount
                    and r.process_id = new.process_id and r.lane = 'no_regret') then
    raise exception 'advance of request % is not what was submitted', new.request_id
      using errcode = 'check_violation', constraint = 'advance_as_submitted';
  end if;
  return new;
end $$;
create trigger no_regret_within_ceiling before insert on no_regret_advances for each row execute function no_regret_within_ceiling();

create function no_regret_is_counted() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from no_regret_advances a where a.request_id = new.id and a.round = new.round) then
    raise exception 'request % is in the no-regret lane and not counted under its ceiling', new.id
      using errcode = 'check_violation', constraint = 'no_regret_is_counted';
  end if;
  return null;
end $$;
create constraint trigger no_regret_is_counted after update of status, round on requests deferrable initially deferred for each row
  when (new.lane = 'no_regret' and new.status not in ('draft', 'withdrawn')) execute function no_regret_is_counted();

-- How many of these steps of what was submitted have not their quorum of decisions that count.
create function steps_without_quorum(p_request text, p_ratifies boolean[]) returns bigint language sql stable set search_path = public, pg_temp as $$
  select count(*)
    from requests r join approval_steps s on s.request_id = r.id and s.round = r.round
   where r.id = p_request and s.ratifies = any (p_ratifies)
     and s.quorum > (select count(distinct c.decided_by) from decisions_that_count(s.request_id, s.round) c
                      where c.step = s.step and c.role = s.role and c.verdict = 'approve')
$$;

-- Money moves in the no-regret lane after the steps that let it; everything else passes every step first.
drop trigger approved_at_every_step on requests;
create trigger approved_at_every_step before update of status on requests for each row
  when (old.status = 'submitted' and new.status not in ('submitted', 'returned', 'rejected', 'withdrawn', 'expired')
        and not (new.lane = 'no_regret' and new.status = 'active'))
  execute function approved_at_every_step();

-- One decision lets the money of an advance move, so none of an earlier round does.
create function advance_keeps_nothing() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from requests r where r.id = new.request_id and r.lane = 'no_regret') then
    raise exception 'request % is in the no-regret lane and keeps no decisions', new.request_id
      using errcode = 'check_violation', constraint = 'advance_keeps_nothing';
  end if;
  return new;
end $$;
create trigger advance_keeps_nothing before insert on kept_decisions for each row execute function advance_keeps_nothing();

create function advance_is_activated() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  new.ratify_by := new.activated_at + make_interval(hours => (select a.ratification_hours from no_regret_advances a
                                                               where a.request_id = new.request_id and a.round = new.round));
  if not exists (select from decisions d join approval_steps s using (request_id, round, step, role)
                  where d.id = new.decision_id and d.request_id = new.request_id and d.round = new.round and d.verdict = 'approve'
                    and not s.ratifies and d.decided_at = new.activated_at)
     or not exists (select from approval_steps s where s.request_id = new.request_id and s.round = new.round and s.ratifies)
     or steps_without_quorum(new.request_id, '{f}') > 0 then
    raise exception 'nobody has let the advance of request % move', new.request_id
      using errcode = 'check_violation', constraint = 'advance_is_activated';
  end if;
  return new;
end $$;
create trigger advance_is_activated before insert on advance_activations for each row execute function advance_is_activated();

create function advance_is_ratified() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if steps_without_quorum(new.request_id, '{f,t}') > 0 then
    raise exception 'the advance of request % is not approved at every step', new.request_id
      using errcode = 'check_violation', constraint = 'advance_is_ratified';
  end if;
  return new;
end $$;
create trigger advance_is_ratified before insert on advance_endings for each row when (new.outcome = 'ratified') execute function advance_is_ratified();

-- The status says what the rows say: when the transaction ends, an active advance was activated, and an unwound one is and stays unwound.
create function advance_is_as_its_rows() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if new.status = 'active' and not exists (select from advance_activations a where a.request_id = new.id and a.round = new.round)
     or (new.status = 'unwound') <> exists (select from advance_endings e where e.request_id = new.id and e.outcome = 'unwound') then
    raise exception 'request % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'advance_is_as_its_rows';
  end if;
  return null;
end $$;
create constraint trigger advance_is_as_its_rows after update of status on requests deferrable initially deferred for each row
  when (new.lane = 'no_regret' or new.status = 'unwound') execute function advance_is_as_its_rows();
create function unwound_status_follows() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from requests r where r.id = new.request_id and r.status = 'unwound') then
    raise exception 'request % was unwound and does not say so', new.request_id using errcode = 'check_violation', constraint = 'advance_is_as_its_rows';
  end if;
  return null;
end $$;
create constraint trigger unwound_status_follows after insert on advance_endings deferrable initially deferred for each row
  when (new.outcome = 'unwound') execute function unwound_status_follows();

-- After its time an advance is decided on no more, and no more of it is certified or released, whether or not it has been unwound yet.
create function advance_in_time() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_at timestamptz := (to_jsonb(new) ->> tg_argv[0])::timestamptz;
begin
  if exists (select from advance_activations a left join advance_endings e on e.request_id = a.request_id
              where a.request_id = new.request_id and (e.outcome = 'unwound' or e.outcome is null and v_at > a.ratify_by)) then
    raise exception 'the advance of request % is past its time', new.request_id using errcode = 'check_violation', constraint = 'advance_in_time';
  end if;
  return new;
end $$;
create trigger advance_in_time before insert on decisions for each row execute function advance_in_time('decided_at');
create trigger advance_in_time before insert on payments for each row execute function advance_in_time('certified_at');
create trigger advance_in_time before insert on releases for each row execute function advance_in_time('released_at');

-- What was paid of an unwound request and must come back from its payee, payment by payment, in the fund's currency.
create table recoverables (
  payment_id  id primary key,
  request_id  id not null,
  fund_id     id not null,
  outcome     text not null default 'unwound' check (outcome = 'unwound'),
  amount      bigint not null check (amount > 0),
  due_from    date not null,
  act_id      id not null references acts deferrable initially deferred,
  foreign key (payment_id, request_id) references payments (id, request_id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (request_id, outcome) references advance_endings (request_id, outcome)
);
create index recoverables_by_request on recoverables (request_id);
create index recoverables_by_fund on recoverables (fund_id, payment_id);

create function recoverable_was_paid() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from payments p where p.id = new.payment_id and p.status = 'settled' and p.amount = new.amount) then
    raise exception 'payment % was not paid', new.payment_id using errcode = 'check_violation', constraint = 'recoverable_was_paid';
  end if;
  return new;
end $$;
create trigger recoverable_was_paid before insert on recoverables for each row execute function recoverable_was_paid();

-- Money that came back from the payee. What it settles is what it is worth, never what somebody says.
create table recoveries (
  id               id primary key,
  fund_id          id not null,
  request_id       id not null,
  bank_account_id  id not null,
  received_on      date not null,
  received         bigint not null check (received > 0),      -- as the bank booked it, in the account's currency
  functional       bigint not null check (functional > 0),
  reference        text not null check (length(reference) between 1 and 140),
  recorded_by      id not null,
  duty             text not null default 'reconciler' check (duty = 'reconciler'),
  act_id           id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id),
  constraint recovery_recorded_already unique (bank_account_id, received_on, reference),
  constraint one_duty_each foreign key (request_id, recorded_by, duty) references duties (request_id, person_id, duty)
);
create index recoveries_by_request on recoveries (request_id);

alter table proposals add column request_id id,
  add foreign key (fund_id, request_id) references requests (fund_id, id),
  add constraint recovery_of_a_request check (kind <> 'recovery_write_off' or request_id is not null);
create index proposals_by_request on proposals (request_id) where request_id is not null;

-- What will not come back, given up by two people with the authority for its size.
create table recovery_write_offs (
  id              id primary key,
  fund_id         id not null,
  request_id      id not null,
  amount          bigint not null check (amount > 0),
  written_off_on  date not null,
  reason          text not null check (length(reason) between 1 and 1000),
  proposal_id     id not null,
  verdict         text not null default 'approve' check (verdict = 'approve'),
  act_id          id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  unique (proposal_id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict)
);
create index recovery_write_offs_by_request on recovery_write_offs (request_id);

create view recovery_standings as
  select d.fund_id, d.request_id, d.due, coalesce(r.received, 0)::bigint as received, coalesce(w.given_up, 0)::bigint as given_up,
         (d.due - coalesce(r.received, 0) - coalesce(w.given_up, 0))::bigint as outstanding
    from (select fund_id, request_id, sum(amount)::bigint as due from recoverables group by fund_id, request_id) d
    left join (select request_id, sum(functional) as received from recoveries group by request_id) r using (request_id)
    left join (select request_id, sum(amount) as given_up from recovery_write_offs group by request_id) w using (request_id);

-- Never more comes back or is given up than is due.
create function recovered_within_due() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if (select coalesce(min(s.outstanding), -1) from recovery_standings s where s.request_id = new.request_id) < 0 then
    raise exception 'more of request % is recovered than is due', new.request_id using errcode = 'check_violation', constraint = 'recovered_within_due';
  end if;
  return null;
end $$;
create trigger recovered_within_due after insert on recoveries for each row execute function recovered_within_due();
create trigger recovered_within_due after insert on recovery_write_offs for each row execute function recovered_within_due();

do $$
declare
  history text;
begin
  foreach history in array array['no_regret_advances', 'advance_activations', 'advance_endings', 'recoverables', 'recoveries', 'recovery_write_offs'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select on open_advances, recovery_standings to wasata_service;
revoke all on function steps_without_quorum from public;
grant execute on function steps_without_quorum to wasata_service;

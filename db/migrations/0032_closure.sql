-- What is left of a request when it is over: money that comes back, losses that are given up, findings, lessons, and its closing.

create or replace function pg_temp.rewritten(p_function regprocedure, p_was text, p_is text) returns void language plpgsql as $$
declare
  v_now text := pg_get_functiondef(p_function);
begin
  if position(p_was in v_now) = 0 then raise exception '% does not say %', p_function, p_was; end if;
  execute replace(v_now, p_was, p_is);
end $$;

-- Recoveries are one thing, whatever made money come back: a payment of an unwound request, or what a payee has not spent.
alter table recoverables add column id id;
alter table recoverables disable trigger user;
update recoverables set id = 'rcb_' || substr(payment_id, 5);
alter table recoverables enable trigger user;
alter table recoverables
  drop constraint recoverables_pkey,
  add primary key (id),
  alter column payment_id drop not null,
  alter column outcome drop not null,
  alter column outcome drop default,
  drop constraint recoverables_amount_check,
  add column category text check (category in ('grants', 'experts', 'travel', 'venue', 'interpretation', 'security')),
  add column reason text not null default '' check (length(reason) <= 1000),
  add column identified_by id references people,
  add column takes_back id,
  add column correction_id id,
  add unique (fund_id, id),
  add constraint recoverable_once unique (payment_id),
  add constraint recoverables_amount_check check (takes_back is not null or amount > 0),
  add constraint recoverable_says_why check (
    payment_id is not null and outcome is not null and category is null and identified_by is null
    or payment_id is null and outcome is null and category is not null and identified_by is not null and reason <> '');
drop trigger recoverable_was_paid on recoverables;
create trigger recoverable_was_paid before insert on recoverables for each row when (new.payment_id is not null) execute function recoverable_was_paid();

-- Money that came back, as one took it: what was owed still, or what nobody waited for any more. The day on which it stands in the books is
-- another where its month was closed.
alter table recoveries
  drop constraint recoveries_received_check,
  drop constraint recoveries_functional_check,
  drop constraint recovery_recorded_already,
  add column late boolean not null default false,
  add column takes_back id,
  add column correction_id id,
  add constraint recoveries_received_check check (takes_back is not null or received > 0),
  add constraint recoveries_functional_check check (takes_back is not null or functional > 0);
create index recoveries_by_statement on recoveries (bank_account_id, received_on, reference);

create function recovery_recorded_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.bank_account_id || new.reference, 5));
  if exists (select from recoveries v
              where v.bank_account_id = new.bank_account_id and v.received_on = new.received_on and v.reference = new.reference
                and v.takes_back is null and not exists (select from recoveries b where b.takes_back = v.id)) then
    raise exception 'recovery % is recorded already', new.reference using errcode = 'unique_violation', constraint = 'recovery_recorded_already';
  end if;
  return new;
end $$;
create trigger recovery_recorded_once before insert on recoveries for each row when (new.takes_back is null) execute function recovery_recorded_once();

-- Counter-rows, as of receipts: exactly the opposite, once, and only by a correction that a second person has confirmed.
do $$
declare
  counted text;
begin
  foreach counted in array array['recoverables', 'recoveries'] loop
    execute format('alter table %I add foreign key (fund_id, takes_back) references %I (fund_id, id)', counted, counted);
    execute format('alter table %I add constraint counter_row_of_correction check (takes_back is null or correction_id is not null)', counted);
    execute format('create unique index %I on %I (takes_back) where takes_back is not null', counted || '_taken_back_once', counted);
    execute format($f$create constraint trigger by_confirmed_correction after insert on %I deferrable initially deferred
      for each row when (new.correction_id is not null) execute function by_confirmed_correction()$f$, counted);
  end loop;
end $$;
create trigger takes_back_exactly after insert on recoverables for each row when (new.takes_back is not null) execute function takes_back_exactly('amount');
create trigger takes_back_exactly after insert on recoveries for each row when (new.takes_back is not null)
  execute function takes_back_exactly('received', 'functional');

create or replace view recovery_standings as
  select d.fund_id, d.request_id, d.due, coalesce(r.received, 0)::bigint as received, coalesce(w.given_up, 0)::bigint as given_up,
         (d.due - coalesce(r.received, 0) - coalesce(w.given_up, 0))::bigint as outstanding, coalesce(r.late, 0)::bigint as late
    from (select fund_id, request_id, sum(amount)::bigint as due
            from (select fund_id, request_id, amount from recoverables
                  union all
                  select fund_id, request_id, functional from line_reviews where verdict = 'ineligible') owed
           group by fund_id, request_id having sum(amount) <> 0) d
    left join (select request_id, sum(functional) filter (where not late) as received, sum(functional) filter (where late) as late
                 from recoveries group by request_id) r using (request_id)
    left join (select request_id, sum(amount) as given_up from recovery_write_offs group by request_id) w using (request_id);

-- Never more comes back or is given up than is due, whichever row comes last.
create or replace function recovered_within_due() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if coalesce((select s.outstanding from recovery_standings s where s.request_id = new.request_id),
              -(select coalesce(sum(v.functional), 0) from recoveries v where v.request_id = new.request_id and not v.late)
              - (select coalesce(sum(w.amount), 0) from recovery_write_offs w where w.request_id = new.request_id)) < 0 then
    raise exception 'more of request % is recovered than is due', new.request_id using errcode = 'check_violation', constraint = 'recovered_within_due';
  end if;
  return null;
end $$;
create trigger recovered_within_due after insert on recoverables for each row execute function recovered_within_due();
create constraint trigger recovered_within_due after insert on line_reviews deferrable initially deferred for each row when (new.verdict = 'ineligible') execute function recovered_within_due();

-- What was paid in a category and is not accounted for in any other way: the most that can be unspent of it.
create function unaccounted(p_request text, p_category text) returns bigint language sql stable set search_path = public, pg_temp as $$
  select (coalesce((select sum(p.amount) from payments p where p.request_id = p_request and p.category = p_category and p.status = 'settled'), 0)
        - coalesce((select sum(d.amount) from recoverables d where d.request_id = p_request and d.category = p_category), 0)
        - coalesce((select sum(v.functional) from line_reviews v join report_lines l on l.id = v.line_id
                     where v.request_id = p_request and l.category = p_category), 0))::bigint
$$;
select pg_temp.rewritten('reviewed_within_bounds()',
  $was$(select coalesce(sum(p.amount), 0) from payments p
                        where p.request_id = new.request_id and p.category = v_line.category and p.status = 'settled')
                    - (select coalesce(sum(v.functional), 0) from line_reviews v join report_lines l on l.id = v.line_id
                        where v.request_id = new.request_id and l.category = v_line.category)$was$,
  'unaccounted(new.request_id, v_line.category)');
create function unspent_within_paid() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if unaccounted(new.request_id, new.category) < 0
     or not exists (select from requests r where r.id = new.request_id and r.status in ('active', 'reporting')) then
    raise exception 'more of request % is unspent than was paid', new.request_id using errcode = 'check_violation', constraint = 'unspent_within_paid';
  end if;
  return null;
end $$;
create trigger unspent_within_paid after insert on recoverables for each row when (new.category is not null and new.takes_back is null)
  execute function unspent_within_paid();

-- What an auditor or controller has found, who must act on it and until when. Whoever must act answers, and never ends it.
create table findings (
  id           id primary key,
  fund_id      id not null,
  request_id   id not null,
  what         text not null check (length(what) between 1 and 4000),
  severity     text not null check (severity in ('low', 'medium', 'high')),
  must_act     id not null references people,
  due_on       date not null,
  recorded_by  id not null,
  recorded_as  text not null check (recorded_as in ('auditor', 'controller')),
  person_kind  text not null,
  recorded_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  unique (id, must_act),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (recorded_by, person_kind) references people (id, kind),
  constraint service_account_decides_nothing check (person_kind = 'person'),
  constraint finding_of_two_people check (must_act <> recorded_by)
);
create index findings_by_request on findings (request_id);
create index findings_by_fund on findings (fund_id, id);

create table finding_answers (
  id           id primary key,
  fund_id      id not null,
  finding_id   id not null,
  answered_by  id not null,
  answer       text not null check (length(answer) between 1 and 4000),
  answered_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  unique (finding_id, id),
  foreign key (fund_id, finding_id) references findings (fund_id, id),
  foreign key (finding_id, answered_by) references findings (id, must_act)
);

-- Settled by an answer that is good enough, or withdrawn because there was nothing to it.
create table finding_endings (
  finding_id   id primary key,
  fund_id      id not null,
  outcome      text not null check (outcome in ('settled', 'withdrawn')),
  answer_id    id,
  must_act     id not null,
  ended_by     id not null,
  person_kind  text not null,
  note         text not null check (length(note) between 1 and 2000),
  ended_at     timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  foreign key (fund_id, finding_id) references findings (fund_id, id),
  foreign key (finding_id, must_act) references findings (id, must_act),
  foreign key (finding_id, answer_id) references finding_answers (finding_id, id),
  foreign key (ended_by, person_kind) references people (id, kind),
  constraint service_account_decides_nothing check (person_kind = 'person'),
  constraint finding_ended_by_another check (ended_by <> must_act),
  constraint finding_settled_by_answer check ((outcome = 'settled') = (answer_id is not null))
);
create function answered_while_open() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.finding_id, 6));
  if exists (select from finding_endings e where e.finding_id = new.finding_id) then
    raise exception 'finding % has ended', new.finding_id using errcode = 'check_violation', constraint = 'finding_has_ended';
  end if;
  return new;
end $$;
create trigger answered_while_open before insert on finding_answers for each row execute function answered_while_open();

-- What a request taught: what was planned, what happened, and what to do again or differently. Who may know of the process may read it.
create table lessons (
  id          id primary key,
  fund_id     id not null,
  request_id  id not null,
  process_id  id not null,
  phase       text not null,            -- of the process when it was written
  title       text not null check (length(title) between 1 and 300),
  planned     text not null check (length(planned) between 1 and 4000),
  happened    text not null check (length(happened) between 1 and 4000),
  verdict     text not null check (verdict in ('again', 'differently')),
  advice      text not null check (length(advice) between 1 and 4000),
  themes      text[] not null default '{}' check (themes <@ array['power_sharing', 'natural_resources', 'constitution_making', 'ceasefire_and_security', 'gender_and_inclusion']),
  written_by  id not null references people,
  written_at  timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (fund_id, process_id) references processes (fund_id, id)
);
create index lessons_by_request on lessons (request_id);
create index lessons_by_fund on lessons (fund_id, id);
create index lessons_by_words on lessons using gin (to_tsvector('simple', title || ' ' || planned || ' ' || happened || ' ' || advice));

-- Whether money that was given and not spent goes back to the donor, by the agreement.
alter table agreements add column unspent text not null default 'stay' constraint agreement_unspent check (unspent in ('stay', 'return'));

-- The closing of a request, once and for good.
create table closures (
  request_id  id primary key,
  fund_id     id not null,
  closed_by   id not null,
  duty        text not null default 'approver' check (duty = 'approver'),
  closed_at   timestamptz not null,
  note        text not null default '' check (length(note) <= 2000),
  figures     jsonb not null,           -- what it came to, as it was told when it was closed
  act_id      id not null references acts deferrable initially deferred,
  unique (fund_id, request_id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  constraint one_duty_each foreign key (request_id, closed_by, duty) references duties (request_id, person_id, duty)
);
-- All that stands in the way of closing a request, each with how many or how much (minor units of the fund's currency).
create function closing_points(p_request text) returns table (point text, items bigint, amount bigint)
  language sql stable set search_path = public, pg_temp as $$
  with held as (
    select coalesce(a.stage, split_part(a.address, ':', 2)) as place, a.address like '%:recoverable:%' as owed, p.functional
      from accounts a join postings p on p.account_id = a.id
     where a.request_id = p_request and a.address !~ '^expense:'),
  sums as (
    select sum(functional) filter (where place in ('reserved', 'committed')) as committed,
           sum(functional) filter (where place = 'disbursed' and not owed) as disbursed,
           sum(functional) filter (where place = 'advances') as advances,
           -sum(functional) filter (where place = 'payable') as payable,
           sum(functional) filter (where place = 'partner-refunds') as refunds
      from held)
  select * from (
    select 'ratification', count(*), null::bigint from advance_activations v
     where v.request_id = p_request and not exists (select from advance_endings e where e.request_id = v.request_id)
    union all
    select 'suspended', count(*), null from pauses u where u.request_id = p_request and u.suspends and u.ended_at is null
    union all
    select 'payments', count(*), coalesce(sum(p.amount), 0)::bigint from payments p
     where p.request_id = p_request and p.status not in ('settled', 'cancelled')
    union all
    select 'committed', (committed <> 0)::int, committed::bigint from sums
    union all
    select 'payable', (payable <> 0)::int, payable::bigint from sums
    union all
    select 'advances', (advances <> 0)::int, advances::bigint from sums
    union all
    -- Where all that was paid must come back there is nothing to report.
    select 'reports', count(*), null from report_dues d
     where d.request_id = p_request
       and not exists (select from expenditure_reports x where x.request_id = d.request_id and x.due >= d.number and x.status = 'accepted')
       and coalesce((select sum(p.amount) from payments p where p.request_id = p_request and p.status = 'settled'), 0)
         > coalesce((select sum(u.amount) from recoverables u where u.request_id = p_request), 0)
    union all
    select 'disbursed', (disbursed <> 0)::int, disbursed::bigint from sums
    union all
    select 'recoveries', (refunds <> 0)::int, refunds::bigint from sums
    union all
    select 'findings', count(*), null from findings f
     where f.request_id = p_request and not exists (select from finding_endings e where e.finding_id = f.id)
    union all
    select 'lesson', 1 - count(*), null from (select from lessons l where l.request_id = p_request limit 1) l
  ) as points (point, items, amount)
  where items > 0
$$;

create function closed_request_stays() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.status = 'closed' and new is distinct from old then
    raise exception 'request % is closed', old.id using errcode = 'check_violation', constraint = 'closed_request_is_final';
  end if;
  if new.status = 'closed' and old.status not in ('active', 'reporting', 'closed') then
    raise exception 'request % is %, and cannot be closed', old.id, old.status using errcode = 'check_violation', constraint = 'closed_after_paying';
  end if;
  return new;
end $$;
create trigger closed_request_stays before update on requests for each row execute function closed_request_stays();

-- When the transaction ends a closed request has its closing, and nothing stands in its way.
create function closed_with_nothing_left() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_left text := (select string_agg(p.point, ', ') from closing_points(coalesce(to_jsonb(new) ->> 'request_id', to_jsonb(new) ->> 'id')) p);
begin
  if v_left is not null
     or not exists (select from closures c join requests r on r.id = c.request_id
                     where c.request_id = coalesce(to_jsonb(new) ->> 'request_id', to_jsonb(new) ->> 'id') and r.status = 'closed') then
    raise exception 'a request is not ready to be closed: %', v_left using errcode = 'check_violation', constraint = 'closed_with_nothing_left';
  end if;
  return null;
end $$;
create constraint trigger closed_with_nothing_left after update of status on requests deferrable initially deferred for each row
  when (new.status = 'closed') execute function closed_with_nothing_left();
create constraint trigger closed_with_nothing_left after insert on closures deferrable initially deferred for each row
  execute function closed_with_nothing_left();

-- The accounts of a closed request stand still: what they hold may not rise, and may not fall but for what was accounted for, of which some
-- may come back late. Costs are not among them, for they are carried to the net assets when the year is closed.
alter table balances add column ceiling bigint, add constraint closed_accounts_stand_still check (amount <= ceiling);
create function accounts_stand_still() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into balances (fund_id, account_id, amount, functional)
  select a.fund_id, a.id, sum(p.amount), sum(p.functional)
    from accounts a join postings p on p.account_id = a.id
   where a.request_id = new.request_id and a.address !~ '^expense:' and not exists (select from balances b where b.account_id = a.id)
   group by a.fund_id, a.id;
  update balances b
     set ceiling = b.amount, floor = case a.stage when 'reported' then 0 else b.amount end
    from accounts a
   where a.id = b.account_id and a.request_id = new.request_id and a.address !~ '^expense:';
  return null;
end $$;
revoke execute on function accounts_stand_still() from public;
create trigger accounts_stand_still after insert on closures for each row execute function accounts_stand_still();

create function account_of_open_request() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from requests r where r.id = new.request_id and r.status = 'closed') then
    raise exception 'request % is closed', new.request_id using errcode = 'check_violation', constraint = 'closed_request_is_final';
  end if;
  return null;
end $$;
create trigger account_of_open_request after insert on accounts for each row
  when (new.request_id is not null and new.address !~ '^expense:') execute function account_of_open_request();

-- Nothing is decided, paid, reported, lowered or given up of a request that is closed. Whoever closes it at the same time is waited for.
create function closed_request_is_final() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform from requests r where r.id = new.request_id and r.status = 'closed' for share;
  if found then
    raise exception 'request % is closed', new.request_id using errcode = 'check_violation', constraint = 'closed_request_is_final';
  end if;
  return new;
end $$;
do $$
declare
  moving text;
begin
  foreach moving in array array['decisions', 'payments', 'releases', 'settlements', 'payment_returns', 'obligation_reductions', 'recoverables',
                                'recovery_write_offs', 'tranche_releases', 'early_starts', 'expenditure_reports', 'report_submissions',
                                'line_reviews'] loop
    execute format('create trigger closed_request_is_final before insert on %I for each row execute function closed_request_is_final()', moving);
  end loop;
end $$;
create trigger closed_request_changes_no_payment before update on payments for each row execute function closed_request_is_final();
create trigger closed_request_is_final before insert on recoveries for each row when (not new.late) execute function closed_request_is_final();

-- What comes when nobody waits for it any more: of what was given up while the request is open, and of all that it has spent once it is
-- closed, which the floor of its accounts sees to.
create function late_recovery_is_late() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if not exists (select from requests r left join recovery_standings s on s.request_id = r.id
                  where r.id = new.request_id and (r.status = 'closed' or (s.outstanding = 0 and s.late between 0 and s.given_up))) then
    raise exception 'request % still waits for its money, or never did', new.request_id using errcode = 'check_violation', constraint = 'late_recovery_is_late';
  end if;
  return null;
end $$;
create trigger late_recovery_is_late after insert on recoveries for each row when (new.late) execute function late_recovery_is_late();

do $$
declare
  history text;
begin
  foreach history in array array['findings', 'finding_answers', 'finding_endings', 'lessons', 'closures'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select on recovery_standings to wasata_service;
revoke all on function unaccounted, closing_points from public;
grant execute on function unaccounted, closing_points to wasata_service;

-- The clock of a request: how urgent it is, how long each of its steps may take and took, what stopped it, and what was late.

-- How fast it is wanted. The third lane has rules of its own, so nobody chooses it in an ordinary draft.
alter table requests add column lane text not null default 'standard' check (lane in ('standard', 'rapid', 'no_regret'));
create function lane_is_fixed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception 'request % is %: its lane is fixed', old.id, old.status using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
end $$;
create trigger lane_is_fixed before update of lane on requests for each row
  when (old.lane <> new.lane and old.status not in ('draft', 'returned')) execute function lane_is_fixed();
grant update (lane) on requests to wasata_service;

-- How long each step may take, by lane and amount, at which percentile that is judged, and for which reasons a clock may be stopped and by whom.
do $$
declare
  subjects text;
begin
  select pg_get_expr(conbin, conrelid) into subjects from pg_constraint where conrelid = 'policies'::regclass and conname = 'policies_subject_check';
  execute 'alter table policies drop constraint policies_subject_check';
  execute format('alter table policies add constraint policies_subject_check check (%s or subject = %L)', subjects, 'clock');
end $$;
insert into policies (fund_id, subject, effective_from, terms)
select f.id, 'clock', '1990-01-01', jsonb_build_object(
    'targets', jsonb_build_object('standard', ordinary.rows, 'rapid', ordinary.rows, 'no_regret', jsonb_build_array(
      jsonb_build_object('upTo', null, 'decision', 120, 'certification', 60, 'release', 60, 'settlement', 1440))),
    'percentiles', '{"decision": 95, "advance": 100, "credited": 90}'::jsonb,
    'pauses', '[{"reason": "information", "roles": [{"role": "certifying_officer"}, {"role": "fund_manager"}, {"role": "director"},
                   {"role": "head_of_department"}, {"role": "treasurer"}, {"role": "bank_signatory"}, {"role": "compliance_officer"}]},
                {"reason": "funds", "roles": [{"role": "fund_manager"}, {"role": "director"}, {"role": "treasurer"}, {"role": "controller"}]},
                {"reason": "screening", "suspends": true, "roles": [{"role": "compliance_officer"}]},
                {"reason": "fraud", "suspends": true, "roles": [{"role": "compliance_officer"}, {"role": "director"}, {"role": "head_of_department"}]}]'::jsonb)
  from funds f
  join currencies c on c.code = f.currency
 cross join lateral (select jsonb_build_array(
      jsonb_build_object('upTo', '5' || repeat('0', 4 + c.minor_unit), 'decision', 1440, 'certification', 720, 'release', 720, 'settlement', 1440),
      jsonb_build_object('upTo', null, 'decision', 2880, 'certification', 360, 'release', 360, 'settlement', 720)) as rows) ordinary;

-- Targets as they were in force when the request was submitted. A step is `approval_1`, `approval_2` … (steps of the matrix with one
-- number are taken side by side, so they share one clock), then `certification`, `release` and `settlement`.
create domain clock_step as text collate "C" check (value ~ '^(approval_[1-9][0-9]?|certification|release|settlement)$');
create table step_targets (
  fund_id     id not null,
  request_id  id not null,
  round       int not null,
  step        clock_step not null,
  minutes     int not null check (minutes > 0),
  primary key (request_id, round, step),
  foreign key (request_id, round) references submissions (request_id, round),
  foreign key (fund_id, request_id) references requests (fund_id, id)
);

-- When the money moved, and when it moved back: the days of the statements have no hour.
alter table settlements add column settled_at timestamptz;
alter table payment_returns add column returned_at timestamptz;
alter table payment_cancellations add column cancelled_at timestamptz;
alter table obligation_reductions add column reduced_at timestamptz;

-- When a clock was stopped and why. It belongs to the step it was begun in and ends with it at the latest.
create extension if not exists btree_gist;
create table pauses (
  id             id primary key,
  fund_id        id not null,
  request_id     id not null,
  step           clock_step not null,
  reason         text not null check (reason ~ '^[a-z][a-z_]{0,39}$'),
  suspends       boolean not null,             -- nothing is decided, certified or released meanwhile
  note           text not null default '' check (length(note) <= 2000),
  begun_by       id not null references people,
  begun_as       text not null,                -- the role in which
  begun_at       timestamptz not null,
  act_id         id not null references acts deferrable initially deferred,
  ended_by       id references people,         -- null: by what ended the step
  ended_at       timestamptz,
  ending_act_id  id references acts deferrable initially deferred,
  foreign key (fund_id, request_id) references requests (fund_id, id),
  constraint pause_ends_after_it_began check (ended_at >= begun_at),
  check ((ended_at is null) = (ending_act_id is null)),
  check (ended_by is null or ended_at is not null),
  constraint pauses_do_not_overlap exclude using gist (request_id with =, tstzrange(begun_at, ended_at) with &&)
);
create index pauses_by_request on pauses (request_id, begun_at);

-- Who was reminded of what, and which step took longer than it should: once for each step.
create table clock_notices (
  fund_id         id not null,
  request_id      id not null,
  round           int not null,
  step            clock_step not null,
  kind            text not null check (kind in ('reminder', 'breach')),
  target_minutes  int not null,
  elapsed_ms      bigint not null,             -- on the clock of the step when it was noticed
  noticed_at      timestamptz not null,
  constraint noticed_once primary key (request_id, round, step, kind),
  foreign key (request_id, round, step) references step_targets (request_id, round, step),
  foreign key (fund_id, request_id) references requests (fund_id, id)
);
create index clock_notices_by_fund on clock_notices (fund_id, noticed_at);

-- Elapsed time in whole milliseconds, whatever clocks on walls did meanwhile.
create function ms_between(p_from timestamptz, p_to timestamptz) returns bigint language sql immutable as $$
  select (extract(epoch from p_to - p_from) * 1000)::bigint
$$;

-- The lowest step of the matrix that still lacks somebody, among approvals that count; the last one where none does.
create function open_approval_step(p_request text, p_round int) returns int language sql stable as $$
  select coalesce(min(s.step) filter (where s.quorum > (
           select count(distinct c.decided_by) from decisions_that_count(p_request, p_round) c
            where c.step = s.step and c.role = s.role and c.verdict = 'approve')), max(s.step))
    from approval_steps s where s.request_id = p_request and s.round = p_round
$$;

-- The life of a request in pieces without gaps: each piece lasts from one fact that moved it to the next, or to now (`to_at` null), so the
-- pieces always add up to the time since it was first submitted. While an approval is awaited, a piece belongs to the step that
-- the next decision was taken at. The clock stops for good when the first payee has the money and keeps it, or the request ends.
create function clock_pieces() returns table (fund_id id, request_id id, round int, step text, returned boolean, from_at timestamptz,
  to_at timestamptz, ended_by text) language sql stable as $$
  with facts (request_id, round, at, act_id, kind, step, certified, released, settled) as (
    select s.request_id, s.round, s.submitted_at, s.act_id, 'submit', null::smallint, 0, 0, 0 from submissions s
    union all select d.request_id, d.round, d.decided_at, d.act_id, d.verdict, d.step, 0, 0, 0
                from decisions d join approval_steps a on a.request_id = d.request_id and a.round = d.round and a.step = d.step and a.role = d.role
               where not coalesce((to_jsonb(a) ->> 'ratifies')::boolean, false)    -- what is ratified moves already
    union all select p.request_id, null, p.certified_at, p.act_id, 'certify', null, 1, 0, 0 from payments p
    union all select l.request_id, null, l.released_at, l.act_id, 'release', null, -1, 1, 0 from releases l where l.place = 2
    union all select t.request_id, null, t.settled_at, t.act_id, 'settle', null, 0, -1, 1 from settlements t
               where not exists (select from payment_returns b where b.payment_id = t.payment_id)
    union all select b.request_id, null, b.returned_at, b.act_id, 'come_back', null, 0, -1, 0 from payment_returns b
    union all select p.request_id, null, c.cancelled_at, c.act_id, 'take_back', null,
                     case when exists (select from payment_returns b where b.payment_id = p.id) then 0 else -1 end, 0, 0
                from payment_cancellations c join payments p on p.id = c.payment_id
    union all select e.request_id, null, e.ended_at, e.act_id, 'end', null, 0, 0, 0 from request_endings e
    union all select o.request_id, null, max(o.reduced_at), max(o.act_id), 'end', null, 0, 0, 0
                from obligation_reductions o join requests r on r.id = o.request_id and r.status = 'cancelled' group by o.request_id
  ), in_order as (
    select f.request_id, f.kind, f.step, date_trunc('milliseconds', f.at) as at,
           max(f.round) over past as round, sum(f.certified) over past as certified, sum(f.released) over past as released,
           sum(f.settled) over past as settled, date_trunc('milliseconds', lead(f.at) over life) as next_at,
           lead(f.kind) over life as next_kind, lead(f.step) over life as next_step
      from facts f
    window life as (partition by f.request_id order by f.at, f.act_id), past as (life rows unbounded preceding)
  ), placed as (
    select o.*, r.fund_id,
           o.kind in ('certify', 'release', 'settle', 'come_back', 'take_back')
           or (o.kind in ('approve', 'submit') and coalesce(o.next_kind not in ('approve', 'return', 'reject', 'submit'), true)
               and r.status not in ('submitted', 'returned', 'rejected', 'withdrawn', 'expired')) as paying
      from in_order o join requests r on r.id = o.request_id
     where o.round is not null and o.kind not in ('reject', 'end') and o.settled = 0
       and (o.next_at is not null or r.status in ('submitted', 'returned', 'approved', 'active', 'suspended'))
  )
  select fund_id, request_id, round,
         case when kind = 'return' then 'approval_' || step
              when paying and released > 0 then 'settlement'
              when paying and certified > 0 then 'release'
              when paying then 'certification'
              when next_kind in ('approve', 'return', 'reject') then 'approval_' || next_step
              else 'approval_' || open_approval_step(request_id, round) end as step,
         kind = 'return' as returned, at as from_at, next_at as to_at, next_kind as ended_by
    from placed
$$;

-- The same pieces with their time until `p_at`: `gross_ms` less `paused_ms` is what counts on the clock.
create function clock_times(p_at timestamptz) returns table (fund_id id, request_id id, round int, step text, returned boolean, from_at timestamptz,
  to_at timestamptz, ended_by text, gross_ms bigint, paused_ms bigint) language sql stable as $$
  select c.fund_id, c.request_id, c.round, c.step, c.returned, c.from_at, c.to_at, c.ended_by, ms_between(c.from_at, c.until),
         case when c.returned then ms_between(c.from_at, c.until) else (
           select coalesce(sum(greatest(ms_between(greatest(p.begun_at, c.from_at), least(coalesce(p.ended_at, c.until), c.until)), 0)), 0)::bigint
             from pauses p where p.request_id = c.request_id) end
    from (select *, coalesce(to_at, greatest(p_at, from_at)) as until from clock_pieces()) c
$$;

-- The steps of every request: the pieces of each, taken together. Those of an earlier round stand for themselves.
create function clock_steps(p_at timestamptz) returns table (fund_id id, request_id id, round int, step text, started_at timestamptz,
  ended_at timestamptz, ended_by text, returned boolean, gross_ms bigint, paused_ms bigint) language sql stable as $$
  select t.fund_id, t.request_id, t.round, t.step, min(t.from_at), case when bool_and(t.to_at is not null) then max(t.to_at) end,
         (array_agg(t.ended_by order by t.from_at desc, t.to_at desc nulls first))[1], bool_or(t.returned and t.to_at is null),
         sum(t.gross_ms)::bigint, sum(t.paused_ms)::bigint
    from clock_times(p_at) t
   group by t.fund_id, t.request_id, t.round, t.step
$$;

-- A clock is stopped while it runs, in the step that is open, by somebody with a role in the fund.
create function pause_is_of_a_running_step() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from clock_pieces() c where c.request_id = new.request_id and c.to_at is null and not c.returned and c.step = new.step) then
    raise exception 'request % is not at its step %', new.request_id, new.step using errcode = 'check_violation', constraint = 'pause_is_of_a_running_step';
  end if;
  if not exists (select from role_grants g where g.fund_id = new.fund_id and g.person_id = new.begun_by and g.role = new.begun_as and g.ended_at is null
                    and g.role not in ('requester', 'donor', 'advisor', 'auditor')) then
    raise exception '% is no % of the fund', new.begun_by, new.begun_as using errcode = 'check_violation', constraint = 'pause_by_a_role';
  end if;
  return new;
end $$;
create trigger pause_is_of_a_running_step before insert on pauses for each row execute function pause_is_of_a_running_step();

create function pause_ends_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.ended_at is not null then
    raise exception 'pause % has ended', old.id using errcode = 'check_violation', constraint = 'pause_ends_once';
  end if;
  if new.ended_by is not null and not exists (select from role_grants g where g.fund_id = new.fund_id and g.person_id = new.ended_by and g.ended_at is null
                                                 and g.role not in ('requester', 'donor', 'advisor', 'auditor')) then
    raise exception '% has no role that ends a pause', new.ended_by using errcode = 'check_violation', constraint = 'pause_by_a_role';
  end if;
  return new;
end $$;
create trigger pause_ends_once before update on pauses for each row execute function pause_ends_once();

-- Whatever ends a step ends the pause in it, at the same moment.
create function pause_ends_with_its_step() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  of_request text := coalesce(to_jsonb(new) ->> 'request_id', (select p.request_id from payments p where p.id = to_jsonb(new) ->> 'payment_id'));
begin
  update pauses p
     set ended_at = greatest(p.begun_at, (select max(c.to_at) from clock_pieces() c where c.request_id = p.request_id and c.step = p.step)),
         ending_act_id = new.act_id
   where p.request_id = of_request and p.ended_at is null
     and not exists (select from clock_pieces() c where c.request_id = p.request_id and c.to_at is null and not c.returned and c.step = p.step);
  return null;
end $$;

-- What is suspended stands still: nobody decides on it, certifies or releases it.
create function not_while_suspended() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from pauses p where p.request_id = new.request_id and p.suspends and p.ended_at is null) then
    raise exception 'request % is suspended', new.request_id using errcode = 'check_violation', constraint = 'not_while_suspended';
  end if;
  return new;
end $$;

do $$
declare
  moves text;
begin
  foreach moves in array array['submissions', 'decisions', 'payments', 'releases', 'settlements', 'payment_returns', 'payment_cancellations',
                               'request_endings', 'obligation_reductions'] loop
    execute format('create constraint trigger pause_ends_with_its_step after insert on %I deferrable initially deferred for each row execute function pause_ends_with_its_step()', moves);
  end loop;
  foreach moves in array array['decisions', 'payments', 'releases'] loop
    execute format('create trigger not_while_suspended before insert on %I for each row execute function not_while_suspended()', moves);
  end loop;
  foreach moves in array array['step_targets', 'clock_notices'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', moves);
    execute format('grant select, insert on %I to wasata_service', moves);
  end loop;
end $$;
create trigger append_only before delete or truncate on pauses for each statement execute function history_is_append_only();
grant select, insert on pauses to wasata_service;
grant update (ended_by, ended_at, ending_act_id) on pauses to wasata_service;

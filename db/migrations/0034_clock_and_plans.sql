-- What the clock and the plans lacked. Of the clock: a stretch of its own for every later payment, the instants of what was paid before there was a clock, and what a
-- notice is of. A suspension lasts until somebody lets go, whatever the bank does meanwhile; a contested break-glass is one, and takes two to end. Of plans: money goes back to where it came from.

-- Instants of what was paid before they were kept: those of the acts that recorded it. A settlement that was corrected points at the
-- correction's act; what it said at first was kept then.
do $$
declare
  moves record;
begin
  for moves in select * from (values ('settlements', 'settled_at'), ('payment_returns', 'returned_at'), ('payment_cancellations', 'cancelled_at'),
                                     ('obligation_reductions', 'reduced_at')) m (table_name, instant) loop
    execute format('alter table %I disable trigger user', moves.table_name);
    if moves.table_name = 'settlements' then
      update settlements t set settled_at = a.at
        from acts a
       where t.settled_at is null
         and a.id = coalesce((select b.said ->> 'act_id' from rows_before_correction b
                               where b.table_name = 'settlements' and b.key = t.payment_id order by b.replaced_at limit 1), t.act_id);
    else
      execute format('update %1$I t set %2$I = a.at from acts a where a.id = t.act_id and t.%2$I is null', moves.table_name, moves.instant);
    end if;
    execute format('alter table %I enable trigger user', moves.table_name);
    execute format('alter table %I alter column %I set not null', moves.table_name, moves.instant);
  end loop;
end $$;

-- A payment that is certified while another one of its request is under way, or has been credited, has a stretch of the clock of its own: from
-- its certification over its release until the payee has the money, or it comes back or is taken back. It lasts as its pieces do.
create function payment_pieces() returns table (fund_id id, request_id id, payment_id id, round int, step text, returned boolean, from_at timestamptz,
  to_at timestamptz, ended_by text) language sql stable as $$
  with moved as (
    select p.id, p.fund_id, p.request_id, p.certified_at, l.released_at, t.settled_at, b.returned_at, c.cancelled_at
      from payments p
      left join releases l on l.payment_id = p.id and l.place = 2
      left join settlements t on t.payment_id = p.id
      left join payment_returns b on b.payment_id = p.id
      left join payment_cancellations c on c.payment_id = p.id
  ), own as (
    select m.*, r.round from moved m join requests r on r.id = m.request_id
     where exists (select from payments q
                     left join payment_returns b on b.payment_id = q.id left join payment_cancellations c on c.payment_id = q.id
                    where q.request_id = m.request_id and (q.certified_at, q.id) < (m.certified_at, m.id)
                      and coalesce(least(b.returned_at, c.cancelled_at) > m.certified_at, true))
  )
  select fund_id, request_id, id, round, 'release', false, date_trunc('milliseconds', certified_at),
         date_trunc('milliseconds', coalesce(released_at, cancelled_at)), case when released_at is not null then 'release' when cancelled_at is not null then 'take_back' end
    from own
  union all
  select fund_id, request_id, id, round, 'settlement', false, date_trunc('milliseconds', released_at),
         date_trunc('milliseconds', coalesce(settled_at, returned_at)), case when settled_at is not null then 'settle' when returned_at is not null then 'come_back' end
    from own where released_at is not null
$$;

-- The life of a request until its first payee has the money (`payment_id` null, as before), and the stretches of its later payments.
alter function clock_pieces() rename to request_pieces;
create function clock_pieces() returns table (fund_id id, request_id id, payment_id id, round int, step text, returned boolean, from_at timestamptz,
  to_at timestamptz, ended_by text) language sql stable as $$
  select fund_id, request_id, null::text, round, step, returned, from_at, to_at, ended_by from request_pieces()
  union all
  select * from payment_pieces()
$$;

-- With their time until `p_at`. A pause stops every clock of its request.
drop function clock_times(timestamptz);
create function clock_times(p_at timestamptz) returns table (fund_id id, request_id id, payment_id id, round int, step text, returned boolean,
  from_at timestamptz, to_at timestamptz, ended_by text, gross_ms bigint, paused_ms bigint) language sql stable as $$
  select c.fund_id, c.request_id, c.payment_id, c.round, c.step, c.returned, c.from_at, c.to_at, c.ended_by, ms_between(c.from_at, c.until),
         case when c.returned then ms_between(c.from_at, c.until) else (
           select coalesce(sum(greatest(ms_between(greatest(p.begun_at, c.from_at), least(coalesce(p.ended_at, c.until), c.until)), 0)), 0)::bigint
             from pauses p where p.request_id = c.request_id) end
    from (select *, coalesce(to_at, greatest(p_at, from_at)) as until from clock_pieces()) c
$$;

drop function clock_steps(timestamptz);
create function clock_steps(p_at timestamptz) returns table (fund_id id, request_id id, payment_id id, round int, step text, started_at timestamptz,
  ended_at timestamptz, ended_by text, returned boolean, gross_ms bigint, paused_ms bigint) language sql stable as $$
  select t.fund_id, t.request_id, t.payment_id, t.round, t.step, min(t.from_at), case when bool_and(t.to_at is not null) then max(t.to_at) end,
         (array_agg(t.ended_by order by t.from_at desc, t.to_at desc nulls first))[1], bool_or(t.returned and t.to_at is null),
         sum(t.gross_ms)::bigint, sum(t.paused_ms)::bigint
    from clock_times(p_at) t
   group by t.fund_id, t.request_id, t.payment_id, t.round, t.step
$$;

-- What a notice is of: the payment where it is of a later one, and the act in which it was noticed, which those of before do not have.
alter table clock_notices
  add column payment_id id,
  add column act_id id references acts deferrable initially deferred,
  drop constraint noticed_once,
  add constraint noticed_once unique nulls not distinct (request_id, round, step, kind, payment_id),
  add foreign key (payment_id, request_id) references payments (id, request_id),
  add constraint noticed_in_an_act check (act_id is not null) not valid;

-- A clock is stopped in a step that runs. A suspension holds up what comes next as well, so it needs none: the request is decided on or paid.
create or replace function pause_is_of_a_running_step() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from requests r where new.suspends and r.id = new.request_id and r.status in ('submitted', 'approved', 'active'))
     and not exists (select from clock_pieces() c where not new.suspends and c.request_id = new.request_id and c.to_at is null and not c.returned and c.step = new.step) then
    raise exception 'request % is not at its step %', new.request_id, new.step using errcode = 'check_violation', constraint = 'pause_is_of_a_running_step';
  end if;
  if not exists (select from role_grants g where g.fund_id = new.fund_id and g.person_id = new.begun_by and g.role = new.begun_as and g.ended_at is null
                    and g.role not in ('requester', 'donor', 'advisor', 'auditor')) then
    raise exception '% is no % of the fund', new.begun_by, new.begun_as using errcode = 'check_violation', constraint = 'pause_by_a_role';
  end if;
  return new;
end $$;

-- A pause ends with its step. A suspension does not: what the bank books, or somebody takes back, lifts none; it ends with the request.
create or replace function pause_ends_with_its_step() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  of_request text := coalesce(to_jsonb(new) ->> 'request_id', (select p.request_id from payments p where p.id = to_jsonb(new) ->> 'payment_id'));
begin
  update pauses p
     set ended_at = greatest(p.begun_at, (select max(c.to_at) from clock_pieces() c where c.request_id = p.request_id and c.step = p.step)),
         ending_act_id = new.act_id
   where p.request_id = of_request and p.ended_at is null and not p.suspends
     and not exists (select from clock_pieces() c where c.request_id = p.request_id and c.to_at is null and not c.returned and c.step = p.step);
  update pauses p
     set ended_at = greatest(p.begun_at, (select max(ending.at) from (
           select ended_at from request_endings where request_id = p.request_id
           union all select ended_at from advance_endings where request_id = p.request_id
           union all select reduced_at from obligation_reductions where request_id = p.request_id) ending (at))),
         ending_act_id = new.act_id
    from requests r
   where r.id = p.request_id and p.request_id = of_request and p.ended_at is null and p.suspends
     and r.status in ('rejected', 'withdrawn', 'expired', 'cancelled', 'unwound', 'closed');
  return null;
end $$;
create constraint trigger pause_ends_with_its_step after insert on advance_endings deferrable initially deferred for each row
  execute function pause_ends_with_its_step();

-- A contested break-glass suspends its request until two have looked who had no part in it.
alter table break_glass_reviews add unique (fund_id, break_glass_id);
alter table pauses
  add unique (fund_id, id),
  add column break_glass_id id,
  add constraint contested_break_glass foreign key (fund_id, break_glass_id) references break_glass_reviews (fund_id, break_glass_id),
  add constraint contest_suspends check (break_glass_id is null or suspends);
create table contest_looks (
  fund_id      id not null,
  pause_id     id not null,
  looked_by    id not null,
  looked_as    text not null,                  -- the role in which
  person_kind  text not null constraint service_account_decides_nothing check (person_kind = 'person'),
  note         text not null check (length(note) <= 2000),
  looked_at    timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  constraint looked_once_by_each primary key (pause_id, looked_by),
  foreign key (fund_id, pause_id) references pauses (fund_id, id),
  foreign key (looked_by, person_kind) references people (id, kind)
);
create trigger append_only before update or delete or truncate on contest_looks for each statement execute function history_is_append_only();
grant select, insert on contest_looks to wasata_service;
grant update (break_glass_id) on pauses to wasata_service;

create function contest_looked_at_by_others() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from pauses p
                   join break_glass_confirmations c on c.break_glass_id = p.break_glass_id
                   join break_glass_reviews v on v.break_glass_id = p.break_glass_id
                  where p.id = new.pause_id and p.ended_at is null and new.looked_by not in (c.begun_by, c.confirmed_by, v.reviewed_by))
     or not holds_role(new.fund_id, new.looked_by, new.looked_as) then
    raise exception '% does not look at contest %', new.looked_by, new.pause_id using errcode = 'check_violation', constraint = 'contest_looked_at_by_others';
  end if;
  return new;
end $$;
create trigger contest_looked_at_by_others before insert on contest_looks for each row execute function contest_looked_at_by_others();

create or replace function pause_ends_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.ended_at is not null or (old.break_glass_id is not null and new.break_glass_id is distinct from old.break_glass_id) then
    raise exception 'pause % has ended', old.id using errcode = 'check_violation', constraint = 'pause_ends_once';
  end if;
  if new.ended_by is not null and not exists (select from role_grants g where g.fund_id = new.fund_id and g.person_id = new.ended_by and g.ended_at is null
                                                 and g.role not in ('requester', 'donor', 'advisor', 'auditor')) then
    raise exception '% has no role that ends a pause', new.ended_by using errcode = 'check_violation', constraint = 'pause_by_a_role';
  end if;
  if new.ended_by is not null and new.break_glass_id is not null
     and (select count(*) from contest_looks l where l.pause_id = new.id) < 2 then
    raise exception 'pause % takes two to end', new.id using errcode = 'check_violation', constraint = 'contest_takes_two';
  end if;
  return new;
end $$;

-- A request from a plan that comes to nothing before it is approved gives back to the plan, while that stands as it was, what was set aside for
-- it (event 12), and its lines can be used again.
create table plan_returns (
  fund_id      id not null,
  plan_id      id not null,
  version      int not null,
  request_id   id primary key,
  amount       bigint not null check (amount > 0),
  returned_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  foreign key (fund_id, plan_id, version, request_id) references plan_activations (fund_id, plan_id, version, request_id)
);
create index plan_returns_by_plan on plan_returns (plan_id);
create trigger append_only before update or delete or truncate on plan_returns for each statement execute function history_is_append_only();
grant select, insert on plan_returns to wasata_service;

create view plan_lines_in_use as
  select u.* from plan_lines_activated u join requests r on r.id = u.request_id where r.status not in ('rejected', 'withdrawn', 'expired');
grant select on plan_lines_in_use to wasata_service;

alter table plan_lines_activated
  drop constraint plan_line_activated_once,
  add primary key (plan_id, version, line, request_id);
create function plan_line_activated_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  -- Whoever uses the same plan at the same time waits here.
  perform from contingency_plans p where p.id = new.plan_id for no key update;
  if exists (select from plan_lines_in_use u where u.plan_id = new.plan_id and u.version = new.version and u.line = new.line) then
    raise exception 'line % of plan % is used', new.line, new.plan_id using errcode = 'unique_violation', constraint = 'plan_line_activated_once';
  end if;
  return new;
end $$;
create trigger plan_line_activated_once before insert on plan_lines_activated for each row execute function plan_line_activated_once();

create function came_from_plan() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from plan_activations a join contingency_plans p on p.id = a.plan_id and p.status = 'open' and p.version = a.version
                   join requests r on r.id = a.request_id and r.status in ('rejected', 'withdrawn', 'expired')
                  where a.request_id = new.request_id and new.amount <= a.from_ready) then
    raise exception 'request % gives nothing back to plan %', new.request_id, new.plan_id using errcode = 'check_violation', constraint = 'came_from_plan';
  end if;
  return new;
end $$;
create trigger came_from_plan before insert on plan_returns for each row execute function came_from_plan();

create or replace function plan_holds_what_it_needs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if held_for_plan(new.plan_id) > (
       select case p.status when 'open' then coalesce(sum(l.amount), 0) else 0 end
         from contingency_plans p
         left join plan_lines l on l.plan_id = p.id and l.version = p.version
          and not exists (select from plan_lines_in_use u where u.plan_id = l.plan_id and u.version = l.version and u.line = l.line)
        where p.id = new.plan_id group by p.status) then
    raise exception 'plan % holds more than it needs', new.plan_id using errcode = 'check_violation', constraint = 'plan_holds_what_it_needs';
  end if;
  return null;
end $$;
create constraint trigger plan_holds_what_it_needs after insert on plan_returns
  deferrable initially deferred for each row execute function plan_holds_what_it_needs();

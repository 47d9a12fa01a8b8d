-- Standing in for one another, hurrying a step by two directors, and asking the advisory board.

-- Words are added to a list that other migrations may have added to.
create or replace function pg_temp.also_allow(p_table regclass, p_column name, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum];
  select string_agg(quote_literal(word), ', ') into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;
select pg_temp.also_allow('policies', 'subject', 'delegation');
select pg_temp.also_allow('policies', 'subject', 'break_glass');
select pg_temp.also_allow('policies', 'subject', 'advisory_opinion');

-- How long a delegation may be; how long a break-glass waits for its second director, and how long its review may take; how long an
-- advisory member has to answer what is asked by itself.
insert into policies (fund_id, subject, effective_from, terms)
select f.id, p.subject, '1990-01-01', p.terms
  from funds f
 cross join (values ('delegation', jsonb_build_object('days', 60)),
                    ('break_glass', jsonb_build_object('hours', 24, 'reviewDays', 7)),
                    ('advisory_opinion', jsonb_build_object('days', 5))) p (subject, terms);

-- When somebody is away. Who stands in for them is a delegation.
create table absences (
  id          id primary key,
  fund_id     id not null references funds,
  person_id   id not null references people,
  starts_at   timestamptz not null,
  ends_at     timestamptz not null,             -- back at this moment, unless earlier
  reason      text not null default '' check (length(reason) <= 500),
  stated_at   timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  unique (fund_id, id, person_id),
  constraint absence_ends check (starts_at < ends_at)
);
create index absences_by_person on absences (fund_id, person_id, ends_at);

create table absence_returns (
  absence_id   id primary key,
  fund_id      id not null,
  person_id    id not null,
  returned_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  foreign key (fund_id, absence_id, person_id) references absences (fund_id, id, person_id)
);

-- One person's power to decide, lent to another: from, until (no longer in force at that moment), up to an amount, within a scope. What is
-- delegated is a role that the delegator was given; nothing here gives a role, so no delegation can be delegated.
create table delegations (
  id                id primary key,
  fund_id           id not null references funds,
  delegator_id      id not null references people,
  delegate_id       id not null,
  role              text not null check (role in ('certifying_officer', 'fund_manager', 'director', 'head_of_department')),
  starts_at         timestamptz not null,
  ends_at           timestamptz not null,
  up_to             bigint not null check (up_to > 0),   -- of one request, in the fund's currency
  in_all            bigint,                              -- of all that is approved under it; null: no limit beside that
  process_id        id,                                  -- null: any
  entity_id         id,
  region            text check (length(region) between 1 and 100),
  reason            text not null check (length(reason) between 1 and 500),
  absence_id        id,
  made_at           timestamptz not null,
  act_id            id not null references acts deferrable initially deferred,
  is_administrator  boolean not null default false check (not is_administrator),
  delegate_kind     text not null default 'person' check (delegate_kind = 'person'),
  unique (fund_id, id),
  unique (fund_id, id, delegate_id),
  unique (id, delegator_id, delegate_id, role),
  constraint delegated_to_another check (delegate_id <> delegator_id),
  constraint delegation_ends check (starts_at < ends_at and made_at < ends_at),
  constraint cap_in_all check (in_all >= up_to),
  constraint administrator_stands_in_for_nobody foreign key (delegate_id, is_administrator) references people (id, administrator),
  constraint service_account_stands_in_for_nobody foreign key (delegate_id, delegate_kind) references people (id, kind),
  foreign key (fund_id, process_id) references processes (fund_id, id),
  foreign key (fund_id, entity_id) references entities (fund_id, id),
  foreign key (fund_id, absence_id, delegator_id) references absences (fund_id, id, person_id)
);
create index delegations_by_delegate on delegations (fund_id, delegate_id, ends_at);
create index delegations_by_delegator on delegations (fund_id, delegator_id, ends_at);

create table delegation_acceptances (
  delegation_id  id primary key,
  fund_id        id not null,
  person_id      id not null,
  accepted_at    timestamptz not null,
  act_id         id not null references acts deferrable initially deferred,
  foreign key (fund_id, delegation_id, person_id) references delegations (fund_id, id, delegate_id)
);
create trigger works_here before insert on delegation_acceptances for each row execute function works_here();

create table delegation_revocations (
  delegation_id  id primary key,
  fund_id        id not null,
  revoked_by     id not null references people,
  revoked_at     timestamptz not null,
  reason         text not null check (length(reason) between 1 and 500),
  act_id         id not null references acts deferrable initially deferred,
  foreign key (fund_id, delegation_id) references delegations (fund_id, id)
);

-- Whether this person was given this role, and still has it.
create function holds_role(p_fund text, p_person text, p_role text) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from role_grants g join people p on p.id = g.person_id
                  where g.fund_id = p_fund and g.person_id = p_person and g.role = p_role and g.ended_at is null and p.active)
$$;

create function delegated_from_own_power() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not holds_role(new.fund_id, new.delegator_id, new.role) then
    raise exception '% does not hold %', new.delegator_id, new.role using errcode = 'check_violation', constraint = 'delegated_from_own_power';
  end if;
  if new.ends_at - new.starts_at > (select make_interval(days => (l.terms ->> 'days')::int) from policies l
                                     where l.fund_id = new.fund_id and l.subject = 'delegation' and l.effective_from <= (new.made_at at time zone 'utc')::date
                                     order by l.effective_from desc limit 1) then
    raise exception 'delegation % is longer than the fund allows', new.id using errcode = 'check_violation', constraint = 'delegation_too_long';
  end if;
  return new;
end $$;
create trigger delegated_from_own_power before insert on delegations for each row execute function delegated_from_own_power();

-- In force: accepted, begun, not ended, not revoked by anybody, and its delegator still has what was lent.
create function delegation_in_force(p_delegation text, p_at timestamptz) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from delegations d join delegation_acceptances a on a.delegation_id = d.id
                  where d.id = p_delegation and d.starts_at <= p_at and a.accepted_at <= p_at and p_at < d.ends_at
                    and not exists (select from delegation_revocations r where r.delegation_id = d.id)
                    and holds_role(d.fund_id, d.delegator_id, d.role))
$$;

-- Whether a request, as it was submitted in this round, is within the amount and the scope of a delegation.
create function delegation_reaches(p_delegation text, p_request text, p_round int) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from delegations d
                   join requests r on r.id = p_request and r.fund_id = d.fund_id
                   join submissions s on s.request_id = r.id and s.round = p_round
                   join processes p on p.id = r.process_id
                  where d.id = p_delegation and s.amount <= d.up_to
                    and (d.process_id is null or d.process_id = r.process_id)
                    and (d.entity_id is null or d.entity_id = r.entity_id)
                    and (d.region is null or d.region = p.region))
$$;

-- Two directors who hurry a step in place of its owners. Never the certifying officer's, and not one that a director decides anyway.
create table break_glasses (
  id            id primary key,
  fund_id       id not null references funds,
  request_id    id not null,
  round         int not null,
  step          smallint not null,
  role          text not null check (role in ('fund_manager', 'head_of_department')),
  decided_hash  text not null,                  -- of what the request and the payee's details said
  reason        text not null check (length(reason) between 1 and 2000),
  begun_by      id not null,
  begun_at      timestamptz not null,
  ends_at       timestamptz not null,           -- until when a second director may confirm it
  duty          text not null default 'approver' check (duty = 'approver'),
  act_id        id not null references acts deferrable initially deferred,
  unique (fund_id, id, begun_by, request_id),
  constraint break_glass_ends check (begun_at < ends_at),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (request_id, round, step, role) references approval_steps (request_id, round, step, role),
  constraint one_duty_each foreign key (request_id, begun_by, duty) references duties (request_id, person_id, duty)
);
create index break_glasses_by_request on break_glasses (request_id, id);
create index break_glasses_by_fund on break_glasses (fund_id, id);

create table break_glass_confirmations (
  break_glass_id  id primary key,
  fund_id         id not null,
  request_id      id not null,
  begun_by        id not null,
  confirmed_by    id not null,
  confirmed_at    timestamptz not null,
  reason          text not null default '' check (length(reason) <= 2000),
  review_by       timestamptz not null,
  duty            text not null default 'approver' check (duty = 'approver'),
  act_id          id not null references acts deferrable initially deferred,
  unique (fund_id, break_glass_id),
  constraint break_glass_by_two_people check (confirmed_by <> begun_by),
  foreign key (fund_id, break_glass_id, begun_by, request_id) references break_glasses (fund_id, id, begun_by, request_id),
  constraint one_duty_each foreign key (request_id, confirmed_by, duty) references duties (request_id, person_id, duty)
);

create function break_glass_by_directors() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform from requests r where r.id = new.request_id for no key update;
  if not (holds_role(new.fund_id, new.begun_by, 'director') and holds_role(new.fund_id, new.confirmed_by, 'director')) then
    raise exception 'break-glass % takes two directors', new.break_glass_id using errcode = 'check_violation', constraint = 'break_glass_by_directors';
  end if;
  if not exists (select from break_glasses b join requests r on r.id = b.request_id
                  where b.id = new.break_glass_id and b.begun_at <= new.confirmed_at and new.confirmed_at < b.ends_at
                    and r.status = 'submitted' and r.round = b.round
                    and b.decided_hash = encode(sha256(r.content_hash || payee_details_hash(r.payee_id)), 'hex')) then
    raise exception 'break-glass % is over', new.break_glass_id using errcode = 'check_violation', constraint = 'break_glass_in_time';
  end if;
  return new;
end $$;
create trigger break_glass_by_directors before insert on break_glass_confirmations for each row execute function break_glass_by_directors();

-- Afterwards somebody whose step it was, or a head of department, says whether it was right.
create table break_glass_reviews (
  break_glass_id  id primary key,
  fund_id         id not null,
  reviewed_by     id not null references people,
  verdict         text not null check (verdict in ('acknowledge', 'contest')),
  words           text not null check (length(words) between 1 and 2000),
  reviewed_at     timestamptz not null,
  act_id          id not null references acts deferrable initially deferred,
  foreign key (fund_id, break_glass_id) references break_glass_confirmations (fund_id, break_glass_id)
);
create function break_glass_reviewed_by_others() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from break_glasses b join break_glass_confirmations c on c.break_glass_id = b.id
                  where b.id = new.break_glass_id and new.reviewed_by not in (c.begun_by, c.confirmed_by)
                    and (holds_role(b.fund_id, new.reviewed_by, b.role) or holds_role(b.fund_id, new.reviewed_by, 'head_of_department'))) then
    raise exception '% does not review break-glass %', new.reviewed_by, new.break_glass_id
      using errcode = 'check_violation', constraint = 'break_glass_reviewed_by_others';
  end if;
  return new;
end $$;
create trigger break_glass_reviewed_by_others before insert on break_glass_reviews for each row execute function break_glass_reviewed_by_others();

-- By which power a decision was taken: one's own role, a delegation (then on whose behalf), or a break-glass. On whose behalf it was
-- decided has the duty as well.
alter table decisions
  add column on_behalf_of id,
  add column delegation_id id,
  add column break_glass_id id,
  add constraint decided_under_one_power check ((on_behalf_of is null) = (delegation_id is null) and num_nonnulls(delegation_id, break_glass_id) <= 1),
  add constraint decided_under_own_delegation foreign key (delegation_id, on_behalf_of, decided_by, role)
    references delegations (id, delegator_id, delegate_id, role),
  add constraint one_duty_each_delegator foreign key (request_id, on_behalf_of, duty) references duties (request_id, person_id, duty),
  add constraint decided_under_confirmed_break_glass foreign key (break_glass_id) references break_glass_confirmations;
create index decisions_by_delegation on decisions (delegation_id) where delegation_id is not null;

create function decided_with_power() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  -- Whoever decides on the request at the same time waits here, so that what is looked at next is all there is.
  perform from requests r where r.id = new.request_id for no key update;
  if exists (select from decisions_that_count(new.request_id, new.round) c
              where c.id <> new.id and (c.decided_by in (new.decided_by, new.on_behalf_of) or c.on_behalf_of in (new.decided_by, new.on_behalf_of))) then
    raise exception 'somebody decides twice on request %', new.request_id using errcode = 'check_violation', constraint = 'nobody_decides_twice';
  end if;
  if new.delegation_id is not null then
    perform pg_advisory_xact_lock(hashtextextended(new.delegation_id, 0));
    if not delegation_in_force(new.delegation_id, new.decided_at) then
      raise exception 'delegation % is not in force', new.delegation_id using errcode = 'check_violation', constraint = 'delegation_in_force';
    end if;
    if not delegation_reaches(new.delegation_id, new.request_id, new.round)
       or (new.verdict = 'approve'
           and (select d.in_all from delegations d where d.id = new.delegation_id)
             < approved_under(new.delegation_id, new.request_id)
             + (select s.amount from submissions s where s.request_id = new.request_id and s.round = new.round)) then
      raise exception 'delegation % does not reach request %', new.delegation_id, new.request_id
        using errcode = 'check_violation', constraint = 'within_delegation';
    end if;
  elsif new.break_glass_id is not null then
    if new.verdict <> 'approve'
       or not exists (select from break_glasses b join break_glass_confirmations c on c.break_glass_id = b.id
                       where b.id = new.break_glass_id and new.decided_by in (c.begun_by, c.confirmed_by) and new.decided_at = c.confirmed_at
                         and (b.request_id, b.round, b.step, b.role) = (new.request_id, new.round, new.step, new.role)
                         and b.decided_hash = encode(sha256(new.content_hash || new.payee_hash), 'hex')) then
      raise exception 'break-glass % is of another step', new.break_glass_id using errcode = 'check_violation', constraint = 'within_break_glass';
    end if;
  elsif not exists (select from requests r where r.id = new.request_id and holds_role(r.fund_id, new.decided_by, new.role)) then
    raise exception '% does not hold %', new.decided_by, new.role using errcode = 'check_violation', constraint = 'decided_with_own_role';
  end if;
  return null;
end $$;

-- What has been approved under a delegation of other requests than this one: of each what was last asked.
create function approved_under(p_delegation text, p_but text) returns numeric language sql stable set search_path = public, pg_temp as $$
  select coalesce(sum(last.amount), 0)
    from (select distinct on (d.request_id) s.amount
            from decisions d join submissions s on s.request_id = d.request_id and s.round = d.round
           where d.delegation_id = p_delegation and d.request_id <> p_but and d.verdict = 'approve'
           order by d.request_id, d.round desc) last
$$;

-- After the keys, whose complaints are the plainer ones.
create trigger decided_with_power after insert on decisions for each row execute function decided_with_power();

-- Whether this person, or the one on whose behalf they act, must keep away from money for this payee.
create function either_keeps_away(p_person text, p_on_behalf_of text, p_payee text) returns boolean language sql stable set search_path = public, pg_temp as $$
  select keeps_away(p_person, p_payee) or (p_on_behalf_of is not null and keeps_away(p_on_behalf_of, p_payee))
$$;

-- An approval counts while neither of its two people must keep away or is named: the same as before, for both.
drop function decisions_that_count(text, int);
create function decisions_that_count(p_request text, p_round int)
returns table (id text, step smallint, role text, decided_by text, on_behalf_of text, verdict text, decided_at timestamptz)
language sql stable set search_path = public, pg_temp as $$
  select d.id, coalesce(k.step, d.step), d.role, d.decided_by, d.on_behalf_of, d.verdict, d.decided_at
    from requests r
    join decisions d on d.request_id = r.id
    join submissions s on s.request_id = r.id and s.round = d.round and s.content_hash = d.content_hash
    left join kept_decisions k on k.request_id = r.id and k.round = p_round and k.decision_id = d.id
   where r.id = p_request and (d.round = p_round or k.decision_id is not null)
     and (d.verdict <> 'approve'
          or (d.payee_hash = payee_details_hash(r.payee_id) and not either_keeps_away(d.decided_by, d.on_behalf_of, r.payee_id)
              and not exists (select from named_people n where n.request_id = r.id and n.person_id in (d.decided_by, d.on_behalf_of))))
$$;
create or replace function signatures_that_do_not_count(p_payment text) returns setof text language sql stable set search_path = public, pg_temp as $$
  with approval as (
    select by.person, d.payee_hash
      from payments p
      join requests r on r.id = p.request_id
      join decisions d on d.request_id = r.id and d.verdict = 'approve'
     cross join lateral (select d.decided_by union select d.on_behalf_of where d.on_behalf_of is not null) by (person)
     where p.id = p_payment
       and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id)))
  select signed.person
    from payments p
   cross join lateral (select a.person from approval a
                       union select p.certified_by
                       union select l.released_by from releases l where l.payment_id = p.id) as signed (person)
   where p.id = p_payment
     and (keeps_away(signed.person, p.payee_id)
          or (exists (select from approval a where a.person = signed.person)
              and not exists (select from approval a where a.person = signed.person and a.payee_hash = payee_details_hash(p.payee_id))))
$$;
revoke all on function decisions_that_count from public;
grant execute on function decisions_that_count to wasata_service;

-- The advisory board: asked for an opinion, which is given once and stops nothing.
create table opinion_requests (
  id          id primary key,
  fund_id     id not null references funds,
  request_id  id not null,
  round       int not null,
  advisor_id  id not null references people,
  question    text not null default '' check (length(question) <= 2000),
  due_on      date not null,
  asked_by    id references people,             -- null: asked by the matrix
  asked_at    timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  constraint asked_already unique (request_id, round, advisor_id),
  unique (fund_id, id, advisor_id, due_on),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (request_id, round) references submissions (request_id, round)
);
create index opinion_requests_by_advisor on opinion_requests (fund_id, advisor_id, id);
create function advisor_is_apart() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not holds_role(new.fund_id, new.advisor_id, 'advisor')
     or exists (select from duties d where d.request_id = new.request_id and d.person_id = new.advisor_id)
     or exists (select from named_people n where n.request_id = new.request_id and n.person_id = new.advisor_id)
     or exists (select from ties t join requests r on r.payee_id = t.payee_id where r.id = new.request_id and t.person_id = new.advisor_id) then
    raise exception '% does not advise on request %', new.advisor_id, new.request_id using errcode = 'check_violation', constraint = 'advisor_is_apart';
  end if;
  return new;
end $$;
create trigger advisor_is_apart before insert on opinion_requests for each row execute function advisor_is_apart();

create table opinions (
  opinion_request_id  id primary key,
  fund_id             id not null,
  advisor_id          id not null,
  due_on              date not null,
  view                text not null check (view in ('favours', 'advises_against', 'no_view')),
  words               text not null check (length(words) between 1 and 5000),
  given_at            timestamptz not null,
  late                boolean generated always as ((given_at at time zone 'utc')::date > due_on) stored,
  act_id              id not null references acts deferrable initially deferred,
  foreign key (fund_id, opinion_request_id, advisor_id, due_on) references opinion_requests (fund_id, id, advisor_id, due_on)
);

do $$
declare
  history text;
begin
  foreach history in array array['absences', 'absence_returns', 'delegations', 'delegation_acceptances', 'delegation_revocations', 'break_glasses',
                                 'break_glass_confirmations', 'break_glass_reviews', 'opinion_requests', 'opinions'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
revoke all on function holds_role, delegation_in_force, delegation_reaches, approved_under, either_keeps_away from public;
grant execute on function holds_role, delegation_in_force, delegation_reaches, approved_under, either_keeps_away to wasata_service;

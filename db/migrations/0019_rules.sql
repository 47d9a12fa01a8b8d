-- Rules that two people change, the risk of who is paid, and decisions bound to exactly what was decided on.

-- What the bank is told about who is paid. A decision is bound to it, so that no approval outlives the details it was given for.
create function payee_details_hash(p_payee text) returns bytea language sql stable set search_path = public, pg_temp as $$
  select sha256(convert_to(concat_ws(chr(31), y.name, y.kind, y.country, y.bank_details), 'UTF8')) from payees y where y.id = p_payee
$$;

-- How risky it is to pay somebody, by a compliance officer, until a day. The last row is what holds.
create table payee_ratings (
  fund_id      id not null,
  payee_id     id not null,
  number       int not null check (number > 0),
  rating       text not null check (rating in ('low', 'medium', 'high')),
  reason       text not null check (length(reason) between 1 and 2000),
  valid_until  date not null,
  rated_by     id not null,
  person_kind  text not null constraint service_account_decides_nothing check (person_kind = 'person'),
  rated_at     timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  primary key (payee_id, number),
  foreign key (fund_id, payee_id) references payees (fund_id, id),
  foreign key (rated_by, person_kind) references people (id, kind),
  constraint rating_still_to_run check (valid_until >= (rated_at at time zone 'utc')::date)
);
create trigger append_only before update or delete or truncate on payee_ratings for each statement execute function history_is_append_only();
grant select, insert on payee_ratings to wasata_service;

-- The number says which rating is the last, so none is left out and none is told twice.
create function rating_is_next() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if new.number <> (select coalesce(max(g.number), 0) + 1 from payee_ratings g where g.payee_id = new.payee_id) then
    raise exception 'rating % of payee % is not the next one', new.number, new.payee_id using errcode = 'unique_violation', constraint = 'payee_ratings_pkey';
  end if;
  if exists (select from ties t where t.payee_id = new.payee_id and t.person_id = new.rated_by) then
    raise exception '% has declared a tie to payee %', new.rated_by, new.payee_id using errcode = 'check_violation', constraint = 'tied_people_do_not_rate';
  end if;
  return new;
end $$;
create trigger rating_is_next before insert on payee_ratings for each row execute function rating_is_next();

-- The risk that a request's steps were fixed with; nobody rated payees before.
alter table submissions add column risk text not null default 'unrated' check (risk in ('unrated', 'low', 'medium', 'high', 'expired'));
alter table submissions alter column risk drop default;

-- A decision says to which details of the payee it was given. Until now they could not change, so the old ones were given to those of today.
alter table decisions add column payee_hash bytea;
alter table decisions disable trigger append_only;
update decisions d set payee_hash = payee_details_hash(r.payee_id) from requests r where r.id = d.request_id;
alter table decisions enable trigger append_only;
alter table decisions alter column payee_hash set not null;
-- Whoever decided on other details decides again, in the same round.
alter table decisions drop constraint decided_once_by_each;
alter table decisions add constraint decided_once_by_each unique (request_id, round, decided_by, payee_hash);
alter table decisions add constraint decision_by_its_giver unique (id, request_id, role, decided_by);

-- Approvals of the round before that the change does not touch, and that go on counting at the step of their role.
create table kept_decisions (
  fund_id      id not null,
  request_id   id not null,
  round        int not null check (round > 1),
  step         smallint not null,
  role         text not null,
  decided_by   id not null,
  decision_id  id not null,
  primary key (request_id, round, decision_id),
  constraint decided_once_by_each_in_round unique (request_id, round, decided_by),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (request_id, round, step, role) references approval_steps (request_id, round, step, role),
  foreign key (decision_id, request_id, role, decided_by) references decisions (id, request_id, role, decided_by)
);
create trigger append_only before update or delete or truncate on kept_decisions for each statement execute function history_is_append_only();
grant select, insert on kept_decisions to wasata_service;

-- The decisions of a round that count: taken in it or kept for it, each on what was submitted in its own round; an approval only for the
-- payee's details as they are now, and by nobody who must keep away or is named by now.
create function decisions_that_count(p_request text, p_round int)
returns table (id text, step smallint, role text, decided_by text, verdict text, decided_at timestamptz)
language sql stable set search_path = public, pg_temp as $$
  select d.id, coalesce(k.step, d.step), d.role, d.decided_by, d.verdict, d.decided_at
    from requests r
    join decisions d on d.request_id = r.id
    join submissions s on s.request_id = r.id and s.round = d.round and s.content_hash = d.content_hash
    left join kept_decisions k on k.request_id = r.id and k.round = p_round and k.decision_id = d.id
   where r.id = p_request and (d.round = p_round or k.decision_id is not null)
     and (d.verdict <> 'approve'
          or (d.payee_hash = payee_details_hash(r.payee_id) and not keeps_away(d.decided_by, r.payee_id)
              and not exists (select from named_people n where n.request_id = r.id and n.person_id = d.decided_by)))
$$;

-- Whether what changed from one submission to the next touches the decisions of a role: the same table as TOUCHES in the service.
create function change_touches(p_before jsonb, p_after jsonb, p_role text) returns boolean language sql immutable set search_path = public, pg_temp as $$
  with line as (
    select 'was' as at, l ->> 'category' as category, l ->> 'description' as description, (l -> 'amount' ->> 'amount')::numeric as amount
      from jsonb_array_elements(p_before -> 'lines') l
     union all
    select 'is', l ->> 'category', l ->> 'description', (l -> 'amount' ->> 'amount')::numeric from jsonb_array_elements(p_after -> 'lines') l),
  total as (
    select coalesce(sum(amount) filter (where at = 'was'), 0) as was, coalesce(sum(amount) filter (where at = 'is'), 0) as is_now from line)
  select p_before -> 'payeeId' is distinct from p_after -> 'payeeId'
      or (p_before ? 'payeeDetails' and p_before -> 'payeeDetails' is distinct from p_after -> 'payeeDetails')
      or p_before -> 'processId' is distinct from p_after -> 'processId'
      or is_now > was
      or (is_now < was and p_role = 'certifying_officer')
      or (p_role in ('certifying_officer', 'fund_manager')
          and exists (select from line group by category, description
                      having coalesce(sum(amount) filter (where at = 'is'), 0) > coalesce(sum(amount) filter (where at = 'was'), 0)))
      or (p_role = 'fund_manager' and (p_before -> 'startsOn' is distinct from p_after -> 'startsOn' or p_before -> 'endsOn' is distinct from p_after -> 'endsOn'))
    from total
$$;

-- A decision goes on counting only if it counted, and only if what it was taken on did not change under it.
create function kept_decision_still_covers() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from decisions_that_count(new.request_id, new.round - 1) c where c.id = new.decision_id and c.verdict = 'approve')
     or (select change_touches(b.content, a.content, new.role)
           from submissions b, submissions a
          where b.request_id = new.request_id and b.round = new.round - 1 and a.request_id = new.request_id and a.round = new.round) then
    raise exception 'decision % does not cover round % of request %', new.decision_id, new.round, new.request_id
      using errcode = 'check_violation', constraint = 'kept_decision_still_covers';
  end if;
  return new;
end $$;
create trigger kept_decision_still_covers before insert on kept_decisions for each row execute function kept_decision_still_covers();

-- A decision is on exactly what was submitted, to the payee as it is, and by somebody whose earlier one does not count already.
create function decision_on_what_was_submitted() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  new.payee_hash := (select payee_details_hash(r.payee_id) from requests r where r.id = new.request_id);
  if not exists (select from requests r join submissions s on s.request_id = r.id and s.round = r.round
                  where r.id = new.request_id and r.round = new.round and s.content_hash = new.content_hash) then
    raise exception 'decision % is not on what request % says', new.id, new.request_id
      using errcode = 'check_violation', constraint = 'decision_on_what_was_submitted';
  end if;
  if exists (select from decisions_that_count(new.request_id, new.round) c where c.decided_by = new.decided_by) then
    raise exception '% has decided on request % already', new.decided_by, new.request_id
      using errcode = 'unique_violation', constraint = 'decided_once_by_each';
  end if;
  return new;
end $$;
create trigger decision_on_what_was_submitted before insert on decisions for each row execute function decision_on_what_was_submitted();

create or replace function approved_at_every_step() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from approval_steps s where s.request_id = new.id and s.round = new.round)
     or exists (select from approval_steps s
                 where s.request_id = new.id and s.round = new.round
                   and s.quorum > (select count(distinct c.decided_by) from decisions_that_count(new.id, new.round) c
                                    where c.step = s.step and c.role = s.role and c.verdict = 'approve')) then
    raise exception 'request % is not approved at every step', new.id using errcode = 'check_violation', constraint = 'approved_at_every_step';
  end if;
  return new;
end $$;

-- Money leaves on signatures that count: none of who approved, certified or released must keep away from the payee by then, and none of the
-- approvals is for other details of the payee than those of now.
create or replace function signatures_that_do_not_count(p_payment text) returns setof text language sql stable set search_path = public, pg_temp as $$
  with approval as (
    select d.decided_by, d.payee_hash
      from payments p join requests r on r.id = p.request_id join decisions d on d.request_id = r.id and d.verdict = 'approve'
     where p.id = p_payment
       and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id)))
  select signed.person
    from payments p
   cross join lateral (select a.decided_by from approval a
                       union select p.certified_by
                       union select l.released_by from releases l where l.payment_id = p.id) as signed (person)
   where p.id = p_payment
     and (keeps_away(signed.person, p.payee_id)
          or (exists (select from approval a where a.decided_by = signed.person)
              and not exists (select from approval a where a.decided_by = signed.person and a.payee_hash = payee_details_hash(p.payee_id))))
$$;

-- Changing a rule is a proposal like another: one proposes it, another decides, and only then is it there.
do $$
declare
  v_check record;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'kind'
   where c.conrelid = 'proposals'::regclass and c.contype = 'c' and c.conkey = array[a.attnum];
  execute format('alter table proposals drop constraint %I', v_check.conname);
  execute format('alter table proposals add constraint %I check (kind = ''policy'' or %s)', v_check.conname, substring(v_check.says from '^CHECK (.*)$'));
end $$;
alter table policies
  add column proposal_id id constraint rule_of_its_proposal unique,
  add column verdict text not null default 'approve' check (verdict = 'approve'),
  add column xid xid8 not null default pg_current_xact_id(),
  add constraint rule_by_two_people foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict),
  -- Rules hold from a day that was still to come, or had just begun, when the second person said yes.
  add constraint rule_not_in_the_past check (proposal_id is null or effective_from >= (recorded_at at time zone 'utc')::date);

-- Only the rules with which a fund opens, or with which a new kind of rule comes, are nobody's proposal; the others are what was proposed.
create function rule_was_proposed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if new.proposal_id is null and exists (select from policies p where p.fund_id = new.fund_id and p.subject = new.subject and p.xid <> pg_current_xact_id()) then
    raise exception 'nobody proposed that % of fund % be another', new.subject, new.fund_id using errcode = 'check_violation', constraint = 'rule_was_proposed';
  end if;
  if new.proposal_id is not null
     and not exists (select from proposals p where p.id = new.proposal_id and p.fund_id = new.fund_id and p.kind = 'policy' and p.occurred_on = new.effective_from
                        and p.terms ->> 'subject' = new.subject and p.terms -> 'terms' = new.terms) then
    raise exception 'the rule % is not what was proposed', new.subject using errcode = 'check_violation', constraint = 'rule_was_proposed';
  end if;
  return new;
end $$;
create trigger rule_was_proposed before insert on policies for each row execute function rule_was_proposed();

revoke all on function payee_details_hash, decisions_that_count, change_touches from public;
grant execute on function payee_details_hash, decisions_that_count, change_touches to wasata_service;

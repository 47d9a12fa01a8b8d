-- Experts on call and where they are sent; what entities and processes are, in versions; who may know of what, and who looked.

-- What was said of a thing, in versions: the table has what holds now, and the trigger keeps every version of it, so that no path can
-- forget to. A row says itself why it changed, by whom and in which act.
create function keeps_versions() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' and (new.version <> old.version + 1 or new.act_id is not distinct from old.act_id or new.changed_by is null) then
    raise exception '% % changes by its next version, by somebody, in an act', tg_table_name, new.id
      using errcode = 'check_violation', constraint = 'changes_by_version';
  end if;
  execute format('insert into %I (fund_id, %I, version, said, reason, changed_by, changed_at, act_id) values ($1, $2, $3, $4, $5, $6, $7, $8)',
                 tg_argv[0], tg_argv[1])
    using new.fund_id, new.id, new.version, to_jsonb(new) - array['id', 'fund_id', 'version', 'reason', 'changed_by', 'changed_at', 'act_id'],
          new.reason, new.changed_by, new.changed_at, new.act_id;
  return null;
end $$;

alter table entities drop constraint entities_kind_check,
  add constraint entities_kind_check check (kind in ('envoy_office', 'special_political_mission', 'regional_office', 'regional_organisation',
    'partner_organisation', 'non_un_mediator')),
  add column country text not null default '',
  add column mandate text not null default '' check (length(mandate) <= 2000),
  add column contact text not null default '' check (length(contact) <= 500);
alter table processes
  add column parties text[] not null default '{}',
  add column mandate_basis text check (mandate_basis in ('request_of_parties', 'secretary_general_initiative', 'security_council_request', 'general_assembly_request')),
  add column agreement text check (length(agreement) <= 300),          -- the peace agreement that it serves
  add column agreement_url text check (agreement_url ~ '^https?://' and length(agreement_url) <= 1000);
do $$
declare
  subject text;
begin
  foreach subject in array array['entities', 'processes'] loop
    execute format($f$alter table %I
      add column version int not null default 1,
      add column reason text not null default '',
      add column changed_by id references people,                     -- null: before versions were kept
      add column changed_at timestamptz not null default clock_timestamp(),
      add column act_id id references acts deferrable initially deferred$f$, subject);
  end loop;
end $$;

create table experts (
  id                       id primary key,
  fund_id                  id not null references funds,
  person_id                id references people,      -- where the expert works with the service as well
  name                     text not null check (length(name) between 1 and 300),              -- in its own script
  latin_name               text collate "C" not null check (length(latin_name) between 1 and 300),   -- transliterated
  themes                   text[] not null check (themes <@ array['power_sharing', 'natural_resources', 'constitution_making', 'ceasefire_and_security', 'gender_and_inclusion']),
  languages                jsonb not null check (jsonb_typeof(languages) = 'array'),           -- [{language: ISO 639, level}]
  regions                  text[] not null default '{}',
  countries                text[] not null default '{}',
  nationalities            text[] not null default '{}',   -- for visas and travel
  on_site                  datemultirange not null,        -- when the expert can be sent
  remote                   datemultirange not null,        -- when the expert can work from afar
  daily_fee                bigint not null check (daily_fee >= 0),       -- minor units; nothing: lent by an employer
  fee_currency             text not null references currencies,
  travel_class             text not null check (travel_class in ('economy', 'premium_economy', 'business')),
  travel_ceiling           bigint check (travel_ceiling > 0),            -- of one deployment; null: no ceiling
  travel_ceiling_currency  text references currencies,
  email                    text check (length(email) <= 300),
  phone                    text check (length(phone) <= 50),
  on_roster                boolean not null default true,
  version                  int not null default 1,
  reason                   text not null check (length(reason) between 1 and 2000),
  changed_by               id not null references people,
  changed_at               timestamptz not null,
  act_id                   id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  constraint expert_person_taken unique (fund_id, person_id),
  constraint nobody_keeps_their_own_entry check (changed_by is distinct from person_id),
  check ((travel_ceiling is null) = (travel_ceiling_currency is null))
);
create index experts_by_name on experts (fund_id, latin_name, id);
create index experts_by_theme on experts using gin (themes);
create index experts_by_language on experts using gin (languages jsonb_path_ops);
create index experts_by_region on experts using gin (regions);
create index experts_by_country on experts using gin (countries);
create index experts_on_site on experts using gist (on_site);
create index experts_remote on experts using gist (remote);

do $$
declare
  subject text;
  one text;
begin
  foreach subject in array array['entities', 'processes', 'experts'] loop
    one := case subject when 'entities' then 'entity' when 'processes' then 'process' else 'expert' end;
    execute format($f$create table %I (
      fund_id id not null, %2$I id not null, version int not null, said jsonb not null, reason text not null,
      changed_by id references people, changed_at timestamptz not null, act_id id references acts deferrable initially deferred,
      primary key (%2$I, version),
      foreign key (fund_id, %2$I) references %3$I (fund_id, id))$f$, one || '_versions', one || '_id', subject);
    execute format('insert into %I (fund_id, %I, version, said, reason, changed_at) select fund_id, id, version, to_jsonb(t) - array[''id'', ''fund_id'', ''version'', ''reason'', ''changed_by'', ''changed_at'', ''act_id''], reason, changed_at from %I t',
                   one || '_versions', one || '_id', subject);
    execute format('create trigger keeps_versions after insert or update on %I for each row execute function keeps_versions(%L, %L)',
                   subject, one || '_versions', one || '_id');
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', one || '_versions');
    execute format('grant select on %I to wasata_service', one || '_versions');
  end loop;
end $$;
grant select, insert on experts to wasata_service;
grant update (person_id, name, latin_name, themes, languages, regions, countries, nationalities, on_site, remote, daily_fee, fee_currency,
              travel_class, travel_ceiling, travel_ceiling_currency, email, phone, on_roster, version, reason, changed_by, changed_at, act_id)
  on experts to wasata_service;
grant update (name, kind, region, country, mandate, contact, version, reason, changed_by, changed_at, act_id) on entities to wasata_service;
grant update (name, country, region, phase, confidentiality, parties, mandate_basis, agreement, agreement_url,
              version, reason, changed_by, changed_at, act_id) on processes to wasata_service;

-- A process goes on; where violence comes back, that is another process.
create function phase_goes_forward() returns trigger language plpgsql as $$
declare
  phases text[] := array['before_escalation', 'after_violence', 'implementation'];
begin
  if array_position(phases, new.phase) < array_position(phases, old.phase) then
    raise exception 'process % is in % already', new.id, old.phase using errcode = 'check_violation', constraint = 'phase_goes_forward';
  end if;
  return new;
end $$;
create trigger phase_goes_forward before update of phase on processes for each row execute function phase_goes_forward();

-- What a night away is given, by country and month, in force until a later month of the same country. The country '' is the default.
create table subsistence_rates (
  fund_id      id not null references funds,
  country      text not null,
  month        date not null check (extract(day from month) = 1),
  rate         bigint not null check (rate > 0),          -- minor units, for a night
  currency     text not null references currencies,
  source       text not null,
  recorded_by  id not null references people,
  recorded_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  constraint subsistence_rate_already_set primary key (fund_id, country, month)
);

-- An expert sent, or working from afar, for a request. What it costs stands in the request's budget lines.
create type expert_day as (expert text collate "C", day date);
create type expert_days as range (subtype = expert_day);
create table deployments (
  id              id primary key,
  fund_id         id not null references funds,
  request_id      id not null,
  expert_id       id not null,
  expert_version  int not null,                           -- by which it was costed
  mode            text not null check (mode in ('on_site', 'remote')),
  country         text not null,
  place           text not null default '',
  starts_on       date not null,
  ends_on         date not null,
  days            int generated always as (ends_on - starts_on + 1) stored,
  nights          int generated always as (case mode when 'on_site' then ends_on - starts_on else 0 end) stored,
  held_until      date,                                   -- until when it holds the expert; null: it does not. The database alone writes it
  planned_by      id not null references people,
  planned_at      timestamptz not null,
  act_id          id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (fund_id, expert_id) references experts (fund_id, id),
  foreign key (expert_id, expert_version) references expert_versions (expert_id, version),
  constraint deployment_days_in_order check (ends_on between starts_on and starts_on + 731),
  -- A range over expert and day: two of the same expert overlap where their days do, and two of different ones never. Needs no extension.
  constraint expert_double_booked exclude using gist (
    expert_days(row(expert_id, starts_on)::expert_day, row(expert_id, held_until)::expert_day, '[]') with &&)
    where (held_until is not null)
);
create index deployments_by_request on deployments (request_id);
create index deployments_by_expert on deployments (expert_id, starts_on);
create index deployments_held on deployments (fund_id, held_until, id) where held_until is not null;

-- What became of a deployment. Confirmed it is by the approval of its request.
create table deployment_changes (
  fund_id        id not null,
  deployment_id  id not null,
  change         text not null check (change in ('started', 'ended', 'cancelled')),
  on_day         date not null,                           -- the first day, the last day, or the day on which it was cancelled
  reason         text not null default '',
  recorded_by    id not null references people,
  recorded_at    timestamptz not null,
  act_id         id not null references acts deferrable initially deferred,
  primary key (deployment_id, change),
  foreign key (fund_id, deployment_id) references deployments (fund_id, id),
  check (change <> 'cancelled' or reason <> '')
);

-- What holds an expert: every deployment of a request that was submitted and has not come to nothing, and one that was begun, until its
-- last day or the day on which it ended. A draft holds nobody.
create function holds_until(d deployments) returns date language sql stable set search_path = public, pg_temp as $$
  select case when exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'cancelled') then null
              when r.status in ('draft', 'rejected', 'withdrawn', 'expired', 'cancelled', 'unwound')
               and not exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'started') then null
              else coalesce((select c.on_day from deployment_changes c where c.deployment_id = d.id and c.change = 'ended'), d.ends_on) end
    from requests r where r.id = d.request_id
$$;
create function request_holds_experts() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update deployments d set held_until = holds_until(d) where d.request_id = new.id and d.held_until is distinct from holds_until(d);
  return null;
end $$;
create trigger request_holds_experts after update of status on requests for each row when (new.status <> old.status)
  execute function request_holds_experts();
create function change_holds_expert() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update deployments d set held_until = holds_until(d) where d.id = new.deployment_id;
  return null;
end $$;
create trigger change_holds_expert after insert on deployment_changes for each row execute function change_holds_expert();
create function deployment_holds_expert() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  new.held_until := holds_until(new);
  return new;
end $$;
create trigger deployment_holds_expert before insert on deployments for each row execute function deployment_holds_expert();
create trigger decided_content_is_fixed before insert or delete on deployments for each row execute function decided_parts_are_fixed();

-- A deployment moves on in one order, under an approved request, and within its days.
create function deployment_moves_in_order() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  d deployments;
  started date;
begin
  select * into d from deployments where id = new.deployment_id for update;
  select c.on_day into started from deployment_changes c where c.deployment_id = d.id and c.change = 'started';
  if exists (select from deployment_changes c where c.deployment_id = d.id and c.change in ('ended', 'cancelled'))
     or (new.change = 'started' and (started is not null or new.on_day not between d.starts_on and d.ends_on
           or not exists (select from requests r where r.id = d.request_id and r.status in ('approved', 'active'))))
     or (new.change = 'ended' and (started is null or new.on_day not between started and d.ends_on))
     or (new.change = 'cancelled' and started is not null) then
    raise exception 'deployment % is not to be % now', d.id, new.change using errcode = 'check_violation', constraint = 'deployment_moves_in_order';
  end if;
  return new;
end $$;
create trigger deployment_moves_in_order before insert on deployment_changes for each row execute function deployment_moves_in_order();

-- The lines that a deployment costs: so many days or nights of so much.
alter table budget_lines
  add column deployment_id id,
  add column cost text check (cost in ('fee', 'subsistence', 'travel')),
  add column month date,                                  -- of the nights
  add column quantity int check (quantity > 0),
  add column unit bigint check (unit > 0),                -- minor units of
  add column unit_currency text references currencies,
  add column rate numeric(24, 10),                        -- to the fund's currency; null: it is in the fund's currency
  add constraint line_of_deployment check (num_nulls(deployment_id, cost, quantity, unit, unit_currency) in (0, 5)),
  add constraint line_multiplies check (deployment_id is null or rate is not null or amount = quantity * unit),
  add foreign key (fund_id, deployment_id) references deployments (fund_id, id);
create index budget_lines_by_deployment on budget_lines (deployment_id) where deployment_id is not null;

-- What is submitted is costed whole: each day has its fee and each night its subsistence, at the fee of the version that it names.
create function deployments_are_costed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (
    select from deployments d
      join expert_versions v on v.expert_id = d.expert_id and v.version = d.expert_version
      left join lateral (select sum(l.quantity) filter (where l.cost = 'fee') as days, sum(l.quantity) filter (where l.cost = 'subsistence') as nights,
                                bool_and(l.request_id = d.request_id and (l.rate is not null or l.unit_currency = f.currency)
                                     and (l.cost <> 'fee' or (l.unit = (v.said ->> 'daily_fee')::bigint and l.unit_currency = v.said ->> 'fee_currency'))) as right
                           from budget_lines l join funds f on f.id = d.fund_id where l.deployment_id = d.id) l on true
     where d.request_id = new.id
       and (coalesce(l.days, 0) <> case when (v.said ->> 'daily_fee')::bigint = 0 then 0 else d.days end
            or coalesce(l.nights, 0) <> d.nights or not coalesce(l.right, true))) then
    raise exception 'the deployments of request % are not what its lines say', new.id using errcode = 'check_violation', constraint = 'deployments_are_costed';
  end if;
  return new;
end $$;
create trigger deployments_are_costed before update of status on requests for each row
  when (new.status = 'submitted' and old.status <> 'submitted') execute function deployments_are_costed();

-- Nobody acts on a request that sends them.
create function deployed_people_have_no_duty() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from deployments d join experts e on e.id = d.expert_id join duties u on u.request_id = d.request_id and u.person_id = e.person_id
              where d.request_id = new.request_id) then
    raise exception 'request % sends somebody who has a duty in it', new.request_id using errcode = 'check_violation', constraint = 'deployed_people_have_no_duty';
  end if;
  return null;
end $$;
create trigger deployed_people_have_no_duty after insert on duties for each row execute function deployed_people_have_no_duty();
create trigger deployed_people_have_no_duty after insert on deployments for each row execute function deployed_people_have_no_duty();

-- How risky it is to work with an entity, by a compliance officer, until a day: the last row holds, and once expired counts as high. The
-- same shape as the ratings of payees.
create table entity_ratings (
  fund_id      id not null,
  entity_id    id not null,
  number       int not null check (number > 0),
  rating       text not null check (rating in ('low', 'medium', 'high')),
  reason       text not null check (length(reason) between 1 and 2000),
  valid_until  date not null,
  rated_by     id not null,
  person_kind  text not null constraint service_account_decides_nothing check (person_kind = 'person'),
  rated_at     timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  primary key (entity_id, number),
  foreign key (fund_id, entity_id) references entities (fund_id, id),
  foreign key (rated_by, person_kind) references people (id, kind),
  constraint rating_still_to_run check (valid_until >= (rated_at at time zone 'utc')::date)
);

-- Who was told of a process, an entity or a person, and of whom that was taken back: the last row of each holds.
alter table need_to_know drop constraint told_already,
  alter column entity_id drop not null,
  add column id bigint generated always as identity primary key,
  add column person_id id references people,
  add column told boolean not null default true,
  add column reason text not null default '' check (length(reason) <= 2000),
  add column told_by id references people,
  add constraint told_is_one check (num_nonnulls(entity_id, person_id) = 1);
drop index need_to_know_by_entity;
create index need_to_know_by_entity on need_to_know (process_id, entity_id, id desc) where entity_id is not null;
create index need_to_know_by_person on need_to_know (process_id, person_id, id desc) where person_id is not null;
create view told as
  select * from (select distinct on (process_id, entity_id, person_id) * from need_to_know order by process_id, entity_id, person_id, id desc) last
   where last.told;

-- Every look at the file of a confidential process.
create table looks (
  id          bigint generated always as identity primary key,
  fund_id     id not null,
  process_id  id not null,
  request_id  id,                                         -- where it was a request for the process
  what        text not null check (what in ('process', 'request', 'deployment', 'need_to_know', 'looks')),
  person_id   id not null references people,
  looked_at   timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  foreign key (fund_id, process_id) references processes (fund_id, id),
  foreign key (fund_id, request_id) references requests (fund_id, id)
);
create index looks_by_process on looks (process_id, id desc);

-- The processes of which a person may know: open ones of the funds in which they have a role; confidential ones if they are on the list, by
-- themselves or by the entity that they ask for, or keep the list; strictly confidential ones only if they are on it. An auditor knows all.
create function seen_processes(p_person text) returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  select p.id
    from processes p
   where exists (select from role_grants g
                  where g.person_id = p_person and g.fund_id = p.fund_id and g.ended_at is null and g.role <> 'donor'
                    and (p.confidentiality = 'open' or g.role = 'auditor'
                      or (p.confidentiality = 'confidential' and g.role in ('fund_manager', 'controller'))
                      or exists (select from told t where t.process_id = p.id and (t.person_id = p_person or t.entity_id = g.entity_id))))
      or (p.confidentiality = 'open' and exists (select from people n where n.id = p_person and n.administrator))
$$;

-- Whether a person has something to do with a request for which they must see it: they decide on it, or did; or its money waits for them.
create function acts_on(p_request text, p_person text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from duties d where d.request_id = p_request and d.person_id = p_person and d.duty <> 'requester')
      or exists (select from requests r join role_grants g on g.fund_id = r.fund_id and g.person_id = p_person and g.ended_at is null
                  where r.id = p_request
                    and ((r.status = 'submitted'
                          and exists (select from approval_steps s where s.request_id = r.id and s.round = r.round and s.role = g.role))
                      or (r.status in ('approved', 'active') and g.role = 'certifying_officer')
                      or exists (select from payments p
                                  where p.request_id = r.id and ((p.status = 'certified' and g.role in ('bank_signatory', 'treasurer')) or (p.status in ('released', 'settled') and g.role = 'reconciler')))))
$$;

-- Only who was told asks for money for a confidential process.
create or replace function process_is_known() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from processes p where p.id = new.process_id
                    and (p.confidentiality = 'open' or exists (select from told k where k.process_id = p.id and k.entity_id = new.entity_id))) then
    raise exception 'entity % was not told of process %', new.entity_id, new.process_id using errcode = 'check_violation', constraint = 'process_is_known';
  end if;
  return new;
end $$;

do $$
declare
  history text;
begin
  foreach history in array array['subsistence_rates', 'deployment_changes', 'entity_ratings', 'looks'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select, delete on deployments to wasata_service;
grant insert (id, fund_id, request_id, expert_id, expert_version, mode, country, place, starts_on, ends_on, planned_by, planned_at, act_id)
  on deployments to wasata_service;
grant select on told to wasata_service;
revoke all on function seen_processes, acts_on from public;
grant execute on function seen_processes, acts_on to wasata_service;

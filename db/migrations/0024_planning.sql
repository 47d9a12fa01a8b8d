-- Advance planning: what is watched, what is planned for, and money set aside for it.

-- A crisis that may come: a place, and what is thought of it, version by version. Nothing of it is ever overwritten.
create table watch_items (
  id          id primary key,
  fund_id     id not null references funds,
  country     text not null,
  region      text not null,
  process_id  id,
  created_by  id not null references people,
  created_at  timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, process_id) references processes (fund_id, id)
);
create index watch_items_by_region on watch_items (fund_id, region, id);

create table watch_item_versions (
  fund_id        id not null,
  watch_item_id  id not null,
  version        int not null check (version > 0),
  phase          text not null check (phase in ('before_escalation', 'after_violence', 'implementation')),
  signal         text not null,
  severity       text not null check (severity in ('low', 'medium', 'high', 'critical')),
  owner_id       id not null references people,
  review_on      date not null,
  closed         boolean not null default false,
  note           text not null default '',
  changed_by     id not null references people,
  changed_at     timestamptz not null,
  act_id         id not null references acts deferrable initially deferred,
  constraint watch_item_changed_in_turn primary key (watch_item_id, version),
  foreign key (fund_id, watch_item_id) references watch_items (fund_id, id),
  check (not closed or note <> '')
);

create sequence plan_numbers;

-- A costed plan for a foreseen crisis. The row is what is searched for and the lock; what the plan says is in its versions.
create table contingency_plans (
  id          id primary key,
  fund_id     id not null references funds,
  code        text collate "C" not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$'),
  entity_id   id not null,
  version     int not null default 1,
  status      text not null default 'open' check (status in ('open', 'activated', 'withdrawn', 'expired')),
  expires_on  date not null,               -- as the version in force says: the last day on which it can be used
  review_on   date not null,               -- as the version in force or the last review says
  created_by  id not null references people,
  created_at  timestamptz not null,
  unique (fund_id, code),
  unique (fund_id, id),
  check (review_on <= expires_on),
  foreign key (fund_id, entity_id) references entities (fund_id, id)
);
create index contingency_plans_by_status on contingency_plans (fund_id, status, id);
create index contingency_plans_by_expiry on contingency_plans (expires_on) where status = 'open';

create table plan_versions (
  fund_id         id not null,
  plan_id         id not null,
  version         int not null check (version > 0),
  title           text not null check (length(title) between 1 and 300),
  scenario        text not null,
  watch_item_id   id,
  process_id      id,
  country         text not null,
  region          text not null,
  phase           text not null check (phase in ('before_escalation', 'after_violence', 'implementation')),
  lane            text not null check (lane in ('standard', 'rapid', 'no_regret')),
  mandate_basis   text not null check (mandate_basis in ('request_of_parties', 'secretary_general_initiative', 'security_council_request', 'general_assembly_request')),
  support         text[] not null check (support <> '{}' and support <@ array['advisory', 'logistical', 'financial']),
  themes          text[] not null default '{}' check (themes <@ array['power_sharing', 'natural_resources', 'constitution_making', 'ceasefire_and_security', 'gender_and_inclusion']),
  duration_days   int not null check (duration_days between 1 and 3660),
  expires_on      date not null,
  review_on       date not null,
  when_activated  text not null check (when_activated in ('give_back', 'keep')),   -- what becomes of money set aside beyond what a request took
  reason          text not null,
  changed_by      id not null references people,
  changed_at      timestamptz not null,
  act_id          id not null references acts deferrable initially deferred,
  primary key (plan_id, version),
  foreign key (fund_id, plan_id) references contingency_plans (fund_id, id),
  foreign key (fund_id, watch_item_id) references watch_items (fund_id, id),
  foreign key (fund_id, process_id) references processes (fund_id, id),
  unique (fund_id, plan_id, version)
);

create table plan_lines (
  fund_id      id not null,
  plan_id      id not null,
  version      int not null,
  line         smallint not null,
  category     text not null check (category in ('grants', 'experts', 'travel', 'venue', 'interpretation', 'security')),
  description  text not null,
  amount       bigint not null check (amount > 0),
  -- An expert who is to be sent, or to work from afar: for so many days, so long after the beginning. What the line costs is an estimate by
  -- the fee of that version of the expert; the request gets a deployment with its own lines in its place.
  expert_id       id,
  expert_version  int,
  mode            text check (mode in ('on_site', 'remote')),
  after_days      int check (after_days between 0 and 3660),
  days            int check (days between 1 and 731),
  primary key (plan_id, version, line),
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version),
  foreign key (fund_id, expert_id) references experts (fund_id, id),
  foreign key (expert_id, expert_version) references expert_versions (expert_id, version),
  check (num_nulls(expert_id, expert_version, mode, after_days, days) in (0, 5)),
  check (expert_id is null or category = 'experts')
);

-- In parts, by days after the beginning. The parts add up to the lines.
create table plan_tranches (
  fund_id     id not null,
  plan_id     id not null,
  version     int not null,
  tranche     smallint not null,
  after_days  int not null check (after_days between 0 and 3660),
  amount      bigint not null check (amount > 0),
  condition   text not null default '',
  primary key (plan_id, version, tranche),
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version)
);

-- Who is to be paid, the first of them unless another is chosen.
create table plan_payees (
  fund_id   id not null,
  plan_id   id not null,
  version   int not null,
  place     smallint not null,
  payee_id  id not null,
  primary key (plan_id, version, place),
  unique (plan_id, version, payee_id),
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version),
  foreign key (fund_id, payee_id) references payees (fund_id, id)
);

-- A plan was looked at and still holds: it changes no word of it.
create table plan_reviews (
  fund_id      id not null,
  plan_id      id not null,
  version      int not null,
  number       int not null,
  review_on    date not null,
  note         text not null,
  reviewed_by  id not null references people,
  reviewed_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  primary key (plan_id, number),
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version)
);

-- Money set aside for a plan, by somebody who did not write it, and which contributions hold it.
create table plan_set_asides (
  id          id primary key,
  fund_id     id not null,
  plan_id     id not null,
  version     int not null,
  amount      bigint not null check (amount > 0),
  rule_from   date not null,
  decided_by  id not null references people,
  decided_at  timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version)
);
create index plan_set_asides_by_plan on plan_set_asides (plan_id, version);

create table plan_funding (
  fund_id          id not null,
  set_aside_id     id not null,
  contribution_id  id not null,
  amount           bigint not null check (amount > 0),
  reason           jsonb not null,
  primary key (set_aside_id, contribution_id),
  foreign key (fund_id, set_aside_id) references plan_set_asides (fund_id, id),
  foreign key (fund_id, contribution_id) references contributions (fund_id, id)
);
create index plan_funding_by_contribution on plan_funding (contribution_id);

-- Money that went back to what is available, and why.
create table plan_releases (
  id           id primary key,
  fund_id      id not null,
  plan_id      id not null,
  version      int not null,
  kind         text not null check (kind in ('changed', 'withdrawn', 'expired', 'activated')),
  amount       bigint not null check (amount > 0),
  released_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version)
);
create index plan_releases_by_plan on plan_releases (plan_id);

-- A plan that became a request. Each line of a version is used once.
create table plan_activations (
  fund_id       id not null,
  plan_id       id not null,
  version       int not null,
  request_id    id primary key,
  from_ready    bigint not null check (from_ready >= 0),        -- what was set aside, and what was available
  from_available  bigint not null check (from_available >= 0),
  activated_by  id not null references people,
  activated_at  timestamptz not null,
  act_id        id not null references acts deferrable initially deferred,
  unique (fund_id, plan_id, version, request_id),
  foreign key (fund_id, plan_id, version) references plan_versions (fund_id, plan_id, version),
  foreign key (fund_id, request_id) references requests (fund_id, id)
);
create index plan_activations_by_plan on plan_activations (plan_id);

create table plan_lines_activated (
  fund_id     id not null,
  plan_id     id not null,
  version     int not null,
  line        smallint not null,
  request_id  id not null,
  constraint plan_line_activated_once primary key (plan_id, version, line),
  foreign key (plan_id, version, line) references plan_lines (plan_id, version, line),
  foreign key (fund_id, plan_id, version, request_id) references plan_activations (fund_id, plan_id, version, request_id)
);

create table plan_endings (
  fund_id   id not null,
  plan_id   id primary key,
  kind      text not null check (kind in ('activated', 'withdrawn', 'expired')),
  reason    text not null,
  ended_at  timestamptz not null,
  act_id    id not null references acts deferrable initially deferred,
  foreign key (fund_id, plan_id) references contingency_plans (fund_id, id)
);

-- The tranche plan that a request has from its plan.
create table request_tranches (
  fund_id     id not null,
  request_id  id not null,
  tranche     smallint not null,
  after_days  int not null check (after_days between 0 and 3660),
  amount      bigint not null check (amount > 0),
  condition   text not null default '',
  primary key (request_id, tranche),
  foreign key (fund_id, request_id) references requests (fund_id, id)
);

-- Money that is set aside is set aside for a plan of its fund: the account says which.
alter table accounts
  add column plan_code text collate "C" generated always as (case when address ~ '^budget:ready:' then nullif(split_part(address, ':', 4), '') end) stored,
  add constraint ready_is_for_a_plan foreign key (fund_id, plan_code) references contingency_plans (fund_id, code);
create index accounts_by_plan on accounts (fund_id, plan_code) where plan_code is not null;

create function held_for_plan(p_plan text) returns bigint language sql stable set search_path = public, pg_temp as $$
  select coalesce(sum(b.amount), 0)::bigint
    from contingency_plans p join accounts a on a.fund_id = p.fund_id and a.plan_code = p.code join balances b on b.account_id = a.id
   where p.id = p_plan
$$;

-- Who wrote any word of a plan does not decide on its money.
create function set_aside_by_another() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from plan_versions v where v.plan_id = new.plan_id and v.changed_by = new.decided_by) then
    raise exception '% wrote plan %', new.decided_by, new.plan_id using errcode = 'check_violation', constraint = 'set_aside_by_another';
  end if;
  return new;
end $$;
create trigger set_aside_by_another before insert on plan_set_asides for each row execute function set_aside_by_another();

-- And the other way round: who has decided on its money writes it only after that money went back.
create function plan_is_anothers() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if held_for_plan(new.plan_id) > 0 and new.version > 1 then
    raise exception 'plan % is changed and still holds money', new.plan_id using errcode = 'check_violation', constraint = 'changed_plan_holds_nothing';
  end if;
  return null;
end $$;
create constraint trigger changed_plan_holds_nothing after insert on plan_versions
  deferrable initially deferred for each row execute function plan_is_anothers();

-- A plan holds no more than it costs and has not been used for yet, and nothing once it has ended.
create function plan_holds_what_it_needs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if held_for_plan(new.plan_id) > (
       select case p.status when 'open' then coalesce(sum(l.amount), 0) else 0 end
         from contingency_plans p
         left join plan_lines l on l.plan_id = p.id and l.version = p.version
          and not exists (select from plan_lines_activated u where u.plan_id = l.plan_id and u.version = l.version and u.line = l.line)
        where p.id = new.plan_id group by p.status) then
    raise exception 'plan % holds more than it needs', new.plan_id using errcode = 'check_violation', constraint = 'plan_holds_what_it_needs';
  end if;
  return null;
end $$;
create constraint trigger plan_holds_what_it_needs after insert on plan_set_asides
  deferrable initially deferred for each row execute function plan_holds_what_it_needs();
create constraint trigger plan_holds_what_it_needs after insert on plan_activations
  deferrable initially deferred for each row execute function plan_holds_what_it_needs();
create constraint trigger plan_holds_what_it_needs after insert on plan_endings
  deferrable initially deferred for each row execute function plan_holds_what_it_needs();

-- A plan ends by the row that says how, and stays ended.
create function plan_ends_by_its_row() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.status <> 'open' or not exists (select from plan_endings e where e.plan_id = new.id and e.kind = new.status) then
    raise exception 'plan % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'plan_ends_by_its_row';
  end if;
  return new;
end $$;
create trigger plan_ends_by_its_row before update of status on contingency_plans for each row
  when (new.status <> old.status) execute function plan_ends_by_its_row();

do $$
declare
  history text;
begin
  foreach history in array array['watch_items', 'watch_item_versions', 'plan_versions', 'plan_lines', 'plan_tranches', 'plan_payees', 'plan_reviews',
                                 'plan_set_asides', 'plan_funding', 'plan_releases', 'plan_activations', 'plan_lines_activated', 'plan_endings',
                                 'request_tranches'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select, insert on contingency_plans to wasata_service;
grant update (version, status, expires_on, review_on) on contingency_plans to wasata_service;
grant usage on sequence plan_numbers to wasata_service;
revoke all on function held_for_plan from public;
grant execute on function held_for_plan to wasata_service;

-- People, funds, who may do what, and the record of every act.

-- The service never works as the owner of its tables: it takes one of these roles, which hold only what is granted below.
do $$
begin
  create role wasata_service nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
  create role wasata_donor nologin;   -- reads one donor's rows, by row-level security
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
  execute format('grant wasata_service, wasata_donor to %I', current_user);
exception when insufficient_privilege or unique_violation then null;
end $$;
grant wasata_donor to wasata_service;
grant usage on schema public to wasata_service, wasata_donor;

-- Compared byte by byte, so that an index and a page of results mean the same on every machine.
create domain id as text collate "C" check (value ~ '^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$');

create table currencies (
  code        text primary key check (code ~ '^[A-Z]{3}$'),
  minor_unit  smallint not null check (minor_unit between 0 and 4),
  name        text not null,
  valid_from  date,
  valid_to    date                      -- the last day of use of a withdrawn currency
);

create table people (
  id             id primary key,
  kind           text not null check (kind in ('person', 'service')),
  name           text not null check (length(name) between 1 and 200),
  email          text not null check (email = lower(email)),
  password_hash  text,                  -- argon2id; null for a service account, which has tokens only
  language       text not null default 'en' check (language in ('en', 'ar')),
  administrator  boolean not null default false,
  active         boolean not null default true,
  version        int not null default 1,
  created_at     timestamptz not null default now(),
  constraint email_taken unique (email),
  unique (id, kind),
  unique (id, administrator)
);

create table funds (
  id           id primary key,
  code         text not null constraint fund_code_taken unique check (code ~ '^[A-Z0-9][A-Z0-9-]{1,19}$'),
  name         text not null check (length(name) between 1 and 200),
  name_arabic  text,
  currency     text not null references currencies,     -- the functional currency
  opened_on    date not null,
  created_at   timestamptz not null default now()
);

-- Every change and every refused attempt: who, what, when, from where, and with which outcome.
create table acts (
  id          id primary key,
  fund_id     id references funds,
  person_id   id references people,
  token_id    id,
  request_id  text not null,            -- of the HTTP request, the same as in the log and in the answer
  method      text not null,
  path        text not null,
  address     text,                     -- where from
  outcome     text not null,            -- 'done', or the code of the refusal
  details     jsonb,
  at          timestamptz not null default clock_timestamp(),
  xid         xid8 not null default pg_current_xact_id()      -- lets a sealer pass by what is still being written
);
create index acts_by_fund on acts (fund_id, id);
create index acts_by_transaction on acts (fund_id, xid);
create index acts_by_person on acts (person_id, id);

create table tokens (
  id          id primary key,
  person_id   id not null references people,
  name        text not null check (length(name) between 1 and 100),
  token_hash  bytea not null unique,    -- sha-256; the token itself is shown once and kept nowhere
  expires_at  timestamptz not null,
  revoked_at  timestamptz,
  created_at  timestamptz not null default now()
);
create index tokens_by_person on tokens (person_id);

create table donors (
  id          id primary key,
  fund_id     id not null references funds,
  name        text not null check (length(name) between 1 and 300),
  kind        text not null,
  created_at  timestamptz not null default now(),
  constraint donor_name_taken unique (fund_id, name),
  unique (fund_id, id)
);

create table entities (
  id          id primary key,
  fund_id     id not null references funds,
  name        text not null check (length(name) between 1 and 300),
  kind        text not null check (kind in ('envoy_office', 'special_political_mission', 'regional_office', 'regional_organisation', 'non_un_mediator')),
  region      text not null,
  created_at  timestamptz not null default now(),
  constraint entity_name_taken unique (fund_id, name),
  unique (fund_id, id)
);

-- Which role a person holds in a fund. Ended grants stay, as history.
create table role_grants (
  fund_id           id not null references funds,
  person_id         id not null,
  role              text not null check (role in ('requester', 'certifying_officer', 'fund_manager', 'director', 'head_of_department',
                      'treasurer', 'bank_signatory', 'reconciler', 'payee_clerk', 'controller', 'compliance_officer', 'advisor', 'donor', 'auditor')),
  donor_id          id,
  entity_id         id,
  granted_at        timestamptz not null default clock_timestamp(),
  granted_by        id references people,
  ended_at          timestamptz,
  ended_by          id references people,
  -- An administrator has no financial role: a grant can only point at a person who is none, and such a person cannot become one.
  is_administrator  boolean not null default false check (not is_administrator),
  constraint administrator_has_no_financial_role foreign key (person_id, is_administrator) references people (id, administrator),
  foreign key (fund_id, donor_id) references donors (fund_id, id),
  foreign key (fund_id, entity_id) references entities (fund_id, id),
  constraint donor_role_names_donor check ((role = 'donor') = (donor_id is not null)),
  constraint requester_role_names_entity check ((role = 'requester') = (entity_id is not null))
);
create unique index role_grants_in_force on role_grants (fund_id, person_id, role, coalesce(donor_id, entity_id, '')) where ended_at is null;
create index role_grants_by_person on role_grants (person_id) where ended_at is null;

create table bank_accounts (
  id          id primary key,
  fund_id     id not null references funds,
  code        text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,29}$'),
  name        text not null,
  currency    text not null references currencies,
  created_at  timestamptz not null default now(),
  constraint bank_account_code_taken unique (fund_id, code),
  unique (fund_id, id)
);

-- Rules as data: what is in force on a day is the latest row of its subject from on or before that day. Never changed, only followed by a later one.
create table policies (
  fund_id         id not null references funds,
  subject         text not null check (subject in ('approval_matrix', 'funding_rule', 'reservation', 'recognition')),
  effective_from  date not null,
  terms           jsonb not null,
  recorded_at     timestamptz not null default clock_timestamp(),
  primary key (fund_id, subject, effective_from)
);

-- Operational rates of exchange: units of the currency per unit of the fund's, for a month, never changed once used.
create table exchange_rates (
  fund_id      id not null references funds,
  currency     text not null references currencies,
  month        date not null check (extract(day from month) = 1),
  units        numeric(24, 10) not null check (units > 0),
  source       text not null,
  recorded_at  timestamptz not null default clock_timestamp(),
  constraint rate_already_set primary key (fund_id, currency, month)
);

create table processes (
  id               id primary key,
  fund_id          id not null references funds,
  name             text not null check (length(name) between 1 and 300),
  country          text not null,
  region           text not null,
  phase            text not null check (phase in ('before_escalation', 'after_violence', 'implementation')),
  confidentiality  text not null check (confidentiality in ('open', 'confidential', 'strictly_confidential')),
  created_at       timestamptz not null default now(),
  constraint process_name_taken unique (fund_id, name),
  unique (fund_id, id)
);

create table idempotency_keys (
  person_id     id not null references people,
  key           text not null,
  request_hash  bytea not null,         -- of method, path and body
  status        int,
  headers       jsonb,
  body          json,                    -- as it was sent, in its order
  created_at    timestamptz not null default now(),
  primary key (person_id, key)
);

create table sessions (                 -- connect-pg-simple's own shape
  sid     text primary key,
  sess    json not null,
  expire  timestamptz not null
);
create index sessions_by_expiry on sessions (expire);

create table sign_in_attempts (         -- rate-limiter-flexible's own shape
  key     text primary key,
  points  integer not null default 0,
  expire  bigint
);

create function history_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: correct it with another row', tg_table_name using errcode = '42501';
end $$;

create trigger append_only before update or delete or truncate on acts for each statement execute function history_is_append_only();
create trigger append_only before update or delete or truncate on policies for each statement execute function history_is_append_only();
create trigger append_only before update or delete or truncate on exchange_rates for each statement execute function history_is_append_only();

grant select on currencies to wasata_service, wasata_donor;
grant select, insert on funds, acts, donors, entities, bank_accounts, policies, exchange_rates, processes to wasata_service;
grant select, insert, update on people, tokens, role_grants, idempotency_keys to wasata_service;
grant select, insert, update, delete on sessions, sign_in_attempts to wasata_service;
grant select on funds, donors to wasata_donor;
-- The runner's own tables: the service tells in /readyz whether its schema is the one it was written for.
grant select on knex_migrations, knex_migrations_lock to wasata_service;

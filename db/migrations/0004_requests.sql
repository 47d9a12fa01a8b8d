-- Money asked for and decided on.

create table payees (
  id            id primary key,
  fund_id       id not null references funds,
  name          text not null check (length(name) between 1 and 300),
  kind          text not null check (kind in ('partner', 'person', 'supplier')),
  country       text not null,
  bank_details  text not null,
  recorded_by   id not null references people,
  recorded_at   timestamptz not null default clock_timestamp(),
  act_id        id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  unique (id, recorded_by)
);

create table payee_verifications (
  payee_id     id primary key,
  recorded_by  id not null,
  verified_by  id not null references people,
  verified_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  foreign key (payee_id, recorded_by) references payees (id, recorded_by),
  constraint payee_by_two_people check (verified_by <> recorded_by)
);

-- A tie that a person has declared to a payee: they then keep away from its money.
create table ties (
  person_id    id not null references people,
  payee_id     id not null references payees,
  nature       text not null,
  act_id       id not null references acts deferrable initially deferred,
  primary key (person_id, payee_id)
);

create sequence request_numbers;

create table requests (
  id              id primary key,
  fund_id         id not null references funds,
  code            text collate "C" not null,
  entity_id       id not null,
  process_id      id,
  payee_id        id,
  title           text not null check (length(title) between 1 and 300),
  purpose         text not null default '',
  mandate_basis   text check (mandate_basis in ('request_of_parties', 'secretary_general_initiative', 'security_council_request', 'general_assembly_request')),
  support         text[] not null default '{}' check (support <@ array['advisory', 'logistical', 'financial']),
  themes          text[] not null default '{}' check (themes <@ array['power_sharing', 'natural_resources', 'constitution_making', 'ceasefire_and_security', 'gender_and_inclusion']),
  starts_on       date,
  ends_on         date,
  status          text not null default 'draft' check (status in ('draft', 'submitted', 'returned', 'approved', 'active', 'reporting', 'closed',
                    'rejected', 'withdrawn', 'expired', 'suspended', 'cancelled')),
  round           int not null default 0,    -- how often it was submitted
  version         int not null default 1,
  content_hash    bytea,                     -- of what was last submitted
  reserved_until  date,
  created_by      id not null references people,
  created_at      timestamptz not null default clock_timestamp(),
  submitted_at    timestamptz,
  constraint request_code_taken unique (fund_id, code),
  unique (fund_id, id),
  check (ends_on >= starts_on),
  foreign key (fund_id, entity_id) references entities (fund_id, id),
  foreign key (fund_id, process_id) references processes (fund_id, id),
  foreign key (fund_id, payee_id) references payees (fund_id, id)
);
create index requests_by_status on requests (fund_id, status, id);
create index requests_by_entity on requests (entity_id, id);

create table budget_lines (
  request_id   id not null references requests,
  line         smallint not null,
  category     text not null check (category in ('grants', 'experts', 'travel', 'venue', 'interpretation', 'security')),
  description  text not null,
  amount       bigint not null check (amount > 0),
  primary key (request_id, line)
);

-- People whom a request names: they keep away from it.
create table named_people (
  request_id  id not null references requests,
  person_id   id not null references people,
  primary key (request_id, person_id)
);

-- Separation of duties: whoever takes part in a request has one duty in it, for good. The key says so, and every row that records
-- a person's part points here with the duty it needs, so that nobody can ever appear under two.
create table duties (
  request_id   id not null references requests,
  person_id    id not null,
  duty         text not null check (duty in ('requester', 'certifier', 'approver', 'releaser', 'reconciler')),
  person_kind  text not null,
  primary key (request_id, person_id),
  unique (request_id, person_id, duty),
  foreign key (person_id, person_kind) references people (id, kind),
  constraint service_account_decides_nothing check (duty = 'requester' or person_kind = 'person')
);

create function named_people_have_no_duty() returns trigger language plpgsql as $$
begin
  if new.duty <> 'requester' and exists (select from named_people n where n.request_id = new.request_id and n.person_id = new.person_id) then
    raise exception '% is named in request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'named_people_have_no_duty';
  end if;
  if exists (select from ties t join requests r on r.payee_id = t.payee_id where r.id = new.request_id and t.person_id = new.person_id) then
    raise exception '% has declared a tie to the payee of request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'tied_people_have_no_duty';
  end if;
  if new.duty in ('certifier', 'approver', 'releaser') and exists (
       select from requests r join payees p on p.id = r.payee_id left join payee_verifications v on v.payee_id = p.id
        where r.id = new.request_id
          and ((p.recorded_by = new.person_id and p.recorded_at > now() - interval '30 days')
            or (v.verified_by = new.person_id and v.verified_at > now() - interval '30 days'))) then
    raise exception '% handled the bank details of the payee of request %', new.person_id, new.request_id
      using errcode = 'check_violation', constraint = 'bank_clerks_have_no_duty';
  end if;
  return new;
end $$;
create trigger named_people_have_no_duty before insert on duties for each row execute function named_people_have_no_duty();

create table submissions (
  request_id      id not null references requests,
  round           int not null,
  submitted_by    id not null,
  duty            text not null default 'requester' check (duty = 'requester'),
  amount          bigint not null check (amount > 0),
  content_hash    bytea not null,
  content         jsonb not null,            -- exactly what was submitted
  matrix_from     date not null,             -- the version of the rules that fixed the steps
  rule_from       date not null,             -- and of the funding rule
  reserved_until  date not null,
  submitted_at    timestamptz not null default clock_timestamp(),
  act_id          id not null references acts deferrable initially deferred,
  primary key (request_id, round),
  foreign key (request_id, submitted_by, duty) references duties (request_id, person_id, duty)
);

-- The approval matrix as it was in force when the request was submitted.
create table approval_steps (
  request_id  id not null,
  round       int not null,
  step        smallint not null,             -- same number: side by side
  role        text not null,
  quorum      smallint not null check (quorum > 0),
  primary key (request_id, round, step, role),
  foreign key (request_id, round) references submissions (request_id, round)
);

-- Which contribution pays, how much, and why.
create table request_funding (
  request_id       id not null,
  round            int not null,
  contribution_id  id not null references contributions,
  amount           bigint not null check (amount > 0),
  reason           jsonb not null,
  primary key (request_id, round, contribution_id),
  foreign key (request_id, round) references submissions (request_id, round)
);
create index request_funding_by_contribution on request_funding (contribution_id);

-- A decision cannot change: who, verdict, why, on exactly what.
create table decisions (
  id            id primary key,
  request_id    id not null,
  round         int not null,
  step          smallint not null,
  role          text not null,
  decided_by    id not null,
  duty          text not null check (duty = case role when 'certifying_officer' then 'certifier' else 'approver' end),
  verdict       text not null check (verdict in ('approve', 'reject', 'return')),
  reason        text not null default '',
  content_hash  bytea not null,
  decided_at    timestamptz not null default clock_timestamp(),
  act_id        id not null references acts deferrable initially deferred,
  constraint decided_once_by_each unique (request_id, round, decided_by),
  constraint one_duty_each foreign key (request_id, decided_by, duty) references duties (request_id, person_id, duty),
  foreign key (request_id, round, step, role) references approval_steps (request_id, round, step, role),
  check (verdict = 'approve' or reason <> '')
);

-- How a request ended without approval: withdrawn by its people, or expired.
create table request_endings (
  request_id  id primary key references requests,
  kind        text not null check (kind in ('withdrawn', 'expired')),
  reason      text not null,
  ended_at    timestamptz not null default clock_timestamp(),
  act_id      id not null references acts deferrable initially deferred
);

create table obligation_reductions (
  id          id primary key,
  request_id  id not null references requests,
  amount      bigint not null check (amount > 0),
  reason      text not null,
  reduced_by  id not null,
  duty        text not null default 'approver' check (duty = 'approver'),
  act_id      id not null references acts deferrable initially deferred,
  constraint one_duty_each foreign key (request_id, reduced_by, duty) references duties (request_id, person_id, duty)
);

do $$
declare
  history text;
begin
  foreach history in array array['payees', 'payee_verifications', 'ties', 'duties', 'submissions', 'approval_steps', 'request_funding',
                                 'decisions', 'request_endings', 'obligation_reductions'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select, insert, update on requests to wasata_service;
grant select, insert, delete on budget_lines, named_people to wasata_service;
grant usage on sequence request_numbers to wasata_service;

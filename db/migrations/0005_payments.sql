-- Money out: certified, released by two, settled on the statement, or returned.

create sequence payment_numbers;

create table payments (
  id               id primary key,
  fund_id          id not null references funds,
  code             text collate "C" not null,       -- the end-to-end id: once, for ever
  request_id       id not null references requests,
  payee_id         id not null references payees,
  bank_account_id  id not null references bank_accounts,
  category         text not null check (category in ('grants', 'experts', 'travel', 'venue', 'interpretation', 'security')),
  amount           bigint not null check (amount > 0),         -- functional currency: what the budget book knows
  instructed       bigint not null check (instructed > 0),     -- in the bank account's currency: what the bank is told to pay
  rate             numeric(24, 10),
  memo             text not null default '',
  status           text not null default 'certified' check (status in ('certified', 'released', 'settled', 'returned', 'cancelled')),
  certified_by     id not null,
  duty             text not null default 'certifier' check (duty = 'certifier'),
  certified_at     timestamptz not null default clock_timestamp(),
  version          int not null default 1,
  act_id           id not null references acts deferrable initially deferred,
  constraint payment_code_taken unique (code),
  unique (id, request_id),
  constraint one_duty_each foreign key (request_id, certified_by, duty) references duties (request_id, person_id, duty)
);
create index payments_by_request on payments (request_id, id);
create index payments_by_fund on payments (fund_id, status, id);

-- A release takes two people: the first and the second are two rows.
create table releases (
  payment_id   id not null,
  request_id   id not null,
  place        smallint not null check (place in (1, 2)),
  released_by  id not null,
  duty         text not null default 'releaser' check (duty = 'releaser'),
  released_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  primary key (payment_id, place),
  constraint released_once_by_each unique (payment_id, released_by),
  foreign key (payment_id, request_id) references payments (id, request_id),
  constraint one_duty_each foreign key (request_id, released_by, duty) references duties (request_id, person_id, duty)
);

-- Which contributions a released payment was paid from.
create table payment_funding (
  payment_id       id not null references payments,
  contribution_id  id not null references contributions,
  amount           bigint not null check (amount > 0),
  primary key (payment_id, contribution_id)
);
create index payment_funding_by_contribution on payment_funding (contribution_id);

create table settlements (
  payment_id    id primary key,
  request_id    id not null,
  settled_by    id not null,
  duty          text not null default 'reconciler' check (duty = 'reconciler'),
  value_date    date not null,
  debited       bigint not null check (debited > 0),            -- in the bank account's currency, charges apart
  charge        bigint not null default 0 check (charge >= 0),
  functional    bigint not null,                                -- of what was debited
  functional_charge bigint not null default 0,
  reference     text not null,                                  -- of the statement
  act_id        id not null references acts deferrable initially deferred,
  foreign key (payment_id, request_id) references payments (id, request_id),
  constraint one_duty_each foreign key (request_id, settled_by, duty) references duties (request_id, person_id, duty)
);

create table payment_returns (
  payment_id   id primary key,
  request_id   id not null,
  returned_by  id not null,
  duty         text not null default 'reconciler' check (duty = 'reconciler'),
  value_date   date not null,
  credited     bigint not null check (credited >= 0),           -- what came back, in the bank account's currency
  functional   bigint not null,
  reason       text not null,
  reference    text not null,
  act_id       id not null references acts deferrable initially deferred,
  foreign key (payment_id, request_id) references payments (id, request_id),
  constraint one_duty_each foreign key (request_id, returned_by, duty) references duties (request_id, person_id, duty)
);

create table payment_cancellations (
  payment_id    id primary key references payments,
  reason        text not null,
  act_id        id not null references acts deferrable initially deferred
);

do $$
declare
  history text;
begin
  foreach history in array array['releases', 'payment_funding', 'settlements', 'payment_returns', 'payment_cancellations'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select, insert on payments to wasata_service;
grant update (status, version) on payments to wasata_service;
grant usage on sequence payment_numbers to wasata_service;

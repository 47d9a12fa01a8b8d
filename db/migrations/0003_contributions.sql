-- Money in: pledge, agreement, receipts, and what can become of them. Amounts are whole minor units of the currency beside them;
-- `functional` is in the fund's own currency. Original amount, functional amount and rate are three independent facts.

create table imports (
  id           id primary key,
  fund_id      id not null references funds,
  file_name    text not null,
  file_hash    bytea not null,
  row_count    int not null,
  act_id       id not null references acts deferrable initially deferred,
  imported_at  timestamptz not null default clock_timestamp(),
  constraint imported_already unique (fund_id, file_hash),
  unique (fund_id, id)
);

-- Every row of an imported file ends in exactly one of these.
create table import_rows (
  import_id   id not null references imports,
  line        int not null,
  outcome     text not null check (outcome in ('imported', 'imported_with_warning', 'refused')),
  reasons     jsonb not null default '[]',   -- [{ code, … }], empty when imported without a remark
  content     jsonb not null,                -- the row as published
  receipt_id  id,
  primary key (import_id, line),
  check ((outcome = 'imported') = (reasons = '[]'))
);

create sequence contribution_numbers;

create table contributions (
  id                  id primary key,
  fund_id             id not null references funds,
  code                text collate "C" not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$' and code <> 'reserve'),
  donor_id            id not null,
  fiscal_year         smallint not null check (fiscal_year between 1990 and 2200),
  earmark             jsonb not null,
  pledged_on          date not null,
  pledged_amount      bigint not null check (pledged_amount > 0),
  pledged_currency    text not null references currencies,
  pledged_functional  bigint not null check (pledged_functional >= 0),
  pledge_rate         numeric(24, 10),
  rate_source         text,
  status              text not null default 'pledged' check (status in ('pledged', 'agreed', 'received', 'written_off', 'cancelled')),
  version             int not null default 1,
  act_id              id not null references acts deferrable initially deferred,
  created_at          timestamptz not null default clock_timestamp(),
  constraint contribution_code_taken unique (fund_id, code),
  unique (fund_id, id),
  foreign key (fund_id, donor_id) references donors (fund_id, id)
);
create index contributions_by_donor on contributions (donor_id, id);

-- Earmarks as they were: the row in `contributions` is the one in force.
create table earmark_changes (
  contribution_id  id not null references contributions,
  version          int not null,
  earmark          jsonb not null,
  consent          text not null,
  act_id           id not null references acts deferrable initially deferred,
  changed_at       timestamptz not null default clock_timestamp(),
  primary key (contribution_id, version)
);

create table agreements (
  contribution_id    id primary key references contributions,
  conditional        boolean not null,
  condition          text,
  amount             bigint not null check (amount > 0),
  currency           text not null references currencies,
  functional         bigint not null check (functional >= 0),
  rate               numeric(24, 10),
  rate_source        text,
  signed_on          date not null,
  reference          text not null default '',
  support_cost_bps   int not null check (support_cost_bps between 0 and 5000),
  support_cost_base  text not null check (support_cost_base in ('deposit', 'expenditure')),
  standard           text not null,           -- which accounting standard's recognition rule was in force
  act_id             id not null references acts deferrable initially deferred,
  check (conditional = (condition is not null))
);

create table conditions_met (
  contribution_id  id primary key references agreements,
  met_on           date not null,
  evidence         text not null,
  act_id           id not null references acts deferrable initially deferred
);

create table pledge_cancellations (
  contribution_id  id primary key references contributions,
  cancelled_on     date not null,
  reason           text not null,
  act_id           id not null references acts deferrable initially deferred
);

create table receipts (
  id                id primary key,
  fund_id           id not null references funds,
  bank_account_id   id not null,
  received_on       date not null,
  sent_amount       bigint not null check (sent_amount > 0),    -- as the donor sent it
  sent_currency     text not null references currencies,
  bank_value        bigint not null check (bank_value > 0),     -- as our account was credited, in its currency
  bank_charge       bigint not null default 0 check (bank_charge >= 0),
  functional        bigint not null check (functional >= 0),    -- of the bank's value
  functional_charge bigint not null default 0 check (functional_charge >= 0),
  rate              numeric(24, 10),                            -- as published or in force; nothing is recomputed from it
  reference         text not null,                              -- of the bank statement
  source_key        text collate "C" not null,
  act_id            id not null references acts deferrable initially deferred,
  created_at        timestamptz not null default clock_timestamp(),
  constraint receipt_recorded_already unique (fund_id, source_key),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id)
);

-- What of a receipt went to which contribution. What is not applied stays unidentified.
create table receipt_applications (
  id                   id primary key,
  receipt_id           id not null references receipts,
  contribution_id      id not null references agreements,
  applied_on           date not null,
  amount               bigint not null check (amount > 0),          -- in the agreement's currency
  value                bigint not null check (value >= 0),          -- in the bank account's currency, charges included
  functional           bigint not null check (functional >= 0),     -- of that value
  carrying             bigint not null check (carrying >= 0),       -- functional amount of the receivable that it settled
  authority            bigint not null check (authority >= 0),      -- spending authority that this cash gives (held back until a condition is met)
  support              bigint not null check (support between 0 and authority),
  act_id               id not null references acts deferrable initially deferred
);
create index receipt_applications_by_contribution on receipt_applications (contribution_id, id);
create index receipt_applications_by_receipt on receipt_applications (receipt_id);

-- The second fence: a receipt is never applied beyond what arrived. The verb locks the receipt first.
create function receipt_not_applied_twice() returns trigger language plpgsql as $$
begin
  if (select sum(a.value) from receipt_applications a where a.receipt_id = new.receipt_id)
     > (select r.bank_value + r.bank_charge from receipts r where r.id = new.receipt_id) then
    raise exception 'more of receipt % is applied than arrived', new.receipt_id using errcode = 'check_violation', constraint = 'receipt_not_applied_twice';
  end if;
  return null;
end $$;
create constraint trigger receipt_not_applied_twice after insert on receipt_applications
  deferrable initially deferred for each row execute function receipt_not_applied_twice();

create table write_offs (
  id               id primary key,
  contribution_id  id not null references agreements,
  amount           bigint not null check (amount > 0),
  functional       bigint not null check (functional >= 0),
  written_off_on   date not null,
  reason           text not null,
  act_id           id not null references acts deferrable initially deferred
);
create index write_offs_by_contribution on write_offs (contribution_id);

create table refunds (
  id               id primary key,
  fund_id          id not null references funds,
  contribution_id  id not null references agreements,
  amount           bigint not null check (amount > 0),   -- functional
  decided_on       date not null,
  reason           text not null,
  decided_by       id not null references people,
  act_id           id not null references acts deferrable initially deferred,
  unique (id, decided_by)
);
create index refunds_by_contribution on refunds (contribution_id);

create table refund_payments (
  refund_id        id primary key references refunds,
  bank_account_id  id not null references bank_accounts,
  paid_on          date not null,
  reference        text not null,
  decided_by       id not null,
  paid_by          id not null references people,
  act_id           id not null references acts deferrable initially deferred,
  foreign key (refund_id, decided_by) references refunds (id, decided_by),
  constraint refund_by_two_people check (paid_by <> decided_by)
);

do $$
declare
  history text;
begin
  foreach history in array array['imports', 'import_rows', 'earmark_changes', 'agreements', 'conditions_met', 'pledge_cancellations',
                                 'receipts', 'receipt_applications', 'write_offs', 'refunds', 'refund_payments'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select, insert on contributions to wasata_service;
grant update (earmark, status, version) on contributions to wasata_service;
grant usage on sequence contribution_numbers to wasata_service;

-- A donor sees its own contributions and what they paid for, and nothing of another donor's. Reads made for a donor take the role
-- `wasata_donor` and name the donor in `wasata.donor`; the service's other work is not narrowed.
create function own_donor() returns text language sql stable as $$ select current_setting('wasata.donor', true) $$;
create function own_contribution(contribution text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from contributions c where c.id = contribution and c.donor_id = current_setting('wasata.donor', true))
$$;

alter table donors enable row level security;
create policy service on donors to wasata_service using (true) with check (true);
create policy own on donors for select to wasata_donor using (id = own_donor());

alter table contributions enable row level security;
create policy service on contributions to wasata_service using (true) with check (true);
create policy own on contributions for select to wasata_donor using (donor_id = own_donor());

do $$
declare
  of_contribution text;
begin
  foreach of_contribution in array array['agreements', 'conditions_met', 'pledge_cancellations', 'receipt_applications', 'write_offs', 'refunds', 'accounts'] loop
    execute format('alter table %I enable row level security', of_contribution);
    execute format('create policy service on %I to wasata_service using (true) with check (true)', of_contribution);
    execute format('create policy own on %I for select to wasata_donor using (own_contribution(contribution_id))', of_contribution);
    execute format('grant select on %I to wasata_donor', of_contribution);
  end loop;
end $$;
grant select on contributions to wasata_donor;

alter table receipts enable row level security;
create policy service on receipts to wasata_service using (true) with check (true);
create policy own on receipts for select to wasata_donor
  using (exists (select from receipt_applications a where a.receipt_id = receipts.id and own_contribution(a.contribution_id)));
grant select on receipts to wasata_donor;

alter table postings enable row level security;
create policy service on postings to wasata_service using (true) with check (true);
create policy own on postings for select to wasata_donor
  using (exists (select from accounts a where a.id = postings.account_id and own_contribution(a.contribution_id)));
alter table entries enable row level security;
create policy service on entries to wasata_service using (true) with check (true);
create policy own on entries for select to wasata_donor
  using (exists (select from postings p join accounts a on a.id = p.account_id where p.entry_id = entries.id and own_contribution(a.contribution_id)));
grant select on postings, entries to wasata_donor;

alter table balances enable row level security;
create policy service on balances to wasata_service using (true) with check (true);
create policy own on balances for select to wasata_donor
  using (exists (select from accounts a where a.id = balances.account_id and own_contribution(a.contribution_id)));
alter table refund_payments enable row level security;
create policy service on refund_payments to wasata_service using (true) with check (true);
create policy own on refund_payments for select to wasata_donor
  using (exists (select from refunds f where f.id = refund_payments.refund_id and own_contribution(f.contribution_id)));
grant select on balances, refund_payments to wasata_donor;

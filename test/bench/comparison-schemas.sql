-- What the posting path is measured against: the least that a durable write can cost, and three other designs of a ledger, written
-- here from their descriptions. None of them checks that an entry sums to zero, hashes it, or knows who posted it, as ours does.
create schema comparison;

-- 1. The raw limit: one row, one commit.
create table comparison.single_rows (
  id          bigint generated always as identity primary key,
  account_id  bigint not null,
  amount      bigint not null,
  at          timestamptz not null default clock_timestamp()
);

-- 2. The same entry as a transaction of five statements that a program sends one after the other.
create table comparison.balances (
  account_id  bigint primary key,
  amount      bigint not null default 0 check (amount >= 0)
) with (fillfactor = 50);

create table comparison.entries (
  id           bigint generated always as identity primary key,
  kind         text not null,
  source       text collate "C" not null,
  occurred_on  date not null,
  recorded_at  timestamptz not null default clock_timestamp(),
  unique (kind, source)
);

create table comparison.postings (
  entry_id     bigint not null references comparison.entries,
  line         smallint not null,
  account_id   bigint not null references comparison.balances,
  amount       bigint not null,
  occurred_on  date not null,
  primary key (entry_id, line)
);
create index on comparison.postings (account_id, occurred_on, entry_id, line);

insert into comparison.balances select n, 1000000000000 from generate_series(1, 2000) n;

-- 3. One function call per transfer between two accounts: both account rows are locked in order, the transfer is a row, and each of its
--    two entries keeps the balance of its account before and after.
create table comparison.transfer_accounts (
  id              bigint primary key,
  currency        text not null,
  balance         bigint not null default 0,
  version         bigint not null default 0,
  allow_negative  boolean not null default false,
  updated_at      timestamptz not null default now(),
  check (allow_negative or balance >= 0)
) with (fillfactor = 50);

create table comparison.transfers (
  id             bigint generated always as identity primary key,
  from_account   bigint not null references comparison.transfer_accounts,
  to_account     bigint not null references comparison.transfer_accounts,
  amount         bigint not null check (amount > 0),
  occurred_at    timestamptz not null,
  created_at     timestamptz not null default now()
);
create index on comparison.transfers (from_account);
create index on comparison.transfers (to_account);

create table comparison.transfer_entries (
  id                bigint generated always as identity primary key,
  account_id        bigint not null references comparison.transfer_accounts,
  transfer_id       bigint not null references comparison.transfers,
  amount            bigint not null,
  previous_balance  bigint not null,
  current_balance   bigint not null,
  account_version   bigint not null,
  created_at        timestamptz not null default now()
);
create index on comparison.transfer_entries (account_id);
create index on comparison.transfer_entries (transfer_id);

insert into comparison.transfer_accounts (id, currency, balance) select n, 'USD', 1000000000000 from generate_series(1, 2000) n;

create function comparison.transfer(p_from bigint, p_to bigint, p_amount bigint) returns bigint language plpgsql as $$
declare
  v_from comparison.transfer_accounts;
  v_to comparison.transfer_accounts;
  v_account comparison.transfer_accounts;
  v_id bigint;
begin
  for v_account in select * from comparison.transfer_accounts where id in (p_from, p_to) order by id for update loop
    if v_account.id = p_from then v_from := v_account; else v_to := v_account; end if;
  end loop;
  if v_from.id is null or v_to.id is null then raise exception 'no such account'; end if;
  if v_from.currency <> v_to.currency then raise exception 'the accounts have different currencies'; end if;

  insert into comparison.transfers (from_account, to_account, amount, occurred_at)
  values (p_from, p_to, p_amount, now()) returning id into v_id;
  update comparison.transfer_accounts set balance = balance - p_amount, version = version + 1, updated_at = now() where id = p_from;
  insert into comparison.transfer_entries (account_id, transfer_id, amount, previous_balance, current_balance, account_version)
  values (p_from, v_id, -p_amount, v_from.balance, v_from.balance - p_amount, v_from.version + 1);
  update comparison.transfer_accounts set balance = balance + p_amount, version = version + 1, updated_at = now() where id = p_to;
  insert into comparison.transfer_entries (account_id, transfer_id, amount, previous_balance, current_balance, account_version)
  values (p_to, v_id, p_amount, v_to.balance, v_to.balance + p_amount, v_to.version + 1);
  return v_id;
end $$;

-- 4. A transfer as input, output and volumes: each account has one row of what it ever received and gave, which a transaction adds to; each
--    move keeps the volumes after it; and a log row per transaction has a hash over the log row before, so that all wait for one lock.
create table comparison.volumes (
  account  text not null,
  asset    text not null,
  input    numeric not null default 0,
  output   numeric not null default 0,
  primary key (account, asset)
);
create table comparison.transactions (
  id         bigint generated always as identity primary key,
  reference  text unique,
  postings   jsonb not null,
  metadata   jsonb not null default '{}',
  timestamp  timestamptz not null default now()
);
create index on comparison.transactions (timestamp);
create index on comparison.transactions using gin (postings jsonb_path_ops);
create table comparison.moves (
  id              bigint generated always as identity primary key,
  transaction_id  bigint not null references comparison.transactions,
  account         text not null,
  asset           text not null,
  amount          numeric not null,
  is_source       boolean not null,
  input_after     numeric not null,
  output_after    numeric not null,
  effective_at    timestamptz not null default now()
);
create index on comparison.moves (account, asset, id);
create index on comparison.moves (account, effective_at);
create index on comparison.moves (transaction_id);
create table comparison.logs (
  id    bigint generated always as identity primary key,
  hash  bytea not null,
  data  jsonb not null,
  at    timestamptz not null default now()
);
insert into comparison.volumes select 'account:' || n, 'USD', 1000000000000, 0 from generate_series(1, 2000) n;

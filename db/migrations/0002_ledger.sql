-- The ledger: two books, append-only, every entry sums to zero. These rules live here, so that no code path can break them.

create table accounts (
  id               bigint generated always as identity primary key,
  fund_id          id not null references funds,
  address          text collate "C" not null check (address ~ '^[a-z-]+(:[A-Za-z0-9._-]+)+$' and length(address) <= 200),
  currency         text not null references currencies,
  book             text not null generated always as (case when address like 'budget:%' then 'budget' else 'actual' end) stored,
  -- The stages of a contribution's money; null for every other account. Within one contribution they always sum to zero.
  stage            text generated always as (
                     case when address ~ '^budget:(authority|support|available|ready|reserved|committed|disbursed|reported):' then split_part(address, ':', 2) end) stored,
  contribution_id  id,
  request_id       id,
  opened_at        timestamptz not null default clock_timestamp(),
  unique (fund_id, address, currency)
);
create index accounts_by_contribution on accounts (contribution_id) where contribution_id is not null;
create index accounts_by_request on accounts (request_id) where request_id is not null;

-- A kept balance, only for accounts that may not go below zero: the row is the lock, the check is the guard.
create table balances (
  account_id  bigint primary key references accounts,
  amount      bigint not null default 0,
  functional  bigint not null default 0,
  floor       bigint,                   -- null: the fund's own reserve, which carries exchange differences
  constraint stage_never_below_zero check (amount >= floor)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

create table entries (
  id            bigint generated always as identity primary key,
  fund_id       id not null,                   -- that of the accounts which it moves
  kind          text not null,
  source        text collate "C" not null,     -- the row that caused it
  occurred_on   date not null,                 -- value date: when it happened
  recorded_at   timestamptz not null default clock_timestamp(),
  act_id        id not null references acts deferrable initially deferred,   -- who did it, when, from where
  memo          text not null default '',
  reverses      bigint references entries,
  content_hash  bytea not null,                -- sha-256 over what the entry says
  xid           xid8 not null default pg_current_xact_id(),   -- lets a sealer pass by what is still being written
  constraint posted_once unique (fund_id, kind, source)
);
create index entries_by_day on entries (fund_id, occurred_on, id);
create index entries_by_act on entries (act_id);

-- Debits are positive, credits negative; whole minor units of the account's currency and of the fund's. That its entry and its account
-- are there and of one fund is looked at for a whole statement at once in entries_must_balance: neither can ever be removed, so a foreign
-- key would only lock rows that nobody changes, one by one, at a quarter of the cost of posting.
create table postings (
  entry_id     bigint not null,
  line         smallint not null,
  account_id   bigint not null,
  amount       bigint not null,
  functional   bigint not null,
  occurred_on  date not null,
  recorded_at  timestamptz not null,
  primary key (entry_id, line),
  check (amount <> 0 or functional <> 0)
);
create index postings_by_account on postings (account_id, occurred_on, entry_id, line) include (amount, functional, recorded_at);

-- Postings arrive whole, an entry's in one statement, and are checked there: each is of an entry of this transaction and on an account of
-- its fund; zero per book in every currency and functionally; and per contribution over its stages, which makes the conservation law a
-- constraint. The plan is pinned to index look-ups: the tables of a new service have no statistics yet, and a guess costs eight times as much.
create function entries_must_balance() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_rule text;
  v_wrong text;
begin
  with lines as materialized (
    select n.entry_id, n.amount, n.functional, a.book, a.currency, a.stage, a.contribution_id, a.fund_id as of_account,
           e.fund_id as of_entry, e.xid
      from new_postings n left join entries e on e.id = n.entry_id left join accounts a on a.id = n.account_id),
  broken as (
    select 'posting_is_of_its_fund' as rule, format('entry %s has a posting on no account of its fund', entry_id) as wrong
      from lines where of_account is distinct from of_entry or of_entry is null
    union all
    select 'entry_is_whole', 'an entry takes no more postings once it is recorded' from lines where xid <> pg_current_xact_id()
    union all
    select 'entry_balances', format('entry %s does not balance: %s %s %s, functional %s', entry_id, book, currency, amount, functional)
      from (select entry_id, book, currency, sum(amount) as amount, sum(sum(functional)) over (partition by entry_id, book) as functional
              from lines group by entry_id, book, currency) sums
     where amount <> 0 or functional <> 0
    union all
    select 'conservation_law', format('entry %s breaks the conservation law of a contribution', entry_id)
      from lines where stage is not null group by entry_id, contribution_id having sum(amount) <> 0)
  select rule, wrong into v_rule, v_wrong from broken limit 1;
  if v_rule is not null then
    raise exception '%', v_wrong
      using constraint = v_rule,
            errcode = case v_rule when 'entry_is_whole' then '42501' when 'posting_is_of_its_fund' then '23503' else '23514' end;
  end if;
  return null;
end $$;
create trigger entries_balance after insert on postings
  referencing new table as new_postings for each statement execute function entries_must_balance();

-- And once more when the transaction commits, over each entry as it then stands: at least two postings, which sum to zero.
create function entry_must_be_whole() returns trigger language plpgsql as $$
declare
  lines int;
  total bigint;
begin
  select count(*), sum(functional) into lines, total from postings where entry_id = new.id;
  if lines < 2 then
    raise exception 'entry % has fewer than two postings', new.id using errcode = 'check_violation', constraint = 'entry_has_postings';
  end if;
  if total <> 0 then
    raise exception 'entry % does not balance: functional %', new.id, total using errcode = 'check_violation', constraint = 'entry_balances';
  end if;
  return null;
end $$;
create constraint trigger entry_is_whole after insert on entries
  deferrable initially deferred for each row execute function entry_must_be_whole();

create trigger append_only before update or delete or truncate on entries for each statement execute function history_is_append_only();
create trigger append_only before update or delete or truncate on postings for each statement execute function history_is_append_only();
create trigger append_only before update or delete or truncate on accounts for each statement execute function history_is_append_only();

-- Appends entries, each with its postings, in one round trip: the only way into the ledger. Accounts that do not exist are opened.
-- An entry whose kind and source are there already is not posted again; if it says something else, the call fails.
-- Balance rows are locked in account order before anything is read from them, so callers wait for each other and never deadlock.
create function post_entries(
  p_fund text, p_act text,
  e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[],
  l_entry int[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[]
) returns table (ord int, entry_id bigint, is_new boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_accounts bigint[];
  v_hashes bytea[];
  v_ids bigint[];
  v_new boolean[];
  v_recorded timestamptz := clock_timestamp();
  v_month date;
begin
  for v_month in select distinct date_trunc('month', d)::date from unnest(e_occurred_on) d order by 1 loop
    perform check_period(p_fund, v_month, p_act);    -- in 0010: whether the act may post into that month
  end loop;

  select array_agg(a.id order by l.line) into v_accounts
    from unnest(l_address, l_currency) with ordinality as l (address, currency, line)
    left join accounts a on a.fund_id = p_fund and a.address = l.address and a.currency = l.currency;

  if array_position(v_accounts, null) is not null then
    with opened as (
      insert into accounts (fund_id, address, currency, contribution_id, request_id)
      select distinct p_fund, l.address, l.currency, l.contribution, l.request
        from unnest(l_address, l_currency, l_contribution, l_request, v_accounts) as l (address, currency, contribution, request, account)
       where l.account is null
       order by l.address, l.currency
      on conflict do nothing
      returning id, address)
    insert into balances (account_id, floor)
    select id, case when address <> 'budget:available:reserve' then 0 end
      from opened
     where address ~ '^budget:(pledged|support|available|ready|reserved|committed|disbursed|reported):';

    select array_agg(a.id order by l.line) into v_accounts
      from unnest(l_address, l_currency) with ordinality as l (address, currency, line)
      join accounts a on a.fund_id = p_fund and a.address = l.address and a.currency = l.currency;
  end if;

  select array_agg(sha256(convert_to(
           concat_ws(E'\n', p_fund, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''), l.lines), 'utf8')) order by e.ord)
    into v_hashes
    from unnest(e_kind, e_source, e_occurred_on, e_memo, e_reverses) with ordinality as e (kind, source, occurred_on, memo, reverses, ord)
    left join (select l.entry, string_agg(concat_ws(' ', l.address, l.currency, l.amount, l.functional), E'\n' order by l.line) as lines
                 from unnest(l_entry, l_address, l_currency, l_amount, l_functional) with ordinality as l (entry, address, currency, amount, functional, line)
                group by l.entry) l on l.entry = e.ord;

  with posted as (
    insert into entries (fund_id, kind, source, occurred_on, recorded_at, act_id, memo, reverses, content_hash)
    select p_fund, e.kind, e.source, e.occurred_on, v_recorded, p_act, e.memo, e.reverses, e.hash
      from unnest(e_kind, e_source, e_occurred_on, e_memo, e_reverses, v_hashes) with ordinality as e (kind, source, occurred_on, memo, reverses, hash, ord)
     order by e.ord
    on conflict (fund_id, kind, source) do nothing
    returning entries.id, entries.kind, entries.source)
  select array_agg(p.id order by e.ord), array_agg(p.id is not null and e.first = e.ord order by e.ord) into v_ids, v_new
    from (select *, min(u.ord) over (partition by u.kind, u.source) as first
            from unnest(e_kind, e_source) with ordinality as u (kind, source, ord)) e
    left join posted p on p.kind = e.kind and p.source = e.source;

  if not (true = all (v_new)) then
    if exists (select from unnest(e_kind, e_source, v_hashes) as e (kind, source, hash)
                 join entries t on t.fund_id = p_fund and t.kind = e.kind and t.source = e.source
                where t.content_hash <> e.hash) then
      raise exception 'an entry of this kind and source says something else' using errcode = 'check_violation', constraint = 'entry_says_something_else';
    end if;
    select array_agg(t.id order by e.ord) into v_ids
      from unnest(e_kind, e_source) with ordinality as e (kind, source, ord)
      join entries t on t.fund_id = p_fund and t.kind = e.kind and t.source = e.source;
  end if;

  perform from balances b where b.account_id = any (v_accounts) order by b.account_id for update;

  update balances b
     set amount = b.amount + d.amount, functional = b.functional + d.functional
    from (select l.account, sum(l.amount)::bigint as amount, sum(l.functional)::bigint as functional
            from unnest(l_entry, v_accounts, l_amount, l_functional) as l (entry, account, amount, functional)
           where v_new[l.entry]
           group by l.account) d
   where b.account_id = d.account;

  insert into postings (entry_id, line, account_id, amount, functional, occurred_on, recorded_at)
  select v_ids[l.entry], row_number() over (partition by l.entry order by l.line), l.account, l.amount, l.functional, e_occurred_on[l.entry], v_recorded
    from unnest(l_entry, v_accounts, l_amount, l_functional) with ordinality as l (entry, account, amount, functional, line)
   where v_new[l.entry];

  return query select o.ord::int, o.id, o.fresh from unnest(v_ids, v_new) with ordinality as o (id, fresh, ord);
end $$;

revoke all on function post_entries from public;
grant execute on function post_entries to wasata_service;
grant select on accounts, balances, entries, postings to wasata_service;

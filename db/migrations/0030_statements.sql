-- Statements of the bank: what it says of an account, entry by entry, and what of that stands where in the books.

create table statement_files (
  id           id primary key,
  fund_id      id not null references funds,
  file_hash    bytea not null check (length(file_hash) = 32),   -- sha-256
  format       text not null check (format in ('camt.053.001.08', 'camt.053.001.02', 'csv')),
  file_name    text not null default '' check (length(file_name) <= 200),
  size         int not null check (size > 0),
  uploaded_by  id not null references people,
  uploaded_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  constraint statement_file_read unique (fund_id, file_hash),
  unique (fund_id, id)
);

-- Amounts are whole minor units of the account's currency.
create table statements (
  id               id primary key,
  fund_id          id not null,
  file_id          id not null,
  bank_account_id  id not null,
  bank_id          text collate "C" not null check (length(bank_id) between 1 and 35),   -- the bank's own identification
  sequence         text not null default '',
  from_on          date not null,
  to_on            date not null,
  opening          bigint not null,
  credits          bigint not null check (credits >= 0),
  debits           bigint not null check (debits >= 0),
  closing          bigint not null,
  content_hash     bytea not null check (length(content_hash) = 32),   -- of all that it says, however it was written
  act_id           id not null references acts deferrable initially deferred,
  constraint statement_foots check (opening + credits - debits = closing),
  constraint statement_days check (from_on <= to_on),
  constraint statement_known unique (bank_account_id, bank_id),
  unique (fund_id, id),
  foreign key (fund_id, file_id) references statement_files (fund_id, id),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id)
);
create index statements_by_account on statements (bank_account_id, to_on, id);
create index statements_by_file on statements (file_id);

-- Each movement once, however many statements tell it. `content_key` is what makes two of them the same; `occurrence` tells apart those that
-- are alike in everything.
create table statement_entries (
  id                    id primary key,
  fund_id               id not null,
  bank_account_id       id not null,
  statement_id          id not null,                       -- the first that told it
  position              int not null check (position > 0),
  part                  int not null check (part >= 0),    -- of a batch; 0: it stands whole
  booked_on             date not null,
  value_on              date not null,
  amount                bigint not null check (amount <> 0),          -- credit positive, charges taken with it included
  charge                bigint not null default 0 check (charge >= 0),
  sent                  bigint check (sent > 0),                      -- as the other side sent it or was sent it
  sent_currency         text,
  reversal              boolean not null,
  end_to_end_id         text collate "C" not null,
  uetr                  text collate "C" not null,
  servicer_reference    text collate "C" not null,
  code                  text not null,
  counterparty          text not null,
  counterparty_account  text not null,
  remittance            text not null,
  return_reason         text not null,
  content_key           bytea not null check (length(content_key) = 32),
  occurrence            int not null check (occurrence > 0),
  act_id                id not null references acts deferrable initially deferred,
  check ((sent is null) = (sent_currency is null)),
  constraint statement_entry_told_once unique (bank_account_id, content_key, occurrence),
  unique (statement_id, position, part),
  unique (fund_id, id),
  foreign key (fund_id, statement_id) references statements (fund_id, id),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id)
);
create index statement_entries_by_account on statement_entries (bank_account_id, booked_on, id);
create index statement_entries_by_end_to_end on statement_entries (end_to_end_id) where end_to_end_id <> '';
create index statement_entries_by_fund on statement_entries (fund_id, booked_on, id);

-- Entries that a statement tells and another had told before it.
create table statement_repeats (
  statement_id  id not null,
  fund_id       id not null,
  position      int not null check (position > 0),
  part          int not null check (part >= 0),
  entry_id      id not null,
  primary key (statement_id, position, part),
  unique (statement_id, entry_id),
  foreign key (fund_id, statement_id) references statements (fund_id, id),
  foreign key (fund_id, entry_id) references statement_entries (fund_id, id)
);
create index statement_repeats_by_entry on statement_repeats (entry_id);

-- The entries of a statement are what lies between its balances, and all are of its account.
create function statement_has_its_entries() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_credits bigint;
  v_debits bigint;
begin
  select coalesce(sum(whole) filter (where whole > 0), 0), coalesce(-sum(whole) filter (where whole < 0), 0) into v_credits, v_debits
    from (select position, sum(amount) as whole
            from (select e.position, e.amount from statement_entries e where e.statement_id = new.id
                  union all
                  select r.position, e.amount from statement_repeats r join statement_entries e on e.id = r.entry_id and e.bank_account_id = new.bank_account_id
                   where r.statement_id = new.id) told
           group by position) entries;
  if v_credits - v_debits <> new.credits - new.debits or v_credits <> new.credits then
    raise exception 'the entries of statement % are not what lies between its balances', new.id using errcode = 'check_violation', constraint = 'statement_foots';
  end if;
  return null;
end $$;
create constraint trigger statement_has_its_entries after insert on statements
  deferrable initially deferred for each row execute function statement_has_its_entries();

-- What the account held by the statements at the end of a day: the last balance told by then, and what later statements told of days since.
-- Null before the first statement.
create function bank_balance(p_account text, p_on date) returns bigint language sql stable as $$
  with latest as (
    select s.id, s.to_on, s.closing from statements s where s.bank_account_id = p_account and s.to_on <= p_on order by s.to_on desc, s.from_on desc, s.id desc limit 1),
  since as (
    select l.id, l.to_on, l.closing from latest l
    union all
    -- Before the end of the first statement: its opening balance.
    (select null, f.from_on, f.opening from statements f
      where f.bank_account_id = p_account and f.from_on <= p_on and not exists (select from latest) order by f.from_on, f.to_on, f.id limit 1))
  select l.closing + coalesce((
           select sum(e.amount) from statement_entries e
            where e.bank_account_id = p_account and e.booked_on between l.to_on and p_on
              and (l.id is null or (e.statement_id <> l.id and not exists (select from statement_repeats r where r.statement_id = l.id and r.entry_id = e.id)
                   and (e.booked_on > l.to_on or (select t.to_on from statements t where t.id = e.statement_id) > l.to_on)))), 0)::bigint
    from since l
$$;

-- All entries that a statement tells, those that another told first among them.
create view told_entries as
  select e.statement_id, e.id as entry_id, e.position, e.part, false as repeated from statement_entries e
  union all
  select r.statement_id, r.entry_id, r.position, r.part, true from statement_repeats r;

-- What lies between the balance with which a statement begins and that with which the one before it ended, less what both tell; 0 where nothing does.
create function statement_gap(p_statement text) returns bigint language sql stable as $$
  select coalesce(s.opening - before.closing + coalesce((
           select sum(e.amount) from told_entries own
             join told_entries other on other.entry_id = own.entry_id and other.statement_id = before.id
             join statement_entries e on e.id = own.entry_id
            where own.statement_id = s.id), 0), 0)::bigint
    from statements s
    left join lateral (
      select l.id, l.closing from statements l
       where l.bank_account_id = s.bank_account_id and l.id <> s.id and l.from_on <= s.from_on and (l.to_on, l.from_on, l.id) < (s.to_on, s.from_on, s.id)
       order by l.to_on desc, l.from_on desc, l.id desc limit 1) before on true
   where s.id = p_statement
$$;

-- Charges and refunds of charges that a bank booked on an account by themselves; positive is a charge. Above what the rule of bank charges
-- lets pass it takes a second person.
create table account_charges (
  id               id primary key,
  fund_id          id not null,
  bank_account_id  id not null,
  charged_on       date not null,
  amount           bigint not null check (amount <> 0),
  functional       bigint not null,
  reference        text not null check (length(reference) between 1 and 200),
  proposal_id      id,
  act_id           id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id),
  foreign key (fund_id, proposal_id) references proposals (fund_id, id),
  constraint account_charge_recorded_already unique (bank_account_id, charged_on, reference)
);
create index account_charges_by_proposal on account_charges (proposal_id) where proposal_id is not null;

create or replace function pg_temp.also_allow(p_table regclass, p_column text, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum] and pg_get_constraintdef(c.oid) like '%ANY%';
  select string_agg(quote_literal(word), ', ' order by word) into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union all select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;
select pg_temp.also_allow('proposals', 'kind', 'account_charge');

-- What of an entry is which entry of the ledger, or a proposal that waits for a second person, or cancels out with an opposite entry.
create table statement_uses (
  id            id primary key,
  fund_id       id not null,
  entry_id      id not null,
  amount        bigint not null check (amount <> 0),
  kind          text not null check (kind in ('payment', 'return', 'receipt', 'unidentified', 'charge', 'interest', 'conversion', 'recovery', 'booked_before', 'cancels')),
  ledger_entry  bigint references entries,
  proposal_id   id,
  against       id,
  certain       boolean not null,        -- by the file itself; otherwise somebody has chosen it
  score         smallint check (score between 0 and 100),
  used_by       id not null references people,
  used_at       timestamptz not null,
  act_id        id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  check (num_nonnulls(ledger_entry, proposal_id, against) = 1),
  foreign key (fund_id, entry_id) references statement_entries (fund_id, id),
  foreign key (fund_id, against) references statement_entries (fund_id, id),
  foreign key (fund_id, proposal_id) references proposals (fund_id, id)
);
create index statement_uses_by_entry on statement_uses (entry_id);
create index statement_uses_by_ledger_entry on statement_uses (ledger_entry) where ledger_entry is not null;
create index statement_uses_by_proposal on statement_uses (proposal_id) where proposal_id is not null;
create index statement_uses_by_against on statement_uses (against) where against is not null;

-- Uses that count: a proposal that was rejected gives the entry back, and so does a correction that took the ledger's entry back. For what a
-- proposal became, the ledger's entry is the one that moved the cash of that account.
create view statement_uses_that_count as
  select u.id, u.fund_id, u.entry_id, u.amount, u.kind, u.against, u.certain, u.score, u.used_by, u.used_at, u.act_id, u.proposal_id, u.ledger_entry
    from statement_uses u
   where u.proposal_id is null and not exists (select from entries m where m.reverses = u.ledger_entry and m.kind = 'correction')
  union all
  -- Apart, so that a question for one entry of the ledger goes by its index and looks at the few that wait or waited for a second person.
  select u.id, u.fund_id, u.entry_id, u.amount, u.kind, u.against, u.certain, u.score, u.used_by, u.used_at, u.act_id, u.proposal_id, booked.id
    from statement_uses u
    left join lateral (
      select l.id
        from statement_entries e
        join bank_accounts b on b.id = e.bank_account_id
        join accounts a on a.fund_id = u.fund_id and a.address = 'assets:cash:' || b.code and a.currency = b.currency
        join entries l on l.fund_id = u.fund_id
          and l.source in (select u.proposal_id union all select i.id from interest i where i.proposal_id = u.proposal_id
                           union all select c.id from account_charges c where c.proposal_id = u.proposal_id)
          and l.kind in ('conversion', 'conversion_sent', 'interest', 'bank_charge')
       where e.id = u.entry_id and exists (select from postings p where p.entry_id = l.id and p.account_id = a.id)
       limit 1) booked on true
   where u.proposal_id is not null
     and not exists (select from proposal_decisions d where d.proposal_id = u.proposal_id and d.verdict = 'reject')
     and not exists (select from entries m where m.reverses = booked.id and m.kind = 'correction');

-- Cash that the ledger moved on an account, entry by entry, and how much of each is on no statement. What a correction took back is taken
-- together with its mirror and left out.
create view cash_moved as
  select a.fund_id, b.id as bank_account_id, p.entry_id, e.occurred_on, e.kind, e.source, e.memo, sum(p.amount)::bigint as amount
    from bank_accounts b
    join accounts a on a.fund_id = b.fund_id and a.address = 'assets:cash:' || b.code and a.currency = b.currency
    join postings p on p.account_id = a.id
    join entries e on e.id = p.entry_id
   group by a.fund_id, b.id, p.entry_id, e.occurred_on, e.kind, e.source, e.memo;

create view cash_on_no_statement as
  select m.*, (m.amount - coalesce(u.used, 0))::bigint as free
    from cash_moved m
    left join lateral (select sum(u.amount) as used
                         from statement_uses_that_count u join statement_entries s on s.id = u.entry_id and s.bank_account_id = m.bank_account_id
                        where u.ledger_entry = m.entry_id) u on true
   where m.amount <> coalesce(u.used, 0);

-- An entry is used for exactly its amount or not at all, and no entry of the ledger stands for more than it moved on that account.
create function statement_entry_used_exactly() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_entry record;
  v_used bigint;
  v_moved bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(new.entry_id, 5));
  select e.amount, e.bank_account_id, e.fund_id into v_entry from statement_entries e where e.id = new.entry_id;
  select coalesce(sum(u.amount), 0) into v_used from statement_uses_that_count u where u.entry_id = new.entry_id;
  if v_used <> v_entry.amount or sign(new.amount) <> sign(v_entry.amount) then
    raise exception 'entry % of % is used for %', new.entry_id, v_entry.amount, v_used
      using errcode = 'check_violation', constraint = 'statement_entry_used_exactly';
  end if;
  if new.ledger_entry is not null then
    perform pg_advisory_xact_lock(new.ledger_entry);
    select coalesce(sum(p.amount), 0) into v_moved
      from bank_accounts b
      join accounts a on a.fund_id = b.fund_id and a.address = 'assets:cash:' || b.code and a.currency = b.currency
      join postings p on p.account_id = a.id and p.entry_id = new.ledger_entry
     where b.id = v_entry.bank_account_id;
    select coalesce(sum(u.amount), 0) into v_used
      from statement_uses_that_count u join statement_entries e on e.id = u.entry_id and e.bank_account_id = v_entry.bank_account_id
     where u.ledger_entry = new.ledger_entry;
    if sign(v_moved) <> sign(new.amount) or abs(v_used) > abs(v_moved) then
      raise exception 'entry % of the ledger moved %, and % of it is on statements', new.ledger_entry, v_moved, v_used
        using errcode = 'check_violation', constraint = 'ledger_entry_used_once';
    end if;
  end if;
  if new.against is not null and not exists (
       select from statement_uses u join statement_entries e on e.id = u.entry_id
        where u.entry_id = new.against and u.against = new.entry_id and u.amount = -new.amount and e.bank_account_id = v_entry.bank_account_id) then
    raise exception 'entry % does not cancel out with %', new.entry_id, new.against using errcode = 'check_violation', constraint = 'statement_entries_cancel_out';
  end if;
  return null;
end $$;
create constraint trigger statement_entry_used_exactly after insert on statement_uses
  deferrable initially deferred for each row execute function statement_entry_used_exactly();

-- Why an entry that looked certain was left for somebody else: what the attempt was refused with.
create table statement_tries (
  entry_id  id not null,
  fund_id   id not null,
  code      text not null,
  tried_by  id not null references people,
  tried_at  timestamptz not null,
  act_id    id not null references acts deferrable initially deferred,
  primary key (entry_id, act_id),
  foreign key (fund_id, entry_id) references statement_entries (fund_id, id)
);

do $$
declare
  history text;
begin
  foreach history in array array['statement_files', 'statements', 'statement_entries', 'statement_repeats', 'account_charges',
                                 'statement_uses', 'statement_tries'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select on told_entries, statement_uses_that_count, cash_moved, cash_on_no_statement to wasata_service;

create trigger belongs_to_fund before insert on statements for each row execute function takes_fund_of('statement_files', 'file_id', 'id');
create trigger belongs_to_fund before insert on statement_entries for each row execute function takes_fund_of('statements', 'statement_id', 'id');
create trigger belongs_to_fund before insert on statement_repeats for each row execute function takes_fund_of('statements', 'statement_id', 'id');
create trigger belongs_to_fund before insert on statement_uses for each row execute function takes_fund_of('statement_entries', 'entry_id', 'id');
create trigger belongs_to_fund before insert on statement_tries for each row execute function takes_fund_of('statement_entries', 'entry_id', 'id');

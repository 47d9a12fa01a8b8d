-- Seals: each closes a batch of entries and acts for good with a hash over them and over the seal before, so that nothing in an export can
-- be changed, taken out or put in unseen. The number of a seal is a position of the ledger: what is known there never changes again.

create table seals (
  fund_id        id not null references funds,
  number         int not null check (number > 0),
  entry_count    int not null check (entry_count >= 0),
  act_count      int not null check (act_count >= 0),
  hash           bytea not null,
  previous_hash  bytea not null,        -- of the first seal: sha-256 of the fund's id
  -- Everything whose transaction is older than this is sealed, in this seal or before; it only spares looking at them again.
  horizon        xid8 not null,
  sealed_at      timestamptz not null default clock_timestamp(),
  primary key (fund_id, number),
  check (entry_count + act_count > 0)
);

create table sealed_entries (
  entry_id  bigint primary key references entries,
  fund_id   id not null,
  seal      int not null,
  foreign key (fund_id, seal) references seals (fund_id, number)
);
-- A fact is known at a position where its act is sealed by then.
create table sealed_acts (
  act_id   id primary key references acts,
  fund_id  id not null,
  seal     int not null,
  foreign key (fund_id, seal) references seals (fund_id, number)
);
create index sealed_acts_by_seal on sealed_acts (fund_id, seal, act_id);
create index sealed_entries_by_seal on sealed_entries (fund_id, seal, entry_id);
create index entries_by_transaction on entries (fund_id, xid);
create index entries_by_reversed on entries (reverses) where reverses is not null;

do $$
declare
  history text;
begin
  foreach history in array array['seals', 'sealed_entries', 'sealed_acts'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;

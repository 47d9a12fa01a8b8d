-- What auditors work with: words compared as people read them, saved queries, samples, and how far the seals have been verified.

-- Words without what does not matter when one looks for them: case, accents, vowel signs of Arabic and Hebrew, tatweel, the forms of
-- alef, the width of letters, the script of digits. Vowel signs of other scripts are letters and stay.
do $$
declare
  lowered text := case when exists (select from pg_collation where collname = 'und-x-icu') then 'collate "und-x-icu"' else '' end;
begin
  execute format($create$
    create function folded(words text) returns text language sql immutable strict parallel safe as $body$
      select translate(
               replace(replace(lower(regexp_replace(normalize(words, NFKD),
                 '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]', '', 'g') %s), 'ß', 'ss'), 'æ', 'ae'),
               'łøđıςٱةى٠١٢٣٤٥٦٧٨٩', 'lodiσاهي0123456789')
    $body$ $create$, lowered);
end $$;

-- The entries that a payment caused, by the payment: what moves no account of its request is the request's all the same.
create index entries_by_payment on entries (split_part(source, '#', 1)) where left(source, 4) = 'pay_';

create table saved_queries (
  id          id primary key,
  fund_id     id not null references funds,
  owner_id    id not null references people,
  act_id      id not null references acts deferrable initially deferred,
  created_at  timestamptz not null default clock_timestamp(),
  unique (id, owner_id),
  unique (fund_id, id)
);
create index saved_queries_by_fund on saved_queries (fund_id, id);

-- A change is a new version, and only its owner makes one. The last version is the one in force.
create table saved_query_versions (
  query_id   id not null,
  version    int not null check (version > 0),
  owner_id   id not null,
  name       text not null check (length(name) between 1 and 200),
  query      text not null check (length(query) <= 4000),
  shared     boolean not null,              -- with the auditors and controllers of the fund
  withdrawn  boolean not null default false,
  act_id     id not null references acts deferrable initially deferred,
  saved_at   timestamptz not null default clock_timestamp(),
  constraint saved_query_version_taken primary key (query_id, version),
  constraint saved_query_changed_by_owner foreign key (query_id, owner_id) references saved_queries (id, owner_id)
);

-- A sample as it was drawn, with its working paper byte for byte. Sums are minor units of the fund's currency.
create table samples (
  id                id primary key,
  fund_id           id not null references funds,
  method            text not null check (method in ('random', 'monetary_unit')),
  size              int not null check (size between 1 and 1000),
  seed              text not null check (length(seed) between 1 and 100),
  query             text not null,
  saved_query_id    id,
  saved_version     int,
  position          int not null,
  seal_hash         bytea not null,
  population_count  bigint not null check (population_count > 0),
  population_sum    numeric(38) not null,
  step              numeric(38) check (step > 0),      -- the sampling interval
  start             numeric(38) check (start between 1 and step),
  drawn_by          id not null references people,
  drawn_at          timestamptz not null,
  paper             text not null,
  act_id            id not null references acts deferrable initially deferred,
  foreign key (fund_id, position) references seals (fund_id, number),
  foreign key (fund_id, saved_query_id) references saved_queries (fund_id, id),
  foreign key (saved_query_id, saved_version) references saved_query_versions (query_id, version),
  check ((saved_query_id is null) = (saved_version is null)),
  check ((method = 'monetary_unit') = (step is not null) and (step is null) = (start is null))
);
create index samples_by_fund on samples (fund_id, id);

create table sample_items (
  sample_id   id not null references samples,
  number      int not null check (number > 0),
  entry_id    bigint not null references entries,
  rank        bigint not null check (rank > 0),        -- among the population by number of entry
  amount      numeric(38) not null,
  cumulative  numeric(38) not null,
  hits        int not null check (hits > 0),           -- how many selected units lie in it
  primary key (sample_id, number),
  constraint no_item_twice unique (sample_id, entry_id)
);

do $$
declare
  history text;
begin
  foreach history in array array['saved_queries', 'saved_query_versions', 'samples', 'sample_items'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;

-- How far the seals of a fund have been read again and what was found: one row, so that a restart goes on, and servers take turns on it.
create table seal_verifications (
  fund_id         id primary key references funds,
  pass            int not null default 1,              -- the one that is running
  reached         int not null default 0,              -- the last seal that it has read
  reached_hash    bytea,
  entries         bigint not null default 0,           -- that it has read
  acts            bigint not null default 0,
  fault           jsonb,                               -- the first that it has found
  begun_at        timestamptz,
  checked_at      timestamptz,
  -- The last pass that came to its end, and the seal there, which must be the same whenever it is read again.
  full_at         timestamptz,
  full_position   int,
  full_hash       bytea,
  full_entries    bigint,
  full_acts       bigint,
  full_fault      jsonb,
  unbroken_since  timestamptz                          -- when the first of all passes without a fault, up to now, began
);
grant select, insert, update on seal_verifications to wasata_service;

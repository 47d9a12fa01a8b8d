-- Payees against lists of sanctioned people and organisations: the lists by version, who was screened against which, and what was found.

create or replace function pg_temp.also_allow(p_table regclass, p_column name, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum];
  select string_agg(quote_literal(word), ', ' order by word) into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;

-- From how many points on a name is a hit, and whether anything may be released where no list was ever imported.
select pg_temp.also_allow('policies', 'subject', 'screening');
insert into policies (fund_id, subject, effective_from, terms)
select id, 'screening', '1990-01-01', '{"threshold": 80, "withoutList": "hold"}'::jsonb from funds;

-- A version of a list, as a file brought it. Editions count all lists of the fund together: who was screened against the last edition was
-- screened against all that is in force, which is the last version of each list.
create table sanctions_versions (
  id           id primary key,
  fund_id      id not null references funds,
  edition      int not null check (edition > 0),
  list         text not null check (list ~ '^[a-z][a-z0-9_]{0,39}$'),
  number       int not null check (number > 0),
  format       text not null check (format ~ '^[a-z][a-z_]{0,19}$'),
  file_name    text not null check (length(file_name) between 1 and 200),
  hash         bytea not null check (length(hash) = 32),        -- sha-256 of the file
  dated        timestamptz,                                     -- when its publisher made it, as it says
  entries      int not null check (entries > 0),
  added        int not null check (added >= 0),
  changed      int not null check (changed >= 0),
  dropped      int not null check (dropped >= 0),               -- of the version before
  confirmed    boolean not null,                                -- by whoever imported it, after being shown what is odd
  imported_by  id not null references people,
  imported_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  constraint one_edition_after_another unique (fund_id, edition),
  unique (fund_id, list, number)
);

create table sanctions_entries (
  fund_id     id not null,
  version_id  id not null,
  key         text not null,                 -- the publisher's own, the same in every version
  reference   text,
  kind        text not null check (kind in ('person', 'organisation')),
  name        text not null,
  names       jsonb not null,                -- [{name, kind, quality}]
  facts       jsonb not null,                -- [{fact, value}]
  hash        bytea not null check (length(hash) = 32),         -- of all that the entry says
  primary key (version_id, key),
  foreign key (fund_id, version_id) references sanctions_versions (fund_id, id)
);

-- A version has the entries that its file had, and never another.
create function version_is_whole() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from (select distinct version_id from brought) b join sanctions_versions v on v.id = b.version_id
              where v.entries < (select count(*) from sanctions_entries e where e.version_id = v.id)) then
    raise exception 'a version of a list has more entries than its file' using errcode = 'check_violation', constraint = 'version_is_whole';
  end if;
  return null;
end $$;
create trigger version_is_whole after insert on sanctions_entries referencing new table as brought for each statement execute function version_is_whole();

-- Every name under which a payee is known, each once.
create function payee_names(p_payee text) returns text[] language sql stable set search_path = public, pg_temp as $$
  select array_agg(n.name order by n.name collate "C")
    from (select p.name from payees p where p.id = p_payee
          union select p.latin_name from payees p where p.id = p_payee and p.latin_name is not null
          union select a.name from payee_aliases a where a.payee_id = p_payee
          union select a.latin_name from payee_aliases a where a.payee_id = p_payee and a.latin_name <> '-') n
$$;
create function names_hash(p_names text[]) returns bytea language sql immutable set search_path = public, pg_temp as $$
  select sha256(convert_to(array_to_string(p_names, E'\n'), 'UTF8'))
$$;

-- Who was screened: under which names, against which edition, from how many points on.
create table screenings (
  fund_id      id not null,
  payee_id     id not null,
  edition      int not null,
  threshold    smallint not null check (threshold between 1 and 100),
  names        text[] not null,
  names_hash   bytea not null,
  hits         int not null check (hits >= 0),
  occasion     text not null check (occasion in ('registration', 'list', 'release', 'asked')),
  screened_at  timestamptz not null,
  act_id       id references acts deferrable initially deferred,           -- null: by the time
  constraint screened_once primary key (payee_id, edition, threshold, names_hash),
  foreign key (fund_id, payee_id) references payees (fund_id, id),
  foreign key (fund_id, edition) references sanctions_versions (fund_id, edition),
  check (names_hash = names_hash(names))
);

-- A payee whose name fits a listed entry, both as they were: one case for each pair of what they say.
create table screening_cases (
  id           id primary key,
  fund_id      id not null,
  payee_id     id not null,
  version_id   id not null,
  list         text not null,
  entry_key    text not null,
  entry_hash   bytea not null check (length(entry_hash) = 32),
  entry        jsonb not null,               -- what the list says: {key, reference, kind, name, names, facts}
  names        text[] not null,
  names_hash   bytea not null check (names_hash = names_hash(names)),
  score        smallint not null check (score between 1 and 100),
  matched      jsonb not null,               -- {payeeName, listedName, parts}: why so many points
  occasion     text not null check (occasion in ('registration', 'list', 'release', 'asked')),
  opened_at    timestamptz not null,
  act_id       id references acts deferrable initially deferred,
  unique (fund_id, id),
  constraint case_opened_once unique (payee_id, list, entry_key, entry_hash, names_hash),
  foreign key (fund_id, payee_id) references payees (fund_id, id),
  foreign key (fund_id, version_id) references sanctions_versions (fund_id, id)
);
create index screening_cases_by_fund on screening_cases (fund_id, id);

-- What became of a case; the last one holds. It lapses by itself where the list or the payee says something else by now.
create table screening_decisions (
  fund_id      id not null,
  case_id      id not null,
  number       int not null check (number > 0),
  verdict      text not null check (verdict in ('clear', 'confirm', 'lapse')),
  reason       text not null check (length(reason) between 1 and 2000),
  decided_by   id,
  person_kind  text constraint service_account_decides_nothing check (person_kind = 'person'),
  decided_at   timestamptz not null,
  act_id       id references acts deferrable initially deferred,
  primary key (case_id, number),
  foreign key (fund_id, case_id) references screening_cases (fund_id, id),
  foreign key (decided_by, person_kind) references people (id, kind),
  check ((verdict = 'lapse') = (decided_by is null) and (decided_by is null) = (person_kind is null)),
  check (decided_by is null or act_id is not null)
);

-- What a case has come to: open, clear, confirm or lapse.
create function case_state(p_case text) returns text language sql stable set search_path = public, pg_temp as $$
  select coalesce((select d.verdict from screening_decisions d where d.case_id = p_case order by d.number desc limit 1), 'open')
$$;

-- Who must keep away from the cases of a payee: who has declared a tie, recorded the payee, or has a part in what is paid to it.
create function keeps_away_from_cases(p_person text, p_payee text) returns text language sql stable set search_path = public, pg_temp as $$
  select case when exists (select from ties t where t.payee_id = p_payee and t.person_id = p_person) then 'tied_to_payee'
              when exists (select from payees p where p.id = p_payee and p.recorded_by = p_person)
                or exists (select from payee_aliases a where a.payee_id = p_payee and a.recorded_by = p_person)
                or exists (select from duties d join requests r on r.id = d.request_id where r.payee_id = p_payee and d.person_id = p_person)
              then 'separation_of_duties' end
$$;

create function case_is_decided_in_order() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  of_case screening_cases;
  last screening_decisions;
begin
  select * into of_case from screening_cases where id = new.case_id;
  perform pg_advisory_xact_lock(hashtextextended('screening ' || of_case.payee_id, 0));
  select * into last from screening_decisions where case_id = new.case_id order by number desc limit 1;
  if new.number <> coalesce(last.number, 0) + 1 or last.verdict = 'lapse' or last.verdict = new.verdict
     or (new.verdict = 'lapse' and last.verdict is not null) then
    raise exception 'case % cannot be decided so', new.case_id using errcode = 'check_violation', constraint = 'case_is_decided_in_order';
  end if;
  if new.decided_by is not null and (keeps_away_from_cases(new.decided_by, of_case.payee_id) is not null or not exists (
       select from role_grants g where g.fund_id = of_case.fund_id and g.person_id = new.decided_by and g.role = 'compliance_officer' and g.ended_at is null)) then
    raise exception '% may not decide on case %', new.decided_by, new.case_id using errcode = 'check_violation', constraint = 'case_by_a_free_officer';
  end if;
  if last.verdict = 'confirm' and last.decided_by = new.decided_by then
    raise exception 'what one officer confirmed another clears' using errcode = 'check_violation', constraint = 'confirmed_hit_by_two_people';
  end if;
  return new;
end $$;
create trigger case_is_decided_in_order before insert on screening_decisions for each row execute function case_is_decided_in_order();

-- What the fund's rule says on a day.
create function screening_rule(p_fund text, p_on date) returns jsonb language sql stable set search_path = public, pg_temp as $$
  select terms from policies where fund_id = p_fund and subject = 'screening' and effective_from <= p_on order by effective_from desc limit 1
$$;
create function edition_in_force(p_fund text) returns int language sql stable set search_path = public, pg_temp as $$
  select coalesce(max(edition), 0) from sanctions_versions where fund_id = p_fund
$$;

-- Whether money may go to a payee: `clear`, or why not: a confirmed or an open case, no list at all where the fund holds payments without
-- one, never screened, or not as it is called now against what is in force now.
create function screening_state(p_payee text, p_on date) returns text language sql stable set search_path = public, pg_temp as $$
  select case
      when exists (select from screening_cases c where c.payee_id = p.id and case_state(c.id) = 'confirm') then 'confirmed'
      when exists (select from screening_cases c where c.payee_id = p.id and case_state(c.id) = 'open') then 'open'
      when f.edition = 0 and f.rule ->> 'withoutList' = 'release' then 'clear'
      when f.edition = 0 then 'no_list'
      when exists (select from screenings s where s.payee_id = p.id and s.edition = f.edition and s.threshold = (f.rule ->> 'threshold')::int
                      and s.names_hash = names_hash(payee_names(p.id))) then 'clear'
      when exists (select from screenings s where s.payee_id = p.id) then 'out_of_date'
      else 'not_screened' end
    from payees p cross join lateral (select edition_in_force(p.fund_id) as edition, screening_rule(p.fund_id, p_on) as rule) f
   where p.id = p_payee
$$;

-- Nothing leaves for a payee that is not clear, against the list in force when it leaves.
create function released_to_who_is_clear() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  state text := (select screening_state(p.payee_id, (act_time() at time zone 'utc')::date) from payments p where p.id = new.payment_id);
begin
  if state <> 'clear' then
    raise exception 'the payee of payment % is not clear: %', new.payment_id, state using errcode = 'check_violation', constraint = 'released_to_who_is_clear';
  end if;
  return new;
end $$;
create trigger released_to_who_is_clear before insert on releases for each row execute function released_to_who_is_clear();

do $$
declare
  kept text;
begin
  foreach kept in array array['sanctions_versions', 'sanctions_entries', 'screenings', 'screening_cases', 'screening_decisions'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', kept);
    execute format('grant select, insert on %I to wasata_service', kept);
  end loop;
  foreach kept in array array['screenings', 'screening_cases'] loop
    execute format('create trigger belongs_to_fund before insert on %I for each row execute function takes_fund_of(%L, %L, %L)', kept, 'payees', 'payee_id', 'id');
  end loop;
end $$;
create trigger belongs_to_fund before insert on sanctions_entries for each row execute function takes_fund_of('sanctions_versions', 'version_id', 'id');
create trigger belongs_to_fund before insert on screening_decisions for each row execute function takes_fund_of('screening_cases', 'case_id', 'id');

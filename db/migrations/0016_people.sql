-- People: whose password it is, who works here, and what a second person looks at.

-- A password that somebody else made opens nothing but the choice of one's own. Those of the demonstration no administrator made.
alter table people add column password_is_first boolean not null default false;
update people set password_is_first = true
 where password_hash is not null and not exists (select from acts where method = 'START' and path = 'demonstration');
alter table people add constraint first_password_is_one check (not password_is_first or password_hash is not null);
grant update (password_is_first) on people to wasata_service;

-- A duty and a token are for people who work here, under a password that nobody else knows.
create function works_here() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform from people p where p.id = new.person_id and p.active and not p.password_is_first for share;
  if not found then
    raise exception '% does not work here, or only with a first password', new.person_id using errcode = 'check_violation', constraint = 'works_here';
  end if;
  return new;
end $$;
create trigger works_here before insert on duties for each row execute function works_here();
create trigger works_here before insert on tokens for each row execute function works_here();

-- Who works here: the last row of a person says so, with who said it and why. A person of whom there is no row was registered and is here.
create table person_states (
  person_id         id not null references people,
  number            int not null check (number > 0),
  active            boolean not null,
  reason            text not null check (length(reason) between 1 and 500),
  changed_by        id not null,
  by_administrator  boolean not null default true check (by_administrator),
  changed_at        timestamptz not null default clock_timestamp(),
  act_id            id not null references acts deferrable initially deferred,
  primary key (person_id, number),
  constraint changed_by_administrator foreign key (changed_by, by_administrator) references people (id, administrator)
);
create trigger append_only before update or delete or truncate on person_states for each statement execute function history_is_append_only();
grant select, insert on person_states to wasata_service;

-- Somebody is left who can let others in, also when the last two are sent away at once.
create function person_turns_by_its_row() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if new.active is distinct from (select s.active from person_states s where s.person_id = new.id order by s.number desc limit 1) then
    raise exception 'nobody made % so', new.id using errcode = 'check_violation', constraint = 'person_turns_by_its_row';
  end if;
  if not new.active and new.administrator and new.kind = 'person' then
    perform pg_advisory_xact_lock(hashtextextended('administrators', 0));
    if not exists (select from people p where p.administrator and p.active and p.kind = 'person' and p.id <> new.id) then
      raise exception '% is the last administrator', new.id using errcode = 'check_violation', constraint = 'an_administrator_stays';
    end if;
  end if;
  return new;
end $$;
create trigger person_turns_by_its_row before update of active on people for each row
  when (new.active <> old.active) execute function person_turns_by_its_row();

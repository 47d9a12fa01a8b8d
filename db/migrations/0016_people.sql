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

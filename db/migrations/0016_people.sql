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

-- Words are added to a list that other migrations may have added to.
create function pg_temp.also_allow(p_table regclass, p_column name, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum];
  select string_agg(quote_literal(word), ', ') into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union all select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;
select pg_temp.also_allow('policies', 'subject', 'bank_charges');
select pg_temp.also_allow('duties', 'duty', 'charge_approver');

-- What a bank may keep of a payment without a second person: `most`, in minor units of the fund's currency, or `bps` of the payment.
insert into policies (fund_id, subject, effective_from, terms)
select f.id, 'bank_charges', '1990-01-01', jsonb_build_object('most', (250 * 10 ^ c.minor_unit)::bigint::text, 'bps', 300)
  from funds f join currencies c on c.code = f.currency;

-- A controller who has no other part in the request confirms that the bank keeps this much.
create table charge_approvals (
  id           id primary key,
  payment_id   id not null,
  request_id   id not null,
  event        text not null check (event in ('settlement', 'return')),
  amount       bigint not null check (amount > 0),              -- in the bank account's currency
  reason       text not null check (length(reason) between 1 and 500),
  approved_by  id not null,
  duty         text not null default 'charge_approver' check (duty = 'charge_approver'),
  approved_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  unique (id, payment_id, event),
  foreign key (payment_id, request_id) references payments (id, request_id),
  constraint one_duty_each foreign key (request_id, approved_by, duty) references duties (request_id, person_id, duty)
);
create index charge_approvals_by_payment on charge_approvals (payment_id, id);
create trigger append_only before update or delete or truncate on charge_approvals for each statement execute function history_is_append_only();
grant select, insert on charge_approvals to wasata_service;

alter table settlements add column charge_approval_id id, add column event text not null default 'settlement' check (event = 'settlement'),
  add constraint charge_approved_for_it foreign key (charge_approval_id, payment_id, event) references charge_approvals (id, payment_id, event);
alter table payment_returns add column charge_approval_id id, add column event text not null default 'return' check (event = 'return'),
  add constraint charge_approved_for_it foreign key (charge_approval_id, payment_id, event) references charge_approvals (id, payment_id, event);

create function charge_within_limit() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_kept bigint := 0;     -- by this event, in the bank account's currency
  v_value numeric := 0;   -- of all that was kept of the payment, in the fund's
begin
  if tg_table_name = 'settlements' then
    v_kept := new.charge;
    v_value := new.functional_charge;
  else
    select s.debited - new.credited, s.functional - new.functional + s.functional_charge into v_kept, v_value
      from settlements s where s.payment_id = new.payment_id;
  end if;
  if v_kept > 0
     and not exists (select from charge_approvals a where a.id = new.charge_approval_id and a.amount >= v_kept)
     and not exists (select from payments p
                       cross join lateral (select l.terms from policies l
                                            where l.fund_id = p.fund_id and l.subject = 'bank_charges' and l.effective_from <= (now() at time zone 'utc')::date
                                            order by l.effective_from desc limit 1) l
                      where p.id = new.payment_id
                        and v_value <= greatest((l.terms ->> 'most')::numeric, p.amount * (l.terms ->> 'bps')::numeric / 10000)) then
    raise exception 'the bank kept % of payment %, and nobody has confirmed it', v_value, new.payment_id
      using errcode = 'check_violation', constraint = 'charge_above_limit';
  end if;
  return new;
end $$;
create trigger charge_within_limit before insert on settlements for each row execute function charge_within_limit();
create trigger charge_within_limit before insert on payment_returns for each row execute function charge_within_limit();

-- Who may know of a confidential process: the entities that were told. Those that had a request on it know it already.
create table need_to_know (
  fund_id     id not null,
  process_id  id not null,
  entity_id   id not null,
  told_at     timestamptz not null default clock_timestamp(),
  act_id      id references acts deferrable initially deferred,   -- null: worked on it before this list was kept
  constraint told_already primary key (process_id, entity_id),
  foreign key (fund_id, process_id) references processes (fund_id, id),
  foreign key (fund_id, entity_id) references entities (fund_id, id)
);
create index need_to_know_by_entity on need_to_know (entity_id);
insert into need_to_know (fund_id, process_id, entity_id)
select distinct r.fund_id, r.process_id, r.entity_id from requests r join processes p on p.id = r.process_id where p.confidentiality <> 'open';
create trigger append_only before update or delete or truncate on need_to_know for each statement execute function history_is_append_only();
grant select, insert on need_to_know to wasata_service;

create function process_is_known() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from processes p where p.id = new.process_id
                    and (p.confidentiality = 'open' or exists (select from need_to_know k where k.process_id = p.id and k.entity_id = new.entity_id))) then
    raise exception 'entity % was not told of process %', new.entity_id, new.process_id using errcode = 'check_violation', constraint = 'process_is_known';
  end if;
  return new;
end $$;
create trigger process_is_known before insert or update of process_id on requests for each row
  when (new.process_id is not null) execute function process_is_known();

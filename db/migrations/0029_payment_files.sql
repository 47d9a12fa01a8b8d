-- Payment files: what the bank is told, signed by two people who saw the same hash, and what the bank says to it.

-- Where the fund's own accounts are kept, as versions: a file of before names the details of its day. An account without them is paid from by hand.
create table bank_account_details (
  fund_id          id not null,
  bank_account_id  id not null,
  number           int not null check (number > 0),
  scheme           text not null check (scheme in ('iban', 'account')),
  account          text not null check (account ~ '^[A-Z0-9]{1,34}$'),
  bic              text check (bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  clearing_system  text check (clearing_system ~ '^[A-Z0-9]{1,5}$'),
  clearing_code    text check (clearing_code ~ '^[A-Z0-9]{1,35}$'),
  bank_name        text not null check (length(bank_name) between 1 and 140),
  bank_country     text not null check (bank_country ~ '^[A-Z]{2}$'),
  holder           text not null check (length(holder) between 1 and 140),
  street           text check (length(street) between 1 and 70),
  building         text check (length(building) between 1 and 16),
  post_code        text check (length(post_code) between 1 and 16),
  town             text not null check (length(town) between 1 and 35),
  country          text not null check (country ~ '^[A-Z]{2}$'),
  set_by           id not null references people,
  set_at           timestamptz not null,
  act_id           id not null references acts deferrable initially deferred,
  constraint account_details_once primary key (bank_account_id, number),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id),
  constraint own_iban_foots check (scheme <> 'iban' or (iban_foots(account) and bank_country = left(account, 2))),
  constraint own_bank_is_known check (scheme = 'iban' or num_nonnulls(bic, clearing_code) > 0)
);

-- Who bears the bank's charges, until the fund says otherwise.
do $$
declare
  subjects text;
begin
  select pg_get_expr(conbin, conrelid) into subjects from pg_constraint where conrelid = 'policies'::regclass and conname = 'policies_subject_check';
  execute 'alter table policies drop constraint policies_subject_check';
  execute format('alter table policies add constraint policies_subject_check check (%s or subject = %L)', subjects, 'payment_files');
end $$;
insert into policies (fund_id, subject, effective_from, terms)
select id, 'payment_files', '1990-01-01', jsonb_build_object('chargeBearer', 'SHAR') from funds;

-- A UUID version 4 that follows a payment through all banks (UETR).
alter table payments add column uetr uuid not null default gen_random_uuid() constraint uetr_once unique;

create sequence payment_file_numbers;

-- Certified payments of one bank account, as one message. What it says is fixed: it is built again of these rows, and has this hash.
create table payment_files (
  id               id primary key,
  fund_id          id not null references funds,
  code             text collate "C" not null check (code ~ '^[A-Z0-9-]{1,33}$'),   -- the message id: once, for ever
  bank_account_id  id not null,
  details_number   int,                                        -- null: the account has no details, the bank is told by hand
  execution_date   date not null,
  charge_bearer    text not null check (charge_bearer in ('DEBT', 'CRED', 'SHAR', 'SLEV')),
  payment_count    int not null check (payment_count between 1 and 5000),
  control_sum      bigint not null check (control_sum > 0),
  sha256           bytea not null check (length(sha256) = 32),
  replaces         id,
  status           text not null default 'prepared' check (status in ('prepared', 'released', 'withdrawn')),
  prepared_by      id not null references people,
  prepared_at      timestamptz not null,
  act_id           id not null references acts deferrable initially deferred,
  constraint payment_file_code_taken unique (code),
  unique (fund_id, id),
  unique (id, sha256),
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id),
  foreign key (bank_account_id, details_number) references bank_account_details (bank_account_id, number),
  foreign key (fund_id, replaces) references payment_files (fund_id, id)
);
create index payment_files_by_fund on payment_files (fund_id, id);

create table payment_file_payments (
  fund_id     id not null,
  file_id     id not null,
  payment_id  id not null,
  position    int not null check (position > 0),
  primary key (file_id, payment_id),
  unique (file_id, position),
  foreign key (fund_id, file_id) references payment_files (fund_id, id),
  foreign key (fund_id, payment_id) references payments (fund_id, id)
);
create index payment_file_payments_by_payment on payment_file_payments (payment_id);

-- Which file a payment is in now: one, or none.
alter table payments add column file_id id,
  add constraint in_a_file_of_its_own foreign key (file_id, id) references payment_file_payments (file_id, payment_id);
create index payments_by_file on payments (file_id);

create table payment_file_signatures (
  fund_id    id not null,
  file_id    id not null,
  place      smallint not null check (place in (1, 2)),
  signed_by  id not null references people,
  sha256     bytea not null,
  signed_at  timestamptz not null,
  act_id     id not null references acts deferrable initially deferred,
  primary key (file_id, place),
  constraint signed_once_by_each unique (file_id, signed_by),
  unique (file_id, place, signed_by),
  constraint signed_what_it_says foreign key (file_id, sha256) references payment_files (id, sha256),
  foreign key (fund_id, file_id) references payment_files (fund_id, id)
);

create table payment_file_withdrawals (
  fund_id       id not null,
  file_id       id primary key,
  reason        text not null check (length(reason) between 1 and 2000),
  withdrawn_by  id not null references people,
  withdrawn_at  timestamptz not null,
  act_id        id not null references acts deferrable initially deferred,
  foreign key (fund_id, file_id) references payment_files (fund_id, id)
);

-- That it was given to the bank. A second time has its reason.
create table payment_file_sendings (
  fund_id  id not null,
  file_id  id not null,
  number   int not null check (number > 0),
  reason   text not null default '' check (length(reason) <= 2000),
  sent_by  id not null references people,
  sent_at  timestamptz not null,
  act_id   id not null references acts deferrable initially deferred,
  constraint sent_once_each primary key (file_id, number),
  constraint sent_again_with_reason check (number = 1 or reason <> ''),
  foreign key (fund_id, file_id) references payment_files (fund_id, id)
);

-- Signatures over no file do not count any more: they are given again.
alter table releases disable trigger append_only;
delete from releases l using payments p where p.id = l.payment_id and p.status = 'certified';
alter table releases enable trigger append_only;
alter table releases add column file_id id,
  add constraint released_by_a_file check (file_id is not null) not valid,
  add constraint released_as_signed foreign key (file_id, place, released_by) references payment_file_signatures (file_id, place, signed_by),
  add constraint released_in_its_file foreign key (file_id, payment_id) references payment_file_payments (file_id, payment_id);

-- Who has signed for a payment, also while the second signature is missing.
create view payment_signatures as
  select p.id as payment_id, p.request_id, s.place, s.signed_by, s.signed_at, s.file_id
    from payments p join payment_file_signatures s on s.file_id = p.file_id
   union all
  select l.payment_id, l.request_id, l.place, l.released_by, l.released_at, null from releases l where l.file_id is null;

create function payment_may_join_file() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from payment_files f join payments p on p.id = new.payment_id and p.bank_account_id = f.bank_account_id
                  where f.id = new.file_id and f.status = 'prepared' and p.status = 'certified' and p.file_id is null)
     or exists (select from payment_file_signatures s where s.file_id = new.file_id) then
    raise exception 'payment % cannot be put into file %', new.payment_id, new.file_id using errcode = 'check_violation', constraint = 'payment_may_join_file';
  end if;
  return new;
end $$;
create trigger payment_may_join_file before insert on payment_file_payments for each row execute function payment_may_join_file();

-- A payment leaves a file only when that is withdrawn.
create function payment_stays_in_file() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (old.file_id is not null and not exists (select from payment_file_withdrawals w where w.file_id = old.file_id))
     or (new.file_id is not null and not exists (select from payment_files f where f.id = new.file_id and f.status = 'prepared')) then
    raise exception 'payment % stays in its file', new.id using errcode = 'check_violation', constraint = 'payment_stays_in_file';
  end if;
  return new;
end $$;
create trigger payment_stays_in_file before update of file_id on payments for each row
  when (new.file_id is distinct from old.file_id) execute function payment_stays_in_file();

-- What is signed is whole: as many payments as it says, of the sum that it says, all still in it.
create function file_is_whole() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from payment_files f
                  where f.id = new.file_id and f.status = 'prepared'
                    and (f.payment_count, f.control_sum) = (select count(*), sum(p.instructed) from payment_file_payments c
                                                              join payments p on p.id = c.payment_id and p.file_id = f.id where c.file_id = f.id)) then
    raise exception 'file % cannot be signed', new.file_id using errcode = 'check_violation', constraint = 'file_is_whole';
  end if;
  return new;
end $$;
create trigger file_is_whole before insert on payment_file_signatures for each row execute function file_is_whole();

create function file_moves_by_its_rows() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.status <> 'prepared'
     or (new.status = 'released' and (select count(*) from payment_file_signatures s where s.file_id = new.id) < 2)
     or (new.status = 'withdrawn' and not exists (select from payment_file_withdrawals w where w.file_id = new.id)) then
    raise exception 'file % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'file_moves_by_its_rows';
  end if;
  return new;
end $$;
create trigger file_moves_by_its_rows before update of status on payment_files for each row
  when (new.status <> old.status) execute function file_moves_by_its_rows();

create function withdrawn_before_released() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from payment_files f where f.id = new.file_id and f.status = 'prepared') then
    raise exception 'file % cannot be withdrawn', new.file_id using errcode = 'check_violation', constraint = 'withdrawn_before_released';
  end if;
  return new;
end $$;
create trigger withdrawn_before_released before insert on payment_file_withdrawals for each row execute function withdrawn_before_released();

create function sent_after_released() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from payment_files f where f.id = new.file_id and f.status = 'released')
     or new.number <> 1 + (select count(*) from payment_file_sendings s where s.file_id = new.file_id) then
    raise exception 'file % cannot be sent', new.file_id using errcode = 'check_violation', constraint = 'sent_after_released';
  end if;
  return new;
end $$;
create trigger sent_after_released before insert on payment_file_sendings for each row execute function sent_after_released();

-- All of a file leaves, or nothing: looked at when everything is written.
create function file_leaves_whole() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if 2 * new.payment_count <> (select count(*) from releases l where l.file_id = new.id)
     or exists (select from payments p where p.file_id = new.id and p.status = 'certified') then
    raise exception 'file % leaves whole or not at all', new.id using errcode = 'check_violation', constraint = 'file_leaves_whole';
  end if;
  return null;
end $$;
create constraint trigger file_leaves_whole after update of status on payment_files deferrable initially deferred for each row
  when (new.status = 'released') execute function file_leaves_whole();
create index releases_by_file on releases (file_id);
create function released_with_its_file() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from payment_files f join payments p on p.id = new.payment_id and p.file_id = f.id where f.id = new.file_id and f.status = 'released') then
    raise exception 'payment % leaves with its file', new.payment_id using errcode = 'check_violation', constraint = 'released_with_its_file';
  end if;
  return null;
end $$;
create constraint trigger released_with_its_file after insert on releases deferrable initially deferred for each row
  when (new.place = 2) execute function released_with_its_file();

-- Whoever has signed the file must not keep away from a payee of it either.
create or replace function signatures_that_do_not_count(p_payment text, p_at timestamptz default act_time()) returns setof text
language sql stable set search_path = public, pg_temp as $$
  select signed.person
    from payments p
    join requests r on r.id = p.request_id
   cross join lateral (select by.person
                         from decisions d
                        cross join lateral (select d.decided_by union select d.on_behalf_of where d.on_behalf_of is not null) by (person)
                        where d.request_id = r.id and d.verdict = 'approve'
                          and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id))
                          and (d.role <> 'certifying_officer' or d.payee_hash = payee_details_hash(r.payee_id))
                       union select p.certified_by
                       union select s.signed_by from payment_signatures s where s.payment_id = p.id) as signed (person)
   where p.id = p_payment and keeps_away(signed.person, p.payee_id, p_at)
$$;

-- What the bank says of a file and of its payments (pain.002): each report once, each line of it kept as it came.
create table status_reports (
  id                   id primary key,
  fund_id              id not null references funds,
  sha256               bytea not null check (length(sha256) = 32),
  message_id           text not null check (length(message_id) between 1 and 35),
  original_message_id  text not null check (length(original_message_id) between 1 and 35),
  file_id              id,                                     -- null: no file of this fund
  group_status         text check (length(group_status) between 1 and 4),
  created_at           text not null,                          -- as the bank wrote it
  recorded_by          id not null references people,
  recorded_at          timestamptz not null,
  act_id               id not null references acts deferrable initially deferred,
  constraint status_report_once unique (fund_id, sha256),
  unique (fund_id, id),
  foreign key (fund_id, file_id) references payment_files (fund_id, id)
);
create index status_reports_by_file on status_reports (file_id);

create table status_report_lines (
  fund_id          id not null,
  report_id        id not null,
  number           int not null check (number > 0),
  end_to_end_id    text not null check (length(end_to_end_id) between 1 and 35),
  payment_id       id,                                         -- null: no payment of the file
  bank_status      text not null check (length(bank_status) between 1 and 4),
  verdict          text not null check (verdict in ('accepted', 'pending', 'rejected')),
  reason_code      text check (length(reason_code) between 1 and 35),
  reason           text not null default '' check (length(reason) <= 500),
  outcome          text not null check (outcome in ('noted', 'returned', 'to_confirm', 'contradicts', 'unknown')),
  primary key (report_id, number),
  foreign key (fund_id, report_id) references status_reports (fund_id, id),
  foreign key (fund_id, payment_id) references payments (fund_id, id),
  constraint unknown_has_no_payment check ((payment_id is null) = (outcome = 'unknown'))
);
create index status_report_lines_by_payment on status_report_lines (payment_id, report_id);

-- What somebody found out about a line that could not be applied.
create table status_report_answers (
  fund_id      id not null,
  report_id    id not null,
  number       int not null,
  note         text not null check (length(note) between 1 and 2000),
  answered_by  id not null references people,
  answered_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  constraint answered_once primary key (report_id, number),
  foreign key (report_id, number) references status_report_lines (report_id, number),
  foreign key (fund_id, report_id) references status_reports (fund_id, id)
);

do $$
declare
  of_file text;
begin
  foreach of_file in array array['payment_file_payments', 'payment_file_signatures', 'payment_file_withdrawals', 'payment_file_sendings'] loop
    execute format('create trigger belongs_to_fund before insert on %I for each row execute function takes_fund_of(%L, %L, %L)', of_file, 'payment_files', 'file_id', 'id');
  end loop;
  foreach of_file in array array['payment_file_payments', 'payment_file_signatures', 'payment_file_withdrawals', 'payment_file_sendings',
                                 'bank_account_details', 'status_reports', 'status_report_lines', 'status_report_answers'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', of_file);
    execute format('grant select, insert on %I to wasata_service', of_file);
  end loop;
end $$;
create trigger belongs_to_fund before insert on bank_account_details for each row execute function takes_fund_of('bank_accounts', 'bank_account_id', 'id');
create trigger belongs_to_fund before insert on status_report_lines for each row execute function takes_fund_of('status_reports', 'report_id', 'id');
create trigger belongs_to_fund before insert on status_report_answers for each row execute function takes_fund_of('status_reports', 'report_id', 'id');
create trigger append_only before delete or truncate on payment_files for each statement execute function history_is_append_only();
grant select, insert on payment_files to wasata_service;
grant update (status) on payment_files to wasata_service;
grant update (file_id) on payments to wasata_service;
grant select on payment_signatures to wasata_service;
grant usage on sequence payment_file_numbers to wasata_service;

-- Who has taken a file out is asked of the acts; a path may be typed in more than one way.
create index acts_on_payment_files on acts (lower(rtrim(path, '/'))) where lower(path) like '/api/v1/payment-files/%';

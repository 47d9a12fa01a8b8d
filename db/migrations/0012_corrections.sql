-- Corrections: a wrong entry is never changed. Its mirror takes it back and, where something is right instead, that is posted too. One
-- person proposes, another confirms. The rows behind an entry follow it in one of two ways, so that rows and ledger tell one story:
-- a row of which there may be many (a receipt, what was applied of it, a write-off, a refund) gets a counter-row; a row of which there
-- is one (an agreement, a settlement, the category of a payment) is put right in its place and kept as it was.

create table corrections (
  id           id primary key,
  fund_id      id not null references funds,
  entry_id     bigint not null references entries,
  kind         text not null,           -- what the entry is in substance: of an entry of a correction, what that is about
  reason       text not null check (length(reason) between 1 and 1000),
  right_values jsonb,                   -- what is right instead, where it differs; null: the entry is only taken back
  dated_on     date not null,           -- the day for what belongs into a closed month
  shown        jsonb not null,          -- all that was listed when it was proposed
  shown_hash   bytea not null,          -- of what must not change until it is confirmed
  status       text not null default 'proposed' check (status in ('proposed', 'confirmed', 'rejected', 'withdrawn', 'lapsed')),
  proposed_by  id not null,
  person_kind  text not null,
  proposed_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  unique (id, proposed_by),
  foreign key (proposed_by, person_kind) references people (id, kind),
  constraint service_account_decides_nothing check (person_kind = 'person')
);
create index corrections_by_fund on corrections (fund_id, id);
create index corrections_by_entry on corrections (entry_id);
create unique index one_open_correction on corrections (entry_id) where status = 'proposed';

-- How a proposal ended, once and for good.
create table correction_endings (
  correction_id  id primary key,
  verdict        text not null check (verdict in ('confirmed', 'rejected', 'withdrawn', 'lapsed')),
  proposed_by    id not null,
  ended_by       id not null,
  person_kind    text not null,
  reason         text not null default '',
  ended_at       timestamptz not null default clock_timestamp(),
  act_id         id not null references acts deferrable initially deferred,
  unique (correction_id, verdict),
  foreign key (correction_id, proposed_by) references corrections (id, proposed_by),
  foreign key (ended_by, person_kind) references people (id, kind),
  constraint correction_by_two_people check (verdict not in ('confirmed', 'rejected') or ended_by <> proposed_by),
  constraint service_account_decides_nothing check (person_kind = 'person'),
  check (verdict <> 'rejected' or reason <> '')
);

-- The entries that a confirmed correction posted, and what each is in substance: of which kind, and which row it is about.
create table correction_entries (
  entry_id       bigint primary key references entries,
  correction_id  id not null references corrections deferrable initially deferred,
  verdict        text not null default 'confirmed' check (verdict = 'confirmed'),
  kind           text not null,
  source         text collate "C" not null,
  takes_back     boolean not null,      -- the mirror of something; otherwise it says what is right
  original       bigint not null references entries,   -- the entry with which it all began
  value_on       date not null,         -- when it happened; the entry is dated otherwise where that month is closed
  foreign key (correction_id, verdict) references correction_endings (correction_id, verdict) deferrable initially deferred
);
create index correction_entries_by_correction on correction_entries (correction_id);
create index correction_entries_by_substance on correction_entries (source, kind);

-- An entry is reversed once: whoever else wants to, by a correction or by an act of its own, comes too late.
drop index entries_by_reversed;
create unique index entry_reversed_once on entries (reverses) where reverses is not null;

-- Counter-rows. Every sum over these tables, past and future, takes them along without knowing of them.
alter table receipts drop constraint receipts_sent_amount_check, drop constraint receipts_bank_value_check,
  drop constraint receipts_bank_charge_check, drop constraint receipts_functional_check, drop constraint receipts_functional_charge_check,
  add column takes_back id references receipts,
  add column correction_id id,
  add constraint receipts_sent_amount_check check (takes_back is not null or sent_amount > 0),
  add constraint receipts_bank_value_check check (takes_back is not null or bank_value > 0),
  add constraint receipts_bank_charge_check check (takes_back is not null or bank_charge >= 0),
  add constraint receipts_functional_check check (takes_back is not null or functional >= 0),
  add constraint receipts_functional_charge_check check (takes_back is not null or functional_charge >= 0);
alter table receipt_applications drop constraint receipt_applications_amount_check, drop constraint receipt_applications_value_check,
  drop constraint receipt_applications_functional_check, drop constraint receipt_applications_carrying_check,
  drop constraint receipt_applications_authority_check, drop constraint receipt_applications_check,
  add column takes_back id references receipt_applications,
  add column correction_id id,
  add constraint receipt_applications_amount_check check (takes_back is not null or amount > 0),
  add constraint receipt_applications_value_check check (takes_back is not null or value >= 0),
  add constraint receipt_applications_functional_check check (takes_back is not null or functional >= 0),
  add constraint receipt_applications_carrying_check check (takes_back is not null or carrying >= 0),
  add constraint receipt_applications_authority_check check (takes_back is not null or authority >= 0),
  add constraint receipt_applications_check check (takes_back is not null or support between 0 and authority);
alter table write_offs drop constraint write_offs_amount_check, drop constraint write_offs_functional_check,
  add column takes_back id references write_offs,
  add column correction_id id,
  add constraint write_offs_amount_check check (takes_back is not null or amount > 0),
  add constraint write_offs_functional_check check (takes_back is not null or functional >= 0);
alter table refunds drop constraint refunds_amount_check,
  add column takes_back id references refunds,
  add column correction_id id,
  add constraint refunds_amount_check check (takes_back is not null or amount > 0);

-- A counter-row says exactly the opposite of its row, once, and nothing takes it back in turn: what was wrongly taken back is recorded anew.
create function takes_back_exactly() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  was jsonb;
  said jsonb := to_jsonb(new);
  figure text;
begin
  execute format('select to_jsonb(t) from %I t where t.id = $1', tg_table_name) into was using new.takes_back;
  if was ->> 'takes_back' is not null then
    raise exception '% is a counter-row itself', new.takes_back using errcode = 'check_violation', constraint = 'takes_back_exactly';
  end if;
  foreach figure in array tg_argv loop
    if (was ->> figure)::numeric is distinct from -(said ->> figure)::numeric then
      raise exception '% of % is not the opposite of that of %', figure, new.id, new.takes_back
        using errcode = 'check_violation', constraint = 'takes_back_exactly';
    end if;
  end loop;
  return null;
end $$;
create trigger takes_back_exactly after insert on receipts for each row when (new.takes_back is not null)
  execute function takes_back_exactly('sent_amount', 'bank_value', 'bank_charge', 'functional', 'functional_charge');
create trigger takes_back_exactly after insert on receipt_applications for each row when (new.takes_back is not null)
  execute function takes_back_exactly('amount', 'value', 'functional', 'carrying', 'authority', 'support');
-- A write-off that a correction puts right, or takes back, has the authority of the two people who corrected it.
create or replace function write_off_has_authority() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if new.proposal_id is null and new.correction_id is null and not exists (select from imports i where i.act_id = new.act_id) then
    raise exception 'write-off % has nobody''s authority', new.id using errcode = 'check_violation', constraint = 'write_off_has_authority';
  end if;
  return null;
end $$;
create trigger takes_back_exactly after insert on write_offs for each row when (new.takes_back is not null)
  execute function takes_back_exactly('amount', 'functional');
create trigger takes_back_exactly after insert on refunds for each row when (new.takes_back is not null)
  execute function takes_back_exactly('amount');

-- A refund that was taken back is not paid, nor one that was paid taken back.
create function refund_stands_or_is_paid() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  refund text := coalesce(to_jsonb(new) ->> 'refund_id', to_jsonb(new) ->> 'takes_back');
begin
  perform pg_advisory_xact_lock(hashtextextended(refund, 0));
  if exists (select from refund_payments p where p.refund_id = refund)
     and exists (select from refunds f where refund in (f.takes_back, case when f.takes_back is not null then f.id end)) then
    raise exception 'refund % is paid, or taken back, not both', refund using errcode = 'check_violation', constraint = 'refund_stands_or_is_paid';
  end if;
  return null;
end $$;
create trigger refund_stands_or_is_paid after insert on refund_payments for each row execute function refund_stands_or_is_paid();
create trigger refund_stands_or_is_paid after insert on refunds for each row when (new.takes_back is not null)
  execute function refund_stands_or_is_paid();

-- What is applied of a receipt and of its counter-row together is never more than what is left of both.
create or replace function receipt_not_applied_twice() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  of_receipt text := case tg_table_name when 'receipts' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'receipt_id' end;
begin
  of_receipt := coalesce((select r.takes_back from receipts r where r.id = of_receipt), of_receipt);
  if exists (select from (select sum(r.bank_value + r.bank_charge) as value, sum(r.functional) as cash
                            from receipts r where of_receipt in (r.id, r.takes_back)) arrived
              cross join (select coalesce(sum(a.value), 0) as value, coalesce(sum(a.authority), 0) as authority
                            from receipt_applications a join receipts r on r.id = a.receipt_id where of_receipt in (r.id, r.takes_back)) applied
              where applied.value > arrived.value or applied.authority > arrived.cash) then
    raise exception 'more of receipt % is applied than arrived', of_receipt using errcode = 'check_violation', constraint = 'receipt_not_applied_twice';
  end if;
  return null;
end $$;
create constraint trigger receipt_not_applied_twice after insert on receipts
  deferrable initially deferred for each row when (new.takes_back is not null) execute function receipt_not_applied_twice();

-- Rows that are put right in their place. The trigger keeps what they said before, so that no path can forget to.
create table rows_before_correction (
  id             bigint generated always as identity primary key,
  correction_id  id not null,
  table_name     text not null,
  key            id not null,           -- of the contribution, or of the payment
  said           jsonb not null,
  replaced_at    timestamptz not null default clock_timestamp()
);
create index rows_before_correction_by_key on rows_before_correction (key, replaced_at);

create function kept_before_correction() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  was jsonb := to_jsonb(old);
begin
  if new.correction_id is null or new.correction_id is not distinct from old.correction_id then
    raise exception '% changes by a correction only', tg_table_name using errcode = '42501', constraint = 'changed_by_correction_only';
  end if;
  insert into rows_before_correction (correction_id, table_name, key, said)
  values (new.correction_id, tg_table_name, was ->> tg_argv[0], was);
  return new;
end $$;
alter table agreements add column correction_id id;
alter table settlements add column correction_id id;
alter table payments add column correction_id id;
drop trigger append_only on agreements;
drop trigger append_only on settlements;
create trigger append_only before delete or truncate on agreements for each statement execute function history_is_append_only();
create trigger append_only before delete or truncate on settlements for each statement execute function history_is_append_only();
create trigger kept_before_correction before update on agreements for each row execute function kept_before_correction('contribution_id');
create trigger kept_before_correction before update on settlements for each row execute function kept_before_correction('payment_id');
create trigger kept_before_correction before update on payments for each row when (new.category is distinct from old.category)
  execute function kept_before_correction('id');

-- Whatever a correction did to a row stands only if that correction is confirmed when the transaction ends.
create function by_confirmed_correction() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from correction_endings d where d.correction_id = new.correction_id and d.verdict = 'confirmed') then
    raise exception 'correction % of a row in % is not confirmed', new.correction_id, tg_table_name
      using errcode = 'check_violation', constraint = 'by_confirmed_correction';
  end if;
  return null;
end $$;
do $$
declare
  of_correction text;
begin
  foreach of_correction in array array['receipts', 'receipt_applications', 'write_offs', 'refunds', 'agreements', 'settlements', 'payments'] loop
    execute format($f$create constraint trigger by_confirmed_correction after insert or update on %I deferrable initially deferred
      for each row when (new.correction_id is not null) execute function by_confirmed_correction()$f$, of_correction);
  end loop;
  foreach of_correction in array array['receipts', 'receipt_applications', 'write_offs', 'refunds'] loop
    execute format('alter table %I add constraint counter_row_of_correction check (takes_back is null or correction_id is not null)', of_correction);
    execute format('create unique index %I on %I (takes_back) where takes_back is not null', of_correction || '_taken_back_once', of_correction);
  end loop;
end $$;

-- Which report of a donor was given to whom, as of when: what was told cannot be taken back, so a correction lists it.
create table issued_reports (
  id           id primary key,
  fund_id      id not null references funds,
  donor_id     id not null,
  person_id    id not null references people,
  format       text not null check (format in ('json', 'pdf')),
  language     text check (language in ('en', 'ar')),
  occurred_on  date not null,
  recorded_at  timestamptz not null,
  issued_at    timestamptz not null default clock_timestamp(),
  foreign key (fund_id, donor_id) references donors (fund_id, id)
);
create index issued_reports_by_donor on issued_reports (donor_id, id);

do $$
declare
  history text;
begin
  foreach history in array array['correction_endings', 'correction_entries', 'rows_before_correction', 'issued_reports'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
  end loop;
end $$;
create trigger append_only before delete or truncate on corrections for each statement execute function history_is_append_only();
grant select, insert on corrections, correction_endings, correction_entries, issued_reports to wasata_service;
grant select on rows_before_correction to wasata_service;
grant update (status) on corrections to wasata_service;
grant update (conditional, condition, amount, functional, rate, rate_source, signed_on, reference, support_cost_bps, support_cost_base, standard,
              act_id, correction_id) on agreements to wasata_service;
grant update (value_date, charge, functional, functional_charge, reference, act_id, correction_id) on settlements to wasata_service;
grant update (category, correction_id) on payments to wasata_service;

-- A donor's report tells corrections of its own contributions like everything else of them.
alter table correction_entries enable row level security;
create policy service on correction_entries to wasata_service using (true) with check (true);
create policy own on correction_entries for select to wasata_donor
  using (exists (select from postings p where p.entry_id = correction_entries.entry_id));
grant select (entry_id, kind, source, takes_back, original) on correction_entries to wasata_donor;
alter table rows_before_correction enable row level security;
create policy service on rows_before_correction to wasata_service using (true);
create policy own on rows_before_correction for select to wasata_donor using (table_name = 'agreements' and key in (select own_contributions()));
grant select on rows_before_correction to wasata_donor;

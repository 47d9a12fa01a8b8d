-- Who can be paid, under which names, and where: bank details as versions, each by two people, and payments pinned to one of them.

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

-- How long money waits after bank details changed, and within how many days the same payee and amount look like the same payment.
select pg_temp.also_allow('policies', 'subject', 'payees');
insert into policies (fund_id, subject, effective_from, terms)
select id, 'payees', '1990-01-01', jsonb_build_object('coolingHours', 24, 'alikeDays', 30) from funds;

-- When what is being done happens, as the service was told; outside of an act it is now.
create function act_time() returns timestamptz language sql stable set search_path = public, pg_temp as $$
  select coalesce(nullif(current_setting('wasata.act_at', true), '')::timestamptz, now())
$$;

-- The name in Latin letters beside the name in its own script. Null: registered before it was asked for.
alter table payees
  add column latin_name text check (latin_name ~ '^[ -~]+$' and length(latin_name) <= 300),
  add column registration_number text check (length(registration_number) between 1 and 100),
  add column registry text check (length(registry) between 1 and 300),
  add column registration_country text check (registration_country ~ '^[A-Z]{2}$'),
  add constraint registration_is_whole check ((registration_number is null) = (registry is null) and (registry is null) = (registration_country is null));
alter table payees disable trigger append_only;
update payees set latin_name = name where name ~ '^[ -~]+$';
alter table payees enable trigger append_only;

-- Other names under which somebody is known.
create table payee_aliases (
  fund_id      id not null,
  payee_id     id not null,
  name         text not null check (length(name) between 1 and 300),
  latin_name   text not null check (latin_name ~ '^[ -~]+$' and length(latin_name) <= 300),
  recorded_by  id not null references people,
  recorded_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  constraint alias_known primary key (payee_id, name),
  foreign key (fund_id, payee_id) references payees (fund_id, id)
);
create trigger append_only before update or delete or truncate on payee_aliases for each statement execute function history_is_append_only();
create trigger belongs_to_fund before insert on payee_aliases for each row execute function takes_fund_of('payees', 'payee_id', 'id');
grant select, insert on payee_aliases to wasata_service;

-- ISO 13616: the first four characters at the end, letters as 10 to 35, the whole modulo 97 is 1.
create function iban_foots(p_iban text) returns boolean language sql immutable set search_path = public, pg_temp as $$
  select p_iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$'
     and (select string_agg(case when c ~ '[0-9]' then c else (ascii(c) - 55)::text end, '' order by n)::numeric % 97
            from regexp_split_to_table(substr(p_iban, 5) || left(p_iban, 4), '') with ordinality as x (c, n)) = 1
$$;

-- A version of the bank details of a payee. The last one that another person verified is where money goes. One that is not structured is
-- the free text of before: it is kept as it was written, and no payment can be made from it.
create table payee_accounts (
  id                id primary key,
  fund_id           id not null,
  payee_id          id not null,
  number            int not null check (number > 0),
  structured        boolean not null default true,
  scheme            text not null check (scheme in ('iban', 'account')),
  account           text not null,
  clearing_system   text,                    -- ISO 20022 external code: USABA
  clearing_code     text,
  bic               text,
  bank_name         text,
  bank_country      text,
  currency          text references currencies,
  holder            text,                    -- as the bank knows it, in Latin letters
  street            text,
  building          text,
  post_code         text,
  town              text,
  country           text,                    -- of the holder
  contact_name      text,                    -- who is told when the details change
  contact_email     text,
  contact_language  text check (contact_language in ('en', 'ar')),
  reason            text not null default '' check (length(reason) <= 2000),
  recorded_by       id not null references people,
  recorded_at       timestamptz not null,
  act_id            id not null references acts deferrable initially deferred,
  unique (payee_id, number),
  unique (fund_id, id),
  unique (fund_id, payee_id, id),
  unique (id, recorded_by),
  foreign key (fund_id, payee_id) references payees (fund_id, id),
  constraint iban_foots check (not structured or scheme <> 'iban' or (iban_foots(account) and bank_country = left(account, 2))),
  constraint account_is_structured check (not structured or (
    account ~ '^[A-Z0-9]{1,34}$' and bank_country ~ '^[A-Z]{2}$' and country ~ '^[A-Z]{2}$' and holder ~ '^[ -~]{1,140}$'
    and (scheme = 'iban' or num_nonnulls(clearing_code, bic) > 0)
    and num_nulls(bank_country, country, holder, bank_name, town, contact_name, contact_email, contact_language) = 0)),
  constraint clearing_code_has_form check (clearing_code ~ '^[A-Z0-9]{1,35}$'),
  constraint bic_has_form check (bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$')
);
create index payee_accounts_alike on payee_accounts (fund_id, account);

insert into payee_accounts (id, fund_id, payee_id, number, structured, scheme, account, recorded_by, recorded_at, act_id)
select 'pya_' || substr(y.id, 5), y.fund_id, y.id, 1, false, 'account', y.bank_details, y.recorded_by, y.recorded_at, y.act_id from payees y;

-- Each version is verified once, by another person than who recorded it. A first one can be paid to at once; a change waits, so that whoever
-- was paid before can say that it was not them.
alter table payee_verifications disable trigger user;
alter table payee_verifications add column payee_account_id id, add column usable_from timestamptz;
update payee_verifications set payee_account_id = 'pya_' || substr(payee_id, 5), usable_from = verified_at;
alter table payee_verifications
  alter column payee_account_id set not null,
  alter column usable_from set not null,
  drop constraint payee_verifications_pkey,
  drop constraint payee_verifications_payee_id_recorded_by_fkey,
  add primary key (payee_account_id),
  add foreign key (fund_id, payee_id, payee_account_id) references payee_accounts (fund_id, payee_id, id),
  add foreign key (payee_account_id, recorded_by) references payee_accounts (id, recorded_by),
  add constraint usable_after_verified check (usable_from >= verified_at);
alter table payee_verifications enable trigger user;
create index payee_verifications_by_payee on payee_verifications (payee_id);

-- Or it is refused, and nothing goes there.
create table payee_account_refusals (
  fund_id           id not null,
  payee_account_id  id primary key,
  reason            text not null check (length(reason) between 1 and 2000),
  refused_by        id not null references people,
  refused_at        timestamptz not null,
  act_id            id not null references acts deferrable initially deferred,
  foreign key (fund_id, payee_account_id) references payee_accounts (fund_id, id)
);
create trigger belongs_to_fund before insert on payee_account_refusals for each row execute function takes_fund_of('payee_accounts', 'payee_account_id', 'id');

create trigger append_only before update or delete or truncate on payee_accounts for each statement execute function history_is_append_only();
create trigger append_only before update or delete or truncate on payee_account_refusals for each statement execute function history_is_append_only();
grant select on payee_accounts to wasata_service;
-- Everything but `structured`: free text is of the past.
grant insert (id, fund_id, payee_id, number, scheme, account, clearing_system, clearing_code, bic, bank_name, bank_country, currency, holder, street, building,
              post_code, town, country, contact_name, contact_email, contact_language, reason, recorded_by, recorded_at, act_id) on payee_accounts to wasata_service;
grant select, insert on payee_account_refusals to wasata_service;

-- Where money for a payee goes: the last version that was verified, or null.
create function account_in_force(p_payee text) returns text language sql stable set search_path = public, pg_temp as $$
  select a.id::text from payee_accounts a join payee_verifications v on v.payee_account_id = a.id where a.payee_id = p_payee order by a.number desc limit 1
$$;

-- The version that waits for a second person, or null: the last one, unless somebody has said yes or no to it.
create function account_waiting(p_payee text) returns text language sql stable set search_path = public, pg_temp as $$
  select a.id::text from payee_accounts a
   where a.payee_id = p_payee and a.number = (select max(l.number) from payee_accounts l where l.payee_id = p_payee)
     and not exists (select from payee_verifications v where v.payee_account_id = a.id)
     and not exists (select from payee_account_refusals n where n.payee_account_id = a.id)
$$;

-- What the bank is told about who is paid, with the version in force; before there is one, with the last that was recorded. Free text hashes as
-- it always has, so that what was decided on it still counts.
create or replace function payee_details_hash(p_payee text) returns bytea language sql stable set search_path = public, pg_temp as $$
  select sha256(convert_to(
           case when a.structured
                then concat_ws(chr(31), y.name, y.kind, y.country, a.scheme, a.account, coalesce(a.clearing_system, ''), coalesce(a.clearing_code, ''),
                               coalesce(a.bic, ''), a.bank_name, a.bank_country, coalesce(a.currency, ''), a.holder, coalesce(a.street, ''),
                               coalesce(a.building, ''), coalesce(a.post_code, ''), a.town, a.country)
                else concat_ws(chr(31), y.name, y.kind, y.country, a.account) end, 'UTF8'))
    from payees y join payee_accounts a on a.payee_id = y.id
   where y.id = p_payee
   order by a.id = account_in_force(p_payee) desc nulls last, a.number desc limit 1
$$;
alter table payees drop column bank_details;

-- Whether this person must keep away from money for this payee: by a tie, or by its bank details in the 30 days before.
drop function keeps_away(text, text);
create function keeps_away(p_person text, p_payee text, p_at timestamptz default act_time()) returns boolean
language sql stable set search_path = public, pg_temp as $$
  select exists (select from ties t where t.person_id = p_person and t.payee_id = p_payee)
      or exists (select from payee_accounts a left join payee_verifications v on v.payee_account_id = a.id
                  where a.payee_id = p_payee and ((a.recorded_by = p_person and a.recorded_at > p_at - interval '30 days')
                                               or (v.verified_by = p_person and v.verified_at > p_at - interval '30 days')))
$$;
drop function either_keeps_away(text, text, text);
create function either_keeps_away(p_person text, p_on_behalf_of text, p_payee text, p_at timestamptz default act_time()) returns boolean
language sql stable set search_path = public, pg_temp as $$
  select keeps_away(p_person, p_payee, p_at) or (p_on_behalf_of is not null and keeps_away(p_on_behalf_of, p_payee, p_at))
$$;

-- Other bank details touch the certifying officer, who answers for where the money goes, and nobody else: the others decided whom to pay, how
-- much and for what, and details change by two people, after a time to object.
drop function decisions_that_count(text, int);
create function decisions_that_count(p_request text, p_round int, p_at timestamptz default act_time())
returns table (id text, step smallint, role text, decided_by text, on_behalf_of text, verdict text, decided_at timestamptz)
language sql stable set search_path = public, pg_temp as $$
  select d.id, coalesce(k.step, d.step), d.role, d.decided_by, d.on_behalf_of, d.verdict, d.decided_at
    from requests r
    join decisions d on d.request_id = r.id
    join submissions s on s.request_id = r.id and s.round = d.round and s.content_hash = d.content_hash
    left join kept_decisions k on k.request_id = r.id and k.round = p_round and k.decision_id = d.id
   where r.id = p_request and (d.round = p_round or k.decision_id is not null)
     and (d.verdict <> 'approve'
          or ((d.role <> 'certifying_officer' or d.payee_hash = payee_details_hash(r.payee_id))
              and not either_keeps_away(d.decided_by, d.on_behalf_of, r.payee_id, p_at)
              and not exists (select from named_people n where n.request_id = r.id and n.person_id in (d.decided_by, d.on_behalf_of))))
$$;
create or replace function change_touches(p_before jsonb, p_after jsonb, p_role text) returns boolean language sql immutable set search_path = public, pg_temp as $$
  with line as (
    select 'was' as at, l ->> 'category' as category, l ->> 'description' as description, (l -> 'amount' ->> 'amount')::numeric as amount
      from jsonb_array_elements(p_before -> 'lines') l
     union all
    select 'is', l ->> 'category', l ->> 'description', (l -> 'amount' ->> 'amount')::numeric from jsonb_array_elements(p_after -> 'lines') l),
  total as (
    select coalesce(sum(amount) filter (where at = 'was'), 0) as was, coalesce(sum(amount) filter (where at = 'is'), 0) as is_now from line)
  select p_before -> 'payeeId' is distinct from p_after -> 'payeeId'
      or (p_role = 'certifying_officer' and p_before ? 'payeeDetails' and p_before -> 'payeeDetails' is distinct from p_after -> 'payeeDetails')
      or p_before -> 'processId' is distinct from p_after -> 'processId'
      or is_now > was
      or (is_now < was and p_role = 'certifying_officer')
      or (p_role in ('certifying_officer', 'fund_manager')
          and exists (select from line group by category, description
                      having coalesce(sum(amount) filter (where at = 'is'), 0) > coalesce(sum(amount) filter (where at = 'was'), 0)))
      or (p_role = 'fund_manager' and (p_before -> 'startsOn' is distinct from p_after -> 'startsOn' or p_before -> 'endsOn' is distinct from p_after -> 'endsOn'))
    from total
$$;

-- Whether an approved request waits for the certifying officer again: approved on other bank details than those of now, with money left to pay.
create function reopened_by_details(p_request text, p_at timestamptz default act_time()) returns boolean
language sql stable set search_path = public, pg_temp as $$
  select exists (
    select from requests r join approval_steps s on s.request_id = r.id and s.round = r.round and s.role = 'certifying_officer'
     where r.id = p_request and r.status in ('approved', 'active')
       and exists (select from accounts a join balances b on b.account_id = a.id where a.request_id = r.id and a.stage = 'committed' and b.amount > 0)
       and exists (select from decisions d
                    where d.request_id = r.id and d.role = s.role and d.verdict = 'approve' and d.payee_hash <> payee_details_hash(r.payee_id)
                      and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id)))
       and s.quorum > (select count(distinct c.decided_by) from decisions_that_count(r.id, r.round, p_at) c where c.role = s.role and c.verdict = 'approve'))
$$;

-- Money leaves on signatures that count: none of who approved, certified or released must keep away from the payee by then. An approval of a
-- certifying officer on other details is no signature any more; that there is one on those of now is asked for when a payment is certified.
drop function signatures_that_do_not_count(text);
create function signatures_that_do_not_count(p_payment text, p_at timestamptz default act_time()) returns setof text
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
                       union select l.released_by from releases l where l.payment_id = p.id) as signed (person)
   where p.id = p_payment and keeps_away(signed.person, p.payee_id, p_at)
$$;

-- Whoever has a part in money for a payee neither changes its bank details nor confirms them.
create or replace function verifier_has_no_part() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_person text := to_jsonb(new) ->> tg_argv[0];
begin
  if exists (select from duties d join requests r on r.id = d.request_id
              where r.payee_id = new.payee_id and d.person_id = v_person and d.duty in ('certifier', 'approver', 'releaser')) then
    raise exception '% has a duty in a request for payee %', v_person, new.payee_id using errcode = 'check_violation', constraint = 'verifier_has_no_part';
  end if;
  return new;
end $$;
drop trigger verifier_has_no_part on payee_verifications;
create trigger verifier_has_no_part before insert on payee_verifications for each row execute function verifier_has_no_part('verified_by');
create trigger verifier_has_no_part before insert on payee_accounts for each row execute function verifier_has_no_part('recorded_by');

-- Whoever changes what is in force waits for those who pay by it, and they for them: money and details of one payee move one after the other.
create function lock_payee(p_payee text) returns void language sql set search_path = public, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('payee ' || p_payee, 0))
$$;
create function lock_payee_as_is(p_payee text) returns void language sql set search_path = public, pg_temp as $$
  select pg_advisory_xact_lock_shared(hashtextextended('payee ' || p_payee, 0))
$$;

create function verified_in_order() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_payee(new.payee_id);
  if account_waiting(new.payee_id) is distinct from new.payee_account_id then
    raise exception 'version % of the bank details of % does not wait for anybody', new.payee_account_id, new.payee_id
      using errcode = 'check_violation', constraint = 'verified_in_order';
  end if;
  if account_in_force(new.payee_id) is not null and new.usable_from < new.verified_at + interval '24 hours' then
    raise exception 'changed bank details of % are to be paid to at once', new.payee_id using errcode = 'check_violation', constraint = 'change_cools_a_day';
  end if;
  return new;
end $$;
create trigger verified_in_order before insert on payee_verifications for each row execute function verified_in_order();

create function refused_while_waiting() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_payee text := (select a.payee_id from payee_accounts a where a.id = new.payee_account_id);
begin
  perform lock_payee(v_payee);
  if account_waiting(v_payee) is distinct from new.payee_account_id then
    raise exception 'version % of bank details does not wait for anybody', new.payee_account_id using errcode = 'check_violation', constraint = 'verified_in_order';
  end if;
  return new;
end $$;
create trigger refused_while_waiting before insert on payee_account_refusals for each row execute function refused_while_waiting();

-- A payment goes to one version of the bank details for good. Those of before went to the only one there was.
alter table payments add column payee_account_id id,
  add column not_duplicate_of text[] not null default '{}',
  add column not_duplicate_reason text check (length(not_duplicate_reason) between 1 and 2000),
  add constraint not_duplicate_with_reason check ((not_duplicate_of = '{}') = (not_duplicate_reason is null));
update payments set payee_account_id = 'pya_' || substr(payee_id, 5);
alter table payments alter column payee_account_id set not null,
  add foreign key (fund_id, payee_id, payee_account_id) references payee_accounts (fund_id, payee_id, id);
create index payments_alike on payments (fund_id, amount, certified_at);

create or replace function paid_as_approved() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_payee_as_is(new.payee_id);
  if not exists (select from requests r
                   join bank_accounts b on b.id = new.bank_account_id and b.fund_id = r.fund_id
                  where r.id = new.request_id and r.fund_id = new.fund_id and r.payee_id = new.payee_id and r.status in ('approved', 'active'))
     or not exists (select from payee_accounts a where a.id = new.payee_account_id and a.id = account_in_force(new.payee_id) and a.structured)
     or reopened_by_details(new.request_id, new.certified_at)
     or new.amount > (select coalesce(sum(l.amount), 0) from budget_lines l where l.request_id = new.request_id and l.category = new.category)
                   - (select coalesce(sum(p.amount), 0) from payments p where p.request_id = new.request_id and p.category = new.category and p.status <> 'cancelled') then
    raise exception 'payment % is not what request % is approved for', new.id, new.request_id using errcode = 'check_violation', constraint = 'paid_as_approved';
  end if;
  return new;
end $$;

-- Nothing leaves to details that were changed since, nor before changed ones have cooled.
create function released_to_details_in_force() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_payee_as_is(p.payee_id) from payments p where p.id = new.payment_id;
  if not exists (select from payments p join payee_verifications v on v.payee_account_id = p.payee_account_id
                  where p.id = new.payment_id and p.payee_account_id = account_in_force(p.payee_id) and v.usable_from <= new.released_at) then
    raise exception 'payment % goes to bank details that cannot be paid to', new.payment_id
      using errcode = 'check_violation', constraint = 'released_to_details_in_force';
  end if;
  return new;
end $$;
create trigger released_to_details_in_force before insert on releases for each row execute function released_to_details_in_force();

-- Payments that look like this one: of the same amount within the days of the fund's rule, to the same payee or to the same bank account.
create function payments_alike(p_fund text, p_payee text, p_account text, p_amount bigint, p_at timestamptz) returns setof text
language sql stable set search_path = public, pg_temp as $$
  select p.id::text
    from payments p join payee_accounts theirs on theirs.id = p.payee_account_id join payee_accounts ours on ours.id = p_account
   where p.fund_id = p_fund and p.amount = p_amount and p.status in ('certified', 'released', 'settled')
     and p.certified_at > p_at - make_interval(days => coalesce(
           (select (o.terms ->> 'alikeDays')::int from policies o
             where o.fund_id = p_fund and o.subject = 'payees' and o.effective_from <= (p_at at time zone 'utc')::date order by o.effective_from desc limit 1), 30))
     and (p.payee_id = p_payee
          or (theirs.account = ours.account and theirs.bank_country is not distinct from ours.bank_country
              and coalesce(theirs.clearing_code, '') = coalesce(ours.clearing_code, '') and (ours.scheme = 'iban' or coalesce(theirs.bic, '') = coalesce(ours.bic, ''))))
   order by p.id
$$;

-- One at a time certifies a payment of one amount in a fund, so that ten at once see each other.
create function lock_payments_of(p_fund text, p_amount bigint) returns void language sql set search_path = public, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('payments of ' || p_fund || ' ' || p_amount, 0))
$$;
create function looks_like_duplicate() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_payments_of(new.fund_id, new.amount);
  if exists (select from payments_alike(new.fund_id, new.payee_id, new.payee_account_id, new.amount, new.certified_at) as alike (id)
              where alike.id <> all (new.not_duplicate_of)) then
    raise exception 'payment % looks like another', new.id using errcode = 'check_violation', constraint = 'looks_like_duplicate';
  end if;
  return new;
end $$;
create trigger looks_like_duplicate before insert on payments for each row execute function looks_like_duplicate();

-- A mail to the contact of a payee, who is no person of the service: whose details were changed, by their contact before the change.
alter table mails alter column person_id drop not null,
  add column contact_account_id id,          -- the version whose contact is written to
  add column changed_account_id id constraint contact_told_once unique,     -- the version that has taken its place
  add foreign key (fund_id, contact_account_id) references payee_accounts (fund_id, id),
  add foreign key (fund_id, changed_account_id) references payee_accounts (fund_id, id),
  add constraint mail_to_person_or_contact check (num_nonnulls(person_id, contact_account_id) = 1 and (contact_account_id is null) = (changed_account_id is null));

revoke all on function act_time, iban_foots, account_in_force, account_waiting, keeps_away, either_keeps_away, decisions_that_count, reopened_by_details,
  signatures_that_do_not_count, lock_payee, lock_payee_as_is, payments_alike, lock_payments_of from public;
grant execute on function act_time, iban_foots, account_in_force, account_waiting, keeps_away, either_keeps_away, decisions_that_count, reopened_by_details,
  signatures_that_do_not_count, lock_payee, lock_payee_as_is, payments_alike, lock_payments_of to wasata_service;

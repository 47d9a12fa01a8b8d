-- Second fences for rules that stood in the service alone. What runs into one of them has passed by the verbs, which refuse the same with
-- better words.

-- An account is what its address says: nobody opens one in the name of another contribution or request, and the budget book is kept in the
-- fund's own currency. What the ledger alone knows, such as the operating reserve, has no contribution and no request.
create function account_is_what_it_says() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  part text[] := string_to_array(new.address, ':');
  of_contribution text;
  of_request text;
begin
  if new.book = 'budget' and new.currency <> (select f.currency from funds f where f.id = new.fund_id) then
    raise exception 'account % is not in the currency of its fund', new.address using errcode = 'check_violation', constraint = 'budget_in_fund_currency';
  end if;
  if new.address ~ '^(assets:(receivable|allowance)|income:contributions|liabilities:(conditional|donor-refunds)|budget:(pledged|authority|support|available|ready|reserved|committed|disbursed|reported)):' then
    of_contribution := part[3];
  end if;
  if exists (select from contributions c where c.fund_id = new.fund_id and c.code = of_contribution and c.id is distinct from new.contribution_id)
     or exists (select from contributions c where c.id = new.contribution_id and (c.fund_id <> new.fund_id or c.code is distinct from of_contribution)) then
    raise exception 'account % belongs to another contribution', new.address using errcode = 'check_violation', constraint = 'account_of_its_contribution';
  end if;
  if new.address ~ '^(assets:(advances|partner-refunds)|liabilities:payable|expense:(grants|mission)|budget:(reserved|committed|disbursed|reported)):' then
    of_request := part[cardinality(part)];
  end if;
  if exists (select from requests r where r.fund_id = new.fund_id and r.code = of_request and r.id is distinct from new.request_id)
     or exists (select from requests r where r.id = new.request_id and (r.fund_id <> new.fund_id or r.code is distinct from of_request)) then
    raise exception 'account % belongs to another request', new.address using errcode = 'check_violation', constraint = 'account_of_its_request';
  end if;
  return null;
end $$;
create trigger account_is_what_it_says after insert on accounts for each row execute function account_is_what_it_says();

-- The budget book has one currency, so what a stage holds and what that is worth are one figure.
alter table balances add constraint stage_in_fund_currency check (floor is null or amount = functional);

create function reverses_its_own_fund() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from entries e where e.id = new.reverses and e.fund_id = new.fund_id) then
    raise exception 'entry % is none of this fund', new.reverses using errcode = 'check_violation', constraint = 'reverses_its_own_fund';
  end if;
  return new;
end $$;
create trigger reverses_its_own_fund before insert on entries for each row when (new.reverses is not null) execute function reverses_its_own_fund();

-- Only cash received gives authority, whatever the rows of its applications say.
create or replace function receipt_not_applied_twice() returns trigger language plpgsql as $$
begin
  if exists (select from receipts r cross join lateral (select sum(a.value) as value, sum(a.authority) as authority
                                                          from receipt_applications a where a.receipt_id = r.id) applied
              where r.id = new.receipt_id and (applied.value > r.bank_value + r.bank_charge or applied.authority > r.functional)) then
    raise exception 'more of receipt % is applied than arrived', new.receipt_id using errcode = 'check_violation', constraint = 'receipt_not_applied_twice';
  end if;
  return null;
end $$;

-- What was submitted stays as it was, until it is returned: what people decide on does not change under their hands.
create function decided_content_is_fixed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.status not in ('draft', 'returned')
     and (new.title, new.purpose, new.process_id, new.payee_id, new.mandate_basis, new.support, new.themes, new.starts_on, new.ends_on)
         is distinct from
         (old.title, old.purpose, old.process_id, old.payee_id, old.mandate_basis, old.support, old.themes, old.starts_on, old.ends_on) then
    raise exception 'request % is %: what it says is fixed', old.id, old.status using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
  end if;
  return new;
end $$;
create trigger decided_content_is_fixed before update on requests for each row execute function decided_content_is_fixed();

create function decided_parts_are_fixed() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  request text := case tg_op when 'DELETE' then old.request_id else new.request_id end;
begin
  if exists (select from requests r where r.id = request and r.status not in ('draft', 'returned')) then
    raise exception 'request %: what it says is fixed', request using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger decided_content_is_fixed before insert or update or delete on budget_lines for each row execute function decided_parts_are_fixed();
create trigger decided_content_is_fixed before insert or update or delete on named_people for each row execute function decided_parts_are_fixed();

-- Whether this person must keep away from money for this payee: by a tie, or by its bank details in the last 30 days.
create function keeps_away(p_person text, p_payee text) returns boolean language sql stable set search_path = public, pg_temp as $$
  select exists (select from ties t where t.person_id = p_person and t.payee_id = p_payee)
      or exists (select from payees y left join payee_verifications v on v.payee_id = y.id
                  where y.id = p_payee and ((y.recorded_by = p_person and y.recorded_at > now() - interval '30 days')
                                         or (v.verified_by = p_person and v.verified_at > now() - interval '30 days')))
$$;

-- The last approval passes a request: every step has its quorum of different people, of what was submitted, none of whom must keep away.
create function approved_at_every_step() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from approval_steps s where s.request_id = new.id and s.round = new.round)
     or exists (select from approval_steps s
                 where s.request_id = new.id and s.round = new.round
                   and s.quorum > (select count(distinct d.decided_by) from decisions d
                                    where d.request_id = s.request_id and d.round = s.round and d.step = s.step and d.role = s.role
                                      and d.verdict = 'approve' and d.content_hash = new.content_hash
                                      and not keeps_away(d.decided_by, new.payee_id))) then
    raise exception 'request % is not approved at every step', new.id using errcode = 'check_violation', constraint = 'approved_at_every_step';
  end if;
  return new;
end $$;
create trigger approved_at_every_step before update of status on requests for each row
  when (old.status = 'submitted' and new.status not in ('submitted', 'returned', 'rejected', 'withdrawn', 'expired'))
  execute function approved_at_every_step();

-- A payment is for the verified payee of an approved request, from a bank account of the same fund, and within the approved budget.
create function paid_as_approved() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from requests r
                   join payee_verifications v on v.payee_id = r.payee_id
                   join bank_accounts b on b.id = new.bank_account_id and b.fund_id = r.fund_id
                  where r.id = new.request_id and r.fund_id = new.fund_id and r.payee_id = new.payee_id and r.status in ('approved', 'active'))
     or new.amount > (select coalesce(sum(l.amount), 0) from budget_lines l where l.request_id = new.request_id and l.category = new.category)
                   - (select coalesce(sum(p.amount), 0) from payments p where p.request_id = new.request_id and p.category = new.category and p.status <> 'cancelled') then
    raise exception 'payment % is not what request % is approved for', new.id, new.request_id using errcode = 'check_violation', constraint = 'paid_as_approved';
  end if;
  return new;
end $$;
create trigger paid_as_approved before insert on payments for each row execute function paid_as_approved();

-- A payment moves on by the row that says who moved it.
create function payment_moves_by_its_rows() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (new.status = 'released' and (select count(*) from releases l where l.payment_id = new.id) < 2)
     or (new.status = 'settled' and not exists (select from settlements s where s.payment_id = new.id))
     or (new.status = 'returned' and not exists (select from payment_returns t where t.payment_id = new.id))
     or (new.status = 'cancelled' and not exists (select from payment_cancellations c where c.payment_id = new.id)) then
    raise exception 'payment % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'payment_moves_by_its_rows';
  end if;
  return new;
end $$;
create trigger payment_moves_by_its_rows before update of status on payments for each row
  when (new.status <> old.status) execute function payment_moves_by_its_rows();

-- Money leaves on signatures that count: none of who approved, certified or released must keep away from the payee by then.
create function signatures_that_do_not_count(p_payment text) returns setof text language sql stable set search_path = public, pg_temp as $$
  select signed.person
    from payments p
    join requests r on r.id = p.request_id
   cross join lateral (select d.decided_by from decisions d where d.request_id = r.id and d.round = r.round and d.verdict = 'approve'
                       union select p.certified_by
                       union select l.released_by from releases l where l.payment_id = p.id) as signed (person)
   where p.id = p_payment and keeps_away(signed.person, p.payee_id)
$$;
create function signatures_count() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from signatures_that_do_not_count(new.payment_id)) then
    raise exception 'payment % has a signature that does not count any more', new.payment_id using errcode = 'check_violation', constraint = 'signatures_count';
  end if;
  return null;
end $$;
create trigger signatures_count after insert on releases for each row execute function signatures_count();

-- Rule 3 holds in either order: who has taken part in money for a payee does not confirm its bank details afterwards.
create function verifier_has_no_part() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from duties d join requests r on r.id = d.request_id
              where r.payee_id = new.payee_id and d.person_id = new.verified_by and d.duty in ('certifier', 'approver', 'releaser')) then
    raise exception '% has a duty in a request for payee %', new.verified_by, new.payee_id using errcode = 'check_violation', constraint = 'verifier_has_no_part';
  end if;
  return new;
end $$;
create trigger verifier_has_no_part before insert on payee_verifications for each row execute function verifier_has_no_part();

-- Nobody acts on a request that names them, who asks as little as who decides.
create or replace function named_people_have_no_duty() returns trigger language plpgsql as $$
begin
  if exists (select from named_people n where n.request_id = new.request_id and n.person_id = new.person_id) then
    raise exception '% is named in request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'named_people_have_no_duty';
  end if;
  if exists (select from ties t join requests r on r.payee_id = t.payee_id where r.id = new.request_id and t.person_id = new.person_id) then
    raise exception '% has declared a tie to the payee of request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'tied_people_have_no_duty';
  end if;
  if new.duty in ('certifier', 'approver', 'releaser') and exists (
       select from requests r where r.id = new.request_id and keeps_away(new.person_id, r.payee_id)) then
    raise exception '% handled the bank details of the payee of request %', new.person_id, new.request_id
      using errcode = 'check_violation', constraint = 'bank_clerks_have_no_duty';
  end if;
  return new;
end $$;

-- A fence looks at the tables of the schema, also when it stands at the end of a transaction, where a temporary table of the same name
-- would be looked at before them.
alter function entries_must_balance() set search_path = public, pg_temp;
alter function entry_must_be_whole() set search_path = public, pg_temp;
alter function receipt_not_applied_twice() set search_path = public, pg_temp;
alter function named_people_have_no_duty() set search_path = public, pg_temp;

-- The service changes what its verbs change, and nothing beside: who asked, who was given what, and what was issued stay as they were.
revoke update on people, tokens, role_grants, idempotency_keys, requests from wasata_service;
grant update (password_hash, language, active, version) on people to wasata_service;
grant update (revoked_at) on tokens to wasata_service;
grant update (ended_at, ended_by) on role_grants to wasata_service;
grant update (status, headers, body) on idempotency_keys to wasata_service;
grant update (title, purpose, process_id, payee_id, mandate_basis, support, themes, starts_on, ends_on,
              status, round, version, content_hash, reserved_until, submitted_at) on requests to wasata_service;

revoke all on function keeps_away, signatures_that_do_not_count from public;
grant execute on function keeps_away, signatures_that_do_not_count to wasata_service;

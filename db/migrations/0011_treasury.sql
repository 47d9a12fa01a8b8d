-- What the treasurer and the controller do with the fund's own money: conversions, interest, what is impaired or written off, the reserve.

-- What may take somebody above the two who do it: limits are rows, in force from a day on.
do $$
declare
  subjects text;
begin
  select pg_get_expr(conbin, conrelid) into subjects from pg_constraint where conrelid = 'policies'::regclass and conname = 'policies_subject_check';
  execute 'alter table policies drop constraint policies_subject_check';
  execute format('alter table policies add constraint policies_subject_check check (%s or subject = %L)', subjects, 'authority_limits');
end $$;
insert into policies (fund_id, subject, effective_from, terms)
select f.id, 'authority_limits', '1990-01-01',
       jsonb_build_object('rows', jsonb_build_array(
         jsonb_build_object('upTo', '5' || repeat('0', 4 + c.minor_unit), 'role', 'director'),
         jsonb_build_object('upTo', null, 'role', 'head_of_department')))
  from funds f join currencies c on c.code = f.currency;

-- Where interest on a contribution's money goes.
alter table agreements add column interest text not null default 'reserve'
  constraint agreement_interest check (interest in ('contribution', 'reserve'));

-- What one person proposes and another decides. `terms` is exactly what is decided on.
create table proposals (
  id           id primary key,
  fund_id      id not null references funds,
  kind         text not null check (kind in ('conversion', 'interest_charge', 'write_off', 'impairment', 'impairment_reversal',
                 'reserve_replenishment', 'reserve_release')),
  contribution_id  id references contributions,
  occurred_on  date not null,
  functional   bigint not null,                   -- its size in the fund's currency
  authority    text[] not null,                   -- the roles that may decide, by the rules in force when it was proposed
  reason       text not null,
  terms        jsonb not null,
  proposed_by  id not null references people,
  proposed_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  unique (id, proposed_by)
);
create index proposals_by_fund on proposals (fund_id, id);
create index proposals_by_contribution on proposals (contribution_id) where contribution_id is not null;

create table proposal_decisions (
  proposal_id  id primary key,
  proposed_by  id not null,
  decided_by   id not null,
  person_kind  text not null constraint service_account_decides_nothing check (person_kind = 'person'),
  verdict      text not null check (verdict in ('approve', 'reject')),
  reason       text not null default '',
  decided_at   timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  unique (proposal_id, verdict),
  foreign key (proposal_id, proposed_by) references proposals (id, proposed_by),
  foreign key (decided_by, person_kind) references people (id, kind),
  -- Who proposed it may only take it back.
  constraint proposal_by_two_people check (decided_by <> proposed_by or verdict = 'reject')
);

-- Money moved between two accounts of the fund. It can only be here with the approval of a second person: the key says so.
create table conversions (
  proposal_id        id primary key,
  verdict            text not null default 'approve' check (verdict = 'approve'),
  fund_id            id not null references funds,
  from_account       id not null,
  to_account         id not null,
  left_amount        bigint not null check (left_amount > 0),   -- all that left, in that account's currency
  left_on            date not null,
  arrived            bigint not null check (arrived > 0),       -- as credited, in that account's currency
  arrived_on         date not null,
  charge             bigint not null check (charge >= 0),       -- what banks kept of it, in the currency of `charge_currency`
  charge_currency    text not null references currencies,
  carrying           bigint not null,                           -- functional amount at which the books carried what left
  functional         bigint not null,                           -- of what arrived
  functional_charge  bigint not null check (functional_charge >= 0),
  reference          text not null,
  act_id             id not null references acts deferrable initially deferred,
  foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict),
  foreign key (fund_id, from_account) references bank_accounts (fund_id, id),
  foreign key (fund_id, to_account) references bank_accounts (fund_id, id),
  constraint conversion_between_two_accounts check (from_account <> to_account),
  constraint conversion_arrives_after_it_left check (arrived_on >= left_on),
  constraint conversion_recorded_already unique (from_account, left_on, reference)
);
create index conversions_by_fund on conversions (fund_id, proposal_id);

-- One at a time decides on the cash of an account; posting to it is not held up.
create function lock_cash(bank_account text) returns void language sql as $$
  select pg_advisory_xact_lock(hashtextextended(bank_account, 2))
$$;

-- The second fence: no conversion takes more than the account holds, on the day it left and on every day since.
create function conversion_leaves_cash() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_cash(new.from_account);
  if exists (select from (
       select p.occurred_on, sum(sum(p.amount)) over (order by p.occurred_on) as balance
         from bank_accounts b
         join accounts a on a.fund_id = b.fund_id and a.address = 'assets:cash:' || b.code and a.currency = b.currency
         join postings p on p.account_id = a.id
        where b.id = new.from_account group by p.occurred_on) days
      where days.occurred_on >= new.left_on and days.balance < 0) then
    raise exception 'conversion % takes more than the account holds', new.proposal_id using errcode = 'check_violation', constraint = 'conversion_leaves_cash';
  end if;
  return null;
end $$;
create constraint trigger conversion_leaves_cash after insert on conversions
  deferrable initially deferred for each row execute function conversion_leaves_cash();

-- Interest that the bank credited for a period; negative where it charged it, which takes two people.
create table interest (
  id               id primary key,
  fund_id          id not null references funds,
  bank_account_id  id not null,
  period_from      date not null,
  period_to        date not null,
  credited_on      date not null,
  amount           bigint not null check (amount <> 0),   -- in the account's currency
  functional       bigint not null,
  rate             numeric(24, 10),
  reference        text not null,
  proposal_id      id,
  verdict          text not null default 'approve' check (verdict = 'approve'),
  act_id           id not null references acts deferrable initially deferred,
  foreign key (fund_id, bank_account_id) references bank_accounts (fund_id, id),
  foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict),
  check (period_from <= period_to and period_to <= credited_on),
  constraint negative_interest_by_two_people check (amount > 0 or proposal_id is not null)
);
create index interest_by_account on interest (bank_account_id, period_from);
create index interest_by_fund on interest (fund_id, id);

-- The sum of a contribution's balances over the days of the period, and what of the interest that is.
create table interest_shares (
  interest_id      id not null references interest,
  contribution_id  id not null references contributions,
  days             int not null check (days > 0),
  balance_days     numeric not null check (balance_days > 0),
  amount           bigint not null check (amount >= 0),
  goes_to          text not null check (goes_to in ('contribution', 'reserve')),
  primary key (interest_id, contribution_id)
);
create index interest_shares_by_contribution on interest_shares (contribution_id);

-- No day of an account earns interest twice.
create function interest_period_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_cash(new.bank_account_id);
  if exists (select from interest i where i.bank_account_id = new.bank_account_id and i.id <> new.id
                and i.period_from <= new.period_to and new.period_from <= i.period_to) then
    raise exception 'interest of this period is recorded already' using errcode = 'check_violation', constraint = 'interest_period_once';
  end if;
  return null;
end $$;
create constraint trigger interest_period_once after insert on interest for each row execute function interest_period_once();

-- What is written off takes two people, but for history that is brought in from a file.
alter table write_offs add column proposal_id id;
alter table write_offs add column verdict text not null default 'approve' check (verdict = 'approve');
alter table write_offs add constraint write_off_of_proposal unique (proposal_id);
alter table write_offs add constraint write_off_approved foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict);
create function write_off_has_authority() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if new.proposal_id is null and not exists (select from imports i where i.act_id = new.act_id) then
    raise exception 'write-off % has nobody''s authority', new.id using errcode = 'check_violation', constraint = 'write_off_has_authority';
  end if;
  return null;
end $$;
create constraint trigger write_off_has_authority after insert on write_offs
  deferrable initially deferred for each row execute function write_off_has_authority();

-- What of a receivable is doubted (positive) or doubted no more (negative): by authority, or because money came after all.
create table impairments (
  id               id primary key,
  contribution_id  id not null references agreements,
  amount           bigint not null check (amount <> 0),   -- in the agreement's currency
  functional       bigint not null,
  occurred_on      date not null,
  proposal_id      id unique,
  verdict          text not null default 'approve' check (verdict = 'approve'),
  act_id           id not null references acts deferrable initially deferred,
  foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict),
  constraint impairment_has_authority check (amount < 0 or proposal_id is not null)
);
create index impairments_by_contribution on impairments (contribution_id);

-- Money moved between an unearmarked contribution and the operating reserve: positive to the reserve, with the donor's consent.
create table reserve_transfers (
  proposal_id      id primary key,
  verdict          text not null default 'approve' check (verdict = 'approve'),
  fund_id          id not null,
  contribution_id  id not null,
  amount           bigint not null check (amount <> 0),   -- functional
  occurred_on      date not null,
  consent          text,
  act_id           id not null references acts deferrable initially deferred,
  foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict),
  foreign key (fund_id, contribution_id) references contributions (fund_id, id),
  constraint replenishment_by_consent check ((amount > 0) = (consent is not null))
);
create index reserve_transfers_by_contribution on reserve_transfers (contribution_id);

create function reserve_transfer_permitted() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (select c.earmark ->> 'level' from contributions c where c.id = new.contribution_id) <> 'unearmarked' then
    raise exception 'contribution % is earmarked', new.contribution_id using errcode = 'check_violation', constraint = 'reserve_takes_unearmarked_only';
  end if;
  if new.amount < 0 and (select b.amount from accounts a join balances b on b.account_id = a.id
                          where a.fund_id = new.fund_id and a.address = 'budget:available:reserve') < 0 then
    raise exception 'the reserve does not hold that much' using errcode = 'check_violation', constraint = 'reserve_not_overdrawn';
  end if;
  return null;
end $$;
create constraint trigger reserve_transfer_permitted after insert on reserve_transfers
  deferrable initially deferred for each row execute function reserve_transfer_permitted();

do $$
declare
  history text;
begin
  foreach history in array array['proposals', 'proposal_decisions', 'conversions', 'interest', 'interest_shares', 'impairments', 'reserve_transfers'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;

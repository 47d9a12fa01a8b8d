-- The controller's half of the books: months that are closed and reopened, revaluation at their end, years, and rates that change.

-- A change of a rate that was set takes two people. The rate as first set stays where it is; what is in force is the last confirmed change.
alter table exchange_rates add column act_id id references acts deferrable initially deferred;

create table rate_changes (
  id              id primary key,
  fund_id         id not null,
  currency        text not null,
  month           date not null,
  number          int not null check (number > 0),   -- 1 changes the rate as first set, 2 what 1 made of it
  replaces        numeric(24, 10) not null,          -- units before, as the proposer read them
  units           numeric(24, 10) not null check (units > 0),
  source          text not null check (length(source) between 1 and 200),
  reason          text not null check (length(reason) between 1 and 2000),
  entries_valued  int not null,                      -- entries in the currency while this rate was in force, when it was proposed
  proposed_by     id not null references people,
  proposed_at     timestamptz not null default clock_timestamp(),
  act_id          id not null references acts deferrable initially deferred,
  foreign key (fund_id, currency, month) references exchange_rates (fund_id, currency, month),
  unique (id, fund_id, currency, month, number, proposed_by),
  constraint rate_change_changes check (units <> replaces)
);
create index rate_changes_by_fund on rate_changes (fund_id, id);

create table rate_confirmations (
  change_id       id primary key,
  fund_id         id not null,
  currency        text not null,
  month           date not null,
  number          int not null,
  proposed_by     id not null,
  confirmed_by    id not null references people,
  confirmed_at    timestamptz not null default clock_timestamp(),
  entries_valued  int not null,
  act_id          id not null references acts deferrable initially deferred,
  foreign key (change_id, fund_id, currency, month, number, proposed_by)
    references rate_changes (id, fund_id, currency, month, number, proposed_by),
  constraint rate_changed_once unique (fund_id, currency, month, number),
  constraint rate_change_by_two_people check (confirmed_by <> proposed_by)
);

-- What each rate is now, with what made it so.
create view rates_in_force as
  select r.fund_id, r.currency, r.month, coalesce(c.units, r.units) as units, coalesce(c.source, r.source) as source,
         coalesce(k.number, 0) as changes, coalesce(k.confirmed_at, r.recorded_at) as since, coalesce(k.act_id, r.act_id) as act_id
    from exchange_rates r
    left join lateral (select * from rate_confirmations k
                        where k.fund_id = r.fund_id and k.currency = r.currency and k.month = r.month
                        order by k.number desc limit 1) k on true
    left join rate_changes c on c.id = k.change_id;

-- The state of a month is the last of its rows: open until it has one.
create table reopenings (
  id           id primary key,
  fund_id      id not null references funds,
  month        date not null check (extract(day from month) = 1),
  follows      int not null,            -- the number of the month's state that it undoes; 0: closed by a later month alone
  reason       text not null check (length(reason) between 1 and 2000),
  proposed_by  id not null references people,
  proposed_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  unique (id, fund_id, month, follows, proposed_by)
);
create index reopenings_by_month on reopenings (fund_id, month, id);

create table period_states (
  fund_id       id not null references funds,
  month         date not null check (extract(day from month) = 1),
  number        int not null check (number > 0),
  state         text not null check (state in ('open', 'soft_closed', 'hard_closed')),
  checklist     jsonb,                  -- as it stood when the month was closed for good
  reopening_id  id,
  follows       int,
  proposed_by   id,
  changed_by    id not null references people,
  changed_at    timestamptz not null default clock_timestamp(),
  act_id        id not null references acts deferrable initially deferred,
  primary key (fund_id, month, number),
  foreign key (reopening_id, fund_id, month, follows, proposed_by) references reopenings (id, fund_id, month, follows, proposed_by),
  constraint hard_close_keeps_checklist check ((state = 'hard_closed') = (checklist is not null)),
  constraint reopened_by_proposal check ((state = 'open') = (reopening_id is not null and proposed_by is not null and follows is not null)),
  constraint reopening_follows_state check (follows = number - 1),
  constraint reopening_by_two_people check (changed_by <> proposed_by)
);

create table year_closings (
  id         id primary key,
  fund_id    id not null references funds,
  year       int not null check (year between 1990 and 2200),
  closed_by  id not null references people,
  closed_at  timestamptz not null default clock_timestamp(),
  act_id     id not null references acts deferrable initially deferred,
  constraint year_closed_already unique (fund_id, year)
);
create index year_closings_by_act on year_closings (act_id);

-- An act of the controller that adjusts the books of a month which is closed softly.
create table adjusting_acts (
  act_id     id primary key references acts deferrable initially deferred,
  fund_id    id not null references funds,
  person_id  id not null references people
);

-- Open, softly closed (only a controller's acts post into it), closed for good.
create function strength(state text) returns int language sql immutable as $$
  select array_position(array['open', 'soft_closed', 'hard_closed'], state)
$$;

-- A month without a state of its own is as closed as any month after it: closing a month closes the empty ones before it, or a late
-- entry could change what a closed month carried forward.
create function period_state(p_fund text, p_month date) returns text language sql stable as $$
  select coalesce(
    (select s.state from period_states s where s.fund_id = p_fund and s.month = p_month order by s.number desc limit 1),
    (select l.state from (select distinct on (s.month) s.state from period_states s
                           where s.fund_id = p_fund and s.month > p_month order by s.month, s.number desc) l
      order by strength(l.state) desc limit 1),
    'open')
$$;

-- The first month before this one that is less closed than `p_state` and has entries, or was reopened; null where there is none.
create function open_month_before(p_fund text, p_month date, p_state text) returns date language sql stable as $$
  with own as (select distinct on (s.month) s.month, s.state from period_states s where s.fund_id = p_fund order by s.month, s.number desc),
       closed as (select coalesce((max(month) + interval '1 month')::date, '-infinity') as after from own where strength(state) >= strength(p_state)),
       unclosed as (select e.occurred_on from entries e, closed
                     where e.fund_id = p_fund and e.occurred_on >= closed.after and e.occurred_on < p_month
                       and not exists (select from own where own.month = date_trunc('month', e.occurred_on)::date)
                     order by e.occurred_on limit 1)
  select min(month) from (select month from own where month < p_month and strength(state) < strength(p_state)
                          union all select date_trunc('month', occurred_on)::date from unclosed) found
$$;

-- The day on which what comes late to a closed month is recorded: the first of the next month that is open.
create function first_open_day(p_fund text, p_month date) returns date language plpgsql stable as $$
declare
  v_month date := p_month;
begin
  while period_state(p_fund, v_month) <> 'open' loop
    v_month := (v_month + interval '1 month')::date;
  end loop;
  return v_month;
end $$;

-- A month closes only when no entry for it, or for a month that closes with it, is in the making: closing takes the locks alone, posting
-- shares them. Whoever writes into the month that is not over yet shares only that month's.
create function lock_period(fund text, month date, alone boolean) returns void language plpgsql as $$
declare
  key bigint := hashtextextended(fund || month::text, 0);
  past bigint := hashtextextended(fund || 'past', 0);
begin
  if alone then
    perform pg_advisory_xact_lock(past);
    perform pg_advisory_xact_lock(key);
  else
    if month < date_trunc('month', now() at time zone 'utc') then perform pg_advisory_xact_lock_shared(past); end if;
    perform pg_advisory_xact_lock_shared(key);
  end if;
end $$;

-- Whether an act may post into a month: lets it pass, or refuses `period_closed` and tells the first open day.
create function check_period(p_fund text, p_month date, p_act text) returns void language plpgsql as $$
declare
  v_state text;
begin
  perform lock_period(p_fund, p_month, false);
  -- The month in which nearly everything happens: neither it nor a later one was ever closed.
  if not exists (select from period_states s where s.fund_id = p_fund and s.month >= p_month) then return; end if;
  v_state := period_state(p_fund, p_month);
  if v_state = 'open'
     or v_state = 'soft_closed' and exists (select from adjusting_acts a where a.act_id = p_act and a.fund_id = p_fund)
     -- The year's own closing comes after its last month.
     or exists (select from year_closings y where y.act_id = p_act and y.fund_id = p_fund and make_date(y.year, 12, 1) = p_month) then
    return;
  end if;
  raise exception 'the month of % is closed', p_month
    using errcode = 'check_violation', constraint = 'period_closed', detail = first_open_day(p_fund, p_month)::text;
end $$;

create function period_turns() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_state text;
  v_last int;
begin
  perform lock_period(new.fund_id, new.month, true);
  v_state := period_state(new.fund_id, new.month);
  select coalesce(max(s.number), 0) into v_last from period_states s where s.fund_id = new.fund_id and s.month = new.month;
  if new.number <> v_last + 1
     or new.state = 'open' and v_state = 'open'
     or new.state = 'soft_closed' and v_state <> 'open'
     or new.state = 'hard_closed' and v_state <> 'soft_closed' then
    raise exception 'the month of % is % and does not become %', new.month, v_state, new.state
      using errcode = 'check_violation', constraint = 'period_turns_in_order';
  end if;
  if new.state <> 'open' and new.month >= date_trunc('month', now() at time zone 'utc') then
    raise exception 'the month of % is not over', new.month using errcode = 'check_violation', constraint = 'period_is_over';
  end if;
  if new.state <> 'open' and open_month_before(new.fund_id, new.month, new.state) is not null then
    raise exception 'a month before % is open', new.month using errcode = 'check_violation', constraint = 'earlier_months_closed';
  end if;
  if new.state = 'open' and exists (select from year_closings y where y.fund_id = new.fund_id and y.year = extract(year from new.month)) then
    raise exception 'the year of % is closed', new.month using errcode = 'check_violation', constraint = 'closed_year_stays_closed';
  end if;
  return new;
end $$;
create trigger period_turns before insert on period_states for each row execute function period_turns();

create function year_must_be_over() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform lock_period(new.fund_id, make_date(new.year, 12, 1), true);
  if exists (select from generate_series(1, 12) m where period_state(new.fund_id, make_date(new.year, m, 1)) <> 'hard_closed') then
    raise exception 'a month of % is open', new.year using errcode = 'check_violation', constraint = 'months_of_year_closed';
  end if;
  return new;
end $$;
create trigger year_must_be_over before insert on year_closings for each row execute function year_must_be_over();

-- What closes a year does nothing else: its act posts the closing entries of that year's last day and no other.
create function year_closes_itself() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from entries e where e.act_id = new.act_id and (e.kind <> 'year_closed' or e.occurred_on <> make_date(new.year, 12, 31))) then
    raise exception 'the act that closes % posts something else', new.year using errcode = 'check_violation', constraint = 'year_closes_itself';
  end if;
  return null;
end $$;
create constraint trigger year_closes_itself after insert on year_closings
  deferrable initially deferred for each row execute function year_closes_itself();

-- Who adjusts is a controller of the fund, and the person of the act.
create function controller_adjusts() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from acts t join role_grants g on g.person_id = t.person_id
                  where t.id = new.act_id and t.person_id = new.person_id and g.fund_id = new.fund_id and g.role = 'controller' and g.ended_at is null) then
    raise exception 'act % is not a controller''s', new.act_id using errcode = 'check_violation', constraint = 'controller_adjusts';
  end if;
  return null;
end $$;
create constraint trigger controller_adjusts after insert on adjusting_acts
  deferrable initially deferred for each row execute function controller_adjusts();

-- What was said of something that stays open when a month is closed: the last one counts, all are kept.
create table explanations (
  id            id primary key,
  fund_id       id not null references funds,
  item_id       id not null,            -- a receipt or a payment
  explanation   text not null check (length(explanation) between 1 and 2000),
  explained_by  id not null references people,
  explained_at  timestamptz not null default clock_timestamp(),
  act_id        id not null references acts deferrable initially deferred
);
create index explanations_by_item on explanations (item_id, id);

-- Revaluation at the end of a month. One row each time that something was posted; a second posts only what has changed since.
create table revaluations (
  id           id primary key,
  fund_id      id not null references funds,
  month        date not null check (extract(day from month) = 1),
  number       int not null check (number > 0),
  revalued_by  id not null references people,
  revalued_at  timestamptz not null default clock_timestamp(),
  act_id       id not null references acts deferrable initially deferred,
  constraint revalued_once unique (fund_id, month, number)
);
create table revaluation_items (
  revaluation_id  id not null references revaluations,
  address         text collate "C" not null,
  currency        text not null references currencies,
  original        bigint not null,
  carrying        bigint not null,              -- functional, as it stood; debit positive like all of these
  rate            numeric(24, 10),              -- null where nothing is left of the original
  value           bigint not null,              -- functional, at that rate
  difference      bigint not null check (difference <> 0),
  primary key (revaluation_id, address, currency),
  constraint difference_explained check (value - carrying = difference)
);

-- Never one without the other: a revaluation is reversed on the first day of the next month, account by account.
create function revaluation_must_be_reversed() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_first bigint := coalesce(new.reverses, new.id);
begin
  if not exists (select from entries e join entries r on r.reverses = e.id and r.fund_id = e.fund_id and r.kind = 'revaluation_reversed'
                  where e.id = v_first and e.kind = 'revaluation'
                    and e.occurred_on = (date_trunc('month', e.occurred_on) + interval '1 month - 1 day')::date and r.occurred_on = e.occurred_on + 1
                    and not exists (select from postings p where p.entry_id in (e.id, r.id)
                                     group by p.account_id having sum(p.amount) <> 0 or sum(p.functional) <> 0)) then
    raise exception 'revaluation % is not reversed on the next day', v_first using errcode = 'check_violation', constraint = 'revaluation_is_reversed';
  end if;
  return null;
end $$;
create constraint trigger revaluation_is_reversed after insert on entries
  deferrable initially deferred for each row when (new.kind in ('revaluation', 'revaluation_reversed')) execute function revaluation_must_be_reversed();

do $$
declare
  history text;
begin
  foreach history in array array['rate_changes', 'rate_confirmations', 'reopenings', 'period_states', 'year_closings', 'adjusting_acts',
                                 'explanations', 'revaluations', 'revaluation_items'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select on rates_in_force to wasata_service;
revoke all on function check_period, lock_period, first_open_day, open_month_before, period_state, strength from public;
grant execute on function lock_period, first_open_day, open_month_before, period_state, strength to wasata_service;

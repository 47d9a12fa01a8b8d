-- What reads need of a large ledger, folded from its postings when they are sealed: writers keep none of it and wait for none of it. A
-- figure is what is folded here and what is not sealed yet, read in one statement; if nobody seals, reads get slower and stay right.
-- Sums are numeric, so that none can be too large to be sealed.

-- What each account turned over on each value date.
create table turnover (
  account_id  bigint not null references accounts,
  day         date not null,
  amount      numeric not null,
  functional  numeric not null,
  primary key (account_id, day)
) with (fillfactor = 80);

-- The balance of an account at the end of each month in which it has moved; a back-dated posting changes those after it.
create table closings (
  account_id  bigint not null references accounts,
  month       date not null check (extract(day from month) = 1),
  amount      numeric not null,
  functional  numeric not null,
  primary key (account_id, month)
) with (fillfactor = 80);

-- The balance of an account after each seal under which it has moved, whatever the value dates.
create table sealed_balances (
  account_id  bigint not null references accounts,
  seal        int not null,
  amount      numeric not null,
  functional  numeric not null,
  primary key (account_id, seal)
);

-- What a seal brought for days before the latest one known until then: that much less was known of those days earlier.
create table back_dated (
  account_id  bigint not null references accounts,
  seal        int not null,
  day         date not null,
  amount      numeric not null,
  functional  numeric not null,
  primary key (account_id, seal, day)
);

-- How far each seal reaches on both axes of time. A long transaction may have recorded earlier than the last of an earlier seal, so
-- that seals overlap: a moment lies after those that reach through to it, and within those whose span holds it.
create table seal_reach (
  fund_id           id not null,
  seal              int not null,
  recorded_from     timestamptz not null,   -- under this seal
  recorded_through  timestamptz not null,   -- under this seal or one before
  value_through     date not null,          -- under this seal or one before
  primary key (fund_id, seal),
  foreign key (fund_id, seal) references seals (fund_id, number)
);
create index seal_reach_by_moment on seal_reach (fund_id, recorded_through, seal);
create index seal_reach_by_span on seal_reach using gist (tstzrange(recorded_from, recorded_through, '[]'));

-- Folds what is under a seal, once, seal after seal. The plans are pinned to index look-ups here and below, because what they
-- begin with is always few and the tables that they look into are large.
create function fold_seal(p_fund text, p_seal int) returns void
language plpgsql security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_before date;
begin
  perform pg_advisory_xact_lock(hashtextextended(p_fund, 2));
  if exists (select from seal_reach r where r.fund_id = p_fund and r.seal >= p_seal) then
    raise exception 'seal % comes too late to be folded', p_seal using errcode = 'check_violation', constraint = 'folded_in_order';
  end if;
  select r.value_through into v_before from seal_reach r where r.fund_id = p_fund order by r.seal desc limit 1;

  insert into seal_reach (fund_id, seal, recorded_from, recorded_through, value_through)
  select p_fund, p_seal, min(e.recorded_at),
         greatest(max(e.recorded_at), (select r.recorded_through from seal_reach r where r.fund_id = p_fund order by r.seal desc limit 1)),
         greatest(max(e.occurred_on), v_before)
    from sealed_entries z join entries e on e.id = z.entry_id
   where z.fund_id = p_fund and z.seal = p_seal;

  with moved as materialized (
    select p.account_id, p.occurred_on as day, sum(p.amount) as amount, sum(p.functional) as functional
      from sealed_entries z join postings p on p.entry_id = z.entry_id
     where z.fund_id = p_fund and z.seal = p_seal
     group by p.account_id, p.occurred_on),
  by_account as materialized (
    select account_id, date_trunc('month', min(day))::date as month, sum(amount) as amount, sum(functional) as functional
      from moved group by account_id),
  turned as (
    insert into turnover as t (account_id, day, amount, functional)
    select account_id, day, amount, functional from moved order by day, account_id
    on conflict (account_id, day) do update set amount = t.amount + excluded.amount, functional = t.functional + excluded.functional),
  late as (
    insert into back_dated (account_id, seal, day, amount, functional)
    select account_id, p_seal, day, amount, functional from moved where day < v_before),
  stood as (
    insert into sealed_balances (account_id, seal, amount, functional)
    select m.account_id, p_seal, m.amount + coalesce(b.amount, 0), m.functional + coalesce(b.functional, 0)
      from by_account m
      left join lateral (select * from sealed_balances b where b.account_id = m.account_id order by b.seal desc limit 1) b on true
     order by m.account_id),
  changed as (
    select account_id, month, sum(amount) as amount, sum(functional) as functional
      from (select account_id, date_trunc('month', day)::date as month, amount, functional from moved
            union all
            select c.account_id, c.month, 0, 0 from by_account m join closings c on c.account_id = m.account_id and c.month > m.month) d
     group by account_id, month)
  insert into closings (account_id, month, amount, functional)
  select d.account_id, d.month,
         coalesce(c.amount, 0) + sum(d.amount) over until_then, coalesce(c.functional, 0) + sum(d.functional) over until_then
    from changed d
    left join lateral (select * from closings c where c.account_id = d.account_id and c.month <= d.month order by c.month desc limit 1) c on true
  window until_then as (partition by d.account_id order by d.month)
  on conflict (account_id, month) do update set amount = excluded.amount, functional = excluded.functional;
end $$;

create function sealed_entries_are_folded() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $$
begin
  perform fold_seal(n.fund_id, n.seal) from (select distinct fund_id, seal from newly_sealed order by fund_id, seal) n;
  return null;
end $$;
create trigger folded after insert on sealed_entries
  referencing new table as newly_sealed for each statement execute function sealed_entries_are_folded();

-- The transaction from which on there may be entries without a seal. In a database that was restored on another server all
-- transactions seem to lie ahead: then everything is looked at once more.
create function unsealed_since(p_fund text) returns xid8 language sql stable as $$
  select coalesce((select case when s.horizon > pg_snapshot_xmax(pg_current_snapshot()) then '0' else s.horizon end
                     from seals s where s.fund_id = p_fund order by s.number desc limit 1), '0')
$$;

-- What accounts of a fund hold up to a value date, as known at a moment and at a position: in parts, of which an account may have
-- several, and none where nothing of it was known. 'infinity' and null mean without end. All statements of a stable function see what
-- its caller sees, so each entry is found either among what is folded or in the remainder, never in both or neither.
create function balance_parts(p_fund text, p_accounts bigint[], p_on date, p_known_at timestamptz, p_position int)
returns table (account_id bigint, amount numeric, functional numeric)
language plpgsql stable
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_last int := coalesce(p_position, 2147483647);
  v_seal int;        -- the last one that was known whole
  v_through date;
  v_month date;
  v_since xid8;
  v_until xid8;
begin
  select r.seal, r.value_through into v_seal, v_through
    from seal_reach r
   where r.fund_id = p_fund
     and r.seal = least(
           coalesce((select r.seal from seal_reach r where r.fund_id = p_fund and r.seal <= v_last order by r.seal desc limit 1), 0),
           coalesce((select r.seal from seal_reach r where r.fund_id = p_fund and r.recorded_through <= p_known_at
                      order by r.recorded_through desc, r.seal desc limit 1), 0));

  if p_on >= v_through then
    return query
      select a.id, b.amount, b.functional
        from unnest(p_accounts) a (id)
       cross join lateral (select b.amount, b.functional from sealed_balances b where b.account_id = a.id and b.seal <= v_seal
                            order by b.seal desc limit 1) b;
  elsif v_seal is not null then
    v_month := date_trunc('month', p_on);
    return query
      select a.id, c.amount, c.functional
        from unnest(p_accounts) a (id)
       cross join lateral (select c.amount, c.functional from closings c where c.account_id = a.id and c.month < v_month
                            order by c.month desc limit 1) c;
    return query
      select t.account_id, sum(t.amount), sum(t.functional)
        from unnest(p_accounts) a (id) join turnover t on t.account_id = a.id and t.day between v_month and p_on
       group by t.account_id;
    if exists (select from seal_reach r where r.fund_id = p_fund and r.seal > v_seal) then
      return query
        select l.account_id, -sum(l.amount), -sum(l.functional)
          from unnest(p_accounts) a (id) join back_dated l on l.account_id = a.id and l.seal > v_seal and l.day <= p_on
         group by l.account_id;
    end if;
  end if;

  if p_known_at < 'infinity' then
    return query
      select p.account_id, sum(p.amount), sum(p.functional)
        from seal_reach r
        join sealed_entries z on z.fund_id = r.fund_id and z.seal = r.seal
       cross join lateral (select p.account_id, p.amount, p.functional from postings p
                            where p.entry_id = z.entry_id and p.recorded_at <= p_known_at and p.occurred_on <= p_on offset 0) p
       where tstzrange(r.recorded_from, r.recorded_through, '[]') @> p_known_at
         and r.fund_id = p_fund and r.seal > coalesce(v_seal, 0) and r.seal <= v_last
         and exists (select from unnest(p_accounts) a (id) join sealed_balances b on b.account_id = a.id and b.seal = r.seal)
         and (p.account_id in (select unnest(p_accounts))) is true
       group by p.account_id;
  end if;

  if p_position is null then
    v_since := unsealed_since(p_fund);
    v_until := case when v_since > '0' then greatest(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())
                    else '18446744073709551615' end;
    return query
      select p.account_id, sum(p.amount), sum(p.functional)
        from entries e
       -- Both axes are asked of the postings, so that no index on days or moments is tried for what the transactions alone make few.
       cross join lateral (select p.account_id, p.amount, p.functional from postings p
                            where p.entry_id = e.id and p.recorded_at <= p_known_at and p.occurred_on <= p_on offset 0) p
       where e.fund_id = p_fund and e.xid >= v_since and e.xid <= v_until
         and not exists (select from sealed_entries z where z.entry_id = e.id)
         and (p.account_id in (select unnest(p_accounts))) is true
       group by p.account_id;
  end if;
end $$;

-- Entries by when they were recorded: they lie in that order already, so that an index of a few pages does.
create index entries_by_moment on entries using brin (recorded_at) with (pages_per_range = 16, autosummarize = on);

-- What was sealed before there was all this.
select fold_seal(s.fund_id, s.number) from (select * from seals where entry_count > 0 order by fund_id, number) s;

do $$
declare
  folded text;
begin
  foreach folded in array array['turnover', 'closings', 'sealed_balances', 'back_dated', 'seal_reach'] loop
    execute format('grant select on %I to wasata_service', folded);
  end loop;
  foreach folded in array array['sealed_balances', 'back_dated', 'seal_reach'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', folded);
  end loop;
end $$;
revoke all on function fold_seal, sealed_entries_are_folded, unsealed_since, balance_parts from public;
grant execute on function unsealed_since, balance_parts to wasata_service;

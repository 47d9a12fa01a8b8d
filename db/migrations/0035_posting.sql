-- Posting in bulk costs a third less: what holds for a whole call is looked at once for the call, not for each of its rows.

create or replace function pg_temp.rewritten(p_function text, variadic p_changes text[]) returns void language plpgsql as $$
declare
  v_now text := (select pg_get_functiondef(oid) from pg_proc where proname = p_function and pronamespace = 'public'::regnamespace);
begin
  for i in 1 .. cardinality(p_changes) by 2 loop
    if position(p_changes[i] in v_now) = 0 then raise exception '% does not say %', p_function, p_changes[i]; end if;
    v_now := replace(v_now, p_changes[i], p_changes[i + 1]);
  end loop;
  execute v_now;
end $$;

-- The form of an id is a pattern; as text of a parameter it was matched for each row that is written.
select pg_temp.rewritten('post_entries',
  E'declare\n', E'declare\n  v_fund id := p_fund;\n  v_act id := p_act;\n',
  'select distinct p_fund,', 'select distinct v_fund,',
  'select p_fund, id,', 'select v_fund, id,',
  'select p_fund, e.kind, e.source, e.occurred_on, v_recorded, p_act,', 'select v_fund, e.kind, e.source, e.occurred_on, v_recorded, v_act,',
  'select p_fund, v_ids', 'select v_fund, v_ids');
select pg_temp.rewritten('fold_seal',
  E'declare\n', E'declare\n  v_fund id := p_fund;\n',
  'select p_fund, account_id', 'select v_fund, account_id',
  'select p_fund, m.account_id', 'select v_fund, m.account_id',
  'select p_fund, d.account_id', 'select v_fund, d.account_id');

-- The second look at entries, when their transaction commits, as one for all that a statement brought. A row stands here from that
-- statement to the commit, so nobody ever sees one, and nothing of it must survive a crash.
create unlogged table entries_to_check (
  id        bigint primary key generated always as identity,
  first_id  bigint not null,
  last_id   bigint not null
);

drop trigger entry_is_whole on entries;
drop function entry_must_be_whole;

create function entries_are_to_be_checked() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $$
begin
  insert into entries_to_check (first_id, last_id) select min(id), max(id) from new_entries having count(*) > 0;
  return null;
end $$;
create trigger checked_at_commit after insert on entries
  referencing new table as new_entries for each statement execute function entries_are_to_be_checked();

create function entries_must_be_whole() returns trigger language plpgsql
  security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set max_parallel_workers_per_gather = 0 as $$
declare
  v_entry bigint;
  v_lines bigint;
  v_functional numeric;
begin
  select e.id, count(p.entry_id), coalesce(sum(p.functional), 0) into v_entry, v_lines, v_functional
    from entries e left join postings p on p.entry_id = e.id
   where e.id between new.first_id and new.last_id
   group by e.id having count(p.entry_id) < 2 or sum(p.functional) <> 0
   order by e.id limit 1;
  if v_lines < 2 then
    raise exception 'entry % has fewer than two postings', v_entry using errcode = 'check_violation', constraint = 'entry_has_postings';
  end if;
  if v_functional <> 0 then
    raise exception 'entry % does not balance: functional %', v_entry, v_functional using errcode = 'check_violation', constraint = 'entry_balances';
  end if;
  delete from entries_to_check where id = new.id;
  return null;
end $$;
create constraint trigger entries_are_whole after insert on entries_to_check deferrable initially deferred
  for each row execute function entries_must_be_whole();
revoke all on function entries_are_to_be_checked, entries_must_be_whole from public;

-- The check of postings, as before; their sums are taken once, and everything is asked of the sums.
create or replace function entries_must_balance() returns trigger language plpgsql
  set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set max_parallel_workers_per_gather = 0 as $$
declare
  v_rule text;
  v_wrong text;
begin
  with sums as materialized (
    select n.entry_id, n.fund_id, a.book, a.currency, a.stage is not null as staged, case when a.stage is not null then a.contribution_id end as contribution_id,
           sum(n.amount) as amount, sum(n.functional) as functional
      from new_postings n left join accounts a on a.id = n.account_id and a.fund_id = n.fund_id
     group by 1, 2, 3, 4, 5, 6),
  entered as (
    select s.entry_id, s.of_its_account, e.fund_id is not distinct from s.fund_id as of_its_entry, e.xid
      from (select entry_id, fund_id, bool_and(book is not null) as of_its_account from sums group by entry_id, fund_id) s
      left join entries e on e.id = s.entry_id),
  broken as (
    select 'posting_is_of_its_fund' as rule, format('entry %s has a posting on no account of its fund', entry_id) as wrong
      from entered where not (of_its_account and of_its_entry)
    union all
    select 'entry_is_whole', 'an entry takes no more postings once it is recorded' from entered where xid <> pg_current_xact_id()
    union all
    select 'entry_balances', format('entry %s does not balance: %s %s %s', entry_id, book, currency, sum(amount))
      from sums group by entry_id, book, currency having sum(amount) <> 0
    union all
    select 'entry_balances', format('entry %s does not balance: %s, functional %s', entry_id, book, sum(functional))
      from sums group by entry_id, book having sum(functional) <> 0
    union all
    select 'conservation_law', format('entry %s breaks the conservation law of a contribution', entry_id)
      from sums where staged group by entry_id, contribution_id having sum(amount) <> 0)
  select rule, wrong into v_rule, v_wrong from broken limit 1;
  if v_rule is not null then
    raise exception '%', v_wrong
      using constraint = v_rule,
            errcode = case v_rule when 'entry_is_whole' then '42501' when 'posting_is_of_its_fund' then '23503' else '23514' end;
  end if;
  return null;
end $$;

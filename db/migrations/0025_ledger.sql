-- A ledger of ten million postings answers as fast as one of one million.

-- The check of postings, as before; each entry is looked up once, and not for each of its postings.
create or replace function entries_must_balance() returns trigger language plpgsql
  set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_rule text;
  v_wrong text;
begin
  with lines as materialized (
    select n.entry_id, n.amount, n.functional, a.book, a.currency, a.stage, a.contribution_id, a.fund_id
      from new_postings n left join accounts a on a.id = n.account_id),
  sums as materialized (
    select entry_id, fund_id, book, currency, sum(amount) as amount, sum(functional) as functional
      from lines group by entry_id, fund_id, book, currency),
  entered as materialized (
    select s.entry_id, s.fund_id as of_account, e.fund_id as of_entry, e.xid
      from (select distinct entry_id, fund_id from sums) s left join entries e on e.id = s.entry_id),
  broken as (
    select 'posting_is_of_its_fund' as rule, format('entry %s has a posting on no account of its fund', entry_id) as wrong
      from entered where of_account is distinct from of_entry or of_entry is null
    union all
    select 'entry_is_whole', 'an entry takes no more postings once it is recorded' from entered where xid <> pg_current_xact_id()
    union all
    select 'entry_balances', format('entry %s does not balance: %s %s %s, functional %s', entry_id, book, currency, amount, functional)
      from (select entry_id, book, currency, amount, sum(functional) over (partition by entry_id, book) as functional from sums) s
     where amount <> 0 or functional <> 0
    union all
    select 'conservation_law', format('entry %s breaks the conservation law of a contribution', entry_id)
      from lines where stage is not null group by entry_id, contribution_id having sum(amount) <> 0)
  select rule, wrong into v_rule, v_wrong from broken limit 1;
  if v_rule is not null then
    raise exception '%', v_wrong
      using constraint = v_rule,
            errcode = case v_rule when 'entry_is_whole' then '42501' when 'posting_is_of_its_fund' then '23503' else '23514' end;
  end if;
  return null;
end $$;

-- What is pinned to index look-ups is over before other processes could be started to help with it: where the statistics of a large table
-- let the planner try, that alone took fifty times as long as the look-ups.
do $$
declare
  pinned regprocedure;
begin
  for pinned in select oid from pg_proc where pronamespace = 'public'::regnamespace and 'enable_seqscan=off' = any (proconfig) loop
    execute format('alter function %s set max_parallel_workers_per_gather = 0', pinned);
  end loop;
end $$;

-- What a seal closes of each entry and act, kept beside it and bound by its hash: where an entry was changed together with its own hash, or
-- an act, the alarm names it, and not only the seal. Null where it was gone already when this was first kept.
alter table sealed_entries add column content_hash bytea, add column recorded_at timestamptz, add column act_id id;
alter table sealed_acts add column content_hash bytea;
alter table sealed_entries disable trigger append_only;
alter table sealed_acts disable trigger append_only;
update sealed_entries z set content_hash = e.content_hash, recorded_at = e.recorded_at, act_id = e.act_id from entries e where e.id = z.entry_id;
update sealed_acts z
   set content_hash = sha256(convert_to(concat_ws(E'\n', t.fund_id, t.id, coalesce(t.person_id, ''), coalesce(t.token_id, ''), t.request_id, t.method,
                        t.path, coalesce(t.address, ''), t.outcome, coalesce(t.details::text, ''),
                        to_char(t.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'utf8'))
  from acts t where t.id = z.act_id;
alter table sealed_entries enable trigger append_only;
alter table sealed_acts enable trigger append_only;

-- A ledger of ten million postings answers as fast as one of one million.

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

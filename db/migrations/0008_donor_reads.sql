-- What a donor reads for its report, under row-level security. What is its own is found once per statement and hashed, not asked row by
-- row, so that a report over ten thousand lines stays fast; the service's own work is not narrowed and costs no more than before.

create function own_contributions() returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from contributions c where c.donor_id = own_donor()
$$;
create function own_accounts() returns setof bigint language sql stable security definer set search_path = public, pg_temp as $$
  select a.id from contributions c join accounts a on a.contribution_id = c.id where c.donor_id = own_donor()
$$;
create function own_requests() returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  select distinct a.request_id
    from contributions c join accounts a on a.contribution_id = c.id
   where c.donor_id = own_donor() and a.request_id is not null
$$;
create function own_processes() returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  select r.process_id from requests r where r.id in (select own_requests())
$$;

do $$
declare
  of_contribution text;
begin
  foreach of_contribution in array array['agreements', 'conditions_met', 'pledge_cancellations', 'receipt_applications', 'write_offs', 'refunds', 'accounts'] loop
    execute format('alter policy own on %I using (contribution_id in (select own_contributions()))', of_contribution);
  end loop;
end $$;
-- A policy sees only what the policies of the tables that it asks let through.
alter policy own on receipts using (id in (select a.receipt_id from receipt_applications a));
alter policy own on balances using (account_id in (select own_accounts()));
alter policy own on postings using (account_id in (select own_accounts()));
alter policy own on entries using (exists (select from postings p where p.entry_id = entries.id));
alter policy own on refund_payments using (refund_id in (select f.id from refunds f));

-- Of the requests that its money went to a donor learns that they are there, and the name of a mission only where it is open.
alter table requests enable row level security;
create policy service on requests to wasata_service using (true) with check (true);
create policy own on requests for select to wasata_donor using (id in (select own_requests()));
grant select (id, fund_id, process_id) on requests to wasata_donor;

alter table processes enable row level security;
create policy service on processes to wasata_service using (true) with check (true);
create policy own_and_open on processes for select to wasata_donor
  using (confidentiality = 'open' and id in (select own_processes()));
grant select (id, fund_id, name, region, confidentiality) on processes to wasata_donor;

-- In which currency the account is that a receipt came to, so that its rate is told with the right one.
grant select (id, currency) on bank_accounts to wasata_donor;

-- Which entries and acts are under which seal says nothing about anybody, and tells what was known at a position.
grant select on seals, sealed_entries, sealed_acts to wasata_donor;

-- Whether what an act did was known at a moment and, where one is given, at a position of the ledger.
create function known_at(p_act text, p_at timestamptz, p_known_at timestamptz, p_position int) returns boolean language sql stable as $$
  select p_at <= p_known_at
     and (p_position is null or exists (select from sealed_acts s where s.act_id = p_act and s.seal <= p_position))
$$;

-- What is told of the mission for which a request had money: the process that it named when it was last submitted, as known then; the
-- region; and the name of an open one, of no other, to whoever asks.
create function mission_told(p_request text, p_known_at timestamptz, p_position int) returns table (process_id text, region text, name text)
language sql stable security definer rows 1 set search_path = public, pg_temp as $$
  select p.id, p.region, case when p.confidentiality = 'open' then p.name end
    from processes p
   where p.id = coalesce(
           (select s.content ->> 'processId' from submissions s
             where s.request_id = p_request and known_at(s.act_id, s.submitted_at, p_known_at, p_position) order by s.round desc limit 1),
           (select r.process_id from requests r where r.id = p_request))
     and (current_setting('role') = 'wasata_service'
       or exists (select from accounts a join contributions c on c.id = a.contribution_id
                   where a.request_id = p_request and c.donor_id = own_donor()))
$$;

-- The earmark of a contribution as it was known then, with partners by name: payees are not for donors to read.
create function earmark_told(p_contribution text, p_known_at timestamptz, p_position int) returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
  select e.earmark || case when e.earmark ? 'partners'
           then jsonb_build_object('partners', (select coalesce(jsonb_agg(y.name order by y.name), '[]')
                                                  from payees y where y.fund_id = e.fund_id and e.earmark -> 'partners' ? y.id::text))
           else '{}' end
    from (select c.fund_id, coalesce((select h.earmark from earmark_changes h
                                       where h.contribution_id = c.id and not known_at(h.act_id, h.changed_at, p_known_at, p_position)
                                       order by h.version limit 1), c.earmark) as earmark
            from contributions c
           where c.id = p_contribution and (current_setting('role') = 'wasata_service' or c.donor_id = own_donor())) e
$$;

revoke all on function own_contributions, own_accounts, own_requests, own_processes, known_at, mission_told, earmark_told from public;
grant execute on function own_contributions, own_accounts, own_requests, own_processes, known_at, mission_told, earmark_told to wasata_service, wasata_donor;

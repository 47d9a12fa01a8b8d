-- A large ledger, made by statements over all of it: the rows that posting, sealing and folding would have made one by one. Accounts and
-- the act are there; :entries entries of two postings each over three years, one in twenty back-dated by up to 200 days, one posting in ten
-- on the first account; 500 to a seal. The hashes of the seals are chained afterwards.
create temp table drawn as
  select n, at, case when random() < 0.05 then at::date - (1 + floor(random() * 200))::int else at::date end as day,
         to_account, case when from_account = to_account then from_account % cardinality(accounts) + 1 else from_account end as from_account,
         (1 + floor(random() * 1000000))::bigint as amount
    from (select n, timestamptz '2023-01-01' + n * (interval '1095 days' / :entries) as at, accounts,
                 case when random() < 0.2 then 1 else 1 + floor(random() * cardinality(accounts))::int end as to_account,
                 1 + floor(random() * cardinality(accounts))::int as from_account
            from generate_series(1, :entries) n, (select array_agg(id order by id) as accounts from accounts where fund_id = :fund) a) d;

insert into entries (fund_id, kind, source, occurred_on, recorded_at, act_id, memo, content_hash)
select :fund, 'payment_settled', 'large-' || d.n, d.day, d.at, :act, 'Settled ' || d.n,
       sha256(convert_to(concat_ws(E'\n', :fund, 'payment_settled', 'large-' || d.n, d.day, 'Settled ' || d.n, '',
                concat_ws(' ', t.address, t.currency, d.amount, d.amount) || E'\n' || concat_ws(' ', f.address, f.currency, -d.amount, -d.amount)), 'utf8'))
  from drawn d
  join (select *, row_number() over (order by id) as place from accounts where fund_id = :fund) t on t.place = d.to_account
  join (select *, row_number() over (order by id) as place from accounts where fund_id = :fund) f on f.place = d.from_account
 order by d.n;

create temp table made as
  select e.id, e.occurred_on, e.recorded_at, d.amount, d.to_account, d.from_account, (d.n - 1) / 500 + 1 as seal
    from entries e join drawn d on e.source = 'large-' || d.n and e.fund_id = :fund;

insert into postings (fund_id, entry_id, line, account_id, amount, functional, occurred_on, recorded_at)
select :fund, m.id, l.line, (select (array_agg(id order by id)) from accounts where fund_id = :fund)[l.place], l.amount, l.amount, m.occurred_on, m.recorded_at
  from made m cross join lateral (values (1, m.to_account, m.amount), (2, m.from_account, -m.amount)) l (line, place, amount)
 order by m.id, l.line;

insert into seals (fund_id, number, entry_count, act_count, hash, previous_hash, horizon, sealed_at)
select :fund, seal, count(*), case seal when 1 then 1 else 0 end, '', '', ((pg_current_xact_id()::text)::bigint + 1)::text::xid8, max(recorded_at) from made group by seal order by seal;
insert into sealed_entries (entry_id, fund_id, seal, content_hash, recorded_at, act_id)
select m.id, :fund, m.seal, e.content_hash, e.recorded_at, e.act_id from made m join entries e on e.id = m.id order by m.id;
insert into sealed_acts (act_id, fund_id, seal, content_hash) select t.id, :fund, 1, sha256(convert_to(:content, 'utf8')) from acts t where t.id = :act;

-- Folded, as fold_seal does seal by seal.
create temp table moved as
  select m.seal, p.account_id, p.occurred_on as day, sum(p.amount) as amount, sum(p.functional) as functional
    from made m join postings p on p.entry_id = m.id group by 1, 2, 3;
insert into seal_reach (fund_id, seal, recorded_from, recorded_through, value_through)
select :fund, seal, min(recorded_at), max(max(recorded_at)) over (order by seal), max(max(occurred_on)) over (order by seal) from made group by seal;
insert into turnover (fund_id, account_id, day, amount, functional)
select :fund, account_id, day, sum(amount), sum(functional) from moved group by account_id, day order by day, account_id;
insert into closings (fund_id, account_id, month, amount, functional)
select :fund, account_id, date_trunc('month', day), sum(sum(amount)) over until_then, sum(sum(functional)) over until_then
  from turnover where account_id in (select id from accounts where fund_id = :fund) group by account_id, date_trunc('month', day)
window until_then as (partition by account_id order by date_trunc('month', day));
insert into sealed_balances (fund_id, account_id, seal, amount, functional)
select :fund, account_id, seal, sum(sum(amount)) over until_then, sum(sum(functional)) over until_then
  from moved group by account_id, seal window until_then as (partition by account_id order by seal) order by seal, account_id;
insert into back_dated (fund_id, account_id, seal, day, amount, functional)
select :fund, m.account_id, m.seal, m.day, m.amount, m.functional
  from moved m join seal_reach r on r.fund_id = :fund and r.seal = m.seal - 1 where m.day < r.value_through order by m.seal, m.account_id;
drop table drawn, made, moved;

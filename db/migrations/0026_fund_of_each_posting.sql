-- The ledger's rows say of which fund they are, like all others: the functions that write them know it.

create function pg_temp.rewritten(p_function regprocedure, p_was text, p_is text) returns void language plpgsql as $$
declare
  v_now text := pg_get_functiondef(p_function);
begin
  if position(p_was in v_now) = 0 then raise exception '% does not say %', p_function, p_was; end if;
  execute replace(v_now, p_was, p_is);
end $$;

do $$
declare
  of_account text;
begin
  foreach of_account in array array['balances', 'postings', 'turnover', 'closings', 'sealed_balances', 'back_dated'] loop
    execute format('alter table %I add column fund_id id references funds', of_account);
    execute format('alter table %I disable trigger user', of_account);
    execute format('update %I x set fund_id = a.fund_id from accounts a where a.id = x.account_id', of_account);
    execute format('alter table %I enable trigger user', of_account);
    execute format('alter table %I alter column fund_id set not null', of_account);
  end loop;
end $$;
-- Of postings the statement trigger looks that entry, account and fund are there and belong together, at once for all of a call.
alter table postings drop constraint postings_fund_id_fkey;
alter table accounts add unique (fund_id, id);
do $$
declare
  of_account text;
begin
  foreach of_account in array array['balances', 'turnover', 'closings', 'sealed_balances', 'back_dated'] loop
    execute format('alter table %1$I drop constraint %2$I, drop constraint %3$I, add foreign key (fund_id, account_id) references accounts (fund_id, id)',
                   of_account, of_account || '_fund_id_fkey', of_account || '_account_id_fkey');
  end loop;
end $$;

select pg_temp.rewritten(oid::regprocedure, E'insert into balances (account_id, floor)\n    select id,', E'insert into balances (fund_id, account_id, floor)\n    select p_fund, id,'),
       pg_temp.rewritten(oid::regprocedure, E'insert into postings (entry_id, line, account_id, amount, functional, occurred_on, recorded_at)\n  select ',
                                            E'insert into postings (fund_id, entry_id, line, account_id, amount, functional, occurred_on, recorded_at)\n  select p_fund, ')
  from pg_proc where proname = 'post_entries';
select pg_temp.rewritten(oid::regprocedure, E'insert into turnover as t (account_id, day, amount, functional)\n    select ',
                                            E'insert into turnover as t (fund_id, account_id, day, amount, functional)\n    select p_fund, '),
       pg_temp.rewritten(oid::regprocedure, E'insert into back_dated (account_id, seal, day, amount, functional)\n    select ',
                                            E'insert into back_dated (fund_id, account_id, seal, day, amount, functional)\n    select p_fund, '),
       pg_temp.rewritten(oid::regprocedure, E'insert into sealed_balances (account_id, seal, amount, functional)\n    select ',
                                            E'insert into sealed_balances (fund_id, account_id, seal, amount, functional)\n    select p_fund, '),
       pg_temp.rewritten(oid::regprocedure, E'insert into closings (account_id, month, amount, functional)\n  select ',
                                            E'insert into closings (fund_id, account_id, month, amount, functional)\n  select p_fund, ')
  from pg_proc where proname = 'fold_seal';
select pg_temp.rewritten(oid::regprocedure, 'left join accounts a on a.id = n.account_id)', 'left join accounts a on a.id = n.account_id and a.fund_id = n.fund_id)')
  from pg_proc where proname = 'entries_must_balance';

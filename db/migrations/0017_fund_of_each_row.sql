-- Every row of a fund says which fund: no question has to go round by a parent, and nothing can point into another fund's affairs.

-- The fund of a row is that of what it belongs to, whoever writes it: the trigger takes it from there, the foreign key holds it there.
create function takes_fund_of() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  execute format('select fund_id from %I where id = $1::text::%s', tg_argv[0], tg_argv[2]) into new.fund_id using to_jsonb(new) ->> tg_argv[1];
  return new;
end $$;
revoke execute on function takes_fund_of() from public;

alter table payments add unique (fund_id, id);
alter table refunds add unique (fund_id, id);
alter table proposals add unique (fund_id, id);
alter table corrections add unique (fund_id, id);
alter table interest add unique (fund_id, id);
alter table revaluations add unique (fund_id, id);
alter table samples add unique (fund_id, id);

do $$
declare
  of_fund text[];
  v_table text;
  v_parent text;
  v_column text;
  v_old name;
begin
  foreach of_fund slice 1 in array array[
    ['earmark_changes', 'contributions', 'contribution_id'],
    ['agreements', 'contributions', 'contribution_id'],
    ['conditions_met', 'contributions', 'contribution_id'],
    ['pledge_cancellations', 'contributions', 'contribution_id'],
    ['receipt_applications', 'contributions', 'contribution_id'],
    ['write_offs', 'contributions', 'contribution_id'],
    ['impairments', 'contributions', 'contribution_id'],
    ['refund_payments', 'refunds', 'refund_id'],
    ['import_rows', 'imports', 'import_id'],
    ['payee_verifications', 'payees', 'payee_id'],
    ['ties', 'payees', 'payee_id'],
    ['budget_lines', 'requests', 'request_id'],
    ['named_people', 'requests', 'request_id'],
    ['duties', 'requests', 'request_id'],
    ['submissions', 'requests', 'request_id'],
    ['approval_steps', 'requests', 'request_id'],
    ['request_funding', 'requests', 'request_id'],
    ['decisions', 'requests', 'request_id'],
    ['request_endings', 'requests', 'request_id'],
    ['obligation_reductions', 'requests', 'request_id'],
    ['releases', 'payments', 'payment_id'],
    ['payment_funding', 'payments', 'payment_id'],
    ['settlements', 'payments', 'payment_id'],
    ['payment_returns', 'payments', 'payment_id'],
    ['payment_cancellations', 'payments', 'payment_id'],
    ['charge_approvals', 'payments', 'payment_id'],
    ['proposal_decisions', 'proposals', 'proposal_id'],
    ['correction_endings', 'corrections', 'correction_id'],
    ['interest_shares', 'interest', 'interest_id'],
    ['revaluation_items', 'revaluations', 'revaluation_id'],
    ['saved_query_versions', 'saved_queries', 'query_id'],
    ['sample_items', 'samples', 'sample_id']
  ] loop
    v_table := of_fund[1];
    v_parent := of_fund[2];
    v_column := of_fund[3];
    execute format('alter table %I add column fund_id id', v_table);
    execute format('alter table %I disable trigger user', v_table);
    execute format('update %I c set fund_id = p.fund_id from %I p where p.id = c.%I', v_table, v_parent, v_column);
    execute format('alter table %I enable trigger user', v_table);
    for v_old in select conname from pg_constraint k
                  where k.contype = 'f' and k.conrelid = v_table::regclass and k.confrelid = v_parent::regclass and cardinality(k.conkey) = 1
                    and k.conkey[1] = (select attnum from pg_attribute where attrelid = v_table::regclass and attname = v_column) loop
      execute format('alter table %I drop constraint %I', v_table, v_old);
    end loop;
    execute format('alter table %I alter column fund_id set not null, add foreign key (fund_id, %I) references %I (fund_id, id)', v_table, v_column, v_parent);
    execute format('create trigger belongs_to_fund before insert on %I for each row execute function takes_fund_of(%L, %L, %L)', v_table, v_parent, v_column, 'id');
  end loop;
end $$;

-- What pays is of the same fund as what is paid for.
alter table request_funding drop constraint request_funding_contribution_id_fkey,
  add foreign key (fund_id, contribution_id) references contributions (fund_id, id);
alter table payment_funding drop constraint payment_funding_contribution_id_fkey,
  add foreign key (fund_id, contribution_id) references contributions (fund_id, id);
alter table interest_shares drop constraint interest_shares_contribution_id_fkey,
  add foreign key (fund_id, contribution_id) references contributions (fund_id, id);

-- A correction is rehearsed before there is a row of it: its entries say whose they are.
alter table correction_entries add column fund_id id;
alter table correction_entries disable trigger user;
update correction_entries c set fund_id = e.fund_id from entries e where e.id = c.entry_id;
alter table correction_entries enable trigger user;
alter table correction_entries alter column fund_id set not null, drop constraint correction_entries_correction_id_fkey,
  add foreign key (fund_id, correction_id) references corrections (fund_id, id) deferrable initially deferred;
create trigger belongs_to_fund before insert on correction_entries for each row execute function takes_fund_of('entries', 'entry_id', 'bigint');

-- And rows that are put right in their place keep the fund that they had.
alter table rows_before_correction add column fund_id id references funds;
alter table rows_before_correction disable trigger user;
update rows_before_correction r set fund_id = c.fund_id from corrections c where c.id = r.correction_id;
alter table rows_before_correction enable trigger user;
alter table rows_before_correction alter column fund_id set not null;
create or replace function kept_before_correction() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  was jsonb := to_jsonb(old);
begin
  if new.correction_id is null or new.correction_id is not distinct from old.correction_id then
    raise exception '% changes by a correction only', tg_table_name using errcode = '42501', constraint = 'changed_by_correction_only';
  end if;
  insert into rows_before_correction (fund_id, correction_id, table_name, key, said)
  values (old.fund_id, new.correction_id, tg_table_name, was ->> tg_argv[0], was);
  return new;
end $$;

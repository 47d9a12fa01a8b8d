-- Made by `npm run schema` from the migrations. For reading: change the schema by a migration, never here.

create domain id as text collate "C" CHECK ((VALUE ~ '^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$'::text));

create sequence contribution_numbers as bigint start 1;
create sequence payment_numbers as bigint start 1;
create sequence request_numbers as bigint start 1;

create table accounts (
  id               bigint not null generated always as identity,
  fund_id          id not null,
  address          text collate "C" not null,
  currency         text not null,
  book             text not null generated always as ( CASE WHEN (address ~~ 'budget:%'::text) THEN 'budget'::text ELSE 'actual'::text END) stored,
  stage            text generated always as ( CASE WHEN (address ~ '^budget:(authority|support|available|ready|reserved|committed|disbursed|reported):'::text) THEN split_part(address, ':'::text, 2) ELSE NULL::text END) stored,
  contribution_id  id,
  request_id       id,
  opened_at        timestamp with time zone not null default clock_timestamp(),
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_fund_id_address_currency_key UNIQUE (fund_id, address, currency),
  constraint accounts_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint accounts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint accounts_address_check CHECK (((address ~ '^[a-z-]+(:[A-Za-z0-9._-]+)+$'::text) AND (length(address) <= 200)))
);
CREATE INDEX accounts_by_contribution ON accounts USING btree (contribution_id) WHERE (contribution_id IS NOT NULL);
CREATE INDEX accounts_by_request ON accounts USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table accounts enable row level security;
create policy own on accounts for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on accounts for all to wasata_service using (true) with check (true);

create table acts (
  id          id not null,
  fund_id     id,
  person_id   id,
  token_id    id,
  request_id  text not null,
  method      text not null,
  path        text not null,
  address     text,
  outcome     text not null,
  details     jsonb,
  at          timestamp with time zone not null default clock_timestamp(),
  xid         xid8 not null default pg_current_xact_id(),
  constraint acts_pkey PRIMARY KEY (id),
  constraint acts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint acts_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
);
CREATE INDEX acts_by_fund ON acts USING btree (fund_id, id);
CREATE INDEX acts_by_person ON acts USING btree (person_id, id);
CREATE INDEX acts_by_transaction ON acts USING btree (fund_id, xid);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table agreements (
  contribution_id    id not null,
  conditional        boolean not null,
  condition          text,
  amount             bigint not null,
  currency           text not null,
  functional         bigint not null,
  rate               numeric(24,10),
  rate_source        text,
  signed_on          date not null,
  reference          text not null default ''::text,
  support_cost_bps   integer not null,
  support_cost_base  text not null,
  standard           text not null,
  act_id             id not null,
  constraint agreements_pkey PRIMARY KEY (contribution_id),
  constraint agreements_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint agreements_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint agreements_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint agreements_amount_check CHECK ((amount > 0)),
  constraint agreements_check CHECK ((conditional = (condition IS NOT NULL))),
  constraint agreements_functional_check CHECK ((functional >= 0)),
  constraint agreements_support_cost_base_check CHECK ((support_cost_base = ANY (ARRAY['deposit'::text, 'expenditure'::text]))),
  constraint agreements_support_cost_bps_check CHECK (((support_cost_bps >= 0) AND (support_cost_bps <= 5000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON agreements FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table agreements enable row level security;
create policy own on agreements for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on agreements for all to wasata_service using (true) with check (true);

create table approval_steps (
  request_id  id not null,
  round       integer not null,
  step        smallint not null,
  role        text not null,
  quorum      smallint not null,
  constraint approval_steps_pkey PRIMARY KEY (request_id, round, step, role),
  constraint approval_steps_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint approval_steps_quorum_check CHECK ((quorum > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON approval_steps FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table balances (
  account_id  bigint not null,
  amount      bigint not null default 0,
  functional  bigint not null default 0,
  floor       bigint,
  constraint balances_pkey PRIMARY KEY (account_id),
  constraint balances_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint stage_never_below_zero CHECK ((amount >= floor))
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.05);
alter table balances enable row level security;
create policy own on balances for select to wasata_donor using ((account_id IN ( SELECT own_accounts() AS own_accounts)));
create policy service on balances for all to wasata_service using (true) with check (true);

create table bank_accounts (
  id          id not null,
  fund_id     id not null,
  code        text not null,
  name        text not null,
  currency    text not null,
  created_at  timestamp with time zone not null default now(),
  constraint bank_accounts_pkey PRIMARY KEY (id),
  constraint bank_account_code_taken UNIQUE (fund_id, code),
  constraint bank_accounts_fund_id_id_key UNIQUE (fund_id, id),
  constraint bank_accounts_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint bank_accounts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint bank_accounts_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,29}$'::text))
);

create table budget_lines (
  request_id   id not null,
  line         smallint not null,
  category     text not null,
  description  text not null,
  amount       bigint not null,
  constraint budget_lines_pkey PRIMARY KEY (request_id, line),
  constraint budget_lines_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint budget_lines_amount_check CHECK ((amount > 0)),
  constraint budget_lines_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text])))
);

create table closed_periods (
  fund_id    id not null,
  month      date not null,
  act_id     id not null,
  closed_at  timestamp with time zone not null default clock_timestamp(),
  constraint period_closed_already PRIMARY KEY (fund_id, month),
  constraint closed_periods_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint closed_periods_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint closed_periods_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closed_periods FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table conditions_met (
  contribution_id  id not null,
  met_on           date not null,
  evidence         text not null,
  act_id           id not null,
  constraint conditions_met_pkey PRIMARY KEY (contribution_id),
  constraint conditions_met_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint conditions_met_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON conditions_met FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table conditions_met enable row level security;
create policy own on conditions_met for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on conditions_met for all to wasata_service using (true) with check (true);

create table contributions (
  id                  id not null,
  fund_id             id not null,
  code                text collate "C" not null,
  donor_id            id not null,
  fiscal_year         smallint not null,
  earmark             jsonb not null,
  pledged_on          date not null,
  pledged_amount      bigint not null,
  pledged_currency    text not null,
  pledged_functional  bigint not null,
  pledge_rate         numeric(24,10),
  rate_source         text,
  status              text not null default 'pledged'::text,
  version             integer not null default 1,
  act_id              id not null,
  created_at          timestamp with time zone not null default clock_timestamp(),
  constraint contributions_pkey PRIMARY KEY (id),
  constraint contribution_code_taken UNIQUE (fund_id, code),
  constraint contributions_fund_id_id_key UNIQUE (fund_id, id),
  constraint contributions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint contributions_fund_id_donor_id_fkey FOREIGN KEY (fund_id, donor_id) REFERENCES donors(fund_id, id),
  constraint contributions_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint contributions_pledged_currency_fkey FOREIGN KEY (pledged_currency) REFERENCES currencies(code),
  constraint contributions_code_check CHECK (((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$'::text) AND (code <> 'reserve'::text))),
  constraint contributions_fiscal_year_check CHECK (((fiscal_year >= 1990) AND (fiscal_year <= 2200))),
  constraint contributions_pledged_amount_check CHECK ((pledged_amount > 0)),
  constraint contributions_pledged_functional_check CHECK ((pledged_functional >= 0)),
  constraint contributions_status_check CHECK ((status = ANY (ARRAY['pledged'::text, 'agreed'::text, 'received'::text, 'written_off'::text, 'cancelled'::text])))
);
CREATE INDEX contributions_by_donor ON contributions USING btree (donor_id, id);
alter table contributions enable row level security;
create policy own on contributions for select to wasata_donor using (((donor_id)::text = own_donor()));
create policy service on contributions for all to wasata_service using (true) with check (true);

create table currencies (
  code        text not null,
  minor_unit  smallint not null,
  name        text not null,
  valid_from  date,
  valid_to    date,
  constraint currencies_pkey PRIMARY KEY (code),
  constraint currencies_code_check CHECK ((code ~ '^[A-Z]{3}$'::text)),
  constraint currencies_minor_unit_check CHECK (((minor_unit >= 0) AND (minor_unit <= 4)))
);

create table decisions (
  id            id not null,
  request_id    id not null,
  round         integer not null,
  step          smallint not null,
  role          text not null,
  decided_by    id not null,
  duty          text not null,
  verdict       text not null,
  reason        text not null default ''::text,
  content_hash  bytea not null,
  decided_at    timestamp with time zone not null default clock_timestamp(),
  act_id        id not null,
  constraint decisions_pkey PRIMARY KEY (id),
  constraint decided_once_by_each UNIQUE (request_id, round, decided_by),
  constraint decisions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint decisions_request_id_round_step_role_fkey FOREIGN KEY (request_id, round, step, role) REFERENCES approval_steps(request_id, round, step, role),
  constraint one_duty_each FOREIGN KEY (request_id, decided_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint decisions_check CHECK ((duty =
CASE role
    WHEN 'certifying_officer'::text THEN 'certifier'::text
    ELSE 'approver'::text
END)),
  constraint decisions_check1 CHECK (((verdict = 'approve'::text) OR (reason <> ''::text))),
  constraint decisions_verdict_check CHECK ((verdict = ANY (ARRAY['approve'::text, 'reject'::text, 'return'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table donors (
  id          id not null,
  fund_id     id not null,
  name        text not null,
  kind        text not null,
  created_at  timestamp with time zone not null default now(),
  constraint donors_pkey PRIMARY KEY (id),
  constraint donor_name_taken UNIQUE (fund_id, name),
  constraint donors_fund_id_id_key UNIQUE (fund_id, id),
  constraint donors_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint donors_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300)))
);
alter table donors enable row level security;
create policy own on donors for select to wasata_donor using (((id)::text = own_donor()));
create policy service on donors for all to wasata_service using (true) with check (true);

create table duties (
  request_id   id not null,
  person_id    id not null,
  duty         text not null,
  person_kind  text not null,
  constraint duties_pkey PRIMARY KEY (request_id, person_id),
  constraint duties_request_id_person_id_duty_key UNIQUE (request_id, person_id, duty),
  constraint duties_person_id_person_kind_fkey FOREIGN KEY (person_id, person_kind) REFERENCES people(id, kind),
  constraint duties_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint duties_duty_check CHECK ((duty = ANY (ARRAY['requester'::text, 'certifier'::text, 'approver'::text, 'releaser'::text, 'reconciler'::text]))),
  constraint service_account_decides_nothing CHECK (((duty = 'requester'::text) OR (person_kind = 'person'::text)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON duties FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER named_people_have_no_duty BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION named_people_have_no_duty();

create table earmark_changes (
  contribution_id  id not null,
  version          integer not null,
  earmark          jsonb not null,
  consent          text not null,
  act_id           id not null,
  changed_at       timestamp with time zone not null default clock_timestamp(),
  constraint earmark_changes_pkey PRIMARY KEY (contribution_id, version),
  constraint earmark_changes_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint earmark_changes_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON earmark_changes FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table entities (
  id          id not null,
  fund_id     id not null,
  name        text not null,
  kind        text not null,
  region      text not null,
  created_at  timestamp with time zone not null default now(),
  constraint entities_pkey PRIMARY KEY (id),
  constraint entities_fund_id_id_key UNIQUE (fund_id, id),
  constraint entity_name_taken UNIQUE (fund_id, name),
  constraint entities_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint entities_kind_check CHECK ((kind = ANY (ARRAY['envoy_office'::text, 'special_political_mission'::text, 'regional_office'::text, 'regional_organisation'::text, 'non_un_mediator'::text]))),
  constraint entities_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300)))
);

create table entries (
  id            bigint not null generated always as identity,
  fund_id       id not null,
  kind          text not null,
  source        text collate "C" not null,
  occurred_on   date not null,
  recorded_at   timestamp with time zone not null default clock_timestamp(),
  act_id        id not null,
  memo          text not null default ''::text,
  reverses      bigint,
  content_hash  bytea not null,
  xid           xid8 not null default pg_current_xact_id(),
  constraint entries_pkey PRIMARY KEY (id),
  constraint posted_once UNIQUE (fund_id, kind, source),
  constraint entries_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint entries_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint entries_reverses_fkey FOREIGN KEY (reverses) REFERENCES entries(id)
);
CREATE INDEX entries_by_act ON entries USING btree (act_id);
CREATE INDEX entries_by_day ON entries USING btree (fund_id, occurred_on, id);
CREATE INDEX entries_by_payment ON entries USING btree (split_part(source, '#'::text, 1)) WHERE ("left"(source, 4) = 'pay_'::text);
CREATE INDEX entries_by_reversed ON entries USING btree (reverses) WHERE (reverses IS NOT NULL);
CREATE INDEX entries_by_transaction ON entries USING btree (fund_id, xid);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER entry_is_whole AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_must_be_whole();
alter table entries enable row level security;
create policy own on entries for select to wasata_donor using ((EXISTS ( SELECT
   FROM postings p
  WHERE (p.entry_id = entries.id))));
create policy service on entries for all to wasata_service using (true) with check (true);

create table exchange_rates (
  fund_id      id not null,
  currency     text not null,
  month        date not null,
  units        numeric(24,10) not null,
  source       text not null,
  recorded_at  timestamp with time zone not null default clock_timestamp(),
  constraint rate_already_set PRIMARY KEY (fund_id, currency, month),
  constraint exchange_rates_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint exchange_rates_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint exchange_rates_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint exchange_rates_units_check CHECK ((units > (0)::numeric))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exchange_rates FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table funds (
  id           id not null,
  code         text not null,
  name         text not null,
  name_arabic  text,
  currency     text not null,
  opened_on    date not null,
  created_at   timestamp with time zone not null default now(),
  constraint funds_pkey PRIMARY KEY (id),
  constraint fund_code_taken UNIQUE (code),
  constraint funds_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint funds_code_check CHECK ((code ~ '^[A-Z0-9][A-Z0-9-]{1,19}$'::text)),
  constraint funds_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);

create table idempotency_keys (
  person_id     id not null,
  key           text not null,
  request_hash  bytea not null,
  status        integer,
  headers       jsonb,
  body          json,
  created_at    timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (person_id, key),
  constraint idempotency_keys_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
);

create table import_rows (
  import_id   id not null,
  line        integer not null,
  outcome     text not null,
  reasons     jsonb not null default '[]'::jsonb,
  content     jsonb not null,
  receipt_id  id,
  constraint import_rows_pkey PRIMARY KEY (import_id, line),
  constraint import_rows_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id),
  constraint import_rows_check CHECK (((outcome = 'imported'::text) = (reasons = '[]'::jsonb))),
  constraint import_rows_outcome_check CHECK ((outcome = ANY (ARRAY['imported'::text, 'imported_with_warning'::text, 'refused'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON import_rows FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table imports (
  id           id not null,
  fund_id      id not null,
  file_name    text not null,
  file_hash    bytea not null,
  row_count    integer not null,
  act_id       id not null,
  imported_at  timestamp with time zone not null default clock_timestamp(),
  constraint imports_pkey PRIMARY KEY (id),
  constraint imported_already UNIQUE (fund_id, file_hash),
  constraint imports_fund_id_id_key UNIQUE (fund_id, id),
  constraint imports_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint imports_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON imports FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table named_people (
  request_id  id not null,
  person_id   id not null,
  constraint named_people_pkey PRIMARY KEY (request_id, person_id),
  constraint named_people_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint named_people_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id)
);

create table obligation_reductions (
  id          id not null,
  request_id  id not null,
  amount      bigint not null,
  reason      text not null,
  reduced_by  id not null,
  duty        text not null default 'approver'::text,
  act_id      id not null,
  constraint obligation_reductions_pkey PRIMARY KEY (id),
  constraint obligation_reductions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint obligation_reductions_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint one_duty_each FOREIGN KEY (request_id, reduced_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint obligation_reductions_amount_check CHECK ((amount > 0)),
  constraint obligation_reductions_duty_check CHECK ((duty = 'approver'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON obligation_reductions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payee_verifications (
  payee_id     id not null,
  recorded_by  id not null,
  verified_by  id not null,
  verified_at  timestamp with time zone not null default clock_timestamp(),
  act_id       id not null,
  constraint payee_verifications_pkey PRIMARY KEY (payee_id),
  constraint payee_verifications_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payee_verifications_payee_id_recorded_by_fkey FOREIGN KEY (payee_id, recorded_by) REFERENCES payees(id, recorded_by),
  constraint payee_verifications_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES people(id),
  constraint payee_by_two_people CHECK (((verified_by)::text <> (recorded_by)::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payee_verifications FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payees (
  id            id not null,
  fund_id       id not null,
  name          text not null,
  kind          text not null,
  country       text not null,
  bank_details  text not null,
  recorded_by   id not null,
  recorded_at   timestamp with time zone not null default clock_timestamp(),
  act_id        id not null,
  constraint payees_pkey PRIMARY KEY (id),
  constraint payees_fund_id_id_key UNIQUE (fund_id, id),
  constraint payees_id_recorded_by_key UNIQUE (id, recorded_by),
  constraint payees_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payees_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint payees_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint payees_kind_check CHECK ((kind = ANY (ARRAY['partner'::text, 'person'::text, 'supplier'::text]))),
  constraint payees_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payees FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payment_cancellations (
  payment_id  id not null,
  reason      text not null,
  act_id      id not null,
  constraint payment_cancellations_pkey PRIMARY KEY (payment_id),
  constraint payment_cancellations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_cancellations_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_cancellations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payment_funding (
  payment_id       id not null,
  contribution_id  id not null,
  amount           bigint not null,
  constraint payment_funding_pkey PRIMARY KEY (payment_id, contribution_id),
  constraint payment_funding_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint payment_funding_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
  constraint payment_funding_amount_check CHECK ((amount > 0))
);
CREATE INDEX payment_funding_by_contribution ON payment_funding USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_funding FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payment_returns (
  payment_id   id not null,
  request_id   id not null,
  returned_by  id not null,
  duty         text not null default 'reconciler'::text,
  value_date   date not null,
  credited     bigint not null,
  functional   bigint not null,
  reason       text not null,
  reference    text not null,
  act_id       id not null,
  constraint payment_returns_pkey PRIMARY KEY (payment_id),
  constraint one_duty_each FOREIGN KEY (request_id, returned_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint payment_returns_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_returns_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint payment_returns_credited_check CHECK ((credited >= 0)),
  constraint payment_returns_duty_check CHECK ((duty = 'reconciler'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_returns FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payments (
  id               id not null,
  fund_id          id not null,
  code             text collate "C" not null,
  request_id       id not null,
  payee_id         id not null,
  bank_account_id  id not null,
  category         text not null,
  amount           bigint not null,
  instructed       bigint not null,
  rate             numeric(24,10),
  memo             text not null default ''::text,
  status           text not null default 'certified'::text,
  certified_by     id not null,
  duty             text not null default 'certifier'::text,
  certified_at     timestamp with time zone not null default clock_timestamp(),
  version          integer not null default 1,
  act_id           id not null,
  constraint payments_pkey PRIMARY KEY (id),
  constraint payment_code_taken UNIQUE (code),
  constraint payments_id_request_id_key UNIQUE (id, request_id),
  constraint one_duty_each FOREIGN KEY (request_id, certified_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint payments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payments_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES bank_accounts(id),
  constraint payments_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint payments_payee_id_fkey FOREIGN KEY (payee_id) REFERENCES payees(id),
  constraint payments_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint payments_amount_check CHECK ((amount > 0)),
  constraint payments_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text]))),
  constraint payments_duty_check CHECK ((duty = 'certifier'::text)),
  constraint payments_instructed_check CHECK ((instructed > 0)),
  constraint payments_status_check CHECK ((status = ANY (ARRAY['certified'::text, 'released'::text, 'settled'::text, 'returned'::text, 'cancelled'::text])))
);
CREATE INDEX payments_by_fund ON payments USING btree (fund_id, status, id);
CREATE INDEX payments_by_request ON payments USING btree (request_id, id);

create table people (
  id             id not null,
  kind           text not null,
  name           text not null,
  email          text not null,
  password_hash  text,
  language       text not null default 'en'::text,
  administrator  boolean not null default false,
  active         boolean not null default true,
  version        integer not null default 1,
  created_at     timestamp with time zone not null default now(),
  constraint people_pkey PRIMARY KEY (id),
  constraint email_taken UNIQUE (email),
  constraint people_id_administrator_key UNIQUE (id, administrator),
  constraint people_id_kind_key UNIQUE (id, kind),
  constraint people_email_check CHECK ((email = lower(email))),
  constraint people_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text]))),
  constraint people_language_check CHECK ((language = ANY (ARRAY['en'::text, 'ar'::text]))),
  constraint people_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);

create table pledge_cancellations (
  contribution_id  id not null,
  cancelled_on     date not null,
  reason           text not null,
  act_id           id not null,
  constraint pledge_cancellations_pkey PRIMARY KEY (contribution_id),
  constraint pledge_cancellations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint pledge_cancellations_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON pledge_cancellations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table pledge_cancellations enable row level security;
create policy own on pledge_cancellations for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on pledge_cancellations for all to wasata_service using (true) with check (true);

create table policies (
  fund_id         id not null,
  subject         text not null,
  effective_from  date not null,
  terms           jsonb not null,
  recorded_at     timestamp with time zone not null default clock_timestamp(),
  constraint policies_pkey PRIMARY KEY (fund_id, subject, effective_from),
  constraint policies_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint policies_subject_check CHECK ((subject = ANY (ARRAY['approval_matrix'::text, 'funding_rule'::text, 'reservation'::text, 'recognition'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON policies FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table postings (
  entry_id     bigint not null,
  line         smallint not null,
  account_id   bigint not null,
  amount       bigint not null,
  functional   bigint not null,
  occurred_on  date not null,
  recorded_at  timestamp with time zone not null,
  constraint postings_pkey PRIMARY KEY (entry_id, line),
  constraint postings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint postings_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint postings_check CHECK (((amount <> 0) OR (functional <> 0)))
);
CREATE INDEX postings_by_account ON postings USING btree (account_id, occurred_on, entry_id, line) INCLUDE (amount, functional, recorded_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER entries_balance AFTER INSERT ON postings REFERENCING NEW TABLE AS new_postings FOR EACH STATEMENT EXECUTE FUNCTION entries_must_balance();
alter table postings enable row level security;
create policy own on postings for select to wasata_donor using ((account_id IN ( SELECT own_accounts() AS own_accounts)));
create policy service on postings for all to wasata_service using (true) with check (true);

create table processes (
  id               id not null,
  fund_id          id not null,
  name             text not null,
  country          text not null,
  region           text not null,
  phase            text not null,
  confidentiality  text not null,
  created_at       timestamp with time zone not null default now(),
  constraint processes_pkey PRIMARY KEY (id),
  constraint process_name_taken UNIQUE (fund_id, name),
  constraint processes_fund_id_id_key UNIQUE (fund_id, id),
  constraint processes_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint processes_confidentiality_check CHECK ((confidentiality = ANY (ARRAY['open'::text, 'confidential'::text, 'strictly_confidential'::text]))),
  constraint processes_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300))),
  constraint processes_phase_check CHECK ((phase = ANY (ARRAY['before_escalation'::text, 'after_violence'::text, 'implementation'::text])))
);
alter table processes enable row level security;
create policy own_and_open on processes for select to wasata_donor using (((confidentiality = 'open'::text) AND ((id)::text IN ( SELECT own_processes() AS own_processes))));
create policy service on processes for all to wasata_service using (true) with check (true);

create table receipt_applications (
  id               id not null,
  receipt_id       id not null,
  contribution_id  id not null,
  applied_on       date not null,
  amount           bigint not null,
  value            bigint not null,
  functional       bigint not null,
  carrying         bigint not null,
  authority        bigint not null,
  support          bigint not null,
  act_id           id not null,
  constraint receipt_applications_pkey PRIMARY KEY (id),
  constraint receipt_applications_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint receipt_applications_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint receipt_applications_receipt_id_fkey FOREIGN KEY (receipt_id) REFERENCES receipts(id),
  constraint receipt_applications_amount_check CHECK ((amount > 0)),
  constraint receipt_applications_authority_check CHECK ((authority >= 0)),
  constraint receipt_applications_carrying_check CHECK ((carrying >= 0)),
  constraint receipt_applications_check CHECK (((support >= 0) AND (support <= authority))),
  constraint receipt_applications_functional_check CHECK ((functional >= 0)),
  constraint receipt_applications_value_check CHECK ((value >= 0))
);
CREATE INDEX receipt_applications_by_contribution ON receipt_applications USING btree (contribution_id, id);
CREATE INDEX receipt_applications_by_receipt ON receipt_applications USING btree (receipt_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON receipt_applications FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER receipt_not_applied_twice AFTER INSERT ON receipt_applications DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION receipt_not_applied_twice();
alter table receipt_applications enable row level security;
create policy own on receipt_applications for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on receipt_applications for all to wasata_service using (true) with check (true);

create table receipts (
  id                 id not null,
  fund_id            id not null,
  bank_account_id    id not null,
  received_on        date not null,
  sent_amount        bigint not null,
  sent_currency      text not null,
  bank_value         bigint not null,
  bank_charge        bigint not null default 0,
  functional         bigint not null,
  functional_charge  bigint not null default 0,
  rate               numeric(24,10),
  reference          text not null,
  source_key         text collate "C" not null,
  act_id             id not null,
  created_at         timestamp with time zone not null default clock_timestamp(),
  constraint receipts_pkey PRIMARY KEY (id),
  constraint receipt_recorded_already UNIQUE (fund_id, source_key),
  constraint receipts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint receipts_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint receipts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint receipts_sent_currency_fkey FOREIGN KEY (sent_currency) REFERENCES currencies(code),
  constraint receipts_bank_charge_check CHECK ((bank_charge >= 0)),
  constraint receipts_bank_value_check CHECK ((bank_value > 0)),
  constraint receipts_functional_charge_check CHECK ((functional_charge >= 0)),
  constraint receipts_functional_check CHECK ((functional >= 0)),
  constraint receipts_sent_amount_check CHECK ((sent_amount > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table receipts enable row level security;
create policy own on receipts for select to wasata_donor using (((id)::text IN ( SELECT a.receipt_id
   FROM receipt_applications a)));
create policy service on receipts for all to wasata_service using (true) with check (true);

create table refund_payments (
  refund_id        id not null,
  bank_account_id  id not null,
  paid_on          date not null,
  reference        text not null,
  decided_by       id not null,
  paid_by          id not null,
  act_id           id not null,
  constraint refund_payments_pkey PRIMARY KEY (refund_id),
  constraint refund_payments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint refund_payments_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES bank_accounts(id),
  constraint refund_payments_paid_by_fkey FOREIGN KEY (paid_by) REFERENCES people(id),
  constraint refund_payments_refund_id_decided_by_fkey FOREIGN KEY (refund_id, decided_by) REFERENCES refunds(id, decided_by),
  constraint refund_payments_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refunds(id),
  constraint refund_by_two_people CHECK (((paid_by)::text <> (decided_by)::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON refund_payments FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table refund_payments enable row level security;
create policy own on refund_payments for select to wasata_donor using (((refund_id)::text IN ( SELECT f.id
   FROM refunds f)));
create policy service on refund_payments for all to wasata_service using (true) with check (true);

create table refunds (
  id               id not null,
  fund_id          id not null,
  contribution_id  id not null,
  amount           bigint not null,
  decided_on       date not null,
  reason           text not null,
  decided_by       id not null,
  act_id           id not null,
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_id_decided_by_key UNIQUE (id, decided_by),
  constraint refunds_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint refunds_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint refunds_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES people(id),
  constraint refunds_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint refunds_amount_check CHECK ((amount > 0))
);
CREATE INDEX refunds_by_contribution ON refunds USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON refunds FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table refunds enable row level security;
create policy own on refunds for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on refunds for all to wasata_service using (true) with check (true);

create table releases (
  payment_id   id not null,
  request_id   id not null,
  place        smallint not null,
  released_by  id not null,
  duty         text not null default 'releaser'::text,
  released_at  timestamp with time zone not null default clock_timestamp(),
  act_id       id not null,
  constraint releases_pkey PRIMARY KEY (payment_id, place),
  constraint released_once_by_each UNIQUE (payment_id, released_by),
  constraint one_duty_each FOREIGN KEY (request_id, released_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint releases_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint releases_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint releases_duty_check CHECK ((duty = 'releaser'::text)),
  constraint releases_place_check CHECK ((place = ANY (ARRAY[1, 2])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON releases FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table request_endings (
  request_id  id not null,
  kind        text not null,
  reason      text not null,
  ended_at    timestamp with time zone not null default clock_timestamp(),
  act_id      id not null,
  constraint request_endings_pkey PRIMARY KEY (request_id),
  constraint request_endings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint request_endings_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint request_endings_kind_check CHECK ((kind = ANY (ARRAY['withdrawn'::text, 'expired'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON request_endings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table request_funding (
  request_id       id not null,
  round            integer not null,
  contribution_id  id not null,
  amount           bigint not null,
  reason           jsonb not null,
  constraint request_funding_pkey PRIMARY KEY (request_id, round, contribution_id),
  constraint request_funding_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint request_funding_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint request_funding_amount_check CHECK ((amount > 0))
);
CREATE INDEX request_funding_by_contribution ON request_funding USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON request_funding FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table requests (
  id              id not null,
  fund_id         id not null,
  code            text collate "C" not null,
  entity_id       id not null,
  process_id      id,
  payee_id        id,
  title           text not null,
  purpose         text not null default ''::text,
  mandate_basis   text,
  support         text[] not null default '{}'::text[],
  themes          text[] not null default '{}'::text[],
  starts_on       date,
  ends_on         date,
  status          text not null default 'draft'::text,
  round           integer not null default 0,
  version         integer not null default 1,
  content_hash    bytea,
  reserved_until  date,
  created_by      id not null,
  created_at      timestamp with time zone not null default clock_timestamp(),
  submitted_at    timestamp with time zone,
  constraint requests_pkey PRIMARY KEY (id),
  constraint request_code_taken UNIQUE (fund_id, code),
  constraint requests_fund_id_id_key UNIQUE (fund_id, id),
  constraint requests_created_by_fkey FOREIGN KEY (created_by) REFERENCES people(id),
  constraint requests_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint requests_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint requests_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint requests_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint requests_check CHECK ((ends_on >= starts_on)),
  constraint requests_mandate_basis_check CHECK ((mandate_basis = ANY (ARRAY['request_of_parties'::text, 'secretary_general_initiative'::text, 'security_council_request'::text, 'general_assembly_request'::text]))),
  constraint requests_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'returned'::text, 'approved'::text, 'active'::text, 'reporting'::text, 'closed'::text, 'rejected'::text, 'withdrawn'::text, 'expired'::text, 'suspended'::text, 'cancelled'::text]))),
  constraint requests_support_check CHECK ((support <@ ARRAY['advisory'::text, 'logistical'::text, 'financial'::text])),
  constraint requests_themes_check CHECK ((themes <@ ARRAY['power_sharing'::text, 'natural_resources'::text, 'constitution_making'::text, 'ceasefire_and_security'::text, 'gender_and_inclusion'::text])),
  constraint requests_title_check CHECK (((length(title) >= 1) AND (length(title) <= 300)))
);
CREATE INDEX requests_by_entity ON requests USING btree (entity_id, id);
CREATE INDEX requests_by_status ON requests USING btree (fund_id, status, id);
alter table requests enable row level security;
create policy own on requests for select to wasata_donor using (((id)::text IN ( SELECT own_requests() AS own_requests)));
create policy service on requests for all to wasata_service using (true) with check (true);

create table role_grants (
  fund_id           id not null,
  person_id         id not null,
  role              text not null,
  donor_id          id,
  entity_id         id,
  granted_at        timestamp with time zone not null default clock_timestamp(),
  granted_by        id,
  ended_at          timestamp with time zone,
  ended_by          id,
  is_administrator  boolean not null default false,
  constraint administrator_has_no_financial_role FOREIGN KEY (person_id, is_administrator) REFERENCES people(id, administrator),
  constraint role_grants_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES people(id),
  constraint role_grants_fund_id_donor_id_fkey FOREIGN KEY (fund_id, donor_id) REFERENCES donors(fund_id, id),
  constraint role_grants_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint role_grants_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint role_grants_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES people(id),
  constraint donor_role_names_donor CHECK (((role = 'donor'::text) = (donor_id IS NOT NULL))),
  constraint requester_role_names_entity CHECK (((role = 'requester'::text) = (entity_id IS NOT NULL))),
  constraint role_grants_is_administrator_check CHECK ((NOT is_administrator)),
  constraint role_grants_role_check CHECK ((role = ANY (ARRAY['requester'::text, 'certifying_officer'::text, 'fund_manager'::text, 'director'::text, 'head_of_department'::text, 'treasurer'::text, 'bank_signatory'::text, 'reconciler'::text, 'payee_clerk'::text, 'controller'::text, 'compliance_officer'::text, 'advisor'::text, 'donor'::text, 'auditor'::text])))
);
CREATE INDEX role_grants_by_person ON role_grants USING btree (person_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX role_grants_in_force ON role_grants USING btree (fund_id, person_id, role, COALESCE((donor_id)::text, (entity_id)::text, ''::text)) WHERE (ended_at IS NULL);

create table sample_items (
  sample_id   id not null,
  number      integer not null,
  entry_id    bigint not null,
  rank        bigint not null,
  amount      numeric(38,0) not null,
  cumulative  numeric(38,0) not null,
  hits        integer not null,
  constraint sample_items_pkey PRIMARY KEY (sample_id, number),
  constraint no_item_twice UNIQUE (sample_id, entry_id),
  constraint sample_items_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint sample_items_sample_id_fkey FOREIGN KEY (sample_id) REFERENCES samples(id),
  constraint sample_items_hits_check CHECK ((hits > 0)),
  constraint sample_items_number_check CHECK ((number > 0)),
  constraint sample_items_rank_check CHECK ((rank > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sample_items FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table samples (
  id                id not null,
  fund_id           id not null,
  method            text not null,
  size              integer not null,
  seed              text not null,
  query             text not null,
  saved_query_id    id,
  saved_version     integer,
  "position"        integer not null,
  seal_hash         bytea not null,
  population_count  bigint not null,
  population_sum    numeric(38,0) not null,
  step              numeric(38,0),
  start             numeric(38,0),
  drawn_by          id not null,
  drawn_at          timestamp with time zone not null,
  paper             text not null,
  act_id            id not null,
  constraint samples_pkey PRIMARY KEY (id),
  constraint samples_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint samples_drawn_by_fkey FOREIGN KEY (drawn_by) REFERENCES people(id),
  constraint samples_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint samples_fund_id_position_fkey FOREIGN KEY (fund_id, "position") REFERENCES seals(fund_id, number),
  constraint samples_fund_id_saved_query_id_fkey FOREIGN KEY (fund_id, saved_query_id) REFERENCES saved_queries(fund_id, id),
  constraint samples_saved_query_id_saved_version_fkey FOREIGN KEY (saved_query_id, saved_version) REFERENCES saved_query_versions(query_id, version),
  constraint samples_check CHECK (((start >= (1)::numeric) AND (start <= step))),
  constraint samples_check1 CHECK (((saved_query_id IS NULL) = (saved_version IS NULL))),
  constraint samples_check2 CHECK ((((method = 'monetary_unit'::text) = (step IS NOT NULL)) AND ((step IS NULL) = (start IS NULL)))),
  constraint samples_method_check CHECK ((method = ANY (ARRAY['random'::text, 'monetary_unit'::text]))),
  constraint samples_population_count_check CHECK ((population_count > 0)),
  constraint samples_seed_check CHECK (((length(seed) >= 1) AND (length(seed) <= 100))),
  constraint samples_size_check CHECK (((size >= 1) AND (size <= 1000))),
  constraint samples_step_check CHECK ((step > (0)::numeric))
);
CREATE INDEX samples_by_fund ON samples USING btree (fund_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON samples FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table saved_queries (
  id          id not null,
  fund_id     id not null,
  owner_id    id not null,
  act_id      id not null,
  created_at  timestamp with time zone not null default clock_timestamp(),
  constraint saved_queries_pkey PRIMARY KEY (id),
  constraint saved_queries_fund_id_id_key UNIQUE (fund_id, id),
  constraint saved_queries_id_owner_id_key UNIQUE (id, owner_id),
  constraint saved_queries_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint saved_queries_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint saved_queries_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES people(id)
);
CREATE INDEX saved_queries_by_fund ON saved_queries USING btree (fund_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON saved_queries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table saved_query_versions (
  query_id   id not null,
  version    integer not null,
  owner_id   id not null,
  name       text not null,
  query      text not null,
  shared     boolean not null,
  withdrawn  boolean not null default false,
  act_id     id not null,
  saved_at   timestamp with time zone not null default clock_timestamp(),
  constraint saved_query_version_taken PRIMARY KEY (query_id, version),
  constraint saved_query_changed_by_owner FOREIGN KEY (query_id, owner_id) REFERENCES saved_queries(id, owner_id),
  constraint saved_query_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint saved_query_versions_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint saved_query_versions_query_check CHECK ((length(query) <= 4000)),
  constraint saved_query_versions_version_check CHECK ((version > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON saved_query_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table seal_verifications (
  fund_id         id not null,
  pass            integer not null default 1,
  reached         integer not null default 0,
  reached_hash    bytea,
  entries         bigint not null default 0,
  acts            bigint not null default 0,
  fault           jsonb,
  begun_at        timestamp with time zone,
  checked_at      timestamp with time zone,
  full_at         timestamp with time zone,
  full_position   integer,
  full_hash       bytea,
  full_entries    bigint,
  full_acts       bigint,
  full_fault      jsonb,
  unbroken_since  timestamp with time zone,
  constraint seal_verifications_pkey PRIMARY KEY (fund_id),
  constraint seal_verifications_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id)
);

create table sealed_acts (
  act_id   id not null,
  fund_id  id not null,
  seal     integer not null,
  constraint sealed_acts_pkey PRIMARY KEY (act_id),
  constraint sealed_acts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id),
  constraint sealed_acts_fund_id_seal_fkey FOREIGN KEY (fund_id, seal) REFERENCES seals(fund_id, number)
);
CREATE INDEX sealed_acts_by_seal ON sealed_acts USING btree (fund_id, seal, act_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sealed_acts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table sealed_entries (
  entry_id  bigint not null,
  fund_id   id not null,
  seal      integer not null,
  constraint sealed_entries_pkey PRIMARY KEY (entry_id),
  constraint sealed_entries_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint sealed_entries_fund_id_seal_fkey FOREIGN KEY (fund_id, seal) REFERENCES seals(fund_id, number)
);
CREATE INDEX sealed_entries_by_seal ON sealed_entries USING btree (fund_id, seal, entry_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sealed_entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table seals (
  fund_id        id not null,
  number         integer not null,
  entry_count    integer not null,
  act_count      integer not null,
  hash           bytea not null,
  previous_hash  bytea not null,
  horizon        xid8 not null,
  sealed_at      timestamp with time zone not null default clock_timestamp(),
  constraint seals_pkey PRIMARY KEY (fund_id, number),
  constraint seals_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint seals_act_count_check CHECK ((act_count >= 0)),
  constraint seals_check CHECK (((entry_count + act_count) > 0)),
  constraint seals_entry_count_check CHECK ((entry_count >= 0)),
  constraint seals_number_check CHECK ((number > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seals FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table sessions (
  sid     text not null,
  sess    json not null,
  expire  timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (sid)
);
CREATE INDEX sessions_by_expiry ON sessions USING btree (expire);

create table settlements (
  payment_id         id not null,
  request_id         id not null,
  settled_by         id not null,
  duty               text not null default 'reconciler'::text,
  value_date         date not null,
  debited            bigint not null,
  charge             bigint not null default 0,
  functional         bigint not null,
  functional_charge  bigint not null default 0,
  reference          text not null,
  act_id             id not null,
  constraint settlements_pkey PRIMARY KEY (payment_id),
  constraint one_duty_each FOREIGN KEY (request_id, settled_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint settlements_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint settlements_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint settlements_charge_check CHECK ((charge >= 0)),
  constraint settlements_debited_check CHECK ((debited > 0)),
  constraint settlements_duty_check CHECK ((duty = 'reconciler'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON settlements FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table sign_in_attempts (
  key     text not null,
  points  integer not null default 0,
  expire  bigint,
  constraint sign_in_attempts_pkey PRIMARY KEY (key)
);

create table submissions (
  request_id      id not null,
  round           integer not null,
  submitted_by    id not null,
  duty            text not null default 'requester'::text,
  amount          bigint not null,
  content_hash    bytea not null,
  content         jsonb not null,
  matrix_from     date not null,
  rule_from       date not null,
  reserved_until  date not null,
  submitted_at    timestamp with time zone not null default clock_timestamp(),
  act_id          id not null,
  constraint submissions_pkey PRIMARY KEY (request_id, round),
  constraint submissions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint submissions_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint submissions_request_id_submitted_by_duty_fkey FOREIGN KEY (request_id, submitted_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint submissions_amount_check CHECK ((amount > 0)),
  constraint submissions_duty_check CHECK ((duty = 'requester'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON submissions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table ties (
  person_id  id not null,
  payee_id   id not null,
  nature     text not null,
  act_id     id not null,
  constraint ties_pkey PRIMARY KEY (person_id, payee_id),
  constraint ties_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint ties_payee_id_fkey FOREIGN KEY (payee_id) REFERENCES payees(id),
  constraint ties_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ties FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table tokens (
  id          id not null,
  person_id   id not null,
  name        text not null,
  token_hash  bytea not null,
  expires_at  timestamp with time zone not null,
  revoked_at  timestamp with time zone,
  created_at  timestamp with time zone not null default now(),
  constraint tokens_pkey PRIMARY KEY (id),
  constraint tokens_token_hash_key UNIQUE (token_hash),
  constraint tokens_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint tokens_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
CREATE INDEX tokens_by_person ON tokens USING btree (person_id);

create table write_offs (
  id               id not null,
  contribution_id  id not null,
  amount           bigint not null,
  functional       bigint not null,
  written_off_on   date not null,
  reason           text not null,
  act_id           id not null,
  constraint write_offs_pkey PRIMARY KEY (id),
  constraint write_offs_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint write_offs_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint write_offs_amount_check CHECK ((amount > 0)),
  constraint write_offs_functional_check CHECK ((functional >= 0))
);
CREATE INDEX write_offs_by_contribution ON write_offs USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON write_offs FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table write_offs enable row level security;
create policy own on write_offs for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on write_offs for all to wasata_service using (true) with check (true);

CREATE OR REPLACE FUNCTION close_period(p_fund text, p_month date, p_act text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_period(p_fund, p_month, true);
  insert into closed_periods (fund_id, month, act_id) values (p_fund, p_month, p_act);
end $function$;

CREATE OR REPLACE FUNCTION earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select e.earmark || case when e.earmark ? 'partners'
           then jsonb_build_object('partners', (select coalesce(jsonb_agg(y.name order by y.name), '[]')
                                                  from payees y where y.fund_id = e.fund_id and e.earmark -> 'partners' ? y.id::text))
           else '{}' end
    from (select c.fund_id, coalesce((select h.earmark from earmark_changes h
                                       where h.contribution_id = c.id and not known_at(h.act_id, h.changed_at, p_known_at, p_position)
                                       order by h.version limit 1), c.earmark) as earmark
            from contributions c
           where c.id = p_contribution and (current_setting('role') = 'wasata_service' or c.donor_id = own_donor())) e
$function$;

CREATE OR REPLACE FUNCTION entries_must_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  wrong text;
begin
  select format('entry %s, %s %s: %s, functional %s', entry_id, book, currency, amount, functional) into wrong
    from (select n.entry_id, a.book, a.currency, sum(n.amount) as amount, sum(sum(n.functional)) over (partition by n.entry_id, a.book) as functional
            from new_postings n join accounts a on a.id = n.account_id
           group by n.entry_id, a.book, a.currency) sums
   where amount <> 0 or functional <> 0
   limit 1;
  if wrong is not null then
    raise exception 'entry does not balance: %', wrong using errcode = 'check_violation', constraint = 'entry_balances';
  end if;
  select format('entry %s', n.entry_id) into wrong
    from new_postings n join accounts a on a.id = n.account_id
   where a.stage is not null
   group by n.entry_id, a.contribution_id having sum(n.amount) <> 0
   limit 1;
  if wrong is not null then
    raise exception '% breaks the conservation law of a contribution', wrong using errcode = 'check_violation', constraint = 'conservation_law';
  end if;
  if exists (select from new_postings n join entries e on e.id = n.entry_id where e.xid <> pg_current_xact_id()) then
    raise exception 'an entry takes no more postings once it is recorded' using errcode = '42501', constraint = 'entry_is_whole';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION entry_must_be_whole()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  lines int;
  total bigint;
begin
  select count(*), sum(functional) into lines, total from postings where entry_id = new.id;
  if lines < 2 then
    raise exception 'entry % has fewer than two postings', new.id using errcode = 'check_violation', constraint = 'entry_has_postings';
  end if;
  if total <> 0 then
    raise exception 'entry % does not balance: functional %', new.id, total using errcode = 'check_violation', constraint = 'entry_balances';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION folded(words text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
      select translate(
               replace(replace(lower(regexp_replace(normalize(words, NFKD),
                 '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]', '', 'g') collate "und-x-icu"), 'ß', 'ss'), 'æ', 'ae'),
               'łøđıςٱةى٠١٢٣٤٥٦٧٨٩', 'lodiσاهي0123456789')
    $function$;

CREATE OR REPLACE FUNCTION history_is_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: correct it with another row', tg_table_name using errcode = '42501';
end $function$;

CREATE OR REPLACE FUNCTION known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select p_at <= p_known_at
     and (p_position is null or exists (select from sealed_acts s where s.act_id = p_act and s.seal <= p_position))
$function$;

CREATE OR REPLACE FUNCTION lock_period(fund text, month date, alone boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  key bigint := hashtextextended(fund || month::text, 0);
begin
  if alone then perform pg_advisory_xact_lock(key); else perform pg_advisory_xact_lock_shared(key); end if;
end $function$;

CREATE OR REPLACE FUNCTION mission_told(p_request text, p_known_at timestamp with time zone, p_position integer)
 RETURNS TABLE(process_id text, region text, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select p.id, p.region, case when p.confidentiality = 'open' then p.name end
    from processes p
   where p.id = coalesce(
           (select s.content ->> 'processId' from submissions s
             where s.request_id = p_request and known_at(s.act_id, s.submitted_at, p_known_at, p_position) order by s.round desc limit 1),
           (select r.process_id from requests r where r.id = p_request))
     and (current_setting('role') = 'wasata_service'
       or exists (select from accounts a join contributions c on c.id = a.contribution_id
                   where a.request_id = p_request and c.donor_id = own_donor()))
$function$;

CREATE OR REPLACE FUNCTION named_people_have_no_duty()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.duty <> 'requester' and exists (select from named_people n where n.request_id = new.request_id and n.person_id = new.person_id) then
    raise exception '% is named in request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'named_people_have_no_duty';
  end if;
  if exists (select from ties t join requests r on r.payee_id = t.payee_id where r.id = new.request_id and t.person_id = new.person_id) then
    raise exception '% has declared a tie to the payee of request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'tied_people_have_no_duty';
  end if;
  if new.duty in ('certifier', 'approver', 'releaser') and exists (
       select from requests r join payees p on p.id = r.payee_id left join payee_verifications v on v.payee_id = p.id
        where r.id = new.request_id
          and ((p.recorded_by = new.person_id and p.recorded_at > now() - interval '30 days')
            or (v.verified_by = new.person_id and v.verified_at > now() - interval '30 days'))) then
    raise exception '% handled the bank details of the payee of request %', new.person_id, new.request_id
      using errcode = 'check_violation', constraint = 'bank_clerks_have_no_duty';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION own_accounts()
 RETURNS SETOF bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select a.id from contributions c join accounts a on a.contribution_id = c.id where c.donor_id = own_donor()
$function$;

CREATE OR REPLACE FUNCTION own_contribution(contribution text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (select from contributions c where c.id = contribution and c.donor_id = current_setting('wasata.donor', true))
$function$;

CREATE OR REPLACE FUNCTION own_contributions()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select c.id from contributions c where c.donor_id = own_donor()
$function$;

CREATE OR REPLACE FUNCTION own_donor()
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$ select current_setting('wasata.donor', true) $function$;

CREATE OR REPLACE FUNCTION own_processes()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select r.process_id from requests r where r.id in (select own_requests())
$function$;

CREATE OR REPLACE FUNCTION own_requests()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select distinct a.request_id
    from contributions c join accounts a on a.contribution_id = c.id
   where c.donor_id = own_donor() and a.request_id is not null
$function$;

CREATE OR REPLACE FUNCTION post_entries(p_fund text, p_act text, e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[], l_entry integer[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[])
 RETURNS TABLE(ord integer, entry_id bigint, is_new boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_accounts bigint[];
  v_hashes bytea[];
  v_ids bigint[];
  v_new boolean[];
  v_recorded timestamptz := clock_timestamp();
  v_month date;
begin
  for v_month in select distinct date_trunc('month', d)::date from unnest(e_occurred_on) d order by 1 loop
    perform lock_period(p_fund, v_month, false);
    if exists (select from closed_periods c where c.fund_id = p_fund and c.month = v_month) then
      raise exception 'the month of % is closed', v_month using errcode = 'check_violation', constraint = 'period_closed';
    end if;
  end loop;

  select array_agg(a.id order by l.line) into v_accounts
    from unnest(l_address, l_currency) with ordinality as l (address, currency, line)
    left join accounts a on a.fund_id = p_fund and a.address = l.address and a.currency = l.currency;

  if array_position(v_accounts, null) is not null then
    with opened as (
      insert into accounts (fund_id, address, currency, contribution_id, request_id)
      select distinct p_fund, l.address, l.currency, l.contribution, l.request
        from unnest(l_address, l_currency, l_contribution, l_request, v_accounts) as l (address, currency, contribution, request, account)
       where l.account is null
       order by l.address, l.currency
      on conflict do nothing
      returning id, address)
    insert into balances (account_id, floor)
    select id, case when address <> 'budget:available:reserve' then 0 end
      from opened
     where address ~ '^budget:(pledged|support|available|ready|reserved|committed|disbursed|reported):';

    select array_agg(a.id order by l.line) into v_accounts
      from unnest(l_address, l_currency) with ordinality as l (address, currency, line)
      join accounts a on a.fund_id = p_fund and a.address = l.address and a.currency = l.currency;
  end if;

  select array_agg(sha256(convert_to(
           concat_ws(E'\n', p_fund, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''), l.lines), 'utf8')) order by e.ord)
    into v_hashes
    from unnest(e_kind, e_source, e_occurred_on, e_memo, e_reverses) with ordinality as e (kind, source, occurred_on, memo, reverses, ord)
    left join (select l.entry, string_agg(concat_ws(' ', l.address, l.currency, l.amount, l.functional), E'\n' order by l.line) as lines
                 from unnest(l_entry, l_address, l_currency, l_amount, l_functional) with ordinality as l (entry, address, currency, amount, functional, line)
                group by l.entry) l on l.entry = e.ord;

  with posted as (
    insert into entries (fund_id, kind, source, occurred_on, recorded_at, act_id, memo, reverses, content_hash)
    select p_fund, e.kind, e.source, e.occurred_on, v_recorded, p_act, e.memo, e.reverses, e.hash
      from unnest(e_kind, e_source, e_occurred_on, e_memo, e_reverses, v_hashes) with ordinality as e (kind, source, occurred_on, memo, reverses, hash, ord)
     order by e.ord
    on conflict (fund_id, kind, source) do nothing
    returning entries.id, entries.kind, entries.source)
  select array_agg(p.id order by e.ord), array_agg(p.id is not null and e.first = e.ord order by e.ord) into v_ids, v_new
    from (select *, min(u.ord) over (partition by u.kind, u.source) as first
            from unnest(e_kind, e_source) with ordinality as u (kind, source, ord)) e
    left join posted p on p.kind = e.kind and p.source = e.source;

  if not (true = all (v_new)) then
    if exists (select from unnest(e_kind, e_source, v_hashes) as e (kind, source, hash)
                 join entries t on t.fund_id = p_fund and t.kind = e.kind and t.source = e.source
                where t.content_hash <> e.hash) then
      raise exception 'an entry of this kind and source says something else' using errcode = 'check_violation', constraint = 'entry_says_something_else';
    end if;
    select array_agg(t.id order by e.ord) into v_ids
      from unnest(e_kind, e_source) with ordinality as e (kind, source, ord)
      join entries t on t.fund_id = p_fund and t.kind = e.kind and t.source = e.source;
  end if;

  perform from balances b where b.account_id = any (v_accounts) order by b.account_id for update;

  update balances b
     set amount = b.amount + d.amount, functional = b.functional + d.functional
    from (select l.account, sum(l.amount)::bigint as amount, sum(l.functional)::bigint as functional
            from unnest(l_entry, v_accounts, l_amount, l_functional) as l (entry, account, amount, functional)
           where v_new[l.entry]
           group by l.account) d
   where b.account_id = d.account;

  insert into postings (entry_id, line, account_id, amount, functional, occurred_on, recorded_at)
  select v_ids[l.entry], row_number() over (partition by l.entry order by l.line), l.account, l.amount, l.functional, e_occurred_on[l.entry], v_recorded
    from unnest(l_entry, v_accounts, l_amount, l_functional) with ordinality as l (entry, account, amount, functional, line)
   where v_new[l.entry];

  return query select o.ord::int, o.id, o.fresh from unnest(v_ids, v_new) with ordinality as o (id, fresh, ord);
end $function$;

CREATE OR REPLACE FUNCTION receipt_not_applied_twice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (select sum(a.value) from receipt_applications a where a.receipt_id = new.receipt_id)
     > (select r.bank_value + r.bank_charge from receipts r where r.id = new.receipt_id) then
    raise exception 'more of receipt % is applied than arrived', new.receipt_id using errcode = 'check_violation', constraint = 'receipt_not_applied_twice';
  end if;
  return null;
end $function$;

grant usage on schema public to wasata_donor;
grant usage on schema public to wasata_service;
grant select on accounts to wasata_donor;
grant select on accounts to wasata_service;
grant insert, select on acts to wasata_service;
grant select on agreements to wasata_donor;
grant insert, select on agreements to wasata_service;
grant insert, select on approval_steps to wasata_service;
grant select on balances to wasata_donor;
grant select on balances to wasata_service;
grant insert, select on bank_accounts to wasata_service;
grant delete, insert, select on budget_lines to wasata_service;
grant select on closed_periods to wasata_service;
grant select on conditions_met to wasata_donor;
grant insert, select on conditions_met to wasata_service;
grant usage on sequence contribution_numbers to wasata_service;
grant select on contributions to wasata_donor;
grant insert, select on contributions to wasata_service;
grant select on currencies to wasata_donor;
grant select on currencies to wasata_service;
grant insert, select on decisions to wasata_service;
grant select on donors to wasata_donor;
grant insert, select on donors to wasata_service;
grant insert, select on duties to wasata_service;
grant insert, select on earmark_changes to wasata_service;
grant insert, select on entities to wasata_service;
grant select on entries to wasata_donor;
grant select on entries to wasata_service;
grant insert, select on exchange_rates to wasata_service;
grant select on funds to wasata_donor;
grant insert, select on funds to wasata_service;
grant insert, select, update on idempotency_keys to wasata_service;
grant insert, select on import_rows to wasata_service;
grant insert, select on imports to wasata_service;
grant delete, insert, select on named_people to wasata_service;
grant insert, select on obligation_reductions to wasata_service;
grant insert, select on payee_verifications to wasata_service;
grant insert, select on payees to wasata_service;
grant insert, select on payment_cancellations to wasata_service;
grant insert, select on payment_funding to wasata_service;
grant usage on sequence payment_numbers to wasata_service;
grant insert, select on payment_returns to wasata_service;
grant insert, select on payments to wasata_service;
grant insert, select, update on people to wasata_service;
grant select on pledge_cancellations to wasata_donor;
grant insert, select on pledge_cancellations to wasata_service;
grant insert, select on policies to wasata_service;
grant select on postings to wasata_donor;
grant select on postings to wasata_service;
grant insert, select on processes to wasata_service;
grant select on receipt_applications to wasata_donor;
grant insert, select on receipt_applications to wasata_service;
grant select on receipts to wasata_donor;
grant insert, select on receipts to wasata_service;
grant select on refund_payments to wasata_donor;
grant insert, select on refund_payments to wasata_service;
grant select on refunds to wasata_donor;
grant insert, select on refunds to wasata_service;
grant insert, select on releases to wasata_service;
grant insert, select on request_endings to wasata_service;
grant insert, select on request_funding to wasata_service;
grant usage on sequence request_numbers to wasata_service;
grant insert, select, update on requests to wasata_service;
grant insert, select, update on role_grants to wasata_service;
grant insert, select on sample_items to wasata_service;
grant insert, select on samples to wasata_service;
grant insert, select on saved_queries to wasata_service;
grant insert, select on saved_query_versions to wasata_service;
grant insert, select, update on seal_verifications to wasata_service;
grant select on sealed_acts to wasata_donor;
grant insert, select on sealed_acts to wasata_service;
grant select on sealed_entries to wasata_donor;
grant insert, select on sealed_entries to wasata_service;
grant select on seals to wasata_donor;
grant insert, select on seals to wasata_service;
grant delete, insert, select, update on sessions to wasata_service;
grant insert, select on settlements to wasata_service;
grant delete, insert, select, update on sign_in_attempts to wasata_service;
grant insert, select on submissions to wasata_service;
grant insert, select on ties to wasata_service;
grant insert, select, update on tokens to wasata_service;
grant select on write_offs to wasata_donor;
grant insert, select on write_offs to wasata_service;
grant select (currency), select (id) on bank_accounts to wasata_donor;
grant update (earmark), update (status), update (version) on contributions to wasata_service;
grant update (status), update (version) on payments to wasata_service;
grant select (confidentiality), select (fund_id), select (id), select (name), select (region) on processes to wasata_donor;
grant select (fund_id), select (id), select (process_id) on requests to wasata_donor;
grant execute on function close_period(p_fund text, p_month date, p_act text) to wasata_service;
grant execute on function earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer) to wasata_donor;
grant execute on function earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer) to wasata_donor;
grant execute on function known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function lock_period(fund text, month date, alone boolean) to wasata_service;
grant execute on function mission_told(p_request text, p_known_at timestamp with time zone, p_position integer) to wasata_donor;
grant execute on function mission_told(p_request text, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function own_accounts() to wasata_donor;
grant execute on function own_accounts() to wasata_service;
grant execute on function own_contributions() to wasata_donor;
grant execute on function own_contributions() to wasata_service;
grant execute on function own_processes() to wasata_donor;
grant execute on function own_processes() to wasata_service;
grant execute on function own_requests() to wasata_donor;
grant execute on function own_requests() to wasata_service;
grant execute on function post_entries(p_fund text, p_act text, e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[], l_entry integer[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[]) to wasata_service;
revoke all on function close_period(p_fund text, p_month date, p_act text) from public;
revoke all on function earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function lock_period(fund text, month date, alone boolean) from public;
revoke all on function mission_told(p_request text, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function own_accounts() from public;
revoke all on function own_contributions() from public;
revoke all on function own_processes() from public;
revoke all on function own_requests() from public;
revoke all on function post_entries(p_fund text, p_act text, e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[], l_entry integer[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[]) from public;
grant wasata_donor to wasata_service;

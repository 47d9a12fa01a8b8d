-- Made by `npm run schema` from the migrations. For reading: change the schema by a migration, never here.

create domain clock_step as text collate "C" CHECK ((VALUE ~ '^(approval_[1-9][0-9]?|certification|release|settlement)$'::text));

create domain id as text collate "C" CHECK ((VALUE ~ '^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$'::text));

create sequence contribution_numbers as bigint start 1;
create sequence payment_file_numbers as bigint start 1;
create sequence payment_numbers as bigint start 1;
create sequence plan_numbers as bigint start 1;
create sequence request_numbers as bigint start 1;

create table absence_returns (
  absence_id   id not null,
  fund_id      id not null,
  person_id    id not null,
  returned_at  timestamp with time zone not null,
  act_id       id not null,
  constraint absence_returns_pkey PRIMARY KEY (absence_id),
  constraint absence_returns_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint absence_returns_fund_id_absence_id_person_id_fkey FOREIGN KEY (fund_id, absence_id, person_id) REFERENCES absences(fund_id, id, person_id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON absence_returns FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table absences (
  id         id not null,
  fund_id    id not null,
  person_id  id not null,
  starts_at  timestamp with time zone not null,
  ends_at    timestamp with time zone not null,
  reason     text not null default ''::text,
  stated_at  timestamp with time zone not null,
  act_id     id not null,
  constraint absences_pkey PRIMARY KEY (id),
  constraint absences_fund_id_id_person_id_key UNIQUE (fund_id, id, person_id),
  constraint absences_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint absences_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint absences_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint absence_ends CHECK ((starts_at < ends_at)),
  constraint absences_reason_check CHECK ((length(reason) <= 500))
);
CREATE INDEX absences_by_person ON absences USING btree (fund_id, person_id, ends_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON absences FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table account_charges (
  id               id not null,
  fund_id          id not null,
  bank_account_id  id not null,
  charged_on       date not null,
  amount           bigint not null,
  functional       bigint not null,
  reference        text not null,
  proposal_id      id,
  act_id           id not null,
  constraint account_charges_pkey PRIMARY KEY (id),
  constraint account_charge_recorded_already UNIQUE (bank_account_id, charged_on, reference),
  constraint account_charges_fund_id_id_key UNIQUE (fund_id, id),
  constraint account_charges_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint account_charges_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint account_charges_fund_id_proposal_id_fkey FOREIGN KEY (fund_id, proposal_id) REFERENCES proposals(fund_id, id),
  constraint account_charges_amount_check CHECK ((amount <> 0)),
  constraint account_charges_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 200)))
);
CREATE INDEX account_charges_by_proposal ON account_charges USING btree (proposal_id) WHERE (proposal_id IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON account_charges FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  plan_code        text collate "C" generated always as ( CASE WHEN (address ~ '^budget:ready:'::text) THEN NULLIF(split_part(address, ':'::text, 4), ''::text) ELSE NULL::text END) stored,
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_fund_id_address_currency_key UNIQUE (fund_id, address, currency),
  constraint accounts_fund_id_id_key UNIQUE (fund_id, id),
  constraint accounts_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint accounts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint ready_is_for_a_plan FOREIGN KEY (fund_id, plan_code) REFERENCES contingency_plans(fund_id, code),
  constraint accounts_address_check CHECK (((address ~ '^[a-z-]+(:[A-Za-z0-9._-]+)+$'::text) AND (length(address) <= 200)))
);
CREATE INDEX accounts_by_contribution ON accounts USING btree (contribution_id) WHERE (contribution_id IS NOT NULL);
CREATE INDEX accounts_by_plan ON accounts USING btree (fund_id, plan_code) WHERE (plan_code IS NOT NULL);
CREATE INDEX accounts_by_request ON accounts USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE TRIGGER account_is_what_it_says AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION account_is_what_it_says();
CREATE TRIGGER account_of_open_request AFTER INSERT ON accounts FOR EACH ROW WHEN (((new.request_id IS NOT NULL) AND (new.address !~ '^expense:'::text))) EXECUTE FUNCTION account_of_open_request();
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
CREATE INDEX acts_above_charge_limit ON acts USING btree (fund_id) WHERE (outcome = 'charge_above_limit'::text);
CREATE INDEX acts_by_fund ON acts USING btree (fund_id, id);
CREATE INDEX acts_by_person ON acts USING btree (person_id, id);
CREATE INDEX acts_by_transaction ON acts USING btree (fund_id, xid);
CREATE INDEX acts_on_payment_files ON acts USING btree (lower(rtrim(path, '/'::text))) WHERE (lower(path) ~~ '/api/v1/payment-files/%'::text);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table adjusting_acts (
  act_id     id not null,
  fund_id    id not null,
  person_id  id not null,
  constraint adjusting_acts_pkey PRIMARY KEY (act_id),
  constraint adjusting_acts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint adjusting_acts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint adjusting_acts_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON adjusting_acts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER controller_adjusts AFTER INSERT ON adjusting_acts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION controller_adjusts();

create table advance_activations (
  request_id    id not null,
  fund_id       id not null,
  round         integer not null,
  decision_id   id not null,
  activated_at  timestamp with time zone not null,
  ratify_by     timestamp with time zone not null,
  act_id        id not null,
  constraint advance_activations_pkey PRIMARY KEY (request_id),
  constraint advance_activations_fund_id_request_id_ratify_by_key UNIQUE (fund_id, request_id, ratify_by),
  constraint advance_activations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint advance_activations_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES decisions(id),
  constraint advance_activations_fund_id_request_id_round_fkey FOREIGN KEY (fund_id, request_id, round) REFERENCES no_regret_advances(fund_id, request_id, round)
);
CREATE INDEX advance_activations_by_end ON advance_activations USING btree (ratify_by, request_id);
CREATE TRIGGER advance_is_activated BEFORE INSERT ON advance_activations FOR EACH ROW EXECUTE FUNCTION advance_is_activated();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON advance_activations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table advance_endings (
  request_id  id not null,
  fund_id     id not null,
  outcome     text not null,
  cause       text not null,
  ratify_by   timestamp with time zone not null,
  ended_at    timestamp with time zone not null,
  reason      text not null default ''::text,
  act_id      id not null,
  constraint advance_endings_pkey PRIMARY KEY (request_id),
  constraint advance_endings_request_id_outcome_key UNIQUE (request_id, outcome),
  constraint advance_endings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint advance_endings_fund_id_request_id_ratify_by_fkey FOREIGN KEY (fund_id, request_id, ratify_by) REFERENCES advance_activations(fund_id, request_id, ratify_by),
  constraint advance_endings_cause_check CHECK ((cause = ANY (ARRAY['approved'::text, 'rejected'::text, 'overdue'::text]))),
  constraint advance_endings_check CHECK (((outcome = 'ratified'::text) = (cause = 'approved'::text))),
  constraint advance_endings_outcome_check CHECK ((outcome = ANY (ARRAY['ratified'::text, 'unwound'::text]))),
  constraint ratified_in_time CHECK (((outcome <> 'ratified'::text) OR (ended_at <= ratify_by))),
  constraint unwound_when_overdue CHECK (((cause <> 'overdue'::text) OR (ended_at > ratify_by)))
);
CREATE TRIGGER advance_is_ratified BEFORE INSERT ON advance_endings FOR EACH ROW WHEN ((new.outcome = 'ratified'::text)) EXECUTE FUNCTION advance_is_ratified();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON advance_endings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON advance_endings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();
CREATE CONSTRAINT TRIGGER unwound_status_follows AFTER INSERT ON advance_endings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.outcome = 'unwound'::text)) EXECUTE FUNCTION unwound_status_follows();

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
  interest           text not null default 'reserve'::text,
  correction_id      id,
  fund_id            id not null,
  unspent            text not null default 'stay'::text,
  constraint agreements_pkey PRIMARY KEY (contribution_id),
  constraint agreements_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint agreements_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint agreements_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint agreement_interest CHECK ((interest = ANY (ARRAY['contribution'::text, 'reserve'::text]))),
  constraint agreement_unspent CHECK ((unspent = ANY (ARRAY['stay'::text, 'return'::text]))),
  constraint agreements_amount_check CHECK ((amount > 0)),
  constraint agreements_check CHECK ((conditional = (condition IS NOT NULL))),
  constraint agreements_functional_check CHECK ((functional >= 0)),
  constraint agreements_support_cost_base_check CHECK ((support_cost_base = ANY (ARRAY['deposit'::text, 'expenditure'::text]))),
  constraint agreements_support_cost_bps_check CHECK (((support_cost_bps >= 0) AND (support_cost_bps <= 5000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON agreements FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON agreements FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON agreements DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER kept_before_correction BEFORE UPDATE ON agreements FOR EACH ROW EXECUTE FUNCTION kept_before_correction('contribution_id');
alter table agreements enable row level security;
create policy own on agreements for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on agreements for all to wasata_service using (true) with check (true);

create table approval_steps (
  request_id  id not null,
  round       integer not null,
  step        smallint not null,
  role        text not null,
  quorum      smallint not null,
  fund_id     id not null,
  ratifies    boolean not null default false,
  constraint approval_steps_pkey PRIMARY KEY (request_id, round, step, role),
  constraint approval_steps_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint approval_steps_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint approval_steps_quorum_check CHECK ((quorum > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON approval_steps FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON approval_steps FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');

create table attachment_faults (
  fund_id        id not null,
  attachment_id  id not null,
  fault          text not null,
  found_at       timestamp with time zone not null,
  constraint attachment_faults_pkey PRIMARY KEY (attachment_id, fault),
  constraint attachment_faults_fund_id_attachment_id_fkey FOREIGN KEY (fund_id, attachment_id) REFERENCES attachments(fund_id, id),
  constraint attachment_faults_fault_check CHECK ((fault = ANY (ARRAY['missing'::text, 'changed'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON attachment_faults FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table attachments (
  id          id not null,
  fund_id     id not null,
  request_id  id not null,
  report_id   id,
  file_name   text not null,
  media_type  text not null,
  bytes       bigint not null,
  sha256      bytea not null,
  added_by    id not null,
  added_at    timestamp with time zone not null,
  act_id      id not null,
  constraint attachments_pkey PRIMARY KEY (id),
  constraint attachments_fund_id_id_key UNIQUE (fund_id, id),
  constraint attachments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint attachments_added_by_fkey FOREIGN KEY (added_by) REFERENCES people(id),
  constraint attachments_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint attachments_report_id_request_id_fkey FOREIGN KEY (report_id, request_id) REFERENCES expenditure_reports(id, request_id),
  constraint attachments_bytes_check CHECK ((bytes > 0)),
  constraint attachments_file_name_check CHECK (((length(file_name) >= 1) AND (length(file_name) <= 200))),
  constraint attachments_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/png'::text, 'image/jpeg'::text, 'text/plain'::text, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'::text, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'::text]))),
  constraint attachments_sha256_check CHECK ((length(sha256) = 32))
);
CREATE INDEX attachments_by_content ON attachments USING btree (sha256);
CREATE INDEX attachments_by_request ON attachments USING btree (request_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON attachments FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table back_dated (
  account_id  bigint not null,
  seal        integer not null,
  day         date not null,
  amount      numeric not null,
  functional  numeric not null,
  fund_id     id not null,
  constraint back_dated_pkey PRIMARY KEY (account_id, seal, day),
  constraint back_dated_fund_id_account_id_fkey FOREIGN KEY (fund_id, account_id) REFERENCES accounts(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON back_dated FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table balances (
  account_id  bigint not null,
  amount      bigint not null default 0,
  functional  bigint not null default 0,
  floor       bigint,
  fund_id     id not null,
  ceiling     bigint,
  constraint balances_pkey PRIMARY KEY (account_id),
  constraint balances_fund_id_account_id_fkey FOREIGN KEY (fund_id, account_id) REFERENCES accounts(fund_id, id),
  constraint closed_accounts_stand_still CHECK ((amount <= ceiling)),
  constraint stage_in_fund_currency CHECK (((floor IS NULL) OR (amount = functional))),
  constraint stage_never_below_zero CHECK ((amount >= floor))
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.05);
alter table balances enable row level security;
create policy own on balances for select to wasata_donor using ((account_id IN ( SELECT own_accounts() AS own_accounts)));
create policy service on balances for all to wasata_service using (true) with check (true);

create table bank_account_details (
  fund_id          id not null,
  bank_account_id  id not null,
  number           integer not null,
  scheme           text not null,
  account          text not null,
  bic              text,
  clearing_system  text,
  clearing_code    text,
  bank_name        text not null,
  bank_country     text not null,
  holder           text not null,
  street           text,
  building         text,
  post_code        text,
  town             text not null,
  country          text not null,
  set_by           id not null,
  set_at           timestamp with time zone not null,
  act_id           id not null,
  constraint account_details_once PRIMARY KEY (bank_account_id, number),
  constraint bank_account_details_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint bank_account_details_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint bank_account_details_set_by_fkey FOREIGN KEY (set_by) REFERENCES people(id),
  constraint bank_account_details_account_check CHECK ((account ~ '^[A-Z0-9]{1,34}$'::text)),
  constraint bank_account_details_bank_country_check CHECK ((bank_country ~ '^[A-Z]{2}$'::text)),
  constraint bank_account_details_bank_name_check CHECK (((length(bank_name) >= 1) AND (length(bank_name) <= 140))),
  constraint bank_account_details_bic_check CHECK ((bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$'::text)),
  constraint bank_account_details_building_check CHECK (((length(building) >= 1) AND (length(building) <= 16))),
  constraint bank_account_details_clearing_code_check CHECK ((clearing_code ~ '^[A-Z0-9]{1,35}$'::text)),
  constraint bank_account_details_clearing_system_check CHECK ((clearing_system ~ '^[A-Z0-9]{1,5}$'::text)),
  constraint bank_account_details_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint bank_account_details_holder_check CHECK (((length(holder) >= 1) AND (length(holder) <= 140))),
  constraint bank_account_details_number_check CHECK ((number > 0)),
  constraint bank_account_details_post_code_check CHECK (((length(post_code) >= 1) AND (length(post_code) <= 16))),
  constraint bank_account_details_scheme_check CHECK ((scheme = ANY (ARRAY['iban'::text, 'account'::text]))),
  constraint bank_account_details_street_check CHECK (((length(street) >= 1) AND (length(street) <= 70))),
  constraint bank_account_details_town_check CHECK (((length(town) >= 1) AND (length(town) <= 35))),
  constraint own_bank_is_known CHECK (((scheme = 'iban'::text) OR (num_nonnulls(bic, clearing_code) > 0))),
  constraint own_iban_foots CHECK (((scheme <> 'iban'::text) OR (iban_foots(account) AND (bank_country = "left"(account, 2)))))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON bank_account_details FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON bank_account_details FOR EACH ROW EXECUTE FUNCTION takes_fund_of('bank_accounts', 'bank_account_id', 'id');

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

create table break_glass_confirmations (
  break_glass_id  id not null,
  fund_id         id not null,
  request_id      id not null,
  begun_by        id not null,
  confirmed_by    id not null,
  confirmed_at    timestamp with time zone not null,
  reason          text not null default ''::text,
  review_by       timestamp with time zone not null,
  duty            text not null default 'approver'::text,
  act_id          id not null,
  constraint break_glass_confirmations_pkey PRIMARY KEY (break_glass_id),
  constraint break_glass_confirmations_fund_id_break_glass_id_key UNIQUE (fund_id, break_glass_id),
  constraint break_glass_confirmations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint break_glass_confirmations_fund_id_break_glass_id_begun_by__fkey FOREIGN KEY (fund_id, break_glass_id, begun_by, request_id) REFERENCES break_glasses(fund_id, id, begun_by, request_id),
  constraint one_duty_each FOREIGN KEY (request_id, confirmed_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint break_glass_by_two_people CHECK (((confirmed_by)::text <> (begun_by)::text)),
  constraint break_glass_confirmations_duty_check CHECK ((duty = 'approver'::text)),
  constraint break_glass_confirmations_reason_check CHECK ((length(reason) <= 2000))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON break_glass_confirmations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER break_glass_by_directors BEFORE INSERT ON break_glass_confirmations FOR EACH ROW EXECUTE FUNCTION break_glass_by_directors();

create table break_glass_reviews (
  break_glass_id  id not null,
  fund_id         id not null,
  reviewed_by     id not null,
  verdict         text not null,
  words           text not null,
  reviewed_at     timestamp with time zone not null,
  act_id          id not null,
  constraint break_glass_reviews_pkey PRIMARY KEY (break_glass_id),
  constraint break_glass_reviews_fund_id_break_glass_id_key UNIQUE (fund_id, break_glass_id),
  constraint break_glass_reviews_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint break_glass_reviews_fund_id_break_glass_id_fkey FOREIGN KEY (fund_id, break_glass_id) REFERENCES break_glass_confirmations(fund_id, break_glass_id),
  constraint break_glass_reviews_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES people(id),
  constraint break_glass_reviews_verdict_check CHECK ((verdict = ANY (ARRAY['acknowledge'::text, 'contest'::text]))),
  constraint break_glass_reviews_words_check CHECK (((length(words) >= 1) AND (length(words) <= 2000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON break_glass_reviews FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER break_glass_reviewed_by_others BEFORE INSERT ON break_glass_reviews FOR EACH ROW EXECUTE FUNCTION break_glass_reviewed_by_others();

create table break_glasses (
  id            id not null,
  fund_id       id not null,
  request_id    id not null,
  round         integer not null,
  step          smallint not null,
  role          text not null,
  decided_hash  text not null,
  reason        text not null,
  begun_by      id not null,
  begun_at      timestamp with time zone not null,
  ends_at       timestamp with time zone not null,
  duty          text not null default 'approver'::text,
  act_id        id not null,
  constraint break_glasses_pkey PRIMARY KEY (id),
  constraint break_glasses_fund_id_id_begun_by_request_id_key UNIQUE (fund_id, id, begun_by, request_id),
  constraint break_glasses_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint break_glasses_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint break_glasses_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint break_glasses_request_id_round_step_role_fkey FOREIGN KEY (request_id, round, step, role) REFERENCES approval_steps(request_id, round, step, role),
  constraint one_duty_each FOREIGN KEY (request_id, begun_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint break_glass_ends CHECK ((begun_at < ends_at)),
  constraint break_glasses_duty_check CHECK ((duty = 'approver'::text)),
  constraint break_glasses_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint break_glasses_role_check CHECK ((role = ANY (ARRAY['fund_manager'::text, 'head_of_department'::text])))
);
CREATE INDEX break_glasses_by_fund ON break_glasses USING btree (fund_id, id);
CREATE INDEX break_glasses_by_request ON break_glasses USING btree (request_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON break_glasses FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table budget_lines (
  request_id     id not null,
  line           smallint not null,
  category       text not null,
  description    text not null,
  amount         bigint not null,
  fund_id        id not null,
  deployment_id  id,
  cost           text,
  month          date,
  quantity       integer,
  unit           bigint,
  unit_currency  text,
  rate           numeric(24,10),
  constraint budget_lines_pkey PRIMARY KEY (request_id, line),
  constraint budget_lines_fund_id_deployment_id_fkey FOREIGN KEY (fund_id, deployment_id) REFERENCES deployments(fund_id, id),
  constraint budget_lines_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint budget_lines_unit_currency_fkey FOREIGN KEY (unit_currency) REFERENCES currencies(code),
  constraint budget_lines_amount_check CHECK ((amount > 0)),
  constraint budget_lines_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text]))),
  constraint budget_lines_cost_check CHECK ((cost = ANY (ARRAY['fee'::text, 'subsistence'::text, 'travel'::text]))),
  constraint budget_lines_quantity_check CHECK ((quantity > 0)),
  constraint budget_lines_unit_check CHECK ((unit > 0)),
  constraint line_multiplies CHECK (((deployment_id IS NULL) OR (rate IS NOT NULL) OR (amount = (quantity * unit)))),
  constraint line_of_deployment CHECK ((num_nulls(deployment_id, cost, quantity, unit, unit_currency) = ANY (ARRAY[0, 5])))
);
CREATE INDEX budget_lines_by_deployment ON budget_lines USING btree (deployment_id) WHERE (deployment_id IS NOT NULL);
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON budget_lines FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE TRIGGER decided_content_is_fixed BEFORE INSERT OR DELETE OR UPDATE ON budget_lines FOR EACH ROW EXECUTE FUNCTION decided_parts_are_fixed();

create table charge_approvals (
  id           id not null,
  payment_id   id not null,
  request_id   id not null,
  event        text not null,
  amount       bigint not null,
  reason       text not null,
  approved_by  id not null,
  duty         text not null default 'charge_approver'::text,
  approved_at  timestamp with time zone not null default clock_timestamp(),
  act_id       id not null,
  fund_id      id not null,
  constraint charge_approvals_pkey PRIMARY KEY (id),
  constraint charge_approvals_id_payment_id_event_key UNIQUE (id, payment_id, event),
  constraint charge_approvals_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint charge_approvals_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint charge_approvals_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint one_duty_each FOREIGN KEY (request_id, approved_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint charge_approvals_amount_check CHECK ((amount > 0)),
  constraint charge_approvals_duty_check CHECK ((duty = 'charge_approver'::text)),
  constraint charge_approvals_event_check CHECK ((event = ANY (ARRAY['settlement'::text, 'return'::text]))),
  constraint charge_approvals_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
);
CREATE INDEX charge_approvals_by_payment ON charge_approvals USING btree (payment_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON charge_approvals FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON charge_approvals FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payments', 'payment_id', 'id');

create table clock_notices (
  fund_id         id not null,
  request_id      id not null,
  round           integer not null,
  step            clock_step not null,
  kind            text not null,
  target_minutes  integer not null,
  elapsed_ms      bigint not null,
  noticed_at      timestamp with time zone not null,
  payment_id      id,
  act_id          id,
  constraint noticed_once UNIQUE NULLS NOT DISTINCT (request_id, round, step, kind, payment_id),
  constraint clock_notices_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint clock_notices_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint clock_notices_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint clock_notices_request_id_round_step_fkey FOREIGN KEY (request_id, round, step) REFERENCES step_targets(request_id, round, step),
  constraint clock_notices_kind_check CHECK ((kind = ANY (ARRAY['reminder'::text, 'breach'::text]))),
  constraint noticed_in_an_act CHECK ((act_id IS NOT NULL)) NOT VALID
);
CREATE INDEX clock_notices_by_fund ON clock_notices USING btree (fund_id, noticed_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON clock_notices FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table closings (
  account_id  bigint not null,
  month       date not null,
  amount      numeric not null,
  functional  numeric not null,
  fund_id     id not null,
  constraint closings_pkey PRIMARY KEY (account_id, month),
  constraint closings_fund_id_account_id_fkey FOREIGN KEY (fund_id, account_id) REFERENCES accounts(fund_id, id),
  constraint closings_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
) with (fillfactor=80);

create table closures (
  request_id  id not null,
  fund_id     id not null,
  closed_by   id not null,
  duty        text not null default 'approver'::text,
  closed_at   timestamp with time zone not null,
  note        text not null default ''::text,
  figures     jsonb not null,
  act_id      id not null,
  constraint closures_pkey PRIMARY KEY (request_id),
  constraint closures_fund_id_request_id_key UNIQUE (fund_id, request_id),
  constraint closures_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint closures_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint one_duty_each FOREIGN KEY (request_id, closed_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint closures_duty_check CHECK ((duty = 'approver'::text)),
  constraint closures_note_check CHECK ((length(note) <= 2000))
);
CREATE TRIGGER accounts_stand_still AFTER INSERT ON closures FOR EACH ROW EXECUTE FUNCTION accounts_stand_still();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON closures FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER closed_with_nothing_left AFTER INSERT ON closures DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION closed_with_nothing_left();

create table conditions_met (
  contribution_id  id not null,
  met_on           date not null,
  evidence         text not null,
  act_id           id not null,
  fund_id          id not null,
  constraint conditions_met_pkey PRIMARY KEY (contribution_id),
  constraint conditions_met_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint conditions_met_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint conditions_met_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON conditions_met FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON conditions_met FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');
alter table conditions_met enable row level security;
create policy own on conditions_met for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on conditions_met for all to wasata_service using (true) with check (true);

create table contest_looks (
  fund_id      id not null,
  pause_id     id not null,
  looked_by    id not null,
  looked_as    text not null,
  person_kind  text not null,
  note         text not null,
  looked_at    timestamp with time zone not null,
  act_id       id not null,
  constraint looked_once_by_each PRIMARY KEY (pause_id, looked_by),
  constraint contest_looks_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint contest_looks_fund_id_pause_id_fkey FOREIGN KEY (fund_id, pause_id) REFERENCES pauses(fund_id, id),
  constraint contest_looks_looked_by_person_kind_fkey FOREIGN KEY (looked_by, person_kind) REFERENCES people(id, kind),
  constraint contest_looks_note_check CHECK ((length(note) <= 2000)),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON contest_looks FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER contest_looked_at_by_others BEFORE INSERT ON contest_looks FOR EACH ROW EXECUTE FUNCTION contest_looked_at_by_others();

create table contingency_plans (
  id          id not null,
  fund_id     id not null,
  code        text collate "C" not null,
  entity_id   id not null,
  version     integer not null default 1,
  status      text not null default 'open'::text,
  expires_on  date not null,
  review_on   date not null,
  created_by  id not null,
  created_at  timestamp with time zone not null,
  constraint contingency_plans_pkey PRIMARY KEY (id),
  constraint contingency_plans_fund_id_code_key UNIQUE (fund_id, code),
  constraint contingency_plans_fund_id_id_key UNIQUE (fund_id, id),
  constraint contingency_plans_created_by_fkey FOREIGN KEY (created_by) REFERENCES people(id),
  constraint contingency_plans_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint contingency_plans_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint contingency_plans_check CHECK ((review_on <= expires_on)),
  constraint contingency_plans_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$'::text)),
  constraint contingency_plans_status_check CHECK ((status = ANY (ARRAY['open'::text, 'activated'::text, 'withdrawn'::text, 'expired'::text])))
);
CREATE INDEX contingency_plans_by_expiry ON contingency_plans USING btree (expires_on) WHERE (status = 'open'::text);
CREATE INDEX contingency_plans_by_status ON contingency_plans USING btree (fund_id, status, id);
CREATE TRIGGER plan_ends_by_its_row BEFORE UPDATE OF status ON contingency_plans FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION plan_ends_by_its_row();

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
  provider_activity   text,
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
  constraint contributions_provider_activity_check CHECK ((provider_activity ~ '^[^\s/&|?]{1,200}$'::text)),
  constraint contributions_status_check CHECK ((status = ANY (ARRAY['pledged'::text, 'agreed'::text, 'received'::text, 'written_off'::text, 'cancelled'::text])))
);
CREATE INDEX contributions_by_donor ON contributions USING btree (donor_id, id);
alter table contributions enable row level security;
create policy own on contributions for select to wasata_donor using (((donor_id)::text = own_donor()));
create policy service on contributions for all to wasata_service using (true) with check (true);

create table conversions (
  proposal_id        id not null,
  verdict            text not null default 'approve'::text,
  fund_id            id not null,
  from_account       id not null,
  to_account         id not null,
  left_amount        bigint not null,
  left_on            date not null,
  arrived            bigint not null,
  arrived_on         date not null,
  charge             bigint not null,
  charge_currency    text not null,
  carrying           bigint not null,
  functional         bigint not null,
  functional_charge  bigint not null,
  reference          text not null,
  act_id             id not null,
  constraint conversions_pkey PRIMARY KEY (proposal_id),
  constraint conversion_recorded_already UNIQUE (from_account, left_on, reference),
  constraint conversions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint conversions_charge_currency_fkey FOREIGN KEY (charge_currency) REFERENCES currencies(code),
  constraint conversions_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint conversions_fund_id_from_account_fkey FOREIGN KEY (fund_id, from_account) REFERENCES bank_accounts(fund_id, id),
  constraint conversions_fund_id_to_account_fkey FOREIGN KEY (fund_id, to_account) REFERENCES bank_accounts(fund_id, id),
  constraint conversions_proposal_id_verdict_fkey FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint conversion_arrives_after_it_left CHECK ((arrived_on >= left_on)),
  constraint conversion_between_two_accounts CHECK (((from_account)::text <> (to_account)::text)),
  constraint conversions_arrived_check CHECK ((arrived > 0)),
  constraint conversions_charge_check CHECK ((charge >= 0)),
  constraint conversions_functional_charge_check CHECK ((functional_charge >= 0)),
  constraint conversions_left_amount_check CHECK ((left_amount > 0)),
  constraint conversions_verdict_check CHECK ((verdict = 'approve'::text))
);
CREATE INDEX conversions_by_fund ON conversions USING btree (fund_id, proposal_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON conversions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER conversion_leaves_cash AFTER INSERT ON conversions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION conversion_leaves_cash();

create table correction_endings (
  correction_id  id not null,
  verdict        text not null,
  proposed_by    id not null,
  ended_by       id not null,
  person_kind    text not null,
  reason         text not null default ''::text,
  ended_at       timestamp with time zone not null default clock_timestamp(),
  act_id         id not null,
  fund_id        id not null,
  constraint correction_endings_pkey PRIMARY KEY (correction_id),
  constraint correction_endings_correction_id_verdict_key UNIQUE (correction_id, verdict),
  constraint correction_endings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint correction_endings_correction_id_proposed_by_fkey FOREIGN KEY (correction_id, proposed_by) REFERENCES corrections(id, proposed_by),
  constraint correction_endings_ended_by_person_kind_fkey FOREIGN KEY (ended_by, person_kind) REFERENCES people(id, kind),
  constraint correction_endings_fund_id_correction_id_fkey FOREIGN KEY (fund_id, correction_id) REFERENCES corrections(fund_id, id),
  constraint correction_by_two_people CHECK (((verdict <> ALL (ARRAY['confirmed'::text, 'rejected'::text])) OR ((ended_by)::text <> (proposed_by)::text))),
  constraint correction_endings_check CHECK (((verdict <> 'rejected'::text) OR (reason <> ''::text))),
  constraint correction_endings_verdict_check CHECK ((verdict = ANY (ARRAY['confirmed'::text, 'rejected'::text, 'withdrawn'::text, 'lapsed'::text]))),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON correction_endings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON correction_endings FOR EACH ROW EXECUTE FUNCTION takes_fund_of('corrections', 'correction_id', 'id');

create table correction_entries (
  entry_id       bigint not null,
  correction_id  id not null,
  verdict        text not null default 'confirmed'::text,
  kind           text not null,
  source         text collate "C" not null,
  takes_back     boolean not null,
  original       bigint not null,
  value_on       date not null,
  fund_id        id not null,
  constraint correction_entries_pkey PRIMARY KEY (entry_id),
  constraint correction_entries_correction_id_verdict_fkey FOREIGN KEY (correction_id, verdict) REFERENCES correction_endings(correction_id, verdict) DEFERRABLE INITIALLY DEFERRED,
  constraint correction_entries_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint correction_entries_fund_id_correction_id_fkey FOREIGN KEY (fund_id, correction_id) REFERENCES corrections(fund_id, id) DEFERRABLE INITIALLY DEFERRED,
  constraint correction_entries_original_fkey FOREIGN KEY (original) REFERENCES entries(id),
  constraint correction_entries_verdict_check CHECK ((verdict = 'confirmed'::text))
);
CREATE INDEX correction_entries_by_correction ON correction_entries USING btree (correction_id);
CREATE INDEX correction_entries_by_substance ON correction_entries USING btree (source, kind);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON correction_entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON correction_entries FOR EACH ROW EXECUTE FUNCTION takes_fund_of('entries', 'entry_id', 'bigint');
alter table correction_entries enable row level security;
create policy own on correction_entries for select to wasata_donor using ((EXISTS ( SELECT
   FROM postings p
  WHERE (p.entry_id = correction_entries.entry_id))));
create policy service on correction_entries for all to wasata_service using (true) with check (true);

create table corrections (
  id            id not null,
  fund_id       id not null,
  entry_id      bigint not null,
  kind          text not null,
  reason        text not null,
  right_values  jsonb,
  dated_on      date not null,
  shown         jsonb not null,
  shown_hash    bytea not null,
  status        text not null default 'proposed'::text,
  proposed_by   id not null,
  person_kind   text not null,
  proposed_at   timestamp with time zone not null default clock_timestamp(),
  act_id        id not null,
  constraint corrections_pkey PRIMARY KEY (id),
  constraint corrections_fund_id_id_key UNIQUE (fund_id, id),
  constraint corrections_id_proposed_by_key UNIQUE (id, proposed_by),
  constraint corrections_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint corrections_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint corrections_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint corrections_proposed_by_person_kind_fkey FOREIGN KEY (proposed_by, person_kind) REFERENCES people(id, kind),
  constraint corrections_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  constraint corrections_status_check CHECK ((status = ANY (ARRAY['proposed'::text, 'confirmed'::text, 'rejected'::text, 'withdrawn'::text, 'lapsed'::text]))),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE INDEX corrections_by_entry ON corrections USING btree (entry_id);
CREATE INDEX corrections_by_fund ON corrections USING btree (fund_id, id);
CREATE UNIQUE INDEX one_open_correction ON corrections USING btree (entry_id) WHERE (status = 'proposed'::text);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON corrections FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  id              id not null,
  request_id      id not null,
  round           integer not null,
  step            smallint not null,
  role            text not null,
  decided_by      id not null,
  duty            text not null,
  verdict         text not null,
  reason          text not null default ''::text,
  content_hash    bytea not null,
  decided_at      timestamp with time zone not null default clock_timestamp(),
  act_id          id not null,
  fund_id         id not null,
  payee_hash      bytea not null,
  on_behalf_of    id,
  delegation_id   id,
  break_glass_id  id,
  constraint decisions_pkey PRIMARY KEY (id),
  constraint decided_once_by_each UNIQUE (request_id, round, decided_by, payee_hash),
  constraint decision_by_its_giver UNIQUE (id, request_id, role, decided_by),
  constraint decided_under_confirmed_break_glass FOREIGN KEY (break_glass_id) REFERENCES break_glass_confirmations(break_glass_id),
  constraint decided_under_own_delegation FOREIGN KEY (delegation_id, on_behalf_of, decided_by, role) REFERENCES delegations(id, delegator_id, delegate_id, role),
  constraint decisions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint decisions_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint decisions_request_id_round_step_role_fkey FOREIGN KEY (request_id, round, step, role) REFERENCES approval_steps(request_id, round, step, role),
  constraint one_duty_each FOREIGN KEY (request_id, decided_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint one_duty_each_delegator FOREIGN KEY (request_id, on_behalf_of, duty) REFERENCES duties(request_id, person_id, duty),
  constraint decided_under_one_power CHECK ((((on_behalf_of IS NULL) = (delegation_id IS NULL)) AND (num_nonnulls(delegation_id, break_glass_id) <= 1))),
  constraint decisions_check CHECK ((duty =
CASE role
    WHEN 'certifying_officer'::text THEN 'certifier'::text
    ELSE 'approver'::text
END)),
  constraint decisions_check1 CHECK (((verdict = 'approve'::text) OR (reason <> ''::text))),
  constraint decisions_verdict_check CHECK ((verdict = ANY (ARRAY['approve'::text, 'reject'::text, 'return'::text])))
);
CREATE INDEX decisions_by_delegation ON decisions USING btree (delegation_id) WHERE (delegation_id IS NOT NULL);
CREATE TRIGGER advance_in_time BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION advance_in_time('decided_at');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER decided_with_power AFTER INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION decided_with_power();
CREATE TRIGGER decision_on_what_was_submitted BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION decision_on_what_was_submitted();
CREATE TRIGGER not_while_suspended BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION not_while_suspended();
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON decisions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table delegation_acceptances (
  delegation_id  id not null,
  fund_id        id not null,
  person_id      id not null,
  accepted_at    timestamp with time zone not null,
  act_id         id not null,
  constraint delegation_acceptances_pkey PRIMARY KEY (delegation_id),
  constraint delegation_acceptances_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint delegation_acceptances_fund_id_delegation_id_person_id_fkey FOREIGN KEY (fund_id, delegation_id, person_id) REFERENCES delegations(fund_id, id, delegate_id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON delegation_acceptances FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER works_here BEFORE INSERT ON delegation_acceptances FOR EACH ROW EXECUTE FUNCTION works_here();

create table delegation_revocations (
  delegation_id  id not null,
  fund_id        id not null,
  revoked_by     id not null,
  revoked_at     timestamp with time zone not null,
  reason         text not null,
  act_id         id not null,
  constraint delegation_revocations_pkey PRIMARY KEY (delegation_id),
  constraint delegation_revocations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint delegation_revocations_fund_id_delegation_id_fkey FOREIGN KEY (fund_id, delegation_id) REFERENCES delegations(fund_id, id),
  constraint delegation_revocations_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES people(id),
  constraint delegation_revocations_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON delegation_revocations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table delegations (
  id                id not null,
  fund_id           id not null,
  delegator_id      id not null,
  delegate_id       id not null,
  role              text not null,
  starts_at         timestamp with time zone not null,
  ends_at           timestamp with time zone not null,
  up_to             bigint not null,
  in_all            bigint,
  process_id        id,
  entity_id         id,
  region            text,
  reason            text not null,
  absence_id        id,
  made_at           timestamp with time zone not null,
  act_id            id not null,
  is_administrator  boolean not null default false,
  delegate_kind     text not null default 'person'::text,
  constraint delegations_pkey PRIMARY KEY (id),
  constraint delegations_fund_id_id_delegate_id_key UNIQUE (fund_id, id, delegate_id),
  constraint delegations_fund_id_id_key UNIQUE (fund_id, id),
  constraint delegations_id_delegator_id_delegate_id_role_key UNIQUE (id, delegator_id, delegate_id, role),
  constraint administrator_stands_in_for_nobody FOREIGN KEY (delegate_id, is_administrator) REFERENCES people(id, administrator),
  constraint delegations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint delegations_delegator_id_fkey FOREIGN KEY (delegator_id) REFERENCES people(id),
  constraint delegations_fund_id_absence_id_delegator_id_fkey FOREIGN KEY (fund_id, absence_id, delegator_id) REFERENCES absences(fund_id, id, person_id),
  constraint delegations_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint delegations_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint delegations_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint service_account_stands_in_for_nobody FOREIGN KEY (delegate_id, delegate_kind) REFERENCES people(id, kind),
  constraint cap_in_all CHECK ((in_all >= up_to)),
  constraint delegated_to_another CHECK (((delegate_id)::text <> (delegator_id)::text)),
  constraint delegation_ends CHECK (((starts_at < ends_at) AND (made_at < ends_at))),
  constraint delegations_delegate_kind_check CHECK ((delegate_kind = 'person'::text)),
  constraint delegations_is_administrator_check CHECK ((NOT is_administrator)),
  constraint delegations_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500))),
  constraint delegations_region_check CHECK (((length(region) >= 1) AND (length(region) <= 100))),
  constraint delegations_role_check CHECK ((role = ANY (ARRAY['certifying_officer'::text, 'fund_manager'::text, 'director'::text, 'head_of_department'::text]))),
  constraint delegations_up_to_check CHECK ((up_to > 0))
);
CREATE INDEX delegations_by_delegate ON delegations USING btree (fund_id, delegate_id, ends_at);
CREATE INDEX delegations_by_delegator ON delegations USING btree (fund_id, delegator_id, ends_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON delegations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER delegated_from_own_power BEFORE INSERT ON delegations FOR EACH ROW EXECUTE FUNCTION delegated_from_own_power();

create table deployment_changes (
  fund_id        id not null,
  deployment_id  id not null,
  change         text not null,
  on_day         date not null,
  reason         text not null default ''::text,
  recorded_by    id not null,
  recorded_at    timestamp with time zone not null,
  act_id         id not null,
  constraint deployment_changes_pkey PRIMARY KEY (deployment_id, change),
  constraint deployment_changes_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint deployment_changes_fund_id_deployment_id_fkey FOREIGN KEY (fund_id, deployment_id) REFERENCES deployments(fund_id, id),
  constraint deployment_changes_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint deployment_changes_change_check CHECK ((change = ANY (ARRAY['started'::text, 'ended'::text, 'cancelled'::text]))),
  constraint deployment_changes_check CHECK (((change <> 'cancelled'::text) OR (reason <> ''::text)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON deployment_changes FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER change_holds_expert AFTER INSERT ON deployment_changes FOR EACH ROW EXECUTE FUNCTION change_holds_expert();
CREATE TRIGGER deployment_moves_in_order BEFORE INSERT ON deployment_changes FOR EACH ROW EXECUTE FUNCTION deployment_moves_in_order();

create table deployments (
  id              id not null,
  fund_id         id not null,
  request_id      id not null,
  expert_id       id not null,
  expert_version  integer not null,
  mode            text not null,
  country         text not null,
  place           text not null default ''::text,
  starts_on       date not null,
  ends_on         date not null,
  days            integer generated always as (((ends_on - starts_on) + 1)) stored,
  nights          integer generated always as ( CASE mode WHEN 'on_site'::text THEN (ends_on - starts_on) ELSE 0 END) stored,
  held_until      date,
  planned_by      id not null,
  planned_at      timestamp with time zone not null,
  act_id          id not null,
  constraint deployments_pkey PRIMARY KEY (id),
  constraint deployments_fund_id_id_key UNIQUE (fund_id, id),
  constraint expert_double_booked EXCLUDE USING gist (expert_days(ROW((expert_id)::text, starts_on)::expert_day, ROW((expert_id)::text, held_until)::expert_day, '[]'::text) WITH &&) WHERE ((held_until IS NOT NULL)),
  constraint deployments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint deployments_expert_id_expert_version_fkey FOREIGN KEY (expert_id, expert_version) REFERENCES expert_versions(expert_id, version),
  constraint deployments_fund_id_expert_id_fkey FOREIGN KEY (fund_id, expert_id) REFERENCES experts(fund_id, id),
  constraint deployments_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint deployments_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint deployments_planned_by_fkey FOREIGN KEY (planned_by) REFERENCES people(id),
  constraint deployment_days_in_order CHECK (((ends_on >= starts_on) AND (ends_on <= (starts_on + 731)))),
  constraint deployments_mode_check CHECK ((mode = ANY (ARRAY['on_site'::text, 'remote'::text])))
);
CREATE INDEX deployments_by_expert ON deployments USING btree (expert_id, starts_on);
CREATE INDEX deployments_by_request ON deployments USING btree (request_id);
CREATE INDEX deployments_held ON deployments USING btree (fund_id, held_until, id) WHERE (held_until IS NOT NULL);
CREATE TRIGGER decided_content_is_fixed BEFORE INSERT OR DELETE ON deployments FOR EACH ROW EXECUTE FUNCTION decided_parts_are_fixed();
CREATE TRIGGER deployed_people_have_no_duty AFTER INSERT ON deployments FOR EACH ROW EXECUTE FUNCTION deployed_people_have_no_duty();
CREATE TRIGGER deployment_holds_expert BEFORE INSERT ON deployments FOR EACH ROW EXECUTE FUNCTION deployment_holds_expert();

create table donors (
  id                      id not null,
  fund_id                 id not null,
  name                    text not null,
  kind                    text not null,
  created_at              timestamp with time zone not null default now(),
  organisation_reference  text,
  constraint donors_pkey PRIMARY KEY (id),
  constraint donor_name_taken UNIQUE (fund_id, name),
  constraint donors_fund_id_id_key UNIQUE (fund_id, id),
  constraint donors_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint donors_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300))),
  constraint donors_organisation_reference_check CHECK ((organisation_reference ~ '^[A-Za-z0-9._/-]{1,100}$'::text))
);
alter table donors enable row level security;
create policy own on donors for select to wasata_donor using (((id)::text = own_donor()));
create policy service on donors for all to wasata_service using (true) with check (true);

create table duties (
  request_id   id not null,
  person_id    id not null,
  duty         text not null,
  person_kind  text not null,
  fund_id      id not null,
  constraint duties_pkey PRIMARY KEY (request_id, person_id),
  constraint duties_request_id_person_id_duty_key UNIQUE (request_id, person_id, duty),
  constraint duties_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint duties_person_id_person_kind_fkey FOREIGN KEY (person_id, person_kind) REFERENCES people(id, kind),
  constraint duties_duty_check CHECK ((duty = ANY (ARRAY['requester'::text, 'certifier'::text, 'approver'::text, 'releaser'::text, 'reconciler'::text, 'charge_approver'::text]))),
  constraint service_account_decides_nothing CHECK (((duty = 'requester'::text) OR (person_kind = 'person'::text)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON duties FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE TRIGGER deployed_people_have_no_duty AFTER INSERT ON duties FOR EACH ROW EXECUTE FUNCTION deployed_people_have_no_duty();
CREATE TRIGGER named_people_have_no_duty BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION named_people_have_no_duty();
CREATE TRIGGER works_here BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION works_here();

create table early_starts (
  request_id  id not null,
  fund_id     id not null,
  from_on     date not null,
  reason      text not null,
  granted_by  id not null,
  duty        text not null default 'approver'::text,
  granted_at  timestamp with time zone not null,
  act_id      id not null,
  constraint early_starts_pkey PRIMARY KEY (request_id),
  constraint early_starts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint early_starts_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint one_duty_each FOREIGN KEY (request_id, granted_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint early_starts_duty_check CHECK ((duty = 'approver'::text)),
  constraint early_starts_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON early_starts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON early_starts FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();

create table earmark_changes (
  contribution_id  id not null,
  version          integer not null,
  earmark          jsonb not null,
  consent          text not null,
  act_id           id not null,
  changed_at       timestamp with time zone not null default clock_timestamp(),
  fund_id          id not null,
  constraint earmark_changes_pkey PRIMARY KEY (contribution_id, version),
  constraint earmark_changes_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint earmark_changes_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON earmark_changes FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON earmark_changes FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');

create table entities (
  id          id not null,
  fund_id     id not null,
  name        text not null,
  kind        text not null,
  region      text not null,
  created_at  timestamp with time zone not null default now(),
  country     text not null default ''::text,
  mandate     text not null default ''::text,
  contact     text not null default ''::text,
  version     integer not null default 1,
  reason      text not null default ''::text,
  changed_by  id,
  changed_at  timestamp with time zone not null default clock_timestamp(),
  act_id      id,
  constraint entities_pkey PRIMARY KEY (id),
  constraint entities_fund_id_id_key UNIQUE (fund_id, id),
  constraint entity_name_taken UNIQUE (fund_id, name),
  constraint entities_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint entities_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint entities_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint entities_contact_check CHECK ((length(contact) <= 500)),
  constraint entities_kind_check CHECK ((kind = ANY (ARRAY['envoy_office'::text, 'special_political_mission'::text, 'regional_office'::text, 'regional_organisation'::text, 'partner_organisation'::text, 'non_un_mediator'::text]))),
  constraint entities_mandate_check CHECK ((length(mandate) <= 2000)),
  constraint entities_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300)))
);
CREATE TRIGGER keeps_versions AFTER INSERT OR UPDATE ON entities FOR EACH ROW EXECUTE FUNCTION keeps_versions('entity_versions', 'entity_id');

create table entity_ratings (
  fund_id      id not null,
  entity_id    id not null,
  number       integer not null,
  rating       text not null,
  reason       text not null,
  valid_until  date not null,
  rated_by     id not null,
  person_kind  text not null,
  rated_at     timestamp with time zone not null,
  act_id       id not null,
  constraint entity_ratings_pkey PRIMARY KEY (entity_id, number),
  constraint entity_ratings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint entity_ratings_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint entity_ratings_rated_by_person_kind_fkey FOREIGN KEY (rated_by, person_kind) REFERENCES people(id, kind),
  constraint entity_ratings_number_check CHECK ((number > 0)),
  constraint entity_ratings_rating_check CHECK ((rating = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))),
  constraint entity_ratings_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint rating_still_to_run CHECK ((valid_until >= ((rated_at AT TIME ZONE 'utc'::text))::date)),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entity_ratings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table entity_versions (
  fund_id     id not null,
  entity_id   id not null,
  version     integer not null,
  said        jsonb not null,
  reason      text not null,
  changed_by  id,
  changed_at  timestamp with time zone not null,
  act_id      id,
  constraint entity_versions_pkey PRIMARY KEY (entity_id, version),
  constraint entity_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint entity_versions_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint entity_versions_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entity_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  constraint entries_reverses_fkey FOREIGN KEY (reverses) REFERENCES entries(id)
);
CREATE INDEX entries_by_act ON entries USING btree (act_id);
CREATE INDEX entries_by_day ON entries USING btree (fund_id, occurred_on, id);
CREATE INDEX entries_by_moment ON entries USING brin (recorded_at) WITH (pages_per_range='16', autosummarize='on');
CREATE INDEX entries_by_payment ON entries USING btree (split_part(source, '#'::text, 1)) WHERE ("left"(source, 4) = 'pay_'::text);
CREATE INDEX entries_by_transaction ON entries USING btree (fund_id, xid);
CREATE UNIQUE INDEX entry_reversed_once ON entries USING btree (reverses) WHERE (reverses IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER checked_at_commit AFTER INSERT ON entries REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION entries_are_to_be_checked();
CREATE CONSTRAINT TRIGGER revaluation_is_reversed AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.kind = ANY (ARRAY['revaluation'::text, 'revaluation_reversed'::text]))) EXECUTE FUNCTION revaluation_must_be_reversed();
CREATE TRIGGER reverses_its_own_fund BEFORE INSERT ON entries FOR EACH ROW WHEN ((new.reverses IS NOT NULL)) EXECUTE FUNCTION reverses_its_own_fund();
alter table entries enable row level security;
create policy own on entries for select to wasata_donor using ((EXISTS ( SELECT
   FROM postings p
  WHERE (p.entry_id = entries.id))));
create policy service on entries for all to wasata_service using (true) with check (true);

create unlogged table entries_to_check (
  id        bigint not null generated always as identity,
  first_id  bigint not null,
  last_id   bigint not null,
  constraint entries_to_check_pkey PRIMARY KEY (id)
);
CREATE CONSTRAINT TRIGGER entries_are_whole AFTER INSERT ON entries_to_check DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entries_must_be_whole();

create table exchange_rates (
  fund_id      id not null,
  currency     text not null,
  month        date not null,
  units        numeric(24,10) not null,
  source       text not null,
  recorded_at  timestamp with time zone not null default clock_timestamp(),
  act_id       id,
  constraint rate_already_set PRIMARY KEY (fund_id, currency, month),
  constraint exchange_rates_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint exchange_rates_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint exchange_rates_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint exchange_rates_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint exchange_rates_units_check CHECK ((units > (0)::numeric))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON exchange_rates FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table expenditure_reports (
  id           id not null,
  fund_id      id not null,
  request_id   id not null,
  due          smallint not null,
  status       text not null default 'draft'::text,
  number       integer not null default 1,
  version      integer not null default 1,
  period_from  date,
  period_to    date,
  narrative    text not null default ''::text,
  created_by   id not null,
  created_at   timestamp with time zone not null,
  act_id       id not null,
  constraint expenditure_reports_pkey PRIMARY KEY (id),
  constraint expenditure_reports_fund_id_id_key UNIQUE (fund_id, id),
  constraint expenditure_reports_id_request_id_key UNIQUE (id, request_id),
  constraint reported_once UNIQUE (request_id, due),
  constraint expenditure_reports_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint expenditure_reports_created_by_fkey FOREIGN KEY (created_by) REFERENCES people(id),
  constraint expenditure_reports_fund_id_request_id_due_fkey FOREIGN KEY (fund_id, request_id, due) REFERENCES report_dues(fund_id, request_id, number),
  constraint expenditure_reports_check CHECK ((period_to >= period_from)),
  constraint expenditure_reports_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'queried'::text, 'accepted'::text])))
);
CREATE INDEX expenditure_reports_by_fund ON expenditure_reports USING btree (fund_id, status, id);
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON expenditure_reports FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();

create table expert_versions (
  fund_id     id not null,
  expert_id   id not null,
  version     integer not null,
  said        jsonb not null,
  reason      text not null,
  changed_by  id,
  changed_at  timestamp with time zone not null,
  act_id      id,
  constraint expert_versions_pkey PRIMARY KEY (expert_id, version),
  constraint expert_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint expert_versions_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint expert_versions_fund_id_expert_id_fkey FOREIGN KEY (fund_id, expert_id) REFERENCES experts(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON expert_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table experts (
  id                       id not null,
  fund_id                  id not null,
  person_id                id,
  name                     text not null,
  latin_name               text collate "C" not null,
  themes                   text[] not null,
  languages                jsonb not null,
  regions                  text[] not null default '{}'::text[],
  countries                text[] not null default '{}'::text[],
  nationalities            text[] not null default '{}'::text[],
  on_site                  datemultirange not null,
  remote                   datemultirange not null,
  daily_fee                bigint not null,
  fee_currency             text not null,
  travel_class             text not null,
  travel_ceiling           bigint,
  travel_ceiling_currency  text,
  email                    text,
  phone                    text,
  on_roster                boolean not null default true,
  version                  integer not null default 1,
  reason                   text not null,
  changed_by               id not null,
  changed_at               timestamp with time zone not null,
  act_id                   id not null,
  constraint experts_pkey PRIMARY KEY (id),
  constraint expert_person_taken UNIQUE (fund_id, person_id),
  constraint experts_fund_id_id_key UNIQUE (fund_id, id),
  constraint experts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint experts_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint experts_fee_currency_fkey FOREIGN KEY (fee_currency) REFERENCES currencies(code),
  constraint experts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint experts_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint experts_travel_ceiling_currency_fkey FOREIGN KEY (travel_ceiling_currency) REFERENCES currencies(code),
  constraint experts_check CHECK (((travel_ceiling IS NULL) = (travel_ceiling_currency IS NULL))),
  constraint experts_daily_fee_check CHECK ((daily_fee >= 0)),
  constraint experts_email_check CHECK ((length(email) <= 300)),
  constraint experts_languages_check CHECK ((jsonb_typeof(languages) = 'array'::text)),
  constraint experts_latin_name_check CHECK (((length(latin_name) >= 1) AND (length(latin_name) <= 300))),
  constraint experts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300))),
  constraint experts_phone_check CHECK ((length(phone) <= 50)),
  constraint experts_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint experts_themes_check CHECK ((themes <@ ARRAY['power_sharing'::text, 'natural_resources'::text, 'constitution_making'::text, 'ceasefire_and_security'::text, 'gender_and_inclusion'::text])),
  constraint experts_travel_ceiling_check CHECK ((travel_ceiling > 0)),
  constraint experts_travel_class_check CHECK ((travel_class = ANY (ARRAY['economy'::text, 'premium_economy'::text, 'business'::text]))),
  constraint nobody_keeps_their_own_entry CHECK (((changed_by)::text IS DISTINCT FROM (person_id)::text))
);
CREATE INDEX experts_by_country ON experts USING gin (countries);
CREATE INDEX experts_by_language ON experts USING gin (languages jsonb_path_ops);
CREATE INDEX experts_by_name ON experts USING btree (fund_id, latin_name, id);
CREATE INDEX experts_by_region ON experts USING gin (regions);
CREATE INDEX experts_by_theme ON experts USING gin (themes);
CREATE INDEX experts_on_site ON experts USING gist (on_site);
CREATE INDEX experts_remote ON experts USING gist (remote);
CREATE TRIGGER keeps_versions AFTER INSERT OR UPDATE ON experts FOR EACH ROW EXECUTE FUNCTION keeps_versions('expert_versions', 'expert_id');

create table explanations (
  id            id not null,
  fund_id       id not null,
  item_id       id not null,
  explanation   text not null,
  explained_by  id not null,
  explained_at  timestamp with time zone not null default clock_timestamp(),
  act_id        id not null,
  constraint explanations_pkey PRIMARY KEY (id),
  constraint explanations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint explanations_explained_by_fkey FOREIGN KEY (explained_by) REFERENCES people(id),
  constraint explanations_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint explanations_explanation_check CHECK (((length(explanation) >= 1) AND (length(explanation) <= 2000)))
);
CREATE INDEX explanations_by_item ON explanations USING btree (item_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON explanations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table finding_answers (
  id           id not null,
  fund_id      id not null,
  finding_id   id not null,
  answered_by  id not null,
  answer       text not null,
  answered_at  timestamp with time zone not null,
  act_id       id not null,
  constraint finding_answers_pkey PRIMARY KEY (id),
  constraint finding_answers_finding_id_id_key UNIQUE (finding_id, id),
  constraint finding_answers_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint finding_answers_finding_id_answered_by_fkey FOREIGN KEY (finding_id, answered_by) REFERENCES findings(id, must_act),
  constraint finding_answers_fund_id_finding_id_fkey FOREIGN KEY (fund_id, finding_id) REFERENCES findings(fund_id, id),
  constraint finding_answers_answer_check CHECK (((length(answer) >= 1) AND (length(answer) <= 4000)))
);
CREATE TRIGGER answered_while_open BEFORE INSERT ON finding_answers FOR EACH ROW EXECUTE FUNCTION answered_while_open();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON finding_answers FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table finding_endings (
  finding_id   id not null,
  fund_id      id not null,
  outcome      text not null,
  answer_id    id,
  must_act     id not null,
  ended_by     id not null,
  person_kind  text not null,
  note         text not null,
  ended_at     timestamp with time zone not null,
  act_id       id not null,
  constraint finding_endings_pkey PRIMARY KEY (finding_id),
  constraint finding_endings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint finding_endings_ended_by_person_kind_fkey FOREIGN KEY (ended_by, person_kind) REFERENCES people(id, kind),
  constraint finding_endings_finding_id_answer_id_fkey FOREIGN KEY (finding_id, answer_id) REFERENCES finding_answers(finding_id, id),
  constraint finding_endings_finding_id_must_act_fkey FOREIGN KEY (finding_id, must_act) REFERENCES findings(id, must_act),
  constraint finding_endings_fund_id_finding_id_fkey FOREIGN KEY (fund_id, finding_id) REFERENCES findings(fund_id, id),
  constraint finding_ended_by_another CHECK (((ended_by)::text <> (must_act)::text)),
  constraint finding_endings_note_check CHECK (((length(note) >= 1) AND (length(note) <= 2000))),
  constraint finding_endings_outcome_check CHECK ((outcome = ANY (ARRAY['settled'::text, 'withdrawn'::text]))),
  constraint finding_settled_by_answer CHECK (((outcome = 'settled'::text) = (answer_id IS NOT NULL))),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON finding_endings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table findings (
  id           id not null,
  fund_id      id not null,
  request_id   id not null,
  what         text not null,
  severity     text not null,
  must_act     id not null,
  due_on       date not null,
  recorded_by  id not null,
  recorded_as  text not null,
  person_kind  text not null,
  recorded_at  timestamp with time zone not null,
  act_id       id not null,
  constraint findings_pkey PRIMARY KEY (id),
  constraint findings_fund_id_id_key UNIQUE (fund_id, id),
  constraint findings_id_must_act_key UNIQUE (id, must_act),
  constraint findings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint findings_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint findings_must_act_fkey FOREIGN KEY (must_act) REFERENCES people(id),
  constraint findings_recorded_by_person_kind_fkey FOREIGN KEY (recorded_by, person_kind) REFERENCES people(id, kind),
  constraint finding_of_two_people CHECK (((must_act)::text <> (recorded_by)::text)),
  constraint findings_recorded_as_check CHECK ((recorded_as = ANY (ARRAY['auditor'::text, 'controller'::text]))),
  constraint findings_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))),
  constraint findings_what_check CHECK (((length(what) >= 1) AND (length(what) <= 4000))),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE INDEX findings_by_fund ON findings USING btree (fund_id, id);
CREATE INDEX findings_by_request ON findings USING btree (request_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON findings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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

create table impairments (
  id               id not null,
  contribution_id  id not null,
  amount           bigint not null,
  functional       bigint not null,
  occurred_on      date not null,
  proposal_id      id,
  verdict          text not null default 'approve'::text,
  act_id           id not null,
  fund_id          id not null,
  constraint impairments_pkey PRIMARY KEY (id),
  constraint impairments_proposal_id_key UNIQUE (proposal_id),
  constraint impairments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint impairments_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint impairments_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint impairments_proposal_id_verdict_fkey FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint impairment_has_authority CHECK (((amount < 0) OR (proposal_id IS NOT NULL))),
  constraint impairments_amount_check CHECK ((amount <> 0)),
  constraint impairments_verdict_check CHECK ((verdict = 'approve'::text))
);
CREATE INDEX impairments_by_contribution ON impairments USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON impairments FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON impairments FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');

create table import_rows (
  import_id   id not null,
  line        integer not null,
  outcome     text not null,
  reasons     jsonb not null default '[]'::jsonb,
  content     jsonb not null,
  receipt_id  id,
  fund_id     id not null,
  constraint import_rows_pkey PRIMARY KEY (import_id, line),
  constraint import_rows_fund_id_import_id_fkey FOREIGN KEY (fund_id, import_id) REFERENCES imports(fund_id, id),
  constraint import_rows_check CHECK (((outcome = 'imported'::text) = (reasons = '[]'::jsonb))),
  constraint import_rows_outcome_check CHECK ((outcome = ANY (ARRAY['imported'::text, 'imported_with_warning'::text, 'refused'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON import_rows FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON import_rows FOR EACH ROW EXECUTE FUNCTION takes_fund_of('imports', 'import_id', 'id');

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

create table interest (
  id               id not null,
  fund_id          id not null,
  bank_account_id  id not null,
  period_from      date not null,
  period_to        date not null,
  credited_on      date not null,
  amount           bigint not null,
  functional       bigint not null,
  rate             numeric(24,10),
  reference        text not null,
  proposal_id      id,
  verdict          text not null default 'approve'::text,
  act_id           id not null,
  constraint interest_pkey PRIMARY KEY (id),
  constraint interest_fund_id_id_key UNIQUE (fund_id, id),
  constraint interest_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint interest_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint interest_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint interest_proposal_id_verdict_fkey FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint interest_amount_check CHECK ((amount <> 0)),
  constraint interest_check CHECK (((period_from <= period_to) AND (period_to <= credited_on))),
  constraint interest_verdict_check CHECK ((verdict = 'approve'::text)),
  constraint negative_interest_by_two_people CHECK (((amount > 0) OR (proposal_id IS NOT NULL)))
);
CREATE INDEX interest_by_account ON interest USING btree (bank_account_id, period_from);
CREATE INDEX interest_by_fund ON interest USING btree (fund_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON interest FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER interest_period_once AFTER INSERT ON interest NOT DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION interest_period_once();

create table interest_shares (
  interest_id      id not null,
  contribution_id  id not null,
  days             integer not null,
  balance_days     numeric not null,
  amount           bigint not null,
  goes_to          text not null,
  fund_id          id not null,
  constraint interest_shares_pkey PRIMARY KEY (interest_id, contribution_id),
  constraint interest_shares_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint interest_shares_fund_id_interest_id_fkey FOREIGN KEY (fund_id, interest_id) REFERENCES interest(fund_id, id),
  constraint interest_shares_amount_check CHECK ((amount >= 0)),
  constraint interest_shares_balance_days_check CHECK ((balance_days > (0)::numeric)),
  constraint interest_shares_days_check CHECK ((days > 0)),
  constraint interest_shares_goes_to_check CHECK ((goes_to = ANY (ARRAY['contribution'::text, 'reserve'::text])))
);
CREATE INDEX interest_shares_by_contribution ON interest_shares USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON interest_shares FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON interest_shares FOR EACH ROW EXECUTE FUNCTION takes_fund_of('interest', 'interest_id', 'id');

create table issued_reports (
  id           id not null,
  fund_id      id not null,
  donor_id     id not null,
  person_id    id not null,
  format       text not null,
  language     text,
  occurred_on  date not null,
  recorded_at  timestamp with time zone not null,
  issued_at    timestamp with time zone not null default clock_timestamp(),
  constraint issued_reports_pkey PRIMARY KEY (id),
  constraint issued_reports_fund_id_donor_id_fkey FOREIGN KEY (fund_id, donor_id) REFERENCES donors(fund_id, id),
  constraint issued_reports_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint issued_reports_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint issued_reports_format_check CHECK ((format = ANY (ARRAY['json'::text, 'pdf'::text]))),
  constraint issued_reports_language_check CHECK ((language = ANY (ARRAY['en'::text, 'ar'::text])))
);
CREATE INDEX issued_reports_by_donor ON issued_reports USING btree (donor_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON issued_reports FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table kept_decisions (
  fund_id      id not null,
  request_id   id not null,
  round        integer not null,
  step         smallint not null,
  role         text not null,
  decided_by   id not null,
  decision_id  id not null,
  constraint kept_decisions_pkey PRIMARY KEY (request_id, round, decision_id),
  constraint decided_once_by_each_in_round UNIQUE (request_id, round, decided_by),
  constraint kept_decisions_decision_id_request_id_role_decided_by_fkey FOREIGN KEY (decision_id, request_id, role, decided_by) REFERENCES decisions(id, request_id, role, decided_by),
  constraint kept_decisions_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint kept_decisions_request_id_round_step_role_fkey FOREIGN KEY (request_id, round, step, role) REFERENCES approval_steps(request_id, round, step, role),
  constraint kept_decisions_round_check CHECK ((round > 1))
);
CREATE TRIGGER advance_keeps_nothing BEFORE INSERT ON kept_decisions FOR EACH ROW EXECUTE FUNCTION advance_keeps_nothing();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON kept_decisions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER kept_decision_still_covers BEFORE INSERT ON kept_decisions FOR EACH ROW EXECUTE FUNCTION kept_decision_still_covers();

create table lessons (
  id          id not null,
  fund_id     id not null,
  request_id  id not null,
  process_id  id not null,
  phase       text not null,
  title       text not null,
  planned     text not null,
  happened    text not null,
  verdict     text not null,
  advice      text not null,
  themes      text[] not null default '{}'::text[],
  written_by  id not null,
  written_at  timestamp with time zone not null,
  act_id      id not null,
  constraint lessons_pkey PRIMARY KEY (id),
  constraint lessons_fund_id_id_key UNIQUE (fund_id, id),
  constraint lessons_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint lessons_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint lessons_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint lessons_written_by_fkey FOREIGN KEY (written_by) REFERENCES people(id),
  constraint lessons_advice_check CHECK (((length(advice) >= 1) AND (length(advice) <= 4000))),
  constraint lessons_happened_check CHECK (((length(happened) >= 1) AND (length(happened) <= 4000))),
  constraint lessons_planned_check CHECK (((length(planned) >= 1) AND (length(planned) <= 4000))),
  constraint lessons_themes_check CHECK ((themes <@ ARRAY['power_sharing'::text, 'natural_resources'::text, 'constitution_making'::text, 'ceasefire_and_security'::text, 'gender_and_inclusion'::text])),
  constraint lessons_title_check CHECK (((length(title) >= 1) AND (length(title) <= 300))),
  constraint lessons_verdict_check CHECK ((verdict = ANY (ARRAY['again'::text, 'differently'::text])))
);
CREATE INDEX lessons_by_fund ON lessons USING btree (fund_id, id);
CREATE INDEX lessons_by_request ON lessons USING btree (request_id);
CREATE INDEX lessons_by_words ON lessons USING gin (to_tsvector('simple'::regconfig, ((((((title || ' '::text) || planned) || ' '::text) || happened) || ' '::text) || advice)));
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lessons FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table line_reviews (
  id           id not null,
  fund_id      id not null,
  request_id   id not null,
  report_id    id not null,
  line_id      id not null,
  verdict      text not null,
  functional   bigint not null,
  reason       text not null default ''::text,
  takes_back   id,
  reviewed_by  id not null,
  duty         text not null,
  reviewed_at  timestamp with time zone not null,
  act_id       id not null,
  constraint line_reviews_pkey PRIMARY KEY (id),
  constraint line_reviews_fund_id_id_key UNIQUE (fund_id, id),
  constraint line_reviews_id_line_id_verdict_key UNIQUE (id, line_id, verdict),
  constraint review_taken_back_once UNIQUE (takes_back),
  constraint line_reviews_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint line_reviews_fund_id_line_id_fkey FOREIGN KEY (fund_id, line_id) REFERENCES report_lines(fund_id, id),
  constraint line_reviews_line_id_report_id_fkey FOREIGN KEY (line_id, report_id) REFERENCES report_lines(id, report_id),
  constraint line_reviews_report_id_request_id_fkey FOREIGN KEY (report_id, request_id) REFERENCES expenditure_reports(id, request_id),
  constraint line_reviews_takes_back_line_id_verdict_fkey FOREIGN KEY (takes_back, line_id, verdict) REFERENCES line_reviews(id, line_id, verdict),
  constraint one_duty_each FOREIGN KEY (request_id, reviewed_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint line_reviews_check CHECK ((((verdict = 'accept'::text) AND (takes_back IS NULL)) OR (reason <> ''::text))),
  constraint line_reviews_check1 CHECK (((verdict <> 'query'::text) OR ((functional = 0) AND (takes_back IS NULL)))),
  constraint line_reviews_duty_check CHECK ((duty = ANY (ARRAY['certifier'::text, 'approver'::text]))),
  constraint line_reviews_reason_check CHECK ((length(reason) <= 1000)),
  constraint line_reviews_verdict_check CHECK ((verdict = ANY (ARRAY['accept'::text, 'query'::text, 'ineligible'::text])))
);
CREATE UNIQUE INDEX line_reviewed_once ON line_reviews USING btree (line_id) WHERE (takes_back IS NULL);
CREATE INDEX line_reviews_by_request ON line_reviews USING btree (request_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON line_reviews FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON line_reviews FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE CONSTRAINT TRIGGER recovered_within_due AFTER INSERT ON line_reviews DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.verdict = 'ineligible'::text)) EXECUTE FUNCTION recovered_within_due();
CREATE TRIGGER reviewed_within_bounds BEFORE INSERT ON line_reviews FOR EACH ROW EXECUTE FUNCTION reviewed_within_bounds();

create table looks (
  id          bigint not null generated always as identity,
  fund_id     id not null,
  process_id  id not null,
  request_id  id,
  what        text not null,
  person_id   id not null,
  looked_at   timestamp with time zone not null,
  act_id      id not null,
  constraint looks_pkey PRIMARY KEY (id),
  constraint looks_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint looks_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint looks_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint looks_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint looks_what_check CHECK ((what = ANY (ARRAY['process'::text, 'request'::text, 'deployment'::text, 'need_to_know'::text, 'looks'::text])))
);
CREATE INDEX looks_by_process ON looks USING btree (process_id, id DESC);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON looks FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table mail_attempts (
  fund_id       id not null,
  mail_id       id not null,
  attempt       integer not null,
  outcome       text not null,
  answer        text not null,
  attempted_at  timestamp with time zone not null,
  constraint mail_attempts_pkey PRIMARY KEY (mail_id, attempt),
  constraint mail_attempts_fund_id_mail_id_fkey FOREIGN KEY (fund_id, mail_id) REFERENCES mails(fund_id, id),
  constraint mail_attempts_answer_check CHECK ((length(answer) <= 500)),
  constraint mail_attempts_attempt_check CHECK ((attempt > 0)),
  constraint mail_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'put_off'::text, 'given_up'::text, 'not_sent'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON mail_attempts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table mail_preferences (
  person_id    id not null,
  time_zone    text not null,
  digest_at    time(0) without time zone,
  quiet_from   time(0) without time zone,
  quiet_until  time(0) without time zone,
  act_id       id not null,
  constraint mail_preferences_pkey PRIMARY KEY (person_id),
  constraint mail_preferences_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint mail_preferences_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint mail_preferences_check CHECK (((quiet_from IS NULL) = (quiet_until IS NULL))),
  constraint mail_preferences_check1 CHECK ((quiet_from <> quiet_until)),
  constraint mail_preferences_time_zone_check CHECK (((length(time_zone) >= 1) AND (length(time_zone) <= 64)))
);

create table mails (
  id                  id not null,
  fund_id             id not null,
  person_id           id,
  address             text not null,
  digest              boolean not null,
  made_at             timestamp with time zone not null,
  status              text not null,
  attempts            integer not null default 0,
  next_attempt_at     timestamp with time zone,
  contact_account_id  id,
  changed_account_id  id,
  constraint mails_pkey PRIMARY KEY (id),
  constraint contact_told_once UNIQUE (changed_account_id),
  constraint mails_fund_id_id_key UNIQUE (fund_id, id),
  constraint mails_fund_id_id_person_id_key UNIQUE (fund_id, id, person_id),
  constraint mails_fund_id_changed_account_id_fkey FOREIGN KEY (fund_id, changed_account_id) REFERENCES payee_accounts(fund_id, id),
  constraint mails_fund_id_contact_account_id_fkey FOREIGN KEY (fund_id, contact_account_id) REFERENCES payee_accounts(fund_id, id),
  constraint mails_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint mails_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint mail_to_person_or_contact CHECK (((num_nonnulls(person_id, contact_account_id) = 1) AND ((contact_account_id IS NULL) = (changed_account_id IS NULL)))),
  constraint mails_check CHECK (((status = 'waiting'::text) = (next_attempt_at IS NOT NULL))),
  constraint mails_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'sent'::text, 'given_up'::text, 'not_sent'::text])))
);
CREATE INDEX mails_waiting ON mails USING btree (next_attempt_at, id) WHERE (status = 'waiting'::text);
CREATE TRIGGER mail_has_ended BEFORE UPDATE ON mails FOR EACH ROW EXECUTE FUNCTION mail_has_ended();

create table named_people (
  request_id  id not null,
  person_id   id not null,
  fund_id     id not null,
  constraint named_people_pkey PRIMARY KEY (request_id, person_id),
  constraint named_people_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint named_people_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
);
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON named_people FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE TRIGGER decided_content_is_fixed BEFORE INSERT OR DELETE OR UPDATE ON named_people FOR EACH ROW EXECUTE FUNCTION decided_parts_are_fixed();

create table need_to_know (
  fund_id     id not null,
  process_id  id not null,
  entity_id   id,
  told_at     timestamp with time zone not null default clock_timestamp(),
  act_id      id,
  id          bigint not null generated always as identity,
  person_id   id,
  told        boolean not null default true,
  reason      text not null default ''::text,
  told_by     id,
  constraint need_to_know_pkey PRIMARY KEY (id),
  constraint need_to_know_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint need_to_know_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint need_to_know_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint need_to_know_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint need_to_know_told_by_fkey FOREIGN KEY (told_by) REFERENCES people(id),
  constraint need_to_know_reason_check CHECK ((length(reason) <= 2000)),
  constraint told_is_one CHECK ((num_nonnulls(entity_id, person_id) = 1))
);
CREATE INDEX need_to_know_by_entity ON need_to_know USING btree (process_id, entity_id, id DESC) WHERE (entity_id IS NOT NULL);
CREATE INDEX need_to_know_by_person ON need_to_know USING btree (process_id, person_id, id DESC) WHERE (person_id IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON need_to_know FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table no_regret_advances (
  request_id          id not null,
  fund_id             id not null,
  round               integer not null,
  process_id          id not null,
  amount              bigint not null,
  ceiling             bigint not null,
  ratification_hours  integer not null,
  lanes_from          date not null,
  act_id              id not null,
  constraint no_regret_advances_pkey PRIMARY KEY (request_id, round),
  constraint no_regret_advances_fund_id_request_id_round_key UNIQUE (fund_id, request_id, round),
  constraint no_regret_advances_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint no_regret_advances_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint no_regret_advances_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint no_regret_advances_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint no_regret_advances_amount_check CHECK ((amount > 0)),
  constraint no_regret_advances_ceiling_check CHECK ((ceiling >= 0)),
  constraint no_regret_advances_ratification_hours_check CHECK ((ratification_hours > 0))
);
CREATE INDEX no_regret_advances_by_process ON no_regret_advances USING btree (process_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON no_regret_advances FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER no_regret_within_ceiling BEFORE INSERT ON no_regret_advances FOR EACH ROW EXECUTE FUNCTION no_regret_within_ceiling();

create table notifications (
  id            id not null,
  fund_id       id not null,
  person_id     id not null,
  event         text not null,
  key           text not null,
  urgent        boolean not null,
  confidential  boolean not null,
  facts         jsonb not null,
  link          text not null,
  told_at       timestamp with time zone not null,
  read_at       timestamp with time zone,
  mail_id       id,
  act_id        id,
  constraint notifications_pkey PRIMARY KEY (id),
  constraint notifications_fund_id_id_key UNIQUE (fund_id, id),
  constraint told_once UNIQUE (person_id, event, key),
  constraint notifications_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint notifications_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint notifications_fund_id_mail_id_person_id_fkey FOREIGN KEY (fund_id, mail_id, person_id) REFERENCES mails(fund_id, id, person_id),
  constraint notifications_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint confidential_says_nothing CHECK (((NOT confidential) OR (facts = '{}'::jsonb))),
  constraint notifications_event_check CHECK ((event ~ '^[a-z_]{1,60}$'::text)),
  constraint notifications_facts_check CHECK ((jsonb_typeof(facts) = 'object'::text)),
  constraint notifications_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
  constraint notifications_link_check CHECK (((link ~ '^/[A-Za-z0-9_?=&#./-]*$'::text) AND (link !~ '^//'::text)))
);
CREATE INDEX notifications_by_mail ON notifications USING btree (mail_id) WHERE (mail_id IS NOT NULL);
CREATE INDEX notifications_by_person ON notifications USING btree (person_id, id);
CREATE INDEX notifications_to_mail ON notifications USING btree (person_id, fund_id, told_at) WHERE (mail_id IS NULL);
CREATE INDEX notifications_unread ON notifications USING btree (person_id) WHERE (read_at IS NULL);
CREATE TRIGGER notification_is_told BEFORE UPDATE ON notifications FOR EACH ROW EXECUTE FUNCTION notification_is_told();

create table obligation_reductions (
  id          id not null,
  request_id  id not null,
  amount      bigint not null,
  reason      text not null,
  reduced_by  id not null,
  duty        text not null default 'approver'::text,
  act_id      id not null,
  fund_id     id not null,
  reduced_at  timestamp with time zone not null,
  constraint obligation_reductions_pkey PRIMARY KEY (id),
  constraint obligation_reductions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint obligation_reductions_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint one_duty_each FOREIGN KEY (request_id, reduced_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint obligation_reductions_amount_check CHECK ((amount > 0)),
  constraint obligation_reductions_duty_check CHECK ((duty = 'approver'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON obligation_reductions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON obligation_reductions FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON obligation_reductions FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON obligation_reductions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table opinion_requests (
  id          id not null,
  fund_id     id not null,
  request_id  id not null,
  round       integer not null,
  advisor_id  id not null,
  question    text not null default ''::text,
  due_on      date not null,
  asked_by    id,
  asked_at    timestamp with time zone not null,
  act_id      id not null,
  constraint opinion_requests_pkey PRIMARY KEY (id),
  constraint asked_already UNIQUE (request_id, round, advisor_id),
  constraint opinion_requests_fund_id_id_advisor_id_due_on_key UNIQUE (fund_id, id, advisor_id, due_on),
  constraint opinion_requests_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint opinion_requests_advisor_id_fkey FOREIGN KEY (advisor_id) REFERENCES people(id),
  constraint opinion_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES people(id),
  constraint opinion_requests_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint opinion_requests_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint opinion_requests_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint opinion_requests_question_check CHECK ((length(question) <= 2000))
);
CREATE INDEX opinion_requests_by_advisor ON opinion_requests USING btree (fund_id, advisor_id, id);
CREATE TRIGGER advisor_is_apart BEFORE INSERT ON opinion_requests FOR EACH ROW EXECUTE FUNCTION advisor_is_apart();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON opinion_requests FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table opinions (
  opinion_request_id  id not null,
  fund_id             id not null,
  advisor_id          id not null,
  due_on              date not null,
  view                text not null,
  words               text not null,
  given_at            timestamp with time zone not null,
  late                boolean generated always as ((((given_at AT TIME ZONE 'utc'::text))::date > due_on)) stored,
  act_id              id not null,
  constraint opinions_pkey PRIMARY KEY (opinion_request_id),
  constraint opinions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint opinions_fund_id_opinion_request_id_advisor_id_due_on_fkey FOREIGN KEY (fund_id, opinion_request_id, advisor_id, due_on) REFERENCES opinion_requests(fund_id, id, advisor_id, due_on),
  constraint opinions_view_check CHECK ((view = ANY (ARRAY['favours'::text, 'advises_against'::text, 'no_view'::text]))),
  constraint opinions_words_check CHECK (((length(words) >= 1) AND (length(words) <= 5000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON opinions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table pauses (
  id              id not null,
  fund_id         id not null,
  request_id      id not null,
  step            clock_step not null,
  reason          text not null,
  suspends        boolean not null,
  note            text not null default ''::text,
  begun_by        id not null,
  begun_as        text not null,
  begun_at        timestamp with time zone not null,
  act_id          id not null,
  ended_by        id,
  ended_at        timestamp with time zone,
  ending_act_id   id,
  break_glass_id  id,
  constraint pauses_pkey PRIMARY KEY (id),
  constraint pauses_fund_id_id_key UNIQUE (fund_id, id),
  constraint pauses_do_not_overlap EXCLUDE USING gist (request_id WITH =, tstzrange(begun_at, ended_at) WITH &&),
  constraint contested_break_glass FOREIGN KEY (fund_id, break_glass_id) REFERENCES break_glass_reviews(fund_id, break_glass_id),
  constraint pauses_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint pauses_begun_by_fkey FOREIGN KEY (begun_by) REFERENCES people(id),
  constraint pauses_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES people(id),
  constraint pauses_ending_act_id_fkey FOREIGN KEY (ending_act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint pauses_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint contest_suspends CHECK (((break_glass_id IS NULL) OR suspends)),
  constraint pause_ends_after_it_began CHECK ((ended_at >= begun_at)),
  constraint pauses_check CHECK (((ended_at IS NULL) = (ending_act_id IS NULL))),
  constraint pauses_check1 CHECK (((ended_by IS NULL) OR (ended_at IS NOT NULL))),
  constraint pauses_note_check CHECK ((length(note) <= 2000)),
  constraint pauses_reason_check CHECK ((reason ~ '^[a-z][a-z_]{0,39}$'::text))
);
CREATE INDEX pauses_by_request ON pauses USING btree (request_id, begun_at);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON pauses FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER pause_ends_once BEFORE UPDATE ON pauses FOR EACH ROW EXECUTE FUNCTION pause_ends_once();
CREATE TRIGGER pause_is_of_a_running_step BEFORE INSERT ON pauses FOR EACH ROW EXECUTE FUNCTION pause_is_of_a_running_step();

create table payee_account_refusals (
  fund_id           id not null,
  payee_account_id  id not null,
  reason            text not null,
  refused_by        id not null,
  refused_at        timestamp with time zone not null,
  act_id            id not null,
  constraint payee_account_refusals_pkey PRIMARY KEY (payee_account_id),
  constraint payee_account_refusals_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payee_account_refusals_fund_id_payee_account_id_fkey FOREIGN KEY (fund_id, payee_account_id) REFERENCES payee_accounts(fund_id, id),
  constraint payee_account_refusals_refused_by_fkey FOREIGN KEY (refused_by) REFERENCES people(id),
  constraint payee_account_refusals_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payee_account_refusals FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payee_account_refusals FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payee_accounts', 'payee_account_id', 'id');
CREATE TRIGGER refused_while_waiting BEFORE INSERT ON payee_account_refusals FOR EACH ROW EXECUTE FUNCTION refused_while_waiting();

create table payee_accounts (
  id                id not null,
  fund_id           id not null,
  payee_id          id not null,
  number            integer not null,
  structured        boolean not null default true,
  scheme            text not null,
  account           text not null,
  clearing_system   text,
  clearing_code     text,
  bic               text,
  bank_name         text,
  bank_country      text,
  currency          text,
  holder            text,
  street            text,
  building          text,
  post_code         text,
  town              text,
  country           text,
  contact_name      text,
  contact_email     text,
  contact_language  text,
  reason            text not null default ''::text,
  recorded_by       id not null,
  recorded_at       timestamp with time zone not null,
  act_id            id not null,
  constraint payee_accounts_pkey PRIMARY KEY (id),
  constraint payee_accounts_fund_id_id_key UNIQUE (fund_id, id),
  constraint payee_accounts_fund_id_payee_id_id_key UNIQUE (fund_id, payee_id, id),
  constraint payee_accounts_id_recorded_by_key UNIQUE (id, recorded_by),
  constraint payee_accounts_payee_id_number_key UNIQUE (payee_id, number),
  constraint payee_accounts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payee_accounts_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint payee_accounts_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint payee_accounts_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint account_is_structured CHECK (((NOT structured) OR ((account ~ '^[A-Z0-9]{1,34}$'::text) AND (bank_country ~ '^[A-Z]{2}$'::text) AND (country ~ '^[A-Z]{2}$'::text) AND (holder ~ '^[ -~]{1,140}$'::text) AND ((scheme = 'iban'::text) OR (num_nonnulls(clearing_code, bic) > 0)) AND (num_nulls(bank_country, country, holder, bank_name, town, contact_name, contact_email, contact_language) = 0)))),
  constraint bic_has_form CHECK ((bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$'::text)),
  constraint clearing_code_has_form CHECK ((clearing_code ~ '^[A-Z0-9]{1,35}$'::text)),
  constraint iban_foots CHECK (((NOT structured) OR (scheme <> 'iban'::text) OR (iban_foots(account) AND (bank_country = "left"(account, 2))))),
  constraint payee_accounts_contact_language_check CHECK ((contact_language = ANY (ARRAY['en'::text, 'ar'::text]))),
  constraint payee_accounts_number_check CHECK ((number > 0)),
  constraint payee_accounts_reason_check CHECK ((length(reason) <= 2000)),
  constraint payee_accounts_scheme_check CHECK ((scheme = ANY (ARRAY['iban'::text, 'account'::text])))
);
CREATE INDEX payee_accounts_alike ON payee_accounts USING btree (fund_id, account);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payee_accounts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER verifier_has_no_part BEFORE INSERT ON payee_accounts FOR EACH ROW EXECUTE FUNCTION verifier_has_no_part('recorded_by');

create table payee_aliases (
  fund_id      id not null,
  payee_id     id not null,
  name         text not null,
  latin_name   text not null,
  recorded_by  id not null,
  recorded_at  timestamp with time zone not null,
  act_id       id not null,
  constraint alias_known PRIMARY KEY (payee_id, name),
  constraint payee_aliases_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payee_aliases_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint payee_aliases_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint payee_aliases_latin_name_check CHECK (((latin_name ~ '^[ -~]+$'::text) AND (length(latin_name) <= 300))),
  constraint payee_aliases_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payee_aliases FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payee_aliases FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payees', 'payee_id', 'id');

create table payee_ratings (
  fund_id      id not null,
  payee_id     id not null,
  number       integer not null,
  rating       text not null,
  reason       text not null,
  valid_until  date not null,
  rated_by     id not null,
  person_kind  text not null,
  rated_at     timestamp with time zone not null,
  act_id       id not null,
  constraint payee_ratings_pkey PRIMARY KEY (payee_id, number),
  constraint payee_ratings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payee_ratings_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint payee_ratings_rated_by_person_kind_fkey FOREIGN KEY (rated_by, person_kind) REFERENCES people(id, kind),
  constraint payee_ratings_number_check CHECK ((number > 0)),
  constraint payee_ratings_rating_check CHECK ((rating = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))),
  constraint payee_ratings_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint rating_still_to_run CHECK ((valid_until >= ((rated_at AT TIME ZONE 'utc'::text))::date)),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payee_ratings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER rating_is_next BEFORE INSERT ON payee_ratings FOR EACH ROW EXECUTE FUNCTION rating_is_next();

create table payee_verifications (
  payee_id          id not null,
  recorded_by       id not null,
  verified_by       id not null,
  verified_at       timestamp with time zone not null default clock_timestamp(),
  act_id            id not null,
  fund_id           id not null,
  payee_account_id  id not null,
  usable_from       timestamp with time zone not null,
  constraint payee_verifications_pkey PRIMARY KEY (payee_account_id),
  constraint payee_verifications_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payee_verifications_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint payee_verifications_fund_id_payee_id_payee_account_id_fkey FOREIGN KEY (fund_id, payee_id, payee_account_id) REFERENCES payee_accounts(fund_id, payee_id, id),
  constraint payee_verifications_payee_account_id_recorded_by_fkey FOREIGN KEY (payee_account_id, recorded_by) REFERENCES payee_accounts(id, recorded_by),
  constraint payee_verifications_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES people(id),
  constraint payee_by_two_people CHECK (((verified_by)::text <> (recorded_by)::text)),
  constraint usable_after_verified CHECK ((usable_from >= verified_at))
);
CREATE INDEX payee_verifications_by_payee ON payee_verifications USING btree (payee_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payee_verifications FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payee_verifications FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payees', 'payee_id', 'id');
CREATE TRIGGER verified_in_order BEFORE INSERT ON payee_verifications FOR EACH ROW EXECUTE FUNCTION verified_in_order();
CREATE TRIGGER verifier_has_no_part BEFORE INSERT ON payee_verifications FOR EACH ROW EXECUTE FUNCTION verifier_has_no_part('verified_by');

create table payees (
  id                    id not null,
  fund_id               id not null,
  name                  text not null,
  kind                  text not null,
  country               text not null,
  recorded_by           id not null,
  recorded_at           timestamp with time zone not null default clock_timestamp(),
  act_id                id not null,
  latin_name            text,
  registration_number   text,
  registry              text,
  registration_country  text,
  constraint payees_pkey PRIMARY KEY (id),
  constraint payees_fund_id_id_key UNIQUE (fund_id, id),
  constraint payees_id_recorded_by_key UNIQUE (id, recorded_by),
  constraint payees_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payees_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint payees_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint payees_kind_check CHECK ((kind = ANY (ARRAY['partner'::text, 'person'::text, 'supplier'::text]))),
  constraint payees_latin_name_check CHECK (((latin_name ~ '^[ -~]+$'::text) AND (length(latin_name) <= 300))),
  constraint payees_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300))),
  constraint payees_registration_country_check CHECK ((registration_country ~ '^[A-Z]{2}$'::text)),
  constraint payees_registration_number_check CHECK (((length(registration_number) >= 1) AND (length(registration_number) <= 100))),
  constraint payees_registry_check CHECK (((length(registry) >= 1) AND (length(registry) <= 300))),
  constraint registration_is_whole CHECK ((((registration_number IS NULL) = (registry IS NULL)) AND ((registry IS NULL) = (registration_country IS NULL))))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payees FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table payment_cancellations (
  payment_id    id not null,
  reason        text not null,
  act_id        id not null,
  fund_id       id not null,
  cancelled_at  timestamp with time zone not null,
  constraint payment_cancellations_pkey PRIMARY KEY (payment_id),
  constraint payment_cancellations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_cancellations_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_cancellations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_cancellations FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payments', 'payment_id', 'id');
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON payment_cancellations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table payment_file_payments (
  fund_id     id not null,
  file_id     id not null,
  payment_id  id not null,
  "position"  integer not null,
  constraint payment_file_payments_pkey PRIMARY KEY (file_id, payment_id),
  constraint payment_file_payments_file_id_position_key UNIQUE (file_id, "position"),
  constraint payment_file_payments_fund_id_file_id_fkey FOREIGN KEY (fund_id, file_id) REFERENCES payment_files(fund_id, id),
  constraint payment_file_payments_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint payment_file_payments_position_check CHECK (("position" > 0))
);
CREATE INDEX payment_file_payments_by_payment ON payment_file_payments USING btree (payment_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_file_payments FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_file_payments FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payment_files', 'file_id', 'id');
CREATE TRIGGER payment_may_join_file BEFORE INSERT ON payment_file_payments FOR EACH ROW EXECUTE FUNCTION payment_may_join_file();

create table payment_file_sendings (
  fund_id  id not null,
  file_id  id not null,
  number   integer not null,
  reason   text not null default ''::text,
  sent_by  id not null,
  sent_at  timestamp with time zone not null,
  act_id   id not null,
  constraint sent_once_each PRIMARY KEY (file_id, number),
  constraint payment_file_sendings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_file_sendings_fund_id_file_id_fkey FOREIGN KEY (fund_id, file_id) REFERENCES payment_files(fund_id, id),
  constraint payment_file_sendings_sent_by_fkey FOREIGN KEY (sent_by) REFERENCES people(id),
  constraint payment_file_sendings_number_check CHECK ((number > 0)),
  constraint payment_file_sendings_reason_check CHECK ((length(reason) <= 2000)),
  constraint sent_again_with_reason CHECK (((number = 1) OR (reason <> ''::text)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_file_sendings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_file_sendings FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payment_files', 'file_id', 'id');
CREATE TRIGGER sent_after_released BEFORE INSERT ON payment_file_sendings FOR EACH ROW EXECUTE FUNCTION sent_after_released();

create table payment_file_signatures (
  fund_id    id not null,
  file_id    id not null,
  place      smallint not null,
  signed_by  id not null,
  sha256     bytea not null,
  signed_at  timestamp with time zone not null,
  act_id     id not null,
  constraint payment_file_signatures_pkey PRIMARY KEY (file_id, place),
  constraint payment_file_signatures_file_id_place_signed_by_key UNIQUE (file_id, place, signed_by),
  constraint signed_once_by_each UNIQUE (file_id, signed_by),
  constraint payment_file_signatures_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_file_signatures_fund_id_file_id_fkey FOREIGN KEY (fund_id, file_id) REFERENCES payment_files(fund_id, id),
  constraint payment_file_signatures_signed_by_fkey FOREIGN KEY (signed_by) REFERENCES people(id),
  constraint signed_what_it_says FOREIGN KEY (file_id, sha256) REFERENCES payment_files(id, sha256),
  constraint payment_file_signatures_place_check CHECK ((place = ANY (ARRAY[1, 2])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_file_signatures FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_file_signatures FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payment_files', 'file_id', 'id');
CREATE TRIGGER file_is_whole BEFORE INSERT ON payment_file_signatures FOR EACH ROW EXECUTE FUNCTION file_is_whole();

create table payment_file_withdrawals (
  fund_id       id not null,
  file_id       id not null,
  reason        text not null,
  withdrawn_by  id not null,
  withdrawn_at  timestamp with time zone not null,
  act_id        id not null,
  constraint payment_file_withdrawals_pkey PRIMARY KEY (file_id),
  constraint payment_file_withdrawals_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_file_withdrawals_fund_id_file_id_fkey FOREIGN KEY (fund_id, file_id) REFERENCES payment_files(fund_id, id),
  constraint payment_file_withdrawals_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES people(id),
  constraint payment_file_withdrawals_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_file_withdrawals FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_file_withdrawals FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payment_files', 'file_id', 'id');
CREATE TRIGGER withdrawn_before_released BEFORE INSERT ON payment_file_withdrawals FOR EACH ROW EXECUTE FUNCTION withdrawn_before_released();

create table payment_files (
  id               id not null,
  fund_id          id not null,
  code             text collate "C" not null,
  bank_account_id  id not null,
  details_number   integer,
  execution_date   date not null,
  charge_bearer    text not null,
  payment_count    integer not null,
  control_sum      bigint not null,
  sha256           bytea not null,
  replaces         id,
  status           text not null default 'prepared'::text,
  prepared_by      id not null,
  prepared_at      timestamp with time zone not null,
  act_id           id not null,
  constraint payment_files_pkey PRIMARY KEY (id),
  constraint payment_file_code_taken UNIQUE (code),
  constraint payment_files_fund_id_id_key UNIQUE (fund_id, id),
  constraint payment_files_id_sha256_key UNIQUE (id, sha256),
  constraint payment_files_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_files_bank_account_id_details_number_fkey FOREIGN KEY (bank_account_id, details_number) REFERENCES bank_account_details(bank_account_id, number),
  constraint payment_files_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint payment_files_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint payment_files_fund_id_replaces_fkey FOREIGN KEY (fund_id, replaces) REFERENCES payment_files(fund_id, id),
  constraint payment_files_prepared_by_fkey FOREIGN KEY (prepared_by) REFERENCES people(id),
  constraint payment_files_charge_bearer_check CHECK ((charge_bearer = ANY (ARRAY['DEBT'::text, 'CRED'::text, 'SHAR'::text, 'SLEV'::text]))),
  constraint payment_files_code_check CHECK ((code ~ '^[A-Z0-9-]{1,33}$'::text)),
  constraint payment_files_control_sum_check CHECK ((control_sum > 0)),
  constraint payment_files_payment_count_check CHECK (((payment_count >= 1) AND (payment_count <= 5000))),
  constraint payment_files_sha256_check CHECK ((length(sha256) = 32)),
  constraint payment_files_status_check CHECK ((status = ANY (ARRAY['prepared'::text, 'released'::text, 'withdrawn'::text])))
);
CREATE INDEX payment_files_by_fund ON payment_files USING btree (fund_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON payment_files FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER file_leaves_whole AFTER UPDATE OF status ON payment_files DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.status = 'released'::text)) EXECUTE FUNCTION file_leaves_whole();
CREATE TRIGGER file_moves_by_its_rows BEFORE UPDATE OF status ON payment_files FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION file_moves_by_its_rows();

create table payment_funding (
  payment_id       id not null,
  contribution_id  id not null,
  amount           bigint not null,
  fund_id          id not null,
  constraint payment_funding_pkey PRIMARY KEY (payment_id, contribution_id),
  constraint payment_funding_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint payment_funding_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint payment_funding_amount_check CHECK ((amount > 0))
);
CREATE INDEX payment_funding_by_contribution ON payment_funding USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_funding FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_funding FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payments', 'payment_id', 'id');

create table payment_returns (
  payment_id          id not null,
  request_id          id not null,
  returned_by         id not null,
  duty                text not null default 'reconciler'::text,
  value_date          date not null,
  credited            bigint not null,
  functional          bigint not null,
  reason              text not null,
  reference           text not null,
  act_id              id not null,
  charge_approval_id  id,
  event               text not null default 'return'::text,
  fund_id             id not null,
  returned_at         timestamp with time zone not null,
  constraint payment_returns_pkey PRIMARY KEY (payment_id),
  constraint charge_approved_for_it FOREIGN KEY (charge_approval_id, payment_id, event) REFERENCES charge_approvals(id, payment_id, event),
  constraint one_duty_each FOREIGN KEY (request_id, returned_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint payment_returns_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payment_returns_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint payment_returns_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint payment_returns_credited_check CHECK ((credited >= 0)),
  constraint payment_returns_duty_check CHECK ((duty = 'reconciler'::text)),
  constraint payment_returns_event_check CHECK ((event = 'return'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payment_returns FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON payment_returns FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payments', 'payment_id', 'id');
CREATE TRIGGER charge_within_limit BEFORE INSERT ON payment_returns FOR EACH ROW EXECUTE FUNCTION charge_within_limit();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON payment_returns FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON payment_returns DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table payments (
  id                    id not null,
  fund_id               id not null,
  code                  text collate "C" not null,
  request_id            id not null,
  payee_id              id not null,
  bank_account_id       id not null,
  category              text not null,
  amount                bigint not null,
  instructed            bigint not null,
  rate                  numeric(24,10),
  memo                  text not null default ''::text,
  status                text not null default 'certified'::text,
  certified_by          id not null,
  duty                  text not null default 'certifier'::text,
  certified_at          timestamp with time zone not null default clock_timestamp(),
  version               integer not null default 1,
  act_id                id not null,
  correction_id         id,
  payee_account_id      id not null,
  not_duplicate_of      text[] not null default '{}'::text[],
  not_duplicate_reason  text,
  uetr                  uuid not null default gen_random_uuid(),
  file_id               id,
  constraint payments_pkey PRIMARY KEY (id),
  constraint payment_code_taken UNIQUE (code),
  constraint payments_fund_id_id_key UNIQUE (fund_id, id),
  constraint payments_id_request_id_key UNIQUE (id, request_id),
  constraint uetr_once UNIQUE (uetr),
  constraint in_a_file_of_its_own FOREIGN KEY (file_id, id) REFERENCES payment_file_payments(file_id, payment_id),
  constraint one_duty_each FOREIGN KEY (request_id, certified_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint payments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint payments_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES bank_accounts(id),
  constraint payments_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint payments_fund_id_payee_id_payee_account_id_fkey FOREIGN KEY (fund_id, payee_id, payee_account_id) REFERENCES payee_accounts(fund_id, payee_id, id),
  constraint payments_payee_id_fkey FOREIGN KEY (payee_id) REFERENCES payees(id),
  constraint payments_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id),
  constraint not_duplicate_with_reason CHECK (((not_duplicate_of = '{}'::text[]) = (not_duplicate_reason IS NULL))),
  constraint payments_amount_check CHECK ((amount > 0)),
  constraint payments_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text]))),
  constraint payments_duty_check CHECK ((duty = 'certifier'::text)),
  constraint payments_instructed_check CHECK ((instructed > 0)),
  constraint payments_not_duplicate_reason_check CHECK (((length(not_duplicate_reason) >= 1) AND (length(not_duplicate_reason) <= 2000))),
  constraint payments_status_check CHECK ((status = ANY (ARRAY['certified'::text, 'released'::text, 'settled'::text, 'returned'::text, 'cancelled'::text])))
);
CREATE INDEX payments_alike ON payments USING btree (fund_id, amount, certified_at);
CREATE INDEX payments_by_file ON payments USING btree (file_id);
CREATE INDEX payments_by_fund ON payments USING btree (fund_id, status, id);
CREATE INDEX payments_by_request ON payments USING btree (request_id, id);
CREATE TRIGGER advance_in_time BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION advance_in_time('certified_at');
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER closed_request_changes_no_payment BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER kept_before_correction BEFORE UPDATE ON payments FOR EACH ROW WHEN ((new.category IS DISTINCT FROM old.category)) EXECUTE FUNCTION kept_before_correction('id');
CREATE TRIGGER looks_like_duplicate BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION looks_like_duplicate();
CREATE TRIGGER not_while_suspended BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION not_while_suspended();
CREATE TRIGGER paid_as_approved BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION paid_as_approved();
CREATE TRIGGER paid_covers_reported AFTER UPDATE OF status, category ON payments FOR EACH ROW WHEN ((old.status = 'settled'::text)) EXECUTE FUNCTION paid_covers_reported();
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();
CREATE TRIGGER payment_moves_by_its_rows BEFORE UPDATE OF status ON payments FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION payment_moves_by_its_rows();
CREATE TRIGGER payment_stays_in_file BEFORE UPDATE OF file_id ON payments FOR EACH ROW WHEN (((new.file_id)::text IS DISTINCT FROM (old.file_id)::text)) EXECUTE FUNCTION payment_stays_in_file();
CREATE TRIGGER within_released_tranches BEFORE INSERT OR UPDATE OF category ON payments FOR EACH ROW WHEN ((new.category = 'grants'::text)) EXECUTE FUNCTION within_released_tranches();

create table people (
  id                 id not null,
  kind               text not null,
  name               text not null,
  email              text not null,
  password_hash      text,
  language           text not null default 'en'::text,
  administrator      boolean not null default false,
  active             boolean not null default true,
  version            integer not null default 1,
  created_at         timestamp with time zone not null default now(),
  password_is_first  boolean not null default false,
  constraint people_pkey PRIMARY KEY (id),
  constraint email_taken UNIQUE (email),
  constraint people_id_administrator_key UNIQUE (id, administrator),
  constraint people_id_kind_key UNIQUE (id, kind),
  constraint first_password_is_one CHECK (((NOT password_is_first) OR (password_hash IS NOT NULL))),
  constraint people_email_check CHECK ((email = lower(email))),
  constraint people_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text]))),
  constraint people_language_check CHECK ((language = ANY (ARRAY['en'::text, 'ar'::text]))),
  constraint people_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
CREATE TRIGGER person_turns_by_its_row BEFORE UPDATE OF active ON people FOR EACH ROW WHEN ((new.active <> old.active)) EXECUTE FUNCTION person_turns_by_its_row();

create table period_states (
  fund_id       id not null,
  month         date not null,
  number        integer not null,
  state         text not null,
  checklist     jsonb,
  reopening_id  id,
  follows       integer,
  proposed_by   id,
  changed_by    id not null,
  changed_at    timestamp with time zone not null default clock_timestamp(),
  act_id        id not null,
  constraint period_states_pkey PRIMARY KEY (fund_id, month, number),
  constraint period_states_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint period_states_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint period_states_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint period_states_reopening_id_fund_id_month_follows_proposed__fkey FOREIGN KEY (reopening_id, fund_id, month, follows, proposed_by) REFERENCES reopenings(id, fund_id, month, follows, proposed_by),
  constraint hard_close_keeps_checklist CHECK (((state = 'hard_closed'::text) = (checklist IS NOT NULL))),
  constraint period_states_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint period_states_number_check CHECK ((number > 0)),
  constraint period_states_state_check CHECK ((state = ANY (ARRAY['open'::text, 'soft_closed'::text, 'hard_closed'::text]))),
  constraint reopened_by_proposal CHECK (((state = 'open'::text) = ((reopening_id IS NOT NULL) AND (proposed_by IS NOT NULL) AND (follows IS NOT NULL)))),
  constraint reopening_by_two_people CHECK (((changed_by)::text <> (proposed_by)::text)),
  constraint reopening_follows_state CHECK ((follows = (number - 1)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON period_states FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER period_turns BEFORE INSERT ON period_states FOR EACH ROW EXECUTE FUNCTION period_turns();

create table person_states (
  person_id         id not null,
  number            integer not null,
  active            boolean not null,
  reason            text not null,
  changed_by        id not null,
  by_administrator  boolean not null default true,
  changed_at        timestamp with time zone not null default clock_timestamp(),
  act_id            id not null,
  constraint person_states_pkey PRIMARY KEY (person_id, number),
  constraint changed_by_administrator FOREIGN KEY (changed_by, by_administrator) REFERENCES people(id, administrator),
  constraint person_states_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint person_states_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id),
  constraint person_states_by_administrator_check CHECK (by_administrator),
  constraint person_states_number_check CHECK ((number > 0)),
  constraint person_states_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON person_states FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_activations (
  fund_id         id not null,
  plan_id         id not null,
  version         integer not null,
  request_id      id not null,
  from_ready      bigint not null,
  from_available  bigint not null,
  activated_by    id not null,
  activated_at    timestamp with time zone not null,
  act_id          id not null,
  constraint plan_activations_pkey PRIMARY KEY (request_id),
  constraint plan_activations_fund_id_plan_id_version_request_id_key UNIQUE (fund_id, plan_id, version, request_id),
  constraint plan_activations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_activations_activated_by_fkey FOREIGN KEY (activated_by) REFERENCES people(id),
  constraint plan_activations_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version),
  constraint plan_activations_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint plan_activations_from_available_check CHECK ((from_available >= 0)),
  constraint plan_activations_from_ready_check CHECK ((from_ready >= 0))
);
CREATE INDEX plan_activations_by_plan ON plan_activations USING btree (plan_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_activations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER plan_holds_what_it_needs AFTER INSERT ON plan_activations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plan_holds_what_it_needs();

create table plan_endings (
  fund_id   id not null,
  plan_id   id not null,
  kind      text not null,
  reason    text not null,
  ended_at  timestamp with time zone not null,
  act_id    id not null,
  constraint plan_endings_pkey PRIMARY KEY (plan_id),
  constraint plan_endings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_endings_fund_id_plan_id_fkey FOREIGN KEY (fund_id, plan_id) REFERENCES contingency_plans(fund_id, id),
  constraint plan_endings_kind_check CHECK ((kind = ANY (ARRAY['activated'::text, 'withdrawn'::text, 'expired'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_endings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER plan_holds_what_it_needs AFTER INSERT ON plan_endings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plan_holds_what_it_needs();

create table plan_funding (
  fund_id          id not null,
  set_aside_id     id not null,
  contribution_id  id not null,
  amount           bigint not null,
  reason           jsonb not null,
  constraint plan_funding_pkey PRIMARY KEY (set_aside_id, contribution_id),
  constraint plan_funding_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint plan_funding_fund_id_set_aside_id_fkey FOREIGN KEY (fund_id, set_aside_id) REFERENCES plan_set_asides(fund_id, id),
  constraint plan_funding_amount_check CHECK ((amount > 0))
);
CREATE INDEX plan_funding_by_contribution ON plan_funding USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_funding FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_lines (
  fund_id         id not null,
  plan_id         id not null,
  version         integer not null,
  line            smallint not null,
  category        text not null,
  description     text not null,
  amount          bigint not null,
  expert_id       id,
  expert_version  integer,
  mode            text,
  after_days      integer,
  days            integer,
  constraint plan_lines_pkey PRIMARY KEY (plan_id, version, line),
  constraint plan_lines_expert_id_expert_version_fkey FOREIGN KEY (expert_id, expert_version) REFERENCES expert_versions(expert_id, version),
  constraint plan_lines_fund_id_expert_id_fkey FOREIGN KEY (fund_id, expert_id) REFERENCES experts(fund_id, id),
  constraint plan_lines_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version),
  constraint plan_lines_after_days_check CHECK (((after_days >= 0) AND (after_days <= 3660))),
  constraint plan_lines_amount_check CHECK ((amount > 0)),
  constraint plan_lines_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text]))),
  constraint plan_lines_check CHECK ((num_nulls(expert_id, expert_version, mode, after_days, days) = ANY (ARRAY[0, 5]))),
  constraint plan_lines_check1 CHECK (((expert_id IS NULL) OR (category = 'experts'::text))),
  constraint plan_lines_days_check CHECK (((days >= 1) AND (days <= 731))),
  constraint plan_lines_mode_check CHECK ((mode = ANY (ARRAY['on_site'::text, 'remote'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_lines FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_lines_activated (
  fund_id     id not null,
  plan_id     id not null,
  version     integer not null,
  line        smallint not null,
  request_id  id not null,
  constraint plan_lines_activated_pkey PRIMARY KEY (plan_id, version, line, request_id),
  constraint plan_lines_activated_fund_id_plan_id_version_request_id_fkey FOREIGN KEY (fund_id, plan_id, version, request_id) REFERENCES plan_activations(fund_id, plan_id, version, request_id),
  constraint plan_lines_activated_plan_id_version_line_fkey FOREIGN KEY (plan_id, version, line) REFERENCES plan_lines(plan_id, version, line)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_lines_activated FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER plan_line_activated_once BEFORE INSERT ON plan_lines_activated FOR EACH ROW EXECUTE FUNCTION plan_line_activated_once();

create table plan_payees (
  fund_id   id not null,
  plan_id   id not null,
  version   integer not null,
  place     smallint not null,
  payee_id  id not null,
  constraint plan_payees_pkey PRIMARY KEY (plan_id, version, place),
  constraint plan_payees_plan_id_version_payee_id_key UNIQUE (plan_id, version, payee_id),
  constraint plan_payees_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint plan_payees_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_payees FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_releases (
  id           id not null,
  fund_id      id not null,
  plan_id      id not null,
  version      integer not null,
  kind         text not null,
  amount       bigint not null,
  released_at  timestamp with time zone not null,
  act_id       id not null,
  constraint plan_releases_pkey PRIMARY KEY (id),
  constraint plan_releases_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_releases_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version),
  constraint plan_releases_amount_check CHECK ((amount > 0)),
  constraint plan_releases_kind_check CHECK ((kind = ANY (ARRAY['changed'::text, 'withdrawn'::text, 'expired'::text, 'activated'::text])))
);
CREATE INDEX plan_releases_by_plan ON plan_releases USING btree (plan_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_releases FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_returns (
  fund_id      id not null,
  plan_id      id not null,
  version      integer not null,
  request_id   id not null,
  amount       bigint not null,
  returned_at  timestamp with time zone not null,
  act_id       id not null,
  constraint plan_returns_pkey PRIMARY KEY (request_id),
  constraint plan_returns_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_returns_fund_id_plan_id_version_request_id_fkey FOREIGN KEY (fund_id, plan_id, version, request_id) REFERENCES plan_activations(fund_id, plan_id, version, request_id),
  constraint plan_returns_amount_check CHECK ((amount > 0))
);
CREATE INDEX plan_returns_by_plan ON plan_returns USING btree (plan_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_returns FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER came_from_plan BEFORE INSERT ON plan_returns FOR EACH ROW EXECUTE FUNCTION came_from_plan();
CREATE CONSTRAINT TRIGGER plan_holds_what_it_needs AFTER INSERT ON plan_returns DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plan_holds_what_it_needs();

create table plan_reviews (
  fund_id      id not null,
  plan_id      id not null,
  version      integer not null,
  number       integer not null,
  review_on    date not null,
  note         text not null,
  reviewed_by  id not null,
  reviewed_at  timestamp with time zone not null,
  act_id       id not null,
  constraint plan_reviews_pkey PRIMARY KEY (plan_id, number),
  constraint plan_reviews_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_reviews_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version),
  constraint plan_reviews_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES people(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_reviews FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_set_asides (
  id          id not null,
  fund_id     id not null,
  plan_id     id not null,
  version     integer not null,
  amount      bigint not null,
  rule_from   date not null,
  decided_by  id not null,
  decided_at  timestamp with time zone not null,
  act_id      id not null,
  constraint plan_set_asides_pkey PRIMARY KEY (id),
  constraint plan_set_asides_fund_id_id_key UNIQUE (fund_id, id),
  constraint plan_set_asides_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_set_asides_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES people(id),
  constraint plan_set_asides_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version),
  constraint plan_set_asides_amount_check CHECK ((amount > 0))
);
CREATE INDEX plan_set_asides_by_plan ON plan_set_asides USING btree (plan_id, version);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_set_asides FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER plan_holds_what_it_needs AFTER INSERT ON plan_set_asides DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plan_holds_what_it_needs();
CREATE TRIGGER set_aside_by_another BEFORE INSERT ON plan_set_asides FOR EACH ROW EXECUTE FUNCTION set_aside_by_another();

create table plan_tranches (
  fund_id     id not null,
  plan_id     id not null,
  version     integer not null,
  tranche     smallint not null,
  after_days  integer not null,
  amount      bigint not null,
  condition   text not null default ''::text,
  constraint plan_tranches_pkey PRIMARY KEY (plan_id, version, tranche),
  constraint plan_tranches_fund_id_plan_id_version_fkey FOREIGN KEY (fund_id, plan_id, version) REFERENCES plan_versions(fund_id, plan_id, version),
  constraint plan_tranches_after_days_check CHECK (((after_days >= 0) AND (after_days <= 3660))),
  constraint plan_tranches_amount_check CHECK ((amount > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_tranches FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table plan_versions (
  fund_id         id not null,
  plan_id         id not null,
  version         integer not null,
  title           text not null,
  scenario        text not null,
  watch_item_id   id,
  process_id      id,
  country         text not null,
  region          text not null,
  phase           text not null,
  lane            text not null,
  mandate_basis   text not null,
  support         text[] not null,
  themes          text[] not null default '{}'::text[],
  duration_days   integer not null,
  expires_on      date not null,
  review_on       date not null,
  when_activated  text not null,
  reason          text not null,
  changed_by      id not null,
  changed_at      timestamp with time zone not null,
  act_id          id not null,
  constraint plan_versions_pkey PRIMARY KEY (plan_id, version),
  constraint plan_versions_fund_id_plan_id_version_key UNIQUE (fund_id, plan_id, version),
  constraint plan_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint plan_versions_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint plan_versions_fund_id_plan_id_fkey FOREIGN KEY (fund_id, plan_id) REFERENCES contingency_plans(fund_id, id),
  constraint plan_versions_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint plan_versions_fund_id_watch_item_id_fkey FOREIGN KEY (fund_id, watch_item_id) REFERENCES watch_items(fund_id, id),
  constraint plan_versions_duration_days_check CHECK (((duration_days >= 1) AND (duration_days <= 3660))),
  constraint plan_versions_lane_check CHECK ((lane = ANY (ARRAY['standard'::text, 'rapid'::text, 'no_regret'::text]))),
  constraint plan_versions_mandate_basis_check CHECK ((mandate_basis = ANY (ARRAY['request_of_parties'::text, 'secretary_general_initiative'::text, 'security_council_request'::text, 'general_assembly_request'::text]))),
  constraint plan_versions_phase_check CHECK ((phase = ANY (ARRAY['before_escalation'::text, 'after_violence'::text, 'implementation'::text]))),
  constraint plan_versions_support_check CHECK (((support <> '{}'::text[]) AND (support <@ ARRAY['advisory'::text, 'logistical'::text, 'financial'::text]))),
  constraint plan_versions_themes_check CHECK ((themes <@ ARRAY['power_sharing'::text, 'natural_resources'::text, 'constitution_making'::text, 'ceasefire_and_security'::text, 'gender_and_inclusion'::text])),
  constraint plan_versions_title_check CHECK (((length(title) >= 1) AND (length(title) <= 300))),
  constraint plan_versions_version_check CHECK ((version > 0)),
  constraint plan_versions_when_activated_check CHECK ((when_activated = ANY (ARRAY['give_back'::text, 'keep'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON plan_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER changed_plan_holds_nothing AFTER INSERT ON plan_versions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plan_is_anothers();

create table pledge_cancellations (
  contribution_id  id not null,
  cancelled_on     date not null,
  reason           text not null,
  act_id           id not null,
  fund_id          id not null,
  constraint pledge_cancellations_pkey PRIMARY KEY (contribution_id),
  constraint pledge_cancellations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint pledge_cancellations_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON pledge_cancellations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON pledge_cancellations FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');
alter table pledge_cancellations enable row level security;
create policy own on pledge_cancellations for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on pledge_cancellations for all to wasata_service using (true) with check (true);

create table policies (
  fund_id         id not null,
  subject         text not null,
  effective_from  date not null,
  terms           jsonb not null,
  recorded_at     timestamp with time zone not null default clock_timestamp(),
  proposal_id     id,
  verdict         text not null default 'approve'::text,
  xid             xid8 not null default pg_current_xact_id(),
  constraint policies_pkey PRIMARY KEY (fund_id, subject, effective_from),
  constraint rule_of_its_proposal UNIQUE (proposal_id),
  constraint policies_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint policies_fund_id_proposal_id_fkey FOREIGN KEY (fund_id, proposal_id) REFERENCES proposals(fund_id, id),
  constraint rule_by_two_people FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint policies_subject_check CHECK ((subject = ANY (ARRAY['advisory_opinion'::text, 'approval_matrix'::text, 'authority_limits'::text, 'bank_charges'::text, 'break_glass'::text, 'clock'::text, 'delegation'::text, 'funding_rule'::text, 'lanes'::text, 'open_data'::text, 'payees'::text, 'payment_files'::text, 'recognition'::text, 'reporting'::text, 'reservation'::text, 'screening'::text, 'tranches'::text]))),
  constraint policies_verdict_check CHECK ((verdict = 'approve'::text)),
  constraint rule_not_in_the_past CHECK (((proposal_id IS NULL) OR (effective_from >= ((recorded_at AT TIME ZONE 'utc'::text))::date)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON policies FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER rule_was_proposed BEFORE INSERT ON policies FOR EACH ROW EXECUTE FUNCTION rule_was_proposed();

create table postings (
  entry_id     bigint not null,
  line         smallint not null,
  account_id   bigint not null,
  amount       bigint not null,
  functional   bigint not null,
  occurred_on  date not null,
  recorded_at  timestamp with time zone not null,
  fund_id      id not null,
  constraint postings_pkey PRIMARY KEY (entry_id, line),
  constraint postings_check CHECK (((amount <> 0) OR (functional <> 0)))
);
CREATE INDEX postings_by_account ON postings USING btree (account_id, occurred_on, entry_id, line) INCLUDE (amount, functional, recorded_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER entries_balance AFTER INSERT ON postings REFERENCING NEW TABLE AS new_postings FOR EACH STATEMENT EXECUTE FUNCTION entries_must_balance();
alter table postings enable row level security;
create policy own on postings for select to wasata_donor using ((account_id IN ( SELECT own_accounts() AS own_accounts)));
create policy service on postings for all to wasata_service using (true) with check (true);

create table process_versions (
  fund_id     id not null,
  process_id  id not null,
  version     integer not null,
  said        jsonb not null,
  reason      text not null,
  changed_by  id,
  changed_at  timestamp with time zone not null,
  act_id      id,
  constraint process_versions_pkey PRIMARY KEY (process_id, version),
  constraint process_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint process_versions_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint process_versions_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON process_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table processes (
  id               id not null,
  fund_id          id not null,
  name             text not null,
  country          text not null,
  region           text not null,
  phase            text not null,
  confidentiality  text not null,
  created_at       timestamp with time zone not null default now(),
  parties          text[] not null default '{}'::text[],
  mandate_basis    text,
  agreement        text,
  agreement_url    text,
  version          integer not null default 1,
  reason           text not null default ''::text,
  changed_by       id,
  changed_at       timestamp with time zone not null default clock_timestamp(),
  act_id           id,
  constraint processes_pkey PRIMARY KEY (id),
  constraint process_name_taken UNIQUE (fund_id, name),
  constraint processes_fund_id_id_key UNIQUE (fund_id, id),
  constraint processes_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint processes_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint processes_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint processes_agreement_check CHECK ((length(agreement) <= 300)),
  constraint processes_agreement_url_check CHECK (((agreement_url ~ '^https?://'::text) AND (length(agreement_url) <= 1000))),
  constraint processes_confidentiality_check CHECK ((confidentiality = ANY (ARRAY['open'::text, 'confidential'::text, 'strictly_confidential'::text]))),
  constraint processes_mandate_basis_check CHECK ((mandate_basis = ANY (ARRAY['request_of_parties'::text, 'secretary_general_initiative'::text, 'security_council_request'::text, 'general_assembly_request'::text]))),
  constraint processes_name_check CHECK (((length(name) >= 1) AND (length(name) <= 300))),
  constraint processes_phase_check CHECK ((phase = ANY (ARRAY['before_escalation'::text, 'after_violence'::text, 'implementation'::text])))
);
CREATE TRIGGER keeps_versions AFTER INSERT OR UPDATE ON processes FOR EACH ROW EXECUTE FUNCTION keeps_versions('process_versions', 'process_id');
CREATE TRIGGER phase_goes_forward BEFORE UPDATE OF phase ON processes FOR EACH ROW EXECUTE FUNCTION phase_goes_forward();
alter table processes enable row level security;
create policy own_and_open on processes for select to wasata_donor using (((confidentiality = 'open'::text) AND ((id)::text IN ( SELECT own_processes() AS own_processes))));
create policy service on processes for all to wasata_service using (true) with check (true);

create table proposal_decisions (
  proposal_id  id not null,
  proposed_by  id not null,
  decided_by   id not null,
  person_kind  text not null,
  verdict      text not null,
  reason       text not null default ''::text,
  decided_at   timestamp with time zone not null default clock_timestamp(),
  act_id       id not null,
  fund_id      id not null,
  constraint proposal_decisions_pkey PRIMARY KEY (proposal_id),
  constraint proposal_decisions_proposal_id_verdict_key UNIQUE (proposal_id, verdict),
  constraint proposal_decisions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint proposal_decisions_decided_by_person_kind_fkey FOREIGN KEY (decided_by, person_kind) REFERENCES people(id, kind),
  constraint proposal_decisions_fund_id_proposal_id_fkey FOREIGN KEY (fund_id, proposal_id) REFERENCES proposals(fund_id, id),
  constraint proposal_decisions_proposal_id_proposed_by_fkey FOREIGN KEY (proposal_id, proposed_by) REFERENCES proposals(id, proposed_by),
  constraint proposal_by_two_people CHECK ((((decided_by)::text <> (proposed_by)::text) OR (verdict = 'reject'::text))),
  constraint proposal_decisions_verdict_check CHECK ((verdict = ANY (ARRAY['approve'::text, 'reject'::text]))),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON proposal_decisions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON proposal_decisions FOR EACH ROW EXECUTE FUNCTION takes_fund_of('proposals', 'proposal_id', 'id');

create table proposals (
  id               id not null,
  fund_id          id not null,
  kind             text not null,
  contribution_id  id,
  occurred_on      date not null,
  functional       bigint not null,
  authority        text[] not null,
  reason           text not null,
  terms            jsonb not null,
  proposed_by      id not null,
  proposed_at      timestamp with time zone not null default clock_timestamp(),
  act_id           id not null,
  request_id       id,
  constraint proposals_pkey PRIMARY KEY (id),
  constraint proposals_fund_id_id_key UNIQUE (fund_id, id),
  constraint proposals_id_proposed_by_key UNIQUE (id, proposed_by),
  constraint proposals_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint proposals_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint proposals_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint proposals_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint proposals_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES people(id),
  constraint proposals_kind_check CHECK ((kind = ANY (ARRAY['account_charge'::text, 'conversion'::text, 'impairment'::text, 'impairment_reversal'::text, 'interest_charge'::text, 'policy'::text, 'recovery_write_off'::text, 'reserve_release'::text, 'reserve_replenishment'::text, 'tranche_waiver'::text, 'write_off'::text]))),
  constraint recovery_of_a_request CHECK (((kind <> 'recovery_write_off'::text) OR (request_id IS NOT NULL)))
);
CREATE INDEX proposals_by_contribution ON proposals USING btree (contribution_id) WHERE (contribution_id IS NOT NULL);
CREATE INDEX proposals_by_fund ON proposals USING btree (fund_id, id);
CREATE INDEX proposals_by_request ON proposals USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON proposals FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table rate_changes (
  id              id not null,
  fund_id         id not null,
  currency        text not null,
  month           date not null,
  number          integer not null,
  replaces        numeric(24,10) not null,
  units           numeric(24,10) not null,
  source          text not null,
  reason          text not null,
  entries_valued  integer not null,
  proposed_by     id not null,
  proposed_at     timestamp with time zone not null default clock_timestamp(),
  act_id          id not null,
  constraint rate_changes_pkey PRIMARY KEY (id),
  constraint rate_changes_id_fund_id_currency_month_number_proposed_by_key UNIQUE (id, fund_id, currency, month, number, proposed_by),
  constraint rate_changes_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint rate_changes_fund_id_currency_month_fkey FOREIGN KEY (fund_id, currency, month) REFERENCES exchange_rates(fund_id, currency, month),
  constraint rate_changes_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES people(id),
  constraint rate_change_changes CHECK ((units <> replaces)),
  constraint rate_changes_number_check CHECK ((number > 0)),
  constraint rate_changes_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint rate_changes_source_check CHECK (((length(source) >= 1) AND (length(source) <= 200))),
  constraint rate_changes_units_check CHECK ((units > (0)::numeric))
);
CREATE INDEX rate_changes_by_fund ON rate_changes USING btree (fund_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rate_changes FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table rate_confirmations (
  change_id       id not null,
  fund_id         id not null,
  currency        text not null,
  month           date not null,
  number          integer not null,
  proposed_by     id not null,
  confirmed_by    id not null,
  confirmed_at    timestamp with time zone not null default clock_timestamp(),
  entries_valued  integer not null,
  act_id          id not null,
  constraint rate_confirmations_pkey PRIMARY KEY (change_id),
  constraint rate_changed_once UNIQUE (fund_id, currency, month, number),
  constraint rate_confirmations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint rate_confirmations_change_id_fund_id_currency_month_number_fkey FOREIGN KEY (change_id, fund_id, currency, month, number, proposed_by) REFERENCES rate_changes(id, fund_id, currency, month, number, proposed_by),
  constraint rate_confirmations_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES people(id),
  constraint rate_change_by_two_people CHECK (((confirmed_by)::text <> (proposed_by)::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rate_confirmations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  takes_back       id,
  correction_id    id,
  fund_id          id not null,
  constraint receipt_applications_pkey PRIMARY KEY (id),
  constraint receipt_applications_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint receipt_applications_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint receipt_applications_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint receipt_applications_receipt_id_fkey FOREIGN KEY (receipt_id) REFERENCES receipts(id),
  constraint receipt_applications_takes_back_fkey FOREIGN KEY (takes_back) REFERENCES receipt_applications(id),
  constraint counter_row_of_correction CHECK (((takes_back IS NULL) OR (correction_id IS NOT NULL))),
  constraint receipt_applications_amount_check CHECK (((takes_back IS NOT NULL) OR (amount > 0))),
  constraint receipt_applications_authority_check CHECK (((takes_back IS NOT NULL) OR (authority >= 0))),
  constraint receipt_applications_carrying_check CHECK (((takes_back IS NOT NULL) OR (carrying >= 0))),
  constraint receipt_applications_check CHECK (((takes_back IS NOT NULL) OR ((support >= 0) AND (support <= authority)))),
  constraint receipt_applications_functional_check CHECK (((takes_back IS NOT NULL) OR (functional >= 0))),
  constraint receipt_applications_value_check CHECK (((takes_back IS NOT NULL) OR (value >= 0)))
);
CREATE INDEX receipt_applications_by_contribution ON receipt_applications USING btree (contribution_id, id);
CREATE INDEX receipt_applications_by_receipt ON receipt_applications USING btree (receipt_id);
CREATE UNIQUE INDEX receipt_applications_taken_back_once ON receipt_applications USING btree (takes_back) WHERE (takes_back IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON receipt_applications FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON receipt_applications FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON receipt_applications DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE CONSTRAINT TRIGGER receipt_not_applied_twice AFTER INSERT ON receipt_applications DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION receipt_not_applied_twice();
CREATE TRIGGER takes_back_exactly AFTER INSERT ON receipt_applications FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION takes_back_exactly('amount', 'value', 'functional', 'carrying', 'authority', 'support');
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
  takes_back         id,
  correction_id      id,
  constraint receipts_pkey PRIMARY KEY (id),
  constraint receipt_recorded_already UNIQUE (fund_id, source_key),
  constraint receipts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint receipts_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint receipts_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint receipts_sent_currency_fkey FOREIGN KEY (sent_currency) REFERENCES currencies(code),
  constraint receipts_takes_back_fkey FOREIGN KEY (takes_back) REFERENCES receipts(id),
  constraint counter_row_of_correction CHECK (((takes_back IS NULL) OR (correction_id IS NOT NULL))),
  constraint receipts_bank_charge_check CHECK (((takes_back IS NOT NULL) OR (bank_charge >= 0))),
  constraint receipts_bank_value_check CHECK (((takes_back IS NOT NULL) OR (bank_value > 0))),
  constraint receipts_functional_charge_check CHECK (((takes_back IS NOT NULL) OR (functional_charge >= 0))),
  constraint receipts_functional_check CHECK (((takes_back IS NOT NULL) OR (functional >= 0))),
  constraint receipts_sent_amount_check CHECK (((takes_back IS NOT NULL) OR (sent_amount > 0)))
);
CREATE UNIQUE INDEX receipts_taken_back_once ON receipts USING btree (takes_back) WHERE (takes_back IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON receipts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE CONSTRAINT TRIGGER receipt_not_applied_twice AFTER INSERT ON receipts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION receipt_not_applied_twice();
CREATE TRIGGER takes_back_exactly AFTER INSERT ON receipts FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION takes_back_exactly('sent_amount', 'bank_value', 'bank_charge', 'functional', 'functional_charge');
alter table receipts enable row level security;
create policy own on receipts for select to wasata_donor using (((id)::text IN ( SELECT a.receipt_id
   FROM receipt_applications a)));
create policy service on receipts for all to wasata_service using (true) with check (true);

create table recoverables (
  payment_id     id,
  request_id     id not null,
  fund_id        id not null,
  outcome        text,
  amount         bigint not null,
  due_from       date not null,
  act_id         id not null,
  id             id not null,
  category       text,
  reason         text not null default ''::text,
  identified_by  id,
  takes_back     id,
  correction_id  id,
  constraint recoverables_pkey PRIMARY KEY (id),
  constraint recoverable_once UNIQUE (payment_id),
  constraint recoverables_fund_id_id_key UNIQUE (fund_id, id),
  constraint recoverables_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint recoverables_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint recoverables_fund_id_takes_back_fkey FOREIGN KEY (fund_id, takes_back) REFERENCES recoverables(fund_id, id),
  constraint recoverables_identified_by_fkey FOREIGN KEY (identified_by) REFERENCES people(id),
  constraint recoverables_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint recoverables_request_id_outcome_fkey FOREIGN KEY (request_id, outcome) REFERENCES advance_endings(request_id, outcome),
  constraint counter_row_of_correction CHECK (((takes_back IS NULL) OR (correction_id IS NOT NULL))),
  constraint recoverable_says_why CHECK ((((payment_id IS NOT NULL) AND (outcome IS NOT NULL) AND (category IS NULL) AND (identified_by IS NULL)) OR ((payment_id IS NULL) AND (outcome IS NULL) AND (category IS NOT NULL) AND (identified_by IS NOT NULL) AND (reason <> ''::text)))),
  constraint recoverables_amount_check CHECK (((takes_back IS NOT NULL) OR (amount > 0))),
  constraint recoverables_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text]))),
  constraint recoverables_outcome_check CHECK ((outcome = 'unwound'::text)),
  constraint recoverables_reason_check CHECK ((length(reason) <= 1000))
);
CREATE INDEX recoverables_by_fund ON recoverables USING btree (fund_id, payment_id);
CREATE INDEX recoverables_by_request ON recoverables USING btree (request_id);
CREATE UNIQUE INDEX recoverables_taken_back_once ON recoverables USING btree (takes_back) WHERE (takes_back IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON recoverables FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT ON recoverables DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON recoverables FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER recoverable_was_paid BEFORE INSERT ON recoverables FOR EACH ROW WHEN ((new.payment_id IS NOT NULL)) EXECUTE FUNCTION recoverable_was_paid();
CREATE TRIGGER recovered_within_due AFTER INSERT ON recoverables FOR EACH ROW EXECUTE FUNCTION recovered_within_due();
CREATE TRIGGER takes_back_exactly AFTER INSERT ON recoverables FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION takes_back_exactly('amount');
CREATE TRIGGER unspent_within_paid AFTER INSERT ON recoverables FOR EACH ROW WHEN (((new.category IS NOT NULL) AND (new.takes_back IS NULL))) EXECUTE FUNCTION unspent_within_paid();

create table recoveries (
  id               id not null,
  fund_id          id not null,
  request_id       id not null,
  bank_account_id  id not null,
  received_on      date not null,
  received         bigint not null,
  functional       bigint not null,
  reference        text not null,
  recorded_by      id not null,
  duty             text not null default 'reconciler'::text,
  act_id           id not null,
  late             boolean not null default false,
  takes_back       id,
  correction_id    id,
  constraint recoveries_pkey PRIMARY KEY (id),
  constraint recoveries_fund_id_id_key UNIQUE (fund_id, id),
  constraint one_duty_each FOREIGN KEY (request_id, recorded_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint recoveries_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint recoveries_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint recoveries_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint recoveries_fund_id_takes_back_fkey FOREIGN KEY (fund_id, takes_back) REFERENCES recoveries(fund_id, id),
  constraint counter_row_of_correction CHECK (((takes_back IS NULL) OR (correction_id IS NOT NULL))),
  constraint recoveries_duty_check CHECK ((duty = 'reconciler'::text)),
  constraint recoveries_functional_check CHECK (((takes_back IS NOT NULL) OR (functional > 0))),
  constraint recoveries_received_check CHECK (((takes_back IS NOT NULL) OR (received > 0))),
  constraint recoveries_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 140)))
);
CREATE INDEX recoveries_by_request ON recoveries USING btree (request_id);
CREATE INDEX recoveries_by_statement ON recoveries USING btree (bank_account_id, received_on, reference);
CREATE UNIQUE INDEX recoveries_taken_back_once ON recoveries USING btree (takes_back) WHERE (takes_back IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON recoveries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT ON recoveries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON recoveries FOR EACH ROW WHEN ((NOT new.late)) EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER late_recovery_is_late AFTER INSERT ON recoveries FOR EACH ROW WHEN (new.late) EXECUTE FUNCTION late_recovery_is_late();
CREATE TRIGGER recovered_within_due AFTER INSERT ON recoveries FOR EACH ROW EXECUTE FUNCTION recovered_within_due();
CREATE TRIGGER recovery_recorded_once BEFORE INSERT ON recoveries FOR EACH ROW WHEN ((new.takes_back IS NULL)) EXECUTE FUNCTION recovery_recorded_once();
CREATE TRIGGER takes_back_exactly AFTER INSERT ON recoveries FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION takes_back_exactly('received', 'functional');

create table recovery_write_offs (
  id              id not null,
  fund_id         id not null,
  request_id      id not null,
  amount          bigint not null,
  written_off_on  date not null,
  reason          text not null,
  proposal_id     id not null,
  verdict         text not null default 'approve'::text,
  act_id          id not null,
  constraint recovery_write_offs_pkey PRIMARY KEY (id),
  constraint recovery_write_offs_fund_id_id_key UNIQUE (fund_id, id),
  constraint recovery_write_offs_proposal_id_key UNIQUE (proposal_id),
  constraint recovery_write_offs_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint recovery_write_offs_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint recovery_write_offs_proposal_id_verdict_fkey FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint recovery_write_offs_amount_check CHECK ((amount > 0)),
  constraint recovery_write_offs_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  constraint recovery_write_offs_verdict_check CHECK ((verdict = 'approve'::text))
);
CREATE INDEX recovery_write_offs_by_request ON recovery_write_offs USING btree (request_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON recovery_write_offs FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON recovery_write_offs FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER recovered_within_due AFTER INSERT ON recovery_write_offs FOR EACH ROW EXECUTE FUNCTION recovered_within_due();

create table refund_payments (
  refund_id        id not null,
  bank_account_id  id not null,
  paid_on          date not null,
  reference        text not null,
  decided_by       id not null,
  paid_by          id not null,
  act_id           id not null,
  fund_id          id not null,
  constraint refund_payments_pkey PRIMARY KEY (refund_id),
  constraint refund_payments_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint refund_payments_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES bank_accounts(id),
  constraint refund_payments_fund_id_refund_id_fkey FOREIGN KEY (fund_id, refund_id) REFERENCES refunds(fund_id, id),
  constraint refund_payments_paid_by_fkey FOREIGN KEY (paid_by) REFERENCES people(id),
  constraint refund_payments_refund_id_decided_by_fkey FOREIGN KEY (refund_id, decided_by) REFERENCES refunds(id, decided_by),
  constraint refund_by_two_people CHECK (((paid_by)::text <> (decided_by)::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON refund_payments FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON refund_payments FOR EACH ROW EXECUTE FUNCTION takes_fund_of('refunds', 'refund_id', 'id');
CREATE TRIGGER refund_stands_or_is_paid AFTER INSERT ON refund_payments FOR EACH ROW EXECUTE FUNCTION refund_stands_or_is_paid();
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
  takes_back       id,
  correction_id    id,
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_fund_id_id_key UNIQUE (fund_id, id),
  constraint refunds_id_decided_by_key UNIQUE (id, decided_by),
  constraint refunds_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint refunds_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint refunds_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES people(id),
  constraint refunds_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint refunds_takes_back_fkey FOREIGN KEY (takes_back) REFERENCES refunds(id),
  constraint counter_row_of_correction CHECK (((takes_back IS NULL) OR (correction_id IS NOT NULL))),
  constraint refunds_amount_check CHECK (((takes_back IS NOT NULL) OR (amount > 0)))
);
CREATE INDEX refunds_by_contribution ON refunds USING btree (contribution_id);
CREATE UNIQUE INDEX refunds_taken_back_once ON refunds USING btree (takes_back) WHERE (takes_back IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON refunds FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON refunds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER refund_stands_or_is_paid AFTER INSERT ON refunds FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION refund_stands_or_is_paid();
CREATE TRIGGER takes_back_exactly AFTER INSERT ON refunds FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION takes_back_exactly('amount');
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
  fund_id      id not null,
  file_id      id,
  constraint releases_pkey PRIMARY KEY (payment_id, place),
  constraint released_once_by_each UNIQUE (payment_id, released_by),
  constraint one_duty_each FOREIGN KEY (request_id, released_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint released_as_signed FOREIGN KEY (file_id, place, released_by) REFERENCES payment_file_signatures(file_id, place, signed_by),
  constraint released_in_its_file FOREIGN KEY (file_id, payment_id) REFERENCES payment_file_payments(file_id, payment_id),
  constraint releases_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint releases_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint releases_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint released_by_a_file CHECK ((file_id IS NOT NULL)) NOT VALID,
  constraint releases_duty_check CHECK ((duty = 'releaser'::text)),
  constraint releases_place_check CHECK ((place = ANY (ARRAY[1, 2])))
);
CREATE INDEX releases_by_file ON releases USING btree (file_id);
CREATE TRIGGER advance_in_time BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION advance_in_time('released_at');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON releases FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payments', 'payment_id', 'id');
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER not_while_suspended BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION not_while_suspended();
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON releases DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();
CREATE TRIGGER released_to_details_in_force BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION released_to_details_in_force();
CREATE TRIGGER released_to_who_is_clear BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION released_to_who_is_clear();
CREATE CONSTRAINT TRIGGER released_with_its_file AFTER INSERT ON releases DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.place = 2)) EXECUTE FUNCTION released_with_its_file();
CREATE TRIGGER signatures_count AFTER INSERT ON releases FOR EACH ROW EXECUTE FUNCTION signatures_count();

create table reopenings (
  id           id not null,
  fund_id      id not null,
  month        date not null,
  follows      integer not null,
  reason       text not null,
  proposed_by  id not null,
  proposed_at  timestamp with time zone not null default clock_timestamp(),
  act_id       id not null,
  constraint reopenings_pkey PRIMARY KEY (id),
  constraint reopenings_id_fund_id_month_follows_proposed_by_key UNIQUE (id, fund_id, month, follows, proposed_by),
  constraint reopenings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint reopenings_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint reopenings_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES people(id),
  constraint reopenings_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint reopenings_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000)))
);
CREATE INDEX reopenings_by_month ON reopenings USING btree (fund_id, month, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reopenings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table report_dues (
  fund_id        id not null,
  request_id     id not null,
  number         smallint not null,
  kind           text not null,
  tranche        smallint,
  due_on         date not null,
  escalate_days  integer not null,
  block_days     integer not null,
  answer_days    integer not null,
  constraint report_dues_pkey PRIMARY KEY (request_id, number),
  constraint report_dues_fund_id_request_id_number_key UNIQUE (fund_id, request_id, number),
  constraint report_dues_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint report_dues_request_id_tranche_fkey FOREIGN KEY (request_id, tranche) REFERENCES tranches(request_id, number),
  constraint report_dues_answer_days_check CHECK ((answer_days >= 0)),
  constraint report_dues_block_days_check CHECK ((block_days >= 0)),
  constraint report_dues_check CHECK (((kind = 'interim'::text) = (tranche IS NOT NULL))),
  constraint report_dues_escalate_days_check CHECK ((escalate_days >= 0)),
  constraint report_dues_kind_check CHECK ((kind = ANY (ARRAY['interim'::text, 'final'::text]))),
  constraint report_dues_number_check CHECK ((number > 0))
);
CREATE INDEX report_dues_by_day ON report_dues USING btree (fund_id, due_on);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON report_dues FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table report_lines (
  id           id not null,
  fund_id      id not null,
  request_id   id not null,
  report_id    id not null,
  number       integer not null,
  line         smallint not null,
  category     text not null,
  description  text not null,
  spent_on     date not null,
  amount       bigint not null,
  currency     text not null,
  rate         numeric(24,10),
  functional   bigint not null,
  answers      id,
  constraint report_lines_pkey PRIMARY KEY (id),
  constraint report_lines_fund_id_id_key UNIQUE (fund_id, id),
  constraint report_lines_id_report_id_key UNIQUE (id, report_id),
  constraint report_lines_report_id_number_line_key UNIQUE (report_id, number, line),
  constraint report_lines_answers_report_id_fkey FOREIGN KEY (answers, report_id) REFERENCES report_lines(id, report_id),
  constraint report_lines_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint report_lines_fund_id_report_id_fkey FOREIGN KEY (fund_id, report_id) REFERENCES expenditure_reports(fund_id, id),
  constraint report_lines_report_id_request_id_fkey FOREIGN KEY (report_id, request_id) REFERENCES expenditure_reports(id, request_id),
  constraint report_lines_amount_check CHECK ((amount > 0)),
  constraint report_lines_category_check CHECK ((category = ANY (ARRAY['grants'::text, 'experts'::text, 'travel'::text, 'venue'::text, 'interpretation'::text, 'security'::text]))),
  constraint report_lines_description_check CHECK (((length(description) >= 1) AND (length(description) <= 300))),
  constraint report_lines_functional_check CHECK ((functional > 0)),
  constraint report_lines_line_check CHECK ((line > 0))
);
CREATE TRIGGER submitted_lines_are_fixed BEFORE INSERT OR DELETE ON report_lines FOR EACH ROW EXECUTE FUNCTION submitted_lines_are_fixed();

create table report_submissions (
  fund_id       id not null,
  report_id     id not null,
  request_id    id not null,
  number        integer not null,
  submitted_by  id not null,
  duty          text not null default 'requester'::text,
  submitted_at  timestamp with time zone not null,
  period_from   date not null,
  period_to     date not null,
  narrative     text not null,
  act_id        id not null,
  constraint report_submissions_pkey PRIMARY KEY (report_id, number),
  constraint one_duty_each FOREIGN KEY (request_id, submitted_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint report_submissions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint report_submissions_fund_id_report_id_fkey FOREIGN KEY (fund_id, report_id) REFERENCES expenditure_reports(fund_id, id),
  constraint report_submissions_report_id_request_id_fkey FOREIGN KEY (report_id, request_id) REFERENCES expenditure_reports(id, request_id),
  constraint report_submissions_duty_check CHECK ((duty = 'requester'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON report_submissions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON report_submissions FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();

create table request_endings (
  request_id  id not null,
  kind        text not null,
  reason      text not null,
  ended_at    timestamp with time zone not null default clock_timestamp(),
  act_id      id not null,
  fund_id     id not null,
  constraint request_endings_pkey PRIMARY KEY (request_id),
  constraint request_endings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint request_endings_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint request_endings_kind_check CHECK ((kind = ANY (ARRAY['withdrawn'::text, 'expired'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON request_endings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON request_endings FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON request_endings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table request_funding (
  request_id       id not null,
  round            integer not null,
  contribution_id  id not null,
  amount           bigint not null,
  reason           jsonb not null,
  fund_id          id not null,
  constraint request_funding_pkey PRIMARY KEY (request_id, round, contribution_id),
  constraint request_funding_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint request_funding_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint request_funding_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint request_funding_amount_check CHECK ((amount > 0))
);
CREATE INDEX request_funding_by_contribution ON request_funding USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON request_funding FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON request_funding FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');

create table request_tranches (
  fund_id     id not null,
  request_id  id not null,
  tranche     smallint not null,
  after_days  integer not null,
  amount      bigint not null,
  condition   text not null default ''::text,
  constraint request_tranches_pkey PRIMARY KEY (request_id, tranche),
  constraint request_tranches_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint request_tranches_after_days_check CHECK (((after_days >= 0) AND (after_days <= 3660))),
  constraint request_tranches_amount_check CHECK ((amount > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON request_tranches FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  lane            text not null default 'standard'::text,
  lane_reason     text not null default ''::text,
  constraint requests_pkey PRIMARY KEY (id),
  constraint request_code_taken UNIQUE (fund_id, code),
  constraint requests_fund_id_id_key UNIQUE (fund_id, id),
  constraint requests_created_by_fkey FOREIGN KEY (created_by) REFERENCES people(id),
  constraint requests_fund_id_entity_id_fkey FOREIGN KEY (fund_id, entity_id) REFERENCES entities(fund_id, id),
  constraint requests_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint requests_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint requests_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id),
  constraint requests_check CHECK ((ends_on >= starts_on)),
  constraint requests_lane_check CHECK ((lane = ANY (ARRAY['standard'::text, 'rapid'::text, 'no_regret'::text]))),
  constraint requests_lane_reason_check CHECK ((length(lane_reason) <= 1000)),
  constraint requests_mandate_basis_check CHECK ((mandate_basis = ANY (ARRAY['request_of_parties'::text, 'secretary_general_initiative'::text, 'security_council_request'::text, 'general_assembly_request'::text]))),
  constraint requests_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'returned'::text, 'approved'::text, 'active'::text, 'reporting'::text, 'closed'::text, 'rejected'::text, 'withdrawn'::text, 'expired'::text, 'suspended'::text, 'cancelled'::text, 'unwound'::text]))),
  constraint requests_support_check CHECK ((support <@ ARRAY['advisory'::text, 'logistical'::text, 'financial'::text])),
  constraint requests_themes_check CHECK ((themes <@ ARRAY['power_sharing'::text, 'natural_resources'::text, 'constitution_making'::text, 'ceasefire_and_security'::text, 'gender_and_inclusion'::text])),
  constraint requests_title_check CHECK (((length(title) >= 1) AND (length(title) <= 300)))
);
CREATE INDEX requests_by_entity ON requests USING btree (entity_id, id);
CREATE INDEX requests_by_status ON requests USING btree (fund_id, status, id);
CREATE CONSTRAINT TRIGGER advance_is_as_its_rows AFTER UPDATE OF status ON requests DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.lane = 'no_regret'::text) OR (new.status = 'unwound'::text))) EXECUTE FUNCTION advance_is_as_its_rows();
CREATE TRIGGER approved_at_every_step BEFORE UPDATE OF status ON requests FOR EACH ROW WHEN (((old.status = 'submitted'::text) AND (new.status <> ALL (ARRAY['submitted'::text, 'returned'::text, 'rejected'::text, 'withdrawn'::text, 'expired'::text])) AND (NOT ((new.lane = 'no_regret'::text) AND (new.status = 'active'::text))))) EXECUTE FUNCTION approved_at_every_step();
CREATE CONSTRAINT TRIGGER approved_with_tranches AFTER UPDATE OF status ON requests DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.status = 'submitted'::text) AND (new.status = ANY (ARRAY['approved'::text, 'active'::text])))) EXECUTE FUNCTION approved_with_tranches();
CREATE TRIGGER closed_request_stays BEFORE UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION closed_request_stays();
CREATE CONSTRAINT TRIGGER closed_with_nothing_left AFTER UPDATE OF status ON requests DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.status = 'closed'::text)) EXECUTE FUNCTION closed_with_nothing_left();
CREATE TRIGGER decided_content_is_fixed BEFORE UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION decided_content_is_fixed();
CREATE TRIGGER deployments_are_costed BEFORE UPDATE OF status ON requests FOR EACH ROW WHEN (((new.status = 'submitted'::text) AND (old.status <> 'submitted'::text))) EXECUTE FUNCTION deployments_are_costed();
CREATE TRIGGER lane_is_fixed BEFORE UPDATE OF lane ON requests FOR EACH ROW WHEN (((old.lane <> new.lane) AND (old.status <> ALL (ARRAY['draft'::text, 'returned'::text])))) EXECUTE FUNCTION lane_is_fixed();
CREATE TRIGGER lane_reason_is_fixed BEFORE UPDATE OF lane_reason ON requests FOR EACH ROW WHEN (((old.lane_reason <> new.lane_reason) AND (old.status <> ALL (ARRAY['draft'::text, 'returned'::text])))) EXECUTE FUNCTION lane_is_fixed();
CREATE CONSTRAINT TRIGGER no_regret_is_counted AFTER UPDATE OF status, round ON requests DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.lane = 'no_regret'::text) AND (new.status <> ALL (ARRAY['draft'::text, 'withdrawn'::text])))) EXECUTE FUNCTION no_regret_is_counted();
CREATE TRIGGER process_is_known BEFORE INSERT OR UPDATE OF process_id ON requests FOR EACH ROW WHEN ((new.process_id IS NOT NULL)) EXECUTE FUNCTION process_is_known();
CREATE TRIGGER reports_after_paying BEFORE UPDATE OF status ON requests FOR EACH ROW WHEN (((new.status = 'reporting'::text) AND (old.status <> 'reporting'::text))) EXECUTE FUNCTION reports_after_paying();
CREATE TRIGGER request_holds_experts AFTER UPDATE OF status ON requests FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION request_holds_experts();
alter table requests enable row level security;
create policy own on requests for select to wasata_donor using (((id)::text IN ( SELECT own_requests() AS own_requests)));
create policy service on requests for all to wasata_service using (true) with check (true);

create table reserve_transfers (
  proposal_id      id not null,
  verdict          text not null default 'approve'::text,
  fund_id          id not null,
  contribution_id  id not null,
  amount           bigint not null,
  occurred_on      date not null,
  consent          text,
  act_id           id not null,
  constraint reserve_transfers_pkey PRIMARY KEY (proposal_id),
  constraint reserve_transfers_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint reserve_transfers_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint reserve_transfers_proposal_id_verdict_fkey FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint replenishment_by_consent CHECK (((amount > 0) = (consent IS NOT NULL))),
  constraint reserve_transfers_amount_check CHECK ((amount <> 0)),
  constraint reserve_transfers_verdict_check CHECK ((verdict = 'approve'::text))
);
CREATE INDEX reserve_transfers_by_contribution ON reserve_transfers USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reserve_transfers FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER reserve_transfer_permitted AFTER INSERT ON reserve_transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reserve_transfer_permitted();

create table revaluation_items (
  revaluation_id  id not null,
  address         text collate "C" not null,
  currency        text not null,
  original        bigint not null,
  carrying        bigint not null,
  rate            numeric(24,10),
  value           bigint not null,
  difference      bigint not null,
  fund_id         id not null,
  constraint revaluation_items_pkey PRIMARY KEY (revaluation_id, address, currency),
  constraint revaluation_items_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint revaluation_items_fund_id_revaluation_id_fkey FOREIGN KEY (fund_id, revaluation_id) REFERENCES revaluations(fund_id, id),
  constraint difference_explained CHECK (((value - carrying) = difference)),
  constraint revaluation_items_difference_check CHECK ((difference <> 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revaluation_items FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON revaluation_items FOR EACH ROW EXECUTE FUNCTION takes_fund_of('revaluations', 'revaluation_id', 'id');

create table revaluations (
  id           id not null,
  fund_id      id not null,
  month        date not null,
  number       integer not null,
  revalued_by  id not null,
  revalued_at  timestamp with time zone not null default clock_timestamp(),
  act_id       id not null,
  constraint revaluations_pkey PRIMARY KEY (id),
  constraint revaluations_fund_id_id_key UNIQUE (fund_id, id),
  constraint revalued_once UNIQUE (fund_id, month, number),
  constraint revaluations_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint revaluations_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint revaluations_revalued_by_fkey FOREIGN KEY (revalued_by) REFERENCES people(id),
  constraint revaluations_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint revaluations_number_check CHECK ((number > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON revaluations FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table review_funding (
  fund_id          id not null,
  review_id        id not null,
  contribution_id  id not null,
  amount           bigint not null,
  constraint review_funding_pkey PRIMARY KEY (review_id, contribution_id),
  constraint review_funding_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint review_funding_fund_id_review_id_fkey FOREIGN KEY (fund_id, review_id) REFERENCES line_reviews(fund_id, id),
  constraint review_funding_amount_check CHECK ((amount <> 0))
);
CREATE INDEX review_funding_by_contribution ON review_funding USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON review_funding FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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

create table rows_before_correction (
  id             bigint not null generated always as identity,
  correction_id  id not null,
  table_name     text not null,
  key            id not null,
  said           jsonb not null,
  replaced_at    timestamp with time zone not null default clock_timestamp(),
  fund_id        id not null,
  constraint rows_before_correction_pkey PRIMARY KEY (id),
  constraint rows_before_correction_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id)
);
CREATE INDEX rows_before_correction_by_key ON rows_before_correction USING btree (key, replaced_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON rows_before_correction FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
alter table rows_before_correction enable row level security;
create policy own on rows_before_correction for select to wasata_donor using (((table_name = 'agreements'::text) AND ((key)::text IN ( SELECT own_contributions() AS own_contributions))));
create policy service on rows_before_correction for all to wasata_service using (true);

create table sample_items (
  sample_id   id not null,
  number      integer not null,
  entry_id    bigint not null,
  rank        bigint not null,
  amount      numeric(38,0) not null,
  cumulative  numeric(38,0) not null,
  hits        integer not null,
  fund_id     id not null,
  constraint sample_items_pkey PRIMARY KEY (sample_id, number),
  constraint no_item_twice UNIQUE (sample_id, entry_id),
  constraint sample_items_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint sample_items_fund_id_sample_id_fkey FOREIGN KEY (fund_id, sample_id) REFERENCES samples(fund_id, id),
  constraint sample_items_hits_check CHECK ((hits > 0)),
  constraint sample_items_number_check CHECK ((number > 0)),
  constraint sample_items_rank_check CHECK ((rank > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sample_items FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON sample_items FOR EACH ROW EXECUTE FUNCTION takes_fund_of('samples', 'sample_id', 'id');

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
  constraint samples_fund_id_id_key UNIQUE (fund_id, id),
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

create table sanctions_entries (
  fund_id     id not null,
  version_id  id not null,
  key         text not null,
  reference   text,
  kind        text not null,
  name        text not null,
  names       jsonb not null,
  facts       jsonb not null,
  hash        bytea not null,
  constraint sanctions_entries_pkey PRIMARY KEY (version_id, key),
  constraint sanctions_entries_fund_id_version_id_fkey FOREIGN KEY (fund_id, version_id) REFERENCES sanctions_versions(fund_id, id),
  constraint sanctions_entries_hash_check CHECK ((length(hash) = 32)),
  constraint sanctions_entries_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'organisation'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sanctions_entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON sanctions_entries FOR EACH ROW EXECUTE FUNCTION takes_fund_of('sanctions_versions', 'version_id', 'id');
CREATE TRIGGER version_is_whole AFTER INSERT ON sanctions_entries REFERENCING NEW TABLE AS brought FOR EACH STATEMENT EXECUTE FUNCTION version_is_whole();

create table sanctions_versions (
  id           id not null,
  fund_id      id not null,
  edition      integer not null,
  list         text not null,
  number       integer not null,
  format       text not null,
  file_name    text not null,
  hash         bytea not null,
  dated        timestamp with time zone,
  entries      integer not null,
  added        integer not null,
  changed      integer not null,
  dropped      integer not null,
  confirmed    boolean not null,
  imported_by  id not null,
  imported_at  timestamp with time zone not null,
  act_id       id not null,
  constraint sanctions_versions_pkey PRIMARY KEY (id),
  constraint one_edition_after_another UNIQUE (fund_id, edition),
  constraint sanctions_versions_fund_id_id_key UNIQUE (fund_id, id),
  constraint sanctions_versions_fund_id_list_number_key UNIQUE (fund_id, list, number),
  constraint sanctions_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint sanctions_versions_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint sanctions_versions_imported_by_fkey FOREIGN KEY (imported_by) REFERENCES people(id),
  constraint sanctions_versions_added_check CHECK ((added >= 0)),
  constraint sanctions_versions_changed_check CHECK ((changed >= 0)),
  constraint sanctions_versions_dropped_check CHECK ((dropped >= 0)),
  constraint sanctions_versions_edition_check CHECK ((edition > 0)),
  constraint sanctions_versions_entries_check CHECK ((entries > 0)),
  constraint sanctions_versions_file_name_check CHECK (((length(file_name) >= 1) AND (length(file_name) <= 200))),
  constraint sanctions_versions_format_check CHECK ((format ~ '^[a-z][a-z_]{0,19}$'::text)),
  constraint sanctions_versions_hash_check CHECK ((length(hash) = 32)),
  constraint sanctions_versions_list_check CHECK ((list ~ '^[a-z][a-z0-9_]{0,39}$'::text)),
  constraint sanctions_versions_number_check CHECK ((number > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sanctions_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  fund_id    id not null,
  constraint saved_query_version_taken PRIMARY KEY (query_id, version),
  constraint saved_query_changed_by_owner FOREIGN KEY (query_id, owner_id) REFERENCES saved_queries(id, owner_id),
  constraint saved_query_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint saved_query_versions_fund_id_query_id_fkey FOREIGN KEY (fund_id, query_id) REFERENCES saved_queries(fund_id, id),
  constraint saved_query_versions_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint saved_query_versions_query_check CHECK ((length(query) <= 4000)),
  constraint saved_query_versions_version_check CHECK ((version > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON saved_query_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON saved_query_versions FOR EACH ROW EXECUTE FUNCTION takes_fund_of('saved_queries', 'query_id', 'id');

create table screening_cases (
  id          id not null,
  fund_id     id not null,
  payee_id    id not null,
  version_id  id not null,
  list        text not null,
  entry_key   text not null,
  entry_hash  bytea not null,
  entry       jsonb not null,
  names       text[] not null,
  names_hash  bytea not null,
  score       smallint not null,
  matched     jsonb not null,
  occasion    text not null,
  opened_at   timestamp with time zone not null,
  act_id      id,
  constraint screening_cases_pkey PRIMARY KEY (id),
  constraint case_opened_once UNIQUE (payee_id, list, entry_key, entry_hash, names_hash),
  constraint screening_cases_fund_id_id_key UNIQUE (fund_id, id),
  constraint screening_cases_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint screening_cases_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint screening_cases_fund_id_version_id_fkey FOREIGN KEY (fund_id, version_id) REFERENCES sanctions_versions(fund_id, id),
  constraint screening_cases_check CHECK ((names_hash = names_hash(names))),
  constraint screening_cases_entry_hash_check CHECK ((length(entry_hash) = 32)),
  constraint screening_cases_occasion_check CHECK ((occasion = ANY (ARRAY['registration'::text, 'list'::text, 'release'::text, 'asked'::text]))),
  constraint screening_cases_score_check CHECK (((score >= 1) AND (score <= 100)))
);
CREATE INDEX screening_cases_by_fund ON screening_cases USING btree (fund_id, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON screening_cases FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON screening_cases FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payees', 'payee_id', 'id');

create table screening_decisions (
  fund_id      id not null,
  case_id      id not null,
  number       integer not null,
  verdict      text not null,
  reason       text not null,
  decided_by   id,
  person_kind  text,
  decided_at   timestamp with time zone not null,
  act_id       id,
  constraint screening_decisions_pkey PRIMARY KEY (case_id, number),
  constraint screening_decisions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint screening_decisions_decided_by_person_kind_fkey FOREIGN KEY (decided_by, person_kind) REFERENCES people(id, kind),
  constraint screening_decisions_fund_id_case_id_fkey FOREIGN KEY (fund_id, case_id) REFERENCES screening_cases(fund_id, id),
  constraint screening_decisions_check CHECK ((((verdict = 'lapse'::text) = (decided_by IS NULL)) AND ((decided_by IS NULL) = (person_kind IS NULL)))),
  constraint screening_decisions_check1 CHECK (((decided_by IS NULL) OR (act_id IS NOT NULL))),
  constraint screening_decisions_number_check CHECK ((number > 0)),
  constraint screening_decisions_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint screening_decisions_verdict_check CHECK ((verdict = ANY (ARRAY['clear'::text, 'confirm'::text, 'lapse'::text]))),
  constraint service_account_decides_nothing CHECK ((person_kind = 'person'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON screening_decisions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON screening_decisions FOR EACH ROW EXECUTE FUNCTION takes_fund_of('screening_cases', 'case_id', 'id');
CREATE TRIGGER case_is_decided_in_order BEFORE INSERT ON screening_decisions FOR EACH ROW EXECUTE FUNCTION case_is_decided_in_order();

create table screenings (
  fund_id      id not null,
  payee_id     id not null,
  edition      integer not null,
  threshold    smallint not null,
  names        text[] not null,
  names_hash   bytea not null,
  hits         integer not null,
  occasion     text not null,
  screened_at  timestamp with time zone not null,
  act_id       id,
  constraint screened_once PRIMARY KEY (payee_id, edition, threshold, names_hash),
  constraint screenings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint screenings_fund_id_edition_fkey FOREIGN KEY (fund_id, edition) REFERENCES sanctions_versions(fund_id, edition),
  constraint screenings_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint screenings_check CHECK ((names_hash = names_hash(names))),
  constraint screenings_hits_check CHECK ((hits >= 0)),
  constraint screenings_occasion_check CHECK ((occasion = ANY (ARRAY['registration'::text, 'list'::text, 'release'::text, 'asked'::text]))),
  constraint screenings_threshold_check CHECK (((threshold >= 1) AND (threshold <= 100)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON screenings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON screenings FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payees', 'payee_id', 'id');

create table seal_reach (
  fund_id           id not null,
  seal              integer not null,
  recorded_from     timestamp with time zone not null,
  recorded_through  timestamp with time zone not null,
  value_through     date not null,
  constraint seal_reach_pkey PRIMARY KEY (fund_id, seal),
  constraint seal_reach_fund_id_seal_fkey FOREIGN KEY (fund_id, seal) REFERENCES seals(fund_id, number)
);
CREATE INDEX seal_reach_by_moment ON seal_reach USING btree (fund_id, recorded_through, seal);
CREATE INDEX seal_reach_by_span ON seal_reach USING gist (tstzrange(recorded_from, recorded_through, '[]'::text));
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal_reach FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  act_id        id not null,
  fund_id       id not null,
  seal          integer not null,
  content_hash  bytea,
  constraint sealed_acts_pkey PRIMARY KEY (act_id),
  constraint sealed_acts_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id),
  constraint sealed_acts_fund_id_seal_fkey FOREIGN KEY (fund_id, seal) REFERENCES seals(fund_id, number)
);
CREATE INDEX sealed_acts_by_seal ON sealed_acts USING btree (fund_id, seal, act_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sealed_acts FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table sealed_balances (
  account_id  bigint not null,
  seal        integer not null,
  amount      numeric not null,
  functional  numeric not null,
  fund_id     id not null,
  constraint sealed_balances_pkey PRIMARY KEY (account_id, seal),
  constraint sealed_balances_fund_id_account_id_fkey FOREIGN KEY (fund_id, account_id) REFERENCES accounts(fund_id, id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sealed_balances FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table sealed_entries (
  entry_id      bigint not null,
  fund_id       id not null,
  seal          integer not null,
  content_hash  bytea,
  recorded_at   timestamp with time zone,
  act_id        id,
  constraint sealed_entries_pkey PRIMARY KEY (entry_id),
  constraint sealed_entries_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entries(id),
  constraint sealed_entries_fund_id_seal_fkey FOREIGN KEY (fund_id, seal) REFERENCES seals(fund_id, number)
);
CREATE INDEX sealed_entries_by_seal ON sealed_entries USING btree (fund_id, seal, entry_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sealed_entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER folded AFTER INSERT ON sealed_entries REFERENCING NEW TABLE AS newly_sealed FOR EACH STATEMENT EXECUTE FUNCTION sealed_entries_are_folded();

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
  payment_id          id not null,
  request_id          id not null,
  settled_by          id not null,
  duty                text not null default 'reconciler'::text,
  value_date          date not null,
  debited             bigint not null,
  charge              bigint not null default 0,
  functional          bigint not null,
  functional_charge   bigint not null default 0,
  reference           text not null,
  act_id              id not null,
  correction_id       id,
  charge_approval_id  id,
  event               text not null default 'settlement'::text,
  fund_id             id not null,
  settled_at          timestamp with time zone not null,
  constraint settlements_pkey PRIMARY KEY (payment_id),
  constraint charge_approved_for_it FOREIGN KEY (charge_approval_id, payment_id, event) REFERENCES charge_approvals(id, payment_id, event),
  constraint one_duty_each FOREIGN KEY (request_id, settled_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint settlements_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint settlements_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint settlements_payment_id_request_id_fkey FOREIGN KEY (payment_id, request_id) REFERENCES payments(id, request_id),
  constraint settlements_charge_check CHECK ((charge >= 0)),
  constraint settlements_debited_check CHECK ((debited > 0)),
  constraint settlements_duty_check CHECK ((duty = 'reconciler'::text)),
  constraint settlements_event_check CHECK ((event = 'settlement'::text))
);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON settlements FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON settlements FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payments', 'payment_id', 'id');
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON settlements DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER charge_within_limit BEFORE INSERT ON settlements FOR EACH ROW EXECUTE FUNCTION charge_within_limit();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON settlements FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER kept_before_correction BEFORE UPDATE ON settlements FOR EACH ROW EXECUTE FUNCTION kept_before_correction('payment_id');
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON settlements DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table sign_in_attempts (
  key     text not null,
  points  integer not null default 0,
  expire  bigint,
  constraint sign_in_attempts_pkey PRIMARY KEY (key)
);

create table statement_entries (
  id                    id not null,
  fund_id               id not null,
  bank_account_id       id not null,
  statement_id          id not null,
  "position"            integer not null,
  part                  integer not null,
  booked_on             date not null,
  value_on              date not null,
  amount                bigint not null,
  charge                bigint not null default 0,
  sent                  bigint,
  sent_currency         text,
  reversal              boolean not null,
  end_to_end_id         text collate "C" not null,
  uetr                  text collate "C" not null,
  servicer_reference    text collate "C" not null,
  code                  text not null,
  counterparty          text not null,
  counterparty_account  text not null,
  remittance            text not null,
  return_reason         text not null,
  content_key           bytea not null,
  occurrence            integer not null,
  act_id                id not null,
  constraint statement_entries_pkey PRIMARY KEY (id),
  constraint statement_entries_fund_id_id_key UNIQUE (fund_id, id),
  constraint statement_entries_statement_id_position_part_key UNIQUE (statement_id, "position", part),
  constraint statement_entry_told_once UNIQUE (bank_account_id, content_key, occurrence),
  constraint statement_entries_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint statement_entries_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint statement_entries_fund_id_statement_id_fkey FOREIGN KEY (fund_id, statement_id) REFERENCES statements(fund_id, id),
  constraint statement_entries_amount_check CHECK ((amount <> 0)),
  constraint statement_entries_charge_check CHECK ((charge >= 0)),
  constraint statement_entries_check CHECK (((sent IS NULL) = (sent_currency IS NULL))),
  constraint statement_entries_content_key_check CHECK ((length(content_key) = 32)),
  constraint statement_entries_occurrence_check CHECK ((occurrence > 0)),
  constraint statement_entries_part_check CHECK ((part >= 0)),
  constraint statement_entries_position_check CHECK (("position" > 0)),
  constraint statement_entries_sent_check CHECK ((sent > 0))
);
CREATE INDEX statement_entries_by_account ON statement_entries USING btree (bank_account_id, booked_on, id);
CREATE INDEX statement_entries_by_end_to_end ON statement_entries USING btree (end_to_end_id) WHERE (end_to_end_id <> ''::text);
CREATE INDEX statement_entries_by_fund ON statement_entries USING btree (fund_id, booked_on, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON statement_entries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON statement_entries FOR EACH ROW EXECUTE FUNCTION takes_fund_of('statements', 'statement_id', 'id');

create table statement_files (
  id           id not null,
  fund_id      id not null,
  file_hash    bytea not null,
  format       text not null,
  file_name    text not null default ''::text,
  size         integer not null,
  uploaded_by  id not null,
  uploaded_at  timestamp with time zone not null,
  act_id       id not null,
  constraint statement_files_pkey PRIMARY KEY (id),
  constraint statement_file_read UNIQUE (fund_id, file_hash),
  constraint statement_files_fund_id_id_key UNIQUE (fund_id, id),
  constraint statement_files_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint statement_files_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint statement_files_uploaded_by_fkey FOREIGN KEY (uploaded_by) REFERENCES people(id),
  constraint statement_files_file_hash_check CHECK ((length(file_hash) = 32)),
  constraint statement_files_file_name_check CHECK ((length(file_name) <= 200)),
  constraint statement_files_format_check CHECK ((format = ANY (ARRAY['camt.053.001.08'::text, 'camt.053.001.02'::text, 'csv'::text]))),
  constraint statement_files_size_check CHECK ((size > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON statement_files FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table statement_repeats (
  statement_id  id not null,
  fund_id       id not null,
  "position"    integer not null,
  part          integer not null,
  entry_id      id not null,
  constraint statement_repeats_pkey PRIMARY KEY (statement_id, "position", part),
  constraint statement_repeats_statement_id_entry_id_key UNIQUE (statement_id, entry_id),
  constraint statement_repeats_fund_id_entry_id_fkey FOREIGN KEY (fund_id, entry_id) REFERENCES statement_entries(fund_id, id),
  constraint statement_repeats_fund_id_statement_id_fkey FOREIGN KEY (fund_id, statement_id) REFERENCES statements(fund_id, id),
  constraint statement_repeats_part_check CHECK ((part >= 0)),
  constraint statement_repeats_position_check CHECK (("position" > 0))
);
CREATE INDEX statement_repeats_by_entry ON statement_repeats USING btree (entry_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON statement_repeats FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON statement_repeats FOR EACH ROW EXECUTE FUNCTION takes_fund_of('statements', 'statement_id', 'id');

create table statement_tries (
  entry_id  id not null,
  fund_id   id not null,
  code      text not null,
  tried_by  id not null,
  tried_at  timestamp with time zone not null,
  act_id    id not null,
  constraint statement_tries_pkey PRIMARY KEY (entry_id, act_id),
  constraint statement_tries_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint statement_tries_fund_id_entry_id_fkey FOREIGN KEY (fund_id, entry_id) REFERENCES statement_entries(fund_id, id),
  constraint statement_tries_tried_by_fkey FOREIGN KEY (tried_by) REFERENCES people(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON statement_tries FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON statement_tries FOR EACH ROW EXECUTE FUNCTION takes_fund_of('statement_entries', 'entry_id', 'id');

create table statement_uses (
  id            id not null,
  fund_id       id not null,
  entry_id      id not null,
  amount        bigint not null,
  kind          text not null,
  ledger_entry  bigint,
  proposal_id   id,
  against       id,
  certain       boolean not null,
  score         smallint,
  used_by       id not null,
  used_at       timestamp with time zone not null,
  act_id        id not null,
  constraint statement_uses_pkey PRIMARY KEY (id),
  constraint statement_uses_fund_id_id_key UNIQUE (fund_id, id),
  constraint statement_uses_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint statement_uses_fund_id_against_fkey FOREIGN KEY (fund_id, against) REFERENCES statement_entries(fund_id, id),
  constraint statement_uses_fund_id_entry_id_fkey FOREIGN KEY (fund_id, entry_id) REFERENCES statement_entries(fund_id, id),
  constraint statement_uses_fund_id_proposal_id_fkey FOREIGN KEY (fund_id, proposal_id) REFERENCES proposals(fund_id, id),
  constraint statement_uses_ledger_entry_fkey FOREIGN KEY (ledger_entry) REFERENCES entries(id),
  constraint statement_uses_used_by_fkey FOREIGN KEY (used_by) REFERENCES people(id),
  constraint statement_uses_amount_check CHECK ((amount <> 0)),
  constraint statement_uses_check CHECK ((num_nonnulls(ledger_entry, proposal_id, against) = 1)),
  constraint statement_uses_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'return'::text, 'receipt'::text, 'unidentified'::text, 'charge'::text, 'interest'::text, 'conversion'::text, 'recovery'::text, 'booked_before'::text, 'cancels'::text]))),
  constraint statement_uses_score_check CHECK (((score >= 0) AND (score <= 100)))
);
CREATE INDEX statement_uses_by_against ON statement_uses USING btree (against) WHERE (against IS NOT NULL);
CREATE INDEX statement_uses_by_entry ON statement_uses USING btree (entry_id);
CREATE INDEX statement_uses_by_ledger_entry ON statement_uses USING btree (ledger_entry) WHERE (ledger_entry IS NOT NULL);
CREATE INDEX statement_uses_by_proposal ON statement_uses USING btree (proposal_id) WHERE (proposal_id IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON statement_uses FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON statement_uses FOR EACH ROW EXECUTE FUNCTION takes_fund_of('statement_entries', 'entry_id', 'id');
CREATE CONSTRAINT TRIGGER statement_entry_used_exactly AFTER INSERT ON statement_uses DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statement_entry_used_exactly();

create table statements (
  id               id not null,
  fund_id          id not null,
  file_id          id not null,
  bank_account_id  id not null,
  bank_id          text collate "C" not null,
  sequence         text not null default ''::text,
  from_on          date not null,
  to_on            date not null,
  opening          bigint not null,
  credits          bigint not null,
  debits           bigint not null,
  closing          bigint not null,
  content_hash     bytea not null,
  act_id           id not null,
  constraint statements_pkey PRIMARY KEY (id),
  constraint statement_known UNIQUE (bank_account_id, bank_id),
  constraint statements_fund_id_id_key UNIQUE (fund_id, id),
  constraint statements_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint statements_fund_id_bank_account_id_fkey FOREIGN KEY (fund_id, bank_account_id) REFERENCES bank_accounts(fund_id, id),
  constraint statements_fund_id_file_id_fkey FOREIGN KEY (fund_id, file_id) REFERENCES statement_files(fund_id, id),
  constraint statement_days CHECK ((from_on <= to_on)),
  constraint statement_foots CHECK ((((opening + credits) - debits) = closing)),
  constraint statements_bank_id_check CHECK (((length(bank_id) >= 1) AND (length(bank_id) <= 35))),
  constraint statements_content_hash_check CHECK ((length(content_hash) = 32)),
  constraint statements_credits_check CHECK ((credits >= 0)),
  constraint statements_debits_check CHECK ((debits >= 0))
);
CREATE INDEX statements_by_account ON statements USING btree (bank_account_id, to_on, id);
CREATE INDEX statements_by_file ON statements USING btree (file_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON statements FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON statements FOR EACH ROW EXECUTE FUNCTION takes_fund_of('statement_files', 'file_id', 'id');
CREATE CONSTRAINT TRIGGER statement_has_its_entries AFTER INSERT ON statements DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statement_has_its_entries();

create table status_report_answers (
  fund_id      id not null,
  report_id    id not null,
  number       integer not null,
  note         text not null,
  answered_by  id not null,
  answered_at  timestamp with time zone not null,
  act_id       id not null,
  constraint answered_once PRIMARY KEY (report_id, number),
  constraint status_report_answers_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint status_report_answers_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES people(id),
  constraint status_report_answers_fund_id_report_id_fkey FOREIGN KEY (fund_id, report_id) REFERENCES status_reports(fund_id, id),
  constraint status_report_answers_report_id_number_fkey FOREIGN KEY (report_id, number) REFERENCES status_report_lines(report_id, number),
  constraint status_report_answers_note_check CHECK (((length(note) >= 1) AND (length(note) <= 2000)))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON status_report_answers FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON status_report_answers FOR EACH ROW EXECUTE FUNCTION takes_fund_of('status_reports', 'report_id', 'id');

create table status_report_lines (
  fund_id        id not null,
  report_id      id not null,
  number         integer not null,
  end_to_end_id  text not null,
  payment_id     id,
  bank_status    text not null,
  verdict        text not null,
  reason_code    text,
  reason         text not null default ''::text,
  outcome        text not null,
  constraint status_report_lines_pkey PRIMARY KEY (report_id, number),
  constraint status_report_lines_fund_id_payment_id_fkey FOREIGN KEY (fund_id, payment_id) REFERENCES payments(fund_id, id),
  constraint status_report_lines_fund_id_report_id_fkey FOREIGN KEY (fund_id, report_id) REFERENCES status_reports(fund_id, id),
  constraint status_report_lines_bank_status_check CHECK (((length(bank_status) >= 1) AND (length(bank_status) <= 4))),
  constraint status_report_lines_end_to_end_id_check CHECK (((length(end_to_end_id) >= 1) AND (length(end_to_end_id) <= 35))),
  constraint status_report_lines_number_check CHECK ((number > 0)),
  constraint status_report_lines_outcome_check CHECK ((outcome = ANY (ARRAY['noted'::text, 'returned'::text, 'to_confirm'::text, 'contradicts'::text, 'unknown'::text]))),
  constraint status_report_lines_reason_check CHECK ((length(reason) <= 500)),
  constraint status_report_lines_reason_code_check CHECK (((length(reason_code) >= 1) AND (length(reason_code) <= 35))),
  constraint status_report_lines_verdict_check CHECK ((verdict = ANY (ARRAY['accepted'::text, 'pending'::text, 'rejected'::text]))),
  constraint unknown_has_no_payment CHECK (((payment_id IS NULL) = (outcome = 'unknown'::text)))
);
CREATE INDEX status_report_lines_by_payment ON status_report_lines USING btree (payment_id, report_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON status_report_lines FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON status_report_lines FOR EACH ROW EXECUTE FUNCTION takes_fund_of('status_reports', 'report_id', 'id');

create table status_reports (
  id                   id not null,
  fund_id              id not null,
  sha256               bytea not null,
  message_id           text not null,
  original_message_id  text not null,
  file_id              id,
  group_status         text,
  created_at           text not null,
  recorded_by          id not null,
  recorded_at          timestamp with time zone not null,
  act_id               id not null,
  constraint status_reports_pkey PRIMARY KEY (id),
  constraint status_report_once UNIQUE (fund_id, sha256),
  constraint status_reports_fund_id_id_key UNIQUE (fund_id, id),
  constraint status_reports_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint status_reports_fund_id_file_id_fkey FOREIGN KEY (fund_id, file_id) REFERENCES payment_files(fund_id, id),
  constraint status_reports_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint status_reports_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint status_reports_group_status_check CHECK (((length(group_status) >= 1) AND (length(group_status) <= 4))),
  constraint status_reports_message_id_check CHECK (((length(message_id) >= 1) AND (length(message_id) <= 35))),
  constraint status_reports_original_message_id_check CHECK (((length(original_message_id) >= 1) AND (length(original_message_id) <= 35))),
  constraint status_reports_sha256_check CHECK ((length(sha256) = 32))
);
CREATE INDEX status_reports_by_file ON status_reports USING btree (file_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON status_reports FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table step_targets (
  fund_id     id not null,
  request_id  id not null,
  round       integer not null,
  step        clock_step not null,
  minutes     integer not null,
  constraint step_targets_pkey PRIMARY KEY (request_id, round, step),
  constraint step_targets_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint step_targets_request_id_round_fkey FOREIGN KEY (request_id, round) REFERENCES submissions(request_id, round),
  constraint step_targets_minutes_check CHECK ((minutes > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON step_targets FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

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
  fund_id         id not null,
  risk            text not null,
  constraint submissions_pkey PRIMARY KEY (request_id, round),
  constraint submissions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint submissions_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint submissions_request_id_submitted_by_duty_fkey FOREIGN KEY (request_id, submitted_by, duty) REFERENCES duties(request_id, person_id, duty),
  constraint submissions_amount_check CHECK ((amount > 0)),
  constraint submissions_duty_check CHECK ((duty = 'requester'::text)),
  constraint submissions_risk_check CHECK ((risk = ANY (ARRAY['unrated'::text, 'low'::text, 'medium'::text, 'high'::text, 'expired'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON submissions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION takes_fund_of('requests', 'request_id', 'id');
CREATE CONSTRAINT TRIGGER pause_ends_with_its_step AFTER INSERT ON submissions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause_ends_with_its_step();

create table subsistence_rates (
  fund_id      id not null,
  country      text not null,
  month        date not null,
  rate         bigint not null,
  currency     text not null,
  source       text not null,
  recorded_by  id not null,
  recorded_at  timestamp with time zone not null,
  act_id       id not null,
  constraint subsistence_rate_already_set PRIMARY KEY (fund_id, country, month),
  constraint subsistence_rates_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint subsistence_rates_currency_fkey FOREIGN KEY (currency) REFERENCES currencies(code),
  constraint subsistence_rates_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint subsistence_rates_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES people(id),
  constraint subsistence_rates_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint subsistence_rates_rate_check CHECK ((rate > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON subsistence_rates FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table support_charges (
  fund_id          id not null,
  review_id        id not null,
  contribution_id  id not null,
  amount           bigint not null,
  constraint support_charges_pkey PRIMARY KEY (review_id, contribution_id),
  constraint support_charges_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint support_charges_fund_id_review_id_fkey FOREIGN KEY (fund_id, review_id) REFERENCES line_reviews(fund_id, id),
  constraint support_charges_amount_check CHECK ((amount <> 0))
);
CREATE INDEX support_charges_by_contribution ON support_charges USING btree (contribution_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON support_charges FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER support_within_set_aside AFTER INSERT ON support_charges FOR EACH ROW EXECUTE FUNCTION support_within_set_aside();

create table ties (
  person_id  id not null,
  payee_id   id not null,
  nature     text not null,
  act_id     id not null,
  fund_id    id not null,
  constraint ties_pkey PRIMARY KEY (person_id, payee_id),
  constraint ties_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint ties_fund_id_payee_id_fkey FOREIGN KEY (fund_id, payee_id) REFERENCES payees(fund_id, id),
  constraint ties_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ties FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON ties FOR EACH ROW EXECUTE FUNCTION takes_fund_of('payees', 'payee_id', 'id');

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
CREATE TRIGGER works_here BEFORE INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION works_here();

create table tranche_plans (
  request_id    id not null,
  fund_id       id not null,
  source        text not null,
  risk          text not null,
  days          integer not null,
  rule_from     date not null,
  reported_bps  integer not null,
  made_at       timestamp with time zone not null,
  act_id        id not null,
  constraint tranche_plans_pkey PRIMARY KEY (request_id),
  constraint tranche_plans_fund_id_request_id_key UNIQUE (fund_id, request_id),
  constraint tranche_plans_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint tranche_plans_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES requests(fund_id, id),
  constraint tranche_plans_days_check CHECK ((days > 0)),
  constraint tranche_plans_reported_bps_check CHECK (((reported_bps >= 0) AND (reported_bps <= 10000))),
  constraint tranche_plans_risk_check CHECK ((risk = ANY (ARRAY['unrated'::text, 'low'::text, 'medium'::text, 'high'::text, 'expired'::text]))),
  constraint tranche_plans_source_check CHECK ((source = ANY (ARRAY['rule'::text, 'plan'::text, 'lane'::text])))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tranche_plans FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table tranche_releases (
  fund_id      id not null,
  request_id   id not null,
  number       smallint not null,
  grounds      text not null,
  conditions   jsonb not null,
  proposal_id  id,
  verdict      text,
  released_at  timestamp with time zone not null,
  act_id       id not null,
  constraint tranche_releases_pkey PRIMARY KEY (request_id, number),
  constraint tranche_releases_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint tranche_releases_fund_id_request_id_number_fkey FOREIGN KEY (fund_id, request_id, number) REFERENCES tranches(fund_id, request_id, number),
  constraint tranche_releases_proposal_id_verdict_fkey FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint tranche_releases_check CHECK (((grounds = 'first'::text) = (number = 1))),
  constraint tranche_releases_grounds_check CHECK ((grounds = ANY (ARRAY['first'::text, 'conditions'::text, 'waiver'::text]))),
  constraint tranche_releases_verdict_check CHECK ((verdict = 'approve'::text)),
  constraint waived_by_two_people CHECK (((grounds = 'waiver'::text) = ((proposal_id IS NOT NULL) AND (verdict IS NOT NULL))))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tranche_releases FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER closed_request_is_final BEFORE INSERT ON tranche_releases FOR EACH ROW EXECUTE FUNCTION closed_request_is_final();
CREATE TRIGGER tranche_is_due BEFORE INSERT ON tranche_releases FOR EACH ROW EXECUTE FUNCTION tranche_is_due();

create table tranches (
  fund_id     id not null,
  request_id  id not null,
  number      smallint not null,
  amount      bigint not null,
  planned_on  date not null,
  note        text not null default ''::text,
  constraint tranches_pkey PRIMARY KEY (request_id, number),
  constraint tranches_fund_id_request_id_number_key UNIQUE (fund_id, request_id, number),
  constraint tranches_fund_id_request_id_fkey FOREIGN KEY (fund_id, request_id) REFERENCES tranche_plans(fund_id, request_id),
  constraint tranches_amount_check CHECK ((amount > 0)),
  constraint tranches_number_check CHECK ((number > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tranches FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table turnover (
  account_id  bigint not null,
  day         date not null,
  amount      numeric not null,
  functional  numeric not null,
  fund_id     id not null,
  constraint turnover_pkey PRIMARY KEY (account_id, day),
  constraint turnover_fund_id_account_id_fkey FOREIGN KEY (fund_id, account_id) REFERENCES accounts(fund_id, id)
) with (fillfactor=80);

create table watch_item_versions (
  fund_id        id not null,
  watch_item_id  id not null,
  version        integer not null,
  phase          text not null,
  signal         text not null,
  severity       text not null,
  owner_id       id not null,
  review_on      date not null,
  closed         boolean not null default false,
  note           text not null default ''::text,
  changed_by     id not null,
  changed_at     timestamp with time zone not null,
  act_id         id not null,
  constraint watch_item_changed_in_turn PRIMARY KEY (watch_item_id, version),
  constraint watch_item_versions_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint watch_item_versions_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people(id),
  constraint watch_item_versions_fund_id_watch_item_id_fkey FOREIGN KEY (fund_id, watch_item_id) REFERENCES watch_items(fund_id, id),
  constraint watch_item_versions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES people(id),
  constraint watch_item_versions_check CHECK (((NOT closed) OR (note <> ''::text))),
  constraint watch_item_versions_phase_check CHECK ((phase = ANY (ARRAY['before_escalation'::text, 'after_violence'::text, 'implementation'::text]))),
  constraint watch_item_versions_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  constraint watch_item_versions_version_check CHECK ((version > 0))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON watch_item_versions FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table watch_items (
  id          id not null,
  fund_id     id not null,
  country     text not null,
  region      text not null,
  process_id  id,
  created_by  id not null,
  created_at  timestamp with time zone not null,
  act_id      id not null,
  constraint watch_items_pkey PRIMARY KEY (id),
  constraint watch_items_fund_id_id_key UNIQUE (fund_id, id),
  constraint watch_items_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint watch_items_created_by_fkey FOREIGN KEY (created_by) REFERENCES people(id),
  constraint watch_items_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint watch_items_fund_id_process_id_fkey FOREIGN KEY (fund_id, process_id) REFERENCES processes(fund_id, id)
);
CREATE INDEX watch_items_by_region ON watch_items USING btree (fund_id, region, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON watch_items FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

create table write_offs (
  id               id not null,
  contribution_id  id not null,
  amount           bigint not null,
  functional       bigint not null,
  written_off_on   date not null,
  reason           text not null,
  act_id           id not null,
  proposal_id      id,
  verdict          text not null default 'approve'::text,
  takes_back       id,
  correction_id    id,
  fund_id          id not null,
  constraint write_offs_pkey PRIMARY KEY (id),
  constraint write_off_of_proposal UNIQUE (proposal_id),
  constraint write_off_approved FOREIGN KEY (proposal_id, verdict) REFERENCES proposal_decisions(proposal_id, verdict),
  constraint write_offs_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint write_offs_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES agreements(contribution_id),
  constraint write_offs_fund_id_contribution_id_fkey FOREIGN KEY (fund_id, contribution_id) REFERENCES contributions(fund_id, id),
  constraint write_offs_takes_back_fkey FOREIGN KEY (takes_back) REFERENCES write_offs(id),
  constraint counter_row_of_correction CHECK (((takes_back IS NULL) OR (correction_id IS NOT NULL))),
  constraint write_offs_amount_check CHECK (((takes_back IS NOT NULL) OR (amount > 0))),
  constraint write_offs_functional_check CHECK (((takes_back IS NOT NULL) OR (functional >= 0))),
  constraint write_offs_verdict_check CHECK ((verdict = 'approve'::text))
);
CREATE INDEX write_offs_by_contribution ON write_offs USING btree (contribution_id);
CREATE UNIQUE INDEX write_offs_taken_back_once ON write_offs USING btree (takes_back) WHERE (takes_back IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON write_offs FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER belongs_to_fund BEFORE INSERT ON write_offs FOR EACH ROW EXECUTE FUNCTION takes_fund_of('contributions', 'contribution_id', 'id');
CREATE CONSTRAINT TRIGGER by_confirmed_correction AFTER INSERT OR UPDATE ON write_offs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION by_confirmed_correction();
CREATE TRIGGER takes_back_exactly AFTER INSERT ON write_offs FOR EACH ROW WHEN ((new.takes_back IS NOT NULL)) EXECUTE FUNCTION takes_back_exactly('amount', 'functional');
CREATE CONSTRAINT TRIGGER write_off_has_authority AFTER INSERT ON write_offs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION write_off_has_authority();
alter table write_offs enable row level security;
create policy own on write_offs for select to wasata_donor using (((contribution_id)::text IN ( SELECT own_contributions() AS own_contributions)));
create policy service on write_offs for all to wasata_service using (true) with check (true);

create table year_closings (
  id         id not null,
  fund_id    id not null,
  year       integer not null,
  closed_by  id not null,
  closed_at  timestamp with time zone not null default clock_timestamp(),
  act_id     id not null,
  constraint year_closings_pkey PRIMARY KEY (id),
  constraint year_closed_already UNIQUE (fund_id, year),
  constraint year_closings_act_id_fkey FOREIGN KEY (act_id) REFERENCES acts(id) DEFERRABLE INITIALLY DEFERRED,
  constraint year_closings_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES people(id),
  constraint year_closings_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds(id),
  constraint year_closings_year_check CHECK (((year >= 1990) AND (year <= 2200)))
);
CREATE INDEX year_closings_by_act ON year_closings USING btree (act_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON year_closings FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
CREATE CONSTRAINT TRIGGER year_closes_itself AFTER INSERT ON year_closings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION year_closes_itself();
CREATE TRIGGER year_must_be_over BEFORE INSERT ON year_closings FOR EACH ROW EXECUTE FUNCTION year_must_be_over();

create view cash_moved as
 SELECT a.fund_id,
    b.id AS bank_account_id,
    p.entry_id,
    e.occurred_on,
    e.kind,
    e.source,
    e.memo,
    (sum(p.amount))::bigint AS amount
   FROM (((bank_accounts b
     JOIN accounts a ON ((((a.fund_id)::text = (b.fund_id)::text) AND (a.address = ('assets:cash:'::text || b.code)) AND (a.currency = b.currency))))
     JOIN postings p ON ((p.account_id = a.id)))
     JOIN entries e ON ((e.id = p.entry_id)))
  GROUP BY a.fund_id, b.id, p.entry_id, e.occurred_on, e.kind, e.source, e.memo;

create view cash_on_no_statement as
 SELECT m.fund_id,
    m.bank_account_id,
    m.entry_id,
    m.occurred_on,
    m.kind,
    m.source,
    m.memo,
    m.amount,
    (((m.amount)::numeric - COALESCE(u.used, (0)::numeric)))::bigint AS free
   FROM (cash_moved m
     LEFT JOIN LATERAL ( SELECT sum(u_1.amount) AS used
           FROM (statement_uses_that_count u_1
             JOIN statement_entries s ON ((((s.id)::text = (u_1.entry_id)::text) AND ((s.bank_account_id)::text = (m.bank_account_id)::text))))
          WHERE (u_1.ledger_entry = m.entry_id)) u ON (true))
  WHERE ((m.amount)::numeric <> COALESCE(u.used, (0)::numeric));

create view line_standings as
 SELECT l.id AS line_id,
    l.fund_id,
    l.request_id,
    l.report_id,
    l.number,
    l.category,
    l.functional,
        CASE
            WHEN (r.id IS NULL) THEN 'open'::text
            WHEN (b.id IS NOT NULL) THEN 'taken_back'::text
            ELSE r.verdict
        END AS standing,
    r.id AS review_id
   FROM ((report_lines l
     LEFT JOIN line_reviews r ON ((((r.line_id)::text = (l.id)::text) AND (r.takes_back IS NULL))))
     LEFT JOIN line_reviews b ON (((b.takes_back)::text = (r.id)::text)));

create view open_advances as
 SELECT a.fund_id,
    a.process_id,
    a.request_id,
    a.amount
   FROM (no_regret_advances a
     JOIN requests r ON ((((r.id)::text = (a.request_id)::text) AND (r.round = a.round))))
  WHERE ((r.status = ANY (ARRAY['submitted'::text, 'returned'::text, 'active'::text])) AND (NOT (EXISTS ( SELECT
           FROM advance_endings e
          WHERE ((e.request_id)::text = (a.request_id)::text)))));

create view payment_signatures as
 SELECT p.id AS payment_id,
    p.request_id,
    s.place,
    s.signed_by,
    s.signed_at,
    s.file_id
   FROM (payments p
     JOIN payment_file_signatures s ON (((s.file_id)::text = (p.file_id)::text)))
UNION ALL
 SELECT l.payment_id,
    l.request_id,
    l.place,
    l.released_by AS signed_by,
    l.released_at AS signed_at,
    NULL::text AS file_id
   FROM releases l
  WHERE (l.file_id IS NULL);

create view plan_lines_in_use as
 SELECT u.fund_id,
    u.plan_id,
    u.version,
    u.line,
    u.request_id
   FROM (plan_lines_activated u
     JOIN requests r ON (((r.id)::text = (u.request_id)::text)))
  WHERE (r.status <> ALL (ARRAY['rejected'::text, 'withdrawn'::text, 'expired'::text]));

create view rates_in_force as
 SELECT r.fund_id,
    r.currency,
    r.month,
    COALESCE(c.units, r.units) AS units,
    COALESCE(c.source, r.source) AS source,
    COALESCE(k.number, 0) AS changes,
    COALESCE(k.confirmed_at, r.recorded_at) AS since,
    COALESCE(k.act_id, r.act_id) AS act_id
   FROM ((exchange_rates r
     LEFT JOIN LATERAL ( SELECT k_1.change_id,
            k_1.fund_id,
            k_1.currency,
            k_1.month,
            k_1.number,
            k_1.proposed_by,
            k_1.confirmed_by,
            k_1.confirmed_at,
            k_1.entries_valued,
            k_1.act_id
           FROM rate_confirmations k_1
          WHERE (((k_1.fund_id)::text = (r.fund_id)::text) AND (k_1.currency = r.currency) AND (k_1.month = r.month))
          ORDER BY k_1.number DESC
         LIMIT 1) k ON (true))
     LEFT JOIN rate_changes c ON (((c.id)::text = (k.change_id)::text)));

create view recovery_standings as
 SELECT d.fund_id,
    d.request_id,
    d.due,
    (COALESCE(r.received, (0)::numeric))::bigint AS received,
    (COALESCE(w.given_up, (0)::numeric))::bigint AS given_up,
    ((((d.due)::numeric - COALESCE(r.received, (0)::numeric)) - COALESCE(w.given_up, (0)::numeric)))::bigint AS outstanding,
    (COALESCE(r.late, (0)::numeric))::bigint AS late
   FROM ((( SELECT owed.fund_id,
            owed.request_id,
            (sum(owed.amount))::bigint AS due
           FROM ( SELECT recoverables.fund_id,
                    recoverables.request_id,
                    recoverables.amount
                   FROM recoverables
                UNION ALL
                 SELECT line_reviews.fund_id,
                    line_reviews.request_id,
                    line_reviews.functional
                   FROM line_reviews
                  WHERE (line_reviews.verdict = 'ineligible'::text)) owed
          GROUP BY owed.fund_id, owed.request_id
         HAVING (sum(owed.amount) <> (0)::numeric)) d
     LEFT JOIN ( SELECT recoveries.request_id,
            sum(recoveries.functional) FILTER (WHERE (NOT recoveries.late)) AS received,
            sum(recoveries.functional) FILTER (WHERE recoveries.late) AS late
           FROM recoveries
          GROUP BY recoveries.request_id) r USING (request_id))
     LEFT JOIN ( SELECT recovery_write_offs.request_id,
            sum(recovery_write_offs.amount) AS given_up
           FROM recovery_write_offs
          GROUP BY recovery_write_offs.request_id) w USING (request_id));

create view report_standings as
 SELECT d.fund_id,
    d.request_id,
    d.number,
    d.kind,
    d.tranche,
    d.escalate_days,
    d.block_days,
    x.id AS report_id,
    x.status,
    GREATEST(d.due_on, (q.asked_on + d.answer_days)) AS due_on,
    ((EXISTS ( SELECT
           FROM payments p
          WHERE (((p.request_id)::text = (d.request_id)::text) AND (p.status = 'settled'::text)))) AND (NOT (EXISTS ( SELECT
           FROM expenditure_reports o
          WHERE (((o.request_id)::text = (d.request_id)::text) AND (o.due >= d.number) AND (o.status = ANY (ARRAY['submitted'::text, 'accepted'::text]))))))) AS open
   FROM (((report_dues d
     JOIN requests r ON ((((r.id)::text = (d.request_id)::text) AND (r.status = ANY (ARRAY['approved'::text, 'active'::text, 'reporting'::text])))))
     LEFT JOIN expenditure_reports x ON ((((x.request_id)::text = (d.request_id)::text) AND (x.due = d.number))))
     LEFT JOIN LATERAL ( SELECT max(((v.reviewed_at AT TIME ZONE 'utc'::text))::date) AS asked_on
           FROM line_reviews v
          WHERE (((v.report_id)::text = (x.id)::text) AND ((v.verdict = 'query'::text) OR (v.takes_back IS NOT NULL)))) q ON ((x.status = 'queried'::text)));

create view statement_uses_that_count as
 SELECT u.id,
    u.fund_id,
    u.entry_id,
    u.amount,
    u.kind,
    u.against,
    u.certain,
    u.score,
    u.used_by,
    u.used_at,
    u.act_id,
    u.proposal_id,
    u.ledger_entry
   FROM statement_uses u
  WHERE ((u.proposal_id IS NULL) AND (NOT (EXISTS ( SELECT
           FROM entries m
          WHERE ((m.reverses = u.ledger_entry) AND (m.kind = 'correction'::text))))))
UNION ALL
 SELECT u.id,
    u.fund_id,
    u.entry_id,
    u.amount,
    u.kind,
    u.against,
    u.certain,
    u.score,
    u.used_by,
    u.used_at,
    u.act_id,
    u.proposal_id,
    booked.id AS ledger_entry
   FROM (statement_uses u
     LEFT JOIN LATERAL ( SELECT l.id
           FROM (((statement_entries e
             JOIN bank_accounts b ON (((b.id)::text = (e.bank_account_id)::text)))
             JOIN accounts a ON ((((a.fund_id)::text = (u.fund_id)::text) AND (a.address = ('assets:cash:'::text || b.code)) AND (a.currency = b.currency))))
             JOIN entries l ON ((((l.fund_id)::text = (u.fund_id)::text) AND (l.source IN ( SELECT u.proposal_id
                UNION ALL
                 SELECT i.id
                   FROM interest i
                  WHERE ((i.proposal_id)::text = (u.proposal_id)::text)
                UNION ALL
                 SELECT c.id
                   FROM account_charges c
                  WHERE ((c.proposal_id)::text = (u.proposal_id)::text))) AND (l.kind = ANY (ARRAY['conversion'::text, 'conversion_sent'::text, 'interest'::text, 'bank_charge'::text])))))
          WHERE (((e.id)::text = (u.entry_id)::text) AND (EXISTS ( SELECT
                   FROM postings p
                  WHERE ((p.entry_id = l.id) AND (p.account_id = a.id)))))
         LIMIT 1) booked ON (true))
  WHERE ((u.proposal_id IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM proposal_decisions d
          WHERE (((d.proposal_id)::text = (u.proposal_id)::text) AND (d.verdict = 'reject'::text))))) AND (NOT (EXISTS ( SELECT
           FROM entries m
          WHERE ((m.reverses = booked.id) AND (m.kind = 'correction'::text))))));

create view told as
 SELECT fund_id,
    process_id,
    entity_id,
    told_at,
    act_id,
    id,
    person_id,
    told,
    reason,
    told_by
   FROM ( SELECT DISTINCT ON (need_to_know.process_id, need_to_know.entity_id, need_to_know.person_id) need_to_know.fund_id,
            need_to_know.process_id,
            need_to_know.entity_id,
            need_to_know.told_at,
            need_to_know.act_id,
            need_to_know.id,
            need_to_know.person_id,
            need_to_know.told,
            need_to_know.reason,
            need_to_know.told_by
           FROM need_to_know
          ORDER BY need_to_know.process_id, need_to_know.entity_id, need_to_know.person_id, need_to_know.id DESC) last
  WHERE told;

create view told_entries as
 SELECT e.statement_id,
    e.id AS entry_id,
    e."position",
    e.part,
    false AS repeated
   FROM statement_entries e
UNION ALL
 SELECT r.statement_id,
    r.entry_id,
    r."position",
    r.part,
    true AS repeated
   FROM statement_repeats r;

CREATE OR REPLACE FUNCTION account_in_force(p_payee text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select a.id::text from payee_accounts a join payee_verifications v on v.payee_account_id = a.id where a.payee_id = p_payee order by a.number desc limit 1
$function$;

CREATE OR REPLACE FUNCTION account_is_what_it_says()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  part text[] := string_to_array(new.address, ':');
  of_contribution text;
  of_request text;
begin
  if new.book = 'budget' and new.currency <> (select f.currency from funds f where f.id = new.fund_id) then
    raise exception 'account % is not in the currency of its fund', new.address using errcode = 'check_violation', constraint = 'budget_in_fund_currency';
  end if;
  if new.address ~ '^(assets:(receivable|allowance)|income:contributions|liabilities:(conditional|donor-refunds)|budget:(pledged|authority|support|available|ready|reserved|committed|disbursed|reported)):' then
    of_contribution := part[3];
  end if;
  if exists (select from contributions c where c.fund_id = new.fund_id and c.code = of_contribution and c.id is distinct from new.contribution_id)
     or exists (select from contributions c where c.id = new.contribution_id and (c.fund_id <> new.fund_id or c.code is distinct from of_contribution)) then
    raise exception 'account % belongs to another contribution', new.address using errcode = 'check_violation', constraint = 'account_of_its_contribution';
  end if;
  if new.address ~ '^(assets:(advances|partner-refunds)|liabilities:payable|expense:(grants|mission)|budget:(reserved|committed|disbursed|reported)):' then
    of_request := part[cardinality(part)];
  end if;
  if exists (select from requests r where r.fund_id = new.fund_id and r.code = of_request and r.id is distinct from new.request_id)
     or exists (select from requests r where r.id = new.request_id and (r.fund_id <> new.fund_id or r.code is distinct from of_request)) then
    raise exception 'account % belongs to another request', new.address using errcode = 'check_violation', constraint = 'account_of_its_request';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION account_of_open_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from requests r where r.id = new.request_id and r.status = 'closed') then
    raise exception 'request % is closed', new.request_id using errcode = 'check_violation', constraint = 'closed_request_is_final';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION account_waiting(p_payee text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select a.id::text from payee_accounts a
   where a.payee_id = p_payee and a.number = (select max(l.number) from payee_accounts l where l.payee_id = p_payee)
     and not exists (select from payee_verifications v where v.payee_account_id = a.id)
     and not exists (select from payee_account_refusals n where n.payee_account_id = a.id)
$function$;

CREATE OR REPLACE FUNCTION accounts_stand_still()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into balances (fund_id, account_id, amount, functional)
  select a.fund_id, a.id, sum(p.amount), sum(p.functional)
    from accounts a join postings p on p.account_id = a.id
   where a.request_id = new.request_id and a.address !~ '^expense:' and not exists (select from balances b where b.account_id = a.id)
   group by a.fund_id, a.id;
  update balances b
     set ceiling = b.amount, floor = case a.stage when 'reported' then 0 else b.amount end
    from accounts a
   where a.id = b.account_id and a.request_id = new.request_id and a.address !~ '^expense:';
  return null;
end $function$;

CREATE OR REPLACE FUNCTION act_time()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce(nullif(current_setting('wasata.act_at', true), '')::timestamptz, now())
$function$;

CREATE OR REPLACE FUNCTION acts_on(p_request text, p_person text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (select from duties d where d.request_id = p_request and d.person_id = p_person and d.duty <> 'requester')
      or exists (select from requests r join role_grants g on g.fund_id = r.fund_id and g.person_id = p_person and g.ended_at is null
                  where r.id = p_request
                    and ((r.status = 'submitted'
                          and exists (select from approval_steps s where s.request_id = r.id and s.round = r.round and s.role = g.role))
                      or (r.status in ('approved', 'active', 'reporting') and g.role = 'certifying_officer')
                      or exists (select from payments p
                                  where p.request_id = r.id and ((p.status = 'certified' and g.role in ('bank_signatory', 'treasurer')) or (p.status in ('released', 'settled') and g.role = 'reconciler')))))
$function$;

CREATE OR REPLACE FUNCTION advance_in_time()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_at timestamptz := (to_jsonb(new) ->> tg_argv[0])::timestamptz;
begin
  if exists (select from advance_activations a left join advance_endings e on e.request_id = a.request_id
              where a.request_id = new.request_id and (e.outcome = 'unwound' or e.outcome is null and v_at > a.ratify_by)) then
    raise exception 'the advance of request % is past its time', new.request_id using errcode = 'check_violation', constraint = 'advance_in_time';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION advance_is_activated()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  new.ratify_by := new.activated_at + make_interval(hours => (select a.ratification_hours from no_regret_advances a
                                                               where a.request_id = new.request_id and a.round = new.round));
  if not exists (select from decisions d join approval_steps s using (request_id, round, step, role)
                  where d.id = new.decision_id and d.request_id = new.request_id and d.round = new.round and d.verdict = 'approve'
                    and not s.ratifies and d.decided_at = new.activated_at)
     or not exists (select from approval_steps s where s.request_id = new.request_id and s.round = new.round and s.ratifies)
     or steps_without_quorum(new.request_id, '{f}') > 0 then
    raise exception 'nobody has let the advance of request % move', new.request_id
      using errcode = 'check_violation', constraint = 'advance_is_activated';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION advance_is_as_its_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.status = 'active' and not exists (select from advance_activations a where a.request_id = new.id and a.round = new.round)
     or (new.status = 'unwound') <> exists (select from advance_endings e where e.request_id = new.id and e.outcome = 'unwound') then
    raise exception 'request % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'advance_is_as_its_rows';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION advance_is_ratified()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if steps_without_quorum(new.request_id, '{f,t}') > 0 then
    raise exception 'the advance of request % is not approved at every step', new.request_id
      using errcode = 'check_violation', constraint = 'advance_is_ratified';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION advance_keeps_nothing()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from requests r where r.id = new.request_id and r.lane = 'no_regret') then
    raise exception 'request % is in the no-regret lane and keeps no decisions', new.request_id
      using errcode = 'check_violation', constraint = 'advance_keeps_nothing';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION advisor_is_apart()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not holds_role(new.fund_id, new.advisor_id, 'advisor')
     or exists (select from duties d where d.request_id = new.request_id and d.person_id = new.advisor_id)
     or exists (select from named_people n where n.request_id = new.request_id and n.person_id = new.advisor_id)
     or exists (select from ties t join requests r on r.payee_id = t.payee_id where r.id = new.request_id and t.person_id = new.advisor_id) then
    raise exception '% does not advise on request %', new.advisor_id, new.request_id using errcode = 'check_violation', constraint = 'advisor_is_apart';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION answered_while_open()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.finding_id, 6));
  if exists (select from finding_endings e where e.finding_id = new.finding_id) then
    raise exception 'finding % has ended', new.finding_id using errcode = 'check_violation', constraint = 'finding_has_ended';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION approved_at_every_step()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from approval_steps s where s.request_id = new.id and s.round = new.round)
     or exists (select from approval_steps s
                 where s.request_id = new.id and s.round = new.round
                   and s.quorum > (select count(distinct c.decided_by) from decisions_that_count(new.id, new.round) c
                                    where c.step = s.step and c.role = s.role and c.verdict = 'approve')) then
    raise exception 'request % is not approved at every step', new.id using errcode = 'check_violation', constraint = 'approved_at_every_step';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION approved_under(p_delegation text, p_but text)
 RETURNS numeric
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce(sum(last.amount), 0)
    from (select distinct on (d.request_id) s.amount
            from decisions d join submissions s on s.request_id = d.request_id and s.round = d.round
           where d.delegation_id = p_delegation and d.request_id <> p_but and d.verdict = 'approve'
           order by d.request_id, d.round desc) last
$function$;

CREATE OR REPLACE FUNCTION approved_with_tranches()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if (select coalesce(sum(l.amount), 0) from budget_lines l where l.request_id = new.id and l.category = 'grants')
     is distinct from (select coalesce(sum(t.amount), 0) from tranche_plans p left join tranches t on t.request_id = p.request_id
                        where p.request_id = new.id having count(p.request_id) > 0)
     or not exists (select from report_dues d where d.request_id = new.id and d.kind = 'final') then
    raise exception 'request % is approved without a plan of its tranches', new.id using errcode = 'check_violation', constraint = 'approved_with_tranches';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION balance_parts(p_fund text, p_accounts bigint[], p_on date, p_known_at timestamp with time zone, p_position integer)
 RETURNS TABLE(account_id bigint, amount numeric, functional numeric)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET max_parallel_workers_per_gather TO '0'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION bank_balance(p_account text, p_on date)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
  with latest as (
    select s.id, s.to_on, s.closing from statements s where s.bank_account_id = p_account and s.to_on <= p_on order by s.to_on desc, s.from_on desc, s.id desc limit 1),
  since as (
    select l.id, l.to_on, l.closing from latest l
    union all
    -- Before the end of the first statement: its opening balance.
    (select null, f.from_on, f.opening from statements f
      where f.bank_account_id = p_account and f.from_on <= p_on and not exists (select from latest) order by f.from_on, f.to_on, f.id limit 1))
  select l.closing + coalesce((
           select sum(e.amount) from statement_entries e
            where e.bank_account_id = p_account and e.booked_on between l.to_on and p_on
              and (l.id is null or (e.statement_id <> l.id and not exists (select from statement_repeats r where r.statement_id = l.id and r.entry_id = e.id)
                   and (e.booked_on > l.to_on or (select t.to_on from statements t where t.id = e.statement_id) > l.to_on)))), 0)::bigint
    from since l
$function$;

CREATE OR REPLACE FUNCTION break_glass_by_directors()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from requests r where r.id = new.request_id for no key update;
  if not (holds_role(new.fund_id, new.begun_by, 'director') and holds_role(new.fund_id, new.confirmed_by, 'director')) then
    raise exception 'break-glass % takes two directors', new.break_glass_id using errcode = 'check_violation', constraint = 'break_glass_by_directors';
  end if;
  if not exists (select from break_glasses b join requests r on r.id = b.request_id
                  where b.id = new.break_glass_id and b.begun_at <= new.confirmed_at and new.confirmed_at < b.ends_at
                    and r.status = 'submitted' and r.lane <> 'no_regret' and r.round = b.round
                    and b.decided_hash = encode(sha256(r.content_hash || payee_details_hash(r.payee_id)), 'hex')) then
    raise exception 'break-glass % is over', new.break_glass_id using errcode = 'check_violation', constraint = 'break_glass_in_time';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION break_glass_reviewed_by_others()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from break_glasses b join break_glass_confirmations c on c.break_glass_id = b.id
                  where b.id = new.break_glass_id and new.reviewed_by not in (c.begun_by, c.confirmed_by)
                    and (holds_role(b.fund_id, new.reviewed_by, b.role) or holds_role(b.fund_id, new.reviewed_by, 'head_of_department'))) then
    raise exception '% does not review break-glass %', new.reviewed_by, new.break_glass_id
      using errcode = 'check_violation', constraint = 'break_glass_reviewed_by_others';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION by_confirmed_correction()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from correction_endings d where d.correction_id = new.correction_id and d.verdict = 'confirmed') then
    raise exception 'correction % of a row in % is not confirmed', new.correction_id, tg_table_name
      using errcode = 'check_violation', constraint = 'by_confirmed_correction';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION came_from_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from plan_activations a join contingency_plans p on p.id = a.plan_id and p.status = 'open' and p.version = a.version
                   join requests r on r.id = a.request_id and r.status in ('rejected', 'withdrawn', 'expired')
                  where a.request_id = new.request_id and new.amount <= a.from_ready) then
    raise exception 'request % gives nothing back to plan %', new.request_id, new.plan_id using errcode = 'check_violation', constraint = 'came_from_plan';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION case_is_decided_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  of_case screening_cases;
  last screening_decisions;
begin
  select * into of_case from screening_cases where id = new.case_id;
  perform pg_advisory_xact_lock(hashtextextended('screening ' || of_case.payee_id, 0));
  select * into last from screening_decisions where case_id = new.case_id order by number desc limit 1;
  if new.number <> coalesce(last.number, 0) + 1 or last.verdict = 'lapse' or last.verdict = new.verdict
     or (new.verdict = 'lapse' and last.verdict is not null) then
    raise exception 'case % cannot be decided so', new.case_id using errcode = 'check_violation', constraint = 'case_is_decided_in_order';
  end if;
  if new.decided_by is not null and (keeps_away_from_cases(new.decided_by, of_case.payee_id) is not null or not exists (
       select from role_grants g where g.fund_id = of_case.fund_id and g.person_id = new.decided_by and g.role = 'compliance_officer' and g.ended_at is null)) then
    raise exception '% may not decide on case %', new.decided_by, new.case_id using errcode = 'check_violation', constraint = 'case_by_a_free_officer';
  end if;
  if last.verdict = 'confirm' and last.decided_by = new.decided_by then
    raise exception 'what one officer confirmed another clears' using errcode = 'check_violation', constraint = 'confirmed_hit_by_two_people';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION case_state(p_case text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce((select d.verdict from screening_decisions d where d.case_id = p_case order by d.number desc limit 1), 'open')
$function$;

CREATE OR REPLACE FUNCTION change_holds_expert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update deployments d set held_until = holds_until(d) where d.id = new.deployment_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION change_touches(p_before jsonb, p_after jsonb, p_role text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with line as (
    select 'was' as at, l ->> 'category' as category, l ->> 'description' as description, (l -> 'amount' ->> 'amount')::numeric as amount
      from jsonb_array_elements(p_before -> 'lines') l
     union all
    select 'is', l ->> 'category', l ->> 'description', (l -> 'amount' ->> 'amount')::numeric from jsonb_array_elements(p_after -> 'lines') l),
  total as (
    select coalesce(sum(amount) filter (where at = 'was'), 0) as was, coalesce(sum(amount) filter (where at = 'is'), 0) as is_now from line)
  select p_before -> 'payeeId' is distinct from p_after -> 'payeeId'
      or (p_role = 'certifying_officer' and p_before ? 'payeeDetails' and p_before -> 'payeeDetails' is distinct from p_after -> 'payeeDetails')
      or p_before -> 'processId' is distinct from p_after -> 'processId'
      or is_now > was
      or (is_now < was and p_role = 'certifying_officer')
      or (p_role in ('certifying_officer', 'fund_manager')
          and exists (select from line group by category, description
                      having coalesce(sum(amount) filter (where at = 'is'), 0) > coalesce(sum(amount) filter (where at = 'was'), 0)))
      or (p_role = 'fund_manager' and (p_before -> 'startsOn' is distinct from p_after -> 'startsOn' or p_before -> 'endsOn' is distinct from p_after -> 'endsOn'))
    from total
$function$;

CREATE OR REPLACE FUNCTION charge_within_limit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_kept bigint := 0;     -- by this event, in the bank account's currency
  v_value numeric := 0;   -- of all that was kept of the payment, in the fund's
begin
  if tg_table_name = 'settlements' then
    v_kept := new.charge;
    v_value := new.functional_charge;
  else
    select s.debited - new.credited, s.functional - new.functional + s.functional_charge into v_kept, v_value
      from settlements s where s.payment_id = new.payment_id;
  end if;
  if v_kept > 0
     and not exists (select from charge_approvals a where a.id = new.charge_approval_id and a.amount >= v_kept)
     and not exists (select from payments p
                       cross join lateral (select l.terms from policies l
                                            where l.fund_id = p.fund_id and l.subject = 'bank_charges' and l.effective_from <= (now() at time zone 'utc')::date
                                            order by l.effective_from desc limit 1) l
                      where p.id = new.payment_id
                        and v_value <= greatest((l.terms ->> 'most')::numeric, p.amount * (l.terms ->> 'bps')::numeric / 10000)) then
    raise exception 'the bank kept % of payment %, and nobody has confirmed it', v_value, new.payment_id
      using errcode = 'check_violation', constraint = 'charge_above_limit';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION check_period(p_fund text, p_month date, p_act text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION clock_pieces()
 RETURNS TABLE(fund_id id, request_id id, payment_id id, round integer, step text, returned boolean, from_at timestamp with time zone, to_at timestamp with time zone, ended_by text)
 LANGUAGE sql
 STABLE
AS $function$
  select fund_id, request_id, null::text, round, step, returned, from_at, to_at, ended_by from request_pieces()
  union all
  select * from payment_pieces()
$function$;

CREATE OR REPLACE FUNCTION clock_steps(p_at timestamp with time zone)
 RETURNS TABLE(fund_id id, request_id id, payment_id id, round integer, step text, started_at timestamp with time zone, ended_at timestamp with time zone, ended_by text, returned boolean, gross_ms bigint, paused_ms bigint)
 LANGUAGE sql
 STABLE
AS $function$
  select t.fund_id, t.request_id, t.payment_id, t.round, t.step, min(t.from_at), case when bool_and(t.to_at is not null) then max(t.to_at) end,
         (array_agg(t.ended_by order by t.from_at desc, t.to_at desc nulls first))[1], bool_or(t.returned and t.to_at is null),
         sum(t.gross_ms)::bigint, sum(t.paused_ms)::bigint
    from clock_times(p_at) t
   group by t.fund_id, t.request_id, t.payment_id, t.round, t.step
$function$;

CREATE OR REPLACE FUNCTION clock_times(p_at timestamp with time zone)
 RETURNS TABLE(fund_id id, request_id id, payment_id id, round integer, step text, returned boolean, from_at timestamp with time zone, to_at timestamp with time zone, ended_by text, gross_ms bigint, paused_ms bigint)
 LANGUAGE sql
 STABLE
AS $function$
  select c.fund_id, c.request_id, c.payment_id, c.round, c.step, c.returned, c.from_at, c.to_at, c.ended_by, ms_between(c.from_at, c.until),
         case when c.returned then ms_between(c.from_at, c.until) else (
           select coalesce(sum(greatest(ms_between(greatest(p.begun_at, c.from_at), least(coalesce(p.ended_at, c.until), c.until)), 0)), 0)::bigint
             from pauses p where p.request_id = c.request_id) end
    from (select *, coalesce(to_at, greatest(p_at, from_at)) as until from clock_pieces()) c
$function$;

CREATE OR REPLACE FUNCTION closed_request_is_final()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from requests r where r.id = new.request_id and r.status = 'closed' for share;
  if found then
    raise exception 'request % is closed', new.request_id using errcode = 'check_violation', constraint = 'closed_request_is_final';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION closed_request_stays()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.status = 'closed' and new is distinct from old then
    raise exception 'request % is closed', old.id using errcode = 'check_violation', constraint = 'closed_request_is_final';
  end if;
  if new.status = 'closed' and old.status not in ('active', 'reporting', 'closed') then
    raise exception 'request % is %, and cannot be closed', old.id, old.status using errcode = 'check_violation', constraint = 'closed_after_paying';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION closed_with_nothing_left()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_left text := (select string_agg(p.point, ', ') from closing_points(coalesce(to_jsonb(new) ->> 'request_id', to_jsonb(new) ->> 'id')) p);
begin
  if v_left is not null
     or not exists (select from closures c join requests r on r.id = c.request_id
                     where c.request_id = coalesce(to_jsonb(new) ->> 'request_id', to_jsonb(new) ->> 'id') and r.status = 'closed') then
    raise exception 'a request is not ready to be closed: %', v_left using errcode = 'check_violation', constraint = 'closed_with_nothing_left';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION closing_points(p_request text)
 RETURNS TABLE(point text, items bigint, amount bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with held as (
    select coalesce(a.stage, split_part(a.address, ':', 2)) as place, a.address like '%:recoverable:%' as owed, p.functional
      from accounts a join postings p on p.account_id = a.id
     where a.request_id = p_request and a.address !~ '^expense:'),
  sums as (
    select sum(functional) filter (where place in ('reserved', 'committed')) as committed,
           sum(functional) filter (where place = 'disbursed' and not owed) as disbursed,
           sum(functional) filter (where place = 'advances') as advances,
           -sum(functional) filter (where place = 'payable') as payable,
           sum(functional) filter (where place = 'partner-refunds') as refunds
      from held)
  select * from (
    select 'ratification', count(*), null::bigint from advance_activations v
     where v.request_id = p_request and not exists (select from advance_endings e where e.request_id = v.request_id)
    union all
    select 'suspended', count(*), null from pauses u where u.request_id = p_request and u.suspends and u.ended_at is null
    union all
    select 'payments', count(*), coalesce(sum(p.amount), 0)::bigint from payments p
     where p.request_id = p_request and p.status not in ('settled', 'cancelled')
    union all
    select 'committed', (committed <> 0)::int, committed::bigint from sums
    union all
    select 'payable', (payable <> 0)::int, payable::bigint from sums
    union all
    select 'advances', (advances <> 0)::int, advances::bigint from sums
    union all
    -- Where all that was paid must come back there is nothing to report.
    select 'reports', count(*), null from report_dues d
     where d.request_id = p_request
       and not exists (select from expenditure_reports x where x.request_id = d.request_id and x.due >= d.number and x.status = 'accepted')
       and coalesce((select sum(p.amount) from payments p where p.request_id = p_request and p.status = 'settled'), 0)
         > coalesce((select sum(u.amount) from recoverables u where u.request_id = p_request), 0)
    union all
    select 'disbursed', (disbursed <> 0)::int, disbursed::bigint from sums
    union all
    select 'recoveries', (refunds <> 0)::int, refunds::bigint from sums
    union all
    select 'findings', count(*), null from findings f
     where f.request_id = p_request and not exists (select from finding_endings e where e.finding_id = f.id)
    union all
    select 'lesson', 1 - count(*), null from (select from lessons l where l.request_id = p_request limit 1) l
  ) as points (point, items, amount)
  where items > 0
$function$;

CREATE OR REPLACE FUNCTION contest_looked_at_by_others()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from pauses p
                   join break_glass_confirmations c on c.break_glass_id = p.break_glass_id
                   join break_glass_reviews v on v.break_glass_id = p.break_glass_id
                  where p.id = new.pause_id and p.ended_at is null and new.looked_by not in (c.begun_by, c.confirmed_by, v.reviewed_by))
     or not holds_role(new.fund_id, new.looked_by, new.looked_as) then
    raise exception '% does not look at contest %', new.looked_by, new.pause_id using errcode = 'check_violation', constraint = 'contest_looked_at_by_others';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION controller_adjusts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from acts t join role_grants g on g.person_id = t.person_id
                  where t.id = new.act_id and t.person_id = new.person_id and g.fund_id = new.fund_id and g.role = 'controller' and g.ended_at is null) then
    raise exception 'act % is not a controller''s', new.act_id using errcode = 'check_violation', constraint = 'controller_adjusts';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION conversion_leaves_cash()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_cash(new.from_account);
  if exists (select from (
       select p.occurred_on, sum(sum(p.amount)) over (order by p.occurred_on) as balance
         from bank_accounts b
         join accounts a on a.fund_id = b.fund_id and a.address = 'assets:cash:' || b.code and a.currency = b.currency
         join postings p on p.account_id = a.id
        where b.id = new.from_account group by p.occurred_on) days
      where days.occurred_on >= new.left_on and days.balance < 0) then
    raise exception 'conversion % takes more than the account holds', new.proposal_id using errcode = 'check_violation', constraint = 'conversion_leaves_cash';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION decided_content_is_fixed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.status not in ('draft', 'returned')
     and (new.title, new.purpose, new.process_id, new.payee_id, new.mandate_basis, new.support, new.themes, new.starts_on, new.ends_on)
         is distinct from
         (old.title, old.purpose, old.process_id, old.payee_id, old.mandate_basis, old.support, old.themes, old.starts_on, old.ends_on) then
    raise exception 'request % is %: what it says is fixed', old.id, old.status using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION decided_parts_are_fixed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  request text := case tg_op when 'DELETE' then old.request_id else new.request_id end;
begin
  if exists (select from requests r where r.id = request and r.status not in ('draft', 'returned')) then
    raise exception 'request %: what it says is fixed', request using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $function$;

CREATE OR REPLACE FUNCTION decided_with_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  -- Whoever decides on the request at the same time waits here, so that what is looked at next is all there is.
  perform from requests r where r.id = new.request_id for no key update;
  if exists (select from decisions_that_count(new.request_id, new.round) c
              where c.id <> new.id and (c.decided_by in (new.decided_by, new.on_behalf_of) or c.on_behalf_of in (new.decided_by, new.on_behalf_of))) then
    raise exception 'somebody decides twice on request %', new.request_id using errcode = 'check_violation', constraint = 'nobody_decides_twice';
  end if;
  if new.delegation_id is not null then
    perform pg_advisory_xact_lock(hashtextextended(new.delegation_id, 0));
    if not delegation_in_force(new.delegation_id, new.decided_at) then
      raise exception 'delegation % is not in force', new.delegation_id using errcode = 'check_violation', constraint = 'delegation_in_force';
    end if;
    if not delegation_reaches(new.delegation_id, new.request_id, new.round)
       or (new.verdict = 'approve'
           and (select d.in_all from delegations d where d.id = new.delegation_id)
             < approved_under(new.delegation_id, new.request_id)
             + (select s.amount from submissions s where s.request_id = new.request_id and s.round = new.round)) then
      raise exception 'delegation % does not reach request %', new.delegation_id, new.request_id
        using errcode = 'check_violation', constraint = 'within_delegation';
    end if;
  elsif new.break_glass_id is not null then
    if new.verdict <> 'approve'
       or not exists (select from break_glasses b join break_glass_confirmations c on c.break_glass_id = b.id
                       where b.id = new.break_glass_id and new.decided_by in (c.begun_by, c.confirmed_by) and new.decided_at = c.confirmed_at
                         and (b.request_id, b.round, b.step, b.role) = (new.request_id, new.round, new.step, new.role)
                         and b.decided_hash = encode(sha256(new.content_hash || new.payee_hash), 'hex')) then
      raise exception 'break-glass % is of another step', new.break_glass_id using errcode = 'check_violation', constraint = 'within_break_glass';
    end if;
  elsif not exists (select from requests r where r.id = new.request_id and holds_role(r.fund_id, new.decided_by, new.role)) then
    raise exception '% does not hold %', new.decided_by, new.role using errcode = 'check_violation', constraint = 'decided_with_own_role';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION decision_on_what_was_submitted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  new.payee_hash := (select payee_details_hash(r.payee_id) from requests r where r.id = new.request_id);
  if not exists (select from requests r join submissions s on s.request_id = r.id and s.round = r.round
                  where r.id = new.request_id and r.round = new.round and s.content_hash = new.content_hash) then
    raise exception 'decision % is not on what request % says', new.id, new.request_id
      using errcode = 'check_violation', constraint = 'decision_on_what_was_submitted';
  end if;
  if exists (select from decisions_that_count(new.request_id, new.round) c where c.decided_by = new.decided_by) then
    raise exception '% has decided on request % already', new.decided_by, new.request_id
      using errcode = 'unique_violation', constraint = 'decided_once_by_each';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION decisions_that_count(p_request text, p_round integer, p_at timestamp with time zone DEFAULT act_time())
 RETURNS TABLE(id text, step smallint, role text, decided_by text, on_behalf_of text, verdict text, decided_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select d.id, coalesce(k.step, d.step), d.role, d.decided_by, d.on_behalf_of, d.verdict, d.decided_at
    from requests r
    join decisions d on d.request_id = r.id
    join submissions s on s.request_id = r.id and s.round = d.round and s.content_hash = d.content_hash
    left join kept_decisions k on k.request_id = r.id and k.round = p_round and k.decision_id = d.id
   where r.id = p_request and (d.round = p_round or k.decision_id is not null)
     and (d.verdict <> 'approve'
          or ((d.role <> 'certifying_officer' or d.payee_hash = payee_details_hash(r.payee_id))
              and not either_keeps_away(d.decided_by, d.on_behalf_of, r.payee_id, p_at)
              and not exists (select from named_people n where n.request_id = r.id and n.person_id in (d.decided_by, d.on_behalf_of))))
$function$;

CREATE OR REPLACE FUNCTION delegated_from_own_power()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not holds_role(new.fund_id, new.delegator_id, new.role) then
    raise exception '% does not hold %', new.delegator_id, new.role using errcode = 'check_violation', constraint = 'delegated_from_own_power';
  end if;
  if new.ends_at - new.starts_at > (select make_interval(days => (l.terms ->> 'days')::int) from policies l
                                     where l.fund_id = new.fund_id and l.subject = 'delegation' and l.effective_from <= (new.made_at at time zone 'utc')::date
                                     order by l.effective_from desc limit 1) then
    raise exception 'delegation % is longer than the fund allows', new.id using errcode = 'check_violation', constraint = 'delegation_too_long';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION delegation_in_force(p_delegation text, p_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (select from delegations d join delegation_acceptances a on a.delegation_id = d.id
                  where d.id = p_delegation and d.starts_at <= p_at and a.accepted_at <= p_at and p_at < d.ends_at
                    and not exists (select from delegation_revocations r where r.delegation_id = d.id)
                    and holds_role(d.fund_id, d.delegator_id, d.role))
$function$;

CREATE OR REPLACE FUNCTION delegation_reaches(p_delegation text, p_request text, p_round integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (select from delegations d
                   join requests r on r.id = p_request and r.fund_id = d.fund_id
                   join submissions s on s.request_id = r.id and s.round = p_round
                   join processes p on p.id = r.process_id
                  where d.id = p_delegation and s.amount <= d.up_to
                    and (d.process_id is null or d.process_id = r.process_id)
                    and (d.entity_id is null or d.entity_id = r.entity_id)
                    and (d.region is null or d.region = p.region))
$function$;

CREATE OR REPLACE FUNCTION deployed_people_have_no_duty()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from deployments d join experts e on e.id = d.expert_id join duties u on u.request_id = d.request_id and u.person_id = e.person_id
              where d.request_id = new.request_id) then
    raise exception 'request % sends somebody who has a duty in it', new.request_id using errcode = 'check_violation', constraint = 'deployed_people_have_no_duty';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION deployment_holds_expert()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  new.held_until := holds_until(new);
  return new;
end $function$;

CREATE OR REPLACE FUNCTION deployment_moves_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  d deployments;
  started date;
begin
  select * into d from deployments where id = new.deployment_id for update;
  select c.on_day into started from deployment_changes c where c.deployment_id = d.id and c.change = 'started';
  if exists (select from deployment_changes c where c.deployment_id = d.id and c.change in ('ended', 'cancelled'))
     or (new.change = 'started' and (started is not null or new.on_day not between d.starts_on and d.ends_on
           or not exists (select from requests r where r.id = d.request_id and r.status in ('approved', 'active', 'reporting'))))
     or (new.change = 'ended' and (started is null or new.on_day not between started and d.ends_on))
     or (new.change = 'cancelled' and started is not null) then
    raise exception 'deployment % is not to be % now', d.id, new.change using errcode = 'check_violation', constraint = 'deployment_moves_in_order';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION deployments_are_costed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (
    select from deployments d
      join expert_versions v on v.expert_id = d.expert_id and v.version = d.expert_version
      left join lateral (select sum(l.quantity) filter (where l.cost = 'fee') as days, sum(l.quantity) filter (where l.cost = 'subsistence') as nights,
                                bool_and(l.request_id = d.request_id and (l.rate is not null or l.unit_currency = f.currency)
                                     and (l.cost <> 'fee' or (l.unit = (v.said ->> 'daily_fee')::bigint and l.unit_currency = v.said ->> 'fee_currency'))) as right
                           from budget_lines l join funds f on f.id = d.fund_id where l.deployment_id = d.id) l on true
     where d.request_id = new.id
       and (coalesce(l.days, 0) <> case when (v.said ->> 'daily_fee')::bigint = 0 then 0 else d.days end
            or coalesce(l.nights, 0) <> d.nights or not coalesce(l.right, true))) then
    raise exception 'the deployments of request % are not what its lines say', new.id using errcode = 'check_violation', constraint = 'deployments_are_costed';
  end if;
  return new;
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

CREATE OR REPLACE FUNCTION edition_in_force(p_fund text)
 RETURNS integer
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce(max(edition), 0) from sanctions_versions where fund_id = p_fund
$function$;

CREATE OR REPLACE FUNCTION either_keeps_away(p_person text, p_on_behalf_of text, p_payee text, p_at timestamp with time zone DEFAULT act_time())
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select keeps_away(p_person, p_payee, p_at) or (p_on_behalf_of is not null and keeps_away(p_on_behalf_of, p_payee, p_at))
$function$;

CREATE OR REPLACE FUNCTION eligible_from(p_request text)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce((select s.from_on from early_starts s where s.request_id = r.id), r.starts_on) from requests r where r.id = p_request
$function$;

CREATE OR REPLACE FUNCTION entries_are_to_be_checked()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into entries_to_check (first_id, last_id) select min(id), max(id) from new_entries having count(*) > 0;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION entries_must_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET max_parallel_workers_per_gather TO '0'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION entries_must_be_whole()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET max_parallel_workers_per_gather TO '0'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION expert_days(expert_day, expert_day)
 RETURNS expert_days
 LANGUAGE internal
 IMMUTABLE PARALLEL SAFE
AS $function$range_constructor2$function$;

CREATE OR REPLACE FUNCTION expert_days(expert_day, expert_day, text)
 RETURNS expert_days
 LANGUAGE internal
 IMMUTABLE PARALLEL SAFE
AS $function$range_constructor3$function$;

CREATE OR REPLACE FUNCTION expert_days_multirange()
 RETURNS expert_days_multirange
 LANGUAGE internal
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$multirange_constructor0$function$;

CREATE OR REPLACE FUNCTION expert_days_multirange(VARIADIC expert_days[])
 RETURNS expert_days_multirange
 LANGUAGE internal
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$multirange_constructor2$function$;

CREATE OR REPLACE FUNCTION expert_days_multirange(expert_days)
 RETURNS expert_days_multirange
 LANGUAGE internal
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$multirange_constructor1$function$;

CREATE OR REPLACE FUNCTION file_is_whole()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payment_files f
                  where f.id = new.file_id and f.status = 'prepared'
                    and (f.payment_count, f.control_sum) = (select count(*), sum(p.instructed) from payment_file_payments c
                                                              join payments p on p.id = c.payment_id and p.file_id = f.id where c.file_id = f.id)) then
    raise exception 'file % cannot be signed', new.file_id using errcode = 'check_violation', constraint = 'file_is_whole';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION file_leaves_whole()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if 2 * new.payment_count <> (select count(*) from releases l where l.file_id = new.id)
     or exists (select from payments p where p.file_id = new.id and p.status = 'certified') then
    raise exception 'file % leaves whole or not at all', new.id using errcode = 'check_violation', constraint = 'file_leaves_whole';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION file_moves_by_its_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.status <> 'prepared'
     or (new.status = 'released' and (select count(*) from payment_file_signatures s where s.file_id = new.id) < 2)
     or (new.status = 'withdrawn' and not exists (select from payment_file_withdrawals w where w.file_id = new.id)) then
    raise exception 'file % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'file_moves_by_its_rows';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION first_open_day(p_fund text, p_month date)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_month date := p_month;
begin
  while period_state(p_fund, v_month) <> 'open' loop
    v_month := (v_month + interval '1 month')::date;
  end loop;
  return v_month;
end $function$;

CREATE OR REPLACE FUNCTION fold_seal(p_fund text, p_seal integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET max_parallel_workers_per_gather TO '0'
AS $function$
declare
  v_fund id := p_fund;
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
    insert into turnover as t (fund_id, account_id, day, amount, functional)
    select v_fund, account_id, day, amount, functional from moved order by day, account_id
    on conflict (account_id, day) do update set amount = t.amount + excluded.amount, functional = t.functional + excluded.functional),
  late as (
    insert into back_dated (fund_id, account_id, seal, day, amount, functional)
    select v_fund, account_id, p_seal, day, amount, functional from moved where day < v_before),
  stood as (
    insert into sealed_balances (fund_id, account_id, seal, amount, functional)
    select v_fund, m.account_id, p_seal, m.amount + coalesce(b.amount, 0), m.functional + coalesce(b.functional, 0)
      from by_account m
      left join lateral (select * from sealed_balances b where b.account_id = m.account_id order by b.seal desc limit 1) b on true
     order by m.account_id),
  changed as (
    select account_id, month, sum(amount) as amount, sum(functional) as functional
      from (select account_id, date_trunc('month', day)::date as month, amount, functional from moved
            union all
            select c.account_id, c.month, 0, 0 from by_account m join closings c on c.account_id = m.account_id and c.month > m.month) d
     group by account_id, month)
  insert into closings (fund_id, account_id, month, amount, functional)
  select v_fund, d.account_id, d.month,
         coalesce(c.amount, 0) + sum(d.amount) over until_then, coalesce(c.functional, 0) + sum(d.functional) over until_then
    from changed d
    left join lateral (select * from closings c where c.account_id = d.account_id and c.month <= d.month order by c.month desc limit 1) c on true
  window until_then as (partition by d.account_id order by d.month)
  on conflict (account_id, month) do update set amount = excluded.amount, functional = excluded.functional;
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

CREATE OR REPLACE FUNCTION held_for_plan(p_plan text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce(sum(b.amount), 0)::bigint
    from contingency_plans p join accounts a on a.fund_id = p.fund_id and a.plan_code = p.code join balances b on b.account_id = a.id
   where p.id = p_plan
$function$;

CREATE OR REPLACE FUNCTION history_is_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: correct it with another row', tg_table_name using errcode = '42501';
end $function$;

CREATE OR REPLACE FUNCTION holds_role(p_fund text, p_person text, p_role text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (select from role_grants g join people p on p.id = g.person_id
                  where g.fund_id = p_fund and g.person_id = p_person and g.role = p_role and g.ended_at is null and p.active)
$function$;

CREATE OR REPLACE FUNCTION holds_until(d deployments)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select case when exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'cancelled') then null
              when r.status in ('draft', 'rejected', 'withdrawn', 'expired', 'cancelled', 'unwound')
               and not exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'started') then null
              else coalesce((select c.on_day from deployment_changes c where c.deployment_id = d.id and c.change = 'ended'), d.ends_on) end
    from requests r where r.id = d.request_id
$function$;

CREATE OR REPLACE FUNCTION iban_foots(p_iban text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select p_iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$'
     and (select string_agg(case when c ~ '[0-9]' then c else (ascii(c) - 55)::text end, '' order by n)::numeric % 97
            from regexp_split_to_table(substr(p_iban, 5) || left(p_iban, 4), '') with ordinality as x (c, n)) = 1
$function$;

CREATE OR REPLACE FUNCTION interest_period_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_cash(new.bank_account_id);
  if exists (select from interest i where i.bank_account_id = new.bank_account_id and i.id <> new.id
                and i.period_from <= new.period_to and new.period_from <= i.period_to) then
    raise exception 'interest of this period is recorded already' using errcode = 'check_violation', constraint = 'interest_period_once';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION keeps_away(p_person text, p_payee text, p_at timestamp with time zone DEFAULT act_time())
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (select from ties t where t.person_id = p_person and t.payee_id = p_payee)
      or exists (select from payee_accounts a left join payee_verifications v on v.payee_account_id = a.id
                  where a.payee_id = p_payee and ((a.recorded_by = p_person and a.recorded_at > p_at - interval '30 days')
                                               or (v.verified_by = p_person and v.verified_at > p_at - interval '30 days')))
$function$;

CREATE OR REPLACE FUNCTION keeps_away_from_cases(p_person text, p_payee text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select case when exists (select from ties t where t.payee_id = p_payee and t.person_id = p_person) then 'tied_to_payee'
              when exists (select from payees p where p.id = p_payee and p.recorded_by = p_person)
                or exists (select from payee_aliases a where a.payee_id = p_payee and a.recorded_by = p_person)
                or exists (select from duties d join requests r on r.id = d.request_id where r.payee_id = p_payee and d.person_id = p_person)
              then 'separation_of_duties' end
$function$;

CREATE OR REPLACE FUNCTION keeps_versions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and (new.version <> old.version + 1 or new.act_id is not distinct from old.act_id or new.changed_by is null) then
    raise exception '% % changes by its next version, by somebody, in an act', tg_table_name, new.id
      using errcode = 'check_violation', constraint = 'changes_by_version';
  end if;
  execute format('insert into %I (fund_id, %I, version, said, reason, changed_by, changed_at, act_id) values ($1, $2, $3, $4, $5, $6, $7, $8)',
                 tg_argv[0], tg_argv[1])
    using new.fund_id, new.id, new.version, to_jsonb(new) - array['id', 'fund_id', 'version', 'reason', 'changed_by', 'changed_at', 'act_id'],
          new.reason, new.changed_by, new.changed_at, new.act_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION kept_before_correction()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  was jsonb := to_jsonb(old);
begin
  if new.correction_id is null or new.correction_id is not distinct from old.correction_id then
    raise exception '% changes by a correction only', tg_table_name using errcode = '42501', constraint = 'changed_by_correction_only';
  end if;
  insert into rows_before_correction (fund_id, correction_id, table_name, key, said)
  values (old.fund_id, new.correction_id, tg_table_name, was ->> tg_argv[0], was);
  return new;
end $function$;

CREATE OR REPLACE FUNCTION kept_decision_still_covers()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from decisions_that_count(new.request_id, new.round - 1) c where c.id = new.decision_id and c.verdict = 'approve')
     or (select change_touches(b.content, a.content, new.role)
           from submissions b, submissions a
          where b.request_id = new.request_id and b.round = new.round - 1 and a.request_id = new.request_id and a.round = new.round) then
    raise exception 'decision % does not cover round % of request %', new.decision_id, new.round, new.request_id
      using errcode = 'check_violation', constraint = 'kept_decision_still_covers';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select p_at <= p_known_at
     and (p_position is null or exists (select from sealed_acts s where s.act_id = p_act and s.seal <= p_position))
$function$;

CREATE OR REPLACE FUNCTION lane_is_fixed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  raise exception 'request % is %: its lane is fixed', old.id, old.status using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
end $function$;

CREATE OR REPLACE FUNCTION late_recovery_is_late()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if not exists (select from requests r left join recovery_standings s on s.request_id = r.id
                  where r.id = new.request_id and (r.status = 'closed' or (s.outstanding = 0 and s.late between 0 and s.given_up))) then
    raise exception 'request % still waits for its money, or never did', new.request_id using errcode = 'check_violation', constraint = 'late_recovery_is_late';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION lock_cash(bank_account text)
 RETURNS void
 LANGUAGE sql
AS $function$
  select pg_advisory_xact_lock(hashtextextended(bank_account, 2))
$function$;

CREATE OR REPLACE FUNCTION lock_payee(p_payee text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select pg_advisory_xact_lock(hashtextextended('payee ' || p_payee, 0))
$function$;

CREATE OR REPLACE FUNCTION lock_payee_as_is(p_payee text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select pg_advisory_xact_lock_shared(hashtextextended('payee ' || p_payee, 0))
$function$;

CREATE OR REPLACE FUNCTION lock_payments_of(p_fund text, p_amount bigint)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select pg_advisory_xact_lock(hashtextextended('payments of ' || p_fund || ' ' || p_amount, 0))
$function$;

CREATE OR REPLACE FUNCTION lock_period(fund text, month date, alone boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION looks_like_duplicate()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_payments_of(new.fund_id, new.amount);
  if exists (select from payments_alike(new.fund_id, new.payee_id, new.payee_account_id, new.amount, new.certified_at) as alike (id)
              where alike.id <> all (new.not_duplicate_of)) then
    raise exception 'payment % looks like another', new.id using errcode = 'check_violation', constraint = 'looks_like_duplicate';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION mail_has_ended()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.status <> 'waiting' then
    raise exception 'mail % is %', old.id, old.status using errcode = 'check_violation', constraint = 'mail_has_ended';
  end if;
  return new;
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

CREATE OR REPLACE FUNCTION ms_between(p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select (extract(epoch from p_to - p_from) * 1000)::bigint
$function$;

CREATE OR REPLACE FUNCTION named_people_have_no_duty()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from named_people n where n.request_id = new.request_id and n.person_id = new.person_id) then
    raise exception '% is named in request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'named_people_have_no_duty';
  end if;
  if exists (select from ties t join requests r on r.payee_id = t.payee_id where r.id = new.request_id and t.person_id = new.person_id) then
    raise exception '% has declared a tie to the payee of request %', new.person_id, new.request_id using errcode = 'check_violation', constraint = 'tied_people_have_no_duty';
  end if;
  if new.duty in ('certifier', 'approver', 'releaser') and exists (
       select from requests r where r.id = new.request_id and keeps_away(new.person_id, r.payee_id)) then
    raise exception '% handled the bank details of the payee of request %', new.person_id, new.request_id
      using errcode = 'check_violation', constraint = 'bank_clerks_have_no_duty';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION names_hash(p_names text[])
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select sha256(convert_to(array_to_string(p_names, E'\n'), 'UTF8'))
$function$;

CREATE OR REPLACE FUNCTION no_regret_is_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from no_regret_advances a where a.request_id = new.id and a.round = new.round) then
    raise exception 'request % is in the no-regret lane and not counted under its ceiling', new.id
      using errcode = 'check_violation', constraint = 'no_regret_is_counted';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION no_regret_within_ceiling()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.process_id, 3));
  if new.amount > new.ceiling - (select coalesce(sum(o.amount), 0) from open_advances o
                                  where o.process_id = new.process_id and o.request_id <> new.request_id) then
    raise exception 'process % has less left than % under its ceiling', new.process_id, new.amount
      using errcode = 'check_violation', constraint = 'no_regret_ceiling';
  end if;
  if not exists (select from submissions s join requests r on r.id = s.request_id
                  where s.request_id = new.request_id and s.round = new.round and s.amount = new.amount
                    and r.process_id = new.process_id and r.lane = 'no_regret') then
    raise exception 'advance of request % is not what was submitted', new.request_id
      using errcode = 'check_violation', constraint = 'advance_as_submitted';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION not_while_suspended()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from pauses p where p.request_id = new.request_id and p.suspends and p.ended_at is null) then
    raise exception 'request % is suspended', new.request_id using errcode = 'check_violation', constraint = 'not_while_suspended';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION notification_is_told()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.read_at is not null and new.read_at is distinct from old.read_at
     or old.mail_id is not null and new.mail_id is distinct from old.mail_id then
    raise exception 'notification % is read, or in a mail, already', old.id using errcode = 'check_violation', constraint = 'notification_is_told';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION open_approval_step(p_request text, p_round integer)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(min(s.step) filter (where s.quorum > (
           select count(distinct c.decided_by) from decisions_that_count(p_request, p_round) c
            where c.step = s.step and c.role = s.role and c.verdict = 'approve')), max(s.step))
    from approval_steps s where s.request_id = p_request and s.round = p_round
$function$;

CREATE OR REPLACE FUNCTION open_month_before(p_fund text, p_month date, p_state text)
 RETURNS date
 LANGUAGE sql
 STABLE
AS $function$
  with own as (select distinct on (s.month) s.month, s.state from period_states s where s.fund_id = p_fund order by s.month, s.number desc),
       closed as (select coalesce((max(month) + interval '1 month')::date, '-infinity') as after from own where strength(state) >= strength(p_state)),
       unclosed as (select e.occurred_on from entries e, closed
                     where e.fund_id = p_fund and e.occurred_on >= closed.after and e.occurred_on < p_month
                       and not exists (select from own where own.month = date_trunc('month', e.occurred_on)::date)
                     order by e.occurred_on limit 1)
  select min(month) from (select month from own where month < p_month and strength(state) < strength(p_state)
                          union all select date_trunc('month', occurred_on)::date from unclosed) found
$function$;

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

CREATE OR REPLACE FUNCTION paid_as_approved()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_payee_as_is(new.payee_id);
  if not exists (select from requests r
                   join bank_accounts b on b.id = new.bank_account_id and b.fund_id = r.fund_id
                  where r.id = new.request_id and r.fund_id = new.fund_id and r.payee_id = new.payee_id and r.status in ('approved', 'active', 'reporting'))
     or not exists (select from payee_accounts a where a.id = new.payee_account_id and a.id = account_in_force(new.payee_id) and a.structured)
     or reopened_by_details(new.request_id, new.certified_at)
     or new.amount > (select coalesce(sum(l.amount), 0) from budget_lines l where l.request_id = new.request_id and l.category = new.category)
                   - (select coalesce(sum(p.amount), 0) from payments p where p.request_id = new.request_id and p.category = new.category and p.status <> 'cancelled') then
    raise exception 'payment % is not what request % is approved for', new.id, new.request_id using errcode = 'check_violation', constraint = 'paid_as_approved';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION paid_covers_reported()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if (select coalesce(sum(v.functional), 0) from line_reviews v join report_lines l on l.id = v.line_id
       where v.request_id = old.request_id and l.category = old.category)
     > (select coalesce(sum(p.amount), 0) from payments p
         where p.request_id = old.request_id and p.category = old.category and p.status = 'settled') then
    raise exception 'payment % is reported already', old.id using errcode = 'check_violation', constraint = 'reported_within_paid';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION pause_ends_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.ended_at is not null or (old.break_glass_id is not null and new.break_glass_id is distinct from old.break_glass_id) then
    raise exception 'pause % has ended', old.id using errcode = 'check_violation', constraint = 'pause_ends_once';
  end if;
  if new.ended_by is not null and not exists (select from role_grants g where g.fund_id = new.fund_id and g.person_id = new.ended_by and g.ended_at is null
                                                 and g.role not in ('requester', 'donor', 'advisor', 'auditor')) then
    raise exception '% has no role that ends a pause', new.ended_by using errcode = 'check_violation', constraint = 'pause_by_a_role';
  end if;
  if new.ended_by is not null and new.break_glass_id is not null
     and (select count(*) from contest_looks l where l.pause_id = new.id) < 2 then
    raise exception 'pause % takes two to end', new.id using errcode = 'check_violation', constraint = 'contest_takes_two';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION pause_ends_with_its_step()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  of_request text := coalesce(to_jsonb(new) ->> 'request_id', (select p.request_id from payments p where p.id = to_jsonb(new) ->> 'payment_id'));
begin
  update pauses p
     set ended_at = greatest(p.begun_at, (select max(c.to_at) from clock_pieces() c where c.request_id = p.request_id and c.step = p.step)),
         ending_act_id = new.act_id
   where p.request_id = of_request and p.ended_at is null and not p.suspends
     and not exists (select from clock_pieces() c where c.request_id = p.request_id and c.to_at is null and not c.returned and c.step = p.step);
  update pauses p
     set ended_at = greatest(p.begun_at, (select max(ending.at) from (
           select ended_at from request_endings where request_id = p.request_id
           union all select ended_at from advance_endings where request_id = p.request_id
           union all select reduced_at from obligation_reductions where request_id = p.request_id) ending (at))),
         ending_act_id = new.act_id
    from requests r
   where r.id = p.request_id and p.request_id = of_request and p.ended_at is null and p.suspends
     and r.status in ('rejected', 'withdrawn', 'expired', 'cancelled', 'unwound', 'closed');
  return null;
end $function$;

CREATE OR REPLACE FUNCTION pause_is_of_a_running_step()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from requests r where new.suspends and r.id = new.request_id and r.status in ('submitted', 'approved', 'active'))
     and not exists (select from clock_pieces() c where not new.suspends and c.request_id = new.request_id and c.to_at is null and not c.returned and c.step = new.step) then
    raise exception 'request % is not at its step %', new.request_id, new.step using errcode = 'check_violation', constraint = 'pause_is_of_a_running_step';
  end if;
  if not exists (select from role_grants g where g.fund_id = new.fund_id and g.person_id = new.begun_by and g.role = new.begun_as and g.ended_at is null
                    and g.role not in ('requester', 'donor', 'advisor', 'auditor')) then
    raise exception '% is no % of the fund', new.begun_by, new.begun_as using errcode = 'check_violation', constraint = 'pause_by_a_role';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION payee_details_hash(p_payee text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select sha256(convert_to(
           case when a.structured
                then concat_ws(chr(31), y.name, y.kind, y.country, a.scheme, a.account, coalesce(a.clearing_system, ''), coalesce(a.clearing_code, ''),
                               coalesce(a.bic, ''), a.bank_name, a.bank_country, coalesce(a.currency, ''), a.holder, coalesce(a.street, ''),
                               coalesce(a.building, ''), coalesce(a.post_code, ''), a.town, a.country)
                else concat_ws(chr(31), y.name, y.kind, y.country, a.account) end, 'UTF8'))
    from payees y join payee_accounts a on a.payee_id = y.id
   where y.id = p_payee
   order by a.id = account_in_force(p_payee) desc nulls last, a.number desc limit 1
$function$;

CREATE OR REPLACE FUNCTION payee_names(p_payee text)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select array_agg(n.name order by n.name collate "C")
    from (select p.name from payees p where p.id = p_payee
          union select p.latin_name from payees p where p.id = p_payee and p.latin_name is not null
          union select a.name from payee_aliases a where a.payee_id = p_payee
          union select a.latin_name from payee_aliases a where a.payee_id = p_payee and a.latin_name <> '-') n
$function$;

CREATE OR REPLACE FUNCTION payment_may_join_file()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payment_files f join payments p on p.id = new.payment_id and p.bank_account_id = f.bank_account_id
                  where f.id = new.file_id and f.status = 'prepared' and p.status = 'certified' and p.file_id is null)
     or exists (select from payment_file_signatures s where s.file_id = new.file_id) then
    raise exception 'payment % cannot be put into file %', new.payment_id, new.file_id using errcode = 'check_violation', constraint = 'payment_may_join_file';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION payment_moves_by_its_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if (new.status = 'released' and (select count(*) from releases l where l.payment_id = new.id) < 2)
     or (new.status = 'settled' and not exists (select from settlements s where s.payment_id = new.id))
     or (new.status = 'returned' and not exists (select from payment_returns t where t.payment_id = new.id))
     or (new.status = 'cancelled' and not exists (select from payment_cancellations c where c.payment_id = new.id)) then
    raise exception 'payment % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'payment_moves_by_its_rows';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION payment_pieces()
 RETURNS TABLE(fund_id id, request_id id, payment_id id, round integer, step text, returned boolean, from_at timestamp with time zone, to_at timestamp with time zone, ended_by text)
 LANGUAGE sql
 STABLE
AS $function$
  with moved as (
    select p.id, p.fund_id, p.request_id, p.certified_at, l.released_at, t.settled_at, b.returned_at, c.cancelled_at
      from payments p
      left join releases l on l.payment_id = p.id and l.place = 2
      left join settlements t on t.payment_id = p.id
      left join payment_returns b on b.payment_id = p.id
      left join payment_cancellations c on c.payment_id = p.id
  ), own as (
    select m.*, r.round from moved m join requests r on r.id = m.request_id
     where exists (select from payments q
                     left join payment_returns b on b.payment_id = q.id left join payment_cancellations c on c.payment_id = q.id
                    where q.request_id = m.request_id and (q.certified_at, q.id) < (m.certified_at, m.id)
                      and coalesce(least(b.returned_at, c.cancelled_at) > m.certified_at, true))
  )
  select fund_id, request_id, id, round, 'release', false, date_trunc('milliseconds', certified_at),
         date_trunc('milliseconds', coalesce(released_at, cancelled_at)), case when released_at is not null then 'release' when cancelled_at is not null then 'take_back' end
    from own
  union all
  select fund_id, request_id, id, round, 'settlement', false, date_trunc('milliseconds', released_at),
         date_trunc('milliseconds', coalesce(settled_at, returned_at)), case when settled_at is not null then 'settle' when returned_at is not null then 'come_back' end
    from own where released_at is not null
$function$;

CREATE OR REPLACE FUNCTION payment_stays_in_file()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if (old.file_id is not null and not exists (select from payment_file_withdrawals w where w.file_id = old.file_id))
     or (new.file_id is not null and not exists (select from payment_files f where f.id = new.file_id and f.status = 'prepared')) then
    raise exception 'payment % stays in its file', new.id using errcode = 'check_violation', constraint = 'payment_stays_in_file';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION payments_alike(p_fund text, p_payee text, p_account text, p_amount bigint, p_at timestamp with time zone)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select p.id::text
    from payments p join payee_accounts theirs on theirs.id = p.payee_account_id join payee_accounts ours on ours.id = p_account
   where p.fund_id = p_fund and p.amount = p_amount and p.status in ('certified', 'released', 'settled')
     and p.certified_at > p_at - make_interval(days => coalesce(
           (select (o.terms ->> 'alikeDays')::int from policies o
             where o.fund_id = p_fund and o.subject = 'payees' and o.effective_from <= (p_at at time zone 'utc')::date order by o.effective_from desc limit 1), 30))
     and (p.payee_id = p_payee
          or (theirs.account = ours.account and theirs.bank_country is not distinct from ours.bank_country
              and coalesce(theirs.clearing_code, '') = coalesce(ours.clearing_code, '') and (ours.scheme = 'iban' or coalesce(theirs.bic, '') = coalesce(ours.bic, ''))))
   order by p.id
$function$;

CREATE OR REPLACE FUNCTION period_state(p_fund text, p_month date)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(
    (select s.state from period_states s where s.fund_id = p_fund and s.month = p_month order by s.number desc limit 1),
    (select l.state from (select distinct on (s.month) s.state from period_states s
                           where s.fund_id = p_fund and s.month > p_month order by s.month, s.number desc) l
      order by strength(l.state) desc limit 1),
    'open')
$function$;

CREATE OR REPLACE FUNCTION period_turns()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION person_turns_by_its_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.active is distinct from (select s.active from person_states s where s.person_id = new.id order by s.number desc limit 1) then
    raise exception 'nobody made % so', new.id using errcode = 'check_violation', constraint = 'person_turns_by_its_row';
  end if;
  if not new.active and new.administrator and new.kind = 'person' then
    perform pg_advisory_xact_lock(hashtextextended('administrators', 0));
    if not exists (select from people p where p.administrator and p.active and p.kind = 'person' and p.id <> new.id) then
      raise exception '% is the last administrator', new.id using errcode = 'check_violation', constraint = 'an_administrator_stays';
    end if;
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION phase_goes_forward()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  phases text[] := array['before_escalation', 'after_violence', 'implementation'];
begin
  if array_position(phases, new.phase) < array_position(phases, old.phase) then
    raise exception 'process % is in % already', new.id, old.phase using errcode = 'check_violation', constraint = 'phase_goes_forward';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION plan_ends_by_its_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.status <> 'open' or not exists (select from plan_endings e where e.plan_id = new.id and e.kind = new.status) then
    raise exception 'plan % is not %: nobody made it so', new.id, new.status using errcode = 'check_violation', constraint = 'plan_ends_by_its_row';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION plan_holds_what_it_needs()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if held_for_plan(new.plan_id) > (
       select case p.status when 'open' then coalesce(sum(l.amount), 0) else 0 end
         from contingency_plans p
         left join plan_lines l on l.plan_id = p.id and l.version = p.version
          and not exists (select from plan_lines_in_use u where u.plan_id = l.plan_id and u.version = l.version and u.line = l.line)
        where p.id = new.plan_id group by p.status) then
    raise exception 'plan % holds more than it needs', new.plan_id using errcode = 'check_violation', constraint = 'plan_holds_what_it_needs';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION plan_is_anothers()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if held_for_plan(new.plan_id) > 0 and new.version > 1 then
    raise exception 'plan % is changed and still holds money', new.plan_id using errcode = 'check_violation', constraint = 'changed_plan_holds_nothing';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION plan_line_activated_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  -- Whoever uses the same plan at the same time waits here.
  perform from contingency_plans p where p.id = new.plan_id for no key update;
  if exists (select from plan_lines_in_use u where u.plan_id = new.plan_id and u.version = new.version and u.line = new.line) then
    raise exception 'line % of plan % is used', new.line, new.plan_id using errcode = 'unique_violation', constraint = 'plan_line_activated_once';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION post_entries(p_fund text, p_act text, e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[], l_entry integer[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[])
 RETURNS TABLE(ord integer, entry_id bigint, is_new boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_fund id := p_fund;
  v_act id := p_act;
  v_accounts bigint[];
  v_hashes bytea[];
  v_ids bigint[];
  v_new boolean[];
  v_recorded timestamptz := clock_timestamp();
  v_month date;
begin
  for v_month in select distinct date_trunc('month', d)::date from unnest(e_occurred_on) d order by 1 loop
    perform check_period(p_fund, v_month, p_act);    -- in 0010: whether the act may post into that month
  end loop;

  select array_agg(a.id order by l.line) into v_accounts
    from unnest(l_address, l_currency) with ordinality as l (address, currency, line)
    left join accounts a on a.fund_id = p_fund and a.address = l.address and a.currency = l.currency;

  if array_position(v_accounts, null) is not null then
    with opened as (
      insert into accounts (fund_id, address, currency, contribution_id, request_id)
      select distinct v_fund, l.address, l.currency, l.contribution, l.request
        from unnest(l_address, l_currency, l_contribution, l_request, v_accounts) as l (address, currency, contribution, request, account)
       where l.account is null
       order by l.address, l.currency
      on conflict do nothing
      returning id, address)
    insert into balances (fund_id, account_id, floor)
    select v_fund, id, case when address <> 'budget:available:reserve' then 0 end
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
    select v_fund, e.kind, e.source, e.occurred_on, v_recorded, v_act, e.memo, e.reverses, e.hash
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

  insert into postings (fund_id, entry_id, line, account_id, amount, functional, occurred_on, recorded_at)
  select v_fund, v_ids[l.entry], row_number() over (partition by l.entry order by l.line), l.account, l.amount, l.functional, e_occurred_on[l.entry], v_recorded
    from unnest(l_entry, v_accounts, l_amount, l_functional) with ordinality as l (entry, account, amount, functional, line)
   where v_new[l.entry];

  return query select o.ord::int, o.id, o.fresh from unnest(v_ids, v_new) with ordinality as o (id, fresh, ord);
end $function$;

CREATE OR REPLACE FUNCTION process_is_known()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from processes p where p.id = new.process_id
                    and (p.confidentiality = 'open' or exists (select from told k where k.process_id = p.id and k.entity_id = new.entity_id))) then
    raise exception 'entity % was not told of process %', new.entity_id, new.process_id using errcode = 'check_violation', constraint = 'process_is_known';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION rating_is_next()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.number <> (select coalesce(max(g.number), 0) + 1 from payee_ratings g where g.payee_id = new.payee_id) then
    raise exception 'rating % of payee % is not the next one', new.number, new.payee_id using errcode = 'unique_violation', constraint = 'payee_ratings_pkey';
  end if;
  if exists (select from ties t where t.payee_id = new.payee_id and t.person_id = new.rated_by) then
    raise exception '% has declared a tie to payee %', new.rated_by, new.payee_id using errcode = 'check_violation', constraint = 'tied_people_do_not_rate';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION receipt_not_applied_twice()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  of_receipt text := case tg_table_name when 'receipts' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'receipt_id' end;
begin
  of_receipt := coalesce((select r.takes_back from receipts r where r.id = of_receipt), of_receipt);
  if exists (select from (select sum(r.bank_value + r.bank_charge) as value, sum(r.functional) as cash
                            from receipts r where of_receipt in (r.id, r.takes_back)) arrived
              cross join (select coalesce(sum(a.value), 0) as value, coalesce(sum(a.authority), 0) as authority
                            from receipt_applications a join receipts r on r.id = a.receipt_id where of_receipt in (r.id, r.takes_back)) applied
              where applied.value > arrived.value or applied.authority > arrived.cash) then
    raise exception 'more of receipt % is applied than arrived', of_receipt using errcode = 'check_violation', constraint = 'receipt_not_applied_twice';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION recoverable_was_paid()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payments p where p.id = new.payment_id and p.status = 'settled' and p.amount = new.amount) then
    raise exception 'payment % was not paid', new.payment_id using errcode = 'check_violation', constraint = 'recoverable_was_paid';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION recovered_within_due()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if coalesce((select s.outstanding from recovery_standings s where s.request_id = new.request_id),
              -(select coalesce(sum(v.functional), 0) from recoveries v where v.request_id = new.request_id and not v.late)
              - (select coalesce(sum(w.amount), 0) from recovery_write_offs w where w.request_id = new.request_id)) < 0 then
    raise exception 'more of request % is recovered than is due', new.request_id using errcode = 'check_violation', constraint = 'recovered_within_due';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION recovery_recorded_once()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.bank_account_id || new.reference, 5));
  if exists (select from recoveries v
              where v.bank_account_id = new.bank_account_id and v.received_on = new.received_on and v.reference = new.reference
                and v.takes_back is null and not exists (select from recoveries b where b.takes_back = v.id)) then
    raise exception 'recovery % is recorded already', new.reference using errcode = 'unique_violation', constraint = 'recovery_recorded_already';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION refund_stands_or_is_paid()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  refund text := coalesce(to_jsonb(new) ->> 'refund_id', to_jsonb(new) ->> 'takes_back');
begin
  perform pg_advisory_xact_lock(hashtextextended(refund, 0));
  if exists (select from refund_payments p where p.refund_id = refund)
     and exists (select from refunds f where refund in (f.takes_back, case when f.takes_back is not null then f.id end)) then
    raise exception 'refund % is paid, or taken back, not both', refund using errcode = 'check_violation', constraint = 'refund_stands_or_is_paid';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION refused_while_waiting()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_payee text := (select a.payee_id from payee_accounts a where a.id = new.payee_account_id);
begin
  perform lock_payee(v_payee);
  if account_waiting(v_payee) is distinct from new.payee_account_id then
    raise exception 'version % of bank details does not wait for anybody', new.payee_account_id using errcode = 'check_violation', constraint = 'verified_in_order';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION released_to_details_in_force()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_payee_as_is(p.payee_id) from payments p where p.id = new.payment_id;
  if not exists (select from payments p join payee_verifications v on v.payee_account_id = p.payee_account_id
                  where p.id = new.payment_id and p.payee_account_id = account_in_force(p.payee_id) and v.usable_from <= new.released_at) then
    raise exception 'payment % goes to bank details that cannot be paid to', new.payment_id
      using errcode = 'check_violation', constraint = 'released_to_details_in_force';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION released_to_who_is_clear()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  state text := (select screening_state(p.payee_id, (act_time() at time zone 'utc')::date) from payments p where p.id = new.payment_id);
begin
  if state <> 'clear' then
    raise exception 'the payee of payment % is not clear: %', new.payment_id, state using errcode = 'check_violation', constraint = 'released_to_who_is_clear';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION released_with_its_file()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payment_files f join payments p on p.id = new.payment_id and p.file_id = f.id where f.id = new.file_id and f.status = 'released') then
    raise exception 'payment % leaves with its file', new.payment_id using errcode = 'check_violation', constraint = 'released_with_its_file';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION reopened_by_details(p_request text, p_at timestamp with time zone DEFAULT act_time())
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select exists (
    select from requests r join approval_steps s on s.request_id = r.id and s.round = r.round and s.role = 'certifying_officer'
     where r.id = p_request and r.status in ('approved', 'active')
       and exists (select from accounts a join balances b on b.account_id = a.id where a.request_id = r.id and a.stage = 'committed' and b.amount > 0)
       and exists (select from decisions d
                    where d.request_id = r.id and d.role = s.role and d.verdict = 'approve' and d.payee_hash <> payee_details_hash(r.payee_id)
                      and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id)))
       and s.quorum > (select count(distinct c.decided_by) from decisions_that_count(r.id, r.round, p_at) c where c.role = s.role and c.verdict = 'approve'))
$function$;

CREATE OR REPLACE FUNCTION reports_after_paying()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.status <> 'active' or exists (select from advance_activations a where a.request_id = new.id
                                         and not exists (select from advance_endings e where e.request_id = new.id)) then
    raise exception 'request % is %, and cannot be reporting', new.id, old.status using errcode = 'check_violation', constraint = 'reports_after_paying';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION request_holds_experts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update deployments d set held_until = holds_until(d) where d.request_id = new.id and d.held_until is distinct from holds_until(d);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION request_pieces()
 RETURNS TABLE(fund_id id, request_id id, round integer, step text, returned boolean, from_at timestamp with time zone, to_at timestamp with time zone, ended_by text)
 LANGUAGE sql
 STABLE
AS $function$
  with facts (request_id, round, at, act_id, kind, step, certified, released, settled) as (
    select s.request_id, s.round, s.submitted_at, s.act_id, 'submit', null::smallint, 0, 0, 0 from submissions s
    union all select d.request_id, d.round, d.decided_at, d.act_id, d.verdict, d.step, 0, 0, 0
                from decisions d join approval_steps a on a.request_id = d.request_id and a.round = d.round and a.step = d.step and a.role = d.role
               where not coalesce((to_jsonb(a) ->> 'ratifies')::boolean, false)    -- what is ratified moves already
    union all select p.request_id, null, p.certified_at, p.act_id, 'certify', null, 1, 0, 0 from payments p
    union all select l.request_id, null, l.released_at, l.act_id, 'release', null, -1, 1, 0 from releases l where l.place = 2
    union all select t.request_id, null, t.settled_at, t.act_id, 'settle', null, 0, -1, 1 from settlements t
               where not exists (select from payment_returns b where b.payment_id = t.payment_id)
    union all select b.request_id, null, b.returned_at, b.act_id, 'come_back', null, 0, -1, 0 from payment_returns b
    union all select p.request_id, null, c.cancelled_at, c.act_id, 'take_back', null,
                     case when exists (select from payment_returns b where b.payment_id = p.id) then 0 else -1 end, 0, 0
                from payment_cancellations c join payments p on p.id = c.payment_id
    union all select e.request_id, null, e.ended_at, e.act_id, 'end', null, 0, 0, 0 from request_endings e
    union all select o.request_id, null, max(o.reduced_at), max(o.act_id), 'end', null, 0, 0, 0
                from obligation_reductions o join requests r on r.id = o.request_id and r.status = 'cancelled' group by o.request_id
  ), in_order as (
    select f.request_id, f.kind, f.step, date_trunc('milliseconds', f.at) as at,
           max(f.round) over past as round, sum(f.certified) over past as certified, sum(f.released) over past as released,
           sum(f.settled) over past as settled, date_trunc('milliseconds', lead(f.at) over life) as next_at,
           lead(f.kind) over life as next_kind, lead(f.step) over life as next_step
      from facts f
    window life as (partition by f.request_id order by f.at, f.act_id), past as (life rows unbounded preceding)
  ), placed as (
    select o.*, r.fund_id,
           o.kind in ('certify', 'release', 'settle', 'come_back', 'take_back')
           or (o.kind in ('approve', 'submit') and coalesce(o.next_kind not in ('approve', 'return', 'reject', 'submit'), true)
               and r.status not in ('submitted', 'returned', 'rejected', 'withdrawn', 'expired')) as paying
      from in_order o join requests r on r.id = o.request_id
     where o.round is not null and o.kind not in ('reject', 'end') and o.settled = 0
       and (o.next_at is not null or r.status in ('submitted', 'returned', 'approved', 'active', 'suspended'))
  )
  select fund_id, request_id, round,
         case when kind = 'return' then 'approval_' || step
              when paying and released > 0 then 'settlement'
              when paying and certified > 0 then 'release'
              when paying then 'certification'
              when next_kind in ('approve', 'return', 'reject') then 'approval_' || next_step
              else 'approval_' || open_approval_step(request_id, round) end as step,
         kind = 'return' as returned, at as from_at, next_at as to_at, next_kind as ended_by
    from placed
$function$;

CREATE OR REPLACE FUNCTION reserve_transfer_permitted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if (select c.earmark ->> 'level' from contributions c where c.id = new.contribution_id) <> 'unearmarked' then
    raise exception 'contribution % is earmarked', new.contribution_id using errcode = 'check_violation', constraint = 'reserve_takes_unearmarked_only';
  end if;
  if new.amount < 0 and (select b.amount from accounts a join balances b on b.account_id = a.id
                          where a.fund_id = new.fund_id and a.address = 'budget:available:reserve') < 0 then
    raise exception 'the reserve does not hold that much' using errcode = 'check_violation', constraint = 'reserve_not_overdrawn';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION revaluation_must_be_reversed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION reverses_its_own_fund()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from entries e where e.id = new.reverses and e.fund_id = new.fund_id) then
    raise exception 'entry % is none of this fund', new.reverses using errcode = 'check_violation', constraint = 'reverses_its_own_fund';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION reviewed_within_bounds()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_line report_lines;
begin
  select * into strict v_line from report_lines l where l.id = new.line_id;
  if new.takes_back is not null then
    if new.functional <> (select -r.functional from line_reviews r where r.id = new.takes_back and r.takes_back is null) then
      raise exception 'review % is not taken back whole', new.takes_back using errcode = 'check_violation', constraint = 'review_taken_back_whole';
    end if;
    return new;
  end if;
  if not exists (select from report_submissions s where s.report_id = v_line.report_id and s.number = v_line.number)
     or exists (select from report_lines o where o.answers = v_line.id)
     or new.functional <> (case new.verdict when 'query' then 0 else v_line.functional end) then
    raise exception 'line % does not wait for a review', new.line_id using errcode = 'check_violation', constraint = 'line_waits_for_review';
  end if;
  if new.verdict = 'accept'
     and not exists (select from requests r where r.id = new.request_id and v_line.spent_on between eligible_from(r.id) and r.ends_on) then
    raise exception 'line % was not spent in the time of its request', new.line_id using errcode = 'check_violation', constraint = 'spent_in_time';
  end if;
  if new.functional > unaccounted(new.request_id, v_line.category) then
    raise exception 'more of request % is reported than was paid', new.request_id using errcode = 'check_violation', constraint = 'reported_within_paid';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION rule_was_proposed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.proposal_id is null and exists (select from policies p where p.fund_id = new.fund_id and p.subject = new.subject and p.xid <> pg_current_xact_id()) then
    raise exception 'nobody proposed that % of fund % be another', new.subject, new.fund_id using errcode = 'check_violation', constraint = 'rule_was_proposed';
  end if;
  if new.proposal_id is not null
     and not exists (select from proposals p where p.id = new.proposal_id and p.fund_id = new.fund_id and p.kind = 'policy' and p.occurred_on = new.effective_from
                        and p.terms ->> 'subject' = new.subject and p.terms -> 'terms' = new.terms) then
    raise exception 'the rule % is not what was proposed', new.subject using errcode = 'check_violation', constraint = 'rule_was_proposed';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION screening_rule(p_fund text, p_on date)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select terms from policies where fund_id = p_fund and subject = 'screening' and effective_from <= p_on order by effective_from desc limit 1
$function$;

CREATE OR REPLACE FUNCTION screening_state(p_payee text, p_on date)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select case
      when exists (select from screening_cases c where c.payee_id = p.id and case_state(c.id) = 'confirm') then 'confirmed'
      when exists (select from screening_cases c where c.payee_id = p.id and case_state(c.id) = 'open') then 'open'
      when f.edition = 0 and f.rule ->> 'withoutList' = 'release' then 'clear'
      when f.edition = 0 then 'no_list'
      when exists (select from screenings s where s.payee_id = p.id and s.edition = f.edition and s.threshold = (f.rule ->> 'threshold')::int
                      and s.names_hash = names_hash(payee_names(p.id))) then 'clear'
      when exists (select from screenings s where s.payee_id = p.id) then 'out_of_date'
      else 'not_screened' end
    from payees p cross join lateral (select edition_in_force(p.fund_id) as edition, screening_rule(p.fund_id, p_on) as rule) f
   where p.id = p_payee
$function$;

CREATE OR REPLACE FUNCTION sealed_entries_are_folded()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform fold_seal(n.fund_id, n.seal) from (select distinct fund_id, seal from newly_sealed order by fund_id, seal) n;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION seen_processes(p_person text)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select p.id
    from processes p
   where exists (select from role_grants g
                  where g.person_id = p_person and g.fund_id = p.fund_id and g.ended_at is null and g.role <> 'donor'
                    and (p.confidentiality = 'open' or g.role = 'auditor'
                      or (p.confidentiality = 'confidential' and g.role in ('fund_manager', 'controller'))
                      or exists (select from told t where t.process_id = p.id and (t.person_id = p_person or t.entity_id = g.entity_id))))
      or (p.confidentiality = 'open' and exists (select from people n where n.id = p_person and n.administrator))
$function$;

CREATE OR REPLACE FUNCTION sent_after_released()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payment_files f where f.id = new.file_id and f.status = 'released')
     or new.number <> 1 + (select count(*) from payment_file_sendings s where s.file_id = new.file_id) then
    raise exception 'file % cannot be sent', new.file_id using errcode = 'check_violation', constraint = 'sent_after_released';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION set_aside_by_another()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from plan_versions v where v.plan_id = new.plan_id and v.changed_by = new.decided_by) then
    raise exception '% wrote plan %', new.decided_by, new.plan_id using errcode = 'check_violation', constraint = 'set_aside_by_another';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION signatures_count()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from signatures_that_do_not_count(new.payment_id)) then
    raise exception 'payment % has a signature that does not count any more', new.payment_id using errcode = 'check_violation', constraint = 'signatures_count';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION signatures_that_do_not_count(p_payment text, p_at timestamp with time zone DEFAULT act_time())
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select signed.person
    from payments p
    join requests r on r.id = p.request_id
   cross join lateral (select by.person
                         from decisions d
                        cross join lateral (select d.decided_by union select d.on_behalf_of where d.on_behalf_of is not null) by (person)
                        where d.request_id = r.id and d.verdict = 'approve'
                          and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id))
                          and (d.role <> 'certifying_officer' or d.payee_hash = payee_details_hash(r.payee_id))
                       union select p.certified_by
                       union select s.signed_by from payment_signatures s where s.payment_id = p.id) as signed (person)
   where p.id = p_payment and keeps_away(signed.person, p.payee_id, p_at)
$function$;

CREATE OR REPLACE FUNCTION statement_entry_used_exactly()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_entry record;
  v_used bigint;
  v_moved bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(new.entry_id, 5));
  select e.amount, e.bank_account_id, e.fund_id into v_entry from statement_entries e where e.id = new.entry_id;
  select coalesce(sum(u.amount), 0) into v_used from statement_uses_that_count u where u.entry_id = new.entry_id;
  if v_used <> v_entry.amount or sign(new.amount) <> sign(v_entry.amount) then
    raise exception 'entry % of % is used for %', new.entry_id, v_entry.amount, v_used
      using errcode = 'check_violation', constraint = 'statement_entry_used_exactly';
  end if;
  if new.ledger_entry is not null then
    perform pg_advisory_xact_lock(new.ledger_entry);
    select coalesce(sum(p.amount), 0) into v_moved
      from bank_accounts b
      join accounts a on a.fund_id = b.fund_id and a.address = 'assets:cash:' || b.code and a.currency = b.currency
      join postings p on p.account_id = a.id and p.entry_id = new.ledger_entry
     where b.id = v_entry.bank_account_id;
    select coalesce(sum(u.amount), 0) into v_used
      from statement_uses_that_count u join statement_entries e on e.id = u.entry_id and e.bank_account_id = v_entry.bank_account_id
     where u.ledger_entry = new.ledger_entry;
    if sign(v_moved) <> sign(new.amount) or abs(v_used) > abs(v_moved) then
      raise exception 'entry % of the ledger moved %, and % of it is on statements', new.ledger_entry, v_moved, v_used
        using errcode = 'check_violation', constraint = 'ledger_entry_used_once';
    end if;
  end if;
  if new.against is not null and not exists (
       select from statement_uses u join statement_entries e on e.id = u.entry_id
        where u.entry_id = new.against and u.against = new.entry_id and u.amount = -new.amount and e.bank_account_id = v_entry.bank_account_id) then
    raise exception 'entry % does not cancel out with %', new.entry_id, new.against using errcode = 'check_violation', constraint = 'statement_entries_cancel_out';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION statement_gap(p_statement text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(s.opening - before.closing + coalesce((
           select sum(e.amount) from told_entries own
             join told_entries other on other.entry_id = own.entry_id and other.statement_id = before.id
             join statement_entries e on e.id = own.entry_id
            where own.statement_id = s.id), 0), 0)::bigint
    from statements s
    left join lateral (
      select l.id, l.closing from statements l
       where l.bank_account_id = s.bank_account_id and l.id <> s.id and l.from_on <= s.from_on and (l.to_on, l.from_on, l.id) < (s.to_on, s.from_on, s.id)
       order by l.to_on desc, l.from_on desc, l.id desc limit 1) before on true
   where s.id = p_statement
$function$;

CREATE OR REPLACE FUNCTION statement_has_its_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_credits bigint;
  v_debits bigint;
begin
  select coalesce(sum(whole) filter (where whole > 0), 0), coalesce(-sum(whole) filter (where whole < 0), 0) into v_credits, v_debits
    from (select position, sum(amount) as whole
            from (select e.position, e.amount from statement_entries e where e.statement_id = new.id
                  union all
                  select r.position, e.amount from statement_repeats r join statement_entries e on e.id = r.entry_id and e.bank_account_id = new.bank_account_id
                   where r.statement_id = new.id) told
           group by position) entries;
  if v_credits - v_debits <> new.credits - new.debits or v_credits <> new.credits then
    raise exception 'the entries of statement % are not what lies between its balances', new.id using errcode = 'check_violation', constraint = 'statement_foots';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION steps_without_quorum(p_request text, p_ratifies boolean[])
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select count(*)
    from requests r join approval_steps s on s.request_id = r.id and s.round = r.round
   where r.id = p_request and s.ratifies = any (p_ratifies)
     and s.quorum > (select count(distinct c.decided_by) from decisions_that_count(s.request_id, s.round) c
                      where c.step = s.step and c.role = s.role and c.verdict = 'approve')
$function$;

CREATE OR REPLACE FUNCTION strength(state text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select array_position(array['open', 'soft_closed', 'hard_closed'], state)
$function$;

CREATE OR REPLACE FUNCTION submitted_lines_are_fixed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_line report_lines := case tg_op when 'DELETE' then old else new end;
begin
  if exists (select from report_submissions s where s.report_id = v_line.report_id and s.number >= v_line.number) then
    raise exception 'report % was submitted: its lines are fixed', v_line.report_id using errcode = 'check_violation', constraint = 'submitted_lines_are_fixed';
  end if;
  return v_line;
end $function$;

CREATE OR REPLACE FUNCTION support_within_set_aside()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if (select sum(c.amount) from support_charges c where c.contribution_id = new.contribution_id)
     not between 0 and (select coalesce(sum(b.amount), 0) from accounts a join balances b on b.account_id = a.id
                         where a.contribution_id = new.contribution_id and a.stage = 'support') then
    raise exception 'more support cost of contribution % than is set aside', new.contribution_id
      using errcode = 'check_violation', constraint = 'support_within_set_aside';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION takes_back_exactly()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  was jsonb;
  said jsonb := to_jsonb(new);
  figure text;
begin
  execute format('select to_jsonb(t) from %I t where t.id = $1', tg_table_name) into was using new.takes_back;
  if was ->> 'takes_back' is not null then
    raise exception '% is a counter-row itself', new.takes_back using errcode = 'check_violation', constraint = 'takes_back_exactly';
  end if;
  foreach figure in array tg_argv loop
    if (was ->> figure)::numeric is distinct from -(said ->> figure)::numeric then
      raise exception '% of % is not the opposite of that of %', figure, new.id, new.takes_back
        using errcode = 'check_violation', constraint = 'takes_back_exactly';
    end if;
  end loop;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION takes_fund_of()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  execute format('select fund_id from %I where id = $1::text::%s', tg_argv[0], tg_argv[2]) into new.fund_id using to_jsonb(new) ->> tg_argv[1];
  return new;
end $function$;

CREATE OR REPLACE FUNCTION tranche_conditions(p_request text, p_on date)
 RETURNS TABLE(received bigint, accepted bigint, needed bigint, blocking integer, worst_days integer, rating text, valid_until date)
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select paid.sum, done.sum, ceil(paid.sum * t.reported_bps / 10000.0)::bigint, late.count::int, late.worst, g.rating, g.valid_until
    from requests r
    join tranche_plans t on t.request_id = r.id
   cross join lateral (select coalesce(sum(p.amount), 0)::bigint as sum from payments p
                        where p.request_id = r.id and p.category = 'grants' and p.status in ('certified', 'released', 'settled')) paid
   cross join lateral (select coalesce(sum(v.functional), 0)::bigint as sum
                         from line_reviews v join report_lines l on l.id = v.line_id
                        where v.request_id = r.id and v.verdict = 'accept' and l.category = 'grants') done
   cross join lateral (select count(*), max(p_on - s.due_on) as worst
                         from report_standings s join requests o on o.id = s.request_id
                        where o.payee_id = r.payee_id and s.open
                          -- Nothing that is late of this request, and nothing that blocks of any other.
                          and p_on > s.due_on + case when o.id = r.id then 0 else s.block_days - 1 end) late
    left join lateral (select g.rating, g.valid_until from payee_ratings g where g.payee_id = r.payee_id order by g.number desc limit 1) g on true
   where r.id = p_request
$function$;

CREATE OR REPLACE FUNCTION tranche_is_due()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.number <> (select coalesce(max(t.number), 0) + 1 from tranche_releases t where t.request_id = new.request_id)
     or new.grounds = 'waiver' and not exists (select from proposals p where p.id = new.proposal_id and p.kind = 'tranche_waiver'
                                                                        and p.request_id = new.request_id)
     or new.grounds = 'conditions' and not exists (
          select from tranche_conditions(new.request_id, (new.released_at at time zone 'utc')::date) c
           where c.received > 0 and c.accepted >= c.needed and c.blocking = 0 and c.valid_until >= (new.released_at at time zone 'utc')::date) then
    raise exception 'tranche % of request % is not due', new.number, new.request_id using errcode = 'check_violation', constraint = 'tranche_is_due';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION unaccounted(p_request text, p_category text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select (coalesce((select sum(p.amount) from payments p where p.request_id = p_request and p.category = p_category and p.status = 'settled'), 0)
        - coalesce((select sum(d.amount) from recoverables d where d.request_id = p_request and d.category = p_category), 0)
        - coalesce((select sum(v.functional) from line_reviews v join report_lines l on l.id = v.line_id
                     where v.request_id = p_request and l.category = p_category), 0))::bigint
$function$;

CREATE OR REPLACE FUNCTION unsealed_since(p_fund text)
 RETURNS xid8
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce((select case when s.horizon > pg_snapshot_xmax(pg_current_snapshot()) then '0' else s.horizon end
                     from seals s where s.fund_id = p_fund order by s.number desc limit 1), '0')
$function$;

CREATE OR REPLACE FUNCTION unspent_within_paid()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.request_id, 4));
  if unaccounted(new.request_id, new.category) < 0
     or not exists (select from requests r where r.id = new.request_id and r.status in ('active', 'reporting')) then
    raise exception 'more of request % is unspent than was paid', new.request_id using errcode = 'check_violation', constraint = 'unspent_within_paid';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION unwound_status_follows()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from requests r where r.id = new.request_id and r.status = 'unwound') then
    raise exception 'request % was unwound and does not say so', new.request_id using errcode = 'check_violation', constraint = 'advance_is_as_its_rows';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION verified_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_payee(new.payee_id);
  if account_waiting(new.payee_id) is distinct from new.payee_account_id then
    raise exception 'version % of the bank details of % does not wait for anybody', new.payee_account_id, new.payee_id
      using errcode = 'check_violation', constraint = 'verified_in_order';
  end if;
  if account_in_force(new.payee_id) is not null and new.usable_from < new.verified_at + interval '24 hours' then
    raise exception 'changed bank details of % are to be paid to at once', new.payee_id using errcode = 'check_violation', constraint = 'change_cools_a_day';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION verifier_has_no_part()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  v_person text := to_jsonb(new) ->> tg_argv[0];
begin
  if exists (select from duties d join requests r on r.id = d.request_id
              where r.payee_id = new.payee_id and d.person_id = v_person and d.duty in ('certifier', 'approver', 'releaser')) then
    raise exception '% has a duty in a request for payee %', v_person, new.payee_id using errcode = 'check_violation', constraint = 'verifier_has_no_part';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION version_is_whole()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from (select distinct version_id from brought) b join sanctions_versions v on v.id = b.version_id
              where v.entries < (select count(*) from sanctions_entries e where e.version_id = v.id)) then
    raise exception 'a version of a list has more entries than its file' using errcode = 'check_violation', constraint = 'version_is_whole';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION withdrawn_before_released()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from payment_files f where f.id = new.file_id and f.status = 'prepared') then
    raise exception 'file % cannot be withdrawn', new.file_id using errcode = 'check_violation', constraint = 'withdrawn_before_released';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION within_released_tranches()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and old.category = 'grants' then return new; end if;
  if exists (select from tranche_plans t where t.request_id = new.request_id)
     and new.amount > (select coalesce(sum(t.amount), 0) from tranches t join tranche_releases using (request_id, number) where t.request_id = new.request_id)
                    - (select coalesce(sum(p.amount), 0) from payments p
                        where p.request_id = new.request_id and p.category = 'grants' and p.status <> 'cancelled') then
    raise exception 'payment % goes beyond the released tranches of request %', new.id, new.request_id
      using errcode = 'check_violation', constraint = 'within_released_tranches';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION works_here()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from people p where p.id = new.person_id and p.active and not p.password_is_first for share;
  if not found then
    raise exception '% does not work here, or only with a first password', new.person_id using errcode = 'check_violation', constraint = 'works_here';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION write_off_has_authority()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.proposal_id is null and new.correction_id is null and not exists (select from imports i where i.act_id = new.act_id) then
    raise exception 'write-off % has nobody''s authority', new.id using errcode = 'check_violation', constraint = 'write_off_has_authority';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION year_closes_itself()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from entries e where e.act_id = new.act_id and (e.kind <> 'year_closed' or e.occurred_on <> make_date(new.year, 12, 31))) then
    raise exception 'the act that closes % posts something else', new.year using errcode = 'check_violation', constraint = 'year_closes_itself';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION year_must_be_over()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform lock_period(new.fund_id, make_date(new.year, 12, 1), true);
  if exists (select from generate_series(1, 12) m where period_state(new.fund_id, make_date(new.year, m, 1)) <> 'hard_closed') then
    raise exception 'a month of % is open', new.year using errcode = 'check_violation', constraint = 'months_of_year_closed';
  end if;
  return new;
end $function$;

grant usage on schema public to wasata_donor;
grant usage on schema public to wasata_service;
grant insert, select on absence_returns to wasata_service;
grant insert, select on absences to wasata_service;
grant insert, select on account_charges to wasata_service;
grant select on accounts to wasata_donor;
grant select on accounts to wasata_service;
grant insert, select on acts to wasata_service;
grant insert, select on adjusting_acts to wasata_service;
grant insert, select on advance_activations to wasata_service;
grant insert, select on advance_endings to wasata_service;
grant select on agreements to wasata_donor;
grant insert, select on agreements to wasata_service;
grant insert, select on approval_steps to wasata_service;
grant insert, select on attachment_faults to wasata_service;
grant insert, select on attachments to wasata_service;
grant select on back_dated to wasata_service;
grant select on balances to wasata_donor;
grant select on balances to wasata_service;
grant insert, select on bank_account_details to wasata_service;
grant insert, select on bank_accounts to wasata_service;
grant insert, select on break_glass_confirmations to wasata_service;
grant insert, select on break_glass_reviews to wasata_service;
grant insert, select on break_glasses to wasata_service;
grant delete, insert, select on budget_lines to wasata_service;
grant select on cash_moved to wasata_service;
grant select on cash_on_no_statement to wasata_service;
grant insert, select on charge_approvals to wasata_service;
grant insert, select on clock_notices to wasata_service;
grant select on closings to wasata_service;
grant insert, select on closures to wasata_service;
grant select on conditions_met to wasata_donor;
grant insert, select on conditions_met to wasata_service;
grant insert, select on contest_looks to wasata_service;
grant insert, select on contingency_plans to wasata_service;
grant usage on sequence contribution_numbers to wasata_service;
grant select on contributions to wasata_donor;
grant insert, select on contributions to wasata_service;
grant insert, select on conversions to wasata_service;
grant insert, select on correction_endings to wasata_service;
grant insert, select on correction_entries to wasata_service;
grant insert, select on corrections to wasata_service;
grant select on currencies to wasata_donor;
grant select on currencies to wasata_service;
grant insert, select on decisions to wasata_service;
grant insert, select on delegation_acceptances to wasata_service;
grant insert, select on delegation_revocations to wasata_service;
grant insert, select on delegations to wasata_service;
grant insert, select on deployment_changes to wasata_service;
grant delete, select on deployments to wasata_service;
grant select on donors to wasata_donor;
grant insert, select on donors to wasata_service;
grant insert, select on duties to wasata_service;
grant insert, select on early_starts to wasata_service;
grant insert, select on earmark_changes to wasata_service;
grant insert, select on entities to wasata_service;
grant insert, select on entity_ratings to wasata_service;
grant select on entity_versions to wasata_service;
grant select on entries to wasata_donor;
grant select on entries to wasata_service;
grant insert, select on exchange_rates to wasata_service;
grant insert, select on expenditure_reports to wasata_service;
grant select on expert_versions to wasata_service;
grant insert, select on experts to wasata_service;
grant insert, select on explanations to wasata_service;
grant insert, select on finding_answers to wasata_service;
grant insert, select on finding_endings to wasata_service;
grant insert, select on findings to wasata_service;
grant select on funds to wasata_donor;
grant insert, select on funds to wasata_service;
grant insert, select on idempotency_keys to wasata_service;
grant insert, select on impairments to wasata_service;
grant insert, select on import_rows to wasata_service;
grant insert, select on imports to wasata_service;
grant insert, select on interest to wasata_service;
grant insert, select on interest_shares to wasata_service;
grant insert, select on issued_reports to wasata_service;
grant insert, select on kept_decisions to wasata_service;
grant insert, select on lessons to wasata_service;
grant insert, select on line_reviews to wasata_service;
grant select on line_standings to wasata_service;
grant insert, select on looks to wasata_service;
grant insert, select on mail_attempts to wasata_service;
grant insert, select, update on mail_preferences to wasata_service;
grant insert, select on mails to wasata_service;
grant delete, insert, select on named_people to wasata_service;
grant insert, select on need_to_know to wasata_service;
grant insert, select on no_regret_advances to wasata_service;
grant insert, select on notifications to wasata_service;
grant insert, select on obligation_reductions to wasata_service;
grant select on open_advances to wasata_service;
grant insert, select on opinion_requests to wasata_service;
grant insert, select on opinions to wasata_service;
grant insert, select on pauses to wasata_service;
grant insert, select on payee_account_refusals to wasata_service;
grant select on payee_accounts to wasata_service;
grant insert, select on payee_aliases to wasata_service;
grant insert, select on payee_ratings to wasata_service;
grant insert, select on payee_verifications to wasata_service;
grant insert, select on payees to wasata_service;
grant insert, select on payment_cancellations to wasata_service;
grant usage on sequence payment_file_numbers to wasata_service;
grant insert, select on payment_file_payments to wasata_service;
grant insert, select on payment_file_sendings to wasata_service;
grant insert, select on payment_file_signatures to wasata_service;
grant insert, select on payment_file_withdrawals to wasata_service;
grant insert, select on payment_files to wasata_service;
grant insert, select on payment_funding to wasata_service;
grant usage on sequence payment_numbers to wasata_service;
grant insert, select on payment_returns to wasata_service;
grant select on payment_signatures to wasata_service;
grant insert, select on payments to wasata_service;
grant insert, select on people to wasata_service;
grant insert, select on period_states to wasata_service;
grant insert, select on person_states to wasata_service;
grant insert, select on plan_activations to wasata_service;
grant insert, select on plan_endings to wasata_service;
grant insert, select on plan_funding to wasata_service;
grant insert, select on plan_lines to wasata_service;
grant insert, select on plan_lines_activated to wasata_service;
grant select on plan_lines_in_use to wasata_service;
grant usage on sequence plan_numbers to wasata_service;
grant insert, select on plan_payees to wasata_service;
grant insert, select on plan_releases to wasata_service;
grant insert, select on plan_returns to wasata_service;
grant insert, select on plan_reviews to wasata_service;
grant insert, select on plan_set_asides to wasata_service;
grant insert, select on plan_tranches to wasata_service;
grant insert, select on plan_versions to wasata_service;
grant select on pledge_cancellations to wasata_donor;
grant insert, select on pledge_cancellations to wasata_service;
grant insert, select on policies to wasata_service;
grant select on postings to wasata_donor;
grant select on postings to wasata_service;
grant select on process_versions to wasata_service;
grant insert, select on processes to wasata_service;
grant insert, select on proposal_decisions to wasata_service;
grant insert, select on proposals to wasata_service;
grant insert, select on rate_changes to wasata_service;
grant insert, select on rate_confirmations to wasata_service;
grant select on rates_in_force to wasata_service;
grant select on receipt_applications to wasata_donor;
grant insert, select on receipt_applications to wasata_service;
grant select on receipts to wasata_donor;
grant insert, select on receipts to wasata_service;
grant insert, select on recoverables to wasata_service;
grant insert, select on recoveries to wasata_service;
grant select on recovery_standings to wasata_service;
grant insert, select on recovery_write_offs to wasata_service;
grant select on refund_payments to wasata_donor;
grant insert, select on refund_payments to wasata_service;
grant select on refunds to wasata_donor;
grant insert, select on refunds to wasata_service;
grant insert, select on releases to wasata_service;
grant insert, select on reopenings to wasata_service;
grant insert, select on report_dues to wasata_service;
grant delete, insert, select on report_lines to wasata_service;
grant select on report_standings to wasata_service;
grant insert, select on report_submissions to wasata_service;
grant insert, select on request_endings to wasata_service;
grant insert, select on request_funding to wasata_service;
grant usage on sequence request_numbers to wasata_service;
grant insert, select on request_tranches to wasata_service;
grant insert, select on requests to wasata_service;
grant insert, select on reserve_transfers to wasata_service;
grant insert, select on revaluation_items to wasata_service;
grant insert, select on revaluations to wasata_service;
grant insert, select on review_funding to wasata_service;
grant insert, select on role_grants to wasata_service;
grant select on rows_before_correction to wasata_donor;
grant select on rows_before_correction to wasata_service;
grant insert, select on sample_items to wasata_service;
grant insert, select on samples to wasata_service;
grant insert, select on sanctions_entries to wasata_service;
grant insert, select on sanctions_versions to wasata_service;
grant insert, select on saved_queries to wasata_service;
grant insert, select on saved_query_versions to wasata_service;
grant insert, select on screening_cases to wasata_service;
grant insert, select on screening_decisions to wasata_service;
grant insert, select on screenings to wasata_service;
grant select on seal_reach to wasata_service;
grant insert, select, update on seal_verifications to wasata_service;
grant select on sealed_acts to wasata_donor;
grant insert, select on sealed_acts to wasata_service;
grant select on sealed_balances to wasata_service;
grant select on sealed_entries to wasata_donor;
grant insert, select on sealed_entries to wasata_service;
grant select on seals to wasata_donor;
grant insert, select on seals to wasata_service;
grant delete, insert, select, update on sessions to wasata_service;
grant insert, select on settlements to wasata_service;
grant delete, insert, select, update on sign_in_attempts to wasata_service;
grant insert, select on statement_entries to wasata_service;
grant insert, select on statement_files to wasata_service;
grant insert, select on statement_repeats to wasata_service;
grant insert, select on statement_tries to wasata_service;
grant insert, select on statement_uses to wasata_service;
grant select on statement_uses_that_count to wasata_service;
grant insert, select on statements to wasata_service;
grant insert, select on status_report_answers to wasata_service;
grant insert, select on status_report_lines to wasata_service;
grant insert, select on status_reports to wasata_service;
grant insert, select on step_targets to wasata_service;
grant insert, select on submissions to wasata_service;
grant insert, select on subsistence_rates to wasata_service;
grant insert, select on support_charges to wasata_service;
grant insert, select on ties to wasata_service;
grant insert, select on tokens to wasata_service;
grant select on told to wasata_service;
grant select on told_entries to wasata_service;
grant insert, select on tranche_plans to wasata_service;
grant insert, select on tranche_releases to wasata_service;
grant insert, select on tranches to wasata_service;
grant select on turnover to wasata_service;
grant insert, select on watch_item_versions to wasata_service;
grant insert, select on watch_items to wasata_service;
grant select on write_offs to wasata_donor;
grant insert, select on write_offs to wasata_service;
grant insert, select on year_closings to wasata_service;
grant update (act_id), update (amount), update (condition), update (conditional), update (correction_id), update (functional), update (rate), update (rate_source), update (reference), update (signed_on), update (standard), update (support_cost_base), update (support_cost_bps) on agreements to wasata_service;
grant select (currency), select (id) on bank_accounts to wasata_donor;
grant update (expires_on), update (review_on), update (status), update (version) on contingency_plans to wasata_service;
grant update (earmark), update (provider_activity), update (status), update (version) on contributions to wasata_service;
grant select (entry_id), select (kind), select (original), select (source), select (takes_back) on correction_entries to wasata_donor;
grant update (status) on corrections to wasata_service;
grant insert (act_id), insert (country), insert (ends_on), insert (expert_id), insert (expert_version), insert (fund_id), insert (id), insert (mode), insert (place), insert (planned_at), insert (planned_by), insert (request_id), insert (starts_on) on deployments to wasata_service;
grant update (organisation_reference) on donors to wasata_service;
grant update (act_id), update (changed_at), update (changed_by), update (contact), update (country), update (kind), update (mandate), update (name), update (reason), update (region), update (version) on entities to wasata_service;
grant update (narrative), update (number), update (period_from), update (period_to), update (status), update (version) on expenditure_reports to wasata_service;
grant update (act_id), update (changed_at), update (changed_by), update (countries), update (daily_fee), update (email), update (fee_currency), update (languages), update (latin_name), update (name), update (nationalities), update (on_roster), update (on_site), update (person_id), update (phone), update (reason), update (regions), update (remote), update (themes), update (travel_ceiling), update (travel_ceiling_currency), update (travel_class), update (version) on experts to wasata_service;
grant update (body), update (headers), update (status) on idempotency_keys to wasata_service;
grant update (attempts), update (next_attempt_at), update (status) on mails to wasata_service;
grant update (mail_id), update (read_at) on notifications to wasata_service;
grant update (break_glass_id), update (ended_at), update (ended_by), update (ending_act_id) on pauses to wasata_service;
grant insert (account), insert (act_id), insert (bank_country), insert (bank_name), insert (bic), insert (building), insert (clearing_code), insert (clearing_system), insert (contact_email), insert (contact_language), insert (contact_name), insert (country), insert (currency), insert (fund_id), insert (holder), insert (id), insert (number), insert (payee_id), insert (post_code), insert (reason), insert (recorded_at), insert (recorded_by), insert (scheme), insert (street), insert (town) on payee_accounts to wasata_service;
grant update (status) on payment_files to wasata_service;
grant update (category), update (correction_id), update (file_id), update (status), update (version) on payments to wasata_service;
grant update (active), update (language), update (password_hash), update (password_is_first), update (version) on people to wasata_service;
grant select (confidentiality), select (fund_id), select (id), select (name), select (region) on processes to wasata_donor;
grant update (act_id), update (agreement), update (agreement_url), update (changed_at), update (changed_by), update (confidentiality), update (country), update (mandate_basis), update (name), update (parties), update (phase), update (reason), update (region), update (version) on processes to wasata_service;
grant select (fund_id), select (id), select (process_id) on requests to wasata_donor;
grant update (content_hash), update (ends_on), update (lane), update (lane_reason), update (mandate_basis), update (payee_id), update (process_id), update (purpose), update (reserved_until), update (round), update (starts_on), update (status), update (submitted_at), update (support), update (themes), update (title), update (version) on requests to wasata_service;
grant update (ended_at), update (ended_by) on role_grants to wasata_service;
grant update (act_id), update (charge), update (correction_id), update (functional), update (functional_charge), update (reference), update (value_date) on settlements to wasata_service;
grant update (revoked_at) on tokens to wasata_service;
grant execute on function account_in_force(p_payee text) to wasata_service;
grant execute on function account_waiting(p_payee text) to wasata_service;
grant execute on function act_time() to wasata_service;
grant execute on function acts_on(p_request text, p_person text) to wasata_service;
grant execute on function approved_under(p_delegation text, p_but text) to wasata_service;
grant execute on function balance_parts(p_fund text, p_accounts bigint[], p_on date, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function change_touches(p_before jsonb, p_after jsonb, p_role text) to wasata_service;
grant execute on function closing_points(p_request text) to wasata_service;
grant execute on function decisions_that_count(p_request text, p_round integer, p_at timestamp with time zone) to wasata_service;
grant execute on function delegation_in_force(p_delegation text, p_at timestamp with time zone) to wasata_service;
grant execute on function delegation_reaches(p_delegation text, p_request text, p_round integer) to wasata_service;
grant execute on function earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer) to wasata_donor;
grant execute on function earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function either_keeps_away(p_person text, p_on_behalf_of text, p_payee text, p_at timestamp with time zone) to wasata_service;
grant execute on function eligible_from(p_request text) to wasata_service;
grant execute on function first_open_day(p_fund text, p_month date) to wasata_service;
grant execute on function held_for_plan(p_plan text) to wasata_service;
grant execute on function holds_role(p_fund text, p_person text, p_role text) to wasata_service;
grant execute on function iban_foots(p_iban text) to wasata_service;
grant execute on function keeps_away(p_person text, p_payee text, p_at timestamp with time zone) to wasata_service;
grant execute on function known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer) to wasata_donor;
grant execute on function known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function lock_payee(p_payee text) to wasata_service;
grant execute on function lock_payee_as_is(p_payee text) to wasata_service;
grant execute on function lock_payments_of(p_fund text, p_amount bigint) to wasata_service;
grant execute on function lock_period(fund text, month date, alone boolean) to wasata_service;
grant execute on function mission_told(p_request text, p_known_at timestamp with time zone, p_position integer) to wasata_donor;
grant execute on function mission_told(p_request text, p_known_at timestamp with time zone, p_position integer) to wasata_service;
grant execute on function open_month_before(p_fund text, p_month date, p_state text) to wasata_service;
grant execute on function own_accounts() to wasata_donor;
grant execute on function own_accounts() to wasata_service;
grant execute on function own_contributions() to wasata_donor;
grant execute on function own_contributions() to wasata_service;
grant execute on function own_processes() to wasata_donor;
grant execute on function own_processes() to wasata_service;
grant execute on function own_requests() to wasata_donor;
grant execute on function own_requests() to wasata_service;
grant execute on function payee_details_hash(p_payee text) to wasata_service;
grant execute on function payments_alike(p_fund text, p_payee text, p_account text, p_amount bigint, p_at timestamp with time zone) to wasata_service;
grant execute on function period_state(p_fund text, p_month date) to wasata_service;
grant execute on function post_entries(p_fund text, p_act text, e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[], l_entry integer[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[]) to wasata_service;
grant execute on function reopened_by_details(p_request text, p_at timestamp with time zone) to wasata_service;
grant execute on function seen_processes(p_person text) to wasata_service;
grant execute on function signatures_that_do_not_count(p_payment text, p_at timestamp with time zone) to wasata_service;
grant execute on function steps_without_quorum(p_request text, p_ratifies boolean[]) to wasata_service;
grant execute on function strength(state text) to wasata_service;
grant execute on function tranche_conditions(p_request text, p_on date) to wasata_service;
grant execute on function unaccounted(p_request text, p_category text) to wasata_service;
grant execute on function unsealed_since(p_fund text) to wasata_service;
revoke all on function account_in_force(p_payee text) from public;
revoke all on function account_waiting(p_payee text) from public;
revoke all on function accounts_stand_still() from public;
revoke all on function act_time() from public;
revoke all on function acts_on(p_request text, p_person text) from public;
revoke all on function approved_under(p_delegation text, p_but text) from public;
revoke all on function balance_parts(p_fund text, p_accounts bigint[], p_on date, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function change_touches(p_before jsonb, p_after jsonb, p_role text) from public;
revoke all on function check_period(p_fund text, p_month date, p_act text) from public;
revoke all on function closing_points(p_request text) from public;
revoke all on function decisions_that_count(p_request text, p_round integer, p_at timestamp with time zone) from public;
revoke all on function delegation_in_force(p_delegation text, p_at timestamp with time zone) from public;
revoke all on function delegation_reaches(p_delegation text, p_request text, p_round integer) from public;
revoke all on function earmark_told(p_contribution text, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function either_keeps_away(p_person text, p_on_behalf_of text, p_payee text, p_at timestamp with time zone) from public;
revoke all on function eligible_from(p_request text) from public;
revoke all on function entries_are_to_be_checked() from public;
revoke all on function entries_must_be_whole() from public;
revoke all on function first_open_day(p_fund text, p_month date) from public;
revoke all on function fold_seal(p_fund text, p_seal integer) from public;
revoke all on function held_for_plan(p_plan text) from public;
revoke all on function holds_role(p_fund text, p_person text, p_role text) from public;
revoke all on function iban_foots(p_iban text) from public;
revoke all on function keeps_away(p_person text, p_payee text, p_at timestamp with time zone) from public;
revoke all on function known_at(p_act text, p_at timestamp with time zone, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function lock_payee(p_payee text) from public;
revoke all on function lock_payee_as_is(p_payee text) from public;
revoke all on function lock_payments_of(p_fund text, p_amount bigint) from public;
revoke all on function lock_period(fund text, month date, alone boolean) from public;
revoke all on function mission_told(p_request text, p_known_at timestamp with time zone, p_position integer) from public;
revoke all on function open_month_before(p_fund text, p_month date, p_state text) from public;
revoke all on function own_accounts() from public;
revoke all on function own_contributions() from public;
revoke all on function own_processes() from public;
revoke all on function own_requests() from public;
revoke all on function payee_details_hash(p_payee text) from public;
revoke all on function payments_alike(p_fund text, p_payee text, p_account text, p_amount bigint, p_at timestamp with time zone) from public;
revoke all on function period_state(p_fund text, p_month date) from public;
revoke all on function post_entries(p_fund text, p_act text, e_kind text[], e_source text[], e_occurred_on date[], e_memo text[], e_reverses bigint[], l_entry integer[], l_address text[], l_currency text[], l_contribution text[], l_request text[], l_amount bigint[], l_functional bigint[]) from public;
revoke all on function reopened_by_details(p_request text, p_at timestamp with time zone) from public;
revoke all on function sealed_entries_are_folded() from public;
revoke all on function seen_processes(p_person text) from public;
revoke all on function signatures_that_do_not_count(p_payment text, p_at timestamp with time zone) from public;
revoke all on function steps_without_quorum(p_request text, p_ratifies boolean[]) from public;
revoke all on function strength(state text) from public;
revoke all on function takes_fund_of() from public;
revoke all on function tranche_conditions(p_request text, p_on date) from public;
revoke all on function unaccounted(p_request text, p_category text) from public;
revoke all on function unsealed_since(p_fund text) from public;
grant wasata_donor to wasata_service;

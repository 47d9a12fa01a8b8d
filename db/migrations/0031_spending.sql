-- Money that leaves in tranches, what it was spent on, and the papers that prove it.

create or replace function pg_temp.also_allow(p_table regclass, p_column text, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum] and pg_get_constraintdef(c.oid) like '%ANY%';
  select string_agg(quote_literal(word), ', ' order by word) into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union all select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;
select pg_temp.also_allow('policies', 'subject', 'tranches');
select pg_temp.also_allow('policies', 'subject', 'reporting');
select pg_temp.also_allow('proposals', 'kind', 'tranche_waiver');

create or replace function pg_temp.rewritten(p_function regprocedure, p_was text, p_is text) returns void language plpgsql as $$
declare
  v_now text := pg_get_functiondef(p_function);
begin
  if position(p_was in v_now) = 0 then raise exception '% does not say %', p_function, p_was; end if;
  execute replace(v_now, p_was, p_is);
end $$;

-- How many tranches and which shares, by the risk of the payee and from how many days on; and how much of what was received must be
-- reported and accepted before the next one.
insert into policies (fund_id, subject, effective_from, terms)
select id, 'tranches', '1990-01-01', '{
  "low": [{"fromDays": 1, "shares": [{"share": 10000}]}, {"fromDays": 184, "shares": [{"share": 8000}, {"share": 2000}]}],
  "medium": [{"fromDays": 1, "shares": [{"share": 8000}, {"share": 2000}]}, {"fromDays": 184, "shares": [{"share": 6000}, {"share": 4000}]}],
  "high": [{"fromDays": 1, "shares": [{"share": 4000}, {"share": 4000}, {"share": 2000}]}],
  "expired": [{"fromDays": 1, "shares": [{"share": 4000}, {"share": 4000}, {"share": 2000}]}],
  "unrated": [{"fromDays": 1, "shares": [{"share": 10000}]}, {"fromDays": 184, "shares": [{"share": 8000}, {"share": 2000}]}],
  "reportedBps": 7000}'::jsonb from funds;
-- When a report is due after the end, when it is told upwards and when it blocks, how long a question may wait for its answer, and how long
-- before the start costs may be allowed.
insert into policies (fund_id, subject, effective_from, terms)
select id, 'reporting', '1990-01-01', '{"dueDays": 30, "escalateDays": 7, "blockDays": 14, "answerDays": 14, "earlyDays": 60}'::jsonb from funds;

-- How the grants of an approved request are paid: made once, when it is approved. What the fund pays itself is in no tranche.
create table tranche_plans (
  request_id    id primary key,
  fund_id       id not null,
  source        text not null check (source in ('rule', 'plan', 'lane')),   -- the fund's rule, its contingency plan, or the no-regret lane
  risk          text not null check (risk in ('unrated', 'low', 'medium', 'high', 'expired')),
  days          int not null check (days > 0),
  rule_from     date not null,
  reported_bps  int not null check (reported_bps between 0 and 10000),
  made_at       timestamptz not null,
  act_id        id not null references acts deferrable initially deferred,
  unique (fund_id, request_id),
  foreign key (fund_id, request_id) references requests (fund_id, id)
);
create table tranches (
  fund_id     id not null,
  request_id  id not null,
  number      smallint not null check (number > 0),
  amount      bigint not null check (amount > 0),
  planned_on  date not null,
  note        text not null default '',            -- what its contingency plan says of it
  primary key (request_id, number),
  unique (fund_id, request_id, number),
  foreign key (fund_id, request_id) references tranche_plans (fund_id, request_id)
);

-- Which reports a request owes, fixed when it is approved: the last one after its end, and one before each later tranche.
create table report_dues (
  fund_id        id not null,
  request_id     id not null,
  number         smallint not null check (number > 0),
  kind           text not null check (kind in ('interim', 'final')),
  tranche        smallint,                         -- which waits for it
  due_on         date not null,
  escalate_days  int not null check (escalate_days >= 0),
  block_days     int not null check (block_days >= 0),
  answer_days    int not null check (answer_days >= 0),
  primary key (request_id, number),
  unique (fund_id, request_id, number),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (request_id, tranche) references tranches (request_id, number),
  check ((kind = 'interim') = (tranche is not null))
);
create index report_dues_by_day on report_dues (fund_id, due_on);
-- What was approved before owes its last report, and is in no tranches.
insert into report_dues (fund_id, request_id, number, kind, due_on, escalate_days, block_days, answer_days)
select fund_id, id, 1, 'final', ends_on + 30, 7, 14, 14 from requests where status in ('approved', 'active') and ends_on is not null;

-- Costs before the start, where somebody allowed them.
create table early_starts (
  request_id  id primary key,
  fund_id     id not null,
  from_on     date not null,
  reason      text not null check (length(reason) between 1 and 1000),
  granted_by  id not null,
  duty        text not null default 'approver' check (duty = 'approver'),
  granted_at  timestamptz not null,
  act_id      id not null references acts deferrable initially deferred,
  foreign key (fund_id, request_id) references requests (fund_id, id),
  constraint one_duty_each foreign key (request_id, granted_by, duty) references duties (request_id, person_id, duty)
);

-- A report is written in versions: a question or a correction takes another one, which has the lines that answer it.
create table expenditure_reports (
  id           id primary key,
  fund_id      id not null,
  request_id   id not null,
  due          smallint not null,
  status       text not null default 'draft' check (status in ('draft', 'submitted', 'queried', 'accepted')),
  number       int not null default 1,             -- of the version that is written or reviewed now
  version      int not null default 1,             -- of the row, for two people who write at once
  period_from  date,
  period_to    date,
  narrative    text not null default '',
  created_by   id not null references people,
  created_at   timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  unique (id, request_id),
  constraint reported_once unique (request_id, due),
  foreign key (fund_id, request_id, due) references report_dues (fund_id, request_id, number),
  check (period_to >= period_from)
);
create index expenditure_reports_by_fund on expenditure_reports (fund_id, status, id);

create table report_submissions (
  fund_id       id not null,
  report_id     id not null,
  request_id    id not null,
  number        int not null,
  submitted_by  id not null,
  duty          text not null default 'requester' check (duty = 'requester'),
  submitted_at  timestamptz not null,
  period_from   date not null,
  period_to     date not null,
  narrative     text not null,
  act_id        id not null references acts deferrable initially deferred,
  primary key (report_id, number),
  foreign key (fund_id, report_id) references expenditure_reports (fund_id, id),
  foreign key (report_id, request_id) references expenditure_reports (id, request_id),
  constraint one_duty_each foreign key (request_id, submitted_by, duty) references duties (request_id, person_id, duty)
);

create table report_lines (
  id           id primary key,
  fund_id      id not null,
  request_id   id not null,
  report_id    id not null,
  number       int not null,                       -- the version that it came with
  line         smallint not null check (line > 0),
  category     text not null check (category in ('grants', 'experts', 'travel', 'venue', 'interpretation', 'security')),
  description  text not null check (length(description) between 1 and 300),
  spent_on     date not null,
  amount       bigint not null check (amount > 0),                 -- as it was spent, in its currency
  currency     text not null references currencies,
  rate         numeric(24, 10),                                    -- the operational rate of its day, where that is not the fund's
  functional   bigint not null check (functional > 0),
  answers      id,                                                 -- the line of an earlier version that was questioned or taken back
  unique (fund_id, id),
  unique (id, report_id),
  unique (report_id, number, line),
  foreign key (fund_id, report_id) references expenditure_reports (fund_id, id),
  foreign key (report_id, request_id) references expenditure_reports (id, request_id),
  foreign key (answers, report_id) references report_lines (id, report_id)
);

-- What a reviewer says of a line. One row for each line; taking it back is a row with the opposite figures.
create table line_reviews (
  id           id primary key,
  fund_id      id not null,
  request_id   id not null,
  report_id    id not null,
  line_id      id not null,
  verdict      text not null check (verdict in ('accept', 'query', 'ineligible')),
  functional   bigint not null,                    -- what it moved, in the fund's currency; of a question nothing
  reason       text not null default '' check (length(reason) <= 1000),
  takes_back   id,
  reviewed_by  id not null,
  duty         text not null check (duty in ('certifier', 'approver')),
  reviewed_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  unique (id, line_id, verdict),
  foreign key (fund_id, line_id) references report_lines (fund_id, id),
  foreign key (line_id, report_id) references report_lines (id, report_id),
  foreign key (report_id, request_id) references expenditure_reports (id, request_id),
  foreign key (takes_back, line_id, verdict) references line_reviews (id, line_id, verdict),
  constraint review_taken_back_once unique (takes_back),
  constraint one_duty_each foreign key (request_id, reviewed_by, duty) references duties (request_id, person_id, duty),
  check (verdict = 'accept' and takes_back is null or reason <> ''),
  check (verdict <> 'query' or functional = 0 and takes_back is null)
);
create unique index line_reviewed_once on line_reviews (line_id) where takes_back is null;
create index line_reviews_by_request on line_reviews (request_id);

-- Which contributions a reviewed line was paid from, and what programme support cost it made due; opposite where a review is taken back.
create table review_funding (
  fund_id          id not null,
  review_id        id not null,
  contribution_id  id not null,
  amount           bigint not null check (amount <> 0),
  primary key (review_id, contribution_id),
  foreign key (fund_id, review_id) references line_reviews (fund_id, id),
  foreign key (fund_id, contribution_id) references contributions (fund_id, id)
);
create index review_funding_by_contribution on review_funding (contribution_id);
create table support_charges (
  fund_id          id not null,
  review_id        id not null,
  contribution_id  id not null,
  amount           bigint not null check (amount <> 0),
  primary key (review_id, contribution_id),
  foreign key (fund_id, review_id) references line_reviews (fund_id, id),
  foreign key (fund_id, contribution_id) references contributions (fund_id, id)
);
create index support_charges_by_contribution on support_charges (contribution_id);

-- What a line stands at: open until it is reviewed, and its review, unless that was taken back.
create view line_standings as
  select l.id as line_id, l.fund_id, l.request_id, l.report_id, l.number, l.category, l.functional,
         case when r.id is null then 'open' when b.id is not null then 'taken_back' else r.verdict end as standing, r.id as review_id
    from report_lines l
    left join line_reviews r on r.line_id = l.id and r.takes_back is null
    left join line_reviews b on b.takes_back = r.id;

-- A report that is due is open until it, or a later one, is with the reviewers or through; a question makes it due again.
create view report_standings as
  select d.fund_id, d.request_id, d.number, d.kind, d.tranche, d.escalate_days, d.block_days, x.id as report_id, x.status,
         greatest(d.due_on, q.asked_on + d.answer_days) as due_on,
         exists (select from payments p where p.request_id = d.request_id and p.status = 'settled')
           and not exists (select from expenditure_reports o where o.request_id = d.request_id and o.due >= d.number
                                                               and o.status in ('submitted', 'accepted')) as open
    from report_dues d
    join requests r on r.id = d.request_id and r.status in ('approved', 'active', 'reporting')
    left join expenditure_reports x on x.request_id = d.request_id and x.due = d.number
    left join lateral (select max((v.reviewed_at at time zone 'utc')::date) as asked_on
                         from line_reviews v where v.report_id = x.id and (v.verdict = 'query' or v.takes_back is not null)) q on x.status = 'queried';

-- Whether the next tranche of a request may be paid on a day: what was received and accepted, reports of the payee that block, and its rating.
create function tranche_conditions(p_request text, p_on date)
  returns table (received bigint, accepted bigint, needed bigint, blocking int, worst_days int, rating text, valid_until date)
  language sql stable set search_path = public, pg_temp as $$
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
$$;

-- A tranche that may be paid: the first at once, each later one when its conditions are met, or two people waive what is missing.
create table tranche_releases (
  fund_id      id not null,
  request_id   id not null,
  number       smallint not null,
  grounds      text not null check (grounds in ('first', 'conditions', 'waiver')),
  conditions   jsonb not null,                     -- each with its figures, as they were
  proposal_id  id,
  verdict      text check (verdict = 'approve'),
  released_at  timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  primary key (request_id, number),
  foreign key (fund_id, request_id, number) references tranches (fund_id, request_id, number),
  foreign key (proposal_id, verdict) references proposal_decisions (proposal_id, verdict),
  constraint waived_by_two_people check ((grounds = 'waiver') = (proposal_id is not null and verdict is not null)),
  check ((grounds = 'first') = (number = 1))
);

create function tranche_is_due() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
end $$;
create trigger tranche_is_due before insert on tranche_releases for each row execute function tranche_is_due();

-- No payment goes beyond the tranches that were released. What has no plan was approved before there were any.
create function within_released_tranches() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
end $$;
create trigger within_released_tranches before insert or update of category on payments for each row when (new.category = 'grants') execute function within_released_tranches();

create function approved_with_tranches() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (select coalesce(sum(l.amount), 0) from budget_lines l where l.request_id = new.id and l.category = 'grants')
     is distinct from (select coalesce(sum(t.amount), 0) from tranche_plans p left join tranches t on t.request_id = p.request_id
                        where p.request_id = new.id having count(p.request_id) > 0)
     or not exists (select from report_dues d where d.request_id = new.id and d.kind = 'final') then
    raise exception 'request % is approved without a plan of its tranches', new.id using errcode = 'check_violation', constraint = 'approved_with_tranches';
  end if;
  return null;
end $$;
create constraint trigger approved_with_tranches after update of status on requests deferrable initially deferred for each row
  when (old.status = 'submitted' and new.status in ('approved', 'active')) execute function approved_with_tranches();

-- What is left to pay after the end is paid then: a request that reports is still a request that was approved.
select pg_temp.rewritten('paid_as_approved()', $$r.status in ('approved', 'active')$$, $$r.status in ('approved', 'active', 'reporting')$$);
select pg_temp.rewritten('deployment_moves_in_order()', $$r.status in ('approved', 'active')$$, $$r.status in ('approved', 'active', 'reporting')$$);
select pg_temp.rewritten('acts_on(text, text)', $$r.status in ('approved', 'active')$$, $$r.status in ('approved', 'active', 'reporting')$$);

-- A request reports when its end has passed or all of it is paid, and nothing that waits for ratification does.
create function reports_after_paying() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.status <> 'active' or exists (select from advance_activations a where a.request_id = new.id
                                         and not exists (select from advance_endings e where e.request_id = new.id)) then
    raise exception 'request % is %, and cannot be reporting', new.id, old.status using errcode = 'check_violation', constraint = 'reports_after_paying';
  end if;
  return new;
end $$;
create trigger reports_after_paying before update of status on requests for each row
  when (new.status = 'reporting' and old.status <> 'reporting') execute function reports_after_paying();

-- The first day on which a cost counts.
create function eligible_from(p_request text) returns date language sql stable set search_path = public, pg_temp as $$
  select coalesce((select s.from_on from early_starts s where s.request_id = r.id), r.starts_on) from requests r where r.id = p_request
$$;

-- What was submitted stays as it was.
create function submitted_lines_are_fixed() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  v_line report_lines := case tg_op when 'DELETE' then old else new end;
begin
  if exists (select from report_submissions s where s.report_id = v_line.report_id and s.number >= v_line.number) then
    raise exception 'report % was submitted: its lines are fixed', v_line.report_id using errcode = 'check_violation', constraint = 'submitted_lines_are_fixed';
  end if;
  return v_line;
end $$;
create trigger submitted_lines_are_fixed before insert or delete on report_lines for each row execute function submitted_lines_are_fixed();

-- A line is reviewed once, of what was submitted, within the money that was paid in its category and the time in which costs count.
create function reviewed_within_bounds() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
  if new.functional > (select coalesce(sum(p.amount), 0) from payments p
                        where p.request_id = new.request_id and p.category = v_line.category and p.status = 'settled')
                    - (select coalesce(sum(v.functional), 0) from line_reviews v join report_lines l on l.id = v.line_id
                        where v.request_id = new.request_id and l.category = v_line.category) then
    raise exception 'more of request % is reported than was paid', new.request_id using errcode = 'check_violation', constraint = 'reported_within_paid';
  end if;
  return new;
end $$;
create trigger reviewed_within_bounds before insert on line_reviews for each row execute function reviewed_within_bounds();

-- What is told already of the payments of a category stays covered by what the bank has paid in it.
create function paid_covers_reported() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (select coalesce(sum(v.functional), 0) from line_reviews v join report_lines l on l.id = v.line_id
       where v.request_id = old.request_id and l.category = old.category)
     > (select coalesce(sum(p.amount), 0) from payments p
         where p.request_id = old.request_id and p.category = old.category and p.status = 'settled') then
    raise exception 'payment % is reported already', old.id using errcode = 'check_violation', constraint = 'reported_within_paid';
  end if;
  return null;
end $$;
create trigger paid_covers_reported after update of status, category on payments for each row when (old.status = 'settled') execute function paid_covers_reported();

-- Support cost is never more than what was set aside for it.
create function support_within_set_aside() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (select sum(c.amount) from support_charges c where c.contribution_id = new.contribution_id)
     not between 0 and (select coalesce(sum(b.amount), 0) from accounts a join balances b on b.account_id = a.id
                         where a.contribution_id = new.contribution_id and a.stage = 'support') then
    raise exception 'more support cost of contribution % than is set aside', new.contribution_id
      using errcode = 'check_violation', constraint = 'support_within_set_aside';
  end if;
  return null;
end $$;
create trigger support_within_set_aside after insert on support_charges for each row execute function support_within_set_aside();

-- What must come back: what was paid of an unwound request, and what was spent on something that the fund does not pay for.
create or replace view recovery_standings as
  select d.fund_id, d.request_id, d.due, coalesce(r.received, 0)::bigint as received, coalesce(w.given_up, 0)::bigint as given_up,
         (d.due - coalesce(r.received, 0) - coalesce(w.given_up, 0))::bigint as outstanding
    from (select fund_id, request_id, sum(amount)::bigint as due
            from (select fund_id, request_id, amount from recoverables
                  union all
                  select fund_id, request_id, functional from line_reviews where verdict = 'ineligible') owed
           group by fund_id, request_id having sum(amount) <> 0) d
    left join (select request_id, sum(functional) as received from recoveries group by request_id) r using (request_id)
    left join (select request_id, sum(amount) as given_up from recovery_write_offs group by request_id) w using (request_id);

-- Papers: the row says what the file is, and the file is found by what it holds, never by its name.
create table attachments (
  id           id primary key,
  fund_id      id not null,
  request_id   id not null,
  report_id    id,                                 -- of which report it is a part
  file_name    text not null check (length(file_name) between 1 and 200),    -- for people; no path is made of it
  media_type   text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg', 'text/plain',
                 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')),
  bytes        bigint not null check (bytes > 0),
  sha256       bytea not null check (length(sha256) = 32),
  added_by     id not null references people,
  added_at     timestamptz not null,
  act_id       id not null references acts deferrable initially deferred,
  unique (fund_id, id),
  foreign key (fund_id, request_id) references requests (fund_id, id),
  foreign key (report_id, request_id) references expenditure_reports (id, request_id)
);
create index attachments_by_request on attachments (request_id, id);
create index attachments_by_content on attachments (sha256);
create table attachment_faults (
  fund_id        id not null,
  attachment_id  id not null,
  fault          text not null check (fault in ('missing', 'changed')),
  found_at       timestamptz not null,
  primary key (attachment_id, fault),
  foreign key (fund_id, attachment_id) references attachments (fund_id, id)
);

do $$
declare
  history text;
begin
  foreach history in array array['tranche_plans', 'tranches', 'tranche_releases', 'report_dues', 'early_starts', 'report_submissions', 'line_reviews',
                                 'review_funding', 'support_charges', 'attachments', 'attachment_faults'] loop
    execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function history_is_append_only()', history);
    execute format('grant select, insert on %I to wasata_service', history);
  end loop;
end $$;
grant select, insert, delete on report_lines to wasata_service;
grant select, insert on expenditure_reports to wasata_service;
grant update (status, number, version, period_from, period_to, narrative) on expenditure_reports to wasata_service;
grant select on line_standings, report_standings to wasata_service;
revoke all on function tranche_conditions, eligible_from from public;
grant execute on function tranche_conditions, eligible_from to wasata_service;

-- What people are told, and the mails that tell them.

-- Where, when and how often a person wants mail. Who has no row here gets everything at once.
create table mail_preferences (
  person_id    id primary key references people,
  time_zone    text not null check (length(time_zone) between 1 and 64),    -- of the IANA database
  digest_at    time(0),                       -- what is not urgent comes once a day, then; null: as it happens
  quiet_from   time(0),                       -- between these nothing comes that is not urgent
  quiet_until  time(0),
  act_id       id not null references acts deferrable initially deferred,
  check ((quiet_from is null) = (quiet_until is null)),
  check (quiet_from <> quiet_until)
);

-- A message to one person, of one notification or of a day's. Its id makes the Message-ID, which is the same however often it is sent.
create table mails (
  id               id primary key,
  fund_id          id not null references funds,
  person_id        id not null references people,
  address          text not null,             -- as it was when the mail was made
  digest           boolean not null,
  made_at          timestamptz not null,
  status           text not null check (status in ('waiting', 'sent', 'given_up', 'not_sent')),    -- not_sent: there was no mail server
  attempts         int not null default 0,
  next_attempt_at  timestamptz,
  unique (fund_id, id, person_id),
  unique (fund_id, id),
  check ((status = 'waiting') = (next_attempt_at is not null))
);
create index mails_waiting on mails (next_attempt_at, id) where status = 'waiting';

-- The outbox: written in the transaction of the act. Nobody is told twice of one thing.
create table notifications (
  id            id primary key,
  fund_id       id not null references funds,
  person_id     id not null references people,
  event         text not null check (event ~ '^[a-z_]{1,60}$'),
  key           text not null check (length(key) between 1 and 200),
  urgent        boolean not null,
  confidential  boolean not null,
  facts         jsonb not null check (jsonb_typeof(facts) = 'object'),
  link          text not null check (link ~ '^/[A-Za-z0-9_?=&#./-]*$' and link !~ '^//'),
  told_at       timestamptz not null,
  read_at       timestamptz,
  mail_id       id,                           -- null: it waits to be put in one
  act_id        id references acts deferrable initially deferred,
  constraint told_once unique (person_id, event, key),
  unique (fund_id, id),
  -- A mail is in the mail of its own person, and says what its own fund has to say.
  foreign key (fund_id, mail_id, person_id) references mails (fund_id, id, person_id),
  -- Of a confidential process nothing is written that could leave.
  constraint confidential_says_nothing check (not confidential or facts = '{}')
);
create index notifications_by_person on notifications (person_id, id);
create index notifications_unread on notifications (person_id) where read_at is null;
create index notifications_to_mail on notifications (person_id, fund_id, told_at) where mail_id is null;
create index notifications_by_mail on notifications (mail_id) where mail_id is not null;

create table mail_attempts (
  fund_id       id not null,
  mail_id       id not null,
  attempt       int not null check (attempt > 0),
  outcome       text not null check (outcome in ('sent', 'put_off', 'given_up', 'not_sent')),
  answer        text not null check (length(answer) <= 500),    -- what the mail server said
  attempted_at  timestamptz not null,
  primary key (mail_id, attempt),
  foreign key (fund_id, mail_id) references mails (fund_id, id)
);
create trigger append_only before update or delete or truncate on mail_attempts for each statement execute function history_is_append_only();

-- What was told stays as it was told; it is read once, and goes into one mail.
create function notification_is_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.read_at is not null and new.read_at is distinct from old.read_at
     or old.mail_id is not null and new.mail_id is distinct from old.mail_id then
    raise exception 'notification % is read, or in a mail, already', old.id using errcode = 'check_violation', constraint = 'notification_is_told';
  end if;
  return new;
end $$;
create trigger notification_is_told before update on notifications for each row execute function notification_is_told();

-- A mail that is sent or given up stays so.
create function mail_has_ended() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.status <> 'waiting' then
    raise exception 'mail % is %', old.id, old.status using errcode = 'check_violation', constraint = 'mail_has_ended';
  end if;
  return new;
end $$;
create trigger mail_has_ended before update on mails for each row execute function mail_has_ended();

grant select, insert on notifications, mails, mail_attempts to wasata_service;
grant update (read_at, mail_id) on notifications to wasata_service;
grant update (status, attempts, next_attempt_at) on mails to wasata_service;
grant select, insert, update on mail_preferences to wasata_service;

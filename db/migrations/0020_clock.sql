-- The clock of a request: how urgent it is, how long each of its steps may take and took, what stopped it, and what was late.

-- How fast it is wanted. The third lane has rules of its own, so nobody chooses it in an ordinary draft.
alter table requests add column lane text not null default 'standard' check (lane in ('standard', 'rapid', 'no_regret'));
create function lane_is_fixed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception 'request % is %: its lane is fixed', old.id, old.status using errcode = 'check_violation', constraint = 'decided_content_is_fixed';
end $$;
create trigger lane_is_fixed before update of lane on requests for each row
  when (old.lane <> new.lane and old.status not in ('draft', 'returned')) execute function lane_is_fixed();
grant update (lane) on requests to wasata_service;

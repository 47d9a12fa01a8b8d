-- The fund tells everybody what came and where it went, where it has made that its rule.

create or replace function pg_temp.also_allow(p_table regclass, p_column text, p_word text) returns void language plpgsql as $$
declare
  v_check record;
  v_words text;
begin
  select c.conname, pg_get_constraintdef(c.oid) as says into strict v_check
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = p_column
   where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum];
  select string_agg(quote_literal(word), ', ' order by word) into v_words
    from (select m[1] as word from regexp_matches(v_check.says, '''([a-z_]+)''', 'g') m union select p_word) words;
  execute format('alter table %s drop constraint %I', p_table, v_check.conname);
  execute format('alter table %s add constraint %I check (%I in (%s))', p_table, v_check.conname, p_column, v_words);
end $$;
select pg_temp.also_allow('policies', 'subject', 'open_data');

insert into policies (fund_id, subject, effective_from, terms)
select f.id, 'open_data', '1990-01-01', '{"publisher": {}}' from funds f;

-- As what donors are known to others, and under which activity of their own they publish what they gave, so that the two join up.
alter table donors add column organisation_reference text check (organisation_reference ~ '^[A-Za-z0-9._/-]{1,100}$');
alter table contributions add column provider_activity text check (provider_activity ~ '^[^\s/&|?]{1,200}$');
grant update (organisation_reference) on donors to wasata_service;
grant update (provider_activity) on contributions to wasata_service;

import { readFileSync } from 'node:fs'
import { dumpSchema } from '../../db/schema.ts'
import { ownDatabase } from '../support/database.ts'

const database = ownDatabase()

test('db/schema.sql is what the migrations make (if not: npm run schema)', async () => {
  const kept = readFileSync(new URL('../../db/schema.sql', import.meta.url), 'utf8')
  expect(linesOf(await dumpSchema(database().owner))).toEqual(linesOf(kept))
})

/** Servers before 16 say of every column in a view where it is from, later ones only where they must. */
function linesOf(schema: string): string[] {
  return schema.replaceAll(/^create view [^;]*;/gm, (view) => view.replaceAll(/\b\w+\.(?=\w)/g, '')).split('\n')
}

/** What belongs to the service and not to one of its funds. */
const OF_NO_FUND = {
  acts: 'an act may be of no fund, such as signing in; otherwise it says which',
  currencies: 'are those of ISO 4217',
  entries_to_check: 'are there while a transaction runs, for whatever it posted',
  funds: 'are the funds themselves',
  idempotency_keys: 'are of a person',
  knex_migrations: 'are the schema’s',
  knex_migrations_lock: 'are the schema’s',
  mail_preferences: 'of a person, for mail of every fund',
  people: 'may work for several funds',
  person_states: 'are of a person',
  sessions: 'are of a person',
  sign_in_attempts: 'are of an address',
  tokens: 'are of a person',
}

test('every table of a fund says of which fund each row is, and every other is known by name', async () => {
  const { rows } = await database().owner.raw(
    `select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'fund_id' and a.attnotnull)`,
  )
  const without = (rows as { name: string }[]).map(({ name }) => name).sort()
  expect(without).toEqual(Object.keys(OF_NO_FUND).sort())
})

test('a row belongs to the fund of what it is about, whatever its writer says', async () => {
  const { rows } = await database().owner.raw(
    `select c.conrelid::regclass::text as name from pg_constraint c
      where c.contype = 'f' and c.conrelid::regclass::text in (select t.tgrelid::regclass::text from pg_trigger t where t.tgname = 'belongs_to_fund')
      group by 1 having not bool_or(pg_get_constraintdef(c.oid) like 'FOREIGN KEY (fund_id, %')`,
  )
  expect(rows).toEqual([])
})

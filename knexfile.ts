import type { Knex } from 'knex'
import { sqlMigrations } from './db/migrations.ts'

const nothing = () => undefined

/** Read by the knex command line and by db/connect.ts: how we talk to PostgreSQL, and where the schema comes from. */
const config: Knex.Config = {
  client: 'pg',
  ...(process.env.DATABASE_URL ? { connection: process.env.DATABASE_URL } : {}),
  // Two cores serve eight connections best; more only wait for each other's locks.
  pool: { min: 0, max: 10 },
  acquireConnectionTimeout: 10_000,
  // What went wrong is logged with the statement and never with its values: names, addresses, hashes.
  compileSqlOnError: false,
  // What goes wrong is thrown, and told by whoever catches it; knex would tell it too, a failed migration with its whole text.
  log: { warn: nothing, error: nothing, debug: nothing, deprecate: nothing },
  migrations: { migrationSource: sqlMigrations },
}

export default config

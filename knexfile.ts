import type { Knex } from 'knex'
import { sqlMigrations } from './db/migrations.ts'

/** Read by the knex command line and by db/connect.ts: how we talk to PostgreSQL, and where the schema comes from. */
const config: Knex.Config = {
  client: 'pg',
  ...(process.env.DATABASE_URL ? { connection: process.env.DATABASE_URL } : {}),
  // Two cores serve eight connections best; more only wait for each other's locks.
  pool: { min: 0, max: 10 },
  acquireConnectionTimeout: 10_000,
  migrations: { migrationSource: sqlMigrations },
}

export default config

import { connect, type Connection } from './connect.ts'
import type { Knex } from 'knex'
import { installJobs, jobsAreInstalled } from './jobs.ts'

/** Any number that is ours alone: whoever holds it is the only one migrating this database. */
const MIGRATION_LOCK = 7_215_410_922

/**
 * Brings the schema up to date, however many servers start at once. Needs the login that owns the schema, unless there is
 * nothing to do.
 * A migration that was cut short leaves knex's own lock behind; holding ours proves that it is a leftover.
 */
export async function migrate(connection: Connection): Promise<void> {
  const db = connect(connection, { poolSize: 3 })
  try {
    await db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK])
      if ((await isUpToDate(db)) && (await jobsAreInstalled(db))) return
      await db.migrate.forceFreeMigrationsLock()
      await db.migrate.latest()
      await installJobs(connection, db)
    })
  } finally {
    await db.destroy()
  }
}

/** Asked first whether there is a schema at all, because knex answers a question about its tables by making them. */
async function isUpToDate(db: Knex): Promise<boolean> {
  if (!(await db.schema.hasTable('knex_migrations'))) return false
  return (await pendingMigrations(db)).length === 0
}

/** The migrations this code has and the database lacks, or has and the code does not know. */
export async function pendingMigrations(db: Knex): Promise<string[]> {
  const known = (await db.migrate.list()) as [{ name: string }[], (string | { file: string })[]]
  return known[1].map((one) => (typeof one === 'string' ? one : one.file))
}

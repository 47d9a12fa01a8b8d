import { Logger, runMigrations } from 'graphile-worker'
import pg from 'pg'
import { row, rows, SERVICE_ROLE, type Connection, type Db } from './connect.ts'

/** The last migration of graphile-worker's own schema that this release brings; a test compares it with what the library makes. */
const LAST_MIGRATION = 20

/** What comes from the library is told by whoever runs it. */
const silent = new Logger(() => () => undefined)

/** Whether the job library's schema is there, as new as this release needs it, and the service may work with it. */
export async function jobsAreInstalled(db: Db): Promise<boolean> {
  const there = await row<{ it: boolean }>(db, `select to_regclass('graphile_worker.migrations') is not null as it`)
  if (!there!.it) return false
  const last = await row<{ id: number }>(db, `select coalesce(max(id), 0) as id from graphile_worker.migrations`)
  return last!.id >= LAST_MIGRATION && (await guardedTables(db)).every(({ open }) => open)
}

/**
 * Makes the job library's schema, as the login that owns ours, and lets the service work with it: its rows, and nothing of its making.
 * The library has row-level security on and no policy, so that only the owner would see anything.
 */
export async function installJobs(connection: Connection, db: Db): Promise<void> {
  const pool = jobPool(connection, { max: 1 })
  try {
    await runMigrations({ pgPool: pool, logger: silent })
  } finally {
    await pool.end()
  }
  await db.transaction(async (trx) => {
    await trx.raw(`grant usage on schema graphile_worker to ${SERVICE_ROLE}`)
    await trx.raw(`grant select on graphile_worker.migrations to ${SERVICE_ROLE}`)
    for (const { name, open } of await guardedTables(trx)) {
      if (open) continue
      await trx.raw(`grant select, insert, update, delete on ${name} to ${SERVICE_ROLE}`)
      await trx.raw(`create policy ${SERVICE_ROLE} on ${name} to ${SERVICE_ROLE} using (true) with check (true)`)
    }
  })
}

/** The library's tables, and whether each is open to the service. */
function guardedTables(db: Db): Promise<{ name: string; open: boolean }[]> {
  return rows(
    db,
    `select format('graphile_worker.%I', c.relname) as name,
            exists (select from pg_policy p where p.polrelid = c.oid and p.polname = :role) as open
       from pg_class c where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind = 'r' and c.relrowsecurity`,
    { role: SERVICE_ROLE },
  )
}

/** The connections of whoever runs jobs: one listens, the others take and finish them. None is opened before it is needed. */
export function jobPool(
  connection: Connection,
  { role, max = 4, statementTimeoutMs = 0 }: { role?: string; max?: number; statementTimeoutMs?: number } = {},
): pg.Pool {
  const settings = typeof connection === 'string' ? { connectionString: connection } : connection
  const pool = new pg.Pool({
    ...settings,
    application_name: 'wasata jobs',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    max,
    ...(role ? { options: `-c role=${role} -c statement_timeout=${statementTimeoutMs}` } : {}),
  })
  // A connection that the server ends is replaced by the next one; without a listener it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

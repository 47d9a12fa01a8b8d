import knex, { type Knex } from 'knex'
import pg from 'pg'
import config from '../knexfile.ts'

/** May read. Every function that only reads takes one of these; a transaction is one too. */
export type Db = Knex

/** May write. Every function that writes takes one of these first, so it cannot run outside a transaction. */
export type Trx = Knex.Transaction

/** A connection string, or the settings of the embedded server. */
export type Connection = string | { host: string; port: number; user: string; password: string; database: string }

// A date is a day in the fund's books, not an instant: pg would make it midnight of whatever zone the machine is in.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

/** What the service may do in the database: it reads, and writes only through rows it may insert and `post_entries`. */
export const SERVICE_ROLE = 'wasata_service'

export type PoolOptions = { role?: string; poolSize?: number; statementTimeoutMs?: number }

/**
 * Opens a pool. With `role`, every connection takes that database role from its first moment; with `statementTimeoutMs`, the
 * server ends whatever takes longer, waiting included (see `takeItsTime`).
 */
export function connect(connection: Connection, { role, poolSize, statementTimeoutMs = 0 }: PoolOptions = {}): Knex {
  const settings = typeof connection === 'string' ? { connectionString: connection } : connection
  return knex({
    ...config,
    connection: {
      ...settings,
      application_name: 'wasata',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      ...(role ? { options: `-c role=${role} -c statement_timeout=${statementTimeoutMs}` } : {}),
    } as Knex.PgConnectionConfig,
    pool: { ...config.pool, ...(poolSize ? { max: poolSize } : {}) },
  })
}

/** Lifts the time limit of statements for the rest of the transaction: for files, imports and seals, which may take long. */
export async function takeItsTime(trx: Trx): Promise<void> {
  await trx.raw('set local statement_timeout = 0')
}

/** Runs SQL text with named bindings (`:fund`) and gives its rows. */
export async function rows<Row>(db: Db, sql: string, bindings: Record<string, unknown> = {}): Promise<Row[]> {
  const result = await db.raw(sql, bindings as Knex.ValueDict)
  return result.rows as Row[]
}

/** As `rows`, for a hot path: a named statement with positional values (`?`), parsed and planned once per connection. */
export async function named<Row>(db: Db, name: string, sql: string, values: readonly unknown[]): Promise<Row[]> {
  const result = await db.raw(sql, values as Knex.RawBinding[]).options({ name })
  return result.rows as Row[]
}

/** As `rows`, where there is one or none. */
export async function row<Row>(db: Db, sql: string, bindings: Record<string, unknown> = {}): Promise<Row | undefined> {
  return (await rows<Row>(db, sql, bindings))[0]
}

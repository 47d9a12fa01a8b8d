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

/** Opens a pool. With `role`, every connection takes that database role from its first moment. */
export function connect(connection: Connection, { role, poolSize }: { role?: string; poolSize?: number } = {}): Knex {
  const settings = typeof connection === 'string' ? { connectionString: connection } : connection
  return knex({
    ...config,
    connection: {
      ...settings,
      application_name: 'wasata',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      ...(role ? { options: `-c role=${role}` } : {}),
    } as Knex.PgConnectionConfig,
    pool: { ...config.pool, ...(poolSize ? { max: poolSize } : {}) },
  })
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

import pg from 'pg'
import { connect, SERVICE_ROLE, type Connection, type Db } from './connect.ts'
import { ensureDatabase, startEmbedded } from './embedded.ts'
import { jobPool } from './jobs.ts'
import { migrate } from './migrate.ts'

export type DatabaseLocation = {
  readonly databaseUrl: string | undefined
  readonly databaseOwnerUrl: string | undefined
  readonly dataDir: string
}

export type OpenDatabase = {
  /** A pool with the rights of the service. */
  readonly db: Db
  /** The same, for whoever runs jobs. */
  readonly jobs: pg.Pool
  /** It is the one that comes with the npm packages. */
  readonly embedded: boolean
  /** Closes the pool and leaves the server; the embedded one stops when nobody else uses it. Safe to call twice. */
  readonly close: () => Promise<void>
}

const OLDEST_SERVER = 15

/** No page and no figure takes this long; what does holds a connection that others wait for. */
const LONGEST_STATEMENT_MS = 30_000

/** A pool that never comes to rest must not hold up a stop for ever. */
const PATIENCE_MS = 5_000

/**
 * The fund's database with its schema up to date: the PostgreSQL of `databaseUrl`, or else the embedded one below `dataDir`,
 * started or joined. Throws an Error that says what to do and holds no password.
 */
export async function openDatabase({
  databaseUrl,
  databaseOwnerUrl,
  dataDir,
}: DatabaseLocation): Promise<OpenDatabase> {
  if (databaseUrl) {
    await probe(databaseOwnerUrl ?? databaseUrl)
    const pools = await openSchema(databaseUrl, databaseOwnerUrl ?? databaseUrl)
    return { ...pools, embedded: false, close: () => closePools(pools) }
  }
  const server = await startEmbedded({ dataDir })
  try {
    await ensureDatabase(server, 'wasata')
    const connection = { ...server.connection, database: 'wasata' }
    const pools = await openSchema(connection, connection)
    return { ...pools, embedded: true, close: () => closePools(pools).finally(server.stop) }
  } catch (error) {
    await server.stop()
    throw error
  }
}

type Pools = Pick<OpenDatabase, 'db' | 'jobs'>

async function openSchema(connection: Connection, ownerConnection: Connection): Promise<Pools> {
  await migrate(ownerConnection).catch((error: Error) => {
    throw new Error(explainMigration(ownerConnection, error))
  })
  await probe(connection, SERVICE_ROLE)
  const options = { role: SERVICE_ROLE, statementTimeoutMs: LONGEST_STATEMENT_MS }
  return { db: connect(connection, options), jobs: jobPool(connection, options) }
}

/** A new enough server that lets us in, as that role. */
async function probe(connection: Connection, role?: string): Promise<void> {
  const version = await askVersion(connection, role).catch((error: pg.DatabaseError) => {
    throw new Error(explainConnection(connection, error, role))
  })
  const major = Math.trunc(Number.parseInt(version, 10) / 10_000)
  if (major < OLDEST_SERVER) {
    throw new Error(`${nameOf(connection)} is PostgreSQL ${major}. Wasata needs ${OLDEST_SERVER} or later.`)
  }
}

async function askVersion(connection: Connection, role = 'none'): Promise<string> {
  const server = new pg.Client({ ...settingsOf(connection), connectionTimeoutMillis: PATIENCE_MS })
  server.on('error', () => undefined)
  try {
    await server.connect()
    const { rows } = await server.query<{ version: string }>(
      `select current_setting('server_version_num') as version, set_config('role', $1, false)`,
      [role],
    )
    return rows[0]!.version
  } finally {
    await server.end().catch(() => undefined)
  }
}

function settingsOf(connection: Connection): pg.ClientConfig {
  return typeof connection === 'string' ? { connectionString: connection } : connection
}

/** Where and as whom, without the password. */
function nameOf(connection: Connection): string {
  const { host, port, database, user } = new pg.Client(settingsOf(connection))
  return `The PostgreSQL at ${host}:${port} (database ${database}, login ${user})`
}

/** The error is not passed on as a cause: what is wrong with an address is said with the address, password and all. */
function explainConnection(connection: Connection, error: pg.DatabaseError, role: string | undefined): string {
  if (error instanceof TypeError)
    return 'DATABASE_URL is no valid address. Passwords with signs like # or @ are written %23, %40.'
  const name = nameOf(connection)
  const code = error.code ?? ''
  if (['28P01', '28000'].includes(code)) return `${name} refuses the login: ${error.message}. Check DATABASE_URL.`
  if (code === '3D000') return `${name} has no such database. Create it, or check DATABASE_URL.`
  if (code === '42501' && role) {
    const { user } = new pg.Client(settingsOf(connection))
    return `${name} does not let the login work as ${role}. As the owner of the schema: grant ${role} to "${user}".`
  }
  const reason = error.message || code || String(error)
  return `${name} does not answer: ${reason}. Start it, or check DATABASE_URL.`
}

/** knex puts the whole statement before what went wrong, and a migration is long. */
function explainMigration(connection: Connection, error: Error & { code?: string }): string {
  const reason = error.message.slice(error.message.lastIndexOf(' - ') + 1).replace(/^- /, '')
  if (error.message.includes('migration directory is corrupt')) {
    return `${nameOf(connection)} has been used by a newer release of Wasata than this. Start that one.`
  }
  const advice =
    error.code === '42501' ? ' Let the login own the database, or set DATABASE_OWNER_URL to one that does.' : ''
  return `${nameOf(connection)}: the schema cannot be brought up to date: ${reason}.${advice}`
}

async function closePools({ db, jobs }: Pools): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => (timer = setTimeout(done, PATIENCE_MS)))
  const ended = jobs.ended ? undefined : jobs.end()
  await Promise.race([Promise.all([db.destroy(), ended]), late]).finally(() => clearTimeout(timer))
}

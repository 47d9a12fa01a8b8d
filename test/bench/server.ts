import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Connection } from '../../db/connect.ts'
import { ensureDatabase, startEmbedded } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'
import { atEnd } from './ending.ts'

/** A migrated database of the benchmark's own, on a server that keeps what it has acknowledged. */
export type BenchDatabase = {
  readonly connection: Connection
  /** What is told about the server beside the figures. */
  readonly server: string
}

/** `statfs` type of a file system in memory, on which a commit costs nothing. */
const TMPFS = 0x01021994

/**
 * Opens the database: on the PostgreSQL that TEST_DATABASE_URL names (this machine only: the network is not what is
 * measured), or on the embedded one in a temporary folder. All is removed at the end.
 */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const name = `wasata_bench_${randomBytes(4).toString('hex')}`
  const url = process.env.TEST_DATABASE_URL
  const connection = url ? await databaseOn(url, name) : await embeddedDatabase(name)
  await migrate(connection)
  return { connection, server: await serverFacts(connection) }
}

/** Opens a plain connection with the rights of the owner; closed at the end. */
export async function plainClient(connection: Connection): Promise<pg.Client> {
  const client = new pg.Client(typeof connection === 'string' ? { connectionString: connection } : connection)
  // A server that is stopped under it fails the query that runs, which is enough.
  client.on('error', () => undefined)
  await client.connect()
  atEnd(() => client.end())
  return client
}

/** What the server does by itself within a minute of much writing: it looks at what is there, so that its plans fit. */
export async function gatherStatistics(connection: Connection): Promise<void> {
  const client = await plainClient(connection)
  await client.query('vacuum analyze')
}

async function embeddedDatabase(name: string): Promise<Connection> {
  const folder = join(tmpdir(), `wasata-bench-${randomBytes(4).toString('hex')}`)
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  mkdirSync(folder, { mode: 0o755 })
  if (statfsSync(folder).type === TMPFS) {
    process.stdout.write(`${tmpdir()} is in memory: commits cost nothing there. Set TMPDIR to a folder on a disk.\n`)
  }
  const server = await startEmbedded({ dataDir: folder, settings: { max_connections: '100' } })
  atEnd(() => server.stop())
  await ensureDatabase(server, name)
  return { ...server.connection, database: name }
}

async function databaseOn(url: string, name: string): Promise<Connection> {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? decodeURIComponent(hostname)
  if (!host.startsWith('/') && !['', 'localhost', '127.0.0.1', '[::1]'].includes(host)) {
    throw new Error(`TEST_DATABASE_URL is on ${host}. The benchmark works on this machine only.`)
  }
  const admin = new pg.Client({ connectionString: url })
  admin.on('error', () => undefined)
  await admin.connect()
  atEnd(() => admin.end())
  await admin.query(`create database ${name}`)
  atEnd(() => admin.query(`drop database ${name} with (force)`))
  const own = new URL(url)
  own.pathname = `/${name}`
  return own.href
}

async function serverFacts(connection: Connection): Promise<string> {
  const client = await plainClient(connection)
  const { rows } = await client.query<{ version: string; fsync: string; synchronous: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as synchronous`,
  )
  const { version, fsync, synchronous } = rows[0]!
  return `PostgreSQL ${version}, fsync ${fsync}, synchronous_commit ${synchronous}`
}

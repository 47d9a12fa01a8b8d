import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, SERVICE_ROLE } from '../../db/connect.ts'
import { ensureDatabase, startEmbedded, type EmbeddedServer } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'

declare global {
  var testServer: { server?: EmbeddedServer; folder?: string } | undefined
}

// What is written to this server is thrown away; what a crash leaves is tested on servers of their own.
const SETTINGS = { max_connections: '200', fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

/**
 * Starts one PostgreSQL for the whole run (or takes the one that TEST_DATABASE_URL names) and makes the template databases, a
 * migrated one and the same with the people of the tests. Each test file then clones one, which takes milliseconds.
 */
export default async function globalSetup(): Promise<void> {
  const url = process.env.TEST_DATABASE_URL
  if (url) {
    process.env.TEST_SERVER = JSON.stringify(url)
  } else {
    const folder = join(tmpdir(), `wasata-${randomBytes(4).toString('hex')}`)
    const server = await startEmbedded({ dataDir: folder, settings: SETTINGS })
    globalThis.testServer = { server, folder }
    process.env.TEST_SERVER = JSON.stringify({ ...server.connection, database: 'postgres' })
    await ensureDatabase(server, 'postgres')
  }
  const { TEMPLATE, PEOPLED, connectionTo } = await import('./database.ts')
  const { addPeople } = await import('./people.ts')
  const admin = connect(connectionTo('postgres'), { poolSize: 1 })
  for (const name of [TEMPLATE, PEOPLED]) await admin.raw(`drop database if exists ${name}`)
  await admin.raw(`create database ${TEMPLATE}`)
  await migrate(connectionTo(TEMPLATE))
  await admin.raw(`create database ${PEOPLED} template ${TEMPLATE}`)
  await admin.destroy()
  const peopled = connect(connectionTo(PEOPLED), { role: SERVICE_ROLE, poolSize: 1 })
  process.env.TEST_PEOPLE = JSON.stringify(await addPeople(peopled))
  await peopled.destroy()
}

import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../db/connect.ts'
import { ensureDatabase, startEmbedded, type EmbeddedServer } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'

declare global {
  var testServer: { server?: EmbeddedServer; folder?: string } | undefined
}

/**
 * Starts one PostgreSQL for the whole run (or takes the one that TEST_DATABASE_URL names) and migrates one template
 * database. Each test file then clones it, which takes milliseconds.
 */
export default async function globalSetup(): Promise<void> {
  const url = process.env.TEST_DATABASE_URL
  if (url) {
    process.env.TEST_SERVER = JSON.stringify(url)
  } else {
    const folder = join(tmpdir(), `wasata-${randomBytes(4).toString('hex')}`)
    const server = await startEmbedded({ dataDir: folder, settings: { max_connections: '200' } })
    globalThis.testServer = { server, folder }
    process.env.TEST_SERVER = JSON.stringify({ ...server.connection, database: 'postgres' })
    await ensureDatabase(server, 'postgres')
  }
  const { TEMPLATE, connectionTo } = await import('./database.ts')
  const admin = connect(connectionTo('postgres'), { poolSize: 1 })
  await admin.raw(`drop database if exists ${TEMPLATE}`)
  await admin.raw(`create database ${TEMPLATE}`)
  await admin.destroy()
  await migrate(connectionTo(TEMPLATE))
}

import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Connection } from './connect.ts'
import { startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { dumpSchema } from './schema.ts'

/**
 * `npm run schema`: writes db/schema.sql, made in a database of its own that is removed again; on the server of DATABASE_URL,
 * or on an embedded one.
 */
const url = process.env.DATABASE_URL
const text = url ? await dumpOn((database) => withDatabase(url, database)) : await dumpOnEmbedded()
writeFileSync(new URL('schema.sql', import.meta.url), text)

async function dumpOnEmbedded(): Promise<string> {
  const dataDir = join(tmpdir(), `wasata-schema-${randomBytes(4).toString('hex')}`)
  const server = await startEmbedded({ dataDir })
  try {
    return await dumpOn((database) => ({ ...server.connection, database }))
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function dumpOn(connectionTo: (database: string) => Connection): Promise<string> {
  const name = `wasata_schema_${randomBytes(4).toString('hex')}`
  const server = connect(connectionTo('postgres'), { poolSize: 1 })
  await server.raw('create database ??', [name])
  try {
    await migrate(connectionTo(name))
    const db = connect(connectionTo(name), { poolSize: 1 })
    return await dumpSchema(db).finally(() => db.destroy())
  } finally {
    await server.raw('drop database ?? with (force)', [name])
    await server.destroy()
  }
}

function withDatabase(address: string, database: string): string {
  const changed = new URL(address)
  changed.pathname = `/${database}`
  return changed.href
}

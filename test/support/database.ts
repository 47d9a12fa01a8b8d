import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'

/** A migrated database with nothing in it. */
export const TEMPLATE = 'wasata_template'
/** The same with the people of the tests. */
export const PEOPLED = 'wasata_template_peopled'

/** Settings of a database on the server of this test run. */
export function connectionTo(database: string): Connection {
  const server = JSON.parse(process.env.TEST_SERVER!) as string | Exclude<Connection, string>
  if (typeof server !== 'string') return { ...server, database }
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

export type OwnDatabase = { name: string; connection: Connection; service: Knex; owner: Knex }

/** A fresh database, cloned from a template. `service` has the service's rights, `owner` all. */
export async function makeDatabase(template = TEMPLATE): Promise<OwnDatabase> {
  const name = `wasata_${randomBytes(6).toString('hex')}`
  const admin = connect(connectionTo('postgres'), { poolSize: 1 })
  for (let attempt = 0; ; attempt += 1) {
    try {
      await admin.raw(`create database ${name} template ${template}`)
      break
    } catch (error) {
      if (attempt > 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  await admin.destroy()
  const connection = connectionTo(name)
  return {
    name,
    connection,
    service: connect(connection, { role: SERVICE_ROLE }),
    owner: connect(connection, { poolSize: 3 }),
  }
}

export async function dropDatabase({ name, service, owner }: OwnDatabase): Promise<void> {
  await service.destroy()
  await owner.destroy()
  const admin = connect(connectionTo('postgres'), { poolSize: 1 })
  await admin.raw(`drop database ${name} with (force)`)
  await admin.destroy()
}

/** A database of its own for this test file, dropped when the file ends. Commits are real commits. */
export function ownDatabase(template = TEMPLATE): () => OwnDatabase {
  let database: OwnDatabase
  beforeAll(async () => {
    database = await makeDatabase(template)
  })
  afterAll(() => dropDatabase(database))
  return () => database
}

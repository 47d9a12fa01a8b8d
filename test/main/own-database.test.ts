import { connectionTo, ownDatabase } from '../support/database.ts'
import type { Connection } from '../../db/connect.ts'
import { addressOf, killAll, post, processesOn, run, startMain, temporaryHome, until } from './process.ts'

const database = ownDatabase()
const home = temporaryHome()
const SECRET = 'a secret of more than thirty-two characters'

afterEach(killAll)
afterAll(() => home.remove())

const environment = (connection: Connection = database().connection) => ({
  DATA_DIR: home.path('unused'),
  DATABASE_URL: addressOf(connection),
})

test("production with a PostgreSQL of one's own has no demonstration, and says how the first administrator comes", async () => {
  const env = { ...environment(), NODE_ENV: 'production', SESSION_SECRET: SECRET }
  const service = startMain(env)
  const url = await service.url()
  expect(service.said()).toContain('npm run administrator')
  expect(service.said()).not.toContain('demo.example')
  expect(processesOn(home.path('unused'))).toEqual([])

  const command = ['server/people/command.ts', 'administrator', 'Ada@fund.example', 'Ada', 'Lovelace']
  const registering = run(command, env)
  expect(await registering.ended).toBe(0)
  const password = /ada@fund\.example {2}(\S+)/.exec(registering.said())?.[1]
  expect(await post(url, '/sessions', { email: 'ada@fund.example', password })).toBe(201)
  const { rows } = await database().owner.raw(`select name, administrator from people`)
  expect(rows).toEqual([{ name: 'Ada Lovelace', administrator: true }])

  const twice = run(command, env)
  expect([await twice.ended, twice.said()]).toEqual([1, 'Somebody has the address Ada@fund.example already.\n'])
})

test('connections that the server ends, all at once, do not end the service', async () => {
  const service = startMain(environment())
  const url = await service.url()
  const ready = async () => (await fetch(`${url}/readyz`)).status
  await Promise.all([ready(), ready(), ready()])
  const { rows } = await database().owner.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'wasata' and pid <> pg_backend_pid()`,
  )
  expect(rows.length).toBeGreaterThan(0)
  await until(async () => (await ready()) === 200)
  expect(service.child.exitCode).toBeNull()
  service.child.kill('SIGTERM')
  expect(await service.ended).toBe(0)
})

test('production without a database and a secret stops the start, and both are named', async () => {
  const service = startMain({ NODE_ENV: 'production' })
  expect(await service.ended).toBe(1)
  expect(service.said()).toContain('DATABASE_URL is missing')
  expect(service.said()).toContain('SESSION_SECRET is missing')
})

test.each([
  ['is not there', () => 'postgres://fund:hidden@127.0.0.1:1/wasata', /127\.0\.0\.1:1.* does not answer/],
  ['has no such database', () => addressOf(connectionTo('no_such')), /no such database/],
  ['is no valid address', () => 'postgres://fund:hid#den/@127.0.0.1/x', /no valid address/],
])('a database that %s stops the start with a message that holds no password', async (_what, url, message) => {
  const service = startMain({ ...environment(), DATABASE_URL: url() })
  expect(await service.ended).toBe(1)
  expect(service.said()).toMatch(message)
  expect(service.said()).not.toMatch(/hidden|hid#den/)
})

test('a database of a newer release is left alone', async () => {
  const later = { name: '9999_later.sql', batch: 99, migration_time: new Date() }
  await database().owner('knex_migrations').insert(later)
  const service = startMain(environment())
  expect(await service.ended).toBe(1)
  expect(service.said()).toContain('newer release')
  await database().owner('knex_migrations').where({ name: later.name }).delete()
})

import pino from 'pino'
import request from 'supertest'
import { connect, SERVICE_ROLE } from '../../db/connect.ts'
import { createApp } from '../../server/app.ts'
import { streamOf } from '../../server/http/csv.ts'
import { until } from '../main/process.ts'
import { ownService } from '../support/service.ts'

const service = ownService()

test('while the database cannot be reached the service says so, lives on, and is not ready', async () => {
  const db = connect({ host: '127.0.0.1', port: 1, user: 'x', password: 'x', database: 'x' }, { role: SERVICE_ROLE })
  const app = createApp(db, { sessionSecret: 'for tests only', secureCookies: false, log: pino({ level: 'silent' }) })
  const answer = await request(app).get('/api/v1/people/me').set('authorization', `Bearer ${service.admin().token}`)
  expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'unavailable', '5'])
  await request(app).get('/healthz').expect(200)
  await request(app).get('/readyz').expect(503)
  await db.destroy()
})

test('a change whose connection is lost in the middle changed nothing, and the same key does it once', async () => {
  const { owner } = service.database()
  const fund = await service.fund()
  const donor = { name: 'Lost and found', kind: 'Member State' }
  const add = () => fund.cast.fundManager!.post(`/funds/${fund.id}/donors`, donor).set('idempotency-key', 'lost-1')
  const lock = await owner.transaction()
  await lock.raw('lock table donors in exclusive mode')
  const waiting = add().then((answer) => answer)
  const blocked = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%donors%'`
  await until(async () => (await owner.raw(blocked)).rows.length === 1)
  await owner.raw(`select pg_terminate_backend(pid) from (${blocked}) lost`)
  const lost = await waiting
  await lock.rollback()
  expect([lost.status, lost.body.code]).toEqual([503, 'unavailable'])
  expect(await owner('donors').where({ name: donor.name })).toHaveLength(0)
  const first = await add().expect(201)
  const again = await add().expect(201)
  expect(again.body).toEqual(first.body)
  expect(await owner('donors').where({ name: donor.name })).toHaveLength(1)
})

test('a statement that takes too long is stopped and told, read or change; what may take long is not', async () => {
  const fund = await service.fund()
  const { connection, owner } = service.database()
  const db = connect(connection, { role: SERVICE_ROLE, statementTimeoutMs: 300 })
  const app = createApp(db, { sessionSecret: 'for tests only', secureCookies: false, log: pino({ level: 'silent' }) })
  const authorization = `Bearer ${fund.cast.fundManager!.token}`
  const lock = await owner.transaction()
  await lock.raw('lock table donors in access exclusive mode')
  const donors = `/api/v1/funds/${fund.id}/donors`
  const read = await request(app).get(donors).set({ authorization })
  expect([read.status, read.body.code, read.headers['retry-after']]).toEqual([503, 'too_slow', '5'])
  const change = await request(app).post(donors).set({ authorization }).send({ name: 'Slow', kind: 'government' })
  expect([change.status, change.body.code]).toEqual([503, 'too_slow'])
  await lock.rollback()
  const again = await request(app).get(donors).set({ authorization }).expect(200)
  expect(again.body.items).toEqual([])
  const slow = []
  for await (const one of streamOf(db, 'select n, pg_sleep(0.2) from generate_series(1, 3) n', {})) slow.push(one)
  expect(slow).toHaveLength(3)
  await expect(db.raw('select pg_sleep(1)')).rejects.toMatchObject({ code: '57014' })
  await db.destroy()
})

test('what goes wrong in the database is told without the values of the statement', async () => {
  const { service: db } = service.database()
  const broken = db('people').insert({ id: 'none', kind: 'person', name: 'Amina', email: 'amina@secret.example' })
  const error = await broken.then(
    () => undefined,
    (failure: Error) => failure,
  )
  expect(error!.message).toContain('insert into "people"')
  expect(`${error!.message} ${error!.stack}`).not.toContain('secret.example')
})

import request from 'supertest'
import { addPerson } from '../../server/people/register.ts'
import { ownService, type Caller } from '../support/service.ts'

const service = ownService()

const send = (by: Caller, id: string, what: 'deactivations' | 'reactivations', reason = 'Left the office') =>
  by.post(`/people/${id}/${what}`, { reason })

/** Another administrator, who chose a password and has a token. */
async function administrator(email: string): Promise<Caller> {
  const made = await service
    .database()
    .service.transaction((trx) =>
      addPerson(trx, { name: email, email: `${email}@example.org`, administrator: true }, { passwordStays: true }),
    )
  const agent = request.agent(service.app())
  await agent.post('/api/v1/sessions').send({ email: made.email, password: made.password }).expect(201)
  const { body } = await agent.post('/api/v1/tokens').send({ name: 'admin', days: 1 }).expect(201)
  const authorization = `Bearer ${body.token}`
  const post = (path: string, sent?: object) => service.nobody().post(path, sent).set({ authorization })
  return { ...service.nobody(), id: made.id, post }
}

test('who is sent away is out at once, session and token, and nothing of them is deleted', async () => {
  const fund = await service.fund()
  const { treasurer } = fund.cast
  const browser = request.agent(service.app())
  await browser.post('/api/v1/sessions').send({ email: treasurer!.email, password: treasurer!.password }).expect(201)
  const sent = await send(service.admin(), treasurer!.id, 'deactivations').expect(201)
  expect(sent.body).toEqual({ id: treasurer!.id, active: false, reason: 'Left the office' })
  await browser.get('/api/v1/people/me').expect(401)
  await treasurer!.get('/people/me').expect(401)
  await service.nobody().post('/sessions', { email: treasurer!.email, password: treasurer!.password }).expect(401)
  const { owner } = service.database()
  expect(await owner('role_grants').where({ person_id: treasurer!.id, fund_id: fund.id })).toHaveLength(1)

  await send(service.admin(), treasurer!.id, 'reactivations', 'Came back').expect(201)
  await browser.get('/api/v1/people/me').expect(401)
  await treasurer!.get('/people/me').expect(401)
  await service.nobody().post('/sessions', { email: treasurer!.email, password: treasurer!.password }).expect(201)
  const told = await service.admin().get(`/people/${treasurer!.id}/states`).expect(200)
  expect(told.body.items.map((one: { active: boolean; reason: string }) => [one.active, one.reason])).toEqual([
    [false, 'Left the office'],
    [true, 'Came back'],
  ])
  expect(told.body.items[0]).toMatchObject({ changedBy: service.admin().id, changedByName: 'Adam' })
})

test("an administrator lists and revokes another person's tokens, and nobody else does", async () => {
  const fund = await service.fund()
  const { auditor, director } = fund.cast
  const listed = await service.admin().get(`/people/${auditor!.id}/tokens`).expect(200)
  expect(listed.body.items).toMatchObject([{ name: 'test', revokedAt: null }])
  expect(JSON.stringify(listed.body)).not.toContain(auditor!.token)
  expect((await director!.get(`/people/${auditor!.id}/tokens`)).body.code).toBe('role_not_allowed')
  await director!.delete(`/tokens/${listed.body.items[0].id}`).expect(404)
  await service.admin().delete(`/tokens/${listed.body.items[0].id}`).expect(204)
  await auditor!.get('/people/me').expect(401)
})

test.each([
  ['not_signed_in', 401, () => service.nobody(), () => service.admin().id, 'deactivations'],
  ['role_not_allowed', 403, (cast: Cast) => cast.director!, (cast: Cast) => cast.controller!.id, 'deactivations'],
  ['not_found', 404, () => service.admin(), () => `per_${'0'.repeat(26)}`, 'deactivations'],
  ['person_state_unchanged', 409, () => service.admin(), (cast: Cast) => cast.controller!.id, 'reactivations'],
  ['last_administrator', 409, () => service.admin(), () => service.admin().id, 'deactivations'],
] as const)('sending away or bringing back is refused: %s', async (code, status, by, whom, what) => {
  const { cast } = await service.fund()
  const everything = () => service.database().owner('people').orderBy('id').select('id', 'active')
  const before = await everything()
  const answer = await send(by(cast), whom(cast), what)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await everything()).toEqual(before)
})
type Cast = Record<string, Caller>

test('a reason is needed', async () => {
  const { cast } = await service.fund()
  const answer = await service.admin().post(`/people/${cast.controller!.id}/deactivations`, {})
  expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'reason'])
})

test('administrators who send each other away at once leave one behind', async () => {
  const all = [await administrator('b'), await administrator('c'), await administrator('d')]
  await Promise.all([
    ...all.map((by, i) => send(by, all[(i + 1) % 3]!.id, 'deactivations')),
    ...all.map((by, i) => send(by, all[(i + 2) % 3]!.id, 'deactivations')),
    ...all.map((by) => send(by, service.admin().id, 'deactivations')),
    ...all.map((by) => send(by, by.id, 'deactivations')),
  ])
  const { owner } = service.database()
  const left = await owner('people').where({ administrator: true, active: true })
  expect(left).toHaveLength(1)
  // The database keeps the last one, and wants a row for each turn.
  const away = (id: string, change: object) => owner('people').where({ id }).update(change)
  await expect(away(left[0].id, { active: false })).rejects.toThrow('nobody made')
  await expect(
    owner.transaction(async (trx) => {
      const act = { id: `act_${'0'.repeat(26)}`, request_id: 't', method: 'T', path: 't', outcome: 'done' }
      await trx('acts').insert(act)
      const state = {
        person_id: left[0].id,
        number: 9,
        active: false,
        reason: 'x',
        changed_by: left[0].id,
        act_id: act.id,
      }
      await trx('person_states').insert(state)
      await trx('people').where({ id: left[0].id }).update({ active: false })
    }),
  ).rejects.toThrow('is the last administrator')
})

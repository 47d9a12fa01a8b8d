import request from 'supertest'
import { ownService } from '../support/service.ts'

const service = ownService()

test('a person signs in by password and is known by the session cookie until signing out', async () => {
  const { email, password } = service.admin()
  const browser = request.agent(service.app())
  await browser.post('/api/v1/sessions').send({ email, password }).expect(201)
  const me = await browser.get('/api/v1/people/me').expect(200)
  expect(me.body).toMatchObject({ email, administrator: true })
  await browser.delete('/api/v1/sessions/current').expect(204)
  await browser.get('/api/v1/people/me').expect(401)
})

test('a wrong password and an unknown address get the same answer', async () => {
  const wrong = await service.nobody().post('/sessions', { email: service.admin().email, password: 'wrong' })
  const unknown = await service.nobody().post('/sessions', { email: 'nobody@example.org', password: 'wrong' })
  expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong_credentials'])
  expect([unknown.status, unknown.body.code]).toEqual([401, 'wrong_credentials'])
})

test('guessing locks the account, even when all guesses come at once and the last is right', async () => {
  const fund = await service.fund()
  const { email, password } = fund.cast.auditor!
  const guesses = await Promise.all(
    Array.from({ length: 12 }, () => service.nobody().post('/sessions', { email, password: 'guess' })),
  )
  expect(guesses.filter((guess) => guess.body.code === 'wrong_credentials')).toHaveLength(8)
  const right = await service.nobody().post('/sessions', { email, password })
  expect([right.status, right.body.code]).toEqual([429, 'too_many_attempts'])
})

test('a whole office behind one address signs in: only guesses count against the address', async () => {
  const { owner } = service.database()
  await owner('sign_in_attempts').delete()
  const { email, password } = service.admin()
  for (let i = 0; i < 20; i++) await service.nobody().post('/sessions', { email, password }).expect(201)
  await service.nobody().post('/sessions', { email: 'nobody@example.org', password: 'wrong' }).expect(401)
  const [counted] = await owner('sign_in_attempts').whereLike('key', 'address%').pluck('points')
  expect(counted).toBe(1)
})

test('a token is shown once, kept as a hash, named, and worth nothing once revoked', async () => {
  const admin = service.admin()
  const issued = await admin.post('/tokens', { name: 'nightly export', days: 30 }).expect(201)
  const { token, id } = issued.body
  const asToken = () => request(service.app()).get('/api/v1/people/me').set('authorization', `Bearer ${token}`)
  await asToken().expect(200)
  const listed = await admin.get('/tokens').expect(200)
  expect(JSON.stringify(listed.body)).toContain('nightly export')
  expect(JSON.stringify(listed.body)).not.toContain(token)
  await admin.delete(`/tokens/${id}`).expect(204)
  const after = await asToken()
  expect([after.status, after.body.code]).toEqual([401, 'not_signed_in'])
})

test('a token in the address is not looked at', async () => {
  await request(service.app()).get(`/api/v1/people/me?access_token=${service.admin().token}`).expect(401)
})

test('an administrator holds no role in a fund, by the rule and by the database', async () => {
  const fund = await service.fund()
  const refused = await service
    .admin()
    .post(`/funds/${fund.id}/roles`, { personId: service.admin().id, role: 'fund_manager' })
  expect([refused.status, refused.body.code]).toEqual([409, 'administrator_has_no_financial_role'])
  const { owner } = service.database()
  await expect(
    owner('role_grants').insert({ fund_id: fund.id, person_id: service.admin().id, role: 'fund_manager' }),
  ).rejects.toThrow('administrator_has_no_financial_role')
  await expect(owner('people').where({ id: fund.cast.director!.id }).update({ administrator: true })).rejects.toThrow(
    'administrator_has_no_financial_role',
  )
})

test("a form on another site can do nothing with somebody's session", async () => {
  const { email, password } = service.admin()
  const answer = await service.nobody().post('/sessions', { email, password }).set('sec-fetch-site', 'cross-site')
  expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request'])
})

test('a token is not shown again, not even to a retry under the same key, and stands nowhere in the database', async () => {
  const issue = () => service.admin().post('/tokens', { name: 'once', days: 1 }).set('idempotency-key', 'token-once')
  const first = await issue().expect(201)
  const again = await issue().expect(201)
  expect(again.headers['idempotency-replayed']).toBe('true')
  const { token, ...rest } = first.body
  expect(token).toMatch(/^wst_/)
  expect(again.body).toEqual(rest)
  const kept = await service.database().owner('idempotency_keys').where({ key: 'token-once' }).first()
  expect(JSON.stringify(kept)).not.toContain(token)
})

test('signing in and out, and failing to, are kept as acts', async () => {
  const { email, password, id } = service.admin()
  const browser = request.agent(service.app())
  await browser.post('/api/v1/sessions').send({ email, password }).expect(201)
  await browser.delete('/api/v1/sessions/current').expect(204)
  await service.nobody().post('/sessions', { email, password: 'wrong' }).expect(401)
  const acts = await service
    .database()
    .owner('acts')
    .whereLike('path', '/api/v1/sessions%')
    .orderBy('at', 'desc')
    .limit(3)
  expect(acts.map((act) => [act.method, act.outcome, act.person_id]).reverse()).toEqual([
    ['POST', 'done', id],
    ['DELETE', 'done', id],
    ['POST', 'wrong_credentials', null],
  ])
})

test.each([{ email: ['a', 'b'], password: 'x' }, { email: { $ne: '' }, password: 'x' }, { email: 'x' }])(
  'what is no e-mail and password is refused before anything is looked up: %j',
  async (body) => {
    const answer = await service.nobody().post('/sessions', body)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
  },
)

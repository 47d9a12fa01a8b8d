import request from 'supertest'
import { isObvious } from '../../server/people/policy.ts'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { browserOf, formsOf, textOf } from '../console/browser.ts'
import { ownService } from '../support/service.ts'

const service = ownService()
const OWN = 'four rivers meet at dawn'

let count = 0
/** Somebody who was just registered, with the password that the administrator saw. */
async function registered(name = 'Nadia Karimova') {
  count += 1
  const made = await service.admin().post('/people', { name, email: `new${count}@example.org` })
  return made.body as { id: string; email: string; password: string }
}

/** A browser of the API, in which this person has signed in. */
async function enter(person: { email: string; password: string }) {
  const agent = request.agent(service.app())
  await agent.post('/api/v1/sessions').send({ email: person.email, password: person.password }).expect(201)
  return agent
}

const choose = (agent: ReturnType<typeof request.agent>, old: string, chosen: string) =>
  agent.put('/api/v1/people/me/password').send({ old, chosen })

test('whoever has a password that somebody else made can do nothing but choose their own', async () => {
  const person = await registered()
  const agent = await enter(person)
  for (const [method, path] of [
    ['get', '/people/me'],
    ['get', '/funds'],
    ['post', '/tokens'],
    ['get', '/tokens'],
  ] as const) {
    const answer = await agent[method](`/api/v1${path}`).send({ name: 'mine', days: 1 })
    expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'password_must_be_chosen'])
  }
  expect(await service.database().owner('tokens').where({ person_id: person.id })).toEqual([])
  expect((await choose(agent, person.password, OWN)).status).toBe(204)
  await agent.get('/api/v1/people/me').expect(200)
  await agent.post('/api/v1/tokens').send({ name: 'mine', days: 1 }).expect(201)
  await enter({ ...person, password: OWN })
  await service.nobody().post('/sessions', { email: person.email, password: person.password }).expect(401)
  const acts = await service
    .database()
    .owner('acts')
    .where({ person_id: person.id, path: '/api/v1/people/me/password' })
  expect(acts.map(({ method, outcome }) => [method, outcome])).toEqual([['PUT', 'done']])
})

test('no duty and no token is for a first password, by the database either', async () => {
  const { id } = await registered()
  const token = {
    id: `tok_${'0'.repeat(26)}`,
    person_id: id,
    name: 'x',
    token_hash: Buffer.from('x'),
    expires_at: '2199-01-01',
  }
  await expect(service.database().owner('tokens').insert(token)).rejects.toThrow('only with a first password')
  const duty = { request_id: `req_${'0'.repeat(26)}`, person_id: id, duty: 'approver', person_kind: 'person' }
  await expect(service.database().owner('duties').insert(duty)).rejects.toThrow('only with a first password')
})

test('choosing a password ends the other sessions, and of two at once with one old password one is kept', async () => {
  const person = await registered()
  const [here, there] = [await enter(person), await enter(person)]
  await choose(here, person.password, OWN).expect(204)
  await there.get('/api/v1/people/me').expect(401)
  await here.get('/api/v1/people/me').expect(200)
  const again = await Promise.all(Array.from({ length: 5 }, (_, i) => choose(here, OWN, `seven quiet boats ${i}`)))
  expect(again.map(({ status }) => status).sort()).toEqual([204, 401, 401, 401, 401])
})

test('a wrong old password is a guess, and changes nothing', async () => {
  const person = await registered()
  const agent = await enter(person)
  const { owner } = service.database()
  const before = await owner('people').where({ id: person.id }).first()
  for (let guess = 0; guess < 8; guess += 1) {
    const wrong = await choose(agent, 'guess', OWN)
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong_credentials'])
  }
  const right = await choose(agent, person.password, OWN)
  expect([right.status, right.body.code]).toEqual([429, 'too_many_attempts'])
  const signIn = await service.nobody().post('/sessions', { email: person.email, password: person.password })
  expect(signIn.body.code).toBe('too_many_attempts')
  expect(await owner('people').where({ id: person.id }).first()).toEqual(before)
})

test('a short password is refused, and so is what anybody would try; neither counts as a guess', async () => {
  const person = await registered()
  const agent = await enter(person)
  for (let i = 0; i < 9; i += 1) {
    const easy = await choose(agent, person.password, `Nadia-Karimova-${i}`)
    expect([easy.status, easy.body.code]).toEqual([422, 'password_too_easy'])
  }
  const short = await choose(agent, person.password, 'x7!kq')
  expect([short.status, short.body.errors[0].code]).toEqual([400, 'string.min'])
  await choose(agent, person.password, OWN).expect(204)
})

test.each([
  ['the old one', 'Correct Horse 9', true],
  ['a few signs over and over', 'abababababab', true],
  ['the name and a year', 'NadiaKarimova2026', true],
  ['the address', 'n.karimova@envoys.org', true],
  ['what everybody uses', 'Password1234567890', true],
  ['an Arabic name twice', 'ليلى حداد ليلى حداد', true],
  ['four words', 'four rivers meet at dawn', false],
  ['words with the name among them', 'nadia walks to the old bridge', false],
  ['Arabic words', 'أربعة أنهار تلتقي عند الفجر', false],
])('as a password, %s: %s', (_what, chosen, obvious) => {
  const name = chosen.startsWith('ليلى') ? 'ليلى حداد' : 'Nadia Karimova'
  expect(isObvious(chosen, { name, email: 'n.karimova@envoys.org', old: 'correct-horse-9' })).toBe(obvious)
})

test('somebody who is given a first password later is stopped at once, token and all', async () => {
  const fund = await service.fund()
  const { controller } = fund.cast
  const { owner } = service.database()
  await owner('people').where({ id: controller!.id }).update({ password_is_first: true })
  const answer = await controller!.get('/funds')
  expect([answer.status, answer.body.code]).toEqual([403, 'password_must_be_chosen'])
  await owner('people').where({ id: controller!.id }).update({ password_is_first: false })
  await controller!.get('/funds').expect(200)
})

test.each([
  ['en', en],
  ['ar', ar],
] as const)('in the browser (%s) the choice comes right after signing in, without script', async (language, t) => {
  const person = await registered('Nadia <script>')
  const browser = browserOf(service, { language })
  const wanted = '/funds?x=1'
  const way = await browser.send(await browser.open('/'), '/console/sign-in', {
    ...{ email: person.email, password: person.password, next: wanted },
  })
  const sent = await browser.open(way.headers.location!)
  expect([sent.status, sent.headers.location]).toEqual([303, `/console/password?next=${encodeURIComponent(wanted)}`])
  const page = await browser.open(sent.headers.location!)
  expect(textOf(page)).toContain(t.password.first)
  expect(formsOf(page)).toContain('/console/password')
  const tries = [
    [{ old: 'not this', chosen: OWN, again: OWN }, 401, t.password.wrong],
    [{ old: person.password, chosen: OWN, again: 'other' }, 400, t.password.differs],
    [{ old: person.password, chosen: 'short', again: 'short' }, 400, t.fieldErrors['string.min']],
    [{ old: person.password, chosen: person.password, again: person.password }, 422, t.thereIsAProblem],
  ] as const
  for (const [typed, status, says] of tries) {
    const again = await browser.send(page, '/console/password', typed)
    expect(again.status).toBe(status)
    expect(textOf(again)).toContain(says)
    expect(again.text).not.toContain(OWN)
  }
  const other = await browser.send(page, '/console/password', {
    ...{ old: person.password, chosen: OWN, again: OWN, next: '//evil.example' },
  })
  expect([other.status, other.headers.location]).toEqual([303, '/'])
  expect(textOf(await browser.open('/'))).toContain(t.home.noFunds)
  const later = await browser.open('/console/password')
  expect(textOf(later)).not.toContain(t.password.first)
})

test('a form of another page does nothing under a first password', async () => {
  const person = await registered()
  const browser = browserOf(service)
  await browser.send(await browser.open('/'), '/console/sign-in', { email: person.email, password: person.password })
  const agent = await enter(person)
  const answer = await agent.post('/funds/fnd_x/requests').set('accept', 'text/html').type('form').send('a=b')
  expect(answer.status).toBe(403)
})

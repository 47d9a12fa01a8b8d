import request from 'supertest'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { ownService, type Fund } from '../support/service.ts'
import { browserOf, fieldsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
})

test('whoever is not signed in finds the way in at the first page, and what waits for them behind it', async () => {
  const browser = browserOf(service)
  const page = await browser.open('/')
  expect(page.status).toBe(200)
  expect(page.text).toContain('<html lang="en" dir="ltr">')
  const { email, password } = fund.cast.fundManager!
  const home = await browser.sendAndFollow(page, '/console/sign-in', { email, password })
  expect(textOf(home)).toContain(en.roles.fund_manager)
  expect(textOf(home)).toContain(en.home.nothingWaits)
})

test('a wrong password is told beside the form, which keeps the address and not the password', async () => {
  const browser = browserOf(service)
  const page = await browser.open('/')
  const typed = { email: '"><b>me@example.org', password: 'not this one' }
  const again = await browser.send(page, '/console/sign-in', typed)
  expect(again.status).toBe(401)
  expect(again.text).toContain('role="alert"')
  expect(textOf(again)).toContain(en.signIn.wrong)
  expect(Object.fromEntries(fieldsOf(again.text, '/console/sign-in'))).toMatchObject({
    email: typed.email,
    password: '',
  })
  expect(again.text).not.toContain('not this one')
  const attempts = service.database().owner('acts').where({ path: '/console/sign-in', outcome: 'wrong_credentials' })
  expect(await attempts).toHaveLength(1)
  const arabic = browserOf(service, { language: 'ar' })
  expect(textOf(await arabic.send(await arabic.open('/'), '/console/sign-in', typed))).toContain(ar.signIn.wrong)
})

test('too many guesses are told kindly, and the right password waits as well', async () => {
  const browser = browserOf(service)
  const page = await browser.open('/')
  const { email, password } = fund.cast.advisor!
  for (let guess = 0; guess < 8; guess += 1) await browser.send(page, '/console/sign-in', { email, password: 'guess' })
  const locked = await browser.send(page, '/console/sign-in', { email, password })
  expect(locked.status).toBe(429)
  expect(textOf(locked)).toContain(en.signIn.locked)
})

test('a page asked for without signing in is shown after it, and only a page of ours', async () => {
  const wanted = `/funds/${fund.id}/requests?status=draft`
  const browser = browserOf(service)
  const page = await browser.open(wanted)
  expect(page.status).toBe(401)
  const { email, password } = fund.cast.director!
  const answer = await browser.send(page, '/console/sign-in', { email, password })
  expect([answer.status, answer.headers.location]).toEqual([303, wanted])
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example']) {
    const refused = await browser.send(page, '/console/sign-in', { email, password, next })
    expect([refused.status, refused.headers.location]).toEqual([400, undefined])
  }
})

test('signing out ends the session', async () => {
  const browser = await signedIn(service, fund.cast.director!)
  const home = await browser.open('/')
  const out = await browser.sendAndFollow(home, '/console/sign-out')
  expect(textOf(out)).toContain(en.signIn.password)
  expect((await browser.open(`/funds/${fund.id}/requests`)).status).toBe(401)
})

test('fields sent twice or not at all are refused, not a fault of ours', async () => {
  const post = (body: string) => request(service.app()).post('/console/sign-in').type('form').send(body)
  expect((await post('email=a@example.org&email=b@example.org&password=x')).status).toBe(400)
  expect((await post('')).status).toBe(400)
})

test('the language is that of the switch, else of the browser; Arabic is written from right to left', async () => {
  const browser = browserOf(service, { language: 'ar' })
  const arabic = await browser.open('/')
  expect(arabic.text).toContain('<html lang="ar" dir="rtl">')
  expect(textOf(arabic)).toContain(ar.signIn.title)
  const switched = /href="([^"]+)" lang="en"/.exec(arabic.text)![1]!
  expect((await browser.open(switched)).text).toContain('<html lang="en" dir="ltr">')
  // And it stays so.
  expect((await browser.open('/')).text).toContain('<html lang="en" dir="ltr">')
})

test('the language switch leads nowhere else, whatever was asked for', async () => {
  for (const path of ['//evil.example/x', '/.//evil.example', '/\\evil.example']) {
    const { text } = await browserOf(service).open(path)
    expect(/href="([^"]*language=[^"]*)"/.exec(text)![1]).toMatch(/^\/(?![/\\])/)
  }
})

test('the page loads nothing from elsewhere, runs no script, and what it loads is there', async () => {
  const browser = await signedIn(service, fund.cast.controller!)
  const home = await browser.open('/')
  expect(home.headers['content-security-policy']).toContain("default-src 'none'")
  expect(home.headers['content-security-policy']).not.toContain('unsafe')
  expect(home.headers['cache-control']).toBe('no-store')
  // With this, browsers name the origin of our own forms, on plain http as well.
  expect(home.headers['referrer-policy']).toBe('same-origin')
  expect(home.text).not.toMatch(/<script|<style| style=| on[a-z]+=/)
  const style = await request(service.app()).get('/assets/console.css').expect(200)
  await request(service.app()).get('/assets/console.css').set('if-none-match', style.headers.etag!).expect(304)
  const loaded = [...style.text.matchAll(/url\('([^']+)'\)/g)].map(([, url]) => url!)
  expect(loaded).toHaveLength(4)
  for (const url of [...loaded, '/assets/mark.svg']) await request(service.app()).get(url).expect(200)
})

test('a form on another site can do nothing with the session', async () => {
  const { email, password } = fund.cast.controller!
  const agent = request.agent(service.app())
  const post = (headers: Record<string, string>) =>
    agent
      .post('/console/sign-in')
      .set({ accept: 'text/html', ...headers })
      .type('form')
      .send({ email, password })
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]) {
    const refused = await post(headers)
    expect([refused.status, refused.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8'])
    expect(textOf(refused)).toContain('cross_site_request')
  }
})

test('what is not there is a calm page with its code and number; a program still gets problem details', async () => {
  const english = await browserOf(service).open('/nothing/here')
  expect([english.status, english.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  expect(textOf(english)).toContain(en.refusals.no_such_address)
  expect(textOf(english)).toContain(english.headers['x-request-id'])
  const arabic = await browserOf(service, { language: 'ar' }).open('/nothing/here')
  expect(arabic.text).toContain('dir="rtl"')
  expect(textOf(arabic)).toContain(ar.problem.notHere)
  const program = await request(service.app()).get('/nothing/here')
  expect(program.headers['content-type']).toContain('application/problem+json')
  const api = await request(service.app()).get('/api/v1/nothing').set('accept', 'text/html')
  expect(api.headers['content-type']).toContain('application/problem+json')
})

test('an error of ours is a calm page that gives nothing away', async () => {
  const { owner } = service.database()
  const browser = await signedIn(service, fund.cast.controller!)
  await owner.raw('alter table budget_lines rename to budget_lines_away')
  try {
    const broken = await browser.open(`/funds/${fund.id}/requests`)
    expect([broken.status, broken.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8'])
    expect(textOf(broken)).toContain(en.problem.brokenSays)
    expect(textOf(broken)).toContain(broken.headers['x-request-id'])
    expect(broken.text).not.toContain('budget_lines')
  } finally {
    await owner.raw('alter table budget_lines_away rename to budget_lines')
  }
})

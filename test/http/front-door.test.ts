import { Validator } from '@seriousme/openapi-schema-validator'
import request from 'supertest'
import { REFUSALS } from '../../server/errors.ts'
import { ID_KINDS, type IdKind } from '../../server/ids.ts'
import { newPayee } from '../support/bank-details.ts'
import { draft } from '../support/asking.ts'
import { ownService } from '../support/service.ts'

const service = ownService()

type Documented = { requestBody?: { content: Record<string, { example?: object }> } }

test('the OpenAPI 3.1 document is valid and describes every address that answers', async () => {
  const { body } = await request(service.app()).get('/api/v1/openapi.json').expect(200)
  expect(body.openapi).toBe('3.1.0')
  const { valid, errors } = await new Validator().validate(body)
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(Object.keys(body.paths).length).toBeGreaterThan(40)
  expect(
    body.paths['/disbursement-requests/{request}/submissions'].post.parameters.map((one: { name: string }) => one.name),
  ).toEqual(['request', 'Idempotency-Key', 'If-Match'])
  for (const [path, operations] of Object.entries<Record<string, unknown>>(body.paths)) {
    for (const method of Object.keys(operations)) {
      const call = request(service.app())[method as 'get'](`/api/v1${path.replaceAll(/\{\w+\}/g, 'x')}`)
      expect((await call.send({})).body.code).not.toBe('no_such_address')
    }
  }
})

test('every example body of the documentation is of the right form when it is pasted', async () => {
  const { body } = await request(service.app()).get('/api/v1/openapi.json')
  const tried: string[] = []
  for (const [path, operations] of Object.entries<Record<string, Documented>>(body.paths)) {
    for (const [method, { requestBody }] of Object.entries(operations)) {
      const example = requestBody?.content['application/json']?.example
      if (!example) continue
      const at = path.replaceAll(/\{(\w+)\}/g, (_all, name) => `${ID_KINDS[name as IdKind]}_${'0'.repeat(26)}`)
      const answer = await service.admin()[method as 'post'](at, example).set('if-match', '"v1"')
      expect([path, answer.body.code, answer.body.errors]).not.toEqual([path, 'invalid_request', expect.anything()])
      tried.push(path)
    }
  }
  expect(tried.length).toBeGreaterThan(25)
})

test('the documentation says each refusal under its status, with its words and as it looks', async () => {
  const { body } = await request(service.app()).get('/api/v1/openapi.json')
  const { responses } = body.paths['/payments/{payment}/releases'].post
  expect(Object.keys(responses)).toEqual(['201', '400', '401', '403', '404', '409', '413', '422', '503', 'default'])
  expect(responses[409].description).toContain(`\`not_awaiting_release\`: ${REFUSALS.not_awaiting_release.en}`)
  const { value } = responses[403].content['application/problem+json'].examples.separation_of_duties
  expect(value).toMatchObject({ code: 'separation_of_duties', status: 403 })
})

test('the documentation page loads nothing from anywhere else', async () => {
  const page = await request(service.app()).get('/api').expect(200)
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
  expect(loaded.length).toBeGreaterThan(2)
  for (const url of loaded) {
    expect(url.startsWith('/')).toBe(true)
    await request(service.app()).get(url).expect(200)
  }
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
})

test("a refusal is problem details in the reader's language, with the code, the field and the id of the request", async () => {
  const body = { code: 'x', name: '', currency: 'usd' }
  const english = await service.admin().post('/funds', body)
  expect(english.headers['content-type']).toContain('application/problem+json')
  expect(english.body).toMatchObject({
    status: 400,
    code: 'invalid_request',
    type: '/problems/invalid_request',
    title: REFUSALS.invalid_request.en,
    instance: english.headers['x-request-id'],
  })
  expect(english.body.errors.map((one: { field: string }) => one.field)).toEqual(
    expect.arrayContaining(['code', 'name', 'currency']),
  )
  const arabic = await service.admin().post('/funds', body).set('accept-language', 'ar')
  expect(arabic.body.title).toBe(REFUSALS.invalid_request.ar)
  expect(arabic.body.errors.find((one: { field: string }) => one.field === 'name').message).toContain('فارغ')
})

// Refusals of the front door, in the order in which they are checked.
test.each`
  what                                | path                                                   | body                                                 | type                  | status | code
  ${'JSON that is none'}              | ${'/funds'}                                            | ${'{"code": '}                                       | ${'application/json'} | ${400} | ${'malformed_json'}
  ${'a body of two megabytes'}        | ${'/funds'}                                            | ${JSON.stringify('x'.repeat(2_000_000))}             | ${'application/json'} | ${413} | ${'body_too_large'}
  ${'an address that does not exist'} | ${'/nothing/here'}                                     | ${'{}'}                                              | ${'application/json'} | ${404} | ${'no_such_address'}
  ${'an id with a quote in it'}       | ${"/payments/pay_'/releases"}                          | ${'{}'}                                              | ${'application/json'} | ${404} | ${'not_found'}
  ${'an id of another kind'}          | ${'/payments/req_00000000000000000000000000/releases'} | ${'{}'}                                              | ${'application/json'} | ${404} | ${'not_found'}
  ${'a broken percent sign'}          | ${'/payments/%E0%A4%A/releases'}                       | ${'{}'}                                              | ${'application/json'} | ${404} | ${'not_found'}
  ${'a field that nobody knows'}      | ${'/funds'}                                            | ${'{"code":"AB","name":"x","currency":"USD","x":1}'} | ${'application/json'} | ${400} | ${'invalid_request'}
`('$what is refused: $code', async ({ path, body, type, status, code }) => {
  const answer = await request(service.app())
    .post(`/api/v1${path}`)
    .set('authorization', `Bearer ${service.admin().token}`)
    .set('content-type', type)
    .send(body)
  expect([answer.status, answer.body.code]).toEqual([status, code])
})

test('nobody gets in without signing in, whatever the address', async () => {
  const { body } = await request(service.app()).get('/api/v1/openapi.json')
  const id: Record<string, string> = { fund: 'fnd', contribution: 'ctr', request: 'req', payment: 'pay' }
  for (const [path, operations] of Object.entries<Record<string, { security?: unknown[] }>>(body.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.security || path === '/sessions/current') continue
      const filled = path.replaceAll(
        /\{(\w+)\}/g,
        (_all, name: string) => `${id[name] ?? 'xxx'}_00000000000000000000000000`,
      )
      const answer = await request(service.app())[method as 'get'](`/api/v1${filled}`).send({})
      expect([401, 400, 404, 428]).toContain(answer.status)
      expect(answer.body.items).toBeUndefined()
    }
  }
})

test('nothing that a stranger puts into a path, a header or a body breaks the service', async () => {
  const odd = ['/\\\\[', '/%5C%5B', '/?next=//evil', '/api/v1/funds?after=WyJcdTAwMDAiXQ', '/requests/%00']
  for (const path of odd) {
    for (const accept of ['text/html', 'application/json']) {
      const answer = await request(service.app()).get(path).set('accept', accept)
      expect(answer.status).toBeLessThan(500)
    }
  }
  const nul = await service.nobody().post('/sessions', { email: 'a\u0000@x.example', password: 'x' })
  expect([nul.status, nul.body.code]).toEqual([400, 'invalid_request'])
  const zipped = await request(service.app())
    .post('/api/v1/sessions')
    .set('content-encoding', 'gzip')
    .set('content-type', 'application/json')
    .send('{}')
  expect([zipped.status, zipped.body.code]).toEqual([400, 'malformed_json'])
  const fund = await service.fund()
  const cursor = await fund.cast.auditor!.get(`/funds/${fund.id}/payments?after=WyJcdTAwMDAiXQ`)
  expect(cursor.status).toBe(200)
  const status = await fund.cast.auditor!.get(`/funds/${fund.id}/disbursement-requests?status=%00`)
  expect(status.status).toBe(400)
  const month = await fund.cast.controller!.post(`/funds/${fund.id}/exchange-rates`, {
    currency: 'EUR',
    month: '0000-01',
    units: '1',
    source: 'x',
  })
  expect(month.status).toBe(400)
  const surrogate = {
    donorId: 'don_00000000000000000000000000',
    pledgedOn: '2026-01-01',
    amount: { amount: '1', currency: 'USD' },
    earmark: { level: 'softly', regions: ['\ud800'] },
  }
  expect((await fund.cast.fundManager!.post(`/funds/${fund.id}/contributions`, surrogate)).status).toBe(400)
})

test("a stranger's body is not even looked at", async () => {
  const lines = Array.from({ length: 20_000 }, () => ({}))
  const started = Date.now()
  const answer = await service.nobody().post('/funds/fnd_00000000000000000000000000/disbursement-requests', { lines })
  expect([answer.status, answer.body.code]).toEqual([401, 'not_signed_in'])
  expect(Date.now() - started).toBeLessThan(2000)
})

test('a line of a statement is one line, however its amount is written', async () => {
  const fund = await service.fund()
  const line = (amount: string) => {
    const money = { amount, currency: 'USD' }
    return fund.cast.treasurer!.post(`/funds/${fund.id}/receipts`, {
      receivedOn: '2026-11-01',
      bankAccountId: fund.bank,
      sent: money,
      bankValue: money,
      reference: 'L-1',
    })
  }
  expect((await line('100.00')).status).toBe(201)
  expect([(await line('100')).body.code, (await line('100.0')).body.code, (await line('0100.00')).body.code]).toEqual([
    'already_exists',
    'already_exists',
    'invalid_request',
  ])
})

test('an answer is still in progress when the first request under the key does not end', async () => {
  const fund = await service.fund()
  const { owner } = service.database()
  const trx = await owner.transaction()
  await trx('idempotency_keys').insert({
    person_id: fund.cast.requester!.id,
    key: 'stuck',
    request_hash: Buffer.from('x'),
  })
  const answer = await fund.cast
    .requester!.post(`/funds/${fund.id}/disbursement-requests`, { title: 'x', entityId: fund.entity })
    .set('idempotency-key', 'stuck')
  await trx.rollback()
  expect([answer.status, answer.body.code]).toEqual([409, 'still_in_progress'])
}, 30_000)

test('an answer is for no cache, and is never told to have stayed the same', async () => {
  const fund = await service.fund()
  const { id, etag } = await draft(fund, '1.00')
  const { requester } = fund.cast
  const again = await requester!.get(`/disbursement-requests/${id}`).set('if-none-match', etag)
  expect([again.status, again.headers.etag, again.headers['cache-control']]).toEqual([200, etag, 'no-store'])
})

test('a name that would be read in another order than it is written is refused', async () => {
  const fund = await service.fund()
  const register = (name: string) =>
    fund.cast.payeeClerk!.post(`/funds/${fund.id}/payees`, newPayee({ name, latinName: 'Centre' }))
  const reversed = await register('Centre \u202e21')
  expect([reversed.status, reversed.body.code]).toEqual([400, 'invalid_request'])
  await register('مركز \u200fالحوار').expect(201)
})

test('a refused attempt at an endless address is kept with the beginning of it', async () => {
  const answer = await service.nobody().post(`/${'x'.repeat(5000)}`)
  const act = await service.database().owner('acts').where({ request_id: answer.body.instance }).first()
  expect([act.outcome, act.path.length]).toEqual(['no_such_address', 300])
})

test('something that exists already is refused, not made twice, by ten callers at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => service.admin().post('/funds', { code: 'ONCE', name: 'Once', currency: 'USD' })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.code === 'already_exists')).toHaveLength(9)
})

test('a currency that ISO 4217 does not know, or has withdrawn, opens no fund', async () => {
  const open = async (currency: string) =>
    (await service.admin().post('/funds', { code: `C${currency}`, name: 'x', currency })).body.code
  expect(await open('QQQ')).toBe('currency_unknown')
  expect(await open('DEM')).toBe('currency_not_in_use')
  expect(await open('KWD')).toBe('CKWD')
})

test('a page of a list begins where the one before ended, and a cursor that is none begins at the start', async () => {
  const fund = await service.fund()
  for (let i = 0; i < 7; i += 1) await draft(fund, '1.00', { title: `Request ${i}` })
  const titles: string[] = []
  for (let after = ''; ;) {
    const { body } = await fund.cast
      .auditor!.get(`/funds/${fund.id}/disbursement-requests?limit=3${after && `&after=${after}`}`)
      .expect(200)
    titles.push(...body.items.map((one: { title: string }) => one.title))
    if (!body.next) break
    after = body.next
  }
  expect(titles).toEqual(['Request 6', 'Request 5', 'Request 4', 'Request 3', 'Request 2', 'Request 1', 'Request 0'])
  const wild = await fund.cast.auditor!.get(`/funds/${fund.id}/disbursement-requests?after=AAAA`).expect(200)
  expect(wild.body.items).toHaveLength(7)
})

test('the service says that it is alive, and ready only when its schema is current', async () => {
  await request(service.app()).get('/healthz').expect(200)
  const ready = await request(service.app()).get('/readyz').expect(200)
  expect(ready.body).toEqual({ database: true, migrationsPending: [] })
})

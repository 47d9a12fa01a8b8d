import { newId } from '../../server/ids.ts'
import { cash } from '../../server/ledger/accounts.ts'
import { credit, debit } from '../../server/ledger/post.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { agreed, BANK, charged, contribution, csvRows, postTo, received, request, reserved, usd } from './books.ts'

const service = ownService()
let fund: Fund
let auditor: Caller
const ofNorway = contribution('NOR-1')
const ofSweden = contribution('SWE_1')
const mission = request('R-1')
let recordedBetween: string

beforeAll(async () => {
  fund = await service.fund()
  auditor = fund.cast.auditor!
  const by = fund.cast.treasurer!.id
  await postTo(service, fund.id, [agreed(ofNorway, '1000.00', '2024-01-10')], by)
  await postTo(service, fund.id, [received(ofNorway, '600.00', '2024-02-01', '=cmd|calc')], by)
  await postTo(service, fund.id, [received(ofSweden, '50.00', '2024-02-10')])
  recordedBetween = (await service.database().owner.raw(`select clock_timestamp() as at`)).rows[0].at.toISOString()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await postTo(service, fund.id, [reserved(ofNorway, mission, '200.00', '2024-02-20')])
  await postTo(service, fund.id, [charged('1.25', '2024-01-20', 'late charge')]) // recorded last, dated before
})

const at = (path: string) => `/funds/${fund.id}/ledger/${path}`

describe('accounts', () => {
  test('are listed by the beginning of their address, with their balances, in pages', async () => {
    const first = await auditor.get(at('accounts?prefix=budget:&limit=2')).expect(200)
    expect(first.body.items.map((one: { address: string }) => one.address)).toEqual([
      'budget:authority:NOR-1',
      'budget:authority:SWE_1',
    ])
    expect(first.body.items[0]).toEqual({
      address: 'budget:authority:NOR-1',
      currency: 'USD',
      book: 'budget',
      contributionId: ofNorway.id,
      requestId: null,
      openedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      balance: { amount: '-600.00', currency: 'USD' },
      functional: { amount: '-600.00', currency: 'USD' },
    })
    const rest = await auditor.get(at(`accounts?prefix=budget:&after=${first.body.next}`)).expect(200)
    expect(rest.body.items.map((one: { address: string }) => one.address)).toEqual([
      'budget:available:NOR-1',
      'budget:available:SWE_1',
      'budget:reserved:NOR-1:R-1',
    ])
    expect(rest.body.next).toBeNull()
  })

  test('a sign that means something in a pattern means itself in a prefix', async () => {
    const { body } = await auditor.get(at('accounts?prefix=budget:available:SWE_')).expect(200)
    expect(body.items).toHaveLength(1)
    const none = await auditor.get(at('accounts?prefix=budget:available:NOR_')).expect(200)
    expect(none.body.items).toEqual([])
  })

  test('have the balance as of a value date, as of a moment, and as of both', async () => {
    const balance = async (query: string) =>
      (await auditor.get(at(`balances?address=assets:cash:main&currency=USD${query}`)).expect(200)).body.balance.amount
    expect(await balance('')).toBe('648.75')
    expect(await balance('&occurredOn=2024-02-01')).toBe('598.75')
    expect(await balance(`&recordedAt=${recordedBetween}`)).toBe('650.00')
    expect(await balance(`&occurredOn=2024-02-01&recordedAt=${recordedBetween}`)).toBe('600.00')
    expect(await balance('&occurredOn=2023-12-31')).toBe('0.00')
  })
})

describe('the trial balance', () => {
  test('has every account on its side, and balances in each book and currency', async () => {
    const { body } = await auditor.get(at('trial-balance')).expect(200)
    expect(body.balanced).toBe(true)
    expect(body.accounts).toContainEqual({
      address: 'assets:cash:main',
      currency: 'USD',
      book: 'actual',
      debit: { amount: '648.75', currency: 'USD' },
      credit: null,
      functionalDebit: { amount: '648.75', currency: 'USD' },
      functionalCredit: null,
    })
    for (const book of body.books) {
      expect(book.functional.difference).toEqual({ amount: '0.00', currency: 'USD' })
      expect(book.currencies).toEqual([{ currency: 'USD', ...book.functional }])
    }
    expect(body.books[0].functional.debit.amount).toBe('1050.00')
  })

  test('balances as of any day and moment', async () => {
    for (const query of [
      'occurredOn=2024-02-05',
      `recordedAt=${recordedBetween}`,
      `occurredOn=2024-01-15&recordedAt=${recordedBetween}`,
    ]) {
      const { body } = await auditor.get(at(`trial-balance?${query}`)).expect(200)
      expect(body.balanced).toBe(true)
    }
  })
})

test('conservation shows each contribution’s authority and stages, in pages, and whether all agree', async () => {
  const first = await auditor.get(at('conservation?limit=1')).expect(200)
  expect(first.body).toMatchObject({ allAgree: true, next: expect.any(String) })
  expect(first.body.items).toEqual([
    {
      code: 'NOR-1',
      contributionId: ofNorway.id,
      authority: { amount: '600.00', currency: 'USD' },
      sumOfStages: { amount: '600.00', currency: 'USD' },
      agrees: true,
      stages: Object.fromEntries(
        ['support', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported'].map((stage) => [
          stage,
          { amount: stage === 'available' ? '400.00' : stage === 'reserved' ? '200.00' : '0.00', currency: 'USD' },
        ]),
      ),
    },
  ])
  const second = await auditor.get(at(`conservation?limit=1&after=${first.body.next}`)).expect(200)
  expect(second.body.items.map((one: { code: string }) => one.code)).toEqual(['SWE_1'])
  expect(second.body.next).toBeNull()
  const before = await auditor.get(at('conservation?occurredOn=2024-02-19')).expect(200)
  expect(before.body.items[0].stages.available.amount).toBe('600.00')
})

describe('entries', () => {
  const found = async (query: string) => {
    const { body } = await auditor.get(at(`entries?${query}`)).expect(200)
    return body.items.map((one: { kind: string; occurredOn: string }) => `${one.occurredOn} ${one.kind}`)
  }
  const all = [
    '2024-01-10 unconditional_agreement',
    '2024-01-20 payment_settled',
    '2024-02-01 receipt',
    '2024-02-10 receipt',
    '2024-02-20 request_submitted',
  ]

  test.each<[string, () => string, string[]]>([
    ['nothing', () => '', all],
    ['kind', () => 'kind=receipt', [all[2]!, all[3]!]],
    ['beginning of an address', () => 'address=expense:', [all[1]!]],
    ['contribution', () => `contribution=${ofNorway.id}`, [all[0]!, all[2]!, all[4]!]],
    ['request', () => `request=${mission.id}`, [all[4]!]],
    ['person', () => `person=${fund.cast.treasurer!.id}`, [all[0]!, all[2]!]],
    ['value dates', () => 'from=2024-01-20&to=2024-02-01', [all[1]!, all[2]!]],
    ['moments of recording', () => `recordedTo=${recordedBetween}`, [all[0]!, all[2]!, all[3]!]],
    ['moments since', () => `recordedFrom=${recordedBetween}`, [all[1]!, all[4]!]],
    ['sizes, on whichever side', () => 'currency=USD&minAmount=200&maxAmount=600.00', [all[2]!, all[4]!]],
    ['size and address of one posting', () => 'address=assets:cash&currency=USD&maxAmount=1.25', [all[1]!]],
    ['several at once', () => `kind=receipt&contribution=${ofNorway.id}&currency=USD`, [all[2]!]],
    ['what is in no entry', () => 'currency=EUR', []],
  ])('are found by %s', async (_what, query, expected) => {
    expect(await found(query())).toEqual(expected)
  })

  test('join up over pages', async () => {
    const seen: string[] = []
    let after = ''
    do {
      const { body } = await auditor.get(at(`entries?limit=2${after && `&after=${after}`}`)).expect(200)
      seen.push(...body.items.map((one: { id: string }) => one.id))
      after = body.next
    } while (after)
    expect(new Set(seen).size).toBe(5)
    expect(seen).toHaveLength(5)
  })

  test('one is told whole: postings, cause, act, and who had which duty', async () => {
    const list = await auditor.get(at('entries?kind=unconditional_agreement'))
    const { body } = await auditor.get(at(`entries/${list.body.items[0].id}`)).expect(200)
    expect(body).toMatchObject({
      kind: 'unconditional_agreement',
      source: ofNorway.id,
      cause: { kind: 'contribution', id: ofNorway.id },
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      seal: null,
      reversedBy: null,
      act: {
        person: { id: fund.cast.treasurer!.id, name: 'treasurer', kind: 'person' },
        method: 'POST',
        path: '/api/v1/test',
        address: '192.0.2.7',
        requestId: 'ledger-test',
      },
      duties: [],
    })
    expect(body.postings).toEqual([
      { line: 1, address: 'assets:receivable:NOR-1', amount: money('1000.00'), functional: money('1000.00') },
      { line: 2, address: 'income:contributions:NOR-1', amount: money('-1000.00'), functional: money('-1000.00') },
    ])
    // The recorded moment that is told can be asked for again, and means that very entry.
    expect(await found(`recordedTo=${body.recordedAt}`)).toEqual([all[0]])
  })

  test('one that was reversed names what reversed it', async () => {
    const other = await service.fund()
    const wrong = charged('9.00', '2024-03-01')
    const [posted] = await postTo(service, other.id, [wrong])
    const mirror = { ...charged('9.00', '2024-03-02'), kind: 'payment_returned' as const, reverses: posted!.id }
    const back = {
      ...mirror,
      postings: [debit(cash(BANK), usd('9.00')), credit(wrong.postings[0]!.account, usd('9.00'))],
    }
    const [reversal] = await postTo(service, other.id, [back])
    const { body } = await other.cast.auditor!.get(`/funds/${other.id}/ledger/entries/${posted!.id}`).expect(200)
    expect(body.reversedBy).toBe(reversal!.id)
  })
})

const money = (amount: string) => ({ amount, currency: 'USD' })

describe('acts', () => {
  const acts = (query = '') => auditor.get(`/funds/${fund.id}/acts${query}`)

  test('every change and every refused attempt is told, the latest first', async () => {
    await fund.cast.director!.post(`/funds/${fund.id}/periods/2019-01/closings`, { kind: 'soft' }).expect(403)
    const { body } = await acts('?limit=1').expect(200)
    expect(body.items).toEqual([
      {
        id: expect.stringMatching(/^act_/),
        at: expect.any(String),
        person: { id: fund.cast.director!.id, name: 'director' },
        tokenId: expect.stringMatching(/^tok_/),
        requestId: expect.any(String),
        method: 'POST',
        path: `/api/v1/funds/${fund.id}/periods/2019-01/closings`,
        address: expect.any(String),
        outcome: 'role_not_allowed',
        details: null,
      },
    ])
    const next = await acts(`?limit=1&after=${body.next}`).expect(200)
    expect(next.body.items[0].id < body.items[0].id).toBe(true)
  })

  test('are found by person, outcome and day', async () => {
    const byPerson = await acts(`?person=${fund.cast.treasurer!.id}`).expect(200)
    expect(byPerson.body.items).toHaveLength(2)
    const refused = await acts('?outcome=role_not_allowed').expect(200)
    expect(refused.body.items.every((one: { outcome: string }) => one.outcome === 'role_not_allowed')).toBe(true)
    const today = new Date().toISOString().slice(0, 10)
    expect((await acts(`?from=${today}&to=${today}&limit=500`)).body.items.length).toBeGreaterThan(5)
    expect((await acts('?to=2020-01-01')).body.items).toEqual([])
  })

  test('are the auditor’s and the controller’s to read, as a file too', async () => {
    await fund.cast.controller!.get(`/funds/${fund.id}/acts`).expect(200)
    await fund.cast.fundManager!.get(`/funds/${fund.id}/acts`).expect(403)
    const [json, csv] = [await acts('?limit=500'), await acts('?format=csv')]
    expect(csvRows(csv.text).map((cells) => [cells[0], cells[9]])).toEqual(
      json.body.items.map((one: { id: string; outcome: string }) => [one.id, one.outcome]),
    )
  })
})

describe('refusals', () => {
  const reads = [
    'accounts',
    'entries',
    'trial-balance',
    'seals',
    'conservation',
    'statement?address=assets:cash:main&currency=USD',
  ]

  test.each<[string, () => Promise<{ status: number; body: { code?: string } }>, number, string]>([
    ['a day that is none', async () => auditor.get(at('accounts?occurredOn=2024-02-30')), 400, 'invalid_request'],
    ['the year 0', async () => auditor.get(at('trial-balance?occurredOn=0000-01-01')), 400, 'invalid_request'],
    [
      'a moment on a day that is none',
      async () => auditor.get(at('accounts?recordedAt=2024-02-30T00:00:00Z')),
      400,
      'invalid_request',
    ],
    [
      'a moment too far from UTC',
      async () => auditor.get(at('accounts?recordedAt=2024-02-20T00:00:00%2B20:00')),
      400,
      'invalid_request',
    ],
    ['a cursor that is not ours', async () => auditor.get(at('accounts?after=e30')), 400, 'invalid_request'],
    [
      'a cursor with a day that is none',
      async () => auditor.get(at(`entries?after=${cursor(['2024-02-30', '1'])}`)),
      400,
      'invalid_request',
    ],
    ['a size without a currency', async () => auditor.get(at('entries?minAmount=1.00')), 400, 'invalid_request'],
    [
      'a size with too many decimals',
      async () => auditor.get(at('entries?minAmount=1.005&currency=USD')),
      400,
      'invalid_request',
    ],
    ['a statement of no account', async () => auditor.get(at('statement')), 400, 'invalid_request'],
    ['nobody', async () => service.nobody().get(at('accounts')), 401, 'not_signed_in'],
    ['a fund that is not', async () => auditor.get(`/funds/${newId('fund')}/ledger/accounts`), 404, 'not_found'],
    [
      'an account that is not',
      async () => auditor.get(at('balances?address=assets:cash:other&currency=USD')),
      404,
      'not_found',
    ],
    [
      'an account that is not, as a file',
      async () => auditor.get(at('statement?address=a:b&currency=USD&format=csv')),
      404,
      'not_found',
    ],
    ['an entry that is not', async () => auditor.get(at('entries/999999')), 404, 'not_found'],
    ['an entry that cannot be', async () => auditor.get(at('entries/1e3')), 404, 'not_found'],
    ['an entry beyond all numbers', async () => auditor.get(at('entries/9999999999999999999')), 404, 'not_found'],
  ])('%s', async (_what, call, status, code) => {
    const answer = await call()
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test.each(reads)('requesters, donors and people of other funds do not read %s', async (path) => {
    const stranger = await service.person('Stranger', (await service.fund()).id, ['auditor'])
    const donor = await fund.cast.controller!.post(`/funds/${fund.id}/donors`, {
      name: `Donor ${path}`,
      kind: 'government',
    })
    const donating = await service.person('Dona', fund.id, [{ role: 'donor', donorId: donor.body.id }])
    for (const caller of [fund.cast.requester!, donating])
      expect((await caller.get(at(path))).body).toMatchObject({ status: 403, code: 'role_not_allowed' })
    expect((await stranger.get(at(path))).body).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('an entry of another fund is not told', async () => {
    const other = await service.fund()
    const [posted] = await postTo(service, other.id, [charged('1.00', '2024-01-01')])
    const answer = await auditor.get(at(`entries/${posted!.id}`))
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
  })

  const cursor = (key: string[]) => Buffer.from(JSON.stringify(key)).toString('base64url')
})

test('the OpenAPI document describes the reads with all they take', async () => {
  const { body } = await service.nobody().get('/openapi.json').expect(200)
  const entries = body.paths['/funds/{fund}/ledger/entries'].get
  expect(entries.parameters.map((one: { name: string }) => one.name)).toEqual(
    expect.arrayContaining(['fund', 'kind', 'minAmount', 'currency', 'recordedTo', 'after', 'format']),
  )
})

import request from 'supertest'
import { newId } from '../../server/ids.ts'
import { booksOf, rowCounts } from '../contributions/books.ts'
import { csvRows } from '../ledger/books.ts'
import { robotOf } from '../periods/months.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()
let fund: Fund
let treasurer: Caller
let controller: Caller
let auditor: Caller
beforeAll(async () => {
  fund = await service.fund()
  ;({ treasurer, controller, auditor } = fund.cast as Record<string, Caller> as never)
  await booksOf(service, fund).rate('EUR', '2024-01', '0.8')
})

const path = (what: string) => `/funds/${fund.id}/exchange-rate${what}`
const rate = (more: object = {}) => ({
  currency: 'EUR',
  month: '2024-01',
  units: '0.9',
  source: 'corrected list',
  ...more,
})
const propose = (more: object = {}, by = treasurer) =>
  by.post(path('-changes'), { ...rate(), reason: 'Misread', ...more })
const confirm = (id: string, by = controller) => by.post(`/exchange-rate-changes/${id}/confirmations`)
const send = (csv: string | Buffer, by = controller) =>
  request(service.app())
    .post(`/api/v1${path('-imports')}`)
    .set({ authorization: `Bearer ${by.token}`, 'content-type': 'text/csv' })
    .send(csv)
const HEADING = 'currency,month,units,source\n'

describe('a change of a rate that was set', () => {
  test('takes two people; what was posted keeps its value, and what the rate was stays to be read', async () => {
    const books = booksOf(service, fund)
    const before = await books.agreed({ amount: '100.00', currency: 'EUR' })
    const posted = await books.entries(before.id, before.code)
    const proposed = await propose().expect(201)
    // The pledge and its agreement were valued at it.
    expect(proposed.body).toMatchObject({ replaces: '0.8', units: '0.9', number: 1, entriesValued: 2, state: 'open' })
    const read = () => auditor.get(path('s?currency=EUR')).expect(200)
    expect((await read()).body.items).toMatchObject([{ month: '2024-01', units: '0.8', changes: 0 }])

    const confirmed = await confirm(proposed.body.id).expect(201)
    expect(confirmed.body).toMatchObject({
      state: 'confirmed',
      confirmed: { by: { id: controller.id }, entriesValued: 2 },
    })
    expect((await read()).body.items).toMatchObject([
      { month: '2024-01', units: '0.9', changes: 1, source: 'corrected list', by: { id: controller.id } },
    ])
    expect(await books.entries(before.id, before.code)).toEqual(posted)
    const after = await books.pledge({ amount: '90.00', currency: 'EUR' })
    expect((await books.figures(after)).pledgedFunctional.amount).toBe('100.00')

    const { body } = await auditor.get(path('s/EUR/2024-01')).expect(200)
    expect(body.history).toEqual([
      {
        ...{ units: '0.8', source: 'UN operational rates', reason: null, confirmedBy: null },
        ...{ since: expect.any(String), until: confirmed.body.confirmed.at },
        setBy: { id: treasurer.id, name: 'treasurer' },
      },
      {
        ...{ units: '0.9', source: 'corrected list', reason: 'Misread', until: null },
        since: confirmed.body.confirmed.at,
        setBy: { id: treasurer.id, name: 'treasurer' },
        confirmedBy: { id: controller.id, name: 'controller' },
      },
    ])
    expect((await auditor.get(`/exchange-rate-changes/${proposed.body.id}`).expect(200)).body).toEqual(confirmed.body)
  })

  describe('is refused', () => {
    const changes: Record<'open' | 'done' | 'overtaken', string> = { open: '', done: '', overtaken: '' }
    beforeAll(async () => {
      await booksOf(service, fund).rate('CHF', '2024-01', '1')
      changes.overtaken = (await propose({ currency: 'CHF', units: '1.1' }).expect(201)).body.id
      changes.done = (await propose({ currency: 'CHF', units: '1.2' }).expect(201)).body.id
      await confirm(changes.done).expect(201)
      changes.open = (await propose({ currency: 'CHF', units: '1.3' }).expect(201)).body.id
    })
    test.each<[string, () => ReturnType<typeof propose>, number, string]>([
      ['without a reason', () => propose({ reason: '' }), 400, 'invalid_request'],
      ['to nothing', () => propose({ units: '0.00' }), 400, 'invalid_request'],
      ['with eleven decimals', () => propose({ units: '0.12345678901' }), 400, 'invalid_request'],
      ['with twenty digits', () => propose({ units: '12345678901234567890' }), 400, 'invalid_request'],
      ['to nobody', () => propose({}, service.nobody()), 401, 'not_signed_in'],
      ['to the auditor', () => propose({}, auditor), 403, 'role_not_allowed'],
      ['where no rate was set', () => propose({ month: '2024-07' }), 422, 'rate_missing'],
      ['to what it is', () => propose({ currency: 'CHF', units: '01.20' }), 409, 'already_exists'],
      ['that does not exist', () => confirm(newId('rateChange')), 404, 'not_found'],
      ['when the auditor confirms', () => confirm(changes.open, auditor), 403, 'role_not_allowed'],
      ['when who proposed confirms', () => confirm(changes.open, treasurer), 403, 'two_people_needed'],
      ['when it is confirmed', () => confirm(changes.done), 409, 'already_exists'],
      ['when another came before', () => confirm(changes.overtaken), 412, 'version_changed'],
    ])('%s', async (_what, call, status, code) => {
      const before = await rowCounts(service)
      const answer = await call()
      expect([answer.status, answer.body.code]).toEqual([status, code])
      expect(await rowCounts(service)).toEqual(before)
    })

    test('to a service account and to a stranger', async () => {
      const robot = await robotOf(service, fund, 'controller')
      expect((await confirm(changes.open, robot)).body.code).toBe('service_account_decides_nothing')
      expect((await propose({ currency: 'CHF' }, robot)).body.code).toBe('service_account_decides_nothing')
      const stranger = await service.person('Stranger', (await service.fund()).id, ['controller'])
      expect((await confirm(changes.open, stranger)).body.code).toBe('not_found')
      expect((await stranger.get(path('s'))).body.code).toBe('not_found')
    })

    test('by the database, when one person does both halves or the same change is made twice', async () => {
      const { owner, service: db } = service.database()
      const change = await owner('rate_changes').where({ id: changes.open }).first()
      const row = {
        change_id: change.id,
        currency: 'CHF',
        month: '2024-01-01',
        number: 2,
        entries_valued: 0,
        act_id: newId('act'),
      }
      const insert = (more: object) =>
        db.transaction(async (trx) => {
          await trx('rate_confirmations').insert({ fund_id: fund.id, proposed_by: treasurer.id, ...row, ...more })
        })
      await expect(insert({ confirmed_by: treasurer.id })).rejects.toMatchObject({
        constraint: 'rate_change_by_two_people',
      })
      await expect(insert({ proposed_by: controller.id, confirmed_by: auditor.id })).rejects.toMatchObject({
        code: '23503',
      })
      const first = { change_id: changes.overtaken, number: 1, confirmed_by: controller.id }
      await expect(insert(first)).rejects.toMatchObject({ constraint: 'rate_changed_once' })
    })
  })

  test('of ten who confirm two proposals at once one is done', async () => {
    await booksOf(service, fund).rate('GBP', '2024-01', '0.7')
    const ids = [
      (await propose({ currency: 'GBP' })).body.id,
      (await propose({ currency: 'GBP', units: '0.95' })).body.id,
    ]
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => confirm(ids[i % 2])))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const { body } = await auditor.get(path('-changes?currency=GBP&limit=1')).expect(200)
    expect((await auditor.get(path(`-changes?currency=GBP&after=${body.next}`))).body.items).toHaveLength(1)
    expect((await auditor.get(path('-changes?currency=GBP&state=confirmed'))).body.items).toHaveLength(1)
    expect((await auditor.get(path('-changes?currency=GBP&month=2024-01&state=overtaken'))).body.items).toHaveLength(1)
  })
})

describe('a file of rates', () => {
  const file =
    HEADING +
    [
      'JPY,2024-01,150.25,list',
      'JPY,2024-02,151,"list, page 2"',
      'JPY,2024-01,150.250,the same again',
      'JPY,2024-01,149,otherwise',
      'EUR,2024-02,0.85,list',
      'USD,2024-01,1,own',
      'XXQ,2024-01,1,none',
      'EEK,2024-01,15,withdrawn',
      'NOK,2024-13,10,month',
      'NOK,2024-01,0,nothing',
      'NOK,2024-01,1e3,exponent',
      'NOK,2024-01,10,',
      'NOK,2024-01,10',
      'KWD,2024-01,0.3071,قائمة',
    ].join('\n')

  test('each row is imported, unchanged or refused, with its line and the reason', async () => {
    const { body } = await send(file).expect(201)
    expect(body.outcomes).toEqual({ imported: 4, unchanged: 1, refused: 9 })
    const told = body.items.map((one: { line: number; outcome: string; reason: string | null }) =>
      [one.line, one.outcome, ...(one.reason ? [one.reason] : [])].join(' '),
    )
    expect(told).toEqual([
      '2 imported',
      '3 imported',
      '4 unchanged',
      '5 refused rate_set_already',
      '6 imported',
      '7 refused currency_of_fund',
      '8 refused currency_unknown',
      '9 refused currency_not_in_use',
      '10 refused month_unreadable',
      '11 refused units_unreadable',
      '12 refused units_unreadable',
      '13 refused source_unreadable',
      '14 refused number_of_fields',
      '15 imported',
    ])
  })

  test('the same file again changes nothing', async () => {
    const before = await rowCounts(service)
    const { body } = await send(file).expect(200)
    expect(body.outcomes).toEqual({ imported: 0, unchanged: 5, refused: 9 })
    expect(await rowCounts(service)).toEqual(before)
  })

  test('of ten who send the same file at once one imports it', async () => {
    const csv = `${HEADING}${Array.from({ length: 50 }, (_, i) => `SEK,20${String(10 + (i % 14))}-${String((i % 12) + 1).padStart(2, '0')},9.${i},x`).join('\n')}\n`
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(csv)))
    const imported = answers.map(({ body }) => body.outcomes.imported as number)
    expect(imported.filter((n) => n > 0)).toHaveLength(1)
    const rows = await service.database().owner('exchange_rates').where({ fund_id: fund.id, currency: 'SEK' })
    expect(rows).toHaveLength(imported.find((n) => n > 0)!)
  })

  test.each<[string, () => ReturnType<typeof send>, number, string]>([
    ['another heading', () => send('currency,month,rate,source\n'), 422, 'unreadable_file'],
    ['what is not UTF-8', () => send(Buffer.from([0x63, 0xff, 0xfe])), 422, 'unreadable_file'],
    ['too many rows', () => send(HEADING + 'x\n'.repeat(20_001)), 413, 'body_too_large'],
    ['the auditor', () => send(HEADING, auditor), 403, 'role_not_allowed'],
  ])('refuses %s, and nothing changes', async (_what, call, status, code) => {
    const before = await rowCounts(service)
    const answer = await call()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await rowCounts(service)).toEqual(before)
  })

  test('a file never changes a rate that was changed by two people', async () => {
    const change = await propose({ currency: 'JPY', units: '152' }).expect(201)
    await confirm(change.body.id).expect(201)
    const { body } = await send(`${HEADING}JPY,2024-01,150.25,list\nJPY,2024-01,152,list\n`).expect(200)
    expect(body.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['refused', 'unchanged'])
  })
})

test('rates are read page by page, by currency and months, and whole as a file', async () => {
  const all = (await auditor.get(path('s?limit=500')).expect(200)).body.items
  expect(all.length).toBeGreaterThan(10)
  const paged: unknown[] = []
  let after = ''
  do {
    const { body } = await auditor.get(path(`s?limit=3${after}`)).expect(200)
    paged.push(...body.items)
    after = body.next ? `&after=${body.next}` : ''
  } while (after)
  expect(paged).toEqual(all)
  const some = (await auditor.get(path('s?currency=JPY&from=2024-02&to=2024-03')).expect(200)).body.items
  expect(some).toEqual([
    {
      currency: 'JPY',
      month: '2024-02',
      units: '151',
      source: 'list, page 2',
      changes: 0,
      since: expect.any(String),
      by: { id: controller.id, name: 'controller' },
    },
  ])
  const csv = await auditor.get(path('s?format=csv')).expect(200)
  expect(csvRows(csv.text)).toHaveLength(all.length)
  expect(csvRows(csv.text)[0]!.slice(0, 3)).toEqual([all[0].currency, all[0].month, all[0].units])
  expect((await auditor.get(path('s?after=x'))).status).toBe(400)
  expect((await auditor.get(path('s/EUR/2031-01'))).status).toBe(404)
  expect((await auditor.get(path('s/eur/x'))).status).toBe(404)
})

test.each<[string, object, number, string]>([
  ['the fund’s own currency', { currency: 'USD' }, 422, 'currency_mismatch'],
  ['a currency that is none', { currency: 'QQQ' }, 422, 'currency_unknown'],
  ['a currency that was withdrawn', { currency: 'EEK' }, 422, 'currency_not_in_use'],
  ['a rate that was set', {}, 409, 'already_exists'],
])('a rate is not recorded for %s', async (_what, more, status, code) => {
  const answer = await controller.post(path('s'), rate(more))
  expect([answer.status, answer.body.code]).toEqual([status, code])
})

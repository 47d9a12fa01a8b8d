import { newId } from '../../server/ids.ts'
import { donorRefunds, inTransit } from '../../server/ledger/accounts.ts'
import { credit, debit } from '../../server/ledger/post.ts'
import { booksOf, type Books } from '../contributions/books.ts'
import { charged, eur, postTo, usd } from '../ledger/books.ts'
import { ownService, type Fund } from '../support/service.ts'
import { monthsOf } from './months.ts'

const service = ownService()
let fund: Fund
let books: Books
let months: ReturnType<typeof monthsOf>
let euros: string
beforeEach(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  months = monthsOf(service, fund)
  euros = await books.account('geneva', 'EUR')
  await books.rate('EUR', '2024-01', '0.8')
  await books.rate('EUR', '2024-02', '0.5')
})

/** Balances as of a day by address, functional, of what is not zero. */
async function functionalOn(on: string, prefix = ''): Promise<Record<string, string>> {
  const { rows } = await service.database().owner.raw(
    `select a.address, (sum(p.functional) / 100.0)::numeric(20, 2)::text as amount from accounts a join postings p on p.account_id = a.id
      where a.fund_id = ? and a.address like ? and p.occurred_on <= ? group by 1 having sum(p.functional) <> 0 order by 1`,
    [fund.id, `${prefix}%`, on],
  )
  return Object.fromEntries(rows.map((one: { address: string; amount: string }) => [one.address, one.amount]))
}
const report = async (month: string) =>
  (await fund.cast.auditor!.get(months.path(month, '/revaluations')).expect(200)).body
const rowsOf = (table: string) => service.database().owner(table).where({ fund_id: fund.id })

/** 1000.00 EUR agreed in January at 0.8, of which 400.00 arrive in February in a euro account. */
async function someEuros(): Promise<{ id: string; code: string }> {
  const agreed = await books.agreed({ amount: '1000.00', currency: 'EUR' })
  await books.received(agreed, '400.00 EUR', { bankAccountId: euros })
  return agreed
}

test('items in another currency are valued at the rate of the month’s end, and taken back on the next day', async () => {
  const { code } = await someEuros()
  const before = await report('2024-02')
  expect(before.items).toEqual([
    {
      address: 'assets:cash:geneva',
      original: { amount: '400.00', currency: 'EUR' },
      carrying: { amount: '800.00', currency: 'USD' },
      rate: '0.5',
      value: { amount: '800.00', currency: 'USD' },
      difference: { amount: '0.00', currency: 'USD' },
    },
    {
      address: `assets:receivable:${code}`,
      original: { amount: '600.00', currency: 'EUR' },
      carrying: { amount: '750.00', currency: 'USD' },
      rate: '0.5',
      value: { amount: '1200.00', currency: 'USD' },
      difference: { amount: '450.00', currency: 'USD' },
    },
  ])
  expect(before.revaluations).toEqual([])
  expect((await months.check('2024-02', 'revaluation')).figures).toMatchObject({ toPost: { amount: '450.00' } })

  const { body } = await months.revalue('2024-02').expect(201)
  const [revaluation] = body.revaluations
  expect(revaluation).toMatchObject({ number: 1, by: { name: 'controller' }, items: [before.items[1]] })
  expect(await books.entries(revaluation.id, code)).toEqual({
    'revaluation 2024-02-29': [
      'assets:receivable:* 0.00 EUR (450.00)',
      'income:exchange:unrealised 0.00 USD (-450.00)',
    ],
    'revaluation_reversed 2024-03-01': [
      'assets:receivable:* 0.00 EUR (-450.00)',
      'income:exchange:unrealised 0.00 USD (450.00)',
    ],
  })
  const reversal = await fund.cast
    .auditor!.get(`/funds/${fund.id}/ledger/entries/${revaluation.reversalId}`)
    .expect(200)
  expect(reversal.body.reverses).toBe(revaluation.entryId)
  expect(await functionalOn('2024-02-29', 'assets:receivable')).toEqual({ [`assets:receivable:${code}`]: '1200.00' })
  expect(await functionalOn('2024-03-01', 'assets:receivable')).toEqual({ [`assets:receivable:${code}`]: '750.00' })
  expect(await functionalOn('2024-03-01', 'income:exchange')).toEqual(
    await functionalOn('2024-02-28', 'income:exchange'),
  )
  expect((await months.check('2024-02', 'revaluation')).state).toBe('done')
  const budget = await service
    .database()
    .owner.raw(
      `select 1 from entries e join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id where e.source = ? and a.book = 'budget'`,
      [revaluation.id],
    )
  expect(budget.rows).toEqual([])
})

test('a second time changes nothing, ten at once post one', async () => {
  await someEuros()
  const answers = await Promise.all(Array.from({ length: 10 }, () => months.revalue('2024-02')))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201])
  const posted = await rowsOf('entries')
  expect((await months.revalue('2024-02').expect(200)).body).toEqual(answers[0]!.body)
  expect(await rowsOf('entries')).toEqual(posted)
  expect(await rowsOf('revaluations')).toHaveLength(1)
  expect(
    (await report('2024-02')).items.every(
      (one: { difference: { amount: string } }) => one.difference.amount === '0.00',
    ),
  ).toBe(true)
})

test('what came after the month’s end does not count, when the month is revalued later', async () => {
  const agreed = await books.agreed({ amount: '1000.00', currency: 'EUR' })
  await books.rate('EUR', '2024-03', '0.6')
  await books.received(agreed, '1000.00 EUR', { bankAccountId: euros, receivedOn: '2024-03-04' })
  const { body } = await months.revalue('2024-02').expect(201)
  expect(body.revaluations[0].items).toMatchObject([
    { original: { amount: '1000.00' }, carrying: { amount: '1250.00' }, difference: { amount: '750.00' } },
  ])
  // All of the receivable was settled: nothing of it may be left when it is taken back.
  expect(await functionalOn('2024-03-31', 'assets:receivable')).toEqual({})
})

test('a late adjustment is revalued by what it changed', async () => {
  const { code } = await someEuros()
  await months.revalue('2024-02').expect(201)
  await books.received({ id: (await rowsOf('contributions'))[0].id }, '600.00 EUR', {
    bankAccountId: euros,
    receivedOn: '2024-02-28',
  })
  expect((await months.check('2024-02', 'revaluation')).state).toBe('to_do')
  const { body } = await months.revalue('2024-02').expect(201)
  expect(body.revaluations).toHaveLength(2)
  // The receivable is gone, so what the first made of it is taken back, and that only.
  expect(body.revaluations[1].items).toEqual([
    {
      ...{ address: `assets:receivable:${code}`, rate: '0.5', original: { amount: '0.00', currency: 'EUR' } },
      carrying: { amount: '450.00', currency: 'USD' },
      value: { amount: '0.00', currency: 'USD' },
      difference: { amount: '-450.00', currency: 'USD' },
    },
  ])
  expect(await functionalOn('2024-02-29', 'assets:receivable')).toEqual({})
  expect(await functionalOn('2024-03-01', 'assets:receivable')).toEqual({})
})

test('a liability that has grown is a loss; three decimals and none are rounded once, in the fund’s currency', async () => {
  for (const [currency, then, now] of [
    ['KWD', '0.3', '0.31'],
    ['JPY', '150', '140'],
  ] as const) {
    await books.rate(currency, '2024-01', then)
    await books.rate(currency, '2024-02', now)
  }
  const dinars = await books.agreed({ amount: '1000.005', currency: 'KWD', condition: 'Talks have begun' })
  const yen = await books.agreed({ amount: '100001', currency: 'JPY' })
  const bank = { code: 'geneva', currency: 'EUR' }
  const refund = { id: yen.id, code: yen.code }
  await postTo(service, fund.id, [
    {
      kind: 'refund_decided',
      source: newId('refund'),
      occurredOn: '2024-02-10',
      postings: [
        credit(donorRefunds(refund, 'EUR'), eur('10.00'), usd('12.50')),
        debit(inTransit(bank), eur('10.00'), usd('12.50')),
      ],
    },
  ])
  const { body } = await months.revalue('2024-02').expect(201)
  const told = body.revaluations[0].items.map((one: Record<string, { amount: string }>) =>
    [one.address, one.carrying!.amount, one.value!.amount, one.difference!.amount].join(' '),
  )
  expect(told).toEqual([
    `assets:receivable:${dinars.code} 3333.35 3225.82 -107.53`,
    `assets:receivable:${yen.code} 666.67 714.29 47.62`,
    `liabilities:conditional:${dinars.code} -3333.35 -3225.82 107.53`,
    `liabilities:donor-refunds:${yen.code} -12.50 -20.00 -7.50`,
    'liabilities:in-transit:geneva 12.50 20.00 7.50',
  ])
  // Gains and losses side by side: 47.62 + 107.53 + 7.50 against 107.53 + 7.50.
  expect(await functionalOn('2024-02-29', 'income:exchange:unrealised')).toEqual({
    'income:exchange:unrealised': '-162.65',
  })
  expect(await functionalOn('2024-02-29', 'expense:exchange:unrealised')).toEqual({
    'expense:exchange:unrealised': '115.03',
  })
})

test('nothing in another currency: nothing is posted, and the month may be closed', async () => {
  await books.agreed({ amount: '10.00' })
  expect((await months.revalue('2024-01').expect(200)).body).toEqual({ month: '2024-01', revaluations: [] })
  await months.closeHard('2024-01')
})

test('the month is closed for good only when it is revalued; the reversal may fall into a month that is closed softly', async () => {
  await someEuros()
  await months.closeHard('2024-01')
  await months.close('2024-02', 'soft').expect(201)
  await months.close('2024-03', 'soft').expect(201)
  await months.seal()
  expect((await months.close('2024-02', 'hard')).body.toDo).toEqual(['revaluation'])
  await months.revalue('2024-02').expect(201)
  await months.seal()
  await months.close('2024-02', 'hard').expect(201)
  expect((await months.revalue('2024-02').expect(200)).body.revaluations).toHaveLength(1)
})

test('a donor’s report at a month’s end is of what was given, not of what it would be worth', async () => {
  const { id } = await someEuros()
  const { donor_id: donorId } = (await service.database().owner('contributions').where({ id }).first())!
  const read = async () =>
    (await fund.cast.auditor!.get(`/funds/${fund.id}/donors/${donorId}/report?occurredOn=2024-02-29`).expect(200)).body
  const before = await read()
  await months.revalue('2024-02').expect(201)
  const after = await read()
  expect([after.totals, after.contributions]).toEqual([before.totals, before.contributions])
})

describe('refused, and nothing is posted', () => {
  test.each<[string, (by: Fund) => ReturnType<typeof months.revalue>, number, string]>([
    ['to nobody', () => months.revalue('2024-02', service.nobody()), 401, 'not_signed_in'],
    ['for a month that is none', () => months.revalue('2024-00'), 404, 'not_found'],
    ['to the treasurer', ({ cast }) => months.revalue('2024-02', cast.treasurer), 403, 'role_not_allowed'],
    ['for a month that is not over', () => months.revalue(new Date().toISOString().slice(0, 7)), 422, 'date_in_future'],
    ['where the month has no rate', () => months.revalue('2024-03'), 422, 'rate_missing'],
  ])('%s', async (_what, call, status, code) => {
    await someEuros()
    const before = await rowsOf('entries')
    const answer = await call(fund)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await rowsOf('entries')).toEqual(before)
    expect(await rowsOf('revaluations')).toEqual([])
  })

  test('when the next month, into which it is taken back, is closed for good', async () => {
    await someEuros()
    await months.closeHard('2024-01')
    await months.revalue('2024-02').expect(201)
    await months.closeHard('2024-02')
    await books.rate('EUR', '2024-03', '0.5')
    await months.revalue('2024-03').expect(201)
    await months.closeHard('2024-03')
    await months.reopen('2024-02')
    await postTo(service, fund.id, [
      {
        ...charged('1.00', '2024-02-20'),
        postings: [
          debit({ address: 'assets:cash:geneva', currency: 'EUR' }, eur('1.00'), usd('1.00')),
          credit({ address: 'expense:bank-charges', currency: 'EUR' }, eur('1.00'), usd('1.00')),
        ],
      },
    ])
    const before = await rowsOf('entries')
    const answer = await months.revalue('2024-02')
    expect([answer.status, answer.body.code, answer.body.firstOpenDay]).toEqual([409, 'period_closed', '2024-04-01'])
    expect(await rowsOf('entries')).toEqual(before)
  })

  test('by the database, when a revaluation comes without its reversal', async () => {
    const alone = {
      ...charged('1.00', '2024-02-29'),
      kind: 'revaluation' as const,
      postings: [
        debit({ address: 'assets:cash:main', currency: 'USD' }, usd('1.00')),
        credit({ address: 'income:exchange:unrealised', currency: 'USD' }, usd('1.00')),
      ],
    }
    await expect(postTo(service, fund.id, [alone])).rejects.toMatchObject({ constraint: 'revaluation_is_reversed' })
  })
})

import { ownService, type Fund } from '../support/service.ts'
import { booksOf, moneyIn, type Books } from './books.ts'

const service = ownService()
let fund: Fund
let books: Books

beforeAll(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  await books.account('yen', 'JPY')
  for (const [currency, january, february] of [
    ['EUR', '0.8', '0.7'],
    ['JPY', '150', '160'],
    ['KWD', '0.3', '0.31'],
    ['CHF', '0.9', '0.9'],
    ['GBP', '0.75', '0.75'],
  ] as const) {
    await books.rate(currency, '2024-01', january)
    await books.rate(currency, '2024-02', february)
  }
})

type Case = {
  rule: string
  agreed: string
  rateBps?: number
  condition?: string
  bank?: 'yen'
  receipt: { sent: string } & Record<string, string>
  entries: Record<string, string[]>
  /** Of the application, where there are two entries. */
  applied?: Record<string, string[]>
  outstanding: string
  status?: string
}

const CASES: Case[] = [
  {
    rule: 'in one currency the receivable goes and authority comes',
    agreed: '1000.00 USD',
    receipt: { sent: '1000.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 1000.00 USD',
        'assets:receivable:* -1000.00 USD',
        'budget:available:* 1000.00 USD',
        'budget:authority:* -1000.00 USD',
      ],
    },
    outstanding: '0.00 USD (0.00)',
    status: 'received',
  },
  {
    rule: 'a part leaves the rest outstanding',
    agreed: '1000.00 USD',
    receipt: { sent: '400.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 400.00 USD',
        'assets:receivable:* -400.00 USD',
        'budget:available:* 400.00 USD',
        'budget:authority:* -400.00 USD',
      ],
    },
    outstanding: '600.00 USD (600.00)',
    status: 'agreed',
  },
  {
    rule: 'a better rate than at the agreement is a realised gain',
    agreed: '1000.00 EUR',
    receipt: { sent: '1000.00 EUR', bankValue: '1300.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 1300.00 USD',
        'assets:receivable:* -1000.00 EUR (-1250.00)',
        'equity:exchange:EUR 1000.00 EUR (1300.00)',
        'equity:exchange:USD -1300.00 USD',
        'income:exchange:realised 0.00 USD (-50.00)',
        'budget:available:* 1300.00 USD',
        'budget:authority:* -1300.00 USD',
      ],
    },
    outstanding: '0.00 EUR (0.00)',
  },
  {
    rule: 'a worse rate than at the agreement is a realised loss',
    agreed: '1000.00 EUR',
    receipt: { sent: '1000.00 EUR', bankValue: '1199.99 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 1199.99 USD',
        'assets:receivable:* -1000.00 EUR (-1250.00)',
        'equity:exchange:EUR 1000.00 EUR (1199.99)',
        'equity:exchange:USD -1199.99 USD',
        'expense:exchange:realised 0.00 USD (50.01)',
        'budget:available:* 1199.99 USD',
        'budget:authority:* -1199.99 USD',
      ],
    },
    outstanding: '0.00 EUR (0.00)',
  },
  {
    rule: 'what the bank keeps is an expense and gives no authority; support cost is set aside of what is left',
    agreed: '1000.00 USD',
    rateBps: 700,
    receipt: { sent: '1000.00 USD', bankValue: '985.00 USD', bankCharge: '15.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 985.00 USD',
        'expense:bank-charges 15.00 USD',
        'assets:receivable:* -1000.00 USD',
        'budget:available:* 920.56 USD',
        'budget:support:* 64.44 USD',
        'budget:authority:* -985.00 USD',
      ],
    },
    outstanding: '0.00 USD (0.00)',
  },
  {
    rule: 'more than was agreed stays unapplied and gives no authority',
    agreed: '100.00 USD',
    receipt: { sent: '130.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 130.00 USD',
        'liabilities:unapplied:main -30.00 USD',
        'assets:receivable:* -100.00 USD',
        'budget:available:* 100.00 USD',
        'budget:authority:* -100.00 USD',
      ],
    },
    outstanding: '0.00 USD (0.00)',
    status: 'received',
  },
  {
    rule: 'more than was agreed, in another currency and with a charge, is split in proportion',
    agreed: '100.00 EUR',
    receipt: { sent: '150.00 EUR', bankValue: '180.00 USD', bankCharge: '3.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 180.00 USD',
        'expense:bank-charges 3.00 USD',
        'liabilities:unapplied:main -61.00 USD',
        'assets:receivable:* -100.00 EUR (-125.00)',
        'equity:exchange:EUR 100.00 EUR (122.00)',
        'equity:exchange:USD -122.00 USD',
        'expense:exchange:realised 0.00 USD (3.00)',
        'budget:available:* 120.00 USD',
        'budget:authority:* -120.00 USD',
      ],
    },
    outstanding: '0.00 EUR (0.00)',
  },
  {
    rule: 'a currency with three decimals keeps them all',
    agreed: '100.555 KWD',
    receipt: { sent: '100.554 KWD', bankValue: '330.10 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 330.10 USD',
        'assets:receivable:* -100.554 KWD (-335.18)',
        'equity:exchange:KWD 100.554 KWD (330.10)',
        'equity:exchange:USD -330.10 USD',
        'expense:exchange:realised 0.00 USD (5.08)',
        'budget:available:* 330.10 USD',
        'budget:authority:* -330.10 USD',
      ],
    },
    outstanding: '0.001 KWD (0.00)',
  },
  {
    rule: 'on an account in the currency of the agreement, cash counts at the operational rate of its day',
    agreed: '1000000 JPY',
    bank: 'yen',
    receipt: { sent: '1000000 JPY', bankValue: '998000 JPY', bankCharge: '2000 JPY' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:yen 998000 JPY (6237.50)',
        'expense:bank-charges 2000 JPY (12.50)',
        'assets:receivable:* -1000000 JPY (-6666.67)',
        'expense:exchange:realised 0.00 USD (416.67)',
        'budget:available:* 6237.50 USD',
        'budget:authority:* -6237.50 USD',
      ],
    },
    outstanding: '0 JPY (0.00)',
  },
  {
    rule: 'in a third currency somebody says how much of the agreement it settles',
    agreed: '100.00 EUR',
    receipt: { sent: '95.00 CHF', bankValue: '120.00 USD', appliedAmount: '80.00 EUR' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 120.00 USD',
        'assets:receivable:* -80.00 EUR (-100.00)',
        'equity:exchange:EUR 80.00 EUR (120.00)',
        'equity:exchange:USD -120.00 USD',
        'income:exchange:realised 0.00 USD (-20.00)',
        'budget:available:* 120.00 USD',
        'budget:authority:* -120.00 USD',
      ],
    },
    outstanding: '20.00 EUR (25.00)',
  },
  {
    rule: "in another currency than the agreement, but on an account in the agreement's, the bank's figure says what is settled",
    agreed: '200.00 USD',
    receipt: { sent: '90.00 GBP', bankValue: '119.00 USD', bankCharge: '1.00 USD' },
    entries: {
      'receipt 2024-02-15': [
        'assets:cash:main 119.00 USD',
        'expense:bank-charges 1.00 USD',
        'assets:receivable:* -120.00 USD',
        'budget:available:* 119.00 USD',
        'budget:authority:* -119.00 USD',
      ],
    },
    outstanding: '80.00 USD (80.00)',
  },
  {
    rule: 'what comes before its agreement is unidentified until the day of the agreement',
    agreed: '100.00 EUR',
    receipt: { sent: '100.00 EUR', bankValue: '124.00 USD', receivedOn: '2024-01-07' },
    entries: {
      'unidentified_receipt 2024-01-07': ['assets:cash:main 124.00 USD', 'liabilities:unapplied:main -124.00 USD'],
    },
    applied: {
      'receipt_applied 2024-01-10': [
        'liabilities:unapplied:main 124.00 USD',
        'assets:receivable:* -100.00 EUR (-125.00)',
        'equity:exchange:EUR 100.00 EUR (124.00)',
        'equity:exchange:USD -124.00 USD',
        'expense:exchange:realised 0.00 USD (1.00)',
        'budget:available:* 124.00 USD',
        'budget:authority:* -124.00 USD',
      ],
    },
    outstanding: '0.00 EUR (0.00)',
  },
  {
    rule: 'while a condition is open, cash gives no authority',
    agreed: '1000.00 USD',
    condition: 'A cease-fire is signed',
    receipt: { sent: '1000.00 USD' },
    entries: {
      'receipt 2024-02-15': ['assets:cash:main 1000.00 USD', 'assets:receivable:* -1000.00 USD'],
    },
    outstanding: '0.00 USD (0.00)',
    status: 'received',
  },
]

test.each(CASES)(
  '$rule',
  async ({ agreed, rateBps, condition, bank, receipt, entries, applied, outstanding, status }) => {
    const contribution = await books.agreed({
      ...moneyIn(agreed),
      ...(rateBps ? { rateBps } : {}),
      ...(condition ? { condition } : {}),
    })
    const { sent, ...more } = receipt
    const yen = await service.database().owner('bank_accounts').where({ fund_id: fund.id, code: 'yen' }).first('id')
    const made = await books.received(contribution, sent, { ...more, ...(bank ? { bankAccountId: yen.id } : {}) })
    expect(await books.entries(made.id, contribution.code)).toEqual(entries)
    if (applied) expect(await books.entries(made.application.id, contribution.code)).toEqual(applied)
    const { figures, status: stands } = await books.figures(contribution)
    const { original, functional } = figures
    expect(`${original.outstanding.amount} ${original.outstanding.currency} (${functional.outstanding.amount})`).toBe(
      outstanding,
    )
    if (status) expect(stands).toBe(status)
  },
)

test('parts that do not divide end at exactly nothing, in the currency of the agreement and in that of the fund', async () => {
  const contribution = await books.agreed({ amount: '100.00', currency: 'EUR', signedOn: '2024-02-10' })
  const parts = ['33.33 EUR', '33.33 EUR', '33.34 EUR']
  const carrying: string[] = []
  for (const sent of parts) {
    const made = await books.received(contribution, sent, { bankValue: '47.00 USD' })
    const { 'receipt 2024-02-15': lines } = await books.entries(made.id, contribution.code)
    carrying.push(lines!.find((line) => line.startsWith('assets:receivable'))!)
  }
  expect(carrying).toEqual([
    'assets:receivable:* -33.33 EUR (-47.62)',
    'assets:receivable:* -33.33 EUR (-47.61)',
    'assets:receivable:* -33.34 EUR (-47.63)',
  ])
  const { figures, status } = await books.figures(contribution)
  expect([figures.original.outstanding.amount, figures.functional.outstanding.amount]).toEqual(['0.00', '0.00'])
  expect([figures.functional.received.amount, figures.authority.amount, status]).toEqual([
    '141.00',
    '141.00',
    'received',
  ])
})

test('meeting the condition makes income of the liability and gives the authority that was held back', async () => {
  const contribution = await books.agreed({ condition: 'A cease-fire is signed', rateBps: 1300 })
  await books.received(contribution, '600.00 USD', { bankValue: '590.00 USD', bankCharge: '10.00 USD' })
  await books.received(contribution, '100.00 USD', { receivedOn: '2024-03-01' })
  expect((await books.figures(contribution)).figures.authority.amount).toBe('0.00')
  await books
    .as('controller')
    .post(`/contributions/${contribution.id}/fulfilments`, {
      metOn: '2024-03-05',
      evidence: 'The text of the agreement',
    })
    .expect(201)
  const { 'condition_met 2024-03-05': met } = await books.entries(contribution.id, contribution.code)
  expect(met).toEqual([
    'liabilities:conditional:* 1000.00 USD',
    'income:contributions:* -1000.00 USD',
    'budget:available:* 610.62 USD', // 590.00 less 67.88, and 100.00 less 11.50
    'budget:support:* 79.38 USD',
    'budget:authority:* -690.00 USD',
  ])
  await books.received(contribution, '300.00 USD', { receivedOn: '2024-03-06' })
  expect((await books.figures(contribution)).figures.authority.amount).toBe('990.00')
})

test('what came after the condition was met, but before that was recorded, gives authority on the day it came', async () => {
  const contribution = await books.agreed({ condition: 'A cease-fire is signed' })
  await books.received(contribution, '600.00 USD')
  await books.received(contribution, '400.00 USD', { receivedOn: '2024-03-01' })
  await books
    .as('controller')
    .post(`/contributions/${contribution.id}/fulfilments`, { metOn: '2024-02-20', evidence: 'The text' })
    .expect(201)
  const entries = await books.entries(contribution.id, contribution.code)
  expect(entries['condition_met 2024-02-20']!.at(-1)).toBe('budget:authority:* -600.00 USD')
  expect(entries['authority_released 2024-03-01']).toEqual([
    'budget:available:* 400.00 USD',
    'budget:authority:* -400.00 USD',
  ])
})

test.each([
  ['1000000.00', 1300, '884955.75', '115044.25'],
  ['1000000.00', 700, '934579.44', '65420.56'],
  ['3000000.00', 700, '2803738.32', '196261.68'],
  ['50000.00', 1300, '44247.79', '5752.21'],
])(
  'of %s at %i basis points, %s may be spent and %s is programme support cost',
  async (amount, rateBps, net, setAside) => {
    const contribution = await books.agreed({ amount, rateBps })
    const made = await books.received(contribution, `${amount} USD`)
    expect([made.application.authority.amount, made.application.support.amount]).toEqual([amount, setAside])
    const { stages } = (await books.figures(contribution)).figures
    expect([stages.available.amount, stages.support.amount]).toEqual([net, setAside])
  },
)

test('unidentified money gives no authority until it is applied, and then settles what it is applied to', async () => {
  const made = await books.as('reconciler').post(`/funds/${fund.id}/receipts`, books.receipt('500.00 USD')).expect(201)
  const id = made.body.id
  expect(await books.entries(id)).toEqual({
    'unidentified_receipt 2024-02-15': ['assets:cash:main 500.00 USD', 'liabilities:unapplied:main -500.00 USD'],
  })
  const first = await books.agreed({ amount: '300.00' })
  const second = await books.agreed({ amount: '900.00' })
  const one = await books
    .as('treasurer')
    .post(`/receipts/${id}/applications`, { contributionId: first.id, appliedOn: '2024-02-20' })
    .expect(201)
  expect(one.body).toMatchObject({ applied: moneyIn('300.00 USD'), unapplied: moneyIn('200.00 USD') })
  expect(await books.entries(one.body.id, first.code)).toEqual({
    'receipt_applied 2024-02-20': [
      'liabilities:unapplied:main 300.00 USD',
      'assets:receivable:* -300.00 USD',
      'budget:available:* 300.00 USD',
      'budget:authority:* -300.00 USD',
    ],
  })
  const listed = await books.as('auditor').get(`/funds/${fund.id}/receipts?unapplied=true&limit=500`).expect(200)
  expect(listed.body.items.find((item: { id: string }) => item.id === id).unapplied).toEqual(moneyIn('200.00 USD'))
  const two = await books
    .as('treasurer')
    .post(`/receipts/${id}/applications`, {
      contributionId: second.id,
      amount: moneyIn('150.00 USD'),
      appliedOn: '2024-02-21',
    })
    .expect(201)
  expect(two.body).toMatchObject({ applied: moneyIn('150.00 USD'), unapplied: moneyIn('50.00 USD') })
})

test('a receipt in another currency applied in parts loses no cent of value, cash or carrying amount', async () => {
  const made = await books
    .as('treasurer')
    .post(
      `/funds/${fund.id}/receipts`,
      books.receipt('100.00 EUR', { bankValue: '121.07 USD', bankCharge: '1.94 USD' }),
    )
    .expect(201)
  const contributions = [
    await books.agreed({ amount: '33.33', currency: 'EUR' }),
    await books.agreed({ amount: '33.33', currency: 'EUR' }),
    await books.agreed({ amount: '33.34', currency: 'EUR' }),
  ]
  const authority: string[] = []
  for (const { id } of contributions) {
    const applied = await books
      .as('treasurer')
      .post(`/receipts/${made.body.id}/applications`, { contributionId: id, appliedOn: '2024-02-20' })
      .expect(201)
    authority.push(applied.body.authority.amount)
  }
  expect(authority).toEqual(['40.35', '40.36', '40.36']) // 121.07 in all
  const kept = await service.database().owner('receipt_applications').where({ receipt_id: made.body.id })
  expect(kept.reduce((all, one) => all + BigInt(one.value), 0n)).toBe(12301n)
  for (const contribution of contributions) {
    const { figures, status } = await books.figures(contribution)
    expect([figures.functional.outstanding.amount, status]).toEqual(['0.00', 'received'])
  }
})

test('money for an agreement of which nothing is outstanding is kept as unidentified', async () => {
  const contribution = await books.agreed({ amount: '100.00' })
  await books.received(contribution, '100.00 USD')
  const again = await books.received(contribution, '100.00 USD', { receivedOn: '2024-02-16' })
  expect(again).toMatchObject({ application: null, unapplied: moneyIn('100.00 USD') })
})

test('ten callers who apply one receipt at once apply no more than arrived', async () => {
  const made = await books.as('treasurer').post(`/funds/${fund.id}/receipts`, books.receipt('1000.00 USD')).expect(201)
  const contributions = await Promise.all(Array.from({ length: 10 }, () => books.agreed({ amount: '300.00' })))
  const answers = await Promise.all(
    contributions.map(({ id }) =>
      books.as('treasurer').post(`/receipts/${made.body.id}/applications`, {
        contributionId: id,
        amount: moneyIn('300.00 USD'),
      }),
    ),
  )
  const codes = answers.map(({ status, body }) => (status === 201 ? 201 : body.code)).sort()
  expect(codes).toEqual([201, 201, 201, ...Array<string>(7).fill('nothing_unapplied')])
  const left = await books.as('auditor').get(`/funds/${fund.id}/receipts?unapplied=true&limit=500`)
  expect(left.body.items.find((item: { id: string }) => item.id === made.body.id).unapplied).toEqual(
    moneyIn('100.00 USD'),
  )
})

test('ten receipts at once for one agreement settle it once, and all cash is kept', async () => {
  const contribution = await books.agreed({ amount: '250.00' })
  await Promise.all(Array.from({ length: 10 }, () => books.received(contribution, '100.00 USD')))
  const { figures, status } = await books.figures(contribution)
  expect([figures.original.received.amount, figures.authority.amount, status]).toEqual(['250.00', '250.00', 'received'])
})

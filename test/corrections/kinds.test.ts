import { checkCorrectable, CORRECTABLE, type Instead } from '../../server/corrections/policy.ts'
import { correctionsAr } from '../../templates/texts/ar-corrections.ts'
import { en } from '../../templates/texts/en.ts'
import { correctionsEn } from '../../templates/texts/en-corrections.ts'
import { approved, certify, decide, released } from '../support/asking.ts'
import { balances, received as receivedWhole } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { booksOf, moneyIn, rowCounts, type Books } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { monthsOf } from '../periods/months.ts'
import { active, paid as paidAhead, recover } from '../no-regret/telling.ts'
import { treasuryOf, type Treasury } from '../treasury/money.ts'
import { allBalances, correctingIn, type Correcting } from './correcting.ts'

const service = ownService()
let fund: Fund
let books: Books
let correcting: Correcting
const today = new Date().toISOString().slice(0, 10)

beforeEach(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  correcting = correctingIn(service, fund)
})

afterEach(async () => {
  expect(await violations(service.database().owner, fund.id)).toEqual([])
})

/** A payment certified, released and settled, of 400.00 for travel. */
async function paid(): Promise<string> {
  await receivedWhole(fund, '1000.00')
  const payment = await released(fund, (await approved(fund, '400.00', { category: 'travel' })).id, '400.00', 'travel')
  await fund.cast
    .reconciler!.post(`/payments/${payment}/settlements`, {
      valueDate: today,
      debited: moneyIn('400.00 USD'),
      charge: moneyIn('12.50 USD'),
      reference: 'ST-9',
    })
    .expect(201)
  return payment
}

/** An advance of 400.00 that was paid and rejected, of which 150.00 came back and the rest was given up. */
async function unwound({ authorised }: Treasury): Promise<void> {
  await receivedWhole(fund, '1000.00')
  const { id } = await active(fund, '400.00')
  await paidAhead(fund, id, '400.00', today)
  await decide(fund.cast.certifyingOfficer!, id, 'reject', 'No talks').expect(201)
  await recover(fund, id, '150.00', today).expect(201)
  const rest = { amount: moneyIn('250.00 USD'), writtenOffOn: today, reason: 'The partner is no more' }
  await authorised(`/disbursement-requests/${id}/recovery-write-offs`, rest)
}

const at = (what: string) => `/funds/${fund.id}/${what}`
const doubt = { amount: moneyIn('500.00 USD'), occurredOn: '2024-04-01', reason: 'Doubted' }

async function impaired({ agreed, authorised }: Treasury): Promise<{ id: string }> {
  const contribution = await agreed()
  await authorised(`/contributions/${contribution.id}/impairments`, doubt)
  return contribution
}

async function converted({ account, agreed, received, rate, converted: convert }: Treasury): Promise<void> {
  await received(await agreed(), '1000.00 USD')
  await rate('EUR', '2024-03', '0.91')
  await convert(fund.bank, await account('geneva', 'EUR'), {
    left: '100.00 USD',
    arrived: '91.00 EUR',
    arrivedOn: '2024-03-04',
  })
}

async function moved({ agreed, received, authorised }: Treasury, direction: 'replenish' | 'release'): Promise<void> {
  const { id } = await agreed()
  await received({ id }, '100.00 USD')
  const consent = direction === 'replenish' ? { consent: 'Letter of 28 March' } : {}
  const terms = {
    contributionId: id,
    direction,
    amount: moneyIn('10.00 USD'),
    occurredOn: '2024-04-01',
    reason: 'Agreed',
  }
  await authorised(at('reserve/transfers'), { ...terms, ...consent })
}

async function revalued({ rate, agreed }: Treasury): Promise<void> {
  await rate('EUR', '2024-01', '0.91')
  await rate('EUR', '2024-02', '0.80')
  await agreed({ currency: 'EUR' })
  await monthsOf(service, fund).revalue('2024-02').expect(201)
}

describe('what is corrected leaves the books as if it had been recorded right at once', () => {
  test('the charge of a receipt', async () => {
    const contribution = await books.agreed()
    const { id } = await books.received(contribution, '500.00 USD')
    await correcting.correct(await correcting.entry('receipt', id), {
      bankValue: moneyIn('475.00 USD'),
      bankCharge: moneyIn('25.00 USD'),
    })
    expect(await balances(service, fund, '')).toMatchObject({
      'assets:cash:main': '475.00',
      'expense:bank-charges': '25.00',
      [`budget:available:${contribution.code}`]: '475.00',
      [`assets:receivable:${contribution.code}`]: '500.00',
    })
    expect((await books.figures(contribution)).figures.original).toMatchObject({
      received: moneyIn('500.00 USD'),
      outstanding: moneyIn('500.00 USD'),
    })
  })

  test('the contribution that a receipt was applied to', async () => {
    const [wrong, right] = [await books.agreed(), await books.agreed({ rateBps: 700 })]
    const { id } = await books.received(wrong, '1000.00 USD')
    expect((await books.figures(wrong)).status).toBe('received')
    await correcting.correct(await correcting.entry('receipt', id), { contributionId: right.id })
    expect((await books.figures(wrong)).status).toBe('agreed')
    const figures = await books.figures(right)
    expect([figures.status, figures.figures.stages.available.amount, figures.figures.stages.support.amount]).toEqual([
      'received',
      '934.58',
      '65.42',
    ])
  })

  test('a receipt on the wrong day is taken back on that day and stands on the right one', async () => {
    const { id } = await books.received(await books.agreed(), '100.00 USD', { receivedOn: '2024-02-15' })
    const { corrected, mirror } = await correcting.correct(await correcting.entry('receipt', id), {
      receivedOn: '2024-03-02',
    })
    const days = await service
      .database()
      .owner('entries')
      .whereIn('id', [mirror, corrected[0]!])
      .orderBy('id')
      .pluck('occurred_on')
    expect(days).toEqual(['2024-02-15', '2024-03-02'])
    const on = async (day: string) =>
      (
        await books
          .as('auditor')
          .get(`/funds/${fund.id}/ledger/balances?address=assets:cash:main&currency=USD&occurredOn=${day}`)
      ).body.balance.amount
    expect([await on('2024-02-20'), await on('2024-03-02')]).toEqual(['0.00', '100.00'])
  })

  test('a receipt that nobody knows becomes one for a contribution, and one for a contribution becomes unknown', async () => {
    const contribution = await books.agreed()
    const unknown = await books
      .as('treasurer')
      .post(`/funds/${fund.id}/receipts`, books.receipt('100.00 USD'))
      .expect(201)
    const known = await correcting.correct(await correcting.entry('unidentified_receipt', unknown.body.id), {
      contributionId: contribution.id,
    })
    expect(await balances(service, fund, `budget:available`)).toEqual({
      [`budget:available:${contribution.code}`]: '100.00',
    })
    await correcting.correct(known.corrected[0]!, { contributionId: null })
    expect(await balances(service, fund, 'liabilities:unapplied')).toEqual({ 'liabilities:unapplied:main': '-100.00' })
  })

  test('an amount that was applied to the wrong contribution', async () => {
    const [wrong, right] = [await books.agreed(), await books.agreed()]
    const { body } = await books.as('treasurer').post(`/funds/${fund.id}/receipts`, books.receipt('100.00 USD'))
    const apply = { contributionId: wrong.id, amount: moneyIn('60.00 USD'), appliedOn: '2024-03-01' }
    const applied = await books.as('treasurer').post(`/receipts/${body.id}/applications`, apply).expect(201)
    await correcting.correct(await correcting.entry('receipt_applied', applied.body.id), {
      contributionId: right.id,
      amount: moneyIn('70.00 USD'),
    })
    expect(await balances(service, fund, '')).toMatchObject({
      'liabilities:unapplied:main': '-30.00',
      [`budget:available:${right.code}`]: '70.00',
      [`assets:receivable:${wrong.code}`]: '1000.00',
    })
  })

  test('what was agreed, before and after money came', async () => {
    const contribution = await books.agreed({ amount: '10000.00' })
    const source = contribution.id
    const first = await correcting.correct(await correcting.entry('unconditional_agreement', source), {
      amount: moneyIn('1000.00 USD'),
      supportCost: { rateBps: 700, base: 'deposit' },
    })
    await books.received(contribution, '600.00 USD')
    await correcting.correct(first.corrected[0]!, { amount: moneyIn('600.00 USD'), reference: 'Annex B' })
    const read = await books.figures(contribution)
    expect([read.status, read.agreement.amount.amount, read.agreement.reference]).toEqual([
      'received',
      '600.00',
      'Annex B',
    ])
    const before = await service.database().owner('rows_before_correction').where({ key: source }).orderBy('id')
    expect(before.map((one) => one.said.amount)).toEqual([1000000, 100000])
  })

  test('a write-off', async () => {
    const contribution = await books.agreed()
    const writeOff = { amount: moneyIn('1000.00 USD'), writtenOffOn: '2024-05-01', reason: 'Will not come' }
    const { id } = await books.writtenOff(contribution, writeOff)
    const director2 = await service.person('Dina', fund.id, ['director'])
    const proposed = await correcting.propose(await correcting.entry('write_off', id), {
      amount: moneyIn('100.00 USD'),
    })
    await correcting.confirm(proposed.body.id, director2).expect(201)
    const read = await books.figures(contribution)
    expect([read.status, read.figures.original.writtenOff.amount, read.figures.original.outstanding.amount]).toEqual([
      'agreed',
      '100.00',
      '900.00',
    ])
  })

  test('a refund that is decided; whoever proposed the right one does not pay it', async () => {
    const contribution = await books.agreed()
    await books.received(contribution, '1000.00 USD')
    const refund = { amount: moneyIn('100.00 USD'), decidedOn: '2024-06-01', reason: 'Unspent' }
    const { body } = await books.as('controller').post(`/contributions/${contribution.id}/refunds`, refund).expect(201)
    await correcting.correct(await correcting.entry('refund_decided', body.id), { amount: moneyIn('10.00 USD') })
    const pay = { bankAccountId: fund.bank, paidOn: '2024-06-02', reference: 'OUT' }
    const old = await books.as('treasurer').post(`/refunds/${body.id}/payments`, pay)
    expect([old.status, old.body.code]).toEqual([409, 'taken_back'])
    const { refunds } = await books.figures(contribution)
    expect(refunds.map((one: { amount: { amount: string } }) => one.amount.amount)).toEqual([
      '100.00',
      '-100.00',
      '10.00',
    ])
    await books.as('treasurer').post(`/refunds/${refunds[2].id}/payments`, pay).expect(201)
    expect(await balances(service, fund, 'liabilities:donor-refunds')).toEqual({})
  })

  test('the category of a payment, which can still be cancelled or come back afterwards', async () => {
    const payment = await paid()
    await correcting.correct(await correcting.entry('payment_certified', payment), { category: 'venue' })
    const read = await fund.cast.auditor!.get(`/payments/${payment}`)
    expect(read.body.category).toBe('venue')
    const cost = await balances(service, fund, 'expense:mission')
    expect(Object.entries(cost)).toEqual([[expect.stringContaining('expense:mission:venue:'), '400.00']])
    const back = { valueDate: today, reason: 'Account closed', reference: 'R1' }
    await fund.cast.reconciler!.post(`/payments/${payment}/returns`, back).expect(201)
    await fund.cast.certifyingOfficer!.post(`/payments/${payment}/cancellations`, { reason: 'Again' }).expect(201)
    expect(await balances(service, fund, 'expense:mission')).toEqual({})
  })

  test('the charge and the reference of a settlement, which can still come back afterwards', async () => {
    const payment = await paid()
    const { corrected } = await correcting.correct(await correcting.entry('payment_settled', payment), {
      charge: moneyIn('2.50 USD'),
      reference: 'ST-10',
    })
    expect(await balances(service, fund, 'expense:bank-charges')).toEqual({ 'expense:bank-charges': '2.50' })
    expect((await fund.cast.auditor!.get(`/payments/${payment}`)).body.settlement).toMatchObject({ reference: 'ST-10' })
    const back = { valueDate: today, reason: 'Account closed', reference: 'R1' }
    await fund.cast.reconciler!.post(`/payments/${payment}/returns`, back).expect(201)
    const returned = await service
      .database()
      .owner('entries')
      .where({ kind: 'payment_returned', source: payment })
      .first()
    expect(returned.reverses).toBe(corrected[0])
  })
})

describe('an entry that is taken back with nothing in its place leaves every balance as if it had never been', () => {
  const taken: [kind: string, record: () => Promise<string | undefined>][] = [
    ['receipt', async () => (await books.received(await books.agreed({ rateBps: 700 }), '1300.00 USD')).id],
    [
      'unidentified_receipt',
      async () => {
        const made = await books.as('treasurer').post(`/funds/${fund.id}/receipts`, books.receipt('10.00 USD'))
        return made.body.id
      },
    ],
    [
      'receipt_applied',
      async () => {
        const { id } = await books.agreed({ condition: 'A ceasefire holds' })
        const made = await books.as('treasurer').post(`/funds/${fund.id}/receipts`, books.receipt('10.00 USD'))
        const apply = { contributionId: id, appliedOn: '2024-03-01' }
        return (await books.as('treasurer').post(`/receipts/${made.body.id}/applications`, apply).expect(201)).body.id
      },
    ],
    [
      'write_off',
      async () => {
        const body = { amount: moneyIn('1000.00 USD'), writtenOffOn: '2024-05-01', reason: 'Will not come' }
        return (await books.writtenOff(await books.agreed(), body)).id
      },
    ],
    [
      'refund_decided',
      async () => {
        const contribution = await books.agreed()
        await books.received(contribution, '1000.00 USD')
        const body = { amount: moneyIn('40.00 USD'), decidedOn: '2025-06-01', reason: 'Unspent' }
        return (await books.as('controller').post(`/contributions/${contribution.id}/refunds`, body).expect(201)).body
          .id
      },
    ],
  ]
  test.each(taken)('%s, and taking that back brings it back', async (kind, record) => {
    const source = await record()
    const entry = await correcting.entry(kind, source)
    const withIt = await allBalances(service, fund)
    const { rows } = await service.database().owner.raw(
      `select a.address || ' ' || a.currency as account, sum(p.amount) || ' ' || sum(p.functional) as says
         from accounts a join postings p on p.account_id = a.id where a.fund_id = ? and p.entry_id <> ?
        group by a.id having sum(p.amount) <> 0 or sum(p.functional) <> 0 order by 1`,
      [fund.id, entry],
    )
    const without = Object.fromEntries(rows.map((row: { account: string; says: string }) => [row.account, row.says]))
    const first = await correcting.correct(entry)
    expect(await allBalances(service, fund)).toEqual(without)
    expect(await violations(service.database().owner, fund.id)).toEqual([])

    const second = await correcting.correct(first.mirror)
    expect(await allBalances(service, fund)).toEqual(withIt)
    expect(await violations(service.database().owner, fund.id)).toEqual([])

    await correcting.correct(second.mirror)
    expect(await allBalances(service, fund)).toEqual(without)
  })
})

describe('what is not corrected says what to do instead', () => {
  test.each([
    ['pledge', 'cancel_pledge'],
    ['request_submitted', 'withdraw_request'],
    ['request_approved', 'reduce_obligation'],
    ['payment_released', 'return_payment'],
  ])('%s: %s', async (kind, instead) => {
    await paid()
    const refused = await correcting.propose(await correcting.entry(kind))
    expect([refused.status, refused.body.code, refused.body.instead]).toEqual([409, 'correct_otherwise', instead])
  })

  const otherwise: [kind: string, instead: string, record: (treasury: Treasury) => Promise<unknown>][] = [
    [
      'interest',
      'next_interest',
      ({ as, interest }) => as('treasurer').post(at('interest'), interest(fund.bank, '3.00 USD')),
    ],
    ['conversion', 'convert_back', converted],
    ['conversion_sent', 'convert_back', converted],
    ['impairment', 'reverse_impairment', impaired],
    [
      'impairment_reversed',
      'impair_again',
      async (treasury) => {
        const { authorised } = treasury
        const { id } = await impaired(treasury)
        await authorised(`/contributions/${id}/impairment-reversals`, { ...doubt, amount: moneyIn('100.00 USD') })
      },
    ],
    ['reserve_replenished', 'release_reserve', (treasury) => moved(treasury, 'replenish')],
    [
      'reserve_released',
      'replenish_reserve',
      async (treasury) => {
        await moved(treasury, 'replenish')
        await moved(treasury, 'release')
      },
    ],
    ['recovery_due', 'recover_or_give_up', unwound],
    ['recovery_written_off', 'recover_late', unwound],
    ['revaluation', 'revalue_again', revalued],
    ['revaluation_reversed', 'revalue_again', revalued],
    [
      'year_closed',
      'correct_what_it_closed',
      async ({ received, agreed }) => {
        await received(await agreed(), '1000.00 USD')
        const months = monthsOf(service, fund)
        await months.seal()
        for (let month = 1; month <= 12; month += 1) await months.closeHard(`2024-${String(month).padStart(2, '0')}`)
        await fund.cast.controller!.post(at('years/2024/closings')).expect(201)
      },
    ],
  ]
  test.each(otherwise)('%s: %s, in both languages', async (kind, instead, record) => {
    await record(treasuryOf(service, fund))
    const entry = await correcting.entry(kind)
    const before = await rowCounts(service)
    const refused = await correcting.propose(entry)
    expect([refused.status, refused.body.code, refused.body.instead]).toEqual([409, 'correct_otherwise', instead])
    expect(await rowCounts(service)).toEqual(before)
    for (const words of [correctionsEn, correctionsAr])
      expect(words.corrections.instead[instead as Instead]).toMatch(/.{10}/)
  })

  const kinds = Object.keys(en.events).filter(
    (kind) => !['correction', 'corrected', ...Object.keys(CORRECTABLE)].includes(kind),
  )
  test.each(kinds)('%s has a way of its own to be put right', (kind) => {
    const details = expect.not.objectContaining({ instead: 'its_own_act' })
    expect(() => checkCorrectable(kind, null, { takesBack: false })).toThrow(
      expect.objectContaining({ code: 'correct_otherwise', details }),
    )
  })

  test.each([
    ['unconditional_agreement', 'write_off'],
    ['payment_certified', 'cancel_payment'],
    ['payment_settled', 'return_payment'],
  ])('%s is not taken back with nothing in its place: %s', async (kind, instead) => {
    await paid()
    const refused = await correcting.propose(await correcting.entry(kind))
    expect([refused.status, refused.body.code, refused.body.instead]).toEqual([409, 'correct_otherwise', instead])
  })

  test('a payment that was cancelled was taken back already', async () => {
    await receivedWhole(fund, '1000.00')
    const { body } = await certify(fund, (await approved(fund, '400.00')).id, '400.00').expect(201)
    await fund.cast.certifyingOfficer!.post(`/payments/${body.id}/cancellations`, { reason: 'Again' }).expect(201)
    const refused = await correcting.propose(await correcting.entry('payment_certified', body.id), {
      category: 'venue',
    })
    expect([refused.status, refused.body.code]).toEqual([409, 'taken_back'])
  })
})

import { ownService, type Fund } from '../support/service.ts'
import { booksOf, moneyIn, type Books } from './books.ts'

const service = ownService()
let fund: Fund
let books: Books

beforeAll(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  await books.rate('EUR', '2024-01', '0.8')
  await books.rate('EUR', '2024-02', '0.7')
})

test('a pledge is a promise at the operational rate of its month, and gives no authority', async () => {
  const contribution = await books.pledge({ amount: '1000.00', currency: 'EUR' })
  expect(await books.entries(contribution.id, contribution.code)).toEqual({
    'pledge 2024-01-05': ['budget:pledged:* 1250.00 USD', 'budget:pledges:all -1250.00 USD'],
  })
  const read = await books.figures(contribution)
  expect(read).toMatchObject({
    status: 'pledged',
    pledgeRate: '0.8',
    rateSource: 'UN operational rates',
    agreement: null,
  })
  expect(read.figures.authority.amount).toBe('0.00')
})

test('a pledge whose letter names a rate is valued at that rate', async () => {
  const made = await books
    .as('fundManager')
    .post(`/funds/${fund.id}/contributions`, {
      donorId: await books.donor('Åland'),
      pledgedOn: '2024-01-05',
      amount: moneyIn('100.00 EUR'),
      earmark: { level: 'unearmarked' },
      rate: '0.9',
    })
    .expect(201)
  expect(made.body.code).toMatch(/^24-ALA-\d{4}$/)
  const read = await books.figures(made.body)
  expect(read).toMatchObject({ pledgedFunctional: moneyIn('111.11 USD'), pledgeRate: '0.9', rateSource: 'as pledged' })
})

test('an unconditional agreement is income at the rate of its own month, and takes the promise off the books', async () => {
  const contribution = await books.agreed({ amount: '1000.00', currency: 'EUR', signedOn: '2024-02-01' })
  const entries = await books.entries(contribution.id, contribution.code)
  expect(entries['unconditional_agreement 2024-02-01']).toEqual([
    'assets:receivable:* 1000.00 EUR (1428.57)',
    'income:contributions:* -1000.00 EUR (-1428.57)',
    'budget:pledges:all 1250.00 USD',
    'budget:pledged:* -1250.00 USD',
  ])
})

test('a conditional agreement is a liability', async () => {
  const contribution = await books.agreed({ condition: 'Talks have begun' })
  const entries = await books.entries(contribution.id, contribution.code)
  expect(entries['conditional_agreement 2024-01-10']!.slice(0, 2)).toEqual([
    'assets:receivable:* 1000.00 USD',
    'liabilities:conditional:* -1000.00 USD',
  ])
})

test.each([
  ['2025-12-31', 'IPSAS 23'],
  ['2026-01-01', 'IPSAS 47'],
])('an agreement signed on %s is recognised by %s', async (signedOn, standard) => {
  const contribution = await books.agreed({ signedOn })
  expect((await books.figures(contribution)).agreement.standard).toBe(standard)
})

test('cancelling an open pledge mirrors it, linked to the entry that it undoes', async () => {
  const contribution = await books.pledge({ amount: '700.00' })
  await books
    .as('fundManager')
    .post(`/contributions/${contribution.id}/cancellations`, { cancelledOn: '2024-03-01', reason: 'Withdrawn' })
    .expect(201)
  const entries = await books.entries(contribution.id, contribution.code)
  expect(entries['pledge_cancelled 2024-03-01']).toEqual([
    'budget:pledges:all 700.00 USD',
    'budget:pledged:* -700.00 USD',
  ])
  const kept = await service.database().owner('entries').where({ source: contribution.id }).orderBy('id')
  expect(kept[1].reverses).toBe(kept[0].id)
  expect((await books.figures(contribution)).status).toBe('cancelled')
})

test('writing off takes the carrying amount in proportion, and all of it with the last part', async () => {
  const contribution = await books.agreed({ amount: '100.00', currency: 'EUR', signedOn: '2024-02-01' })
  const writeOff = (amount: string) => ({
    ...{ amount: moneyIn(amount), writtenOffOn: '2024-05-01', reason: 'Will not come' },
  })
  const first = await books.writtenOff(contribution, writeOff('33.33 EUR'))
  expect(await books.entries(first.id, contribution.code)).toEqual({
    'write_off 2024-05-01': ['expense:write-off 33.33 EUR (47.62)', 'assets:receivable:* -33.33 EUR (-47.62)'],
  })
  expect(first).toMatchObject({ outstanding: moneyIn('66.67 EUR'), status: 'agreed' })
  const last = await books.writtenOff(contribution, writeOff('66.67 EUR'))
  expect(last).toMatchObject({ functional: moneyIn('95.24 USD'), status: 'written_off' })
  const { figures, status } = await books.figures(contribution)
  expect([figures.functional.outstanding.amount, status]).toEqual(['0.00', 'written_off'])
})

test('what is written off while a condition is open was never income: the liability goes', async () => {
  const contribution = await books.agreed({ condition: 'Talks have begun' })
  await books.received(contribution, '400.00 USD')
  const written = await books.writtenOff(contribution, {
    amount: moneyIn('600.00 USD'),
    writtenOffOn: '2024-05-01',
    reason: 'Will not come',
  })
  const entries = await books.entries(written.id, contribution.code)
  expect(entries['write_off 2024-05-01']![0]).toBe('liabilities:conditional:* 600.00 USD')
  await books
    .as('controller')
    .post(`/contributions/${contribution.id}/fulfilments`, { metOn: '2024-05-02', evidence: 'Minutes' })
    .expect(201)
  const { 'condition_met 2024-05-02': met } = await books.entries(contribution.id, contribution.code)
  expect(met![1]).toBe('income:contributions:* -400.00 USD')
})

test('a refund in the year of the income takes income back; it is paid by another person', async () => {
  const contribution = await books.agreed()
  await books.received(contribution, '1000.00 USD')
  const refund = await books
    .as('controller')
    .post(`/contributions/${contribution.id}/refunds`, {
      amount: moneyIn('250.00 USD'),
      decidedOn: '2024-12-31',
      reason: 'Unspent',
    })
    .expect(201)
  const paid = { bankAccountId: fund.bank, paidOn: '2025-01-10', reference: 'OUT 1' }
  await books.as('treasurer').post(`/refunds/${refund.body.id}/payments`, paid).expect(201)
  expect(await books.entries(refund.body.id, contribution.code)).toEqual({
    'refund_decided 2024-12-31': [
      'income:contributions:* 250.00 USD',
      'liabilities:donor-refunds:* -250.00 USD',
      'budget:authority:* 250.00 USD',
      'budget:available:* -250.00 USD',
    ],
    'refund_paid 2025-01-10': ['liabilities:donor-refunds:* 250.00 USD', 'assets:cash:main -250.00 USD'],
  })
  const read = await books.figures(contribution)
  expect(read.figures).toMatchObject({
    authority: moneyIn('750.00 USD'),
    functional: { refunded: moneyIn('250.00 USD') },
  })
  expect(read.refunds).toMatchObject([{ id: refund.body.id, paidOn: '2025-01-10' }])
})

test('a refund of an earlier year is an expense', async () => {
  const contribution = await books.agreed()
  await books.received(contribution, '1000.00 USD')
  const refund = await books
    .as('controller')
    .post(`/contributions/${contribution.id}/refunds`, {
      amount: moneyIn('250.00 USD'),
      decidedOn: '2025-01-01',
      reason: 'Unspent',
    })
    .expect(201)
  const entries = await books.entries(refund.body.id, contribution.code)
  expect(entries['refund_decided 2025-01-01']![0]).toBe('expense:prior-year-refunds 250.00 USD')
})

test('ten refunds decided at once give back no more than is available', async () => {
  const contribution = await books.agreed()
  await books.received(contribution, '1000.00 USD')
  const terms = { amount: moneyIn('300.00 USD'), decidedOn: '2024-12-31', reason: 'Unspent' }
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => books.as('controller').post(`/contributions/${contribution.id}/refunds`, terms)),
  )
  const codes = answers.map(({ status, body }) => (status === 201 ? 201 : body.code)).sort()
  expect(codes).toEqual([201, 201, 201, ...Array<string>(7).fill('insufficient_funds')])
  expect((await books.figures(contribution)).figures.stages.available.amount).toBe('100.00')
})

test('a refund dated back takes nothing that was not there yet on its day', async () => {
  const contribution = await books.agreed()
  await books.received(contribution, '400.00 USD', { receivedOn: '2024-04-01', reference: 'ST early' })
  await books.received(contribution, '600.00 USD', { receivedOn: '2024-06-01', reference: 'ST late' })
  const refund = (amount: string, decidedOn: string) =>
    books
      .as('controller')
      .post(`/contributions/${contribution.id}/refunds`, { amount: moneyIn(amount), decidedOn, reason: 'Unspent' })
  const early = await refund('400.01 USD', '2024-05-31')
  expect([early.status, early.body.code, early.body.available]).toEqual([
    409,
    'insufficient_funds',
    moneyIn('400.00 USD'),
  ])
  expect((await refund('0.01 USD', '2024-03-31')).body.available).toEqual(moneyIn('0.00 USD'))
  await refund('300.00 USD', '2024-05-31').expect(201)
  expect((await refund('100.01 USD', '2024-05-31')).body.code).toBe('insufficient_funds')
  await refund('700.00 USD', '2024-06-01').expect(201)
})

test('ten payments of one refund at once pay it once', async () => {
  const contribution = await books.agreed()
  await books.received(contribution, '1000.00 USD')
  const terms = { amount: moneyIn('300.00 USD'), decidedOn: '2024-12-31', reason: 'Unspent' }
  const refund = await books.as('controller').post(`/contributions/${contribution.id}/refunds`, terms).expect(201)
  const paid = { bankAccountId: fund.bank, paidOn: '2025-01-10', reference: 'OUT 2' }
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => books.as('treasurer').post(`/refunds/${refund.body.id}/payments`, paid)),
  )
  const codes = answers.map(({ status, body }) => (status === 201 ? 201 : body.code)).sort()
  expect(codes).toEqual([201, ...Array<string>(9).fill('refund_paid_already')])
})

test('ten authorisations at once of write-offs write off no more than is outstanding', async () => {
  const contribution = await books.agreed()
  const terms = { amount: moneyIn('300.00 USD'), writtenOffOn: '2024-05-01', reason: 'Will not come' }
  const propose = () => books.as('controller').post(`/contributions/${contribution.id}/write-offs`, terms).expect(201)
  const proposed = await Promise.all(Array.from({ length: 10 }, propose))
  const answers = await Promise.all(
    proposed.map(({ body }) =>
      books.as('headOfDepartment').post(`/proposals/${body.id}/decisions`, { verdict: 'approve' }),
    ),
  )
  const codes = answers.map(({ status, body }) => (status === 201 ? 201 : body.code)).sort()
  expect(codes).toEqual([201, 201, 201, ...Array<string>(7).fill('nothing_outstanding')])
})

test('ten agreements at once of one pledge make one', async () => {
  const contribution = await books.pledge()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      books.as('fundManager').post(`/contributions/${contribution.id}/agreements`, books.agreement()),
    ),
  )
  const codes = answers.map(({ status, body }) => (status === 201 ? 201 : body.code)).sort()
  expect(codes).toEqual([201, ...Array<string>(9).fill('not_pledged')])
})

test('a repeat with the same Idempotency-Key gets the first answer, and money comes once', async () => {
  const contribution = await books.agreed()
  const body = books.receipt('100.00 USD')
  const send = () =>
    books.as('treasurer').post(`/contributions/${contribution.id}/receipts`, body).set('idempotency-key', 'receipt-1')
  const answers = await Promise.all([send(), send(), send()])
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(answers.map(({ body: told }) => told.id)).size).toBe(1)
  expect((await books.figures(contribution)).figures.original.received.amount).toBe('100.00')
})

describe('the earmark', () => {
  const process = { region: 'Central Africa', country: 'Chad', phase: 'after_violence' }
  const change = (contribution: { id: string }, version: number, earmark: object) =>
    books
      .as('fundManager')
      .put(`/contributions/${contribution.id}/earmark`, { earmark, consent: 'Letter of 3 June' })
      .set('if-match', `"v${version}"`)

  /** A request that holds money of the contribution, as submitting one leaves it behind. */
  async function holdMoney(contribution: { id: string; code: string }, code: string): Promise<void> {
    const { owner } = service.database()
    const act = await owner('acts').first('id')
    const id = (letter: string) => `req_${letter.repeat(26)}`
    const request = { id: id(code), code: `R-${code}`, fund_id: fund.id, entity_id: fund.entity }
    const inserted = await owner('processes')
      .insert({
        id: `prc_${code.repeat(26)}`,
        fund_id: fund.id,
        name: `Talks ${code}`,
        confidentiality: 'open',
        ...process,
      })
      .returning('id')
    await owner('requests').insert({
      ...request,
      process_id: inserted[0].id,
      title: 'Talks',
      status: 'submitted',
      themes: ['power_sharing'],
      submitted_at: '2024-06-01T10:00:00Z',
      created_by: fund.cast.requester!.id,
    })
    await owner.raw(
      `select * from post_entries(?, ?, array['request_submitted'], array[?], array['2024-06-01'::date], array[''], array[null::bigint],
         array[1, 1], array[?, ?], array['USD', 'USD'], array[?, ?], array[?, null], array[10000, -10000]::bigint[], array[10000, -10000]::bigint[])`,
      [
        ...[fund.id, act.id, `${request.id}#1`],
        ...[`budget:reserved:${contribution.code}:${request.code}`, `budget:available:${contribution.code}`],
        ...[contribution.id, contribution.id, request.id],
      ],
    )
  }

  test("is changed with the donor's consent, and what it was is kept", async () => {
    const contribution = await books.pledge({ earmark: { level: 'softly', regions: ['Central Africa'] } })
    const changed = await change(contribution, 1, { level: 'unearmarked' }).expect(200)
    expect([changed.body.version, changed.headers.etag]).toEqual([2, '"v2"'])
    const kept = await service.database().owner('earmark_changes').where({ contribution_id: contribution.id })
    expect(kept).toMatchObject([
      { version: 1, earmark: { level: 'softly', regions: ['Central Africa'] }, consent: 'Letter of 3 June' },
    ])
  })

  test('may be tightened as far as every use so far is permitted, and no further', async () => {
    const contribution = await books.agreed()
    await books.received(contribution, '1000.00 USD')
    await holdMoney(contribution, 'x')
    const { version } = await books.figures(contribution)
    const refused = await change(contribution, version, { level: 'tightly', countries: ['Mali'] })
    expect([refused.status, refused.body.code, refused.body.requests]).toEqual([409, 'earmark_forbids_use', ['R-x']])
    const late = await change(contribution, version, { level: 'softly', spendBy: '2024-05-31' })
    expect(late.body.code).toBe('earmark_forbids_use')
    await change(contribution, version, { level: 'tightly', countries: ['Chad'], spendBy: '2024-06-01' }).expect(200)
  })

  test('read before somebody else changed it is not written over', async () => {
    const contribution = await books.pledge()
    const answers = await Promise.all([
      change(contribution, 1, { level: 'softly', phases: ['implementation'] }),
      change(contribution, 1, { level: 'unearmarked' }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  })
})

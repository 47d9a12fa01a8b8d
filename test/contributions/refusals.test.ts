import { ownService, type Fund } from '../support/service.ts'
import { booksOf, moneyIn, rowCounts, type Books } from './books.ts'

const service = ownService()
let fund: Fund
let books: Books
const things: Record<string, string> = {}

beforeAll(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  await books.rate('EUR', '2024-01', '0.8')
  await books.rate('JPY', '2024-01', '150')
  things.donor = await books.donor('Sweden')
  things.euro = await books.account('euro', 'EUR')
  things.pledged = (await books.pledge()).id
  const agreed = await books.agreed({ donorId: things.donor })
  things.agreed = agreed.id
  things.code = agreed.code
  const first = await books.received(agreed, '400.00 USD', { reference: 'the same line' })
  things.receipt = first.id
  things.unidentified = (
    await books
      .as('treasurer')
      .post(`/funds/${fund.id}/receipts`, books.receipt('95.00 EUR', { bankValue: '100.00 USD' }))
  ).body.id
  const settled = await books.agreed()
  await books.received(settled, '1000.00 USD')
  things.settled = settled.id
  things.inEuro = (await books.agreed({ currency: 'EUR', amount: '100.00' })).id
  const refund = { amount: moneyIn('10.00 USD'), decidedOn: '2024-06-01', reason: 'Unspent' }
  things.refund = (
    await books.as('controller').post(`/contributions/${settled.id}/refunds`, refund).expect(201)
  ).body.id
  const paid = { bankAccountId: fund.bank, paidOn: '2024-06-02', reference: 'OUT 1' }
  things.paid = (await books.as('controller').post(`/contributions/${settled.id}/refunds`, refund).expect(201)).body.id
  await books.as('treasurer').post(`/refunds/${things.paid}/payments`, paid).expect(201)
  fund.cast.both = await service.person('Both', fund.id, ['controller', 'treasurer', 'director'])
  things.own = (await books.as('both').post(`/contributions/${settled.id}/refunds`, refund).expect(201)).body.id
  fund.cast.stranger = await service.person('Stranger', fund.id, ['fund_manager'])
  things.foreign = (await booksOf(service, await service.fund()).agreed()).id
  things.nobody = `ctr_${'0'.repeat(26)}`
})

const FUTURE = '2199-01-01'
const pledge = () => ({
  donorId: things.donor,
  pledgedOn: '2024-01-05',
  amount: moneyIn('100.00 USD'),
  earmark: { level: 'unearmarked' },
})
const terms = () => books.agreement()
const receipt = (sent = '100.00 USD', more = {}) => books.receipt(sent, more)
const writeOff = { amount: moneyIn('10.00 USD'), writtenOffOn: '2024-05-01', reason: 'Will not come' }
const refund = { amount: moneyIn('10.00 USD'), decidedOn: '2024-06-01', reason: 'Unspent' }
const payment = () => ({ bankAccountId: fund.bank, paidOn: '2024-06-02', reference: 'OUT' })
const fulfilment = { metOn: '2024-02-01', evidence: 'Minutes' }
const cancellation = { cancelledOn: '2024-02-01', reason: 'Withdrawn' }

type Refused = [act: string, who: string, path: () => string, body: () => object, status: number, code: string]

const pledges = () => `/funds/${fund.id}/contributions`
const on = (name: string, what: string) => () => `/contributions/${things[name]}/${what}`
const CASES: Refused[] = [
  [
    'a pledge of nothing',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('0.00 USD') }),
    400,
    'invalid_request',
  ],
  [
    'a pledge in half cents',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('0.005 USD') }),
    400,
    'invalid_request',
  ],
  [
    'a pledge before the books begin',
    'fundManager',
    pledges,
    () => ({ ...pledge(), pledgedOn: '1989-12-31' }),
    400,
    'invalid_request',
  ],
  [
    'a rate for money in the currency of the fund',
    'fundManager',
    pledges,
    () => ({ ...pledge(), rate: '1.1' }),
    400,
    'invalid_request',
  ],
  [
    'an unconditional agreement with a condition',
    'fundManager',
    on('pledged', 'agreements'),
    () => ({ ...terms(), condition: 'Peace' }),
    400,
    'invalid_request',
  ],
  [
    'a conditional agreement without one',
    'fundManager',
    on('pledged', 'agreements'),
    () => ({ ...terms(), conditional: true }),
    400,
    'invalid_request',
  ],
  ['a pledge by nobody', 'nobody', pledges, pledge, 401, 'not_signed_in'],
  [
    'a pledge of no donor',
    'fundManager',
    pledges,
    () => ({ ...pledge(), donorId: `don_${'0'.repeat(26)}` }),
    404,
    'not_found',
  ],
  ['an agreement of no contribution', 'fundManager', on('nobody', 'agreements'), terms, 404, 'not_found'],
  ['an agreement in a fund where I am nobody', 'stranger', on('foreign', 'agreements'), terms, 404, 'not_found'],
  [
    'a receipt on no bank account',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('100.00 USD', { bankAccountId: `bnk_${'0'.repeat(26)}` }),
    404,
    'not_found',
  ],
  [
    'an application to a contribution of another fund',
    'treasurer',
    () => `/receipts/${things.unidentified}/applications`,
    () => ({ contributionId: things.foreign }),
    404,
    'not_found',
  ],
  ['a pledge by the treasurer', 'treasurer', pledges, pledge, 403, 'role_not_allowed'],
  ['an agreement by the requester', 'requester', on('pledged', 'agreements'), terms, 403, 'role_not_allowed'],
  [
    'a fulfilment by the treasurer',
    'treasurer',
    on('agreed', 'fulfilments'),
    () => fulfilment,
    403,
    'role_not_allowed',
  ],
  ['a receipt by the fund manager', 'fundManager', on('agreed', 'receipts'), receipt, 403, 'role_not_allowed'],
  [
    'an unidentified receipt by the auditor',
    'auditor',
    () => `/funds/${fund.id}/receipts`,
    receipt,
    403,
    'role_not_allowed',
  ],
  [
    'a cancellation by the director',
    'director',
    on('pledged', 'cancellations'),
    () => cancellation,
    403,
    'role_not_allowed',
  ],
  ['a write-off by the director', 'director', on('agreed', 'write-offs'), () => writeOff, 403, 'role_not_allowed'],
  ['a refund by the director', 'director', on('settled', 'refunds'), () => refund, 403, 'role_not_allowed'],
  [
    'a payment of a refund by the controller',
    'controller',
    () => `/refunds/${things.refund}/payments`,
    payment,
    403,
    'role_not_allowed',
  ],
  [
    'a payment of a refund by who decided it',
    'both',
    () => `/refunds/${things.own}/payments`,
    payment,
    403,
    'two_people_needed',
  ],
  ['an agreement of what is agreed', 'fundManager', on('agreed', 'agreements'), terms, 409, 'not_pledged'],
  [
    'a cancellation of what is agreed',
    'controller',
    on('agreed', 'cancellations'),
    () => cancellation,
    409,
    'not_pledged',
  ],
  ['a receipt before the agreement is signed', 'treasurer', on('pledged', 'receipts'), receipt, 409, 'not_agreed'],
  ['a write-off of a promise', 'controller', on('pledged', 'write-offs'), () => writeOff, 409, 'not_agreed'],
  ['a refund of a promise', 'controller', on('pledged', 'refunds'), () => refund, 409, 'not_agreed'],
  [
    'a fulfilment where there is no condition',
    'controller',
    on('agreed', 'fulfilments'),
    () => fulfilment,
    409,
    'not_conditional',
  ],
  [
    'a second payment of a refund',
    'treasurer',
    () => `/refunds/${things.paid}/payments`,
    payment,
    409,
    'refund_paid_already',
  ],
  ['a pledge tomorrow', 'fundManager', pledges, () => ({ ...pledge(), pledgedOn: FUTURE }), 422, 'date_in_future'],
  [
    'a receipt tomorrow',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('100.00 USD', { receivedOn: FUTURE }),
    422,
    'date_in_future',
  ],
  [
    'an agreement before its pledge',
    'fundManager',
    on('pledged', 'agreements'),
    () => ({ ...terms(), signedOn: '2024-01-04' }),
    422,
    'dates_out_of_order',
  ],
  [
    'a write-off before the agreement',
    'controller',
    on('agreed', 'write-offs'),
    () => ({ ...writeOff, writtenOffOn: '2024-01-09' }),
    422,
    'dates_out_of_order',
  ],
  [
    'an application before the receipt',
    'treasurer',
    () => `/receipts/${things.unidentified}/applications`,
    () => ({ contributionId: things.agreed, appliedOn: '2024-02-14' }),
    422,
    'dates_out_of_order',
  ],
  [
    'a pledge in no currency',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('100.00 QQQ') }),
    422,
    'currency_unknown',
  ],
  [
    'a pledge in a withdrawn currency',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('100.00 EEK') }),
    422,
    'currency_not_in_use',
  ],
  [
    'a receipt in another currency than the account',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('100.00 EUR'),
    422,
    'currency_mismatch',
  ],
  [
    'a write-off in another currency',
    'controller',
    on('agreed', 'write-offs'),
    () => ({ ...writeOff, amount: moneyIn('10.00 EUR') }),
    422,
    'currency_mismatch',
  ],
  [
    'a refund in another currency',
    'controller',
    on('settled', 'refunds'),
    () => ({ ...refund, amount: moneyIn('10.00 EUR') }),
    422,
    'currency_mismatch',
  ],
  [
    'a refund from an account in another currency',
    'treasurer',
    () => `/refunds/${things.refund}/payments`,
    () => ({ ...payment(), bankAccountId: things.euro }),
    422,
    'currency_mismatch',
  ],
  [
    'an applied amount in another currency',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('100.00 USD', { appliedAmount: '100.00 EUR' }),
    422,
    'currency_mismatch',
  ],
  [
    'a pledge in a currency without a rate',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('100.00 NOK') }),
    422,
    'rate_missing',
  ],
  [
    'a pledge worth nothing',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('0 JPY'), rate: '150' }),
    400,
    'invalid_request',
  ],
  [
    'a pledge worth less than a cent',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('1 JPY'), rate: '201' }),
    422,
    'amount_out_of_range',
  ],
  [
    'a pledge worth more than the books hold',
    'fundManager',
    pledges,
    () => ({ ...pledge(), amount: moneyIn('1000000000000.00 USD') }),
    422,
    'amount_out_of_range',
  ],
  [
    'a bank value that does not add up',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('100.00 USD', { bankValue: '98.00 USD', bankCharge: '1.99 USD' }),
    422,
    'bank_value_differs',
  ],
  [
    'a receipt in a third currency without what it settles',
    'treasurer',
    on('inEuro', 'receipts'),
    () => receipt('95.00 CHF', { bankValue: '100.00 USD' }),
    422,
    'applied_amount_missing',
  ],
  [
    'a receipt that is said to settle more than came',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('100.00 USD', { appliedAmount: '100.01 USD' }),
    409,
    'nothing_unapplied',
  ],
  [
    'an application of a receipt that is used up',
    'treasurer',
    () => `/receipts/${things.receipt}/applications`,
    () => ({ contributionId: things.agreed }),
    409,
    'nothing_unapplied',
  ],
  [
    'an application of more than is unidentified',
    'treasurer',
    () => `/receipts/${things.unidentified}/applications`,
    () => ({ contributionId: things.agreed, amount: moneyIn('100.01 USD') }),
    409,
    'nothing_unapplied',
  ],
  [
    'an application to what is settled',
    'treasurer',
    () => `/receipts/${things.unidentified}/applications`,
    () => ({ contributionId: things.settled }),
    409,
    'nothing_outstanding',
  ],
  [
    'a write-off of more than is outstanding',
    'controller',
    on('agreed', 'write-offs'),
    () => ({ ...writeOff, amount: moneyIn('600.01 USD') }),
    409,
    'nothing_outstanding',
  ],
  [
    'a refund of more than is available',
    'controller',
    on('settled', 'refunds'),
    () => ({ ...refund, amount: moneyIn('970.01 USD') }),
    409,
    'insufficient_funds',
  ],
  ['a code that is in use', 'fundManager', pledges, () => ({ ...pledge(), code: things.code }), 409, 'already_exists'],
  [
    'the same line of a statement again',
    'treasurer',
    on('agreed', 'receipts'),
    () => receipt('400.00 USD', { reference: 'the same line' }),
    409,
    'already_exists',
  ],
]

test.each(CASES)('%s is refused, and nothing changes', async (_act, who, path, body, status, code) => {
  const before = await rowCounts(service)
  const caller = who === 'nobody' ? service.nobody() : books.as(who)
  const answer = await caller.post(path(), body())
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await rowCounts(service)).toEqual(before)
})

test('an earmark is changed only by the version that was read', async () => {
  const path = `/contributions/${things.agreed}/earmark`
  const body = { earmark: { level: 'unearmarked' }, consent: 'Letter' }
  const without = await books.as('fundManager').put(path, body)
  expect([without.status, without.body.code]).toEqual([428, 'version_missing'])
  const old = await books.as('fundManager').put(path, body).set('if-match', '"v1"')
  expect([old.status, old.body.code]).toEqual([412, 'version_changed'])
  const auditor = await books.as('auditor').put(path, body).set('if-match', '"v2"')
  expect([auditor.status, auditor.body.code]).toEqual([403, 'role_not_allowed'])
})

test('a service account decides neither write-offs nor refunds', async () => {
  const { owner } = service.database()
  const robot = await service.person('Robot', fund.id, ['director', 'controller', 'treasurer'])
  await owner('people').where({ id: robot.id }).update({ kind: 'service', password_hash: null })
  for (const [path, body] of [
    [`/contributions/${things.agreed}/write-offs`, writeOff],
    [`/contributions/${things.settled}/refunds`, refund],
    [`/refunds/${things.refund}/payments`, payment()],
  ] as const) {
    const answer = await robot.post(path, body)
    expect([answer.status, answer.body.code]).toEqual([403, 'service_account_decides_nothing'])
  }
})

test('the database refuses a refund that one person decides and pays, and a receipt applied beyond what arrived', async () => {
  const { owner } = service.database()
  const decided = await owner('refunds').where({ id: things.refund }).first()
  await expect(
    owner('refund_payments').insert({
      refund_id: decided.id,
      bank_account_id: fund.bank,
      paid_on: '2024-06-02',
      reference: 'OUT',
      decided_by: decided.decided_by,
      paid_by: decided.decided_by,
      act_id: decided.act_id,
    }),
  ).rejects.toThrow('refund_by_two_people')
  const applied = await owner('receipt_applications').where({ receipt_id: things.receipt }).first()
  await expect(
    owner('receipt_applications').insert({ ...applied, id: `apl_${'0'.repeat(26)}`, amount: 1, value: 1 }),
  ).rejects.toThrow('is applied than arrived')
})

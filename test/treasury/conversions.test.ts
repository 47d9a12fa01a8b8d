import { moneyIn, rowCounts } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { monthsOf } from '../periods/months.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf, type Treasury } from './money.ts'

const service = ownService()
let treasury: Treasury
let euro: string
let swiss: string
let secondEuro: string

/** 30,000.00 EUR that came at 1.10 and 1.20: carried at 34,000.00 USD. And 5,000.00 USD. */
beforeEach(async () => {
  treasury = treasuryOf(service, await service.fund())
  const { rate, account, agreed, received, fund } = treasury
  await rate('EUR', '2024-01', '0.80')
  await rate('EUR', '2024-02', '0.50')
  await rate('CHF', '2024-01', '0.90')
  euro = await account('geneva', 'EUR')
  swiss = await account('bern', 'CHF')
  secondEuro = await account('paris', 'EUR')
  const one = await agreed({ amount: '30000.00', currency: 'EUR', signedOn: '2024-01-10' })
  await received(one, '20000.00 EUR', { bankAccountId: euro, receivedOn: '2024-01-15' }) // 25,000.00
  await received(one, '10000.00 EUR', { bankAccountId: euro, receivedOn: '2024-02-15' }) // 20,000.00
  await received(await agreed({ amount: '5000.00' }), '5000.00 USD', { bankAccountId: fund.bank })
})

afterEach(async () => {
  expect(await violations(service.database().owner, treasury.fund.id)).toEqual([])
})

test('money into the fund currency leaves at its carrying amount, and the difference is realised and carried by the reserve', async () => {
  const id = await treasury.converted(euro, treasury.fund.bank, { left: '10000.00 EUR', arrived: '14900.00 USD' })
  // 45,000.00 for 30,000.00 EUR: a third is 15,000.00.
  expect(await treasury.entries(id)).toEqual({
    'conversion 2024-03-01': [
      'assets:cash:geneva -10000.00 EUR (-15000.00)',
      'equity:exchange:EUR 10000.00 EUR (14900.00)',
      'equity:exchange:USD -14900.00 USD',
      'assets:cash:main 14900.00 USD',
      'expense:exchange:realised 0.00 USD (100.00)',
      'budget:authority:reserve 100.00 USD',
      'budget:available:reserve -100.00 USD',
    ],
  })
  expect(await treasury.reserve()).toBe('-100.00')
})

test.each([
  [
    'a charge of the bank it left is a share of the carrying amount',
    { left: '10000.00 EUR', arrived: '14900.00 USD', charge: '20.00 EUR' },
    ['expense:bank-charges 20.00 EUR (30.00)', 'equity:exchange:EUR 9980.00 EUR (14900.00)', '(70.00)'],
    '-100.00',
  ],
  [
    'a charge of the bank it came to is what that bank kept',
    { left: '10000.00 EUR', arrived: '15010.00 USD', charge: '15.00 USD' },
    [
      'expense:bank-charges 15.00 USD',
      'equity:exchange:USD -15025.00 USD',
      'income:exchange:realised 0.00 USD (-25.00)',
    ],
    '10.00',
  ],
])('%s', async (_rule, terms, lines, reserve) => {
  const id = await treasury.converted(euro, treasury.fund.bank, terms)
  const said = (await treasury.entries(id))['conversion 2024-03-01']!.join('\n')
  for (const line of lines) expect(said).toContain(line)
  expect(await treasury.reserve()).toBe(reserve)
})

test('what is bought with the fund currency is worth what was given for it', async () => {
  await treasury.converted(treasury.fund.bank, swiss, {
    left: '1000.00 USD',
    arrived: '880.00 CHF',
    charge: '4.00 CHF',
  })
  expect(await treasury.cash('bern', 'CHF')).toBe('880.00 CHF (995.48)')
  expect(await treasury.reserve()).toBe('-4.52')
})

test('between two accounts of one currency nothing is gained or lost but the charge', async () => {
  await treasury.converted(euro, secondEuro, { left: '10000.00 EUR', arrived: '9990.00 EUR', charge: '10.00 EUR' })
  expect(await treasury.cash('paris', 'EUR')).toBe('9990.00 EUR (14985.00)')
  expect(await treasury.reserve()).toBe('-15.00')
})

test('between two foreign currencies what arrives is worth the operational rate of its day', async () => {
  await treasury.converted(euro, swiss, { left: '10000.00 EUR', arrived: '13000.00 CHF' })
  expect(await treasury.cash('bern', 'CHF')).toBe('13000.00 CHF (14444.44)')
  expect(await treasury.reserve()).toBe('-555.56')
})

test('the carrying amount is that of the day it left, and the last unit takes all that is left', async () => {
  const early = { leftOn: '2024-01-20', left: '0.03 EUR', arrived: '0.04 USD' }
  const first = await treasury.converted(euro, treasury.fund.bank, early)
  expect((await treasury.entries(first))['conversion 2024-01-20']![0]).toBe('assets:cash:geneva -0.03 EUR (-0.04)')
  await treasury.converted(euro, treasury.fund.bank, { left: '29999.97 EUR', arrived: '45000.00 USD' })
  expect(await treasury.cash('geneva', 'EUR')).toBe('0.00 EUR (0.00)')
})

test('what arrives on a later day is on its way between two entries', async () => {
  const days = { leftOn: '2024-03-28', arrivedOn: '2024-04-02' }
  const id = await treasury.converted(euro, treasury.fund.bank, {
    ...days,
    ...{ left: '10000.00 EUR', arrived: '14000.00 USD', charge: '20.00 EUR' },
  })
  const told = await treasury.entries(id)
  expect(told['conversion_sent 2024-03-28']).toContain('assets:in-transit:main 9980.00 EUR (14970.00)')
  expect(told['conversion 2024-04-02']).toContain('assets:in-transit:main -9980.00 EUR (-14970.00)')
  expect(told['conversion 2024-04-02']).toContain('expense:exchange:realised 0.00 USD (970.00)')
})

test('nothing is in the books until another person has confirmed it, and then it is listed with its figures', async () => {
  const { as, conversion, decide, fund } = treasury
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '160.00 USD' })
  const { body: proposed } = await as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)
  expect(proposed).toMatchObject({
    status: 'proposed',
    figures: { carrying: moneyIn('150.00 USD'), loss: moneyIn('-10.00 USD') },
  })
  expect(await treasury.entries(proposed.id)).toEqual({})
  const waiting = await as('bankSignatory').get(`/funds/${fund.id}/proposals?status=proposed`).expect(200)
  expect(waiting.body.items).toMatchObject([{ id: proposed.id, kind: 'conversion', terms: body, decision: null }])
  await decide(as('controller'), proposed.id).expect(201)
  const listed = await as('auditor').get(`/funds/${fund.id}/conversions`).expect(200)
  expect(listed.body.items).toMatchObject([
    { id: proposed.id, left: moneyIn('100.00 EUR'), carrying: moneyIn('150.00 USD'), loss: moneyIn('-10.00 USD') },
  ])
  const { body: told } = await as('auditor').get(`/proposals/${proposed.id}`).expect(200)
  expect(told).toMatchObject({ status: 'approved', decision: { by: { name: 'controller' } } })
})

test('who recorded it may take it back, and it can then be recorded again', async () => {
  const { as, conversion, decide, fund } = treasury
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '150.00 USD', reference: 'FX' })
  const record = () => as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)
  const first = (await record()).body.id
  await decide(as('treasurer'), first, 'reject', 'A slip of the pen').expect(201)
  expect((await decide(as('bankSignatory'), first)).body.code).toBe('proposal_decided_already')
  await decide(as('bankSignatory'), (await record()).body.id).expect(201)
  expect((await as('treasurer').post(`/funds/${fund.id}/conversions`, body)).body.code).toBe('already_exists')
})

type Change = Record<string, unknown>
const refusals: [string, string, (to: { conversion: Change }) => Change, number, string][] = [
  ['an account that is its own other side', 'treasurer', () => ({ toAccountId: 'same' }), 400, 'invalid_request'],
  ['three decimals', 'treasurer', () => ({ left: moneyIn('1.001 EUR') }), 400, 'invalid_request'],
  ['twenty digits', 'treasurer', () => ({ left: moneyIn('10000000000000000000.00 EUR') }), 400, 'invalid_request'],
  [
    'an account that is not there',
    'treasurer',
    () => ({ fromAccountId: 'bnk_00000000000000000000000000' }),
    404,
    'not_found',
  ],
  ['a stranger', 'stranger', () => ({}), 404, 'not_found'],
  ['a fund manager', 'fundManager', () => ({}), 403, 'role_not_allowed'],
  ['a day to come', 'treasurer', () => ({ arrivedOn: '2099-01-01' }), 422, 'date_in_future'],
  ['what arrives before it left', 'treasurer', () => ({ arrivedOn: '2024-02-28' }), 422, 'dates_out_of_order'],
  ['dollars out of an account in euro', 'treasurer', () => ({ left: moneyIn('1.00 USD') }), 422, 'currency_mismatch'],
  ['euro into an account in dollars', 'treasurer', () => ({ arrived: moneyIn('1.00 EUR') }), 422, 'currency_mismatch'],
  ['a charge in a third currency', 'treasurer', () => ({ charge: moneyIn('1.00 CHF') }), 422, 'currency_mismatch'],
  ['a charge that is all of it', 'treasurer', () => ({ charge: moneyIn('100.00 EUR') }), 422, 'bank_value_differs'],
  ['more than the account holds', 'treasurer', () => ({ left: moneyIn('30000.01 EUR') }), 409, 'insufficient_cash'],
  [
    'more than it held on that day',
    'treasurer',
    () => ({ left: moneyIn('20000.01 EUR'), leftOn: '2024-01-31' }),
    409,
    'insufficient_cash',
  ],
  [
    'money from before there was any',
    'treasurer',
    () => ({ leftOn: '2024-01-01', arrivedOn: '2024-01-01' }),
    409,
    'insufficient_cash',
  ],
]

test.each(refusals)('%s is refused, and nothing changes', async (_what, who, change, status, code) => {
  const { fund, as, conversion } = treasury
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '150.00 USD' })
  const changed = { ...body, ...change({ conversion: body }) } as Record<string, unknown>
  if (changed.toAccountId === 'same') Object.assign(changed, { toAccountId: euro })
  const other = await service.fund()
  const stranger = await service.person('Stranger', other.id, ['treasurer'])
  const before = await rowCounts(service)
  const answer = await (who === 'stranger' ? stranger : as(who)).post(`/funds/${fund.id}/conversions`, changed)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await rowCounts(service)).toEqual(before)
})

test.each([
  ['the person who recorded it', 'treasurer', 403, 'two_people_needed'],
  ['a fund manager', 'fundManager', 403, 'role_not_allowed'],
  ['a stranger', 'stranger', 404, 'not_found'],
  ['a service account', 'machine', 403, 'service_account_decides_nothing'],
])('%s does not confirm a conversion', async (_what, who, status, code) => {
  const { fund, as, conversion, decide } = treasury
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '150.00 USD' })
  const { body: proposed } = await as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)
  const other = await service.fund()
  const stranger = await service.person('Stranger', other.id, ['bank_signatory'])
  const machine = await treasury.machine('bank_signatory')
  const before = await rowCounts(service)
  const by = who === 'stranger' ? stranger : who === 'machine' ? machine : as(who)
  const answer = await decide(by, proposed.id)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await rowCounts(service)).toEqual(before)
})

test('a conversion of a month that was closed meanwhile is not confirmed', async () => {
  const { fund, as, conversion, decide } = treasury
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '150.00 USD' })
  const { body: proposed } = await as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)
  const { close } = monthsOf(service, fund)
  for (const month of ['2024-01', '2024-02', '2024-03']) await close(month, 'soft').expect(201)
  expect((await decide(as('bankSignatory'), proposed.id)).body.code).toBe('period_closed')
})

test('ten confirmations at once take no more out of an account than it holds, and the books carry nothing on what is empty', async () => {
  const { fund, as, conversion, decide } = treasury
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const body = conversion(euro, fund.bank, { left: '7500.00 EUR', arrived: '9000.00 USD' })
      return (await as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)).body.id as string
    }),
  )
  const answers = await Promise.all(ids.map((id, i) => decide(as(i % 2 ? 'bankSignatory' : 'controller'), id)))
  const codes = answers.map(({ status, body }) => (status === 201 ? 'done' : body.code)).sort()
  expect(codes).toEqual([...Array(4).fill('done'), ...Array(6).fill('insufficient_cash')])
  expect(await treasury.cash('geneva', 'EUR')).toBe('0.00 EUR (0.00)')
})

test('ten confirmations at once of one conversion book it once', async () => {
  const { fund, as, conversion, decide } = treasury
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '150.00 USD' })
  const { body: proposed } = await as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)
  const answers = await Promise.all(Array.from({ length: 10 }, () => decide(as('bankSignatory'), proposed.id)))
  const codes = answers.map(({ status, body: told }) => (status === 201 ? 'done' : told.code)).sort()
  expect(codes).toEqual(['done', ...Array(9).fill('proposal_decided_already')])
})

test('the database itself refuses a conversion that nobody else approved, or that overdraws the account', async () => {
  const { fund, as, conversion } = treasury
  const { owner } = service.database()
  const body = conversion(euro, fund.bank, { left: '100.00 EUR', arrived: '150.00 USD' })
  const { body: proposed } = await as('treasurer').post(`/funds/${fund.id}/conversions`, body).expect(201)
  const { act_id, proposed_by } = await owner('proposals').where({ id: proposed.id }).first()
  const decision = { proposal_id: proposed.id, proposed_by, person_kind: 'person', verdict: 'approve', act_id }
  await expect(owner('proposal_decisions').insert({ ...decision, decided_by: proposed_by })).rejects.toThrow(
    'proposal_by_two_people',
  )
  const row = {
    ...{ proposal_id: proposed.id, fund_id: fund.id, from_account: euro, to_account: fund.bank, left_amount: 1 },
    ...{ left_on: '2024-01-01', arrived: 1, arrived_on: '2024-01-01', charge: 0, charge_currency: 'EUR', carrying: 1 },
    ...{ functional: 1, functional_charge: 0, reference: 'x', act_id },
  }
  await expect(owner('conversions').insert(row)).rejects.toThrow('foreign key')
  const overdrawn = owner.transaction(async (trx) => {
    await trx('proposal_decisions').insert({ ...decision, decided_by: as('bankSignatory').id })
    await trx('conversions').insert({ ...row, left_on: '2024-03-01', arrived_on: '2024-03-01' })
    await trx.raw(
      `select post_entries(?, ?, array['conversion'], array['x'], array['2024-03-01'::date], array[''], array[null]::bigint[], array[1, 1],
         array['assets:cash:geneva', 'equity:net-assets:all'], array['EUR', 'EUR'], array[null, null], array[null, null],
         array[-3000001, 3000001], array[-1, 1])`,
      [fund.id, act_id],
    )
  })
  await expect(overdrawn).rejects.toThrow('takes more than the account holds')
})

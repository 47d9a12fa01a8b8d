import fc from 'fast-check'
import { fromMinorUnits, minorUnits, money, sum } from '../../server/money.ts'
import { shareInterest, type Held } from '../../server/treasury/policy.ts'
import { moneyIn, rowCounts } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf, type Treasury } from './money.ts'

const service = ownService()
let treasury: Treasury

beforeEach(async () => {
  treasury = treasuryOf(service, await service.fund())
})
afterEach(async () => {
  expect(await violations(service.database().owner, treasury.fund.id)).toEqual([])
})

/** Agreed and received whole on that day; its interest goes where the agreement says. */
async function given(amount: string, receivedOn: string, interest?: 'contribution' | 'reserve', rateBps = 0) {
  const { pledge, agreement, as, received } = treasury
  const made = await pledge({ amount })
  const terms = { ...agreement({ amount, rateBps }), ...(interest ? { interest } : {}) }
  await as('fundManager').post(`/contributions/${made.id}/agreements`, terms).expect(201)
  await received(made, `${amount} USD`, { receivedOn })
  return made
}

const preview = (terms: Record<string, unknown>) => {
  const {
    amount,
    reference: _reference,
    ...days
  } = terms as {
    amount: { amount: string; currency: string }
    reference: string
  }
  const query = new URLSearchParams({ ...(days as Record<string, string>), ...amount }).toString()
  return treasury.as('treasurer').get(`/funds/${treasury.fund.id}/interest/preview?${query}`)
}

const record = (terms: object, who = 'treasurer') => treasury.as(who).post(`/funds/${treasury.fund.id}/interest`, terms)

test('interest is shared by what each contribution held on each day, and goes where its agreement says', async () => {
  const { fund, interest, entries, reserve, figures } = treasury
  const early = await given('1000.00', '2024-02-15', 'contribution', 700) // 31 days of 1,000.00, support cost included
  const middle = await given('3000.00', '2024-03-22', 'contribution') // 10 days of 3,000.00
  const silent = await given('1000.00', '2024-03-31') // 1 day
  await given('9999.00', '2024-04-01', 'contribution') // after the period
  const terms = interest(fund.bank, '100.00 USD')
  const { body: shown } = await preview(terms).expect(200)
  expect(shown).toMatchObject({
    ...{ functional: moneyIn('100.00 USD'), toContributions: moneyIn('98.39 USD'), toReserve: moneyIn('1.61 USD') },
    shares: [
      // 31,000 + 30,000 + 1,000 of 62,000
      {
        code: early.code,
        goesTo: 'contribution',
        days: 31,
        balanceDays: moneyIn('31000.00 USD'),
        share: moneyIn('50.00 USD'),
      },
      {
        code: middle.code,
        goesTo: 'contribution',
        days: 10,
        balanceDays: moneyIn('30000.00 USD'),
        share: moneyIn('48.39 USD'),
      },
      {
        code: silent.code,
        goesTo: 'reserve',
        days: 1,
        balanceDays: moneyIn('1000.00 USD'),
        share: moneyIn('1.61 USD'),
      },
    ],
  })
  const { body: done } = await record({ ...terms, basis: shown.basis }).expect(201)
  expect(done).toMatchObject({ ...shown, status: 'recorded' })
  expect(await entries(done.id)).toEqual({
    'interest 2024-03-31': [
      'assets:cash:main 100.00 USD',
      'income:interest -100.00 USD',
      `budget:available:${early.code} 50.00 USD`,
      `budget:authority:${early.code} -50.00 USD`,
      `budget:available:${middle.code} 48.39 USD`,
      `budget:authority:${middle.code} -48.39 USD`,
      'budget:authority:reserve -1.61 USD',
      'budget:available:reserve 1.61 USD',
    ],
  })
  expect(await reserve()).toBe('1.61')
  expect((await figures(middle)).figures.authority.amount).toBe('3048.39')
  const { body: listed } = await treasury.as('auditor').get(`/funds/${fund.id}/interest`).expect(200)
  expect(listed.items).toMatchObject([{ id: done.id, shares: shown.shares, toReserve: moneyIn('1.61 USD') }])
})

test('an agreement says where interest goes; one that says nothing leaves it to the reserve', async () => {
  const [said, silent] = [await given('1.00', '2024-02-15', 'contribution'), await given('1.00', '2024-02-15')]
  expect((await treasury.figures(said)).agreement.interest).toBe('contribution')
  expect((await treasury.figures(silent)).agreement.interest).toBe('reserve')
})

test('where nothing was held, all interest is of the reserve; in another currency it is worth the operational rate', async () => {
  const { account, rate, interest, reserve, cash } = treasury
  await rate('EUR', '2024-01', '0.8')
  await record(interest(await account('geneva', 'EUR'), '10.00 EUR')).expect(201)
  expect([await reserve(), await cash('geneva', 'EUR')]).toEqual(['12.50', '10.00 EUR (12.50)'])
})

test('what has left for a mission earns no interest any more', async () => {
  const { fund, interest } = treasury
  const one = await given('1000.00', '2024-02-15', 'contribution')
  const refund = { amount: moneyIn('400.00 USD'), decidedOn: '2024-03-11', reason: 'Unspent' }
  await treasury.as('controller').post(`/contributions/${one.id}/refunds`, refund).expect(201)
  const { body } = await preview(interest(fund.bank, '1.00 USD')).expect(200)
  // Ten days of 1,000.00 and twenty-one of 600.00.
  expect(body.shares).toMatchObject([{ days: 31, balanceDays: moneyIn('22600.00 USD') }])
})

test('negative interest is a charge that another person must confirm, and the reserve carries it', async () => {
  const { fund, interest, decide, as, entries, reserve } = treasury
  await given('1000.00', '2024-02-15', 'contribution')
  const { body: proposed } = await record(interest(fund.bank, '-7.50 USD')).expect(201)
  expect([proposed.kind, proposed.status, await reserve()]).toEqual(['interest_charge', 'proposed', '0.00'])
  expect((await decide(as('treasurer'), proposed.id)).body.code).toBe('two_people_needed')
  const { body: decided } = await decide(as('controller'), proposed.id).expect(201)
  expect(await entries(decided.booked.id)).toEqual({
    'interest 2024-03-31': [
      'expense:bank-charges 7.50 USD',
      'budget:authority:reserve 7.50 USD',
      'budget:available:reserve -7.50 USD',
      'assets:cash:main -7.50 USD',
    ],
  })
})

test('what is recorded is what was looked at, or nothing', async () => {
  const { fund, interest } = treasury
  await given('1000.00', '2024-02-15', 'contribution')
  const terms = interest(fund.bank, '10.00 USD')
  const { body: shown } = await preview(terms).expect(200)
  await given('5.00', '2024-03-01', 'contribution')
  const before = await rowCounts(service)
  const answer = await record({ ...terms, basis: shown.basis })
  expect([answer.status, answer.body.code]).toEqual([412, 'version_changed'])
  expect(await rowCounts(service)).toEqual(before)
})

test.each([
  ['the same period', {}],
  ['a period that shares its last day', { periodFrom: '2024-03-31', periodTo: '2024-04-30', creditedOn: '2024-04-30' }],
  ['a period around it', { periodFrom: '2024-01-01', periodTo: '2024-12-31', creditedOn: '2024-12-31' }],
])('%s earns no interest a second time on an account', async (_what, days) => {
  const { fund, interest, account } = treasury
  await record(interest(fund.bank, '10.00 USD')).expect(201)
  const before = await rowCounts(service)
  const again = interest(fund.bank, '11.00 USD', days)
  const answers = [await record(again), await preview(again), await record({ ...again, amount: moneyIn('-1.00 USD') })]
  expect(answers.map(({ body }) => body.code)).toEqual(Array(3).fill('interest_recorded_already'))
  expect(await rowCounts(service)).toEqual(before)
  await record(interest(await account('second', 'USD'), '11.00 USD', days)).expect(201)
  const next = { periodFrom: '2024-04-01', periodTo: '2024-04-30', creditedOn: '2024-04-30' }
  if (!('periodFrom' in days)) await record(interest(fund.bank, '11.00 USD', next)).expect(201)
})

test('ten people who record the same interest at once record it once', async () => {
  const { fund, interest, as, cash } = treasury
  await given('1000.00', '2024-02-15', 'contribution')
  const who = ['treasurer', 'controller', 'reconciler']
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      as(who[i % 3]!).post(`/funds/${fund.id}/interest`, interest(fund.bank, '10.00 USD')),
    ),
  )
  expect(answers.map(({ status, body }) => (status === 201 ? 'done' : body.code)).sort()).toEqual([
    'done',
    ...Array<string>(9).fill('interest_recorded_already'),
  ])
  expect(await cash('main', 'USD')).toBe('1010.00 USD (1010.00)')
})

const CASES: [string, string, Record<string, unknown>, number, string][] = [
  ['no interest at all', 'treasurer', { amount: moneyIn('0.00 USD') }, 400, 'invalid_request'],
  ['three decimals', 'treasurer', { amount: moneyIn('1.001 USD') }, 400, 'invalid_request'],
  ['a fund manager', 'fundManager', {}, 403, 'role_not_allowed'],
  ['an account that is not there', 'treasurer', { bankAccountId: `bnk_${'0'.repeat(26)}` }, 404, 'not_found'],
  ['interest to come', 'treasurer', { creditedOn: '2099-01-01' }, 422, 'date_in_future'],
  ['a period that ends before it begins', 'treasurer', { periodTo: '2024-02-01' }, 422, 'dates_out_of_order'],
  ['interest of days to come', 'treasurer', { creditedOn: '2024-03-30' }, 422, 'dates_out_of_order'],
  ['interest in another currency', 'treasurer', { amount: moneyIn('1.00 EUR') }, 422, 'currency_mismatch'],
  ["interest for nobody's books", 'treasurer', { amount: moneyIn('1000000000000.00 USD') }, 422, 'amount_out_of_range'],
]

test.each(CASES)('%s is refused, and nothing changes', async (_what, who, change, status, code) => {
  const { fund, interest } = treasury
  const before = await rowCounts(service)
  const answer = await record({ ...interest(fund.bank, '10.00 USD'), ...change }, who)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await rowCounts(service)).toEqual(before)
})

test('an account in a currency without a rate, and a month that is closed', async () => {
  const { account, interest, as, fund } = treasury
  const answer = await record(interest(await account('geneva', 'EUR'), '1.00 EUR'))
  expect([answer.status, answer.body.code]).toEqual([422, 'rate_missing'])
  await as('controller').post(`/funds/${fund.id}/periods/2024-03/closings`, { kind: 'soft' }).expect(201)
  expect((await record(interest(fund.bank, '1.00 USD'))).body.code).toBe('period_closed')
})

test('the database refuses negative interest that nobody confirmed, and a day that earns twice', async () => {
  const { fund, interest } = treasury
  const { body } = await record(interest(fund.bank, '10.00 USD')).expect(201)
  const { owner } = service.database()
  const kept = await owner('interest').where({ id: body.id }).first()
  const again = { ...kept, id: `itr_${'0'.repeat(26)}` }
  await expect(owner('interest').insert({ ...again, amount: -1 })).rejects.toThrow('negative_interest_by_two_people')
  await expect(owner('interest').insert(again)).rejects.toThrow('recorded already')
})

test('shares of interest are all of it, whatever was held, and no share is more than a unit from what it exactly is', () => {
  const units = fc.bigInt({ min: 1n, max: 10n ** 18n })
  const held = fc.array(
    fc.record({ days: units, term: fc.constantFrom('contribution' as const, 'reserve' as const) }),
    {
      maxLength: 40,
    },
  )
  fc.assert(
    fc.property(held, fc.bigInt({ min: 1n, max: 10n ** 15n }), (all, total) => {
      const weights: Held[] = all.map(({ days, term }, i) => ({
        ...{ contributionId: `${i}`, code: `${i}`, term, days: 1, balanceDays: fromMinorUnits(`${days}`, 'USD') },
      }))
      const interest = fromMinorUnits(`${total}`, 'USD')
      const { shares, toContributions, toReserve } = shareInterest(interest, weights)
      expect(minorUnits(sum([toContributions, toReserve], 'USD'))).toBe(`${total}`)
      if (all.length > 0)
        expect(
          minorUnits(
            sum(
              shares.map(({ share }) => share),
              'USD',
            ),
          ),
        ).toBe(`${total}`)
      const whole = all.reduce((sofar, { days }) => sofar + days, 0n)
      shares.forEach(({ share }, i) => {
        const floor = (total * all[i]!.days) / whole
        expect([floor, floor + 1n]).toContain(BigInt(minorUnits(share)))
      })
    }),
  )
  expect(shareInterest(money('1.00', 'USD'), []).toReserve.amount.toString()).toBe('1')
})

import { moneyIn, rowCounts } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { submitted } from '../support/asking.ts'
import { received as receivedToday } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf, type Treasury } from './money.ts'

const service = ownService()
let treasury: Treasury
let giver: { id: string; code: string }
const today = new Date().toISOString().slice(0, 10)

beforeEach(async () => {
  treasury = treasuryOf(service, await service.fund())
  giver = await treasury.agreed({ amount: '1000.00' })
  await treasury.received(giver, '1000.00 USD')
})
afterEach(async () => {
  expect(await violations(service.database().owner, treasury.fund.id)).toEqual([])
})

/** Negative interest is the shortest way to a charge on the reserve. */
async function charged(amount: string): Promise<void> {
  const { as, interest, decide, fund } = treasury
  const account = await treasury.account(`a${Math.random().toString(36).slice(2, 10)}`, 'USD')
  const made = await as('treasurer')
    .post(`/funds/${fund.id}/interest`, interest(account, `-${amount} USD`))
    .expect(201)
  await decide(as('controller'), made.body.id).expect(201)
}

async function earned(amount: string): Promise<void> {
  const account = await treasury.account(`a${Math.random().toString(36).slice(2, 10)}`, 'USD')
  await treasury
    .as('treasurer')
    .post(`/funds/${treasury.fund.id}/interest`, treasury.interest(account, `${amount} USD`))
    .expect(201)
}

const transfer = (direction: 'replenish' | 'release', amount: string, more: object = {}) => ({
  ...{ contributionId: giver.id, direction, amount: moneyIn(amount), occurredOn: '2024-04-01' },
  ...(direction === 'replenish' ? { consent: 'Letter of 28 March' } : {}),
  ...{ reason: 'As agreed in the steering committee', ...more },
})
const path = () => `/funds/${treasury.fund.id}/reserve/transfers`
const readReserve = async () =>
  (await treasury.as('auditor').get(`/funds/${treasury.fund.id}/reserve`).expect(200)).body

test('the reserve tells what made it so, and raises an alert when it is below zero', async () => {
  expect(await readReserve()).toMatchObject({ balance: moneyIn('0.00 USD'), alert: null, byKind: [] })
  await earned('3.00')
  await charged('10.50')
  const told = await readReserve()
  expect(told).toMatchObject({
    balance: moneyIn('-7.50 USD'),
    byKind: [{ kind: 'interest', entries: 2, amount: moneyIn('-7.50 USD') }],
    alert: { code: 'reserve_negative', lacking: moneyIn('7.50 USD') },
  })
  expect([told.alert.en, told.alert.ar].every((said: string) => said.includes('7.50 USD'))).toBe(true)
  const status = await treasury.as('requester').get(`/funds/${treasury.fund.id}/status`).expect(200)
  expect(status.body.reserve).toMatchObject({ balance: moneyIn('-7.50 USD'), alert: { code: 'reserve_negative' } })
  const then = await treasury.as('auditor').get(`/funds/${treasury.fund.id}/reserve?occurredOn=2024-03-30`).expect(200)
  expect(then.body).toMatchObject({ balance: moneyIn('0.00 USD'), alert: null })
})

test('a donor of money without an earmark may let it replenish the reserve: authority moves, cash and income do not', async () => {
  await charged('10.50')
  const { entries, authorised, figures } = treasury
  const proposed = await treasury.as('controller').post(path(), transfer('replenish', '25.00 USD')).expect(201)
  await treasury.decide(treasury.as('director'), proposed.body.id).expect(201)
  expect(await entries(proposed.body.id, giver.code)).toEqual({
    'reserve_replenished 2024-04-01': [
      'budget:authority:* 25.00 USD',
      'budget:available:* -25.00 USD',
      'budget:available:reserve 25.00 USD',
      'budget:authority:reserve -25.00 USD',
    ],
  })
  expect(await readReserve()).toMatchObject({ balance: moneyIn('14.50 USD'), alert: null })
  const { figures: told } = await figures(giver)
  expect([told.authority.amount, told.stages.available.amount, told.functional.received.amount]).toEqual([
    '975.00',
    '975.00',
    '1000.00',
  ])
  expect(await authorised(path(), transfer('release', '14.50 USD'))).toEqual({ reserve: moneyIn('0.00 USD') })
})

test('what the reserve lacks is kept free of requests until it is replenished', async () => {
  const { fund } = treasury
  await charged('10.00')
  const other = await receivedToday(fund, '100.00')
  await expect(submitted(fund, '1095.00')).rejects.toThrow('insufficient_funds')
  await treasury.authorised(path(), transfer('replenish', '10.00 USD', { contributionId: other.id, occurredOn: today }))
  await expect(submitted(fund, '1090.01')).rejects.toThrow('insufficient_funds')
  await submitted(fund, '1090.00')
})

const CASES: [string, string, () => object, number, string][] = [
  [
    'a replenishment without consent',
    'controller',
    () => ({ ...transfer('replenish', '1.00 USD'), consent: undefined }),
    400,
    'invalid_request',
  ],
  [
    'a release with the consent of nobody asked',
    'controller',
    () => transfer('release', '1.00 USD', { consent: 'x' }),
    400,
    'invalid_request',
  ],
  ['one by a director', 'director', () => transfer('replenish', '1.00 USD'), 403, 'role_not_allowed'],
  ['one in another currency', 'controller', () => transfer('replenish', '1.00 EUR'), 422, 'currency_mismatch'],
  [
    'one to come',
    'controller',
    () => transfer('replenish', '1.00 USD', { occurredOn: '2099-01-01' }),
    422,
    'date_in_future',
  ],
  [
    'one before the agreement',
    'controller',
    () => transfer('replenish', '1.00 USD', { occurredOn: '2024-01-01' }),
    422,
    'dates_out_of_order',
  ],
  ['more than is available', 'controller', () => transfer('replenish', '1000.01 USD'), 409, 'insufficient_funds'],
  ['more than the reserve holds', 'controller', () => transfer('release', '0.01 USD'), 409, 'reserve_not_overdrawn'],
]

test.each(CASES)('%s is refused, and nothing changes', async (_what, who, body, status, code) => {
  const before = await rowCounts(service)
  const answer = await treasury.as(who).post(path(), body())
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await rowCounts(service)).toEqual(before)
})

test('money with an earmark pays for no loss, a promise has none, and that of another fund is not there', async () => {
  const { as, agreed, pledge, received } = treasury
  const bound = await agreed({ earmark: { level: 'softly', regions: ['Central Africa'] } })
  await received(bound, '500.00 USD')
  const promised = await pledge()
  const foreign = await treasuryOf(service, await service.fund()).agreed()
  const codes: string[] = []
  for (const { id } of [bound, promised, foreign])
    codes.push(
      (await as('controller').post(path(), transfer('replenish', '1.00 USD', { contributionId: id }))).body.code,
    )
  expect(codes).toEqual(['earmarked', 'not_agreed', 'not_found'])
})

test('an earmark that comes between proposal and decision is kept', async () => {
  const { as, decide } = treasury
  const proposed = await as('controller').post(path(), transfer('replenish', '1.00 USD')).expect(201)
  const earmark = { earmark: { level: 'softly', regions: ['Central Africa'] }, consent: 'Letter' }
  await as('fundManager').put(`/contributions/${giver.id}/earmark`, earmark).set('if-match', '"v3"').expect(200)
  expect((await decide(as('director'), proposed.body.id)).body.code).toBe('earmarked')
})

test.each([
  ['replenish', 'insufficient_funds', 3],
  ['release', 'reserve_not_overdrawn', 3],
] as const)('ten decisions at once to %s move no more than there is', async (direction, code, most) => {
  if (direction === 'release') await earned('1000.00')
  const { as, decide } = treasury
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const proposed = await as('controller').post(path(), transfer(direction, '300.00 USD')).expect(201)
      return proposed.body.id as string
    }),
  )
  const answers = await Promise.all(ids.map((id) => decide(as('headOfDepartment'), id)))
  expect(answers.map(({ status, body }) => (status === 201 ? 'done' : body.code)).sort()).toEqual([
    ...Array<string>(most).fill('done'),
    ...Array<string>(10 - most).fill(code),
  ])
})

test('the database refuses a transfer out of an earmarked contribution, and one without consent', async () => {
  const { as, decide, fund, agreed, received } = treasury
  const { owner } = service.database()
  const proposed = await as('controller').post(path(), transfer('replenish', '1.00 USD')).expect(201)
  await decide(as('director'), proposed.body.id).expect(201)
  const second = await as('controller').post(path(), transfer('replenish', '1.00 USD')).expect(201)
  const { act_id, proposed_by } = await owner('proposals').where({ id: second.body.id }).first()
  await owner('proposal_decisions').insert({
    ...{ proposal_id: second.body.id, proposed_by, decided_by: as('director').id, person_kind: 'person' },
    ...{ verdict: 'approve', act_id },
  })
  const bound = await agreed({ earmark: { level: 'softly', regions: ['Central Africa'] } })
  await received(bound, '500.00 USD')
  const row = { proposal_id: second.body.id, fund_id: fund.id, occurred_on: '2024-04-01', act_id }
  await expect(
    owner('reserve_transfers').insert({ ...row, contribution_id: bound.id, amount: 1, consent: 'x' }),
  ).rejects.toThrow('is earmarked')
  await expect(owner('reserve_transfers').insert({ ...row, contribution_id: giver.id, amount: 1 })).rejects.toThrow(
    'replenishment_by_consent',
  )
})

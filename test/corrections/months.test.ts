import { booksOf, moneyIn, type Books } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { monthsOf } from '../periods/months.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { treasuryOf } from '../treasury/money.ts'
import { correctingIn, type Correcting } from './correcting.ts'

const service = ownService()
let fund: Fund
let books: Books
let correcting: Correcting
let controller2: Caller

beforeEach(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  correcting = correctingIn(service, fund)
  controller2 = await service.person('Cora', fund.id, ['controller'])
})
afterEach(async () => expect(await violations(service.database().owner, fund.id)).toEqual([]))

const lower = { bankValue: moneyIn('900.00 USD'), bankCharge: moneyIn('100.00 USD') }

/** A contribution of 1,000.00, all received in February; gives its receipt's entry. */
async function wholly() {
  const contribution = await books.agreed()
  const { id } = await books.received(contribution, '1000.00 USD')
  return { contribution, entry: await correcting.entry('receipt', id) }
}

async function closedForGood(): Promise<void> {
  const { closeHard } = monthsOf(service, fund)
  for (const month of ['2024-01', '2024-02']) await closeHard(month)
}

async function closedSoftly(months = ['2024-01', '2024-02']): Promise<void> {
  for (const month of months) await monthsOf(service, fund).close(month, 'soft').expect(201)
}

type Shown = { shown: { entries: { occurredOn: string }[]; closedMonths: string[] } }
const daysOf = ({ shown }: Shown) => shown.entries.map(({ occurredOn }) => occurredOn)

test('across a closed month: the mirror and the right entry stand in an open one, and their own days are kept', async () => {
  const { entry } = await wholly()
  await closedForGood()
  const into = await correcting.propose(entry, lower, { datedOn: '2024-02-20' })
  expect([into.status, into.body.code]).toEqual([409, 'period_closed'])
  const proposed = await correcting.propose(entry, { receivedOn: '2024-03-09' }, { datedOn: '2024-04-02' }).expect(201)
  expect(proposed.body.shown.closedMonths).toEqual(['2024-02'])
  const { body } = await correcting.confirm(proposed.body.id).expect(201)
  const told = async (id: string) => (await books.as('auditor').get(`/funds/${fund.id}/ledger/entries/${id}`)).body
  const [mirror, right] = [await told(body.entries[0]), await told(body.entries[1])]
  expect([mirror.kind, mirror.occurredOn, mirror.corrects.valueOn, mirror.reverses]).toEqual([
    'correction',
    '2024-04-02',
    '2024-02-15',
    entry,
  ])
  expect([right.kind, right.occurredOn, right.corrects.valueOn]).toEqual(['corrected', '2024-03-09', '2024-03-09'])
  expect((await told(entry)).correctedBy).toEqual([
    { correction: proposed.body.id, status: 'confirmed', corrected: [right.id] },
  ])
})

test('a month that closes after the proposal makes it lapse', async () => {
  const { entry } = await wholly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  await closedForGood()
  expect((await correcting.confirm(body.id)).body.code).toBe('version_changed')
})

test('in a month that is closed softly a controller adjusts: its own day is kept, and another controller confirms', async () => {
  const { entry, contribution } = await wholly()
  await closedSoftly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  expect([daysOf(body), body.shown.closedMonths]).toEqual([['2024-02-15', '2024-02-15'], []])
  const told = await books.as('auditor').get(`/corrections/${body.id}`).expect(200)
  expect([told.body.lapsed, told.body.confirmers, daysOf(told.body)]).toEqual([false, ['controller'], daysOf(body)])
  const refused = await correcting.confirm(body.id)
  expect([refused.status, refused.body.code]).toEqual([403, 'role_not_allowed'])
  await correcting.confirm(body.id, controller2).expect(201)
  expect((await books.figures(contribution)).figures.stages.available.amount).toBe('900.00')
  const { rows } = await service
    .database()
    .owner.raw(`select occurred_on from entries where fund_id = ? and kind in ('correction', 'corrected')`, [fund.id])
  expect(rows.map((one: { occurred_on: string }) => one.occurred_on)).toEqual(['2024-02-15', '2024-02-15'])
})

test('a month that closes softly after the proposal leaves it to a controller; an open one leaves it to either', async () => {
  const { entry } = await wholly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  expect((await books.as('auditor').get(`/corrections/${body.id}`)).body.confirmers).toEqual(['controller', 'director'])
  await closedSoftly()
  expect((await correcting.confirm(body.id)).body.code).toBe('role_not_allowed')
  await correcting.confirm(body.id, controller2).expect(201)
})

test('what takes the director is no adjustment of a controller: it stands in an open month', async () => {
  const contribution = await books.agreed()
  const terms = { amount: moneyIn('10.00 USD'), writtenOffOn: '2024-02-20', reason: 'Will not come' }
  const { id } = await books.writtenOff(contribution, terms)
  await closedSoftly()
  const { body } = await correcting.propose(await correcting.entry('write_off', id), undefined, {
    datedOn: '2024-03-01',
  })
  expect([daysOf(body), body.shown.closedMonths]).toEqual([['2024-03-01'], ['2024-02']])
  await correcting.confirm(body.id).expect(201)
})

test('what a correction gives back of an impairment stands in a softly closed month with it', async () => {
  const contribution = await books.agreed()
  await treasuryOf(service, fund).authorised(`/contributions/${contribution.id}/impairments`, {
    ...{ amount: moneyIn('500.00 USD'), occurredOn: '2024-02-20', reason: 'Doubted' },
  })
  await closedSoftly()
  const entry = await correcting.entry('unconditional_agreement', contribution.id)
  const { body } = await correcting.propose(entry, { amount: moneyIn('300.00 USD') }).expect(201)
  expect(daysOf(body)).toEqual(['2024-01-10', '2024-01-10', '2024-02-20'])
  await correcting.confirm(body.id, controller2).expect(201)
})

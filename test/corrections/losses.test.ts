import { booksOf, moneyIn, rowCounts, type Books } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { balances } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { treasuryOf } from '../treasury/money.ts'
import { correctingIn, type Correcting } from './correcting.ts'

const service = ownService()
let fund: Fund
let books: Books
let correcting: Correcting

beforeEach(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  correcting = correctingIn(service, fund)
})
afterEach(async () => expect(await violations(service.database().owner, fund.id)).toEqual([]))

const writeOff = (amount: string) => ({ amount: moneyIn(amount), writtenOffOn: '2024-05-01', reason: 'Will not come' })

/** A contribution of 1,000.00, of which half is doubted. */
async function doubted() {
  const contribution = await books.agreed()
  await impairment(contribution, 'impairments', '500.00 USD')
  return contribution
}

const impairment = ({ id }: { id: string }, noun: 'impairments' | 'impairment-reversals', amount: string) =>
  treasuryOf(service, fund).authorised(`/contributions/${id}/${noun}`, {
    ...{ amount: moneyIn(amount), occurredOn: '2024-04-01', reason: 'Doubted' },
  })

const losses = async () => ({
  ...(await balances(service, fund, 'expense')),
  ...(await balances(service, fund, 'assets')),
})

test('more is not written off by a correction, but by a write-off of its own, which takes its own authority', async () => {
  const { id } = await books.writtenOff(await books.agreed(), writeOff('100.00 USD'))
  const entry = await correcting.entry('write_off', id)
  const before = await rowCounts(service)
  const refused = await correcting.propose(entry, { amount: moneyIn('100.01 USD') })
  expect([refused.status, refused.body.code, refused.body.instead]).toEqual([409, 'correct_otherwise', 'write_off'])
  expect(await rowCounts(service)).toEqual(before)
  await correcting.correct(entry, { amount: moneyIn('99.99 USD') })
  const smaller = await correcting.propose(await correcting.entry('corrected'), { amount: moneyIn('100.00 USD') })
  expect([smaller.body.code, smaller.body.instead]).toEqual(['correct_otherwise', 'write_off'])
})

test('a write-off of what was doubted is put right to what it would have been: the allowance is used up first', async () => {
  const { id, code } = await doubted()
  const { id: writeOffId } = await books.writtenOff({ id }, writeOff('800.00 USD'))
  await correcting.correct(await correcting.entry('write_off', writeOffId), { amount: moneyIn('600.00 USD') })
  expect(await losses()).toEqual({
    'expense:impairment': '500.00',
    'expense:write-off': '100.00',
    [`assets:receivable:${code}`]: '400.00',
  })
  await correcting.correct(await correcting.entry('corrected'), { amount: moneyIn('200.00 USD') })
  expect(await losses()).toEqual({
    'expense:impairment': '500.00',
    [`assets:allowance:${code}`]: '-300.00',
    [`assets:receivable:${code}`]: '800.00',
  })
})

test('a write-off is not brought back once what was doubted, and would be used up by it, is doubted no more', async () => {
  const contribution = await doubted()
  const { id } = await books.writtenOff(contribution, writeOff('800.00 USD'))
  const { mirror } = await correcting.correct(await correcting.entry('write_off', id))
  await impairment(contribution, 'impairment-reversals', '500.00 USD')
  const before = await rowCounts(service)
  const refused = await correcting.propose(mirror)
  expect([refused.status, refused.body.code]).toEqual([409, 'nothing_impaired'])
  expect(await rowCounts(service)).toEqual(before)
})

test('what is agreed is less than what is doubted of it: what confirming gives back of the impairment is listed before', async () => {
  const { id, code } = await doubted()
  const entry = await correcting.entry('unconditional_agreement', id)
  const { body } = await correcting.propose(entry, { amount: moneyIn('300.00 USD') }).expect(201)
  expect(body.shown.entries.map((one: { kind: string }) => one.kind)).toEqual([
    'unconditional_agreement',
    'unconditional_agreement',
    'impairment_reversed',
  ])
  expect(body.shown.balances).toContainEqual(
    expect.objectContaining({
      address: `assets:allowance:${code}`,
      before: moneyIn('-500.00 USD'),
      after: moneyIn('-300.00 USD'),
    }),
  )
  const { body: read } = await books.as('auditor').get(`/corrections/${body.id}`).expect(200)
  expect([read.lapsed, read.shown]).toEqual([false, body.shown])
  await correcting.confirm(body.id).expect(201)
  expect(await balances(service, fund, 'expense')).toEqual({ 'expense:impairment': '300.00' })
})

test('what is doubted more since it was proposed makes it lapse, for confirming would give back more', async () => {
  const contribution = await doubted()
  const entry = await correcting.entry('unconditional_agreement', contribution.id)
  const { body } = await correcting.propose(entry, { amount: moneyIn('300.00 USD') }).expect(201)
  await impairment(contribution, 'impairments', '50.00 USD')
  const late = await correcting.confirm(body.id)
  expect([late.status, late.body.code]).toEqual([412, 'version_changed'])
})

test('an agreement of which something is doubted becomes no conditional one, nor one signed after the doubt', async () => {
  const contribution = await doubted()
  const entry = await correcting.entry('unconditional_agreement', contribution.id)
  const right = { conditional: true, condition: 'A ceasefire holds' }
  const refused = await correcting.propose(entry, right)
  expect([refused.status, refused.body.code, refused.body.entries]).toEqual([
    409,
    'built_upon',
    [await correcting.entry('impairment')],
  ])
  const later = await correcting.propose(entry, { signedOn: '2024-04-02' })
  expect([later.status, later.body.code]).toEqual([422, 'dates_out_of_order'])
  await impairment(contribution, 'impairment-reversals', '500.00 USD')
  await correcting.correct(entry, right)
})

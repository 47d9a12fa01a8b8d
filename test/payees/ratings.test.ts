import { stepsOf } from '../rules/ruling.ts'
import { submitted, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'

const service = ownService()

const rating = { rating: 'high', reason: 'بعيد، ولا يعرفه أحد <script>', validUntil: '2099-12-31' }
const rate = (fund: Fund, payeeId: string, change: object = {}, by = fund.cast.complianceOfficer!) =>
  by.post(`/payees/${payeeId}/ratings`, { ...rating, ...change })
const told = async (fund: Fund, payeeId: string) =>
  (await fund.cast.auditor!.get(`/payees/${payeeId}`).expect(200)).body

test('the last rating of a payee holds, the earlier ones stay, and each says by whom, why and until when', async () => {
  const fund = await service.fund()
  const payeeId = await verifiedPayee(fund)
  expect(await told(fund, payeeId)).toMatchObject({ risk: 'unrated', ratings: [] })
  await rate(fund, payeeId).expect(201)
  await rate(fund, payeeId, { rating: 'medium', reason: 'Audited since' }).expect(201)
  expect(await told(fund, payeeId)).toMatchObject({
    risk: 'medium',
    ratings: [
      { number: 2, rating: 'medium', ratedBy: { name: fund.cast.complianceOfficer!.name } },
      { number: 1, ...rating },
    ],
  })
})

test('a high risk adds a step to what is submitted afterwards, and takes nothing from what is under way', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const payeeId = await verifiedPayee(fund)
  const before = await submitted(fund, '10.00', { payeeId })
  await rate(fund, payeeId).expect(201)
  const after = await submitted(fund, '10.00', { payeeId })
  expect(await stepsOf(fund, before.id)).toEqual(['1 certifying_officer 1', '1 fund_manager 1'])
  expect(await stepsOf(fund, after.id)).toEqual(['1 certifying_officer 1', '1 fund_manager 1', '2 director 1'])
})

test('a rating that has run out counts as a high risk', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const payeeId = await verifiedPayee(fund)
  const { owner } = service.database()
  await rate(fund, payeeId, { rating: 'low' }).expect(201)
  await owner.raw('alter table payee_ratings disable trigger append_only, drop constraint rating_still_to_run')
  await owner('payee_ratings').where({ payee_id: payeeId }).update({ valid_until: '2020-01-01' })
  await owner.raw('alter table payee_ratings enable trigger append_only')
  expect((await told(fund, payeeId)).risk).toBe('expired')
  expect(await stepsOf(fund, (await submitted(fund, '10.00', { payeeId })).id)).toHaveLength(3)
})

test('ten ratings at once are ten, one after the other', async () => {
  const fund = await service.fund()
  const payeeId = await verifiedPayee(fund)
  const answers = await Promise.all(Array.from({ length: 10 }, () => rate(fund, payeeId)))
  expect(answers.map(({ body }) => body.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

// Refusals, in the order in which they are checked.
test.each([
  ['an unknown risk', { rating: 'none' }, 'complianceOfficer', 400, 'invalid_request'],
  ['no reason', { reason: '' }, 'complianceOfficer', 400, 'invalid_request'],
  ['a day that is none', { validUntil: '2026-13-01' }, 'complianceOfficer', 400, 'invalid_request'],
  ['a payee clerk', {}, 'payeeClerk', 403, 'role_not_allowed'],
  ['a requester', {}, 'requester', 403, 'role_not_allowed'],
  ['a compliance officer with a tie to the payee', {}, 'tied', 403, 'tied_to_payee'],
  ['a day that is over', { validUntil: '2026-01-01' }, 'complianceOfficer', 422, 'dates_out_of_order'],
])('%s is refused', async (_what, change, by, status, code) => {
  const fund = await service.fund()
  const payeeId = await verifiedPayee(fund)
  const tied = await service.person('Tied', fund.id, ['compliance_officer'])
  await tied.post(`/payees/${payeeId}/ties`, { nature: 'My brother runs it' }).expect(201)
  const answer = await rate(fund, payeeId, change, by === 'tied' ? tied : fund.cast[by]!)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect((await told(fund, payeeId)).ratings).toEqual([])
})

test('the database numbers ratings without a gap, takes none of somebody with a tie, and keeps them as they are', async () => {
  const [fund, other] = [await service.fund(), await service.fund()]
  const payeeId = await verifiedPayee(fund)
  await rate(fund, payeeId).expect(201)
  const { service: db } = service.database()
  const first = await db('payee_ratings').where({ payee_id: payeeId }).first()
  const tied = await service.person('Tied too', fund.id, ['compliance_officer'])
  await tied.post(`/payees/${payeeId}/ties`, { nature: 'x' }).expect(201)
  await expect(db('payee_ratings').insert(first)).rejects.toMatchObject({ constraint: 'payee_ratings_pkey' })
  await expect(db('payee_ratings').insert({ ...first, number: 3 })).rejects.toMatchObject({
    constraint: 'payee_ratings_pkey',
  })
  const byTied = { ...first, number: 2, rated_by: tied.id }
  await expect(db('payee_ratings').insert(byTied)).rejects.toMatchObject({ constraint: 'tied_people_do_not_rate' })
  await expect(db('payee_ratings').insert({ ...first, number: 2, fund_id: other.id })).rejects.toMatchObject({
    code: '23503',
  })
  await expect(db('payee_ratings').where({ payee_id: payeeId }).update({ rating: 'low' })).rejects.toMatchObject({
    code: '42501',
  })
  await expect(db('payee_ratings').del()).rejects.toMatchObject({ code: '42501' })
})

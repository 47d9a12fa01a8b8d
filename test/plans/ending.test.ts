import { expirePlans } from '../../server/plans/expire.ts'
import { tellPlanReviews } from '../../server/plans/tell.ts'
import { expireRequests } from '../../server/requests/expire.ts'
import { violations } from '../invariants/check.ts'
import { decide, submit } from '../support/asking.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { activate, inDays, plan, ready, setAside, told, usd } from './planning.ts'

const service = ownService()
let fund: Fund

beforeEach(async () => {
  fund = await service.fund()
})
afterEach(async () => {
  expect(await violations(service.database().owner, fund.id)).toEqual([])
})

const later = (days: number) => new Date(Date.now() + days * 86_400_000)

/** Ends a request in one of the ways in which nothing comes of it. */
const ENDINGS: [string, (id: string) => Promise<unknown>][] = [
  ['rejected', (id) => Promise.resolve(decide(fund.cast.certifyingOfficer!, id, 'reject', 'Not now').expect(201))],
  [
    'withdrawn',
    (id) =>
      Promise.resolve(
        fund.cast.requester!.post(`/disbursement-requests/${id}/withdrawals`, { reason: 'No' }).expect(201),
      ),
  ],
  [
    'expired',
    async (id) => {
      await service
        .database()
        .owner('requests')
        .where({ id })
        .update({ reserved_until: inDays(-2) })
      expect(await expireRequests(service.database().service, new Date())).toBeGreaterThan(0)
    },
  ],
]

test.each(ENDINGS)(
  'a request from a plan that is %s gives what was set aside back to the plan while it stands, and its lines are free again',
  async (_how, end) => {
    await received(fund, '1000.00')
    const one = await plan(fund, ['60.00', '40.00'], { whenActivated: 'keep' })
    await setAside(fund, one, '80.00').expect(201)
    const { id } = (await activate(fund, one, { lines: [1] }).expect(201)).body
    expect(await stages(service, fund)).toMatchObject({ available: '920.00', ready: '20.00', reserved: '60.00' })
    await end(id)
    expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '920.00', ready: '80.00' })
    const { lines, setAside: held, activations } = await told(fund, one)
    expect([lines[0].requestId, held, activations[0].returned]).toEqual([null, usd('80.00'), usd('60.00')])
    const again = await Promise.all(Array.from({ length: 10 }, () => activate(fund, one)))
    expect(again.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(await stages(service, fund)).toMatchObject({ available: '900.00', reserved: '100.00' })
  },
)

test('submitted anew it holds the plan’s money again, and what the plan does not lack, or is over by then, is available', async () => {
  await received(fund, '1000.00')
  const { requester, certifyingOfficer } = fund.cast
  const one = await plan(fund, ['60.00', '40.00'], { whenActivated: 'keep' })
  await setAside(fund, one).expect(201)
  const { id } = (await activate(fund, one, { lines: [1] }).expect(201)).body
  await decide(certifyingOfficer!, id, 'return', 'Less').expect(201)
  const path = `/disbursement-requests/${id}`
  const etag = (await requester!.get(path)).headers.etag!
  const lines = [{ category: 'grants', description: 'Part 1', amount: usd('70.00') }]
  const changed = await requester!.patch(path, { lines }).set('if-match', etag).expect(200)
  await submit(fund, { id, etag: changed.headers.etag! }).expect(201)
  expect(await stages(service, fund)).toMatchObject({ available: '890.00', ready: '40.00', reserved: '70.00' })
  const { body } = await requester!.get(path)
  expect(body.funding).toMatchObject([{ amount: usd('70.00'), reason: { fromPlan: { amount: usd('60.00') } } }])
  await requester!.post(`${path}/withdrawals`, { reason: 'No' }).expect(201)
  expect(await stages(service, fund)).toMatchObject({ available: '900.00', ready: '100.00' })

  const last = (await activate(fund, one, { lines: [1] }).expect(201)).body
  const version = (await fund.cast.auditor!.get(`/contingency-plans/${one.id}`)).headers.etag!
  await requester!
    .patch(`/contingency-plans/${one.id}`, { title: 'Otherwise', reason: 'They left' })
    .set('if-match', version)
    .expect(200)
  await requester!.post(`/disbursement-requests/${last.id}/withdrawals`, { reason: 'No' }).expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '1000.00' })
  const returned = { plan_id: one.id, fund_id: fund.id, version: 1, request_id: last.id, amount: 1, act_id: null }
  const { owner } = service.database()
  const act = (await owner('acts').first('id')).id
  await expect(owner('plan_returns').insert({ ...returned, returned_at: later(0), act_id: act })).rejects.toThrow(
    'gives nothing back',
  )
})

test('a plan is to be reviewed a week ahead, is told as past afterwards, and as expired; each once', async () => {
  await received(fund, '1000.00')
  const one = await ready(fund, ['50.00'], { expiresOn: inDays(40) })
  const events = async (who: string) =>
    (await service.database().owner('notifications').where({ fund_id: fund.id, person_id: fund.cast[who]!.id }))
      .filter(({ link }) => link === `/contingency-plans/${one.id}`)
      .map(({ event, facts }) => [event, facts.on ?? facts.amount])
  for (const days of [22, 23, 23, 30]) await tellPlanReviews(service.database().service, later(days))
  expect(await events('requester')).toEqual([['plan_review_due', inDays(30)]])
  for (const days of [31, 32]) await tellPlanReviews(service.database().service, later(days))
  expect(await events('requester')).toEqual([
    ['plan_review_due', inDays(30)],
    ['plan_review_past', inDays(30)],
  ])
  expect(await events('director')).toEqual([['plan_review_past', inDays(30)]])
  await expirePlans(service.database().service, later(41))
  await tellPlanReviews(service.database().service, later(41))
  expect((await events('fundManager')).at(-1)).toEqual(['plan_expired', '50.00 USD'])
  expect(await events('requester')).toHaveLength(3)
})

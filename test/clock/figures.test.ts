import { approved, decide, released, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { HOUR, standingClock, tomorrow } from './time.ts'

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund

const figures = async (query = '', by: Caller = fund.cast.auditor!) =>
  (await by.get(`/funds/${fund.id}/clock/figures${query}`).expect(200)).body.items as Record<string, unknown>[]

/** Ten requests, decided after 1, 2 … 10 hours and then 30; the manager takes all of it, the certifying officer half. */
beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
  for (const hours of [1, 2, 3, 4, 5, 6, 7, 8, 9, 30]) {
    const { id } = await submitted(fund, '100.00', hours % 2 ? {} : { lane: 'rapid', laneReason: 'Shots' })
    time.pass((hours * HOUR) / 2)
    await decide(fund.cast.certifyingOfficer!, id).expect(201)
    time.pass((hours * HOUR) / 2)
    await decide(fund.cast.fundManager!, id).expect(201)
  }
})

test('percentiles are durations that there were, and agree with the share within the target', async () => {
  const found = await figures()
  const of = (measure: string) => found.find((one) => one.measure === measure)
  expect(of('decision')).toEqual({
    ...{ measure: 'decision', lane: null, entity: null, month: null, count: 10, measured: 10, within: 9 },
    ...{ p50Ms: 5 * HOUR, p90Ms: 9 * HOUR, p95Ms: 30 * HOUR, maxMs: 30 * HOUR },
    targetMs: { least: 24 * HOUR, most: 24 * HOUR },
  })
  expect(of('certifying_officer')).toMatchObject({ count: 10, p50Ms: 2.5 * HOUR, maxMs: 15 * HOUR, within: 10 })
  expect(of('fund_manager')).toMatchObject({ count: 10, p50Ms: 5 * HOUR, maxMs: 30 * HOUR, within: 9 })
  // Nobody has the money yet.
  expect(of('credited')).toBeUndefined()
})

test('they are told by lane, entity and month, for some months only, and as a file', async () => {
  const byLane = (await figures('?by=lane')).filter(({ measure }) => measure === 'decision')
  expect(byLane.map(({ lane, count }) => [lane, count])).toEqual([
    ['rapid', 5],
    ['standard', 5],
  ])
  const by = (await figures('?by=entity&by=month')).filter(({ measure }) => measure === 'decision')
  expect(by.reduce((total, { count }) => total + (count as number), 0)).toBe(10)
  expect(
    by.every(
      ({ entity, month }) => (entity as { id: string }).id === fund.entity && /^\d{4}-\d\d$/.test(month as string),
    ),
  ).toBe(true)
  expect(await figures('?to=2000-01')).toEqual([])
  const file = await fund.cast.auditor!.get(`/funds/${fund.id}/clock/figures?format=csv&by=entity`).expect(200)
  const [heading, first] = file.text.slice(1).split('\r\n')
  expect(heading).toMatch(/^measure,lane,entity,month,count,p50_ms/)
  expect(first).toMatch(/^decision,,Office for Central Africa,,10,18000000,/)
})

test('who may not know an entity is told figures without its name', async () => {
  const told = await figures('?by=entity', fund.cast.advisor!)
  expect(told[0]).toMatchObject({ measure: 'decision', entity: null, count: 10 })
  const stranger = await service.person('Elsewhere', (await service.fund()).id, ['auditor'])
  expect((await stranger.get(`/funds/${fund.id}/clock/figures`)).body.code).toBe('not_found')
  const donor = await service.person('Donor', fund.id, ['payee_clerk'])
  await donor.get(`/funds/${fund.id}/clock/figures`).expect(200)
})

test('what was withdrawn or is still open is no decision; a rejection is one, and credit is measured at the settlement', async () => {
  const before = (await figures()).find(({ measure }) => measure === 'decision')!.count as number
  const taken = await submitted(fund, '100.00')
  await fund.cast.requester!.post(`/disbursement-requests/${taken.id}/withdrawals`, { reason: 'x' }).expect(201)
  await submitted(fund, '100.00')
  const rejected = await submitted(fund, '100.00')
  await decide(fund.cast.fundManager!, rejected.id, 'reject', 'No').expect(201)
  const { id } = await approved(fund, '100.00')
  const payment = await released(fund, id, '100.00')
  time.pass(20 * HOUR)
  const settlement = {
    valueDate: time.now().toISOString().slice(0, 10),
    debited: { amount: '100.00', currency: 'USD' },
    reference: 'S',
  }
  await fund.cast.reconciler!.post(`/payments/${payment}/settlements`, settlement).expect(201)
  const found = await figures()
  expect(found.find(({ measure }) => measure === 'decision')!.count).toBe(before + 2)
  expect(found.find(({ measure }) => measure === 'credited')).toMatchObject({
    ...{ count: 1, p90Ms: 20 * HOUR, within: 1 },
    targetMs: { least: 72 * HOUR },
  })
})

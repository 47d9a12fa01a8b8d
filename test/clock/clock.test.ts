import { noticeSteps } from '../../server/clock/notice.ts'
import { approved, certify, decide, draft, released, submit, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { HOUR, MINUTE, standingClock, tomorrow } from './time.ts'

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})

const clockOf = async (id: string, by: Caller = fund.cast.auditor!) =>
  (await by.get(`/disbursement-requests/${id}/clock`).expect(200)).body
const settle = (id: string, amount = '100.00') =>
  fund.cast.reconciler!.post(`/payments/${id}/settlements`, {
    valueDate: time.now().toISOString().slice(0, 10),
    debited: { amount, currency: 'USD' },
    reference: 'S-1',
  })

test('a draft has no clock yet', async () => {
  const { id } = await draft(fund, '100.00')
  expect(await clockOf(id)).toMatchObject({ state: 'not_started', startedAt: null, now: null, steps: [], elapsedMs: 0 })
})

test('every step has its time, its target and who took it, and together they are the time from request to credit', async () => {
  const { certifyingOfficer, fundManager } = fund.cast
  const { id } = await submitted(fund, '100.00')
  const begun = time.now()
  time.pass(2 * HOUR)
  expect(await clockOf(id)).toMatchObject({
    state: 'running',
    elapsedMs: 2 * HOUR,
    targetMs: 72 * HOUR,
    now: {
      step: 'approval_1',
      since: begun.toISOString(),
      leftMs: 22 * HOUR,
      dueAt: new Date(begun.getTime() + 24 * HOUR).toISOString(),
      owners: [
        { role: 'certifying_officer', people: [{ name: 'certifyingOfficer' }, { name: 'certifyingOfficer2' }] },
        { role: 'fund_manager', people: [{}, {}, {}] },
      ],
    },
  })
  await decide(certifyingOfficer!, id).expect(201)
  time.pass(HOUR)
  expect((await clockOf(id)).now.owners).toMatchObject([{ role: 'fund_manager' }])
  await decide(fundManager!, id).expect(201)
  time.pass(30 * MINUTE)
  expect((await clockOf(id)).now).toMatchObject({
    step: 'certification',
    owners: [{ role: 'certifying_officer', people: [{ name: 'certifyingOfficer' }, { name: 'certifyingOfficer2' }] }],
  })
  const payment = (await certify(fund, id, '100.00').expect(201)).body.id
  time.pass(10 * MINUTE)
  await fund.cast.treasurer!.post(`/payments/${payment}/releases`).expect(201)
  time.pass(5 * MINUTE)
  const half = (await clockOf(id)).now
  expect(half).toMatchObject({ step: 'release', elapsedMs: 15 * MINUTE })
  expect(JSON.stringify(half.owners)).not.toContain(fund.cast.treasurer!.id)
  await fund.cast.bankSignatory!.post(`/payments/${payment}/releases`).expect(201)
  time.pass(20 * HOUR)
  expect((await clockOf(id)).now).toMatchObject({ step: 'settlement', owners: [{ role: 'reconciler' }] })
  await settle(payment).expect(201)
  time.pass(100 * HOUR)
  const told = await clockOf(id)
  expect(told).toMatchObject({ state: 'credited', now: null, elapsedMs: 23 * HOUR + 45 * MINUTE, pausedMs: 0 })
  expect(told.steps.map((one: Record<string, unknown>) => [one.step, one.elapsedMs, one.targetMs])).toEqual([
    ['approval_1', 3 * HOUR, 24 * HOUR],
    ['certification', 30 * MINUTE, 12 * HOUR],
    ['release', 15 * MINUTE, 12 * HOUR],
    ['settlement', 20 * HOUR, 24 * HOUR],
  ])
  // Side by side: one clock for the step, and its own time for each role in it.
  expect(told.steps[0].roles).toEqual([
    { role: 'certifying_officer', quorum: 1, elapsedMs: 2 * HOUR, open: false },
    { role: 'fund_manager', quorum: 1, elapsedMs: 3 * HOUR, open: false },
  ])
  expect(told.steps.map((one: { taken: { by: { name: string } }[] }) => one.taken.map(({ by }) => by.name))).toEqual([
    ['certifyingOfficer', 'fundManager'],
    ['certifyingOfficer'],
    ['treasurer', 'bankSignatory'],
    ['reconciler'],
  ])
})

test('a returned request waits for its requester, off the clock, and its steps begin anew when it comes back', async () => {
  const { id } = await submitted(fund, '100.00')
  time.pass(HOUR)
  await decide(fund.cast.fundManager!, id, 'return', 'For how many people?').expect(201)
  time.pass(50 * HOUR)
  const waiting = await clockOf(id)
  expect(waiting).toMatchObject({
    state: 'paused',
    elapsedMs: HOUR,
    pausedMs: 50 * HOUR,
    now: { step: 'approval_1', dueAt: null, owners: [{ role: 'requester', people: [{ name: 'requester' }] }] },
    pauses: [{ id: null, reason: 'returned', note: 'For how many people?', begunBy: 'fundManager', endedAt: null }],
  })
  const etag = (await fund.cast.requester!.get(`/disbursement-requests/${id}`)).headers.etag!
  await submit(fund, { id, etag }).expect(201)
  time.pass(3 * HOUR)
  const again = await clockOf(id)
  expect(again).toMatchObject({ state: 'running', elapsedMs: 4 * HOUR, now: { round: 2, elapsedMs: 3 * HOUR } })
  expect(again.pauses).toMatchObject([{ reason: 'returned', endedBy: 'requester' }])
})

test('a payment that comes back starts the clock again, for the payee does not have the money', async () => {
  const { id } = await approved(fund, '100.00')
  const payment = await released(fund, id, '100.00')
  time.pass(HOUR)
  await settle(payment).expect(201)
  expect((await clockOf(id)).state).toBe('credited')
  time.pass(5 * HOUR)
  const back = { valueDate: time.now().toISOString().slice(0, 10), reason: 'Account closed', reference: 'S-2' }
  await fund.cast.reconciler!.post(`/payments/${payment}/returns`, back).expect(201)
  time.pass(HOUR)
  expect(await clockOf(id)).toMatchObject({ state: 'running', elapsedMs: 7 * HOUR, now: { step: 'certification' } })
  await fund.cast.certifyingOfficer!.post(`/payments/${payment}/cancellations`, { reason: 'Anew' }).expect(201)
  await certify(fund, id, '100.00').expect(201)
  expect((await clockOf(id)).now.step).toBe('release')
})

test.each([
  ['withdrawn', (id: string) => fund.cast.requester!.post(`/disbursement-requests/${id}/withdrawals`, { reason: 'x' })],
  ['rejected', (id: string) => decide(fund.cast.fundManager!, id, 'reject', 'No mediation')],
])('the clock of a request that is %s stands still', async (_how, end) => {
  const { id } = await submitted(fund, '100.00')
  time.pass(HOUR)
  await end(id).expect(201)
  time.pass(9 * HOUR)
  expect(await clockOf(id)).toMatchObject({ state: 'ended', elapsedMs: HOUR, now: null })
})

test('an obligation that is lowered to nothing ends the clock', async () => {
  const { id } = await approved(fund, '100.00')
  time.pass(HOUR)
  const all = { amount: { amount: '100.00', currency: 'USD' }, reason: 'Peace broke out' }
  await fund.cast.fundManager!.post(`/disbursement-requests/${id}/reductions`, all).expect(201)
  time.pass(HOUR)
  expect(await clockOf(id)).toMatchObject({ state: 'ended', elapsedMs: HOUR })
})

// Berlin, New York and Beirut change their clocks on these nights, and this February has a 29th.
test.each([
  ['2026-03-28T22:00:00Z', '2026-03-30T22:00:00Z', 48],
  ['2026-10-24T22:00:00Z', '2026-10-26T22:00:00Z', 48],
  ['2026-03-08T05:00:00Z', '2026-03-09T05:00:00Z', 24],
  ['2028-02-28T12:00:00Z', '2028-03-01T12:00:00Z', 48],
  ['2027-02-28T12:00:00Z', '2027-03-01T12:00:00Z', 24],
])('from %s to %s the clock counts %i hours, whatever the clocks on walls do', async (from, to, hours) => {
  const before = time.now()
  try {
    time.set(from)
    const { id } = await submitted(fund, '100.00')
    time.set(to)
    expect((await clockOf(id)).elapsedMs).toBe(hours * HOUR)
  } finally {
    time.set(before.toISOString())
  }
})

test('targets are those of the day on which it was submitted', async () => {
  const { id } = await submitted(fund, '100.00')
  const { owner } = service.database()
  expect(await owner('step_targets').where({ request_id: id }).orderBy('minutes').pluck('step')).toHaveLength(4)
  const changed = owner('step_targets').where({ request_id: id }).update({ minutes: 1 })
  await expect(changed).rejects.toThrow('append-only')
})

test('who may not know what a request is about is told times and no names', async () => {
  const other = await service
    .admin()
    .post(`/funds/${fund.id}/entities`, { name: 'Other office', kind: 'envoy_office', region: 'Chad' })
  const stranger = await service.person('Of another office', fund.id, [{ role: 'requester', entityId: other.body.id }])
  const { id } = await submitted(fund, '100.00')
  await decide(fund.cast.fundManager!, id).expect(201)
  time.pass(HOUR)
  const told = await clockOf(id, stranger)
  expect(told).toMatchObject({ elapsedMs: HOUR, now: { owners: [{ role: 'certifying_officer', people: [] }] } })
  expect(JSON.stringify(told)).not.toMatch(/fundManager|certifyingOfficer|per_/)
  const nobody = await service.person('Of no office', (await service.fund()).id, ['auditor'])
  expect((await nobody.get(`/disbursement-requests/${id}/clock`)).body.code).toBe('not_found')
})

test('each later payment has a clock of its own, which adds up, can be late and says of which payment', async () => {
  const { treasurer, bankSignatory, auditor } = fund.cast
  const { id } = await approved(fund, '300.00')
  const first = await released(fund, id, '100.00')
  // Certified while the first is on its way.
  const second = (await certify(fund, id, '90.00').expect(201)).body
  time.pass(HOUR)
  await settle(first).expect(201)
  expect(await clockOf(id)).toMatchObject({ state: 'credited', elapsedMs: HOUR, now: null })
  time.pass(2 * HOUR)
  await treasurer!.post(`/payments/${second.id}/releases`).expect(201)
  time.pass(10 * HOUR)
  const late = await auditor!.get(`/funds/${fund.id}/clock/steps?limit=200`).expect(200)
  expect(late.body.items.filter((one: { requestId: string }) => one.requestId === id)).toMatchObject([
    { step: 'release', paymentId: second.id, leftMs: -HOUR, late: true, owners: [{}, {}] },
  ])
  expect(await noticeSteps(service.database().service, time.now())).toBeGreaterThan(0)
  const { owner } = service.database()
  const notices = await owner('clock_notices as n').join('acts as a', 'a.id', 'n.act_id').where({ 'n.request_id': id })
  expect(notices).toMatchObject([{ step: 'release', kind: 'breach', payment_id: second.id, method: 'SCHEDULE' }])
  await bankSignatory!.post(`/payments/${second.id}/releases`).expect(201)
  time.pass(3 * HOUR)
  await settle(second.id, '90.00').expect(201)
  // After that one is credited, and after one that was taken back, the next still has its own.
  const third = (await certify(fund, id, '80.00').expect(201)).body
  time.pass(4 * HOUR)
  const told = await clockOf(id)
  expect(told).toMatchObject({ state: 'credited', elapsedMs: HOUR })
  expect(told.payments).toMatchObject([
    {
      ...{ paymentId: second.id, code: second.code, elapsedMs: 16 * HOUR, targetMs: 36 * HOUR, now: null },
      steps: [
        { step: 'release', elapsedMs: 13 * HOUR, targetMs: 12 * HOUR, late: true, taken: [{}, {}] },
        { step: 'settlement', elapsedMs: 3 * HOUR, late: false, taken: [{ by: { name: 'reconciler' } }] },
      ],
    },
    { paymentId: third.id, elapsedMs: 4 * HOUR, endedAt: null, now: { step: 'release', leftMs: 8 * HOUR } },
  ])
  await fund.cast.certifyingOfficer!.post(`/payments/${third.id}/cancellations`, { reason: 'No' }).expect(201)
  expect((await clockOf(id)).payments[1]).toMatchObject({ endedAt: time.now().toISOString(), now: null })
})

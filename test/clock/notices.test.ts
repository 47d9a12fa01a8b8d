import { noticeSteps } from '../../server/clock/notice.ts'
import { approved, decide, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { HOUR, MINUTE, standingClock, tomorrow } from './time.ts'

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund

beforeEach(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})

const notice = () => noticeSteps(service.database().service, time.now())
const noticed = (id: string) =>
  service
    .database()
    .owner('clock_notices')
    .where({ request_id: id })
    .orderBy(['noticed_at', 'step'])
    .select('step', 'kind')
/** Who was told of an event about this request, by the role that they were told for. */
const toldOf = async (id: string, event: string) => {
  const found = await service
    .database()
    .owner('notifications as n')
    .join('people as p', 'p.id', 'n.person_id')
    .where({ event, link: `/requests/${id}` })
    .orderBy('p.name')
    .pluck('p.name')
  return [...new Set(found)]
}

test('owners are reminded at half the target, and when it is over they and the directors are told', async () => {
  const { id } = await submitted(fund, '100.00')
  time.pass(12 * HOUR - MINUTE)
  expect(await notice()).toBe(0)
  time.pass(MINUTE)
  expect(await notice()).toBe(1)
  expect(await toldOf(id, 'step_half')).toEqual([
    ...['certifyingOfficer', 'certifyingOfficer2', 'fundManager', 'fundManager2', 'fundManager3'],
  ])
  await decide(fund.cast.certifyingOfficer!, id).expect(201)
  time.pass(12 * HOUR)
  expect(await notice()).toBe(1)
  expect(await notice()).toBe(0)
  expect(await noticed(id)).toEqual([
    { step: 'approval_1', kind: 'reminder' },
    { step: 'approval_1', kind: 'breach' },
  ])
  // The certifying officer has done their part, so only the fund managers are late.
  expect(await toldOf(id, 'step_late')).toEqual(['director', 'fundManager', 'fundManager2', 'fundManager3'])
})

test('ten workers at once record one breach', async () => {
  const { id } = await submitted(fund, '100.00')
  time.pass(25 * HOUR)
  const written = await Promise.all(Array.from({ length: 10 }, notice))
  expect(written.reduce((total, one) => total + one, 0)).toBe(1)
  expect(await noticed(id)).toEqual([{ step: 'approval_1', kind: 'breach' }])
  const { owner } = service.database()
  const row = await owner('clock_notices').where({ request_id: id }).first()
  await expect(owner('clock_notices').insert(row)).rejects.toThrow('noticed_once')
  await expect(owner('clock_notices').where({ request_id: id }).del()).rejects.toThrow('append-only')
})

test('a step that was late while nobody looked is kept as late, and nobody is told any more', async () => {
  const { id } = await submitted(fund, '100.00')
  time.pass(30 * HOUR)
  for (const by of [fund.cast.certifyingOfficer!, fund.cast.fundManager!]) await decide(by, id).expect(201)
  expect(await notice()).toBe(1)
  expect(await noticed(id)).toEqual([{ step: 'approval_1', kind: 'breach' }])
  expect(await toldOf(id, 'step_late')).toEqual([])
})

test('time off the clock makes nothing late', async () => {
  const { id } = await submitted(fund, '100.00')
  time.pass(HOUR)
  await fund.cast.fundManager!.post(`/disbursement-requests/${id}/pauses`, { reason: 'information' }).expect(201)
  time.pass(200 * HOUR)
  await notice()
  expect(await noticed(id)).toEqual([])
})

test('what is late stands first among the open steps, with whom, and then what will be late next', async () => {
  const { auditor, advisor } = fund.cast
  const late = await submitted(fund, '100.00')
  time.pass(20 * HOUR)
  const next = await approved(fund, '100.00')
  time.pass(5 * HOUR)
  const last = await submitted(fund, '60000.00')
  const read = await auditor!.get(`/funds/${fund.id}/clock/steps`).expect(200)
  expect(
    read.body.items.map((one: Record<string, unknown>) => [one.requestId, one.step, one.late, one.leftMs]),
  ).toEqual([
    [late.id, 'approval_1', true, -HOUR],
    [next.id, 'certification', false, 7 * HOUR],
    [last.id, 'approval_1', false, 24 * HOUR],
  ])
  expect(read.body.items[1].owners).toMatchObject([{ role: 'certifying_officer', people: [{}, {}] }])
  const nameless = await advisor!.get(`/funds/${fund.id}/clock/steps`).expect(200)
  expect(nameless.body.items.map((one: Record<string, unknown>) => [one.requestId, one.title, one.leftMs])).toEqual([
    [null, null, -HOUR],
    [null, null, 7 * HOUR],
    [null, null, 24 * HOUR],
  ])
  expect(JSON.stringify(nameless.body)).not.toMatch(/per_|req_|fundManager/)
})

import { approved, certify, decide, draft, released, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { HOUR, standingClock, tomorrow } from './time.ts'

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})

const pause = (by: Caller, id: string, reason = 'information', note = 'Which bank?') =>
  by.post(`/disbursement-requests/${id}/pauses`, { reason, note })
const end = (by: Caller, id: string) => by.post(`/pauses/${id}/endings`)
const clockOf = async (id: string) => (await fund.cast.auditor!.get(`/disbursement-requests/${id}/clock`)).body
const settled = (id: string) =>
  fund.cast.reconciler!.post(`/payments/${id}/settlements`, {
    valueDate: time.now().toISOString().slice(0, 10),
    debited: { amount: '100.00', currency: 'USD' },
    reference: 'S-1',
  })
const kept = (id: string) => service.database().owner('pauses').where({ request_id: id })

test('a pause stops the clock of its step, and ends with it at the latest', async () => {
  const { certifyingOfficer, fundManager } = fund.cast
  const { id } = await submitted(fund, '100.00')
  time.pass(HOUR)
  const first = await pause(fundManager!, id).expect(201)
  time.pass(2 * HOUR)
  await end(certifyingOfficer!, first.body.id).expect(201)
  time.pass(3 * HOUR)
  await pause(certifyingOfficer!, id, 'information', 'Who travels?').expect(201)
  time.pass(4 * HOUR)
  // One of two at this step: the step goes on, and so does the pause.
  await decide(certifyingOfficer!, id).expect(201)
  time.pass(5 * HOUR)
  expect(await clockOf(id)).toMatchObject({ state: 'paused', elapsedMs: 4 * HOUR, now: { dueAt: null } })
  await decide(fundManager!, id).expect(201)
  time.pass(6 * HOUR)
  const told = await clockOf(id)
  expect(told).toMatchObject({ state: 'running', elapsedMs: 10 * HOUR, pausedMs: 11 * HOUR, grossMs: 21 * HOUR })
  expect(told.pauses).toMatchObject([
    { reason: 'information', begunBy: 'fundManager', endedBy: 'certifyingOfficer', note: 'Which bank?' },
    { reason: 'information', begunBy: 'certifyingOfficer', endedBy: null, endedAt: told.steps[0].endedAt },
  ])
})

test('what is suspended is neither decided, certified nor released, until somebody ends it', async () => {
  const { complianceOfficer, certifyingOfficer, fundManager, treasurer } = fund.cast
  const { id } = await submitted(fund, '100.00')
  const ofDecision = await pause(complianceOfficer!, id, 'screening').expect(201)
  expect((await decide(fundManager!, id)).body).toMatchObject({ code: 'suspended', reason: 'screening' })
  await end(complianceOfficer!, ofDecision.body.id).expect(201)
  for (const by of [certifyingOfficer!, fundManager!]) await decide(by, id).expect(201)
  const ofPayment = await pause(complianceOfficer!, id, 'fraud').expect(201)
  expect((await certify(fund, id, '100.00')).body.code).toBe('suspended')
  await end(complianceOfficer!, ofPayment.body.id).expect(201)
  const payment = (await certify(fund, id, '100.00').expect(201)).body.id
  await pause(complianceOfficer!, id, 'fraud').expect(201)
  expect((await treasurer!.post(`/payments/${payment}/releases`)).body.code).toBe('suspended')
  expect(await service.database().owner('releases').where({ payment_id: payment })).toEqual([])
  const release = {
    payment_id: payment,
    request_id: id,
    place: 1,
    released_by: treasurer!.id,
    act_id: 'act_00000000000000000000000000',
  }
  await expect(service.database().owner('releases').insert(release)).rejects.toThrow('suspended')
})

test('a suspension lasts until somebody ends it, whatever the bank books and whoever takes a payment back', async () => {
  const { complianceOfficer, certifyingOfficer, bankSignatory, auditor } = fund.cast
  const { id } = await approved(fund, '300.00')
  const [first, second] = [await released(fund, id, '100.00'), (await certify(fund, id, '90.00').expect(201)).body.id]
  const held = await pause(complianceOfficer!, id, 'fraud').expect(201)
  await settled(first).expect(201)
  await certifyingOfficer!.post(`/payments/${second}/cancellations`, { reason: 'Wait' }).expect(201)
  expect((await certify(fund, id, '100.00')).body).toMatchObject({ code: 'suspended', reason: 'fraud' })
  await end(complianceOfficer!, held.body.id).expect(201)

  // Between payments no clock runs, and there is something to hold up all the same.
  expect((await pause(certifyingOfficer!, id)).body.code).toBe('clock_not_running')
  const third = (await certify(fund, id, '80.00').expect(201)).body.id
  const again = await pause(complianceOfficer!, id, 'screening').expect(201)
  expect((await bankSignatory!.post(`/payments/${third}/releases`)).body.code).toBe('suspended')
  await end(complianceOfficer!, again.body.id).expect(201)

  // What has come to an end is not held up any longer, nor suspended.
  const over = await submitted(fund, '100.00')
  await pause(complianceOfficer!, over.id, 'fraud').expect(201)
  await fund.cast.requester!.post(`/disbursement-requests/${over.id}/withdrawals`, { reason: 'No' }).expect(201)
  expect(await kept(over.id)).toMatchObject([{ reason: 'fraud', ended_by: null, ended_at: time.now() }])
  expect((await pause(complianceOfficer!, over.id, 'fraud')).body.code).toBe('clock_not_running')
  expect((await auditor!.get(`/disbursement-requests/${over.id}/clock`)).body.state).toBe('ended')
})

test('ten people who stop a clock at once stop it once, and ten who let it go on do so once', async () => {
  const { id } = await submitted(fund, '100.00')
  const people = [fund.cast.fundManager!, fund.cast.fundManager2!, fund.cast.director!, fund.cast.treasurer!]
  const stopped = await Promise.all(Array.from({ length: 10 }, (_, i) => pause(people[i % 4]!, id)))
  expect(stopped.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
  const made = stopped.find(({ status }) => status === 201)!.body.id
  const ended = await Promise.all(Array.from({ length: 10 }, (_, i) => end(people[i % 4]!, made)))
  expect(ended.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
})

const tied = async () => {
  const asked = await submitted(fund, '100.00')
  await fund.cast.fundManager3!.post(`/payees/${asked.payeeId}/ties`, { nature: 'My brother' }).expect(201)
  return asked.id
}
const robot = async () => {
  const { body } = await service
    .admin()
    .post('/people', { name: 'Robot', email: `robot.${fund.id}@example.org`, kind: 'service' })
  await service.admin().post(`/funds/${fund.id}/roles`, { personId: body.id, role: 'compliance_officer' }).expect(201)
  const token = await service.admin().post('/tokens', { name: 'robot', days: 1, personId: body.id }).expect(201)
  return token.body.token as string
}
const one = async (more = {}) => (await submitted(fund, '100.00', more)).id

// In the order in which they are looked at.
test.each<[string, string, () => Promise<unknown>, (id: string) => ReturnType<Caller['post']>]>([
  [
    'a request that does not exist',
    'not_found',
    one,
    () => pause(fund.cast.fundManager!, 'req_00000000000000000000000000'),
  ],
  ['a requester', 'role_not_allowed', one, (id) => pause(fund.cast.requester!, id)],
  ['an auditor', 'role_not_allowed', one, (id) => pause(fund.cast.auditor!, id)],
  [
    'a role that this reason does not have',
    'role_not_allowed',
    one,
    (id) => pause(fund.cast.fundManager!, id, 'fraud'),
  ],
  ['a reason that the fund does not list', 'invalid_request', one, (id) => pause(fund.cast.fundManager!, id, 'lunch')],
  ['a tie to the payee', 'tied_to_payee', tied, (id) => pause(fund.cast.fundManager3!, id)],
  [
    'somebody whom it names',
    'named_in_request',
    () => one({ namedPeople: [fund.cast.director!.id] }),
    (id) => pause(fund.cast.director!, id),
  ],
  [
    'a draft',
    'clock_not_running',
    async () => (await draft(fund, '1.00')).id,
    (id) => pause(fund.cast.fundManager!, id),
  ],
])('%s stops no clock: %s', async (_what, code, made, attempt) => {
  const id = (await made()) as string
  const answer = await attempt(id)
  expect(answer.body.code).toBe(code)
  expect(await kept(id)).toEqual([])
})

test('a service account stops no clock', async () => {
  const id = await one()
  const answer = await service
    .nobody()
    .post(`/disbursement-requests/${id}/pauses`, { reason: 'screening' })
    .set('authorization', `Bearer ${await robot()}`)
  expect(answer.body.code).toBe('service_account_decides_nothing')
})

test('who asked for the money does not stop its clock, whatever roles they have', async () => {
  const both = await service.person('Both', fund.id, ['fund_manager', { role: 'requester', entityId: fund.entity }])
  const id = await one({ by: both })
  expect((await pause(both, id)).body.code).toBe('separation_of_duties')
})

test('a clock that is stopped is not stopped again, and a pause that has ended does not end again', async () => {
  const id = await one()
  const first = await pause(fund.cast.fundManager!, id).expect(201)
  expect((await pause(fund.cast.director!, id)).body.code).toBe('paused_already')
  await end(fund.cast.fundManager!, first.body.id).expect(201)
  expect((await end(fund.cast.fundManager!, first.body.id)).body.code).toBe('pause_ended')
  expect((await end(fund.cast.auditor!, first.body.id)).body.code).toBe('role_not_allowed')
  const stranger = await service.person('Elsewhere', (await service.fund()).id, ['fund_manager'])
  expect((await end(stranger, first.body.id)).body.code).toBe('not_found')
})

test('the database holds the same: no overlap, no end before the beginning, only in the open step, only by a role', async () => {
  const { owner } = service.database()
  const { id } = await approved(fund, '100.00')
  const made = (await pause(fund.cast.fundManager!, id).expect(201)).body.id
  const { id: _id, ...row } = await owner('pauses').where({ id: made }).first()
  const insert = (more: object) => owner('pauses').insert({ ...row, id: 'pau_00000000000000000000000000', ...more })
  await expect(insert({})).rejects.toThrow('pauses_do_not_overlap')
  await expect(insert({ step: 'release' })).rejects.toThrow('is not at its step')
  await expect(insert({ begun_as: 'treasurer' })).rejects.toThrow('is no treasurer')
  await expect(insert({ begun_by: fund.cast.auditor!.id, begun_as: 'auditor' })).rejects.toThrow('is no auditor')
  const early = { ended_at: new Date(time.now().getTime() - HOUR), ending_act_id: row.act_id }
  await expect(owner('pauses').where({ id: made }).update(early)).rejects.toThrow('pause_ends_after_it_began')
  await end(fund.cast.fundManager!, made).expect(201)
  await expect(owner('pauses').where({ id: made }).update({ ended_at: time.now() })).rejects.toThrow('has ended')
  await expect(owner('pauses').where({ id: made }).del()).rejects.toThrow('append-only')
})

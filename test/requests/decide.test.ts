import { expireRequests } from '../../server/requests/expire.ts'
import { newPayee } from '../support/bank-details.ts'
import { received, stages } from '../support/money-in.ts'
import { approved, decide, released, draft, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { ownService } from '../support/service.ts'

const service = ownService()

test('the last approval moves the amount from reserved to committed in the same transaction', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const first = await decide(fund.cast.certifyingOfficer!, id).expect(201)
  expect(first.body.status).toBe('submitted')
  expect(await stages(service, fund)).toMatchObject({ reserved: '40.00' })
  const last = await decide(fund.cast.fundManager!, id).expect(201)
  expect(last.body.status).toBe('approved')
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '60.00', committed: '40.00' })
})

test('a quorum of two counts two people, in the order of the steps', async () => {
  const fund = await service.fund()
  await received(fund, '100000.00')
  const { id } = await submitted(fund, '60000.00')
  const early = await decide(fund.cast.fundManager!, id)
  expect([early.status, early.body.code]).toEqual([403, 'not_your_step'])
  await decide(fund.cast.certifyingOfficer!, id).expect(201)
  await decide(fund.cast.fundManager!, id).expect(201)
  const again = await decide(fund.cast.fundManager!, id)
  expect([again.status, again.body.code]).toEqual([409, 'already_decided_by_you'])
  const second = await decide(fund.cast.fundManager2!, id).expect(201)
  expect(second.body.status).toBe('approved')
})

test('a rejection gives the money back, and needs a reason', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  expect((await decide(fund.cast.fundManager!, id, 'reject')).body.code).toBe('invalid_request')
  await decide(fund.cast.fundManager!, id, 'reject', 'Not a mediation').expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '100.00' })
  const late = await decide(fund.cast.certifyingOfficer!, id)
  expect([late.status, late.body.code]).toEqual([409, 'not_awaiting_decision'])
})

test('a returned request keeps its money, is changed, submitted anew and decided anew', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  await decide(fund.cast.fundManager!, id, 'return', 'Too little').expect(201)
  expect(await stages(service, fund)).toMatchObject({ available: '60.00', reserved: '40.00' })
  const read = await fund.cast.requester!.get(`/disbursement-requests/${id}`)
  const lines = [{ category: 'grants', description: 'More talks', amount: { amount: '90.00', currency: 'USD' } }]
  const changed = await fund.cast
    .requester!.patch(`/disbursement-requests/${id}`, { lines })
    .set('if-match', read.headers.etag!)
    .expect(200)
  await submit(fund, { id, etag: changed.headers.etag! }).expect(201)
  expect(await stages(service, fund)).toMatchObject({ available: '10.00', reserved: '90.00' })
  // Who has not said that they read it as it is now may have read it as it was.
  const blind = await decide(fund.cast.fundManager!, id)
  expect([blind.status, blind.body.code]).toEqual([412, 'version_changed'])
  const { contentHash } = (await fund.cast.fundManager!.get(`/disbursement-requests/${id}`)).body
  expect(contentHash).not.toBe(read.body.contentHash)
  const old = { verdict: 'approve', contentHash: read.body.contentHash }
  const stale = await fund.cast.fundManager!.post(`/disbursement-requests/${id}/decisions`, old)
  expect([stale.status, stale.body.code]).toEqual([412, 'version_changed'])
  const approve = (by = fund.cast.fundManager!) =>
    by.post(`/disbursement-requests/${id}/decisions`, { verdict: 'approve', contentHash }).expect(201)
  await approve()
  expect((await approve(fund.cast.certifyingOfficer!)).body.status).toBe('approved')
})

test('ten people deciding at once pass it once, and ten times the same person counts once', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const { certifyingOfficer, certifyingOfficer2, fundManager, fundManager2, fundManager3 } = fund.cast
  const people = [
    certifyingOfficer,
    certifyingOfficer2,
    fundManager,
    fundManager2,
    fundManager3,
    fundManager,
    fundManager,
    certifyingOfficer,
    fundManager2,
    fundManager3,
  ]
  const answers = await Promise.all(people.map((person) => decide(person!, id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
  expect(answers.filter(({ body }) => body.status === 'approved')).toHaveLength(1)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '60.00', committed: '40.00' })
})

test('nobody has two duties in one request: not the requester, and not one person with two roles', async () => {
  const fund = await service.fund()
  await received(fund, '100000.00')
  const both = await service.person('Both', fund.id, [
    'certifying_officer',
    'fund_manager',
    { role: 'requester', entityId: fund.entity },
  ])
  const own = await draft(fund, '40.00', { by: both })
  await submit(fund, own, both).expect(201)
  const ownDecision = await decide(both, own.id)
  expect([ownDecision.status, ownDecision.body.code]).toEqual([403, 'separation_of_duties'])

  const { id } = await submitted(fund, '60000.00')
  await decide(both, id).expect(201)
  const second = await decide(both, id)
  expect([second.status, second.body.code]).toEqual([409, 'already_decided_by_you'])
})

test('separation of duties stands in the database as well', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const { owner } = service.database()
  const request = await owner('requests').where({ id }).first('content_hash')
  const act = await owner('acts').first('id')
  const decision = {
    id: 'dec_00000000000000000000000000',
    request_id: id,
    round: 1,
    step: 1,
    role: 'fund_manager',
    decided_by: fund.cast.requester!.id,
    duty: 'approver',
    verdict: 'approve',
    content_hash: request.content_hash,
    act_id: act.id,
  }
  await expect(owner('decisions').insert(decision)).rejects.toThrow('one_duty_each')
  await expect(
    owner('duties').insert({
      request_id: id,
      person_id: fund.cast.requester!.id,
      duty: 'approver',
      person_kind: 'person',
    }),
  ).rejects.toThrow('duties_pkey')
  await expect(owner('duties').where({ request_id: id }).update({ duty: 'approver' })).rejects.toThrow('append-only')
})

test('nobody decides on a request that names them, or whose payee they are tied to', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const payeeId = await verifiedPayee(fund)
  await fund.cast.certifyingOfficer!.post(`/payees/${payeeId}/ties`, { nature: 'My brother runs it' }).expect(201)
  const { id } = await submitted(fund, '40.00', { payeeId, namedPeople: [fund.cast.fundManager!.id] })
  const named = await decide(fund.cast.fundManager!, id)
  expect([named.status, named.body.code]).toEqual([403, 'named_in_request'])
  const tied = await decide(fund.cast.certifyingOfficer!, id)
  expect([tied.status, tied.body.code]).toEqual([403, 'tied_to_payee'])
  await decide(fund.cast.fundManager2!, id).expect(201)
})

test('who recorded or verified the bank details lately does not decide on money for that payee', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const clerkManager = await service.person('Clerk and manager', fund.id, ['payee_clerk', 'fund_manager'])
  const payee = await clerkManager.post(`/funds/${fund.id}/payees`, newPayee({ name: 'Ours' })).expect(201)
  const own = await clerkManager.post(`/payees/${payee.body.id}/verifications`)
  expect([own.status, own.body.code]).toEqual([403, 'two_people_needed'])
  await fund.cast.payeeClerk!.post(`/payees/${payee.body.id}/verifications`).expect(201)
  const twice = await fund.cast.payeeClerk2!.post(`/payees/${payee.body.id}/verifications`)
  expect([twice.status, twice.body.code]).toEqual([409, 'payee_verified_already'])
  const { id } = await submitted(fund, '40.00', { payeeId: payee.body.id })
  const answer = await decide(clerkManager, id)
  expect([answer.status, answer.body.code]).toEqual([403, 'recorded_bank_details'])
})

test('a service account may ask and decides nothing', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const account = await service
    .admin()
    .post('/people', { name: 'Robot', email: 'robot@example.org', kind: 'service' })
    .expect(201)
  await service.admin().post(`/funds/${fund.id}/roles`, { personId: account.body.id, role: 'fund_manager' }).expect(201)
  const { body } = await service
    .admin()
    .post('/tokens', { name: 'robot', days: 1, personId: account.body.id })
    .expect(201)
  const answer = await service
    .nobody()
    .post(`/disbursement-requests/${id}/decisions`, { verdict: 'approve' })
    .set('authorization', `Bearer ${body.token}`)
  expect([answer.status, answer.body.code]).toEqual([403, 'service_account_decides_nothing'])
})

test('a reservation that lapsed is not decided on any more, and expiring gives the money back once', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  await service.database().owner('requests').where({ id }).update({ reserved_until: '2026-01-01' })
  const answer = await decide(fund.cast.fundManager!, id)
  expect([answer.status, answer.body.code]).toEqual([409, 'reservation_lapsed'])
  const { service: db } = service.database()
  const ended = await Promise.all(Array.from({ length: 10 }, () => expireRequests(db, new Date('2026-01-02'))))
  expect(ended.reduce((all, one) => all + one, 0)).toBe(1)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '100.00' })
  const read = await fund.cast.auditor!.get(`/disbursement-requests/${id}`)
  expect(read.body).toMatchObject({ status: 'expired', ending: { kind: 'expired' } })
})

test('lowering an obligation makes the money available again, never below what is certified', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await approved(fund, '40.00')
  const lower = (amount: string) =>
    fund.cast.fundManager!.post(`/disbursement-requests/${id}/reductions`, {
      amount: { amount, currency: 'USD' },
      reason: 'Shorter talks',
    })
  await lower('15.00').expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '75.00', committed: '25.00' })
  const tooMuch = await lower('25.01')
  expect([tooMuch.status, tooMuch.body.code]).toEqual([409, 'exceeds_committed'])
  const answers = await Promise.all(Array.from({ length: 10 }, () => lower('10.00')))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '95.00', committed: '5.00' })
})

test('lowering all of it cancels a request of which nothing was paid, also after its payments came back', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { certifyingOfficer, fundManager, reconciler, auditor } = fund.cast
  const { id } = await approved(fund, '40.00')
  const payment = await released(fund, id, '40.00')
  const back = { valueDate: new Date().toISOString().slice(0, 10), reason: 'Closed', reference: 'R' }
  await reconciler!.post(`/payments/${payment}/returns`, back).expect(201)
  await certifyingOfficer!.post(`/payments/${payment}/cancellations`, { reason: 'No account' }).expect(201)
  const all = { amount: { amount: '40.00', currency: 'USD' }, reason: 'Nobody to pay' }
  await fundManager!.post(`/disbursement-requests/${id}/reductions`, all).expect(201)
  expect((await auditor!.get(`/disbursement-requests/${id}`)).body.status).toBe('cancelled')
  expect((await auditor!.get(`/disbursement-requests/${id}/clock`)).body.state).toBe('ended')
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '100.00' })
  // What is paid in part goes on.
  const other = await approved(fund, '50.00')
  await released(fund, other.id, '20.00')
  const rest = { amount: { amount: '30.00', currency: 'USD' }, reason: 'Shorter' }
  await fundManager!.post(`/disbursement-requests/${other.id}/reductions`, rest).expect(201)
  expect((await auditor!.get(`/disbursement-requests/${other.id}`)).body.status).toBe('active')
})

test('whoever lowers an obligation keeps to one duty too', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const robot = await service
    .admin()
    .post('/people', { name: 'Robot 2', email: 'robot2@example.org', kind: 'service' })
    .expect(201)
  await service.admin().post(`/funds/${fund.id}/roles`, { personId: robot.body.id, role: 'fund_manager' }).expect(201)
  const { body } = await service
    .admin()
    .post('/tokens', { name: 'robot', days: 1, personId: robot.body.id })
    .expect(201)
  const both = await service.person('Asks and manages', fund.id, [
    'fund_manager',
    { role: 'requester', entityId: fund.entity },
  ])
  const { id } = await approved(fund, '40.00', { by: both, namedPeople: [fund.cast.fundManager3!.id] })
  const lower = { amount: { amount: '1.00', currency: 'USD' }, reason: 'x' }
  const path = `/disbursement-requests/${id}/reductions`
  const answers = [
    await both.post(path, lower),
    await fund.cast.fundManager3!.post(path, lower),
    await service.nobody().post(path, lower).set('authorization', `Bearer ${body.token}`),
  ]
  expect(answers.map((answer) => answer.body.code)).toEqual([
    'separation_of_duties',
    'named_in_request',
    'service_account_decides_nothing',
  ])
  expect(await stages(service, fund)).toMatchObject({ committed: '40.00' })
})

test('every refused attempt is kept with who, what and which code', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const answer = await decide(fund.cast.director!, id)
  expect(answer.body.code).toBe('not_your_step')
  const [act] = await service.database().owner('acts').where({ request_id: answer.body.instance })
  expect(act).toMatchObject({
    person_id: fund.cast.director!.id,
    fund_id: fund.id,
    outcome: 'not_your_step',
    method: 'POST',
    path: `/api/v1/disbursement-requests/${id}/decisions`,
  })
})

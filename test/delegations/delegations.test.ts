import { approved, decide, submitted, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

let offsetMs = 0
const clock = () => new Date(Date.now() + offsetMs)
const service = ownService({ clock })
const HOUR_MS = 60 * 60 * 1000

let fund: Fund
beforeEach(async () => {
  offsetMs = 0
  fund = await service.fund()
  await received(fund, '5000000.00')
})

const inHours = (hours: number) => new Date(clock().getTime() + hours * HOUR_MS).toISOString()
const usd = (amount: string) => ({ amount, currency: 'USD' })

async function offered(by: Caller, to: Caller, more: Record<string, unknown> = {}) {
  const answer = await by.post(`/funds/${fund.id}/delegations`, {
    ...{ delegateId: to.id, role: 'fund_manager', until: inHours(48), upTo: usd('50000.00'), reason: 'On mission' },
    ...more,
  })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body.id as string
}
const accept = (by: Caller, id: string) => by.post(`/delegations/${id}/acceptances`)
async function delegated(by: Caller, to: Caller, more: Record<string, unknown> = {}) {
  const id = await offered(by, to, more)
  await accept(to, id).expect(201)
  return id
}
const rowsOf = (table: string) => service.database().owner(table).where({ fund_id: fund.id })
const decisionsOf = (request_id: string) => service.database().owner('decisions').where({ request_id })

test('a delegate decides on behalf of the delegator, and the decision, the duties and the page say so', async () => {
  const { fundManager, controller, certifyingOfficer, auditor } = fund.cast
  const id = await delegated(fundManager!, controller!)
  const request = await submitted(fund, '40.00')
  await decide(certifyingOfficer!, request.id).expect(201)
  const decided = await decide(controller!, request.id).expect(201)
  expect(decided.body).toMatchObject({ onBehalfOf: fundManager!.id, delegationId: id, status: 'approved' })
  const read = await auditor!.get(`/disbursement-requests/${request.id}`)
  expect(read.body.decisions[1]).toMatchObject({
    ...{ decidedBy: controller!.id, onBehalfOf: fundManager!.id, delegationId: id, breakGlassId: null },
  })
  const duties = await service.database().owner('duties').where({ request_id: request.id, duty: 'approver' })
  expect(duties.map((one) => one.person_id).sort()).toEqual([controller!.id, fundManager!.id].sort())
})

test('neither the delegate nor the delegator takes another part in that request', async () => {
  const { fundManager, controller, certifyingOfficer } = fund.cast
  const releases = await service.person('Signs and stands in', fund.id, ['bank_signatory'])
  const both = await service.person('Manages and signs', fund.id, ['fund_manager', 'bank_signatory'])
  await delegated(both, releases)
  const request = await submitted(fund, '40.00')
  await decide(certifyingOfficer!, request.id).expect(201)
  await decide(releases, request.id).expect(201)
  const payment = await certifyingOfficer!
    .post(`/disbursement-requests/${request.id}/payments`, {
      ...{ amount: usd('40.00'), category: 'grants', bankAccountId: fund.bank },
    })
    .expect(201)
  for (const one of [releases, both]) {
    const refused = await one.post(`/payments/${payment.body.id}/releases`)
    expect([refused.status, refused.body.code]).toEqual([403, 'separation_of_duties'])
  }
  // Nor the other way round: who has another part decides neither for somebody nor through somebody.
  const other = await submitted(fund, '60000.00')
  await delegated(fundManager!, controller!, { upTo: usd('100000.00') })
  await decide(certifyingOfficer!, other.id).expect(201)
  await decide(fundManager!, other.id).expect(201)
  const through = await decide(controller!, other.id)
  expect([through.status, through.body.code, through.body.why]).toEqual([
    403,
    'must_keep_away',
    'already_decided_by_you',
  ])
})

test('a quorum of two counts two people and two powers', async () => {
  const { fundManager, fundManager2, fundManager3, controller, certifyingOfficer, treasurer } = fund.cast
  const wide = { upTo: usd('150000.00') }
  await delegated(fundManager!, controller!, wide)
  await delegated(fundManager2!, controller!, wide)
  await delegated(fundManager!, treasurer!, wide)
  const { id } = await submitted(fund, '60000.00')
  await decide(certifyingOfficer!, id).expect(201)
  await decide(controller!, id).expect(201)
  // The same person with another's power, the same power through another person, and the one whose power it was.
  expect((await decide(controller!, id)).body.code).toBe('already_decided_by_you')
  expect((await decide(treasurer!, id)).body).toMatchObject({ code: 'must_keep_away', why: 'already_decided_by_you' })
  expect((await decide(fundManager!, id)).body.code).toBe('already_decided_by_you')
  expect(await decisionsOf(id)).toHaveLength(2)
  expect((await decide(fundManager3!, id).expect(201)).body.status).toBe('approved')
})

test('two delegates of one delegator, and the delegator, deciding ten times at once, use the power once', async () => {
  const { fundManager, controller, treasurer, certifyingOfficer } = fund.cast
  const wide = { upTo: usd('150000.00') }
  await delegated(fundManager!, controller!, wide)
  await delegated(fundManager!, treasurer!, wide)
  const { id } = await submitted(fund, '60000.00')
  await decide(certifyingOfficer!, id).expect(201)
  const people = [controller, treasurer, fundManager, controller, treasurer, controller, treasurer, fundManager]
  const answers = await Promise.all([...people, controller, treasurer].map((one) => decide(one!, id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(await decisionsOf(id)).toHaveLength(2)
})

test('what is approved under a delegation stays within its sum, also when ten requests are decided at once', async () => {
  const { fundManager, controller, certifyingOfficer } = fund.cast
  await delegated(fundManager!, controller!, { upTo: usd('40.00'), inAll: usd('100.00') })
  const payeeId = await verifiedPayee(fund)
  const ids: string[] = []
  for (let i = 0; i < 10; i += 1) ids.push((await submitted(fund, '30.00', { payeeId })).id)
  for (const id of ids) await decide(certifyingOfficer!, id).expect(201)
  const answers = await Promise.all(ids.map((id) => decide(controller!, id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  const refused = answers.filter(({ status }) => status !== 201)
  expect(new Set(refused.map(({ body }) => `${body.code} ${body.why}`))).toEqual(new Set(['beyond_delegation sum']))
  // To reject costs nothing.
  const left = ids.find((_id, i) => answers[i]!.status !== 201)!
  await decide(controller!, left, 'reject', 'Too late').expect(201)
})

test('it is in force from its first moment on and no longer at its last, over a night on which clocks are changed', async () => {
  const { fundManager, controller } = fund.cast
  // Clocks in Europe went back on 25 October 2026 at 01:00 UTC: the day there had 25 hours, a delegation of 24 has 24.
  offsetMs = Date.parse('2026-10-20T00:00:00Z') - Date.now()
  const from = '2026-10-24T22:00:00.000Z'
  const until = '2026-10-25T22:00:00.000Z'
  const id = await delegated(fundManager!, controller!, { from, until })
  const state = async (at: string) => {
    const { service: db } = service.database()
    const { rows } = await db.raw('select delegation_in_force(?, ?) as it', [id, at])
    return rows[0].it as boolean
  }
  expect(await state('2026-10-24T21:59:59.999Z')).toBe(false)
  expect(await state(from)).toBe(true)
  expect(await state('2026-10-25T21:59:59.999Z')).toBe(true)
  expect(await state(until)).toBe(false)
  const request = await service.database().owner('delegations').where({ id }).first()
  expect(request.ends_at.getTime() - request.starts_at.getTime()).toBe(24 * HOUR_MS)
})

test('a delegation that was taken back, laid down or has run out decides nothing more, at once', async () => {
  const { fundManager, fundManager2, fundManager3, controller, certifyingOfficer, treasurer } = fund.cast
  const { id } = await submitted(fund, '40.00')
  await decide(certifyingOfficer!, id).expect(201)
  const taken = await delegated(fundManager!, controller!)
  await fundManager!.post(`/delegations/${taken}/revocations`, { reason: 'Back' }).expect(201)
  const laid = await delegated(fundManager2!, controller!)
  await controller!.post(`/delegations/${laid}/revocations`, { reason: 'Too much' }).expect(201)
  await delegated(fundManager3!, controller!, { until: inHours(1) })
  offsetMs += 2 * HOUR_MS
  const refused = await decide(controller!, id)
  expect([refused.status, refused.body.code]).toEqual([403, 'role_not_allowed'])
  const offer = await offered(fundManager!, treasurer!)
  expect((await decide(treasurer!, id)).body.code).toBe('role_not_allowed')
  await service.admin().post(`/funds/${fund.id}/roles/ended`, { personId: fundManager!.id, role: 'fund_manager' })
  await accept(treasurer!, offer).expect(201)
  // Whoever lent it has lost it, so there is nothing lent.
  expect((await decide(treasurer!, id)).body.code).toBe('role_not_allowed')
  expect(await decisionsOf(id)).toHaveLength(1)
})

test('revoking and deciding at once leave a decision from before, or none', async () => {
  const { fundManager, controller, certifyingOfficer } = fund.cast
  const { id } = await submitted(fund, '40.00')
  await decide(certifyingOfficer!, id).expect(201)
  const delegation = await delegated(fundManager!, controller!)
  const revoke = () => fundManager!.post(`/delegations/${delegation}/revocations`, { reason: 'Back' })
  const [revoked, ...decided] = await Promise.all([
    revoke(),
    ...Array.from({ length: 9 }, () => decide(controller!, id)),
  ])
  expect(revoked.status).toBe(201)
  expect(decided.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1)
  expect((await decide(controller!, id)).status).not.toBe(201)
})

describe('what is refused changes nothing', () => {
  type Case = [title: string, status: number, code: string, () => Promise<{ status: number; body: { code: string } }>]
  const give = async (by: Caller, more: Record<string, unknown>) =>
    by.post(`/funds/${fund.id}/delegations`, {
      ...{
        delegateId: fund.cast.controller!.id,
        role: 'fund_manager',
        until: inHours(1),
        upTo: usd('1.00'),
        reason: 'x',
      },
      ...more,
    })
  test.each<Case>([
    ['a role that one does not hold', 403, 'role_not_allowed', () => give(fund.cast.director!, {})],
    [
      'a role that was only delegated to oneself: no chain',
      403,
      'role_not_allowed',
      async () => {
        await delegated(fund.cast.fundManager!, fund.cast.controller!)
        return give(fund.cast.controller!, { delegateId: fund.cast.treasurer!.id })
      },
    ],
    ['a signature at the bank', 400, 'invalid_request', () => give(fund.cast.treasurer!, { role: 'treasurer' })],
    [
      'more than 60 days',
      422,
      'delegation_too_long',
      () => give(fund.cast.fundManager!, { until: inHours(60 * 24 + 1) }),
    ],
    ['a time that is past', 422, 'dates_out_of_order', () => give(fund.cast.fundManager!, { until: inHours(-1) })],
    [
      'an end before the beginning',
      422,
      'dates_out_of_order',
      () => give(fund.cast.fundManager!, { from: inHours(5), until: inHours(4) }),
    ],
    [
      'another currency',
      422,
      'currency_mismatch',
      () => give(fund.cast.fundManager!, { upTo: { amount: '1.00', currency: 'EUR' } }),
    ],
    ['three decimals', 400, 'invalid_request', () => give(fund.cast.fundManager!, { upTo: usd('1.005') })],
    [
      'twenty digits',
      400,
      'invalid_request',
      () => give(fund.cast.fundManager!, { upTo: usd('12345678901234567890.00') }),
    ],
    ['a sum below one request', 400, 'invalid_request', () => give(fund.cast.fundManager!, { inAll: usd('0.50') })],
    [
      'to oneself',
      422,
      'cannot_stand_in',
      () => give(fund.cast.fundManager!, { delegateId: fund.cast.fundManager!.id }),
    ],
    [
      'to the auditor',
      422,
      'cannot_stand_in',
      () => give(fund.cast.fundManager!, { delegateId: fund.cast.auditor!.id }),
    ],
    [
      'to who reads nothing',
      422,
      'cannot_stand_in',
      () => give(fund.cast.fundManager!, { delegateId: fund.cast.advisor!.id }),
    ],
    [
      'to an administrator',
      422,
      'cannot_stand_in',
      () => give(fund.cast.fundManager!, { delegateId: service.admin().id }),
    ],
    [
      'a process of another fund',
      404,
      'not_found',
      async () => give(fund.cast.fundManager!, { processId: (await service.fund()).process }),
    ],
  ])('delegating %s', async (_title, status, code, act) => {
    const answer = await act()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(
      (await rowsOf('delegations')).filter(
        (one) => one.delegate_id !== fund.cast.controller!.id || one.up_to === '100',
      ),
    ).toEqual([])
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['above the amount', { upTo: usd('39.99') }, 'amount'],
    ['for another region', { region: 'West Africa' }, 'region'],
  ])('deciding %s', async (_title, scope, why) => {
    const { fundManager, controller, certifyingOfficer } = fund.cast
    await delegated(fundManager!, controller!, scope)
    const { id } = await submitted(fund, '40.00')
    await decide(certifyingOfficer!, id).expect(201)
    const answer = await decide(controller!, id)
    expect([answer.status, answer.body.code, answer.body.why]).toEqual([403, 'beyond_delegation', why])
    expect(await decisionsOf(id)).toHaveLength(1)
  })

  test('deciding for another process or entity', async () => {
    const { fundManager, controller, certifyingOfficer } = fund.cast
    const other = await service.admin().post(`/funds/${fund.id}/processes`, {
      ...{
        name: 'Elsewhere',
        country: 'Chad',
        region: 'Central Africa',
        phase: 'after_violence',
        confidentiality: 'open',
      },
    })
    await delegated(fundManager!, controller!, { processId: other.body.id })
    const { id } = await submitted(fund, '40.00')
    await decide(certifyingOfficer!, id).expect(201)
    expect((await decide(controller!, id)).body).toMatchObject({ code: 'beyond_delegation', why: 'process' })
    const entity = await service.admin().post(`/funds/${fund.id}/entities`, {
      ...{ name: 'Other', kind: 'envoy_office', region: 'West Africa' },
    })
    await delegated(fund.cast.fundManager2!, controller!, { entityId: entity.body.id })
    expect(await decisionsOf(id)).toHaveLength(1)
  })

  test('accepting, ending and deciding under what is not in force', async () => {
    const { fundManager, controller, treasurer, certifyingOfficer } = fund.cast
    const id = await offered(fundManager!, controller!)
    expect((await accept(treasurer!, id)).body.code).toBe('not_for_you')
    expect((await accept(fundManager!, id)).body.code).toBe('not_for_you')
    expect((await treasurer!.post(`/delegations/${id}/revocations`, { reason: 'x' })).body.code).toBe('not_for_you')
    await accept(controller!, id).expect(201)
    expect((await accept(controller!, id)).body.code).toBe('already_exists')
    const request = await submitted(fund, '40.00')
    await decide(certifyingOfficer!, request.id).expect(201)
    await controller!.post(`/delegations/${id}/revocations`, { reason: 'x' }).expect(201)
    expect((await controller!.post(`/delegations/${id}/revocations`, { reason: 'x' })).body.code).toBe(
      'delegation_not_in_force',
    )
    await delegated(fund.cast.fundManager2!, controller!)
    const named = await controller!.post(`/disbursement-requests/${request.id}/decisions`, {
      ...{ verdict: 'approve', delegationId: id },
    })
    expect([named.status, named.body.code]).toEqual([409, 'delegation_not_in_force'])
  })
})

test('a naming and a tie keep away delegate and delegator alike, before and after the decision', async () => {
  const { fundManager, fundManager2, controller, certifyingOfficer } = fund.cast
  await delegated(fundManager!, controller!, { upTo: usd('150000.00') })
  const named = await submitted(fund, '40.00', { namedPeople: [fundManager!.id] })
  await decide(certifyingOfficer!, named.id).expect(201)
  expect((await decide(controller!, named.id)).body).toMatchObject({ code: 'must_keep_away', why: 'named_in_request' })
  const tied = await submitted(fund, '60000.00')
  await decide(certifyingOfficer!, tied.id).expect(201)
  await decide(controller!, tied.id).expect(201)
  await fundManager!.post(`/payees/${tied.payeeId}/ties`, { nature: 'My brother runs it' }).expect(201)
  expect((await decide(fundManager2!, tied.id).expect(201)).body.status).toBe('submitted')
})

test('who is away says who stands in; standing in ends when they are back', async () => {
  const { fundManager, controller, auditor } = fund.cast
  const stated = await fundManager!
    .post(`/funds/${fund.id}/absences`, {
      ...{ until: inHours(72), reason: 'إجازة <script>' },
      standIns: [{ delegateId: controller!.id, role: 'fund_manager', upTo: usd('50000.00') }],
    })
    .expect(201)
  await accept(controller!, stated.body.delegations[0].id).expect(201)
  const listed = await auditor!.get(`/funds/${fund.id}/absences`).expect(200)
  expect(listed.body.items).toMatchObject([
    { person: { id: fundManager!.id }, standIns: [{ delegate: { id: controller!.id }, accepted: true }] },
  ])
  const { standsInFor } = await import('../../server/delegations/stand-ins.ts')
  const standIns = () => standsInFor(service.database().service, fund.id, [fundManager!.id], clock())
  expect(await standIns()).toMatchObject([{ delegateId: controller!.id, role: 'fund_manager' }])
  expect((await standIns())[0]!.awayUntil).toBeInstanceOf(Date)
  expect((await controller!.post(`/absences/${stated.body.id}/returns`)).body.code).toBe('not_for_you')
  await fundManager!.post(`/absences/${stated.body.id}/returns`).expect(201)
  expect((await fundManager!.post(`/absences/${stated.body.id}/returns`)).body.code).toBe('already_exists')
  expect(await standIns()).toEqual([])
  expect((await auditor!.get(`/funds/${fund.id}/absences`)).body.items).toEqual([])
  const notices = await rowsOf('notifications')
  expect(notices.map((one) => one.event)).toEqual(
    expect.arrayContaining(['delegation_given', 'delegation_accepted', 'delegation_revoked']),
  )
})

test('the fences stand in the database as well', async () => {
  const { fundManager, controller, treasurer, certifyingOfficer } = fund.cast
  const { owner } = service.database()
  const id = await delegated(fundManager!, controller!, { upTo: usd('39.00') })
  const request = await submitted(fund, '40.00')
  await decide(certifyingOfficer!, request.id).expect(201)
  for (const one of [controller!, fundManager!, treasurer!])
    await owner('duties').insert({ request_id: request.id, person_id: one.id, duty: 'approver', person_kind: 'person' })
  const { content_hash } = await owner('requests').where({ id: request.id }).first('content_hash')
  const act = await owner('acts').first('id')
  const decision = (more: object) =>
    owner('decisions').insert({
      ...{ id: 'dec_00000000000000000000000000', request_id: request.id, round: 1, step: 1, role: 'fund_manager' },
      ...{ decided_by: controller!.id, duty: 'approver', verdict: 'approve', content_hash, act_id: act.id },
      ...{ decided_at: clock(), on_behalf_of: fundManager!.id, delegation_id: id },
      ...more,
    })
  await expect(decision({})).rejects.toThrow('does not reach')
  await expect(decision({ decided_by: treasurer!.id })).rejects.toThrow('decided_under_own_delegation')
  await expect(decision({ on_behalf_of: null })).rejects.toThrow('decided_under_one_power')
  await expect(decision({ on_behalf_of: null, delegation_id: null })).rejects.toThrow('does not hold')
  await expect(decision({ decided_at: inHours(49) })).rejects.toThrow('not in force')
  await expect(owner('delegations').where({ id }).update({ up_to: 9 })).rejects.toThrow('append-only')
  const [offer] = await owner('delegations').where({ id })
  const anew = (more: object) =>
    owner('delegations').insert({ ...offer, id: 'dlg_00000000000000000000000000', ...more })
  await expect(anew({ delegate_id: fundManager!.id })).rejects.toThrow('delegated_to_another')
  await expect(anew({ delegator_id: controller!.id, delegate_id: treasurer!.id })).rejects.toThrow('does not hold')
  await expect(anew({ ends_at: new Date(offer.starts_at.getTime() + 61 * 24 * HOUR_MS) })).rejects.toThrow(
    'longer than',
  )
  await approved(fund, '1.00')
})

import fc from 'fast-check'
import { certify, decide, submitted, verifiedPayee } from '../support/asking.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

let offsetMs = 0
const clock = () => new Date(Date.now() + offsetMs)
const service = ownService({ clock })
const HOUR_MS = 60 * 60 * 1000

let fund: Fund
let directors: Caller[]
beforeEach(async () => {
  offsetMs = 0
  fund = await service.fund()
  await received(fund, '5000000.00')
  const more = await service.person('Director 2', fund.id, ['director'])
  directors = [fund.cast.director!, more]
})

const begin = (by: Caller, id: string, role = 'fund_manager', more = {}) =>
  by.post(`/disbursement-requests/${id}/break-glass`, { role, reason: 'الهدنة تنتهي الليلة <script>', ...more })
const confirm = (by: Caller, id: string) => by.post(`/break-glass/${id}/confirmations`)
const review = (by: Caller, id: string, verdict = 'contest') =>
  by.post(`/break-glass/${id}/reviews`, { verdict, words: 'I could be reached' })
const decisionsOf = (request_id: string) => service.database().owner('decisions').where({ request_id }).orderBy('id')
const told = async (event: string) => {
  const found = await service.database().owner('notifications').where({ fund_id: fund.id, event })
  return found.map((one) => ({ person: one.person_id, urgent: one.urgent }))
}

/** A request whose certifying officer has approved, so that what follows is open. */
async function certified(amount: string, more = {}) {
  const request = await submitted(fund, amount, more)
  await decide(fund.cast.certifyingOfficer!, request.id).expect(201)
  return request
}

test('two directors take an open step in place of its owners, and nothing else', async () => {
  const { auditor, headOfDepartment } = fund.cast
  const { id } = await certified('60000.00')
  const broken = await begin(directors[0]!, id).expect(201)
  expect(await told('break_glass_begun')).toContainEqual({ person: auditor!.id, urgent: true })
  // One director alone moves nothing.
  expect(await decisionsOf(id)).toHaveLength(1)
  const confirmed = await confirm(directors[1]!, broken.body.id).expect(201)
  expect(confirmed.body).toMatchObject({ status: 'approved', requestId: id })
  expect(await told('break_glass_used')).toContainEqual({ person: auditor!.id, urgent: true })
  const taken = (await decisionsOf(id)).slice(1)
  expect(taken.map((one) => [one.decided_by, one.role, one.break_glass_id]).sort()).toEqual(
    directors.map((one) => [one.id, 'fund_manager', broken.body.id]).sort(),
  )
  expect(await stages(service, fund)).toMatchObject({ committed: '60000.00' })

  const list = await auditor!.get(`/funds/${fund.id}/break-glass`).expect(200)
  expect(list.body.items).toMatchObject([{ id: broken.body.id, state: 'to_review', request: { id } }])
  const reviewed = await review(headOfDepartment!, broken.body.id).expect(201)
  expect(reviewed.body).toEqual({ id: broken.body.id, verdict: 'contest', late: false })
  expect(await told('break_glass_contested')).toContainEqual({ person: auditor!.id, urgent: true })
  const one = await auditor!.get(`/break-glass/${broken.body.id}`).expect(200)
  expect(one.body).toMatchObject({ state: 'contested', review: { verdict: 'contest', late: false } })
})

test('what is contested is neither certified nor released until two have looked who had no part in it', async () => {
  const { fundManager, fundManager2, complianceOfficer, headOfDepartment, certifyingOfficer } = fund.cast
  const { id } = await certified('60000.00')
  const broken = (await begin(directors[0]!, id).expect(201)).body.id
  await confirm(directors[1]!, broken).expect(201)
  await review(fundManager!, broken).expect(201)
  expect((await certify(fund, id, '100.00')).body).toMatchObject({ code: 'suspended', reason: 'contested' })
  const { owner } = service.database()
  const { id: held, ...row } = await owner('pauses').where({ request_id: id }).first()
  const look = (by: Caller) => by.post(`/pauses/${held}/endings`, { note: 'I have called them' })
  const codes = async (...people: Caller[]) =>
    (await Promise.all(people.map(look))).map(({ body }) => body.code ?? body.endedAt)
  expect(await codes(...directors, fundManager!, certifyingOfficer!)).toEqual([
    ...['two_people_needed', 'two_people_needed', 'two_people_needed', 'role_not_allowed'],
  ])
  expect(await codes(complianceOfficer!)).toEqual([null])
  expect(await codes(complianceOfficer!)).toEqual(['already_decided_by_you'])
  const ending = { ended_by: fundManager2!.id, ended_at: row.begun_at, ending_act_id: row.act_id }
  await expect(owner('pauses').where({ id: held }).update(ending)).rejects.toThrow('takes two to end')
  const looked = { ...(await owner('contest_looks').where({ pause_id: held }).first()), looked_as: 'director' }
  for (const by of [directors[0]!, fundManager!])
    await expect(owner('contest_looks').insert({ ...looked, looked_by: by.id })).rejects.toThrow('does not look at')
  expect((await certify(fund, id, '100.00')).body.code).toBe('suspended')
  // Ten at once are one more look.
  const all = await Promise.all(Array.from({ length: 10 }, (_, i) => look(i % 2 ? headOfDepartment! : fundManager2!)))
  expect(all.filter(({ status }) => status === 201)).toHaveLength(1)
  await certify(fund, id, '100.00').expect(201)
})

test('a contest makes a suspension that stands its own, and holds up what is still to be decided', async () => {
  const { fundManager, fundManager2, complianceOfficer, headOfDepartment } = fund.cast
  const { id } = await certified('200000.00')
  const broken = (await begin(directors[0]!, id).expect(201)).body.id
  await confirm(directors[1]!, broken).expect(201)
  const stopped = await complianceOfficer!.post(`/disbursement-requests/${id}/pauses`, { reason: 'fraud' }).expect(201)
  await review(fundManager!, broken).expect(201)
  const end = (by: Caller) => by.post(`/pauses/${stopped.body.id}/endings`)
  expect((await end(complianceOfficer!).expect(201)).body.endedAt).toBeNull()
  const third = await service.person('Director 3', fund.id, ['director'])
  expect((await decide(third, id)).body.code).toBe('suspended')
  expect((await end(headOfDepartment!).expect(201)).body.endedAt).not.toBeNull()
  expect((await end(fundManager2!)).body.code).toBe('pause_ended')
  expect((await decide(third, id).expect(201)).body.status).toBe('approved')
})

test('the steps after it stay open, and the two take none of them', async () => {
  const { headOfDepartment, certifyingOfficer2 } = fund.cast
  const { id } = await certified('200000.00')
  const broken = await begin(directors[0]!, id).expect(201)
  expect((await confirm(directors[1]!, broken.body.id).expect(201)).body.status).toBe('submitted')
  for (const one of directors) expect((await decide(one, id)).body.code).toBe('already_decided_by_you')
  expect((await decide(headOfDepartment!, id)).body.code).toBe('not_your_step')
  expect((await decide(certifyingOfficer2!, id)).body.code).toBe('not_your_step')
  const third = await service.person('Director 3', fund.id, ['director'])
  expect((await decide(third, id).expect(201)).body.status).toBe('approved')
})

test('ten confirmations at once by five directors take the step once', async () => {
  const { id } = await certified('60000.00')
  const more = await Promise.all([3, 4, 5, 6].map((n) => service.person(`Director ${n}`, fund.id, ['director'])))
  const broken = await begin(directors[0]!, id).expect(201)
  const people = [directors[1]!, ...more]
  const answers = await Promise.all([...people, ...people].map((one) => confirm(one, broken.body.id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
    new Set(['break_glass_over']),
  )
  expect(await decisionsOf(id)).toHaveLength(3)
})

describe('what is refused changes nothing', () => {
  type Case = [string, number, string, (id: string) => PromiseLike<{ status: number; body: { code: string } }>]
  test.each<Case>([
    ['by a fund manager', 403, 'role_not_allowed', (id) => begin(fund.cast.fundManager!, id)],
    [
      'by who stands in for a director',
      403,
      'role_not_allowed',
      async (id) => {
        const until = new Date(clock().getTime() + HOUR_MS).toISOString()
        const lent = await directors[0]!.post(`/funds/${fund.id}/delegations`, {
          ...{ delegateId: fund.cast.controller!.id, role: 'director', until, reason: 'x' },
          upTo: { amount: '900000.00', currency: 'USD' },
        })
        await fund.cast.controller!.post(`/delegations/${lent.body.id}/acceptances`).expect(201)
        return begin(fund.cast.controller!, id)
      },
    ],
    ['of a certifying officer’s step', 409, 'step_not_hurried', (id) => begin(directors[0]!, id, 'certifying_officer')],
    ['of a step that is not open', 409, 'step_not_hurried', (id) => begin(directors[0]!, id, 'head_of_department')],
    [
      'of content that has changed',
      412,
      'version_changed',
      (id) => begin(directors[0]!, id, 'fund_manager', { contentHash: '0'.repeat(64) }),
    ],
    ['without a reason', 400, 'invalid_request', (id) => begin(directors[0]!, id, 'fund_manager', { reason: '' })],
    [
      'in the no-regret lane, which is hurried as it is',
      409,
      'step_not_hurried',
      async () => {
        const fast = { lane: 'no_regret', laneReason: 'Shots were fired' }
        return begin(directors[0]!, (await submitted(fund, '10000.00', fast)).id)
      },
    ],
    [
      'by the requester',
      403,
      'separation_of_duties',
      async () => {
        const both = await service.person('Asks and directs', fund.id, [
          'director',
          { role: 'requester', entityId: fund.entity },
        ])
        const { id } = await certified('60000.00', { by: both })
        return begin(both, id)
      },
    ],
    [
      'of a reservation that has lapsed',
      409,
      'reservation_lapsed',
      async (id) => {
        await service.database().owner('requests').where({ id }).update({ reserved_until: '2026-01-01' })
        return begin(directors[0]!, id)
      },
    ],
    [
      'a second time while one waits',
      409,
      'already_exists',
      async (id) => {
        await begin(directors[0]!, id).expect(201)
        return begin(directors[1]!, id)
      },
    ],
    [
      'confirmed by who began it',
      403,
      'two_people_needed',
      async (id) => confirm(directors[0]!, (await begin(directors[0]!, id)).body.id),
    ],
    [
      'confirmed by an auditor',
      403,
      'role_not_allowed',
      async (id) => confirm(fund.cast.auditor!, (await begin(directors[0]!, id)).body.id),
    ],
    [
      'confirmed when its time has passed, at the very second',
      409,
      'break_glass_over',
      async (id) => {
        const { body } = await begin(directors[0]!, id)
        offsetMs += Date.parse(body.endsAt) - clock().getTime()
        return confirm(directors[1]!, body.id)
      },
    ],
    [
      'confirmed when the first is no director any more',
      403,
      'must_keep_away',
      async (id) => {
        const { body } = await begin(directors[1]!, id)
        await service.admin().post(`/funds/${fund.id}/roles/ended`, { personId: directors[1]!.id, role: 'director' })
        return confirm(directors[0]!, body.id)
      },
    ],
    [
      'confirmed when the request was returned',
      409,
      'not_awaiting_decision',
      async (id) => {
        const { body } = await begin(directors[0]!, id)
        await decide(fund.cast.fundManager!, id, 'return', 'Which talks?').expect(201)
        return confirm(directors[1]!, body.id)
      },
    ],
    [
      'reviewed before it was confirmed',
      409,
      'not_reviewable',
      async (id) => review(fund.cast.fundManager!, (await begin(directors[0]!, id)).body.id),
    ],
  ])('%s', async (_title, status, code, act) => {
    const { id } = await certified('60000.00')
    const answer = await act(id)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    const taken = await service.database().owner('decisions').where({ role: 'fund_manager', verdict: 'approve' })
    expect(taken.filter((one) => one.request_id === id)).toEqual([])
    expect(await stages(service, fund)).not.toHaveProperty('committed')
  })

  test('reviewing one’s own, or twice, or without being an owner', async () => {
    const { fundManager, treasurer } = fund.cast
    const both = await service.person('Directs and heads', fund.id, ['director', 'head_of_department'])
    const { id } = await certified('60000.00')
    const { body } = await begin(both, id)
    await confirm(directors[0]!, body.id).expect(201)
    expect((await review(both, body.id)).body.code).toBe('two_people_needed')
    expect((await review(treasurer!, body.id)).body.code).toBe('role_not_allowed')
    offsetMs += 7 * 24 * HOUR_MS + HOUR_MS
    expect((await review(fundManager!, body.id, 'acknowledge').expect(201)).body.late).toBe(true)
    expect((await review(fundManager!, body.id)).body.code).toBe('not_reviewable')
    expect(await service.database().owner('break_glass_reviews').where({ fund_id: fund.id })).toHaveLength(1)
  })
})

test('the fences stand in the database as well', async () => {
  const { fundManager } = fund.cast
  const { owner } = service.database()
  const { id } = await certified('60000.00')
  const { body } = await begin(directors[0]!, id)
  await owner('duties').insert({
    ...{ request_id: id, person_id: fundManager!.id, duty: 'approver', person_kind: 'person' },
  })
  const act = await owner('acts').first('id')
  const confirmation = (confirmed_by: string) => ({
    ...{ break_glass_id: body.id, fund_id: fund.id, request_id: id, begun_by: directors[0]!.id, confirmed_by },
    ...{ confirmed_at: clock(), review_by: clock(), act_id: act.id },
  })
  const insert = (row: object) => owner('break_glass_confirmations').insert(row)
  await expect(insert(confirmation(directors[0]!.id))).rejects.toThrow('break_glass_by_two_people')
  await expect(insert(confirmation(fundManager!.id))).rejects.toThrow('takes two directors')
  await expect(insert(confirmation(directors[1]!.id))).rejects.toThrow('one_duty_each')
  const certifier = { ...(await owner('break_glasses').where({ id: body.id }).first()), role: 'certifying_officer' }
  await expect(owner('break_glasses').insert({ ...certifier, id: 'brk_00000000000000000000000000' })).rejects.toThrow(
    'role_check',
  )
})

test('no mix of decisions, delegations and break-glass approves with fewer people than the matrix asks for', async () => {
  const payeeId = await verifiedPayee(fund)
  const { certifyingOfficer, fundManager, fundManager2, controller, treasurer, headOfDepartment } = fund.cast
  const both = await service.person('Certifies and manages', fund.id, [
    'certifying_officer',
    'fund_manager',
    'director',
  ])
  const people = [
    certifyingOfficer!,
    fundManager!,
    fundManager2!,
    controller!,
    treasurer!,
    headOfDepartment!,
    both,
    ...directors,
  ]
  const until = new Date(clock().getTime() + 48 * HOUR_MS).toISOString()
  const lend = async (by: Caller, to: Caller, role: string) => {
    const upTo = { amount: '2000000.00', currency: 'USD' }
    const lent = await by.post(`/funds/${fund.id}/delegations`, { delegateId: to.id, role, until, upTo, reason: 'x' })
    await to.post(`/delegations/${lent.body.id}/acceptances`).expect(201)
  }
  await lend(fundManager!, controller!, 'fund_manager')
  await lend(fundManager!, treasurer!, 'fund_manager')
  await lend(fundManager2!, controller!, 'fund_manager')
  await lend(certifyingOfficer!, fundManager!, 'certifying_officer')
  await lend(directors[0]!, controller!, 'director')
  await lend(both, treasurer!, 'certifying_officer')
  const act = fc.record({
    who: fc.integer({ min: 0, max: people.length - 1 }),
    what: fc.constantFrom('decide', 'decide', 'decide', 'begin', 'confirm'),
    role: fc.constantFrom('fund_manager', 'head_of_department'),
  })
  const { owner } = service.database()
  let approvals = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('40.00', '60000.00', '200000.00'),
      fc.array(act, { minLength: 12, maxLength: 30 }),
      async (amount, acts) => {
        const { id } = await submitted(fund, amount, { payeeId })
        for (const { who, what, role } of acts) {
          const open = await owner('break_glasses').where({ request_id: id }).orderBy('id', 'desc').first('id')
          if (what === 'decide') await decide(people[who]!, id)
          else if (what === 'begin') await begin(people[who]!, id, role)
          else if (open) await confirm(people[who]!, open.id)
        }
        const decisions = await decisionsOf(id)
        const steps = await owner('approval_steps').where({ request_id: id })
        const { status } = await owner('requests').where({ id }).first('status')
        const parts = decisions.flatMap((one) => [one.decided_by, one.on_behalf_of].filter(Boolean))
        expect(new Set(parts).size).toBe(parts.length)
        const duties = await owner('duties').where({ request_id: id })
        expect(new Set(duties.map((one) => one.person_id)).size).toBe(duties.length)
        for (const one of decisions.filter((taken) => taken.role === 'certifying_officer'))
          expect(one.break_glass_id).toBeNull()
        if (status !== 'approved') return
        approvals += 1
        expect(new Set(decisions.map((one) => one.decided_by)).size).toBeGreaterThanOrEqual(
          steps.reduce((all, { quorum }) => all + quorum, 0),
        )
      },
    ),
    { numRuns: 30 },
  )
  expect(approvals).toBeGreaterThan(0)
}, 180_000)

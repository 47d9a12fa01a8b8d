import { decide, draft, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { decideOn, inForce, MATRIX, proposeRule, step, stepsOf, today, usd } from './ruling.ts'

const service = ownService()

const rulesOf = async (fund: Fund) =>
  (await fund.cast.auditor!.get(`/funds/${fund.id}/policies`).expect(200)).body.items

test('a rule is changed by two people, holds for what is submitted afterwards, and is kept with who, when, why and in what', async () => {
  const fund = await service.fund()
  await received(fund, '100000.00')
  const before = await submitted(fund, '30000.00')
  const proposed = await proposeRule(fund, 'approval-matrix', MATRIX).expect(201)
  expect(proposed.body).toMatchObject({
    kind: 'policy',
    status: 'proposed',
    mayDecide: ['director', 'head_of_department'],
  })
  expect(await stepsOf(fund, (await submitted(fund, '30000.00')).id)).toEqual([
    '1 certifying_officer 1',
    '1 fund_manager 1',
  ])
  await decideOn(fund.cast.director!, proposed.body.id).expect(201)

  const after = await submitted(fund, '30000.00')
  expect(await stepsOf(fund, after.id)).toEqual(['1 certifying_officer 1', '2 fund_manager 2', '3 director 1'])
  expect(await stepsOf(fund, before.id)).toEqual(['1 certifying_officer 1', '1 fund_manager 1'])
  const [first, second] = (await rulesOf(fund)).filter((one: { subject: string }) => one.subject === 'approval_matrix')
  expect(first).toMatchObject({ effectiveFrom: '1990-01-01', proposedBy: null, changes: [] })
  expect(second).toMatchObject({
    effectiveFrom: today(),
    until: null,
    reason: 'The board has asked',
    proposedBy: { name: fund.cast.controller!.name },
    confirmedBy: { name: fund.cast.director!.name },
  })
  expect(second.terms.rows).toEqual(MATRIX.rows)
  expect(second.changes[0]).toEqual({
    where: [{ field: 'rows', item: usd('50000.00') }, { field: 'steps' }],
    before: [step(1, 'certifying_officer'), step(1, 'fund_manager')],
    after: null,
  })
})

test('every subject can be changed, with amounts as amounts', async () => {
  const fund = await service.fund()
  const changes: [string, object][] = [
    ['approval-matrix', { ...MATRIX, risks: { medium: [{ upTo: usd('100.00'), role: 'director', quorum: 1 }] } }],
    ['funding-rule', { rule: 'pro_rata' }],
    ['reservation', { days: 14 }],
    ['authority-limits', { rows: [{ upTo: null, role: 'head_of_department' }] }],
    ['bank-charges', { most: usd('99.50'), bps: 150 }],
    ['recognition', { standard: 'IPSAS 23' }],
  ]
  for (const [subject, terms] of changes) await inForce(fund, subject, terms)
  const rules = await rulesOf(fund)
  for (const [subject, terms] of changes) {
    const kept = rules.findLast((one: { subject: string }) => one.subject === subject.replaceAll('-', '_'))
    expect(kept.terms).toEqual(terms)
    expect(kept.changes.length).toBeGreaterThan(0)
  }
  const kept = await service
    .database()
    .owner('policies')
    .where({ fund_id: fund.id, subject: 'bank_charges' })
    .orderBy('effective_from')
  expect(kept[1].terms).toEqual({ most: '9950', bps: 150 })
})

test('a reservation is held as long as the rule says, from its day on', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const day = (days: number) => new Date(Date.parse(today()) + days * 86_400_000).toISOString().slice(0, 10)
  const later = await proposeRule(fund, 'reservation', { days: 5 }, { effectiveFrom: day(1) }).expect(201)
  await decideOn(fund.cast.director!, later.body.id).expect(201)
  const { id } = await submitted(fund, '10.00')
  expect((await fund.cast.auditor!.get(`/disbursement-requests/${id}`)).body.reservedUntil).toBe(day(30))
  await inForce(fund, 'reservation', { days: 7 })
  const next = await submitted(fund, '10.00')
  expect((await fund.cast.auditor!.get(`/disbursement-requests/${next.id}`)).body.reservedUntil).toBe(day(7))
})

test('who proposed a rule may take it back and not confirm it, and a director does not confirm what directors may give up', async () => {
  const fund = await service.fund()
  const before = await rulesOf(fund)
  const mine = await proposeRule(fund, 'reservation', { days: 9 }, { by: fund.cast.director! }).expect(201)
  const own = await decideOn(fund.cast.director!, mine.body.id)
  expect([own.status, own.body.code]).toEqual([403, 'two_people_needed'])
  await decideOn(fund.cast.director!, mine.body.id, 'reject', 'Not now').expect(201)
  const limits = await proposeRule(fund, 'authority-limits', { rows: [{ upTo: null, role: 'director' }] }).expect(201)
  const above = await decideOn(fund.cast.director!, limits.body.id)
  expect([above.status, above.body.code]).toEqual([403, 'above_your_authority'])
  expect(await rulesOf(fund)).toEqual(before)
})

test('ten confirmers at once put a rule in force once', async () => {
  const fund = await service.fund()
  const directors = await Promise.all(
    Array.from({ length: 10 }, (_, i) => service.person(`Director ${i}`, fund.id, ['director'])),
  )
  const { body } = await proposeRule(fund, 'reservation', { days: 9 }).expect(201)
  const answers = await Promise.all(directors.map((one) => decideOn(one, body.id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter((one) => one.body.code === 'proposal_decided_already')).toHaveLength(9)
  expect((await rulesOf(fund)).filter((one: { subject: string }) => one.subject === 'reservation')).toHaveLength(2)
})

test('of two proposals that follow the same rule only one comes into force', async () => {
  const fund = await service.fund()
  const proposals = await Promise.all([7, 8].map((days) => proposeRule(fund, 'reservation', { days }).expect(201)))
  const answers = await Promise.all(proposals.map(({ body }) => decideOn(fund.cast.headOfDepartment!, body.id)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 412])
  expect(answers.find(({ status }) => status === 412)!.body.code).toBe('version_changed')
})

test('a rule that cannot work any more when it is confirmed does not come into force', async () => {
  const fund = await service.fund()
  const second = await service.person('Second director', fund.id, ['director'])
  const rows = [{ upTo: null, steps: [step(1, 'certifying_officer'), step(2, 'director', 2)] }]
  const { body } = await proposeRule(fund, 'approval-matrix', { rows }).expect(201)
  await service.database().owner('role_grants').where({ person_id: second.id }).update({ ended_at: new Date() })
  const answer = await decideOn(fund.cast.headOfDepartment!, body.id)
  expect([answer.status, answer.body.code, answer.body.errors[0].code]).toEqual([
    422,
    'rule_unsound',
    'rule.too_few_people',
  ])
  const other = await proposeRule(fund, 'reservation', { days: 3 }).expect(201)
  const { owner } = service.database()
  await owner.raw('alter table proposals disable trigger append_only')
  await owner('proposals').where({ id: other.body.id }).update({ occurred_on: '2026-01-01' })
  await owner.raw('alter table proposals enable trigger append_only')
  const late = await decideOn(fund.cast.headOfDepartment!, other.body.id)
  expect([late.status, late.body.code]).toEqual([422, 'dates_out_of_order'])
})

const one = (steps: object[], more: object[] = []) => ({ rows: [...more, { upTo: null, steps }] })
const both = [step(1, 'certifying_officer'), step(1, 'fund_manager')]

// Refusals, in the order in which they are checked.
test.each<[string, string, object, string, object, number, string, string]>([
  [
    'a step with quorum 0',
    'approval-matrix',
    one([step(1, 'certifying_officer'), step(1, 'fund_manager', 0)]),
    'controller',
    {},
    400,
    'invalid_request',
    'number.min',
  ],
  [
    'an unknown role',
    'approval-matrix',
    one([...both, step(2, 'treasurer')]),
    'controller',
    {},
    400,
    'invalid_request',
    'any.only',
  ],
  ['no row at all', 'approval-matrix', { rows: [] }, 'controller', {}, 400, 'invalid_request', 'array.min'],
  [
    'an amount as a number',
    'approval-matrix',
    one(both, [{ upTo: 5, steps: both }]),
    'controller',
    {},
    400,
    'invalid_request',
    'object.base',
  ],
  [
    'an amount of three decimals',
    'approval-matrix',
    one(both, [{ upTo: usd('5.005'), steps: both }]),
    'controller',
    {},
    400,
    'invalid_request',
    'amount.tooManyDecimals',
  ],
  [
    'an amount of twenty digits',
    'bank-charges',
    { most: usd('12345678901234567890'), bps: 1 },
    'controller',
    {},
    400,
    'invalid_request',
    'string.pattern.name',
  ],
  [
    'a day that is none',
    'reservation',
    { days: 3 },
    'controller',
    { effectiveFrom: '2026-02-30' },
    400,
    'invalid_request',
    'day.invalid',
  ],
  [
    'a reason that is missing',
    'reservation',
    { days: 3 },
    'controller',
    { reason: '' },
    400,
    'invalid_request',
    'string.empty',
  ],
  [
    'a field that there is not',
    'reservation',
    { days: 3, hours: 2 },
    'controller',
    {},
    400,
    'invalid_request',
    'object.unknown',
  ],
  ['a proposal of a fund manager', 'reservation', { days: 3 }, 'fundManager', {}, 403, 'role_not_allowed', ''],
  ['a proposal of a requester', 'reservation', { days: 3 }, 'requester', {}, 403, 'role_not_allowed', ''],
  [
    'a day that is over',
    'reservation',
    { days: 3 },
    'controller',
    { effectiveFrom: '2026-01-01' },
    422,
    'dates_out_of_order',
    '',
  ],
  [
    'another currency',
    'bank-charges',
    { most: { amount: '5.00', currency: 'EUR' }, bps: 1 },
    'controller',
    {},
    422,
    'currency_mismatch',
    '',
  ],
  [
    'rows out of order',
    'approval-matrix',
    one(both, [
      { upTo: usd('20.00'), steps: both },
      { upTo: usd('10.00'), steps: both },
    ]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.order',
  ],
  [
    'two rows of one limit',
    'approval-matrix',
    one(both, [
      { upTo: usd('20.00'), steps: both },
      { upTo: usd('20'), steps: both },
    ]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.order',
  ],
  [
    'no last row',
    'approval-matrix',
    { rows: [{ upTo: usd('20.00'), steps: both }] },
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.no_last_row',
  ],
  [
    'a row after the last',
    'approval-matrix',
    {
      rows: [
        { upTo: null, steps: both },
        { upTo: usd('20.00'), steps: both },
      ],
    },
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.after_above',
  ],
  [
    'a role twice in a row',
    'approval-matrix',
    one([...both, step(2, 'fund_manager')]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.role_twice',
  ],
  [
    'a gap between steps',
    'approval-matrix',
    one([step(1, 'certifying_officer'), step(3, 'director')]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.steps_order',
  ],
  [
    'a row without a certifying officer',
    'approval-matrix',
    one([step(1, 'fund_manager')]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.no_certifier',
  ],
  [
    'a row where nobody approves',
    'approval-matrix',
    one([step(1, 'certifying_officer', 2)]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.no_approver',
  ],
  [
    'a quorum that the fund has not the people for',
    'approval-matrix',
    one([step(1, 'certifying_officer'), step(2, 'director', 2)]),
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.too_few_people',
  ],
  [
    'a risk that asks for more people than there are',
    'approval-matrix',
    { ...one(both), risks: { high: [{ upTo: null, role: 'head_of_department', quorum: 2 }] } },
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.too_few_people',
  ],
  [
    'limits that do not grow',
    'authority-limits',
    {
      rows: [
        { upTo: usd('9.00'), role: 'director' },
        { upTo: usd('5.00'), role: 'head_of_department' },
      ],
    },
    'controller',
    {},
    422,
    'rule_unsound',
    'rule.order',
  ],
  [
    'a day on which one holds from',
    'recognition',
    { standard: 'IPSAS 23' },
    'controller',
    { twice: true },
    409,
    'already_exists',
    '',
  ],
  ['what holds anyway', 'reservation', { days: 30 }, 'controller', {}, 422, 'nothing_to_correct', ''],
])(
  '%s is refused',
  async (
    _what,
    subject,
    terms,
    by,
    { twice, ...more }: { twice?: boolean; effectiveFrom?: string },
    status,
    code,
    error,
  ) => {
    const fund = await service.fund()
    if (twice) await inForce(fund, subject, { standard: 'IPSAS 23' })
    const [rules, proposals] = [await rulesOf(fund), await service.database().owner('proposals').count()]
    const answer = await proposeRule(fund, subject, terms, { by: fund.cast[by]!, ...more })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    if (error) expect(answer.body.errors.map((one: { code: string }) => one.code)).toContain(error)
    expect([await rulesOf(fund), await service.database().owner('proposals').count()]).toEqual([rules, proposals])
  },
)

test('neither an administrator nor a service account changes a rule, and another fund finds nothing', async () => {
  const [fund, other] = [await service.fund(), await service.fund()]
  const before = await rulesOf(fund)
  const admin = await proposeRule(fund, 'reservation', { days: 3 }, { by: service.admin() })
  expect([admin.status, admin.body.code]).toEqual([403, 'role_not_allowed'])
  const robot = await service
    .admin()
    .post('/people', { name: 'Robot', email: 'robot@example.org', kind: 'service' })
    .expect(201)
  await service.admin().post(`/funds/${fund.id}/roles`, { personId: robot.body.id, role: 'controller' }).expect(201)
  const { body } = await service
    .admin()
    .post('/tokens', { name: 'robot', days: 1, personId: robot.body.id })
    .expect(201)
  const terms = { effectiveFrom: today(), reason: 'x', terms: { days: 3 } }
  const machine = await service
    .nobody()
    .post(`/funds/${fund.id}/policies/reservation`, terms)
    .set('authorization', `Bearer ${body.token}`)
  expect([machine.status, machine.body.code]).toEqual([403, 'service_account_decides_nothing'])
  const stranger = await service.person('Stranger', other.id, ['director'])
  const proposed = await proposeRule(fund, 'reservation', { days: 3 }).expect(201)
  for (const answer of [
    await stranger.get(`/funds/${fund.id}/policies`),
    await stranger.get(`/proposals/${proposed.body.id}/preview`),
    await decideOn(stranger, proposed.body.id),
    await decideOn(service.admin(), proposed.body.id),
  ])
    expect([403, 404]).toContain(answer.status)
  expect(await rulesOf(fund)).toEqual(before)
})

test('the database takes no rule that nobody proposed, that is another than was proposed, or that holds from a day that is over', async () => {
  const fund = await service.fund()
  const { service: db } = service.database()
  const rule = { fund_id: fund.id, subject: 'reservation', effective_from: today(), terms: { days: 1 } }
  const { body } = await proposeRule(fund, 'reservation', { days: 3 }).expect(201)
  const insert = (row: object) => db('policies').insert(row)
  await expect(insert(rule)).rejects.toMatchObject({ constraint: 'rule_was_proposed' })
  await expect(insert({ ...rule, proposal_id: body.id })).rejects.toMatchObject({ constraint: 'rule_was_proposed' })
  const proposed = { ...rule, terms: { days: 3 }, proposal_id: body.id }
  await expect(insert(proposed)).rejects.toMatchObject({ constraint: 'rule_by_two_people' })
  await expect(insert({ ...proposed, recorded_at: '2030-01-01' })).rejects.toMatchObject({
    constraint: 'rule_not_in_the_past',
  })
})

test('what a proposal would have changed is what happens when the same requests are submitted under it', async () => {
  const fund = await service.fund()
  await received(fund, '5000000.00')
  const payeeId = await verifiedPayee(fund)
  const high = await verifiedPayee(fund, 'Far Away Institute')
  const rated = { rating: 'high', reason: 'New, and far from anybody who knows it', validUntil: '2099-01-01' }
  await fund.cast.complianceOfficer!.post(`/payees/${high}/ratings`, rated).expect(201)
  const amounts = [
    '0.01',
    '19999.99',
    '20000.00',
    '20000.01',
    '50000.00',
    '50000.01',
    '150000.00',
    '150000.01',
    '1000000.01',
  ]
  const asked = amounts.flatMap((amount) => [payeeId, high].map((to) => ({ amount, to })))
  const requests: { id: string; amount: string; to: string; steps: string[] }[] = []
  for (const { amount, to } of asked) {
    const { id } = await submitted(fund, amount, { payeeId: to })
    requests.push({ id, amount, to, steps: await stepsOf(fund, id) })
    await fund.cast.requester!.post(`/disbursement-requests/${id}/withdrawals`, { reason: 'Only asking' }).expect(201)
  }
  const waiting = await submitted(fund, '30000.00', { payeeId })
  const risks = {
    high: [
      { upTo: usd('20000.00'), role: 'director', quorum: 1 },
      { upTo: null, role: 'head_of_department', quorum: 1 },
    ],
  }
  const terms = { ...MATRIX, risks }
  const looked = await fund.cast
    .auditor!.post(`/funds/${fund.id}/policies/approval-matrix/previews`, { effectiveFrom: today(), terms })
    .expect(200)
  const { body } = await proposeRule(fund, 'approval-matrix', terms).expect(201)
  const preview = (await fund.cast.director!.get(`/proposals/${body.id}/preview`).expect(200)).body
  expect(preview).toEqual(looked.body)
  expect(preview).toMatchObject({ comparable: true, considered: requests.length + 1 })
  expect(preview.untouched.map(({ id }: { id: string }) => id)).toEqual([waiting.id])

  await decideOn(fund.cast.director!, body.id).expect(201)
  const says = (way: { steps: { step: number; role: string; quorum: number }[] }) =>
    way.steps.map((one) => `${one.step} ${one.role} ${one.quorum}`)
  const told = new Map<string, { then: { steps: [] }; under: { steps: [] } }>(
    preview.items.map((one: { id: string }) => [one.id, one]),
  )
  for (const request of requests) {
    const again = await submitted(fund, request.amount, { payeeId: request.to })
    const now = await stepsOf(fund, again.id)
    await fund.cast.requester!.post(`/disbursement-requests/${again.id}/withdrawals`, { reason: 'Done' }).expect(201)
    const found = told.get(request.id)
    expect(found !== undefined).toBe(JSON.stringify(now) !== JSON.stringify(request.steps))
    if (found) expect([says(found.then), says(found.under)]).toEqual([request.steps, now])
  }
  expect(preview.differing).toBe(told.size)
  expect(await stepsOf(fund, waiting.id)).toEqual(['1 certifying_officer 1', '1 fund_manager 1'])
})

test('a request that is submitted anew keeps its matrix, until its amount moves to another row of it', async () => {
  const fund = await service.fund()
  await received(fund, '200000.00')
  const { certifyingOfficer, requester } = fund.cast
  const again = async (id: string, amount: string) => {
    await decide(certifyingOfficer!, id, 'return', 'Other figures').expect(201)
    const read = await requester!.get(`/disbursement-requests/${id}`)
    const lines = [{ category: 'grants', description: 'Talks', amount: usd(amount) }]
    const changed = await requester!
      .patch(`/disbursement-requests/${id}`, { lines })
      .set('if-match', read.headers.etag!)
      .expect(200)
    await submit(fund, { id, etag: changed.headers.etag! }).expect(201)
    return stepsOf(fund, id)
  }
  const [stays, moves] = [await submitted(fund, '30000.00'), await submitted(fund, '30000.00')]
  await inForce(fund, 'approval-matrix', MATRIX)
  expect(await again(stays.id, '49999.99')).toEqual(['1 certifying_officer 1', '1 fund_manager 1'])
  expect(await again(moves.id, '50000.01')).toEqual(['1 certifying_officer 1', '2 fund_manager 2', '3 director 1'])
  expect(await stepsOf(fund, (await submitted(fund, '49999.99')).id)).toHaveLength(3)
})

test('previews of other rules tell what they would have done: days, roles, second people; or that it cannot be told', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  await submit(fund, await draft(fund, '40.00')).expect(201)
  const look = async (subject: string, terms: object) =>
    (
      await fund.cast
        .auditor!.post(`/funds/${fund.id}/policies/${subject}/previews`, { effectiveFrom: today(), terms })
        .expect(200)
    ).body
  const day = new Date(Date.parse(today()) + 10 * 86_400_000).toISOString().slice(0, 10)
  expect(await look('reservation', { days: 10 })).toMatchObject({ differing: 1, items: [{ under: { day } }] })
  expect(await look('authority-limits', { rows: [{ upTo: null, role: 'director' }] })).toMatchObject({
    comparable: true,
    considered: 0,
  })
  expect(await look('bank-charges', { most: usd('1.00'), bps: 1 })).toMatchObject({ comparable: true, considered: 0 })
  expect(await look('funding-rule', { rule: 'pro_rata' })).toMatchObject({ comparable: false, differing: 0 })
})

test('a fund that opened before a rule shipped as it is now is offered that, changes nothing by itself, and is offered no rule that it chose', async () => {
  const fund = await service.fund()
  const offers = async () => (await fund.cast.auditor!.get(`/funds/${fund.id}/policies/offers`).expect(200)).body.items
  expect(await offers()).toEqual([])
  const trx = await service.database().owner.transaction()
  await trx.raw(`set local session_replication_role = replica`)
  await trx.raw(`update policies set terms = terms - 'risks' where fund_id = ? and subject = 'approval_matrix'`, [
    fund.id,
  ])
  await trx.commit()
  const [offered, ...others] = await offers()
  expect(others).toEqual([])
  expect(offered).toMatchObject({
    subject: 'approval_matrix',
    terms: { risks: { high: [{ upTo: usd('150000.00'), role: 'director', quorum: 1 }, {}], expired: [{}, {}] } },
  })
  expect(offered.changes.length).toBeGreaterThan(0)
  expect((await fund.cast.requester!.get(`/funds/${fund.id}/policies/offers`)).body.code).toBe('role_not_allowed')
  await inForce(fund, 'approval-matrix', offered.terms)
  expect(await offers()).toEqual([])
  await inForce(fund, 'reservation', { days: 3 })
  expect(await offers()).toEqual([])
})

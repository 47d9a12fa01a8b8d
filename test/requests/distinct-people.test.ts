import fc from 'fast-check'
import { draft, submit, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

/** Through the front door: one person never has two places on the way from a request to the bank's statement. */

const service = ownService()
let fund: Fund
let payeeId: string

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '90000000.00')
  payeeId = await verifiedPayee(fund)
})

type Way = { requestId: string; paymentId: string }
type Slot = {
  name: string
  role: string
  duty: string
  usual: string
  act: (by: Caller, way: Way) => Promise<{ status: number; code: string | undefined }>
}

const told = async (
  test: PromiseLike<{ status: number; body: { code?: string; id?: string } }>,
  keep?: (id: string) => void,
) => {
  const { status, body } = await test
  if (status === 201 && body.id) keep?.(body.id)
  return { status, code: body.code }
}
const decides = async (by: Caller, { requestId }: Way) => {
  const { contentHash } = (await fund.cast.auditor!.get(`/disbursement-requests/${requestId}`)).body
  return told(by.post(`/disbursement-requests/${requestId}/decisions`, { verdict: 'approve', contentHash }))
}
const releases = (by: Caller, { paymentId }: Way) => told(by.post(`/payments/${paymentId}/releases`))
const usd = (amount: string) => ({ amount, currency: 'USD' })

/** Every place on the way of 1,000,000.01 from a request to the statement, in order, with who takes it usually. */
let certified = 100
/** No two alike, or they would look like one payment twice. */
const nextAmount = () => `${(certified += 1)}`.replace(/(..)$/, '.$1')

const SLOTS: Slot[] = [
  {
    ...{ name: 'asks', role: 'requester', duty: 'requester', usual: 'requester' },
    act: async (by, way) => {
      const made = await draft(fund, '1000000.01', { by, payeeId })
      way.requestId = made.id
      return told(submit(fund, made, by))
    },
  },
  { name: 'certifies', role: 'certifying_officer', duty: 'certifier', usual: 'certifyingOfficer', act: decides },
  { name: 'manages', role: 'fund_manager', duty: 'approver', usual: 'fundManager', act: decides },
  { name: 'manages too', role: 'fund_manager', duty: 'approver', usual: 'fundManager2', act: decides },
  { name: 'directs', role: 'director', duty: 'approver', usual: 'director', act: decides },
  { name: 'heads', role: 'head_of_department', duty: 'approver', usual: 'headOfDepartment', act: decides },
  {
    ...{ name: 'certifies the payment', role: 'certifying_officer', duty: 'certifier', usual: 'certifyingOfficer' },
    act: (by, way) =>
      told(
        by.post(`/disbursement-requests/${way.requestId}/payments`, {
          amount: usd(nextAmount()),
          category: 'grants',
          bankAccountId: fund.bank,
        }),
        (id) => (way.paymentId = id),
      ),
  },
  { name: 'releases', role: 'treasurer', duty: 'releaser', usual: 'treasurer', act: releases },
  { name: 'releases too', role: 'bank_signatory', duty: 'releaser', usual: 'bankSignatory', act: releases },
  {
    ...{ name: 'reconciles', role: 'reconciler', duty: 'reconciler', usual: 'reconciler' },
    act: (by, { paymentId }) =>
      told(
        by.post(`/payments/${paymentId}/settlements`, {
          valueDate: new Date().toISOString().slice(0, 10),
          reference: 'ST-1',
          debited: usd('1.00'),
        }),
      ),
  },
]

const PAIRS = SLOTS.flatMap((first, i) => SLOTS.slice(i + 1).map((second) => [first.name, second.name] as const))

test.each(PAIRS)('who %s never %s in one request, whatever roles they hold', async (first, second) => {
  const [a, b] = [first, second].map((name) => SLOTS.find((slot) => slot.name === name)!) as [Slot, Slot]
  const grants = [...new Set([a.role, b.role])].map((role) =>
    role === 'requester' ? { role, entityId: fund.entity } : role,
  )
  const both = await service.person('Both', fund.id, grants as never)
  const way: Way = { requestId: '', paymentId: '' }
  for (const slot of SLOTS.slice(0, SLOTS.indexOf(b))) {
    const by = slot === a ? both : fund.cast[slot.usual]!
    expect([slot.name, await slot.act(by, way)]).toMatchObject([slot.name, { status: 201 }])
  }
  const answer = await b.act(both, way)
  // Certifying the request and certifying its payment is one duty.
  if (a.duty === b.duty && a.duty === 'certifier') return expect(answer.status).toBe(201)
  expect(['separation_of_duties', 'already_decided_by_you', 'already_released_by_you']).toContain(answer.code)
})

test('no acts of any people, in any order, through any rounds, release money without the full set of distinct people', async () => {
  const all = ['requester', 'certifying_officer', 'fund_manager', 'director', 'bank_signatory']
  const grant = (role: string) => (role === 'requester' ? { role, entityId: fund.entity } : role)
  const sets = [
    all,
    ['requester', 'fund_manager', 'director'],
    ['certifying_officer', 'bank_signatory'],
    ['fund_manager', 'bank_signatory'],
  ]
  const mixed = await Promise.all(
    sets.map((roles, i) => service.person(`Mixed ${i}`, fund.id, roles.map(grant) as never)),
  )
  const { requester, certifyingOfficer, fundManager, fundManager2, director, treasurer, bankSignatory } = fund.cast
  const people = [
    ...mixed,
    ...[requester, certifyingOfficer, fundManager, fundManager2, director, treasurer, bankSignatory].map((one) => one!),
  ]
  const others = [payeeId, await verifiedPayee(fund, 'Another')]
  const act = fc.record({
    kind: fc.constantFrom('change', 'submit', 'decide', 'decide', 'decide', 'return', 'certify', 'release', 'release'),
    by: fc.integer({ min: 0, max: people.length - 1 }),
    amount: fc.constantFrom('49000.00', '50000.00', '160000.00', '170000.00'),
    payee: fc.constantFrom(0, 0, 0, 1),
    endsOn: fc.constantFrom('2027-01-31', '2027-02-28'),
  })
  let released = 0
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 30, maxLength: 60 }), async (acts) => {
      const { id } = await draft(fund, '49000.00', { payeeId })
      let paymentId = 'pay_00000000000000000000000000'
      const path = `/disbursement-requests/${id}`
      for (const { kind, by, amount, payee, endsOn } of acts) {
        const person = people[by]!
        const { headers, body } = await fund.cast.auditor!.get(path)
        const lines = [{ category: 'grants', description: 'Talks', amount: usd(amount) }]
        if (kind === 'change')
          await person.patch(path, { lines, payeeId: others[payee], endsOn }).set('if-match', headers.etag!)
        if (kind === 'submit') await person.post(`${path}/submissions`).set('if-match', headers.etag!)
        if (kind === 'decide')
          await person.post(`${path}/decisions`, { verdict: 'approve', contentHash: body.contentHash })
        if (kind === 'return')
          await person.post(`${path}/decisions`, { verdict: 'return', reason: 'x', contentHash: body.contentHash })
        if (kind === 'certify') {
          const payment = { amount: usd('1.00'), category: 'grants', bankAccountId: fund.bank }
          const { status, body: made } = await person.post(`${path}/payments`, payment)
          if (status === 201) paymentId = made.id
        }
        if (kind === 'release') await person.post(`/payments/${paymentId}/releases`)
      }
      released += await mustBeByDistinctPeople(id)
    }),
    { numRuns: 12 },
  )
  // The usual people, one after the other, do get there: so the property is about something.
  const way: Way = { requestId: '', paymentId: '' }
  for (const slot of SLOTS.slice(0, -1)) expect((await slot.act(fund.cast[slot.usual]!, way)).status).toBe(201)
  expect(released + (await mustBeByDistinctPeople(way.requestId))).toBeGreaterThan(0)
})

/** Looks at the rows alone: who submitted, approved, certified and released what has been released. Gives how many payments that were. */
async function mustBeByDistinctPeople(requestId: string): Promise<number> {
  const { owner } = service.database()
  const payments = await owner('payments').where({ request_id: requestId, status: 'released' })
  if (payments.length === 0) return 0
  const request = await owner('requests').where({ id: requestId }).first()
  const steps = await owner('approval_steps').where({ request_id: requestId, round: request.round })
  const { rows: decisions } = await owner.raw(
    `select d.role, d.decided_by, s.amount, s.content ->> 'payeeId' as payee, (select l.amount from submissions l where l.request_id = d.request_id and l.round = ?) as paid
       from decisions d join submissions s on s.request_id = d.request_id and s.round = d.round
      where d.request_id = ? and d.verdict = 'approve'
        and (d.round = ? or d.id in (select decision_id from kept_decisions where request_id = ? and round = ?))`,
    [request.round, requestId, request.round, requestId, request.round],
  )
  for (const { role, quorum } of steps) {
    const own = decisions.filter((one: { role: string }) => one.role === role)
    expect(new Set(own.map((one: { decided_by: string }) => one.decided_by)).size).toBeGreaterThanOrEqual(quorum)
  }
  for (const { payee, amount, paid } of decisions) {
    expect(payee).toBe(request.payee_id)
    expect(BigInt(amount)).toBeGreaterThanOrEqual(BigInt(paid))
  }
  const requesters = await owner('submissions').where({ request_id: requestId }).distinct().pluck('submitted_by')
  const signers = await owner('releases').where({ payment_id: payments[0].id }).pluck('released_by')
  expect(new Set(signers).size).toBe(2)
  const everybody = [...requesters, ...decisions.map((one: { decided_by: string }) => one.decided_by), ...signers]
  expect(new Set(everybody).size).toBe(everybody.length)
  return payments.length
}

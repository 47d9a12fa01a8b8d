import fc from 'fast-check'
import { isTouched, materialChanges, type Content } from '../../server/requests/policy.ts'
import { decide, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { bankDetails } from '../support/bank-details.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

/** Decisions are bound to exactly what was decided on: what changes reopens the steps it touches, and no others. */

const service = ownService()

const usd = (amount: string) => ({ amount, currency: 'USD' })
const line = (amount: string, description = 'Talks', category = 'grants') => ({
  category,
  description,
  amount: usd(amount),
})

const read = async (fund: Fund, id: string) =>
  (await fund.cast.auditor!.get(`/disbursement-requests/${id}`).expect(200)).body

/** Approves the request as it is now. */
const approve = async (fund: Fund, by: Caller, id: string) => {
  const { contentHash } = await read(fund, id)
  return by.post(`/disbursement-requests/${id}/decisions`, { verdict: 'approve', contentHash })
}

/** A request of 200,000.00 that the certifying officer and a manager have approved and the director has returned. */
async function returned(fund: Fund): Promise<{ id: string; payeeId: string }> {
  const { certifyingOfficer, fundManager, director } = fund.cast
  const request = await submitted(fund, '200000.00')
  await decide(certifyingOfficer!, request.id).expect(201)
  await decide(fundManager!, request.id).expect(201)
  await decide(director!, request.id, 'return', 'Say more').expect(201)
  return request
}

async function submittedAnew(fund: Fund, id: string, change: object) {
  const { requester } = fund.cast
  const { headers } = await requester!.get(`/disbursement-requests/${id}`)
  const changed = await requester!
    .patch(`/disbursement-requests/${id}`, change)
    .set('if-match', headers.etag!)
    .expect(200)
  return (await submit(fund, { id, etag: changed.headers.etag! }).expect(201)).body
}

test.each<[string, (fund: Fund) => Promise<object> | object, string[], string[]]>([
  ['a title', () => ({ title: 'Other words' }), [], ['director']],
  [
    'a purpose',
    () => ({ purpose: 'More about it', themes: ['power_sharing'], support: ['advisory'] }),
    [],
    ['director'],
  ],
  ['nothing', () => ({}), [], ['director']],
  ['a smaller amount', () => ({ lines: [line('199999.99')] }), ['amount_lowered'], ['certifying_officer', 'director']],
  [
    'a larger amount',
    () => ({ lines: [line('200000.01')] }),
    ['amount_raised', 'lines'],
    ['certifying_officer', 'fund_manager', 'director'],
  ],
  [
    'a line of another name',
    () => ({ lines: [line('200000.00', 'Other talks')] }),
    ['lines'],
    ['certifying_officer', 'fund_manager', 'director'],
  ],
  [
    'money moved to another category',
    () => ({ lines: [line('150000.00'), line('50000.00', 'Flights', 'travel')] }),
    ['lines'],
    ['certifying_officer', 'fund_manager', 'director'],
  ],
  ['other dates', () => ({ endsOn: '2027-02-28' }), ['dates'], ['fund_manager', 'director']],
  [
    'another payee',
    async (fund) => ({ payeeId: await verifiedPayee(fund, 'Another Centre') }),
    ['payee'],
    ['certifying_officer', 'fund_manager', 'director'],
  ],
])('%s changes: exactly the steps that it touches decide again', async (_what, change, material, open) => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const { id } = await returned(fund)
  const anew = await submittedAnew(fund, id, await change(fund))
  const kept = ['certifying_officer', 'fund_manager'].filter((role) => !open.includes(role))
  expect(anew).toMatchObject({ round: 2, keptDecisions: kept.length })
  const told = await read(fund, id)
  expect(
    told.decisions.flatMap((one: { countsAt: number | null; role: string }) =>
      one.countsAt === null ? [] : [one.role],
    ),
  ).toEqual(kept)
  expect(told.changes[0].material.map((one: { change: string }) => one.change)).toEqual(material)
  const people: Record<string, Caller> = {
    certifying_officer: fund.cast.certifyingOfficer!,
    fund_manager: fund.cast.fundManager!,
    director: fund.cast.director!,
  }
  for (const role of open) {
    expect((await read(fund, id)).waitingFor).toMatchObject([{ role }])
    for (const already of kept)
      expect((await approve(fund, people[already]!, id)).body.code).toBe('already_decided_by_you')
    expect((await approve(fund, people[role]!, id)).status).toBe(201)
  }
  expect((await read(fund, id)).status).toBe('approved')
})

test('the page of a request tells what changed, field by field and line by line, old and new', async () => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const { id } = await returned(fund)
  const payeeId = await verifiedPayee(fund, 'مركز الحوار <script>')
  await submittedAnew(fund, id, {
    title: 'Two talks',
    payeeId,
    lines: [line('120000.00'), line('9.50', 'Flights', 'travel')],
  })
  expect((await read(fund, id)).changes).toMatchObject([
    {
      round: 2,
      submittedBy: fund.cast.requester!.name,
      fields: [
        { field: 'title', before: 'Shuttle talks', after: 'Two talks' },
        { field: 'payeeId', before: 'Centre for Dialogue', after: 'مركز الحوار <script>' },
      ],
      lines: [
        { category: 'grants', description: 'Talks', before: usd('200000.00'), after: usd('120000.00') },
        { category: 'travel', description: 'Flights', before: null, after: usd('9.50') },
      ],
      amount: { before: usd('200000.00'), after: usd('120009.50') },
      kept: 0,
    },
  ])
})

test('other bank details reopen the certifying officer’s step and no other, also where the approval was kept from another round', async () => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const { certifyingOfficer, fundManager, director } = fund.cast
  const { id, payeeId } = await returned(fund)
  await submittedAnew(fund, id, { title: 'Other words' })
  const before = await read(fund, id)
  await otherDetails(fund, payeeId)
  const after = await read(fund, id)
  expect(after.waitingFor).toMatchObject([{ role: 'certifying_officer' }])
  expect(after.contentHash).not.toBe(before.contentHash)
  expect(after.bankDetailsChanged).toMatchObject({ version: 2, reopened: false })
  const blind = { verdict: 'approve', contentHash: before.contentHash }
  const stale = await certifyingOfficer!.post(`/disbursement-requests/${id}/decisions`, blind)
  expect([stale.status, stale.body.code]).toEqual([412, 'version_changed'])
  expect((await approve(fund, certifyingOfficer!, id)).status).toBe(201)
  expect((await approve(fund, fundManager!, id)).body.code).toBe('already_decided_by_you')
  expect((await approve(fund, director!, id)).status).toBe(201)
  expect(await read(fund, id)).toMatchObject({ status: 'approved', bankDetailsChanged: null })
})

test('an approval is not kept for a request that names its giver by now, or whose payee they are tied to', async () => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const { id, payeeId } = await returned(fund)
  await fund.cast.certifyingOfficer!.post(`/payees/${payeeId}/ties`, { nature: 'My sister works there' }).expect(201)
  const anew = await submittedAnew(fund, id, { namedPeople: [fund.cast.fundManager!.id] })
  expect(anew.keptDecisions).toBe(0)
  expect((await approve(fund, fund.cast.certifyingOfficer!, id)).body.code).toBe('tied_to_payee')
  expect((await approve(fund, fund.cast.certifyingOfficer2!, id)).status).toBe(201)
  expect((await approve(fund, fund.cast.fundManager!, id)).body.code).toBe('named_in_request')
})

test('one person never fills two places, also when one of them is kept from an earlier round', async () => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const both = await service.person('Manager and director', fund.id, ['fund_manager', 'director'])
  const { id } = await submitted(fund, '200000.00')
  await decide(fund.cast.certifyingOfficer!, id).expect(201)
  await decide(both, id).expect(201)
  await decide(fund.cast.director!, id, 'return', 'Say more').expect(201)
  await submittedAnew(fund, id, { purpose: 'More of it' })
  const again = await approve(fund, both, id)
  expect([again.status, again.body.code]).toEqual([409, 'already_decided_by_you'])
  const { service: db } = service.database()
  const first = await db('decisions').where({ request_id: id, decided_by: both.id }).first()
  const second = { ...first, id: `dec_${'0'.repeat(26)}`, round: 2, step: 3, role: 'director' }
  const { content_hash } = await db('requests').where({ id }).first('content_hash')
  await expect(db('decisions').insert({ ...second, content_hash })).rejects.toMatchObject({
    constraint: 'decided_once_by_each',
  })
  await expect(db('decisions').insert(second)).rejects.toMatchObject({ constraint: 'decision_on_what_was_submitted' })
})

test('the database keeps no decision that a change has touched, or that did not count', async () => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const { id } = await returned(fund)
  await submittedAnew(fund, id, { lines: [line('1000.00')] })
  const { service: db } = service.database()
  const [certified, managed, sentBack] = await db('decisions').where({ request_id: id }).orderBy('decided_at')
  const keep = ({ id: decision_id, role, decided_by }: { id: string; role: string; decided_by: string }, step = 1) =>
    db('kept_decisions').insert({ fund_id: fund.id, request_id: id, round: 2, step, role, decided_by, decision_id })
  await expect(keep(certified)).rejects.toMatchObject({ constraint: 'kept_decision_still_covers' })
  await expect(keep({ ...managed, role: 'certifying_officer' })).rejects.toMatchObject({ code: '23514' })
  await expect(keep(managed)).rejects.toMatchObject({ constraint: 'kept_decisions_pkey' })
  await expect(keep(sentBack)).rejects.toMatchObject({ constraint: 'kept_decision_still_covers' })
  expect((await read(fund, id)).waitingFor).toMatchObject([{ role: 'certifying_officer' }])
})

test('the table of what touches whom is the same in the service and in the database', async () => {
  const { owner } = service.database()
  const content = fc.record({
    payeeId: fc.constantFrom('pye_1', 'pye_2'),
    payeeDetails: fc.constantFrom('a', 'a', 'a', 'b'),
    processId: fc.constantFrom('prc_1', 'prc_1', 'prc_2'),
    startsOn: fc.constantFrom('2026-01-01', '2026-01-02'),
    endsOn: fc.constantFrom('2026-02-01', '2026-02-02'),
    lines: fc.array(
      fc.record({
        category: fc.constantFrom('grants', 'travel'),
        description: fc.constantFrom('Talks', 'محادثات'),
        amount: fc.record({ amount: fc.constantFrom('0.01', '10.00', '10.0', '20.00'), currency: fc.constant('USD') }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  const roles = ['certifying_officer', 'fund_manager', 'director', 'head_of_department']
  await fc.assert(
    fc.asyncProperty(content, content, fc.boolean(), async (before: Content, other: Content, sameParty) => {
      const after = sameParty
        ? { ...other, payeeId: before.payeeId, payeeDetails: before.payeeDetails!, processId: before.processId }
        : other
      const changes = materialChanges(before, after, 'USD')
      const { rows } = await owner.raw(
        `select change_touches(?, ?, r) as touched from unnest(?::text[]) with ordinality u (r, n) order by n`,
        [JSON.stringify(before), JSON.stringify(after), roles],
      )
      expect(rows.map((one: { touched: boolean }) => one.touched)).toEqual(
        roles.map((role) => isTouched(role, changes)),
      )
    }),
    { numRuns: 300 },
  )
})

/** Other bank details of the payee, recorded by one clerk and verified by another. */
async function otherDetails(fund: Fund, payeeId: string): Promise<void> {
  const { payeeClerk, payeeClerk2 } = fund.cast
  const { body } = await payeeClerk!
    .post(`/payees/${payeeId}/accounts`, { ...bankDetails(), reason: 'Their bank has closed' })
    .expect(201)
  await payeeClerk2!.post(`/payees/${payeeId}/verifications`, { version: body.number }).expect(201)
}

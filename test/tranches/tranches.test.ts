import fc from 'fast-check'
import { money, minorUnits } from '../../server/money.ts'
import { conditionsOn, plannedShares, sharesFor, tranchesOf, type TrancheRules } from '../../server/tranches/policy.ts'
import { SUBJECTS } from '../../server/rules/policy.ts'
import { complaintsAbout } from '../../server/rules/sound.ts'
import { approved, certify, decide, released, submitted, verifiedPayee } from '../support/asking.ts'
import { inForce } from '../rules/ruling.ts'
import { received } from '../support/money-in.ts'
import { active, movableClock, settle } from '../no-regret/telling.ts'
import { ar } from '../../templates/texts/ar.ts'
import { formsOf, signedIn, textOf } from '../console/browser.ts'
import { paidRequest } from '../expenditure-reports/telling.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const time = movableClock()
const service = ownService({ clock: time.clock })
const today = () => time.now().toISOString().slice(0, 10)
const usd = (amount: string) => ({ amount, currency: 'USD' })
const later = (days: number) => new Date(time.now().getTime() + days * 86_400_000).toISOString().slice(0, 10)

let fund: Fund
beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '900000.00')
})

/** A verified payee that was rated. */
async function rated(rating: string, validUntil = later(200)): Promise<string> {
  const payeeId = await verifiedPayee(fund)
  await fund.cast
    .complianceOfficer!.post(`/payees/${payeeId}/ratings`, { rating, reason: 'Looked at', validUntil })
    .expect(201)
  return payeeId
}

const told = async (id: string) =>
  (await fund.cast.auditor!.get(`/disbursement-requests/${id}/tranches`).expect(200)).body.plan
const waive = (id: string, tranche = 2, by: Caller = fund.cast.fundManager2!) =>
  by.post(`/disbursement-requests/${id}/tranche-waivers`, { tranche, reason: 'The parties meet tomorrow' })
const agree = (proposal: string, by: Caller = fund.cast.director!) =>
  by.post(`/proposals/${proposal}/decisions`, { verdict: 'approve' })
const paidOf = async (id: string) =>
  (
    await service
      .database()
      .owner('payments')
      .where({ request_id: id })
      .whereNot({ status: 'cancelled' })
      .sum('amount as sum')
  )[0]!.sum

const rules = async () =>
  (await service.database().owner('policies').where({ fund_id: fund.id, subject: 'tranches' }).first('terms'))
    .terms as TrancheRules

test.each([
  ['low', 183, [10_000]],
  ['low', 184, [8_000, 2_000]],
  ['unrated', 30, [10_000]],
  ['medium', 183, [8_000, 2_000]],
  ['medium', 365, [6_000, 4_000]],
  ['high', 1, [4_000, 4_000, 2_000]],
  ['expired', 400, [4_000, 4_000, 2_000]],
] as const)('a payee of %s risk gets the grant of a request of %i days in shares of %j', async (risk, days, shares) => {
  expect(sharesFor(await rules(), { risk, days })).toEqual(shares)
})

test('tranches are all of the grant to the last cent, whatever the shares', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 10n ** 17n),
      fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 1, maxLength: 9 }),
      (units, shares) => {
        const text = `${units}`.padStart(3, '0')
        const total = money(`${text.slice(0, -2)}.${text.slice(-2)}`, 'USD')
        const planned = plannedShares(shares, { startsOn: '2026-11-01', endsOn: '2027-01-31', currency: 'USD' })
        const parts = tranchesOf(total, planned)
        expect(parts.reduce((sum, { amount }) => sum + BigInt(minorUnits(amount)), 0n)).toBe(units)
        expect(parts.map(({ plannedOn }) => plannedOn)).toEqual(parts.map(({ plannedOn }) => plannedOn).sort())
      },
    ),
    { numRuns: 100 },
  )
})

test('nothing received is nothing reported: the conditions of a next tranche need figures above zero, a report in time and a rating', () => {
  const zero = money('0.00', 'USD')
  const measured = {
    received: zero,
    accepted: zero,
    needed: zero,
    blocking: 1,
    worstDays: 3,
    rating: null,
    validUntil: null,
  }
  expect(conditionsOn('2026-11-24', measured).map(({ met }) => met)).toEqual([false, false, false])
  const enough = {
    ...measured,
    received: money('10.00', 'USD'),
    accepted: money('7.00', 'USD'),
    needed: money('7.00', 'USD'),
  }
  const good = { ...enough, blocking: 0, rating: 'low', validUntil: '2026-11-24' }
  expect(conditionsOn('2026-11-24', good).map(({ met }) => met)).toEqual([true, true, true])
  expect(conditionsOn('2026-11-25', good).map(({ met }) => met)).toEqual([true, true, false])
})

test.each([
  [{ low: [{ fromDays: 2, shares: [{ share: 10_000 }] }] }, ['low.0.fromDays']],
  [{ high: [{ fromDays: 1, shares: [{ share: 5_000 }, { share: 4_999 }] }] }, ['high.0.shares']],
  [
    {
      low: [
        { fromDays: 1, shares: [{ share: 10_000 }] },
        { fromDays: 1, shares: [{ share: 0 }, { share: 10_000 }] },
      ],
    },
    ['low.1.fromDays', 'low.1.shares'],
  ],
] as const)('a rule of tranches that cannot work is complained about: %j', async (broken, fields) => {
  expect(Object.keys(SUBJECTS.tranches)).toContain('reportedBps')
  const terms = { ...(await rules()), ...broken }
  expect(complaintsAbout('tranches', terms as never, [], 'USD').map(({ field }) => field)).toEqual(fields)
})

test('an approved grant is paid in the tranches of the rule, and one cent beyond them is refused with what is missing', async () => {
  const { id } = await approved(fund, '10000.01', { payeeId: await rated('medium') })
  expect(await told(id)).toMatchObject({
    ...{ source: 'rule', risk: 'medium', days: 92, reportedBps: 7000, left: usd('8000.01') },
    tranches: [
      { number: 1, amount: usd('8000.01'), plannedOn: '2026-11-01', released: { grounds: 'first' } },
      { number: 2, amount: usd('2000.00'), plannedOn: '2026-12-17', released: null },
    ],
    next: { number: 2, conditions: [{ met: false }, { met: true, overdue: 0 }, { met: true, rating: 'medium' }] },
  })
  const refused = await certify(fund, id, '8000.02')
  expect([refused.status, refused.body.code]).toEqual([409, 'tranche_not_due'])
  expect(refused.body).toMatchObject({
    tranche: 2,
    left: usd('8000.01'),
    conditions: [{ condition: 'reported', met: false, received: usd('0.00') }, {}, {}],
  })
  expect(await paidOf(id)).toBeNull()

  const payment = await released(fund, id, '8000.01')
  await settle(fund, payment, '8000.01', today()).expect(201)
  const next = await certify(fund, id, '0.01').expect(409)
  expect(next.body.conditions[0]).toEqual({
    condition: 'reported',
    met: false,
    received: usd('8000.01'),
    accepted: usd('0.00'),
    needed: usd('5600.01'),
  })
})

test('what the fund pays itself is in no tranche', async () => {
  const lines = ['grants', 'travel'].map((category) => ({ category, description: 'Talks', amount: usd('5000.00') }))
  const { id } = await approved(fund, '5000.00', { payeeId: await rated('medium'), lines })
  expect((await told(id)).tranches.map((one: { amount: object }) => one.amount)).toEqual([
    usd('4000.00'),
    usd('1000.00'),
  ])
  await certify(fund, id, '5000.00', 'travel').expect(201)
  expect((await certify(fund, id, '4000.01')).body.code).toBe('tranche_not_due')
  await certify(fund, id, '4000.00').expect(201)
})

test('in the no-regret lane one tranche is all of it', async () => {
  const payeeId = await rated('high')
  const { id } = await active(fund, '9000.00', { payeeId })
  expect(await told(id)).toMatchObject({
    source: 'lane',
    risk: 'high',
    tranches: [{ amount: usd('9000.00') }],
    next: null,
  })
  await certify(fund, id, '9000.00').expect(201)
})

test('two people waive what is missing, with a reason, and it is shown', async () => {
  const { id } = await approved(fund, '1000.00', { payeeId: await rated('medium') })
  await certify(fund, id, '800.00').expect(201)
  const proposal = (await waive(id).expect(201)).body.id
  expect((await agree(proposal, fund.cast.fundManager2!)).body.code).toBe('two_people_needed')
  expect((await agree(proposal, fund.cast.fundManager3!)).body.code).toBe('role_not_allowed')
  expect((await certify(fund, id, '200.00')).body.code).toBe('tranche_not_due')
  expect((await agree(proposal).expect(201)).body.booked).toEqual({ requestId: id, tranche: 2, waived: ['reported'] })
  const { tranches, next } = await told(id)
  expect(next).toBeNull()
  expect(tranches[1].released).toMatchObject({
    grounds: 'waiver',
    reason: 'The parties meet tomorrow',
    proposedBy: 'fundManager2',
    decidedBy: 'director',
  })
  await certify(fund, id, '200.00').expect(201)
  expect((await waive(id)).body).toMatchObject({ code: 'tranche_not_next', next: null })
})

test.each([
  ['the certifying officer', 'certifyingOfficer', 2, 403, 'role_not_allowed'],
  ['a tranche that is paid already', 'fundManager2', 1, 409, 'tranche_not_next'],
  ['a tranche after the next one', 'fundManager2', 3, 409, 'tranche_not_next'],
] as const)('a waiver is refused to %s, and nothing changes', async (_what, who, tranche, status, code) => {
  const { id } = await approved(fund, '1000.00', { payeeId: await rated('medium') })
  const answer = await waive(id, tranche, fund.cast[who]!)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect((await service.database().owner('proposals').where({ request_id: id }).count())[0]!.count).toBe('0')
})

test('a request that nobody has approved has no tranche to waive, and no rating is as good as one that has run out', async () => {
  const asked = await submitted(fund, '1000.00')
  expect((await waive(asked.id)).body.code).toBe('not_approved')
  const { id } = await approved(fund, '1000.00', { startsOn: '2026-11-01', endsOn: '2027-10-31' })
  expect(await told(id)).toMatchObject({
    risk: 'unrated',
    next: { conditions: [{}, {}, { met: false, rating: null, validUntil: null }] },
  })
})

test('ten who certify at once stay within the tranche', async () => {
  const { id } = await approved(fund, '1000.00', { payeeId: await rated('medium') })
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => certify(fund, id, `149.${91 + i}`.replace('.100', '.90'))),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 409, 409, 409, 409, 409])
  const paid = BigInt(await paidOf(id))
  expect(paid > 74_900n && paid <= 75_000n).toBe(true)
})

test('the database takes no payment beyond the released tranches, and no tranche out of its turn', async () => {
  const { id } = await approved(fund, '1000.00', { payeeId: await rated('medium') })
  const payment = (await certify(fund, id, '800.00').expect(201)).body.id
  const { owner } = service.database()
  const copy = async (change: object) => {
    const one = await owner('payments').where({ id: payment }).first()
    return owner('payments').insert({ ...one, id: `pay_${'0'.repeat(26)}`, code: 'P26-999999', ...change })
  }
  await expect(copy({ amount: '1' })).rejects.toMatchObject({ constraint: 'within_released_tranches' })
  const release = {
    fund_id: fund.id,
    request_id: id,
    conditions: '[]',
    released_at: time.now(),
    act_id: (await owner('acts').first('id')).id,
  }
  await expect(
    owner('tranche_releases').insert({ ...release, number: 2, grounds: 'conditions' }),
  ).rejects.toMatchObject({ constraint: 'tranche_is_due' })
  await expect(owner('tranche_releases').insert({ ...release, number: 2, grounds: 'waiver' })).rejects.toMatchObject({
    code: '23514',
  })
  const asked = await submitted(fund, '10.00')
  await decide(fund.cast.certifyingOfficer!, asked.id).expect(201)
  const approveAlone = owner.transaction(async (trx) => {
    await trx.raw(`alter table requests disable trigger approved_at_every_step`)
    await trx('requests').where({ id: asked.id }).update({ status: 'approved' })
    await trx.raw(`set constraints all immediate`)
  })
  await expect(approveAlone).rejects.toMatchObject({ constraint: 'approved_with_tranches' })
})

test('where the rule asks for no report, the next tranche is due once the one before is paid, and there is nothing to waive', async () => {
  await inForce(fund, 'tranches', { ...(await rules()), reportedBps: 0 })
  const { id } = await approved(fund, '1000.00', { payeeId: await rated('medium') })
  expect((await certify(fund, id, '800.01')).body.code).toBe('tranche_not_due')
  await certify(fund, id, '800.00').expect(201)
  expect((await waive(id)).body.code).toBe('nothing_to_waive')
  await certify(fund, id, '200.00').expect(201)
  expect((await told(id)).tranches[1].released).toMatchObject({ grounds: 'conditions', reason: null })
})

test('on the pages a report is begun, written, submitted and reviewed line by line, in both languages, with what people typed kept', async () => {
  const own = await service.fund()
  await received(own, '5000.00')
  const request = await paidRequest(own, today(), { grants: '100.00' })
  const asker = await signedIn(service, own.cast.requester!)
  const begun = await asker.sendAndFollow(
    await asker.open(`/requests/${request.id}`),
    `/requests/${request.id}/expenditure-reports`,
  )
  const { id } = await service.database().owner('expenditure_reports').where({ request_id: request.id }).first('id')
  const at = `/expenditure-reports/${id}`
  const line = { 'lines.0.category': 'grants', 'lines.0.description': 'قاعة <b>', 'lines.0.spentOn': '2026-11-10' }
  const typed = { periodFrom: '2026-11-01', periodTo: today(), narrative: 'They talked', ...line }
  const wrong = await asker.send(begun, at, { ...typed, 'lines.0.amount': '1.005', 'lines.0.currency': 'USD' })
  expect([wrong.status, textOf(wrong)]).toEqual([400, expect.stringContaining('They talked')])
  const saved = await asker.sendAndFollow(begun, at, { ...typed, 'lines.0.amount': '٦٠.50', 'lines.0.currency': 'usd' })
  expect(textOf(saved)).toContain('60.50')
  await asker.sendAndFollow(saved, `${at}/submissions`)
  const reviewer = await signedIn(service, own.cast.certifyingOfficer!, { language: 'ar' })
  const page = await reviewer.open(at)
  expect(textOf(page)).toContain(ar.spending.page.review)
  expect(page.text).not.toContain('<b>')
  const [form] = formsOf(page).filter((action) => action.endsWith('/reviews')) as [string]
  expect((await reviewer.send(page, form, { verdict: 'query' })).status).toBe(400)
  const done = await reviewer.sendAndFollow(page, form, { verdict: 'accept' })
  expect(textOf(done)).toContain(ar.spending.page.standings.accept)
  const list = await reviewer.open(`/funds/${own.id}/reports`)
  expect(textOf(list)).toContain(ar.spending.statuses.accepted)
})

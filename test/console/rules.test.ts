import { inForce, MATRIX } from '../rules/ruling.ts'
import { decide, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()

const matrixTyped = {
  ...{ 'rows.0.upTo': '٢٠٠٠٠٫٠٠', 'rows.0.steps.0.step': '1', 'rows.0.steps.0.role': 'certifying_officer' },
  ...{ 'rows.0.steps.0.quorum': '1', 'rows.0.steps.2.step': '1', 'rows.0.steps.2.role': 'fund_manager' },
  ...{ 'rows.0.steps.2.quorum': '1', 'rows.2.upTo': '', 'rows.2.opinion': 'yes', 'rows.2.steps.0.step': '1' },
  ...{ 'rows.2.steps.0.role': 'certifying_officer', 'rows.2.steps.0.quorum': '1', 'rows.2.steps.1.step': '2' },
  ...{ 'rows.2.steps.1.role': 'fund_manager', 'rows.2.steps.1.quorum': '2' },
}

test('a controller sees what would go another way before proposing, and the head of department sees the same before confirming', async () => {
  const fund = await service.fund()
  await received(fund, '100000.00')
  await submitted(fund, '30000.00')
  const controller = await signedIn(service, fund.cast.controller!)
  const path = `/funds/${fund.id}/rules`
  const rules = await controller.open(path)
  expect(textOf(rules)).toContain('up to USD 50,000.00 : 1. Certifying officer · 1. Fund manager')
  expect(textOf(rules)).toContain('everything above')
  for (const text of [
    'Before escalation, After violence',
    'Until decided : 1440',
    'Waiting for funds : Fund manager, Director',
  ])
    expect(textOf(rules).replaceAll(/\s*:\s*/g, ' : ')).toContain(text)
  const form = await controller.open(`${path}/approval_matrix`)
  expect(form.text).toContain('value="150000.00"')
  const asked = new URLSearchParams({
    look: 'yes',
    effectiveFrom: new Date().toISOString().slice(0, 10),
    ...matrixTyped,
  })
  const looked = await controller.open(`${path}/approval_matrix?${asked.toString()}`)
  expect(textOf(looked)).toContain('1 of 1 in the last twelve months would have gone another way.')
  expect(textOf(looked)).toContain('Requests under way, which keep the rules they were submitted under: 1.')
  const without = await controller.send(looked, `${path}/approval_matrix`, { reason: '' })
  expect([without.status, textOf(without).includes('Fill this in.')]).toEqual([400, true])
  const done = await controller.sendAndFollow(without, `${path}/approval_matrix`, { reason: 'Smaller <b>steps</b> ٣' })
  expect(textOf(done)).toContain('It is proposed. Another person must confirm it before it holds.')
  expect(done.text).not.toContain('<b>steps')

  const head = await signedIn(service, fund.cast.headOfDepartment!)
  const list = await head.open(path)
  const proposal = /\/rules\/prp_\w+/.exec(list.text)![0]
  const shown = await head.open(proposal)
  expect(textOf(shown)).toContain('1 of 1 in the last twelve months would have gone another way.')
  const confirmed = await head.sendAndFollow(shown, `${proposal}/decisions`, { verdict: 'approve' })
  expect(textOf(confirmed)).toContain('It is confirmed and holds from its day on.')
  expect(formsOf(confirmed)).toEqual(['/console/sign-out'])
  expect(textOf(await head.open(path))).toContain('up to USD 20,000.00 : 1. Certifying officer · 1. Fund manager')
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/policies`)
  expect(
    body.items.findLast((one: { subject: string }) => one.subject === 'approval_matrix').terms.rows[1],
  ).toMatchObject({ opinion: true })
})

test.each([
  ['approval_matrix', { 'rows.0.upTo': '5.00' }, 'الصف الأخير'],
  ['reservation', { days: 'abc' }, 'اكتب رقماً صحيحاً.'],
  ['bank_charges', { most: '1.005', bps: '2' }, 'خانات عشرية'],
  ['funding_rule', { rule: '' }, 'هذا الحقل مطلوب.'],
])('what is wrong with %s is told beside its field, in Arabic', async (subject, typed, says) => {
  const fund = await service.fund()
  const director = await signedIn(service, fund.cast.director!, { language: 'ar' })
  const own = subject === 'approval_matrix' ? { ...matrixTyped, 'rows.2.upTo': '9000.00', ...typed } : typed
  const asked = new URLSearchParams({ look: 'yes', effectiveFrom: '2099-01-01', ...(own as Record<string, string>) })
  const page = await director.open(`/funds/${fund.id}/rules/${subject}?${asked.toString()}`)
  expect([page.status, textOf(page).includes(says)]).toEqual([200, true])
  expect(formsOf(page)).toEqual(['/console/sign-out'])
})

test('every rule has a form that proposes it, and who reads only has none', async () => {
  const fund = await service.fund()
  const controller = await signedIn(service, fund.cast.controller!)
  const auditor = await signedIn(service, fund.cast.auditor!)
  const changes: Record<string, Record<string, string>> = {
    funding_rule: { rule: 'pro_rata' },
    reservation: { days: '١٤' },
    authority_limits: { 'rows.0.upTo': '', 'rows.0.role': 'head_of_department' },
    bank_charges: { most: '99.50', bps: '1.5' },
    recognition: { standard: 'IPSAS 23' },
  }
  for (const [subject, typed] of Object.entries(changes)) {
    const path = `/funds/${fund.id}/rules/${subject}`
    expect((await auditor.open(path)).status).toBe(403)
    const asked = new URLSearchParams({ look: 'yes', effectiveFrom: '2099-01-01', ...typed })
    const looked = await controller.open(`${path}?${asked.toString()}`)
    const done = await controller.sendAndFollow(looked, path, { reason: 'Asked for' })
    expect(textOf(done)).toContain('You proposed this.')
  }
  const { items } = (await fund.cast.auditor!.get(`/funds/${fund.id}/proposals`)).body
  expect(items.map((one: { terms: { terms: object } }) => one.terms.terms)).toContainEqual({
    ...{ most: { amount: '99.50', currency: 'USD' }, bps: 150 },
  })
  expect((await auditor.open(`/funds/${fund.id}/rules/nothing`)).status).toBe(403)
  expect((await controller.open(`/funds/${fund.id}/rules/nothing`)).status).toBe(404)
  const waiting = await auditor.open(`/funds/${fund.id}/rules`)
  expect(formsOf(waiting)).toEqual(['/console/sign-out'])
  expect(textOf(await auditor.open(`/funds/${fund.id}/treasury`))).toContain('Nothing waits for a second person.')
})

test('who proposed a rule takes it back', async () => {
  const fund = await service.fund()
  await inForce(fund, 'approval-matrix', MATRIX)
  const director = await signedIn(service, fund.cast.director!)
  const path = `/funds/${fund.id}/rules/reservation`
  const looked = await director.open(`${path}?look=yes&effectiveFrom=2099-01-01&days=3`)
  const mine = await director.sendAndFollow(looked, path, { reason: 'x' })
  const decision = formsOf(mine).find((action) => action.startsWith('/rules/'))!
  const back = await director.sendAndFollow(mine, decision, { reason: 'Not now' })
  expect(textOf(back)).toContain('It is rejected; nothing changes.')
  expect(textOf(await director.open(`/funds/${fund.id}/rules`))).toContain(fund.cast.headOfDepartment!.name)
})

test('a compliance officer rates a payee on its page, and a request shows what changed since it was submitted before', async () => {
  const fund = await service.fund()
  await received(fund, '500000.00')
  const payeeId = await verifiedPayee(fund)
  const officer = await signedIn(service, fund.cast.complianceOfficer!)
  const page = await officer.open(`/payees/${payeeId}`)
  expect(textOf(page)).toContain('not rated')
  const refused = await officer.send(page, `/payees/${payeeId}/ratings`, {
    rating: 'high',
    validUntil: '2020-01-01',
    reason: 'Far',
  })
  expect(refused.status).toBe(422)
  const rated = await officer.sendAndFollow(refused, `/payees/${payeeId}/ratings`, { validUntil: '2099-01-01' })
  expect(textOf(rated)).toContain('The rating is recorded.')
  expect(formsOf(await (await signedIn(service, fund.cast.auditor!)).open(`/payees/${payeeId}`))).toEqual([
    '/console/sign-out',
  ])

  const { id } = await submitted(fund, '200000.00', { payeeId })
  await decide(fund.cast.certifyingOfficer!, id).expect(201)
  await decide(fund.cast.fundManager!, id).expect(201)
  await decide(fund.cast.director!, id, 'return', 'Less').expect(201)
  const { requester } = fund.cast
  const { headers } = await requester!.get(`/disbursement-requests/${id}`)
  const lines = [{ category: 'grants', description: 'Talks', amount: { amount: '190000.00', currency: 'USD' } }]
  const changed = await requester!
    .patch(`/disbursement-requests/${id}`, { lines })
    .set('if-match', headers.etag!)
    .expect(200)
  await submit(fund, { id, etag: changed.headers.etag! }).expect(201)
  const seen = textOf(await (await signedIn(service, fund.cast.director!)).open(`/requests/${id}`))
  for (const text of [
    'Round 2, submitted by',
    'USD 200,000.00 USD 190,000.00',
    'touches: Certifying officer',
    'Earlier approvals that go on counting: 1.',
    'still counts',
    'does not count any more',
  ])
    expect(seen).toContain(text)
})

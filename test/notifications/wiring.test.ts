import type { Trx } from '../../db/connect.ts'
import { remindToReview } from '../../server/break-glass/remind.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { startVerifying } from '../../server/ledger/verification.ts'
import { tellOfFault } from '../../server/notifications/ledger-alarm.ts'
import { remindOfOpinions } from '../../server/opinions/remind.ts'
import { expireRequests } from '../../server/requests/expire.ts'
import { correctingIn } from '../corrections/correcting.ts'
import { proposeRule, today, usd } from '../rules/ruling.ts'
import { newPayee } from '../support/bank-details.ts'
import { approved, certify, decide, draft, released, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

type Found = Parameters<typeof tellOfFault>[1]

const service = ownService()
const db = () => service.database().service

/** What this person was told in the fund, in order: the events. */
async function toldTo(fund: Fund, person: Caller): Promise<string[]> {
  const { body } = await person.get('/notifications').expect(200)
  return body.items
    .filter(({ fundId }: { fundId: string }) => fundId === fund.id)
    .map(({ event }: { event: string }) => event)
    .reverse()
}

async function funded(): Promise<Fund> {
  const fund = await service.fund()
  await received(fund, '400000.00')
  return fund
}

test.each([
  ['standard', false],
  ['rapid', true],
  ['no_regret', true],
])('a step of a request in the %s lane is told urgently: %s', async (lane, urgent) => {
  const fund = await funded()
  const hurry = lane === 'standard' ? {} : { laneReason: 'Shots at the market' }
  const { id } = await submitted(fund, '100.00', { lane, ...hurry })
  const told = await db()('notifications').where({ fund_id: fund.id, event: 'step_open' }).select('urgent', 'link')
  expect(told.length).toBeGreaterThan(0)
  for (const one of told) expect(one).toEqual({ urgent, link: `/requests/${id}` })
})

test('each step is told to those who can take it, when it opens, and to nobody who must keep away', async () => {
  const fund = await funded()
  const { certifyingOfficer, certifyingOfficer2, fundManager, fundManager2, fundManager3, requester } = fund.cast
  const payeeId = await verifiedPayee(fund)
  await certifyingOfficer2!.post(`/payees/${payeeId}/ties`, { nature: 'sister' }).expect(201)
  const { id } = await submitted(fund, '100000.00', { payeeId, namedPeople: [fundManager2!.id] })
  expect(await toldTo(fund, certifyingOfficer!)).toEqual(['step_open'])
  expect(await toldTo(fund, certifyingOfficer2!)).toEqual([])
  expect(await toldTo(fund, fundManager!)).toEqual([])
  await decide(certifyingOfficer!, id).expect(201)
  expect(await toldTo(fund, fundManager!)).toEqual(['step_open'])
  expect(await toldTo(fund, fundManager2!)).toEqual([])
  expect(await toldTo(fund, requester!)).toEqual(['request_decided'])
  await decide(fundManager!, id).expect(201)
  await decide(fundManager3!, id).expect(201)
  expect(await toldTo(fund, requester!)).toEqual(['request_decided', 'request_decided', 'request_approved'])
  expect(await toldTo(fund, fundManager3!)).toEqual(['step_open'])
  const { body } = await fundManager!.get('/notifications').expect(200)
  const found = body.items.find(({ fundId }: { fundId: string }) => fundId === fund.id)
  expect(found).toMatchObject({ urgent: false, confidential: false, link: `/requests/${id}`, readAt: null })
  expect(found.facts).toMatchObject({
    title: 'Shuttle talks',
    amount: '100000.00 USD',
    payee: 'Centre for Dialogue',
    role: 'fund_manager',
  })
})

test('returned, submitted anew, rejected: those who asked are told, and the steps open anew', async () => {
  const fund = await funded()
  const { certifyingOfficer, certifyingOfficer2, requester } = fund.cast
  const { id } = await submitted(fund, '100.00')
  await decide(certifyingOfficer!, id, 'return', 'Which venue?').expect(201)
  const { headers } = await requester!.get(`/disbursement-requests/${id}`)
  await submit(fund, { id, etag: headers.etag! }).expect(201)
  expect(await toldTo(fund, certifyingOfficer2!)).toEqual(['step_open', 'step_open'])
  const { body } = await requester!.get(`/disbursement-requests/${id}`)
  const by = { contentHash: body.contentHash, verdict: 'reject', reason: 'Not now' }
  await certifyingOfficer2!.post(`/disbursement-requests/${id}/decisions`, by).expect(201)
  expect(await toldTo(fund, requester!)).toEqual(['request_returned', 'request_rejected'])
})

test('a decision that is refused, or sent twice under one key, tells nobody twice', async () => {
  const fund = await funded()
  const { certifyingOfficer, fundManager, requester } = fund.cast
  const { id } = await submitted(fund, '100000.00')
  await decide(fundManager!, id).expect(403)
  const send = () => decide(certifyingOfficer!, id).set('idempotency-key', `k-${id}`)
  await Promise.all([send(), send(), send()])
  expect(await toldTo(fund, requester!)).toEqual(['request_decided'])
  expect(await toldTo(fund, fundManager!)).toEqual(['step_open'])
})

test('a request that expires is told to who asked, once however many servers end it', async () => {
  const fund = await funded()
  const { id } = await submitted(fund, '100.00')
  await service.database().owner('requests').where({ id }).update({ reserved_until: '2026-01-01' })
  await Promise.all([1, 2, 3].map(() => expireRequests(db(), new Date('2026-01-02T00:00:00Z'))))
  expect(await toldTo(fund, fund.cast.requester!)).toEqual(['request_expired'])
})

test('a payment is told to those who release it, then to those who settle it, and when it comes back to who asked', async () => {
  const fund = await funded()
  const { treasurer, bankSignatory2, reconciler, requester, certifyingOfficer } = fund.cast
  const request = await approved(fund, '100.00')
  await certify(fund, request.id, '40.00').expect(201)
  expect(await toldTo(fund, bankSignatory2!)).toEqual(['payment_certified'])
  const paid = await released(fund, request.id, '60.00')
  expect(await toldTo(fund, treasurer!)).toEqual(['payment_certified', 'payment_certified'])
  expect(await toldTo(fund, reconciler!)).toEqual(['payment_released'])
  const today = new Date().toISOString().slice(0, 10)
  await reconciler!
    .post(`/payments/${paid}/returns`, { valueDate: today, reason: 'Account closed', reference: 'R1' })
    .expect(201)
  expect((await toldTo(fund, requester!)).slice(-2)).toEqual(['payment_released', 'payment_returned'])
  expect((await toldTo(fund, certifyingOfficer!)).at(-1)).toBe('payment_returned')
})

test('a payee whose bank details wait is told to those who may be the second person, and not to who recorded it', async () => {
  const fund = await funded()
  const { payeeClerk, payeeClerk2, complianceOfficer } = fund.cast
  await payeeClerk!.post(`/funds/${fund.id}/payees`, newPayee({ name: 'مركز الحوار' })).expect(201)
  expect(await toldTo(fund, payeeClerk!)).toEqual([])
  expect(await toldTo(fund, payeeClerk2!)).toEqual(['payee_waits'])
  expect(await toldTo(fund, complianceOfficer!)).toEqual(['payee_waits'])
})

test('a broken ledger is told to auditors and controllers at once, each day anew', async () => {
  const fund = await service.fund()
  const fault = { kind: 'entry_changed' as const, seal: 2, entry: '7', act: null, entries: null }
  for (const moment of ['2026-11-24T01:00:00Z', '2026-11-24T02:00:00Z', '2026-11-25T01:00:00Z'])
    await db().transaction((trx) => tellOfFault(trx, { fundId: fund.id, fault }, new Date(moment)))
  expect(await toldTo(fund, fund.cast.auditor!)).toEqual(['ledger_alarm', 'ledger_alarm'])
  expect(await toldTo(fund, fund.cast.controller!)).toEqual(['ledger_alarm', 'ledger_alarm'])
  expect(await toldTo(fund, fund.cast.director!)).toEqual([])
})

test('a notification is its own person’s: nobody else reads it or marks it, and marking it twice changes nothing', async () => {
  const fund = await funded()
  await draft(fund, '1.00')
  const { certifyingOfficer, director } = fund.cast
  await submitted(fund, '100.00')
  const { body } = await certifyingOfficer!.get('/notifications?unread=true').expect(200)
  const [{ id }] = body.items
  await director!.post(`/notifications/${id}/readings`).expect(404)
  await service.nobody().get('/notifications').expect(401)
  await certifyingOfficer!.post(`/notifications/${id}/readings`).expect(201)
  const first = (await certifyingOfficer!.get('/notifications').expect(200)).body
  await certifyingOfficer!.post(`/notifications/${id}/readings`).expect(201)
  expect((await certifyingOfficer!.get('/notifications').expect(200)).body).toEqual(first)
  expect(first.unread).toBe(body.unread - 1)
  const page = await certifyingOfficer!.get('/notifications?limit=1').expect(200)
  expect(page.body.items).toHaveLength(1)
  await certifyingOfficer!.post('/notifications/readings', { upTo: first.items[0].id }).expect(201)
  expect((await certifyingOfficer!.get('/notifications').expect(200)).body.unread).toBe(0)
})

test.each([
  [{ timeZone: 'Africa/Nowhere' }],
  [{ digestAt: '24:00' }],
  [{ digestAt: '7:00' }],
  [{ quietFrom: '21:00' }],
  [{ quietUntil: '21:00' }],
  [{ quietFrom: '21:00', quietUntil: '21:00' }],
])('preferences that cannot be are refused: %j', async (wrong) => {
  const fund = await service.fund()
  const right = { timeZone: 'UTC', digestAt: null, quietFrom: null, quietUntil: null }
  const { auditor } = fund.cast
  await auditor!.put('/people/me/mail-preferences', { ...right, ...wrong }).expect(400)
  expect((await auditor!.get('/people/me/mail-preferences').expect(200)).body).toEqual(right)
})

test('a change of the rules is told by what it changes and from when, and a proposal about money by its amount', async () => {
  const fund = await funded()
  const { controller, director, headOfDepartment } = fund.cast
  const rule = await proposeRule(fund, 'reservation', { days: 14 }).expect(201)
  const told = async (who: Caller) => (await who.get('/notifications').expect(200)).body.items[0]
  expect(await told(director!)).toMatchObject({
    ...{ event: 'rules_wait', link: `/rules/${rule.body.id}`, fundId: fund.id },
    facts: { subject: 'reservation', from: today(), by: controller!.name },
  })
  const contribution = (await db()('contributions').where({ fund_id: fund.id }).first('id')).id
  const pledge = await fund.cast.fundManager!.post(`/funds/${fund.id}/contributions`, {
    ...{ donorId: (await db()('contributions').where({ id: contribution }).first('donor_id')).donor_id, code: 'LATE' },
    ...{ fiscalYear: 2026, pledgedOn: today(), amount: usd('60000.00'), earmark: { level: 'unearmarked' } },
  })
  const agreement = { conditional: false, amount: usd('60000.00'), signedOn: today() }
  await fund.cast
    .fundManager!.post(`/contributions/${pledge.body.id}/agreements`, {
      ...agreement,
      supportCost: { rateBps: 0, base: 'deposit' },
    })
    .expect(201)
  await controller!
    .post(`/contributions/${pledge.body.id}/write-offs`, {
      writtenOffOn: today(),
      amount: usd('60000.00'),
      reason: 'x',
    })
    .expect(201)
  expect(await told(headOfDepartment!)).toMatchObject({
    ...{ event: 'proposal_waits', link: `/funds/${fund.id}/treasury` },
    facts: { what: 'write_off', amount: '60000.00 USD', by: controller!.name },
  })
  // Above what a director may give up, so the director is not asked.
  expect((await told(director!)).event).toBe('rules_wait')
})

test('a correction is told to those who may confirm it', async () => {
  const fund = await funded()
  const { entry, propose } = correctingIn(service, fund)
  const wrong = await entry('receipt')
  const proposed = await propose(wrong).expect(201)
  const { body } = await fund.cast.director!.get('/notifications').expect(200)
  expect(body.items[0]).toMatchObject({
    ...{ event: 'correction_waits', link: `/corrections/${proposed.body.id}`, fundId: fund.id },
    facts: { entry: wrong, by: fund.cast.controller!.name },
  })
})

test('an entry that somebody has changed reaches the outbox by the verifying of the seals, once a day', async () => {
  const fund = await funded()
  await allSealable(service.database().owner, fund.id)
  while ((await db().transaction((trx) => sealEntries(trx, fund.id))) > 0);
  const trx = await service.database().owner.transaction()
  await trx.raw(`set local session_replication_role = replica`)
  await trx('entries').where({ fund_id: fund.id }).update({ memo: 'x' })
  await trx.commit()
  const quiet = { error: () => undefined, info: () => undefined }
  const settings = {
    everyMs: 5,
    pauseMs: 0,
    alarm: (inTrx: Trx, found: Found) => tellOfFault(inTrx, found, new Date()),
  }
  const stops = [1, 2].map(() => startVerifying(db(), settings, quiet))
  const until = Date.now() + 30_000
  while ((await toldTo(fund, fund.cast.auditor!)).length === 0 && Date.now() < until);
  await Promise.all(stops.map((stop) => stop()))
  expect(await toldTo(fund, fund.cast.auditor!)).toEqual(['ledger_alarm'])
  expect(await toldTo(fund, fund.cast.controller!)).toEqual(['ledger_alarm'])
})

test('a day before it is due an opinion and the review of a break-glass are asked for once more, and a ratification is told', async () => {
  const fund = await funded()
  const { certifyingOfficer, director, advisor, headOfDepartment, fundManager2, requester } = fund.cast
  const { id } = await submitted(fund, '200000.00')
  await decide(certifyingOfficer!, id).expect(201)
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
  const dueOn = inDays(3).toISOString().slice(0, 10)
  const opinions = { advisorIds: [advisor!.id], dueOn }
  await certifyingOfficer!.post(`/disbursement-requests/${id}/opinion-requests`, opinions).expect(201)
  const second = await service.person('Director 2', fund.id, ['director'])
  const broken = await director!.post(`/disbursement-requests/${id}/break-glass`, { role: 'fund_manager', reason: 'x' })
  await second.post(`/break-glass/${broken.body.id}/confirmations`).expect(201)
  for (const days of [1, 2, 2, 3]) await remindOfOpinions(db(), inDays(days))
  for (const days of [5.9, 6.1, 6.1, 7.1]) await remindToReview(db(), inDays(days))
  expect(await toldTo(fund, advisor!)).toEqual(['opinion_asked', 'opinion_due'])
  expect((await toldTo(fund, headOfDepartment!)).filter((event) => event !== 'step_open')).toEqual([
    ...['break_glass_used', 'break_glass_review_due'],
  ])
  const advance = await submitted(fund, '100.00', { lane: 'no_regret', laneReason: 'Shots at the market' })
  for (const by of [fund.cast.fundManager!, certifyingOfficer!, fundManager2!]) await decide(by, advance.id).expect(201)
  expect((await toldTo(fund, requester!)).filter((event) => event === 'no_regret_ratified')).toHaveLength(1)
  expect(await toldTo(fund, fund.cast.fundManager!)).toContain('no_regret_ratified')
})

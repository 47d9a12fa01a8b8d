import { en } from '../../templates/texts/en.ts'
import { correctingIn } from '../corrections/correcting.ts'
import { expert, nights, draftSending } from '../experts/sending.ts'
import { active, paid } from '../no-regret/telling.ts'
import { monthsOf } from '../periods/months.ts'
import { plan } from '../plans/planning.ts'
import { proposeRule, today, usd } from '../rules/ruling.ts'
import { approved, certify, decide, draft, released, submitted } from '../support/asking.ts'
import { newPayee } from '../support/bank-details.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { signedIn, type Browser } from './browser.ts'
import { crawl } from './crawl.ts'

/**
 * A fund in which something of every kind waits for somebody: what the first page shows to whom, and that no page leads its readers to
 * what is not there or not for them.
 */

let passedMs = 0
const HOUR_MS = 3_600_000
const service = ownService({ clock: () => new Date(Date.now() + passedMs) })
const later = (hours: number) => new Date(Date.now() + passedMs + hours * HOUR_MS)
const dayIn = (hours: number) => later(hours).toISOString().slice(0, 10)

let fund: Fund
let by: Record<string, Caller>
/** Where each kind of work is done, by kind. */
const at: Record<string, string> = {}

beforeAll(async () => {
  fund = await service.fund()
  const both = await service.person('Asks and certifies', fund.id, [
    'certifying_officer',
    { role: 'requester', entityId: fund.entity },
  ])
  const elsewhere = await service.admin().post(`/funds/${fund.id}/entities`, ELSEWHERE).expect(201)
  by = {
    ...fund.cast,
    both,
    director2: await service.person('Second director', fund.id, ['director']),
    administrator: service.admin(),
    envoy: await service.person('Envoy', fund.id, [{ role: 'requester', entityId: elsewhere.body.id }]),
  }
  await moneyIn()
  await askedFor()
  await plannedFor(elsewhere.body.id)
  passedMs = 25 * HOUR_MS
  await begunByOne()
})

const ELSEWHERE = { name: 'Envoy for the lakes', kind: 'envoy_office', region: 'Central Asia' }

async function moneyIn(): Promise<void> {
  const got = await received(fund, '5000000.00')
  const pledge = (code: string) =>
    by.fundManager!.post(`/funds/${fund.id}/contributions`, {
      ...{ donorId: got.donorId, code, fiscalYear: 2026, pledgedOn: today(), amount: usd('900.00') },
      earmark: { level: 'unearmarked' },
    })
  by.donor = await service.person('Donor', fund.id, [{ role: 'donor', donorId: got.donorId }])
  at.agree = `/contributions/${(await pledge('P-1').expect(201)).body.id}`
  at.receive = `/contributions/${(await pledge('P-2').expect(201)).body.id}`
  const agreement = { conditional: false, amount: usd('900.00'), signedOn: today() }
  await by
    .fundManager!.post(`${at.receive}/agreements`, { ...agreement, supportCost: { rateBps: 0, base: 'deposit' } })
    .expect(201)
  const writeOff = { amount: usd('100.00'), writtenOffOn: today(), reason: 'Will not come' }
  const proposed = await by.controller!.post(`${at.receive}/write-offs`, writeOff).expect(201)
  at.proposal = `/funds/${fund.id}/treasury#${proposed.body.id}`
  const payee = newPayee({ name: 'Ferry company' })
  at.verify = `/payees/${(await by.payeeClerk!.post(`/funds/${fund.id}/payees`, payee).expect(201)).body.id}`
}

async function askedFor(): Promise<void> {
  const page = ({ id }: { id: string }) => `/requests/${id}`
  at.decide = page(await submitted(fund, '100.00', { title: 'Waits for a decision' }))
  at.own = page(await submitted(fund, '101.00', { by: by.both! }))
  const returned = await submitted(fund, '102.00')
  await decide(by.certifyingOfficer!, returned.id, 'return', 'Say for whom').expect(201)
  at.returned = page(returned)
  at.draft = page(await draft(fund, '103.00'))
  at.certify = page(await approved(fund, '1000.00'))
  const toRelease = await approved(fund, '1000.00')
  const payment = (await certify(fund, toRelease.id, '1000.00').expect(201)).body.id as string
  await by.treasurer!.post(`/payments/${payment}/releases`).expect(201)
  at.release = page(toRelease)
  const toSettle = await approved(fund, '1000.00')
  const charged = await released(fund, toSettle.id, '1000.00')
  const above = { valueDate: today(), debited: usd('1000.00'), charge: usd('900.00'), reference: 'ST-9' }
  expect((await by.reconciler!.post(`/payments/${charged}/settlements`, above)).body.code).toBe('charge_above_limit')
  at.settle = page(toSettle)
  at.charge = `${page(toSettle)}#charge-${charged}`
  at.ratify = page(await active(fund, '500.00'))
  const unwound = await active(fund, '600.00')
  await paid(fund, unwound.id, '600.00', today())
  await decide(by.fundManager2!, unwound.id, 'reject', 'Not what was agreed').expect(201)
  at.recover = page(unwound)
}

async function begunByOne(): Promise<void> {
  const rule = await proposeRule(fund, 'reservation', { days: 9 }, { effectiveFrom: dayIn(30 * 24) })
  if (rule.status !== 201) throw new Error(JSON.stringify(rule.body))
  at.rule = `/rules/${rule.body.id}`
  const correcting = correctingIn(service, fund)
  await received(fund, '10.00')
  const entry = await correcting.entry('receipt')
  at.correction = `/corrections/${(await correcting.propose(entry).expect(201)).body.id}`
  const rate = { currency: 'EUR', month: '2026-01', units: '0.9', source: 'list' }
  await by.treasurer!.post(`/funds/${fund.id}/exchange-rates`, rate).expect(201)
  const change = { ...rate, units: '0.8', reason: 'Misread' }
  const changed = await by.treasurer!.post(`/funds/${fund.id}/exchange-rate-changes`, change).expect(201)
  at.rate = `/funds/${fund.id}/rates#${changed.body.id}`
  const months = monthsOf(service, fund)
  await months.closeHard('2020-01')
  await months.propose('2020-01').expect(201)
  at.reopening = `/funds/${fund.id}/periods/2020-01`
  const offer = { delegateId: by.controller!.id, role: 'fund_manager', from: later(2), until: later(48) }
  const offered = await by
    .fundManager3!.post(`/funds/${fund.id}/delegations`, { ...offer, upTo: usd('50000.00'), reason: 'On mission' })
    .expect(201)
  at.delegation = `/delegations/${offered.body.id}`
  const hurried = async () => {
    const { id } = await submitted(fund, '60000.00')
    await decide(by.certifyingOfficer!, id).expect(201)
    const step = { role: 'fund_manager', reason: 'The truce ends tonight' }
    return (await by.director!.post(`/disbursement-requests/${id}/break-glass`, step).expect(201)).body.id as string
  }
  at.breakGlass = `/break-glass/${await hurried()}`
  const used = await hurried()
  await by.director2!.post(`/break-glass/${used}/confirmations`).expect(201)
  at.breakGlassReview = `/break-glass/${used}`
  const question = { advisorIds: [by.advisor!.id], dueOn: dayIn(0), question: 'Who else must sit there?' }
  const asked = at.decide!.replace('/requests', '/disbursement-requests')
  const { body } = await by.fundManager!.post(`${asked}/opinion-requests`, question).expect(201)
  at.advise = `/opinions/${body.items[0].id}`
}

async function plannedFor(elsewhere: string): Promise<void> {
  const watched = await by
    .fundManager!.post(`/funds/${fund.id}/watch-items`, {
      ...{ country: 'Chad', region: 'Central Africa', phase: 'before_escalation', signal: 'Troops move' },
      ...{ severity: 'high', ownerId: by.fundManager2!.id, reviewOn: dayIn(24) },
    })
    .expect(201)
  at.watch = `/watch-items/${watched.body.id}`
  const made = await plan(fund, ['70.00'], { watchItemId: watched.body.id, reviewOn: dayIn(24) })
  at.plan = `/contingency-plans/${made.id}`
  const place = { country: 'Kyrgyzstan', region: 'Central Asia', phase: 'before_escalation' }
  await plan(fund, ['80.00'], { by: by.envoy!, entityId: elsewhere, place, watchItemId: watched.body.id })
  await nights(fund).expect(201)
  await draftSending(fund, await expert(fund))
  const secret = { name: 'Back channel', country: 'Chad', region: 'Central Africa', phase: 'after_violence' }
  const hidden = await service
    .admin()
    .post(`/funds/${fund.id}/processes`, { ...secret, confidentiality: 'confidential' })
    .expect(201)
  const told = { entityId: fund.entity, told: true, reason: 'Works on it' }
  await service.admin().post(`/processes/${hidden.body.id}/need-to-know`, told).expect(201)
  await submitted(fund, '104.00', { processId: hidden.body.id, title: 'Never to be told' })
}

/** What the first page tells this person to do, by where it is done. */
async function waitsFor(caller: Caller): Promise<Map<string, string>> {
  const { text } = await (await browserFor(caller)).open('/')
  const links = text.matchAll(/<th scope="row"><a href="([^"]+)">([^<]*)/g)
  return new Map([...links].map(([, to, says]) => [to!, says!.trim()]))
}

const browsers = new Map<string, Promise<Browser>>()

/** Each signs in once. */
function browserFor(caller: Caller): Promise<Browser> {
  const known = browsers.get(caller.id) ?? signedIn(service, caller)
  browsers.set(caller.id, known)
  return known
}

type Kind = keyof typeof en.waiting

test.each<[kind: Kind, waits: string, not: string]>([
  ['decide', 'certifyingOfficer', 'reconciler'],
  ['ratify', 'fundManager2', 'fundManager'],
  ['certify', 'certifyingOfficer', 'fundManager'],
  ['release', 'bankSignatory', 'treasurer'],
  ['settle', 'reconciler', 'treasurer'],
  ['charge', 'controller', 'reconciler'],
  ['returned', 'requester', 'envoy'],
  ['draft', 'requester', 'envoy'],
  ['recover', 'reconciler', 'controller'],
  ['advise', 'advisor', 'auditor'],
  ['rule', 'headOfDepartment', 'controller'],
  ['correction', 'director', 'controller'],
  ['rate', 'controller', 'treasurer'],
  ['reopening', 'director', 'controller'],
  ['delegation', 'controller', 'fundManager3'],
  ['breakGlass', 'director2', 'director'],
  ['breakGlassReview', 'fundManager2', 'director2'],
  ['verify', 'payeeClerk2', 'payeeClerk'],
  ['agree', 'fundManager', 'treasurer'],
  ['receive', 'treasurer', 'fundManager'],
  ['watch', 'fundManager2', 'fundManager'],
  ['plan', 'requester', 'envoy'],
])('%s waits for %s and not for %s', async (kind, waits, not) => {
  expect((await waitsFor(by[waits]!)).get(at[kind]!)).toBe(en.waiting[kind])
  expect((await waitsFor(by[not]!)).get(at[kind]!)).not.toBe(en.waiting[kind])
})

test('a proposal says of which kind it is; nobody is asked for what they have a duty against', async () => {
  expect((await waitsFor(by.director!)).get(at.proposal!)).toBe('Decide on a proposal: Write-off')
  expect((await waitsFor(by.certifyingOfficer!)).get(at.own!)).toBe(en.waiting.decide)
  expect((await waitsFor(by.both!)).has(at.own!)).toBe(false)
})

test('what is late stands first and is marked, then what has least time left', async () => {
  const page = await (await browserFor(by.fundManager2!)).open('/')
  const rows = [...page.text.matchAll(/<tr( class="late")?><th scope="row"><a href="([^"]+)">.*?<\/tr>/g)]
  const late = rows.map(([, mark]) => mark !== undefined)
  expect(late).toEqual([...late].sort().reverse())
  expect(late).toContain(false)
  const first = rows[0]!
  expect(first[0]).toContain('late by')
  expect(rows.find(([, , to]) => to === at.ratify)![0]).toMatch(/1 day, 22 hours.*left/)
})

const EVERYBODY = [
  ...['requester', 'certifyingOfficer', 'fundManager2', 'director2', 'treasurer', 'reconciler', 'payeeClerk2'],
  ...['controller', 'complianceOfficer', 'advisor'],
  ...['auditor', 'envoy', 'donor', 'administrator'],
]

test.each(EVERYBODY)('no page leads the %s to what is not there or not for them', async (name) => {
  const { complaints, pages } = await crawl(await browserFor(by[name]!))
  expect(complaints).toEqual([])
  expect(pages.size).toBeGreaterThan(3)
  const secret = [...pages].filter(([, html]) => html.includes('Never to be told')).map(([path]) => path)
  if (['envoy', 'advisor', 'donor', 'administrator'].includes(name)) expect(secret).toEqual([])
})

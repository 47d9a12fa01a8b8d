import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { expert, nights } from '../experts/sending.ts'
import { plan } from '../plans/planning.ts'
import { today, usd } from '../rules/ruling.ts'
import { approved, draft, released, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { signedIn, textOf, type Browser } from './browser.ts'

/** The forms by which people, places, rates and losses are kept, as a browser without script sends them. */

const service = ownService()
let fund: Fund
let path: Record<string, string>

beforeAll(async () => {
  fund = await service.fund()
  const { fundManager, treasurer, requester } = fund.cast
  const { donorId } = await received(fund, '90000.00')
  await nights(fund).expect(201)
  const pledge = { donorId, code: 'P-1', fiscalYear: 2026, pledgedOn: today(), amount: usd('900.00') }
  const promised = await fundManager!
    .post(`/funds/${fund.id}/contributions`, { ...pledge, earmark: { level: 'unearmarked' } })
    .expect(201)
  await fundManager!
    .post(`/contributions/${promised.body.id}/agreements`, {
      ...{ conditional: false, amount: usd('900.00'), signedOn: today() },
      supportCost: { rateBps: 0, base: 'deposit' },
    })
    .expect(201)
  const receipt = { receivedOn: today(), bankAccountId: fund.bank, sent: usd('50.00'), bankValue: usd('50.00') }
  const unknown = await treasurer!.post(`/funds/${fund.id}/receipts`, { ...receipt, reference: 'WHO' }).expect(201)
  const rate = { currency: 'EUR', month: '2026-01', units: '0.9', source: 'list' }
  await treasurer!.post(`/funds/${fund.id}/exchange-rates`, rate).expect(201)
  const paid = await released(fund, (await approved(fund, '1000.00')).id, '1000.00')
  const onCall = await expert(fund)
  const known = (await service.admin().get('/people?limit=200').expect(200)).body.items as Caller[]
  path = {
    fund: `/funds/${fund.id}`,
    contribution: `/contributions/${promised.body.id}`,
    receipt: `/receipts/${unknown.body.id}`,
    waiting: `/requests/${(await submitted(fund, '70.00')).id}`,
    draft: (await draft(fund, '80.00', { by: requester! })).id,
    paid: `/requests/${(await service.database().owner('payments').where({ id: paid }).first('request_id')).request_id}`,
    payment: paid,
    expert: `/experts/${onCall}`,
    expertId: onCall,
    entity: `/entities/${fund.entity}`,
    process: `/processes/${fund.process}`,
    person: `/people/${known.find(({ name }) => name === 'auditor')!.id}`,
  }
})

const browsers = new Map<string, Promise<Browser>>()
const browserOfRole = (name: string, language = 'en'): Promise<Browser> => {
  const caller = name === 'administrator' ? service.admin() : fund.cast[name]!
  const known = browsers.get(name + language) ?? signedIn(service, caller, { language })
  browsers.set(name + language, known)
  return known
}

type Tried = {
  by: string
  page: () => string
  action: () => string
  /** What is typed, and what of it is typed wrongly first. */
  typed: () => Record<string, string | string[]>
  wrong: Record<string, string>
  /** The field that is marked then. */
  marked: string
  form?: () => string
  /** Words on the page that follows. */
  says: string
}

const at =
  (part: () => string, more = '') =>
  () =>
    part() + more
const ofFund = (more: string) => at(() => path.fund!, more)
const why = { reason: 'لأن <script>alert(1)</script>' }

const FORMS: Record<string, Tried> = {
  'a rate of exchange': {
    ...{ by: 'controller', page: ofFund('/rates'), action: ofFund('/exchange-rates'), says: en.rates.done.recorded },
    typed: () => ({ currency: 'kes', month: '2026-02', units: '١٢٩٫٥', source: 'قائمة الشهر' }),
    ...{ wrong: { units: '1,5' }, marked: 'units', form: () => 'record' },
  },
  'a change of a rate': {
    ...{ by: 'controller', page: ofFund('/rates'), action: ofFund('/exchange-rate-changes') },
    typed: () => ({ currency: 'EUR', month: '2026-01', units: '0.8', source: 'list', ...why }),
    ...{ wrong: { reason: '' }, marked: 'reason', form: () => 'change', says: en.rates.done.proposed },
  },
  'what a night is given': {
    ...{ by: 'treasurer', page: ofFund('/subsistence'), action: ofFund('/subsistence'), says: en.subsistence.done },
    typed: () => ({ country: 'تشاد', month: '2026-03', rate: '210.00', currency: 'usd', source: 'Decision 4' }),
    ...{ wrong: { rate: '210.005' }, marked: 'rate' },
  },
  'an expert': {
    ...{ by: 'fundManager', page: ofFund('/experts/new'), action: ofFund('/experts'), says: en.experts.done.added },
    typed: () => ({
      ...{ name: 'سلمى', latinName: 'Salma', themes: ['power_sharing', 'natural_resources'], countries: 'Chad، Mali' },
      ...{ 'languages.0.language': 'ar', 'languages.0.level': 'native', dailyFee: '500.00', feeCurrency: 'usd' },
      ...{ 'availability.0.from': '2027-01-01', 'availability.0.to': '2027-06-30', 'availability.0.mode': 'both' },
      ...{ travelClass: 'economy', travel: '', email: 'salma@example.org' },
    }),
    ...{ wrong: { latinName: '' }, marked: 'latinName' },
  },
  'a change of an expert': {
    ...{ by: 'controller', page: at(() => path.expert!, '/edit'), action: () => path.expert! },
    typed: () => ({ dailyFee: '450.00', 'availability.0.to': '2027-12-31', ...why }),
    ...{ wrong: { 'availability.0.to': '2026-12-31' }, marked: 'availability.0.to', says: en.experts.done.changed },
  },
  'a deployment': {
    ...{ by: 'requester', page: ofFund('/deployments/new'), action: ofFund('/deployments'), says: en.done.sent },
    typed: () => ({
      ...{ requestId: path.draft!, expertId: path.expertId!, mode: 'on_site', country: 'Chad', place: 'Abéché' },
      ...{ startsOn: '2027-03-01', endsOn: '2027-03-05', travel: '900.00' },
    }),
    ...{ wrong: { endsOn: '2027-02-01' }, marked: 'endsOn' },
  },
  'an entity': {
    ...{ by: 'fundManager', page: ofFund('/entities/new'), action: ofFund('/entities'), says: en.entities.added },
    typed: () => ({ name: 'مركز الحوار', kind: 'partner_organisation', region: 'West Africa' }),
    ...{ wrong: { region: '' }, marked: 'region' },
  },
  'a change of an entity': {
    ...{ by: 'controller', page: at(() => path.entity!, '/edit'), action: () => path.entity! },
    typed: () => ({ mandate: 'Good offices', ...why }),
    ...{ wrong: { reason: '' }, marked: 'reason', says: en.entities.changed },
  },
  'a process': {
    ...{ by: 'fundManager', page: ofFund('/processes/new'), action: ofFund('/processes'), says: en.processes.added },
    typed: () => ({
      ...{ name: 'Blue lake', country: 'Chad', region: 'Central Africa', phase: 'after_violence' },
      ...{ confidentiality: 'open', parties: 'الشمال، الجنوب' },
    }),
    ...{ wrong: { phase: '' }, marked: 'phase' },
  },
  'who needs to know': {
    ...{ by: 'fundManager', page: () => path.process!, action: at(() => path.process!, '/need-to-know') },
    typed: () => ({ personId: fund.cast.treasurer!.id, told: 'yes', ...why }),
    ...{ wrong: { reason: '' }, marked: 'reason', form: () => 'tell', says: en.processes.listChanged },
  },
  'a donor': {
    ...{ by: 'controller', page: ofFund('/donors/new'), action: ofFund('/donors'), says: en.adding.donor.done },
    typed: () => ({ name: 'وزارة الخارجية', kind: 'government' }),
    ...{ wrong: { kind: '' }, marked: 'kind' },
  },
  'money that nobody has identified': {
    ...{ by: 'treasurer', page: ofFund('/receipts'), action: ofFund('/receipts'), form: () => 'receive' },
    typed: () => ({
      ...{ receivedOn: today(), bankAccountId: fund.bank, sent: '40.00', currency: 'usd', bankValue: '39.00' },
      ...{ bankCharge: '1.00', reference: 'ST-7' },
    }),
    ...{ wrong: { bankValue: '39.001' }, marked: 'bankValue', says: en.unidentified.done.recorded },
  },
  'what money is for': {
    ...{ by: 'treasurer', page: ofFund('/receipts'), action: at(() => path.receipt!, '/applications') },
    typed: () => ({ contributionId: path.contribution!.split('/')[2]!, amount: '50.00' }),
    ...{ wrong: { contributionId: '' }, marked: 'contributionId', form: () => path.receipt!.split('/')[2]! },
    says: en.unidentified.done.applied,
  },
  'an impairment': {
    ...{ by: 'controller', page: () => path.contribution!, action: at(() => path.contribution!, '/impairments') },
    typed: () => ({ amount: '10.00', ...why }),
    ...{ wrong: { amount: '0' }, marked: 'amount', form: () => 'impairments', says: en.done.proposed },
  },
  'a charge of the bank': {
    ...{ by: 'controller', page: () => path.paid!, action: () => `/payments/${path.payment}/charge-approvals` },
    typed: () => ({ event: 'settlement', amount: '400.00', ...why }),
    ...{ wrong: { event: '' }, marked: 'event', form: () => `charge-${path.payment}`, says: en.done.chargeConfirmed },
  },
  'a withdrawal': {
    ...{ by: 'requester', page: () => path.waiting!, action: at(() => path.waiting!, '/withdrawals') },
    typed: () => why,
    ...{ wrong: { reason: '' }, marked: 'reason', form: () => 'withdraw', says: en.done.withdrawn },
  },
  'a role': {
    ...{ by: 'administrator', page: () => path.person!, action: at(() => path.person!, '/roles') },
    typed: () => ({ fundId: fund.id, role: 'requester', entityId: fund.entity }),
    ...{ wrong: { entityId: '' }, marked: 'entityId', form: () => 'role', says: en.people.done.given },
  },
  'that somebody is sent away': {
    ...{ by: 'administrator', page: () => path.person!, action: at(() => path.person!, '/deactivations') },
    typed: () => why,
    ...{ wrong: { reason: '' }, marked: 'reason', form: () => 'turn', says: en.people.done.deactivations },
  },
}

const acts = async () => (await service.database().owner('acts').where({ outcome: 'done' }).count())[0]!.count

test.each(Object.keys(FORMS))(
  '%s: what was typed stays after a refusal, the field is marked, and put right it is kept',
  async (name) => {
    const { by, page, action, typed, wrong, marked, form = () => 'f', says } = FORMS[name]!
    const browser = await browserOfRole(by)
    const before = await acts()
    const refused = await browser.send(await browser.open(page()), action(), { ...typed(), ...wrong })
    expect([refused.status >= 400 && refused.status < 500, await acts()]).toEqual([true, before])
    expect(refused.text).toContain(`href="#${form()}-${marked}"`)
    expect(refused.text).toMatch(new RegExp(`id="${form()}-${marked.replaceAll('.', '\\.')}"[^>]*aria-invalid="true"`))
    const kept = Object.entries({ ...typed(), ...wrong }).flatMap(([, value]) => [value].flat())
    for (const value of kept) expect(textOfForm(refused.text)).toContain(value)
    const after = await browser.sendAndFollow(refused, action(), typed())
    expect(textOf(after)).toContain(says)
    expect(after.text).not.toContain('<script>alert')
  },
)

/** The page with what stands in its fields, as a reader sees it. */
const textOfForm = (html: string) => html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

test('somebody is registered with a first password that is told once, in the language of the reader', async () => {
  const browser = await browserOfRole('administrator', 'ar')
  const typed = { name: 'ليلى', email: 'layla@example.org', language: 'ar', kind: 'person' }
  const page = await browser.open('/people')
  const registered = await browser.send(page, '/people', typed)
  expect([registered.status, textOf(registered)]).toEqual([200, expect.stringContaining(ar.people.done.registered)])
  const password = /([a-z0-9]{5}-){3}[a-z0-9]{5}/.exec(textOf(registered))![0]
  // The same form once more tells that it was done, and no password.
  const again = await browser.send(page, '/people', typed)
  expect(textOf(again)).toContain('ليلى')
  expect(textOf(again)).not.toContain(password)
  const taken = await browser.send(await browser.open('/people'), '/people', typed)
  expect(taken.status).toBe(409)
  expect(taken.text).toMatch(/id="f-email"[^>]*aria-invalid="true"/)
})

test('a deployment is taken out of its draft again, with its lines', async () => {
  const browser = await browserOfRole('requester')
  const page = await browser.open(`/requests/${path.draft}`)
  const [, action] = /action="(\/deployments\/[^"]+\/removals)"/.exec(page.text)!
  const after = await browser.sendAndFollow(page, action!)
  expect(textOf(after)).toContain(en.done.unsent)
  expect(await service.database().owner('budget_lines').where({ request_id: path.draft }).count()).toEqual([
    { count: '1' },
  ])
})

test('a plan is changed in a form that has what it says, its expert too, and is not overwritten by who read it before', async () => {
  const made = await plan(fund, ['700.00'], {
    lines: [
      {
        category: 'experts',
        description: 'An adviser',
        amount: usd('700.00'),
        expert: { expertId: path.expertId, mode: 'remote', afterDays: 3, days: 7 },
      },
    ],
  })
  const browser = await browserOfRole('requester')
  const [page, action] = [`/contingency-plans/${made.id}`, `/contingency-plans/${made.id}/changes`]
  const form = await browser.open(`${page}/change`)
  expect(textOf(await browser.open(page))).toContain(en.planning.changePlan)
  const told = async () => (await fund.cast.fundManager!.get(`/contingency-plans/${made.id}`).expect(200)).body
  const before = await told()
  const refused = await browser.send(form, action, {
    title: 'Talks in the north',
    durationDays: 'long',
    reason: 'It moved',
  })
  expect(refused.text).toContain('Talks in the north')
  expect(await told()).toMatchObject({ version: before.version, title: before.title })
  const typed = { title: 'Talks in the north', durationDays: `${before.durationDays}`, reason: 'It moved' }
  expect(textOf(await browser.sendAndFollow(refused, action, typed))).toContain(en.planning.done.changed)
  const after = await told()
  expect(after).toMatchObject({
    title: 'Talks in the north',
    scenario: before.scenario,
    payees: before.payees,
    tranches: before.tranches,
  })
  expect(after.lines).toEqual(before.lines)
  expect((await browser.send(form, action, { ...typed, title: 'Overwritten' })).status).toBe(412)
  expect(textOf(await (await browserOfRole('requester', 'ar')).open(`${page}/change`))).toContain(
    ar.planning.changePlan,
  )
})

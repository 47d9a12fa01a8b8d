import { money, amountText } from '../../server/money.ts'
import { beginReporting } from '../../server/expenditure-reports/begin-reporting.ts'
import { supportDue } from '../../server/expenditure-reports/policy.ts'
import { remindOfReports } from '../../server/expenditure-reports/tell.ts'
import { violations } from '../invariants/check.ts'
import { active, movableClock, recover, settle } from '../no-regret/telling.ts'
import { approved, certify, draft, released, verifiedPayee } from '../support/asking.ts'
import { balances, received, stages } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import {
  begin,
  correct,
  lineOf,
  openLines,
  paidRequest,
  readReport,
  reported,
  review,
  submitReport,
  usd,
  write,
} from './telling.ts'

const time = movableClock(new Date('2026-11-24T10:00:00Z'))
const service = ownService({ clock: time.clock })
const today = () => time.now().toISOString().slice(0, 10)
const owner = () => service.database().owner

let fund: Fund
beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})
beforeEach(() => time.set(new Date('2026-11-24T10:00:00Z')))

const certifier = () => fund.cast.certifyingOfficer!
/** All that a refused act must leave as it was. */
const everything = async () => [
  await stages(service, fund),
  (await owner()('line_reviews').count())[0],
  await owner()('expenditure_reports').select('id', 'status', 'version').orderBy('id'),
]
const paid = (amounts: Record<string, string>, more = {}) => paidRequest(fund, today(), amounts, more)
const code = async (id: string): Promise<string> => (await owner()('requests').where({ id }).first('code')).code

test.each([
  ['884955.75', 1300, '115044.25'],
  ['934579.44', 700, '65420.56'],
  ['2803738.32', 700, '196261.68'],
  ['44247.79', 1300, '5752.21'],
])('support cost on an expenditure of %s at %i basis points is %s', (net, rateBps, support) => {
  const all = { base: 'expenditure', rateBps, setAside: money(support, 'USD'), charged: money('0.00', 'USD') } as const
  expect(amountText(supportDue(all, money(net, 'USD')))).toBe(support)
  expect(amountText(supportDue({ ...all, setAside: money('10.00', 'USD') }, money(net, 'USD')))).toBe('10.00')
  expect(amountText(supportDue({ ...all, base: 'deposit' }, money('0.01', 'USD')))).toBe(support)
})

test('a grant that is accepted is spent and reported, what is not eligible must come back, and a question moves nothing', async () => {
  const { id } = await paid({ grants: '1000.00' })
  const report = await reported(fund, id, [{ amount: '600.00' }, { amount: '250.00' }, { amount: '150.00' }])
  const [first, second, third] = report.lines as [string, string, string]
  expect((await review(certifier(), first).expect(201)).body.status).toBe('submitted')
  await review(certifier(), second, 'ineligible', 'Gifts').expect(201)
  const asked = await review(certifier(), third, 'query', 'Which hall?').expect(201)
  expect(asked.body.status).toBe('queried')
  const request = await code(id)
  expect(await balances(service, fund, `%:${request}`)).toEqual({
    [`assets:advances:${request}`]: '150.00',
    [`assets:partner-refunds:${request}`]: '250.00',
    [`expense:grants:${request}`]: '600.00',
    ...(await balances(service, fund, `budget:%:${request}`)),
  })
  expect(Object.values(await balances(service, fund, `budget:reported:%:${request}`))).toEqual(['600.00'])
  expect(await violations(owner(), fund.id)).toEqual([])

  // The question goes back with the line, and another version answers it.
  const told = await readReport(fund, report.id)
  expect(told).toMatchObject({
    status: 'queried',
    number: 2,
    totals: { accepted: usd('600.00'), ineligible: usd('250.00') },
  })
  const draftLine = told.lines.find((one: { number: number }) => one.number === 2)
  expect(draftLine).toMatchObject({ answers: third, amount: usd('150.00'), standing: 'open' })
  await write(fund, report.id, [{ amount: '140.00', description: 'Hall of the parish', answers: third }])
  expect((await submitReport(fund, report.id)).status).toBe(201)
  const [answer] = (await openLines(fund, report.id)) as [string]
  expect((await review(fund.cast.fundManager!, answer).expect(201)).body.status).toBe('accepted')
  expect(await balances(service, fund, `expense:grants:${request}`)).toEqual({
    [`expense:grants:${request}`]: '740.00',
  })

  // What is not eligible comes back like any recovery.
  await recover(fund, id, '250.00', today()).expect(201)
  expect((await recover(fund, id, '0.01', today())).body.code).toBe('exceeds_recoverable')
  expect(await balances(service, fund, `assets:partner-refunds:${request}`)).toEqual({})
  expect(await violations(owner(), fund.id)).toEqual([])
})

test('what the fund paid itself is a cost already: accepting it moves the budget only', async () => {
  const { id } = await paid({ travel: '400.00' })
  const { lines } = await reported(fund, id, [
    { category: 'travel', amount: '300.00' },
    { category: 'travel', amount: '100.00' },
  ])
  await review(certifier(), lines[0]!).expect(201)
  await review(certifier(), lines[1]!, 'ineligible', 'A private journey').expect(201)
  const request = await code(id)
  expect(await balances(service, fund, `expense:%:${request}`)).toEqual({
    [`expense:mission:travel:${request}`]: '300.00',
  })
  expect(await balances(service, fund, `assets:%:${request}`)).toEqual({
    [`assets:partner-refunds:${request}`]: '100.00',
  })
  expect(Object.values(await balances(service, fund, `budget:reported:%:${request}`))).toEqual(['300.00'])
  expect(await violations(owner(), fund.id)).toEqual([])
})

test('a report is divided over the contributions that paid, never more than each has paid, and support cost goes as each agreement says', async () => {
  const own = await service.fund()
  const { fundManager, treasurer, certifyingOfficer } = own.cast
  const agreed = async (code: string, amount: string, supportCost: object) => {
    const donor = await fundManager!
      .post(`/funds/${own.id}/donors`, { name: `Donor ${code}`, kind: 'Member State' })
      .expect(201)
    const made = await fundManager!
      .post(`/funds/${own.id}/contributions`, {
        ...{ donorId: donor.body.id, code, fiscalYear: 2026, pledgedOn: today(), earmark: { level: 'unearmarked' } },
        amount: usd(amount),
      })
      .expect(201)
    const at = `/contributions/${made.body.id}`
    await fundManager!
      .post(`${at}/agreements`, { conditional: false, amount: usd(amount), signedOn: today(), supportCost })
      .expect(201)
    const sent = {
      receivedOn: today(),
      bankAccountId: own.bank,
      sent: usd(amount),
      bankValue: usd(amount),
      reference: code,
    }
    await treasurer!.post(`${at}/receipts`, sent).expect(201)
  }
  await agreed('A1', '113.00', { rateBps: 1300, base: 'expenditure' })
  await agreed('B1', '107.00', { rateBps: 700, base: 'deposit' })
  const { id } = await paidRequest(own, today(), { grants: '200.00' })
  const { lines } = await reported(own, id, [{ amount: '0.01' }, { amount: '99.99' }, { amount: '100.00' }])
  const charged = async () => balances(service, own, '%support-cost')
  await review(certifyingOfficer!, lines[0]!).expect(201)
  await review(certifyingOfficer!, lines[1]!).expect(201)
  // 50.00 of each: 13 % of that, and all of the 7.00 that was due with the deposit.
  expect(await charged()).toEqual({ 'expense:support-cost': '13.50', 'liabilities:due-to:support-cost': '-13.50' })
  await review(certifyingOfficer!, lines[2]!).expect(201)
  expect(await charged()).toEqual({ 'expense:support-cost': '20.00', 'liabilities:due-to:support-cost': '-20.00' })
  expect(Object.values(await balances(service, own, 'budget:reported:%'))).toEqual(['100.00', '100.00'])
  expect(await violations(owner(), own.id)).toEqual([])
})

test('an amount in another currency is worth what the operational rate of its day says', async () => {
  await fund.cast
    .treasurer!.post(`/funds/${fund.id}/exchange-rates`, {
      currency: 'XAF',
      month: '2026-11',
      units: '600',
      source: 'UN operational rates',
    })
    .expect(201)
  const { id } = await paid({ grants: '100.00' })
  const { id: report } = await reported(fund, id, [{ amount: { amount: '60000', currency: 'XAF' } }])
  const told = await readReport(fund, report)
  expect(told.lines[0]).toMatchObject({
    amount: { amount: '60000', currency: 'XAF' },
    rate: '600',
    functional: usd('100.00'),
  })
})

test('a correction takes back what was accepted with counter-rows, and another version answers it', async () => {
  const { id } = await paid({ grants: '500.00' })
  const report = await reported(fund, id, [{ amount: '300.00' }, { amount: '200.00' }])
  for (const line of report.lines) await review(certifier(), line).expect(201)
  const before = await stages(service, fund)
  const taken = await correct(certifier(), report.id, [report.lines[0]!]).expect(201)
  expect(taken.body).toEqual({ id: report.id, status: 'queried', number: 2 })
  const request = await code(id)
  expect(await balances(service, fund, `expense:grants:${request}`)).toEqual({
    [`expense:grants:${request}`]: '200.00',
  })
  expect(await violations(owner(), fund.id)).toEqual([])
  const told = await readReport(fund, report.id)
  expect(told.lines[0]).toMatchObject({
    standing: 'taken_back',
    review: { reason: 'The invoice was for another talk' },
  })
  expect((await correct(certifier(), report.id, [report.lines[1]!])).body.code).toBe('report_not_accepted')
  expect((await submitReport(fund, report.id)).status).toBe(201)
  const [again] = (await openLines(fund, report.id)) as [string]
  await review(certifier(), again).expect(201)
  expect(await stages(service, fund)).toEqual(before)
  expect((await correct(certifier(), report.id, [report.lines[0]!])).body).toMatchObject({
    code: 'not_found',
    field: 'lines',
  })
  const sums = await owner()('line_reviews').where({ request_id: id }).sum('functional as sum')
  expect(sums[0]!.sum).toBe('50000')
})

test('a correction that the entry page asks for is made on the report', async () => {
  const entry = await owner()('entries').where({ fund_id: fund.id, kind: 'expenditure_accepted' }).first('id')
  const refused = await fund.cast.controller!.post(`/funds/${fund.id}/corrections`, {
    entryId: entry.id,
    reason: 'x',
  })
  expect(refused.body).toMatchObject({ code: 'correct_otherwise', instead: 'correct_report' })
})

test('with 70 per cent reported and accepted the next tranche may be paid, and one cent less is not enough', async () => {
  const payeeId = await verifiedPayee(fund)
  const rating = { rating: 'medium', reason: 'Looked at', validUntil: '2027-06-30' }
  await fund.cast.complianceOfficer!.post(`/payees/${payeeId}/ratings`, rating).expect(201)
  const { id } = await approved(fund, '1000.00', { payeeId })
  await settle(fund, await released(fund, id, '800.00'), '800.00', today()).expect(201)
  const { lines } = await reported(fund, id, [{ amount: '559.99' }, { amount: '0.01' }])
  await review(certifier(), lines[0]!).expect(201)
  const refused = await certify(fund, id, '200.00')
  expect(refused.body).toMatchObject({
    code: 'tranche_not_due',
    conditions: [{ accepted: usd('559.99'), needed: usd('560.00') }, {}, {}],
  })
  await review(certifier(), lines[1]!).expect(201)
  await certify(fund, id, '200.00').expect(201)
  const { body } = await fund.cast.auditor!.get(`/disbursement-requests/${id}/tranches`).expect(200)
  expect(body.plan.tranches[1].released).toMatchObject({ grounds: 'conditions' })
})

test('ten who review a line at once decide on it once', async () => {
  const { id } = await paid({ grants: '70.00' })
  const { lines } = await reported(fund, id, [{ amount: '70.00' }])
  const answers = await Promise.all(Array.from({ length: 10 }, () => review(certifier(), lines[0]!)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  expect(answers.filter(({ status }) => status === 409).map(({ body }) => body.code)).toEqual(
    Array.from({ length: 9 }, () => 'line_reviewed_already'),
  )
  expect(await violations(owner(), fund.id)).toEqual([])
})

test('a report that claims nothing is through at once', async () => {
  const { id } = await paid({ grants: '10.00' })
  const { body } = await begin(fund, id).expect(201)
  await write(fund, body.id, [])
  expect((await submitReport(fund, body.id)).body).toMatchObject({ status: 'accepted' })
})

describe('refusals', () => {
  let request: string
  let report: { id: string; lines: string[] }
  beforeAll(async () => {
    request = (await paid({ grants: '100.00' })).id
    report = await reported(fund, request, [{ amount: '50.00' }])
  })

  const cases: [string, () => Promise<{ status: number; body: { code: string } }>, number, string][] = [
    ['a report by who decides', async () => begin(fund, request, {}, fund.cast.fundManager!), 403, 'role_not_allowed'],
    [
      'a report on what nobody has approved',
      async () => begin(fund, (await draft(fund, '10.00')).id),
      409,
      'not_approved',
    ],
    [
      'a report before anything was paid',
      async () => begin(fund, (await approved(fund, '10.00')).id),
      409,
      'nothing_to_report',
    ],
    ['a second report for the one that is due', () => begin(fund, request), 409, 'already_exists'],
    ['a report for what is not due ever', () => begin(fund, request, { due: 9 }), 404, 'not_found'],
    ['writing what is submitted', () => write(fund, report.id, [{ amount: '1.00' }]), 409, 'report_not_open'],
    ['submitting what is submitted', () => submitReport(fund, report.id), 409, 'report_not_open'],
    ['a review by who asked', () => review(fund.cast.requester!, report.lines[0]!), 403, 'role_not_allowed'],
    ['a review by who releases', () => review(fund.cast.treasurer!, report.lines[0]!), 403, 'role_not_allowed'],
    ['a question without words', () => review(certifier(), report.lines[0]!, 'query'), 400, 'invalid_request'],
    [
      'taking back before it is through',
      () => correct(certifier(), report.id, report.lines),
      409,
      'report_not_accepted',
    ],
    ['a line that is nobody’s', () => review(certifier(), `xln_${'0'.repeat(26)}`), 404, 'not_found'],
  ]
  test.each(cases)('%s is refused, and nothing changes', async (_what, call, status, code) => {
    if (code === 'not_approved' || code === 'nothing_to_report') {
      const answer = await call()
      return expect([answer.status, answer.body.code]).toEqual([status, code])
    }
    const before = await everything()
    const answer = await call()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await everything()).toEqual(before)
  })

  const drafts: [string, object, object, number, string][] = [
    [
      'a cost before the start',
      { spentOn: '2026-10-31', amount: '1.00' },
      { periodFrom: '2026-10-01' },
      422,
      'outside_eligible_time',
    ],
    [
      'a cost outside the period',
      { spentOn: '2026-11-20', amount: '1.00' },
      { periodTo: '2026-11-19' },
      422,
      'outside_eligible_time',
    ],
    ['a period that is not over', { amount: '1.00' }, { periodTo: '2026-11-25' }, 422, 'date_in_future'],
    ['more than was paid', { amount: '100.01' }, {}, 409, 'exceeds_paid'],
    ['a category in which nothing was paid', { category: 'venue', amount: '0.01' }, {}, 409, 'exceeds_paid'],
    ['a report without words', { amount: '1.00' }, { narrative: '' }, 422, 'incomplete_request'],
  ]
  test('what cannot be submitted says why, and stays a draft', async () => {
    const { id } = await paid({ grants: '100.00' })
    const { body } = await begin(fund, id).expect(201)
    const refused: unknown[] = []
    for (const [, line, more] of drafts) {
      expect((await write(fund, body.id, [line as never], more)).status).toBe(200)
      const answer = await submitReport(fund, body.id)
      refused.push([answer.status, answer.body.code])
    }
    const [line] = (await openLines(fund, body.id)) as [string]
    expect((await review(certifier(), line)).body.code).toBe('report_not_submitted')
    expect(refused).toEqual(drafts.map(([, , , status, code]) => [status, code]))
    expect((await readReport(fund, body.id)).status).toBe('draft')
  })

  test('a draft that was changed meanwhile, a period the wrong way round and an answer to nothing are not written', async () => {
    const { id } = await paid({ grants: '100.00' })
    const { body } = await begin(fund, id).expect(201)
    const { requester } = fund.cast
    const content = { narrative: 'x', lines: [] }
    const put = (more: object, etag = '"v1"') =>
      requester!.put(`/expenditure-reports/${body.id}`, { ...content, ...more }).set('if-match', etag)
    expect((await put({}, '"v7"')).body.code).toBe('version_changed')
    expect((await put({ periodFrom: '2026-11-05', periodTo: '2026-11-01' })).body.code).toBe('invalid_request')
    expect((await put({ lines: [lineOf({ amount: '1.00', answers: report.lines[0]! })] })).body.code).toBe('not_found')
    expect((await put({ lines: [lineOf({ amount: { amount: '1.00', currency: 'EEK' } })] })).body.code).toBe(
      'currency_not_in_use',
    )
    expect((await put({ lines: [lineOf({ amount: { amount: '1.00', currency: 'QQQ' } })] })).body.code).toBe(
      'currency_unknown',
    )
    expect((await put({ lines: [lineOf({ amount: { amount: '1.00', currency: 'CHF' } })] })).body.code).toBe(
      'rate_missing',
    )
    expect((await put({ lines: [lineOf({ amount: { amount: '1', currency: 'XAF' } })] })).body.code).toBe(
      'amount_out_of_range',
    )
  })
})

test('costs before the start count where somebody who approves has allowed them, and not too early', async () => {
  const { id } = await paid({ grants: '100.00' })
  const allow = (fromOn: string, by: Caller = fund.cast.fundManager!) =>
    by.post(`/disbursement-requests/${id}/early-starts`, { fromOn, reason: 'The hall had to be booked' })
  expect((await allow('2026-11-01')).body.code).toBe('dates_out_of_order')
  expect((await allow('2026-09-01')).body.code).toBe('dates_out_of_order')
  expect((await allow('2026-10-20', fund.cast.requester!)).body.code).toBe('role_not_allowed')
  await allow('2026-10-20').expect(201)
  expect((await allow('2026-10-21')).body.code).toBe('already_exists')
  const { lines } = await reported(fund, id, [{ spentOn: '2026-10-20', amount: '5.00' }], { periodFrom: '2026-10-01' })
  await review(certifier(), lines[0]!).expect(201)
})

test('a payment whose spending is reviewed does not come back as if it had never been', async () => {
  const request = await approved(fund, '30.00')
  const payment = await released(fund, request.id, '30.00')
  await settle(fund, payment, '30.00', today()).expect(201)
  const { id, lines } = await reported(fund, request.id, [{ amount: '30.00' }])
  await review(certifier(), lines[0]!).expect(201)
  const back = () =>
    fund.cast.reconciler!.post(`/payments/${payment}/returns`, {
      valueDate: today(),
      reason: 'Closed',
      reference: 'R1',
    })
  expect((await back()).body.code).toBe('reported_already')
  await correct(certifier(), id, lines).expect(201)
  await back().expect(201)
  expect(await violations(owner(), fund.id)).toEqual([])
})

test('a request reports when its end has passed or all of it is paid, and may still be paid; an advance waits to be ratified first', async () => {
  const all = await paid({ grants: '10.00' })
  const part = await approved(fund, '10.00')
  await settle(fund, await released(fund, part.id, '4.00'), '4.00', today()).expect(201)
  const advance = await active(fund, '10.00')
  await settle(fund, await released(fund, advance.id, '10.00'), '10.00', today()).expect(201)
  const statuses = async () => {
    const found = await owner()('requests').whereIn('id', [all.id, part.id, advance.id]).select('id', 'status')
    return [all, part, advance].map(({ id }) => found.find((one) => one.id === id).status)
  }
  await beginReporting(service.database().service, time.now())
  expect(await statuses()).toEqual(['reporting', 'active', 'active'])
  await beginReporting(service.database().service, new Date('2027-02-01T00:00:00Z'))
  expect(await statuses()).toEqual(['reporting', 'reporting', 'active'])
  expect(await beginReporting(service.database().service, new Date('2027-02-01T00:00:00Z'))).toBe(0)
  await certify(fund, part.id, '6.00').expect(201)
  await expect(
    owner()('requests')
      .where({ id: (await approved(fund, '1.00')).id })
      .update({ status: 'reporting' }),
  ).rejects.toMatchObject({
    constraint: 'reports_after_paying',
  })
})

test('who owes a report is told on its day, those above at +7, and at +14 the payee gets no next tranche; each once', async () => {
  const payeeId = await verifiedPayee(fund)
  const rating = { rating: 'medium', reason: 'Looked at', validUntil: '2027-12-31' }
  await fund.cast.complianceOfficer!.post(`/payees/${payeeId}/ratings`, rating).expect(201)
  const late = await paid(
    { grants: '10.00' },
    { payeeId, startsOn: '2026-10-01', endsOn: '2026-11-01', lines: undefined },
  ).catch(() => null)
  expect(late).toBeNull()
  const { id } = await approved(fund, '10.00', { payeeId, endsOn: '2026-11-10' })
  await settle(fund, await released(fund, id, '8.00'), '8.00', today()).expect(201)
  const told = async (day: string) => {
    for (const _twice of [1, 2]) await remindOfReports(service.database().service, new Date(`${day}T08:00:00Z`))
    const found = await owner()('notifications')
      .where('link', `/requests/${id}`)
      .where('event', 'like', 'report\\_%')
      .select('event')
    return Object.fromEntries([...Map.groupBy(found, ({ event }) => event)].map(([event, all]) => [event, all.length]))
  }
  // The interim report is due half-way, on 5 November; the last one 30 days after the end, on 10 December.
  const dues = await fund.cast.auditor!.get(`/disbursement-requests/${id}/report-dues`).expect(200)
  expect(dues.body.items.map((one: { dueOn: string; kind: string }) => [one.kind, one.dueOn])).toEqual([
    ['interim', '2026-11-06'],
    ['final', '2026-12-10'],
  ])
  expect(dues.body.payee).toEqual({ late: 1, blocking: 1, worstDays: 18 })
  expect(await told('2026-11-05')).toEqual({})
  expect(await told('2026-11-06')).toEqual({ report_due: 1 })
  const seven = await told('2026-11-13')
  expect([seven.report_due, seven.report_blocks]).toEqual([1, undefined])
  expect(seven.report_late).toBeGreaterThan(3)
  expect((await told('2026-11-20')).report_blocks).toBeGreaterThan(4)
  const refused = await certify(fund, id, '2.00')
  expect(refused.body.conditions[1]).toEqual({ condition: 'no_report_overdue', met: false, overdue: 1, days: 18 })
  const list = await fund.cast.auditor!.get(`/funds/${fund.id}/report-dues?overdue=true`).expect(200)
  expect(list.body.items).toEqual([
    expect.objectContaining({ requestId: id, kind: 'interim', daysLate: 18, blocks: true }),
  ])
  // A report that is with its reviewers is late no more.
  await reported(fund, id, [{ amount: '1.00' }])
  expect((await fund.cast.auditor!.get(`/funds/${fund.id}/report-dues?overdue=true`).expect(200)).body.items).toEqual(
    [],
  )
})

test('a report is seen by who may see its request, and listed', async () => {
  const { id } = await paid({ grants: '10.00' })
  const report = await reported(fund, id, [{ amount: '10.00' }])
  const other = await service.fund()
  const stranger = await service.person('Stranger', other.id, ['auditor'])
  await stranger.get(`/expenditure-reports/${report.id}`).expect(404)
  expect(
    (await review(await service.person('Other officer', other.id, ['certifying_officer']), report.lines[0]!)).status,
  ).toBe(404)
  const { body } = await fund.cast
    .requester!.get(`/funds/${fund.id}/expenditure-reports?status=submitted&limit=1`)
    .expect(200)
  expect(body.items).toEqual([expect.objectContaining({ id: report.id, told: usd('10.00') })])
})

test('the database takes no line twice, none of another time, and no more than was paid', async () => {
  const { id } = await paid({ grants: '10.00' })
  const { lines } = await reported(fund, id, [{ amount: '10.00' }])
  await review(certifier(), lines[0]!).expect(201)
  const one = await owner()('line_reviews').where({ line_id: lines[0] }).first()
  const again = (change: object) => owner()('line_reviews').insert({ ...one, id: `lrv_${'0'.repeat(26)}`, ...change })
  await expect(again({})).rejects.toMatchObject({
    constraint: expect.stringMatching(/line_reviewed_once|reported_within_paid/),
  })
  await expect(again({ takes_back: one.id, functional: '-1', reason: 'x' })).rejects.toMatchObject({
    constraint: 'review_taken_back_whole',
  })
  await expect(owner()('report_lines').where({ id: lines[0] }).delete()).rejects.toMatchObject({
    constraint: 'submitted_lines_are_fixed',
  })
  await expect(owner()('line_reviews').where({ id: one.id }).delete()).rejects.toThrow(/append-only/)
})

import type { DonorReport, ReportedContribution, StageFigures } from '../../server/donor-reports/figures.ts'
import { stage } from '../../server/ledger/accounts.ts'
import { credit, debit } from '../../server/ledger/post.ts'
import { approved, decide, released, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { complaints, plain, postingsOf, recompute } from './recomputed.ts'
import { amountOf, postAsOwner, reportOf, storyOf, today, type Made, type Story } from './story.ts'

const service = ownService()
let fund: Fund
let story: Story
let sweden: string
let reader: Caller
const made = {} as Record<'euro' | 'partial' | 'conditional' | 'cancelled' | 'promised' | 'found', Made>
/** What Sweden was told at each point of the story, by what had happened last. */
const toldAfter: Record<string, DonorReport> = {}

async function told(asOf: Record<string, string> = {}, by: Caller = fund.cast.auditor!): Promise<DonorReport> {
  const answer = await reportOf(by, fund, sweden, asOf)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

beforeAll(async () => {
  fund = await service.fund()
  story = storyOf(fund, service)
  sweden = await story.donor('Sweden')
  reader = await story.reader('Astrid', sweden)
  const euro = await story.bank('euro', 'EUR')
  const rates = { '2023-12': '0.8', '2024-02': '0.9', '2024-03': '0.95', '2024-04': '0.85' }
  for (const [month, units] of Object.entries(rates)) await story.rate('EUR', month, units)

  // Agreed in euros, received in two parts at other rates with charges; the second is more than was agreed.
  made.euro = await story.pledge(sweden, '1000.00 EUR', '2023-12-20', { code: 'A-EURO' })
  await story.agree(made.euro, '1000.00 EUR', '2024-02-05')
  const inEuros = (sent: string, booked: string, charge: string) => ({ bank: euro, sent, booked, charge })
  await story.receive(made.euro, '2024-03-05', inEuros('500.00 EUR', '490.00 EUR', '10.00 EUR'))
  await story.receive(made.euro, '2024-04-05', inEuros('600.00 EUR', '595.00 EUR', '5.00 EUR'))

  // Agreed for less than was pledged, paid in part, the rest written off, some of it paid back.
  made.partial = await story.pledge(sweden, '1000.00 USD', '2024-01-10', { code: 'B-PARTIAL' })
  await story.agree(made.partial, '900.00 USD', '2024-01-20')
  await story.receive(made.partial, '2024-02-01', { sent: '400.00 USD', booked: '397.50 USD', charge: '2.50 USD' })
  toldAfter.firstReceipt = await told()
  await story.writeOff(made.partial, '500.00 USD', '2024-05-01')
  await story.refund(made.partial, '50.00 USD', '2024-06-01')

  // Received while its condition is open: cash, but no authority.
  made.conditional = await story.pledge(sweden, '300.00 EUR', '2024-01-12', { code: 'C-CONDITIONAL' })
  const condition = { conditional: true, condition: 'Talks have begun' }
  await story.agree(made.conditional, '300.00 EUR', '2024-02-12', condition)
  await story.receive(made.conditional, '2024-03-12', { sent: '200.00 EUR', booked: '208.00 USD', charge: '2.00 USD' })

  made.cancelled = await story.pledge(sweden, '70.00 USD', '2024-01-13', { code: 'D-CANCELLED' })
  await story.cancel(made.cancelled, '2024-02-13')
  made.promised = await story.pledge(sweden, '80.00 USD', '2024-01-14', { code: 'E-PROMISED' })

  // Found later among what nobody had identified, and applied in two parts: each bears its part of the charge.
  made.found = await story.pledge(sweden, '500.00 USD', '2024-01-15', { code: 'F-FOUND' })
  await story.agree(made.found, '500.00 USD', '2024-01-15')
  const receipt = await story.receive(undefined, '2024-03-01', {
    sent: '333.33 USD',
    booked: '330.00 USD',
    charge: '3.33 USD',
  })
  await story.apply(receipt.id, made.found, '2024-04-01', '100.01 USD')
  await story.apply(receipt.id, made.found, '2024-04-02')
  toldAfter.moneyIn = await told()

  const norway = await story.donor('Norway')
  const other = await story.pledge(norway, '5000.00 USD', '2024-01-01', {
    earmark: { level: 'earmarked', regions: ['Asia'] },
  })
  await story.agree(other, '5000.00 USD', '2024-01-01')
  await story.receive(other, '2024-01-02', { sent: '5000.00 USD' })
}, 60_000)

const of = (report: DonorReport, { id }: Made): ReportedContribution =>
  report.contributions.find((one) => one.id === id)!

const inWords = (figures: StageFigures) =>
  Object.fromEntries(
    Object.entries(figures)
      .filter(([, { amount }]) => amount !== '0.00')
      .map(([name, { amount }]) => [name, amount]),
  )

const linesInWords = ({ lines }: ReportedContribution) =>
  lines.map(({ on, kind, original, rate, amount }) =>
    [on, kind, amount.amount, original && `${original.amount} ${original.currency}`, rate && `at ${rate}`]
      .filter(Boolean)
      .join(' '),
  )

async function expectAsInTheLedger(report: DonorReport): Promise<void> {
  const postings = await postingsOf(service.database(), fund.id, report.asOf)
  for (const one of report.contributions) {
    const again = recompute(postings, one.id)
    // While a condition is open its cash is no authority, so the postings of the budget do not say how much came.
    const open = one.conditional && one.figures.authority.amount === '0.00'
    const { received: _received, bankCharges: _bankCharges, ...known } = again
    expect({ code: one.code, ...plain(one.figures) }).toMatchObject({ code: one.code, ...(open ? known : again) })
  }
  expect(complaints(report)).toEqual([])
}

test('an agreement in another currency: receipts at their own rates, charges and exchange, and nothing above what was agreed', () => {
  const euro = of(toldAfter.moneyIn!, made.euro)
  expect(euro).toMatchObject({
    ...{
      status: 'received',
      conditional: false,
      fiscalYear: '2023',
      earmark: { level: 'unearmarked', terms: [], spendBy: null },
    },
    originalPledged: { amount: '1000.00', currency: 'EUR' },
    originalAgreed: { amount: '1000.00', currency: 'EUR' },
  })
  expect(linesInWords(euro)).toEqual([
    '2023-12-20 pledge 1250.00 1000.00 EUR at 0.8',
    '2024-02-05 agreement 1111.11 1000.00 EUR at 0.9',
    '2024-03-05 receipt 515.79 500.00 EUR at 0.95',
    '2024-03-05 bank_charge -10.53',
    '2024-03-05 exchange_difference -29.24',
    '2024-04-05 receipt 583.33 500.00 EUR at 0.85',
    '2024-04-05 bank_charge -4.90',
    '2024-04-05 exchange_difference 32.68',
  ])
  expect(inWords(euro.figures)).toEqual({
    ...{
      pledged: '1250.00',
      agreed: '1111.11',
      received: '1099.12',
      bankCharges: '-15.43',
      exchangeDifference: '3.44',
    },
    ...{ authority: '1099.12', supportCost: '71.90', available: '1027.22' },
  })
})

test('what was written off and what was paid back are told as what they are', () => {
  const partial = of(toldAfter.moneyIn!, made.partial)
  expect(partial.status).toBe('written_off')
  expect(linesInWords(partial)).toEqual([
    '2024-01-10 pledge 1000.00 1000.00 USD',
    '2024-01-20 agreement 900.00 900.00 USD',
    '2024-02-01 receipt 397.50 400.00 USD',
    '2024-02-01 bank_charge -2.50',
    '2024-05-01 write_off -500.00 -500.00 USD',
    '2024-06-01 refund -50.00',
  ])
  expect(partial.lines.map(({ reference }) => reference)).toEqual([
    ...['', 'AGR B-PARTIAL', expect.stringMatching(/^BST-\d$/), expect.stringMatching(/^BST-\d$/)],
    ...['Will not come', 'Purpose has gone'],
  ])
  expect(inWords(partial.figures)).toEqual({
    ...{ pledged: '1000.00', agreed: '900.00', received: '397.50', writtenOff: '-500.00', bankCharges: '-2.50' },
    ...{ authority: '347.50', supportCost: '26.00', available: '321.50' },
  })
})

test('cash that came under an open condition is received, at the rate that its two amounts imply, and gives no authority', () => {
  const conditional = of(toldAfter.moneyIn!, made.conditional)
  expect(conditional).toMatchObject({ status: 'agreed', conditional: true })
  expect(linesInWords(conditional).slice(2)).toEqual([
    '2024-03-12 receipt 208.00 200.00 EUR at 0.95238095',
    '2024-03-12 bank_charge -2.00',
    '2024-03-12 exchange_difference -12.22',
  ])
  expect(inWords(conditional.figures)).toEqual({
    ...{ pledged: '375.00', agreed: '333.33', received: '208.00', outstanding: '111.11' },
    ...{ bankCharges: '-2.00', exchangeDifference: '-12.22' },
  })
})

test('a cancelled pledge is nothing any more, an open one a promise, and what was found later bears its part of the charge', () => {
  const report = toldAfter.moneyIn!
  expect([of(report, made.cancelled).status, inWords(of(report, made.cancelled).figures)]).toEqual(['cancelled', {}])
  expect(linesInWords(of(report, made.cancelled))[1]).toBe('2024-02-13 pledge_cancelled -70.00 -70.00 USD')
  expect(of(report, made.promised)).toMatchObject({ status: 'pledged', originalAgreed: null })
  expect(inWords(of(report, made.promised).figures)).toEqual({ pledged: '80.00' })
  expect(linesInWords(of(report, made.found)).slice(2)).toEqual([
    '2024-04-01 receipt 99.01 100.01 USD',
    '2024-04-01 bank_charge -1.00',
    '2024-04-02 receipt 230.99 233.32 USD',
    '2024-04-02 bank_charge -2.33',
  ])
})

test("the report of money in is what the postings say, contribution by contribution; another donor's is not in it", async () => {
  const report = toldAfter.moneyIn!
  expect(report.contributions.map(({ code }) => code)).toEqual([
    'A-EURO',
    'B-PARTIAL',
    'C-CONDITIONAL',
    'D-CANCELLED',
    'E-PROMISED',
    'F-FOUND',
  ])
  await expectAsInTheLedger(report)
  expect(report.years).toEqual([{ year: '2024', received: amountOf('2034.62 USD'), disbursed: amountOf('0.00 USD') }])
})

test('money is followed from reserved to reported and back, mission by mission', async () => {
  const payeeId = await verifiedPayee(fund)
  const back = await submitted(fund, '10.00', { payeeId })
  await submitted(fund, '100.00', { payeeId })
  await approved(fund, '200.00', { payeeId })
  const spent = await approved(fund, '300.00', { payeeId })
  const cameBack = await released(fund, spent.id, '120.00')
  await released(fund, spent.id, '150.00')
  await fund.cast
    .reconciler!.post(`/payments/${cameBack}/returns`, { valueDate: today, reason: 'Account closed', reference: 'R-1' })
    .expect(201)
  await decide(fund.cast.fundManager!, back.id, 'reject', 'Not a mediation').expect(201)
  await story.fulfil(made.conditional, '2024-05-05')
  const report = await told()
  await expectAsInTheLedger(report)
  expect(inWords(report.totals)).toMatchObject({ reserved: '100.00', committed: '350.00', disbursed: '150.00' })
  expect(report.missions).toEqual([
    {
      ...{ name: 'Talks at Bangui', region: 'Central Africa', missionCount: 1 },
      ...{ reserved: amountOf('100.00 USD'), committed: amountOf('350.00 USD') },
      ...{ disbursed: amountOf('150.00 USD'), reported: amountOf('0.00 USD') },
    },
  ])
  expect(report.years.at(-1)).toEqual({
    ...{ year: today.slice(0, 4), received: amountOf('0.00 USD'), disbursed: amountOf('150.00 USD') },
  })
  expect(linesInWords(of(report, made.conditional)).at(-1)).toBe('2024-05-05 condition_met 333.33 300.00 EUR at 0.9')

  const paying = report.contributions.find(({ figures }) => figures.disbursed.amount !== '0.00')!
  const request = { id: spent.id, code: await codeOf(spent.id) }
  const moved = amountOf(`${paying.figures.disbursed.amount} USD`)
  await postAsOwner(service, fund, {
    kind: 'obligation_reduced',
    postings: (units) => [
      debit(stage('reported', paying, 'USD', request), units(moved)),
      credit(stage('disbursed', paying, 'USD', request), units(moved)),
    ],
  })
  const after = await told()
  await expectAsInTheLedger(after)
  expect(of(after, paying).figures.reported).toEqual(moved)
  expect(after.years).toEqual(report.years)
  toldAfter.moneyOut = after
})

async function codeOf(requestId: string): Promise<string> {
  return (await service.database().owner('requests').where({ id: requestId }).first('code')).code
}

test('what was reported before is reported again as it was known then, though facts of earlier days came to be known since', async () => {
  for (const before of Object.values(toldAfter)) expect(await told(before.asOf)).toEqual(before)
  expect(of(toldAfter.firstReceipt!, made.partial).status).toBe('agreed')
  expect(of(await told(toldAfter.firstReceipt!.asOf), made.found)).toBeUndefined()
})

test('as of a value date only what had happened by then is told, to the day', async () => {
  const status = (report: DonorReport, which: Made) => of(report, which)?.status
  const [before, on] = [await told({ occurredOn: '2024-04-30' }), await told({ occurredOn: '2024-05-01' })]
  expect([status(before, made.partial), status(on, made.partial)]).toEqual(['agreed', 'written_off'])
  expect(inWords(of(before, made.partial).figures)).toMatchObject({ outstanding: '500.00', authority: '397.50' })
  await expectAsInTheLedger(before)
  await expectAsInTheLedger(on)
  const early = await told({ occurredOn: '2024-01-09' })
  expect(early.contributions.map(({ code, status: as }) => [code, as])).toEqual([['A-EURO', 'pledged']])
  expect(await told({ occurredOn: '2023-12-19' })).toMatchObject({ contributions: [], missions: [], years: [] })
})

test('both axes at once: the value dates of that day as they were known at that moment', async () => {
  const { recordedAt } = toldAfter.firstReceipt!.asOf
  const report = await told({ occurredOn: '2024-02-05', recordedAt })
  expect(inWords(of(report, made.euro).figures)).toEqual({
    pledged: '1250.00',
    agreed: '1111.11',
    outstanding: '1111.11',
  })
  expect(report.contributions.map(({ code }) => code)).toEqual(['A-EURO', 'B-PARTIAL'])
  await expectAsInTheLedger(report)
})

test('a moment that is still to come is told as now', async () => {
  const before = new Date().toISOString()
  const { asOf } = await told({ recordedAt: '2200-01-01T00:00:00Z' })
  expect(asOf.recordedAt >= before.slice(0, 19) && asOf.recordedAt <= new Date(Date.now() + 1000).toISOString()).toBe(
    true,
  )
  expect((await told({ recordedAt: '2024-01-01T02:00:00+02:00' })).asOf.recordedAt).toBe('2024-01-01T00:00:00.000000Z')
})

test('the donor is told the same as whoever keeps the books', async () => {
  for (const { asOf } of [...Object.values(toldAfter), await told()])
    expect(await told(asOf, reader)).toEqual(await told(asOf))
})

test('the terms are told in words, as they were agreed at that moment', async () => {
  const payeeId = await verifiedPayee(fund, 'Centre for Quiet Diplomacy')
  const earmark = {
    level: 'tightly',
    ...{ window: 'Rapid', regions: ['Central Africa'], countries: ['Chad'], phases: ['after_violence'] },
    ...{ themes: ['ceasefire_and_security'], partners: [payeeId], spendBy: '2027-06-30' },
  }
  const bound = await story.pledge(sweden, '10.00 USD', '2024-07-01', { earmark })
  const before = await told()
  expect(of(before, bound).earmark).toEqual({
    ...{ level: 'tightly', spendBy: '2027-06-30' },
    terms: [
      ...['Rapid', 'Central Africa', 'Chad', 'after violence', 'ceasefire and security', 'Centre for Quiet Diplomacy'],
    ],
  })
  await fund.cast
    .fundManager!.put(`/contributions/${bound.id}/earmark`, { earmark: { level: 'unearmarked' }, consent: 'Letter 7' })
    .set('if-match', '"v1"')
    .expect(200)
  const after = await told({}, reader)
  expect(of(after, bound).earmark).toEqual({ level: 'unearmarked', terms: [], spendBy: null })
  expect(await told(before.asOf, reader)).toEqual(before)
})

test('money goes with the mission that was named when it was asked for, as known at that moment', async () => {
  const elsewhere = await story.process('Talks elsewhere', 'Central Africa')
  const { id } = await submitted(fund, '20.00')
  const before = await told()
  await decide(fund.cast.fundManager!, id, 'return', 'Wrong mission').expect(201)
  const read = await fund.cast.requester!.get(`/disbursement-requests/${id}`)
  const changed = await fund.cast
    .requester!.patch(`/disbursement-requests/${id}`, { processId: elsewhere })
    .set('if-match', read.headers.etag!)
    .expect(200)
  const between = await told()
  expect(between.missions).toEqual(before.missions)
  await submit(fund, { id, etag: changed.headers.etag! }).expect(201)
  const after = await told({}, reader)
  expect(after.missions.map(({ name, reserved }) => [name, reserved.amount])).toContainEqual([
    'Talks elsewhere',
    '20.00',
  ])
  expect(await told(before.asOf, reader)).toEqual(before)
})

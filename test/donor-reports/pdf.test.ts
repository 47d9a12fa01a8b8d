import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { approved, submitted, verifiedPayee } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { pagesOfText } from '../reports/read-pdf.ts'
import { reportOf, storyOf } from './story.ts'

const service = ownService()
let fund: Fund
let sweden: string
let reader: Caller

beforeAll(async () => {
  fund = await service.fund()
  const story = storyOf(fund, service)
  sweden = await story.donor('Sweden')
  reader = await story.reader('Astrid', sweden)
  for (const [month, units] of Object.entries({ '2024-01': '0.8', '2024-03': '0.95' }))
    await story.rate('EUR', month, units)
  const contribution = await story.pledge(sweden, '12345.00 EUR', '2024-01-05')
  await story.agree(contribution, '12345.00 EUR', '2024-01-06', { reference: 'AGR-2024-77' })
  const bank = await story.bank('euro', 'EUR')
  await story.receive(contribution, '2024-03-05', {
    bank,
    sent: '9876.54 EUR',
    booked: '9870.00 EUR',
    charge: '6.54 EUR',
  })
  await story.writeOff(contribution, '1000.00 EUR', '2024-04-01', 'The parliament did not pass it. '.repeat(31).trim())
  await story.refund(contribution, '11.11 USD', '2024-05-01')
  const payeeId = await verifiedPayee(fund)
  const secret = await story.process('Secret talks', 'Asia', 'strictly_confidential')
  await approved(fund, '321.09', { payeeId })
  await submitted(fund, '123.45', { payeeId, processId: secret })
}, 60_000)

const file = (by: Caller, query: Record<string, string>) =>
  by.get(`/funds/${fund.id}/donors/${sweden}/report.pdf?${new URLSearchParams(query)}`).buffer(true)

/** Every amount that the report tells, as a reader sees it: without a sign, in Western digits or in Arabic ones. */
function amountsIn(report: DonorReport, language: string): string[] {
  const printed = new Intl.NumberFormat(language === 'ar' ? 'ar-EG-u-nu-latn' : 'en', { minimumFractionDigits: 2 })
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('amount' in value && typeof value.amount === 'string')
      found.add(printed.format(value.amount.replace('-', '') as unknown as number))
    Object.values(value).forEach(visit)
  }
  visit(report)
  return [...found]
}

test.each(['en', 'ar'])(
  'the PDF in %s has every figure of the JSON of the same moment, and no secret',
  async (language) => {
    const report: DonorReport = (await reportOf(reader, fund, sweden).expect(200)).body
    const answer = await file(reader, { language, ...report.asOf }).expect(200)
    expect(answer.headers['content-type']).toMatch(/^application\/pdf/)
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename=donor-report-${report.fund.code}-${report.asOf.occurredOn}-${language}.pdf`,
    )
    const text = (await pagesOfText(answer.body)).join('\n').replaceAll(/[\u200e\u200f\u061c\u2066-\u2069]/g, '')
    expect(amountsIn(report, language).filter((amount) => !text.includes(amount))).toEqual([])
    for (const told of ['Sweden', 'AGR-2024-77', 'Talks at Bangui', '2024-03-05']) expect(text).toContain(told)
    expect(text).not.toContain('Secret talks')
    expect(text).toContain(language === 'en' ? 'Confidential mediation' : 'وساطة')
  },
  60_000,
)

test('without a language the file is in that of the reader', async () => {
  const answer = await file(reader, {}).set('accept-language', 'ar').expect(200)
  expect(answer.headers['content-disposition']).toContain('-ar.pdf')
})

test('the same report at the same moment is the same file, byte for byte', async () => {
  const { asOf } = (await reportOf(reader, fund, sweden).expect(200)).body
  const [first, second] = [await file(reader, asOf), await file(fund.cast.auditor!, asOf)]
  expect(first.body.equals(second.body)).toBe(true)
})

test('a donor of whom nothing is known yet has a report too', async () => {
  const { body: peru } = await fund.cast
    .fundManager!.post(`/funds/${fund.id}/donors`, { name: 'Peru', kind: 'Member State' })
    .expect(201)
  const report = await reportOf(fund.cast.auditor!, fund, peru.id).expect(200)
  expect(report.body).toMatchObject({
    contributions: [],
    missions: [],
    years: [],
    totals: { received: { amount: '0.00' } },
  })
  const answer = await fund.cast.auditor!.get(`/funds/${fund.id}/donors/${peru.id}/report.pdf`).buffer(true).expect(200)
  expect((await pagesOfText(answer.body)).join()).toContain('Peru')
})

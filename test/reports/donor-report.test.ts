import type { DonorReport } from '../../server/donor-reports/figures.ts'
import type { MoneyText } from '../../server/money.ts'
import { writeDonorReport } from '../../reports/donor-contribution/write.ts'
import { wordingIn } from '../../reports/texts/wording.ts'
import { collectingSink, pagesOfText, reportFile, textOfReport } from './read-pdf.ts'
import { emptyReport, figures, mission, sampleReport, usd } from './sample-report.ts'

/** Every amount anywhere in the report, as it has to be printed. */
function printedAmounts(part: unknown): string[] {
  if (part === null || typeof part !== 'object') return []
  if ('amount' in part && typeof part.amount === 'string') return [wordingIn('en').amount(part as MoneyText)]
  return Object.values(part).flatMap(printedAmounts)
}

function withDonor(name: string): DonorReport {
  const report = sampleReport()
  return { ...report, donor: { ...report.donor, name } }
}

describe('a donor contribution report', () => {
  let english: string
  let arabic: string

  beforeAll(async () => {
    english = await textOfReport(sampleReport(), 'en')
    arabic = await textOfReport(sampleReport(), 'ar')
  })

  test('says in English what it is, for whom, and both dates that it stands on', () => {
    expect(english).toContain('Donor contribution report\nPrepared for Ministry for Foreign Affairs of Finland')
    expect(english).toContain('Rapid Response Mediation Fund (RRMF)')
    expect(english).toContain('up to and including 31 December 2025, as the fund’s ledger recorded')
    expect(english).toContain('it by 15 January 2026, 09:30 UTC. What was recorded later is not in it.')
    expect(english).toContain('It sets out 3 contributions with 66 events.')
  })

  test('reads in logical order in Arabic: title, headings, sentences, amounts and codes', () => {
    expect(arabic.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'تقرير مساهمات المانح',
        '31 كانون الأول/ديسمبر 2025',
        'عملة أخرى. ويعرض 3 مساهمات و66 حركة.',
        'الخلاصة',
        'الموعود به والمقبوض',
        'المتعهد به 123,456,789,012,345.67',
        'المستحق غير المقبوض 362,587.82',
        'الرسوم المصرفية -145.50',
        'سلطة الإنفاق 5,837,412.18',
        'مجموع المراحل السبع 5,837,412.18',
        'وجهة الأموال',
        'المقبوض والمصروف حسب السنة',
        'التعهد الأصلي',
        'EUR 4,000,000.00',
        '4,340,770.00 0.9215 EUR 4,000,000.00 AGR-2023-0031 اتفاق 2023-12-29',
        'السعر: عدد وحدات العملة الأصلية مقابل وحدة واحدة من USD.',
        'لم يذهب أي مبلغ من هذه المساهمة إلى أي بعثة حتى الآن.',
      ]),
    )
  })

  test('prints every amount that it is given, in both languages', () => {
    const amounts = printedAmounts(sampleReport())
    expect(amounts.length).toBeGreaterThan(200)
    expect(amounts.filter((amount) => !english.includes(amount))).toEqual([])
    expect(amounts.filter((amount) => !arabic.includes(amount))).toEqual([])
  })

  test('prints a negative amount with its minus, as text that a spreadsheet understands', () => {
    expect(english).toContain('Written off -250,000.00')
    expect(english).toContain('of the Controller\n– – -250,000.00')
    expect(arabic).toContain('المشطوب -250,000.00')
  })

  test('shows that the stages add up to the authority', () => {
    expect(english).toContain('Spending authority 5,837,412.18')
    expect(english).toContain('Sum of the seven stages 5,837,412.18')
    for (const { authority } of sampleReport().contributions.map((contribution) => contribution.figures)) {
      expect(english).toContain(`Sum of the seven stages ${wordingIn('en').amount(authority)}`)
    }
  })

  test('shows original amounts with their currency and their rate', () => {
    expect(english).toContain('2023-12-29 Agreement AGR-2023-0031 EUR 4,000,000.00 0.9215 4,340,770.00')
    expect(english).toContain('Rate: units of the original currency for one USD.')
  })

  test('names open missions, and confidential ones only by region and number', () => {
    expect(english).toContain('Great Lakes ceasefire talks')
    expect(english).toContain('Confidential mediation, Horn of Africa (3 missions)')
    expect(english).toContain('Confidential mediation, region not disclosed (1 mission)')
  })

  test('has the number of every page, and how many there are', async () => {
    const pages = await pagesOfText(await reportFile(sampleReport(), 'en'))
    expect(pages.length).toBeGreaterThan(3)
    pages.forEach((page, i) => expect(page).toMatch(new RegExp(`Page ${i + 1} of\\s+${pages.length}\\b`)))
  })

  test('repeats the head of a table on every page that the table goes on', async () => {
    const pages = await pagesOfText(await reportFile(sampleReport(), 'en'))
    const withEvents = pages.filter((page) => /BST-2024-10\d\d/.test(page))
    expect(withEvents.length).toBeGreaterThan(1)
    for (const page of withEvents) expect(page).toContain('Date Event Reference Original amount Rate Amount (USD)')
  })
})

describe('a report with unusual content', () => {
  test('is one sensible page for a donor with nothing yet', async () => {
    const pages = await pagesOfText(await reportFile(emptyReport(), 'en'))
    expect(pages).toHaveLength(1)
    expect(pages[0]).toContain('The ledger has no contribution of this donor up to this')
    expect(pages[0]).toContain('Sum of the seven stages 0.00')
    expect(pages[0]).not.toMatch(/undefined|null|NaN/)
  })

  test('prints markup and ampersands in a name as they are', async () => {
    const text = await textOfReport(withDonor('Peace & <script>alert(1)</script> Trust'), 'en')
    expect(text).toContain('Prepared for Peace & <script>alert(1)</script> Trust')
  })

  test('prints an Arabic name in an English report, and the other way round', async () => {
    expect(await textOfReport(withDonor('وزارة الخارجية'), 'en')).toContain('وزارة الخارجية')
    const arabic = await textOfReport(withDonor('Norway'), 'ar')
    expect(arabic).toContain('Norway')
    expect(arabic).toContain('صندوق الاستجابة السريعة للوساطة')
  })

  test('prints the whole of a very long name over several lines', async () => {
    const words = Array.from({ length: 80 }, (_, i) => `Directorate${i}`)
    const text = await textOfReport(withDonor(words.join(' ')), 'en')
    expect(words.filter((word) => !text.includes(word))).toEqual([])
  })

  test('goes on over pages in a row that is taller than one', async () => {
    const report = sampleReport()
    const words = Array.from({ length: 900 }, (_, i) => `w${i}w`)
    report.contributions[1]!.lines[3]!.reference = words.join(' ')
    const text = await textOfReport(report, 'en')
    expect(words.filter((word) => !text.includes(word))).toEqual([])
  })

  test('prints lines without reference, original or rate, and contributions without lines or missions', async () => {
    const report = sampleReport()
    report.contributions[2]!.lines = []
    report.contributions[1]!.lines = [
      { on: '2023-03-02', kind: 'pledge', reference: '', original: null, rate: null, amount: usd('1250000.00') },
    ]
    const text = await textOfReport(report, 'en')
    expect(text).toContain('2023-03-02 Pledge – – – 1,250,000.00')
    expect(text).toContain('No events are recorded for this contribution.')
    expect(text).toContain('No money of this contribution has gone to a mission yet.')
    expect(text).not.toMatch(/undefined|null|NaN/)
  })

  test('draws no chart of years that never were', async () => {
    const text = await textOfReport({ ...sampleReport(), years: [] }, 'en')
    expect(text).toContain('Nothing has been received or disbursed yet.')
  })

  test('keeps amounts of twenty digits apart and whole', async () => {
    const report = sampleReport()
    const amount = '-123456789012345678.90'
    report.missions = [mission('Long talks', [amount, amount, amount, amount])]
    report.contributions[0]!.lines[0]!.original = { amount, currency: 'EUR' }
    report.contributions[0]!.lines[0]!.amount = usd(amount)
    for (const language of ['en', 'ar'] as const) {
      const text = await textOfReport(report, language)
      expect(text).toMatch(/(-123,456,789,012,345,678\.90 ){3}-123,456,789,012,345,678\.90/)
      expect(text).toContain('EUR -123,456,789,012,345,678.90')
    }
  })

  test('is refused before its first byte when the stages do not add up', async () => {
    const report = sampleReport()
    report.contributions[1]!.figures = figures({ authority: '1000000.00', available: '999999.99' })
    const { sink, file } = collectingSink()
    await expect(writeDonorReport(report, { language: 'en', issuedOn: '2026-01-16' }, sink)).rejects.toThrow(
      'the stages of contribution FIN-2023-002 are 999999.99, the authority is 1000000.00',
    )
    expect(file()).toHaveLength(0)
  })

  test('is refused when an amount is none', async () => {
    const report = sampleReport()
    report.missions[0]!.reserved = usd('1e6')
    await expect(textOfReport(report, 'en')).rejects.toThrow('not an amount: "1e6"')
  })
})

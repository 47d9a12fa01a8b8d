import { layOutColumns } from '../../reports/engine/columns.ts'
import { breakIntoLines, composeOneLine } from '../../reports/engine/lines.ts'
import { closePaper, FRAME, openPaper, type Paper } from '../../reports/engine/paper.ts'
import { composeParagraph, inVisualOrder, runsOf, widthOf } from '../../reports/engine/paragraph.ts'
import { drawProse } from '../../reports/engine/prose.ts'
import { STYLES } from '../../reports/engine/style.ts'
import { donorReportTexts as arabic } from '../../reports/texts/ar.ts'
import { donorReportTexts as english } from '../../reports/texts/en.ts'
import { inOwnDirection, leftToRight, wordingIn } from '../../reports/texts/wording.ts'
import { collectingSink, pagesOfText } from './read-pdf.ts'

/** The characters as their ink stands on the line, from left to right. */
function inkFromLeft(text: string, direction: 'ltr' | 'rtl'): string {
  const paragraph = composeParagraph(text, { size: 10, direction })
  const runs = inVisualOrder(runsOf(paragraph, 0, paragraph.text.length))
  const letters = runs.flatMap((run) => {
    const words = run.level % 2 === 1 ? [...run.words].reverse() : run.words
    return words.flatMap((word) => word.glyphs.map((glyph) => glyph.text))
  })
  return letters.join('')
}

function blankPaper(direction: 'ltr' | 'rtl'): Paper {
  const description = {
    title: 'Test',
    subject: 'Test',
    author: 'Test',
    language: 'ar',
    createdOn: new Date('2026-01-16'),
  }
  return openPaper(description, direction, () => undefined)
}

describe('text', () => {
  test.each([
    ['an amount', '1,234,567.89'],
    ['a negative amount', '-1,234,567.89'],
    ['an amount with its currency', 'USD 1,234,567.89'],
    ['a date', '2025-01-15'],
    ['a code', 'FIN-2024-001'],
  ])('%s keeps its order in an Arabic sentence', (_what, code) => {
    const ink = inkFromLeft(`بلغ المقبوض ${leftToRight(code)} حتى الآن`, 'rtl')
    expect(ink).toContain(code)
    expect(ink.indexOf(code)).toBeGreaterThan(0)
  })

  test('brackets around a code in Arabic open on the right', () => {
    expect(inkFromLeft(`دولار (${leftToRight('USD')})`, 'rtl')).toMatch(/^\)USD\(/)
  })

  test('a Latin name in Arabic stands in its place, and the Arabic around it on both sides', () => {
    const ink = inkFromLeft(`مع ${inOwnDirection('Norway & Co.')} فقط`, 'rtl')
    expect(ink).toBe('طقف Norway & Co. عم')
  })

  test('an Arabic sentence with an amount and a code can be copied in logical order', async () => {
    const paper = blankPaper('rtl')
    const { sink, file } = collectingSink()
    paper.document.pipe(sink)
    const sentence = `بلغ مجموع المقبوض ${leftToRight('1,234,567.89')} من ${leftToRight('USD')} حتى نهاية السنة المالية للمانحين`
    await drawProse(paper, sentence, { role: 'P', style: STYLES.body, after: 0 })
    closePaper(paper)
    await new Promise((resolve) => sink.once('finish', resolve))
    const [page] = await pagesOfText(file())
    expect(page).toContain('بلغ مجموع المقبوض 1,234,567.89 من USD حتى نهاية السنة المالية للمانحين')
  })

  test('amounts of the same number of digits have the same width, whatever the digits and the sign', () => {
    const widths = ['1,111,111.11', '8,888,888.88'].map((text) =>
      widthOf(composeParagraph(text, { size: 8, direction: 'ltr' })),
    )
    expect(widths[0]).toBeCloseTo(widths[1]!, 6)
    const [minus, digit] = ['-1', '11'].map((text) => widthOf(composeParagraph(text, { size: 8, direction: 'ltr' })))
    expect(minus).toBeCloseTo(digit!, 6)
  })

  test('no line is wider than its box, not even of a word that is', () => {
    const paragraph = composeParagraph(`a few words and ${'X'.repeat(200)} more`, { size: 8, direction: 'ltr' })
    const lines = breakIntoLines(paragraph, 60)
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.map(({ start, end }) => paragraph.text.slice(start, end)).join('')).toBe(paragraph.text)
    for (const { start, end } of lines) {
      const inkEnd = start + paragraph.text.slice(start, end).trimEnd().length
      expect(widthOf(paragraph, start, inkEnd)).toBeLessThanOrEqual(60)
    }
  })

  test('a text that must stay on one line ends in an ellipsis', () => {
    const short = composeOneLine('A very long name of a donor', 60, { size: 8, direction: 'ltr' })
    expect(short.text).toMatch(/^A very.*…$/)
    expect(widthOf(short)).toBeLessThanOrEqual(60)
  })
})

describe('columns', () => {
  test.each([
    ['everyday amounts', '1,234,567.89'],
    ['amounts of twenty digits', '-123,456,789,012,345,678.90'],
  ])('are wide enough for %s and together no wider than the page', (_what, widest) => {
    const paper = blankPaper('ltr')
    const figures = { title: 'Amount', holds: 'figures', widest } as const
    const { columns, style } = layOutColumns(paper, [
      { title: 'Name', holds: 'words', share: 1 },
      figures,
      figures,
      figures,
      figures,
    ])
    const needed = widthOf(composeParagraph(widest, { size: style.size, direction: 'ltr' }))
    for (const column of columns.slice(1)) expect(column.width).toBeGreaterThanOrEqual(needed)
    for (const [i, column] of columns.slice(1).entries()) {
      expect(column.start).toBeGreaterThan(columns[i]!.start + columns[i]!.width)
    }
    const last = columns.at(-1)!
    expect(last.start + last.width).toBeCloseTo(FRAME.width, 6)
    expect(style.size).toBeGreaterThanOrEqual(6)
    expect(style.size).toBeLessThanOrEqual(STYLES.row.size)
  })
})

describe('wording', () => {
  test('amounts are exact for any number of digits, with the decimals of their text', () => {
    const { amount } = wordingIn('ar')
    const print = (text: string) => amount({ amount: text, currency: 'USD' })
    expect(print('1234567890123456789012.34')).toBe('1,234,567,890,123,456,789,012.34')
    expect(print('-0.005')).toBe('-0.005')
    expect(print('1000')).toBe('1,000')
    expect(print('-0.00')).toBe('0.00')
    expect(() => print('12,5')).toThrow('not an amount')
  })

  test.each([
    [1, 'بعثة واحدة'],
    [2, 'بعثتان'],
    [3, '3 بعثات'],
    [11, '11 بعثة'],
    [100, '100 بعثة'],
  ])('Arabic counts %d missions as it should', (count, words) => {
    expect(wordingIn('ar').say('confidentialMissions', { region: 'س', count })).toContain(`(${words})`)
  })

  test('dates are written out in both languages', () => {
    expect(wordingIn('en').day('2025-06-03')).toBe('3 June 2025')
    expect(wordingIn('ar').day('2025-06-03')).toBe('3 حزيران/يونيه 2025')
    expect(
      wordingIn('en')
        .instant('2026-01-15T23:30:00+02:00')
        .replace(/[\u2066\u2069]/g, ''),
    ).toBe('15 January 2026, 21:30 UTC')
    expect(wordingIn('en').instant('2026-01-15')).toBe('15 January 2026')
  })

  test('every text can be said in both languages, and says the same values', () => {
    const marks = [
      'donor',
      'occurredOn',
      'recordedAt',
      'currency',
      'page',
      'name',
      'region',
      'code',
      'earmark',
      'terms',
    ]
    const more = ['first', 'last', 'day', 'year', 'time', 'month', 'status', 'level', 'kind', 'several']
    const values = Object.fromEntries([...marks, ...more].map((name) => [name, `«${name}»`]))
    const counts = { contributions: 100, events: 100, years: 100, count: 100 }
    const said = (language: 'en' | 'ar', name: keyof typeof english) => {
      const text = wordingIn(language).say(name, { ...values, ...counts })
      return { name, values: (text.match(/«\w+»|\b100\b/g) ?? []).sort() }
    }
    const names = Object.keys(english) as (keyof typeof english)[]
    expect(names.length).toBeGreaterThan(60)
    for (const name of names) expect(said('ar', name)).toEqual(said('en', name))
    expect(Object.keys(arabic)).toEqual(names)
  })
})

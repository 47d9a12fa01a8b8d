import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import type { ReportLine } from '../../server/donor-reports/figures.ts'

const FONTS = { en: 'IBMPlexSans-Regular', ar: 'IBMPlexSansArabic-Regular' }
const WORDS = {
  en: { receipt: 'Receipt', bank_charge: 'Bank charge' },
  ar: { receipt: 'مبلغ مستلم', bank_charge: 'رسوم مصرفية' },
} as const
const COLUMNS = [52, 120, 220, 320, 400, 460]
const LINE = 14
const TOP = 74
const BOTTOM = 768

/**
 * The raw limit of a report: the same cells in the same font by one `text()` of pdfkit each, at fixed places. No columns that
 * are measured, no tags for screen readers, no headings, no lines that break, and Arabic in the order in which it comes.
 */
export async function writePlain(lines: readonly ReportLine[], language: 'en' | 'ar', sink: Writable): Promise<void> {
  const document = new PDFDocument({ size: 'A4', margin: 0 })
  document.pipe(sink)
  document.font(fileURLToPath(new URL(`../../reports/fonts/${FONTS[language]}.ttf`, import.meta.url)), 8)
  let y = TOP
  for (const line of lines) {
    if (y > BOTTOM) {
      document.addPage()
      y = TOP
    }
    const word = WORDS[language][line.kind === 'bank_charge' ? 'bank_charge' : 'receipt']
    const cells = [line.on, word, line.reference, line.original?.amount ?? '', line.rate ?? '', line.amount.amount]
    cells.forEach((cell, column) => document.text(cell, COLUMNS[column]!, y, { lineBreak: false }))
    y += LINE
  }
  document.end()
  await finished(sink)
}

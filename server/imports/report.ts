import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify/sync'
import type { Db } from '../../db/connect.ts'
import { COLUMNS } from './file.ts'
import { listRows, type ImportedRow } from './queries.ts'

const PAGE = 500

/**
 * Writes what became of every row as CSV, as it is read. A cell that a spreadsheet would take for a formula is escaped: what
 * a publisher wrote must not run on our people's machines.
 */
export async function writeReport(db: Db, importId: string, to: NodeJS.WritableStream): Promise<void> {
  await pipeline(Readable.from(linesOf(db, importId)), to, { end: false })
}

async function* linesOf(db: Db, importId: string): AsyncGenerator<string> {
  yield csv([['line', 'outcome', 'reasons', 'details', 'receipt_id', ...COLUMNS]])
  let after = 0
  for (;;) {
    const page = await listRows(db, importId, { limit: PAGE, after })
    const rows = page.slice(0, PAGE)
    if (rows.length > 0) yield csv(rows.map(cellsOf))
    if (page.length <= PAGE) return
    after = rows.at(-1)!.line
  }
}

function cellsOf({ line, outcome, reasons, content, receiptId }: ImportedRow): string[] {
  const published = Array.isArray(content.fields)
    ? content.fields
    : COLUMNS.map((name) => (content as Record<string, string>)[name]!)
  return [
    String(line),
    outcome,
    reasons.map(({ code }) => code).join(' '),
    reasons.map(detail).join('; '),
    receiptId ?? '',
    ...published,
  ]
}

function detail({ code, ...figures }: ImportedRow['reasons'][number]): string {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  return told.length > 0 ? `${code}: ${told.join(', ')}` : code
}

function csv(rows: readonly string[][]): string {
  return stringify(rows as string[][], { escape_formulas: true, record_delimiter: '\r\n' })
}

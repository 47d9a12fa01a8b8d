import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { Refusal } from '../errors.ts'

/** The heading of a file of contributions as publishers export it: one row per receipt. */
export const COLUMNS = [
  'contribution_code',
  'donor',
  'donor_type',
  'fiscal_year',
  'status',
  'pledge_date',
  'pledge_currency',
  'pledge_amount',
  'pledge_rate',
  'pledge_outstanding_usd',
  'paid_date',
  'paid_currency',
  'paid_amount',
  'paid_rate',
  'paid_usd',
] as const

/** One import is one transaction; a longer history comes in several files. */
const MOST_ROWS = 20_000

export type FileRow = { readonly line: number; readonly fields: readonly string[] }

/** The rows of a file of contributions, and the hash by which the same file is known again. Refuses as `readRows`. */
export function readFile(bytes: unknown): { rows: FileRow[]; hash: Buffer } {
  const rows = readRows(bytes, COLUMNS)
  return {
    rows,
    hash: createHash('sha256')
      .update(bytes as Buffer)
      .digest(),
  }
}

/**
 * The rows of a CSV file below this heading, each with the line on which it ends.
 *
 * Refuses `unreadable_file` whatever is not UTF-8, has a NUL byte, a quote that does not close, or another heading, and
 * `body_too_large` above 20,000 rows.
 */
export function readRows(bytes: unknown, columns: readonly string[]): FileRow[] {
  if (!Buffer.isBuffer(bytes)) throw new Refusal('unreadable_file', { reason: 'not_csv' })
  const [heading, ...records] = recordsIn(textOf(bytes))
  if (!heading || columns.some((name, i) => heading.fields[i] !== name) || heading.fields.length !== columns.length)
    throw new Refusal('unreadable_file', { reason: 'heading', expected: columns })
  if (records.length > MOST_ROWS) throw new Refusal('body_too_large', { rows: records.length, most: MOST_ROWS })
  return records
}

/** A row as it was published, by its column names; one with too few or too many fields as it stood. */
export function contentOf({ fields }: FileRow): Record<string, string> | { fields: readonly string[] } {
  if (fields.length !== COLUMNS.length) return { fields }
  return Object.fromEntries(COLUMNS.map((name, i) => [name, fields[i]!]))
}

function textOf(bytes: Buffer): string {
  if (bytes.includes(0)) throw new Refusal('unreadable_file', { reason: 'nul_byte' })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('unreadable_file', { reason: 'not_utf8' })
  }
}

function recordsIn(text: string): FileRow[] {
  try {
    const parsed = parse(text, { info: true, relax_column_count: true, skip_empty_lines: true }) as unknown as {
      info: { lines: number }
      record: string[]
    }[]
    return parsed.map(({ info, record }) => ({ line: info.lines, fields: record }))
  } catch (error) {
    const { code, lines } = error as { code?: string; lines?: number }
    if (!code?.startsWith('CSV_') && !code?.startsWith('INVALID_')) throw error
    throw new Refusal('unreadable_file', { reason: code, line: lines })
  }
}

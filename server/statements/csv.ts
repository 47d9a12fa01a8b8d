import { readRows, type FileRow } from '../imports/file.ts'
import { isZero, zero } from '../money.ts'
import type { EntryRead, StatementRead } from './policy.ts'
import { mustBeAmount, mustBeDay, mustBeText, unreadable } from './unreadable.ts'

/**
 * The heading of a statement as CSV: UTF-8, commas (RFC 4180), a row for the opening balance, one for each entry in the order in which it
 * was booked, and one for the closing balance, each with account, statement and currency. Amounts have a point, credits are positive and
 * debits negative; `charge` is what of the amount is the bank's charge; `reversal` is `yes` or empty.
 */
export const STATEMENT_COLUMNS = [
  'account',
  'statement',
  'record',
  'booked_on',
  'value_on',
  'amount',
  'currency',
  'reference',
  'end_to_end_id',
  'counterparty',
  'details',
  'code',
  'charge',
  'reversal',
  'return_reason',
] as const
type Column = (typeof STATEMENT_COLUMNS)[number]
type Row = Record<Column, string> & { readonly line: number }

/** The statements of a CSV file: rows of one account and statement are one. Refuses `unreadable_file`, `statement_unreadable` with the line. */
export function readCsv(bytes: Buffer): StatementRead[] {
  const rows = readRows(bytes, STATEMENT_COLUMNS).map(rowOf)
  if (rows.length === 0) return unreadable('no_statement')
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = JSON.stringify([row.account, row.statement])
    const before = groups.get(key)
    if (before) before.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()].map(statementOf)
}

function rowOf({ line, fields }: FileRow): Row {
  if (fields.length !== STATEMENT_COLUMNS.length)
    return unreadable('columns', { line, fields: fields.length, expected: STATEMENT_COLUMNS.length })
  const named = STATEMENT_COLUMNS.map((name, i) => [name, mustBeText(fields[i]!, 2_000, { line, field: name })])
  return { ...(Object.fromEntries(named) as Record<Column, string>), line }
}

function statementOf(rows: readonly Row[]): StatementRead {
  const { account, statement, currency, line } = rows[0]!
  const other = rows.find((row) => row.currency !== currency)
  if (other) return unreadable('mixed_currencies', { line: other.line })
  if (!account || !statement || !/^[A-Z]{3}$/.test(currency)) return unreadable('missing', { line })
  const of = (record: string) => rows.filter((row) => row.record === record)
  const balance = (record: 'opening' | 'closing') => {
    const [found, ...more] = of(record)
    if (!found || more.length > 0) return unreadable(`no_${record}_balance`, { line: (more[0] ?? rows[0]!).line })
    const at = { line: found.line, field: 'amount' }
    return {
      on: mustBeDay(found.booked_on, { line: found.line, field: 'booked_on' }),
      amount: mustBeAmount(found.amount, currency, at),
    }
  }
  const entries = of('entry').map((row, i) => entryOf(row, i + 1))
  const unknown = rows.find(({ record }) => !['opening', 'entry', 'closing'].includes(record))
  if (unknown) return unreadable('record', { line: unknown.line, value: unknown.record.slice(0, 40) })
  const [opening, closing] = [balance('opening'), balance('closing')]
  const first = entries.map((one) => one.bookedOn).reduce((a, b) => (b < a ? b : a), opening.on)
  return {
    ...{
      bankId: mustBeText(statement, 35, { line }),
      sequence: '',
      account: mustBeText(account, 40, { line }),
      currency,
    },
    ...{
      from: first > closing.on ? closing.on : first,
      to: closing.on,
      opening,
      closing,
      totals: null,
      entries,
      notBooked: 0,
    },
  }
}

function entryOf(row: Row, position: number): EntryRead {
  const { line, currency } = row
  const amount = mustBeAmount(row.amount, currency, { line, field: 'amount' })
  if (isZero(amount)) return unreadable('not_an_amount', { line, value: row.amount })
  if (!['', 'yes'].includes(row.reversal)) return unreadable('reversal', { line, value: row.reversal.slice(0, 40) })
  const charge = row.charge ? mustBeAmount(row.charge, currency, { line, field: 'charge' }) : zero(currency)
  if (charge.amount.isNegative()) return unreadable('not_an_amount', { line, field: 'charge' })
  const text = (name: Column, most: number) => mustBeText(row[name], most, { line, field: name })
  return {
    ...{
      position,
      part: 0,
      amount,
      charge,
      sent: null,
      uetr: '',
      counterpartyAccount: '',
      reversal: row.reversal === 'yes',
    },
    bookedOn: mustBeDay(row.booked_on, { line, field: 'booked_on' }),
    valueOn: mustBeDay(row.value_on || row.booked_on, { line, field: 'value_on' }),
    endToEndId: text('end_to_end_id', 35),
    servicerReference: text('reference', 35),
    code: text('code', 80),
    counterparty: text('counterparty', 140),
    remittance: text('details', 2_000),
    returnReason: text('return_reason', 105),
  }
}

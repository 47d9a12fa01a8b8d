import { createHash } from 'node:crypto'
import { isKeepable } from '../contributions/policy.ts'
import { amountText, atRate, isZero, publishedAmount, subtract, type Money } from '../money.ts'
import { COLUMNS, type FileRow } from './file.ts'

/** Why a row was refused, or what is remarkable about it: a code, and the figures that show it. */
export type Reason = { readonly code: string } & Readonly<Record<string, string>>

export type PublishedRow = {
  readonly line: number
  readonly code: string
  readonly donor: string
  readonly donorType: string
  readonly fiscalYear: number
  readonly partiallyPaid: boolean
  readonly pledge: {
    /** Null where the publisher did not know it. */
    readonly on: string | null
    readonly amount: Money
    readonly rate: string
  }
  readonly paidOn: string
  /** Null for a pledge that was written off unpaid. */
  readonly paid: { readonly sent: Money; readonly booked: Money; readonly rate: string } | null
  readonly warnings: readonly Reason[]
}

/** What a row is read against: the currencies with their time, today, and the currency in which the bank booked. */
export type Reading = {
  readonly currencies: ReadonlyMap<string, { readonly from: string | null; readonly to: string | null }>
  readonly today: string
  readonly bankCurrency: string
}

/** What publishers write where they do not know a date. */
const UNKNOWN_DAY = '1900-01-01'
/** The first day on which the rules of a fund hold. */
const FIRST_DAY = '1990-01-01'

type Fields = Record<(typeof COLUMNS)[number], string>

/** A row by itself: what it says, with what is remarkable about it, or every reason why it cannot be taken. */
export function readRow(row: FileRow, reading: Reading): PublishedRow | { refused: Reason[] } {
  if (row.fields.length !== COLUMNS.length)
    return { refused: [{ code: 'wrong_number_of_columns', columns: String(row.fields.length) }] }
  const fields = Object.fromEntries(COLUMNS.map((name, i) => [name, row.fields[i]!])) as Fields
  const refused: Reason[] = []
  const warnings: Reason[] = []
  const no = (code: string, figures: Record<string, string> = {}) => void refused.push({ code, ...figures })
  const remark = (code: string, figures: Record<string, string> = {}) => void warnings.push({ code, ...figures })
  const read = { fields, reading, no, remark }

  const code = fields.contribution_code.trim()
  if (code !== fields.contribution_code) remark('code_trimmed', { published: fields.contribution_code })
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(code) || code === 'reserve') no('code_unusable')
  const donor = nameIn(read, 'donor', 300)
  const donorType = nameIn(read, 'donor_type', 100)
  const fiscalYear = /^\d{4}$/.test(fields.fiscal_year) ? Number.parseInt(fields.fiscal_year, 10) : 0
  if (fiscalYear < 1990 || fiscalYear > 2200) no('fiscal_year_unreadable')
  if (!['Fully Paid', 'Partially Paid', 'Write-Off'].includes(fields.status)) no('status_unknown')

  const pledgedOn = dayIn(read, 'pledge_date')
  const paidOn = dayIn(read, 'paid_date')
  if (paidOn === null) no('unknown_paid_date')
  if (pledgedOn === null && paidOn) remark('unknown_pledge_date', { taken: 'paid_date' })
  const pledged = amountIn(read, 'pledge_amount', currencyIn(read, 'pledge_currency', pledgedOn ?? paidOn))
  const pledgeRate = rateIn(read, 'pledge_rate')
  if (pledged && isZero(pledged)) no('nothing_pledged')
  const paid = paidIn(read, paidOn)
  if (refused.length > 0) return { refused }
  return {
    ...{ line: row.line, code, donor, donorType, fiscalYear, warnings },
    partiallyPaid: fields.status === 'Partially Paid',
    pledge: { on: pledgedOn ?? null, amount: pledged!, rate: pledgeRate },
    paidOn: paidOn!,
    paid,
  }
}

/** By which a receipt is known again in another file: what was published of it, and its place among others that say the same. */
export function sourceKeys(rows: readonly PublishedRow[]): Map<PublishedRow, string> {
  const seen = new Map<string, number>()
  return new Map(
    rows.map((row) => {
      const says = JSON.stringify([
        row.code,
        row.paidOn,
        row.paid?.sent.currency ?? '',
        row.paid ? amountText(row.paid.sent) : '0',
        row.paid ? amountText(row.paid.booked) : '0',
      ])
      const occurrence = (seen.get(says) ?? 0) + 1
      seen.set(says, occurrence)
      return [row, createHash('sha256').update(`${says}#${occurrence}`).digest('hex')]
    }),
  )
}

type Read = {
  fields: Fields
  reading: Reading
  no: (code: string, figures?: Record<string, string>) => void
  remark: (code: string, figures?: Record<string, string>) => void
}

type Column = keyof Fields

/** What was paid; null for a pledge that was written off unpaid. */
function paidIn(read: Read, paidOn: string | null | undefined): PublishedRow['paid'] {
  const { fields, reading, no, remark } = read
  const nothing = /^0+(\.0*)?$/
  if (fields.status === 'Write-Off' && nothing.test(fields.paid_amount) && nothing.test(fields.paid_usd)) return null
  const sent = amountIn(read, 'paid_amount', currencyIn(read, 'paid_currency', paidOn))
  const booked = amountIn(read, 'paid_usd', reading.bankCurrency)
  const rate = rateIn(read, 'paid_rate')
  if (!sent || !booked) return null
  if (isZero(sent)) no('nothing_paid')
  else if (!isKeepable(booked)) no(isZero(booked) ? 'nothing_booked' : 'amount_out_of_range', { column: 'paid_usd' })
  if (sent.currency !== booked.currency && !reproduces(sent, rate, booked))
    remark('rate_does_not_reproduce', { rate, paid: amountText(sent), booked: amountText(booked) })
  return { sent, booked, rate }
}

function reproduces(sent: Money, rate: string, booked: Money): boolean {
  // A rate that is no number is told as such, and nothing is computed from it.
  return /^(?=.*[1-9])\d+(\.\d+)?$/.test(rate) && isZero(subtract(atRate(sent, rate, booked.currency), booked))
}

function nameIn({ fields, no }: Read, column: 'donor' | 'donor_type', most: number): string {
  const name = fields[column].trim()
  if (name === '') no(`${column}_missing`)
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  else if (name.length > most || /[\u0000-\u001f\u007f]/.test(name)) no(`${column}_unusable`)
  return name
}

/** The day, null where the publisher did not know it, undefined where it is none. */
function dayIn({ fields, reading, no }: Read, column: 'pledge_date' | 'paid_date'): string | null | undefined {
  const published = fields[column].trim()
  if (published === '' || published === UNKNOWN_DAY) return null
  const at = new Date(`${published}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(published) || Number.isNaN(at.getTime()) || !at.toISOString().startsWith(published))
    return void no('date_unreadable', { column })
  if (published < FIRST_DAY) return void no('date_out_of_range', { column, day: published })
  if (published > reading.today) return void no('date_in_future', { column, day: published })
  return published
}

/** A currency that exists, with a remark where it was not in use on that day. */
function currencyIn(
  { fields, reading, no, remark }: Read,
  column: 'pledge_currency' | 'paid_currency',
  on: string | null | undefined,
): string | undefined {
  const currency = fields[column].trim()
  const known = reading.currencies.get(currency)
  if (!known) return void no('currency_unknown', { column, currency })
  if (on && known.to !== null && on > known.to) remark('currency_withdrawn', { column, currency, lastDay: known.to })
  if (on && known.from !== null && on < known.from)
    remark('currency_not_yet_in_use', { column, currency, firstDay: known.from })
  return currency
}

/** An amount as published, rounded to what its currency has, with a remark where that changed it. */
function amountIn({ fields, no, remark }: Read, column: Column, currency: string | undefined): Money | undefined {
  const published = fields[column].trim()
  if (/^-\d/.test(published)) return void no('negative_amount', { column })
  if (!/^\d{1,15}(\.\d{1,12})?$/.test(published)) return void no('amount_unreadable', { column })
  if (currency === undefined) return undefined
  const { money: recorded, rounded } = publishedAmount(published, currency)
  // Rounding can carry into a sixteenth digit, which no amount may have.
  if (/^\d{16}/.test(amountText(recorded))) return void no('amount_out_of_range', { column })
  if (rounded) remark('rounded_to_minor_unit', { column, published, recorded: amountText(recorded) })
  return recorded
}

function rateIn({ fields, no }: Read, column: 'pledge_rate' | 'paid_rate'): string {
  const published = fields[column].trim()
  if (!/^\d{1,12}(\.\d{1,10})?$/.test(published)) no('rate_unreadable', { column })
  return published
}

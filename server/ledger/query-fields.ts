import { isDay, isMoment } from './as-of.ts'

/** What can be asked of an entry: the fields of the query language, each with the values that it takes. */

/** Where the field is looked up: of the entry as a whole, or of one of its postings. */
export type Place = 'entry' | 'posting'

/** `range` fields know `a..b`, `<` and `>`; `list` fields know `a,b`; `exact` fields know `=` besides `:`. */
export type Field = {
  readonly of: Place
  readonly range?: true
  readonly list?: true
  readonly exact?: true
  /** Knows `none`: that there is no such thing. */
  readonly none?: true
  readonly accepts: (value: string) => boolean
  /** Shown to who wrote a value that it does not take. */
  readonly example: string
}

const ADDRESS = /^(?=.{1,201}$)[A-Za-z0-9._-]+(:[A-Za-z0-9._-]+)*:?\*?$/
const NUMBER = /^[1-9]\d{0,17}$/
const CODE = /^[a-z_]{1,60}$/
const matches = (form: RegExp) => (value: string) => form.test(value)
const oneOf =
  (...values: string[]) =>
  (value: string) =>
    values.includes(value)
const anyText = (value: string) => value.length <= 300
const size = matches(/^\d{1,15}(\.\d{1,4})?$/)

export const FIELDS = {
  entry: { of: 'entry', range: true, list: true, accepts: matches(NUMBER), example: 'entry:17' },
  kind: { of: 'entry', list: true, accepts: matches(CODE), example: 'kind:receipt' },
  period: { of: 'entry', range: true, list: true, accepts: isPeriod, example: 'period:2026-01..2026-03' },
  recorded: {
    of: 'entry',
    range: true,
    list: true,
    accepts: (value) => isPeriod(value) || isMomentExact(value),
    example: 'recorded>=2026-01-15',
  },
  memo: { of: 'entry', list: true, accepts: anyText, example: 'memo:"refund"' },
  person: { of: 'entry', list: true, exact: true, none: true, accepts: anyText, example: 'person:"Tomasz"' },
  source: { of: 'entry', list: true, accepts: matches(/^[\x21-\x7e]{1,300}$/), example: 'source:pay_01k…' },
  act: { of: 'entry', list: true, accepts: matches(/^act_[0-9a-hjkmnp-tv-z]{26}$/), example: 'act:act_01k…' },
  is: {
    of: 'entry',
    accepts: oneOf('reversed', 'reversing', 'sealed', 'unsealed'),
    example: 'is:reversed, is:reversing, is:sealed, is:unsealed',
  },
  seal: { of: 'entry', range: true, list: true, accepts: isSeal, example: 'seal:1..20' },
  position: { of: 'entry', accepts: isSeal, example: 'position:20' },
  account: { of: 'posting', list: true, exact: true, accepts: matches(ADDRESS), example: 'account:budget:available' },
  book: { of: 'posting', accepts: oneOf('actual', 'budget'), example: 'book:actual, book:budget' },
  side: { of: 'posting', accepts: oneOf('debit', 'credit'), example: 'side:debit, side:credit' },
  currency: { of: 'posting', list: true, accepts: matches(/^[A-Z]{3}$/), example: 'currency:EUR' },
  amount: { of: 'posting', range: true, accepts: size, example: 'amount:1000..2500.50' },
  functional: { of: 'posting', range: true, accepts: size, example: 'functional>=1000' },
  contribution: { of: 'posting', list: true, none: true, accepts: anyText, example: 'contribution:ISL-2026-01' },
  donor: { of: 'posting', list: true, exact: true, none: true, accepts: anyText, example: 'donor:"Iceland"' },
  request: { of: 'posting', list: true, none: true, accepts: anyText, example: 'request:R-2026-0001' },
  payee: { of: 'posting', list: true, exact: true, none: true, accepts: anyText, example: 'payee:"Centre"' },
  process: { of: 'posting', list: true, exact: true, none: true, accepts: anyText, example: 'process:"Talks"' },
  category: { of: 'posting', list: true, none: true, accepts: matches(CODE), example: 'category:travel' },
} as const satisfies Record<string, Field>

export type FieldName = keyof typeof FIELDS

export const field = (name: FieldName): Field => FIELDS[name]

/** Which signs may stand between the field and its value. */
export function operatorsOf(name: FieldName): Operator[] {
  const { range, exact } = field(name)
  return [':', ...(exact ? (['='] as const) : []), ...(range ? (['>=', '<=', '>', '<'] as const) : [])]
}

export type Operator = ':' | '=' | '>=' | '<=' | '>' | '<'

/** The first and the last day of a year, a month or a day; undefined for what is none. */
export function daysOf(period: string): { first: string; last: string } | undefined {
  if (/^\d{4}$/.test(period)) return daysOf(`${period}-01`) && { first: `${period}-01-01`, last: `${period}-12-31` }
  if (/^\d{4}-\d{2}$/.test(period)) {
    const first = `${period}-01`
    if (!isDay(first)) return undefined
    const last = ['31', '30', '29', '28'].find((day) => isDay(`${period}-${day}`))!
    return { first, last: `${period}-${last}` }
  }
  return isDay(period) ? { first: period, last: period } : undefined
}

/** The field that is nearest to a name that is none, or undefined where none is near. */
export function nearestField(name: string): FieldName | undefined {
  const near = (Object.keys(FIELDS) as FieldName[])
    .map((one) => ({ one, distance: distanceBetween(name.toLowerCase(), one) }))
    .sort((a, b) => a.distance - b.distance)[0]!
  return near.distance <= Math.max(1, Math.trunc(near.one.length / 2)) ? near.one : undefined
}

function isPeriod(value: string): boolean {
  return daysOf(value) !== undefined
}

function isMomentExact(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/.test(value) && isMoment(value)
}

function isSeal(value: string): boolean {
  return /^[1-9]\d{0,9}$/.test(value) && BigInt(value) <= 2_147_483_647n
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

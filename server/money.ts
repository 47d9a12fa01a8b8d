import { Decimal as BaseDecimal } from 'decimal.js'

/**
 * Exact decimal money. The only file that may import decimal.js, and the only place where anything is rounded.
 *
 * The precision is set high because decimal.js rounds every result to it, which is 20 significant digits unless told
 * otherwise: enough to lose a cent silently.
 */
const Decimal = BaseDecimal.clone({ precision: 80, rounding: BaseDecimal.ROUND_HALF_EVEN, toExpNeg: -80, toExpPos: 80 })

export type Money = { readonly amount: BaseDecimal; readonly currency: string }

/** Money as it crosses every border: text and an ISO 4217 code, never a JSON number. */
export type MoneyText = { readonly amount: string; readonly currency: string }

/** The largest amount accepted: fifteen digits before the point, so that minor units and their sums fit 64 bits. */
const AMOUNT = /^-?\d{1,15}(\.\d{1,4})?$/

/** Currencies whose minor unit is not the hundredth (ISO 4217, with those withdrawn since 1999). */
const MINOR_UNITS: Record<string, number> = {
  ...of(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'),
  ...of(0, 'ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE ROL TPE TRL'),
  ...of(3, 'BHD IQD JOD KWD LYD OMR TND'),
}

/** How many decimals the currency has. Unknown codes get two; the currencies table is what decides which exist. */
export function minorUnitOf(currency: string): number {
  return MINOR_UNITS[currency] ?? 2
}

/** Why this text is no amount of this currency, or undefined. More decimals than the currency has are refused, not rounded. */
export function amountComplaint(text: string, currency: string): 'not_an_amount' | 'too_many_decimals' | undefined {
  if (!AMOUNT.test(text)) return 'not_an_amount'
  if ((text.split('.')[1]?.length ?? 0) > minorUnitOf(currency)) return 'too_many_decimals'
  return undefined
}

/**
 * Throws a plain Error on text that is no amount: the edge has validated it already, so a bad one is a bug. Takes larger amounts than
 * the edge does, for a total may exceed what any one amount may be.
 */
export function money(text: string, currency: string): Money {
  const decimals = /^-?\d{1,40}(?:\.(\d{1,4}))?$/.exec(text)
  if (!decimals || (decimals[1]?.length ?? 0) > minorUnitOf(currency)) {
    throw new Error(`not an amount: ${JSON.stringify(text)} ${currency}`)
  }
  return { amount: new Decimal(text), currency }
}

export function moneyFrom(text: MoneyText): Money {
  return money(text.amount, text.currency)
}

/** From the whole number of minor units that the database keeps. */
export function fromMinorUnits(units: string | null, currency: string): Money {
  return { amount: new Decimal(`${wholeUnits(units)}e-${minorUnitOf(currency)}`), currency }
}

/** `"123450"` for 1234.50 USD: what the database keeps. Made as text, for many amounts are posted in one call. */
export function minorUnits(a: Money): string {
  const decimals = minorUnitOf(a.currency)
  if (a.amount.decimalPlaces() > decimals)
    throw new Error(`${a.amount.toString()} has more decimals than ${a.currency}`)
  return a.amount.toFixed(decimals).replace('.', '').replace(LEADING_ZEROS, '$1')
}

const LEADING_ZEROS = /^(-?)0+(?=\d)/

function wholeUnits(units: string | null): string {
  const text = units ?? '0'
  if (!/^-?\d+$/.test(text)) throw new Error(`not minor units: ${JSON.stringify(text)}`)
  return text
}

/** `"1234.50"`: what goes out. Never exponent notation, always all decimals of the currency. */
export function amountText(a: Money): string {
  return a.amount.toFixed(minorUnitOf(a.currency))
}

export function moneyText(a: Money): MoneyText {
  return { amount: amountText(a), currency: a.currency }
}

/** Straight from the database's minor units to what goes out: the same digits with a point between them. */
export function minorText(units: string | null, currency: string): MoneyText {
  const decimals = minorUnitOf(currency)
  const text = wholeUnits(units)
  const digits = text
    .replace('-', '')
    .replace(LEADING_ZEROS, '$1')
    .padStart(decimals + 1, '0')
  const [whole, rest] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)]
  return { amount: `${text.startsWith('-') ? '-' : ''}${whole}${rest && '.'}${rest}`, currency }
}

export function zero(currency: string): Money {
  return { amount: new Decimal(0), currency }
}

export function add(a: Money, b: Money): Money {
  assertSameCurrency(a, b)
  return { amount: a.amount.plus(b.amount), currency: a.currency }
}

export function subtract(a: Money, b: Money): Money {
  return add(a, negate(b))
}

export function negate(a: Money): Money {
  return { amount: a.amount.isZero() ? a.amount : a.amount.negated(), currency: a.currency }
}

/** Without its sign. */
export function sizeOf(a: Money): Money {
  return isNegative(a) ? negate(a) : a
}

export function sum(amounts: readonly Money[], currency: string): Money {
  return amounts.reduce(add, zero(currency))
}

export function exceeds(a: Money, b: Money): boolean {
  assertSameCurrency(a, b)
  return a.amount.greaterThan(b.amount)
}

export function smaller(a: Money, b: Money): Money {
  return exceeds(a, b) ? b : a
}

export function isZero(a: Money): boolean {
  return a.amount.isZero()
}

export function isPositive(a: Money): boolean {
  return a.amount.greaterThan(0)
}

export function isNegative(a: Money): boolean {
  return a.amount.lessThan(0)
}

/**
 * What `a` is in another currency at a rate given as units of `a`'s currency per unit of the other, which is how the
 * operational rates of exchange are published. Half-even to the minor unit.
 */
export function atRate(a: Money, rate: string, currency: string): Money {
  return rounded(a.amount.dividedBy(new Decimal(rate)), currency)
}

/** The other way round: what an amount of the fund's currency is in one of which `rate` units make a unit of the fund's. */
export function intoCurrency(a: Money, rate: string, currency: string): Money {
  return rounded(a.amount.times(new Decimal(rate)), currency)
}

/** The rate that two facts imply, to eight decimals, for showing only: nothing is ever computed from it again. */
export function impliedRate(original: Money, functional: Money): string | null {
  if (functional.amount.isZero() || original.amount.isZero()) return null
  return new Decimal(original.amount.dividedBy(functional.amount).toFixed(8)).toString()
}

/** `part / whole` of `a`, half-even: what of a carrying amount goes with a part of its original. */
export function proportion(a: Money, part: Money, whole: Money): Money {
  assertSameCurrency(part, whole)
  return rounded(a.amount.times(part.amount).dividedBy(whole.amount), a.currency)
}

/** `parts / whole` of `a`, half-even: what of an amount falls to so many of so many days. Whole numbers; `whole` is positive. */
export function portion(a: Money, parts: number, whole: number): Money {
  return rounded(a.amount.times(parts).dividedBy(whole), a.currency)
}

/**
 * Splits off what a gross-inclusive rate in basis points sets aside: 1,000,000.00 at 1300 is 884,955.75 and
 * 115,044.25. The two always add up to the gross amount.
 */
export function splitGross(gross: Money, rateBps: number): { net: Money; setAside: Money } {
  const net = rounded(gross.amount.times(10_000).dividedBy(10_000 + rateBps), gross.currency)
  return { net, setAside: subtract(gross, net) }
}

/**
 * Shares of `total` in proportion to `weights` (none negative, not all zero), by the largest-remainder method: each is
 * rounded down to the minor unit, and the units left go one each to the largest remainders, the earlier first. The
 * parts sum to the whole exactly, and no part exceeds its weight where `total` does not exceed the weights' sum.
 */
export function splitByWeight(total: Money, weights: readonly Money[]): Money[] {
  const units = new Decimal(minorUnits(total))
  const whole = weights.reduce((all, weight) => all.plus(weight.amount), new Decimal(0))
  const exact = weights.map((weight) => units.times(weight.amount).dividedBy(whole))
  const down = exact.map((share) => share.floor())
  let left = units.minus(down.reduce((all, share) => all.plus(share), new Decimal(0)))
  const byRemainder = exact
    .map((share, i) => ({ i, remainder: share.minus(down[i]!) }))
    .sort((a, b) => b.remainder.comparedTo(a.remainder) || a.i - b.i)
  for (const { i } of byRemainder) {
    if (left.lessThanOrEqualTo(0)) break
    down[i] = down[i]!.plus(1)
    left = left.minus(1)
  }
  return down.map((share) => fromMinorUnits(share.toFixed(0), total.currency))
}

/** Published figures sometimes carry more decimals than the currency has; history is booked half-even, with a warning. */
export function publishedAmount(text: string, currency: string): { money: Money; rounded: boolean } {
  if (!/^-?\d{1,15}(\.\d{1,12})?$/.test(text)) throw new Error(`not an amount: ${JSON.stringify(text)}`)
  const exact = new Decimal(text)
  const result = rounded(exact, currency)
  return { money: result, rounded: !result.amount.equals(exact) }
}

/** The one place where money is rounded: half-even, to the currency's minor unit. */
function rounded(amount: BaseDecimal, currency: string): Money {
  return { amount: amount.toDecimalPlaces(minorUnitOf(currency), BaseDecimal.ROUND_HALF_EVEN), currency }
}

function of(minorUnit: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, minorUnit]))
}

function assertSameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new Error(`mixed currencies: ${a.currency} and ${b.currency}`)
}

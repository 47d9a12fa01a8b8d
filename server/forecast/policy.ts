import { inDays } from '../days.ts'
import { add, isPositive, portion, smaller, subtract, sum, zero, exceeds, type Money } from '../money.ts'

/** How the fund's money is foreseen, and nothing else: from facts and a day to figures. Days are whole numbers; money stays exact. */

/** Money that came: how many days after its pledge, and how much. */
export type Delay = { readonly days: number; readonly amount: Money }

/** Money promised and not here yet, net of what programme support cost will take of it. */
export type Promise = {
  readonly contributionId: string
  readonly donorId: string
  readonly kind: 'agreed' | 'pledged' | 'conditional'
  readonly pledgedOn: string
  readonly net: Money
}

/**
 * Whose history dates a promise: its donor's own, the fund's where the donor's is too short or nothing of it took as long as this
 * promise has already. `overdue`: nothing the fund ever received took that long. `none`: the fund has no history.
 */
export type Basis = 'donor' | 'fund' | 'overdue' | 'none'

export type Expected = Promise & {
  readonly basis: Basis
  /** How many receipts of that history took longer than this promise has waited. */
  readonly receipts: number
  /** Days by which a fifth, half and four fifths of such money was here; null where it is not dated. */
  readonly early: string | null
  readonly middle: string | null
  readonly late: string | null
}

/** What was paid in one of the quarters that end on the day of the forecast, the latest first. */
export type Spending = { readonly quarters: readonly Money[] }

/** Money that is obliged or asked for and the day on which it falls due. */
export type Due = { readonly on: string; readonly amount: Money; readonly stage: 'reserved' | 'committed' }

export const SCENARIOS = ['low', 'expected', 'high'] as const
export type Scenario = (typeof SCENARIOS)[number]

export type Course = {
  /** Paid in 91 days, on average of the recent quarters, or in the dearest or the cheapest of them. */
  readonly burn: Money
  /** The first day on which nothing is left; null within the horizon. */
  readonly runsOutOn: string | null
  /** What is left at the end of each of `DAYS_SHOWN`, below zero where money would be lacking. */
  readonly left: readonly Money[]
}

/** A donor's own history counts from so many receipts on. */
export const FEWEST_RECEIPTS = 3
/** A quarter is 13 weeks, so that four of them are alike. */
export const QUARTER_DAYS = 91
export const HORIZON_DAYS = 1096
const DAY_MS = 24 * 60 * 60 * 1000

/** The share of money that was here by then, as parts of ten: so money comes early, middling or late. */
const SHARES = { early: 2, middle: 5, late: 8 } as const

/** So many days from the day of the forecast a figure is told: today, and every 30 days. */
export const DAYS_SHOWN: readonly number[] = Array.from({ length: 37 }, (_, i) => i * 30)

/** When each promise is expected, by its donor's history or the fund's. A condition that is not met dates nothing. */
export function expectReceipts(
  promises: readonly Promise[],
  history: ReadonlyMap<string, readonly Delay[]>,
  on: string,
): Expected[] {
  const whole = [...history.values()].flat()
  return promises.map((promise) => {
    const waited = daysBetween(promise.pledgedOn, on)
    const own = history.get(promise.donorId) ?? []
    const longer = (delays: readonly Delay[]) => delays.filter(({ days }) => days > waited)
    const choices: [Basis, readonly Delay[]][] = [
      ['donor', own.length >= FEWEST_RECEIPTS ? longer(own) : []],
      ['fund', longer(whole)],
    ]
    const [basis, delays] = choices.find(([, found]) => found.length > 0) ?? [whole.length > 0 ? 'overdue' : 'none', []]
    const by = (tenths: number) =>
      delays.length === 0 || promise.kind === 'conditional' ? null : inDays(promise.pledgedOn, quantile(delays, tenths))
    const { early, middle, late } = SHARES
    return { ...promise, basis, receipts: delays.length, early: by(early), middle: by(middle), late: by(late) }
  })
}

/** The days within which so many tenths of the money came, each receipt counted with its amount. Refuses nothing; needs one at least. */
export function quantile(delays: readonly Delay[], tenths: number): number {
  const sorted = [...delays].sort((a, b) => a.days - b.days)
  const currency = sorted[0]!.amount.currency
  const wanted = portion(
    sum(
      sorted.map(({ amount }) => amount),
      currency,
    ),
    tenths,
    10,
  )
  let came = zero(currency)
  for (const { days, amount } of sorted) {
    came = add(came, amount)
    if (!exceeds(wanted, came)) return days
  }
  return sorted.at(-1)!.days
}

/** What is paid in a quarter: the average of the recent ones; the dearest for `low`, the cheapest for `high`. */
export function burnOf({ quarters }: Spending, currency: string): Record<Scenario, Money> {
  if (quarters.length === 0) return { low: zero(currency), expected: zero(currency), high: zero(currency) }
  const paid = quarters.map((one) => (isPositive(one) ? one : zero(currency)))
  return {
    low: paid.reduce((most, one) => (exceeds(one, most) ? one : most)),
    expected: portion(sum(paid, currency), 1, paid.length),
    high: paid.reduce(smaller),
  }
}

/**
 * How the ready money goes on in three ways: late receipts and the dearest quarter (`low`), middling ones and the average
 * (`expected`), early ones and the cheapest quarter (`high`).
 */
export function foresee(
  on: string,
  { ready, expected, spending }: { ready: Money; expected: readonly Expected[]; spending: Spending },
): Record<Scenario, Course> {
  const burn = burnOf(spending, ready.currency)
  const course = (scenario: Scenario, when: 'early' | 'middle' | 'late') =>
    courseOf(on, { ready, burn: burn[scenario], receipts: datedBy(expected, when) })
  return { low: course('low', 'late'), expected: course('expected', 'middle'), high: course('high', 'early') }
}

/** The receipts that have a day in one of the ways. */
export function datedBy(
  expected: readonly Expected[],
  when: 'early' | 'middle' | 'late',
): { on: string; amount: Money }[] {
  return expected.flatMap((one) => (one[when] === null ? [] : [{ on: one[when], amount: one.net }]))
}

/** What is left day by day: what is ready, and what has come by then, less what was paid by then at so much a quarter. */
export function courseOf(
  on: string,
  { ready, burn, receipts }: { ready: Money; burn: Money; receipts: readonly { on: string; amount: Money }[] },
): Course {
  const came = new Map<number, Money>()
  for (const receipt of receipts) {
    const day = Math.max(0, daysBetween(on, receipt.on))
    came.set(day, add(came.get(day) ?? zero(ready.currency), receipt.amount))
  }
  let here = ready
  let runsOutOn: string | null = null
  const left: Money[] = []
  for (let day = 0; day <= HORIZON_DAYS; day += 1) {
    here = add(here, came.get(day) ?? zero(ready.currency))
    const rest = subtract(here, portion(burn, day, QUARTER_DAYS))
    if (runsOutOn === null && !isPositive(rest)) runsOutOn = inDays(on, day)
    if (DAYS_SHOWN.includes(day)) left.push(rest)
  }
  return { burn, runsOutOn, left }
}

/**
 * When what is left of a request's money falls due: by its tranches, the first of which were paid first; without any when it
 * starts. What is past due is due on the day of the forecast.
 */
export function dueOf(
  on: string,
  request: {
    startsOn: string
    stage: Due['stage']
    left: Money
    tranches: readonly { afterDays: number; amount: Money }[]
  },
): Due[] {
  const { startsOn, stage, tranches } = request
  const later = (day: string) => (day < on ? on : day)
  const dues: Due[] = []
  let left = request.left
  for (const { afterDays, amount } of [...tranches].reverse()) {
    const part = smaller(amount, left)
    if (isPositive(part)) dues.unshift({ on: later(inDays(startsOn, afterDays)), stage, amount: part })
    left = subtract(left, part)
  }
  return isPositive(left) ? [{ on: later(startsOn), stage, amount: left }, ...dues] : dues
}

/** Whole days from one day to another; negative where the second is before the first. */
export function daysBetween(from: string, to: string): number {
  return Math.trunc((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

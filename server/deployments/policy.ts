import type { RefusalCode } from '../errors.ts'
import { PAYABLE } from '../requests/policy.ts'
import { fromMinorUnits, isZero, minorUnits, type Money } from '../money.ts'

/** The rules of sending experts, and nothing else: no database, no clock, no HTTP. */

export const MODES = ['on_site', 'remote'] as const
export type Mode = (typeof MODES)[number]
export const DEPLOYMENT_CHANGES = ['started', 'ended', 'cancelled'] as const
export type DeploymentChange = (typeof DEPLOYMENT_CHANGES)[number]
export type DeploymentState = 'planned' | 'confirmed' | 'active' | 'ended' | 'cancelled'

/** From the first day to the last, both counted; each `YYYY-MM-DD`. */
export type Days = { readonly startsOn: string; readonly endsOn: string }

/** One line of what a deployment costs: so many days, nights or journeys of so much. `month` is the nights' own, `YYYY-MM`. */
export type CostLine = {
  readonly cost: 'fee' | 'subsistence' | 'travel'
  readonly month: string | null
  readonly quantity: number
  readonly unit: Money
  readonly total: Money
}

/** As long as a deployment may be: two years. */
export const MOST_DAYS = 732

const DAY_MS = 24 * 60 * 60 * 1000

/** Days inclusive: from the 1st to the 10th are ten. */
export function daysOf({ startsOn, endsOn }: Days): number {
  return (Date.parse(endsOn) - Date.parse(startsOn)) / DAY_MS + 1
}

/** The nights of a deployment, by the month of the evening: one fewer than the days on site, and none for work from afar. */
export function nightsByMonth(mode: Mode, days: Days): { month: string; nights: number }[] {
  if (mode === 'remote') return []
  const nights = new Map<string, number>()
  for (let at = Date.parse(days.startsOn); at < Date.parse(days.endsOn); at += DAY_MS) {
    const month = new Date(at).toISOString().slice(0, 7)
    nights.set(month, (nights.get(month) ?? 0) + 1)
  }
  return [...nights].map(([month, count]) => ({ month, nights: count }))
}

/**
 * What a deployment costs, line by line and exactly: the fee for each day, what each night is given by the rate of its month, and
 * the travel. What is nothing has no line.
 */
export function costDeployment(asked: {
  mode: Mode
  days: Days
  dailyFee: Money
  /** For a night in that month; asked only for months in which there are nights. */
  subsistence: (month: string) => Money
  travel: Money | null
}): CostLine[] {
  const { mode, days, dailyFee, subsistence, travel } = asked
  const nights = nightsByMonth(mode, days).map((one) =>
    times('subsistence', one.nights, subsistence(one.month), one.month),
  )
  return [
    times('fee', daysOf(days), dailyFee),
    ...nights,
    ...(travel && mode === 'on_site' ? [times('travel', 1, travel)] : []),
  ].filter(({ total }) => !isZero(total))
}

function times(cost: CostLine['cost'], quantity: number, unit: Money, month: string | null = null): CostLine {
  const total = fromMinorUnits((BigInt(minorUnits(unit)) * BigInt(quantity)).toString(), unit.currency)
  return { cost, month, quantity, unit, total }
}

/** The budget category of a line: what goes to the expert for work, and what the journey takes. */
export function categoryOf(cost: CostLine['cost']): 'experts' | 'travel' {
  return cost === 'fee' ? 'experts' : 'travel'
}

export type Standing = Days & {
  readonly state: DeploymentState
  readonly requestStatus: string
  readonly startedOn: string | null
}

/**
 * Why a deployment may not move on so, or undefined: it starts under an approved request and within its days, ends after it started
 * and no later than planned, and is cancelled only before it started.
 */
export function changeBlocker(
  { state, requestStatus, startedOn, startsOn, endsOn }: Standing,
  change: DeploymentChange,
  onDay: string,
): Extract<RefusalCode, 'deployment_out_of_order'> | undefined {
  const approved = PAYABLE.some((status) => status === requestStatus)
  const started = startedOn !== null
  const fits =
    state !== 'cancelled' &&
    (change === 'started'
      ? approved && !started && onDay >= startsOn && onDay <= endsOn
      : change === 'ended'
        ? started && state === 'active' && onDay >= startedOn && onDay <= endsOn
        : !started)
  return fits ? undefined : 'deployment_out_of_order'
}

import { daysFrom, inDays } from '../days.ts'
import { exceeds, fromMinorUnits, isPositive, moneyText, splitByWeight, type Money, type MoneyText } from '../money.ts'
import type { Risk } from '../requests/policy.ts'

/** The rules of paying in tranches, and nothing else: no database, no clock, no HTTP. */

type ShareRow = { readonly fromDays: number; readonly shares: readonly { readonly share: number }[] }

/**
 * How the grants of a request are paid, by the risk of its payee: of a risk's rows the last whose `fromDays` the request reaches. Shares are
 * basis points and sum to 10,000. `reportedBps` of what was received is to be reported and accepted before the next tranche.
 */
export type TrancheRules = { readonly [risk in Risk]: readonly ShareRow[] } & { readonly reportedBps: number }

/** The shares of the tranches, in basis points, for a request of so many days to a payee of this risk. */
export function sharesFor(rules: TrancheRules, { risk, days }: { risk: Risk; days: number }): number[] {
  const row = rules[risk].findLast(({ fromDays }) => fromDays <= days)
  return row ? row.shares.map(({ share }) => share) : [10_000]
}

/** An amount in tranches by these weights, to the last unit (largest remainder). Tranches of nothing are left out. */
export function tranchesOf<Part>(
  total: Money,
  parts: readonly (Part & { weight: Money })[],
): (Part & { amount: Money })[] {
  if (!isPositive(total)) return []
  const amounts = splitByWeight(
    total,
    parts.map(({ weight }) => weight),
  )
  return parts.map((part, i) => ({ ...part, amount: amounts[i]! })).filter(({ amount }) => isPositive(amount))
}

/** Shares as weights, each planned at its place in the time of the request: the first on its first day, the others as far apart. */
export function plannedShares(
  shares: readonly number[],
  { startsOn, endsOn, currency }: { startsOn: string; endsOn: string; currency: string },
): { weight: Money; plannedOn: string; note: string }[] {
  const days = daysFrom(startsOn, endsOn)
  return shares.map((share, i) => ({
    weight: fromMinorUnits(`${share}`, currency),
    plannedOn: inDays(startsOn, Math.floor((days * i) / shares.length)),
    note: '',
  }))
}

/** What the conditions of the next tranche are measured by, on a day. */
export type Measured = {
  /** Paid to the payee, or on its way; of that reported and accepted, and how much of it is needed. */
  readonly received: Money
  readonly accepted: Money
  readonly needed: Money
  /** Reports of the payee that keep it from the next tranche, and for how many days the oldest of them is late. */
  readonly blocking: number
  readonly worstDays: number | null
  readonly rating: string | null
  readonly validUntil: string | null
}

export type Condition = { readonly met: boolean } & (
  | {
      readonly condition: 'reported'
      readonly received: MoneyText
      readonly accepted: MoneyText
      readonly needed: MoneyText
    }
  | { readonly condition: 'no_report_overdue'; readonly overdue: number; readonly days: number | null }
  | { readonly condition: 'risk_rating'; readonly rating: string | null; readonly validUntil: string | null }
)

/** The conditions of the next tranche, each with its figures (WORKFLOW, "Payment"). Something must have been received before. */
export function conditionsOn(on: string, measured: Measured): Condition[] {
  const { received, accepted, needed, blocking, worstDays, rating, validUntil } = measured
  return [
    {
      condition: 'reported',
      met: isPositive(received) && !exceeds(needed, accepted),
      ...{ received: moneyText(received), accepted: moneyText(accepted), needed: moneyText(needed) },
    },
    { condition: 'no_report_overdue', met: blocking === 0, overdue: blocking, days: worstDays },
    { condition: 'risk_rating', met: validUntil !== null && validUntil >= on, rating, validUntil },
  ]
}

import { inDays } from '../days.ts'
import { Refusal } from '../errors.ts'
import { atRate, isZero, subtract, type Money } from '../money.ts'

/** What the rules of months and years say, as pure functions. Months are `YYYY-MM`, days `YYYY-MM-DD`, in UTC. */

export type PeriodState = 'open' | 'soft_closed' | 'hard_closed'
export type ClosingKind = 'soft' | 'hard'

/** What each kind of closing makes of a month: softly, only a controller's adjustments still come in; hard, nothing does. */
export const CLOSED: Readonly<Record<ClosingKind, Exclude<PeriodState, 'open'>>> = {
  soft: 'soft_closed',
  hard: 'hard_closed',
}

/** Refuses `date_in_future` for a month that is not over. */
export function checkOver(month: string, today: string): void {
  if (month >= today.slice(0, 7)) throw new Refusal('date_in_future', { field: 'month' })
}

/** Open, then closed softly, then hard. Refuses `already_exists` and `close_softly_first`. */
export function checkClosing(kind: ClosingKind, state: PeriodState): void {
  if (state === 'hard_closed' || (kind === 'soft' && state === 'soft_closed'))
    throw new Refusal('already_exists', { field: 'month' })
  if (kind === 'hard' && state === 'open') throw new Refusal('close_softly_first')
}

export function lastDayOf(month: string): string {
  return inDays(`${monthAfter(month)}-01`, -1)
}

export function monthAfter(month: string): string {
  const [year, number] = [month.slice(0, 4), month.slice(5)]
  if (number !== '12') return `${year}-${`${Number.parseInt(number, 10) + 1}`.padStart(2, '0')}`
  return `${`${Number.parseInt(year, 10) + 1}`.padStart(4, '0')}-01`
}

export function monthsOf(year: string): string[] {
  return Array.from({ length: 12 }, (_, i) => `${year}-${`${i + 1}`.padStart(2, '0')}`)
}

/** A monetary item in a currency that is not the fund's: debits positive. */
export type MonetaryItem = {
  readonly address: string
  readonly original: Money
  /** In the fund's currency, as the books carry it, what this month's earlier revaluations did included. */
  readonly carrying: Money
  /** What this month's earlier revaluations did. */
  readonly revalued: Money
}

/**
 * What an item is worth at the rate of the month's end, and the difference from what the books carry. Where nothing is left of the
 * original, an earlier revaluation of it is taken back and that is all.
 */
export function revalue(item: MonetaryItem, rate: string | null): { value: Money; difference: Money } | undefined {
  const { original, carrying, revalued } = item
  if (!isZero(original) && rate === null) return undefined
  const value = isZero(original) ? subtract(carrying, revalued) : atRate(original, rate!, carrying.currency)
  return { value, difference: subtract(value, carrying) }
}

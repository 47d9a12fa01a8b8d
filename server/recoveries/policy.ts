import { exceeds, isPositive, isZero, subtract, type Money } from '../money.ts'

/** The rules of money that comes back, and nothing else: no database, no clock, no HTTP. */

/** What must come back of a request, and what of that has, or was given up; in the fund's currency. */
export type Standing = {
  readonly due: Money
  readonly received: Money
  readonly givenUp: Money
  readonly outstanding: Money
  /** What came when nobody waited for it any more. */
  readonly late: Money
}

/**
 * How much may come of a request, and whether it is late. While something is owed, that; else what was given up and has not come since; and
 * of a closed request all that it has spent, for it owes nothing and a payee may still find that it had not used it.
 */
export function expectedOf(
  { status }: { readonly status: string },
  { outstanding, givenUp, late }: Standing,
  spent: Money,
): { readonly most: Money; readonly late: boolean } {
  if (status === 'closed') return { most: spent, late: true }
  if (isPositive(outstanding) || isZero(givenUp)) return { most: outstanding, late: false }
  return { most: subtract(givenUp, late), late: true }
}

/** Whether more comes than may. */
export function isTooMuch(amount: Money, { most }: { readonly most: Money }): boolean {
  return exceeds(amount, most)
}

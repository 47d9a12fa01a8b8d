import { Refusal } from '../errors.ts'
import {
  exceeds,
  isPositive,
  isZero,
  money,
  moneyText,
  proportion,
  smaller,
  splitByWeight,
  splitGross,
  subtract,
  zero,
  type Money,
} from '../money.ts'

/** What the rules of money coming in say, as pure functions: how much of a receipt settles what, and what it releases. */

export type ContributionStatus = 'pledged' | 'agreed' | 'received' | 'written_off' | 'cancelled'

/** What of a receipt has not been applied yet, charges included, and what it is in the fund's currency with and without them. */
export type Held = {
  /** In the bank account's currency: what the bank booked and what it kept. */
  readonly gross: Money
  /** Functional value of `gross`. */
  readonly functional: Money
  /** Functional value of the cash alone: all that can ever become spending authority. */
  readonly cash: Money
}

/** What is agreed and not yet received: in the agreement's currency, and the functional amount at which the books carry it. */
export type Outstanding = { readonly amount: Money; readonly carrying: Money }

export type Settlement = {
  /** In the agreement's currency. */
  readonly applied: Money
  /** What of `held.gross` goes with it, and its functional value. */
  readonly value: Money
  readonly functional: Money
  /** Functional amount of the receivable that is settled; the rest of `functional` is gained, or lost, on exchange. */
  readonly carrying: Money
  readonly authority: Money
  readonly support: Money
  readonly left: Held
}

/**
 * How much of an agreement a receipt settles and what follows from that. `worth` is what all of `held` is worth in the
 * agreement's currency; at most `limit` of it is applied, and never more than is outstanding. What is over stays unapplied,
 * split by weight, so that no unit is lost. The last of a receivable releases all of its carrying amount, and the last of a
 * receipt all of its value and cash, so that rounding leaves nothing behind.
 */
export function settle({
  held,
  worth,
  limit = worth,
  outstanding,
  supportCostBps,
}: {
  held: Held
  worth: Money
  limit?: Money
  outstanding: Outstanding
  supportCostBps: number
}): Settlement {
  const applied = smaller(smaller(worth, limit), outstanding.amount)
  const value = shareOf(held.gross, applied, worth)
  const whole = isZero(subtract(worth, applied))
  const part = (amount: Money) =>
    whole ? amount : isZero(value) ? zero(amount.currency) : proportion(amount, value, held.gross)
  const functional = part(held.functional)
  const authority = part(held.cash)
  return {
    applied,
    value,
    functional,
    carrying: carryingOf(outstanding, applied),
    authority,
    support: supportOf(authority, supportCostBps),
    left: {
      gross: subtract(held.gross, value),
      functional: subtract(held.functional, functional),
      cash: subtract(held.cash, authority),
    },
  }
}

/** What of the carrying amount goes with a part of what is outstanding: all of it with the last part. */
export function carryingOf(outstanding: Outstanding, part: Money): Money {
  if (isZero(subtract(outstanding.amount, part))) return outstanding.carrying
  return proportion(outstanding.carrying, part, outstanding.amount)
}

/**
 * Programme support cost of cash received, by a gross-inclusive rate. It is set aside at receipt under either base, so that
 * it is there when it falls due; the base says when it is expensed.
 */
export function supportOf(authority: Money, supportCostBps: number): Money {
  return splitGross(authority, supportCostBps).setAside
}

/**
 * What a receipt is worth in the agreement's currency. What the bank credited is the measure where the account is in that
 * currency, else what the donor sent in it; where neither is, somebody must say how much it settles.
 *
 * Refuses `applied_amount_missing`, `currency_mismatch`, and `nothing_unapplied` where more is to be applied than came.
 */
export function worthOf(
  currency: string,
  { gross, sent, appliedAmount }: { gross: Money; sent: Money; appliedAmount?: Money },
): { worth: Money; limit: Money } {
  if (appliedAmount && appliedAmount.currency !== currency)
    throw new Refusal('currency_mismatch', { expected: currency })
  const known = gross.currency === currency ? gross : sent.currency === currency ? sent : appliedAmount
  if (!known) throw new Refusal('applied_amount_missing', { currency })
  if (appliedAmount && exceeds(appliedAmount, known))
    throw new Refusal('nothing_unapplied', { unapplied: moneyText(known) })
  return { worth: known, limit: appliedAmount ?? known }
}

/** In one currency, what the bank booked and its charge are what was sent. Refuses `bank_value_differs`. */
export function checkBankValue(sent: Money, gross: Money): void {
  if (sent.currency === gross.currency && !isZero(subtract(gross, sent)))
    throw new Refusal('bank_value_differs', { sent: moneyText(sent), booked: moneyText(gross) })
}

/**
 * The functional value of a pledge or an agreement must be of a size that the books can keep: more than nothing, and
 * twelve digits at most, so that sums of thousands of them still fit. Refuses `amount_out_of_range`.
 */
export function checkKeepable(functional: Money): Money {
  if (!isKeepable(functional)) throw new Refusal('amount_out_of_range', { value: moneyText(functional) })
  return functional
}

/** Whether a functional value is of a size that the books can keep. */
export function isKeepable(functional: Money): boolean {
  return isPositive(functional) && !exceeds(functional, money('999999999999', functional.currency))
}

/** A day must not lie before the day of what it follows from. Refuses `dates_out_of_order`. */
export function checkOrder(earlier: string, later: string): void {
  if (later < earlier) throw new Refusal('dates_out_of_order', { notBefore: earlier })
}

/** The status after something was received or written off: `then` once nothing is outstanding any more, else as agreed. */
export function statusAfter(outstanding: Money, then: 'received' | 'written_off'): ContributionStatus {
  return isZero(outstanding) ? then : 'agreed'
}

/** Shares of `total` in proportion to `part` of `whole`: the first of two that add up to it. */
function shareOf(total: Money, part: Money, whole: Money): Money {
  if (isZero(total)) return total
  return splitByWeight(total, [part, subtract(whole, part)])[0]!
}

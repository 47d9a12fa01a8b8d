import { isZero, proportion, splitByWeight, subtract, sum, zero, type Money } from '../money.ts'

/** What the rules of the fund's own money say, as pure functions. */

/** What the bank says of money that moved between two accounts of the fund. */
export type Moved = {
  /** All that left, in the currency of the account that it left. */
  readonly left: Money
  /** As the other account was credited, in its currency. */
  readonly arrived: Money
  /** What banks kept of it, in one of the two currencies. */
  readonly charge: Money
}

/** What a conversion is in the fund's currency; `carrying` = `arrived` + `charge` + `loss`, always. */
export type ConversionValue = {
  readonly carrying: Money
  readonly arrived: Money
  readonly charge: Money
  /** Negative for a gain. */
  readonly loss: Money
}

/**
 * The functional value of a conversion. `carrying` is the functional amount at which the books carry what left. What arrives in the
 * fund's currency is worth itself. What arrives in another is worth what was given for it, as long as that was the fund's currency or
 * the same one: nothing is gained or lost by it. Between two foreign currencies it is worth `atRate`, the operational rate of that day.
 */
export function valueConversion(
  { left, arrived, charge }: Moved,
  carrying: Money,
  atRate: { arrived: Money; charge: Money } | undefined,
): ConversionValue {
  const fund = carrying.currency
  const atSource = charge.currency === left.currency
  const chargeAtSource = isZero(charge) ? zero(fund) : atSource ? proportion(carrying, charge, left) : undefined
  const valued = (): { arrived: Money; charge: Money } => {
    if (arrived.currency === fund && left.currency !== fund) return { arrived, charge: chargeAtSource ?? charge }
    if (atRate) return { arrived: atRate.arrived, charge: chargeAtSource ?? atRate.charge }
    if (chargeAtSource) return { arrived: subtract(carrying, chargeAtSource), charge: chargeAtSource }
    const worth = proportion(carrying, arrived, sum([arrived, charge], arrived.currency))
    return { arrived: worth, charge: subtract(carrying, worth) }
  }
  const value = valued()
  return { carrying, ...value, loss: subtract(subtract(carrying, value.arrived), value.charge) }
}

/** Where interest on the money of a contribution goes. */
export type InterestTerm = 'contribution' | 'reserve'

/** What a contribution held over a period: the sum of its balances at the end of each day, and on how many days there was one. */
export type Held = {
  readonly contributionId: string
  readonly code: string
  readonly term: InterestTerm
  readonly days: number
  readonly balanceDays: Money
}

export type InterestShare = Held & { readonly share: Money }

/**
 * Interest in proportion to what each contribution held over the period, by the largest remainder, so that the shares add up to it.
 * The weights are whole sums of balances over days; nothing is rounded before the split. What goes to contributions by their
 * agreements is theirs, the rest is the operating reserve's, as is all of it where nothing was held.
 */
export function shareInterest(
  interest: Money,
  held: readonly Held[],
): { shares: InterestShare[]; toContributions: Money; toReserve: Money } {
  const parts =
    held.length === 0
      ? []
      : splitByWeight(
          interest,
          held.map(({ balanceDays }) => balanceDays),
        )
  const shares = held.map((one, i) => ({ ...one, share: parts[i]! }))
  const toContributions = sum(
    shares.filter(({ term }) => term === 'contribution').map(({ share }) => share),
    interest.currency,
  )
  return { shares, toContributions, toReserve: subtract(interest, toContributions) }
}

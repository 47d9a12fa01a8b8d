import { isPositive, moneyFrom, moneyText, sum, type MoneyText } from '../money.ts'

/** How ready the fund is for each region: a pure sum over what is watched, planned and given. */

export type PlanReady = {
  readonly region: string
  readonly left: MoneyText
  readonly setAside: MoneyText
  readonly missing: MoneyText
  readonly faults: readonly string[]
}
export type Watched = { readonly region: string; readonly severity: string; readonly dueForReview: boolean }
export type Earmarked = { readonly region: string; readonly available: MoneyText }

export type Readiness<Plan, Item, Given> = {
  readonly region: string
  readonly plans: Plan[]
  readonly watched: Item[]
  readonly earmarked: Given[]
  /** What open plans still cost, what is set aside for them, what they lack. */
  readonly planned: MoneyText
  readonly setAside: MoneyText
  readonly missing: MoneyText
  readonly earmarkedTotal: MoneyText
  /** How many plans cannot be used as they stand, or should have been looked at. */
  readonly outOfDate: number
  readonly dueForReview: number
  /** Something is watched here, and nothing is planned. */
  readonly watchedOnly: boolean
  /** Donors have given for here, and nothing is planned. */
  readonly unplanned: boolean
}

/** Every region that anybody watches, plans for or gives to, by name. */
export function readinessOf<Plan extends PlanReady, Item extends Watched, Given extends Earmarked>(
  { plans, watched, earmarked }: { plans: readonly Plan[]; watched: readonly Item[]; earmarked: readonly Given[] },
  currency: string,
): Readiness<Plan, Item, Given>[] {
  const regions = [...new Set([...plans, ...watched, ...earmarked].map(({ region }) => region))].sort()
  const total = (amounts: readonly MoneyText[]) => moneyText(sum(amounts.map(moneyFrom), currency))
  return regions.map((region) => {
    const here = <One extends { readonly region: string }>(all: readonly One[]) =>
      all.filter((one) => one.region === region)
    const [ours, seen, given] = [here(plans), here(watched), here(earmarked)]
    return {
      region,
      plans: ours,
      watched: seen,
      earmarked: given,
      planned: total(ours.map(({ left }) => left)),
      setAside: total(ours.map(({ setAside }) => setAside)),
      missing: total(ours.map(({ missing }) => missing)),
      earmarkedTotal: total(given.map(({ available }) => available)),
      outOfDate: ours.filter(({ faults }) => faults.length > 0).length,
      dueForReview: seen.filter(({ dueForReview }) => dueForReview).length,
      watchedOnly: seen.length > 0 && ours.length === 0,
      unplanned: ours.length === 0 && given.some(({ available }) => isPositive(moneyFrom(available))),
    }
  })
}

import { exceeds, isPositive, moneyText, smaller, subtract, sum, zero, type Money } from '../money.ts'
import { chooseFunding, permits, type FundingPart, type Source, type Use } from '../funding/policy.ts'

/** The rules of contingency plans, and nothing else: no database, no clock, no HTTP. */

export const LANES = ['standard', 'rapid', 'no_regret'] as const
export type Lane = (typeof LANES)[number]

export const PLAN_STATUSES = ['open', 'activated', 'withdrawn', 'expired'] as const
export type PlanStatus = (typeof PLAN_STATUSES)[number]

/** What becomes of money set aside beyond what a request took: it goes back, or stays for the lines that are left. */
export const WHEN_ACTIVATED = ['give_back', 'keep'] as const
export type WhenActivated = (typeof WHEN_ACTIVATED)[number]

export type PlanLine = { readonly line: number; readonly amount: Money; readonly requestId: string | null }

/** What the lines that no request has used yet cost. */
export function costLeft(lines: readonly PlanLine[], currency: string): Money {
  return sum(
    lines.filter(({ requestId }) => requestId === null).map(({ amount }) => amount),
    currency,
  )
}

/** What may still be set aside: what is left to pay for, less what is held already. Never below zero. */
export function stillMissing(lines: readonly PlanLine[], held: Money): Money {
  const cost = costLeft(lines, held.currency)
  return exceeds(cost, held) ? subtract(cost, held) : zero(held.currency)
}

/** Whether the tranches, where there are any, add up to the lines to the smallest unit. */
export function tranchesAddUp(lines: readonly Money[], tranches: readonly Money[], currency: string): boolean {
  return tranches.length === 0 || sum(tranches, currency).amount.equals(sum(lines, currency).amount)
}

/** A plan is used up to and on its last day. */
export function isExpired(plan: { readonly expiresOn: string }, on: string): boolean {
  return plan.expiresOn < on
}

/**
 * What of an amount is taken from money that was set aside: as much as there is under earmarks that permit the use as it turned out,
 * the tightest first. The rest is left to what is available.
 */
export function takeSetAside(amount: Money, use: Use, held: readonly Source[]): { parts: FundingPart[]; rest: Money } {
  const permitted = held.filter((source) => isPositive(source.available) && permits(source.earmark, use))
  const here = sum(
    permitted.map((source) => source.available),
    amount.currency,
  )
  const taken = smaller(amount, here)
  if (!isPositive(taken)) return { parts: [], rest: amount }
  const chosen = chooseFunding(taken, use, permitted, 'tightest_first')
  if ('short' in chosen) throw new Error('what is there is not short')
  return { parts: chosen.parts, rest: subtract(amount, taken) }
}

/** What is set aside for a plan, as the request that the plan becomes takes it. */
export type SetAside = { readonly code: string; readonly held: readonly Source[] }

/** The parts of a request from a plan, one for each contribution: `fromPlan` says how much of it was set aside for which plan. */
export function joinParts(
  plan: { readonly code: string },
  aside: readonly FundingPart[],
  available: readonly FundingPart[],
): FundingPart[] {
  const byContribution = Map.groupBy([...aside, ...available], ({ contributionId }) => contributionId)
  return [...byContribution.values()].map((parts, i) => {
    const [first] = parts as [FundingPart, ...FundingPart[]]
    const set = aside.find(({ contributionId }) => contributionId === first.contributionId)
    const fromPlan = set ? { fromPlan: { plan: plan.code, amount: moneyText(set.amount) } } : {}
    const amount = sum(
      parts.map((part) => part.amount),
      first.amount.currency,
    )
    return { ...first, amount, reason: { ...first.reason, place: i + 1, ...fromPlan } }
  })
}

/** What keeps a plan from being used as it stands, for its author to put right. */
export const PLAN_FAULTS = [
  'expired',
  'review_past',
  'payee_unverified',
  'expert_unavailable',
  'rate_changed',
  'earmark_forbids',
] as const
export type PlanFault = (typeof PLAN_FAULTS)[number]

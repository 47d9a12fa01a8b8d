import { add, exceeds, type Money } from '../money.ts'

/** The rules of standing in for somebody, and nothing else. */

/**
 * The roles whose power to decide on a request can be lent. A treasurer's and a bank signatory's cannot: the bank's mandate names who
 * signs. Nor those of who looks over the others (controller, compliance officer, reconciler): a second person is given the role.
 */
export const DELEGABLE_ROLES = ['certifying_officer', 'fund_manager', 'director', 'head_of_department'] as const
export type DelegableRole = (typeof DELEGABLE_ROLES)[number]

/** What of a delegation decides how far it reaches; null is without that limit. */
export type Reach = {
  /** Of one request. */
  readonly upTo: Money
  /** Of all that is approved under it. */
  readonly inAll: Money | null
  readonly processId: string | null
  readonly entityId: string | null
  readonly region: string | null
}
export type Reached = {
  readonly amount: Money
  readonly processId: string | null
  readonly entityId: string
  readonly region: string | null
}
export type Shortfall = 'amount' | 'process' | 'entity' | 'region' | 'sum'

/**
 * Why a delegation does not reach a request, or undefined: the first reason that holds. `approved` is what was approved under it of
 * other requests so far; only an approval counts against the sum.
 */
export function shortfallOf(
  reach: Reach,
  asked: Reached,
  { approved, approving }: { approved: Money; approving: boolean },
): Shortfall | undefined {
  if (exceeds(asked.amount, reach.upTo)) return 'amount'
  if (reach.processId !== null && reach.processId !== asked.processId) return 'process'
  if (reach.entityId !== null && reach.entityId !== asked.entityId) return 'entity'
  if (reach.region !== null && reach.region !== asked.region) return 'region'
  if (approving && reach.inAll !== null && exceeds(add(approved, asked.amount), reach.inAll)) return 'sum'
  return undefined
}

/** Where a delegation is in its life at a moment: `from` belongs to it, `until` does not any more. */
export type DelegationState = 'offered' | 'coming' | 'in_force' | 'ended' | 'revoked'

export function stateOf(
  one: { from: Date; until: Date; acceptedAt: Date | null; revokedAt: Date | null },
  at: Date,
): DelegationState {
  if (one.revokedAt) return 'revoked'
  if (at >= one.until) return 'ended'
  if (!one.acceptedAt) return 'offered'
  return at < one.from ? 'coming' : 'in_force'
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Whether it is longer than so many times 24 hours; a day on which clocks are changed makes it no longer and no shorter. */
export function isTooLong({ from, until }: { from: Date; until: Date }, days: number): boolean {
  return until.getTime() - from.getTime() > days * DAY_MS
}

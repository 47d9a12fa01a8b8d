/**
 * Breaking the glass: two directors take an open step of one request in place of its owners, who cannot be reached. It hurries that step and
 * nothing else: the money stays reserved as it was, every other step stays open, and the two have that part in the request, so that
 * no fewer people than the matrix asks for have looked at it.
 */

/**
 * The steps that can be hurried. Never the certifying officer's, who looks at funds and papers as a different person from those who approve
 * (WORKFLOW, rules 1 and 7); nor a director's, which each of the two could decide alone.
 */
export const HURRIED_ROLES = ['fund_manager', 'head_of_department'] as const
export type HurriedRole = (typeof HURRIED_ROLES)[number]

export function isHurried(role: string): role is HurriedRole {
  return (HURRIED_ROLES as readonly string[]).includes(role)
}

export type BreakGlassState = 'begun' | 'lapsed' | 'to_review' | 'review_overdue' | 'acknowledged' | 'contested'

/** Where it is at a moment: until `endsAt` a second director may confirm it, and before `reviewBy` it is to be reviewed. */
export function stateOf(
  one: {
    endsAt: Date
    /** The request waits for this very step, as it said when the glass was broken. */
    open: boolean
    reviewBy: Date | null
    verdict: 'acknowledge' | 'contest' | null
  },
  at: Date,
): BreakGlassState {
  if (one.verdict) return one.verdict === 'contest' ? 'contested' : 'acknowledged'
  if (one.reviewBy) return at >= one.reviewBy ? 'review_overdue' : 'to_review'
  return one.open && at < one.endsAt ? 'begun' : 'lapsed'
}

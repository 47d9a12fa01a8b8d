import type { RefusalCode } from '../errors.ts'

/** The rules of the faster lanes, and nothing else: no database, no clock, no HTTP. */

type Lane = 'standard' | 'rapid' | 'no_regret'

/** An advance that is active: one decision has let its money move, and the full row of the matrix has until `ratifyBy` to ratify it. */
export type ActiveAdvance = { readonly activatedAt: Date; readonly ratifyBy: Date }

/** What a verb refuses that acts on an advance after its time, or on what was unwound. */
export const OVERDUE_REFUSALS = ['ratification_overdue'] as const satisfies readonly RefusalCode[]

/** Its last instant is still in time; from the next on nobody ratifies, certifies or releases. */
export function isOverdue({ ratifyBy }: Pick<ActiveAdvance, 'ratifyBy'>, at: Date): boolean {
  return at.getTime() > ratifyBy.getTime()
}

/** Whether a request may ask for this lane: the faster ones are for a crisis, which the phase of the process says. */
export function laneIsOpen(
  lane: Lane,
  phase: string,
  { crisisPhases }: { crisisPhases: readonly { phase: string }[] },
): boolean {
  return lane === 'standard' || crisisPhases.some((one) => one.phase === phase)
}

/** How long before its end the people whose decision is missing are reminded once more. */
const LAST_CALL_MS = 6 * 60 * 60 * 1000

/** When those who must ratify are reminded: at half of the time, and shortly before its end. */
export function remindersOf({ activatedAt, ratifyBy }: ActiveAdvance): { half: Date; last: Date } {
  const [from, to] = [activatedAt.getTime(), ratifyBy.getTime()]
  const half = from + Math.floor((to - from) / 2)
  return { half: new Date(half), last: new Date(Math.max(half, to - LAST_CALL_MS)) }
}

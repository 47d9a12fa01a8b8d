import type { Money } from '../money.ts'
import { stage, type RequestRef, type Stage } from './accounts.ts'
import { credit, debit, type Posting } from './post.ts'

/** What of one contribution is at a stage, or moves. */
export type StagePart = { readonly contributionId: string; readonly code: string; readonly amount: Money }

/** A request's money from one stage to another, contribution by contribution (events 11 to 14 and 16). */
export function moveStage(
  request: RequestRef,
  { from, to }: { from: Stage; to: Stage },
  parts: readonly StagePart[],
): Posting[] {
  return parts.flatMap(({ contributionId, code, amount }) => {
    const at = (name: Stage) =>
      stage(name, { id: contributionId, code }, amount.currency, HELD.includes(name) ? request : undefined)
    return [debit(at(to), amount), credit(at(from), amount)]
  })
}

/** The stages at which money belongs to a request. */
const HELD: readonly Stage[] = ['reserved', 'committed', 'disbursed', 'reported']

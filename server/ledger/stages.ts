import type { Money } from '../money.ts'
import { recoverable, stage, type RequestRef, type Stage } from './accounts.ts'
import { credit, debit, type Posting } from './post.ts'

/** What of one contribution is at a stage, or moves. */
export type StagePart = { readonly contributionId: string; readonly code: string; readonly amount: Money }

/** A stage, or what of the disbursed one must come back. */
type Place = Stage | 'recoverable'

/** A request's money from one stage to another, contribution by contribution (events 11 to 14, 16 and 20). */
export function moveStage(
  request: RequestRef,
  { from, to }: { from: Place; to: Place },
  parts: readonly StagePart[],
): Posting[] {
  return parts.flatMap(({ contributionId, code, amount }) => {
    const contribution = { id: contributionId, code }
    const at = (name: Place) =>
      name === 'recoverable'
        ? recoverable(contribution, amount.currency, request)
        : stage(name, contribution, amount.currency, HELD.includes(name) ? request : undefined)
    return [debit(at(to), amount), credit(at(from), amount)]
  })
}

/** The stages at which money belongs to a request. */
const HELD: readonly Stage[] = ['reserved', 'committed', 'disbursed', 'reported']

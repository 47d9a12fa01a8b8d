import type { Money } from '../money.ts'
import { ready, stage, type RequestRef, type Stage } from './accounts.ts'
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

/** Money set aside for a plan or given back, contribution by contribution (event 10). */
export function movePlanStage(
  plan: { readonly code: string },
  { from, to }: { from: 'available' | 'ready'; to: 'available' | 'ready' },
  parts: readonly StagePart[],
): Posting[] {
  return parts.flatMap(({ contributionId, code, amount }) => {
    const of = { id: contributionId, code }
    const at = (name: 'available' | 'ready') =>
      name === 'ready' ? ready(of, amount.currency, plan) : stage(name, of, amount.currency)
    return [debit(at(to), amount), credit(at(from), amount)]
  })
}

/** What was set aside for a plan, held by the request that the plan has become (event 11). */
export function reserveReady(
  request: RequestRef,
  plan: { readonly code: string },
  parts: readonly StagePart[],
): Posting[] {
  return parts.flatMap(({ contributionId, code, amount }) => {
    const of = { id: contributionId, code }
    return [
      debit(stage('reserved', of, amount.currency, request), amount),
      credit(ready(of, amount.currency, plan), amount),
    ]
  })
}

/** The stages at which money belongs to a request. */
const HELD: readonly Stage[] = ['reserved', 'committed', 'disbursed', 'reported']

import type { Money } from '../money.ts'
import { ready, recoverable, stage, type RequestRef, type Stage } from './accounts.ts'
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

/** The same back again, when the request has come to nothing and the plan still stands (event 12). */
export function returnReady(
  request: RequestRef,
  plan: { readonly code: string },
  parts: readonly StagePart[],
): Posting[] {
  return parts.flatMap(({ contributionId, code, amount }) => {
    const of = { id: contributionId, code }
    return [
      debit(ready(of, amount.currency, plan), amount),
      credit(stage('reserved', of, amount.currency, request), amount),
    ]
  })
}

/** The stages at which money belongs to a request. */
const HELD: readonly Stage[] = ['reserved', 'committed', 'disbursed', 'reported']

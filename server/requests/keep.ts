import { row, rows, type Trx } from '../../db/connect.ts'
import { policyInForce } from '../funds/policies.ts'
import { fromMinorUnits, type Money } from '../money.ts'
import type { LoadedRequest } from './load.ts'
import { decisionsKept, materialChanges, rowFor, type ApprovalMatrix, type DecisionTaken, type Step } from './policy.ts'

/** What a request that is submitted anew keeps of its earlier rounds: the rules it came under, and the approvals that still cover it. */

/**
 * The matrix that fixes the steps: the one in force at the first submission, also when another is in force by now; when the amount has moved
 * to another of its rows, the one in force now.
 */
export async function matrixFor(
  trx: Trx,
  { id, fundId, round, currency }: LoadedRequest,
  { amount, on }: { amount: Money; on: string },
): Promise<{ terms: ApprovalMatrix; effectiveFrom: string }> {
  const inForce = await policyInForce(trx, { fundId, subject: 'approval_matrix', on })
  if (round === 0) return inForce
  const before = await row<{ amount: string; terms: ApprovalMatrix; effectiveFrom: string }>(
    trx,
    `select s.amount, p.terms, p.effective_from as "effectiveFrom"
       from submissions s join policies p on p.fund_id = :fundId and p.subject = 'approval_matrix' and p.effective_from = s.matrix_from
      where s.request_id = :id and s.round = :round`,
    { id, fundId, round },
  )
  const { terms, effectiveFrom } = before!
  const moved = rowFor(amount, terms) !== rowFor(fromMinorUnits(before!.amount, currency), terms)
  return moved ? inForce : { terms, effectiveFrom }
}

/**
 * Keeps the approvals of the round before that what has changed since does not touch, at the steps of the new round. Gives how many.
 * Call when the new round and its steps are recorded, and the request is still at the round before.
 */
export async function keepDecisions(
  trx: Trx,
  { id, fundId, round, currency }: LoadedRequest,
  { steps, content }: { steps: readonly Step[]; content: Parameters<typeof materialChanges>[1] },
): Promise<number> {
  if (round === 0) return 0
  const submitted = await trx('submissions').where({ request_id: id, round }).first('content')
  const before = await rows<DecisionTaken & { id: string }>(
    trx,
    `select id, step, role, decided_by as "decidedBy", on_behalf_of as "onBehalfOf", verdict from decisions_that_count(:id, :round) order by decided_at, id`,
    { id, round },
  )
  const kept = decisionsKept(steps, before, materialChanges(submitted.content, content, currency))
  if (kept.length === 0) return 0
  await trx('kept_decisions').insert(
    kept.map(({ id: decision_id, step, role, decidedBy }) => ({
      ...{ fund_id: fundId, request_id: id, round: round + 1, decision_id, step, role, decided_by: decidedBy },
    })),
  )
  return kept.length
}

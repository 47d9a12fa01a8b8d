import { rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import { holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { heldFor, lockRequest, takeDuty, type LoadedRequest } from './load.ts'
import {
  dutyOfStep,
  openSteps,
  statusAfter,
  type DecisionTaken,
  type RequestStatus,
  type Step,
  type Verdict,
} from './policy.ts'
import { releaseReservation } from './release-reservation.ts'
import { tellDecision } from './tell.ts'

export const APPROVAL_ROLES: readonly Role[] = ['certifying_officer', 'fund_manager', 'director', 'head_of_department']

/**
 * Records one person's verdict on a submitted request, at the step that is open to one of their roles. The last approval commits the
 * money in the same transaction; a rejection gives it back; a return keeps it held while the request is put right.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_awaiting_decision`, `reservation_lapsed`, `version_changed` when the
 * content is not the one named, or none is named and it has changed since it was first submitted, `already_decided_by_you`, `not_your_step`, and what `takeDuty` refuses.
 */
export async function decideRequest(
  trx: Trx,
  actor: Actor,
  {
    requestId,
    verdict,
    reason = '',
    contentHash,
  }: { requestId: string; verdict: Verdict; reason?: string; contentHash?: string },
): Promise<{ id: string; requestId: string; verdict: Verdict; status: RequestStatus }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, APPROVAL_ROLES)
  if (request.status !== 'submitted') throw new Refusal('not_awaiting_decision', { current: request.status })
  if (request.reservedUntil! < dayOf(actor.act.at))
    throw new Refusal('reservation_lapsed', { reservedUntil: request.reservedUntil })
  const inForce = request.contentHash!.toString('hex')
  if (contentHash ? contentHash !== inForce : request.round > 1) throw new Refusal('version_changed')
  const { steps, decisions } = await stepsAndDecisions(trx, request)
  if (decisions.some(({ decidedBy }) => decidedBy === actor.personId)) throw new Refusal('already_decided_by_you')
  const step = openSteps(steps, decisions).find(({ role }) => holdsRole(actor, request.fundId, [role as Role]))
  if (!step) throw new Refusal('not_your_step', { waitingFor: openSteps(steps, decisions) })
  await takeDuty(trx, actor, { requestId, duty: dutyOfStep(step.role) })

  // From here on everything must succeed.
  const id = newId('decision')
  await trx('decisions').insert({
    id,
    request_id: requestId,
    round: request.round,
    step: step.step,
    role: step.role,
    decided_by: actor.personId,
    decided_at: actor.act.at,
    duty: dutyOfStep(step.role),
    verdict,
    reason,
    content_hash: request.contentHash,
    act_id: actor.act.id,
  })
  const decided = [...decisions, { ...step, decidedBy: actor.personId, verdict }]
  const status = statusAfter(steps, decided)
  if (status !== request.status) {
    await trx('requests')
      .where({ id: requestId })
      .update({ status, version: request.version + 1 })
  }
  if (status === 'approved') await commitReserved(trx, actor, request)
  if (status === 'rejected') await releaseReservation(trx, actor.act, request, 'rejected')
  await tellDecision(trx, actor, request, { id, step, verdict, reason, status, open: openSteps(steps, decided) })
  return { id, requestId, verdict, status }
}

/**
 * The steps of the current round and the decisions taken on them so far. An approval by somebody who has since declared a tie to the
 * payee does not count any more, so its step is open again.
 */
export async function stepsAndDecisions(
  db: Db,
  { id, round, payeeId }: { id: string; round: number; payeeId: string | null },
): Promise<{ steps: Step[]; decisions: DecisionTaken[] }> {
  const key = { id, round }
  const steps = await rows<Step>(
    db,
    `select step, role, quorum from approval_steps where request_id = :id and round = :round order by step, role`,
    key,
  )
  const decisions = await rows<DecisionTaken>(
    db,
    `select step, role, decided_by as "decidedBy", verdict from decisions
      where request_id = :id and round = :round and not (verdict = 'approve' and keeps_away(decided_by, :payeeId)) order by decided_at`,
    { ...key, payeeId },
  )
  return { steps, decisions }
}

/** Event 13: what was reserved is an obligation from now on. */
async function commitReserved(trx: Trx, actor: Actor, request: LoadedRequest): Promise<void> {
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'request_approved',
      source: request.id,
      occurredOn: dayOf(actor.act.at),
      memo: request.code,
      postings: moveStage(request, { from: 'reserved', to: 'committed' }, await heldFor(trx, request, 'reserved')),
    },
  )
}

import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { mustNotBeSuspended } from '../clock/pause.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import { activateAdvance, ratifyAdvance } from '../no-regret/activate.ts'
import { activeAdvance } from '../no-regret/load.ts'
import { isOverdue, type ActiveAdvance } from '../no-regret/policy.ts'
import { unwindAdvance } from '../no-regret/unwind.ts'
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
 * money in the same transaction; a rejection gives it back; a return keeps it held while the request is put right. In the no-regret lane the
 * first step lets the money move, and the later ones ratify that, or unwind it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_awaiting_decision`, `suspended`, `ratification_overdue`, `ratify_or_reject`,
 * `reservation_lapsed`, `version_changed` when the content or the payee's details are not those named, or none is named and they have
 * changed since it was first submitted, `already_decided_by_you`, `not_your_step`, and what `takeDuty` refuses.
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
  const advance = await activeAdvance(trx, requestId)
  if (request.status !== 'submitted' && !advance)
    throw new Refusal('not_awaiting_decision', { current: request.status })
  await mustNotBeSuspended(trx, requestId)
  if (advance) checkRatifying(advance, verdict, actor.act.at)
  else if (request.reservedUntil! < dayOf(actor.act.at))
    throw new Refusal('reservation_lapsed', { reservedUntil: request.reservedUntil })
  if (contentHash ? contentHash !== request.decidedHash : await mayBeStale(trx, request))
    throw new Refusal('version_changed')
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
    duty: dutyOfStep(step.role),
    verdict,
    reason,
    content_hash: request.contentHash,
    decided_at: actor.act.at,
    act_id: actor.act.id,
  })
  const decided = [...decisions, { ...step, decidedBy: actor.personId, verdict }]
  if (advance) {
    const status = statusAfter(steps, decided)
    if (status === 'unwound') await unwindAdvance(trx, actor.act, request, { cause: 'rejected', reason, advance })
    else if (openSteps(steps, decided).length === 0) await ratifyAdvance(trx, actor, request, advance)
    return { id, requestId, verdict, status: status === 'unwound' ? status : request.status }
  }
  const status = statusAfter(steps, decided)
  if (status !== request.status) {
    await trx('requests')
      .where({ id: requestId })
      .update({ status, version: request.version + 1 })
  }
  if (status === 'active') await activateAdvance(trx, actor, request, { decisionId: id })
  if (status === 'approved' || status === 'active') await commitReserved(trx, actor, request)
  if (status === 'rejected') await releaseReservation(trx, actor.act, request, 'rejected')
  await tellDecision(trx, actor, request, { id, step, verdict, reason, status, open: openSteps(steps, decided) })
  return { id, requestId, verdict, status }
}

/** Who does not say what they have read may have read it as it was, once it was submitted anew or the payee's details are others. */
async function mayBeStale(trx: Trx, { id, round, payeeId }: LoadedRequest): Promise<boolean> {
  const changed = await row(
    trx,
    `select from submissions where request_id = :id and round = :round
                               and content ->> 'payeeDetails' <> encode(payee_details_hash(:payeeId), 'hex')`,
    { id, round, payeeId },
  )
  return round > 1 || changed !== undefined
}

/** After money was let move, there is no way back to the requester: it is ratified in time, or it is unwound. */
function checkRatifying(advance: ActiveAdvance, verdict: Verdict, at: Date): void {
  if (isOverdue(advance, at)) throw new Refusal('ratification_overdue', { ratifyBy: advance.ratifyBy.toISOString() })
  if (verdict === 'return') throw new Refusal('ratify_or_reject')
}

/**
 * The steps of the current round and the decisions that count on them: those taken in it, and those of earlier rounds that no change has
 * touched. An approval does not count any more when its giver must keep away from the payee by now, or when the payee's details are
 * others than those it was given for; so its step is open again.
 */
export async function stepsAndDecisions(
  db: Db,
  { id, round }: { id: string; round: number },
): Promise<{ steps: Step[]; decisions: DecisionTaken[] }> {
  const key = { id, round }
  const all = await rows<Step>(
    db,
    `select step, role, quorum, ratifies from approval_steps where request_id = :id and round = :round order by step, role`,
    key,
  )
  const decisions = await rows<DecisionTaken>(
    db,
    `select step, role, decided_by as "decidedBy", verdict from decisions_that_count(:id, :round) order by decided_at, id`,
    key,
  )
  // Told only of those that do.
  const steps = all.map(({ ratifies, ...step }) => (ratifies ? { ...step, ratifies } : step))
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

import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { mustNotBeSuspended } from '../clock/pause.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import { requirePower, takePower } from '../delegations/power.ts'
import { activateAdvance, ratifyAdvance } from '../no-regret/activate.ts'
import { activeAdvance } from '../no-regret/load.ts'
import { isOverdue, type ActiveAdvance } from '../no-regret/policy.ts'
import { unwindAdvance } from '../no-regret/unwind.ts'
import type { Actor, Role } from '../people/actor.ts'
import { planTranches } from '../tranches/plan.ts'
import { heldFor, lockRequest, type LoadedRequest } from './load.ts'
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
import { isReopened } from './reopened.ts'
import { tellDecision } from './tell.ts'

export const APPROVAL_ROLES: readonly Role[] = ['certifying_officer', 'fund_manager', 'director', 'head_of_department']

/**
 * Records one person's verdict on a submitted request, at the step that is open to one of their roles or to what was
 * delegated to them (`delegationId` says by which, where that is not left to the rules). The last approval commits the
 * money in the same transaction; a rejection gives it back; a return keeps it held while the request is put right. In the no-regret
 * lane the first step lets the money move, and the later ones ratify that, or unwind it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, what `mustAwaitDecision` refuses, `already_decided_by_you`, and what `takePower`
 * refuses.
 */
export async function decideRequest(
  trx: Trx,
  actor: Actor,
  {
    requestId,
    verdict,
    reason = '',
    contentHash,
    delegationId,
  }: { requestId: string; verdict: Verdict; reason?: string; contentHash?: string; delegationId?: string },
): Promise<{
  id: string
  requestId: string
  verdict: Verdict
  onBehalfOf: string | null
  delegationId: string | null
  status: RequestStatus
}> {
  const request = await lockRequest(trx, requestId)
  const delegated = await requirePower(trx, actor, request.fundId)
  const { steps, decisions, open, advance } = await mustAwaitDecision(trx, actor, request, {
    contentHash,
    verdict,
  })
  if (decisions.some(({ decidedBy, onBehalfOf }) => [decidedBy, onBehalfOf].includes(actor.personId)))
    throw new Refusal('already_decided_by_you')
  const { step, delegation } = await takePower(trx, actor, request, {
    ...{ open, delegated, delegationId },
    approving: verdict === 'approve',
  })

  // From here on everything must succeed.
  const power = { onBehalfOf: delegation?.delegatorId ?? null, delegationId: delegation?.id ?? null }
  const taken = { ...step, ...power, decidedBy: actor.personId, verdict }
  const id = await recordDecision(trx, actor, request, { ...taken, reason })
  const decided = [...decisions, taken]
  const status = await moveOn(trx, actor, request, {
    ...{ steps, decisions: decided, advance },
    last: { id, reason },
  })
  await tellDecision(trx, actor, request, { id, step, verdict, reason, status, open: openSteps(steps, decided) })
  return { id, requestId, verdict, ...power, status }
}

/** Writes one decision on what the request says now, under the power by which it was taken. Gives its id. */
export async function recordDecision(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  taken: DecisionTaken & { reason: string; delegationId?: string | null; breakGlassId?: string },
): Promise<string> {
  const id = newId('decision')
  await trx('decisions').insert({
    id,
    fund_id: request.fundId,
    request_id: request.id,
    round: request.round,
    step: taken.step,
    role: taken.role,
    decided_by: taken.decidedBy,
    on_behalf_of: taken.onBehalfOf,
    delegation_id: taken.delegationId ?? null,
    break_glass_id: taken.breakGlassId ?? null,
    duty: dutyOfStep(taken.role),
    verdict: taken.verdict,
    reason: taken.reason,
    content_hash: request.contentHash,
    decided_at: actor.act.at,
    act_id: actor.act.id,
  })
  return id
}

/** Moves the request to where its verdicts leave it, and its money with it. `last` is the decision that was just taken. */
export async function moveOn(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  {
    steps,
    decisions,
    advance,
    last,
  }: {
    steps: readonly Step[]
    decisions: readonly DecisionTaken[]
    advance: ActiveAdvance | undefined
    last: { id: string; reason: string }
  },
): Promise<RequestStatus> {
  const status = statusAfter(steps, decisions)
  if (advance) {
    if (status === 'unwound')
      await unwindAdvance(trx, actor.act, request, { cause: 'rejected', reason: last.reason, advance })
    else if (openSteps(steps, decisions).length === 0) await ratifyAdvance(trx, actor, request, advance)
    return status === 'unwound' ? status : request.status
  }
  // What was approved stays so: somebody has decided on it again.
  if (request.status !== 'submitted') return request.status
  if (status !== request.status) {
    await trx('requests')
      .where({ id: request.id })
      .update({ status, version: request.version + 1 })
  }
  if (status === 'active') await activateAdvance(trx, actor, request, { decisionId: last.id })
  if (status === 'approved' || status === 'active') {
    await commitReserved(trx, actor, request)
    await planTranches(trx, actor, request)
  }
  if (status === 'rejected') await releaseReservation(trx, actor.act, request, 'rejected')
  return status
}

/**
 * What a decision is taken on: the request waits for one, still holds its money or is in time to be ratified, and says what its reader has
 * read. Refuses `not_awaiting_decision`, `suspended`, `ratification_overdue`, `ratify_or_reject`, `approve_or_lower` where it was approved
 * already and the payee's bank details have changed since, `reservation_lapsed`, and `version_changed`
 * when the content or the payee's details are not those named, or none is named and they have changed since it was first submitted.
 */
export async function mustAwaitDecision(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { contentHash, verdict }: { contentHash: string | undefined; verdict: Verdict },
): Promise<{ steps: Step[]; decisions: DecisionTaken[]; open: Step[]; advance: ActiveAdvance | undefined }> {
  const advance = await activeAdvance(trx, request.id)
  const reopened = !advance && (await isReopened(trx, request.id, actor.act.at))
  if (request.status !== 'submitted' && !advance && !reopened)
    throw new Refusal('not_awaiting_decision', { current: request.status })
  await mustNotBeSuspended(trx, request.id)
  if (advance) checkRatifying(advance, verdict, actor.act.at)
  else if (reopened && verdict !== 'approve') throw new Refusal('approve_or_lower')
  else if (!reopened && request.reservedUntil! < dayOf(actor.act.at))
    throw new Refusal('reservation_lapsed', { reservedUntil: request.reservedUntil })
  if (contentHash ? contentHash !== request.decidedHash : await mayBeStale(trx, request))
    throw new Refusal('version_changed')
  const { steps, decisions } = await stepsAndDecisions(trx, request)
  return { steps, decisions, open: openSteps(steps, decisions), advance }
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
  at?: Date,
): Promise<{ steps: Step[]; decisions: DecisionTaken[] }> {
  const key = { id, round }
  const all = await rows<Step>(
    db,
    `select step, role, quorum, ratifies from approval_steps where request_id = :id and round = :round order by step, role`,
    key,
  )
  const decisions = await rows<DecisionTaken>(
    db,
    `select step, role, decided_by as "decidedBy", on_behalf_of as "onBehalfOf", verdict
       from decisions_that_count(:id, :round, coalesce(:at::timestamptz, act_time())) order by decided_at, id`,
    { ...key, at: at ?? null },
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

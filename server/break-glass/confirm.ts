import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { moveOn, mustAwaitDecision, recordDecision } from '../requests/decide.ts'
import { hasDecided, lockRequest, partIn, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { dutyBlocker, openSteps, type RequestStatus } from '../requests/policy.ts'
import { tellDecision } from '../requests/tell.ts'
import { breakGlassById, type BreakGlass } from './load.ts'
import { tellOfBreakGlass } from './tell.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * The second director confirms: from now on the two have approved the step in place of its owners, as two people of its quorum. Where
 * nothing else is open the money is committed, as by any last approval. The owners are to review it (`reviewBreakGlass`).
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but who was given the role of director, `two_people_needed` to who began
 * it, `break_glass_over`, what `mustAwaitDecision` refuses, what `takeDuty` refuses, `already_decided_by_you`, and
 * `must_keep_away` where the first director may have no part in the request any more.
 */
export async function confirmBreakGlass(
  trx: Trx,
  actor: Actor,
  { breakGlassId, reason = '' }: { breakGlassId: string; reason?: string },
): Promise<{ id: string; requestId: string; status: RequestStatus; reviewBy: string }> {
  const found = await breakGlassById(trx, breakGlassId)
  const request = await lockRequest(trx, found.requestId)
  // Once more, for whoever confirmed it while we waited.
  const broken = await breakGlassById(trx, breakGlassId)
  requireRole(actor, broken.fundId, ['director'])
  if (broken.begunBy === actor.personId) throw new Refusal('two_people_needed')
  const { at } = actor.act
  if (broken.confirmedBy !== null || at >= broken.endsAt) throw new Refusal('break_glass_over')
  const { steps, decisions, open, advance } = await mustAwaitDecision(trx, actor, request, {
    contentHash: broken.decidedHash,
    verdict: 'approve',
  })
  const step = open.find((one) => one.step === broken.step && one.role === broken.role)
  if (!step || request.round !== broken.round) throw new Refusal('break_glass_over')
  await takeDuty(trx, actor, { requestId: request.id, duty: 'approver' })
  if (await hasDecided(trx, request, actor.personId)) throw new Refusal('already_decided_by_you')
  await firstMustStillCount(trx, actor, request, broken)

  // From here on everything must succeed.
  const { terms } = await policyInForce(trx, {
    fundId: request.fundId,
    subject: 'break_glass',
    on: dayOf(actor.act.at),
  })
  const reviewBy = new Date(at.getTime() + terms.reviewDays * DAY_MS)
  await trx('break_glass_confirmations').insert({
    break_glass_id: breakGlassId,
    fund_id: request.fundId,
    request_id: request.id,
    begun_by: broken.begunBy,
    confirmed_by: actor.personId,
    confirmed_at: at,
    reason,
    review_by: reviewBy,
    act_id: actor.act.id,
  })
  const taken = [broken.begunBy, actor.personId].map((decidedBy) => ({
    ...{ step: step.step, role: step.role, decidedBy, onBehalfOf: null },
    verdict: 'approve' as const,
  }))
  const ids: string[] = []
  for (const one of taken)
    ids.push(await recordDecision(trx, actor, request, { ...one, reason: broken.reason, breakGlassId }))
  const decided = [...decisions, ...taken]
  const status = await moveOn(trx, actor, request, {
    ...{ steps, decisions: decided, advance },
    last: { id: ids[1]!, reason: broken.reason },
  })
  await tellDecision(trx, actor, request, {
    ...{ id: ids[1]!, step, verdict: 'approve', reason, status },
    open: openSteps(steps, decided),
  })
  await tellOfBreakGlass(trx, actor, request, { event: 'break_glass_used', breakGlassId, reason: broken.reason })
  return { id: breakGlassId, requestId: request.id, status, reviewBy: reviewBy.toISOString() }
}

/** Refuses `must_keep_away`, with why, where who began it is no director any more, has decided meanwhile, or must keep away. */
async function firstMustStillCount(
  trx: Trx,
  { act }: Actor,
  request: LoadedRequest,
  { begunBy }: BreakGlass,
): Promise<void> {
  const blocker = dutyBlocker(await partIn(trx, request.id, { personId: begunBy, kind: 'person', act }), 'approver')
  const director = await trx('role_grants')
    .join('people', 'people.id', 'role_grants.person_id')
    .where({ fund_id: request.fundId, person_id: begunBy, role: 'director', ended_at: null, 'people.active': true })
    .first('role')
  const decided = await hasDecided(trx, request, begunBy)
  const why = blocker ?? (!director ? 'role_not_allowed' : decided ? 'already_decided_by_you' : undefined)
  if (why) throw new Refusal('must_keep_away', { personId: begunBy, why })
}

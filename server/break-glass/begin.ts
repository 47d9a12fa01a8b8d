import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { mustAwaitDecision } from '../requests/decide.ts'
import { hasDecided, lockRequest, takeDuty } from '../requests/load.ts'
import { isHurried } from './policy.ts'
import { tellOfBreakGlass } from './tell.ts'

const HOUR_MS = 60 * 60 * 1000

/**
 * Begins a break-glass: one director says which open step cannot wait for its owners, and why. Nothing has moved until another director
 * confirms it (`confirmBreakGlass`); the first has the duty of an approver in the request from now on, and the auditors are told at once.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but who was given the role of director, `not_awaiting_decision`,
 * `reservation_lapsed`, `version_changed` when the content is not the one named, `step_not_hurried`, `already_exists` while one waits for
 * the same step, what `takeDuty` refuses, and `already_decided_by_you`.
 */
export async function beginBreakGlass(
  trx: Trx,
  actor: Actor,
  { requestId, role, reason, contentHash }: { requestId: string; role: string; reason: string; contentHash?: string },
): Promise<{ id: string; requestId: string; step: number; role: string; endsAt: string }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['director'])
  const { open } = await mustAwaitDecision(trx, actor, request, { contentHash, verdict: 'approve' })
  const step = open.find((one) => one.role === role)
  // The no-regret lane is hurried as it is, and what ratifies it is the full row.
  if (!step || !isHurried(step.role) || request.lane === 'no_regret')
    throw new Refusal('step_not_hurried', { waitingFor: open })
  const { at } = actor.act
  const waiting = await row<{ id: string }>(
    trx,
    `select b.id from break_glasses b
      where b.request_id = :requestId and b.round = :round and b.step = :step and b.role = :role and b.decided_hash = :hash and b.ends_at > :at
        and not exists (select from break_glass_confirmations c where c.break_glass_id = b.id)`,
    { requestId, round: request.round, step: step.step, role, hash: request.decidedHash, at },
  )
  if (waiting) throw new Refusal('already_exists', { breakGlassId: waiting.id })
  await takeDuty(trx, actor, { requestId, duty: 'approver' })
  if (await hasDecided(trx, request, actor.personId)) throw new Refusal('already_decided_by_you')

  // From here on everything must succeed.
  const { terms } = await policyInForce(trx, {
    fundId: request.fundId,
    subject: 'break_glass',
    on: dayOf(actor.act.at),
  })
  const id = newId('breakGlass')
  const endsAt = new Date(at.getTime() + terms.hours * HOUR_MS)
  await trx('break_glasses').insert({
    id,
    fund_id: request.fundId,
    request_id: requestId,
    round: request.round,
    step: step.step,
    role,
    decided_hash: request.decidedHash,
    reason,
    begun_by: actor.personId,
    begun_at: at,
    ends_at: endsAt,
    act_id: actor.act.id,
  })
  await tellOfBreakGlass(trx, actor, request, { event: 'break_glass_begun', breakGlassId: id, reason })
  return { id, requestId, step: step.step, role, endsAt: endsAt.toISOString() }
}

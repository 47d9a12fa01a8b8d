import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { propose, type Proposed } from '../proposals/propose.ts'
import { lockRequest, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { PAYABLE } from '../requests/policy.ts'
import { conditionsNow, tranchesAndLeft, type LoadedTranche } from './load.ts'
import type { Condition } from './policy.ts'

type TrancheWaiver = { requestId: string; tranche: number }

/**
 * Proposes that the next tranche of a request may be paid although some of its conditions are not met. It may when a director or the head of
 * department agrees. Both are approvers of the request, so neither asked for it, certifies or releases.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_approved`, `tranche_not_next`, `nothing_to_waive`, what `takeDuty` refuses.
 */
export async function proposeTrancheWaiver(
  trx: Trx,
  actor: Actor,
  { requestId, tranche, reason }: TrancheWaiver & { reason: string },
): Promise<Proposed> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['fund_manager'])
  const { next, conditions } = await look(trx, actor, request, tranche)
  await takeDuty(trx, actor, { requestId, duty: 'approver' })
  return propose(trx, actor, {
    ...{ fundId: request.fundId, kind: 'tranche_waiver', requestId, occurredOn: dayOf(actor.act.at) },
    functional: next.amount,
    authority: ['director', 'head_of_department'],
    reason,
    terms: { requestId, tranche, conditions },
  })
}

/** Releases the tranche that two people want paid, with its conditions as they stand now. Refuses what `proposeTrancheWaiver` refuses. */
export async function bookTrancheWaiver(
  trx: Trx,
  actor: Actor,
  { id: proposalId, terms }: Proposal<TrancheWaiver>,
): Promise<{ requestId: string; tranche: number; waived: string[] }> {
  const request = await lockRequest(trx, terms.requestId)
  const { next, conditions } = await look(trx, actor, request, terms.tranche)
  await takeDuty(trx, actor, { requestId: request.id, duty: 'approver' })

  // From here on everything must succeed.
  await trx('tranche_releases').insert({
    ...{ fund_id: request.fundId, request_id: request.id, number: next.number, grounds: 'waiver' },
    conditions: JSON.stringify(conditions),
    ...{ proposal_id: proposalId, verdict: 'approve', released_at: actor.act.at, act_id: actor.act.id },
  })
  const waived = conditions.flatMap(({ met, condition }) => (met ? [] : [condition]))
  return { requestId: request.id, tranche: next.number, waived }
}

/** The tranche, where it comes next and something keeps it from being paid. */
async function look(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  tranche: number,
): Promise<{ next: LoadedTranche; conditions: Condition[] }> {
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  const plan = await tranchesAndLeft(trx, request)
  const next = plan?.tranches.find(({ released }) => !released)
  if (next?.number !== tranche) throw new Refusal('tranche_not_next', { next: next?.number ?? null })
  const conditions = await conditionsNow(trx, request, dayOf(actor.act.at))
  if (conditions.every(({ met }) => met)) throw new Refusal('nothing_to_waive')
  return { next, conditions }
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { lockRequest } from './load.ts'
import { releaseReservation } from './release-reservation.ts'

/**
 * Takes a request back before it is approved; what it held goes back to where it came from.
 * Refuses `not_found`, `role_not_allowed` to all but the entity's requesters, `not_awaiting_ending`.
 */
export async function withdrawRequest(
  trx: Trx,
  actor: Actor,
  { requestId, reason }: { requestId: string; reason: string },
): Promise<{ id: string; status: 'withdrawn' }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['requester'])
  if (!entitiesOf(actor, request.fundId).includes(request.entityId)) throw new Refusal('not_found')
  if (!['draft', 'submitted', 'returned'].includes(request.status))
    throw new Refusal('not_awaiting_ending', { current: request.status })

  await trx('request_endings').insert({
    request_id: requestId,
    kind: 'withdrawn',
    reason,
    ended_at: actor.act.at,
    act_id: actor.act.id,
  })
  await trx('requests')
    .where({ id: requestId })
    .update({ status: 'withdrawn', version: request.version + 1 })
  await releaseReservation(trx, actor.act, request, 'withdrawn')
  return { id: requestId, status: 'withdrawn' }
}

import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { RiskLevel } from './policy.ts'

/**
 * Says how risky it is to work with an entity, until a day; the last rating holds and once expired counts as high.
 * Refuses `not_found`, `role_not_allowed` to all but compliance officers, `service_account_decides_nothing`, `dates_out_of_order` where
 * it would be expired already.
 */
export async function rateEntity(
  trx: Trx,
  actor: Actor,
  { entityId, rating, validUntil, reason }: { entityId: string; rating: RiskLevel; validUntil: string; reason: string },
): Promise<{ entityId: string; number: number; rating: RiskLevel; validUntil: string }> {
  const entity = await row<{ fundId: string }>(
    trx,
    `select fund_id as "fundId" from entities where id = :entityId for update`,
    { entityId },
  )
  if (!entity) throw new Refusal('not_found')
  requireRole(actor, entity.fundId, ['compliance_officer'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (validUntil < dayOf(actor.act.at)) throw new Refusal('dates_out_of_order', { field: 'validUntil' })

  const last = await row<{ number: number }>(
    trx,
    `select coalesce(max(number), 0) as number from entity_ratings where entity_id = :entityId`,
    { entityId },
  )
  const number = last!.number + 1
  await trx('entity_ratings').insert({
    fund_id: entity.fundId,
    entity_id: entityId,
    number,
    rating,
    reason,
    valid_until: validUntil,
    rated_by: actor.personId,
    person_kind: actor.kind,
    rated_at: actor.act.at,
    act_id: actor.act.id,
  })
  return { entityId, number, rating, validUntil }
}

import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'

export type EntitySaid = {
  name: string
  kind: string
  region: string
  country?: string
  mandate?: string
  contact?: string
}

/**
 * Changes what an entity is, as its next version: who, when and why stay.
 * Refuses `not_found`, `role_not_allowed`, `version_changed`, `already_exists` for the name of another.
 */
export async function changeEntity(
  trx: Trx,
  actor: Actor,
  { entityId, version, reason, ...said }: { entityId: string; version: number; reason: string } & Partial<EntitySaid>,
): Promise<{ id: string; version: number }> {
  const entity = await row<{ fundId: string; version: number }>(
    trx,
    `select fund_id as "fundId", version from entities where id = :entityId for update`,
    { entityId },
  )
  if (!entity) throw new Refusal('not_found')
  if (actor.administrator) actor.act.fundId = entity.fundId
  else requireRole(actor, entity.fundId, ['fund_manager', 'controller'])
  if (entity.version !== version) throw new Refusal('version_changed', { version: entity.version })
  const another =
    said.name && trx('entities').where({ fund_id: entity.fundId, name: said.name }).whereNot({ id: entityId })
  if (another && (await another.first('id'))) throw new Refusal('already_exists', { field: 'name' })

  await trx('entities')
    .where({ id: entityId })
    .update({
      ...said,
      version: version + 1,
      reason,
      changed_by: actor.personId,
      changed_at: actor.act.at,
      act_id: actor.act.id,
    })
  return { id: entityId, version: version + 1 }
}

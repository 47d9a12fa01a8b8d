import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'

/** Whether the entities `:entities` may know of the process `p`. Who reads the fund whole sees all of them besides. */
export const KNOWN_TO_ENTITIES = `(p.confidentiality = 'open'
  or exists (select from need_to_know k where k.process_id = p.id and k.entity_id = any(:entities)))`

/**
 * Tells an entity of a confidential process: from now on its requesters see it and may ask for money for it.
 * Refuses `not_found`, `role_not_allowed`, and `already_exists` where it was told before.
 */
export async function tellEntity(
  trx: Trx,
  actor: Actor,
  { processId, entityId }: { processId: string; entityId: string },
): Promise<{ processId: string; entityId: string }> {
  const process = await trx('processes').where({ id: processId }).first('fund_id')
  if (!process) throw new Refusal('not_found')
  if (actor.administrator) actor.act.fundId = process.fund_id
  else requireRole(actor, process.fund_id, ['fund_manager', 'controller'])
  if (!(await trx('entities').where({ id: entityId, fund_id: process.fund_id }).first('id')))
    throw new Refusal('not_found', { field: 'entityId' })
  const told = { fund_id: process.fund_id, process_id: processId, entity_id: entityId, act_id: actor.act.id }
  const inserted = await trx('need_to_know').insert(told).onConflict().ignore().returning('entity_id')
  if (inserted.length === 0) throw new Refusal('already_exists')
  return { processId, entityId }
}

/** The entity may ask for money for this process of its fund; else it is `not_found`, as if there were none. */
export async function mustKnowProcess(
  trx: Trx,
  { fundId, entityId, processId }: { fundId: string; entityId: string; processId: string },
): Promise<void> {
  const known = await row(
    trx,
    `select from processes p where p.id = :processId and p.fund_id = :fundId and ${KNOWN_TO_ENTITIES}`,
    { processId, fundId, entities: [entityId] },
  )
  if (!known) throw new Refusal('not_found', { field: 'processId' })
}

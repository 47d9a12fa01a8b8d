import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Actor } from '../people/actor.ts'

/** What a version of a saved query says. `shared`: the auditors and controllers of the fund see it too. */
export type SavedContent = { name: string; query: string; shared: boolean; withdrawn?: boolean }

/** Saves a query under a name, as its first version. */
export async function saveQuery(
  trx: Trx,
  actor: Actor,
  { fundId, ...content }: { fundId: string } & SavedContent,
): Promise<{ id: string; version: number }> {
  const id = newId('savedQuery')
  await trx('saved_queries').insert({ id, fund_id: fundId, owner_id: actor.personId, act_id: actor.act.id })
  await addVersion(trx, actor, { id, version: 1, ...content })
  return { id, version: 1 }
}

/**
 * Changes a saved query: the versions before stay. Refuses `not_found` to whoever may not see it, `not_yours` to whoever is not its
 * owner, and `version_changed` where it was changed after it was read.
 */
export async function changeSavedQuery(
  trx: Trx,
  actor: Actor,
  { id, version, ...content }: { id: string; version: number } & SavedContent,
): Promise<{ id: string; version: number }> {
  // The rows can only be added to, so there is none to lock.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 4))`, [id])
  const found = await row<{ ownerId: string }>(trx, `select owner_id as "ownerId" from saved_queries where id = :id`, {
    id,
  })
  if (found?.ownerId !== actor.personId) throw new Refusal('not_yours')
  const last = await row<{ version: number }>(
    trx,
    `select max(version) as version from saved_query_versions where query_id = :id`,
    { id },
  )
  if (last!.version !== version) throw new Refusal('version_changed')
  await addVersion(trx, actor, { id, version: version + 1, ...content })
  return { id, version: version + 1 }
}

async function addVersion(
  trx: Trx,
  actor: Actor,
  { id, version, name, query, shared, withdrawn = false }: { id: string; version: number } & SavedContent,
): Promise<void> {
  const by = { owner_id: actor.personId, act_id: actor.act.id }
  await trx('saved_query_versions').insert({ query_id: id, version, name, query, shared, withdrawn, ...by })
}

import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import type { Phase, Severity } from './policy.ts'
import { mustSeeProcess } from './seen.ts'

/** Who keeps the watch list of a fund. */
export const WATCHERS: readonly Role[] = ['requester', 'fund_manager', 'director', 'advisor']

export type WatchContent = {
  phase: Phase
  /** What was seen or heard, and where. */
  signal: string
  severity: Severity
  /** Who looks at it again, by when. */
  ownerId: string
  reviewOn: string
}

/**
 * Puts a place on the watch list of the fund: what may come there, how bad, who looks again and when.
 * Refuses `not_found` (also for an owner without a role in the fund, or a process that is not for the writer to see), `role_not_allowed`.
 */
export async function watchPlace(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    country,
    region,
    processId = null,
    ...content
  }: WatchContent & {
    fundId: string
    country: string
    region: string
    processId?: string | null
  },
): Promise<{ id: string; version: number }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, WATCHERS)
  if (processId) await mustSeeProcess(trx, actor, { fundId, processId })
  await mustWorkFor(trx, fundId, content.ownerId)

  const id = newId('watchItem')
  await trx('watch_items').insert({
    id,
    fund_id: fundId,
    country,
    region,
    process_id: processId,
    created_by: actor.personId,
    created_at: actor.act.at,
    act_id: actor.act.id,
  })
  await addVersion(trx, actor, { id, fundId, version: 1 }, { ...content, closed: false, note: '' })
  return { id, version: 1 }
}

/**
 * Says what is thought of it now: what is left out stays as it was. Closing needs a note, and a closed item is opened again by
 * `closed: false`. The versions before stay.
 * Refuses `not_found`, `role_not_allowed`, `version_changed`, `watch_item_closed` for any other change of a closed item.
 */
export async function reassess(
  trx: Trx,
  actor: Actor,
  {
    watchItemId,
    version,
    ...changes
  }: Partial<WatchContent> & { watchItemId: string; version: number; closed?: boolean; note?: string },
): Promise<{ id: string; version: number }> {
  const item = await watchItemById(trx, watchItemId)
  requireRole(actor, item.fundId, WATCHERS)
  if (item.processId) await mustSeeProcess(trx, actor, { fundId: item.fundId, processId: item.processId })
  if (item.version !== version) throw new Refusal('version_changed', { version: item.version })
  if (item.closed && changes.closed !== false) throw new Refusal('watch_item_closed')
  if (changes.ownerId) await mustWorkFor(trx, item.fundId, changes.ownerId)

  const { phase, signal, severity, ownerId, reviewOn, closed } = item
  const next = { id: watchItemId, fundId: item.fundId, version: version + 1 }
  await addVersion(trx, actor, next, { phase, signal, severity, ownerId, reviewOn, closed, note: '', ...changes })
  return { id: watchItemId, version: version + 1 }
}

async function addVersion(
  trx: Trx,
  actor: Actor,
  { id, fundId, version }: { id: string; fundId: string; version: number },
  content: WatchContent & { closed: boolean; note: string },
): Promise<void> {
  const added = await trx('watch_item_versions')
    .insert({
      fund_id: fundId,
      watch_item_id: id,
      version,
      phase: content.phase,
      signal: content.signal,
      severity: content.severity,
      owner_id: content.ownerId,
      review_on: content.reviewOn,
      closed: content.closed,
      note: content.note,
      changed_by: actor.personId,
      changed_at: actor.act.at,
      act_id: actor.act.id,
    })
    .onConflict(['watch_item_id', 'version'])
    .ignore()
    .returning('version')
  // Nobody locks the item: of two who read the same version the second finds its place taken.
  if (added.length === 0) throw new Refusal('version_changed', { version })
}

type Loaded = WatchContent & {
  fundId: string
  processId: string | null
  version: number
  closed: boolean
}

/** The item, as it is thought of now. Refuses `not_found`. */
async function watchItemById(trx: Trx, watchItemId: string): Promise<Loaded> {
  const item = await row<Loaded>(
    trx,
    `select w.fund_id as "fundId", w.process_id as "processId", v.version, v.phase, v.signal, v.severity, v.owner_id as "ownerId",
            v.review_on as "reviewOn", v.closed
       from watch_items w join watch_item_versions v on v.watch_item_id = w.id
      where w.id = :watchItemId order by v.version desc limit 1`,
    { watchItemId },
  )
  if (!item) throw new Refusal('not_found')
  return item
}

/** Only somebody who has a role in the fund can be asked to look again. Refuses `not_found`. */
async function mustWorkFor(db: Db, fundId: string, personId: string): Promise<void> {
  const works = await row(
    db,
    `select from role_grants g join people p on p.id = g.person_id
      where g.fund_id = :fundId and g.person_id = :personId and g.role <> 'donor' and g.ended_at is null and p.active`,
    { fundId, personId },
  )
  if (!works) throw new Refusal('not_found', { field: 'ownerId' })
}

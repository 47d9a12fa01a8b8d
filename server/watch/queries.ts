import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import { mustSeeProcess } from '../processes/may-see.ts'
import { isDueForReview, type Phase, type Severity } from './policy.ts'
import { SEEN, seenBy } from './seen.ts'

/** Who reads the watch list: who reads the fund whole, and who asks or advises; of confidential processes only who may know them. */
export const WATCH_READERS: readonly Role[] = [...READERS, 'requester', 'advisor']

export type WatchItemTold = {
  id: string
  country: string
  region: string
  process: { id: string; name: string } | null
  version: number
  phase: Phase
  signal: string
  severity: Severity
  owner: { id: string; name: string }
  reviewOn: string
  dueForReview: boolean
  closed: boolean
  /** Plans made for it that are open, and whether the reader may see each. */
  plans: { id: string; code: string; maySee: boolean }[]
}

export type WatchVersionTold = Pick<
  WatchItemTold,
  'version' | 'phase' | 'signal' | 'severity' | 'reviewOn' | 'closed'
> & {
  owner: string
  note: string
  changedBy: string
  changedAt: string
}

const ITEM = `select w.id, w.fund_id as "fundId", w.country, w.region, v.version, v.phase, v.signal, v.severity, v.review_on as "reviewOn", v.closed,
    case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as process,
    json_build_object('id', o.id, 'name', o.name) as owner,
    coalesce((select json_agg(json_build_object('id', c.id, 'code', c.code, 'maySee', ${SEEN} and (:all or :advises or c.entity_id = any(:entities))) order by c.code)
                from contingency_plans c join plan_versions n on n.plan_id = c.id and n.version = c.version left join processes p on p.id = n.process_id
               where n.watch_item_id = w.id and c.status = 'open'), '[]') as plans
  from watch_items w
  join lateral (select * from watch_item_versions v where v.watch_item_id = w.id order by v.version desc limit 1) v on true
  join people o on o.id = v.owner_id
  left join processes p on p.id = w.process_id`

/** The watch list, the worst first; `due` asks only for what should have been looked at by `on`. Refuses `not_found`, `role_not_allowed`. */
export async function listWatchItems(
  db: Db,
  actor: Actor,
  { fundId, on, due = false, closed = false }: { fundId: string; on: string; due?: boolean; closed?: boolean },
): Promise<WatchItemTold[]> {
  await fundById(db, fundId)
  requireRole(actor, fundId, WATCH_READERS)
  const found = await rows<WatchItemTold & { fundId: string }>(
    db,
    `${ITEM} where w.fund_id = :fundId and ${SEEN} and (:closed or not v.closed) and (not :due or (not v.closed and v.review_on <= cast(:on as date)))
      order by v.closed, array_position(array['critical', 'high', 'medium', 'low'], v.severity), v.review_on, w.id`,
    { fundId, on, due, closed, ...asking(actor, fundId) },
  )
  return found.map((item) => told(item, on))
}

/** An item with everything that was thought of it, the latest first. Refuses `not_found`, `role_not_allowed`. */
export async function readWatchItem(
  db: Db,
  actor: Actor,
  { watchItemId, on }: { watchItemId: string; on: string },
): Promise<WatchItemTold & { fundId: string; history: WatchVersionTold[] }> {
  const place = await row<{ fund_id: string }>(db, `select fund_id from watch_items where id = :watchItemId`, {
    watchItemId,
  })
  if (!place) throw new Refusal('not_found')
  requireRole(actor, place.fund_id, WATCH_READERS)
  const item = await row<WatchItemTold & { fundId: string }>(db, `${ITEM} where w.id = :watchItemId and ${SEEN}`, {
    watchItemId,
    ...asking(actor, place.fund_id),
  })
  if (!item) throw new Refusal('not_found')
  if (item.process) await mustSeeProcess(db, actor, item.process.id, 'process')
  const history = await rows<WatchVersionTold>(
    db,
    `select v.version, v.phase, v.signal, v.severity, v.review_on as "reviewOn", v.closed, v.note, o.name as owner, c.name as "changedBy",
            v.changed_at as "changedAt"
       from watch_item_versions v join people o on o.id = v.owner_id join people c on c.id = v.changed_by
      where v.watch_item_id = :watchItemId order by v.version desc`,
    { watchItemId },
  )
  return { ...told(item, on), fundId: item.fundId, history }
}

/** Who asks, and whether as an advisor, who reads every plan that is not confidential (`PLAN_READERS`). */
function asking(actor: Actor, fundId: string) {
  return { ...seenBy(actor, fundId), advises: holdsRole(actor, fundId, ['advisor']) }
}

function told<Item extends WatchItemTold>(item: Item, on: string): Item {
  return { ...item, dueForReview: isDueForReview(item, on) }
}

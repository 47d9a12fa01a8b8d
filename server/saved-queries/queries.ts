import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { FORM, keyAfter, momentText } from '../ledger/as-of.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'

/** Who works with saved queries and samples. */
export const AUDITING: readonly Role[] = ['auditor', 'controller']

export type SavedQuery = {
  id: string
  fundId: string
  version: number
  name: string
  query: string
  shared: boolean
  withdrawn: boolean
  owner: { id: string; name: string }
  savedAt: string
}

type SavedRow = Omit<SavedQuery, 'owner'> & { ownerId: string; ownerName: string }

const SAVED = `q.id, q.fund_id as "fundId", v.version, v.name, v.query, v.shared, v.withdrawn, n.id as "ownerId", n.name as "ownerName",
  ${momentText('v.saved_at')} as "savedAt"
  from saved_queries q join people n on n.id = q.owner_id join saved_query_versions v on v.query_id = q.id`
const IN_FORCE = `v.version = (select max(version) from saved_query_versions l where l.query_id = q.id)`

/** One's own and those that others share, as they are in force, the latest first; one more than `limit`. */
export async function listSavedQueries(
  db: Db,
  actor: Actor,
  { fundId, limit, after }: { fundId: string; limit: number; after?: string },
): Promise<SavedQuery[]> {
  const [before] = keyAfter(after, [FORM.text]) ?? ['sqy_~']
  const found = await rows<SavedRow>(
    db,
    `select ${SAVED} where q.fund_id = :fundId and q.id < :before and ${IN_FORCE} and not v.withdrawn
        and (v.shared or q.owner_id = :personId) order by q.id desc limit :most`,
    { fundId, before: before!, personId: actor.personId, most: limit + 1 },
  )
  return found.map(savedTold)
}

/** A saved query in force, or one of its versions. Refuses `not_found` also where it is another's and not shared. */
export async function readSavedQuery(db: Db, actor: Actor, id: string, version?: number): Promise<SavedQuery> {
  const found = await row<SavedRow>(db, `select ${SAVED} where q.id = :id and ${IN_FORCE}`, { id })
  if (!found) throw new Refusal('not_found')
  requireRole(actor, found.fundId, AUDITING)
  if (!found.shared && found.ownerId !== actor.personId) throw new Refusal('not_found')
  if (version === undefined || version === found.version) return savedTold(found)
  const then = await row<SavedRow>(db, `select ${SAVED} where q.id = :id and v.version = cast(:version as int)`, {
    id,
    version,
  })
  // What was not shared then is not shared by what came later.
  if (!then || (!then.shared && then.ownerId !== actor.personId)) throw new Refusal('not_found')
  return savedTold(then)
}

/** All versions that this person may see, the first first. */
export async function versionsOf(db: Db, actor: Actor, id: string): Promise<SavedQuery[]> {
  const found = await rows<SavedRow>(
    db,
    `select ${SAVED} where q.id = :id and (v.shared or q.owner_id = :personId) order by v.version`,
    { id, personId: actor.personId },
  )
  return found.map(savedTold)
}

function savedTold({ ownerId, ownerName, ...found }: SavedRow): SavedQuery {
  return { ...found, owner: { id: ownerId, name: ownerName } }
}

import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'

/**
 * Nobody is sent twice on one day. What holds an expert is a deployment of a request that was submitted and has not come to nothing,
 * and one that was begun, to its last day or the day on which it ended; a draft holds nobody. The database refuses the same
 * (`expert_double_booked`), whoever comes at the same time.
 *
 * Refuses `expert_double_booked` with the days on which the expert is held.
 */
export async function mustBeFree(
  db: Db,
  { expertId, startsOn, endsOn }: { expertId: string; startsOn: string; endsOn: string },
): Promise<void> {
  const held = await row<{ from: string; until: string }>(
    db,
    `select starts_on as "from", held_until as until from deployments
      where expert_id = :expertId and starts_on <= :endsOn and held_until >= :startsOn order by starts_on limit 1`,
    { expertId, startsOn, endsOn },
  )
  if (held) throw new Refusal('expert_double_booked', { expertId, from: held.from, until: held.until })
}

/** As `mustBeFree`, for all whom a request is about to send. */
export async function allMustBeFree(db: Db, requestId: string): Promise<void> {
  const [held] = await rows<{ expertId: string; from: string; until: string }>(
    db,
    `select d.expert_id as "expertId", h.starts_on as "from", h.held_until as until
       from deployments d
       join deployments h on h.expert_id = d.expert_id and h.id <> d.id and h.starts_on <= d.ends_on and h.held_until >= d.starts_on
      where d.request_id = :requestId order by h.starts_on limit 1`,
    { requestId },
  )
  if (held) throw new Refusal('expert_double_booked', held)
  const [twice] = await rows<{ expertId: string; from: string; until: string }>(
    db,
    `select d.expert_id as "expertId", o.starts_on as "from", o.ends_on as until
       from deployments d join deployments o on o.request_id = d.request_id and o.expert_id = d.expert_id and o.id < d.id
        and o.starts_on <= d.ends_on and o.ends_on >= d.starts_on
      where d.request_id = :requestId limit 1`,
    { requestId },
  )
  if (twice) throw new Refusal('expert_double_booked', twice)
}

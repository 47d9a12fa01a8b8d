import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { versionsOf, type VersionTold } from '../processes/queries.ts'
import { riskOn, type RiskLevel } from './policy.ts'

export type RatingTold = {
  number: number
  rating: RiskLevel
  validUntil: string
  reason: string
  by: { id: string; name: string }
  at: Date
}

export type EntityListed = {
  id: string
  name: string
  kind: string
  region: string
  country: string
  /** What the last rating counts as today; null where there is none. */
  risk: { counts: RiskLevel; rating: RiskLevel; validUntil: string } | null
}

/** The fund's entities by name, with the risk of each as it counts on that day. */
export async function listEntities(db: Db, fundId: string, on: string): Promise<EntityListed[]> {
  const found = await rows<Omit<EntityListed, 'risk'> & { rating: RiskLevel | null; validUntil: string | null }>(
    db,
    `select e.id, e.name, e.kind, e.region, e.country, k.rating, k.valid_until as "validUntil"
       from entities e left join lateral (select rating, valid_until from entity_ratings where entity_id = e.id order by number desc limit 1) k on true
      where e.fund_id = :fundId order by e.name, e.id`,
    { fundId },
  )
  return found.map(({ rating, validUntil, ...entity }) => ({
    ...entity,
    risk: rating && validUntil ? { counts: riskOn({ rating, validUntil }, on), rating, validUntil } : null,
  }))
}

export type EntityTold = EntityListed & {
  fundId: string
  version: number
  mandate: string
  contact: string
  ratings: RatingTold[]
  versions: VersionTold[]
}

/** An entity whole: what it is in all its versions, and every rating of its risk, the latest first. Refuses `not_found`. */
export async function readEntity(db: Db, entityId: string, on: string): Promise<EntityTold> {
  const entity = await row<Omit<EntityTold, 'ratings' | 'versions' | 'risk'>>(
    db,
    `select id, fund_id as "fundId", version, name, kind, region, country, mandate, contact from entities where id = :entityId`,
    { entityId },
  )
  if (!entity) throw new Refusal('not_found')
  const ratings = await rows<RatingTold>(
    db,
    `select k.number, k.rating, k.valid_until as "validUntil", k.reason, json_build_object('id', n.id, 'name', n.name) as by, k.rated_at as at
       from entity_ratings k join people n on n.id = k.rated_by where k.entity_id = :entityId order by k.number desc`,
    { entityId },
  )
  const [last] = ratings
  const risk = last ? { counts: riskOn(last, on), rating: last.rating, validUntil: last.validUntil } : null
  return { ...entity, risk, ratings, versions: await versionsOf(db, 'entity', entityId) }
}

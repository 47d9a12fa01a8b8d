import { rows, type Db } from '../../db/connect.ts'
import { fundById } from '../funds/open.ts'
import { minorText, type MoneyText } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { listPlans, type PlanListed } from '../plans/queries.ts'
import { listWatchItems, type WatchItemTold } from '../watch/queries.ts'
import { readinessOf, type Readiness } from './policy.ts'

/** So many open plans are looked at; a fund has a few for each region. */
const MOST_PLANS = 1000

export type EarmarkedTold = {
  region: string
  contributionId: string
  code: string
  donor: string
  level: string
  available: MoneyText
}

/**
 * What is watched, planned, set aside, still missing and out of date, region by region, and what donors have given for regions.
 * Refuses `not_found`, `role_not_allowed`.
 */
export async function readReadiness(
  db: Db,
  actor: Actor,
  { fundId, on }: { fundId: string; on: string },
): Promise<Readiness<PlanListed, WatchItemTold, EarmarkedTold>[]> {
  const fund = await fundById(db, fundId)
  requireRole(actor, fundId, READERS)
  const plans = await listPlans(db, actor, { fundId, on, status: 'open', limit: MOST_PLANS })
  const watched = await listWatchItems(db, actor, { fundId, on })
  const earmarked = await earmarkedTo(db, fund)
  return readinessOf({ plans, watched, earmarked }, fund.currency)
}

/**
 * What is available under earmarks that name regions, once for each of them; where only countries are named, under the region in which
 * the fund knows the country, or under its own name where it does not.
 */
async function earmarkedTo(db: Db, fund: { id: string; currency: string }): Promise<EarmarkedTold[]> {
  const found = await rows<Omit<EarmarkedTold, 'available'> & { available: string }>(
    db,
    `with given as (
       select c.id, c.fund_id, c.code, c.donor_id, c.earmark, b.amount as available
         from contributions c join accounts a on a.contribution_id = c.id and a.stage = 'available' join balances b on b.account_id = a.id
        where c.fund_id = :fundId and b.amount > 0)
     select distinct r.region, g.id as "contributionId", g.code, d.name as donor, g.earmark ->> 'level' as level, g.available
       from given g
       join donors d on d.id = g.donor_id
       cross join lateral (
         select jsonb_array_elements_text(coalesce(g.earmark -> 'regions', '[]')) as region
         union
         select coalesce((select p.region from processes p where p.fund_id = g.fund_id and p.country = n.country order by p.id limit 1),
                         (select w.region from watch_items w where w.fund_id = g.fund_id and w.country = n.country order by w.id limit 1), n.country)
           from jsonb_array_elements_text(coalesce(g.earmark -> 'countries', '[]')) n (country)
          where jsonb_array_length(coalesce(g.earmark -> 'regions', '[]')) = 0) r
      order by r.region, g.code`,
    { fundId: fund.id },
  )
  return found.map((one) => ({ ...one, available: minorText(one.available, fund.currency) }))
}

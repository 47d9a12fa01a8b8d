import { row, rows, type Db } from '../../db/connect.ts'
import { fromMinorUnits, subtract, sum, type Money } from '../money.ts'
import { conditionsOn, type Condition } from './policy.ts'

export type LoadedTranche = { number: number; amount: Money; released: boolean }

/** The tranches of a request, and what of those that were released no payment has a claim on; undefined where it has no plan of any. */
export async function tranchesAndLeft(
  db: Db,
  { id, currency }: { id: string; currency: string },
): Promise<{ tranches: LoadedTranche[]; left: Money } | undefined> {
  const plan = await row<{ claimed: string }>(
    db,
    `select (select coalesce(sum(p.amount), 0) from payments p
              where p.request_id = t.request_id and p.category = 'grants' and p.status <> 'cancelled')::text as claimed
       from tranche_plans t where t.request_id = :id`,
    { id },
  )
  if (!plan) return undefined
  const found = await rows<{ number: number; amount: string; released: boolean }>(
    db,
    `select t.number, t.amount, r.number is not null as released
       from tranches t left join tranche_releases r using (request_id, number) where t.request_id = :id order by t.number`,
    { id },
  )
  const tranches = found.map((one) => ({ ...one, amount: fromMinorUnits(one.amount, currency) }))
  const released = tranches.filter((one) => one.released).map(({ amount }) => amount)
  return { tranches, left: subtract(sum(released, currency), fromMinorUnits(plan.claimed, currency)) }
}

/** The conditions of the request's next tranche as they stand on a day, each with its figures. */
export async function conditionsNow(
  db: Db,
  { id, currency }: { id: string; currency: string },
  on: string,
): Promise<Condition[]> {
  const found = await row<{
    received: string
    accepted: string
    needed: string
    blocking: number
    worstDays: number | null
    rating: string | null
    validUntil: string | null
  }>(
    db,
    `select received, accepted, needed, blocking, worst_days as "worstDays", rating, valid_until as "validUntil"
       from tranche_conditions(:id, :on)`,
    { id, on },
  )
  const { received, accepted, needed, ...rest } = found!
  const told = (units: string) => fromMinorUnits(units, currency)
  return conditionsOn(on, { ...rest, received: told(received), accepted: told(accepted), needed: told(needed) })
}

import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { riskOn, type Rating, type Risk } from '../requests/policy.ts'
import { accountsOf, type PayeeAccount } from './accounts.ts'

type Who = { id: string; name: string }

export type PayeeTold = {
  id: string
  fundId: string
  /** In its own script. */
  name: string
  /** Null where it was registered before anybody was asked how the name reads in Latin letters. */
  latinName: string | null
  kind: string
  country: string
  registration: { number: string; registry: string; country: string } | null
  aliases: { name: string; latinName: string }[]
  recordedBy: Who
  /** Of the bank details that money goes to; null until a second person has confirmed any. */
  verifiedBy: Who | null
  /** Every version of the bank details, the last first. */
  accounts: PayeeAccount[]
}

/** A payee with its names and every version of its bank details, for those who check them. Refuses `not_found`. */
export async function readPayee(db: Db, payeeId: string): Promise<PayeeTold> {
  const found = await row<Omit<PayeeTold, 'accounts' | 'verifiedBy'>>(
    db,
    `select p.id, p.fund_id as "fundId", p.name, p.latin_name as "latinName", p.kind, p.country,
            case when p.registry is not null
                 then json_build_object('number', p.registration_number, 'registry', p.registry, 'country', p.registration_country) end as registration,
            (select coalesce(json_agg(json_build_object('name', a.name, 'latinName', a.latin_name) order by a.recorded_at, a.name), '[]')
               from payee_aliases a where a.payee_id = p.id) as aliases,
            json_build_object('id', r.id, 'name', r.name) as "recordedBy"
       from payees p join people r on r.id = p.recorded_by
      where p.id = :payeeId`,
    { payeeId },
  )
  if (!found) throw new Refusal('not_found')
  const accounts = await accountsOf(db, payeeId)
  return { ...found, verifiedBy: accounts.find(({ state }) => state === 'in_force')?.verifiedBy ?? null, accounts }
}

/** How risky it is to pay this payee on a day, by its last rating. */
export async function riskOfPayee(db: Db, payeeId: string, on: string): Promise<Risk> {
  const last = await row<{ rating: Rating; validUntil: string }>(
    db,
    `select rating, valid_until as "validUntil" from payee_ratings where payee_id = :payeeId order by number desc limit 1`,
    { payeeId },
  )
  return riskOn(last, on)
}

export type RatingTold = {
  number: number
  rating: Rating
  reason: string
  validUntil: string
  ratedBy: { id: string; name: string }
  ratedAt: Date
}

/** Every rating of a payee, the last first. */
export function ratingsOf(db: Db, payeeId: string): Promise<RatingTold[]> {
  return rows(
    db,
    `select g.number, g.rating, g.reason, g.valid_until as "validUntil", json_build_object('id', p.id, 'name', p.name) as "ratedBy",
            g.rated_at as "ratedAt"
       from payee_ratings g join people p on p.id = g.rated_by where g.payee_id = :payeeId order by g.number desc`,
    { payeeId },
  )
}

import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { riskOn, type Rating, type Risk } from '../requests/policy.ts'

type Who = { id: string; name: string }

export type PayeeTold = {
  id: string
  fundId: string
  name: string
  kind: string
  country: string
  bankDetails: string
  recordedBy: Who
  /** Null until a second person has confirmed it. */
  verifiedBy: Who | null
}

/** A payee with the bank details that money goes to, for those who check them. Refuses `not_found`. */
export async function readPayee(db: Db, payeeId: string): Promise<PayeeTold> {
  const found = await row<PayeeTold>(
    db,
    `select p.id, p.fund_id as "fundId", p.name, p.kind, p.country, p.bank_details as "bankDetails",
            json_build_object('id', r.id, 'name', r.name) as "recordedBy",
            case when w.id is not null then json_build_object('id', w.id, 'name', w.name) end as "verifiedBy"
       from payees p join people r on r.id = p.recorded_by
       left join payee_verifications v on v.payee_id = p.id left join people w on w.id = v.verified_by
      where p.id = :payeeId`,
    { payeeId },
  )
  if (!found) throw new Refusal('not_found')
  return found
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

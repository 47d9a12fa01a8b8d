import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { riskOn, type Rating, type Risk } from '../requests/policy.ts'

/**
 * Rates how risky it is to pay a payee, until a day. Ratings are never changed, only followed: the last one holds. Where approvals are
 * asked for, a risk can only add steps.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but compliance officers, `service_account_decides_nothing`, `tied_to_payee`,
 * `dates_out_of_order` when the day is over.
 */
export async function ratePayee(
  trx: Trx,
  actor: Actor,
  { payeeId, rating, reason, validUntil }: { payeeId: string; rating: Rating; reason: string; validUntil: string },
): Promise<{ payeeId: string; number: number; rating: Rating; validUntil: string }> {
  const payee = await row<{ fundId: string }>(trx, `select fund_id as "fundId" from payees where id = :payeeId`, {
    payeeId,
  })
  if (!payee) throw new Refusal('not_found')
  requireRole(actor, payee.fundId, ['compliance_officer'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (await trx('ties').where({ payee_id: payeeId, person_id: actor.personId }).first('payee_id'))
    throw new Refusal('tied_to_payee')
  if (validUntil < dayOf(actor.act.at))
    throw new Refusal('dates_out_of_order', { field: 'validUntil', notBefore: dayOf(actor.act.at) })

  // A payee's row never changes and cannot be locked for change, so its id is.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [`rating ${payeeId}`])
  const before = await row<{ last: number }>(
    trx,
    `select coalesce(max(number), 0) as last from payee_ratings where payee_id = :payeeId`,
    { payeeId },
  )
  const number = before!.last + 1
  await trx('payee_ratings').insert({
    fund_id: payee.fundId,
    payee_id: payeeId,
    number,
    rating,
    reason,
    valid_until: validUntil,
    rated_by: actor.personId,
    person_kind: actor.kind,
    rated_at: trx.fn.now(),
    act_id: actor.act.id,
  })
  return { payeeId, number, rating, validUntil }
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

import { rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { FORM, keyAfter, momentText } from './as-of.ts'
import type { Page } from './queries.ts'

/**
 * Closes a month of a fund's books for good: entries for it that are being written are waited for, later ones are refused
 * `period_closed`. `month` is `YYYY-MM`.
 *
 * Refuses `role_not_allowed`, `date_in_future` for a month that is not over (UTC), and `already_exists`.
 */
export async function closePeriod(
  trx: Trx,
  actor: Actor,
  { fundId, month }: { fundId: string; month: string },
): Promise<{ month: string }> {
  requireRole(actor, fundId, ['controller'])
  if (month >= new Date().toISOString().slice(0, 7)) throw new Refusal('date_in_future', { field: 'month' })
  await trx
    .raw(`select close_period(?, ?, ?)`, [fundId, `${month}-01`, actor.act.id])
    .catch((error: { constraint?: string }) => {
      if (error.constraint === 'period_closed_already') throw new Refusal('already_exists', { field: 'month' })
      throw error
    })
  return { month }
}

export type ClosedPeriod = { month: string; closedAt: string; closedBy: { id: string; name: string } | null }

/** Closed months, the latest first; one more than `limit`. */
export async function closedPeriods(db: Db, fundId: string, { limit, after }: Page): Promise<ClosedPeriod[]> {
  const [before] = keyAfter(after, [(part) => FORM.day(`${part}-01`)]) ?? []
  const found = await rows<{ month: string; closedAt: string; id: string | null; name: string | null }>(
    db,
    `select to_char(c.month, 'YYYY-MM') as month, ${momentText('c.closed_at')} as "closedAt", n.id, n.name
       from closed_periods c join acts t on t.id = c.act_id left join people n on n.id = t.person_id
      where c.fund_id = :fundId and c.month < cast(:before as date)
      order by c.month desc limit :most`,
    { fundId, before: before ? `${before}-01` : 'infinity', most: limit + 1 },
  )
  return found.map(({ id, name, ...one }) => ({ ...one, closedBy: id === null ? null : { id, name: name! } }))
}

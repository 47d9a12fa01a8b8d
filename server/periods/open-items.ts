import { rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { momentText } from '../ledger/as-of.ts'
import { minorText, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { PeriodRef } from './load.ts'
import { lastDayOf } from './policy.ts'

/** Something that stays open when a month is closed, and what was last said of it. */
export type OpenItem = {
  id: string
  reference: string
  on: string
  amount: MoneyText
  explanation: Explanation | null
}
export type Explanation = { text: string; by: { id: string; name: string }; at: string }

type Found = Omit<OpenItem, 'amount'> & { amount: string; currency: string }

const LAST_EXPLANATION = (item: string) => `(
  select json_build_object('text', x.explanation, 'by', json_build_object('id', n.id, 'name', n.name), 'at', ${momentText('x.explained_at')})
    from explanations x join people n on n.id = x.explained_by where x.item_id = ${item} order by x.id desc limit 1) as explanation`

/** Receipts of a month of which something is still not identified. */
export function unappliedReceipts(db: Db, fundId: string, month: string): Promise<OpenItem[]> {
  return openItems(
    db,
    `select r.id, r.reference, r.received_on as "on", o.amount::text, b.currency, ${LAST_EXPLANATION('r.id')}
       from receipts r join bank_accounts b on b.id = r.bank_account_id
       cross join lateral (select r.bank_value + r.bank_charge - coalesce(sum(a.value), 0) as amount
                             from receipt_applications a where a.receipt_id = r.id) o
      where r.fund_id = :fundId and r.received_on between cast(:from as date) and cast(:to as date) and o.amount > 0
      order by r.received_on, r.id`,
    { fundId, month },
  )
}

/** Payments released up to the end of a month that have not been seen on a statement since. */
export function paymentsInTransit(db: Db, fundId: string, month: string): Promise<OpenItem[]> {
  return openItems(
    db,
    `select p.id, p.code as reference, s.day::text as "on", p.instructed::text as amount, b.currency, ${LAST_EXPLANATION('p.id')}
       from payments p join bank_accounts b on b.id = p.bank_account_id
       cross join lateral (select max((l.released_at at time zone 'utc')::date) as day from releases l where l.payment_id = p.id) s
      where p.fund_id = :fundId and p.status = 'released' and s.day <= cast(:to as date)
      order by s.day, p.id`,
    { fundId, month },
  )
}

async function openItems(db: Db, sql: string, { fundId, month }: PeriodRef): Promise<OpenItem[]> {
  const found = await rows<Found>(db, sql, { fundId, from: `${month}-01`, to: lastDayOf(month) })
  return found.map(({ id, reference, on, amount, currency, explanation }) => ({
    ...{ id, reference, on },
    amount: minorText(amount, currency),
    explanation,
  }))
}

/**
 * Keeps what somebody says of a receipt or a payment that stays open when a month is closed, with their name.
 *
 * Refuses `not_found` also for what is not open in that month, and `role_not_allowed`.
 */
export async function explainItem(
  trx: Trx,
  actor: Actor,
  { fundId, month, itemId, explanation }: PeriodRef & { itemId: string; explanation: string },
): Promise<{ id: string; month: string; itemId: string; explanation: string }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, ['controller', 'treasurer', 'reconciler'])
  const open = [...(await unappliedReceipts(trx, fundId, month)), ...(await paymentsInTransit(trx, fundId, month))]
  if (!open.some((one) => one.id === itemId)) throw new Refusal('not_found', { field: 'itemId' })

  // From here on everything must succeed.
  const id = newId('explanation')
  await trx('explanations').insert({
    id,
    fund_id: fundId,
    item_id: itemId,
    explanation,
    explained_by: actor.personId,
    act_id: actor.act.id,
  })
  return { id, month, itemId, explanation }
}

import { rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorUnits, type Money } from '../money.ts'
import type { LoadedRequest } from '../requests/load.ts'
import type { Alike } from './policy.ts'

/** A certifier's word that a payment is not the same as others that look like it, and why. */
export type NotDuplicate = { readonly of: readonly string[]; readonly reason: string }

/**
 * Looks for payments of the same amount to the same payee, or to the same bank account under another name, within the days of the fund's
 * rule, and holds further ones of that amount back until this transaction ends, so that of ten at once nine see the first.
 * Gives what is to be kept of the certifier's word: the payments that do look alike.
 *
 * Refuses `looks_like_duplicate` with those payments, unless each of them is named in `notDuplicate`.
 */
export async function mustNotRepeat(
  trx: Trx,
  request: LoadedRequest,
  {
    accountId,
    amount,
    at,
    notDuplicate,
  }: { accountId: string; amount: Money; at: Date; notDuplicate: NotDuplicate | undefined },
): Promise<{ not_duplicate_of: string[]; not_duplicate_reason: string | null }> {
  const units = minorUnits(amount)
  await trx.raw(`select lock_payments_of(?, ?)`, [request.fundId, units])
  const alike = await paymentsAlike(trx, { ...request, payeeId: request.payeeId! }, { accountId, units, at })
  const named = notDuplicate?.of ?? []
  if (alike.some(({ id }) => !named.includes(id))) throw new Refusal('looks_like_duplicate', { payments: alike })
  return {
    not_duplicate_of: alike.map(({ id }) => id),
    not_duplicate_reason: alike.length > 0 ? notDuplicate!.reason : null,
  }
}

function paymentsAlike(
  db: Db,
  { fundId, payeeId }: { fundId: string; payeeId: string },
  { accountId, units, at }: { accountId: string; units: string; at: Date },
): Promise<Alike[]> {
  return rows(
    db,
    `select p.id, p.code, y.name as payee, p.status, (p.certified_at at time zone 'utc')::date::text as "certifiedOn"
       from payments_alike(:fundId, :payeeId, :accountId, :units, :at) as alike (id)
       join payments p on p.id = alike.id join payees y on y.id = p.payee_id order by p.id`,
    { fundId, payeeId, accountId, units, at },
  )
}

import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { reserveAvailable } from '../ledger/accounts.ts'
import { add, exceeds, fromMinorUnits, isNegative, moneyText, type Money } from '../money.ts'

/**
 * Where charges and exchange have taken more than the operating reserve holds, that much cash is missing, whatever the contributions'
 * stages say: it is kept free of whoever wants to take `amount` out of what is available. Call it with the funding locked.
 * Refuses `insufficient_funds`.
 */
export async function coverReserve(trx: Trx, fundId: string, amount: Money): Promise<void> {
  const found = await row<{ available: string; reserve: string }>(
    trx,
    `select coalesce(sum(b.amount) filter (where a.contribution_id is not null), 0)::text as available,
            coalesce(sum(b.amount) filter (where a.address = :reserve), 0)::text as reserve
       from accounts a join balances b on b.account_id = a.id where a.fund_id = :fundId and a.stage = 'available'`,
    { fundId, reserve: reserveAvailable(amount.currency).address },
  )
  const missing = fromMinorUnits(found!.reserve, amount.currency)
  if (!isNegative(missing)) return
  const free = add(fromMinorUnits(found!.available, amount.currency), missing)
  if (!exceeds(amount, free)) return
  throw new Refusal('insufficient_funds', {
    asked: moneyText(amount),
    available: moneyText(free),
    reserve: moneyText(missing),
  })
}

import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { cash, type BankAccountRef } from '../ledger/accounts.ts'
import { exceeds, fromMinorUnits, isPositive, moneyText, type Money } from '../money.ts'

/** What an account of the fund holds: in its currency, and the functional amount at which the books carry that. */
export type Holding = { readonly amount: Money; readonly carrying: Money }

/** Waits until nobody else decides on the cash of this account, and keeps others waiting until this transaction ends. */
export async function lockCash(trx: Trx, bankAccountId: string): Promise<void> {
  await trx.raw(`select lock_cash(?)`, [bankAccountId])
}

/**
 * What the account holds at the end of a day, where all of `part` could leave on it: neither then nor at the end of any day since may
 * it hold less. Where `part` is all that there is now, the carrying amount is all that there is now too, so that an empty account carries
 * nothing.
 *
 * Refuses `insufficient_cash`.
 */
export async function holdingFor(
  db: Db,
  { fund, bank, part, on }: { fund: { id: string; currency: string }; bank: BankAccountRef; part: Money; on: string },
): Promise<Holding> {
  const { address, currency } = cash(bank)
  const found = await row<Record<'amount' | 'functional' | 'least' | 'all' | 'allFunctional', string>>(
    db,
    `with days as (
       select p.occurred_on, sum(sum(p.amount)) over w as amount, sum(sum(p.functional)) over w as functional
         from accounts a join postings p on p.account_id = a.id
        where a.fund_id = :fundId and a.address = :address and a.currency = :currency
        group by p.occurred_on window w as (order by p.occurred_on)),
     that_day as (select amount, functional from days where occurred_on <= :on order by occurred_on desc limit 1),
     now as (select amount, functional from days order by occurred_on desc limit 1)
     select coalesce((select amount from that_day), 0)::text as amount, coalesce((select functional from that_day), 0)::text as functional,
            least(coalesce((select amount from that_day), 0), (select min(amount) from days where occurred_on > :on))::text as least,
            coalesce((select amount from now), 0)::text as "all", coalesce((select functional from now), 0)::text as "allFunctional"`,
    { fundId: fund.id, address, currency, on },
  )
  const least = fromMinorUnits(found!.least, currency)
  if (!isPositive(least) || exceeds(part, least)) throw new Refusal('insufficient_cash', { held: moneyText(least) })
  const emptied = fromMinorUnits(found!.all, currency).amount.equals(part.amount)
  return emptied
    ? { amount: part, carrying: fromMinorUnits(found!.allFunctional, fund.currency) }
    : { amount: fromMinorUnits(found!.amount, currency), carrying: fromMinorUnits(found!.functional, fund.currency) }
}

import { row, rows, type Db } from '../../db/connect.ts'
import { reserveAvailable } from '../ledger/accounts.ts'
import { boundsOf, WITHIN, type AsOf } from '../ledger/as-of.ts'
import { fromMinorUnits, isNegative, minorText, moneyText, type Money, type MoneyText } from '../money.ts'

type Fund = { readonly id: string; readonly currency: string }

export type ReserveTold = {
  balance: MoneyText
  /** Null while it is not below zero. */
  alert: { code: 'reserve_negative'; lacking: MoneyText; en: string; ar: string } | null
  /** What made it so, by the kind of entry: the amounts add up to the balance. */
  byKind: { kind: string; entries: number; amount: MoneyText }[]
}

/** What the operating reserve holds as of both axes of time, and what made it so. */
export async function readReserve(db: Db, fund: Fund, asOf: AsOf = {}): Promise<ReserveTold> {
  const found = await rows<{ kind: string; entries: number; amount: string }>(
    db,
    `select e.kind, count(distinct e.id)::int as entries, sum(p.amount)::text as amount
       from accounts a join postings p on p.account_id = a.id join entries e on e.id = p.entry_id
      where a.fund_id = :fundId and a.address = :address and ${WITHIN} group by e.kind order by e.kind`,
    { fundId: fund.id, address: reserveAvailable(fund.currency).address, ...boundsOf(asOf) },
  )
  const total = found.reduce((all, { amount }) => all + BigInt(amount), 0n)
  const balance = fromMinorUnits(total.toString(), fund.currency)
  return {
    balance: moneyText(balance),
    alert: alertOf(balance),
    byKind: found.map(({ amount, ...one }) => ({ ...one, amount: minorText(amount, fund.currency) })),
  }
}

/** The reserve as it stands, from its kept balance, with the alert where it is below zero. */
export async function reserveNow(db: Db, fund: Fund): Promise<Pick<ReserveTold, 'balance' | 'alert'>> {
  const balance = await heldOn(db, fund, reserveAvailable(fund.currency).address)
  return { balance: moneyText(balance), alert: alertOf(balance) }
}

/** The kept balance of a guarded account of the budget book; nothing where it was never opened. */
export async function heldOn(db: Db, fund: Fund, address: string): Promise<Money> {
  const found = await row<{ amount: string }>(
    db,
    `select b.amount from accounts a join balances b on b.account_id = a.id
      where a.fund_id = :fundId and a.address = :address and a.currency = :currency`,
    { fundId: fund.id, address, currency: fund.currency },
  )
  return fromMinorUnits(found?.amount ?? '0', fund.currency)
}

function alertOf(balance: Money): ReserveTold['alert'] {
  if (!isNegative(balance)) return null
  const lacking = moneyText({ ...balance, amount: balance.amount.abs() })
  const said = `${lacking.amount} ${lacking.currency}`
  return {
    code: 'reserve_negative',
    lacking,
    en: `Charges and exchange have taken ${said} more than the operating reserve holds. That much is kept free of new requests until it is replenished.`,
    ar: `أخذت العمولات وفروق الصرف من الاحتياطي التشغيلي أكثر مما فيه بمقدار ${said}. يُحجب هذا القدر عن الطلبات الجديدة إلى أن يُعوَّض.`,
  }
}

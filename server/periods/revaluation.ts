import { rows, type Db } from '../../db/connect.ts'
import type { Fund } from '../funds/open.ts'
import { momentText } from '../ledger/as-of.ts'
import { fromMinorUnits, minorText, moneyText, type MoneyText } from '../money.ts'
import { lastDayOf, revalue, type MonetaryItem } from './policy.ts'

/** A monetary item at a month's end, explained: what it is, what the books carry, the rate, what it is worth, and the difference. */
export type ItemTold = {
  address: string
  original: MoneyText
  carrying: MoneyText
  /** Units of the currency per unit of the fund's; null where the month has none, and then nothing can be said. */
  rate: string | null
  value: MoneyText | null
  difference: MoneyText | null
}

/** What is received, held or owed in money, whatever it will be worth: these accounts, where they are in another currency. */
const MONETARY = [
  'assets:cash:%',
  'assets:receivable:%',
  'assets:partner-refunds:%',
  'liabilities:payable:%',
  'liabilities:in-transit:%',
  'liabilities:unapplied:%',
  'liabilities:conditional:%',
  'liabilities:donor-refunds:%',
]

type Found = {
  address: string
  currency: string
  original: string
  carrying: string
  revalued: string
  rate: string | null
}

/** The fund's monetary items in other currencies as of the month's last day, each with its rate of that month. */
export async function monetaryItems(
  db: Db,
  fund: Pick<Fund, 'id' | 'currency'>,
  month: string,
): Promise<{ item: MonetaryItem; rate: string | null }[]> {
  const found = await rows<Found>(
    db,
    `select a.address, a.currency, s.original::text, s.carrying::text, s.revalued::text, trim_scale(r.units)::text as rate
       from accounts a
       cross join lateral (
         select sum(p.amount) as original, sum(p.functional) as carrying,
                coalesce(sum(p.functional) filter (where p.amount = 0 and p.occurred_on = cast(:on as date) and exists (
                  select from entries e where e.id = p.entry_id and e.kind = 'revaluation')), 0) as revalued
           from postings p where p.account_id = a.id and p.occurred_on <= cast(:on as date)) s
       left join rates_in_force r on r.fund_id = a.fund_id and r.currency = a.currency and r.month = cast(:month as date)
      where a.fund_id = :fundId and a.currency <> :currency and a.address like any (cast(:monetary as text[]))
        and (s.original <> 0 or s.revalued <> 0)
      order by a.address, a.currency`,
    { fundId: fund.id, currency: fund.currency, month: `${month}-01`, on: lastDayOf(month), monetary: MONETARY },
  )
  return found.map(({ address, currency, original, carrying, revalued, rate }) => ({
    item: {
      address,
      original: fromMinorUnits(original, currency),
      carrying: fromMinorUnits(carrying, fund.currency),
      revalued: fromMinorUnits(revalued, fund.currency),
    },
    rate,
  }))
}

/** The same, explained. What was posted is in `carrying`, so after a revaluation every difference is zero. */
export async function itemsOf(db: Db, fund: Pick<Fund, 'id' | 'currency'>, month: string): Promise<ItemTold[]> {
  return (await monetaryItems(db, fund, month)).map(({ item, rate }) => {
    const worth = revalue(item, rate)
    return {
      address: item.address,
      original: moneyText(item.original),
      carrying: moneyText(item.carrying),
      rate,
      value: worth ? moneyText(worth.value) : null,
      difference: worth ? moneyText(worth.difference) : null,
    }
  })
}

/** A revaluation that was posted, with its two entries. */
export type Revaluation = {
  id: string
  number: number
  by: { id: string; name: string }
  at: string
  entryId: string
  reversalId: string
  items: ItemTold[]
}

/** The revaluations of a month in the order in which they were posted, each item as it stood then. */
export async function revaluationsOf(
  db: Db,
  fund: Pick<Fund, 'id' | 'currency'>,
  month: string,
): Promise<Revaluation[]> {
  const posted = await rows<Omit<Revaluation, 'items'>>(
    db,
    `select v.id, v.number, json_build_object('id', n.id, 'name', n.name) as by, ${momentText('v.revalued_at')} as at,
            (select e.id from entries e where e.fund_id = v.fund_id and e.kind = 'revaluation' and e.source = v.id) as "entryId",
            (select e.id from entries e where e.fund_id = v.fund_id and e.kind = 'revaluation_reversed' and e.source = v.id) as "reversalId"
       from revaluations v join people n on n.id = v.revalued_by
      where v.fund_id = :fundId and v.month = cast(:month as date) order by v.number`,
    { fundId: fund.id, month: `${month}-01` },
  )
  const items = await rows<Omit<Found, 'revalued'> & { revaluation: string; value: string; difference: string }>(
    db,
    `select i.revaluation_id as revaluation, i.address, i.currency, i.original::text, i.carrying::text, trim_scale(i.rate)::text as rate,
            i.value::text, i.difference::text
       from revaluation_items i where i.revaluation_id = any(:ids) order by i.address, i.currency`,
    { ids: posted.map(({ id }) => id) },
  )
  const functional = (units: string) => minorText(units, fund.currency)
  return posted.map((one) => ({
    ...one,
    items: items
      .filter(({ revaluation }) => revaluation === one.id)
      .map(({ address, currency, original, carrying, rate, value, difference }) => ({
        ...{ address, rate },
        original: minorText(original, currency),
        carrying: functional(carrying),
        value: functional(value),
        difference: functional(difference),
      })),
  }))
}

import { rows, type Db } from '../../db/connect.ts'
import type { Column } from '../http/csv.ts'
import { minorText, type MoneyText } from '../money.ts'
import { asOfTold, BALANCES, boundsOf, WITHIN, type AsOf } from './as-of.ts'
import type { FundRef, Query } from './queries.ts'

/** An account with a balance, on the side on which it is: the other side is null. */
export type TrialLine = {
  address: string
  currency: string
  book: 'actual' | 'budget'
  debit: MoneyText | null
  credit: MoneyText | null
  functionalDebit: MoneyText | null
  functionalCredit: MoneyText | null
}

export type Sides = { debit: MoneyText; credit: MoneyText; difference: MoneyText }

export type TrialBalance = {
  asOf: ReturnType<typeof asOfTold>
  accounts: TrialLine[]
  /** Each book balances by itself, in every currency and in the fund's. */
  books: { book: 'actual' | 'budget'; functional: Sides; currencies: ({ currency: string } & Sides)[] }[]
  balanced: boolean
}

export type TrialRow = Pick<TrialLine, 'address' | 'currency' | 'book'> & { amount: string; functional: string }

/** `yearEnd: 'before'` leaves out the closing of the year in which `occurredOn` lies: what the year's income and expense were. */
export type TrialAsOf = AsOf & { readonly yearEnd?: 'before' | 'after' }

/** Every account that has a balance, in the order of their addresses. */
export function trialBalanceQuery(fund: FundRef, asOf: TrialAsOf): Query {
  const lastDay = asOf.occurredOn && asOf.yearEnd === 'before' ? `${asOf.occurredOn.slice(0, 4)}-12-31` : undefined
  return {
    sql: `select a.address, a.currency, a.book, s.amount::text, s.functional::text
            from (select m.account_id, sum(m.amount) as amount, sum(m.functional) as functional
                    from (select b.account_id, b.amount, b.functional
                            from ${BALANCES('array(select id from accounts where fund_id = :fundId)')} b
                          ${lastDay ? `union all ${CLOSING_TAKEN_BACK}` : ''}) m
                   group by m.account_id) s
            join accounts a on a.id = s.account_id
           where s.amount <> 0 or s.functional <> 0
           order by a.address, a.currency`,
    bindings: { fundId: fund.id, ...boundsOf(asOf), ...(lastDay ? { lastDay } : {}) },
  }
}

const CLOSING_TAKEN_BACK = `select p.account_id, -p.amount, -p.functional from entries e join postings p on p.entry_id = e.id
  where e.fund_id = :fundId and e.kind = 'year_closed' and e.occurred_on = cast(:lastDay as date) and ${WITHIN}`

/** The trial balance: every account on its side, and the totals of each book, whose differences must be zero. */
export async function trialBalance(db: Db, fund: FundRef, asOf: TrialAsOf): Promise<TrialBalance> {
  const { sql, bindings } = trialBalanceQuery(fund, asOf)
  const found = await rows<TrialRow>(db, sql, bindings)
  const books = (['actual', 'budget'] as const).map((book) => {
    const ofBook = found.filter((one) => one.book === book)
    const currencies = [...new Set(ofBook.map((one) => one.currency))].sort().map((currency) => ({
      currency,
      ...sidesOf(
        ofBook.filter((one) => one.currency === currency).map((one) => one.amount),
        currency,
      ),
    }))
    const functional = sidesOf(
      ofBook.map((one) => one.functional),
      fund.currency,
    )
    return { book, functional, currencies }
  })
  const isEven = ({ debit, credit }: Sides) => debit.amount === credit.amount
  return {
    asOf: asOfTold(asOf),
    accounts: found.map((one) => trialLine(one, fund)),
    books,
    balanced: books.every((one) => isEven(one.functional) && one.currencies.every(isEven)),
  }
}

export function trialLine({ amount, functional, ...account }: TrialRow, fund: FundRef): TrialLine {
  const on = (side: 'debit' | 'credit', units: string, currency: string) =>
    units === '0' || units.startsWith('-') !== (side === 'credit') ? null : minorText(units.replace('-', ''), currency)
  return {
    ...account,
    debit: on('debit', amount, account.currency),
    credit: on('credit', amount, account.currency),
    functionalDebit: on('debit', functional, fund.currency),
    functionalCredit: on('credit', functional, fund.currency),
  }
}

export const TRIAL_COLUMNS: readonly Column<TrialLine>[] = [
  { heading: 'address', text: (one) => one.address },
  { heading: 'currency', text: (one) => one.currency },
  { heading: 'book', text: (one) => one.book },
  { heading: 'debit', figure: (one) => one.debit?.amount ?? null },
  { heading: 'credit', figure: (one) => one.credit?.amount ?? null },
  { heading: 'functional_debit', figure: (one) => one.functionalDebit?.amount ?? null },
  { heading: 'functional_credit', figure: (one) => one.functionalCredit?.amount ?? null },
]

function sidesOf(units: readonly string[], currency: string): Sides {
  let [debit, credit] = [0n, 0n]
  for (const one of units.map(BigInt)) {
    if (one > 0n) debit += one
    else credit -= one
  }
  const told = (sum: bigint) => minorText(sum.toString(), currency)
  return { debit: told(debit), credit: told(credit), difference: told(debit - credit) }
}

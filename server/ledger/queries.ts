import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Bindings, Column } from '../http/csv.ts'
import { minorText, type MoneyText } from '../money.ts'
import { BALANCES, boundsOf, FORM, KNOWN, keyAfter, momentText, type AsOf } from './as-of.ts'

/** What the ledger's accounts say, as of both axes of time. Debits positive. */

export type FundRef = { readonly id: string; readonly currency: string }

export type Query = { readonly sql: string; readonly bindings: Bindings }

export type Page = { readonly limit: number; readonly after?: string }

export type AccountBalance = {
  address: string
  currency: string
  book: 'actual' | 'budget'
  contributionId: string | null
  requestId: string | null
  openedAt: string
  balance: MoneyText
  functional: MoneyText
}

export type AccountRow = Omit<AccountBalance, 'balance' | 'functional'> & { amount: string; functional: string }

/** Accounts by the beginning of their address, each with its balance; one more than `limit`, without a limit all. */
export function accountsQuery(
  fund: FundRef,
  { prefix = '', after, limit, ...asOf }: AsOf & { prefix?: string; after?: string; limit?: number },
): Query {
  const [address, currency] = keyAfter(after, [FORM.text, FORM.text]) ?? ['', '']
  return {
    sql: `with asked as materialized (
            select a.* from accounts a
             where a.fund_id = :fundId and a.address like :beginning and (a.address, a.currency) > (:address, :currency)),
          page as materialized (
            select a.* from asked a join ${KNOWN('array(select id from asked)')} k on k.account_id = a.id
             order by a.address, a.currency ${limit === undefined ? '' : 'limit :most'})
          select ${ACCOUNT}
            from page a left join ${BALANCES('array(select id from page)')} s on s.account_id = a.id
           order by a.address, a.currency`,
    bindings: {
      fundId: fund.id,
      beginning: `${prefix.replaceAll(/[\\%_]/g, '\\$&')}%`,
      address: address!,
      currency: currency!,
      most: (limit ?? 0) + 1,
      ...boundsOf(asOf),
    },
  }
}

// What is told of an account `a` with its balance `s`.
const ACCOUNT = `a.address, a.currency, a.book, a.contribution_id as "contributionId", a.request_id as "requestId",
  ${momentText('a.opened_at')} as "openedAt", coalesce(s.amount, 0)::text as amount, coalesce(s.functional, 0)::text as functional`

export function accountTold({ amount, functional, ...account }: AccountRow, fund: FundRef): AccountBalance {
  return {
    ...account,
    balance: minorText(amount, account.currency),
    functional: minorText(functional, fund.currency),
  }
}

export const ACCOUNT_COLUMNS: readonly Column<AccountBalance>[] = [
  { heading: 'address', text: (one) => one.address },
  { heading: 'currency', text: (one) => one.currency },
  { heading: 'book', text: (one) => one.book },
  { heading: 'contribution_id', text: (one) => one.contributionId },
  { heading: 'request_id', text: (one) => one.requestId },
  { heading: 'opened_at', figure: (one) => one.openedAt },
  { heading: 'balance', figure: (one) => one.balance.amount },
  { heading: 'functional', figure: (one) => one.functional.amount },
  { heading: 'functional_currency', text: (one) => one.functional.currency },
]

/** A page of accounts, one more than `limit`. */
export async function listAccounts(
  db: Db,
  fund: FundRef,
  filter: AsOf & Page & { prefix?: string },
): Promise<AccountBalance[]> {
  const { sql, bindings } = accountsQuery(fund, filter)
  return (await rows<AccountRow>(db, sql, bindings)).map((one) => accountTold(one, fund))
}

/** The balance of one account. Refuses `not_found`. */
export async function accountBalance(
  db: Db,
  fund: FundRef,
  { address, currency, ...asOf }: AsOf & { address: string; currency: string },
): Promise<AccountBalance> {
  const found = await row<AccountRow>(
    db,
    `select ${ACCOUNT}
       from accounts a left join lateral ${BALANCES('array[a.id]')} s on true
      where a.fund_id = :fundId and a.address = :address and a.currency = :currency`,
    { fundId: fund.id, address, currency, ...boundsOf(asOf) },
  )
  if (!found) throw new Refusal('not_found')
  return accountTold(found, fund)
}

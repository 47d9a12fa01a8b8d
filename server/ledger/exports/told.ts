import { row, type Db } from '../../../db/connect.ts'
import { streamOf } from '../../http/csv.ts'
import { EVERYTHING } from '../query-text.ts'
import { entriesQuery, type EntryRow } from '../entries.ts'
import { accountsQuery, type AccountRow } from '../queries.ts'
import type { Manifest } from '../verify/manifest.ts'

/** What is exported: the ledger of a fund as it is under the seals up to `position`, 0 for nothing. */
export type Asked = { readonly fund: Manifest['fund']; readonly position: number }

export type Book = 'actual' | 'budget'

export type Posting = EntryRow['postings'][number]

/** One book's half of an entry, which sums to zero by itself. */
export type Transaction = Omit<EntryRow, 'postings'> & { readonly book: Book; readonly postings: readonly Posting[] }

/**
 * Entries in the order of value date, each as one transaction for each book that it moves, so that another program's own check of a
 * transaction is a check of the book. Read as fast as they are taken. Amounts are whole minor units.
 */
export async function* transactions(
  db: Db,
  { fund, position }: Asked,
  books: readonly Book[] = BOOKS,
): AsyncGenerator<Transaction> {
  const { sql, bindings } = entriesQuery(fund, { query: EVERYTHING, position })
  for await (const entry of streamOf(db, sql, bindings) as unknown as AsyncIterable<EntryRow>) {
    for (const book of books) {
      const postings = entry.postings.filter(({ address }) => bookOf(address) === book)
      if (postings.length > 0) yield { ...entry, book, postings }
    }
  }
}

export const BOOKS: readonly Book[] = ['actual', 'budget']

export const bookOf = (address: string): Book => (address.startsWith('budget:') ? 'budget' : 'actual')

/** Every account that has a posting, with its balance; in the order of address and currency. */
export async function* accountsAt(db: Db, { fund, position }: Asked): AsyncGenerator<AccountRow> {
  const { sql, bindings } = accountsQuery(fund, { position })
  yield* streamOf(db, sql, bindings) as unknown as AsyncIterable<AccountRow>
}

/** The first and the last value date; nothing where there is no entry. */
export async function daysOf(db: Db, { fund, position }: Asked): Promise<{ first: string; last: string } | undefined> {
  const found = await row<{ first: string | null; last: string }>(
    db,
    `select min(e.occurred_on) as first, max(e.occurred_on) as last
       from sealed_entries x join entries e on e.id = x.entry_id where x.fund_id = :fundId and x.seal <= cast(:position as int)`,
    { fundId: fund.id, position },
  )
  return found?.first == null ? undefined : { first: found.first, last: found.last }
}

/** In which currency amounts are told: each account's own, or the fund's. */
export type In = 'original' | 'functional'

type Units = { readonly units: string; readonly currency: string }

/** What a posting is in the currency asked for, and in the other where that says something else. */
export function amountsIn(
  amounts: In,
  { amount, currency, functional }: Posting,
  fundCurrency: string,
): { here: Units; other: (Units & { name: In }) | undefined } {
  const told = { original: { units: amount, currency }, functional: { units: functional, currency: fundCurrency } }
  const name = amounts === 'original' ? 'functional' : 'original'
  const isSame = currency === fundCurrency && amount === functional
  return { here: told[amounts], other: isSame ? undefined : { ...told[name], name } }
}

/** The balance of every account, in the order of their addresses: in each of its currencies, or once in the fund's. */
export async function* balancesIn(db: Db, asked: Asked & { amounts: In }): AsyncGenerator<Units & { address: string }> {
  let sum: { address: string; units: bigint } | undefined
  const told = () => ({ address: sum!.address, units: `${sum!.units}`, currency: asked.fund.currency })
  for await (const { address, currency, amount, functional } of accountsAt(db, asked)) {
    if (asked.amounts === 'original') {
      yield { address, units: amount, currency }
      continue
    }
    if (sum && sum.address !== address) yield told()
    sum = { address, units: (sum?.address === address ? sum.units : 0n) + BigInt(functional) }
  }
  if (sum) yield told()
}

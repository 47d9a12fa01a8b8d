import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { momentText } from '../ledger/as-of.ts'
import type { Posting } from '../ledger/post.ts'
import { fromMinorUnits, subtract, type Money } from '../money.ts'

/** An entry to be corrected, as what it is in substance: an entry of an earlier correction is of the kind of what it is about. */
export type Wrong = {
  readonly id: string
  /** The entry with which it began, where it is an entry of a correction; else itself. */
  readonly original: string
  readonly fund: { readonly id: string; readonly currency: string }
  readonly kind: string
  readonly source: string
  /** It is the mirror of something. */
  readonly takesBack: boolean
  readonly valueOn: string
  /** The day on which it stands in the books, which may be another where the month of its value date was closed. */
  readonly occurredOn: string
  readonly recordedAt: string
  readonly memo: string
  readonly postings: readonly Posting[]
}

const LARGEST = 9_223_372_036_854_775_807n

/** The entry with its postings. Refuses `not_found`. */
export async function wrongEntry(db: Db, fund: { id: string; currency: string }, entryId: string): Promise<Wrong> {
  if (!/^[1-9]\d{0,18}$/.test(entryId) || BigInt(entryId) > LARGEST)
    throw new Refusal('not_found', { field: 'entryId' })
  const found = await row<Omit<Wrong, 'fund' | 'postings'>>(
    db,
    `select e.id, coalesce(t.original, e.id) as original, coalesce(t.kind, e.kind) as kind, coalesce(t.source, e.source) as source, coalesce(t.takes_back, false) as "takesBack",
            coalesce(t.value_on, e.occurred_on) as "valueOn", e.occurred_on as "occurredOn",
            ${momentText('e.recorded_at')} as "recordedAt", e.memo
       from entries e left join correction_entries t on t.entry_id = e.id
      where e.id = :entryId and e.fund_id = :fundId`,
    { entryId, fundId: fund.id },
  )
  if (!found) throw new Refusal('not_found', { field: 'entryId' })
  return { ...found, fund, postings: await postingsOf(db, entryId, fund.currency) }
}

/** An entry that was reversed is out of the books already. Refuses `taken_back` with the entry that did it. */
export async function checkStands(db: Db, entryId: string): Promise<void> {
  const reversal = await db('entries').where({ reverses: entryId }).first('id')
  if (reversal) throw new Refusal('taken_back', { by: reversal.id })
}

/** A balance of an account as if the entry had never been. */
export function withoutEntry(
  { postings }: Wrong,
  address: string,
  { amount, carrying }: { amount: Money; carrying: Money },
): { amount: Money; carrying: Money } {
  return postings
    .filter(({ account }) => account.address === address)
    .reduce(
      (all, put) => ({ amount: subtract(all.amount, put.amount), carrying: subtract(all.carrying, put.functional) }),
      { amount, carrying },
    )
}

type PostingRow = {
  address: string
  currency: string
  contribution: string | null
  request: string | null
  amount: string
  functional: string
}

async function postingsOf(db: Db, entryId: string, fundCurrency: string): Promise<Posting[]> {
  const found = await rows<PostingRow>(
    db,
    `select a.address, a.currency, a.contribution_id as contribution, a.request_id as request, p.amount, p.functional
       from postings p join accounts a on a.id = p.account_id where p.entry_id = :entryId order by p.line`,
    { entryId },
  )
  return found.map(({ address, currency, contribution, request, amount, functional }) => ({
    account: {
      ...{ address, currency },
      ...(contribution ? { contributionId: contribution } : {}),
      ...(request ? { requestId: request } : {}),
    },
    amount: fromMinorUnits(amount, currency),
    functional: fromMinorUnits(functional, fundCurrency),
  }))
}

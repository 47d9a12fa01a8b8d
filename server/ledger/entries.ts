import { row, rows, type Db } from '../../db/connect.ts'
import type { Column } from '../http/csv.ts'
import { minorText, type MoneyText } from '../money.ts'
import { FORM, keyAfter, momentText, sealedBy } from './as-of.ts'
import type { FundRef, Page, Query } from './queries.ts'
import { accountsAsked, compileQuery, type Asker } from './query-sql.ts'
import type { Node } from './query-text.ts'

export type PostingTold = { line: number; address: string; amount: MoneyText; functional: MoneyText }

export type EntryTold = {
  id: string
  kind: string
  /** The row that caused it. */
  source: string
  occurredOn: string
  recordedAt: string
  memo: string
  reverses: string | null
  actId: string
  person: { id: string; name: string } | null
  postings: PostingTold[]
}

export type EntryRow = Omit<EntryTold, 'person' | 'postings'> & {
  personId: string | null
  personName: string | null
  postings: { line: number; address: string; currency: string; amount: string; functional: string }[]
}

/** Which entries: those that a query asks for, as known at a position where one is given, behind the page before. */
export type EntryFilter = { query: Node; position?: number | undefined; after?: string | undefined }

/** What is read of every entry `e`. */
export const ENTRY = `e.id, e.kind, e.source, e.occurred_on as "occurredOn", ${momentText('e.recorded_at')} as "recordedAt", e.memo,
  e.reverses, e.act_id as "actId", n.id as "personId", n.name as "personName",
  (select json_agg(json_build_object('line', p.line, 'address', a.address, 'currency', a.currency,
                                     'amount', p.amount::text, 'functional', p.functional::text) order by p.line)
     from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) as postings`

/** SQL for the entries on a few accounts, of which a query finds none but those. */
type FewEntries = { readonly ids: string; readonly bindings: Query['bindings'] }

/** Entries in order of value date; one more than `limit`, without a limit all; `among` a few, where that is known of them. */
export function entriesQuery(
  fund: Asker,
  { query, position, after }: EntryFilter,
  limit?: number,
  among?: FewEntries,
): Query {
  const [lastOn, lastEntry] = keyAfter(after, [FORM.day, FORM.id]) ?? ['-infinity', '0']
  const asked = compileQuery(query, fund)
  return {
    sql: `select ${ENTRY}
            from entries e join acts t on t.id = e.act_id left join people n on n.id = t.person_id
           where e.fund_id = :fundId and (e.occurred_on, e.id) > (cast(:lastOn as date), cast(:lastEntry as bigint))
             and ${sealedBy('e.id')} and ${asked.entry} ${among ? `and e.id = any (array(${among.ids}))` : ''}
           order by e.occurred_on, e.id ${limit === undefined ? '' : 'limit :most'}`,
    bindings: {
      ...asked.bindings,
      ...among?.bindings,
      fundId: fund.id,
      lastOn: lastOn!,
      lastEntry: lastEntry!,
      position: position ?? null,
      most: (limit ?? 0) + 1,
    },
  }
}

/** A page of entries, one more than `limit`. */
export async function listEntries(db: Db, fund: Asker, { limit, ...filter }: EntryFilter & Page): Promise<EntryTold[]> {
  const { sql, bindings } = entriesQuery(fund, filter, limit, await fewEntries(db, fund, filter.query))
  return (await rows<EntryRow>(db, sql, bindings)).map((one) => entryTold(one, fund))
}

/** As many are looked up sooner than the ledger is read day by day until a page is full. */
const FEW = 5_000

/**
 * Where the accounts that a query speaks of have few postings, they are where to begin: read day by day, a long ledger would be gone
 * through for the few of them, and whole for an account that is not there. Counts no further than that.
 */
async function fewEntries(db: Db, fund: Asker, query: Node): Promise<FewEntries | undefined> {
  for (const { condition, bindings } of accountsAsked(query, fund)) {
    const ids = (most = '') => `select p.entry_id from accounts a
                                 cross join lateral (select p.entry_id from postings p where p.account_id = a.id ${most}) p
                                 where a.fund_id = :queryFund and ${condition} ${most}`
    const counted = `select count(*)::int as count from (${ids(`limit ${FEW}`)}) few`
    if ((await row<{ count: number }>(db, counted, bindings))!.count < FEW) return { ids: ids(), bindings }
  }
  return undefined
}

export function entryTold({ personId, personName, postings, ...entry }: EntryRow, fund: FundRef): EntryTold {
  return {
    ...entry,
    person: personId === null ? null : { id: personId, name: personName! },
    postings: postings.map(({ line, address, currency, amount, functional }) => ({
      line,
      address,
      amount: minorText(amount, currency),
      functional: minorText(functional, fund.currency),
    })),
  }
}

/** An entry as lines of a file, one for each posting. */
export function entryLines(entry: EntryTold): EntryLine[] {
  return entry.postings.map((posting) => ({ entry, posting }))
}

type EntryLine = { entry: EntryTold; posting: PostingTold }

export const ENTRY_COLUMNS: readonly Column<EntryLine>[] = [
  { heading: 'entry', figure: ({ entry }) => entry.id },
  { heading: 'line', figure: ({ posting }) => `${posting.line}` },
  { heading: 'occurred_on', figure: ({ entry }) => entry.occurredOn },
  { heading: 'recorded_at', figure: ({ entry }) => entry.recordedAt },
  { heading: 'kind', text: ({ entry }) => entry.kind },
  { heading: 'source', text: ({ entry }) => entry.source },
  { heading: 'memo', text: ({ entry }) => entry.memo },
  { heading: 'reverses', figure: ({ entry }) => entry.reverses },
  { heading: 'act_id', text: ({ entry }) => entry.actId },
  { heading: 'person_id', text: ({ entry }) => entry.person?.id ?? null },
  { heading: 'person', text: ({ entry }) => entry.person?.name ?? null },
  { heading: 'address', text: ({ posting }) => posting.address },
  { heading: 'currency', text: ({ posting }) => posting.amount.currency },
  { heading: 'amount', figure: ({ posting }) => posting.amount.amount },
  { heading: 'functional_currency', text: ({ posting }) => posting.functional.currency },
  { heading: 'functional', figure: ({ posting }) => posting.functional.amount },
]

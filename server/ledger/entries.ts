import { rows, type Db } from '../../db/connect.ts'
import type { Bindings, Column } from '../http/csv.ts'
import { minorText, minorUnits, moneyFrom, type MoneyText } from '../money.ts'
import { FORM, keyAfter, momentText, sealedBy } from './as-of.ts'
import type { FundRef, Page, Query } from './queries.ts'

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

/** `minAmount` and `maxAmount` are sizes, whichever side they are on, of a posting in `currency`. */
export type EntryFilter = {
  kind?: string
  address?: string
  contribution?: string
  request?: string
  person?: string
  from?: string
  to?: string
  recordedFrom?: string
  recordedTo?: string
  minAmount?: string
  maxAmount?: string
  currency?: string
  position?: number
  after?: string
}

/** What is read of every entry `e`. */
export const ENTRY = `e.id, e.kind, e.source, e.occurred_on as "occurredOn", ${momentText('e.recorded_at')} as "recordedAt", e.memo,
  e.reverses, e.act_id as "actId", n.id as "personId", n.name as "personName",
  (select json_agg(json_build_object('line', p.line, 'address', a.address, 'currency', a.currency,
                                     'amount', p.amount::text, 'functional', p.functional::text) order by p.line)
     from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) as postings`

/** Entries in order of value date; one more than `limit`, without a limit all. */
export function entriesQuery(fund: FundRef, filter: EntryFilter, limit?: number): Query {
  const [lastOn, lastEntry] = keyAfter(filter.after, [FORM.day, FORM.id]) ?? [filter.from ?? '-infinity', '0']
  const conditions = Object.entries(CONDITIONS).flatMap(([name, condition]) =>
    filter[name as keyof EntryFilter] === undefined ? [] : [condition],
  )
  const ofPosting = conditionsOnPosting(filter)
  return {
    sql: `select ${ENTRY}
            from entries e join acts t on t.id = e.act_id left join people n on n.id = t.person_id
           where ${['e.fund_id = :fundId', AFTER, ...conditions, ...ofPosting].join('\n and ')}
           order by e.occurred_on, e.id ${limit === undefined ? '' : 'limit :most'}`,
    bindings: {
      fundId: fund.id,
      lastOn: lastOn!,
      lastEntry: lastEntry!,
      most: (limit ?? 0) + 1,
      ...bindingsOf(filter),
    },
  }
}

const AFTER = `(e.occurred_on, e.id) > (cast(:lastOn as date), cast(:lastEntry as bigint))`

const CONDITIONS = {
  kind: `e.kind = :kind`,
  from: `e.occurred_on >= cast(:from as date)`,
  to: `e.occurred_on <= cast(:to as date)`,
  recordedFrom: `e.recorded_at >= cast(:recordedFrom as timestamptz)`,
  recordedTo: `e.recorded_at <= cast(:recordedTo as timestamptz)`,
  position: sealedBy('e.id'),
  person: `e.act_id in (select id from acts where person_id = :person)`,
  contribution: `e.id in (select p.entry_id from postings p join accounts a on a.id = p.account_id where a.contribution_id = :contribution)`,
  // A settlement moves no account of the request; its payment tells whose it is.
  request: `e.id in (select p.entry_id from postings p join accounts a on a.id = p.account_id where a.request_id = :request
                     union all
                     select x.id from payments y
                       cross join unnest(array['payment_certified', 'payment_cancelled', 'payment_released', 'payment_settled',
                                               'payment_returned', 'release_reversed']) as of (kind)
                       join entries x on x.fund_id = y.fund_id and x.kind = of.kind and x.source = y.id
                      where y.request_id = :request
                     union all
                     select t.entry_id from payments y join correction_entries t on t.source = y.id where y.request_id = :request)`,
} as const

/** Address, currency and size are asked of one and the same posting. */
function conditionsOnPosting({ address, currency, minAmount, maxAmount }: EntryFilter): string[] {
  const asked = [
    ...(address === undefined ? [] : ['a.address like :beginning']),
    ...(currency === undefined ? [] : ['a.currency = :currency']),
    ...(minAmount === undefined ? [] : ['abs(p.amount) >= cast(:least as bigint)']),
    ...(maxAmount === undefined ? [] : ['abs(p.amount) <= cast(:largest as bigint)']),
  ]
  if (asked.length === 0) return []
  return [
    `e.id in (select p.entry_id from postings p join accounts a on a.id = p.account_id
               where a.fund_id = :fundId and ${asked.join(' and ')})`,
  ]
}

function bindingsOf({ address, currency, minAmount, maxAmount, after: _after, ...named }: EntryFilter): Bindings {
  const units = (amount: string) => minorUnits(moneyFrom({ amount, currency: currency! }))
  return {
    ...named,
    ...(address === undefined ? {} : { beginning: `${address.replaceAll(/[\\%_]/g, '\\$&')}%` }),
    ...(currency === undefined ? {} : { currency }),
    ...(minAmount === undefined ? {} : { least: units(minAmount) }),
    ...(maxAmount === undefined ? {} : { largest: units(maxAmount) }),
  }
}

/** A page of entries, one more than `limit`. */
export async function listEntries(
  db: Db,
  fund: FundRef,
  { limit, ...filter }: EntryFilter & Page,
): Promise<EntryTold[]> {
  const { sql, bindings } = entriesQuery(fund, filter, limit)
  return (await rows<EntryRow>(db, sql, bindings)).map((one) => entryTold(one, fund))
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

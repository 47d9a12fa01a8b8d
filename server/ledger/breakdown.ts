import { rows, type Db } from '../../db/connect.ts'
import type { Column } from '../http/csv.ts'
import { minorText, type MoneyText } from '../money.ts'
import { asOfTold, boundsOf, WITHIN, type AsOf } from './as-of.ts'
import type { Query } from './queries.ts'
import { CATEGORY, compileQuery, REQUEST_OF_POSTING, type Asker } from './query-sql.ts'
import type { FieldName } from './query-fields.ts'
import { printQuery, type Node, type Term } from './query-text.ts'

/** What balances are told by. */
export const DIMENSIONS = [
  'class',
  'account',
  'book',
  'currency',
  'month',
  'kind',
  'person',
  'category',
  'contribution',
  'donor',
  'request',
  'payee',
  'process',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

export type Asked = AsOf & { by: Dimension; across?: Dimension | undefined; depth: number; query: Node }

/**
 * A figure of the table: the sum in the fund's currency and, where the table is by currency, the sum in that one. `q` finds the entries
 * of which it is made; null where they are not for the reader to list.
 */
export type Cell = { functional: MoneyText; amount: MoneyText | null; q: string | null }
export type Line = { key: string | null; name: string | null; of: (Cell | null)[]; total: Cell }
export type Breakdown = {
  asOf: ReturnType<typeof asOfTold>
  by: Dimension
  across: Dimension | null
  query: string
  columns: { key: string | null; name: string | null; total: Cell }[]
  rows: Line[]
  total: Cell
}

export type CellRow = Record<'rowKey' | 'rowName' | 'columnKey' | 'columnName' | 'currency', string | null> & {
  functional: string
  amount: string | null
}

/** Of each dimension its key and its name, from postings `p` on accounts `a` of entries `e` with acts `t`. */
const KEYS: Record<Dimension, { key: string; name?: string }> = {
  class: { key: `split_part(a.address, ':', 1)` },
  account: { key: `array_to_string((string_to_array(a.address, ':'))[1:cast(:depth as int)], ':')` },
  book: { key: 'a.book' },
  currency: { key: 'a.currency' },
  month: { key: `to_char(p.occurred_on, 'YYYY-MM')` },
  kind: { key: 'e.kind' },
  person: { key: 't.person_id', name: `(select name from people where id = key)` },
  category: { key: CATEGORY },
  contribution: { key: 'a.contribution_id', name: `(select code from contributions where id = key)` },
  donor: {
    key: `(select c.donor_id from contributions c where c.id = a.contribution_id)`,
    name: `(select name from donors where id = key)`,
  },
  request: { key: REQUEST_OF_POSTING, name: `(select code from requests where id = key)` },
  payee: {
    key: `(select r.payee_id from requests r where r.id = ${REQUEST_OF_POSTING})`,
    name: `(select name from payees where id = key)`,
  },
  // Of missions that are not theirs to know a reader learns the sums only: of a region with three or more of them, else of all.
  process: {
    key: `(select case when m.seen then m.id
                       when m.in_region >= 3 then 'confidential:' || m.region else 'confidential' end
             from requests r join (select *, count(*) filter (where not seen) over (partition by region) as in_region
                                     from (select *, id in (select seen_processes(:queryViewer)) as seen from processes where fund_id = :fundId) s) m on m.id = r.process_id
            where r.id = ${REQUEST_OF_POSTING})`,
    name: `(select name from processes where id = key)`,
  },
}

/** The sums of the cells that have postings, in the order of their keys. Row-wise, for the table and for the file. */
export function breakdownQuery(fund: Asker, { by, across, depth, query, ...asOf }: Asked): Query {
  const { entry, posting, bindings } = compileQuery(query, fund)
  const row = keyOf(by)
  const column = across === undefined ? { key: 'cast(null as text)' } : keyOf(across)
  const currency = by === 'currency' || across === 'currency' ? 'a.currency' : 'cast(null as text)'
  const name = (of: { name?: string }, key: string) => (of.name ?? 'key').replaceAll(/\bkey\b/g, key)
  return {
    sql: `with sums as (
            select ${row.key} as row_key, ${column.key} as column_key, ${currency} as currency, sum(p.functional) as functional, sum(p.amount) as amount
              from postings p join accounts a on a.id = p.account_id join entries e on e.id = p.entry_id join acts t on t.id = e.act_id
             where a.fund_id = :fundId and ${WITHIN} and ${posting ?? 'true'} and ${entry}
             group by 1, 2, 3)
          select s.row_key as "rowKey", ${name(row, 's.row_key')} as "rowName", s.column_key as "columnKey", ${name(column, 's.column_key')} as "columnName",
                 s.currency, s.functional::text, case when s.currency is not null then s.amount::text end as amount
            from sums s order by 2 nulls last, 1, 4 nulls last, 3`,
    bindings: { ...bindings, fundId: fund.id, depth, ...boundsOf(asOf) },
  }
}

const keyOf = (dimension: Dimension): { key: string; name?: string } => KEYS[dimension]

/** The whole table, whose lines and columns add up to its total. */
export async function readBreakdown(db: Db, fund: Asker, asked: Asked): Promise<Breakdown> {
  const { sql, bindings } = breakdownQuery(fund, asked)
  const found = await rows<CellRow>(db, sql, bindings)
  const { by, across } = asked
  const columns = across === undefined ? [] : keysIn(found, 'columnKey', 'columnName')
  const cellOf = (cells: readonly CellRow[], keys: [Dimension | undefined, string | null][]) =>
    totalOf(cells, fund, drill(asked, keys))
  return {
    asOf: asOfTold(asked),
    by,
    across: across ?? null,
    query: printQuery(asked.query),
    columns: columns.map(({ key, name }) => ({
      ...{ key, name },
      total: cellOf(
        found.filter(({ columnKey }) => columnKey === key),
        [[across, key]],
      ),
    })),
    rows: keysIn(found, 'rowKey', 'rowName').map(({ key, name }) => {
      const ofRow = found.filter(({ rowKey }) => rowKey === key)
      const of = columns.map((column) => {
        const cells = ofRow.filter(({ columnKey }) => columnKey === column.key)
        return cells.length === 0
          ? null
          : cellOf(cells, [
              [by, key],
              [across, column.key],
            ])
      })
      return { key, name, of, total: cellOf(ofRow, [[by, key]]) }
    }),
    total: cellOf(found, []),
  }
}

function keysIn(found: readonly CellRow[], key: 'rowKey' | 'columnKey', name: 'rowName' | 'columnName') {
  const keys = new Map(found.map((one) => [one[key], one[name]]))
  const told = [...keys].map(([one, named]) => ({ key: one, name: named }))
  if (key === 'rowKey') return told
  // What is without the dimension comes last.
  return told.sort((a, b) => (a.name === null ? 1 : b.name === null ? -1 : a.name < b.name ? -1 : 1))
}

function totalOf(cells: readonly CellRow[], fund: Asker, q: string | null): Cell {
  const sum = (which: 'functional' | 'amount') =>
    cells.reduce((all, one) => all + BigInt(one[which] ?? '0'), 0n).toString()
  const currencies = new Set(cells.map(({ currency }) => currency))
  const [currency] = currencies
  const inOne = currencies.size === 1 && currency
  return {
    functional: minorText(sum('functional'), fund.currency),
    amount: inOne ? minorText(sum('amount'), currency) : null,
    q,
  }
}

/** The query that finds the entries of a figure: what was asked, and the keys of its line and column. */
function drill(asked: Asked, keys: [Dimension | undefined, string | null][]): string | null {
  const { query, occurredOn, recordedAt, depth } = asked
  const term = (field: FieldName, operator: Term['operator'], text: string, none = false): Term => ({
    ...{ type: 'term', field, operator, values: [{ text, none }] },
  })
  const terms: Term[] = []
  for (const [dimension, key] of keys) {
    if (dimension === undefined) continue
    if (key?.startsWith('confidential')) return null
    if (dimension === 'month') terms.push(term('period', ':', key!))
    else if (dimension === 'class' || dimension === 'account') {
      // An address that ends before the depth stands for itself alone.
      const isWhole = dimension === 'account' && key!.split(':').length < depth
      terms.push(term('account', isWhole ? '=' : ':', key!))
    } else terms.push(term(dimension, ':', key ?? 'none', key === null))
  }
  if (occurredOn) terms.push(term('period', '<=', occurredOn))
  if (recordedAt) terms.push(term('recorded', '<=', recordedAt))
  // In one group with what was asked, so that all of it is of one posting.
  const group = query.type === 'and' ? query.of : [query]
  return printQuery({ type: 'and', of: [...group, ...terms] })
}

/** The cells of the file, one to a line. */
export function cellTold({ functional, amount, ...cell }: CellRow, fund: Asker): FileLine {
  return {
    ...cell,
    functional: minorText(functional, fund.currency),
    amount: amount === null ? null : minorText(amount, cell.currency!),
  }
}

type FileLine = Omit<CellRow, 'functional' | 'amount'> & { functional: MoneyText; amount: MoneyText | null }

export const CELL_COLUMNS: readonly Column<FileLine>[] = [
  { heading: 'row_key', text: (one) => one.rowKey },
  { heading: 'row', text: (one) => one.rowName },
  { heading: 'column_key', text: (one) => one.columnKey },
  { heading: 'column', text: (one) => one.columnName },
  { heading: 'functional', figure: (one) => one.functional.amount },
  { heading: 'functional_currency', text: (one) => one.functional.currency },
  { heading: 'amount', figure: (one) => one.amount?.amount ?? null },
  { heading: 'currency', text: (one) => one.currency },
]

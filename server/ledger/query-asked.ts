import { refusalOfQuery, UnreadableQuery } from './query-complaints.ts'
import type { FieldName, Operator } from './query-fields.ts'
import { EVERYTHING, parseQuery, type Node, type Term } from './query-text.ts'

/** The fixed filters of the list of entries, each a word of the query language. */
export type FixedFilter = Partial<
  Record<
    | 'kind'
    | 'address'
    | 'contribution'
    | 'request'
    | 'person'
    | 'from'
    | 'to'
    | 'recordedFrom'
    | 'recordedTo'
    | 'minAmount'
    | 'maxAmount'
    | 'currency',
    string
  >
>

/** A query as text. Refuses `invalid_request`, with what is wrong, where, and what would be right, in the reader's language. */
export function readQuery(text: string, currency: string, language: 'en' | 'ar', field = 'q'): Node {
  try {
    return parseQuery(text, currency)
  } catch (error) {
    if (!(error instanceof UnreadableQuery)) throw error
    throw refusalOfQuery(error.complaint, text, language, field)
  }
}

/** What the fixed filters ask for; address, currency and size of one and the same posting. */
export function queryOfFilter(filter: FixedFilter): Node {
  const term = (name: FieldName, operator: Operator, text: string | undefined): Term[] =>
    text === undefined ? [] : [{ type: 'term', field: name, operator, values: [{ text }] }]
  const apart = (terms: Term[]): Node[] => terms.map((one) => ({ type: 'and', of: [one] }))
  return bothOf([
    ...term('kind', ':', filter.kind),
    ...term('account', ':', filter.address && `${filter.address}*`),
    ...term('currency', ':', filter.currency),
    ...term('amount', '>=', filter.minAmount),
    ...term('amount', '<=', filter.maxAmount),
    ...apart(term('contribution', ':', filter.contribution)),
    ...apart(term('request', ':', filter.request)),
    ...term('person', ':', filter.person),
    ...term('period', '>=', filter.from),
    ...term('period', '<=', filter.to),
    ...term('recorded', '>=', filter.recordedFrom),
    ...term('recorded', '<=', filter.recordedTo),
  ])
}

/** Entries for which all of these hold. */
export function bothOf(queries: readonly Node[]): Node {
  const asked = queries.filter((one) => one.type !== 'and' || one.of.length > 0)
  return asked.length === 0 ? EVERYTHING : asked.length === 1 ? asked[0]! : { type: 'and', of: asked }
}

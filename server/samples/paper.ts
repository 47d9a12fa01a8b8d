import { stringify } from 'csv-stringify/sync'
import { inert } from '../http/csv.ts'
import { minorText } from '../money.ts'
import type { Item } from './population.ts'

export type PaperItem = Item & {
  hits: bigint
  kind: string
  source: string
  occurredOn: string
  memo: string
  contentHash: string
  person: string | null
}

type Drawn = {
  id: string
  fund: { code: string; name: string; currency: string }
  method: 'random' | 'monetary_unit'
  size: number
  seed: string
  query: string
  position: number
  sealHash: string
  count: bigint
  sum: bigint
  steps: { step: bigint; start: bigint } | undefined
  drawnAt: string
  drawnBy: { personId: string; name: string }
  saved: { id: string; version: number } | undefined
}

const ALGORITHM = {
  random:
    'Block i is sha-256 of seed, line feed, i (decimal from 0) as a 256-bit number. Number below m: next block below the largest multiple of m up to 2^256, modulo m. For i from 0: swap rank at place i with rank at place i + (number below count - i). The first places are selected.',
  monetary_unit:
    'Block i is sha-256 of seed, line feed, i (decimal from 0) as a 256-bit number. Number below m: next block below the largest multiple of m up to 2^256, modulo m. Interval = population sum / size, rounded down to the minor unit. Start = 1 + number below the interval. Selected: items that hold unit start, start + interval, start + 2 intervals, and so on.',
}

/**
 * The working paper of a sample (CSV, RFC 4180, UTF-8 with its mark): who drew it, when, how and from what, then the selected items with
 * empty columns for what the auditor finds. Whoever has the ledger can draw it again from what it says.
 */
export function workingPaper(drawn: Drawn, items: readonly PaperItem[]): string {
  const { fund, steps } = drawn
  const told = (units: bigint | string) => minorText(`${units}`, fund.currency).amount
  const heading: [string, string][] = [
    ['working_paper', drawn.id],
    ['fund', inert(`${fund.code} ${fund.name}`)],
    ['drawn_by', inert(`${drawn.drawnBy.name} (${drawn.drawnBy.personId})`)],
    ['drawn_at', drawn.drawnAt],
    ['method', drawn.method],
    ['size', `${drawn.size}`],
    ['seed', inert(drawn.seed)],
    ['query', inert(drawn.query)],
    ['saved_query', drawn.saved ? `${drawn.saved.id} version ${drawn.saved.version}` : ''],
    ['position', `${drawn.position}`],
    ['seal_hash', drawn.sealHash],
    ['currency', fund.currency],
    ['population_count', `${drawn.count}`],
    ['population_sum', told(drawn.sum)],
    ['interval', steps ? told(steps.step) : ''],
    ['start', steps ? told(steps.start) : ''],
    ['selected_items', `${items.length}`],
    ['selected_sum', told(items.reduce((all, { amount }) => all + BigInt(amount), 0n))],
    ['population_order', 'number of the entry, ascending'],
    ['amount_of_an_item', AMOUNT],
    ['algorithm', ALGORITHM[drawn.method]],
    ['conclusion', ''],
  ]
  const lines = items.map((item, i) => [
    ...[`${i + 1}`, item.entryId, item.rank, item.occurredOn, item.kind, inert(item.source), inert(item.memo)],
    ...[
      inert(item.person ?? ''),
      told(item.amount),
      told(item.cumulative),
      `${item.hits}`,
      item.contentHash,
      '',
      '',
      '',
    ],
  ])
  return stringify([...heading, [], COLUMNS, ...lines], { bom: true, record_delimiter: 'windows' })
}

const AMOUNT =
  'functional amount: the sizes of the postings that the query means; where it means none in particular, the debits of the actual book, or of the budget book where there is no other'

const COLUMNS = [
  ...['number', 'entry', 'rank', 'occurred_on', 'kind', 'source', 'memo', 'person', 'amount', 'cumulative', 'hits'],
  ...['content_hash', 'evidence', 'audited_amount', 'finding'],
]

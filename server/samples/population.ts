import { row, rows, type Db } from '../../db/connect.ts'
import { sealedBy } from '../ledger/as-of.ts'
import { compileQuery, type Asker } from '../ledger/query-sql.ts'
import type { Node } from '../ledger/query-text.ts'

/**
 * What a sample is drawn from: the entries that a query finds at a position, in the order of their numbers, each with an amount in the
 * fund's currency. The amount is the sum of the sizes of the postings that the query means (those on the account that it names, for
 * example); where it names none, the debits of the actual book, or of the budget book for an entry that has no other.
 */
export type Population = { readonly query: Node; readonly position: number }

export type Item = { entryId: string; rank: string; amount: string; cumulative: string }

export async function measurePopulation(db: Db, fund: Asker, of: Population): Promise<{ count: bigint; sum: bigint }> {
  const { sql, bindings } = populationQuery(fund, of)
  const found = await row<{ count: string; sum: string }>(
    db,
    `with items as (${sql}) select count(*)::text as count, coalesce(sum(amount), 0)::text as sum from items`,
    bindings,
  )
  return { count: BigInt(found!.count), sum: BigInt(found!.sum) }
}

/** The items of these ranks, in their order. */
export function itemsAt(db: Db, fund: Asker, of: Population, ranks: readonly bigint[]): Promise<Item[]> {
  const { sql, bindings } = populationQuery(fund, of)
  return rows<Item>(
    db,
    `with items as (${sql}), ranked as (${RANKED})
     select ${ITEM} from ranked where rank = any(cast(:ranks as bigint[])) order by ranked.rank`,
    { ...bindings, ranks: ranks.map(String) },
  )
}

/** The items in which one of the units start, start + step, start + 2 steps … lies, in their order. */
export function itemsHit(
  db: Db,
  fund: Asker,
  of: Population,
  { step, start }: { step: bigint; start: bigint },
): Promise<Item[]> {
  const { sql, bindings } = populationQuery(fund, of)
  const hits = (unit: string) => `case when ${unit} < cast(:start as numeric) then 0
    else div(${unit} - cast(:start as numeric), cast(:step as numeric)) + 1 end`
  return rows<Item>(
    db,
    `with items as (${sql}), ranked as (${RANKED})
     select ${ITEM} from ranked where ${hits('cumulative')} > ${hits('(cumulative - amount)')} order by ranked.rank`,
    { ...bindings, step: `${step}`, start: `${start}` },
  )
}

const RANKED = `select id, amount, row_number() over (order by id) as rank, sum(amount) over (order by id) as cumulative from items`
const ITEM = `id as "entryId", rank::text, amount::text, cumulative::text`

function populationQuery(fund: Asker, { query, position }: Population) {
  const { entry, posting, bindings } = compileQuery(query, fund)
  const amount = posting
    ? `coalesce(sum(abs(p.functional)) filter (where ${posting}), 0)`
    : `coalesce(sum(p.functional) filter (where p.functional > 0 and a.book = 'actual'),
                sum(p.functional) filter (where p.functional > 0), 0)`
  return {
    sql: `select e.id, (select ${amount} from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) as amount
            from entries e join acts t on t.id = e.act_id
           where e.fund_id = :fundId and ${sealedBy('e.id')} and ${entry}`,
    bindings: { ...bindings, fundId: fund.id, position },
  }
}

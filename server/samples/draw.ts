import { randomBytes } from 'node:crypto'
import { rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Fund } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { limitedIn, QUERY_LIMIT_MS } from '../ledger/limited.ts'
import type { Asker } from '../ledger/query-sql.ts'
import { printQuery, type Node } from '../ledger/query-text.ts'
import { sealAt } from '../ledger/seal.ts'
import type { Actor } from '../people/actor.ts'
import { workingPaper, type PaperItem } from './paper.ts'
import { itemsAt, itemsHit, measurePopulation, type Item, type Population } from './population.ts'
import { hitsUpTo, monetarySteps, randomRanks } from './selection.ts'

export type Asked = {
  method: 'random' | 'monetary_unit'
  /** Of a random sample the items, of a monetary-unit sample the units of money; an item can hold several of those. */
  size: number
  /** Any text; made at random where none is given. */
  seed?: string
  query: Node
  position: number
  saved?: { id: string; version: number } | undefined
}

/**
 * Draws a sample and keeps it with its working paper. The population is what is sealed at the position, so that the same seed gives the
 * same sample for ever. Refuses `not_found` for a position that is none, and `population_empty` where there is nothing to draw from.
 */
export async function drawSample(trx: Trx, actor: Actor, fund: Fund & Asker, asked: Asked): Promise<{ id: string }> {
  const { method, size, query, position, saved } = asked
  const seal = await sealAt(trx, fund.id, position)
  const seed = asked.seed ?? randomBytes(16).toString('hex')
  const { count, sum, steps, items } = await limitedIn(trx, QUERY_LIMIT_MS, () =>
    select(trx, fund, { query, position }, { method, size, seed }),
  )

  const id = newId('sample')
  const drawnAt = actor.act.at.toISOString()
  const text = printQuery(query)
  const paper = workingPaper(
    {
      id,
      fund,
      method,
      size,
      seed,
      query: text,
      position,
      sealHash: seal.hash,
      count,
      sum,
      steps,
      drawnAt,
      drawnBy: actor,
      saved,
    },
    await withContent(trx, items),
  )
  // From here on only writes.
  await trx('samples').insert({
    ...{ id, fund_id: fund.id, method, size, seed, query: text, position, seal_hash: Buffer.from(seal.hash, 'hex') },
    ...{ saved_query_id: saved?.id ?? null, saved_version: saved?.version ?? null },
    ...{ population_count: `${count}`, population_sum: `${sum}`, step: steps ? `${steps.step}` : null },
    ...{
      start: steps ? `${steps.start}` : null,
      drawn_by: actor.personId,
      drawn_at: drawnAt,
      paper,
      act_id: actor.act.id,
    },
  })
  await trx('sample_items').insert(
    items.map(({ entryId, rank, amount, cumulative, hits }, i) => ({
      ...{ sample_id: id, number: i + 1, entry_id: entryId, rank, amount, cumulative, hits: `${hits}` },
    })),
  )
  return { id }
}

async function select(
  trx: Trx,
  fund: Asker,
  population: Population,
  { method, size, seed }: { method: Asked['method']; size: number; seed: string },
) {
  const { count, sum } = await measurePopulation(trx, fund, population)
  if (count === 0n || (method === 'monetary_unit' && sum === 0n)) throw new Refusal('population_empty')
  const steps = method === 'monetary_unit' ? monetarySteps(seed, sum, size) : undefined
  const found = steps
    ? await itemsHit(trx, fund, population, steps)
    : await itemsAt(trx, fund, population, randomRanks(seed, count, size))
  return { count, sum, steps, items: found.map((item) => ({ ...item, hits: steps ? hitsIn(item, steps) : 1n })) }
}

function hitsIn({ cumulative, amount }: Item, steps: { step: bigint; start: bigint }): bigint {
  return hitsUpTo(BigInt(cumulative), steps) - hitsUpTo(BigInt(cumulative) - BigInt(amount), steps)
}

async function withContent(trx: Trx, items: readonly (Item & { hits: bigint })[]): Promise<PaperItem[]> {
  const found = await rows<
    Pick<PaperItem, 'kind' | 'source' | 'occurredOn' | 'memo' | 'contentHash' | 'person'> & { id: string }
  >(
    trx,
    `select e.id, e.kind, e.source, e.occurred_on as "occurredOn", e.memo, encode(e.content_hash, 'hex') as "contentHash", n.name as person
       from entries e join acts t on t.id = e.act_id left join people n on n.id = t.person_id where e.id = any(cast(:ids as bigint[]))`,
    { ids: items.map(({ entryId }) => entryId) },
  )
  const byId = new Map(found.map((one) => [one.id, one]))
  return items.map((item) => ({ ...item, ...byId.get(item.entryId)! }))
}

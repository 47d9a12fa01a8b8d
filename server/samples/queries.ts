import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { FORM, keyAfter, momentText } from '../ledger/as-of.ts'
import { minorText, type MoneyText } from '../money.ts'

export type SampleTold = {
  id: string
  method: 'random' | 'monetary_unit'
  size: number
  seed: string
  query: string
  savedQuery: { id: string; version: number } | null
  position: number
  sealHash: string
  population: { count: string; sum: MoneyText }
  /** Of a monetary-unit sample. */
  interval: MoneyText | null
  start: MoneyText | null
  drawnBy: { id: string; name: string }
  drawnAt: string
}

export type SampleItem = {
  number: number
  entryId: string
  rank: string
  kind: string
  occurredOn: string
  memo: string
  amount: MoneyText
  cumulative: MoneyText
  hits: number
}

type SampleRow = Omit<SampleTold, 'savedQuery' | 'population' | 'interval' | 'start' | 'drawnBy'> &
  Record<'currency' | 'count' | 'sum' | 'personId' | 'personName', string> &
  Record<'step' | 'start' | 'savedId', string | null> & { savedVersion: number | null }

const SAMPLE = `s.id, s.method, s.size, s.seed, s.query, s.position, encode(s.seal_hash, 'hex') as "sealHash", f.currency,
  s.population_count::text as count, s.population_sum::text as sum, s.step::text, s.start::text, s.saved_query_id as "savedId",
  s.saved_version as "savedVersion", n.id as "personId", n.name as "personName", ${momentText('s.drawn_at')} as "drawnAt"
  from samples s join funds f on f.id = s.fund_id join people n on n.id = s.drawn_by`

/** Samples of a fund, the latest first; one more than `limit`. */
export async function listSamples(
  db: Db,
  fundId: string,
  { limit, after }: { limit: number; after?: string },
): Promise<SampleTold[]> {
  const [before] = keyAfter(after, [FORM.text]) ?? ['smp_~']
  const found = await rows<SampleRow>(
    db,
    `select ${SAMPLE} where s.fund_id = :fundId and s.id < :before order by s.id desc limit :most`,
    { fundId, before: before!, most: limit + 1 },
  )
  return found.map(sampleTold)
}

/** Of which fund a sample is. Refuses `not_found`. */
export async function fundOfSample(db: Db, sampleId: string): Promise<string> {
  const found = await row<{ fundId: string }>(db, `select fund_id as "fundId" from samples where id = :sampleId`, {
    sampleId,
  })
  if (!found) throw new Refusal('not_found')
  return found.fundId
}

export async function readSample(db: Db, sampleId: string): Promise<SampleTold & { items: SampleItem[] }> {
  const found = await row<SampleRow>(db, `select ${SAMPLE} where s.id = :sampleId`, { sampleId })
  if (!found) throw new Refusal('not_found')
  const items = await rows<Omit<SampleItem, 'amount' | 'cumulative'> & { amount: string; cumulative: string }>(
    db,
    `select i.number, i.entry_id as "entryId", i.rank, e.kind, e.occurred_on as "occurredOn", e.memo, i.amount::text, i.cumulative::text, i.hits
       from sample_items i join entries e on e.id = i.entry_id where i.sample_id = :sampleId order by i.number`,
    { sampleId },
  )
  return {
    ...sampleTold(found),
    items: items.map((item) => ({
      ...item,
      amount: minorText(item.amount, found.currency),
      cumulative: minorText(item.cumulative, found.currency),
    })),
  }
}

/** The working paper, byte for byte as it was made. */
export async function paperOf(db: Db, sampleId: string): Promise<string> {
  const found = await row<{ paper: string }>(db, `select paper from samples where id = :sampleId`, { sampleId })
  return found!.paper
}

function sampleTold({
  currency,
  count,
  sum,
  step,
  start,
  personId,
  personName,
  savedId,
  savedVersion,
  ...found
}: SampleRow): SampleTold {
  return {
    ...found,
    savedQuery: savedId ? { id: savedId, version: savedVersion! } : null,
    population: { count, sum: minorText(sum, currency) },
    interval: step && minorText(step, currency),
    start: start && minorText(start, currency),
    drawnBy: { id: personId, name: personName },
  } as SampleTold
}

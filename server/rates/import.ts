import { rows, type Trx } from '../../db/connect.ts'
import { fundById } from '../funds/open.ts'
import { readRows } from '../imports/file.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { readRate, sameUnits, type Known, type Rate, type RateComplaint } from './policy.ts'
import { RATE_KEEPERS } from './record.ts'

/** The heading of a file of rates. */
export const RATE_COLUMNS = ['currency', 'month', 'units', 'source'] as const

export type RateOutcome = {
  line: number
  outcome: 'imported' | 'unchanged' | 'refused'
  reason: RateComplaint | null
  currency: string | null
  month: string | null
}

export type RateImport = {
  rows: number
  outcomes: Record<RateOutcome['outcome'], number>
  items: RateOutcome[]
}

/**
 * Records the rates of a CSV file (currency, month, units, source), each row with its own outcome: imported, unchanged where the same
 * rate is there already, or refused with the reason. A rate that was set otherwise is never changed by a file. The same file again
 * changes nothing.
 *
 * Refuses `not_found`, `role_not_allowed`, `unreadable_file`, `body_too_large`.
 */
export async function importRates(
  trx: Trx,
  actor: Actor,
  { fundId, bytes }: { fundId: string; bytes: unknown },
): Promise<RateImport> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, RATE_KEEPERS)
  const file = readRows(bytes, RATE_COLUMNS)
  const known: Known = { fundCurrency: fund.currency, currencies: await currenciesOf(trx) }
  const read = file.map(({ line, fields }) => ({ line, rate: readRate(fields, known) }))

  // The first row of a currency and month is the one that sets it; what the others say is compared with it.
  const first = new Map<string, Rate>()
  for (const { rate } of read) if (typeof rate !== 'string' && !first.has(keyOf(rate))) first.set(keyOf(rate), rate)
  const imported = await insertNew(trx, fundId, actor.act.id, [...first.values()])
  const set = await setNow(trx, fundId, [...first.values()])
  const items = read.map(({ line, rate }): RateOutcome => {
    if (typeof rate === 'string') return { line, outcome: 'refused', reason: rate, currency: null, month: null }
    const { currency, month } = rate
    if (imported.has(keyOf(rate)) && first.get(keyOf(rate)) === rate)
      return { line, outcome: 'imported', reason: null, currency, month }
    const same = sameUnits(rate.units, set.get(keyOf(rate))!)
    return { line, outcome: same ? 'unchanged' : 'refused', reason: same ? null : 'rate_set_already', currency, month }
  })
  const count = (outcome: RateOutcome['outcome']) => items.filter((one) => one.outcome === outcome).length
  return {
    rows: items.length,
    outcomes: { imported: count('imported'), unchanged: count('unchanged'), refused: count('refused') },
    items,
  }
}

const keyOf = ({ currency, month }: { currency: string; month: string }) => `${currency} ${month}`

/** Inserts those that are not there yet, in one order for everybody, and tells which they were. */
async function insertNew(trx: Trx, fundId: string, actId: string, rates: readonly Rate[]): Promise<Set<string>> {
  const found = await rows<{ currency: string; month: string }>(
    trx,
    `insert into exchange_rates (fund_id, currency, month, units, source, act_id)
     select :fundId, r.currency, r.month, r.units, r.source, :actId
       from unnest(cast(:currencies as text[]), cast(:months as date[]), cast(:units as numeric[]), cast(:sources as text[]))
              as r (currency, month, units, source)
      order by r.currency, r.month
     on conflict do nothing
     returning currency, to_char(month, 'YYYY-MM') as month`,
    { fundId, actId, ...columnsOf(rates), sources: rates.map(({ source }) => source) },
  )
  return new Set(found.map(keyOf))
}

/** The rates in force of these currencies and months. */
async function setNow(trx: Trx, fundId: string, rates: readonly Rate[]): Promise<Map<string, string>> {
  const { currencies, months } = columnsOf(rates)
  const found = await rows<{ currency: string; month: string; units: string }>(
    trx,
    `select r.currency, to_char(r.month, 'YYYY-MM') as month, trim_scale(r.units)::text as units
       from rates_in_force r
       join unnest(cast(:currencies as text[]), cast(:months as date[])) as m (currency, month)
         on m.currency = r.currency and m.month = r.month
      where r.fund_id = :fundId`,
    { fundId, currencies, months },
  )
  return new Map(found.map((one) => [keyOf(one), one.units]))
}

function columnsOf(rates: readonly Rate[]) {
  return {
    currencies: rates.map(({ currency }) => currency),
    months: rates.map(({ month }) => `${month}-01`),
    units: rates.map(({ units }) => units),
  }
}

async function currenciesOf(trx: Trx): Promise<Known['currencies']> {
  const found = await rows<{ code: string; from: string | null; to: string | null }>(
    trx,
    `select code, valid_from as from, valid_to as to from currencies`,
  )
  return new Map(found.map(({ code, from, to }) => [code, { from, to }]))
}

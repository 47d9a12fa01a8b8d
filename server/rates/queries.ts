import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Column } from '../http/csv.ts'
import { FORM, keyAfter, momentText } from '../ledger/as-of.ts'
import type { Page, Query } from '../ledger/queries.ts'

type Person = { id: string; name: string }

/** A rate in force. `changes` is how often it was changed since it was first set; `since` when it became what it is. */
export type RateTold = {
  currency: string
  month: string
  units: string
  source: string
  changes: number
  since: string
  /** Who set or confirmed it; null for rates from before that was kept. */
  by: Person | null
}
export type RateRow = Omit<RateTold, 'by'> & { personId: string | null; name: string | null }

export type RateFilter = { currency?: string; from?: string; to?: string; after?: string }

/** Rates in force, the latest month first; one more than `limit`, without a limit all. `from` and `to` are months, both included. */
export function ratesQuery(fundId: string, { currency, from, to, after }: RateFilter, limit?: number): Query {
  const [month, behind] = keyAfter(after, [(part) => FORM.day(`${part}-01`), FORM.text]) ?? []
  return {
    sql: `select r.currency, to_char(r.month, 'YYYY-MM') as month, trim_scale(r.units)::text as units, r.source, r.changes,
                 ${momentText('r.since')} as since, n.id as "personId", n.name
            from rates_in_force r left join acts t on t.id = r.act_id left join people n on n.id = t.person_id
           where r.fund_id = :fundId ${currency ? 'and r.currency = :currency' : ''}
             and r.month between cast(:from as date) and cast(:to as date)
             and (r.month < cast(:month as date) or r.month = cast(:month as date) and r.currency > :behind)
           order by r.month desc, r.currency ${limit === undefined ? '' : 'limit :most'}`,
    bindings: {
      fundId,
      ...(currency ? { currency } : {}),
      from: from ? `${from}-01` : '-infinity',
      to: to ? `${to}-01` : 'infinity',
      month: month ? `${month}-01` : 'infinity',
      behind: behind ?? '',
      most: (limit ?? 0) + 1,
    },
  }
}

export function rateTold({ personId, name, ...rate }: RateRow): RateTold {
  return { ...rate, by: personId === null ? null : { id: personId, name: name! } }
}

export const RATE_FILE: readonly Column<RateTold>[] = [
  { heading: 'currency', text: (one) => one.currency },
  { heading: 'month', figure: (one) => one.month },
  { heading: 'units', figure: (one) => one.units },
  { heading: 'source', text: (one) => one.source },
  { heading: 'changes', figure: (one) => `${one.changes}` },
  { heading: 'since', figure: (one) => one.since },
  { heading: 'person_id', text: (one) => one.by?.id ?? null },
  { heading: 'person', text: (one) => one.by?.name ?? null },
]

/** A page of rates, one more than `limit`. */
export async function listRates(db: Db, fundId: string, { limit, ...filter }: RateFilter & Page): Promise<RateTold[]> {
  const { sql, bindings } = ratesQuery(fundId, filter, limit)
  return (await rows<RateRow>(db, sql, bindings)).map(rateTold)
}

/** One rate with what it was before, the first setting first. Refuses `not_found`. */
export async function readRateHistory(
  db: Db,
  fundId: string,
  { currency, month }: { currency: string; month: string },
): Promise<RateTold & { history: RateSetting[] }> {
  const [found] = await listRates(db, fundId, { currency, from: month, to: month, limit: 1 })
  if (!found) throw new Refusal('not_found')
  const history = await rows<RateSetting>(
    db,
    `select trim_scale(s.units)::text as units, s.source, s.reason, ${momentText('s.since')} as since,
            ${momentText('lead(s.since) over (order by s.number)')} as until,
            json_build_object('id', p.id, 'name', p.name) as "setBy",
            case when c.id is not null then json_build_object('id', c.id, 'name', c.name) end as "confirmedBy"
       from (select 0 as number, r.units, r.source, null as reason, r.recorded_at as since, t.person_id as set_by, null as confirmed_by
               from exchange_rates r left join acts t on t.id = r.act_id
              where r.fund_id = :fundId and r.currency = :currency and r.month = cast(:on as date)
             union all
             select k.number, g.units, g.source, g.reason, k.confirmed_at, g.proposed_by, k.confirmed_by
               from rate_confirmations k join rate_changes g on g.id = k.change_id
              where k.fund_id = :fundId and k.currency = :currency and k.month = cast(:on as date)) s
       left join people p on p.id = s.set_by left join people c on c.id = s.confirmed_by
      order by s.number`,
    { fundId, currency, on: `${month}-01` },
  )
  return { ...found, history }
}

/** What a rate was from one moment to another; the last one still is. */
export type RateSetting = {
  units: string
  source: string
  reason: string | null
  since: string
  until: string | null
  setBy: Person | { id: null; name: null }
  confirmedBy: Person | null
}

/** A proposed change of a rate, and its confirmation where there is one. */
export type RateChange = {
  id: string
  fundId: string
  currency: string
  month: string
  /** The how-manieth change of this rate it is. */
  number: number
  /** The units before. */
  replaces: string
  units: string
  source: string
  reason: string
  /** Entries that were valued at the rate before, when this was proposed. They keep their values. */
  entriesValued: number
  proposedBy: Person
  proposedAt: string
  confirmed: { by: Person; at: string; entriesValued: number } | null
  /** `open` can be confirmed; `overtaken` cannot any more, for the rate became another meanwhile. */
  state: 'open' | 'confirmed' | 'overtaken'
}

const CHANGE = `select c.id, c.fund_id as "fundId", c.currency, to_char(c.month, 'YYYY-MM') as month, c.number,
    trim_scale(c.replaces)::text as replaces, trim_scale(c.units)::text as units, c.source, c.reason, c.entries_valued as "entriesValued",
    json_build_object('id', p.id, 'name', p.name) as "proposedBy", ${momentText('c.proposed_at')} as "proposedAt",
    case when k.change_id is not null then json_build_object('by', json_build_object('id', n.id, 'name', n.name),
      'at', ${momentText('k.confirmed_at')}, 'entriesValued', k.entries_valued) end as confirmed,
    case when k.change_id is not null then 'confirmed'
         when exists (select from rate_confirmations o where o.fund_id = c.fund_id and o.currency = c.currency and o.month = c.month
                         and o.number >= c.number) then 'overtaken' else 'open' end as state
  from rate_changes c join people p on p.id = c.proposed_by
  left join rate_confirmations k on k.change_id = c.id left join people n on n.id = k.confirmed_by`

/** A change by its id. Refuses `not_found`. */
export async function readChange(db: Db, changeId: string): Promise<RateChange> {
  const found = await row<RateChange>(db, `${CHANGE} where c.id = :changeId`, { changeId })
  if (!found) throw new Refusal('not_found')
  return found
}

/** Changes of rates, the latest proposal first; one more than `limit`. */
export function listChanges(
  db: Db,
  fundId: string,
  { currency, month, state, limit, after }: { currency?: string; month?: string; state?: string } & Page,
): Promise<RateChange[]> {
  return rows(
    db,
    `select * from (${CHANGE} where c.fund_id = :fundId and c.id < :before
                     ${currency ? 'and c.currency = :currency' : ''} ${month ? 'and c.month = cast(:on as date)' : ''}) found
      ${state ? 'where state = :state' : ''} order by id desc limit :most`,
    {
      fundId,
      before: keyAfter(after, [FORM.text])?.[0] ?? 'rch_~',
      most: limit + 1,
      ...(currency ? { currency } : {}),
      ...(month ? { on: `${month}-01` } : {}),
      ...(state ? { state } : {}),
    },
  )
}

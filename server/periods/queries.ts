import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { FORM, keyAfter, momentText } from '../ledger/as-of.ts'
import type { Page } from '../ledger/queries.ts'
import type { ChecklistItem } from './checklist.ts'
import type { PeriodRef } from './load.ts'
import type { PeriodState } from './policy.ts'

type Person = { id: string; name: string }

/** A month of the books. `changed` is who last closed or opened it, and when; null where nobody has, or a later month closed it. */
export type PeriodTold = {
  month: string
  state: PeriodState
  hasEntries: boolean
  changed: { by: Person; at: string } | null
}

/** The months of a fund from its first entry to today, the latest first; one more than `limit`. */
export function listPeriods(db: Db, fundId: string, { limit, after }: Page): Promise<PeriodTold[]> {
  const [before] = keyAfter(after, [(part) => FORM.day(`${part}-01`)]) ?? []
  return rows(
    db,
    `with bounds as (
       select least((select date_trunc('month', min(occurred_on)) from entries where fund_id = :fundId),
                    (select min(month) from period_states where fund_id = :fundId)::timestamp,
                    date_trunc('month', now() at time zone 'utc')) as first,
              date_trunc('month', now() at time zone 'utc') as last),
     page as (
       select m::date as month from bounds, generate_series(first, last, interval '1 month') m
        where m < cast(:before as timestamp) order by m desc limit :most)
     select ${PERIOD} from page m ${LAST_CHANGE} order by m.month desc`,
    { fundId, before: before ? `${before}-01` : 'infinity', most: limit + 1 },
  )
}

const PERIOD = `to_char(m.month, 'YYYY-MM') as month, period_state(:fundId, m.month) as state,
  exists (select from entries e where e.fund_id = :fundId and e.occurred_on >= m.month and e.occurred_on < m.month + interval '1 month') as "hasEntries",
  case when s.number is not null then json_build_object('by', json_build_object('id', n.id, 'name', n.name),
    'at', ${momentText('s.changed_at')}) end as changed`
const LAST_CHANGE = `left join lateral (select * from period_states s where s.fund_id = :fundId and s.month = m.month order by s.number desc limit 1) s on true
  left join people n on n.id = s.changed_by`

/** A month with all that was done to it: its states in order, each with the checklist or the reopening that it came with. */
export async function readPeriod(db: Db, { fundId, month }: PeriodRef): Promise<PeriodWhole> {
  const period = await row<PeriodTold>(
    db,
    `select ${PERIOD} from (select cast(:on as date) as month) m ${LAST_CHANGE}`,
    { fundId, on: `${month}-01` },
  )
  const history = await rows<PeriodWhole['history'][number]>(
    db,
    `select s.state, json_build_object('id', n.id, 'name', n.name) as by, ${momentText('s.changed_at')} as at, s.checklist,
            s.reopening_id as "reopeningId"
       from period_states s join people n on n.id = s.changed_by
      where s.fund_id = :fundId and s.month = cast(:on as date) order by s.number`,
    { fundId, on: `${month}-01` },
  )
  const reopenings = await rows<Reopening>(
    db,
    `${REOPENING} where r.fund_id = :fundId and r.month = cast(:on as date) order by r.id`,
    { fundId, on: `${month}-01` },
  )
  return { ...period!, history, reopenings }
}

export type PeriodWhole = PeriodTold & {
  history: {
    state: PeriodState
    by: Person
    at: string
    checklist: ChecklistItem[] | null
    reopeningId: string | null
  }[]
  reopenings: Reopening[]
}

/** A proposal to open a closed month again. */
export type Reopening = {
  id: string
  fundId: string
  month: string
  reason: string
  /** The number of the month's state that it undoes. */
  follows: number
  proposedBy: Person
  proposedAt: string
  confirmed: { by: Person; at: string } | null
  /** `open` can be confirmed; `overtaken` cannot any more, for the month was opened or closed since. */
  state: 'open' | 'confirmed' | 'overtaken'
}

const REOPENING = `select r.id, r.fund_id as "fundId", to_char(r.month, 'YYYY-MM') as month, r.reason, r.follows,
    json_build_object('id', p.id, 'name', p.name) as "proposedBy", ${momentText('r.proposed_at')} as "proposedAt",
    case when s.number is not null then json_build_object('by', json_build_object('id', n.id, 'name', n.name),
      'at', ${momentText('s.changed_at')}) end as confirmed,
    case when s.number is not null then 'confirmed'
         when exists (select from period_states o where o.fund_id = r.fund_id and o.month = r.month and o.number > r.follows)
              then 'overtaken' else 'open' end as state
  from reopenings r join people p on p.id = r.proposed_by
  left join period_states s on s.reopening_id = r.id and s.fund_id = r.fund_id and s.month = r.month left join people n on n.id = s.changed_by`

/** A reopening by its id. Refuses `not_found`. */
export async function readReopening(db: Db, reopeningId: string): Promise<Reopening> {
  const found = await row<Reopening>(db, `${REOPENING} where r.id = :reopeningId`, { reopeningId })
  if (!found) throw new Refusal('not_found')
  return found
}

/** Proposals to open months again, the latest first; one more than `limit`. */
export function listReopenings(db: Db, fundId: string, { limit, after }: Page): Promise<Reopening[]> {
  return rows(db, `${REOPENING} where r.fund_id = :fundId and r.id < :before order by r.id desc limit :most`, {
    fundId,
    before: keyAfter(after, [FORM.text])?.[0] ?? 'rop_~',
    most: limit + 1,
  })
}

/** Years that are closed, the latest first. */
export type YearTold = { id: string; year: number; closedBy: Person; closedAt: string; entries: string[] }

export function listYears(db: Db, fundId: string): Promise<YearTold[]> {
  return rows(
    db,
    `select y.id, y.year, json_build_object('id', n.id, 'name', n.name) as "closedBy", ${momentText('y.closed_at')} as "closedAt",
            coalesce((select json_agg(e.id::text order by e.id) from entries e
                       where e.fund_id = y.fund_id and e.act_id = y.act_id and e.kind = 'year_closed'), '[]') as entries
       from year_closings y join people n on n.id = y.closed_by
      where y.fund_id = :fundId order by y.year desc`,
    { fundId },
  )
}

import { rows, type Db } from '../../db/connect.ts'
import type { Bindings } from '../http/csv.ts'
import { entitiesOf, holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { CLOCK_READERS } from './queries.ts'

/** What the figures may be broken down by, besides the step. */
export const DIMENSIONS = ['lane', 'entity', 'month'] as const
export type Dimension = (typeof DIMENSIONS)[number]

export type Figure = {
  /** A whole (`decision`, `advance`, `credited`), a role that decides, or a step of the payment. */
  measure: string
  lane: string | null
  entity: { id: string; name: string } | null
  /** The month in which the step was over, in UTC. */
  month: string | null
  count: number
  p50Ms: number
  p90Ms: number
  p95Ms: number
  maxMs: number
  /** The targets of those that have one, which differ by lane and amount. */
  targetMs: { least: number; most: number } | null
  /** How many had a target, and how many of those kept it. */
  measured: number
  within: number
}

export type FiguresAsked = { fundId: string; by: readonly Dimension[]; from?: string; to?: string; at: Date }

/**
 * How long each step took, pauses apart, of what was over by a moment: percentiles, longest, and how many were within their target.
 *
 * A percentile is a duration that there was (`percentile_disc`): the 95th is at most the target exactly where at least 95 of 100 kept it,
 * so that percentile and share never disagree. An interpolated one (`percentile_cont`) can lie within a target that fewer kept.
 *
 * Who may not know an entity's requests is told its figures under no name. Refuses `role_not_allowed`.
 */
export async function clockFigures(db: Db, actor: Actor, asked: FiguresAsked): Promise<Figure[]> {
  return (await rows<FigureRow>(db, FIGURES, figureBindings(actor, asked))).map(figureOf)
}

export type FigureRow = Omit<Figure, 'entity' | 'targetMs'> & {
  entityId: string | null
  entity: string | null
  leastMs: number | null
  mostMs: number | null
}

export function figureOf({ entityId, entity, leastMs, mostMs, ...figure }: FigureRow): Figure {
  return {
    ...figure,
    entity: entityId && entity ? { id: entityId, name: entity } : null,
    targetMs: leastMs === null || mostMs === null ? null : { least: leastMs, most: mostMs },
  }
}

export function figureBindings(actor: Actor, { fundId, by, from, to, at }: FiguresAsked): Bindings {
  requireRole(actor, fundId, CLOCK_READERS)
  return {
    fundId,
    at: at.toISOString(),
    byLane: by.includes('lane'),
    byEntity: by.includes('entity'),
    byMonth: by.includes('month'),
    from: from ?? '',
    to: to ?? '',
    all: holdsRole(actor, fundId, READERS),
    mine: entitiesOf(actor, fundId),
  }
}

/** Whatever is measured of each request: its wholes, the roles that decided on it, and the steps of each of its payments. */
const MEASURED = `
  with times as materialized (
    select t.*, t.gross_ms - t.paused_ms as ms from clock_times(cast(:at as timestamptz)) t where t.fund_id = :fundId),
  life as (select * from times where payment_id is null),
  lives as (
    select t.request_id, max(t.round) as round, max(t.to_at) as ended_at, bool_and(t.to_at is not null) as over,
           (array_agg(t.ended_by order by t.from_at desc, t.to_at desc nulls first))[1] as ended_by,
           bool_or(t.step = 'certification') as approved, bool_or(t.step = 'settlement') as released
      from life t group by t.request_id),
  whole_targets as (
    select l.request_id, sum(g.minutes) filter (where g.step like 'approval%') * 60000 as decision,
           sum(g.minutes) filter (where g.step <> 'settlement') * 60000 as advance, sum(g.minutes) * 60000 as credited
      from lives l join step_targets g on g.request_id = l.request_id and g.round = l.round group by l.request_id),
  measured (request_id, measure, ended_at, ms, target_ms) as (
    select l.request_id, 'decision', max(t.to_at), sum(t.ms), min(w.decision)
      from lives l join life t on t.request_id = l.request_id and t.step like 'approval%' left join whole_targets w on w.request_id = l.request_id
     where l.approved or l.ended_by = 'reject' group by l.request_id
    union all
    select l.request_id, 'advance', max(t.to_at), sum(t.ms), min(w.advance)
      from lives l join requests r on r.id = l.request_id and r.lane = 'no_regret'
      join life t on t.request_id = l.request_id and t.step <> 'settlement' left join whole_targets w on w.request_id = l.request_id
     where l.released group by l.request_id having bool_and(t.to_at is not null)
    union all
    select l.request_id, 'credited', l.ended_at, sum(t.ms), min(w.credited)
      from lives l join life t on t.request_id = l.request_id left join whole_targets w on w.request_id = l.request_id
     where l.over and l.ended_by = 'settle' group by l.request_id, l.ended_at
    union all
    select a.request_id, a.role, x.last, sum(t.ms), min(g.minutes) * 60000
      from approval_steps a
      join lateral (select date_trunc('milliseconds', max(d.decided_at)) as last from decisions d
                     where d.request_id = a.request_id and d.round = a.round and d.step = a.step and d.role = a.role
                    having bool_or(d.verdict <> 'approve') or count(distinct d.decided_by) + (
                             select count(*) from kept_decisions k where k.request_id = a.request_id and k.round = a.round and k.step = a.step
                                and k.role = a.role) >= a.quorum) x on true
      join life t on t.request_id = a.request_id and t.round = a.round and t.step = 'approval_' || a.step and t.to_at <= x.last
      left join step_targets g on g.request_id = a.request_id and g.round = a.round and g.step = t.step
     group by a.request_id, a.round, a.step, a.role, x.last
    union all
    select t.request_id, t.step, max(t.to_at), sum(t.ms), min(g.minutes) * 60000
      from times t left join step_targets g on g.request_id = t.request_id and g.round = t.round and g.step = t.step
     where t.step not like 'approval%' group by t.request_id, t.payment_id, t.round, t.step
    having bool_and(t.to_at is not null) and (array_agg(t.ended_by order by t.from_at desc))[1] <> 'end')`

export const MEASURES = [
  ...['decision', 'advance', 'credited'],
  ...['certifying_officer', 'fund_manager', 'director', 'head_of_department'],
  ...['certification', 'release', 'settlement'],
] as const

/** The figures as rows, in the order of the steps. */
export const FIGURES = `${MEASURED}
  select measure, lane, entity_id as "entityId", entity, month, count(*)::int as count,
         ((percentile_disc(array[0.5, 0.9, 0.95]) within group (order by ms))[1])::float8 as "p50Ms",
         ((percentile_disc(array[0.5, 0.9, 0.95]) within group (order by ms))[2])::float8 as "p90Ms",
         ((percentile_disc(array[0.5, 0.9, 0.95]) within group (order by ms))[3])::float8 as "p95Ms",
         max(ms)::float8 as "maxMs", min(target_ms)::float8 as "leastMs", max(target_ms)::float8 as "mostMs",
         count(target_ms)::int as measured, (count(*) filter (where ms <= target_ms))::int as within
    from (select m.measure, m.ms, m.target_ms, case when :byLane then r.lane end as lane,
                 case when :byEntity and (:all or r.entity_id = any(:mine)) then r.entity_id end as entity_id,
                 case when :byEntity and (:all or r.entity_id = any(:mine)) then e.name end as entity,
                 case when :byMonth then x.month end as month
            from measured m join requests r on r.id = m.request_id join entities e on e.id = r.entity_id
           cross join lateral (select to_char(m.ended_at at time zone 'UTC', 'YYYY-MM') as month) x
           where (:from = '' or x.month >= :from) and (:to = '' or x.month <= :to)) one
   group by measure, lane, entity_id, entity, month
   order by array_position(array[${MEASURES.map((measure) => `'${measure}'`).join(', ')}], measure), month, lane, entity, entity_id`

import { rows, type Db } from '../../db/connect.ts'
import { entitiesOf, holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { OWNERS_OF_STEP, type Owner } from './owners.ts'
import { CLOCK_READERS } from './queries.ts'

/** A step that is open: of which request, with whom, and how much of its time is left. */
export type StepWaiting = {
  /** Null, like the rest of what names it, for who may not know what the request is about. */
  requestId: string | null
  code: string | null
  title: string | null
  entity: string | null
  lane: string
  round: number
  step: string
  /** Of a later payment that has a clock of its own; null for the request itself. */
  paymentId: string | null
  since: Date
  elapsedMs: number
  targetMs: number
  leftMs: number
  late: boolean
  /** Why the clock stands still, where it does; else when the time is over. */
  paused: string | null
  dueAt: Date | null
  owners: Owner[]
}

/**
 * Every step that is open at a moment and has a target, the least time left first: those that are late, and then those that will be.
 * At most `limit` of them. Refuses `role_not_allowed`.
 */
export async function stepsWaiting(
  db: Db,
  actor: Actor,
  { fundId, at, limit }: { fundId: string; at: Date; limit: number },
): Promise<StepWaiting[]> {
  requireRole(actor, fundId, CLOCK_READERS)
  const found = await rows<Omit<StepWaiting, 'late' | 'dueAt'> & { named: boolean }>(db, WAITING, {
    ...{ fundId, at, limit },
    all: holdsRole(actor, fundId, READERS),
    mine: entitiesOf(actor, fundId),
  })
  return found.map(({ named, ...step }) => ({
    ...step,
    ...(named ? {} : { requestId: null, paymentId: null, code: null, title: null, entity: null }),
    owners: named ? step.owners : step.owners.map(({ role }) => ({ role, people: [] })),
    late: step.leftMs < 0,
    dueAt: step.paused === null ? new Date(at.getTime() + step.leftMs) : null,
  }))
}

const WAITING = `
  select r.id as "requestId", r.code, r.title, e.name as entity, r.lane, (:all or r.entity_id = any(:mine)) as named,
         s.round, s.step, s.payment_id as "paymentId", s.started_at as since, s.elapsed::float8 as "elapsedMs", s.target::float8 as "targetMs",
         (s.target - s.elapsed)::float8 as "leftMs",
         case when s.returned then 'returned' else (select u.reason from pauses u where u.request_id = r.id and u.ended_at is null) end as paused,
         ${OWNERS_OF_STEP} as owners
    from (select c.*, c.gross_ms - c.paused_ms as elapsed, g.minutes * 60000.0 as target
            from clock_steps(:at) c
            join step_targets g on g.request_id = c.request_id and g.round = c.round and g.step = c.step
           where c.fund_id = :fundId and c.ended_at is null
           order by g.minutes * 60000.0 - (c.gross_ms - c.paused_ms), c.request_id, c.payment_id limit :limit) s
    join requests r on r.id = s.request_id join entities e on e.id = r.entity_id
   order by s.target - s.elapsed, r.id, s.payment_id`

import { row, rows, type Db } from '../../db/connect.ts'
import { entitiesOf, holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import { requestById, type LoadedRequest } from '../requests/load.ts'
import { OWNERS_OF_STEP, type Owner } from './owners.ts'

/** Who may look at clocks: whoever reads the fund, its requesters and its advisors. */
export const CLOCK_READERS: readonly Role[] = [...READERS, 'requester', 'advisor']

export type Taken = { role: string; by: { id: string; name: string } | null; did: string; at: Date }

export type StepTimed = {
  round: number
  step: string
  startedAt: Date
  endedAt: Date | null
  grossMs: number
  pausedMs: number
  /** What counts: gross less paused. */
  elapsedMs: number
  targetMs: number | null
  late: boolean
  /** Steps of the matrix that are taken side by side share a clock; each has its own time in it. */
  roles: { role: string; quorum: number; elapsedMs: number; open: boolean }[]
  taken: Taken[]
}

export type PauseTold = {
  /** Null where the request was returned: that lasts until it is submitted again. */
  id: string | null
  step: string
  reason: string
  suspends: boolean
  note: string | null
  begunAt: Date
  begunBy: string | null
  endedAt: Date | null
  endedBy: string | null
}

export type RequestClock = {
  requestId: string
  lane: string
  state: 'not_started' | 'running' | 'paused' | 'credited' | 'ended'
  startedAt: Date | null
  endedAt: Date | null
  grossMs: number
  pausedMs: number
  elapsedMs: number
  /** From the request to the payee's credit. */
  targetMs: number | null
  /** The step that is open, with whom, and how long it may still take; `dueAt` only while the clock runs. */
  now: (Pick<StepTimed, 'round' | 'step' | 'elapsedMs' | 'targetMs'> & NowOpen) | null
  steps: StepTimed[]
  pauses: PauseTold[]
}
type NowOpen = { since: Date; leftMs: number | null; dueAt: Date | null; owners: Owner[] }

/**
 * The clock of a request at a moment: every step with its time, its target and who took it, and every pause. The elapsed time of
 * the request is the sum of its steps less their pauses.
 *
 * Who may not know what the request is about is told the times and no name.
 * Refuses `not_found` and `role_not_allowed`.
 */
export async function requestClock(db: Db, actor: Actor, requestId: string, at: Date): Promise<RequestClock> {
  const request = await requestById(db, requestId)
  requireRole(actor, request.fundId, CLOCK_READERS)
  const named = mayBeTold(actor, request)
  const steps = await stepsOf(db, requestId, at)
  const pauses = await pausesOf(db, requestId)
  const sumOf = (what: 'grossMs' | 'pausedMs' | 'elapsedMs') => steps.reduce((total, step) => total + step[what], 0)
  const open = steps.find(({ endedAt }) => endedAt === null)
  const last = steps.at(-1)
  const paused = pauses.some(({ endedAt }) => endedAt === null)
  const target = steps.length > 0 ? await targetOf(db, request) : null
  const over = last?.endedBy === 'settle' ? 'credited' : 'ended'
  return {
    requestId,
    lane: request.lane,
    state: !last ? 'not_started' : !open ? over : paused ? 'paused' : 'running',
    startedAt: steps[0]?.startedAt ?? null,
    endedAt: open ? null : (last?.endedAt ?? null),
    grossMs: sumOf('grossMs'),
    pausedMs: sumOf('pausedMs'),
    elapsedMs: sumOf('elapsedMs'),
    targetMs: target,
    now: open ? nowOpen(open, { at, paused, named }) : null,
    steps: steps.map(({ endedBy: _endedBy, owners: _owners, taken, ...step }) => ({
      ...step,
      taken: named ? taken : taken.map((one) => ({ ...one, by: null })),
    })),
    pauses: named ? pauses : pauses.map((one) => ({ ...one, note: null, begunBy: null, endedBy: null })),
  }
}

/** Whether this person may know what the request is about: readers of the fund, and the people of its entity. */
export function mayBeTold(actor: Actor, request: Pick<LoadedRequest, 'fundId' | 'entityId'>): boolean {
  return holdsRole(actor, request.fundId, READERS) || entitiesOf(actor, request.fundId).includes(request.entityId)
}

function nowOpen(
  { round, step, startedAt, elapsedMs, targetMs, owners }: StepFound,
  { at, paused, named }: { at: Date; paused: boolean; named: boolean },
): RequestClock['now'] {
  const leftMs = targetMs === null ? null : targetMs - elapsedMs
  return {
    ...{ round, step, elapsedMs, targetMs, leftMs },
    since: startedAt,
    dueAt: leftMs === null || paused ? null : new Date(at.getTime() + leftMs),
    owners: named ? owners : owners.map(({ role }) => ({ role, people: [] })),
  }
}

type StepFound = StepTimed & { endedBy: string | null; owners: Owner[] }

/** The steps in the order in which they were first come to. */
async function stepsOf(db: Db, requestId: string, at: Date): Promise<StepFound[]> {
  const found = await rows<Omit<StepFound, 'late' | 'taken'> & { taken: (Taken & { at: string })[] | null }>(
    db,
    `select s.round, s.step, s.started_at as "startedAt", s.ended_at as "endedAt", s.ended_by as "endedBy", s.gross_ms::float8 as "grossMs",
            s.paused_ms::float8 as "pausedMs", (s.gross_ms - s.paused_ms)::float8 as "elapsedMs", g.minutes * 60000.0::float8 as "targetMs",
            case when s.ended_at is null then ${OWNERS_OF_STEP} else '[]' end as owners,
            ${ROLES_OF_STEP} as roles, ${TAKEN_AT_STEP} as taken
       from clock_steps(:at) s
       join requests r on r.id = s.request_id
       left join step_targets g on g.request_id = s.request_id and g.round = s.round and g.step = s.step
      where s.request_id = :requestId order by s.started_at, s.round, s.step`,
    { requestId, at },
  )
  return found.map(({ taken, ...step }) => ({
    ...step,
    late: step.targetMs !== null && step.elapsedMs > step.targetMs,
    taken: (taken ?? []).map((one) => ({ ...one, at: new Date(one.at) })),
  }))
}

/** What each role of a step has taken of its time: until its last decision, or until now; nothing where its approvals were kept. */
const ROLES_OF_STEP = `
  (select coalesce(json_agg(json_build_object('role', a.role, 'quorum', a.quorum, 'open', s.ended_at is null and x.counting < a.quorum, 'elapsedMs', (
            select coalesce(sum(t.gross_ms - t.paused_ms), 0) from clock_times(:at) t
             where t.request_id = s.request_id and t.round = s.round and t.step = s.step
               and (x.counting < a.quorum or t.to_at <= date_trunc('milliseconds', x.last)))) order by a.role), '[]')
     from approval_steps a
     cross join lateral (select count(distinct c.decided_by) filter (where c.verdict = 'approve') as counting,
                                (select max(d.decided_at) from decisions d where d.request_id = a.request_id and d.round = a.round and d.step = a.step
                                    and d.role = a.role) as last
                           from decisions_that_count(a.request_id, a.round) c where c.step = a.step and c.role = a.role) x
    where a.request_id = s.request_id and a.round = s.round and 'approval_' || a.step = s.step)`

const TAKEN_AT_STEP = `
  (select json_agg(json_build_object('role', x.role, 'by', json_build_object('id', p.id, 'name', p.name), 'did', x.did, 'at', x.at) order by x.at, p.id)
     from (select d.role, d.decided_by as by, d.verdict as did, d.decided_at as at from decisions d
            where d.request_id = s.request_id and d.round = s.round and 'approval_' || d.step = s.step
           union all
           select 'certifying_officer', y.certified_by, 'certify', y.certified_at from payments y where s.step = 'certification' and y.request_id = s.request_id
           union all
           select 'releaser', l.signed_by, 'release', l.signed_at from payment_signatures l where s.step = 'release' and l.request_id = s.request_id
           union all
           select 'reconciler', t.settled_by, 'settle', t.settled_at from settlements t where s.step = 'settlement' and t.request_id = s.request_id) x
     join people p on p.id = x.by
    where x.at between s.started_at and coalesce(s.ended_at + interval '1 millisecond', :at))`

function pausesOf(db: Db, requestId: string): Promise<PauseTold[]> {
  return rows<PauseTold>(
    db,
    `select u.id, u.step, u.reason, u.suspends, u.note, u.begun_at as "begunAt", b.name as "begunBy", u.ended_at as "endedAt", e.name as "endedBy"
       from pauses u join people b on b.id = u.begun_by left join people e on e.id = u.ended_by where u.request_id = :requestId
      union all
     select null, c.step, 'returned', false, d.reason, c.from_at, p.name, c.to_at, h.name
       from clock_pieces() c
       join decisions d on d.request_id = c.request_id and d.round = c.round and d.verdict = 'return'
       join people p on p.id = d.decided_by
       left join submissions n on n.request_id = c.request_id and n.round = c.round + 1
       left join people h on h.id = n.submitted_by
      where c.request_id = :requestId and c.returned
      order by 6`,
    { requestId },
  )
}

/** The whole target of the last round; null for what was submitted before there were targets. */
async function targetOf(db: Db, { id, round }: LoadedRequest): Promise<number | null> {
  const found = await row<{ ms: number | null }>(
    db,
    `select sum(minutes) * 60000.0::float8 as ms from step_targets where request_id = :id and round = :round`,
    { id, round },
  )
  return found!.ms
}

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
  /** The payments that were certified while another was under way or credited: each has a clock of its own. */
  payments: PaymentClock[]
}
export type PaymentClock = Pick<RequestClock, 'grossMs' | 'pausedMs' | 'elapsedMs' | 'targetMs' | 'steps' | 'now'> & {
  paymentId: string
  code: string
  startedAt: Date
  endedAt: Date | null
}
type NowOpen = { since: Date; leftMs: number | null; dueAt: Date | null; owners: Owner[] }

/**
 * The clock of a request at a moment: every step with its time, its target and who took it, and every pause. The elapsed time of
 * the request, until its first payee has the money, is the sum of its steps less their pauses; so is that of each later payment.
 *
 * Who may not know what the request is about is told the times and no name.
 * Refuses `not_found` and `role_not_allowed`.
 */
export async function requestClock(db: Db, actor: Actor, requestId: string, at: Date): Promise<RequestClock> {
  const request = await requestById(db, requestId)
  requireRole(actor, request.fundId, CLOCK_READERS)
  const named = mayBeTold(actor, request)
  const found = await stepsOf(db, requestId, at)
  const steps = found.filter(({ paymentId }) => paymentId === null)
  const pauses = await pausesOf(db, requestId)
  const open = steps.find(({ endedAt }) => endedAt === null)
  const last = steps.at(-1)
  const paused = pauses.some(({ endedAt }) => endedAt === null)
  const told = { at, paused, named }
  const over = last?.endedBy === 'settle' ? 'credited' : 'ended'
  return {
    requestId,
    lane: request.lane,
    state: !last ? 'not_started' : !open ? over : paused ? 'paused' : 'running',
    startedAt: steps[0]?.startedAt ?? null,
    endedAt: open ? null : (last?.endedAt ?? null),
    ...summed(steps),
    targetMs: steps.length > 0 ? await targetOf(db, request) : null,
    now: open ? nowOpen(open, told) : null,
    steps: steps.map((step) => stepTold(step, named)),
    pauses: named ? pauses : pauses.map((one) => ({ ...one, note: null, begunBy: null, endedBy: null })),
    payments: paymentClocks(found, told),
  }
}

/** The steps of each later payment as a clock of its own, the first that was certified first. */
function paymentClocks(
  found: readonly StepFound[],
  told: { at: Date; paused: boolean; named: boolean },
): PaymentClock[] {
  const later = found.filter((step): step is StepFound & { paymentId: string } => step.paymentId !== null)
  return [...Map.groupBy(later, ({ paymentId }) => paymentId).entries()].map(([paymentId, steps]) => {
    const open = steps.find(({ endedAt }) => endedAt === null)
    const targets = steps.map(({ paymentTargetMs }) => paymentTargetMs)
    return {
      paymentId,
      code: steps[0]!.code!,
      startedAt: steps[0]!.startedAt,
      endedAt: open ? null : steps.at(-1)!.endedAt,
      ...summed(steps),
      targetMs: targets[0] ?? null,
      now: open ? nowOpen(open, told) : null,
      steps: steps.map((step) => stepTold(step, told.named)),
    }
  })
}

function summed(steps: readonly StepTimed[]): Pick<RequestClock, 'grossMs' | 'pausedMs' | 'elapsedMs'> {
  const sumOf = (what: 'grossMs' | 'pausedMs' | 'elapsedMs') => steps.reduce((total, step) => total + step[what], 0)
  return { grossMs: sumOf('grossMs'), pausedMs: sumOf('pausedMs'), elapsedMs: sumOf('elapsedMs') }
}

/** What is told of a step; who has taken it only to who may know. */
function stepTold(
  { endedBy: _endedBy, owners: _owners, paymentId: _paymentId, code: _code, paymentTargetMs: _ms, ...step }: StepFound,
  named: boolean,
): StepTimed {
  return named ? step : { ...step, taken: step.taken.map((one) => ({ ...one, by: null })) }
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

type StepFound = StepTimed & {
  /** Of a later payment; null for the steps of the request itself. */
  paymentId: string | null
  code: string | null
  paymentTargetMs: number | null
  endedBy: string | null
  owners: Owner[]
}

/** The steps in the order in which they were first come to. */
async function stepsOf(db: Db, requestId: string, at: Date): Promise<StepFound[]> {
  const found = await rows<Omit<StepFound, 'late' | 'taken'> & { taken: (Taken & { at: string })[] | null }>(
    db,
    `select s.payment_id as "paymentId", y.code, s.round, s.step, s.started_at as "startedAt", s.ended_at as "endedAt", s.ended_by as "endedBy", s.gross_ms::float8 as "grossMs",
            s.paused_ms::float8 as "pausedMs", (s.gross_ms - s.paused_ms)::float8 as "elapsedMs", g.minutes * 60000.0::float8 as "targetMs",
            case when s.ended_at is null then ${OWNERS_OF_STEP} else '[]' end as owners,
            (select sum(o.minutes) * 60000.0::float8 from step_targets o
              where o.request_id = s.request_id and o.round = s.round and o.step in ('release', 'settlement')) as "paymentTargetMs",
            ${ROLES_OF_STEP} as roles, ${TAKEN_AT_STEP} as taken
       from clock_steps(:at) s
       join requests r on r.id = s.request_id
       left join payments y on y.id = s.payment_id
       left join step_targets g on g.request_id = s.request_id and g.round = s.round and g.step = s.step
      where s.request_id = :requestId order by s.payment_id nulls first, s.started_at, s.round, s.step`,
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
             where t.request_id = s.request_id and t.payment_id is null and t.round = s.round and t.step = s.step
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
              and (s.payment_id is null or l.payment_id = s.payment_id)
           union all
           select 'reconciler', t.settled_by, 'settle', t.settled_at from settlements t where s.step = 'settlement' and t.request_id = s.request_id
              and (s.payment_id is null or t.payment_id = s.payment_id)) x
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

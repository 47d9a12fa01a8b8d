import { rows, type Db, type Trx } from '../../db/connect.ts'
import { standsInFor } from '../delegations/stand-ins.ts'
import { recordAct } from '../acts/record.ts'
import { notify } from '../notifications/notify.ts'
import { newAct, type NewAct, type Role } from '../people/actor.ts'
import { lockRequest } from '../requests/load.ts'
import { OWNERS_OF_STEP, type Owner } from './owners.ts'
import { overdueBy, type Overdue } from './policy.ts'

/** Steps that were over this long ago are not looked at again for what nobody noticed then. */
const LOOKED_BACK_DAYS = 60

/**
 * Notices every step of which half the time is over, or all of it, by `at`: reminds its owners at half, or who stands in for
 * those who are away, and tells them, their delegates and the directors when it is late. Each is a row that is written once for a step, however many workers look and however often they
 * are started again; a step that was late and is over by now is kept as late, and nobody is told. Gives how many rows it wrote.
 */
export async function noticeSteps(db: Db, at: Date): Promise<number> {
  const due = await rows<{ requestId: string }>(db, DUE, { at, requests: await requestsToLookAt(db, at) })
  let written = 0
  const failures: unknown[] = []
  for (const { requestId } of due) {
    try {
      written += await db.transaction((trx) => noticeRequest(trx, requestId, at))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return written
}

/** Those that are under way, or were not long ago. */
async function requestsToLookAt(db: Db, at: Date): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `select id from requests
      where round > 0 and (status in ('submitted', 'returned', 'approved')
                        or submitted_at > cast(:at as timestamptz) - make_interval(days => :days)
                        or exists (select from payments p where p.request_id = requests.id and p.status in ('certified', 'released')))`,
    { at, days: LOOKED_BACK_DAYS },
  )
  return found.map(({ id }) => id)
}

// Every step whose next notice is not written yet: that it is late, or while it is open that half its time is over.
const OPEN_NOTICES = `
  from clock_steps(:at) s
  join step_targets g on g.request_id = s.request_id and g.round = s.round and g.step = s.step
  where s.request_id = any(:requests)
    and ((s.gross_ms - s.paused_ms >= g.minutes * 60000.0 and not exists (
            select from clock_notices n where n.request_id = s.request_id and n.payment_id is not distinct from s.payment_id
               and n.round = s.round and n.step = s.step and n.kind = 'breach'))
      or (s.ended_at is null and s.gross_ms - s.paused_ms >= g.minutes * 30000.0 and not exists (
            select from clock_notices n where n.request_id = s.request_id and n.payment_id is not distinct from s.payment_id
               and n.round = s.round and n.step = s.step)))`

const DUE = `select distinct s.request_id as "requestId" ${OPEN_NOTICES} order by s.request_id`

type Due = {
  /** Of a later payment that has a clock of its own; null for the request itself. */
  paymentId: string | null
  round: number
  step: string
  minutes: number
  elapsedMs: number
  startedAt: Date
  open: boolean
  paused: boolean
  owners: Owner[]
}

/** Lock, then look: whoever decided meanwhile is not reminded of it. */
async function noticeRequest(trx: Trx, requestId: string, at: Date): Promise<number> {
  const request = await lockRequest(trx, requestId)
  const due = await rows<Due>(
    trx,
    `select s.*, case when s.open then ${OWNERS_OF_STEP} else '[]' end as owners
       from (select s.request_id, s.payment_id, s.payment_id as "paymentId", s.round, s.step, s.returned, g.minutes, (s.gross_ms - s.paused_ms)::float8 as "elapsedMs", s.started_at as "startedAt",
                    s.ended_at is null as open,
                    s.returned or exists (select from pauses u where u.request_id = s.request_id and u.ended_at is null) as paused
               ${OPEN_NOTICES}) s
       join requests r on r.id = s.request_id order by s.payment_id nulls first, s.round, s.step`,
    { at, requests: [requestId] },
  )
  let written = 0
  const act = newAct(at)
  for (const step of due) {
    const kind = overdueBy(step.elapsedMs, step.minutes * 60_000)
    if (!kind) continue
    const { paymentId: payment_id, round, minutes, elapsedMs } = step
    const inserted = await trx('clock_notices')
      .insert({
        ...{ fund_id: request.fundId, request_id: requestId, round, step: step.step, kind },
        ...{ payment_id, target_minutes: minutes, elapsed_ms: elapsedMs, noticed_at: at, act_id: act.id },
      })
      .onConflict(['request_id', 'round', 'step', 'kind', 'payment_id'])
      .ignore()
      .returning('kind')
    written += inserted.length
    if (inserted.length > 0 && step.open) await tell(trx, request, act, { ...step, kind })
  }
  if (written > 0)
    await recordAct(trx, {
      ...{ id: act.id, fundId: request.fundId, personId: null, tokenId: null, requestId: 'schedule' },
      ...{ method: 'SCHEDULE', path: `/disbursement-requests/${requestId}/clock-notices`, address: null },
      ...{ outcome: 'done', details: null },
    })
  return written
}

type Told = { id: string; fundId: string; code: string; title: string; processId: string | null }

async function tell(trx: Trx, request: Told, act: NewAct, step: Due & { kind: Overdue }): Promise<void> {
  const { at } = act
  const { kind, startedAt, minutes, elapsedMs } = step
  const dueAt = new Date(at.getTime() + minutes * 60_000 - elapsedMs)
  for (const { role, people } of step.owners) {
    const owners = people.map(({ id }) => id)
    const standIns = await standsInFor(trx, request.fundId, owners, at, { requestId: request.id })
    const ofRole = standIns.filter((one) => one.role === role)
    const away = ofRole.filter(({ awayUntil }) => awayUntil !== null)
    const news = {
      fundId: request.fundId,
      key: [request.id, step.round, step.step, role, step.paymentId].filter((part) => part !== null).join('#'),
      link: `/requests/${request.id}`,
      processId: request.processId,
    }
    const facts = { code: request.code, title: request.title, role }
    const teller = { personId: null, act }
    if (kind === 'reminder') {
      // Who is away is not reminded where somebody stands in.
      const here = owners.filter((id) => !away.some(({ personId }) => personId === id))
      const reminded = [...here, ...away.map(({ delegateId }) => delegateId)]
      const due = { ...facts, due: dueAt.toISOString() }
      await notify(trx, teller, { ...news, event: 'step_half', to: { people: reminded }, urgent: false, facts: due })
    } else {
      const late = { ...facts, since: startedAt.toISOString() }
      const to = { people: [...owners, ...ofRole.map(({ delegateId }) => delegateId)], roles: above(role) }
      await notify(trx, teller, { ...news, event: 'step_late', to, urgent: true, facts: late })
    }
  }
}

/** Whom a late step is told besides its owners; over what directors are late with stands the head of the department. */
function above(role: string): Role[] {
  return role === 'director' ? ['director', 'head_of_department'] : ['director']
}

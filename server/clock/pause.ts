import type { Db, Trx } from '../../db/connect.ts'
import { row } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { lockRequest, partIn, type LoadedRequest } from '../requests/load.ts'
import { CONTESTED, CONTEST_LOOKERS, lookAtContest, mayLookAtContest } from './contest.ts'
import { pauseReason, type PauseReason } from './policy.ts'

/**
 * Stops the clock of a request in the step that is open, for a reason that the fund lists. The pause ends with its step, or before by
 * `endPause`. A reason that suspends keeps the request from being decided, certified or released as well; it needs no running clock, for
 * what it holds up is what comes next, and lasts until somebody ends it, whatever the bank books meanwhile.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to who holds none of the roles of that reason, `invalid_request` for a reason
 * that the fund does not list, `service_account_decides_nothing`, `separation_of_duties` to who asked for the money,
 * `named_in_request`, `tied_to_payee`, `clock_not_running`, `paused_already`.
 */
export async function beginPause(
  trx: Trx,
  actor: Actor,
  { requestId, reason: code, note = '' }: { requestId: string; reason: string; note?: string },
): Promise<{ id: string; requestId: string; step: string; reason: string; suspends: boolean; begunAt: Date }> {
  const request = await lockRequest(trx, requestId)
  const reasons = await reasonsOf(trx, request.fundId, actor.act.at)
  const reason = pauseReason({ pauses: reasons }, code)
  const roles = rolesOf(reason ? [reason] : reasons)
  requireRole(actor, request.fundId, roles)
  if (!reason) throw unknownReason(reasons)
  await mustBeFreeOf(trx, actor, request)
  const open = await openStep(trx, requestId)
  const suspends = reason.suspends === true
  if (suspends ? !isSuspendable(request) : !open || open.returned)
    throw new Refusal('clock_not_running', { current: request.status })
  if (await openPause(trx, requestId)) throw new Refusal('paused_already')

  const id = newId('pause')
  const step = open?.step ?? NEXT_STEP
  await trx('pauses').insert({
    id,
    fund_id: request.fundId,
    request_id: requestId,
    step,
    reason: code,
    suspends,
    note,
    begun_by: actor.personId,
    begun_as: roles.find((role) => holdsRole(actor, request.fundId, [role])),
    begun_at: actor.act.at,
    act_id: actor.act.id,
  })
  return { id, requestId, step, reason: code, suspends, begunAt: actor.act.at }
}

/** What a suspension is noted at where no step is open: between payments the next thing is to certify. */
export const NEXT_STEP = 'certification'

/** Whether there is anything to hold up: it waits for decisions, or for payments. */
export function isSuspendable({ status }: Pick<LoadedRequest, 'status'>): boolean {
  return status === 'submitted' || status === 'approved' || status === 'active'
}

/**
 * Lets the clock go on. Whoever may stop it for that reason may; it need not be the same person. Where a break-glass is contested two have to
 * look first (`lookAtContest`), and the second of them ends it.
 * Refuses `not_found`, `role_not_allowed`, and as `beginPause` who must keep away, then `pause_ended`, and what `lookAtContest` refuses.
 */
export async function endPause(
  trx: Trx,
  actor: Actor,
  { pauseId, note = '' }: { pauseId: string; note?: string },
): Promise<{ id: string; requestId: string; endedAt: Date | null }> {
  const found = await trx('pauses').where({ id: pauseId }).first('request_id', 'reason', 'begun_as')
  if (!found) throw new Refusal('not_found')
  const request = await lockRequest(trx, found.request_id)
  const pause = await trx('pauses').where({ id: pauseId }).first('begun_at', 'ended_at', 'break_glass_id')
  const contest = pause.break_glass_id as string | null
  const reason = pauseReason({ pauses: await reasonsOf(trx, request.fundId, actor.act.at) }, found.reason)
  const roles = contest ? CONTEST_LOOKERS : reason ? rolesOf([reason]) : [found.begun_as]
  requireRole(actor, request.fundId, roles)
  await mustBeFreeOf(trx, actor, request)
  if (pause.ended_at !== null) throw new Refusal('pause_ended')
  if (contest && !(await lookAtContest(trx, actor, request, { pauseId, breakGlassId: contest, note })))
    return { id: pauseId, requestId: request.id, endedAt: null }

  const endedAt = new Date(Math.max(actor.act.at.getTime(), pause.begun_at.getTime()))
  await trx('pauses')
    .where({ id: pauseId })
    .update({ ended_by: actor.personId, ended_at: endedAt, ending_act_id: actor.act.id })
  return { id: pauseId, requestId: request.id, endedAt }
}

/** Nothing is decided, certified or released while the request is suspended. Refuses `suspended`. Call with its row locked. */
export async function mustNotBeSuspended(trx: Trx, requestId: string): Promise<void> {
  const pause = await openPause(trx, requestId)
  if (pause?.suspends) throw new Refusal('suspended', { reason: pause.reason, since: pause.begunAt })
}

/** The reasons for which the fund lets a clock be stopped on that day. */
export async function reasonsOf(db: Db, fundId: string, at: Date): Promise<readonly PauseReason[]> {
  const { terms } = await policyInForce(db, { fundId, subject: 'clock', on: dayOf(at) })
  return terms.pauses ?? []
}

/**
 * The reasons for which this person may stop the clock of a request now, or let it go on; none for who must keep away. It only steers
 * which forms are shown: the verbs check everything again.
 */
export async function mayStopFor(
  db: Db,
  actor: Actor,
  request: Pick<LoadedRequest, 'id' | 'fundId' | 'status'>,
): Promise<string[]> {
  const part = await partIn(db, request.id, actor)
  if (part.kind === 'service' || part.duty === 'requester' || part.named || part.tied) return []
  const reasons = await reasonsOf(db, request.fundId, actor.act.at)
  const open = await openStep(db, request.id)
  const may = reasons
    .filter(({ suspends }) => (suspends ? isSuspendable(request) : open && !open.returned))
    .filter((one) => holdsRole(actor, request.fundId, rolesOf([one])))
    .map(({ reason }) => reason)
  return (await mayLookAtContest(db, actor, request)) ? [...may, CONTESTED] : may
}

function rolesOf(reasons: readonly PauseReason[]): Role[] {
  return reasons.flatMap(({ roles }) => roles.map(({ role }) => role as Role))
}

type OpenPause = { id: string; reason: string; suspends: boolean; begunAt: Date }

export function openPause(db: Db, requestId: string): Promise<OpenPause | undefined> {
  return row<OpenPause>(
    db,
    `select id, reason, suspends, begun_at as "begunAt" from pauses where request_id = :requestId and ended_at is null`,
    { requestId },
  )
}

/** The step that is open; of several payments under way after the first is credited that of the one which was certified first. */
function openStep(db: Db, requestId: string): Promise<{ step: string; returned: boolean } | undefined> {
  return row(
    db,
    `select step, returned from clock_pieces()
      where request_id = :requestId and to_at is null order by payment_id nulls first limit 1`,
    { requestId },
  )
}

/** Who asked for the money, is named in the request or tied to the payee, has no hand in its clock either. */
async function mustBeFreeOf(trx: Trx, actor: Actor, request: LoadedRequest): Promise<void> {
  const part = await partIn(trx, request.id, actor)
  if (part.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (part.duty === 'requester') throw new Refusal('separation_of_duties')
  if (part.named) throw new Refusal('named_in_request')
  if (part.tied) throw new Refusal('tied_to_payee')
}

function unknownReason(reasons: readonly PauseReason[]): Refusal {
  const allowed = reasons.map(({ reason }) => reason).join(', ')
  return new Refusal('invalid_request', {
    errors: [{ field: 'reason', code: 'any.only', message: `reason must be one of ${allowed}` }],
  })
}

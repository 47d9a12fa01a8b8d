import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { holdsRole, type Actor, type Role } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'

/** A contested break-glass: nothing more of its request moves until two have looked who had no part in it. */

/** The reason of the suspension. It is no fund's to list or to leave out. */
export const CONTESTED = 'contested'

/** Who may look: the roles that decide on requests in the place of those whose step was taken, and who looks after compliance. */
export const CONTEST_LOOKERS: readonly Role[] = ['fund_manager', 'director', 'head_of_department', 'compliance_officer']
const LOOKS_NEEDED = 2

/**
 * Suspends a request of which a break-glass is contested. Where it is suspended for another reason already, that suspension is the
 * contest's from now on; a clock that only stands still gives way. Call with the request locked, and the review written.
 */
export async function suspendForContest(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { breakGlassId, step, note }: { breakGlassId: string; step: string; note: string },
): Promise<void> {
  const open = await trx('pauses').where({ request_id: request.id, ended_at: null }).first('id', 'suspends', 'begun_at')
  if (open?.suspends) {
    await trx('pauses').where({ id: open.id, break_glass_id: null }).update({ break_glass_id: breakGlassId })
    return
  }
  const at = new Date(Math.max(actor.act.at.getTime(), open?.begun_at.getTime() ?? 0))
  if (open)
    await trx('pauses')
      .where({ id: open.id })
      .update({ ended_by: actor.personId, ended_at: at, ending_act_id: actor.act.id })
  await trx('pauses').insert({
    id: newId('pause'),
    fund_id: request.fundId,
    request_id: request.id,
    step,
    reason: CONTESTED,
    suspends: true,
    note,
    begun_by: actor.personId,
    begun_as: CONTEST_LOOKERS.find((role) => holdsRole(actor, request.fundId, [role])),
    begun_at: at,
    act_id: actor.act.id,
    break_glass_id: breakGlassId,
  })
}

/**
 * Notes that somebody has looked at a contest and lets it go on; tells whether that was the last look needed.
 * Refuses `two_people_needed` to the two who broke the glass and to who contests it, `already_decided_by_you`.
 */
export async function lookAtContest(
  trx: Trx,
  actor: Actor,
  { fundId }: LoadedRequest,
  { pauseId, breakGlassId, note }: { pauseId: string; breakGlassId: string; note: string },
): Promise<boolean> {
  if ((await partsIn(trx, breakGlassId)).includes(actor.personId)) throw new Refusal('two_people_needed')
  const looks = await trx('contest_looks').where({ pause_id: pauseId }).pluck('looked_by')
  if (looks.includes(actor.personId)) throw new Refusal('already_decided_by_you')
  await trx('contest_looks').insert({
    fund_id: fundId,
    pause_id: pauseId,
    looked_by: actor.personId,
    looked_as: CONTEST_LOOKERS.find((role) => holdsRole(actor, fundId, [role])),
    person_kind: actor.kind,
    note,
    looked_at: actor.act.at,
    act_id: actor.act.id,
  })
  return looks.length + 1 >= LOOKS_NEEDED
}

/** Whether this person's look is one that a contest of the request waits for; it only steers which forms are shown. */
export async function mayLookAtContest(
  db: Db,
  actor: Actor,
  { id, fundId }: { id: string; fundId: string },
): Promise<boolean> {
  if (!holdsRole(actor, fundId, CONTEST_LOOKERS)) return false
  const waiting = await row<{ breakGlassId: string }>(
    db,
    `select p.break_glass_id as "breakGlassId" from pauses p
      where p.request_id = :id and p.ended_at is null and p.break_glass_id is not null
        and not exists (select from contest_looks l where l.pause_id = p.id and l.looked_by = :personId)`,
    { id, personId: actor.personId },
  )
  return waiting !== undefined && !(await partsIn(db, waiting.breakGlassId)).includes(actor.personId)
}

/** The two who broke the glass, and who contests it. */
async function partsIn(db: Db, breakGlassId: string): Promise<string[]> {
  const parts = await row<{ people: string[] }>(
    db,
    `select array[c.begun_by, c.confirmed_by, v.reviewed_by]::text[] as people
       from break_glass_confirmations c join break_glass_reviews v using (break_glass_id) where c.break_glass_id = :breakGlassId`,
    { breakGlassId },
  )
  return parts!.people
}

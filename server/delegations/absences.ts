import { row, rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { requireRole, ROLES, type Actor } from '../people/actor.ts'
import { revokeDelegation } from './accept.ts'
import { delegateRole, type ToDelegate } from './delegate.ts'

export type ToBeAway = {
  /** Moments; left out: from now on. */
  from?: string
  until: string
  reason?: string
  /** Who stands in: each a delegation for as long as the absence lasts. */
  standIns?: Omit<ToDelegate, 'from' | 'until' | 'reason'>[]
}

/**
 * States when one is away, and who stands in, all at once: each stand-in is a delegation for that time.
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `dates_out_of_order`, and what `delegateRole` refuses.
 */
export async function stateAbsence(
  trx: Trx,
  actor: Actor,
  { fundId, from, until, reason = '', standIns = [] }: ToBeAway & { fundId: string },
): Promise<{ id: string; delegations: { id: string; delegateId: string; role: string; status: 'offered' }[] }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, ROLES)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const { at } = actor.act
  const start = from ? new Date(from) : at
  const end = new Date(until)
  const notBefore = start > at ? start : at
  if (end <= notBefore) throw new Refusal('dates_out_of_order', { field: 'until', notBefore: notBefore.toISOString() })

  const id = newId('absence')
  await trx('absences').insert({
    id,
    fund_id: fundId,
    person_id: actor.personId,
    starts_at: start,
    ends_at: end,
    reason,
    stated_at: at,
    act_id: actor.act.id,
  })
  const delegations = []
  for (const standIn of standIns) {
    const time = { from: start.toISOString(), until: end.toISOString() }
    const asked = { ...standIn, ...time, reason: reason || 'absence', fundId, absenceId: id }
    delegations.push(await delegateRole(trx, actor, asked))
  }
  return { id, delegations }
}

/**
 * Says that one is back before the time; what was delegated for the absence ends at once.
 * Refuses `not_found`, `role_not_allowed`, `not_for_you`, `already_exists`, `delegation_not_in_force` once the absence is over by itself.
 */
export async function endAbsence(
  trx: Trx,
  actor: Actor,
  { absenceId }: { absenceId: string },
): Promise<{ absenceId: string; returnedAt: string }> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [absenceId])
  const absence = await row<{ fundId: string; personId: string; until: Date; returnedAt: Date | null }>(
    trx,
    `select a.fund_id as "fundId", a.person_id as "personId", a.ends_at as until, r.returned_at as "returnedAt"
       from absences a left join absence_returns r on r.absence_id = a.id where a.id = :absenceId`,
    { absenceId },
  )
  if (!absence) throw new Refusal('not_found')
  requireRole(actor, absence.fundId, ROLES)
  if (absence.personId !== actor.personId) throw new Refusal('not_for_you')
  if (absence.returnedAt) throw new Refusal('already_exists')
  const { at } = actor.act
  if (at >= absence.until) throw new Refusal('delegation_not_in_force', { state: 'ended' })

  await trx('absence_returns').insert({
    absence_id: absenceId,
    fund_id: absence.fundId,
    person_id: actor.personId,
    returned_at: at,
    act_id: actor.act.id,
  })
  const open = await rows<{ id: string }>(
    trx,
    `select d.id from delegations d where d.absence_id = :absenceId and d.ends_at > :at
        and not exists (select from delegation_revocations r where r.delegation_id = d.id) order by d.id`,
    { absenceId, at },
  )
  for (const { id } of open) await revokeDelegation(trx, actor, { delegationId: id, reason: 'back' })
  return { absenceId, returnedAt: at.toISOString() }
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import { lockPeriod, stateOf, type PeriodRef } from './load.ts'
import { readReopening, type Reopening } from './queries.ts'

/** Who proposes that a month be opened again, and who confirms what another proposed. */
export const REOPENERS: readonly Role[] = ['controller', 'director', 'head_of_department']

/**
 * Proposes that a closed month be opened again; it stays closed until somebody else confirms.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `period_not_closed`, `year_closed`.
 */
export async function proposeReopening(
  trx: Trx,
  actor: Actor,
  { fundId, month, reason }: PeriodRef & { reason: string },
): Promise<Reopening> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, REOPENERS)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const { state, number } = await stateOf(trx, { fundId, month })
  if (state === 'open') throw new Refusal('period_not_closed')
  await checkYear(trx, { fundId, month })

  // From here on everything must succeed.
  const id = newId('reopening')
  await trx('reopenings').insert({
    id,
    fund_id: fundId,
    month: `${month}-01`,
    follows: number,
    reason,
    proposed_by: actor.personId,
    act_id: actor.act.id,
  })
  return readReopening(trx, id)
}

/**
 * Opens a month again that somebody else proposed to open. It must be closed again, and no later month closes before it is.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed`, `already_exists` when it is confirmed,
 * `version_changed` when the month was opened or closed since, `year_closed`.
 */
export async function confirmReopening(
  trx: Trx,
  actor: Actor,
  { reopeningId }: { reopeningId: string },
): Promise<Reopening> {
  const reopening = await readReopening(trx, reopeningId)
  const { fundId, month } = reopening
  requireRole(actor, fundId, REOPENERS)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (reopening.proposedBy.id === actor.personId) throw new Refusal('two_people_needed')
  await lockPeriod(trx, { fundId, month })
  if (await trx('period_states').where({ reopening_id: reopeningId }).first('month'))
    throw new Refusal('already_exists')
  const { state, number } = await stateOf(trx, { fundId, month })
  if (number !== reopening.follows || state === 'open') throw new Refusal('version_changed', { state })
  await checkYear(trx, { fundId, month })

  // From here on everything must succeed.
  await trx('period_states').insert({
    fund_id: fundId,
    month: `${month}-01`,
    number: number + 1,
    state: 'open',
    reopening_id: reopeningId,
    follows: reopening.follows,
    proposed_by: reopening.proposedBy.id,
    changed_by: actor.personId,
    act_id: actor.act.id,
  })
  return readReopening(trx, reopeningId)
}

/** A closed year stays closed. Refuses `year_closed`. */
async function checkYear(trx: Trx, { fundId, month }: PeriodRef): Promise<void> {
  const year = month.slice(0, 4)
  if (await trx('year_closings').where({ fund_id: fundId, year }).first('id'))
    throw new Refusal('year_closed', { year })
}

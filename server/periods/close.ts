import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { checklistOf, type ChecklistItem } from './checklist.ts'
import { lockPeriod, openMonthBefore, stateOf, type PeriodRef } from './load.ts'
import { checkClosing, checkOver, CLOSED, type ClosingKind, type PeriodState } from './policy.ts'

export type Closing = { month: string; state: PeriodState; checklist: ChecklistItem[] | null }

/**
 * Closes a month of a fund's books: softly, so that only a controller's adjustments still come in, then hard, so that nothing does.
 * Entries that are being written are waited for. Hard only when the checklist is done, which is kept with the closing. The empty months
 * before it close with it.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `date_in_future` for a month that is not over,
 * `already_exists`, `close_softly_first`, `month_still_open` for an earlier one, `checklist_not_done`.
 */
export async function closePeriod(
  trx: Trx,
  actor: Actor,
  { fundId, month, kind }: PeriodRef & { kind: ClosingKind },
): Promise<Closing> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  checkOver(month, dayOf(actor.act.at))
  await lockPeriod(trx, { fundId, month })
  const before = await stateOf(trx, { fundId, month })
  checkClosing(kind, before.state)
  const state = CLOSED[kind]
  const stillOpen = await openMonthBefore(trx, { fundId, month, state })
  if (stillOpen) throw new Refusal('month_still_open', { month: stillOpen })
  const checklist = kind === 'hard' ? await checklistOf(trx, fund, month) : null
  const toDo = (checklist ?? []).filter((one) => one.state === 'to_do').map(({ item }) => item)
  if (toDo.length > 0) throw new Refusal('checklist_not_done', { toDo })

  // From here on everything must succeed.
  await trx('period_states').insert({
    fund_id: fundId,
    month: `${month}-01`,
    number: before.number + 1,
    state,
    checklist: checklist && JSON.stringify(checklist),
    changed_by: actor.personId,
    act_id: actor.act.id,
  })
  return { month, state, checklist }
}

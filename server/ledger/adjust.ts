import type { Trx } from '../../db/connect.ts'
import { holdsRole, type Actor } from '../people/actor.ts'

/**
 * Lets what a controller's act posts from here on into months that are closed softly: corrections, revaluations and other adjustments.
 * Changes nothing for anybody else, whom those months refuse `period_closed`. The database looks again who it was.
 */
export async function adjustAsController(trx: Trx, actor: Actor, fundId: string): Promise<void> {
  if (!holdsRole(actor, fundId, ['controller'])) return
  await markAdjusting(trx, { actId: actor.act.id, fundId, personId: actor.personId })
}

/** As `adjustAsController`, for a savepoint that shows what a controller's act would post and is rolled back, whoever looks. */
export async function markAdjusting(
  trx: Trx,
  { actId, fundId, personId }: { actId: string; fundId: string; personId: string },
): Promise<void> {
  await trx('adjusting_acts').insert({ act_id: actId, fund_id: fundId, person_id: personId }).onConflict().ignore()
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { postEntry } from '../ledger/post.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { checkHappened, lockContribution } from './load.ts'
import { checkOrder } from './policy.ts'
import { pledgeReversal } from './postings.ts'
import { setStatus } from './status.ts'

/**
 * Cancels an open pledge: the mirror of event 1, linked to it.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_pledged`, `date_in_future`, `dates_out_of_order`.
 */
export async function cancelPledge(
  trx: Trx,
  actor: Actor,
  { contributionId, cancelledOn, reason }: { contributionId: string; cancelledOn: string; reason: string },
): Promise<{ id: string; status: 'cancelled' }> {
  const contribution = await lockContribution(trx, contributionId)
  const { id, fundId } = contribution
  requireRole(actor, fundId, ['fund_manager', 'controller'])
  if (contribution.status !== 'pledged') throw new Refusal('not_pledged', { status: contribution.status })
  checkHappened(cancelledOn, actor.act.at)
  checkOrder(contribution.pledgedOn, cancelledOn)

  // From here on everything must succeed.
  const pledge = await trx('entries').where({ fund_id: fundId, kind: 'pledge', source: id }).first('id')
  await trx('pledge_cancellations').insert({
    contribution_id: id,
    cancelled_on: cancelledOn,
    reason,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'pledge_cancelled',
      source: id,
      occurredOn: cancelledOn,
      memo: contribution.code,
      reverses: pledge.id,
      postings: pledgeReversal(contribution, contribution.functional),
    },
  )
  await setStatus(trx, contribution, 'cancelled')
  return { id, status: 'cancelled' }
}

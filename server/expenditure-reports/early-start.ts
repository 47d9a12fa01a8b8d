import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { inDays } from '../days.ts'
import { Refusal } from '../errors.ts'
import { policyInForce } from '../funds/policies.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, takeDuty } from '../requests/load.ts'
import { PAYABLE } from '../requests/policy.ts'

/**
 * Allows costs of a request from a day before its start on, once, by who approves it and no further back than the rule says.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_approved`, `already_exists`, what `takeDuty` refuses, `dates_out_of_order` for a day that
 * is not before the start, or too long before it.
 */
export async function allowEarlyStart(
  trx: Trx,
  actor: Actor,
  { requestId, fromOn, reason }: { requestId: string; fromOn: string; reason: string },
): Promise<{ requestId: string; fromOn: string }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['fund_manager', 'director'])
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  if (await trx('early_starts').where({ request_id: requestId }).first('request_id'))
    throw new Refusal('already_exists', { field: 'fromOn' })
  await takeDuty(trx, actor, { requestId, duty: 'approver' })
  const { terms } = await policyInForce(trx, { fundId: request.fundId, subject: 'reporting', on: dayOf(actor.act.at) })
  const [notBefore, before] = [inDays(request.startsOn!, -terms.earlyDays), request.startsOn!]
  if (fromOn >= before || fromOn < notBefore)
    throw new Refusal('dates_out_of_order', { field: 'fromOn', notBefore, before })

  // From here on everything must succeed.
  await trx('early_starts').insert({
    ...{ request_id: requestId, fund_id: request.fundId, from_on: fromOn, reason, granted_by: actor.personId },
    ...{ granted_at: actor.act.at, act_id: actor.act.id },
  })
  return { requestId, fromOn }
}

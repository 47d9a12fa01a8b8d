import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { entitiesOf, holdsRole, requireRole, type Actor } from '../people/actor.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { changeBlocker, type DeploymentChange, type DeploymentState, type Standing } from './policy.ts'
import { STATE } from './queries.ts'

/**
 * Records that somebody left for a deployment, came back from it (and is free from the next day on), or does not go after all.
 * Refuses `not_found`, `role_not_allowed`, `date_in_future` for a day of leaving or coming back that is to come, `deployment_out_of_order`.
 */
export async function recordChange(
  trx: Trx,
  actor: Actor,
  asked: { deploymentId: string; change: DeploymentChange; onDay: string; reason?: string },
): Promise<{ deploymentId: string; change: DeploymentChange; onDay: string }> {
  const { deploymentId, change, onDay, reason = '' } = asked
  const where = await row<{ requestId: string; fundId: string; entityId: string }>(
    trx,
    `select d.request_id as "requestId", d.fund_id as "fundId", r.entity_id as "entityId"
       from deployments d join requests r on r.id = d.request_id where d.id = :deploymentId for update of r`,
    { deploymentId },
  )
  if (!where) throw new Refusal('not_found')
  requireRole(actor, where.fundId, ['requester', 'fund_manager', 'controller'])
  const whole = holdsRole(actor, where.fundId, ['fund_manager', 'controller'])
  if (!whole && !entitiesOf(actor, where.fundId).includes(where.entityId)) throw new Refusal('not_found')
  await mustSeeRequest(trx, actor, where.requestId)
  if (change !== 'cancelled' && onDay > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'onDay' })
  const standing = await row<Standing & { state: DeploymentState }>(
    trx,
    `select ${STATE} as state, r.status as "requestStatus", d.starts_on as "startsOn", d.ends_on as "endsOn",
            (select c.on_day from deployment_changes c where c.deployment_id = d.id and c.change = 'started') as "startedOn"
       from deployments d join requests r on r.id = d.request_id where d.id = :deploymentId`,
    { deploymentId },
  )
  const blocker = changeBlocker(standing!, change, onDay)
  if (blocker) throw new Refusal(blocker, { state: standing!.state })

  await trx('deployment_changes').insert({
    ...{ fund_id: where.fundId, deployment_id: deploymentId, change, on_day: onDay, reason },
    ...{ recorded_by: actor.personId, recorded_at: actor.act.at, act_id: actor.act.id },
  })
  return { deploymentId, change, onDay }
}

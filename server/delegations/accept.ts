import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { notify } from '../notifications/notify.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import { lockDelegation } from './load.ts'
import { stateOf } from './policy.ts'

/**
 * Accepts what was delegated to oneself; it is in force from then on, or from its beginning where that is later.
 * Refuses `not_found`, `role_not_allowed`, `not_for_you`, `already_exists`, `delegation_not_in_force` once it has ended.
 */
export async function acceptDelegation(
  trx: Trx,
  actor: Actor,
  { delegationId }: { delegationId: string },
): Promise<{ delegationId: string; status: string }> {
  const delegation = await lockDelegation(trx, delegationId)
  requireRole(actor, delegation.fundId, READERS)
  if (delegation.delegateId !== actor.personId) throw new Refusal('not_for_you')
  const { at } = actor.act
  const state = stateOf(delegation, at)
  if (state === 'ended' || state === 'revoked') throw new Refusal('delegation_not_in_force', { state })
  if (state !== 'offered') throw new Refusal('already_exists')

  await trx('delegation_acceptances').insert({
    delegation_id: delegationId,
    fund_id: delegation.fundId,
    person_id: actor.personId,
    accepted_at: at,
    act_id: actor.act.id,
  })
  await notify(trx, actor, {
    fundId: delegation.fundId,
    event: 'delegation_accepted',
    key: delegationId,
    to: { people: [delegation.delegatorId] },
    urgent: false,
    facts: { by: actor.name, role: delegation.role, until: delegation.until.toISOString() },
    link: `/delegations/${delegationId}`,
  })
  return { delegationId, status: stateOf({ ...delegation, acceptedAt: at }, at) }
}

/** Who may end anybody's delegation, besides its two people. */
const OVERSEERS: readonly Role[] = ['director', 'head_of_department', 'controller']

/**
 * Ends a delegation at once: its delegator takes it back, its delegate declines it or lays it down, or a director, head of department or
 * controller stops it. Whoever is deciding under it at that moment has decided before, or not at all.
 * Refuses `not_found`, `role_not_allowed`, `not_for_you`, `delegation_not_in_force` once it has ended.
 */
export async function revokeDelegation(
  trx: Trx,
  actor: Actor,
  { delegationId, reason }: { delegationId: string; reason: string },
): Promise<{ delegationId: string; status: 'revoked' }> {
  const delegation = await lockDelegation(trx, delegationId)
  const { fundId, delegatorId, delegateId } = delegation
  requireRole(actor, fundId, READERS)
  const own = [delegatorId, delegateId].includes(actor.personId)
  if (!own && !holdsRole(actor, fundId, OVERSEERS)) throw new Refusal('not_for_you')
  const state = stateOf(delegation, actor.act.at)
  if (state === 'ended' || state === 'revoked') throw new Refusal('delegation_not_in_force', { state })

  await trx('delegation_revocations').insert({
    delegation_id: delegationId,
    fund_id: fundId,
    revoked_by: actor.personId,
    revoked_at: actor.act.at,
    reason,
    act_id: actor.act.id,
  })
  await notify(trx, actor, {
    fundId,
    event: 'delegation_revoked',
    key: delegationId,
    to: { people: [delegatorId, delegateId] },
    urgent: true,
    facts: { by: actor.name, role: delegation.role, reason },
    link: `/delegations/${delegationId}`,
  })
  return { delegationId, status: 'revoked' }
}

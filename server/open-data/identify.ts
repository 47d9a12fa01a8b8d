import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'

const WHO: readonly Role[] = ['fund_manager', 'controller']

/**
 * Sets as what a donor is known to others: its IATI organisation identifier; null takes it away.
 * Refuses `not_found`, `role_not_allowed`.
 */
export async function identifyDonor(
  trx: Trx,
  actor: Actor,
  { donorId, reference }: { donorId: string; reference: string | null },
): Promise<{ donorId: string; organisationReference: string | null }> {
  const donor = await trx('donors').where({ id: donorId }).first('fund_id')
  if (!donor) throw new Refusal('not_found')
  requireRole(actor, donor.fund_id, WHO)
  await trx('donors').where({ id: donorId }).update({ organisation_reference: reference })
  return { donorId, organisationReference: reference }
}

/**
 * Sets the activity under which the donor publishes this contribution itself, so that both publications join up; null takes it away.
 * Refuses `not_found`, `role_not_allowed`.
 */
export async function identifyContribution(
  trx: Trx,
  actor: Actor,
  { contributionId, activity }: { contributionId: string; activity: string | null },
): Promise<{ contributionId: string; providerActivity: string | null }> {
  const contribution = await trx('contributions').where({ id: contributionId }).first('fund_id')
  if (!contribution) throw new Refusal('not_found')
  requireRole(actor, contribution.fund_id, WHO)
  await trx('contributions').where({ id: contributionId }).update({ provider_activity: activity })
  return { contributionId, providerActivity: activity }
}

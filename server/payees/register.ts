import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'

export type NewPayee = { name: string; kind: 'partner' | 'person' | 'supplier'; country: string; bankDetails: string }

/**
 * Registers who can be paid, with their bank details. Until a second person has verified them nothing is paid to them.
 * Refuses `not_found`, `role_not_allowed` to all but payee clerks.
 */
export async function registerPayee(
  trx: Trx,
  actor: Actor,
  { fundId, name, kind, country, bankDetails }: NewPayee & { fundId: string },
): Promise<{ id: string; name: string }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, ['payee_clerk'])
  const id = newId('payee')
  await trx('payees').insert({
    recorded_at: actor.act.at,
    id,
    fund_id: fundId,
    name,
    kind,
    country,
    bank_details: bankDetails,
    recorded_by: actor.personId,
    act_id: actor.act.id,
  })
  await notify(trx, actor, {
    ...{ fundId, event: 'payee_waits', key: id, urgent: false, link: `/payees/${id}` },
    to: { roles: ['payee_clerk', 'compliance_officer'] },
    facts: { payee: name, by: actor.name },
  })
  return { id, name }
}

/**
 * Confirms a payee and its bank details, by another person than who recorded them.
 * Nor by somebody who has taken part in a decision or a payment for the payee: they would confirm where their own approval leads.
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed`, `separation_of_duties`,
 * `payee_verified_already`.
 */
export async function verifyPayee(
  trx: Trx,
  actor: Actor,
  { payeeId }: { payeeId: string },
): Promise<{ payeeId: string; verified: true }> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id', 'recorded_by')
  if (!payee) throw new Refusal('not_found')
  requireRole(actor, payee.fund_id, ['payee_clerk', 'compliance_officer'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (payee.recorded_by === actor.personId) throw new Refusal('two_people_needed')
  const part = await trx('duties')
    .join('requests', 'requests.id', 'duties.request_id')
    .where({ payee_id: payeeId, person_id: actor.personId })
    .whereIn('duty', ['certifier', 'approver', 'releaser'])
    .first('duty')
  if (part) throw new Refusal('separation_of_duties')
  const verified = await trx('payee_verifications')
    .insert({
      payee_id: payeeId,
      recorded_by: payee.recorded_by,
      verified_by: actor.personId,
      verified_at: actor.act.at,
      act_id: actor.act.id,
    })
    .onConflict('payee_id')
    .ignore()
    .returning('payee_id')
  if (verified.length === 0) throw new Refusal('payee_verified_already')
  return { payeeId, verified: true }
}

/** Declares a tie of one's own to a payee: from then on one keeps away from its money. Refuses `not_found`. */
export async function declareTie(
  trx: Trx,
  actor: Actor,
  { payeeId, nature }: { payeeId: string; nature: string },
): Promise<{ payeeId: string; nature: string }> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id')
  if (!payee) throw new Refusal('not_found')
  requireRole(
    actor,
    payee.fund_id,
    actor.grants.filter((grant) => grant.fundId === payee.fund_id).map((grant) => grant.role),
  )
  await trx('ties')
    .insert({ person_id: actor.personId, payee_id: payeeId, nature, act_id: actor.act.id })
    .onConflict(['person_id', 'payee_id'])
    .ignore()
  return { payeeId, nature }
}

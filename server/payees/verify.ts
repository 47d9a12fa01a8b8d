import { rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { requestById } from '../requests/load.ts'
import { stepsAndDecisions } from '../requests/decide.ts'
import { openSteps } from '../requests/policy.ts'
import { tellReopened } from '../requests/reopened.ts'
import { accountInForce, accountsOf, type PayeeAccount } from './accounts.ts'
import { mustHaveNoPart } from './change.ts'

/**
 * Confirms the bank details of a payee, by another person than who recorded them. Nor by somebody who has taken part in a decision or a
 * payment for the payee: they would confirm where their own approval leads. `version` is the one that was compared; only of a payee that
 * never had another may it be left out.
 *
 * A first version can be paid to at once. A change waits for the fund's cooling time, never less than 24 hours; the contact of the details
 * before it is written to, and the certifying officer decides again on what is not paid yet (WORKFLOW, "Who may do what", rule 3).
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed`, `separation_of_duties`,
 * `payee_verified_already` where nothing waits, `version_changed` where another version does.
 */
export async function verifyPayee(
  trx: Trx,
  actor: Actor,
  { payeeId, version }: { payeeId: string; version?: number },
): Promise<{ payeeId: string; verified: true; version: number; usableFrom: string }> {
  const { fundId, last } = await lockLastVersion(trx, actor, payeeId)
  if (last.recordedBy.id === actor.personId) throw new Refusal('two_people_needed')
  await mustHaveNoPart(trx, actor, payeeId)
  if (last.state !== 'waiting') throw new Refusal('payee_verified_already')
  if ((version ?? 1) !== last.number) throw new Refusal('version_changed', { version: last.number })
  const before = await accountInForce(trx, payeeId)
  const { terms } = await policyInForce(trx, { fundId, subject: 'payees', on: dayOf(actor.act.at) })
  const coolingMs = before ? terms.coolingHours * 3_600_000 : 0
  const usableFrom = new Date(actor.act.at.getTime() + coolingMs)

  // From here on everything must succeed.
  await trx('payee_verifications').insert({
    payee_account_id: last.id,
    payee_id: payeeId,
    recorded_by: last.recordedBy.id,
    verified_by: actor.personId,
    verified_at: actor.act.at,
    usable_from: usableFrom,
    act_id: actor.act.id,
  })
  if (before?.contact) await writeToContact(trx, actor, { fundId, before, changed: last })
  if (before) await reopenCertifying(trx, actor, payeeId)
  return { payeeId, verified: true, version: last.number, usableFrom: usableFrom.toISOString() }
}

/**
 * Says no to bank details that wait: money goes on going where it went. Anybody who could say yes may, and who recorded them.
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, and `version_changed` where that version does not wait.
 */
export async function refuseBankDetails(
  trx: Trx,
  actor: Actor,
  { payeeId, version, reason }: { payeeId: string; version: number; reason: string },
): Promise<{ payeeId: string; version: number; state: 'past' }> {
  const { last } = await lockLastVersion(trx, actor, payeeId)
  if (last.state !== 'waiting' || last.number !== version)
    throw new Refusal('version_changed', { version: last.number })
  await trx('payee_account_refusals').insert({
    payee_account_id: last.id,
    reason,
    refused_by: actor.personId,
    refused_at: actor.act.at,
    act_id: actor.act.id,
  })
  return { payeeId, version, state: 'past' }
}

/** The last version of the bank details, and nobody changes them until the end of the transaction. */
async function lockLastVersion(
  trx: Trx,
  actor: Actor,
  payeeId: string,
): Promise<{ fundId: string; last: PayeeAccount }> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id')
  if (!payee) throw new Refusal('not_found')
  requireRole(actor, payee.fund_id, ['payee_clerk', 'compliance_officer'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  await trx.raw(`select lock_payee(?)`, [payeeId])
  const [last] = await accountsOf(trx, payeeId)
  return { fundId: payee.fund_id, last: last! }
}

/** The outbox has the mail with the change; a worker sends it. It goes to the address of before: whoever changed that too is found out. */
async function writeToContact(
  trx: Trx,
  actor: Actor,
  { fundId, before, changed }: { fundId: string; before: PayeeAccount; changed: PayeeAccount },
): Promise<void> {
  await trx('mails').insert({
    id: newId('mail'),
    fund_id: fundId,
    contact_account_id: before.id,
    changed_account_id: changed.id,
    address: before.contact!.email,
    digest: false,
    made_at: actor.act.at,
    status: 'waiting',
    next_attempt_at: actor.act.at,
  })
  // A worker hears of it when the transaction commits.
  await trx.raw(`select graphile_worker.add_job('send_mails', max_attempts => 1)`)
}

/** Tells certifying officers of what they have to decide on again. */
async function reopenCertifying(trx: Trx, actor: Actor, payeeId: string): Promise<void> {
  const touched = await rows<{ id: string }>(
    trx,
    `select r.id from requests r
      where r.payee_id = :payeeId and (reopened_by_details(r.id, :at) or (r.status = 'submitted' and exists (
              select from decisions d where d.request_id = r.id and d.role = 'certifying_officer' and d.verdict = 'approve')))
      order by r.id`,
    { payeeId, at: actor.act.at },
  )
  for (const { id } of touched) {
    const request = await requestById(trx, id)
    const { steps, decisions } = await stepsAndDecisions(trx, request, actor.act.at)
    const open = openSteps(steps, decisions).filter(({ role }) => role === 'certifying_officer')
    await tellReopened(trx, actor, request, { open, cause: actor.act.id })
  }
}

import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { refuseFaults, type Contact } from './accounts.ts'
import { readAccount, type AccountNumber, type BankDetails } from './bank-details.ts'

/**
 * Records other bank details of a payee, or another contact, as a version that waits for a second person. Until then money goes where it
 * went; a version that still waited is followed by this one.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but payee clerks, `separation_of_duties` to who has a part in a decision or a
 * payment for the payee, and `invalid_request` with everything that is wrong with the account.
 */
export async function changeBankDetails(
  trx: Trx,
  actor: Actor,
  { payeeId, account, contact, reason }: { payeeId: string; account: BankDetails; contact: Contact; reason: string },
): Promise<{ id: string; payeeId: string; number: number; state: 'waiting' }> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id', 'name')
  if (!payee) throw new Refusal('not_found')
  requireRole(actor, payee.fund_id, ['payee_clerk'])
  await mustHaveNoPart(trx, actor, payeeId)
  const read = readAccount(account)
  refuseFaults(read.faults)
  await trx.raw(`select lock_payee(?)`, [payeeId])
  const last = await row<{ number: number }>(
    trx,
    `select max(number) as number from payee_accounts where payee_id = :payeeId`,
    { payeeId },
  )
  const version = last!.number + 1

  // From here on everything must succeed.
  const id = await recordAccount(trx, actor, {
    ...{ fundId: payee.fund_id, payeeId, version, details: account, number: read.number, contact, reason },
  })
  await notify(trx, actor, {
    ...{ fundId: payee.fund_id, event: 'bank_details_wait', key: id, urgent: true, link: `/payees/${payeeId}` },
    to: { roles: ['payee_clerk', 'compliance_officer'] },
    facts: { payee: payee.name, by: actor.name },
  })
  return { id, payeeId, number: version, state: 'waiting' }
}

/** Refuses `separation_of_duties` to whoever has decided on, certified or released money for the payee: they do not say where it goes. */
export async function mustHaveNoPart(trx: Trx, actor: Actor, payeeId: string): Promise<void> {
  const part = await trx('duties')
    .join('requests', 'requests.id', 'duties.request_id')
    .where({ payee_id: payeeId, person_id: actor.personId })
    .whereIn('duty', ['certifier', 'approver', 'releaser'])
    .first('duty')
  if (part) throw new Refusal('separation_of_duties')
}

/** Writes a version of bank details that have no faults. Gives its id. */
export async function recordAccount(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    payeeId,
    version,
    details,
    number,
    contact,
    reason = '',
  }: {
    fundId: string
    payeeId: string
    version: number
    details: BankDetails
    number: AccountNumber
    contact: Contact
    reason?: string
  },
): Promise<string> {
  const id = newId('payeeAccount')
  const { bankName, currency, holder, address } = details
  await trx('payee_accounts').insert({
    ...{ id, fund_id: fundId, payee_id: payeeId, number: version, scheme: number.scheme, account: number.account },
    clearing_system: number.clearingSystem,
    clearing_code: number.clearingCode,
    ...{ bic: number.bic, bank_name: bankName, bank_country: number.bankCountry, currency: currency ?? null, holder },
    street: address.street ?? null,
    building: address.building ?? null,
    post_code: address.postCode ?? null,
    ...{ town: address.town, country: address.country },
    ...{ contact_name: contact.name, contact_email: contact.email, contact_language: contact.language, reason },
    ...{ recorded_by: actor.personId, recorded_at: actor.act.at, act_id: actor.act.id },
  })
  return id
}

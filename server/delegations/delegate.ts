import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { exceeds, minorUnits, moneyFrom, type MoneyText } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { isTooLong, type DelegableRole } from './policy.ts'
import { possibleStandIns } from './queries.ts'

/** What somebody lends: a role of theirs, to whom, from and until when (moments), up to which amounts, for what. */
export type ToDelegate = {
  delegateId: string
  role: DelegableRole
  /** Left out: from now on. */
  from?: string
  until: string
  /** Of one request, in the fund's currency. */
  upTo: MoneyText
  inAll?: MoneyText
  processId?: string
  entityId?: string
  region?: string
  reason: string
}

/**
 * Offers another person the power of a role that one holds oneself; it is in force once they have accepted it. What was delegated to
 * somebody is no role of theirs, so it goes no further.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to who was not given the role, `service_account_decides_nothing`,
 * `currency_mismatch`, `invalid_request` for a sum below the cap of one request, `dates_out_of_order` for an end that is not after the
 * beginning and the present, `delegation_too_long`, `not_found` for a scope that is not of this fund, and `cannot_stand_in`.
 */
export async function delegateRole(
  trx: Trx,
  actor: Actor,
  { fundId, absenceId = null, ...asked }: ToDelegate & { fundId: string; absenceId?: string | null },
): Promise<{ id: string; delegateId: string; role: DelegableRole; status: 'offered' }> {
  const fund = await fundById(trx, fundId)
  const { delegateId, role, processId = null, entityId = null, region = null, reason } = asked
  requireRole(actor, fundId, [role])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const caps = capsOf(asked, fund.currency)
  const { at } = actor.act
  const from = asked.from ? new Date(asked.from) : at
  const until = new Date(asked.until)
  const notBefore = from > at ? from : at
  if (until <= notBefore)
    throw new Refusal('dates_out_of_order', { field: 'until', notBefore: notBefore.toISOString() })
  const { terms } = await policyInForce(trx, { fundId, subject: 'delegation', on: dayOf(actor.act.at) })
  if (isTooLong({ from, until }, terms.days)) throw new Refusal('delegation_too_long', { days: terms.days })
  await scopeMustBeOfFund(trx, fundId, { processId, entityId })
  const possible = await possibleStandIns(trx, { fundId, personId: actor.personId })
  if (!possible.some(({ id }) => id === delegateId)) throw new Refusal('cannot_stand_in', { field: 'delegateId' })

  const id = newId('delegation')
  await trx('delegations').insert({
    id,
    fund_id: fundId,
    delegator_id: actor.personId,
    delegate_id: delegateId,
    role,
    starts_at: from,
    ends_at: until,
    ...caps,
    process_id: processId,
    entity_id: entityId,
    region,
    reason,
    absence_id: absenceId,
    made_at: at,
    act_id: actor.act.id,
  })
  await notify(trx, actor, {
    fundId,
    event: 'delegation_given',
    key: id,
    to: { people: [delegateId] },
    urgent: from <= at,
    facts: { by: actor.name, role, from: from.toISOString(), until: until.toISOString() },
    link: `/delegations/${id}`,
  })
  return { id, delegateId, role, status: 'offered' }
}

function capsOf({ upTo, inAll }: ToDelegate, currency: string): { up_to: string; in_all: string | null } {
  for (const [field, cap] of Object.entries({ upTo, inAll }))
    if (cap && cap.currency !== currency) throw new Refusal('currency_mismatch', { field, expected: currency })
  if (inAll && exceeds(moneyFrom(upTo), moneyFrom(inAll))) {
    throw new Refusal('invalid_request', {
      errors: [{ field: 'inAll', code: 'cap.order', message: 'inAll is less than upTo' }],
    })
  }
  return { up_to: minorUnits(moneyFrom(upTo)), in_all: inAll ? minorUnits(moneyFrom(inAll)) : null }
}

async function scopeMustBeOfFund(
  trx: Trx,
  fundId: string,
  { processId, entityId }: { processId: string | null; entityId: string | null },
): Promise<void> {
  if (processId && !(await trx('processes').where({ id: processId, fund_id: fundId }).first('id')))
    throw new Refusal('not_found', { field: 'processId' })
  if (entityId && !(await trx('entities').where({ id: entityId, fund_id: fundId }).first('id')))
    throw new Refusal('not_found', { field: 'entityId' })
}

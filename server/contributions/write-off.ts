import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { exceeds, minorUnits, moneyFrom, moneyText, subtract, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { agreementOf, checkHappened, lockContribution, outstandingOf } from './load.ts'
import { carryingOf, checkOrder, statusAfter } from './policy.ts'
import { writeOffPostings } from './postings.ts'
import { setStatus } from './status.ts'

/**
 * Writes off what of an agreement will not come (event 24), by the director's authority. `amount` is in the agreement's
 * currency.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `not_agreed`, `date_in_future`,
 * `dates_out_of_order`, `currency_mismatch`, `nothing_outstanding`.
 */
export async function writeOffContribution(
  trx: Trx,
  actor: Actor,
  {
    contributionId,
    amount: asked,
    writtenOffOn,
    reason,
  }: { contributionId: string; amount: MoneyText; writtenOffOn: string; reason: string },
): Promise<{ id: string; functional: MoneyText; outstanding: MoneyText; status: string }> {
  const contribution = await lockContribution(trx, contributionId)
  requireRole(actor, contribution.fundId, ['director'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const agreement = agreementOf(contribution)
  checkHappened(writtenOffOn)
  checkOrder(agreement.signedOn, writtenOffOn)
  const amount = moneyFrom(asked)
  if (amount.currency !== agreement.amount.currency)
    throw new Refusal('currency_mismatch', { expected: agreement.amount.currency })
  const outstanding = await outstandingOf(trx, contribution)
  if (exceeds(amount, outstanding.amount))
    throw new Refusal('nothing_outstanding', { outstanding: moneyText(outstanding.amount) })

  // From here on everything must succeed.
  const id = newId('writeOff')
  const functional = carryingOf(outstanding, amount)
  const left = subtract(outstanding.amount, amount)
  await trx('write_offs').insert({
    id,
    contribution_id: contributionId,
    amount: minorUnits(amount),
    functional: minorUnits(functional),
    written_off_on: writtenOffOn,
    reason,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId: contribution.fundId, actId: actor.act.id },
    {
      kind: 'write_off',
      source: id,
      occurredOn: writtenOffOn,
      memo: contribution.code,
      postings: writeOffPostings(contribution, { amount, functional, conditionOpen: agreement.conditionOpen }),
    },
  )
  const status = statusAfter(left, 'written_off')
  await setStatus(trx, contribution, status)
  return { id, functional: moneyText(functional), outstanding: moneyText(left), status }
}

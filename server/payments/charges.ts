import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { isPositive, minorText, minorUnits, moneyFrom, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { takeDuty } from '../requests/load.ts'
import { lockPayment, type LoadedPayment } from './load.ts'
import { isAboveLimit } from './policy.ts'

/** What a bank keeps money by: when it pays, or when a payment comes back. */
export type ChargedEvent = 'settlement' | 'return'

/**
 * A controller confirms that the bank keeps up to this much of a payment, in the bank account's currency, before it is recorded. It
 * is a duty of its own: whoever confirms has no other part in the request, and never reconciles it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_released`, what `takeDuty` refuses, `currency_mismatch`.
 */
export async function approveCharge(
  trx: Trx,
  actor: Actor,
  { paymentId, event, amount, reason }: { paymentId: string; event: ChargedEvent; amount: MoneyText; reason: string },
): Promise<{ id: string; event: ChargedEvent; amount: MoneyText }> {
  const { payment, request } = await lockPayment(trx, paymentId)
  requireRole(actor, request.fundId, ['controller'])
  const inTime = payment.status === 'released' || (payment.status === 'settled' && event === 'return')
  if (!inTime) throw new Refusal('not_released', { current: payment.status })
  await takeDuty(trx, actor, { requestId: request.id, duty: 'charge_approver' })
  if (amount.currency !== payment.bank.currency)
    throw new Refusal('currency_mismatch', { expected: payment.bank.currency })

  // From here on everything must succeed.
  const id = newId('chargeApproval')
  await trx('charge_approvals').insert({
    id,
    payment_id: paymentId,
    request_id: request.id,
    event,
    amount: minorUnits(moneyFrom(amount)),
    reason,
    approved_by: actor.personId,
    act_id: actor.act.id,
  })
  return { id, event, amount }
}

/**
 * The confirmation that lets the bank keep `charge` (of the account's currency) by this event; null where none is needed.
 * `value` is all that it has kept of the payment, in the fund's currency. The limit is the policy of the day on which it is recorded,
 * so that an old value date opens no old limit. Refuses `charge_above_limit`.
 */
export async function chargeApprovalFor(
  trx: Trx,
  { payment, fundId, event, charge, value, on }: Charged,
): Promise<string | null> {
  if (!isPositive(charge)) return null
  const { terms } = await policyInForce(trx, { fundId, subject: 'bank_charges', on })
  if (!isAboveLimit(value, payment.amount, terms)) return null
  const approval = await row<{ id: string }>(
    trx,
    `select id from charge_approvals where payment_id = :id and event = :event and amount >= :charge order by id desc limit 1`,
    { id: payment.id, event, charge: minorUnits(charge) },
  )
  if (approval) return approval.id
  throw new Refusal('charge_above_limit', { most: minorText(terms.most, payment.amount.currency), bps: terms.bps })
}
type Charged = { payment: LoadedPayment; fundId: string; event: ChargedEvent; charge: Money; value: Money; on: string }

/** What was confirmed of a payment's charges, oldest first. */
export async function chargeApprovals(db: Db, paymentId: string) {
  const found = await rows<{ amount: string; currency: string }>(
    db,
    `select a.id, a.event, a.amount, b.currency, a.reason, a.approved_by as "approvedBy", a.approved_at as "approvedAt"
       from charge_approvals a join payments p on p.id = a.payment_id join bank_accounts b on b.id = p.bank_account_id
      where a.payment_id = :paymentId order by a.id`,
    { paymentId },
  )
  return found.map(({ amount, currency, ...told }) => ({ ...told, amount: minorText(amount, currency) }))
}

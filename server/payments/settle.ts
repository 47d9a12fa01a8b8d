import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { valueOn } from '../funds/currencies.ts'
import { cash, fundAccount, inTransit, reserveAuthority, reserveAvailable } from '../ledger/accounts.ts'
import { credit, debit, difference, postEntry, type Posting } from '../ledger/post.ts'
import {
  add,
  exceeds,
  isNegative,
  isZero,
  minorUnits,
  moneyFrom,
  moneyText,
  negate,
  subtract,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { paidAfterUnwinding } from '../no-regret/unwind.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { takeDuty } from '../requests/load.ts'
import { chargeApprovalFor } from './charges.ts'
import { lockPayment, releasedOn, setStatus, type LoadedPayment } from './load.ts'

export type Settlement = { valueDate: string; debited: MoneyText; charge?: MoneyText; reference: string }

/**
 * Records that a released payment is on the bank's statement (event 17): out of transit and out of cash. What the bank debits
 * besides its charge is what it was told to pay; its charge, and what exchange rates did meanwhile, the operating reserve carries.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_released`, what `takeDuty` refuses, `date_in_future`, `dates_out_of_order`,
 * `currency_mismatch`, `bank_value_differs`, `rate_missing`, `charge_above_limit`.
 */
export async function settlePayment(
  trx: Trx,
  actor: Actor,
  { paymentId, valueDate, debited: debitedText, charge: chargeText, reference }: Settlement & { paymentId: string },
): Promise<{ id: string; status: 'settled' }> {
  const { payment, request } = await lockPayment(trx, paymentId)
  requireRole(actor, request.fundId, ['reconciler'])
  if (payment.status !== 'released') throw new Refusal('not_released', { current: payment.status })
  await takeDuty(trx, actor, { requestId: request.id, duty: 'reconciler' })
  if (valueDate > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'valueDate' })
  if (valueDate < (await releasedOn(trx, paymentId))) throw new Refusal('dates_out_of_order', { field: 'valueDate' })
  const { bank } = payment
  const [debited, charge] = [moneyFrom(debitedText), chargeText ? moneyFrom(chargeText) : zero(bank.currency)]
  if (debited.currency !== bank.currency || charge.currency !== bank.currency) {
    throw new Refusal('currency_mismatch', { expected: bank.currency })
  }
  const instructedOnly = isZero(subtract(debited, payment.instructed))
  if (!instructedOnly || exceeds(charge, debited)) {
    throw new Refusal('bank_value_differs', { instructed: moneyText(payment.instructed) })
  }
  const valued = { fundId: request.fundId, fundCurrency: request.currency, on: valueDate }
  const value = (await valueOn(trx, { ...valued, amount: debited })).functional
  const chargeValue = (await valueOn(trx, { ...valued, amount: charge })).functional
  const charged = {
    payment,
    fundId: request.fundId,
    event: 'settlement',
    charge,
    value: chargeValue,
    on: dayOf(actor.act.at),
  } as const
  const chargeApprovalId = await chargeApprovalFor(trx, charged)

  // From here on everything must succeed.
  await trx('settlements').insert({
    payment_id: paymentId,
    request_id: request.id,
    settled_by: actor.personId,
    settled_at: actor.act.at,
    value_date: valueDate,
    debited: minorUnits(debited),
    charge: minorUnits(charge),
    functional: minorUnits(value),
    functional_charge: minorUnits(chargeValue),
    reference,
    charge_approval_id: chargeApprovalId,
    act_id: actor.act.id,
  })
  await setStatus(trx, payment, 'settled')
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'payment_settled',
      source: paymentId,
      occurredOn: valueDate,
      memo: `${payment.code} ${reference}`,
      postings: settledPostings(payment, { debited, value, charge, chargeValue }),
    },
  )
  if (request.status === 'unwound')
    await paidAfterUnwinding(trx, actor.act, { payment: { ...payment, version: payment.version + 1 }, request })
  return { id: paymentId, status: 'settled' }
}

/** The postings of event 17; `value` and `chargeValue` are those of what was debited and of the charge in the fund's currency. */
export function settledPostings(
  { bank, instructed, amount }: LoadedPayment,
  { debited, value, charge, chargeValue }: Record<'debited' | 'value' | 'charge' | 'chargeValue', Money>,
): Posting[] {
  const loss = subtract(value, amount)
  return [
    debit(inTransit(bank), instructed, amount),
    credit(cash(bank), debited, value),
    debit(fundAccount('expense:bank-charges', bank.currency), charge, chargeValue),
    credit(cash(bank), charge, chargeValue),
    ...exchangePostings(loss),
    ...carriedByReserve(add(loss, chargeValue)),
  ]
}

/** An exchange loss (positive) or gain on a payment from an account in another currency: no original amount, only a functional one. */
export function exchangePostings(loss: Money): Posting[] {
  const account = isNegative(loss) ? 'income:exchange:realised' : 'expense:exchange:realised'
  return [difference(fundAccount(account, loss.currency), loss)]
}

/**
 * What a payment cost beyond its amount, by exchange or in charges, is nobody's contribution: the fund's operating reserve carries it,
 * so that the stages never promise more than there is cash. A gain is a negative cost.
 */
export function carriedByReserve(cost: Money): Posting[] {
  return [debit(reserveAuthority(cost.currency), cost), debit(reserveAvailable(cost.currency), negate(cost))]
}

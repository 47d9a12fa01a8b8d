import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { today, valueOn } from '../funds/currencies.ts'
import { cash, fundAccount, inTransit, reserveAuthority, reserveAvailable } from '../ledger/accounts.ts'
import { credit, debit, difference, postEntry, type Posting } from '../ledger/post.ts'
import {
  isNegative,
  isZero,
  minorUnits,
  moneyFrom,
  negate,
  subtract,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { takeDuty } from '../requests/load.ts'
import { lockPayment, setStatus } from './load.ts'

export type Settlement = { valueDate: string; debited: MoneyText; charge?: MoneyText; reference: string }

/**
 * Records that a released payment is on the bank's statement (event 17): out of transit and out of cash. What the bank debited
 * besides its charge may differ from what was instructed only by exchange, which the operating reserve carries.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_released`, what `takeDuty` refuses, `date_in_future`,
 * `currency_mismatch`, `bank_value_differs`, `rate_missing`.
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
  if (valueDate > today()) throw new Refusal('date_in_future', { field: 'valueDate' })
  const { bank } = payment
  const [debited, charge] = [moneyFrom(debitedText), chargeText ? moneyFrom(chargeText) : zero(bank.currency)]
  if (debited.currency !== bank.currency || charge.currency !== bank.currency) {
    throw new Refusal('currency_mismatch', { expected: bank.currency })
  }
  const ownCurrency = bank.currency === request.currency
  if (!ownCurrency && !isZero(subtract(debited, payment.instructed))) throw new Refusal('bank_value_differs')
  const valued = { fundId: request.fundId, fundCurrency: request.currency, on: valueDate }
  const value = (await valueOn(trx, { ...valued, amount: debited })).functional
  const chargeValue = (await valueOn(trx, { ...valued, amount: charge })).functional

  // From here on everything must succeed.
  await trx('settlements').insert({
    payment_id: paymentId,
    request_id: request.id,
    settled_by: actor.personId,
    value_date: valueDate,
    debited: minorUnits(debited),
    charge: minorUnits(charge),
    functional: minorUnits(value),
    functional_charge: minorUnits(chargeValue),
    reference,
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
      postings: [
        debit(inTransit(bank), payment.instructed, payment.amount),
        credit(cash(bank), debited, value),
        debit(fundAccount('expense:bank-charges', bank.currency), charge, chargeValue),
        credit(cash(bank), charge, chargeValue),
        ...exchangePostings(subtract(value, payment.amount), ownCurrency),
      ],
    },
  )
  return { id: paymentId, status: 'settled' }
}

/**
 * An exchange loss (positive) or gain on a payment, and its share of the budget book, which is the operating reserve's. Where the
 * account is in the fund's own currency the difference is real money of it; otherwise it has no original amount.
 */
export function exchangePostings(loss: Money, ownCurrency: boolean): Posting[] {
  if (isZero(loss)) return []
  const account = fundAccount(
    isNegative(loss) ? 'income:exchange:realised' : 'expense:exchange:realised',
    loss.currency,
  )
  return [
    ownCurrency ? debit(account, loss) : difference(account, loss),
    debit(reserveAuthority(loss.currency), loss),
    debit(reserveAvailable(loss.currency), negate(loss)),
  ]
}

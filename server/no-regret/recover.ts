import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { valueOn } from '../funds/currencies.ts'
import { newId } from '../ids.ts'
import { cash, conversion, partnerRefunds } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import { moveStage, type StagePart } from '../ledger/stages.ts'
import {
  exceeds,
  isPositive,
  minorUnits,
  moneyFrom,
  moneyText,
  splitByWeight,
  subtract,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, takeDuty } from '../requests/load.ts'
import { recoverableParts, standingOf } from './load.ts'

export type NewRecovery = { receivedOn: string; bankAccountId: string; received: MoneyText; reference: string }

/**
 * Records money that came back from the payee of an unwound request (event 20): cash in, and spending authority again for the contributions
 * that had paid, in proportion to what each has to get back. `received` is what the bank booked, in its account's currency; what it settles
 * is its value at the operational rate, never typed. What a bank kept on the way stays owed.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, what `takeDuty` refuses, `date_in_future`, `dates_out_of_order` before anything
 * was paid, `currency_mismatch`, `already_exists`, `rate_missing`, `amount_out_of_range`, `exceeds_recoverable`.
 */
export async function recordRecovery(
  trx: Trx,
  actor: Actor,
  { requestId, receivedOn, bankAccountId, received: receivedText, reference }: NewRecovery & { requestId: string },
): Promise<{ id: string; requestId: string; settles: MoneyText; outstanding: MoneyText }> {
  const request = await lockRequest(trx, requestId)
  const { fundId, currency } = request
  requireRole(actor, fundId, ['reconciler'])
  const bank = await trx('bank_accounts').where({ id: bankAccountId, fund_id: fundId }).first('code', 'currency')
  if (!bank) throw new Refusal('not_found', { field: 'bankAccountId' })
  await takeDuty(trx, actor, { requestId, duty: 'reconciler' })
  if (receivedOn > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'receivedOn' })
  const paidOn = await firstPaidOn(trx, requestId)
  if (paidOn !== null && receivedOn < paidOn) throw new Refusal('dates_out_of_order', { field: 'receivedOn' })
  const received = moneyFrom(receivedText)
  if (received.currency !== bank.currency) throw new Refusal('currency_mismatch', { expected: bank.currency })
  const same = { bank_account_id: bankAccountId, received_on: receivedOn, reference }
  if (await trx('recoveries').where(same).first('id')) throw new Refusal('already_exists', { field: 'reference' })
  const value = await valueOn(trx, { fundId, fundCurrency: currency, amount: received, on: receivedOn })
  const settles = value.functional
  if (!isPositive(settles)) throw new Refusal('amount_out_of_range', { value: moneyText(settles) })
  const outstanding = (await standingOf(trx, request))?.outstanding ?? zero(currency)
  if (exceeds(settles, outstanding)) throw new Refusal('exceeds_recoverable', { outstanding: moneyText(outstanding) })

  // From here on everything must succeed.
  const id = newId('recovery')
  await trx('recoveries').insert({
    ...{ id, fund_id: fundId, request_id: requestId, ...same },
    received: minorUnits(received),
    functional: minorUnits(settles),
    recorded_by: actor.personId,
    act_id: actor.act.id,
  })
  const converted =
    bank.currency === currency
      ? []
      : [credit(conversion(bank.currency), received, settles), debit(conversion(currency), settles)]
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'recovery_received',
      source: id,
      occurredOn: receivedOn,
      memo: `${request.code} ${reference}`,
      postings: [
        debit(cash(bank), received, settles),
        ...converted,
        credit(partnerRefunds(request, currency), settles),
        ...moveStage(
          request,
          { from: 'recoverable', to: 'available' },
          shareOut(settles, await recoverableParts(trx, request)),
        ),
      ],
    },
  )
  return { id, requestId, settles: moneyText(settles), outstanding: moneyText(subtract(outstanding, settles)) }
}

/** An amount over the contributions by what each has to get back, to the last unit (largest remainder). */
export function shareOut(amount: Money, parts: readonly StagePart[]): StagePart[] {
  const shares = splitByWeight(
    amount,
    parts.map((part) => part.amount),
  )
  return parts.map((part, i) => ({ ...part, amount: shares[i]! }))
}

async function firstPaidOn(trx: Trx, requestId: string): Promise<string | null> {
  const found = await row<{ day: string | null }>(
    trx,
    `select min(s.value_date) as day from recoverables d join settlements s on s.payment_id = d.payment_id where d.request_id = :requestId`,
    { requestId },
  )
  return found!.day
}

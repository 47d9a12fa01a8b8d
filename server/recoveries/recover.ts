import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { valueOn } from '../funds/currencies.ts'
import { newId } from '../ids.ts'
import {
  cash,
  conversion,
  fundAccount,
  partnerRefunds,
  type BankAccountRef,
  type RequestRef,
} from '../ledger/accounts.ts'
import { credit, debit, postEntry, type Posting } from '../ledger/post.ts'
import { moveStage, type StagePart } from '../ledger/stages.ts'
import {
  exceeds,
  isPositive,
  minorUnits,
  moneyFrom,
  moneyText,
  subtract,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, takeDuty, totalOf } from '../requests/load.ts'
import { firstPaidOn, recoverableParts, reportedParts, shareOut, standingOf } from './load.ts'
import { expectedOf } from './policy.ts'

export type NewRecovery = {
  receivedOn: string
  bankAccountId: string
  received: MoneyText
  reference: string
  /** The day on which it stands in the books, where the month in which it came is closed. */
  bookedOn?: string
}

/**
 * Records money that came back from a payee (event 20): cash in, and spending authority again for the contributions that had paid, in
 * proportion to what each has to get back. `received` is what the bank booked, in its account's currency; what it settles is its value at
 * the operational rate of the day on which it came, never typed. What a bank kept on the way stays owed. What comes when nothing is owed any
 * more is late: see `expectedOf` and `recoveryPostings`.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, what `takeDuty` refuses, `date_in_future`, `dates_out_of_order` before anything
 * was paid or where it is booked before it came, `currency_mismatch`, `already_exists`, `rate_missing`, `amount_out_of_range`,
 * `exceeds_recoverable`, and `period_closed` with the first day on which it can be booked.
 */
export async function recordRecovery(
  trx: Trx,
  actor: Actor,
  { requestId, received: receivedText, bookedOn, ...booked }: NewRecovery & { requestId: string },
): Promise<{ id: string; requestId: string; settles: MoneyText; outstanding: MoneyText; late: boolean }> {
  const { receivedOn, bankAccountId, reference } = booked
  const request = await lockRequest(trx, requestId)
  const { fundId, currency } = request
  requireRole(actor, fundId, ['reconciler'])
  const bank = await trx('bank_accounts').where({ id: bankAccountId, fund_id: fundId }).first('code', 'currency')
  if (!bank) throw new Refusal('not_found', { field: 'bankAccountId' })
  await takeDuty(trx, actor, { requestId, duty: 'reconciler' })
  const today = dayOf(actor.act.at)
  for (const [field, on] of Object.entries({ receivedOn, bookedOn }))
    if (on !== undefined && on > today) throw new Refusal('date_in_future', { field })
  const paidOn = await firstPaidOn(trx, requestId)
  if (paidOn !== null && receivedOn < paidOn) throw new Refusal('dates_out_of_order', { field: 'receivedOn' })
  if (bookedOn !== undefined && bookedOn < receivedOn) throw new Refusal('dates_out_of_order', { field: 'bookedOn' })
  const received = moneyFrom(receivedText)
  if (received.currency !== bank.currency) throw new Refusal('currency_mismatch', { expected: bank.currency })
  await mustBeNew(trx, { bankAccountId, receivedOn, reference })
  const value = await valueOn(trx, { fundId, fundCurrency: currency, amount: received, on: receivedOn })
  const settles = value.functional
  if (!isPositive(settles)) throw new Refusal('amount_out_of_range', { value: moneyText(settles) })
  const standing = await standingOf(trx, request)
  const spent = await reportedParts(trx, request)
  const { most, late } = expectedOf(request, standing, totalOf(spent, currency))
  if (exceeds(settles, most)) throw new Refusal('exceeds_recoverable', { outstanding: moneyText(most) })

  // From here on everything must succeed.
  const id = newId('recovery')
  await trx('recoveries').insert({
    ...{ id, fund_id: fundId, request_id: requestId, late, reference },
    bank_account_id: bankAccountId,
    received_on: receivedOn,
    received: minorUnits(received),
    functional: minorUnits(settles),
    recorded_by: actor.personId,
    act_id: actor.act.id,
  })
  const parts = shareOut(settles, late ? spent : await recoverableParts(trx, request))
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: late ? 'late_recovery' : 'recovery_received',
      source: id,
      occurredOn: bookedOn ?? receivedOn,
      memo: `${request.code} ${reference}`,
      postings: recoveryPostings(request, { bank, received, settles, parts, late }),
    },
  )
  const outstanding = late ? standing.outstanding : subtract(most, settles)
  return { id, requestId, settles: moneyText(settles), outstanding: moneyText(outstanding), late }
}

/**
 * The postings of event 20, second half. What comes late settles no debt and touches no cost, for the request may be closed and its year
 * over: it is income from recoveries, and what was accounted for is available again to the contributions that had paid it.
 */
export function recoveryPostings(
  request: RequestRef & { readonly currency: string },
  came: {
    readonly bank: BankAccountRef
    readonly received: Money
    readonly settles: Money
    readonly parts: readonly StagePart[]
    readonly late: boolean
  },
): Posting[] {
  const { bank, received, settles, parts, late } = came
  const { currency } = request
  const converted =
    bank.currency === currency
      ? []
      : [credit(conversion(bank.currency), received, settles), debit(conversion(currency), settles)]
  return [
    debit(cash(bank), received, settles),
    ...converted,
    credit(late ? fundAccount('income:prior-year-recoveries', currency) : partnerRefunds(request, currency), settles),
    ...moveStage(request, { from: late ? 'reported' : 'recoverable', to: 'available' }, parts),
  ]
}

/** Refuses `already_exists` for a line of a bank statement that is recorded and was not taken back. */
export async function mustBeNew(
  trx: Trx,
  { bankAccountId, receivedOn, reference }: Pick<NewRecovery, 'bankAccountId' | 'receivedOn' | 'reference'>,
): Promise<void> {
  const same = await trx('recoveries as v')
    .where({ bank_account_id: bankAccountId, received_on: receivedOn, reference })
    .whereNull('takes_back')
    .whereNotExists(trx('recoveries as b').whereRaw('b.takes_back = v.id').select(trx.raw('1')))
    .first('id')
  if (same) throw new Refusal('already_exists', { field: 'reference' })
}

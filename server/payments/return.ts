import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { cash, fundAccount, inTransit } from '../ledger/accounts.ts'
import { credit, debit, mirrorOf, postEntries, type Entry } from '../ledger/post.ts'
import {
  add,
  exceeds,
  fromMinorUnits,
  minorUnits,
  moneyFrom,
  negate,
  proportion,
  subtract,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { mustNotBeReported } from '../expenditure-reports/load.ts'
import { returnedAfterUnwinding } from '../no-regret/unwind.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { takeDuty, type LoadedRequest } from '../requests/load.ts'
import { chargeApprovalFor } from './charges.ts'
import { entryOf, lockPayment, paidFrom, releasedOn, setStatus, type LoadedPayment } from './load.ts'
import { releasePostings } from './release.ts'
import { carriedByReserve, exchangePostings } from './settle.ts'
import { tellReturned } from './tell.ts'

export type Return = { valueDate: string; credited?: MoneyText; reason: string; reference: string }

/**
 * Records that a payment was rejected by the bank, or came back after it was settled (event 18): new entries that reverse the
 * settlement and the release, so that the money is committed and payable again. What the bank kept is a bank charge.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_released`, `to_be_recovered` for what was
 * paid of a request that was unwound since, `reported_already`, what `takeDuty` refuses, `date_in_future`, `dates_out_of_order`,
 * `currency_mismatch`, `bank_value_differs` where more comes back than was debited, or something where nothing was,
 * `charge_above_limit`.
 */
export async function returnPayment(
  trx: Trx,
  actor: Actor,
  { paymentId, valueDate, credited: creditedText, reason, reference }: Return & { paymentId: string },
): Promise<{ id: string; status: 'returned' }> {
  const { payment, request } = await lockPayment(trx, paymentId)
  requireRole(actor, request.fundId, ['reconciler'])
  if (payment.status !== 'released' && payment.status !== 'settled')
    throw new Refusal('not_released', { current: payment.status })
  if (payment.status === 'settled' && request.status === 'unwound') throw new Refusal('to_be_recovered')
  await mustNotBeReported(trx, payment, request)
  await takeDuty(trx, actor, { requestId: request.id, duty: 'reconciler' })
  if (valueDate > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'valueDate' })
  const settled = await settlementOf(trx, payment, request)
  if (valueDate < (settled.on ?? (await releasedOn(trx, paymentId)))) {
    throw new Refusal('dates_out_of_order', { field: 'valueDate' })
  }
  const credited = creditedText ? moneyFrom(creditedText) : settled.debited
  if (credited.currency !== payment.bank.currency)
    throw new Refusal('currency_mismatch', { expected: payment.bank.currency })
  if (exceeds(credited, settled.debited)) throw new Refusal('bank_value_differs', { debited: settled.debited })
  const creditedValue = settled.happened ? proportion(settled.value, credited, settled.debited) : settled.value
  const chargeApprovalId = await chargeApprovalFor(trx, {
    ...{ payment, fundId: request.fundId, event: 'return', on: dayOf(actor.act.at) },
    charge: subtract(settled.debited, credited),
    value: add(settled.chargeValue, subtract(settled.value, creditedValue)),
  })

  // From here on everything must succeed.
  await trx('payment_returns').insert({
    payment_id: paymentId,
    request_id: request.id,
    returned_by: actor.personId,
    returned_at: actor.act.at,
    value_date: valueDate,
    credited: minorUnits(credited),
    functional: minorUnits(creditedValue),
    reason,
    reference,
    charge_approval_id: chargeApprovalId,
    act_id: actor.act.id,
  })
  await setStatus(trx, payment, 'returned')
  const entries: Entry[] = []
  if (settled.happened)
    entries.push(
      await settlementReversed(trx, payment, request, { ...settled, credited, creditedValue, valueDate, reference }),
    )
  entries.push(await releaseReversed(trx, payment, request, { valueDate, reference }))
  await postEntries(trx, { fundId: request.fundId, actId: actor.act.id }, entries)
  await tellReturned(trx, actor, request, { ...payment, reason })
  const returned = { ...payment, version: payment.version + 1 }
  if (request.status === 'unwound') await returnedAfterUnwinding(trx, actor.act, { payment: returned, request, reason })
  return { id: paymentId, status: 'returned' }
}

type Settled = { happened: boolean; on: string | null; debited: Money; value: Money; chargeValue: Money }

async function settlementOf(trx: Trx, payment: LoadedPayment, request: LoadedRequest): Promise<Settled> {
  const settlement = await row<{ debited: string; functional: string; charge: string; on: string }>(
    trx,
    `select debited, functional, functional_charge as charge, value_date as "on" from settlements where payment_id = :id`,
    { id: payment.id },
  )
  const nothing = zero(request.currency)
  if (!settlement)
    return { happened: false, on: null, debited: zero(payment.bank.currency), value: nothing, chargeValue: nothing }
  return {
    happened: true,
    on: settlement.on,
    debited: fromMinorUnits(settlement.debited, payment.bank.currency),
    value: fromMinorUnits(settlement.functional, request.currency),
    chargeValue: fromMinorUnits(settlement.charge, request.currency),
  }
}

/** Cash comes back into transit, less what the bank kept; the exchange difference of the settlement is undone with it. */
async function settlementReversed(
  trx: Trx,
  payment: LoadedPayment,
  request: LoadedRequest,
  back: Settled & { credited: Money; creditedValue: Money; valueDate: string; reference: string },
): Promise<Entry> {
  const { bank } = payment
  const kept = subtract(back.debited, back.credited)
  const keptValue = subtract(back.value, back.creditedValue)
  const undone = negate(subtract(back.value, payment.amount))
  return {
    kind: 'payment_returned',
    source: payment.id,
    occurredOn: back.valueDate,
    memo: `${payment.code} ${back.reference}`,
    reverses: await entryOf(trx, { fundId: request.fundId, kind: 'payment_settled', source: payment.id }),
    postings: [
      debit(cash(bank), back.credited, back.creditedValue),
      debit(fundAccount('expense:bank-charges', bank.currency), kept, keptValue),
      credit(inTransit(bank), payment.instructed, payment.amount),
      ...exchangePostings(undone),
      ...carriedByReserve(add(undone, keptValue)),
    ],
  }
}

async function releaseReversed(
  trx: Trx,
  payment: LoadedPayment,
  request: LoadedRequest,
  { valueDate, reference }: { valueDate: string; reference: string },
): Promise<Entry> {
  const mirrored = releasePostings(payment, request, await paidFrom(trx, payment))
  return {
    kind: 'release_reversed',
    source: payment.id,
    occurredOn: valueDate,
    memo: `${payment.code} ${reference}`,
    reverses: await entryOf(trx, { fundId: request.fundId, kind: 'payment_released', source: payment.id }),
    postings: mirrorOf(mirrored),
  }
}

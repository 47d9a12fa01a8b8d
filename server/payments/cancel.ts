import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { payable } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import { requireRole, type Actor, type NewAct } from '../people/actor.ts'
import { takeDuty, type LoadedRequest } from '../requests/load.ts'
import { costOf } from './certify.ts'
import { entryOf, lockPayment, setStatus, type LoadedPayment } from './load.ts'

/**
 * Takes back a payment that was certified and not sent, or that came back: the mirror of its certification. The money stays
 * committed to the request, for another payment or to be lowered.
 * Refuses `not_found`, `role_not_allowed`, `not_cancellable`, and what `takeDuty` refuses.
 */
export async function cancelPayment(
  trx: Trx,
  actor: Actor,
  { paymentId, reason }: { paymentId: string; reason: string },
): Promise<{ id: string; status: 'cancelled' }> {
  const { payment, request } = await lockPayment(trx, paymentId)
  requireRole(actor, request.fundId, ['certifying_officer'])
  if (payment.status !== 'certified' && payment.status !== 'returned')
    throw new Refusal('not_cancellable', { current: payment.status })
  await takeDuty(trx, actor, { requestId: request.id, duty: 'certifier' })

  await takeBackPayment(trx, actor.act, { payment, request, reason })
  return { id: paymentId, status: 'cancelled' }
}

/** Cancels a payment whatever made it so: payment and request are locked, and it is with us, not with the bank. */
export async function takeBackPayment(
  trx: Trx,
  act: NewAct,
  { payment, request, reason }: { payment: LoadedPayment; request: LoadedRequest; reason: string },
): Promise<void> {
  await trx('payment_cancellations').insert({ payment_id: payment.id, reason, cancelled_at: act.at, act_id: act.id })
  await setStatus(trx, payment, 'cancelled')
  await postEntry(
    trx,
    { fundId: request.fundId, actId: act.id },
    {
      kind: 'payment_cancelled',
      source: payment.id,
      occurredOn: dayOf(act.at),
      memo: `${payment.code} ${request.code}`,
      reverses: await entryOf(trx, { fundId: request.fundId, kind: 'payment_certified', source: payment.id }),
      postings: [
        debit(payable(request, request.currency), payment.amount),
        credit(costOf(payment.category, request), payment.amount),
      ],
    },
  )
}

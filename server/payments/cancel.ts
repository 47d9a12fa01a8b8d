import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { payable } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { takeDuty } from '../requests/load.ts'
import { costOf } from './certify.ts'
import { entryOf, lockPayment, setStatus } from './load.ts'

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

  await trx('payment_cancellations').insert({ payment_id: paymentId, reason, act_id: actor.act.id })
  await setStatus(trx, payment, 'cancelled')
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'payment_cancelled',
      source: paymentId,
      occurredOn: dayOf(actor.act.at),
      memo: `${payment.code} ${request.code}`,
      reverses: await entryOf(trx, { fundId: request.fundId, kind: 'payment_certified', source: paymentId }),
      postings: [
        debit(payable(request, request.currency), payment.amount),
        credit(costOf(payment.category, request), payment.amount),
      ],
    },
  )
  return { id: paymentId, status: 'cancelled' }
}

import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import type { NewAct } from '../people/actor.ts'
import { takeBackPayment } from '../payments/cancel.ts'
import { lockPaymentsOf, type LoadedPayment } from '../payments/load.ts'
import { makeRecoverable } from '../recoveries/unwound.ts'
import { heldFor, type LoadedRequest } from '../requests/load.ts'
import { tellUnwound } from './tell.ts'
import type { ActiveAdvance } from './policy.ts'

/**
 * Ends an advance that was not ratified, once and for good. What was certified and not sent, or came back, is cancelled; what was paid must
 * come back; what is committed and not paid returns to the contributions it came from. A payment on its way to the bank stays what it is
 * until the bank has spoken: settled it must come back (`paidAfterUnwinding`), returned it is cancelled (`returnedAfterUnwinding`).
 * The request must be locked, so that nobody pays or settles meanwhile.
 */
export async function unwindAdvance(
  trx: Trx,
  act: NewAct,
  request: LoadedRequest,
  { cause, reason, advance }: { cause: 'rejected' | 'overdue'; reason: string; advance: ActiveAdvance },
): Promise<void> {
  await trx('advance_endings').insert({
    request_id: request.id,
    fund_id: request.fundId,
    outcome: 'unwound',
    cause,
    ratify_by: advance.ratifyBy,
    ended_at: act.at,
    reason,
    act_id: act.id,
  })
  await trx('requests')
    .where({ id: request.id })
    .update({ status: 'unwound', version: request.version + 1 })
  for (const payment of await lockPaymentsOf(trx, request)) {
    if (payment.status === 'certified' || payment.status === 'returned')
      await takeBackPayment(trx, act, { payment, request, reason: `${request.code}: ${cause}` })
    if (payment.status === 'settled') await makeRecoverable(trx, act, { payment, request })
  }
  await giveBack(trx, act, request, request.id)
  await tellUnwound(trx, act, request)
}

/** The bank has paid what was on its way when the request was unwound. */
export const paidAfterUnwinding = makeRecoverable

/** What was on its way when the request was unwound came back: it is not paid again, and its money returns to where it came from. */
export async function returnedAfterUnwinding(
  trx: Trx,
  act: NewAct,
  { payment, request, reason }: { payment: LoadedPayment; request: LoadedRequest; reason: string },
): Promise<void> {
  await takeBackPayment(trx, act, { payment, request, reason })
  await giveBack(trx, act, request, payment.id)
}

/** What is committed and nobody will pay any more (event 14). */
async function giveBack(trx: Trx, act: NewAct, request: LoadedRequest, source: string): Promise<void> {
  const held = await heldFor(trx, request, 'committed')
  if (held.length === 0) return
  await postEntry(
    trx,
    { fundId: request.fundId, actId: act.id },
    {
      kind: 'advance_unwound',
      source,
      occurredOn: dayOf(act.at),
      memo: request.code,
      postings: moveStage(request, { from: 'committed', to: 'available' }, held),
    },
  )
}

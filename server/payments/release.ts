import { rows, type Trx } from '../../db/connect.ts'
import { mustNotBeSuspended } from '../clock/pause.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { conversion, inTransit, payable } from '../ledger/accounts.ts'
import { credit, debit, postEntry, type Posting } from '../ledger/post.ts'
import { moveStage, type StagePart } from '../ledger/stages.ts'
import { minorUnits, splitByWeight } from '../money.ts'
import { mustBeInTime } from '../no-regret/load.ts'
import { mustBePayable } from '../payees/accounts.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { heldFor, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { mustBeClear } from '../sanctions/screen.ts'
import { lockPayment, setStatus, type LoadedPayment } from './load.ts'
import { tellReleased } from './tell.ts'

/**
 * Releases a certified payment. The first release is a signature; the second, by another person, sends it: the money leaves
 * committed for disbursed, from each contribution in proportion to what it has committed (event 16).
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_awaiting_release`, `suspended`, `ratification_overdue`, `already_released_by_you`, what `mustBePayable` and `takeDuty` refuse,
 * `screening_open` at either signature unless the payee is clear of the lists in force then,
 * `signature_no_longer_counts` where somebody who approved, certified or released must keep away from the payee by now.
 */
export async function releasePayment(
  trx: Trx,
  actor: Actor,
  { paymentId }: { paymentId: string },
): Promise<{ id: string; status: 'certified' | 'released'; releases: number }> {
  const { payment, request } = await lockPayment(trx, paymentId)
  requireRole(actor, request.fundId, ['treasurer', 'bank_signatory'])
  if (payment.status !== 'certified') throw new Refusal('not_awaiting_release', { current: payment.status })
  await mustNotBeSuspended(trx, request.id)
  await mustBeInTime(trx, actor, request.id)
  const before = await trx('releases').where({ payment_id: paymentId }).pluck('released_by')
  if (before.includes(actor.personId)) throw new Refusal('already_released_by_you')
  await mustBePayable(trx, actor, paymentId)
  await takeDuty(trx, actor, { requestId: request.id, duty: 'releaser' })
  await allSignaturesCount(trx, paymentId)
  await mustBeClear(trx, actor, request.payeeId!)

  // From here on everything must succeed.
  const place = before.length + 1
  await trx('releases').insert({
    payment_id: paymentId,
    request_id: request.id,
    place,
    released_by: actor.personId,
    released_at: actor.act.at,
    act_id: actor.act.id,
  })
  if (place === 1) return { id: paymentId, status: 'certified', releases: 1 }

  const held = await heldFor(trx, request, 'committed')
  const shares = splitByWeight(
    payment.amount,
    held.map((part) => part.amount),
  )
  const parts = held.map((part, i) => ({ ...part, amount: shares[i]! }))
  await trx('payment_funding').insert(
    parts
      .filter(({ amount }) => !amount.amount.isZero())
      .map(({ contributionId, amount }) => ({
        payment_id: paymentId,
        contribution_id: contributionId,
        amount: minorUnits(amount),
      })),
  )
  await setStatus(trx, payment, 'released')
  if (request.status === 'approved') {
    await trx('requests')
      .where({ id: request.id })
      .update({ status: 'active', version: request.version + 1 })
  }
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'payment_released',
      source: paymentId,
      occurredOn: dayOf(actor.act.at),
      memo: `${payment.code} ${request.code}`,
      postings: releasePostings(payment, request, parts),
    },
  )
  await tellReleased(trx, actor, request, payment)
  return { id: paymentId, status: 'released', releases: 2 }
}

async function allSignaturesCount(trx: Trx, paymentId: string): Promise<void> {
  const lost = await rows<{ person: string }>(
    trx,
    `select person from signatures_that_do_not_count(:paymentId) as lost (person) order by person`,
    { paymentId },
  )
  if (lost.length > 0) throw new Refusal('signature_no_longer_counts', { people: lost.map(({ person }) => person) })
}

/** The postings of event 16; its reversal is the mirror of them. */
export function releasePostings(
  payment: LoadedPayment,
  request: LoadedRequest,
  parts: readonly StagePart[],
): Posting[] {
  const { amount, instructed, bank } = payment
  const converted =
    bank.currency === request.currency
      ? []
      : [debit(conversion(bank.currency), instructed, amount), credit(conversion(request.currency), amount)]
  return [
    debit(payable(request, request.currency), amount),
    ...converted,
    credit(inTransit(bank), instructed, amount),
    ...moveStage(request, { from: 'committed', to: 'disbursed' }, parts),
  ]
}

import { rows, type Trx } from '../../db/connect.ts'
import { mustNotBeSuspended } from '../clock/pause.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { conversion, inTransit, payable } from '../ledger/accounts.ts'
import { credit, debit, postEntries, type Entry, type Posting } from '../ledger/post.ts'
import { moveStage, type StagePart } from '../ledger/stages.ts'
import { minorUnits, splitByWeight, subtract } from '../money.ts'
import { mustBeInTime } from '../no-regret/load.ts'
import { mustBePayable } from '../payees/accounts.ts'
import type { Actor } from '../people/actor.ts'
import { heldFor, takeDuty, type LoadedRequest } from '../requests/load.ts'
import type { LoadedPayment } from './load.ts'
import { mustBeClear } from '../sanctions/screen.ts'
import { tellReleased } from './tell.ts'

/** A payment that is to leave, with its request; both are locked. */
export type Leaving = { readonly payment: LoadedPayment; readonly request: LoadedRequest }

/** Who signed the file that it leaves with, when, and under which act, in their order. */
export type Signature = {
  readonly place: 1 | 2
  readonly signedBy: string
  readonly signedAt: Date
  readonly actId: string
}

/**
 * Lets a payment through that may leave, by this signatory, who takes the duty of a releaser in its request. Looked at again with each signature;
 * whatever else keeps a payment back is asked here, a line each.
 *
 * Refuses, in this order: `not_awaiting_release`, `suspended`, `ratification_overdue`, what `mustBePayable` and `takeDuty` refuse, and
 * `signature_no_longer_counts` where somebody who approved, certified or released must keep away from the payee by now; last `screening_open`
 * unless the payee is clear of the sanctions lists in force then.
 */
export async function mustBeReleasable(trx: Trx, actor: Actor, { payment, request }: Leaving): Promise<void> {
  if (payment.status !== 'certified') throw new Refusal('not_awaiting_release', { current: payment.status })
  await mustNotBeSuspended(trx, request.id)
  await mustBeInTime(trx, actor, request.id)
  await mustBePayable(trx, actor, payment.id)
  await takeDuty(trx, actor, { requestId: request.id, duty: 'releaser' })
  await allSignaturesCount(trx, payment.id)
  await mustBeClear(trx, actor, request.payeeId!)
}

/**
 * Payments leave, all of them: their money goes from committed to disbursed, from each contribution in proportion to what it has committed
 * (event 16). Everything has been looked at before.
 */
export async function releaseAll(
  trx: Trx,
  actor: Actor,
  { fundId, fileId, leaving, signatures }: ReleasedFile,
): Promise<void> {
  const entries: Entry[] = []
  const funding: Record<string, string>[] = []
  const held = new Map<string, StagePart[]>()
  for (const { payment, request } of leaving) {
    const before = held.get(request.id) ?? (await heldFor(trx, request, 'committed'))
    const shares = splitByWeight(
      payment.amount,
      before.map((part) => part.amount),
    )
    const parts = before.map((part, i) => ({ ...part, amount: shares[i]! }))
    // What the next payment of the same request finds.
    held.set(
      request.id,
      before.map((part, i) => ({ ...part, amount: subtract(part.amount, shares[i]!) })),
    )
    for (const { contributionId, amount } of parts.filter((part) => !part.amount.amount.isZero()))
      funding.push({ payment_id: payment.id, contribution_id: contributionId, amount: minorUnits(amount) })
    entries.push({
      kind: 'payment_released',
      source: payment.id,
      occurredOn: dayOf(actor.act.at),
      memo: `${payment.code} ${request.code}`,
      postings: releasePostings(payment, request, parts),
    })
  }
  await trx.batchInsert('releases', leaving.flatMap(releasesBy(fileId, signatures)), ROWS_AT_ONCE)
  await trx.batchInsert('payment_funding', funding, ROWS_AT_ONCE)
  await trx('payments')
    .whereIn(
      'id',
      leaving.map(({ payment }) => payment.id),
    )
    .update({ status: 'released', version: trx.raw('version + 1') })
  const first = leaving.filter(({ request }) => request.status === 'approved').map(({ request }) => request.id)
  await trx('requests')
    .whereIn('id', first)
    .update({ status: 'active', version: trx.raw('version + 1') })
  await postEntries(trx, { fundId, actId: actor.act.id }, entries)
  for (const { payment, request } of leaving) await tellReleased(trx, actor, request, payment)
}

export type ReleasedFile = {
  readonly fundId: string
  readonly fileId: string
  readonly leaving: readonly Leaving[]
  readonly signatures: readonly Signature[]
}

const ROWS_AT_ONCE = 500

/** The rows of both signatures, for each payment of a file. */
function releasesBy(fileId: string, signatures: readonly Signature[]) {
  return ({ payment, request }: Leaving) =>
    signatures.map(({ place, signedBy, signedAt, actId }) => ({
      ...{ payment_id: payment.id, request_id: request.id, file_id: fileId, place },
      ...{ released_by: signedBy, released_at: signedAt, act_id: actId },
    }))
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

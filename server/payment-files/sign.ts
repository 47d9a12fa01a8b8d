import { takeItsTime, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPayments } from '../payments/load.ts'
import { mustBeReleasable, releaseAll, type Leaving } from '../payments/release.ts'
import { buildFile } from './build.ts'
import { fileById, lockFile, paymentsIn, signaturesOf, type LoadedFile } from './load.ts'
import { SIGNATURES, type FileStatus } from './policy.ts'
import { SIGNATORIES } from './prepare.ts'

/**
 * Signs a file by the hash that the signatory has seen. The first signature is one; the second, by another person, releases all payments of the
 * file in this transaction, or none of them.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `file_not_awaiting_signature`, `already_released_by_you`, `payment_file_differs` where
 * what is stored does not give the file any more that it gave, `other_hash`, and `payments_may_not_leave` with each payment that may not and why;
 * for a file of one payment, what `mustBeReleasable` refuses.
 */
export async function signFile(
  trx: Trx,
  actor: Actor,
  { fileId, sha256 }: { fileId: string; sha256: string },
): Promise<{ id: string; code: string; status: FileStatus; signatures: number; sha256: string }> {
  const { fundId } = await fileById(trx, fileId)
  requireRole(actor, fundId, SIGNATORIES)
  await takeItsTime(trx)
  const leaving = await lockPayments(trx, await paymentsIn(trx, fileId))
  const file = await lockFile(trx, fileId)
  const before = await signaturesOf(trx, fileId)
  if (before.some(({ signedBy }) => signedBy === actor.personId)) throw new Refusal('already_released_by_you')
  if (file.status !== 'prepared') throw new Refusal('file_not_awaiting_signature', { current: file.status })
  await mustBeAsPrepared(trx, file, leaving)
  if (sha256 !== file.sha256) throw new Refusal('other_hash', { sha256: file.sha256 })
  await allReleasable(trx, actor, leaving)

  // From here on everything must succeed.
  const place = before.length === 0 ? 1 : 2
  const mine = { place, signedBy: actor.personId, signedAt: actor.act.at, actId: actor.act.id } as const
  await trx('payment_file_signatures').insert({
    ...{ file_id: fileId, place, signed_by: actor.personId, sha256: Buffer.from(sha256, 'hex') },
    ...{ signed_at: actor.act.at, act_id: actor.act.id },
  })
  actor.act.details = { ...actor.act.details, file: file.code, sha256 }
  if (place === SIGNATURES) {
    await trx('payment_files').where({ id: fileId }).update({ status: 'released' })
    await releaseAll(trx, actor, { fundId, fileId, leaving, signatures: [...before, mine] })
  }
  const status = place === SIGNATURES ? 'released' : 'prepared'
  return { id: fileId, code: file.code, status, signatures: place, sha256 }
}

async function mustBeAsPrepared(trx: Trx, file: LoadedFile, leaving: readonly Leaving[]): Promise<void> {
  const built = await buildFile(
    trx,
    file,
    leaving.map(({ payment }) => payment.id),
  )
  if (built.sha256 !== file.sha256) throw new Refusal('payment_file_differs', { file: file.code })
}

/** The one place where a refusal is caught: whoever signs many payments is told of all that may not leave, and not of the first alone. */
async function allReleasable(trx: Trx, actor: Actor, leaving: readonly Leaving[]): Promise<void> {
  const kept: { payment: string; code: string; refused: string }[] = []
  for (const one of leaving) {
    try {
      await mustBeReleasable(trx, actor, one)
    } catch (error) {
      if (!(error instanceof Refusal) || leaving.length === 1) throw error
      kept.push({ payment: one.payment.id, code: one.payment.code, refused: error.code })
    }
  }
  if (kept.length > 0) throw new Refusal('payments_may_not_leave', { payments: kept })
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPayment } from '../payments/load.ts'
import { fileById, paymentsIn } from './load.ts'
import { prepareFile, SIGNATORIES } from './prepare.ts'
import { signFile } from './sign.ts'

/**
 * Releases a payment alone: a file of one payment, which its first signature prepares. `sha256` is the hash that was seen, for who has seen one.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_awaiting_release`, `in_payment_file` where it is in a file with others, which is signed as a
 * whole, and what `signFile` refuses.
 */
export async function releasePayment(
  trx: Trx,
  actor: Actor,
  { paymentId, sha256 }: { paymentId: string; sha256?: string | undefined },
): Promise<Released> {
  const { payment, request } = await lockPayment(trx, paymentId)
  requireRole(actor, request.fundId, SIGNATORIES)
  if (payment.status !== 'certified') throw new Refusal('not_awaiting_release', { current: payment.status })
  const fileId = payment.fileId ?? (await fileOfOne(trx, actor, { paymentId, ...payment, fundId: request.fundId }))
  if ((await paymentsIn(trx, fileId)).length > 1) throw new Refusal('in_payment_file', { file: fileId })
  const file = await fileById(trx, fileId)
  const signed = await signFile(trx, actor, { fileId, sha256: sha256 ?? file.sha256 })
  const status = signed.status === 'released' ? 'released' : 'certified'
  return { id: paymentId, status, releases: signed.signatures, file: fileId, sha256: file.sha256 }
}

export type Released = {
  id: string
  status: 'certified' | 'released'
  releases: number
  /** The file of this one payment, and what both sign. */
  file: string
  sha256: string
}

async function fileOfOne(
  trx: Trx,
  actor: Actor,
  { paymentId, fundId, bankAccountId }: { paymentId: string; fundId: string; bankAccountId: string },
): Promise<string> {
  return (await prepareFile(trx, actor, { fundId, bankAccountId, paymentIds: [paymentId] })).id
}

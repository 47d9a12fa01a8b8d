import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPayments } from '../payments/load.ts'
import { fileById, lockFile, paymentsIn } from './load.ts'
import { prepareFile, SIGNATORIES, type PreparedFile } from './prepare.ts'

/**
 * Withdraws a file that is not released: nothing of it leaves, and its signatures count for nothing. Where `takeOut` names some of its payments,
 * the others that still wait are put into a new file at once, with a hash of its own, which is signed anew.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `file_not_awaiting_signature`, and what `prepareFile` refuses.
 */
export async function withdrawFile(
  trx: Trx,
  actor: Actor,
  { fileId, takeOut, reason }: { fileId: string; takeOut?: readonly string[] | undefined; reason: string },
): Promise<{ id: string; status: 'withdrawn'; replacedBy: PreparedFile | null }> {
  const { fundId } = await fileById(trx, fileId)
  requireRole(actor, fundId, SIGNATORIES)
  const all = await lockPayments(trx, await paymentsIn(trx, fileId))
  const file = await lockFile(trx, fileId)
  if (file.status !== 'prepared') throw new Refusal('file_not_awaiting_signature', { current: file.status })
  const ids = all.map(({ payment }) => payment.id)
  if (takeOut?.some((id) => !ids.includes(id))) throw new Refusal('not_found', { field: 'payments' })

  // From here on everything must succeed.
  await trx('payment_file_withdrawals').insert({
    ...{ file_id: fileId, reason, withdrawn_by: actor.personId, withdrawn_at: actor.act.at, act_id: actor.act.id },
  })
  await trx('payment_files').where({ id: fileId }).update({ status: 'withdrawn' })
  await trx('payments').where({ file_id: fileId }).update({ file_id: null })
  const stay = all.filter(({ payment }) => payment.status === 'certified' && !takeOut?.includes(payment.id))
  const { bankAccountId } = file
  const executionDate = file.executionDate < dayOf(actor.act.at) ? undefined : file.executionDate
  const paymentIds = stay.map(({ payment }) => payment.id)
  const replacedBy =
    takeOut && stay.length > 0
      ? await prepareFile(trx, actor, { fundId, bankAccountId, paymentIds, executionDate, replaces: fileId })
      : null
  return { id: fileId, status: 'withdrawn', replacedBy }
}

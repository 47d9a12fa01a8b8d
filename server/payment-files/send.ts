import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { fileById, lockFile } from './load.ts'
import { SIGNATORIES } from './prepare.ts'

/**
 * Records that a released file was given to the bank. That happens once; who gives it a second time says why, for a bank that does not look
 * at message ids pays twice.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `file_not_released`, `sent_already` with when and by whom.
 */
export async function sendFile(
  trx: Trx,
  actor: Actor,
  { fileId, reason = '' }: { fileId: string; reason?: string },
): Promise<{ id: string; number: number }> {
  const { fundId } = await fileById(trx, fileId)
  requireRole(actor, fundId, SIGNATORIES)
  const file = await lockFile(trx, fileId)
  if (file.status !== 'released') throw new Refusal('file_not_released', { current: file.status })
  const before = await trx('payment_file_sendings').where({ file_id: fileId }).orderBy('number')
  const last = before.at(-1)
  if (last && reason === '') throw new Refusal('sent_already', { at: last.sent_at.toISOString(), by: last.sent_by })

  // From here on everything must succeed.
  const number = before.length + 1
  await trx('payment_file_sendings').insert({
    ...{ file_id: fileId, number, reason, sent_by: actor.personId, sent_at: actor.act.at, act_id: actor.act.id },
  })
  actor.act.details = { file: file.code, sha256: file.sha256 }
  return { id: fileId, number }
}

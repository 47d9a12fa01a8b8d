import type { Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { buildFile } from './build.ts'
import { fileById, paymentsIn } from './load.ts'
import { SIGNATORIES } from './prepare.ts'

/**
 * The file as it goes to the bank, built again and held against the hash that two people have signed. Before the second signature there is nothing
 * to take away, so nobody can give the bank what is not released.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `file_not_released`, `payment_file_differs`, `paid_by_hand` where no bank could carry it out.
 */
export async function fileForBank(db: Db, actor: Actor, fileId: string): Promise<{ xml: Buffer; code: string }> {
  const file = await fileById(db, fileId)
  requireRole(actor, file.fundId, SIGNATORIES)
  if (file.status !== 'released') throw new Refusal('file_not_released', { current: file.status })
  const built = await buildFile(db, file, await paymentsIn(db, fileId))
  if (built.sha256 !== file.sha256) throw new Refusal('payment_file_differs', { file: file.code })
  if (built.byHand) throw new Refusal('paid_by_hand')
  return { xml: built.xml, code: file.code }
}

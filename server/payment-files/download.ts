import type { Db, Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { buildFile } from './build.ts'
import { fileById, paymentsIn } from './load.ts'
import { SIGNATORIES } from './prepare.ts'

/**
 * The file as it goes to the bank, built again and held against the hash that two people have signed. Before the second signature there is nothing
 * to take away, so nobody can give the bank what is not released.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `file_not_released`, `paid_by_hand` where no bank could carry it out.
 */
export async function fileForBank(db: Db, actor: Actor, fileId: string): Promise<FileForBank> {
  const file = await fileById(db, fileId)
  requireRole(actor, file.fundId, SIGNATORIES)
  if (file.status !== 'released') throw new Refusal('file_not_released', { current: file.status })
  const built = await buildFile(db, file, await paymentsIn(db, fileId))
  if (built.sha256 !== file.sha256) return { fundId: file.fundId, id: fileId, code: file.code, xml: undefined }
  if (built.byHand) throw new Refusal('paid_by_hand')
  return { fundId: file.fundId, id: fileId, code: file.code, xml: built.xml }
}

/** Without `xml` where what is stored does not give any more what was signed. */
export type FileForBank = { fundId: string; id: string; code: string; xml: Buffer | undefined }

/** Tells auditors and controllers at once that a file is not what was signed any more: each day anew while it is so. */
export async function tellOfAlteredFile(trx: Trx, at: Date, { fundId, id, code }: FileForBank): Promise<void> {
  await notify(
    trx,
    { personId: null, act: { id: null, at } },
    {
      ...{ fundId, event: 'payment_file_alarm' as const, urgent: true, key: `${id}#${at.toISOString().slice(0, 10)}` },
      ...{ to: { roles: ['auditor', 'controller'] as const }, facts: { code }, link: `/payment-files/${id}` },
    },
  )
}

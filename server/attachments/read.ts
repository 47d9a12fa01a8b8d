import { createHash } from 'node:crypto'
import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import { readRequest } from '../requests/queries.ts'
import type { Fault } from './faults.ts'
import type { MediaType } from './policy.ts'
import type { FileStore } from './store.ts'

export type AttachmentTold = {
  id: string
  requestId: string
  reportId: string | null
  /** As whoever added it called it. */
  fileName: string
  mediaType: MediaType
  bytes: number
  sha256: string
  addedBy: string
  addedAt: string
}

const TOLD = `select a.id, a.fund_id as "fundId", a.request_id as "requestId", a.report_id as "reportId", a.file_name as "fileName",
       a.media_type as "mediaType", a.bytes::int as bytes, encode(a.sha256, 'hex') as sha256, p.name as "addedBy", a.added_at as "addedAt"
  from attachments a join people p on p.id = a.added_by`

/** The papers of a request, in the order in which they came; of one of its reports, where that is named. */
export async function attachmentsOf(
  db: Db,
  { requestId, reportId = '' }: { requestId: string; reportId?: string },
): Promise<AttachmentTold[]> {
  const found = await rows<AttachmentTold & { fundId: string }>(
    db,
    `${TOLD} where a.request_id = :requestId and (:reportId = '' or a.report_id = :reportId) order by a.id`,
    { requestId, reportId },
  )
  return found.map(({ fundId: _fund, ...told }) => told)
}

/** An attachment, for who may see its request. Refuses `not_found`, `role_not_allowed`. */
export async function readAttachment(
  db: Db,
  actor: Actor,
  attachmentId: string,
): Promise<AttachmentTold & { fundId: string }> {
  const found = await row<AttachmentTold & { fundId: string }>(db, `${TOLD} where a.id = :attachmentId`, {
    attachmentId,
  })
  if (!found) throw new Refusal('not_found')
  await readRequest(db, actor, found.requestId)
  return found
}

/** The bytes of an attachment, or what is wrong with them: they are gone, or others than those that were attached. */
export async function bytesOf(store: FileStore, sha256: string): Promise<{ bytes: Buffer } | { fault: Fault }> {
  const bytes = await store.get(sha256)
  if (!bytes) return { fault: 'missing' }
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? { bytes } : { fault: 'changed' }
}

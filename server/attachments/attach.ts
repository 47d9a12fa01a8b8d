import { createHash } from 'node:crypto'
import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { mustBeOpen } from '../expenditure-reports/write.ts'
import { reportById } from '../expenditure-reports/load.ts'
import { newId } from '../ids.ts'
import { entitiesOf, holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { lockRequest } from '../requests/load.ts'
import { mediaTypeOf, MOST_BYTES, MOST_PER_REQUEST, type MediaType } from './policy.ts'
import type { FileStore } from './store.ts'

/** Who adds papers to a request that is not of their own entity. */
const ADDERS: readonly Role[] = ['certifying_officer', 'fund_manager']

export type Attached = { id: string; fileName: string; mediaType: MediaType; bytes: number; sha256: string }

/**
 * Attaches a file to a request, or to a report on it that is being written. The bytes are on the disk before the row is written: a crash
 * between the two leaves a file that nobody knows, and never a row without its file.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `report_not_open`, `attachment_too_large`, `attachment_type_not_taken`, `too_many_attachments`, `already_exists`.
 */
export async function attachFile(
  trx: Trx,
  actor: Actor,
  store: FileStore,
  { requestId, reportId, fileName, bytes }: { requestId: string; reportId?: string; fileName: string; bytes: unknown },
): Promise<Attached> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['requester', ...ADDERS])
  if (!holdsRole(actor, request.fundId, ADDERS) && !entitiesOf(actor, request.fundId).includes(request.entityId))
    throw new Refusal('not_found')
  await mustSeeRequest(trx, actor, requestId)
  if (reportId !== undefined) {
    const report = await reportById(trx, reportId)
    if (report.requestId !== requestId) throw new Refusal('not_found', { field: 'report' })
    mustBeOpen(report)
  }
  if (Buffer.isBuffer(bytes) && bytes.length > MOST_BYTES)
    throw new Refusal('attachment_too_large', { most: MOST_BYTES, bytes: bytes.length })
  const mediaType = Buffer.isBuffer(bytes) ? mediaTypeOf(bytes) : undefined
  if (!Buffer.isBuffer(bytes) || !mediaType) throw new Refusal('attachment_type_not_taken')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await mayHaveOneMore(trx, { requestId, reportId, sha256 })

  // Whoever sweeps away what nobody knows waits for this, or this for them.
  await lockContent(trx, sha256)
  await store.put(sha256, bytes)
  const id = newId('attachment')
  await trx('attachments').insert({
    ...{ id, fund_id: request.fundId, request_id: requestId, report_id: reportId ?? null, file_name: fileName },
    ...{ media_type: mediaType, bytes: bytes.length, sha256: Buffer.from(sha256, 'hex') },
    ...{ added_by: actor.personId, added_at: actor.act.at, act_id: actor.act.id },
  })
  return { id, fileName, mediaType, bytes: bytes.length, sha256 }
}

/** One at a time for the same bytes, until the transaction ends. */
export async function lockContent(trx: Trx, sha256: string): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 6))`, [sha256])
}

async function mayHaveOneMore(
  trx: Trx,
  { requestId, reportId, sha256 }: { requestId: string; reportId: string | undefined; sha256: string },
): Promise<void> {
  const found = await row<{ count: number; same: boolean }>(
    trx,
    `select count(*)::int as count,
            coalesce(bool_or(encode(sha256, 'hex') = :sha256 and coalesce(report_id, '') = :reportId), false) as same
       from attachments where request_id = :requestId`,
    { requestId, sha256, reportId: reportId ?? '' },
  )
  if (found!.count >= MOST_PER_REQUEST) throw new Refusal('too_many_attachments', { most: MOST_PER_REQUEST })
  if (found!.same) throw new Refusal('already_exists', { field: 'file' })
}

import { rows, type Db } from '../../db/connect.ts'
import { lockContent } from './attach.ts'
import { noteFault } from './faults.ts'
import { bytesOf } from './read.ts'
import type { FileStore } from './store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const AT_A_TIME = 200

/** Reads every attachment again, and gives the alarm for each that is gone or is not what was attached. Gives how many those are. */
export async function checkAttachments(
  db: Db,
  store: FileStore,
  { at, stopping }: { at: Date; stopping?: AbortSignal },
) {
  let faults = 0
  let after = ''
  for (;;) {
    const next = await rows<{ id: string; fundId: string; requestId: string; sha256: string }>(
      db,
      `select id, fund_id as "fundId", request_id as "requestId", encode(sha256, 'hex') as sha256 from attachments
        where id > :after order by id limit :most`,
      { after, most: AT_A_TIME },
    )
    for (const one of next) {
      if (stopping?.aborted) return faults
      const found = await bytesOf(store, one.sha256)
      if ('bytes' in found) continue
      faults += 1
      await db.transaction((trx) => noteFault(trx, one, { fault: found.fault, at }))
    }
    if (next.length < AT_A_TIME) return faults
    after = next.at(-1)!.id
  }
}

/** Removes files of which no row knows, once they are a day old: what was attached in an act that did not happen. */
export async function sweepAttachments(db: Db, store: FileStore, now: Date): Promise<void> {
  for await (const sha256 of store.keptBefore(new Date(now.getTime() - DAY_MS))) {
    await db.transaction(async (trx) => {
      await lockContent(trx, sha256)
      const known = await trx('attachments')
        .where({ sha256: Buffer.from(sha256, 'hex') })
        .first('id')
      if (!known) await store.remove(sha256)
    })
  }
}

import { rows, type Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { newAct } from '../people/actor.ts'
import { lockRequest } from '../requests/load.ts'
import { activeAdvance } from './load.ts'
import { isOverdue } from './policy.ts'
import { unwindAdvance } from './unwind.ts'

/**
 * Unwinds every advance that was not ratified in time, each in a transaction of its own. Any number of workers may do this at once: an
 * advance is unwound by one of them. Gives how many it unwound, and throws what went wrong with any of them after the others have
 * had their turn.
 */
export async function unwindOverdue(db: Db, at: Date): Promise<number> {
  const late = await rows<{ id: string }>(
    db,
    `select a.request_id as id from advance_activations a
      where a.ratify_by < :at and not exists (select from advance_endings e where e.request_id = a.request_id)
      order by a.ratify_by, a.request_id limit 500`,
    { at },
  )
  let unwound = 0
  const failures: unknown[] = []
  for (const { id } of late) {
    try {
      unwound += (await unwindIfOverdue(db, id, at)) ? 1 : 0
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return unwound
}

/** Unwinds this advance if it waits for ratification still and its time is over; else does nothing. */
async function unwindIfOverdue(db: Db, requestId: string, at: Date): Promise<boolean> {
  return db.transaction(async (trx) => {
    const request = await lockRequest(trx, requestId)
    const advance = await activeAdvance(trx, requestId)
    if (!advance || !isOverdue(advance, at)) return false
    const act = newAct(at)
    await unwindAdvance(trx, act, request, { cause: 'overdue', reason: '', advance })
    await recordAct(trx, {
      id: act.id,
      fundId: request.fundId,
      personId: null,
      tokenId: null,
      requestId: 'schedule',
      method: 'SCHEDULE',
      path: `/disbursement-requests/${requestId}/unwinding`,
      address: null,
      outcome: 'done',
      details: null,
    })
    return true
  })
}

import { rows, type Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { newId } from '../ids.ts'
import { lockRequest } from './load.ts'
import { releaseReservation } from './release-reservation.ts'

/**
 * Ends every submitted or returned request whose reservation has lapsed before `on`, each in a transaction of its own, and gives the
 * money back. Any number of servers may do this at once: a request is ended by one of them. Gives how many it ended, and throws what
 * went wrong with any of them after the others have had their turn.
 */
export async function expireRequests(db: Db, on: string): Promise<number> {
  const lapsed = await rows<{ id: string }>(
    db,
    `select id from requests where status in ('submitted', 'returned') and reserved_until < :on order by id limit 500`,
    { on },
  )
  let ended = 0
  const failures: unknown[] = []
  for (const { id } of lapsed) {
    try {
      ended += await expireRequest(db, id, on)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return ended
}

async function expireRequest(db: Db, requestId: string, on: string): Promise<number> {
  return db.transaction(async (trx) => {
    const request = await lockRequest(trx, requestId)
    const lapsed = ['submitted', 'returned'].includes(request.status) && request.reservedUntil! < on
    if (!lapsed) return 0
    const actId = newId('act')
    await trx('request_endings').insert({
      request_id: requestId,
      kind: 'expired',
      reason: `held until ${request.reservedUntil}`,
      act_id: actId,
    })
    await trx('requests')
      .where({ id: requestId })
      .update({ status: 'expired', version: request.version + 1 })
    await releaseReservation(trx, actId, request, 'expired')
    await recordAct(trx, {
      id: actId,
      fundId: request.fundId,
      personId: null,
      tokenId: null,
      requestId: 'schedule',
      method: 'SCHEDULE',
      path: `/disbursement-requests/${requestId}/expiry`,
      address: null,
      outcome: 'done',
      details: null,
    })
    return 1
  })
}

import { rows, type Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { dayOf } from '../clock.ts'
import { newAct } from '../people/actor.ts'
import { lockRequest } from './load.ts'
import { releaseReservation } from './release-reservation.ts'
import { tellExpiry } from './tell.ts'

/**
 * Ends every submitted or returned request whose reservation has lapsed before the day of `at`, each in a transaction of its own, and gives the
 * money back. Any number of servers may do this at once: a request is ended by one of them. Gives how many it ended, and throws what
 * went wrong with any of them after the others have had their turn.
 */
export async function expireRequests(db: Db, at: Date): Promise<number> {
  const lapsed = await rows<{ id: string }>(
    db,
    `select id from requests where status in ('submitted', 'returned') and reserved_until < :on order by id limit 500`,
    { on: dayOf(at) },
  )
  let ended = 0
  const failures: unknown[] = []
  for (const { id } of lapsed) {
    try {
      ended += await expireRequest(db, id, at)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return ended
}

async function expireRequest(db: Db, requestId: string, at: Date): Promise<number> {
  return db.transaction(async (trx) => {
    const request = await lockRequest(trx, requestId)
    const lapsed = ['submitted', 'returned'].includes(request.status) && request.reservedUntil! < dayOf(at)
    if (!lapsed) return 0
    const act = newAct(at)
    await trx('request_endings').insert({
      request_id: requestId,
      kind: 'expired',
      reason: `held until ${request.reservedUntil}`,
      ended_at: at,
      act_id: act.id,
    })
    await trx('requests')
      .where({ id: requestId })
      .update({ status: 'expired', version: request.version + 1 })
    await releaseReservation(trx, act, request, 'expired')
    await tellExpiry(trx, { personId: null, act }, request)
    await recordAct(trx, {
      id: act.id,
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

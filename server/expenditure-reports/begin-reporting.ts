import { rows, type Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { dayOf } from '../clock.ts'
import { newAct } from '../people/actor.ts'
import { lockRequest } from '../requests/load.ts'

/**
 * Moves every active request to reporting whose last day has passed, or of which everything is paid. What waits to be ratified stays active.
 * Any number of workers may do this at once. Gives how many it moved.
 */
export async function beginReporting(db: Db, at: Date): Promise<number> {
  const found = await rows<{ id: string }>(db, `select r.id from requests r where ${DONE} order by r.id limit 500`, {
    on: dayOf(at),
  })
  let moved = 0
  for (const { id } of found) moved += (await move(db, id, at)) ? 1 : 0
  return moved
}

/** Nothing is committed any more, and no payment is under way. */
const DONE = `r.status = 'active'
  and (r.ends_on < :on
    or (exists (select from payments p where p.request_id = r.id and p.status = 'settled')
        and not exists (select from payments p where p.request_id = r.id and p.status in ('certified', 'released', 'returned'))
        and not exists (select from accounts a join balances b on b.account_id = a.id
                         where a.request_id = r.id and a.stage = 'committed' and b.amount <> 0)))
  and not exists (select from advance_activations a where a.request_id = r.id
                     and not exists (select from advance_endings e where e.request_id = a.request_id))`

async function move(db: Db, requestId: string, at: Date): Promise<boolean> {
  return db.transaction(async (trx) => {
    const request = await lockRequest(trx, requestId)
    const [still] = await rows(trx, `select r.id from requests r where r.id = :requestId and ${DONE}`, {
      requestId,
      on: dayOf(at),
    })
    if (!still) return false
    const act = newAct(at)
    await trx('requests')
      .where({ id: requestId })
      .update({ status: 'reporting', version: request.version + 1 })
    await recordAct(trx, {
      ...{ id: act.id, fundId: request.fundId, personId: null, tokenId: null, requestId: 'schedule' },
      ...{ method: 'SCHEDULE', path: `/disbursement-requests/${requestId}/reporting` },
      ...{ address: null, outcome: 'done', details: null },
    })
    return true
  })
}

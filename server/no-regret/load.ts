import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import { isOverdue, type ActiveAdvance } from './policy.ts'

/** The request's advance while it waits for ratification; undefined before it is active, once it has ended, and in other lanes. */
export async function activeAdvance(db: Db, requestId: string): Promise<ActiveAdvance | undefined> {
  return row<ActiveAdvance>(
    db,
    `select a.activated_at as "activatedAt", a.ratify_by as "ratifyBy" from advance_activations a
      where a.request_id = :requestId and not exists (select from advance_endings e where e.request_id = a.request_id)`,
    { requestId },
  )
}

/** No more of an advance is certified or released after its time, unwound or not yet. Refuses `ratification_overdue`. */
export async function mustBeInTime(trx: Trx, actor: Actor, requestId: string): Promise<void> {
  const advance = await activeAdvance(trx, requestId)
  if (advance && isOverdue(advance, actor.act.at))
    throw new Refusal('ratification_overdue', { ratifyBy: advance.ratifyBy.toISOString() })
}

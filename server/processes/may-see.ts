import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor, Look } from '../people/actor.ts'

/**
 * Who may know of what is said once, in the database (`seen_processes`, `acts_on`); these are the ways to ask. Every place from which
 * the name of a process, or what a request says of it, leaves takes one of them.
 */

/** Whether the person `:viewer` may know of the process `p`. */
export const MAY_SEE_PROCESS = `p.id in (select seen_processes(:viewer))`

/** Whether the person `:viewer` may see the request `r`: its process, or what they decide on or pay. */
export const MAY_SEE_REQUEST = `(r.process_id is null or r.process_id in (select seen_processes(:viewer)) or acts_on(r.id, :viewer))`

/**
 * Lets through who may see a process, and notes the look at a confidential one, to be kept before anything is told.
 * Refuses `not_found`, as if there were none.
 */
export async function mustSeeProcess(db: Db, actor: Actor, processId: string, what: Look['what']): Promise<void> {
  const seen = await row<{ fundId: string; secret: boolean }>(
    db,
    `select p.fund_id as "fundId", p.confidentiality <> 'open' as secret from processes p where p.id = :processId and ${MAY_SEE_PROCESS}`,
    { processId, viewer: actor.personId },
  )
  if (!seen) throw new Refusal('not_found')
  if (seen.secret) noteLook(actor, { fundId: seen.fundId, processId, requestId: null, what })
}

/** As `mustSeeProcess`, for a request and all that belongs to it. Refuses `not_found`. */
export async function mustSeeRequest(
  db: Db,
  actor: Actor,
  requestId: string,
  what: Look['what'] = 'request',
): Promise<void> {
  const seen = await row<{ fundId: string; processId: string | null; secret: boolean | null }>(
    db,
    `select r.fund_id as "fundId", r.process_id as "processId", p.confidentiality <> 'open' as secret
       from requests r left join processes p on p.id = r.process_id where r.id = :requestId and ${MAY_SEE_REQUEST}`,
    { requestId, viewer: actor.personId },
  )
  if (!seen) throw new Refusal('not_found')
  if (seen.processId && seen.secret)
    noteLook(actor, { fundId: seen.fundId, processId: seen.processId, requestId, what })
}

function noteLook(actor: Actor, look: Look): void {
  const looks = (actor.act.looks ??= [])
  const known = looks.some((one) => one.processId === look.processId && one.requestId === look.requestId)
  if (!known) looks.push(look)
  actor.act.fundId ??= look.fundId
}

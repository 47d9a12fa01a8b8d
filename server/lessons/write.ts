import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { entitiesOf, holdsRole, requireRole, type Actor } from '../people/actor.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { requestById } from '../requests/load.ts'
import type { LessonVerdict } from './policy.ts'

export type NewLesson = {
  title: string
  planned: string
  happened: string
  verdict: LessonVerdict
  advice: string
  /** Those of the request, unless told. */
  themes?: string[]
}

/**
 * Writes down what a request has taught, by who asked for it or a fund manager, with the phase in which its process was. Who may know of
 * the process may read it, and nobody else.
 * Refuses `not_found`, `role_not_allowed`, and `not_approved` before there is anything to learn from.
 */
export async function writeLesson(
  trx: Trx,
  actor: Actor,
  { requestId, themes, ...lesson }: NewLesson & { requestId: string },
): Promise<{ id: string; requestId: string }> {
  const request = await requestById(trx, requestId)
  const { fundId, entityId, processId } = request
  requireRole(actor, fundId, ['requester', 'fund_manager'])
  if (!holdsRole(actor, fundId, ['fund_manager']) && !entitiesOf(actor, fundId).includes(entityId))
    throw new Refusal('not_found')
  await mustSeeRequest(trx, actor, requestId)
  if (processId === null || ['draft', 'submitted', 'returned'].includes(request.status))
    throw new Refusal('not_approved', { current: request.status })

  const id = newId('lesson')
  const { phase } = await trx('processes').where({ id: processId }).first('phase')
  await trx('lessons').insert({
    ...{ id, fund_id: fundId, request_id: requestId, process_id: processId, phase, ...lesson },
    themes: themes ?? request.themes,
    written_by: actor.personId,
    written_at: actor.act.at,
    act_id: actor.act.id,
  })
  return { id, requestId }
}

import type { Trx } from '../../db/connect.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import type { ActiveAdvance } from './policy.ts'
import { tellRatified } from './tell.ts'

/** Notes whose decision lets the money move; from now on the time for ratification runs. */
export async function activateAdvance(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { decisionId }: { decisionId: string },
): Promise<void> {
  await trx('advance_activations').insert({
    request_id: request.id,
    fund_id: request.fundId,
    round: request.round,
    decision_id: decisionId,
    activated_at: actor.act.at,
    ratify_by: actor.act.at,
    act_id: actor.act.id,
  })
}

/** Every step has approved in time: from now on it is a request like every other. */
export async function ratifyAdvance(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { ratifyBy }: ActiveAdvance,
): Promise<void> {
  await trx('advance_endings').insert({
    request_id: request.id,
    fund_id: request.fundId,
    outcome: 'ratified',
    cause: 'approved',
    ratify_by: ratifyBy,
    ended_at: actor.act.at,
    act_id: actor.act.id,
  })
  await tellRatified(trx, actor, request)
}

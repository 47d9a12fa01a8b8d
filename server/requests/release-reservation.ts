import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import type { NewAct } from '../people/actor.ts'
import { heldFor, type LoadedRequest } from './load.ts'

/** Gives what the request's current round has reserved back to where it came from (event 12); nothing where nothing is held. */
export async function releaseReservation(trx: Trx, act: NewAct, request: LoadedRequest, why: string): Promise<void> {
  const held = await heldFor(trx, request, 'reserved')
  if (held.length === 0) return
  await postEntry(
    trx,
    { fundId: request.fundId, actId: act.id },
    {
      kind: 'request_released',
      source: `${request.id}#${request.round}`,
      occurredOn: dayOf(act.at),
      memo: `${request.code}: ${why}`,
      postings: moveStage(request, { from: 'reserved', to: 'available' }, held),
    },
  )
}

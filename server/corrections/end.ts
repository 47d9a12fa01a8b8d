import type { Trx } from '../../db/connect.ts'
import type { Actor } from '../people/actor.ts'
import type { Proposal } from './load.ts'

/** The row with which a correction ends, and the only place that writes its status. */
export async function end(
  trx: Trx,
  actor: Actor,
  { id, proposedBy }: Proposal,
  { verdict, reason = '' }: { verdict: 'confirmed' | 'rejected' | 'withdrawn' | 'lapsed'; reason?: string },
): Promise<void> {
  await trx('correction_endings').insert({
    correction_id: id,
    verdict,
    proposed_by: proposedBy,
    ended_by: actor.personId,
    person_kind: actor.kind,
    reason,
    act_id: actor.act.id,
  })
  await trx('corrections').where({ id }).update({ status: verdict })
}

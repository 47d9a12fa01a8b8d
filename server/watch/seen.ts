import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { entitiesOf, holdsRole, READERS, type Actor } from '../people/actor.ts'

/** Condition that what is of process `p` may be seen by this person, with `seenBy`'s bindings. No process: everybody of the fund may. */
export const SEEN = `(p.id is null or p.id in (select seen_processes(:viewer)))`

export function seenBy(actor: Actor, fundId: string): { viewer: string; all: boolean; entities: string[] } {
  return { viewer: actor.personId, all: holdsRole(actor, fundId, READERS), entities: entitiesOf(actor, fundId) }
}

/** The process is of the fund and may be known to this person; else it is `not_found`, as if there were none. */
export async function mustSeeProcess(
  db: Db,
  actor: Actor,
  { fundId, processId }: { fundId: string; processId: string },
): Promise<void> {
  const known = await row(db, `select from processes p where p.id = :processId and p.fund_id = :fundId and ${SEEN}`, {
    processId,
    fundId,
    viewer: actor.personId,
  })
  if (!known) throw new Refusal('not_found', { field: 'processId' })
}

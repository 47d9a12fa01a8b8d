import type { Db } from '../../db/connect.ts'
import { listBreakGlasses, type BreakGlassTold } from '../break-glass/queries.ts'
import { isHurried } from '../break-glass/policy.ts'
import { DELEGABLE_ROLES } from '../delegations/policy.ts'
import type { Away, StandIn } from '../delegations/queries.ts'
import { awayAt, standsInFor } from '../delegations/stand-ins.ts'
import { asksAsOneWhoDecides } from '../opinions/ask.ts'
import { advisorsToAsk, listOpinionsOn, type OpinionOnRequest } from '../opinions/queries.ts'
import { holdsRole, READERS, type Actor } from '../people/actor.ts'
import { partIn } from '../requests/load.ts'
import { dutyBlocker } from '../requests/policy.ts'
import type { readRequest } from '../requests/queries.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

/** What else is told around a request: who is away and stands in, whether the glass was broken, and what the advisory board says. */
export type AroundRequest = {
  readonly away: readonly Away[]
  readonly standIns: readonly StandIn[]
  readonly broken: readonly BreakGlassTold[]
  readonly opinions: readonly OpinionOnRequest[]
  /** The open steps that this director may begin to hurry. */
  readonly mayHurry: readonly string[]
  /** The members whom this person may still ask. */
  readonly mayAsk: readonly { readonly id: string; readonly name: string }[]
}

export const NOTHING_AROUND: AroundRequest = {
  ...{ away: [], standIns: [], broken: [], opinions: [], mayHurry: [], mayAsk: [] },
}

/** For who reads the fund; a requester sees nothing of it. */
export async function aroundRequest(db: Db, actor: Actor, request: RequestTold): Promise<AroundRequest> {
  const { id, fundId, round, waitingFor, decisions } = request
  if (!holdsRole(actor, fundId, READERS)) return NOTHING_AROUND
  const { at } = actor.act
  const away = await awayAt(db, { fundId, roles: waitingFor.map(({ role }) => role), at })
  const people = away.map(({ personId }) => personId)
  const took = decisions.some(
    (one) => one.countsAt !== null && [one.decidedBy, one.onBehalfOf].includes(actor.personId),
  )
  const part = await partIn(db, id, actor)
  const free = !took && dutyBlocker(part, 'approver') === undefined
  const hurries = free && waitingFor.length > 0 && holdsRole(actor, fundId, ['director'])
  const asks = request.status === 'submitted' && asksAsOneWhoDecides(part) && holdsRole(actor, fundId, DELEGABLE_ROLES)
  return {
    away,
    standIns: await standsInFor(db, fundId, people, at, { requestId: id }),
    broken: await listBreakGlasses(db, actor, { fundId, requestId: id, limit: 50 }),
    opinions: await listOpinionsOn(db, actor, id),
    mayHurry: hurries ? waitingFor.map(({ role }) => role).filter(isHurried) : [],
    mayAsk: asks ? await advisorsToAsk(db, actor, { fundId, requestId: id, round }) : [],
  }
}

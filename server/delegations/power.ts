import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { fromMinorUnits } from '../money.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import { hasDecided, partIn, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { dutyBlocker, dutyOfStep, type Step } from '../requests/policy.ts'
import { delegatedTo, lockDelegation, type Delegation } from './load.ts'
import { DELEGABLE_ROLES, shortfallOf, stateOf, type Reached, type Shortfall } from './policy.ts'

/** Under which power somebody takes a step: a role of their own, or one that was delegated to them. */
export type Power = { readonly step: Step; readonly delegation: Delegation | null }

/**
 * What is delegated to this person now, for who decides in the fund by a role or by a delegation.
 * Refuses `not_found`, and `role_not_allowed` to who has neither.
 */
export async function requirePower(db: Db, actor: Actor, fundId: string): Promise<Delegation[]> {
  const delegated = await delegatedTo(db, { personId: actor.personId, fundId, at: actor.act.at })
  requireRole(actor, fundId, delegated.length > 0 ? READERS : DELEGABLE_ROLES)
  return delegated
}

type Asked = {
  readonly open: readonly Step[]
  readonly delegated: readonly Delegation[]
  /** The delegation to use, where it is not left to the rules. */
  readonly delegationId?: string | undefined
  readonly approving: boolean
}

/**
 * Takes the duty of an open step for this person, and for the one on whose behalf they act: their own role comes first, then what was
 * delegated to them, the oldest first, that reaches the request and whose delegator may take part in it and has not yet.
 *
 * Refuses `not_your_step`, `delegation_not_in_force`, `beyond_delegation`, `must_keep_away` where that is so of every delegation that
 * there is for the step, what `takeDuty` refuses, and `already_decided_by_you`. Call with the request's row locked.
 */
export async function takePower(trx: Trx, actor: Actor, request: LoadedRequest, asked: Asked): Promise<Power> {
  const power = await powerFor(trx, actor, request, asked)
  if (power instanceof Refusal) throw power
  const duty = dutyOfStep(power.step.role)
  await takeDuty(trx, actor, { requestId: request.id, duty })
  if (await hasDecided(trx, request, actor.personId)) throw new Refusal('already_decided_by_you')
  if (!power.delegation) return power
  // Who revokes it, or decides on another request under it, waits here or was before us.
  const delegation = await lockDelegation(trx, power.delegation.id)
  const state = stateOf(delegation, actor.act.at)
  if (state !== 'in_force') throw new Refusal('delegation_not_in_force', { state })
  const why = shortfallOf(delegation, ...(await reachedBy(trx, request, delegation, asked.approving)))
  if (why) throw beyond(delegation, why)
  await takeDuty(trx, delegatorOf(actor, delegation), { requestId: request.id, duty })
  return power
}

/** The power that `takePower` would use, or why there is none; it changes nothing. */
export async function powerFor(db: Db, actor: Actor, request: LoadedRequest, asked: Asked): Promise<Power | Refusal> {
  const { open, delegated, delegationId, approving } = asked
  const own = open.find(({ role }) => holdsRole(actor, request.fundId, [role as Role]))
  if (own && !delegationId) return { step: own, delegation: null }
  if (delegationId && !delegated.some(({ id }) => id === delegationId)) return new Refusal('delegation_not_in_force')
  let refusal = new Refusal('not_your_step', { waitingFor: open })
  for (const delegation of delegated) {
    const step = open.find(({ role }) => role === delegation.role)
    if (!step || (delegationId && delegationId !== delegation.id)) continue
    const why = shortfallOf(delegation, ...(await reachedBy(db, request, delegation, approving)))
    const apart = why ? undefined : await keepsAway(db, actor, request, { delegation, step })
    if (!why && !apart) return { step, delegation }
    if (refusal.code === 'not_your_step') refusal = why ? beyond(delegation, why) : mustKeepAway(delegation, apart!)
  }
  return refusal
}

/** Why the delegator can have no part in this step: as for the person themselves, or because they have decided already. */
async function keepsAway(
  db: Db,
  actor: Actor,
  request: LoadedRequest,
  { delegation, step }: { delegation: Delegation; step: Step },
): Promise<RefusalCode | undefined> {
  const delegator = delegatorOf(actor, delegation)
  const blocker = dutyBlocker(await partIn(db, request.id, delegator), dutyOfStep(step.role))
  return blocker ?? ((await hasDecided(db, request, delegator.personId)) ? 'already_decided_by_you' : undefined)
}

/** What the request asks for, and what else was approved under the delegation so far. */
async function reachedBy(
  db: Db,
  { id, round, processId, entityId, currency }: LoadedRequest,
  delegation: Delegation,
  approving: boolean,
): Promise<[Reached, Parameters<typeof shortfallOf>[2]]> {
  const found = await row<{ amount: string; region: string | null; approved: string }>(
    db,
    `select s.amount::text, (select region from processes where id = :processId) as region,
            approved_under(:delegationId, s.request_id)::text as approved
       from submissions s where s.request_id = :id and s.round = :round`,
    { id, round, processId, delegationId: delegation.id },
  )
  return [
    { amount: fromMinorUnits(found!.amount, currency), processId, entityId, region: found!.region },
    { approved: fromMinorUnits(found!.approved, currency), approving },
  ]
}

/** A delegator acts as the person that they are: service accounts delegate nothing. */
const delegatorOf = ({ act }: Actor, { delegatorId }: Delegation) => ({
  personId: delegatorId,
  kind: 'person' as const,
  act,
})

const beyond = ({ id, delegatorId }: Delegation, why: Shortfall) =>
  new Refusal('beyond_delegation', { delegationId: id, onBehalfOf: delegatorId, why })

const mustKeepAway = ({ delegatorId }: Delegation, why: RefusalCode) =>
  new Refusal('must_keep_away', { personId: delegatorId, why })

import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorText, moneyFrom, moneyText, sum, type MoneyText } from '../money.ts'
import { advanceTold } from '../no-regret/queries.ts'
import { entitiesOf, READERS, requireRole, type Actor } from '../people/actor.ts'
import { changesBetweenRounds } from './changes.ts'
import { MAY_SEE_REQUEST, mustSeeRequest } from '../processes/may-see.ts'
import { budgetLines, heldFor, requestById, totalOf } from './load.ts'
import { stepsAndDecisions } from './decide.ts'
import { openSteps } from './policy.ts'
import { bankDetailsChanged } from './reopened.ts'

export type RequestListed = {
  id: string
  code: string
  title: string
  status: string
  entityId: string
  amount: MoneyText
  submittedAt: string | null
}

/** A page of the fund's requests, newest first, of processes that the reader may know of; a requester sees those of their own entities. */
export async function listRequests(
  db: Db,
  actor: Actor,
  { fundId, status, before, limit }: { fundId: string; status?: string; before?: string; limit: number },
): Promise<RequestListed[]> {
  requireRole(actor, fundId, [...READERS, 'requester', 'advisor'])
  const all = actor.grants.some((grant) => grant.fundId === fundId && READERS.includes(grant.role))
  const found = await rows<Omit<RequestListed, 'amount'> & { amount: string; currency: string }>(
    db,
    `select r.id, r.code, r.title, r.status, r.entity_id as "entityId", r.submitted_at as "submittedAt", f.currency,
            coalesce((select sum(amount) from budget_lines l where l.request_id = r.id), 0)::text as amount
       from requests r join funds f on f.id = r.fund_id
      where r.fund_id = :fundId and (:all or r.entity_id = any(:mine)) and ${MAY_SEE_REQUEST} and (:status = '' or r.status = :status)
        and (:before = '' or r.id < :before)
      order by r.id desc limit :most`,
    {
      fundId,
      all,
      viewer: actor.personId,
      mine: entitiesOf(actor, fundId),
      status: status ?? '',
      before: before ?? '',
      most: limit + 1,
    },
  )
  return found.map(({ currency, amount, ...request }) => ({ ...request, amount: minorText(amount, currency) }))
}

/** A request whole: what it says, where it is, who decided, which contributions pay and why. Refuses `not_found`, `role_not_allowed`. */
export async function readRequest(db: Db, actor: Actor, requestId: string) {
  const request = await requestById(db, requestId)
  requireRole(actor, request.fundId, [...READERS, 'requester', 'advisor'])
  const reader = actor.grants.some((grant) => grant.fundId === request.fundId && READERS.includes(grant.role))
  if (!reader && !entitiesOf(actor, request.fundId).includes(request.entityId)) throw new Refusal('not_found')
  await mustSeeRequest(db, actor, requestId)

  const { contentHash: _ofContent, decidedHash, version, currency, ...told } = request
  const lines = await budgetLines(db, request)
  const { steps, decisions } = await stepsAndDecisions(db, request, actor.act.at)
  const advance = await advanceTold(db, request, actor.act.at)
  const changed = await bankDetailsChanged(db, requestId, actor.act.at)
  const waits = request.status === 'submitted' || advance?.status === 'active' || changed?.reopened
  const [reserved, committed, disbursed] = [
    await heldFor(db, request, 'reserved'),
    await heldFor(db, request, 'committed'),
    await heldFor(db, request, 'disbursed'),
  ]
  return {
    version,
    body: {
      ...told,
      version,
      amount: moneyText(
        sum(
          lines.map((line) => moneyFrom(line.amount)),
          currency,
        ),
      ),
      lines,
      contentHash: decidedHash,
      steps,
      waitingFor: waits ? openSteps(steps, decisions) : [],
      bankDetailsChanged: changed,
      advance,
      decisions: await decisionsOn(db, request, actor.act.at),
      changes: await changesBetweenRounds(db, request),
      funding: await fundingOf(db, request),
      stages: {
        reserved: moneyText(totalOf(reserved, currency)),
        committed: moneyText(totalOf(committed, currency)),
        disbursed: moneyText(totalOf(disbursed, currency)),
      },
      namedPeople: (await db('named_people').where({ request_id: requestId }).pluck('person_id')) as string[],
      ending:
        (await row(
          db,
          `select kind, reason, ended_at as "endedAt" from request_endings where request_id = :requestId`,
          { requestId },
        )) ?? null,
    },
  }
}

/**
 * Every decision of every round, in the order in which they were taken. `countsAt` is the step of the current round at which it counts;
 * null where it does not: another round's that a change has touched, or an approval that something since has undone.
 */
function decisionsOn(db: Db, { id, round }: { id: string; round: number }, at: Date) {
  return rows<{
    id: string
    round: number
    step: number
    role: string
    verdict: string
    reason: string
    decidedBy: string
    name: string
    /** Whose power it was, where it was delegated, and by which delegation. */
    onBehalfOf: string | null
    onBehalfOfName: string | null
    delegationId: string | null
    /** Taken by two directors in place of the owners of the step. */
    breakGlassId: string | null
    countsAt: number | null
  }>(
    db,
    `select d.id, d.round, d.step, d.role, d.verdict, d.reason, d.decided_by as "decidedBy", p.name, d.on_behalf_of as "onBehalfOf",
            o.name as "onBehalfOfName", d.delegation_id as "delegationId", d.break_glass_id as "breakGlassId", d.decided_at as "decidedAt",
            encode(sha256(d.content_hash || d.payee_hash), 'hex') as "contentHash", c.step as "countsAt"
       from decisions d join people p on p.id = d.decided_by
       left join people o on o.id = d.on_behalf_of
       left join decisions_that_count(:id, :round, :at) c on c.id = d.id
      where d.request_id = :id order by d.decided_at, d.id`,
    { id, round, at },
  )
}

/** Which contribution pays how much, and why, in the current round. */
async function fundingOf(db: Db, request: { id: string; round: number; currency: string }) {
  const parts = await rows<{ contributionId: string; code: string; amount: string; reason: unknown }>(
    db,
    `select f.contribution_id as "contributionId", c.code, f.amount, f.reason
       from request_funding f join contributions c on c.id = f.contribution_id
      where f.request_id = :id and f.round = :round order by (f.reason ->> 'place')::int`,
    { id: request.id, round: request.round },
  )
  return parts.map((part) => ({ ...part, amount: minorText(part.amount, request.currency) }))
}

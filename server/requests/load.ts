import { createHash } from 'node:crypto'
import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { StagePart } from '../ledger/stages.ts'
import { fromMinorUnits, minorText, sum, type Money, type MoneyText } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { dutyBlocker, type Content, type Duty, type Lane, type Part, type RequestStatus } from './policy.ts'

export type LoadedRequest = {
  id: string
  code: string
  fundId: string
  currency: string
  entityId: string
  processId: string | null
  payeeId: string | null
  title: string
  purpose: string
  mandateBasis: string | null
  support: string[]
  themes: string[]
  lane: Lane
  /** Why it is in a hurry: what happened, and where. */
  laneReason: string
  startsOn: string | null
  endsOn: string | null
  status: RequestStatus
  round: number
  version: number
  contentHash: Buffer | null
  /** What a decision is bound to: what was submitted, and the payee's details as they are now. */
  decidedHash: string | null
  reservedUntil: string | null
}

const COLUMNS = `r.id, r.code, r.fund_id as "fundId", f.currency, r.entity_id as "entityId", r.process_id as "processId",
  r.payee_id as "payeeId", r.title, r.purpose, r.mandate_basis as "mandateBasis", r.support, r.themes, r.lane,
  r.lane_reason as "laneReason", r.starts_on as "startsOn",
  r.ends_on as "endsOn", r.status, r.round, r.version, r.content_hash as "contentHash",
  encode(sha256(r.content_hash || payee_details_hash(r.payee_id)), 'hex') as "decidedHash", r.reserved_until as "reservedUntil"`

/** The request with its row locked: whoever acts on it at the same time queues here, and then sees what the first did. */
export async function lockRequest(trx: Trx, requestId: string): Promise<LoadedRequest> {
  const request = await row<LoadedRequest>(
    trx,
    `select ${COLUMNS} from requests r join funds f on f.id = r.fund_id where r.id = :requestId for update of r`,
    { requestId },
  )
  if (!request) throw new Refusal('not_found')
  return request
}

/** The request as it is now. Refuses `not_found`. */
export async function requestById(db: Db, requestId: string): Promise<LoadedRequest> {
  const request = await row<LoadedRequest>(
    db,
    `select ${COLUMNS} from requests r join funds f on f.id = r.fund_id where r.id = :requestId`,
    { requestId },
  )
  if (!request) throw new Refusal('not_found')
  return request
}

/** A line of a deployment says of which. */
export type BudgetLine = { category: string; description: string; amount: MoneyText; deploymentId?: string }

export async function budgetLines(db: Db, request: { id: string; currency: string }): Promise<BudgetLine[]> {
  const lines = await rows<{ category: string; description: string; amount: string; deploymentId: string | null }>(
    db,
    `select category, description, amount, deployment_id as "deploymentId" from budget_lines where request_id = :id order by line`,
    { id: request.id },
  )
  return lines.map(({ deploymentId, ...line }) => ({
    ...line,
    amount: minorText(line.amount, request.currency),
    ...(deploymentId ? { deploymentId } : {}),
  }))
}

/** Who takes part: whoever acts, or somebody on whose behalf it is done, at the instant of the act. */
export type Taker = Pick<Actor, 'personId' | 'kind' | 'act'>

/** How this person stands to the request and its payee. */
export async function partIn(db: Db, requestId: string, actor: Taker): Promise<Part> {
  const found = await row<Omit<Part, 'kind'>>(
    db,
    `select (select duty from duties where request_id = r.id and person_id = :personId) as duty,
            exists (select from named_people where request_id = r.id and person_id = :personId)
              or exists (select from deployments d join experts e on e.id = d.expert_id where d.request_id = r.id and e.person_id = :personId) as named,
            exists (select from ties where payee_id = r.payee_id and person_id = :personId) as tied,
            exists (select from payee_accounts a left join payee_verifications v on v.payee_account_id = a.id
                     where a.payee_id = r.payee_id
                       and ((a.recorded_by = :personId and a.recorded_at > :at::timestamptz - interval '30 days')
                         or (v.verified_by = :personId and v.verified_at > :at::timestamptz - interval '30 days'))) as "handledBankDetails"
       from requests r where r.id = :requestId`,
    { requestId, personId: actor.personId, at: actor.act.at },
  )
  return { kind: actor.kind, ...found! }
}

/**
 * Gives the person a duty in the request, for good. Refuses whatever `dutyBlocker` finds; the key of `duties` is the second
 * fence, should two duties be asked for at once.
 */
export async function takeDuty(
  trx: Trx,
  actor: Taker,
  { requestId, duty }: { requestId: string; duty: Duty },
): Promise<void> {
  const blocker = dutyBlocker(await partIn(trx, requestId, actor), duty)
  if (blocker) throw new Refusal(blocker)
  await trx('duties')
    .insert({ request_id: requestId, person_id: actor.personId, duty, person_kind: actor.kind })
    .onConflict(['request_id', 'person_id'])
    .ignore()
  const held = await trx('duties').where({ request_id: requestId, person_id: actor.personId }).first('duty')
  if (held.duty !== duty) throw new Refusal('separation_of_duties')
}

/**
 * Whether this person has decided on what the request says now, themselves or through somebody who decided on their behalf, whether or not
 * that counts any more.
 */
export async function hasDecided(
  db: Db,
  { id, round }: { id: string; round: number },
  personId: string,
): Promise<boolean> {
  const found = await row(
    db,
    `select from decisions d join requests r on r.id = d.request_id
      where d.request_id = :id and :personId in (d.decided_by, d.on_behalf_of)
        and ((d.round = :round and d.payee_hash = payee_details_hash(r.payee_id))
          or exists (select from decisions_that_count(:id, :round) c where c.id = d.id)) limit 1`,
    { id, round, personId },
  )
  return found !== undefined
}

/** What each contribution holds for the request at a stage, in the order of the contributions' codes. */
export async function heldFor(
  db: Db,
  request: { id: string; currency: string },
  stage: 'reserved' | 'committed' | 'disbursed' | 'reported',
): Promise<StagePart[]> {
  const parts = await rows<{ contributionId: string; code: string; amount: string }>(
    db,
    `select c.id as "contributionId", c.code, b.amount
       from accounts a join balances b on b.account_id = a.id join contributions c on c.id = a.contribution_id
      where a.request_id = :id and a.stage = :stage and b.amount <> 0
      order by c.code`,
    { id: request.id, stage },
  )
  return parts.map((part) => ({ ...part, amount: fromMinorUnits(part.amount, request.currency) }))
}

export function totalOf(parts: readonly StagePart[], currency: string): Money {
  return sum(
    parts.map(({ amount }) => amount),
    currency,
  )
}

/** Exactly what a complete request says, as one text with fixed order, and its sha-256: what decisions are bound to. */
export async function contentOf(db: Db, request: LoadedRequest): Promise<{ content: Content; hash: Buffer }> {
  const { code, entityId, processId, payeeId, title, purpose, mandateBasis, support, themes } = request
  const { lane, laneReason, startsOn, endsOn } = request
  const lines = await budgetLines(db, request)
  const namedPeople = await db('named_people').where({ request_id: request.id }).orderBy('person_id').pluck('person_id')
  const details = await row<{ hash: string }>(db, `select encode(payee_details_hash(:payeeId), 'hex') as hash`, {
    payeeId,
  })
  const deployments = await deploymentsSaid(db, request.id)
  const content = {
    code,
    entityId,
    processId: processId!,
    payeeId: payeeId!,
    payeeDetails: details!.hash,
    title,
    purpose,
    mandateBasis,
    support,
    themes,
    lane,
    laneReason,
    startsOn: startsOn!,
    endsOn: endsOn!,
    lines,
    namedPeople,
    ...(deployments.length > 0 ? { deployments } : {}),
  }
  return { content, hash: createHash('sha256').update(JSON.stringify(content)).digest() }
}

/** Whom a request sends, where and when: what decisions are bound to besides its lines. */
function deploymentsSaid(db: Db, requestId: string): Promise<Record<string, unknown>[]> {
  return rows(
    db,
    `select expert_id as "expertId", expert_version as "expertVersion", mode, country, place, starts_on as "startsOn", ends_on as "endsOn"
       from deployments where request_id = :requestId order by id`,
    { requestId },
  )
}

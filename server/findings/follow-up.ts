import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, ROLES, type Actor } from '../people/actor.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { endersOf, endingBlocker, type Finder, type FindingOutcome } from './policy.ts'

/**
 * Whoever must act says what was done. More than once, where an answer was not good enough.
 * Refuses `not_found`, `role_not_allowed`, `not_for_you` to everybody else, `finding_ended`.
 */
export async function answerFinding(
  trx: Trx,
  actor: Actor,
  { findingId, answer }: { findingId: string; answer: string },
): Promise<{ id: string; findingId: string }> {
  const finding = await lockFinding(trx, findingId)
  requireRole(actor, finding.fundId, ROLES)
  await mustSeeRequest(trx, actor, finding.requestId)
  if (finding.mustAct !== actor.personId) throw new Refusal('not_for_you')
  if (finding.hasEnded) throw new Refusal('finding_ended')

  const id = newId('findingAnswer')
  await trx('finding_answers').insert({
    ...{ id, fund_id: finding.fundId, finding_id: findingId, answer },
    answered_by: actor.personId,
    answered_at: actor.act.at,
    act_id: actor.act.id,
  })
  await tell(trx, actor, finding, { event: 'finding_answered', key: id, to: [finding.recordedBy], said: answer })
  return { id, findingId }
}

/**
 * Ends a finding: settled by the last answer, or withdrawn because there was nothing to it. By the side that recorded it, and never by who
 * must act on it.
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `finding_ended`, `not_for_you`, `not_answered_yet`.
 */
export async function endFinding(
  trx: Trx,
  actor: Actor,
  { findingId, outcome, note }: { findingId: string; outcome: FindingOutcome; note: string },
): Promise<{ id: string; outcome: FindingOutcome }> {
  const finding = await lockFinding(trx, findingId)
  const { fundId, mustAct, answers } = finding
  requireRole(actor, fundId, endersOf(finding.recordedAs))
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  await mustSeeRequest(trx, actor, finding.requestId)
  if (finding.hasEnded) throw new Refusal('finding_ended')
  const blocker = endingBlocker({ mustAct, endedBy: actor.personId, outcome, answers })
  if (blocker) throw new Refusal(blocker)

  await trx('finding_endings').insert({
    ...{ finding_id: findingId, fund_id: fundId, outcome, note },
    answer_id: outcome === 'settled' ? finding.lastAnswer : null,
    must_act: mustAct,
    ended_by: actor.personId,
    person_kind: actor.kind,
    ended_at: actor.act.at,
    act_id: actor.act.id,
  })
  await tell(trx, actor, finding, { event: 'finding_over', key: findingId, to: [mustAct], said: note })
  return { id: findingId, outcome }
}

type Finding = {
  id: string
  fundId: string
  requestId: string
  processId: string | null
  code: string
  mustAct: string
  recordedBy: string
  recordedAs: Finder
  answers: number
  lastAnswer: string | null
  hasEnded: boolean
}

/** The finding, whose answers and ending come one at a time: its row never changes and cannot be locked, so its id is. */
async function lockFinding(trx: Trx, findingId: string): Promise<Finding> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 6))`, [findingId])
  const finding = await row<Finding>(
    trx,
    `select f.id, f.fund_id as "fundId", f.request_id as "requestId", r.process_id as "processId", r.code, f.must_act as "mustAct",
            f.recorded_by as "recordedBy", f.recorded_as as "recordedAs", (select count(*)::int from finding_answers a where a.finding_id = f.id) as answers,
            (select max(a.id) from finding_answers a where a.finding_id = f.id) as "lastAnswer",
            exists (select from finding_endings e where e.finding_id = f.id) as "hasEnded"
       from findings f join requests r on r.id = f.request_id where f.id = :findingId`,
    { findingId },
  )
  if (!finding) throw new Refusal('not_found')
  return finding
}

async function tell(
  trx: Trx,
  actor: Actor,
  { fundId, processId, requestId, code }: Finding,
  { to, said, ...news }: { event: 'finding_answered' | 'finding_over'; key: string; to: string[]; said: string },
): Promise<void> {
  await notify(trx, actor, {
    ...{ fundId, processId, urgent: false, link: `/requests/${requestId}#findings`, ...news },
    to: { people: to },
    facts: { code, by: actor.name, said },
  })
}

import { row, type Trx } from '../../db/connect.ts'
import { DELEGABLE_ROLES } from '../delegations/policy.ts'
import { Refusal } from '../errors.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { adviceBlocker } from './ask.ts'
import type { View } from './policy.ts'

/**
 * Records the opinion that a member of the advisory board was asked for, once and for good; after its day it is recorded as late. It moves
 * nothing in the request.
 *
 * Refuses, in this order: `not_found` also to every member who was not asked, `role_not_allowed`, `service_account_decides_nothing`,
 * `opinion_given_already`, and to who has come to take part in the request, to be named in it or tied to its payee, what `dutyBlocker` finds.
 */
export async function giveOpinion(
  trx: Trx,
  actor: Actor,
  { opinionRequestId, view, words }: { opinionRequestId: string; view: View; words: string },
): Promise<{ opinionRequestId: string; view: View; late: boolean }> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [opinionRequestId])
  const asked = await row<{
    fundId: string
    requestId: string
    advisorId: string
    askedBy: string | null
    dueOn: string
    given: boolean
    code: string
    title: string
    processId: string | null
  }>(
    trx,
    `select q.fund_id as "fundId", q.request_id as "requestId", q.advisor_id as "advisorId", q.asked_by as "askedBy", q.due_on as "dueOn",
            o.opinion_request_id is not null as given, r.code, r.title, r.process_id as "processId"
       from opinion_requests q join requests r on r.id = q.request_id left join opinions o on o.opinion_request_id = q.id
      where q.id = :opinionRequestId and q.advisor_id = :personId`,
    { opinionRequestId, personId: actor.personId },
  )
  if (!asked) throw new Refusal('not_found')
  const { fundId, requestId, dueOn, code, title, processId } = asked
  requireRole(actor, fundId, ['advisor'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (asked.given) throw new Refusal('opinion_given_already')
  const blocker = await adviceBlocker(trx, actor, { requestId, personId: actor.personId })
  if (blocker) throw new Refusal(blocker)

  const [written] = await trx('opinions')
    .insert({
      opinion_request_id: opinionRequestId,
      fund_id: fundId,
      advisor_id: actor.personId,
      due_on: dueOn,
      view,
      words,
      given_at: actor.act.at,
      act_id: actor.act.id,
    })
    .returning('late')
  await notify(trx, actor, {
    fundId,
    event: 'opinion_given',
    key: opinionRequestId,
    to: asked.askedBy ? { people: [asked.askedBy] } : { roles: DELEGABLE_ROLES },
    urgent: false,
    facts: { code, title, by: actor.name },
    link: `/requests/${requestId}`,
    processId,
  })
  return { opinionRequestId, view, late: written.late }
}

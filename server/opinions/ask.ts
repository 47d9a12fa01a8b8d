import { inDays } from '../days.ts'
import { rows, type Db, type Trx } from '../../db/connect.ts'
import { DELEGABLE_ROLES } from '../delegations/policy.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import type { Money } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, partIn, type LoadedRequest } from '../requests/load.ts'
import { dutyBlocker, type Part } from '../requests/policy.ts'
import { asksForOpinion } from './policy.ts'
import { matrixOf } from './queries.ts'

/**
 * Asks members of the advisory board for an opinion on a submitted request, each by name, with the day on which it is due. Nothing waits
 * for it: the decision may be taken without.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to who decides on no step of any request, `separation_of_duties` to who has a
 * part in the request other than deciding, `not_awaiting_decision`, `dates_out_of_order` for a day that is past, `not_found` for who is no member of the board, `already_exists` for who was asked already,
 * and `must_keep_away`, with why, for who has a duty in the request, is named in it or tied to its payee.
 */
export async function askForOpinions(
  trx: Trx,
  actor: Actor,
  {
    requestId,
    advisorIds,
    dueOn,
    question = '',
  }: { requestId: string; advisorIds: string[]; dueOn: string; question?: string },
): Promise<{ items: { id: string; advisorId: string }[] }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, DELEGABLE_ROLES)
  if (!asksAsOneWhoDecides(await partIn(trx, requestId, actor))) throw new Refusal('separation_of_duties')
  if (request.status !== 'submitted') throw new Refusal('not_awaiting_decision', { current: request.status })
  const notBefore = dayOf(actor.act.at)
  if (dueOn < notBefore) throw new Refusal('dates_out_of_order', { field: 'dueOn', notBefore })
  const members = await advisorsOf(trx, request.fundId)
  if (!advisorIds.every((one) => members.includes(one))) throw new Refusal('not_found', { field: 'advisorIds' })
  const asked = await trx('opinion_requests')
    .where({ request_id: requestId, round: request.round })
    .whereIn('advisor_id', advisorIds)
    .pluck('advisor_id')
  if (asked.length > 0) throw new Refusal('already_exists', { field: 'advisorIds', people: asked })
  for (const personId of advisorIds) {
    const why = await adviceBlocker(trx, actor, { requestId, personId })
    if (why) throw new Refusal('must_keep_away', { field: 'advisorIds', personId, why })
  }
  return { items: await write(trx, actor, request, { advisorIds, dueOn, question, askedBy: actor }) }
}

/** Whoever asks money does not choose who advises on it; who certifies and approves does. */
export function asksAsOneWhoDecides({ duty }: Part): boolean {
  return duty === null || duty === 'certifier' || duty === 'approver'
}

/**
 * Asks every member of the board who need not keep away, where the matrix that fixed the steps of this round asks for an opinion on
 * such an amount; for `submitRequest`, once the round is written.
 */
export async function askByMatrix(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { amount, on }: { amount: Money; on: string },
): Promise<void> {
  const { fundId } = request
  if (!asksForOpinion(amount, await matrixOf(trx, { fundId, requestId: request.id, round: request.round }))) return
  const { terms } = await policyInForce(trx, { fundId, subject: 'advisory_opinion', on })
  const dueOn = inDays(on, terms.days)
  const advisorIds: string[] = []
  for (const personId of await advisorsOf(trx, fundId))
    if (!(await adviceBlocker(trx, actor, { requestId: request.id, personId }))) advisorIds.push(personId)
  await write(trx, actor, request, { advisorIds, dueOn, question: '', askedBy: null })
}

/** Why this person does not advise on the request: a duty in it, a naming or a tie. */
export async function adviceBlocker(
  db: Db,
  { act }: Actor,
  { requestId, personId }: { requestId: string; personId: string },
): Promise<RefusalCode | undefined> {
  const part = await partIn(db, requestId, { personId, kind: 'person', act })
  return part.duty === null ? dutyBlocker(part, 'requester') : 'separation_of_duties'
}

async function advisorsOf(db: Db, fundId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `select p.id from people p
      where p.active and p.kind = 'person'
        and exists (select from role_grants g where g.fund_id = :fundId and g.person_id = p.id and g.role = 'advisor' and g.ended_at is null)
      order by p.id`,
    { fundId },
  )
  return found.map(({ id }) => id)
}

async function write(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  {
    advisorIds,
    dueOn,
    question,
    askedBy,
  }: { advisorIds: readonly string[]; dueOn: string; question: string; askedBy: Actor | null },
): Promise<{ id: string; advisorId: string }[]> {
  const { id: requestId, fundId, code, title, processId } = request
  const by = askedBy?.name ?? (await fundById(trx, fundId)).name
  const items = advisorIds.map((advisorId) => ({ id: newId('opinionRequest'), advisorId }))
  for (const { id, advisorId } of items) {
    await trx('opinion_requests').insert({
      ...{ id, fund_id: fundId, request_id: requestId, round: request.round, advisor_id: advisorId, question },
      due_on: dueOn,
      asked_by: askedBy?.personId ?? null,
      asked_at: actor.act.at,
      act_id: actor.act.id,
    })
    await notify(trx, actor, {
      fundId,
      event: 'opinion_asked',
      key: id,
      to: { people: [advisorId] },
      urgent: false,
      facts: { code, title, by, until: dueOn },
      link: `/opinions/${id}`,
      processId,
    })
  }
  return items
}

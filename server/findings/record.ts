import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { notify } from '../notifications/notify.ts'
import { holdsRole, requireRole, type Actor } from '../people/actor.ts'
import { MAY_SEE_REQUEST, mustSeeRequest } from '../processes/may-see.ts'
import { requestById } from '../requests/load.ts'
import { FINDERS, type Severity } from './policy.ts'

export type NewFinding = { what: string; severity: Severity; mustAct: string; dueOn: string }

/**
 * Records what an audit has found in a request, who must act on it, and until when. A request that is closed stays closed; one that is
 * not is not closed while the finding is open.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `not_found` for somebody who does not work in
 * the fund or may not know of the request, `about_yourself`, `dates_out_of_order` for a day that is over.
 */
export async function recordFinding(
  trx: Trx,
  actor: Actor,
  { requestId, what, severity, mustAct, dueOn }: NewFinding & { requestId: string },
): Promise<{ id: string; requestId: string }> {
  const request = await requestById(trx, requestId)
  const { fundId, processId, code } = request
  requireRole(actor, fundId, FINDERS)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  await mustSeeRequest(trx, actor, requestId)
  if (!(await worksOnIt(trx, { requestId, fundId, personId: mustAct })))
    throw new Refusal('not_found', { field: 'mustAct' })
  if (mustAct === actor.personId) throw new Refusal('about_yourself')
  if (dueOn < dayOf(actor.act.at)) throw new Refusal('dates_out_of_order', { field: 'dueOn' })

  // From here on everything must succeed.
  const id = newId('finding')
  await trx('findings').insert({
    ...{ id, fund_id: fundId, request_id: requestId, what, severity },
    must_act: mustAct,
    due_on: dueOn,
    recorded_by: actor.personId,
    recorded_as: FINDERS.find((role) => holdsRole(actor, fundId, [role])),
    person_kind: actor.kind,
    recorded_at: actor.act.at,
    act_id: actor.act.id,
  })
  await notify(trx, actor, {
    ...{ fundId, processId, event: 'finding_recorded', key: id, urgent: severity === 'high' },
    to: { people: [mustAct] },
    facts: { code, what, by: actor.name, until: dueOn },
    link: `/requests/${requestId}#findings`,
  })
  return { id, requestId }
}

/** A person with a role in the fund who may know of the request. */
async function worksOnIt(
  trx: Trx,
  { requestId, fundId, personId }: { requestId: string; fundId: string; personId: string },
): Promise<boolean> {
  const found = await row(
    trx,
    `select from requests r join people p on p.id = :viewer
      where r.id = :requestId and p.kind = 'person' and p.active and ${MAY_SEE_REQUEST}
        and exists (select from role_grants g
                     where g.fund_id = :fundId and g.person_id = p.id and g.ended_at is null and g.role not in ('donor', 'auditor', 'advisor'))`,
    { requestId, fundId, viewer: personId },
  )
  return found !== undefined
}

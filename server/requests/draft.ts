import type { Trx } from '../../db/connect.ts'
import { row } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { dayOf } from '../clock.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { mustKnowProcess } from '../processes/need-to-know.ts'
import { peopleSent } from '../deployments/sent.ts'
import { newId } from '../ids.ts'
import { minorUnits, moneyFrom, type MoneyText } from '../money.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, takeDuty } from './load.ts'
import type { Lane } from './policy.ts'

/** What a request may say; a draft may leave out all but its title and entity. */
export type RequestContent = {
  title?: string
  purpose?: string
  processId?: string | null
  payeeId?: string | null
  mandateBasis?: string | null
  support?: string[]
  themes?: string[]
  lane?: Lane
  laneReason?: string
  startsOn?: string | null
  endsOn?: string | null
  /** A line that names a deployment is that deployment's, and stays as it is. */
  lines?: { category: string; description: string; amount: MoneyText; deploymentId?: string }[]
  namedPeople?: string[]
}

/**
 * Begins a request for an entity. Its writer has the duty of requester in it from now on.
 * Refuses `not_found`, `role_not_allowed` to all but the entity's requesters, `named_in_request`, `currency_mismatch` for a line.
 */
export async function draftRequest(
  trx: Trx,
  actor: Actor,
  { fundId, entityId, ...content }: RequestContent & { fundId: string; entityId: string; title: string },
): Promise<{ id: string; code: string; version: number }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, ['requester'])
  if (!entitiesOf(actor, fundId).includes(entityId)) throw new Refusal('not_found', { field: 'entityId' })
  await mustBeOfFund(trx, { fundId, entityId }, content)
  mustNotNameWriter(actor, content)

  const id = newId('request')
  const numbered = await row<{ n: string }>(trx, `select nextval('request_numbers')::text as n`)
  const code = `R${dayOf(actor.act.at).slice(2, 4)}-${numbered!.n.padStart(5, '0')}`
  await trx('requests').insert({
    id,
    fund_id: fundId,
    code,
    entity_id: entityId,
    created_by: actor.personId,
    ...columnsOf(content),
  })
  await writeParts(trx, { id, currency: fund.currency }, content)
  await takeDuty(trx, actor, { requestId: id, duty: 'requester' })
  return { id, code, version: 1 }
}

/**
 * Changes what a draft or a returned request says; what is left out stays. Whoever changes it becomes a requester of it.
 * Refuses `not_found`, `role_not_allowed`, `not_editable`, `version_changed`, `currency_mismatch`, and what `takeDuty` refuses.
 */
export async function changeDraft(
  trx: Trx,
  actor: Actor,
  { requestId, version, ...content }: RequestContent & { requestId: string; version: number },
): Promise<{ id: string; version: number }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['requester'])
  if (!entitiesOf(actor, request.fundId).includes(request.entityId)) throw new Refusal('not_found')
  if (request.status !== 'draft' && request.status !== 'returned')
    throw new Refusal('not_editable', { current: request.status })
  await mustSeeRequest(trx, actor, requestId)
  if (request.version !== version) throw new Refusal('version_changed', { version: request.version })
  await mustBeOfFund(trx, request, content)
  mustNotNameWriter(actor, content)

  await takeDuty(trx, actor, { requestId, duty: 'requester' })
  await trx('requests')
    .where({ id: requestId })
    .update({ ...columnsOf(content), version: version + 1 })
  await writeParts(trx, request, content)
  return { id: requestId, version: version + 1 }
}

function columnsOf(content: RequestContent): Record<string, unknown> {
  const columns = {
    title: content.title,
    purpose: content.purpose,
    process_id: content.processId,
    payee_id: content.payeeId,
    mandate_basis: content.mandateBasis,
    support: content.support,
    themes: content.themes,
    lane: content.lane,
    lane_reason: content.laneReason,
    starts_on: content.startsOn,
    ends_on: content.endsOn,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

async function writeParts(
  trx: Trx,
  { id, currency }: { id: string; currency: string },
  content: RequestContent,
): Promise<void> {
  if (content.lines) {
    const wrong = content.lines.findIndex((line) => line.amount.currency !== currency)
    if (wrong >= 0) throw new Refusal('currency_mismatch', { field: `lines.${wrong}.amount`, expected: currency })
    await trx('budget_lines').where({ request_id: id, deployment_id: null }).del()
    const typed = content.lines.filter(({ deploymentId }) => deploymentId === undefined)
    const lines = typed.map(({ category, description, amount }, i) => ({
      request_id: id,
      line: i + 1,
      category,
      description,
      amount: minorUnits(moneyFrom(amount)),
    }))
    if (lines.length > 0) await trx('budget_lines').insert(lines)
  }
  if (content.namedPeople) {
    await trx('named_people').where({ request_id: id }).del()
    const all = new Set([...content.namedPeople, ...(await peopleSent(trx, id))])
    const named = [...all].map((person_id) => ({ request_id: id, person_id }))
    if (named.length > 0) await trx('named_people').insert(named)
  }
}

/** Nobody acts on a request that names them, who writes it as little as who decides on it. Refuses `named_in_request`. */
function mustNotNameWriter(actor: Actor, { namedPeople = [] }: RequestContent): void {
  if (namedPeople.includes(actor.personId)) throw new Refusal('named_in_request')
}

/** Another fund's process or payee, a confidential process that the entity was not told of, or a person who does not exist, is not found here. */
async function mustBeOfFund(
  trx: Trx,
  { fundId, entityId }: { fundId: string; entityId: string },
  content: RequestContent,
): Promise<void> {
  const { processId, payeeId, namedPeople = [] } = content
  if (content.startsOn && content.endsOn && content.endsOn < content.startsOn) {
    throw new Refusal('invalid_request', {
      errors: [{ field: 'endsOn', code: 'day.order', message: 'endsOn is before startsOn' }],
    })
  }
  if (processId) await mustKnowProcess(trx, { fundId, entityId, processId })
  if (payeeId && !(await trx('payees').where({ id: payeeId, fund_id: fundId }).first('id'))) {
    throw new Refusal('not_found', { field: 'payeeId' })
  }
  const known = await trx('people').whereIn('id', namedPeople).pluck('id')
  if (known.length !== new Set(namedPeople).size) throw new Refusal('not_found', { field: 'namedPeople' })
}

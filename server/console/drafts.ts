import type { Router } from 'express'
import { draftPage, type DraftForm, type DraftValues, type LineValues } from '../../templates/request-draft.tsx'
import { Refusal } from '../errors.ts'
import { entitiesOf, requireRole } from '../people/actor.ts'
import { readRequest } from '../requests/queries.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { entitiesNamed } from './queries.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** So many lines are offered; a request that has more shows all of its own. */
const LINES = 8
/** As many as the API takes. */
const MOST_LINES = 100
const MOST_PAYEES = 500

/** Beginning a request and changing one that is a draft or was returned. */
export function draftPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/requests/new', (visit, req) =>
    newDraft(served, visit, String(req.params.fund), undefined),
  )
  postForm(router, served, {
    path: '/funds/:fund/requests',
    form: () => 'f',
    asks: async (visit, { params, fields, chosen }) => {
      const fund = await fundSeenBy(served.db, visit.actor, params.fund!)
      const { entityId, title } = fields
      return {
        method: 'post',
        path: '/funds/:fund/disbursement-requests',
        params,
        body: { ...contentTyped(fields, chosen, fund.currency), ...optional({ entityId, title }) },
      }
    },
    done: (answer) => `/requests/${(answer.body as { id: string }).id}?done=drafted`,
    again: (visit, { fund }, refused) => newDraft(served, visit, fund!, refused),
  })

  getPage(router, '/requests/:request/edit', (visit, req) =>
    begunDraft(served, visit, String(req.params.request), undefined),
  )
  postForm(router, served, {
    path: '/requests/:request',
    form: () => 'f',
    asks: async (visit, { params, fields, chosen }) => {
      const { body: request } = await readRequest(served.db, visit.actor, params.request!)
      return {
        method: 'patch',
        path: '/disbursement-requests/:request',
        params,
        body: { ...contentTyped(fields, chosen, request.amount.currency), title: fields.title ?? '' },
        version: versionTyped(fields),
      }
    },
    done: (_answer, { request }) => `/requests/${request}?done=changed`,
    again: (visit, { request }, refused) => begunDraft(served, visit, request!, refused),
  })
}

async function newDraft(
  served: Console,
  visit: SignedIn,
  fundId: string,
  refused: Refused | undefined,
): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(served.db, actor, fundId)
  requireRole(actor, fund.id, ['requester'])
  const lists = await listsFor(served, visit, fund.id)
  const only = lists.entities.length === 1 ? lists.entities[0]!.value : ''
  const here = `/funds/${fund.id}/requests/new`
  return draftPage(frameOf(visit, { fund, section: 'requests', here }), {
    ...lists,
    action: `/funds/${fund.id}/requests`,
    back: `/funds/${fund.id}/requests`,
    existing: undefined,
    currency: fund.currency,
    values: refused ? valuesTyped(refused) : { ...EMPTY, entityId: only, lines: withBlanks([]) },
    problem: refused?.problem,
    changedMeanwhile: false,
    formKey: newFormKey(),
  })
}

async function begunDraft(
  served: Console,
  visit: SignedIn,
  requestId: string,
  refused: Refused | undefined,
): Promise<string> {
  const { actor } = visit
  const { body: request } = await readRequest(served.db, actor, requestId)
  const fund = await fundSeenBy(served.db, actor, request.fundId)
  requireRole(actor, fund.id, ['requester'])
  if (!entitiesOf(actor, fund.id).includes(request.entityId)) throw new Refusal('not_found')
  if (!refused && request.status !== 'draft' && request.status !== 'returned') throw new Refusal('not_editable')
  // What a deployment costs is not typed.
  const typed = request.lines.filter(({ deploymentId }) => deploymentId === undefined)
  const lines = typed.map((line) => ({ ...line, amount: line.amount.amount }))
  return draftPage(frameOf(visit, { fund, section: 'requests', here: `/requests/${requestId}/edit` }), {
    ...(await listsFor(served, visit, fund.id)),
    action: `/requests/${requestId}`,
    back: `/requests/${requestId}`,
    existing: { code: request.code, version: request.version },
    currency: fund.currency,
    values: refused ? valuesTyped(refused) : { ...asText(request), lines: withBlanks(lines) },
    problem: refused?.problem,
    changedMeanwhile: refused !== undefined && refused.fields.version !== String(request.version),
    formKey: newFormKey(),
  })
}

type Lists = Pick<DraftForm, 'entities' | 'processes' | 'payees'>

/** What can be chosen from. */
async function listsFor({ db, api }: Console, { actor, language }: SignedIn, fundId: string): Promise<Lists> {
  type Named = { items: { id: string; name: string }[] }
  const asked = { params: { fund: fundId }, language }
  const processes = await api.read<Named>(actor, '/funds/:fund/processes', asked)
  const payees = await api.read<Named>(actor, '/funds/:fund/payees', { ...asked, query: { limit: MOST_PAYEES } })
  const choices = (items: Named['items']) => items.map(({ id, name }) => ({ value: id, label: name }))
  return {
    entities: choices(await entitiesNamed(db, entitiesOf(actor, fundId))),
    processes: choices(processes.items),
    payees: choices(payees.items),
  }
}

/** What the API is sent: an empty choice is none, and lines of which nothing is filled in are left out. */
function contentTyped(fields: Fields, chosen: (name: string) => string[], currency: string) {
  return {
    purpose: fields.purpose ?? '',
    processId: fields.processId || null,
    payeeId: fields.payeeId || null,
    mandateBasis: fields.mandateBasis || null,
    support: chosen('support'),
    themes: chosen('themes'),
    ...optional({ lane: fields.lane }),
    laneReason: fields.laneReason ?? '',
    startsOn: fields.startsOn || null,
    endsOn: fields.endsOn || null,
    lines: linesTyped(fields).map(({ category, description, amount }) => ({
      ...optional({ category, description }),
      amount: { amount: amountTyped(amount), currency },
    })),
  }
}

/** The lines of which anything is filled in, in their order. */
function linesTyped(fields: Fields): LineValues[] {
  return Array.from({ length: MOST_LINES }, (_, i) => ({
    category: fields[`lines.${i}.category`] ?? '',
    description: fields[`lines.${i}.description`] ?? '',
    amount: fields[`lines.${i}.amount`] ?? '',
  })).filter(({ category, description, amount }) => category || description || amount)
}

function valuesTyped({ fields, chosen }: Refused): DraftValues {
  const text = (name: keyof DraftValues) => fields[name] ?? ''
  return {
    title: text('title'),
    entityId: text('entityId'),
    processId: text('processId'),
    payeeId: text('payeeId'),
    mandateBasis: text('mandateBasis'),
    support: chosen('support'),
    themes: chosen('themes'),
    lane: text('lane'),
    laneReason: text('laneReason'),
    startsOn: text('startsOn'),
    endsOn: text('endsOn'),
    purpose: text('purpose'),
    lines: withBlanks(linesTyped(fields)),
  }
}

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

function asText(request: RequestTold): DraftValues {
  const { title, entityId, processId, payeeId, mandateBasis, support, themes, startsOn, endsOn, purpose } = request
  return {
    ...{ title, entityId, support, themes, purpose, lines: [] },
    ...{ lane: request.lane, laneReason: request.laneReason },
    processId: processId ?? '',
    payeeId: payeeId ?? '',
    mandateBasis: mandateBasis ?? '',
    startsOn: startsOn ?? '',
    endsOn: endsOn ?? '',
  }
}

function withBlanks(lines: readonly LineValues[]): LineValues[] {
  const blanks = Math.max(LINES - lines.length, 1)
  return [...lines, ...Array.from({ length: blanks }, () => ({ category: '', description: '', amount: '' }))]
}

const EMPTY: DraftValues = {
  ...{ title: '', entityId: '', processId: '', payeeId: '', mandateBasis: '', purpose: '' },
  ...{ support: [], themes: [], lane: 'standard', laneReason: '', startsOn: '', endsOn: '', lines: [] },
}

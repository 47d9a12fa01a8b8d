import type { Router } from 'express'
import { rows, type Db } from '../../db/connect.ts'
import { formPage, type Field, type Row } from '../../templates/fields.tsx'
import { choicesOf } from '../../templates/request-forms.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { isId } from '../ids.ts'
import { searchExperts } from '../experts/queries.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import { requestById } from '../requests/load.ts'
import { amountTyped, getPage, newFormKey, postForm, typedInto, type Console, type Refused } from './forms.ts'
import { showRequest } from './request-page.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const MOST_EXPERTS = 500

/** Sending an expert: planned on a draft, taken out of it again, and what becomes of it when the day has come. */
export function deploymentForms(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/deployments/new', (visit, req) =>
    planForm(served, visit, { fundId: String(req.params.fund), asked: req.query }),
  )
  postForm(router, served, {
    path: '/funds/:fund/deployments',
    form: () => 'f',
    asks: async (_visit, { fields }) => {
      const { requestId = '', expertId, mode, country, place, startsOn, endsOn, travel, currency } = fields
      if (!isId('request', requestId)) throw missing('requestId')
      const { version } = await requestById(served.db, requestId)
      const cost = travel ? { travel: { amount: amountTyped(travel), currency: (currency ?? '').toUpperCase() } } : {}
      return {
        method: 'post',
        path: '/disbursement-requests/:request/deployments',
        params: { request: requestId },
        // What is added depends on nothing that another form could have changed meanwhile.
        version,
        body: { ...optional({ expertId, mode, country, place, startsOn, endsOn }), ...cost },
      }
    },
    done: ({ body }) => `/requests/${(body as { requestId: string }).requestId}?done=sent`,
    again: (visit, { fund }, refused) => planForm(served, visit, { fundId: fund!, asked: {}, refused }),
  })
  actForms(router, served)
}

function actForms(router: Router, { db, api }: Console): void {
  const requestOf = async (deploymentId: string): Promise<string> => {
    const found = await db('deployments').where({ id: deploymentId }).first('request_id')
    if (!found) throw new Refusal('not_found')
    return found.request_id as string
  }
  postForm(
    router,
    { db, api },
    {
      path: '/deployments/:deployment/removals',
      form: ({ deployment }) => deployment!,
      asks: (_visit, { params, fields }) => ({
        ...{ method: 'delete', path: '/deployments/:deployment', params, version: versionTyped(fields) },
      }),
      done: ({ body }) => `/requests/${(body as { requestId: string }).requestId}?done=unsent`,
      again: async (visit, { deployment }, refused) =>
        showRequest({ db, api }, visit, await requestOf(deployment!), { refused }),
    },
  )
  postForm(
    router,
    { db, api },
    {
      path: '/deployments/:deployment/changes',
      form: ({ deployment }) => deployment!,
      asks: (_visit, { params, fields: { change, onDay, reason } }) => ({
        method: 'post',
        path: '/deployments/:deployment/changes',
        params,
        body: optional({ change, onDay, reason }),
      }),
      done: async (_answer, { deployment }) => `/requests/${await requestOf(deployment!)}?done=deploymentChanged`,
      again: async (visit, { deployment }, refused) =>
        showRequest({ db, api }, visit, await requestOf(deployment!), { refused }),
    },
  )
}

type Asked = { fundId: string; asked: Record<string, unknown>; refused?: Refused }

async function planForm({ db }: Console, visit: SignedIn, { fundId, asked, refused }: Asked): Promise<string> {
  const { actor, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, ['requester'])
  const requests = await requestsToFill(db, actor, fund.id)
  const experts = await searchExperts(db, { fundId: fund.id, after: [], limit: MOST_EXPERTS })
  const choices = experts.map(({ id, name, latinName }) => ({
    value: id,
    label: name === latinName ? name : `${latinName} · ${name}`,
  }))
  const first = (name: string) => (typeof asked[name] === 'string' ? asked[name] : '')
  const here = `/funds/${fund.id}/deployments/new`
  return formPage(frameOf(visit, { fund, section: 'experts', here }), {
    title: t.deploying.title,
    lead: requests.length > 0 ? t.deploying.says : t.deploying.noDraft,
    action: `/funds/${fund.id}/deployments`,
    fields: fieldsOf(t, {
      requests: requests.map(({ id, code, title }) => ({ value: id, label: `${code} · ${title}` })),
      experts: choices,
      ...{ requestId: first('requestId'), expertId: first('expertId') },
      ...{ today: dayOf(actor.act.at), currency: fund.currency },
    }),
    button: t.deploying.button,
    cancel: `/funds/${fund.id}/experts`,
    formKey: newFormKey(),
    typed: typedInto(refused),
  })
}

function fieldsOf(
  t: Texts,
  now: {
    requests: Field['choices'] & object
    experts: Field['choices'] & object
    requestId: string
    expertId: string
    today: string
    currency: string
  },
): (Field | Row)[] {
  const words = t.deploying
  return [
    { name: 'requestId', label: words.request, kind: 'one', choices: now.requests, required: true, now: now.requestId },
    { name: 'expertId', label: words.expert, kind: 'one', choices: now.experts, required: true, now: now.expertId },
    { name: 'mode', label: t.experts.mode, kind: 'one', choices: choicesOf(t.modes), required: true, now: 'on_site' },
    {
      row: [
        { name: 'country', label: t.entities.country, most: 100, required: true },
        { name: 'place', label: words.place, most: 200 },
      ],
    },
    {
      row: [
        { name: 'startsOn', label: words.firstDay, kind: 'date', required: true, now: now.today },
        { name: 'endsOn', label: words.lastDay, kind: 'date', required: true },
      ],
    },
    {
      row: [
        { name: 'travel', label: words.travel, kind: 'amount', hint: words.travelHint },
        { name: 'currency', label: t.rates.currency, kind: 'code', most: 3, now: now.currency },
      ],
    },
  ]
}

/** Drafts and returned requests of this person's entities, the newest first. */
function requestsToFill(db: Db, actor: Actor, fundId: string): Promise<{ id: string; code: string; title: string }[]> {
  return rows(
    db,
    `select r.id, r.code, r.title from requests r
      where r.fund_id = :fundId and r.status in ('draft', 'returned') and r.entity_id = any(:mine) and ${MAY_SEE_REQUEST}
      order by r.id desc limit 200`,
    { fundId, mine: entitiesOf(actor, fundId), viewer: actor.personId },
  )
}

function missing(field: string): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field, code: 'any.required', message: `"${field}" is required` }],
  })
}

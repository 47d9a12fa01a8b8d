import type { Router } from 'express'
import { opinionPage, opinionsPage } from '../../templates/opinions.tsx'
import { dayOf } from '../clock.ts'
import type { OpinionAsked } from '../opinions/queries.ts'
import { wordOf } from './delegations.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** What a member of the advisory board was asked, the form for the answer, and the form that asks. */
export function opinionPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/opinions', (visit, req) =>
    list(served, visit, String(req.params.fund), req.query.after),
  )
  getPage(router, '/opinions/:opinionRequest', (visit, req) =>
    show(served, visit, String(req.params.opinionRequest), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/opinions/:opinionRequest',
    form: () => 'opinion',
    asks: (_visit, { params, fields: { view, words } }) => ({
      method: 'post',
      path: '/opinion-requests/:opinionRequest/opinions',
      params,
      body: optional({ view, words }),
    }),
    done: (_answer, { opinionRequest }) => `/opinions/${opinionRequest}?done=given`,
    again: (visit, { opinionRequest }, refused) => show(served, visit, opinionRequest!, { refused }),
  })
  postForm(router, served, {
    path: '/requests/:request/opinion-requests',
    form: () => 'ask',
    asks: (_visit, { params, fields: { dueOn, question }, chosen }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/opinion-requests',
      params,
      body: { ...optional({ dueOn, question }), advisorIds: chosen('advisorIds') },
    }),
    done: (_answer, { request }) => `/requests/${request}#opinions`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
}

async function list({ db, api }: Console, visit: SignedIn, fundId: string, after: unknown): Promise<string> {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  const cursor = typeof after === 'string' && /^[\w-]{1,500}$/.test(after) ? after : undefined
  const { items, next } = await api.read<{ items: OpinionAsked[]; next: string | null }>(
    actor,
    '/funds/:fund/opinion-requests',
    { params: { fund: fund.id }, query: cursor ? { after: cursor } : {}, language },
  )
  const address = `/funds/${fund.id}/opinions`
  return opinionsPage(frameOf(visit, { fund, section: 'opinions', here: address }), {
    items,
    today: dayOf(actor.act.at),
    next: next && `${address}?after=${next}`,
    first: cursor ? address : null,
  })
}

async function show(
  { db, api }: Console,
  visit: SignedIn,
  opinionRequestId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t, language } = visit
  const params = { opinionRequest: opinionRequestId }
  const asked = await api.read<OpinionAsked>(actor, '/opinion-requests/:opinionRequest', { params, language })
  const fund = await fundSeenBy(db, actor, asked.fundId)
  return opinionPage(frameOf(visit, { fund, section: 'opinions', here: `/opinions/${opinionRequestId}` }), {
    asked,
    done: wordOf(t.opinions.done, done),
    problem: refused?.problem,
    value: (name) => refused?.fields[name] ?? '',
    formKey: newFormKey(),
  })
}

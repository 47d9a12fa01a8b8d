import type { Router } from 'express'
import { breakGlassListPage, breakGlassPage } from '../../templates/break-glass.tsx'
import type { BreakGlassTold } from '../break-glass/queries.ts'
import { Refusal } from '../errors.ts'
import { holdsRole } from '../people/actor.ts'
import { wordOf } from './delegations.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** The list of every break-glass, one of them with the forms that confirm and review it, and the form that begins one. */
export function breakGlassPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/break-glass', (visit, req) =>
    list(served, visit, String(req.params.fund), req.query.after),
  )
  getPage(router, '/break-glass/:breakGlass', (visit, req) =>
    show(served, visit, String(req.params.breakGlass), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/requests/:request/break-glass',
    form: () => 'break',
    asks: (_visit, { params, fields: { role, reason, contentHash, confirmed } }) => {
      if (confirmed !== 'yes') throw unmeant()
      return {
        method: 'post',
        path: '/disbursement-requests/:request/break-glass',
        params,
        body: { ...optional({ role, reason }), contentHash: contentHash ?? '' },
      }
    },
    done: (answer) => `/break-glass/${(answer.body as { id: string }).id}?done=broken`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
  for (const [noun, done] of [
    ['confirmations', 'confirmed'],
    ['reviews', 'reviewed'],
  ] as const) {
    postForm(router, served, {
      path: `/break-glass/:breakGlass/${noun}`,
      form: () => 'review',
      asks: (_visit, { params, fields: { verdict, words } }) => ({
        method: 'post',
        path: `/break-glass/:breakGlass/${noun}`,
        params,
        body: optional({ verdict, words }),
      }),
      done: (_answer, { breakGlass }) => `/break-glass/${breakGlass}?done=${done}`,
      again: (visit, { breakGlass }, refused) => show(served, visit, breakGlass!, { refused }),
    })
  }
}

async function list({ db, api }: Console, visit: SignedIn, fundId: string, after: unknown): Promise<string> {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  const cursor = typeof after === 'string' && /^[\w-]{1,500}$/.test(after) ? after : undefined
  const { items, next } = await api.read<{ items: BreakGlassTold[]; next: string | null }>(
    actor,
    '/funds/:fund/break-glass',
    { params: { fund: fund.id }, query: cursor ? { after: cursor } : {}, language },
  )
  const address = `/funds/${fund.id}/break-glass`
  return breakGlassListPage(frameOf(visit, { fund, section: 'break-glass', here: address }), {
    items,
    next: next && `${address}?after=${next}`,
    first: cursor ? address : null,
  })
}

async function show(
  { db, api }: Console,
  visit: SignedIn,
  breakGlassId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t, language } = visit
  const params = { breakGlass: breakGlassId }
  const one = await api.read<BreakGlassTold>(actor, '/break-glass/:breakGlass', { params, language })
  const fund = await fundSeenBy(db, actor, one.fundId)
  const { begunBy, confirmation, review, state } = one
  const another = begunBy.id !== actor.personId
  const apart = another && confirmation?.by.id !== actor.personId
  return breakGlassPage(frameOf(visit, { fund, section: 'break-glass', here: `/break-glass/${breakGlassId}` }), {
    one,
    mayConfirm: state === 'begun' && another && holdsRole(actor, fund.id, ['director']),
    mayReview: !!confirmation && !review && apart && holdsRole(actor, fund.id, [one.role, 'head_of_department']),
    done: wordOf(t.breakGlass.done, done),
    problem: refused?.problem,
    value: (name) => refused?.fields[name] ?? '',
    newKey: newFormKey,
  })
}

function unmeant(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'confirmed', code: 'confirm.listed', message: 'confirm that you mean it' }],
  })
}

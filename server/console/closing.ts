import type { Router } from 'express'
import { refundsDuePage } from '../../templates/closing.tsx'
import { findingsPage } from '../../templates/findings.tsx'
import { lessonsPage } from '../../templates/lessons.tsx'
import { dayOf } from '../clock.ts'
import { refundsDue } from '../closures/queries.ts'
import { Refusal } from '../errors.ts'
import { listFindings } from '../findings/queries.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId, type IdKind } from '../ids.ts'
import { LESSON_VERDICTS, PHASES, THEMES } from '../lessons/policy.ts'
import { listLessons } from '../lessons/queries.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { amountTyped, getPage, postForm, type Console, type PostedForm } from './forms.ts'
import { currenciesFor } from './queries.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

/** How a request is brought to its end: the forms on its page, and the lists of findings, of lessons and of what is due back to donors. */
export function closingPages(router: Router, served: Console): void {
  const { db } = served
  getPage(router, '/funds/:fund/findings', async (visit, req) => {
    const fund = await fundSeenBy(db, visit.actor, String(req.params.fund))
    const here = `/funds/${fund.id}/findings`
    const open = req.query.open === 'true'
    const before = cursorIn('finding', req.query.after)
    const found = await listFindings(db, visit.actor, { fundId: fund.id, open, before, limit: SHOWN })
    const { items, next } = pageOf(found, SHOWN, ({ id }) => [id])
    const today = dayOf(visit.actor.act.at)
    const older = next && `${here}?${new URLSearchParams({ ...(open ? { open: 'true' } : {}), after: next })}`
    return findingsPage(frameOf(visit, { fund, section: 'findings' }), { items, today, open, here, next: older })
  })
  getPage(router, '/funds/:fund/lessons', (visit, req) => lessons(served, visit, String(req.params.fund), req.query))
  getPage(router, '/funds/:fund/refunds-due', async (visit, req) => {
    const fund = await fundSeenBy(db, visit.actor, String(req.params.fund))
    requireRole(visit.actor, fund.id, READERS)
    const on = dayOf(visit.actor.act.at)
    const items = await refundsDue(db, { fundId: fund.id, currency: fund.currency, on })
    return refundsDuePage(frameOf(visit, { fund, section: 'treasury' }), { items, currency: fund.currency })
  })
  for (const form of formsOfRequest(served)) postForm(router, served, form)
}

async function lessons(
  { db }: Console,
  visit: SignedIn,
  fundId: string,
  query: Record<string, unknown>,
): Promise<string> {
  const fund = await fundSeenBy(db, visit.actor, fundId)
  const here = `/funds/${fund.id}/lessons`
  const oneOf = (all: readonly string[], value: unknown) => all.find((one) => one === value) ?? ''
  const asked = {
    words: typeof query.words === 'string' ? query.words.replaceAll('\u0000', '').trim().slice(0, 200) : '',
    theme: oneOf(THEMES, query.theme),
    phase: oneOf(PHASES, query.phase),
    verdict: oneOf(LESSON_VERDICTS, query.verdict),
  }
  const before = cursorIn('lesson', query.after)
  const found = await listLessons(db, visit.actor, { fundId: fund.id, ...asked, before, limit: SHOWN })
  const { items, next } = pageOf(found, SHOWN, ({ id }) => [id])
  const older = next && `${here}?${new URLSearchParams({ ...optional(asked), after: next })}`
  return lessonsPage(frameOf(visit, { fund, section: 'lessons' }), { items, asked, here, next: older })
}

function cursorIn(kind: IdKind, after: unknown): string {
  const cursor = typeof after === 'string' ? (keyIn(after)?.[0] ?? '') : ''
  return isId(kind, cursor) ? cursor : ''
}

/** Each is asked of the API as it stands, and comes back to the page of the request. */
function formsOfRequest(served: Console): PostedForm[] {
  const ofRequest = (noun: string, form: PostedForm['form'], done: string, asks: PostedForm['asks']): PostedForm => ({
    path: `/requests/:request/${noun}`,
    form,
    asks,
    done: (_answer, { request }) => `/requests/${request}?done=${done}`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
  const post = (path: string, params: Record<string, string>, body: unknown) =>
    ({ method: 'post', path, params, body }) as const
  const REQUEST = '/disbursement-requests/:request'
  return [
    ofRequest(
      'recoverables',
      () => 'unspent',
      'unspentRecorded',
      async (_visit, { params, fields }) => {
        const { category, identifiedOn, reason } = fields
        const found = await currenciesFor(served.db, { requestId: params.request!, bankAccountId: '' })
        if (!found) throw new Refusal('not_found')
        const amount = { amount: amountTyped(fields.amount), currency: found.fund }
        return post(`${REQUEST}/recoverables`, params, { ...optional({ category, identifiedOn, reason }), amount })
      },
    ),
    ofRequest(
      'closures',
      () => 'close',
      'requestClosed',
      (_visit, { params, fields: { note, confirmed } }) => {
        if (confirmed !== 'yes')
          throw new Refusal('invalid_request', {
            errors: [{ field: 'confirmed', code: 'confirm.listed', message: 'confirm that it is closed for good' }],
          })
        return post(`${REQUEST}/closures`, params, optional({ note }))
      },
    ),
    ofRequest(
      'findings',
      () => 'finding',
      'findingRecorded',
      (_visit, { params, fields }) => {
        const { what, severity, mustAct, dueOn } = fields
        return post(`${REQUEST}/findings`, params, optional({ what, severity, mustAct, dueOn }))
      },
    ),
    ofRequest(
      'findings/:finding/answers',
      ({ finding }) => `answer-${finding}`,
      'findingAnswered',
      (_visit, { params: { finding }, fields: { answer } }) =>
        post('/findings/:finding/answers', { finding: finding! }, optional({ answer })),
    ),
    ofRequest(
      'findings/:finding/endings',
      ({ finding }) => `end-${finding}`,
      'findingEnded',
      (_visit, { params: { finding }, fields: { outcome, note } }) =>
        post('/findings/:finding/endings', { finding: finding! }, optional({ outcome, note })),
    ),
    ofRequest(
      'lessons',
      () => 'lesson',
      'lessonWritten',
      (_visit, { params, fields, chosen }) => {
        const { title, planned, happened, verdict, advice } = fields
        const body = { ...optional({ title, planned, happened, verdict, advice }), themes: chosen('themes') }
        return post(`${REQUEST}/lessons`, params, body)
      },
    ),
  ]
}

import type { Router } from 'express'
import { en } from '../../templates/texts/en.ts'
import { requestsPage } from '../../templates/requests.tsx'
import { Refusal } from '../errors.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId } from '../ids.ts'
import { holdsRole } from '../people/actor.ts'
import { listRequests } from '../requests/queries.ts'
import { amountTyped, getPage, postForm, type Console, type Fields } from './forms.ts'
import { currenciesFor, namesInList } from './queries.ts'
import { showRequest } from './request-page.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50
const STATUSES = Object.keys(en.statuses)

/** The list of requests, a request, and the forms that act on it. */
export function requestPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/requests', (visit, req) =>
    list(served, visit, { fundId: String(req.params.fund), status: req.query.status, after: req.query.after }),
  )
  getPage(router, '/requests/:request', (visit, req) =>
    showRequest(served, visit, String(req.params.request), { done: req.query.done }),
  )
  submissionForm(router, served)
  decisionForm(router, served)
  paymentForm(router, served)
  withdrawalForm(router, served)
}

async function list(
  { db }: Console,
  visit: SignedIn,
  asked: { fundId: string; status: unknown; after: unknown },
): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, asked.fundId)
  const status = STATUSES.find((one) => one === asked.status) ?? ''
  const cursor = typeof asked.after === 'string' ? (keyIn(asked.after)?.[0] ?? '') : ''
  const before = isId('request', cursor) ? cursor : ''
  const found = await listRequests(db, actor, { fundId: fund.id, status, before, limit: SHOWN })
  const { items, next } = pageOf(found, SHOWN, (request) => [request.id])
  const names = await namesInList(
    db,
    items.map(({ id }) => id),
  )
  const address = (more: Record<string, string>) => {
    const query = new URLSearchParams({ ...(status ? { status } : {}), ...more }).toString()
    return `/funds/${fund.id}/requests${query ? `?${query}` : ''}`
  }
  return requestsPage(frameOf(visit, { fund, section: 'requests' }), {
    fundId: fund.id,
    items: items.map((request) => ({ ...request, ...names.get(request.id)! })),
    status,
    statuses: STATUSES,
    next: next && address({ after: next }),
    first: before ? address({}) : null,
    mayBegin: holdsRole(actor, fund.id, ['requester']),
  })
}

function submissionForm(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/requests/:request/submissions',
    form: () => 'submit',
    asks: (_visit, { params, fields }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/submissions',
      params,
      version: versionTyped(fields),
    }),
    done: (_answer, { request }) => `/requests/${request}?done=submitted`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
}

function withdrawalForm(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/requests/:request/withdrawals',
    form: () => 'withdraw',
    asks: (_visit, { params, fields: { reason } }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/withdrawals',
      params,
      body: optional({ reason }),
    }),
    done: (_answer, { request }) => `/requests/${request}?done=withdrawn`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
}

function decisionForm(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/requests/:request/decisions',
    form: () => 'decide',
    asks: (_visit, { params, fields }) => {
      const { verdict, reason, contentHash, confirmed } = fields
      if (confirmed !== 'yes') throw unconfirmed()
      return {
        method: 'post',
        path: '/disbursement-requests/:request/decisions',
        params,
        // What is decided on is what was on the page: without its hash the form is not whole.
        body: { ...optional({ verdict, reason }), contentHash: contentHash ?? '' },
      }
    },
    done: (_answer, { request }, { verdict }) => `/requests/${request}?done=${verdict}`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
}

function paymentForm(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/requests/:request/payments',
    form: () => 'certify',
    asks: async (_visit, { params, fields }) => {
      const { category, bankAccountId, memo, alike, notDuplicate, another } = fields
      const found = await currenciesFor(served.db, { requestId: params.request!, bankAccountId: bankAccountId ?? '' })
      if (!found) throw new Refusal('not_found')
      const { fund } = found
      return {
        method: 'post',
        path: '/disbursement-requests/:request/payments',
        params,
        body: {
          ...optional({ category, bankAccountId, memo }),
          amount: { amount: amountTyped(fields.amount), currency: fund },
          // Without its reason it is no word, and the others are listed again.
          ...(alike && notDuplicate && another === 'yes'
            ? { notDuplicate: { of: alike.split(' '), reason: notDuplicate } }
            : {}),
        },
      }
    },
    done: (_answer, { request }) => `/requests/${request}?done=certified`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
}

/** What was left empty is not sent at all, so that the API can say that it is missing. */
export function optional(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => Boolean(field[1])))
}

/** The version that the form was shown with. Refuses `version_missing`. */
export function versionTyped({ version = '' }: Fields): number {
  if (!/^\d{1,9}$/.test(version)) throw new Refusal('version_missing')
  return Number.parseInt(version, 10)
}

function unconfirmed(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'confirmed', code: 'confirm.missing', message: 'confirm amount and payee' }],
  })
}

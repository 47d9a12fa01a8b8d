import type { Router } from 'express'
import { recoverablesPage } from '../../templates/recoverables.tsx'
import { Refusal } from '../errors.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId } from '../ids.ts'
import { listRecoverables } from '../recoveries/queries.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { amountTyped, getPage, postForm, type Console } from './forms.ts'
import { currenciesFor } from './queries.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

/** What must come back from payees: the list of it, and the forms on the page of a request. */
export function recoveryPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/recoverables', (visit, req) =>
    list(served, visit, String(req.params.fund), req.query.after),
  )
  postForm(router, served, {
    path: '/requests/:request/recoveries',
    form: () => 'recover',
    asks: async (_visit, { params, fields }) => {
      const { receivedOn, bankAccountId = '', reference } = fields
      const found = await currenciesFor(served.db, { requestId: params.request!, bankAccountId })
      if (!found) throw new Refusal('not_found')
      return {
        method: 'post',
        path: '/disbursement-requests/:request/recoveries',
        params,
        body: {
          ...optional({ receivedOn, bankAccountId, reference }),
          received: { amount: amountTyped(fields.received), currency: found.bank ?? found.fund },
        },
      }
    },
    done: (_answer, { request }) => `/requests/${request}?done=recovered`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
  postForm(router, served, {
    path: '/requests/:request/recovery-write-offs',
    form: () => 'give-up',
    asks: async (_visit, { params, fields }) => {
      const { writtenOffOn, reason } = fields
      const found = await currenciesFor(served.db, { requestId: params.request!, bankAccountId: '' })
      if (!found) throw new Refusal('not_found')
      return {
        method: 'post',
        path: '/disbursement-requests/:request/recovery-write-offs',
        params,
        body: {
          ...optional({ writtenOffOn, reason }),
          amount: { amount: amountTyped(fields.amount), currency: found.fund },
        },
      }
    },
    done: (_answer, { request }) => `/requests/${request}?done=givenUp`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
}

async function list({ db }: Console, visit: SignedIn, fundId: string, asked: unknown): Promise<string> {
  const fund = await fundSeenBy(db, visit.actor, fundId)
  requireRole(visit.actor, fund.id, READERS)
  const cursor = typeof asked === 'string' ? (keyIn(asked)?.[0] ?? '') : ''
  const after = isId('request', cursor) ? cursor : ''
  const here = `/funds/${fund.id}/recoverables`
  const found = await listRecoverables(db, {
    fundId: fund.id,
    currency: fund.currency,
    viewer: visit.actor.personId,
    open: false,
    after,
    limit: SHOWN,
  })
  const { items, next } = pageOf(found, SHOWN, ({ requestId }) => [requestId])
  return recoverablesPage(frameOf(visit, { fund, section: 'treasury', here }), {
    items,
    currency: fund.currency,
    next: next && `${here}?after=${next}`,
  })
}

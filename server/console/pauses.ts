import type { Router } from 'express'
import { row } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { postForm, type Console } from './forms.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'

/** The forms on the page of a request that stop its clock and let it go on. */
export function pauseForms(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/requests/:request/pauses',
    form: () => 'pause',
    asks: (_visit, { params, fields: { reason, note } }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/pauses',
      params,
      body: optional({ reason, note }),
    }),
    done: (_answer, { request }) => `/requests/${request}?done=clockStopped`,
    again: (visit, { request }, refused) => showRequest(served, visit, request!, { refused }),
  })
  postForm(router, served, {
    path: '/pauses/:pause/endings',
    form: () => 'pause',
    asks: (_visit, { params }) => ({ method: 'post', path: '/pauses/:pause/endings', params }),
    done: ({ body }) => `/requests/${(body as { requestId: string }).requestId}?done=clockGoesOn`,
    again: async (visit, { pause }, refused) => {
      const found = await row<{ requestId: string }>(
        served.db,
        'select request_id as "requestId" from pauses where id = :pause',
        { pause },
      )
      if (!found) throw new Refusal('not_found')
      return showRequest(served, visit, found.requestId, { refused })
    },
  })
}

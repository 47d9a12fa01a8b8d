import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { object, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { closeRequest } from './close.ts'
import { closingOf, refundsDue } from './queries.ts'

const tag = 'Closing'

/** Closing a request, and what is due back to donors afterwards. */
export function closureEndpoints(): Endpoint[] {
  return [
    get(
      '/disbursement-requests/:request/closing',
      { tag, summary: 'What stands in the way of closing a request, and what each contribution has back of it' },
      async (db, actor, { params }) => ({ body: await closingOf(db, actor, params.request!) }),
    ),
    post(
      '/disbursement-requests/:request/closures',
      {
        tag,
        summary: 'Close a request, for good: what is committed goes back, and its accounts stand still',
        refuses: ['not_closable', ...DUTY_REFUSALS, 'not_ready_to_close', 'period_closed'],
        body: object({ note: text(2000) }),
      },
      async (trx, actor, { params, body }) => {
        const closed = await closeRequest(trx, actor, { requestId: params.request!, ...body })
        return { status: 201, body: closed, version: closed.version }
      },
    ),
    get(
      '/funds/:fund/refunds-due',
      { tag, summary: 'What is due back to donors by their agreements, and contributions whose last day is past' },
      async (db, actor, { params }) => {
        const { id: fundId, currency } = await fundById(db, params.fund!)
        requireRole(actor, fundId, READERS)
        return { body: { items: await refundsDue(db, { fundId, currency, on: dayOf(actor.act.at) }) } }
      },
    ),
  ]
}

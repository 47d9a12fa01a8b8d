import { dayOf } from '../clock.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { joi, object, text } from '../http/schemas.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { readRequest } from '../requests/queries.ts'
import { tranchePlanTold } from './queries.ts'
import { proposeTrancheWaiver } from './waive.ts'

const tag = 'Tranches'

export function trancheEndpoints(): Endpoint[] {
  return [
    get(
      '/disbursement-requests/:request/tranches',
      { tag, summary: 'How a request is paid, tranche by tranche, and how the conditions of the next one stand' },
      async (db, actor, { params }) => {
        const { body: request } = await readRequest(db, actor, params.request!)
        const asked = { id: request.id, currency: request.amount.currency }
        return { body: { plan: await tranchePlanTold(db, asked, dayOf(actor.act.at)) } }
      },
    ),
    post(
      '/disbursement-requests/:request/tranche-waivers',
      {
        tag,
        summary: 'Propose that the next tranche is paid although not all of its conditions are met',
        refuses: ['not_approved', 'tranche_not_next', 'nothing_to_waive', ...DUTY_REFUSALS],
        body: object({ tranche: joi.number().integer().min(1).max(99).required(), reason: text(1000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await proposeTrancheWaiver(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
  ]
}

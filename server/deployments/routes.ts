import { fundById } from '../funds/open.ts'
import { change, get, post, type Endpoint } from '../http/endpoint.ts'
import { amount, bookDay, id, joi, object, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { readRequest } from '../requests/queries.ts'
import { recordChange } from './change.ts'
import { planDeployment, unplanDeployment } from './plan.ts'
import { DEPLOYMENT_CHANGES, MODES } from './policy.ts'
import { deploymentsTold } from './queries.ts'
import { listSubsistence, setSubsistence } from './subsistence.ts'

const tag = 'Deployments'

export function deploymentEndpoints(): Endpoint[] {
  return [
    post(
      '/disbursement-requests/:request/deployments',
      {
        tag,
        summary: 'Plan to send an expert, on site or from afar: what it costs becomes lines of the request',
        refuses: [
          'not_editable',
          'expert_not_available',
          'expert_double_booked',
          'expert_has_duty',
          'subsistence_rate_missing',
          'rate_missing',
          'travel_above_ceiling',
          'amount_out_of_range',
        ],
        versioned: true,
        body: object({
          expertId: id('expert').required(),
          mode: joi
            .string()
            .valid(...MODES)
            .required(),
          country: text(100).required(),
          place: text(200),
          startsOn: bookDay().required(),
          endsOn: bookDay().required(),
          travel: amount(),
        }),
      },
      async (trx, actor, { params, body, version }) => {
        const planned = await planDeployment(trx, actor, { ...body, requestId: params.request!, version })
        return { status: 201, body: planned, version: planned.version }
      },
    ),
    get(
      '/disbursement-requests/:request/deployments',
      { tag, summary: 'Whom a request sends' },
      async (db, actor, { params }) => {
        const { body } = await readRequest(db, actor, params.request!)
        return { body: { items: await deploymentsTold(db, actor, { fundId: body.fundId, requestId: body.id }) } }
      },
    ),
    change(
      'delete',
      '/deployments/:deployment',
      {
        tag,
        summary: 'Take a deployment out of a draft or a returned request; If-Match names the version of the request',
        refuses: ['not_editable'],
        versioned: true,
        success: [200],
      },
      async (trx, actor, { params, version }) => {
        const changed = await unplanDeployment(trx, actor, { deploymentId: params.deployment!, version })
        return { status: 200, body: changed, version: changed.version }
      },
    ),
    post(
      '/deployments/:deployment/changes',
      {
        tag,
        summary: 'Record that somebody left for a deployment, came back, or does not go after all',
        refuses: ['date_in_future', 'deployment_out_of_order'],
        body: object({
          change: joi
            .string()
            .valid(...DEPLOYMENT_CHANGES)
            .required(),
          onDay: bookDay().required(),
          reason: text(2000).when('change', { is: 'cancelled', then: joi.required() }),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await recordChange(trx, actor, { deploymentId: params.deployment!, ...body }),
      }),
    ),
    post(
      '/funds/:fund/subsistence-rates',
      {
        tag,
        summary: 'Set what a night in a country is given from a month on; without a country, the default',
        refuses: ['already_exists', 'currency_unknown', 'currency_not_in_use'],
        body: object({
          country: text(100),
          month: joi
            .string()
            .pattern(/^(199\d|2[01]\d\d)-(0[1-9]|1[0-2])$/, 'a month, YYYY-MM')
            .required(),
          rate: amount().required(),
          source: text(300).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await setSubsistence(trx, actor, { fundId: params.fund!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/subsistence-rates',
      { tag, summary: 'What a night is given, by country and month' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, [...READERS, 'requester'])
        return { body: { items: await listSubsistence(db, fund.id) } }
      },
    ),
  ]
}

import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { CATEGORIES, DUTY_REFUSALS } from '../requests/policy.ts'
import { listRecoverables } from './queries.ts'
import { recordRecovery } from './recover.ts'
import { identifyUnspent } from './unspent.ts'
import { proposeRecoveryWriteOff } from './write-off.ts'

const tag = 'Recoveries'
const REQUEST = '/disbursement-requests/:request'

/** What payees have to pay back: what they have not spent, what was spent on something else, and all that was paid of an unwound request. */
export function recoveryEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/recoverables',
      {
        tag,
        summary: 'What payees have to pay back, request by request',
        query: query({ ...pageKeys, open: joi.boolean().options({ convert: true }).default(false) }),
      },
      async (db, actor, { params, query: { limit, after, open } }) => {
        const { id: fundId, currency } = await fundById(db, params.fund!)
        requireRole(actor, fundId, READERS)
        const viewer = actor.personId
        const found = await listRecoverables(db, {
          ...{ fundId, currency, viewer, open, limit },
          after: keyIn(after)?.[0] ?? '',
        })
        return { body: pageOf(found, limit, ({ requestId }) => [requestId]) }
      },
    ),
    post(
      `${REQUEST}/recoverables`,
      {
        tag,
        summary: 'Record what a payee has not spent and must pay back',
        refuses: [
          'service_account_decides_nothing',
          'separation_of_duties',
          'named_in_request',
          'tied_to_payee',
          'not_paid_yet',
          'date_in_future',
          'dates_out_of_order',
          'currency_mismatch',
          'exceeds_unaccounted',
          'period_closed',
        ],
        body: object({
          category: joi
            .string()
            .valid(...CATEGORIES)
            .default('grants'),
          amount: amount().required(),
          identifiedOn: bookDay().required(),
          reason: text(1000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await identifyUnspent(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    post(
      `${REQUEST}/recoveries`,
      {
        tag,
        summary:
          'Record money that came back from a payee; of a month that is closed, with the day on which it is booked',
        refuses: [
          ...DUTY_REFUSALS,
          'date_in_future',
          'dates_out_of_order',
          'currency_mismatch',
          'already_exists',
          'rate_missing',
          'amount_out_of_range',
          'exceeds_recoverable',
          'period_closed',
        ],
        body: object({
          receivedOn: bookDay().required(),
          bankAccountId: id('bankAccount').required(),
          received: amount().required(),
          reference: text(140).required(),
          bookedOn: bookDay(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await recordRecovery(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    post(
      `${REQUEST}/recovery-write-offs`,
      {
        tag,
        summary: 'Propose to give up what will not come back',
        refuses: [
          'service_account_decides_nothing',
          'separation_of_duties',
          'named_in_request',
          'tied_to_payee',
          'date_in_future',
          'currency_mismatch',
          'exceeds_recoverable',
        ],
        body: object({
          amount: amount().required(),
          writtenOffOn: bookDay().required(),
          reason: text(1000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await proposeRecoveryWriteOff(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
  ]
}

import { row } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { ceilingOf, listRecoverables } from './queries.ts'
import { recordRecovery } from './recover.ts'
import { proposeRecoveryWriteOff } from './write-off.ts'

const tag = 'No-regret lane'

/** The ceiling of a process, and what must come back of requests that were unwound. Asking and deciding are a request's own. */
export function noRegretEndpoints(): Endpoint[] {
  return [
    get(
      '/processes/:process/no-regret-ceiling',
      { tag, summary: 'What a process has left for the no-regret lane, over all its requests' },
      async (db, actor, { params }) => {
        const process = await row<{ fundId: string; currency: string }>(
          db,
          `select p.fund_id as "fundId", f.currency from processes p join funds f on f.id = p.fund_id where p.id = :id`,
          { id: params.process! },
        )
        if (!process) throw new Refusal('not_found')
        requireRole(actor, process.fundId, READERS)
        return { body: await ceilingOf(db, { processId: params.process!, ...process, on: dayOf(actor.act.at) }) }
      },
    ),
    get(
      '/funds/:fund/recoverables',
      {
        tag,
        summary: 'What payees of unwound requests have to pay back, request by request',
        query: query({ ...pageKeys, open: joi.boolean().options({ convert: true }).default(false) }),
      },
      async (db, actor, { params, query: { limit, after, open } }) => {
        const { id: fundId, currency } = await fundById(db, params.fund!)
        requireRole(actor, fundId, READERS)
        const found = await listRecoverables(db, { fundId, currency, open, after: keyIn(after)?.[0] ?? '', limit })
        return { body: pageOf(found, limit, ({ requestId }) => [requestId]) }
      },
    ),
    post(
      '/disbursement-requests/:request/recoveries',
      {
        tag,
        summary: 'Record money that came back from the payee of an unwound request',
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
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await recordRecovery(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    post(
      '/disbursement-requests/:request/recovery-write-offs',
      {
        tag,
        summary: 'Propose to give up what will not come back of an unwound request',
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

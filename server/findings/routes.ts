import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { requestById } from '../requests/load.ts'
import { answerFinding, endFinding } from './follow-up.ts'
import { FINDING_OUTCOMES, SEVERITIES } from './policy.ts'
import { listFindings } from './queries.ts'
import { recordFinding } from './record.ts'

const tag = 'Audit findings'

/** What an audit has found, who must act on it, what they answered, and how it ended. */
export function findingEndpoints(): Endpoint[] {
  const keys = { ...pageKeys, open: joi.boolean().options({ convert: true }).default(false) }
  return [
    post(
      '/disbursement-requests/:request/findings',
      {
        tag,
        summary: 'Record what an audit has found in a request, and who must act on it by when',
        refuses: ['service_account_decides_nothing', 'about_yourself', 'dates_out_of_order'],
        body: object({
          what: text(4000).required(),
          severity: joi
            .string()
            .valid(...SEVERITIES)
            .required(),
          mustAct: id('person').required(),
          dueOn: bookDay().required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await recordFinding(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    get(
      '/disbursement-requests/:request/findings',
      { tag, summary: 'What audits have found in a request, the latest first', query: query(keys) },
      async (db, actor, { params, query: { limit, after, open } }) => {
        const { id: requestId, fundId } = await requestById(db, params.request!)
        const before = keyIn(after)?.[0] ?? ''
        return {
          body: pageOf(await listFindings(db, actor, { fundId, requestId, open, before, limit }), limit, (one) => [
            one.id,
          ]),
        }
      },
    ),
    get(
      '/funds/:fund/findings',
      { tag, summary: 'What audits have found in a fund, the latest first', query: query(keys) },
      async (db, actor, { params, query: { limit, after, open } }) => {
        const { id: fundId } = await fundById(db, params.fund!)
        const found = await listFindings(db, actor, { fundId, open, before: keyIn(after)?.[0] ?? '', limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
    post(
      '/findings/:finding/answers',
      {
        tag,
        summary: 'Say what was done about a finding that I must act on',
        refuses: ['not_for_you', 'finding_ended'],
        body: object({ answer: text(4000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await answerFinding(trx, actor, { findingId: params.finding!, ...body }),
      }),
    ),
    post(
      '/findings/:finding/endings',
      {
        tag,
        summary: 'End a finding: settled by its last answer, or withdrawn',
        refuses: ['service_account_decides_nothing', 'not_for_you', 'finding_ended', 'not_answered_yet'],
        body: object({
          outcome: joi
            .string()
            .valid(...FINDING_OUTCOMES)
            .required(),
          note: text(2000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await endFinding(trx, actor, { findingId: params.finding!, ...body }),
      }),
    ),
  ]
}

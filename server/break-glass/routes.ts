import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { beginBreakGlass } from './begin.ts'
import { confirmBreakGlass } from './confirm.ts'
import { HURRIED_ROLES } from './policy.ts'
import { listBreakGlasses, readBreakGlass } from './queries.ts'
import { reviewBreakGlass } from './review.ts'

const tag = 'Break-glass'

/** Two directors who take an open step in place of its owners, and the review that follows. */
export function breakGlassEndpoints(): Endpoint[] {
  return [
    post(
      '/disbursement-requests/:request/break-glass',
      {
        tag,
        summary:
          'Begin to take an open step in place of its owners; another director confirms, the auditors are told at once',
        refuses: [
          'not_awaiting_decision',
          'suspended',
          'reservation_lapsed',
          'version_changed',
          'step_not_hurried',
          'already_exists',
          'already_decided_by_you',
          ...DUTY_REFUSALS,
        ],
        body: object({
          role: joi
            .string()
            .valid(...HURRIED_ROLES, 'certifying_officer', 'director')
            .required(),
          reason: text(2000).required(),
          contentHash: joi.string().pattern(/^[0-9a-f]{64}$/, 'the contentHash of what is decided on'),
        }),
      },
      async (trx, actor, { params, body }) =>
        created('/break-glass', await beginBreakGlass(trx, actor, { requestId: params.request!, ...body })),
    ),
    post(
      '/break-glass/:breakGlass/confirmations',
      {
        tag,
        summary: 'Confirm as the second director: the step counts as taken by the two',
        refuses: [
          'two_people_needed',
          'break_glass_over',
          'not_awaiting_decision',
          'suspended',
          'reservation_lapsed',
          'version_changed',
          'already_decided_by_you',
          'must_keep_away',
          'period_closed',
          ...DUTY_REFUSALS,
        ],
        body: object({ reason: text(2000) }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await confirmBreakGlass(trx, actor, { breakGlassId: params.breakGlass!, ...body }),
      }),
    ),
    post(
      '/break-glass/:breakGlass/reviews',
      {
        tag,
        summary: 'Acknowledge or contest afterwards, as an owner of the step or a head of department',
        refuses: ['service_account_decides_nothing', 'two_people_needed', 'not_reviewable'],
        body: object({
          verdict: joi.string().valid('acknowledge', 'contest').required(),
          words: text(2000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await reviewBreakGlass(trx, actor, { breakGlassId: params.breakGlass!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/break-glass',
      { tag, summary: 'Every time that the glass was broken, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: { after, limit } }) => {
        const fund = await fundById(db, params.fund!)
        const before = keyIn(after)?.[0] ?? ''
        const found = await listBreakGlasses(db, actor, { fundId: fund.id, before, limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
    get(
      '/break-glass/:breakGlass',
      { tag, summary: 'One break-glass, and what its review says' },
      async (db, actor, { params }) => ({ body: await readBreakGlass(db, actor, params.breakGlass!) }),
    ),
  ]
}

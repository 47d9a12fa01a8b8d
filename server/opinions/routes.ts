import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { askForOpinions } from './ask.ts'
import { giveOpinion } from './give.ts'
import { VIEWS } from './policy.ts'
import { listAskedOf, listOpinionsOn, readAskedOf } from './queries.ts'

const tag = 'Advisory opinions'

/** What members of the advisory board are asked, and what they answer; it stops nothing. */
export function opinionEndpoints(): Endpoint[] {
  return [
    post(
      '/disbursement-requests/:request/opinion-requests',
      {
        tag,
        summary: 'Ask members of the advisory board for an opinion, by a day',
        refuses: [
          'separation_of_duties',
          'not_awaiting_decision',
          'dates_out_of_order',
          'already_exists',
          'must_keep_away',
        ],
        body: object({
          advisorIds: joi.array().min(1).max(50).items(id('person')).unique().required(),
          dueOn: bookDay().required(),
          question: text(2000),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await askForOpinions(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    get(
      '/disbursement-requests/:request/opinion-requests',
      { tag, summary: 'Who was asked for an opinion on a request, and what they said' },
      async (db, actor, { params }) => ({ body: { items: await listOpinionsOn(db, actor, params.request!) } }),
    ),
    get(
      '/funds/:fund/opinion-requests',
      {
        tag,
        summary: 'What I was asked as a member of the advisory board, the latest first',
        query: query(pageKeys),
      },
      async (db, actor, { params, query: { after, limit } }) => {
        const fund = await fundById(db, params.fund!)
        const found = await listAskedOf(db, actor, { fundId: fund.id, before: keyIn(after)?.[0] ?? '', limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
    get(
      '/opinion-requests/:opinionRequest',
      { tag, summary: 'What I was asked; of a confidential process without names, payee, title and amount' },
      async (db, actor, { params }) => ({ body: await readAskedOf(db, actor, params.opinionRequest!) }),
    ),
    post(
      '/opinion-requests/:opinionRequest/opinions',
      {
        tag,
        summary: 'Give the opinion that I was asked for, once',
        refuses: ['opinion_given_already', ...DUTY_REFUSALS],
        body: object({
          view: joi
            .string()
            .valid(...VIEWS)
            .required(),
          words: text(5000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await giveOpinion(trx, actor, { opinionRequestId: params.opinionRequest!, ...body }),
      }),
    ),
  ]
}

import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { LESSON_VERDICTS, PHASES, THEMES } from './policy.ts'
import { listLessons } from './queries.ts'
import { writeLesson } from './write.ts'

const tag = 'Lessons learned'

/** What requests have taught: written when they end, and looked up when the next one begins. */
export function lessonEndpoints(): Endpoint[] {
  return [
    post(
      '/disbursement-requests/:request/lessons',
      {
        tag,
        summary: 'Write down what a request has taught',
        refuses: ['not_approved'],
        body: object({
          title: text(300).required(),
          planned: text(4000).required(),
          happened: text(4000).required(),
          verdict: joi
            .string()
            .valid(...LESSON_VERDICTS)
            .required(),
          advice: text(4000).required(),
          themes: joi
            .array()
            .items(joi.string().valid(...THEMES))
            .unique(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await writeLesson(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/lessons',
      {
        tag,
        summary: 'What requests have taught, the latest first, by words, theme and phase',
        query: query({
          ...pageKeys,
          words: text(200),
          theme: joi.string().valid(...THEMES),
          phase: joi.string().valid(...PHASES),
          verdict: joi.string().valid(...LESSON_VERDICTS),
        }),
      },
      async (db, actor, { params, query: { limit, after, ...asked } }) => {
        const { id: fundId } = await fundById(db, params.fund!)
        const found = await listLessons(db, actor, { ...asked, fundId, before: keyIn(after)?.[0] ?? '', limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
  ]
}

import { change, created, get, post, type Endpoint } from '../http/endpoint.ts'
import { day, id, joi, object, query, text } from '../http/schemas.ts'
import { dayOf } from '../clock.ts'
import { PHASES, SEVERITIES } from './policy.ts'
import { listWatchItems, readWatchItem } from './queries.ts'
import { reassess, watchPlace } from './watch.ts'

const tag = 'Crisis watch'

const content = {
  phase: joi.string().valid(...PHASES),
  signal: text(5000),
  severity: joi.string().valid(...SEVERITIES),
  ownerId: id('person'),
  reviewOn: day(),
}

export function watchEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/watch-items',
      {
        tag,
        summary: 'Watch a place for a crisis that may come',
        body: object({
          country: text(100).required(),
          region: text(100).required(),
          processId: id('process').allow(null),
          phase: content.phase.required(),
          signal: content.signal.required(),
          severity: content.severity.required(),
          ownerId: content.ownerId.required(),
          reviewOn: content.reviewOn.required(),
        }),
      },
      async (trx, actor, { params, body }) => {
        const made = await watchPlace(trx, actor, { fundId: params.fund!, ...body })
        return created('/watch-items', made, made.version)
      },
    ),
    get(
      '/funds/:fund/watch-items',
      {
        tag,
        summary: 'What is watched, the worst first; `due=true`: what should have been looked at by now',
        query: query({ due: joi.string().valid('true', 'false'), closed: joi.string().valid('true', 'false') }),
      },
      async (db, actor, { params, query: { due, closed } }) => ({
        body: {
          items: await listWatchItems(db, actor, {
            fundId: params.fund!,
            on: dayOf(actor.act.at),
            due: due === 'true',
            closed: closed === 'true',
          }),
        },
      }),
    ),
    get(
      '/watch-items/:watchItem',
      { tag, summary: 'What is watched, with everything that was thought of it before', versioned: true },
      async (db, actor, { params }) => {
        const item = await readWatchItem(db, actor, { watchItemId: params.watchItem!, on: dayOf(actor.act.at) })
        return { body: item, version: item.version }
      },
    ),
    change(
      'patch',
      '/watch-items/:watchItem',
      {
        tag,
        summary: 'Say what is thought of it now; what it said before stays in its history',
        versioned: true,
        refuses: ['watch_item_closed'],
        body: object({ ...content, closed: joi.boolean(), note: text(2000) }).with('closed', 'note'),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await reassess(trx, actor, { watchItemId: params.watchItem!, version, ...body })
        return { body: changed, version: changed.version }
      },
    ),
  ]
}

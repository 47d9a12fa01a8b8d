import { get, type Endpoint } from '../http/endpoint.ts'
import { dayOf } from '../clock.ts'
import { readReadiness } from './queries.ts'

export function readinessEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/readiness',
      {
        tag: 'Contingency plans',
        summary:
          'By region: what is watched, planned, set aside, still missing and out of date, and what is given for it',
      },
      async (db, actor, { params }) => ({
        body: { items: await readReadiness(db, actor, { fundId: params.fund!, on: dayOf(actor.act.at) }) },
      }),
    ),
  ]
}

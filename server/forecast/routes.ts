import { get, type Endpoint } from '../http/endpoint.ts'
import { bookDay, query } from '../http/schemas.ts'
import { dayOf } from '../clock.ts'
import { readForecast } from './queries.ts'

export function forecastEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/forecast',
      {
        tag: 'Forecast',
        summary:
          'Receipts to come, commitments falling due, what is paid, and the day on which the ready money runs out',
        refuses: ['date_in_future'],
        query: query({ on: bookDay() }),
      },
      async (db, actor, { params, query: { on } }) => {
        const now = dayOf(actor.act.at)
        return { body: await readForecast(db, actor, { fundId: params.fund!, on: on ?? now, today: now }) }
      },
    ),
  ]
}

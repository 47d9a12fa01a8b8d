import { csvAnswer } from '../http/csv.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { fundById } from '../funds/open.ts'
import {
  clockFigures,
  DIMENSIONS,
  figureBindings,
  figureOf,
  FIGURES,
  type Dimension,
  type Figure,
  type FigureRow,
} from './figures.ts'
import { beginPause, endPause } from './pause.ts'
import { requestClock } from './queries.ts'
import { stepsWaiting } from './waiting.ts'

const tag = 'The clock'

const month = () => joi.string().pattern(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month, YYYY-MM')

const KEEPING_AWAY = [
  'service_account_decides_nothing',
  'separation_of_duties',
  'named_in_request',
  'tied_to_payee',
] as const

export function clockEndpoints(): Endpoint[] {
  return [
    get(
      '/disbursement-requests/:request/clock',
      { tag, summary: 'The clock of a request: its steps with their owners, times and targets, and its pauses' },
      async (db, actor, { params }) => ({ body: await requestClock(db, actor, params.request!, actor.act.at) }),
    ),
    post(
      '/disbursement-requests/:request/pauses',
      {
        tag,
        summary: 'Stop the clock of the open step, for a reason that the fund lists; some reasons suspend the request',
        refuses: [...KEEPING_AWAY, 'clock_not_running', 'paused_already'],
        body: object({ reason: text(40).required(), note: text(2000) }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await beginPause(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    post(
      '/pauses/:pause/endings',
      {
        tag,
        summary: 'Let the clock go on; what a contested break-glass has suspended goes on when two others have looked',
        refuses: [...KEEPING_AWAY, 'pause_ended', 'two_people_needed', 'already_decided_by_you'],
        body: object({ note: text(2000) }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await endPause(trx, actor, { pauseId: params.pause!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/clock/steps',
      {
        tag,
        summary:
          'What is late now and with whom, and what will be late next: every open step, the least time left first',
        query: query({ limit: pageKeys.limit.default(100) }),
      },
      async (db, actor, { params, query: { limit } }) => {
        await fundById(db, params.fund!)
        const items = await stepsWaiting(db, actor, { fundId: params.fund!, at: actor.act.at, limit })
        return { body: { at: actor.act.at, items } }
      },
    ),
    get(
      '/funds/:fund/clock/figures',
      {
        tag,
        summary: 'How long each step took: percentiles, the longest, and the share within its target',
        answerType: 'text/csv',
        query: query({
          by: joi
            .array()
            .items(joi.string().valid(...DIMENSIONS))
            .single()
            .unique()
            .default([]),
          from: month(),
          to: month(),
          format: joi.string().valid('json', 'csv').default('json'),
        }),
      },
      async (db, actor, { params, query: { by, from, to, format } }) => {
        const fund = await fundById(db, params.fund!)
        const asked = { fundId: fund.id, by: by as Dimension[], from, to, at: actor.act.at }
        if (format === 'json') return { body: { at: asked.at, items: await clockFigures(db, actor, asked) } }
        return csvAnswer<FigureRow, Figure>(db, {
          fileName: `${fund.code}-clock.csv`,
          columns: COLUMNS,
          sql: FIGURES,
          bindings: figureBindings(actor, asked),
          items: (row) => [figureOf(row)],
        })
      },
    ),
  ]
}

const ms = (value: number | undefined) => value?.toString() ?? null

const COLUMNS = [
  { heading: 'measure', text: (one: Figure) => one.measure },
  { heading: 'lane', text: (one: Figure) => one.lane },
  { heading: 'entity', text: (one: Figure) => one.entity?.name ?? null },
  { heading: 'month', figure: (one: Figure) => one.month },
  { heading: 'count', figure: (one: Figure) => `${one.count}` },
  { heading: 'p50_ms', figure: (one: Figure) => ms(one.p50Ms) },
  { heading: 'p90_ms', figure: (one: Figure) => ms(one.p90Ms) },
  { heading: 'p95_ms', figure: (one: Figure) => ms(one.p95Ms) },
  { heading: 'max_ms', figure: (one: Figure) => ms(one.maxMs) },
  { heading: 'target_least_ms', figure: (one: Figure) => ms(one.targetMs?.least) },
  { heading: 'target_most_ms', figure: (one: Figure) => ms(one.targetMs?.most) },
  { heading: 'with_target', figure: (one: Figure) => `${one.measured}` },
  { heading: 'within_target', figure: (one: Figure) => `${one.within}` },
]

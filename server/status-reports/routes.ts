import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { isId } from '../ids.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { answerLine } from './answer.ts'
import { applyStatusReport } from './apply.ts'
import { listReports, readReport } from './queries.ts'

const tag = 'Payment files'

/** What the bank says of payment files (pain.002). */
export function statusReportEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/status-reports',
      {
        tag,
        summary:
          'Take in a status report of the bank (pain.002); the same report again answers 200 and changes nothing',
        refuses: ['unreadable_xml', 'body_too_large', 'period_closed'],
        success: [200, 201],
        bodyType: 'application/xml',
      },
      async (trx, actor, { params, body }) => {
        const { id: fundId } = await fundById(trx, params.fund!)
        const { applied, isNew } = await applyStatusReport(trx, actor, { fundId, bytes: body })
        return { status: isNew ? 201 : 200, body: applied, location: `/status-reports/${applied.id}` }
      },
    ),
    get(
      '/funds/:fund/status-reports',
      { tag, summary: 'Status reports of the bank, newest first', query: query(pageKeys) },
      async (db, actor, { params, query: { limit, after } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        const cursor = keyIn(after)?.[0] ?? ''
        const before = isId('statusReport', cursor) ? cursor : ''
        return { body: pageOf(await listReports(db, fund.id, { before, limit }), limit, (one) => [one.id]) }
      },
    ),
    get(
      '/status-reports/:statusReport',
      { tag, summary: 'A status report, with what became of each line' },
      async (db, actor, { params }) => {
        const report = await readReport(db, params.statusReport!)
        requireRole(actor, report.fundId, READERS)
        return { body: report }
      },
    ),
    post(
      '/status-reports/:statusReport/answers',
      {
        tag,
        summary: 'Say what was found out about a line that contradicts, is unknown, or waits to be confirmed',
        refuses: ['nothing_to_answer'],
        body: object({ line: joi.number().integer().min(1).max(100_000).required(), note: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await answerLine(trx, actor, { reportId: params.statusReport!, ...body }),
      }),
    ),
  ]
}

import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { change, created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { readRequest } from '../requests/queries.ts'
import { correctReport } from './correct.ts'
import { allowEarlyStart } from './early-start.ts'
import { CATEGORIES, LINE_VERDICTS, REPORT_STATUSES } from './policy.ts'
import { entitiesSeen, lateOfPayee, listReports, readReport, reportDues } from './queries.ts'
import { reviewLine } from './review.ts'
import { submitReport } from './submit.ts'
import { beginReport, writeReport } from './write.ts'

const tag = 'Expenditure reports'

/** What was spent: reports that are due, written, submitted and reviewed. */
export function expenditureReportEndpoints(): Endpoint[] {
  return [...reading(), ...writing(), ...reviewing()]
}

const reading = (): Endpoint[] => [
  get(
    '/funds/:fund/report-dues',
    {
      tag,
      summary: 'Reports that requests owe, the oldest first; only those that are late, where asked',
      query: query({ overdue: joi.boolean().options({ convert: true }) }),
    },
    async (db, actor, { params, query: { overdue = false } }) => {
      const fund = await fundById(db, params.fund!)
      const entities = entitiesSeen(actor, fund.id)
      const on = dayOf(actor.act.at)
      return { body: { items: await reportDues(db, actor.personId, { fundId: fund.id, overdue, entities, on }) } }
    },
  ),
  get(
    '/funds/:fund/expenditure-reports',
    {
      tag,
      summary: 'Expenditure reports, the latest first',
      query: query({ ...pageKeys, status: joi.string().valid(...REPORT_STATUSES) }),
    },
    async (db, actor, { params, query: { after, limit, ...asked } }) => {
      const fund = await fundById(db, params.fund!)
      const entities = entitiesSeen(actor, fund.id)
      const before = keyIn(after)?.[0] ?? ''
      const of = { fundId: fund.id, currency: fund.currency, entities, before, limit, ...asked }
      return { body: pageOf(await listReports(db, actor.personId, of), limit, (report) => [report.id]) }
    },
  ),
  get(
    '/disbursement-requests/:request/report-dues',
    { tag, summary: 'The reports that a request owes, and how many its payee is late with in the fund' },
    async (db, actor, { params }) => {
      const { body: request } = await readRequest(db, actor, params.request!)
      const on = dayOf(actor.act.at)
      const of = { fundId: request.fundId, on }
      return {
        body: {
          items: await reportDues(db, actor.personId, { ...of, requestId: request.id }),
          payee: request.payeeId ? await lateOfPayee(db, { ...of, payeeId: request.payeeId }) : null,
        },
      }
    },
  ),
  get(
    '/expenditure-reports/:expenditureReport',
    {
      tag,
      summary: 'An expenditure report, with its lines, what was said of them, and the budget beside',
      versioned: true,
    },
    (db, actor, { params }) => readReport(db, actor, params.expenditureReport!),
  ),
]

const writing = (): Endpoint[] => [
  post(
    '/disbursement-requests/:request/expenditure-reports',
    {
      tag,
      summary: 'Begin an expenditure report, for a due or the first that has none',
      refuses: ['not_approved', 'nothing_to_report', 'already_exists', ...DUTY_REFUSALS],
      body: object({ due: joi.number().integer().min(1).max(99) }),
    },
    async (trx, actor, { params, body }) =>
      created('/expenditure-reports', await beginReport(trx, actor, { requestId: params.request!, ...body }), 1),
  ),
  change(
    'put',
    '/expenditure-reports/:expenditureReport',
    {
      tag,
      summary: 'Write a report that is not submitted, whole',
      refuses: [
        'report_not_open',
        'version_changed',
        'currency_unknown',
        'currency_not_in_use',
        'rate_missing',
        'amount_out_of_range',
        ...DUTY_REFUSALS,
      ],
      versioned: true,
      body: object({
        periodFrom: bookDay(),
        periodTo: bookDay(),
        narrative: text(5000).allow('').required(),
        lines: joi
          .array()
          .max(200)
          .required()
          .items(
            joi.object({
              category: joi
                .string()
                .valid(...CATEGORIES)
                .required(),
              description: text(300).required(),
              spentOn: bookDay().required(),
              amount: amount().required(),
              answers: id('reportLine'),
            }),
          ),
      }),
    },
    async (trx, actor, { params, body, version }) => {
      const written = await writeReport(trx, actor, { ...body, reportId: params.expenditureReport!, version })
      return { status: 200, body: written, version: written.version }
    },
  ),
  post(
    '/expenditure-reports/:expenditureReport/submissions',
    {
      tag,
      summary: 'Submit what is written of a report: it is fixed, and waits for its reviewers',
      refuses: [
        'report_not_open',
        'version_changed',
        'not_approved',
        'incomplete_request',
        'date_in_future',
        'outside_eligible_time',
        'exceeds_paid',
        ...DUTY_REFUSALS,
      ],
      versioned: true,
    },
    async (trx, actor, { params, version }) => {
      const submitted = await submitReport(trx, actor, { reportId: params.expenditureReport!, version })
      return { status: 201, body: submitted, version: submitted.version }
    },
  ),
]

const reviewing = (): Endpoint[] => [
  post(
    '/report-lines/:reportLine/reviews',
    {
      tag,
      summary: 'Accept a line of a report, ask about it, or say why the fund does not pay for it',
      refuses: [
        'not_approved',
        'line_reviewed_already',
        'report_not_submitted',
        'exceeds_paid',
        'period_closed',
        ...DUTY_REFUSALS,
      ],
      body: object({
        verdict: joi
          .string()
          .valid(...LINE_VERDICTS)
          .required(),
        reason: text(1000).when('verdict', { not: 'accept', then: joi.required() }),
      }),
    },
    async (trx, actor, { params, body }) => ({
      status: 201,
      body: await reviewLine(trx, actor, { lineId: params.reportLine!, ...body }),
    }),
  ),
  post(
    '/expenditure-reports/:expenditureReport/corrections',
    {
      tag,
      summary: 'Take back what was decided on lines of a report that is through; another version answers',
      refuses: ['not_approved', 'report_not_accepted', 'insufficient_funds', 'period_closed', ...DUTY_REFUSALS],
      body: object({
        lines: joi.array().items(id('reportLine')).min(1).max(200).required(),
        reason: text(1000).required(),
      }),
    },
    async (trx, actor, { params, body }) => ({
      status: 201,
      body: await correctReport(trx, actor, { reportId: params.expenditureReport!, ...body }),
    }),
  ),
  post(
    '/disbursement-requests/:request/early-starts',
    {
      tag,
      summary: 'Allow costs from a day before the start of a request on',
      refuses: ['not_approved', 'already_exists', 'dates_out_of_order', ...DUTY_REFUSALS],
      body: object({ fromOn: bookDay().required(), reason: text(1000).required() }),
    },
    async (trx, actor, { params, body }) => ({
      status: 201,
      body: await allowEarlyStart(trx, actor, { requestId: params.request!, ...body }),
    }),
  ),
]

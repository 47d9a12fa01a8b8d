import type { Router } from 'express'
import { expenditureReportPage } from '../../templates/expenditure-report.tsx'
import type { LineValues, ReportValues } from '../../templates/expenditure-report-form.tsx'
import { refusalText } from '../../templates/refused.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { row } from '../../db/connect.ts'
import { attachmentsOf } from '../attachments/read.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { readReport, type ReportTold } from '../expenditure-reports/queries.ts'
import { entitiesOf, holdsRole, type Actor } from '../people/actor.ts'
import { partIn } from '../requests/load.ts'
import { dutyBlocker } from '../requests/policy.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { optional, versionTyped } from './requests.ts'
import { readUpload } from './uploads.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const MOST_LINES = 60
/** Without script there is no other way to add a line: some are empty. */
const SPARE = 4

/** The page of an expenditure report, and its forms. */
export function expenditureReportPages(router: Router, served: Console): void {
  const show = (visit: SignedIn, id: string, more: { done?: unknown; refused?: Refused }) =>
    showReport(served, visit, id, more)
  getPage(router, '/expenditure-reports/:expenditureReport', (visit, req) =>
    show(visit, String(req.params.expenditureReport), { done: req.query.done }),
  )
  const ofReport = {
    again: (visit: SignedIn, { expenditureReport }: Record<string, string>, refused: Refused) =>
      show(visit, expenditureReport!, { refused }),
  }
  const doneAs =
    (done: string) =>
    (_answer: unknown, { expenditureReport }: Record<string, string>) =>
      `/expenditure-reports/${expenditureReport}?done=${done}`
  const at = '/expenditure-reports/:expenditureReport'
  postForm(router, served, {
    ...{ path: at, form: () => 'f', done: doneAs('written'), ...ofReport },
    asks: async (_visit, { params, fields }) => ({
      ...{ method: 'put', path: at, params, version: versionTyped(fields) },
      body: {
        ...optional({ periodFrom: fields.periodFrom, periodTo: fields.periodTo }),
        narrative: fields.narrative ?? '',
        lines: linesTyped(fields).map(lineAsked),
      },
    }),
  })
  postForm(router, served, {
    ...{ path: `${at}/submissions`, form: () => 'f', done: doneAs('sent'), ...ofReport },
    asks: (_visit, { params, fields }) => ({
      ...{ method: 'post', path: `${at}/submissions`, params, version: versionTyped(fields) },
    }),
  })
  postForm(router, served, {
    ...{ path: `${at}/corrections`, form: () => 'correct', done: doneAs('takenBack'), ...ofReport },
    asks: (_visit, { params, fields, chosen }) => ({
      ...{ method: 'post', path: `${at}/corrections`, params },
      body: { ...optional({ reason: fields.reason }), lines: chosen('lines') },
    }),
  })
  router.post(`${at}/attachments`, ...readUpload)
  postForm(router, served, {
    ...{ path: `${at}/attachments`, form: () => 'attach', done: doneAs('attached'), ...ofReport },
    asks: async (visit, { params, fields, upload }) => {
      const { body } = await readReport(served.db, visit.actor, params.expenditureReport!)
      return {
        ...{ method: 'post', path: '/disbursement-requests/:request/attachments', params: { request: body.requestId } },
        ...{ query: optional({ name: fields.fileName, report: body.id }), body: upload },
      }
    },
  })
  const reportOf = async (lineId: string): Promise<string> => {
    const found = await row<{ id: string }>(served.db, `select report_id as id from report_lines where id = :lineId`, {
      lineId,
    })
    if (!found) throw new Refusal('not_found')
    return found.id
  }
  postForm(router, served, {
    path: '/report-lines/:reportLine/reviews',
    form: ({ reportLine }) => `review-${reportLine}`,
    asks: (_visit, { params, fields: { verdict, reason } }) => ({
      ...{ method: 'post', path: '/report-lines/:reportLine/reviews', params, body: optional({ verdict, reason }) },
    }),
    done: async (_answer, { reportLine }) => `/expenditure-reports/${await reportOf(reportLine!)}?done=reviewed`,
    again: async (visit, { reportLine }, refused) => show(visit, await reportOf(reportLine!), { refused }),
  })
}

async function showReport(
  { db }: Console,
  visit: SignedIn,
  reportId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t } = visit
  const { body: report } = await readReport(db, actor, reportId)
  const { fundId, requestId } = report
  const fund = await fundSeenBy(db, actor, fundId)
  const { part, asks, blocked } = await partOf(visit, { db, report })
  return expenditureReportPage(frameOf(visit, { fund, section: 'reports', here: `/expenditure-reports/${reportId}` }), {
    report,
    attachments: await attachmentsOf(db, { requestId, reportId }),
    mayWrite:
      asks &&
      (report.status === 'draft' || report.status === 'queried') &&
      dutyBlocker(part, 'requester') === undefined,
    mayReview: report.status === 'submitted' && blocked === null,
    mayCorrect: report.status === 'accepted' && report.lines.length > 0 && blocked === null,
    blocked: blocked ? refusalText(blocked, t) : undefined,
    values: refused?.form === 'f' && refused.fields.narrative !== undefined ? valuesTyped(refused) : asText(report),
    done: doneIn(t, done),
    problem: refused,
    typed: (form, name) => (refused?.form === form ? (refused.fields[name] ?? '') : ''),
    newKey: newFormKey,
  })
}

/** What this person has to do with the report. `blocked`: null where they may review, undefined where none of their roles does. */
async function partOf(
  { actor }: { actor: Actor },
  { db, report }: { db: Console['db']; report: ReportTold },
): Promise<{ part: Awaited<ReturnType<typeof partIn>>; asks: boolean; blocked: RefusalCode | null | undefined }> {
  const { fundId, requestId, entityId } = report
  const part = await partIn(db, requestId, actor)
  const asks = holdsRole(actor, fundId, ['requester']) && entitiesOf(actor, fundId).includes(entityId)
  const duties = [
    ...(holdsRole(actor, fundId, ['certifying_officer']) ? (['certifier'] as const) : []),
    ...(holdsRole(actor, fundId, ['fund_manager']) ? (['approver'] as const) : []),
  ]
  const blockers = duties.map((duty) => dutyBlocker(part, duty) ?? null)
  return { part, asks, blocked: blockers.includes(null) ? null : blockers[0] }
}

/** The lines of which anything is filled in, in their order. */
function linesTyped(fields: Fields): LineValues[] {
  return Array.from({ length: MOST_LINES }, (_, i) => {
    const typed = (part: string) => fields[`lines.${i}.${part}`] ?? ''
    return {
      ...{ category: typed('category'), description: typed('description'), spentOn: typed('spentOn') },
      ...{ amount: typed('amount'), currency: typed('currency'), answers: typed('answers') },
    }
  }).filter(({ description, spentOn, amount }) => description || spentOn || amount)
}

function lineAsked({ category, description, spentOn, amount, currency, answers }: LineValues) {
  return {
    ...optional({ category, description, spentOn, answers }),
    amount: { amount: amountTyped(amount), currency: currency.toUpperCase() },
  }
}

function withBlanks(
  lines: readonly LineValues[],
  { category, currency }: { category: string; currency: string },
): LineValues[] {
  const blank = { category, description: '', spentOn: '', amount: '', currency, answers: '' }
  return [...lines, ...Array.from({ length: SPARE }, () => blank)].slice(0, MOST_LINES)
}

function valuesTyped({ fields }: Refused): ReportValues {
  const { periodFrom = '', periodTo = '', narrative = '' } = fields
  return { periodFrom, periodTo, narrative, lines: withBlanks(linesTyped(fields), { category: '', currency: '' }) }
}

function asText(report: ReportTold): ReportValues {
  const lines = report.lines
    .filter(({ number }) => number === report.number)
    .map(({ category, description, spentOn, amount, answers }) => ({
      ...{ category, description, spentOn, answers: answers ?? '' },
      ...amount,
    }))
  const category = report.budget.length === 1 ? report.budget[0]!.category : ''
  return {
    ...{ periodFrom: report.periodFrom ?? '', periodTo: report.periodTo ?? '', narrative: report.narrative },
    lines: withBlanks(lines, { category, currency: report.currency }),
  }
}

function doneIn(t: Texts, done: unknown): keyof Texts['spending']['done'] | undefined {
  return typeof done === 'string' && Object.hasOwn(t.spending.done, done)
    ? (done as keyof Texts['spending']['done'])
    : undefined
}

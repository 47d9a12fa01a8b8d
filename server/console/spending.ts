import type { Router } from 'express'
import { reportsPage } from '../../templates/reports.tsx'
import { dayOf } from '../clock.ts'
import { entitiesSeen, listReports, reportDues } from '../expenditure-reports/queries.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId } from '../ids.ts'
import { getPage, postForm, type Console } from './forms.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'
import { readUpload } from './uploads.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

/** The list of what is to be reported, and the forms of tranches, reports and files on the page of a request. */
export function spendingPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/reports', (visit, req) =>
    list(served, visit, { fundId: String(req.params.fund), overdue: req.query.overdue, after: req.query.after }),
  )
  const again = (
    visit: SignedIn,
    { request }: Record<string, string>,
    refused: Parameters<typeof showRequest>[3]['refused'],
  ) => showRequest(served, visit, request!, { refused })
  postForm(router, served, {
    path: '/requests/:request/tranche-waivers',
    form: () => 'waive',
    asks: (_visit, { params, fields }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/tranche-waivers',
      params,
      body: {
        ...optional({ reason: fields.reason }),
        ...(/^\d{1,2}$/.test(fields.tranche ?? '') ? { tranche: Number.parseInt(fields.tranche!, 10) } : {}),
      },
    }),
    done: (_answer, { request }) => `/requests/${request}?done=givenUp`,
    again,
  })
  postForm(router, served, {
    path: '/requests/:request/expenditure-reports',
    form: () => 'report',
    asks: (_visit, { params }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/expenditure-reports',
      params,
      body: {},
    }),
    done: ({ body }) => `/expenditure-reports/${(body as { id: string }).id}`,
    again,
  })
  router.post('/requests/:request/attachments', ...readUpload)
  postForm(router, served, {
    path: '/requests/:request/attachments',
    form: () => 'attach',
    asks: (_visit, { params, fields, upload }) => ({
      method: 'post',
      path: '/disbursement-requests/:request/attachments',
      params,
      query: optional({ name: fields.fileName }),
      body: upload,
    }),
    done: (_answer, { request }) => `/requests/${request}?done=changed`,
    again,
  })
}

async function list(
  { db }: Console,
  visit: SignedIn,
  asked: { fundId: string; overdue: unknown; after: unknown },
): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, asked.fundId)
  const entities = entitiesSeen(actor, fund.id)
  const overdueOnly = asked.overdue === 'yes'
  const cursor = typeof asked.after === 'string' ? (keyIn(asked.after)?.[0] ?? '') : ''
  const before = isId('expenditureReport', cursor) ? cursor : ''
  const of = { fundId: fund.id, entities }
  const dues = await reportDues(db, actor.personId, { ...of, overdue: overdueOnly, on: dayOf(actor.act.at) })
  const found = await listReports(db, actor.personId, { ...of, currency: fund.currency, before, limit: SHOWN })
  const { items, next } = pageOf(found, SHOWN, (report) => [report.id])
  return reportsPage(frameOf(visit, { fund, section: 'reports' }), {
    ...{ fundId: fund.id, currency: fund.currency, overdueOnly, items },
    dues: dues.filter(({ open, status }) => open || status === 'submitted'),
    next: next && `/funds/${fund.id}/reports?after=${next}`,
  })
}

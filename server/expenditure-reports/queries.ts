import { row, rows, type Db } from '../../db/connect.ts'
import { minorText, moneyText, sum, type MoneyText } from '../money.ts'
import { READERS, requireRole, entitiesOf, holdsRole, type Actor } from '../people/actor.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import { readRequest } from '../requests/queries.ts'
import { eligibleTime, linesOf, paidAndTold, reportById, type LoadedLine } from './load.ts'

export type LineTold = Omit<LoadedLine, 'functional' | 'reviewId'> & {
  functional: MoneyText
  /** What was said of it, by whom, and the reason or question. */
  review: { reason: string; reviewedBy: string; reviewedAt: string } | null
}

/** A report whole, for who may see its request. Refuses `not_found`, `role_not_allowed`. */
export async function readReport(db: Db, actor: Actor, reportId: string) {
  const { version, ...report } = await reportById(db, reportId)
  const { body: request } = await readRequest(db, actor, report.requestId)
  const { currency } = request.amount
  const asked = { id: request.id, currency }
  const lines = await linesOf(db, { reportId, currency })
  const reviews = await reviewsOf(db, reportId)
  const total = (...standings: string[]) =>
    moneyText(
      sum(
        lines.filter(({ standing }) => standings.includes(standing)).map(({ functional }) => functional),
        currency,
      ),
    )
  return {
    version,
    body: {
      ...{ ...report, version, requestCode: request.code, title: request.title, entityId: request.entityId, currency },
      eligible: await eligibleTime(db, request.id),
      submissions: await submissionsOf(db, reportId),
      lines: lines.map(({ functional, reviewId: _review, ...line }): LineTold => ({
        ...{ ...line, functional: moneyText(functional) },
        review: reviews.get(line.id) ?? null,
      })),
      totals: { open: total('open'), accepted: total('accept'), ineligible: total('ineligible') },
      budget: await budgetTold(db, asked),
    },
  }
}
export type ReportTold = Awaited<ReturnType<typeof readReport>>['body']

/** By category: what was approved, paid, accepted, found not eligible, and is not told yet. */
export async function budgetTold(db: Db, request: { id: string; currency: string }) {
  const found = await paidAndTold(db, request)
  return found.map(({ category, approved, paid, accepted, ineligible, left }) => ({
    category,
    approved: moneyText(approved),
    paid: moneyText(paid),
    accepted: moneyText(accepted),
    ineligible: moneyText(ineligible),
    left: moneyText(left),
  }))
}

async function reviewsOf(db: Db, reportId: string): Promise<Map<string, NonNullable<LineTold['review']>>> {
  const found = await rows<NonNullable<LineTold['review']> & { lineId: string }>(
    db,
    `select distinct on (v.line_id) v.line_id as "lineId", v.reason, p.name as "reviewedBy", v.reviewed_at as "reviewedAt"
       from line_reviews v join people p on p.id = v.reviewed_by where v.report_id = :reportId order by v.line_id, v.id desc`,
    { reportId },
  )
  return new Map(found.map(({ lineId, ...review }) => [lineId, review]))
}

function submissionsOf(db: Db, reportId: string) {
  return rows<{
    number: number
    submittedBy: string
    submittedAt: string
    periodFrom: string
    periodTo: string
    narrative: string
  }>(
    db,
    `select s.number, p.name as "submittedBy", s.submitted_at as "submittedAt", s.period_from as "periodFrom", s.period_to as "periodTo", s.narrative
       from report_submissions s join people p on p.id = s.submitted_by where s.report_id = :reportId order by s.number`,
    { reportId },
  )
}

export type DueTold = {
  requestId: string
  requestCode: string
  title: string
  payee: string
  number: number
  kind: 'interim' | 'final'
  tranche: number | null
  dueOn: string
  /** Days since it was due; zero or less where it is not yet. */
  daysLate: number
  open: boolean
  blocks: boolean
  reportId: string | null
  status: string | null
}

/** The reports that requests owe, the oldest first: of one request, or of a fund, or all that a payee is late with. */
export async function reportDues(
  db: Db,
  viewer: string,
  asked: {
    fundId: string
    requestId?: string
    payeeId?: string
    overdue?: boolean
    entities?: string[] | undefined
    on: string
  },
): Promise<DueTold[]> {
  const { fundId, requestId = '', payeeId = '', overdue = false, entities, on } = asked
  return rows<DueTold>(
    db,
    `select s.request_id as "requestId", r.code as "requestCode", r.title, y.name as payee, s.number, s.kind, s.tranche, s.due_on as "dueOn",
            cast(:on as date) - s.due_on as "daysLate", s.open, s.open and cast(:on as date) - s.due_on >= s.block_days as blocks,
            s.report_id as "reportId", s.status
       from report_standings s join requests r on r.id = s.request_id join payees y on y.id = r.payee_id
      where s.fund_id = :fundId and (:requestId = '' or r.id = :requestId) and (:payeeId = '' or r.payee_id = :payeeId)
        and (not :overdue or (s.open and s.due_on < cast(:on as date)))
        and (:all or r.entity_id = any(:mine)) and ${MAY_SEE_REQUEST}
      order by s.due_on, r.code, s.number limit 500`,
    { fundId, requestId, payeeId, overdue, on, viewer, all: entities === undefined, mine: entities ?? [] },
  )
}

/** Of which entities this person sees the spending: all for who reads the fund, else their own. Refuses `not_found`, `role_not_allowed`. */
export function entitiesSeen(actor: Actor, fundId: string): string[] | undefined {
  requireRole(actor, fundId, [...READERS, 'requester'])
  return holdsRole(actor, fundId, READERS) ? undefined : entitiesOf(actor, fundId)
}

export type ReportListed = {
  id: string
  requestId: string
  requestCode: string
  title: string
  kind: 'interim' | 'final'
  status: string
  periodFrom: string | null
  periodTo: string | null
  told: MoneyText
}

/** The reports of a fund, the latest first, of processes that the reader may know of. */
export async function listReports(
  db: Db,
  viewer: string,
  asked: {
    fundId: string
    currency: string
    status?: string
    before?: string
    entities: string[] | undefined
    limit: number
  },
): Promise<ReportListed[]> {
  const { fundId, currency, status = '', before = '', entities, limit } = asked
  const found = await rows<Omit<ReportListed, 'told'> & { told: string }>(
    db,
    `select x.id, x.request_id as "requestId", r.code as "requestCode", r.title, d.kind, x.status, x.period_from as "periodFrom", x.period_to as "periodTo",
            (select coalesce(sum(s.functional), 0) from line_standings s
              where s.report_id = x.id and s.standing in ('open', 'accept', 'ineligible'))::text as told
       from expenditure_reports x join requests r on r.id = x.request_id join report_dues d on d.request_id = x.request_id and d.number = x.due
      where x.fund_id = :fundId and (:status = '' or x.status = :status) and (:before = '' or x.id < :before)
        and (:all or r.entity_id = any(:mine)) and ${MAY_SEE_REQUEST}
      order by x.id desc limit :most`,
    { fundId, status, before, viewer, all: entities === undefined, mine: entities ?? [], most: limit + 1 },
  )
  return found.map(({ told, ...report }) => ({ ...report, told: minorText(told, currency) }))
}

/** How many reports of a payee are late, and how many of them keep it from a next tranche: a count, whatever process they are about. */
export async function lateOfPayee(db: Db, { fundId, payeeId, on }: { fundId: string; payeeId: string; on: string }) {
  const found = await row<{ late: number; blocking: number; worstDays: number | null }>(
    db,
    `select count(*)::int as late, (count(*) filter (where cast(:on as date) - s.due_on >= s.block_days))::int as blocking,
            max(cast(:on as date) - s.due_on) as "worstDays"
       from report_standings s join requests r on r.id = s.request_id
      where s.fund_id = :fundId and r.payee_id = :payeeId and s.open and s.due_on < cast(:on as date)`,
    { fundId, payeeId, on },
  )
  return found!
}

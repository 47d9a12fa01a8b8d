import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { StagePart } from '../ledger/stages.ts'
import { exceeds, fromMinorUnits, minorText, moneyText, type Money, type MoneyText } from '../money.ts'
import { lockRequest, type LoadedRequest } from '../requests/load.ts'
import type { ReportStatus, Standing } from './policy.ts'

export type LoadedReport = {
  id: string
  requestId: string
  fundId: string
  due: number
  kind: 'interim' | 'final'
  status: ReportStatus
  /** Of the version that is written or reviewed now. */
  number: number
  /** Of its row, for If-Match. */
  version: number
  periodFrom: string | null
  periodTo: string | null
  narrative: string
}

const REPORT = `select x.id, x.request_id as "requestId", x.fund_id as "fundId", x.due, d.kind, x.status, x.number, x.version,
       x.period_from as "periodFrom", x.period_to as "periodTo", x.narrative
  from expenditure_reports x join report_dues d on d.request_id = x.request_id and d.number = x.due`

/** The report as it is now. Refuses `not_found`. */
export async function reportById(db: Db, reportId: string): Promise<LoadedReport> {
  const report = await row<LoadedReport>(db, `${REPORT} where x.id = :reportId`, { reportId })
  if (!report) throw new Refusal('not_found')
  return report
}

/** The report and its request, both locked, the request first: everything that touches one request's money queues there. */
export async function lockReport(
  trx: Trx,
  reportId: string,
): Promise<{ report: LoadedReport; request: LoadedRequest }> {
  const { requestId } = await reportById(trx, reportId)
  const request = await lockRequest(trx, requestId)
  const report = await row<LoadedReport>(trx, `${REPORT} where x.id = :reportId for update of x`, { reportId })
  return { report: report!, request }
}

export type LoadedLine = {
  id: string
  /** The version that it came with, and its place there. */
  number: number
  line: number
  category: string
  description: string
  spentOn: string
  /** As it was spent. */
  amount: MoneyText
  rate: string | null
  /** In the fund's currency. */
  functional: Money
  answers: string | null
  standing: Standing
  reviewId: string | null
}

/** The lines of a report, of every version, in their order. `currency` is the fund's. */
export async function linesOf(
  db: Db,
  { reportId, currency }: { reportId: string; currency: string },
): Promise<LoadedLine[]> {
  const found = await rows<
    Omit<LoadedLine, 'amount' | 'functional'> & { amount: string; of: string; functional: string }
  >(
    db,
    `select l.id, l.number, l.line, l.category, l.description, l.spent_on as "spentOn", l.amount, l.currency as "of",
            trim_scale(l.rate)::text as rate, l.functional, l.answers, s.standing, s.review_id as "reviewId"
       from report_lines l join line_standings s on s.line_id = l.id where l.report_id = :reportId order by l.number, l.line`,
    { reportId },
  )
  return found.map(({ amount, of, functional, ...line }) => ({
    ...line,
    amount: minorText(amount, of),
    functional: fromMinorUnits(functional, currency),
  }))
}

export type PaidAndTold = {
  category: string
  approved: Money
  paid: Money
  accepted: Money
  ineligible: Money
  left: Money
}

/** By category: what was approved, what the bank has paid, and what of that was accepted, is not eligible, and is not told yet. */
export async function paidAndTold(db: Db, { id, currency }: { id: string; currency: string }): Promise<PaidAndTold[]> {
  const found = await rows<Record<'category' | 'approved' | 'paid' | 'accepted' | 'ineligible' | 'left', string>>(
    db,
    `with sums as (
       select category, amount as approved, 0 as paid, 0 as accepted, 0 as ineligible from budget_lines where request_id = :id
       union all select category, 0, amount, 0, 0 from payments where request_id = :id and status = 'settled'
       union all select l.category, 0, 0, case v.verdict when 'accept' then v.functional else 0 end,
                        case v.verdict when 'ineligible' then v.functional else 0 end
                   from line_reviews v join report_lines l on l.id = v.line_id where v.request_id = :id)
     select category, sum(approved)::text as approved, sum(paid)::text as paid, sum(accepted)::text as accepted,
            sum(ineligible)::text as ineligible, (sum(paid) - sum(accepted) - sum(ineligible))::text as left
       from sums group by category order by category`,
    { id },
  )
  return found.map(({ category, ...units }) => ({
    category,
    approved: fromMinorUnits(units.approved, currency),
    paid: fromMinorUnits(units.paid, currency),
    accepted: fromMinorUnits(units.accepted, currency),
    ineligible: fromMinorUnits(units.ineligible, currency),
    left: fromMinorUnits(units.left, currency),
  }))
}

/** What of each contribution has left for the request and is neither reported nor to come back, in the order of their codes. */
export async function disbursedParts(db: Db, request: { id: string; currency: string }): Promise<StagePart[]> {
  const parts = await rows<{ contributionId: string; code: string; amount: string }>(
    db,
    `select c.id as "contributionId", c.code, b.amount
       from accounts a join balances b on b.account_id = a.id join contributions c on c.id = a.contribution_id
      where a.request_id = :id and a.stage = 'disbursed' and a.address not like '%:recoverable:%' and b.amount <> 0
      order by c.code`,
    { id: request.id },
  )
  return parts.map((part) => ({ ...part, amount: fromMinorUnits(part.amount, request.currency) }))
}

/** The time in which a cost of the request counts: from its start, or an early start that was allowed, to its end. */
export async function eligibleTime(db: Db, requestId: string): Promise<{ from: string; until: string }> {
  const found = await row<{ from: string; until: string }>(
    db,
    `select eligible_from(id) as "from", ends_on as until from requests where id = :requestId`,
    { requestId },
  )
  return found!
}

/**
 * A payment of which something is told already does not come back as if it had never been: that is taken back first. Refuses
 * `reported_already`. The request must be locked.
 */
export async function mustNotBeReported(
  trx: Trx,
  { category, amount, status }: { category: string; amount: Money; status: string },
  request: { id: string; currency: string },
): Promise<void> {
  if (status !== 'settled') return
  const told = (await paidAndTold(trx, request)).find((one) => one.category === category)
  if (told && exceeds(amount, told.left)) throw new Refusal('reported_already', { left: moneyText(told.left) })
}

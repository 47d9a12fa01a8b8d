import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorText, type MoneyText } from '../money.ts'
import type { Outcome, Verdict } from './policy.ts'

type Who = { readonly id: string; readonly name: string }

export type ReportListed = {
  readonly id: string
  readonly fundId: string
  readonly messageId: string
  readonly originalMessageId: string
  readonly fileId: string | null
  readonly groupStatus: string | null
  readonly createdAt: string
  readonly recordedBy: Who
  readonly recordedAt: Date
  readonly lines: number
  /** Lines that still need somebody. */
  readonly open: number
}

export type ReportLine = {
  readonly number: number
  readonly endToEndId: string
  readonly paymentId: string | null
  readonly requestId: string | null
  readonly payee: string | null
  readonly amount: MoneyText | null
  readonly paymentStatus: string | null
  readonly bankStatus: string
  readonly verdict: Verdict
  readonly reasonCode: string | null
  readonly reason: string
  readonly outcome: Outcome
  readonly open: boolean
  readonly answer: { readonly by: Who; readonly at: string; readonly note: string } | null
}

/** A line is work until somebody has answered it, or what was to be confirmed has come back. */
const OPEN = `(l.outcome in ('contradicts', 'unknown') or (l.outcome = 'to_confirm' and exists (select from payments o where o.id = l.payment_id and o.status = 'released')))
  and not exists (select from status_report_answers a where a.report_id = l.report_id and a.number = l.number)`

const REPORT = `
  select r.id, r.fund_id as "fundId", r.message_id as "messageId", r.original_message_id as "originalMessageId", r.file_id as "fileId",
         r.group_status as "groupStatus", r.created_at as "createdAt", json_build_object('id', x.id, 'name', x.name) as "recordedBy",
         r.recorded_at as "recordedAt", (select count(*) from status_report_lines l where l.report_id = r.id)::int as lines,
         (select count(*) from status_report_lines l where l.report_id = r.id and ${OPEN})::int as open
    from status_reports r join people x on x.id = r.recorded_by`

/** Reports of a fund, newest first; one more than `limit`. */
export function listReports(
  db: Db,
  fundId: string,
  { before, limit }: { before: string; limit: number },
): Promise<ReportListed[]> {
  return rows(
    db,
    `${REPORT} where r.fund_id = :fundId and (:before = '' or r.id < :before) order by r.id desc limit :most`,
    { fundId, before, most: limit + 1 },
  )
}

/** A report with every line of it, and what became of each. Refuses `not_found`. */
export async function readReport(db: Db, reportId: string): Promise<ReportListed & { items: ReportLine[] }> {
  const report = await row<ReportListed>(db, `${REPORT} where r.id = :reportId`, { reportId })
  if (!report) throw new Refusal('not_found')
  const found = await rows<Omit<ReportLine, 'amount'> & { instructed: string | null; currency: string | null }>(
    db,
    `select l.number, l.end_to_end_id as "endToEndId", l.payment_id as "paymentId", p.request_id as "requestId", y.name as payee, p.instructed, b.currency,
            p.status as "paymentStatus", l.bank_status as "bankStatus", l.verdict, l.reason_code as "reasonCode", l.reason, l.outcome, ${OPEN} as open,
            (select json_build_object('by', json_build_object('id', w.id, 'name', w.name), 'at', a.answered_at, 'note', a.note)
               from status_report_answers a join people w on w.id = a.answered_by where a.report_id = l.report_id and a.number = l.number) as answer
       from status_report_lines l
       left join payments p on p.id = l.payment_id left join payees y on y.id = p.payee_id left join bank_accounts b on b.id = p.bank_account_id
      where l.report_id = :reportId order by l.number`,
    { reportId },
  )
  const items = found.map(({ instructed, currency, ...line }) => ({
    ...line,
    amount: currency === null ? null : minorText(instructed, currency),
  }))
  return { ...report, items }
}

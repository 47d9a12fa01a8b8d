import { createHash } from 'node:crypto'
import { row, rows, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { paymentsIn } from '../payment-files/load.ts'
import { holdsRole, requireRole, type Actor } from '../people/actor.ts'
import { lockPayments } from '../payments/load.ts'
import { returnPayment } from '../payments/return.ts'
import { followsFrom, verdictOf, type Outcome, type Verdict } from './policy.ts'
import { readStatusReport, type Said, type StatusReport } from './read.ts'

export type AppliedReport = {
  readonly id: string
  readonly fileId: string | null
  readonly lines: number
  readonly outcomes: Partial<Record<Outcome, number>>
}

/**
 * Takes in a report of the bank on a payment file (pain.002). Each line is kept; a rejection of a payment on its way brings it back (event 18) where
 * the reader is a reconciler whom nothing keeps away from it, else it waits for one. What contradicts and what is unknown is work for people, and
 * changes nothing. The same bytes again change nothing either.
 *
 * Refuses, in this order: `role_not_allowed`, and what `readStatusReport` refuses.
 */
export async function applyStatusReport(
  trx: Trx,
  actor: Actor,
  { fundId, bytes }: { fundId: string; bytes: unknown },
): Promise<{ applied: AppliedReport; isNew: boolean }> {
  requireRole(actor, fundId, ['reconciler', 'treasurer'])
  const report = readStatusReport(bytes)
  const sha256 = createHash('sha256')
    .update(bytes as Buffer)
    .digest()
  const file = await trx('payment_files').where({ fund_id: fundId, code: report.originalMessageId }).first('id')
  const payments = await linesOf(trx, report, (file?.id as string | undefined) ?? null)

  // From here on everything must succeed.
  const id = newId('statusReport')
  const inserted = await trx('status_reports')
    .insert({
      ...{ id, fund_id: fundId, sha256, message_id: report.messageId, original_message_id: report.originalMessageId },
      ...{ file_id: file?.id ?? null, group_status: report.groupStatus, created_at: report.createdAt },
      ...{ recorded_by: actor.personId, recorded_at: actor.act.at, act_id: actor.act.id },
    })
    .onConflict(['fund_id', 'sha256'])
    .ignore()
    .returning('id')
  if (inserted.length === 0) return { applied: await appliedBefore(trx, fundId, sha256), isNew: false }
  actor.act.details = { report: report.messageId, sha256: sha256.toString('hex') }
  const kept: Record<string, unknown>[] = []
  for (const [i, line] of payments.entries()) {
    const outcome = await apply(trx, actor, line, report.messageId)
    const { endToEndId, said, verdict, payment } = line
    kept.push({
      ...{ fund_id: fundId, report_id: id, number: i + 1, end_to_end_id: endToEndId, payment_id: payment?.id ?? null },
      ...{ bank_status: said.status, verdict, reason_code: said.reasonCode, reason: said.reason, outcome },
    })
  }
  await trx.batchInsert('status_report_lines', kept, 500)
  return { applied: await appliedBefore(trx, fundId, sha256), isNew: true }
}

type Line = {
  readonly endToEndId: string
  readonly said: Said
  readonly verdict: Verdict
  readonly payment: { readonly id: string; readonly status: string; readonly before: Verdict | undefined } | undefined
}

/** Every payment that the report names, or means by what it says of the whole; those of the file are locked. */
async function linesOf(trx: Trx, report: StatusReport, fileId: string | null): Promise<Line[]> {
  const ids = fileId === null ? [] : await paymentsIn(trx, fileId)
  const locked = await lockPayments(trx, ids)
  const before = await verdictsBefore(trx, ids)
  const payments = new Map(
    locked.map(({ payment: { id, code, status } }) => [code, { id, status: status as string, before: before.get(id) }]),
  )
  const named = new Map(report.transactions.map((one) => [one.endToEndId, one]))
  const line = (endToEndId: string, said: Said): Line => ({
    ...{ endToEndId, said, verdict: verdictOf(said.status), payment: payments.get(endToEndId) },
  })
  const rest = report.whole ? [...payments.keys()].filter((code) => !named.has(code)) : []
  return [...[...named].map(([code, said]) => line(code, said)), ...rest.map((code) => line(code, report.whole!))]
}

async function verdictsBefore(trx: Trx, ids: readonly string[]): Promise<Map<string, Verdict>> {
  const found = await rows<{ id: string; verdict: Verdict }>(
    trx,
    `select distinct on (l.payment_id) l.payment_id as id, l.verdict from status_report_lines l
      where l.payment_id = any(:ids) and l.verdict <> 'pending' order by l.payment_id, l.report_id desc, l.number desc`,
    { ids: [...ids] },
  )
  return new Map(found.map(({ id, verdict }) => [id, verdict]))
}

async function apply(trx: Trx, actor: Actor, { said, verdict, payment }: Line, reference: string): Promise<Outcome> {
  if (!payment) return 'unknown'
  const follows = followsFrom(verdict, payment)
  if (follows !== 'to_return') return follows
  if (!holdsRole(actor, actor.act.fundId!, ['reconciler'])) return 'to_confirm'
  const back = {
    ...{ paymentId: payment.id, valueDate: dayOf(actor.act.at), reference },
    reason: [said.status, said.reasonCode, said.reason].filter(Boolean).join(' ').slice(0, 500),
  }
  try {
    // Undone by itself where it is refused: the report is kept all the same.
    await trx.transaction((within) => returnPayment(within, actor, back))
    return 'returned'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return 'to_confirm'
  }
}

async function appliedBefore(trx: Trx, fundId: string, sha256: Buffer): Promise<AppliedReport> {
  const found = await row<AppliedReport>(
    trx,
    `select r.id, r.file_id as "fileId", (select count(*) from status_report_lines l where l.report_id = r.id)::int as lines,
            coalesce((select json_object_agg(o.outcome, o.n) from (select l.outcome, count(*) as n from status_report_lines l
                       where l.report_id = r.id group by l.outcome) o), '{}') as outcomes
       from status_reports r where r.fund_id = :fundId and r.sha256 = :sha256`,
    { fundId, sha256 },
  )
  return found!
}

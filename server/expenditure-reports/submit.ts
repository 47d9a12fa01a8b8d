import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { moneyText } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { takeDuty } from '../requests/load.ts'
import { PAYABLE } from '../requests/policy.ts'
import { eligibleTime, linesOf, lockReport, paidAndTold } from './load.ts'
import { outOfTime, overspent, type ReportStatus } from './policy.ts'
import { tellSubmitted } from './tell.ts'
import { mustAsk, mustBeOpen } from './write.ts'

/**
 * Submits the version of a report that is written now: it is fixed from then on, and waits for its reviewers. A version without lines claims
 * nothing, so there is nothing to review and it is through at once.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `report_not_open`, `version_changed`, `not_approved`, what `takeDuty` refuses,
 * `incomplete_request`, `date_in_future`, `outside_eligible_time` with the lines, `exceeds_paid` with the category where more is told than was paid in it.
 */
export async function submitReport(
  trx: Trx,
  actor: Actor,
  { reportId, version }: { reportId: string; version: number },
): Promise<{ id: string; number: number; status: ReportStatus; version: number }> {
  const { report, request } = await lockReport(trx, reportId)
  mustAsk(actor, request)
  mustBeOpen(report)
  if (report.version !== version) throw new Refusal('version_changed')
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  await takeDuty(trx, actor, { requestId: request.id, duty: 'requester' })
  const { periodFrom, periodTo, narrative, number } = report
  const missing = Object.entries({ periodFrom, periodTo, narrative }).flatMap(([field, value]) =>
    value ? [] : [field],
  )
  if (!periodFrom || !periodTo || missing.length > 0) throw new Refusal('incomplete_request', { missing })
  if (periodTo > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'periodTo' })
  const all = await linesOf(trx, { reportId, currency: request.currency })
  const lines = all.filter((line) => line.number === number)
  const time = await eligibleTime(trx, request.id)
  const wrong = outOfTime(lines, { ...time, periodFrom, periodTo }).map(({ line, spentOn }) => ({ line, spentOn }))
  if (wrong.length > 0) throw new Refusal('outside_eligible_time', { ...time, periodFrom, periodTo, lines: wrong })
  const left = new Map((await paidAndTold(trx, request)).map((one) => [one.category, one.left]))
  const over = overspent(lines, left, request.currency)
  if (over)
    throw new Refusal('exceeds_paid', {
      category: over.category,
      left: moneyText(over.left),
      told: moneyText(over.told),
    })

  // From here on everything must succeed.
  await trx('report_submissions').insert({
    ...{ fund_id: request.fundId, report_id: reportId, request_id: request.id, number, submitted_by: actor.personId },
    ...{ submitted_at: actor.act.at, period_from: periodFrom, period_to: periodTo, narrative, act_id: actor.act.id },
  })
  const status = lines.length > 0 ? 'submitted' : 'accepted'
  await trx('expenditure_reports')
    .where({ id: reportId })
    .update({ status, version: version + 1 })
  if (status === 'submitted') await tellSubmitted(trx, actor, request, { ...report, lines: lines.length })
  return { id: reportId, number, status, version: version + 1 }
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency, valueOn } from '../funds/currencies.ts'
import { newId } from '../ids.ts'
import { isPositive, minorUnits, moneyFrom, moneyText, type MoneyText } from '../money.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { PAYABLE } from '../requests/policy.ts'
import { lockReport, type LoadedReport } from './load.ts'

export type NewLine = {
  category: string
  description: string
  spentOn: string
  amount: MoneyText
  /** The line of the version before that it answers. */
  answers?: string
}
export type ReportContent = { periodFrom?: string; periodTo?: string; narrative: string; lines: NewLine[] }

/**
 * Begins an expenditure report: for the due that is named, or the first that has none.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but the entity's requesters, `not_approved`, `nothing_to_report` before
 * anything was paid, `already_exists` where each due has its report, what `takeDuty` refuses.
 */
export async function beginReport(
  trx: Trx,
  actor: Actor,
  { requestId, due }: { requestId: string; due?: number },
): Promise<{ id: string; requestId: string; due: number; status: 'draft'; version: 1 }> {
  const request = await lockRequest(trx, requestId)
  mustAsk(actor, request)
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  const paid = await trx('payments').where({ request_id: requestId, status: 'settled' }).first('id')
  if (!paid) throw new Refusal('nothing_to_report')
  const dues: number[] = await trx('report_dues').where({ request_id: requestId }).orderBy('number').pluck('number')
  const taken: number[] = await trx('expenditure_reports').where({ request_id: requestId }).pluck('due')
  const number = due ?? dues.find((one) => !taken.includes(one))
  if (due !== undefined && !dues.includes(due)) throw new Refusal('not_found', { field: 'due' })
  if (number === undefined || taken.includes(number)) throw new Refusal('already_exists', { field: 'due' })
  await takeDuty(trx, actor, { requestId, duty: 'requester' })

  // From here on everything must succeed.
  const id = newId('expenditureReport')
  await trx('expenditure_reports').insert({
    ...{ id, fund_id: request.fundId, request_id: requestId, due: number },
    ...{ created_by: actor.personId, created_at: actor.act.at, act_id: actor.act.id },
  })
  return { id, requestId, due: number, status: 'draft', version: 1 }
}

/**
 * Writes the version of a report that is not submitted yet, whole: its period, its words and its lines. An amount in another currency is
 * worth what the operational rate of its day says, never what somebody types.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `report_not_open`, `version_changed`, what `takeDuty` refuses, `invalid_request` for
 * a period that ends before it begins, `not_found` for what it cannot answer, `currency_unknown`, `currency_not_in_use`, `rate_missing`, `amount_out_of_range`.
 */
export async function writeReport(
  trx: Trx,
  actor: Actor,
  { reportId, version, ...content }: ReportContent & { reportId: string; version: number },
): Promise<{ id: string; version: number }> {
  const { report, request } = await lockReport(trx, reportId)
  mustAsk(actor, request)
  mustBeOpen(report)
  if (report.version !== version) throw new Refusal('version_changed')
  await takeDuty(trx, actor, { requestId: request.id, duty: 'requester' })
  const { periodFrom, periodTo, narrative } = content
  if (periodFrom && periodTo && periodTo < periodFrom)
    throw new Refusal('invalid_request', {
      errors: [{ field: 'periodTo', code: 'day.order', message: 'periodTo is before periodFrom' }],
    })
  const lines = await valued(trx, request, report, content.lines)

  // From here on everything must succeed.
  await trx('report_lines').where({ report_id: reportId, number: report.number }).delete()
  if (lines.length > 0) await trx('report_lines').insert(lines)
  await trx('expenditure_reports')
    .where({ id: reportId })
    .update({ period_from: periodFrom ?? null, period_to: periodTo ?? null, narrative, version: version + 1 })
  return { id: reportId, version: version + 1 }
}

/** Lets through the requesters of the request's entity. Refuses `not_found`, `role_not_allowed`. */
export function mustAsk(actor: Actor, request: LoadedRequest): void {
  requireRole(actor, request.fundId, ['requester'])
  if (!entitiesOf(actor, request.fundId).includes(request.entityId)) throw new Refusal('not_found')
}

/** A version can be written until it is submitted, and again when it came back with questions. Refuses `report_not_open`. */
export function mustBeOpen(report: LoadedReport): void {
  if (report.status !== 'draft' && report.status !== 'queried')
    throw new Refusal('report_not_open', { current: report.status })
}

async function valued(trx: Trx, request: LoadedRequest, report: LoadedReport, lines: readonly NewLine[]) {
  const { fundId, currency } = request
  const asked: string[] = await trx('line_standings')
    .where({ report_id: report.id })
    .where('number', '<', report.number)
    .whereIn('standing', ['query', 'taken_back'])
    .pluck('line_id')
  const rows = []
  for (const [i, { category, description, spentOn, amount: text, answers }] of lines.entries()) {
    if (answers !== undefined && !asked.includes(answers))
      throw new Refusal('not_found', { field: `lines.${i}.answers` })
    const amount = moneyFrom(text)
    await usableCurrency(trx, amount.currency, spentOn)
    const { functional, rate } = await valueOn(trx, { fundId, fundCurrency: currency, amount, on: spentOn })
    if (!isPositive(functional))
      throw new Refusal('amount_out_of_range', { field: `lines.${i}.amount`, value: moneyText(functional) })
    rows.push({
      ...{
        id: newId('reportLine'),
        fund_id: fundId,
        request_id: request.id,
        report_id: report.id,
        number: report.number,
      },
      ...{
        line: i + 1,
        category,
        description,
        spent_on: spentOn,
        amount: minorUnits(amount),
        currency: amount.currency,
      },
      ...{ rate, functional: minorUnits(functional), answers: answers ?? null },
    })
  }
  return rows
}

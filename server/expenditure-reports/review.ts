import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { exceeds, minorUnits, moneyText, splitByWeight } from '../money.ts'
import { holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { partIn, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { PAYABLE, type Duty } from '../requests/policy.ts'
import { disbursedParts, linesOf, lockReport, paidAndTold, type LoadedLine, type LoadedReport } from './load.ts'
import { statusAfter, type LineVerdict, type ReportStatus } from './policy.ts'
import { reviewPostings } from './postings.ts'
import { chargeSupport } from './support.ts'
import { tellReviewed } from './tell.ts'

/** Who judges what was spent, and as what: whoever looks after the figures, or after the request. */
const REVIEWERS = { certifying_officer: 'certifier', fund_manager: 'approver' } as const satisfies Partial<
  Record<Role, Duty>
>
export const REVIEWER_ROLES = Object.keys(REVIEWERS) as (keyof typeof REVIEWERS)[]

/**
 * Gives a verdict on one line of a submitted report, for good: accepted, it is spent (event 19); ineligible, it must come back from the payee;
 * queried, it goes back with a question once every line has its verdict, and another version answers it. Whoever asks for the money never
 * judges what became of it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_approved`, `report_not_submitted`, `line_reviewed_already`, what `takeDuty` refuses, `exceeds_paid`.
 */
export async function reviewLine(
  trx: Trx,
  actor: Actor,
  { lineId, verdict, reason = '' }: { lineId: string; verdict: LineVerdict; reason?: string },
): Promise<{ id: string; lineId: string; verdict: LineVerdict; status: ReportStatus }> {
  const found = await row<{ reportId: string }>(
    trx,
    `select report_id as "reportId" from report_lines where id = :lineId`,
    { lineId },
  )
  if (!found) throw new Refusal('not_found')
  const { report, request } = await lockReport(trx, found.reportId)
  requireRole(actor, request.fundId, REVIEWER_ROLES)
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  const lines = await linesOf(trx, { reportId: report.id, currency: request.currency })
  const line = lines.find(({ id }) => id === lineId)!
  if (line.standing !== 'open') throw new Refusal('line_reviewed_already', { standing: line.standing })
  if (report.status !== 'submitted') throw new Refusal('report_not_submitted', { current: report.status })
  const duty = await takeReviewersDuty(trx, actor, request)
  if (verdict !== 'query') await mustBePaid(trx, request, line)

  // From here on everything must succeed.
  const id = newId('lineReview')
  await trx('line_reviews').insert({
    ...{ id, fund_id: request.fundId, request_id: request.id, report_id: report.id, line_id: lineId, verdict, reason },
    functional: verdict === 'query' ? '0' : minorUnits(line.functional),
    ...{ reviewed_by: actor.personId, duty, reviewed_at: actor.act.at, act_id: actor.act.id },
  })
  if (verdict !== 'query') await post(trx, actor, request, { id, line, verdict })
  const now = lines
    .filter(({ number }) => number === report.number)
    .map((one) => (one.id === lineId ? { ...one, standing: verdict } : one))
  const status = statusAfter(now.map(({ standing }) => standing))
  if (status !== 'submitted') {
    const ask = now.filter(({ standing }) => standing === 'query').map((one) => one.id)
    await endRound(trx, report, { status, ask })
    await tellReviewed(trx, actor, request, { ...report, status })
  }
  return { id, lineId, verdict, status }
}

/** The duty under which this person reviews: the one they have in the request, or the first that their roles give. */
export async function takeReviewersDuty(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
): Promise<'certifier' | 'approver'> {
  const duties = REVIEWER_ROLES.filter((role) => holdsRole(actor, request.fundId, [role])).map(
    (role) => REVIEWERS[role],
  )
  const { duty: held } = await partIn(trx, request.id, actor)
  const duty = duties.find((one) => one === held) ?? duties[0]!
  await takeDuty(trx, actor, { requestId: request.id, duty })
  return duty
}

async function mustBePaid(trx: Trx, request: LoadedRequest, { category, functional }: LoadedLine): Promise<void> {
  const told = (await paidAndTold(trx, request)).find((one) => one.category === category)!
  if (exceeds(functional, told.left)) throw new Refusal('exceeds_paid', { category, left: moneyText(told.left) })
}

/** Event 19: what the line moves in both books, over the contributions that its payments came from. */
async function post(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { id, line, verdict }: { id: string; line: LoadedLine; verdict: 'accept' | 'ineligible' },
): Promise<void> {
  const held = await disbursedParts(trx, request)
  const shares = splitByWeight(
    line.functional,
    held.map(({ amount }) => amount),
  )
  const parts = held.map((part, i) => ({ ...part, amount: shares[i]! })).filter(({ amount }) => !amount.amount.isZero())
  await trx('review_funding').insert(
    parts.map(({ contributionId, amount }) => ({
      ...{ fund_id: request.fundId, review_id: id, contribution_id: contributionId, amount: minorUnits(amount) },
    })),
  )
  const occurredOn = dayOf(actor.act.at)
  const support = verdict === 'accept' ? await chargeSupport(trx, request, { reviewId: id, parts }) : []
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: verdict === 'accept' ? 'expenditure_accepted' : 'expenditure_ineligible',
      ...{ source: id, occurredOn, memo: `${request.code} ${line.number}.${line.line}` },
      postings: [...(await reviewPostings(trx, request, { line, verdict, parts, on: occurredOn })), ...support],
    },
  )
}

/** Nothing is open any more: the report is through, or goes back with these lines, to be answered, as a draft of its next version. */
export async function endRound(
  trx: Trx,
  report: LoadedReport,
  { status, ask }: { status: ReportStatus; ask: readonly string[] },
): Promise<void> {
  const number = status === 'queried' ? report.number + 1 : report.number
  await trx('expenditure_reports')
    .where({ id: report.id })
    .update({ status, number, version: report.version + 1 })
  for (const [i, id] of ask.entries()) {
    await trx.raw(
      `insert into report_lines (id, fund_id, request_id, report_id, number, line, category, description, spent_on, amount, currency, rate, functional, answers)
       select :copy, fund_id, request_id, report_id, :number, :place, category, description, spent_on, amount, currency, rate, functional, id
         from report_lines where id = :id`,
      { copy: newId('reportLine'), number, place: i + 1, id },
    )
  }
}

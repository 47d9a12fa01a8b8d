import { rows, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { mirrorOf } from '../ledger/post.ts'
import type { StagePart } from '../ledger/stages.ts'
import { fromMinorUnits, minorUnits, negate } from '../money.ts'
import { entryOf } from '../payments/load.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { PAYABLE } from '../requests/policy.ts'
import { linesOf, lockReport, type LoadedLine } from './load.ts'
import { endRound, REVIEWER_ROLES, takeReviewersDuty } from './review.ts'
import { reviewPostings } from './postings.ts'
import { chargeSupport } from './support.ts'
import { tellReviewed } from './tell.ts'

/**
 * Takes back what was decided on lines of a report that is through: each verdict has a row with the opposite figures and an entry that
 * reverses its own, and the lines go back as a draft of another version, which is submitted and reviewed like any. So a correction always
 * takes two people, who never are one.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_approved`, `report_not_accepted`, `not_found` for a line that is not of it or counts no
 * more, what `takeReviewersDuty` refuses, `insufficient_funds` where what should come back has come back already, `period_closed`.
 */
export async function correctReport(
  trx: Trx,
  actor: Actor,
  { reportId, lines: asked, reason }: { reportId: string; lines: string[]; reason: string },
): Promise<{ id: string; status: 'queried'; number: number }> {
  const { report, request } = await lockReport(trx, reportId)
  requireRole(actor, request.fundId, REVIEWER_ROLES)
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  if (report.status !== 'accepted') throw new Refusal('report_not_accepted', { current: report.status })
  const lines = (await linesOf(trx, { reportId, currency: request.currency })).filter(({ id }) => asked.includes(id))
  const counting = lines.filter(({ standing }) => standing === 'accept' || standing === 'ineligible')
  if (counting.length !== new Set(asked).size) throw new Refusal('not_found', { field: 'lines' })
  const duty = await takeReviewersDuty(trx, actor, request)

  // From here on everything must succeed.
  for (const line of counting) await takeBack(trx, actor, request, { line, duty, reason })
  await endRound(trx, report, { status: 'queried', ask: counting.map(({ id }) => id) })
  await tellReviewed(trx, actor, request, { ...report, status: 'queried' })
  return { id: reportId, status: 'queried', number: report.number + 1 }
}

async function takeBack(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { line, duty, reason }: { line: LoadedLine; duty: string; reason: string },
): Promise<void> {
  const { fundId } = request
  const verdict = line.standing as 'accept' | 'ineligible'
  const review = await trx('line_reviews').where({ id: line.reviewId }).first()
  const id = newId('lineReview')
  await trx('line_reviews').insert({
    ...{ id, fund_id: fundId, request_id: request.id, report_id: review.report_id, line_id: line.id, verdict, reason },
    ...{ functional: minorUnits(negate(line.functional)), takes_back: line.reviewId },
    ...{ reviewed_by: actor.personId, duty, reviewed_at: actor.act.at, act_id: actor.act.id },
  })
  const parts = await partsOf(trx, review.id, request.currency)
  const back = parts.map((part) => ({ ...part, amount: negate(part.amount) }))
  await trx('review_funding').insert(
    back.map(({ contributionId, amount }) => ({
      ...{ fund_id: fundId, review_id: id, contribution_id: contributionId, amount: minorUnits(amount) },
    })),
  )
  const support = verdict === 'accept' ? await chargeSupport(trx, request, { reviewId: id, parts: back }) : []
  const occurredOn = dayOf(actor.act.at)
  const moved = await reviewPostings(trx, request, { line, verdict, parts, on: occurredOn })
  const kind = verdict === 'accept' ? 'expenditure_accepted' : 'expenditure_ineligible'
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      ...{
        kind: 'expenditure_taken_back',
        source: id,
        occurredOn,
        memo: `${request.code} ${line.number}.${line.line}`,
      },
      reverses: await entryOf(trx, { fundId, kind, source: review.id }),
      postings: [...mirrorOf(moved), ...support],
    },
  )
}

/** Which contributions a review was paid from. */
async function partsOf(trx: Trx, reviewId: string, currency: string): Promise<StagePart[]> {
  const found = await rows<{ contributionId: string; code: string; amount: string }>(
    trx,
    `select c.id as "contributionId", c.code, f.amount from review_funding f join contributions c on c.id = f.contribution_id
      where f.review_id = :reviewId order by c.code`,
    { reviewId },
  )
  return found.map((part) => ({ ...part, amount: fromMinorUnits(part.amount, currency) }))
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { suspendForContest } from '../clock/contest.ts'
import { isSuspendable, NEXT_STEP } from '../clock/pause.ts'
import { lockRequest } from '../requests/load.ts'
import { breakGlassById } from './load.ts'
import { tellOfBreakGlass } from './tell.ts'

/**
 * Says afterwards whether breaking the glass was right: an owner of the step that was taken, or a head of department, acknowledges or
 * contests it, once. It takes no decision back. A contest is told to the auditors and the directors, stays in red, and suspends the request
 * while anything is still to be decided or paid: two others look before it goes on (`endPause`), or it is cancelled.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed` to the two who broke the
 * glass, `not_reviewable`.
 */
export async function reviewBreakGlass(
  trx: Trx,
  actor: Actor,
  { breakGlassId, verdict, words }: { breakGlassId: string; verdict: 'acknowledge' | 'contest'; words: string },
): Promise<{ id: string; verdict: string; late: boolean }> {
  const { requestId } = await breakGlassById(trx, breakGlassId)
  const request = await lockRequest(trx, requestId)
  // Once more, for whoever reviewed it while we waited.
  const broken = await breakGlassById(trx, breakGlassId)
  requireRole(actor, broken.fundId, [broken.role, 'head_of_department'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if ([broken.begunBy, broken.confirmedBy].includes(actor.personId)) throw new Refusal('two_people_needed')
  if (!broken.reviewBy || broken.reviewed) throw new Refusal('not_reviewable')

  const { at } = actor.act
  await trx('break_glass_reviews').insert({
    break_glass_id: breakGlassId,
    fund_id: broken.fundId,
    reviewed_by: actor.personId,
    verdict,
    words,
    reviewed_at: at,
    act_id: actor.act.id,
  })
  const event = verdict === 'contest' ? 'break_glass_contested' : 'break_glass_acknowledged'
  if (verdict === 'contest' && isSuspendable(request))
    await suspendForContest(trx, actor, request, {
      ...{ breakGlassId, note: words },
      step: request.status === 'submitted' ? `approval_${broken.step}` : NEXT_STEP,
    })
  await tellOfBreakGlass(trx, actor, request, { event, breakGlassId, reason: words })
  return { id: breakGlassId, verdict, late: at >= broken.reviewBy }
}

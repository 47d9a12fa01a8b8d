import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { requestById } from '../requests/load.ts'
import { breakGlassById } from './load.ts'
import { tellOfBreakGlass } from './tell.ts'

/**
 * Says afterwards whether breaking the glass was right: an owner of the step that was taken, or a head of department, acknowledges or
 * contests it, once. It takes nothing back; a contest is told to the auditors and the directors, and stays in red.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed` to the two who broke the
 * glass, `not_reviewable`.
 */
export async function reviewBreakGlass(
  trx: Trx,
  actor: Actor,
  { breakGlassId, verdict, words }: { breakGlassId: string; verdict: 'acknowledge' | 'contest'; words: string },
): Promise<{ id: string; verdict: string; late: boolean }> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [breakGlassId])
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
  await tellOfBreakGlass(trx, actor, await requestById(trx, broken.requestId), { event, breakGlassId, reason: words })
  return { id: breakGlassId, verdict, late: at >= broken.reviewBy }
}

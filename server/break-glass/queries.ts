import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { momentText } from '../ledger/as-of.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { stateOf, type BreakGlassState, type HurriedRole } from './policy.ts'

type Named = { id: string; name: string }

export type BreakGlassTold = {
  id: string
  fundId: string
  request: { id: string; code: string; title: string }
  round: number
  step: number
  role: HurriedRole
  reason: string
  begunBy: Named
  begunAt: string
  /** Until when a second director may confirm it. */
  endsAt: string
  confirmation: { by: Named; at: string; reason: string; reviewBy: string } | null
  review: { by: Named; at: string; verdict: 'acknowledge' | 'contest'; words: string; late: boolean } | null
  /** At the moment of asking. */
  state: BreakGlassState
}

/**
 * Every time that the glass was broken in a fund, the latest first; one more than `limit`. With `requestId` or `breakGlassId` only that.
 * Refuses `not_found`, `role_not_allowed` to who does not read the fund.
 */
export async function listBreakGlasses(
  db: Db,
  actor: Actor,
  {
    fundId,
    requestId = '',
    breakGlassId = '',
    before = '',
    limit,
  }: { fundId: string; requestId?: string; breakGlassId?: string; before?: string; limit: number },
): Promise<BreakGlassTold[]> {
  requireRole(actor, fundId, READERS)
  const found = await rows<Omit<BreakGlassTold, 'state'> & { open: boolean }>(
    db,
    `select b.id, b.fund_id as "fundId", json_build_object('id', r.id, 'code', r.code, 'title', r.title) as request, b.round, b.step, b.role, b.reason,
            json_build_object('id', p.id, 'name', p.name) as "begunBy", ${momentText('b.begun_at')} as "begunAt", ${momentText('b.ends_at')} as "endsAt",
            case when c.break_glass_id is not null
                 then json_build_object('by', json_build_object('id', s.id, 'name', s.name), 'at', ${momentText('c.confirmed_at')}, 'reason', c.reason,
                                        'reviewBy', ${momentText('c.review_by')}) end as confirmation,
            case when v.break_glass_id is not null
                 then json_build_object('by', json_build_object('id', w.id, 'name', w.name), 'at', ${momentText('v.reviewed_at')}, 'verdict', v.verdict,
                                        'words', v.words, 'late', v.reviewed_at >= c.review_by) end as review,
            (r.status = 'submitted' and r.round = b.round and b.decided_hash = encode(sha256(r.content_hash || payee_details_hash(r.payee_id)), 'hex')) as open
       from break_glasses b
       join requests r on r.id = b.request_id
       join people p on p.id = b.begun_by
       left join break_glass_confirmations c on c.break_glass_id = b.id
       left join people s on s.id = c.confirmed_by
       left join break_glass_reviews v on v.break_glass_id = b.id
       left join people w on w.id = v.reviewed_by
      where b.fund_id = :fundId and (:requestId = '' or b.request_id = :requestId) and (:breakGlassId = '' or b.id = :breakGlassId)
        and (:before = '' or b.id < :before)
      order by b.id desc limit :most`,
    { fundId, requestId, breakGlassId, before, most: limit + 1 },
  )
  return found.map(({ open, ...told }) => ({
    ...told,
    state: stateOf(
      {
        endsAt: new Date(told.endsAt),
        open,
        reviewBy: told.confirmation && new Date(told.confirmation.reviewBy),
        verdict: told.review?.verdict ?? null,
      },
      actor.act.at,
    ),
  }))
}

/** One break-glass, for who reads the fund. Refuses `not_found`, `role_not_allowed`. */
export async function readBreakGlass(db: Db, actor: Actor, breakGlassId: string): Promise<BreakGlassTold> {
  const found = await row<{ fundId: string }>(
    db,
    `select fund_id as "fundId" from break_glasses where id = :breakGlassId`,
    { breakGlassId },
  )
  if (!found) throw new Refusal('not_found')
  const [told] = await listBreakGlasses(db, actor, { fundId: found.fundId, breakGlassId, limit: 1 })
  return told!
}

import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { HurriedRole } from './policy.ts'

export type BreakGlass = {
  readonly id: string
  readonly fundId: string
  readonly requestId: string
  readonly round: number
  readonly step: number
  readonly role: HurriedRole
  /** Of what the request and the payee's details said. */
  readonly decidedHash: string
  readonly reason: string
  readonly begunBy: string
  readonly endsAt: Date
  readonly confirmedBy: string | null
  readonly reviewBy: Date | null
  readonly reviewed: boolean
}

/** A break-glass as it stands now. Refuses `not_found`. */
export async function breakGlassById(db: Db, breakGlassId: string): Promise<BreakGlass> {
  const found = await row<BreakGlass>(
    db,
    `select b.id, b.fund_id as "fundId", b.request_id as "requestId", b.round, b.step, b.role, b.decided_hash as "decidedHash", b.reason,
            b.begun_by as "begunBy", b.ends_at as "endsAt", c.confirmed_by as "confirmedBy", c.review_by as "reviewBy",
            v.break_glass_id is not null as reviewed
       from break_glasses b
       left join break_glass_confirmations c on c.break_glass_id = b.id
       left join break_glass_reviews v on v.break_glass_id = b.id
      where b.id = :breakGlassId`,
    { breakGlassId },
  )
  if (!found) throw new Refusal('not_found')
  return found
}

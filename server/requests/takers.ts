import { rows, type Db } from '../../db/connect.ts'
import { standsInFor } from '../delegations/stand-ins.ts'
import type { Role } from '../people/actor.ts'
import { dutyOfStep, type Duty, type Step } from './policy.ts'

type AboutRequest = { readonly id: string; readonly fundId: string; readonly payeeId: string | null }

/**
 * Who of these roles may take a duty in the request: active people in whose way `dutyBlocker` would find nothing. In the order of
 * their ids.
 */
export async function freeFor(
  db: Db,
  { id, fundId, payeeId }: AboutRequest,
  { duty, roles, at }: { duty: Duty; roles: readonly Role[]; at: Date },
): Promise<string[]> {
  const free = await rows<{ id: string }>(
    db,
    `select p.id from people p
      where p.active and p.kind = 'person'
        and exists (select from role_grants g where g.fund_id = :fundId and g.person_id = p.id and g.ended_at is null and g.role = any(:roles))
        and not exists (select from duties u where u.request_id = :id and u.person_id = p.id and u.duty <> :duty)
        and not exists (select from named_people n where n.request_id = :id and n.person_id = p.id)
        and not exists (select from ties t where t.payee_id = :payeeId and t.person_id = p.id)
        and (:duty in ('requester', 'reconciler')
          or not exists (select from payee_accounts a left join payee_verifications v on v.payee_account_id = a.id
                          where a.payee_id = :payeeId
                            and ((a.recorded_by = p.id and a.recorded_at > :at::timestamptz - interval '30 days')
                              or (v.verified_by = p.id and v.verified_at > :at::timestamptz - interval '30 days'))))
      order by p.id`,
    { id, fundId, payeeId, duty, at, roles: [...roles] },
  )
  return free.map((one) => one.id)
}

/**
 * Who can take this step now: holders of its role whom nothing keeps away, and who have not decided in this round yet, and those to whom one
 * of them has delegated it.
 */
export async function takersOf(
  db: Db,
  request: AboutRequest & { readonly round: number },
  { role }: Pick<Step, 'role'>,
  at: Date,
): Promise<string[]> {
  const free = await freeFor(db, request, { duty: dutyOfStep(role), roles: [role as Role], at })
  const decided = await rows<{ person: string }>(
    db,
    `select unnest(array[decided_by, on_behalf_of]) as person from decisions where request_id = :id and round = :round`,
    { id: request.id, round: request.round },
  )
  const left = (people: readonly string[]) => people.filter((one) => !decided.some(({ person }) => person === one))
  const standIns = await standsInFor(db, request.fundId, left(free), at, { requestId: request.id })
  const delegates = standIns.filter((one) => one.role === role).map(({ delegateId }) => delegateId)
  return [...new Set([...left(free), ...left(delegates)])].sort()
}

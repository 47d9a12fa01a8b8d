import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fromMinorUnits } from '../money.ts'
import type { DelegableRole, Reach } from './policy.ts'

export type Delegation = Reach & {
  readonly id: string
  readonly fundId: string
  readonly delegatorId: string
  readonly delegatorName: string
  readonly delegateId: string
  readonly role: DelegableRole
  readonly from: Date
  readonly until: Date
  readonly acceptedAt: Date | null
  readonly revokedAt: Date | null
}

const DELEGATION = `select d.id, d.fund_id as "fundId", f.currency, d.delegator_id as "delegatorId", g.name as "delegatorName", d.delegate_id as "delegateId", d.role,
    d.starts_at as "from", d.ends_at as until, d.up_to::text as "upTo", d.in_all::text as "inAll", d.process_id as "processId",
    d.entity_id as "entityId", d.region, a.accepted_at as "acceptedAt", r.revoked_at as "revokedAt"
  from delegations d
  join funds f on f.id = d.fund_id
  join people g on g.id = d.delegator_id
  left join delegation_acceptances a on a.delegation_id = d.id
  left join delegation_revocations r on r.delegation_id = d.id`

/**
 * The delegation, with whoever else acts on it waiting until this transaction ends: its row never changes and cannot be locked for
 * change, so its id is. Refuses `not_found`.
 */
export async function lockDelegation(trx: Trx, delegationId: string): Promise<Delegation> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [delegationId])
  const found = await row<Row>(trx, `${DELEGATION} where d.id = :delegationId`, { delegationId })
  if (!found) throw new Refusal('not_found')
  return delegationOf(found)
}

/** What is delegated to this person in the fund and in force at that moment, the oldest first. */
export async function delegatedTo(
  db: Db,
  { personId, fundId, at }: { personId: string; fundId: string; at: Date },
): Promise<Delegation[]> {
  const found = await rows<Row>(
    db,
    `${DELEGATION} where d.fund_id = :fundId and d.delegate_id = :personId and delegation_in_force(d.id, :at) order by d.id`,
    { personId, fundId, at },
  )
  return found.map(delegationOf)
}

type Row = Omit<Delegation, 'upTo' | 'inAll'> & { currency: string; upTo: string; inAll: string | null }

function delegationOf({ currency, upTo, inAll, ...delegation }: Row): Delegation {
  return {
    ...delegation,
    upTo: fromMinorUnits(upTo, currency),
    inAll: inAll === null ? null : fromMinorUnits(inAll, currency),
  }
}

import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { momentText } from '../ledger/as-of.ts'
import { minorText, type MoneyText } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { stateOf, type DelegableRole, type DelegationState } from './policy.ts'

type Named = { id: string; name: string }

export type DelegationTold = {
  id: string
  fundId: string
  delegator: Named
  delegate: Named
  role: DelegableRole
  /** In force from then on, and no longer at `until`. */
  from: string
  until: string
  upTo: MoneyText
  inAll: MoneyText | null
  process: Named | null
  entity: Named | null
  region: string | null
  reason: string
  absenceId: string | null
  madeAt: string
  acceptedAt: string | null
  revocation: { at: string; by: Named; reason: string } | null
  /** At the moment of asking. */
  state: DelegationState
  /** How many decisions were taken under it. */
  decisions: number
}

type Row = Omit<DelegationTold, 'upTo' | 'inAll' | 'state'> & { currency: string; upTo: string; inAll: string | null }

/** Delegations of a fund, the latest first; one more than `limit`. With `personId` those that this person gave or was given. */
export async function listDelegations(
  db: Db,
  {
    fundId,
    at,
    personId = '',
    delegationId = '',
    before = '',
    limit,
  }: { fundId: string; at: Date; personId?: string; delegationId?: string; before?: string; limit: number },
): Promise<DelegationTold[]> {
  const found = await rows<Row>(
    db,
    `select d.id, d.fund_id as "fundId", json_build_object('id', g.id, 'name', g.name) as delegator, json_build_object('id', t.id, 'name', t.name) as delegate,
            d.role, ${momentText('d.starts_at')} as "from", ${momentText('d.ends_at')} as until, f.currency, d.up_to::text as "upTo", d.in_all::text as "inAll",
            case when c.id is not null then json_build_object('id', c.id, 'name', c.name) end as process,
            case when e.id is not null then json_build_object('id', e.id, 'name', e.name) end as entity, d.region, d.reason,
            d.absence_id as "absenceId", ${momentText('d.made_at')} as "madeAt", ${momentText('a.accepted_at')} as "acceptedAt",
            case when r.delegation_id is not null then json_build_object('at', ${momentText('r.revoked_at')}, 'by', json_build_object('id', v.id, 'name', v.name),
                                                                         'reason', r.reason) end as revocation,
            (select count(*)::int from decisions x where x.delegation_id = d.id) as decisions
       from delegations d
       join funds f on f.id = d.fund_id
       join people g on g.id = d.delegator_id
       join people t on t.id = d.delegate_id
       left join processes c on c.id = d.process_id
       left join entities e on e.id = d.entity_id
       left join delegation_acceptances a on a.delegation_id = d.id
       left join delegation_revocations r on r.delegation_id = d.id
       left join people v on v.id = r.revoked_by
      where d.fund_id = :fundId and (:personId = '' or :personId in (d.delegator_id, d.delegate_id)) and (:delegationId = '' or d.id = :delegationId)
        and (:before = '' or d.id < :before)
      order by d.id desc limit :most`,
    { fundId, personId, delegationId, before, most: limit + 1 },
  )
  return found.map(({ currency, upTo, inAll, ...told }) => ({
    ...told,
    upTo: minorText(upTo, currency),
    inAll: inAll === null ? null : minorText(inAll, currency),
    state: stateOf(
      {
        from: new Date(told.from),
        until: new Date(told.until),
        acceptedAt: told.acceptedAt === null ? null : new Date(told.acceptedAt),
        revokedAt: told.revocation === null ? null : new Date(told.revocation.at),
      },
      at,
    ),
  }))
}

/** One delegation, for who reads the fund. Refuses `not_found`, `role_not_allowed`. */
export async function readDelegation(db: Db, actor: Actor, delegationId: string): Promise<DelegationTold> {
  const found = await row<{ fundId: string }>(
    db,
    `select fund_id as "fundId" from delegations where id = :delegationId`,
    { delegationId },
  )
  if (!found) throw new Refusal('not_found')
  requireRole(actor, found.fundId, READERS)
  const [told] = await listDelegations(db, { fundId: found.fundId, at: actor.act.at, delegationId, limit: 1 })
  return told!
}

/** Somebody who decides on behalf of another at a moment. */
export type StandIn = {
  readonly personId: string
  /** Until when that person is away; null where they are here and have delegated all the same. */
  readonly awayUntil: Date | null
  readonly delegationId: string
  readonly delegateId: string
  readonly delegateName: string
  readonly role: DelegableRole
  /** The delegation is in force before this moment. */
  readonly until: Date
}

/** Somebody who is away, and until when. */
export type Away = { readonly personId: string; readonly name: string; readonly until: Date }

export type AbsenceTold = {
  id: string
  person: Named
  from: string
  until: string
  reason: string
  /** Those who stand in, by which role, and whether they have accepted. */
  standIns: { delegationId: string; delegate: Named; role: DelegableRole; accepted: boolean }[]
}

/** Who is away at that moment or will be, the nearest first; at most 200. */
export function listAbsences(db: Db, { fundId, at }: { fundId: string; at: Date }): Promise<AbsenceTold[]> {
  return rows<AbsenceTold>(
    db,
    `select a.id, json_build_object('id', p.id, 'name', p.name) as person, ${momentText('a.starts_at')} as "from", ${momentText('a.ends_at')} as until,
            a.reason,
            coalesce((select json_agg(json_build_object('delegationId', d.id, 'delegate', json_build_object('id', t.id, 'name', t.name), 'role', d.role,
                                                        'accepted', c.delegation_id is not null) order by d.id)
                        from delegations d
                        join people t on t.id = d.delegate_id
                        left join delegation_acceptances c on c.delegation_id = d.id
                       where d.fund_id = a.fund_id and d.delegator_id = a.person_id and d.starts_at < a.ends_at and a.starts_at < d.ends_at and d.ends_at > :at
                         and not exists (select from delegation_revocations r where r.delegation_id = d.id)), '[]') as "standIns"
       from absences a join people p on p.id = a.person_id
      where a.fund_id = :fundId and a.ends_at > :at and not exists (select from absence_returns r where r.absence_id = a.id)
      order by a.starts_at, a.id limit 200`,
    { fundId, at },
  )
}

/** Who may be chosen to stand in for this person: the fund's readers who work here and do not audit it, by name. */
export function possibleStandIns(
  db: Db,
  { fundId, personId }: { fundId: string; personId: string },
): Promise<{ id: string; name: string }[]> {
  return rows(
    db,
    `select p.id, p.name from people p
      where p.id <> :personId and p.kind = 'person' and p.active and not p.password_is_first and not p.administrator
        and exists (select from role_grants g where g.fund_id = :fundId and g.person_id = p.id and g.ended_at is null and g.role = any(:readers))
        and not exists (select from role_grants g where g.fund_id = :fundId and g.person_id = p.id and g.ended_at is null and g.role = 'auditor')
      order by p.name, p.id`,
    { fundId, personId, readers: [...READERS] },
  )
}

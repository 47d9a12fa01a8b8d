import { row, rows, type Db } from '../../db/connect.ts'
import { momentText } from '../ledger/as-of.ts'
import { fromMinorUnits, isPositive, minorText, moneyText, type MoneyText } from '../money.ts'
import { entitiesOf, holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { Refusal } from '../errors.ts'
import { requestById } from '../requests/load.ts'
import { CLOSING_POINTS, dueBack, isClosable, type ClosingPoint, type UnspentTerms } from './policy.ts'

export type PointTold = { point: ClosingPoint; isDone: boolean; items: number; amount: MoneyText | null }

/** What of a request's money each contribution has back, unspent, and what its agreement says of that. */
export type UnspentTold = {
  contribution: { id: string; code: string }
  funded: MoneyText
  reported: MoneyText
  unspent: MoneyText
  terms: UnspentTerms
}

export type ClosingTold = {
  requestId: string
  status: string
  /** Whether a request of this status is closed at all. */
  isClosable: boolean
  points: PointTold[]
  contributions: UnspentTold[]
  closure: { by: { id: string; name: string }; at: string; note: string } | null
}

/** The points that are open, with how many or how much. */
export async function openPoints(
  db: Db,
  { id, currency }: { id: string; currency: string },
): Promise<Omit<PointTold, 'isDone'>[]> {
  const found = await rows<{ point: ClosingPoint; items: number; amount: string | null }>(
    db,
    `select point, items::int, amount from closing_points(:id)`,
    { id },
  )
  return found
    .map((one) => ({ ...one, amount: one.amount === null ? null : minorText(one.amount, currency) }))
    .sort((a, b) => CLOSING_POINTS.indexOf(a.point) - CLOSING_POINTS.indexOf(b.point))
}

/** How a request stands before it is closed, or stood when it was. Refuses `not_found`, `role_not_allowed`. */
export async function closingOf(db: Db, actor: Actor, requestId: string): Promise<ClosingTold> {
  const request = await requestById(db, requestId)
  requireRole(actor, request.fundId, [...READERS, 'requester'])
  if (!holdsRole(actor, request.fundId, READERS) && !entitiesOf(actor, request.fundId).includes(request.entityId))
    throw new Refusal('not_found')
  await mustSeeRequest(db, actor, requestId)
  const open = new Map((await openPoints(db, request)).map((one) => [one.point, one]))
  const closure = await row<NonNullable<ClosingTold['closure']>>(
    db,
    `select json_build_object('id', p.id, 'name', p.name) as by, ${momentText('c.closed_at')} as at, c.note
       from closures c join people p on p.id = c.closed_by where c.request_id = :requestId`,
    { requestId },
  )
  return {
    requestId,
    status: request.status,
    isClosable: isClosable(request),
    points: CLOSING_POINTS.map((point) => {
      const { items = 0, amount = null } = open.get(point) ?? {}
      return { point, isDone: !open.has(point), items, amount }
    }),
    contributions: await unspentOf(db, request),
    closure: closure ?? null,
  }
}

/** Contribution by contribution what it gave to a request, what of that is accounted for, and what it has back. */
export async function unspentOf(
  db: Db,
  { id, round, currency }: { id: string; round: number; currency: string },
): Promise<UnspentTold[]> {
  const found = await rows<Record<'id' | 'code' | 'funded' | 'reported' | 'unspent', string> & { terms: UnspentTerms }>(
    db,
    `select c.id, c.code, f.amount as funded, s.reported, f.amount - s.held - s.reported as unspent, coalesce(g.unspent, 'stay') as terms
       from request_funding f
       join contributions c on c.id = f.contribution_id
       left join agreements g on g.contribution_id = c.id
      cross join lateral (select coalesce(sum(b.amount) filter (where a.stage = 'reported'), 0)::bigint as reported,
                                 coalesce(sum(b.amount) filter (where a.stage <> 'reported'), 0)::bigint as held
                            from accounts a join balances b on b.account_id = a.id
                           where a.request_id = f.request_id and a.contribution_id = c.id) s
      where f.request_id = :id and f.round = :round order by c.code`,
    { id, round },
  )
  const told = (units: string) => minorText(units, currency)
  return found.map(({ id: contributionId, code, funded, reported, unspent, terms }) => ({
    contribution: { id: contributionId, code },
    funded: told(funded),
    reported: told(reported),
    unspent: told(unspent),
    terms,
  }))
}

export type RefundDueListed = {
  contribution: { id: string; code: string }
  donor: { id: string; name: string }
  terms: UnspentTerms
  spendBy: string | null
  isOver: boolean
  /** What closed requests have left unspent of it. */
  unspent: MoneyText
  /** Refunds decided since the first of them was closed. */
  refunded: MoneyText
  available: MoneyText
  due: MoneyText
}

/**
 * Contributions of which something is due back to the donor, and contributions whose last day is past and that still have money, whatever
 * their agreement says; by code. A refund of it is decided as every other (`POST /contributions/:contribution/refunds`).
 */
export async function refundsDue(
  db: Db,
  { fundId, currency, on }: { fundId: string; currency: string; on: string },
): Promise<RefundDueListed[]> {
  type Found = Record<'id' | 'code' | 'donorId' | 'donor' | 'unspent' | 'refunded' | 'available', string>
  const found = await rows<Found & Pick<RefundDueListed, 'terms' | 'spendBy' | 'isOver'>>(
    db,
    `with back as (
       select f.contribution_id, sum(f.amount - s.reported)::bigint as unspent, min((k.closed_at at time zone 'utc')::date) as since
         from closures k join requests r on r.id = k.request_id
         join request_funding f on f.request_id = r.id and f.round = r.round
        cross join lateral (select coalesce(sum(b.amount), 0) as reported from accounts a join balances b on b.account_id = a.id
                             where a.request_id = r.id and a.contribution_id = f.contribution_id and a.stage = 'reported') s
        where k.fund_id = :fundId group by f.contribution_id)
     select c.id, c.code, d.id as "donorId", d.name as donor, g.unspent as terms, c.earmark ->> 'spendBy' as "spendBy",
            coalesce(c.earmark ->> 'spendBy' < :on, false) as "isOver", coalesce(back.unspent, 0)::text as unspent,
            coalesce((select sum(f.amount) from refunds f where f.contribution_id = c.id and f.decided_on >= back.since), 0)::text as refunded,
            coalesce((select sum(b.amount) from accounts a join balances b on b.account_id = a.id
                       where a.contribution_id = c.id and a.stage = 'available'), 0)::text as available
       from contributions c join donors d on d.id = c.donor_id join agreements g on g.contribution_id = c.id left join back on back.contribution_id = c.id
      where c.fund_id = :fundId and (back.unspent > 0 or c.earmark ->> 'spendBy' < :on)
      order by c.code`,
    { fundId, on },
  )
  const money = (units: string) => fromMinorUnits(units, currency)
  return found
    .map(({ id, code, donorId, donor, unspent, refunded, available, terms, spendBy, isOver }) => {
      const amounts = { unspent: money(unspent), refunded: money(refunded), available: money(available) }
      return {
        id,
        code,
        donorId,
        donor,
        ...amounts,
        terms,
        spendBy,
        isOver,
        due: dueBack({ ...amounts, terms, isOver }),
      }
    })
    .filter(({ due, isOver, available }) => isPositive(due) || (isOver && isPositive(available)))
    .map(({ id, code, donorId, donor, unspent, refunded, available, due, ...rest }) => ({
      contribution: { id, code },
      donor: { id: donorId, name: donor },
      ...rest,
      unspent: moneyText(unspent),
      refunded: moneyText(refunded),
      available: moneyText(available),
      due: moneyText(due),
    }))
}

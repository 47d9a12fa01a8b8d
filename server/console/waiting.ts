import { rows, type Db } from '../../db/connect.ts'
import { listContributions } from '../contributions/queries.ts'
import { delegatedTo } from '../delegations/load.ts'
import { minorText, type MoneyText } from '../money.ts'
import { entitiesOf, holdsRole, type Actor } from '../people/actor.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import { APPROVAL_ROLES } from '../requests/decide.ts'

/** One thing that waits for somebody, oldest first in its list. */
export type Waiting = {
  id: string
  /** The request to open. */
  requestId: string
  code: string
  title: string
  payee: string | null
  amount: MoneyText
  status: string
}

export type WaitingLists = Partial<Record<'decide' | 'certify' | 'release' | 'settle' | 'drafts', Waiting[]>>

/** So many are shown of each list; one more is read, so that it can be said that there are more. */
export const SHOWN = 20

/**
 * What waits for this person in a fund, by what is to be done: only what their roles let them do and no duty, naming or tie of
 * theirs stands against. A list that none of their roles has is left out.
 */
export async function waitingFor(db: Db, actor: Actor, fund: { id: string; currency: string }): Promise<WaitingLists> {
  const read = (sql: string, more: Record<string, unknown> = {}) =>
    rows<Omit<Waiting, 'amount'> & { amount: string }>(db, `${sql} limit :most`, {
      fundId: fund.id,
      me: actor.personId,
      viewer: actor.personId,
      most: SHOWN + 1,
      ...more,
    }).then((found) => found.map((one) => ({ ...one, amount: minorText(one.amount, fund.currency) })))
  const roles = APPROVAL_ROLES.filter((role) => holdsRole(actor, fund.id, [role]))
  const mine = entitiesOf(actor, fund.id)
  const { at } = actor.act
  const delegated = await delegatedTo(db, { personId: actor.personId, fundId: fund.id, at })
  return {
    ...(roles.length + delegated.length > 0 ? { decide: await read(TO_DECIDE, { roles, at }) } : {}),
    ...(holdsRole(actor, fund.id, ['certifying_officer']) ? { certify: await read(TO_CERTIFY) } : {}),
    ...(holdsRole(actor, fund.id, ['treasurer', 'bank_signatory']) ? { release: await read(TO_RELEASE) } : {}),
    ...(holdsRole(actor, fund.id, ['reconciler']) ? { settle: await read(TO_SETTLE) } : {}),
    ...(mine.length > 0 ? { drafts: await read(DRAFTS, { mine }) } : {}),
  }
}

export type PromiseWaiting = { id: string; code: string; donor: string; amount: MoneyText }

/**
 * What of the money to come waits for this person: pledges for who records agreements, agreements for who records receipts.
 * A list that none of their roles has is left out.
 */
export async function promisesWaiting(db: Db, actor: Actor, fundId: string) {
  const lists = [
    { list: 'agree', roles: ['fund_manager', 'controller'], status: 'pledged' },
    { list: 'receive', roles: ['treasurer'], status: 'agreed' },
  ] as const
  const mine = lists.filter(({ roles }) => holdsRole(actor, fundId, roles))
  const found: { list: 'agree' | 'receive'; items: PromiseWaiting[] }[] = []
  for (const { list, status } of mine) {
    const items = await listContributions(db, fundId, { status, limit: SHOWN - 1 })
    found.push({
      list,
      items: items.map(({ id, code, donor, agreed, pledged }) => ({
        ...{ id, code },
        donor: donor.name,
        amount: agreed ?? pledged,
      })),
    })
  }
  return found
}

/** Payees that this person may verify, oldest first; undefined for who verifies none. */
export async function payeesToVerify(db: Db, actor: Actor, fundId: string) {
  if (!holdsRole(actor, fundId, ['payee_clerk', 'compliance_officer'])) return undefined
  return rows<{ id: string; name: string; country: string; recordedBy: string }>(
    db,
    `select p.id, p.name, p.country, r.name as "recordedBy" from payees p
       join payee_accounts a on a.id = account_waiting(p.id) join people r on r.id = a.recorded_by
      where p.fund_id = :fundId and a.recorded_by <> :me
      order by p.id limit :most`,
    { fundId, me: actor.personId, most: SHOWN },
  )
}

const REQUEST = `select r.id, r.id as "requestId", r.code, r.title, y.name as payee, r.status,
    coalesce((select sum(amount) from budget_lines l where l.request_id = r.id), 0)::text as amount
  from requests r left join payees y on y.id = r.payee_id`

const PAYMENT = `select p.id, r.id as "requestId", p.code, r.title, y.name as payee, p.status, p.amount
  from payments p join requests r on r.id = p.request_id join payees y on y.id = p.payee_id`

const FREE_FOR = (duty: string) => `
  and not exists (select from duties u where u.request_id = r.id and u.person_id = :me and u.duty <> ${duty})
  and not exists (select from named_people n where n.request_id = r.id and n.person_id = :me)
  and not exists (select from ties t where t.payee_id = r.payee_id and t.person_id = :me)`

/** Steps whose quorum is open, of those the lowest number of each request, at a role that the person holds. */
const TO_DECIDE = `
  with missing as (
    select s.request_id, s.round, s.step, s.role, min(s.step) over (partition by s.request_id) as lowest
      from approval_steps s join requests r on r.id = s.request_id and r.round = s.round
     where r.fund_id = :fundId
       and (r.status = 'submitted' or reopened_by_details(r.id, :at) or exists (select from advance_activations a where a.request_id = r.id
                                                 and not exists (select from advance_endings e where e.request_id = r.id)))
       and (select count(*) from decisions_that_count(s.request_id, s.round) c
             where c.step = s.step and c.role = s.role and c.verdict = 'approve') < s.quorum)
  ${REQUEST}
  where exists (select from missing m
                 where m.request_id = r.id and m.step = m.lowest and (m.role = any(:roles)
                   or exists (select from delegations g where g.fund_id = :fundId and g.delegate_id = :me and g.role = m.role
                                and delegation_in_force(g.id, :at) and delegation_reaches(g.id, m.request_id, m.round)
                                and not exists (select from decisions_that_count(m.request_id, m.round) c where g.delegator_id in (c.decided_by, c.on_behalf_of))))
                   ${FREE_FOR(`case m.role when 'certifying_officer' then 'certifier' else 'approver' end`)})
    and not exists (select from decisions_that_count(r.id, r.round) c where :me in (c.decided_by, c.on_behalf_of))
  order by r.submitted_at, r.id`

const TO_CERTIFY = `${REQUEST}
  where r.fund_id = :fundId and r.status in ('approved', 'active') ${FREE_FOR(`'certifier'`)}
    and (exists (select from payments p where p.request_id = r.id and p.status = 'returned')
      or (select coalesce(sum(b.amount), 0) from accounts a join balances b on b.account_id = a.id where a.request_id = r.id and a.stage = 'committed')
      > (select coalesce(sum(p.amount), 0) from payments p where p.request_id = r.id and p.status in ('certified', 'returned')))
  order by r.id`

const TO_RELEASE = `${PAYMENT}
  where p.fund_id = :fundId and p.status = 'certified' ${FREE_FOR(`'releaser'`)}
    and not exists (select from payment_signatures l where l.payment_id = p.id and l.signed_by = :me)
  order by p.id`

const TO_SETTLE = `${PAYMENT}
  where p.fund_id = :fundId and p.status = 'released' ${FREE_FOR(`'reconciler'`)}
  order by p.id`

const DRAFTS = `${REQUEST}
  where r.fund_id = :fundId and r.status in ('draft', 'returned') and r.entity_id = any(:mine) and ${MAY_SEE_REQUEST}
  order by r.id`

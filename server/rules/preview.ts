import { rows, type Db } from '../../db/connect.ts'
import { inDays } from '../days.ts'
import { fromMinorUnits, minorText } from '../money.ts'
import { isAboveLimit, type ChargeLimit } from '../payments/policy.ts'
import { rolesFor, type AuthorityLimits } from '../proposals/policy.ts'
import { stepsFor, type ApprovalMatrix, type Risk, type Step } from '../requests/policy.ts'
import type { GoneAnotherWay, Preview, Subject, Terms } from './policy.ts'

const MOST = 200

/** What of the twelve months before a day would have gone another way under these terms (as they are kept). Changes nothing. */
export async function previewRule(
  db: Db,
  fund: { id: string; currency: string },
  { subject, terms, on }: { subject: Subject; terms: Terms; on: string },
): Promise<Preview> {
  const since = `${Number.parseInt(on.slice(0, 4), 10) - 1}${on.slice(4)}`.replace('-02-29', '-02-28')
  const compare = COMPARISONS[subject]
  const ways = compare ? await compare(db, { ...fund, since }, terms) : []
  const differing = ways.filter(({ then, under }) => JSON.stringify(then) !== JSON.stringify(under))
  const waiting = await rows<{ id: string; code: string; amount: string }>(
    db,
    `select r.id, r.code, s.amount from requests r join submissions s on s.request_id = r.id and s.round = r.round
      where r.fund_id = :fundId and r.status in ('submitted', 'returned') order by r.id desc limit :most`,
    { fundId: fund.id, most: MOST },
  )
  return {
    comparable: compare !== undefined,
    since,
    considered: ways.length,
    differing: differing.length,
    items: differing.slice(0, MOST),
    untouched: waiting.map(({ id, code, amount }) => ({ id, code, amount: minorText(amount, fund.currency) })),
  }
}

type Asked = { id: string; currency: string; since: string }
type Compare = (db: Db, asked: Asked, terms: Terms) => Promise<GoneAnotherWay[]>

const COMPARISONS: { readonly [S in Subject]?: Compare } = {
  approval_matrix: bySteps,
  reservation: byLastDay,
  authority_limits: byAuthority,
  bank_charges: byCharge,
}

type Submitted = {
  id: string
  code: string
  amount: string
  risk: Risk
  steps: Step[]
  submittedOn: string
  reservedUntil: string
  spendBy: string | null
}

/** The last submission of each request that was submitted since then, drafts of its beginnings left out. */
function submittedSince(db: Db, { id, since }: Asked): Promise<Submitted[]> {
  return rows<Submitted>(
    db,
    `select r.id, r.code, s.amount, s.risk, (s.submitted_at at time zone 'utc')::date::text as "submittedOn", s.reserved_until as "reservedUntil",
            (select min(f.reason ->> 'spendBy') from request_funding f where f.request_id = r.id and f.round = s.round) as "spendBy",
            (select json_agg(json_build_object('step', a.step, 'role', a.role, 'quorum', a.quorum) order by a.step, a.role)
               from approval_steps a where a.request_id = r.id and a.round = s.round) as steps
       from requests r join submissions s on s.request_id = r.id and s.round = r.round
      where r.fund_id = :fundId and s.submitted_at >= :since order by r.id desc`,
    { fundId: id, since },
  )
}

async function bySteps(db: Db, asked: Asked, terms: Terms): Promise<GoneAnotherWay[]> {
  const found = await submittedSince(db, asked)
  return found.map(({ id, code, amount, risk, steps }) => {
    const under = stepsFor(fromMinorUnits(amount, asked.currency), terms as unknown as ApprovalMatrix, risk)
    return {
      ...{ kind: 'request' as const, id, code, amount: minorText(amount, asked.currency) },
      then: { steps },
      under: { steps: [...under].sort((a, b) => a.step - b.step || (a.role < b.role ? -1 : 1)) },
    }
  })
}

async function byLastDay(db: Db, asked: Asked, { days }: Terms): Promise<GoneAnotherWay[]> {
  const found = await submittedSince(db, asked)
  return found.map(({ id, code, amount, submittedOn, reservedUntil, spendBy }) => {
    const until = inDays(submittedOn, days as number)
    return {
      ...{ kind: 'request' as const, id, code, amount: minorText(amount, asked.currency) },
      then: { day: reservedUntil },
      under: { day: spendBy !== null && spendBy < until ? spendBy : until },
    }
  })
}

/** What was to be given up: the size that counted was that of all so far of the same contribution in the same way. */
async function byAuthority(db: Db, asked: Asked, terms: Terms): Promise<GoneAnotherWay[]> {
  const found = await rows<{ id: string; code: string; functional: string; counted: string; authority: string[] }>(
    db,
    `select p.id, c.code, p.functional, p.authority,
            (select sum(b.functional) from proposals b left join proposal_decisions d on d.proposal_id = b.id
              where b.contribution_id = p.contribution_id and b.kind = p.kind and b.id <= p.id and (b.id = p.id or d.verdict is distinct from 'reject'))::text as counted
       from proposals p join contributions c on c.id = p.contribution_id
      where p.fund_id = :fundId and p.kind in ('write_off', 'impairment', 'reserve_replenishment', 'reserve_release') and p.proposed_at >= :since order by p.id desc`,
    { fundId: asked.id, since: asked.since },
  )
  return found.map(({ id, code, functional, counted, authority }) => ({
    ...{ kind: 'proposal' as const, id, code, amount: minorText(functional, asked.currency) },
    then: { roles: authority },
    under: { roles: rolesFor(fromMinorUnits(counted, asked.currency), terms as unknown as AuthorityLimits) },
  }))
}

/** Payments settled since then: whether a second person had to confirm what the bank kept. */
async function byCharge(db: Db, asked: Asked, terms: Terms): Promise<GoneAnotherWay[]> {
  const found = await rows<{ id: string; code: string; amount: string; charge: string; confirmed: boolean }>(
    db,
    `select p.id, p.code, p.amount, s.functional_charge as charge, s.charge_approval_id is not null as confirmed
       from payments p join settlements s on s.payment_id = p.id
      where p.fund_id = :fundId and s.value_date >= cast(:since as date) order by p.id desc`,
    { fundId: asked.id, since: asked.since },
  )
  return found.map(({ id, code, amount, charge, confirmed }) => ({
    ...{ kind: 'payment' as const, id, code, amount: minorText(amount, asked.currency) },
    then: { secondPerson: confirmed },
    under: {
      secondPerson: isAboveLimit(
        fromMinorUnits(charge, asked.currency),
        fromMinorUnits(amount, asked.currency),
        terms as unknown as ChargeLimit,
      ),
    },
  }))
}

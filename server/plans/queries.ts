import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { minorText, moneyText, type MoneyText } from '../money.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import { mustSeeProcess } from '../processes/may-see.ts'
import { SEEN, seenBy } from '../watch/seen.ts'
import { faultsOf } from './faults.ts'
import {
  asPlanLines,
  heldForPlan,
  heldTotal,
  planById,
  planLines,
  planPayees,
  planTranches,
  useOfPlan,
} from './load.ts'
import { costLeft, stillMissing, type Lane, type PlanFault, type PlanStatus } from './policy.ts'

/** Who reads plans: who reads the fund whole, an entity its own, and an advisor those that are not confidential. */
export const PLAN_READERS: readonly Role[] = [...READERS, 'requester', 'advisor']

const MAY_SEE = `(${SEEN} and (:all or :advises or c.entity_id = any(:entities)))`

function mayAsk(actor: Actor, fundId: string) {
  return { ...seenBy(actor, fundId), advises: holdsRole(actor, fundId, ['advisor']) }
}

export type PlanListed = {
  id: string
  code: string
  title: string
  status: PlanStatus
  lane: Lane
  country: string
  region: string
  phase: string
  entity: { id: string; name: string }
  expiresOn: string
  reviewOn: string
  /** All of it, what of it no request has used yet, what is set aside for that, and what is still missing. */
  cost: MoneyText
  left: MoneyText
  setAside: MoneyText
  missing: MoneyText
  /** What keeps it from being used as it stands; empty for a plan that has ended. */
  faults: PlanFault[]
}

/** A page of the fund's plans, the newest first. Refuses `not_found`, `role_not_allowed`. */
export async function listPlans(
  db: Db,
  actor: Actor,
  asked: { fundId: string; on: string; status?: PlanStatus; region?: string; before?: string; limit: number },
): Promise<PlanListed[]> {
  const { fundId, on, status = '', region = '', before = '', limit } = asked
  const fund = await fundById(db, fundId)
  requireRole(actor, fundId, PLAN_READERS)
  const found = await rows<Omit<PlanListed, 'cost' | 'left' | 'setAside' | 'missing' | 'faults'> & Costs>(
    db,
    `select c.id, c.code, v.title, c.status, v.lane, v.country, v.region, v.phase, c.expires_on as "expiresOn", c.review_on as "reviewOn",
            json_build_object('id', e.id, 'name', e.name) as entity, k.cost, k.left, h.held,
            greatest(k.left - h.held, 0)::text as missing
       from contingency_plans c
       join plan_versions v on v.plan_id = c.id and v.version = c.version
       join entities e on e.id = c.entity_id
       left join processes p on p.id = v.process_id
       cross join lateral (
         select sum(l.amount)::bigint as cost,
                coalesce(sum(l.amount) filter (where c.status = 'open' and not exists (
                  select from plan_lines_in_use u where u.plan_id = l.plan_id and u.version = l.version and u.line = l.line)), 0)::bigint as left
           from plan_lines l where l.plan_id = c.id and l.version = c.version) k
       cross join lateral (select held_for_plan(c.id) as held) h
      where c.fund_id = :fundId and ${MAY_SEE} and (:status = '' or c.status = :status) and (:region = '' or v.region = :region)
        and (:before = '' or c.id < :before)
      order by c.id desc limit :most`,
    { fundId, status, region, before, most: limit + 1, ...mayAsk(actor, fundId) },
  )
  const faults = await faultsOf(db, { fundId, on, plans: found.map(({ id }) => id) })
  return found.map(({ cost, left, held, missing, ...plan }) => ({
    ...plan,
    cost: minorText(cost, fund.currency),
    left: minorText(left, fund.currency),
    setAside: minorText(held, fund.currency),
    missing: minorText(missing, fund.currency),
    faults: faults.get(plan.id) ?? [],
  }))
}

type Costs = { cost: string; left: string; held: string; missing: string }

/** A plan whole, with its versions, its money and what it has become. Refuses `not_found`, `role_not_allowed`. */
export async function readPlan(db: Db, actor: Actor, { planId, on }: { planId: string; on: string }) {
  const plan = await planById(db, planId)
  requireRole(actor, plan.fundId, PLAN_READERS)
  const seen = await row<{ entity: string; process: string | null; watched: string | null }>(
    db,
    `select e.name as entity, p.name as process,
            (select concat(w.country, ' (', w.region, ')') from watch_items w where w.id = v.watch_item_id) as watched
       from contingency_plans c
       join plan_versions v on v.plan_id = c.id and v.version = c.version join entities e on e.id = c.entity_id
       left join processes p on p.id = v.process_id where c.id = :planId and ${MAY_SEE}`,
    { planId, ...mayAsk(actor, plan.fundId) },
  )
  if (!seen) throw new Refusal('not_found')
  if (plan.processId) await mustSeeProcess(db, actor, plan.processId, 'process')
  const lines = await planLines(db, plan)
  const payees = await planPayees(db, plan)
  const held = await heldForPlan(db, plan)
  const aside = heldTotal(held, plan.currency)
  const left = plan.status === 'open' ? asPlanLines(lines) : []
  const { entityId, processId, watchItemId, ...told } = plan
  return {
    version: plan.version,
    body: {
      ...told,
      entity: { id: entityId, name: seen.entity },
      process: processId && { id: processId, name: seen.process! },
      watchItem: watchItemId && { id: watchItemId, place: seen.watched! },
      lines,
      tranches: await planTranches(db, plan),
      payees,
      cost: moneyText(
        costLeft(
          asPlanLines(lines).map((one) => ({ ...one, requestId: null })),
          plan.currency,
        ),
      ),
      left: moneyText(costLeft(left, plan.currency)),
      setAside: moneyText(aside),
      missing: moneyText(stillMissing(left, aside)),
      use: useOfPlan(plan, payees),
      funding: held.map(({ contributionId, code, available }) => ({
        contributionId,
        code,
        amount: moneyText(available),
      })),
      faults: (await faultsOf(db, { fundId: plan.fundId, on, plans: [planId] })).get(planId) ?? [],
      ...(await historyOf(db, plan)),
    },
  }
}

/** Who wrote and looked at it, who set money aside and why from where, what went back, and which requests it has become. */
async function historyOf(db: Db, plan: { id: string; currency: string }) {
  const asked = { planId: plan.id }
  const told = <Row extends { amount: string }>(found: Row[]) =>
    found.map((one) => ({ ...one, amount: minorText(one.amount, plan.currency) }))
  return {
    versions: await rows<{
      version: number
      reason: string
      changedBy: string
      changedById: string
      changedAt: string
      amount: string
    }>(
      db,
      `select v.version, v.reason, p.name as "changedBy", p.id as "changedById", v.changed_at as "changedAt",
              (select sum(l.amount)::bigint from plan_lines l where l.plan_id = v.plan_id and l.version = v.version) as amount
         from plan_versions v join people p on p.id = v.changed_by where v.plan_id = :planId order by v.version desc`,
      asked,
    ).then(told),
    reviews: await rows<{ reviewOn: string; note: string; reviewedBy: string; reviewedAt: string }>(
      db,
      `select r.review_on as "reviewOn", r.note, p.name as "reviewedBy", r.reviewed_at as "reviewedAt"
         from plan_reviews r join people p on p.id = r.reviewed_by where r.plan_id = :planId order by r.number desc`,
      asked,
    ),
    setAsides: await rows<{
      id: string
      version: number
      amount: string
      decidedBy: string
      decidedAt: string
      parts: SetAsidePart[]
    }>(
      db,
      `select s.id, s.version, s.amount, p.name as "decidedBy", s.decided_at as "decidedAt",
              (select json_agg(json_build_object('contributionId', c.id, 'code', c.code, 'units', f.amount::text, 'reason', f.reason)
                               order by (f.reason ->> 'place')::int)
                 from plan_funding f join contributions c on c.id = f.contribution_id where f.set_aside_id = s.id) as parts
         from plan_set_asides s join people p on p.id = s.decided_by where s.plan_id = :planId order by s.id desc`,
      asked,
    ).then((found) =>
      told(found).map(({ parts, ...one }) => ({
        ...one,
        parts: parts.map(({ units, ...part }) => ({ ...part, amount: minorText(units, plan.currency) })),
      })),
    ),
    releases: await rows<{ kind: string; amount: string; releasedAt: string }>(
      db,
      `select kind, amount, released_at as "releasedAt" from plan_releases where plan_id = :planId order by id desc`,
      asked,
    ).then(told),
    activations: await activationsOf(db, plan),
    ending:
      (await row<{ kind: string; reason: string; endedAt: string }>(
        db,
        `select kind, reason, ended_at as "endedAt" from plan_endings where plan_id = :planId`,
        asked,
      )) ?? null,
  }
}

/** The requests that a plan has become, and what of each came back to it. */
async function activationsOf(db: Db, plan: { id: string; currency: string }) {
  const found = await rows<{
    requestId: string
    code: string
    status: string
    activatedBy: string
    activatedAt: string
    amount: string
    returned: string | null
  }>(
    db,
    `select r.id as "requestId", r.code, r.status, p.name as "activatedBy", a.activated_at as "activatedAt",
            (a.from_ready + a.from_available) as amount, b.amount as returned
       from plan_activations a join requests r on r.id = a.request_id join people p on p.id = a.activated_by
       left join plan_returns b on b.request_id = a.request_id
      where a.plan_id = :planId order by a.activated_at desc`,
    { planId: plan.id },
  )
  return found.map(({ amount, returned, ...one }) => ({
    ...one,
    amount: minorText(amount, plan.currency),
    returned: returned === null ? null : minorText(returned, plan.currency),
  }))
}

type SetAsidePart = {
  contributionId: string
  code: string
  units: string
  reason: { level: string; spendBy: string | null }
}

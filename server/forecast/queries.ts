import { inDays } from '../days.ts'
import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { BALANCES, boundsOf } from '../ledger/as-of.ts'
import { fromMinorUnits, moneyText, splitGross, sum, zero, type Money, type MoneyText } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import {
  daysBetween,
  DAYS_SHOWN,
  dueOf,
  expectReceipts,
  foresee,
  QUARTER_DAYS,
  SCENARIOS,
  type Basis,
  type Delay,
  type Due,
  type Expected,
  type Promise as Promised,
  type Scenario,
} from './policy.ts'

export type ReceiptForeseen = {
  contributionId: string
  code: string
  donor: string
  kind: Promised['kind']
  pledgedOn: string
  /** What is outstanding, and what of it may be spent once it is here: less programme support cost. */
  outstanding: MoneyText
  net: MoneyText
  basis: Basis
  receipts: number
  early: string | null
  middle: string | null
  late: string | null
}

export type ForecastTold = {
  on: string
  /** What may be reserved for new requests, and what is set aside for plans. */
  ready: { available: MoneyText; setAside: MoneyText; reserve: MoneyText; total: MoneyText }
  runsOut: Record<Scenario, { burn: MoneyText; on: string | null }>
  course: { on: string; low: MoneyText; expected: MoneyText; high: MoneyText; due: MoneyText }[]
  receipts: ReceiptForeseen[]
  /** Sums of `net`: those with a day, those under a condition that is not met, and those of which no history says when. */
  foreseen: { dated: MoneyText; conditional: MoneyText; undated: MoneyText }
  /** Obliged or asked for and not yet paid; it is not part of the ready money. */
  commitments: {
    reserved: MoneyText
    committed: MoneyText
    due: { on: string; stage: Due['stage']; amount: MoneyText }[]
  }
  /** Paid in each of the quarters of 91 days that end on the day, the latest first. */
  spending: { from: string; to: string; paid: MoneyText }[]
  history: { receipts: number; donors: number }
}

/**
 * What is foreseen for the fund's money on a day, from what the books say of that day and the days before.
 * Refuses `not_found`, `role_not_allowed`, and `date_in_future` for a day after `today`.
 */
export async function readForecast(
  db: Db,
  actor: Actor,
  { fundId, on, today }: { fundId: string; on: string; today: string },
): Promise<ForecastTold> {
  const fund = await fundById(db, fundId)
  requireRole(actor, fund.id, READERS)
  if (on > today) throw new Refusal('date_in_future', { field: 'on' })
  const asked = { fundId: fund.id, on, ...boundsOf({ occurredOn: on }) }
  const promises = await promisesOn(db, asked, fund.currency)
  const history = await delaysUpTo(db, asked, fund.currency)
  const expected = expectReceipts(promises, history, on)
  const ready = await readyOn(db, asked, fund.currency)
  const quarters = await spendingUpTo(db, asked, fund.currency)
  const courses = foresee(on, { ready: ready.total, expected, spending: { quarters } })
  const dues = await duesOn(db, asked, fund.currency)
  const told = (amounts: readonly Money[]) => moneyText(sum(amounts, fund.currency))
  const named = new Map(promises.map((one) => [one.contributionId, one]))
  return {
    on,
    ready: {
      available: moneyText(ready.available),
      setAside: moneyText(ready.setAside),
      reserve: moneyText(ready.reserve),
      total: moneyText(ready.total),
    },
    runsOut: byScenario((name) => ({ burn: moneyText(courses[name].burn), on: courses[name].runsOutOn })),
    course: DAYS_SHOWN.map((days, i) => ({
      on: inDays(on, days),
      ...byScenario((name) => moneyText(courses[name].left[i]!)),
      due: told(
        dues.flatMap((due) => {
          const after = daysBetween(on, due.on)
          return after >= days && after < (DAYS_SHOWN[i + 1] ?? Infinity) ? [due.amount] : []
        }),
      ),
    })),
    receipts: expected.map((one) => receiptTold(one, named.get(one.contributionId)!)),
    foreseen: {
      dated: told(expected.filter(({ middle }) => middle !== null).map(({ net }) => net)),
      conditional: told(expected.filter(({ kind }) => kind === 'conditional').map(({ net }) => net)),
      undated: told(
        expected.filter(({ kind, middle }) => kind !== 'conditional' && middle === null).map(({ net }) => net),
      ),
    },
    commitments: {
      reserved: told(dues.filter(({ stage }) => stage === 'reserved').map(({ amount }) => amount)),
      committed: told(dues.filter(({ stage }) => stage === 'committed').map(({ amount }) => amount)),
      due: dues.map((due) => ({ ...due, amount: moneyText(due.amount) })),
    },
    spending: quarters.map((paid, i) => ({
      from: inDays(on, -QUARTER_DAYS * (i + 1) + 1),
      to: inDays(on, -QUARTER_DAYS * i),
      paid: moneyText(paid),
    })),
    history: { receipts: [...history.values()].flat().length, donors: history.size },
  }
}

function byScenario<Told>(tell: (name: Scenario) => Told): Record<Scenario, Told> {
  return Object.fromEntries(SCENARIOS.map((name) => [name, tell(name)])) as Record<Scenario, Told>
}

function receiptTold(one: Expected, { code, donor, outstanding }: PromiseNamed): ReceiptForeseen {
  const { contributionId, kind, pledgedOn, net, basis, receipts, early, middle, late } = one
  return {
    ...{ contributionId, code, donor, kind, pledgedOn, basis, receipts, early, middle, late },
    outstanding: moneyText(outstanding),
    net: moneyText(net),
  }
}

type Asked = { fundId: string; on: string }
type PromiseNamed = Promised & { code: string; donor: string; outstanding: Money }

/**
 * What was promised and not here on the day: the rest of agreements, and pledges without an agreement. Where none is signed, support
 * cost is taken as in the latest agreement of the donor, or of the fund.
 */
async function promisesOn(db: Db, asked: Asked, currency: string): Promise<PromiseNamed[]> {
  const found = await rows<{
    contributionId: string
    donorId: string
    code: string
    donor: string
    kind: Promised['kind']
    pledgedOn: string
    units: string
    bps: number
  }>(
    db,
    `with of_promise as materialized (
       select a.id, a.contribution_id from accounts a
        where a.fund_id = :fundId and a.contribution_id is not null and (a.address like 'assets:receivable:%' or a.address like 'budget:pledged:%')),
     outstanding as (
       select o.contribution_id, sum(b.functional) as units
         from of_promise o join ${BALANCES('array(select id from of_promise)')} b on b.account_id = o.id
        group by o.contribution_id having sum(b.functional) > 0)
     select c.id as "contributionId", c.donor_id as "donorId", c.code, d.name as donor, c.pledged_on as "pledgedOn", o.units::text as units,
            case when g.contribution_id is null then 'pledged'
                 when g.conditional and not exists (select from conditions_met m where m.contribution_id = c.id and m.met_on <= cast(:on as date))
                 then 'conditional' else 'agreed' end as kind,
            coalesce(g.support_cost_bps, (
              select l.support_cost_bps from agreements l join contributions k on k.id = l.contribution_id
               where k.fund_id = c.fund_id and l.signed_on <= cast(:on as date)
               order by (k.donor_id = c.donor_id) desc, l.signed_on desc, k.id desc limit 1), 0) as bps
       from outstanding o
       join contributions c on c.id = o.contribution_id
       join donors d on d.id = c.donor_id
       left join agreements g on g.contribution_id = c.id and g.signed_on <= cast(:on as date)
      order by c.pledged_on, c.code`,
    asked,
  )
  return found.map(({ units, bps, ...one }) => {
    const outstanding = fromMinorUnits(units, currency)
    return { ...one, outstanding, net: splitGross(outstanding, bps).net }
  })
}

/** Every receipt up to the day that was not taken back, by donor: from its pledge to the cash. */
async function delaysUpTo(db: Db, asked: Asked, currency: string): Promise<Map<string, Delay[]>> {
  const found = await rows<{ donorId: string; days: number; units: string }>(
    db,
    `select c.donor_id as "donorId", greatest(x.received_on - c.pledged_on, 0) as days, p.functional::text as units
       from receipt_applications p
       join receipts x on x.id = p.receipt_id
       join contributions c on c.id = p.contribution_id
      where c.fund_id = :fundId and x.received_on <= cast(:on as date) and p.takes_back is null and p.functional > 0
        and not exists (select from receipt_applications t where t.takes_back = p.id)
      order by c.donor_id, p.id`,
    asked,
  )
  const told = found.map(({ donorId, days, units }) => ({ donorId, days, amount: fromMinorUnits(units, currency) }))
  return Map.groupBy(told, ({ donorId }) => donorId)
}

/** What may be used: available and set aside, less what charges and exchange have taken beyond the operating reserve. */
async function readyOn(db: Db, asked: Asked, currency: string) {
  const found = await row<{ available: string; set_aside: string; reserve: string }>(
    db,
    `with held as materialized (select id, stage, contribution_id from accounts where fund_id = :fundId and stage in ('available', 'ready'))
     select coalesce(sum(b.amount) filter (where h.stage = 'available' and h.contribution_id is not null), 0)::text as available,
            coalesce(sum(b.amount) filter (where h.stage = 'ready'), 0)::text as set_aside,
            least(coalesce(sum(b.amount) filter (where h.contribution_id is null), 0), 0)::text as reserve
       from held h join ${BALANCES('array(select id from held)')} b on b.account_id = h.id`,
    asked,
  )
  const [available, setAside, reserve] = [found!.available, found!.set_aside, found!.reserve].map((units) =>
    fromMinorUnits(units, currency),
  ) as [Money, Money, Money]
  return { available, setAside, reserve, total: sum([available, setAside, reserve], currency) }
}

/** What left for missions in each of the last four quarters, less what came back; only since anything was paid, and one at least. */
async function spendingUpTo(db: Db, asked: Asked, currency: string): Promise<Money[]> {
  const found = await rows<{ quarter: number; units: string }>(
    db,
    `select (cast(:on as date) - p.occurred_on) / ${QUARTER_DAYS} as quarter, sum(p.amount)::text as units
       from accounts a join postings p on p.account_id = a.id
      where a.fund_id = :fundId and a.stage in ('disbursed', 'reported') and p.occurred_on <= cast(:on as date)
      group by 1`,
    asked,
  )
  const paid = new Map(found.map(({ quarter, units }) => [quarter, fromMinorUnits(units, currency)]))
  const since = Math.max(0, ...paid.keys())
  return Array.from({ length: Math.min(since, 3) + 1 }, (_, i) => paid.get(i) ?? zero(currency))
}

/** What requests hold on the day, by the day on which it falls due, the first first. */
async function duesOn(db: Db, asked: Asked, currency: string): Promise<Due[]> {
  const found = await rows<{
    stage: Due['stage']
    startsOn: string
    units: string
    tranches: { after_days: number; amount: string }[]
  }>(
    db,
    `with held as materialized (
       select id, stage, request_id from accounts where fund_id = :fundId and stage in ('reserved', 'committed') and request_id is not null)
     select h.stage, coalesce(r.starts_on, cast(:on as date)) as "startsOn", sum(b.amount)::text as units,
            coalesce((select json_agg(json_build_object('after_days', t.after_days, 'amount', t.amount::text) order by t.tranche)
                        from request_tranches t where t.request_id = r.id), '[]') as tranches
       from held h join ${BALANCES('array(select id from held)')} b on b.account_id = h.id join requests r on r.id = h.request_id
      group by r.id, h.stage having sum(b.amount) > 0`,
    asked,
  )
  const dues = found.flatMap(({ stage, startsOn, units, tranches }) =>
    dueOf(asked.on, {
      stage,
      startsOn,
      left: fromMinorUnits(units, currency),
      tranches: tranches.map((one) => ({ afterDays: one.after_days, amount: fromMinorUnits(one.amount, currency) })),
    }),
  )
  return dues.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
}

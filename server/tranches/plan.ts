import { row, rows, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { daysFrom, inDays } from '../days.ts'
import { policyInForce } from '../funds/policies.ts'
import { fromMinorUnits, minorUnits, type Money } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { riskOn, type Rating } from '../requests/policy.ts'
import { plannedShares, sharesFor, tranchesOf } from './policy.ts'

/**
 * Fixes how the grants of a request are paid and which reports it owes, when it is approved: by the tranches of the plan that it came from,
 * else in one in the no-regret lane, whose ceiling is its limit, else by the fund's rule for the risk of the payee and the days. What the
 * fund pays itself (experts, travel and the like) is in no tranche. The first tranche may be paid at once.
 */
export async function planTranches(trx: Trx, actor: Actor, request: LoadedRequest): Promise<void> {
  const { id, fundId, currency } = request
  const [startsOn, endsOn] = [request.startsOn!, request.endsOn!]
  const on = dayOf(actor.act.at)
  const { terms: rules, effectiveFrom } = await policyInForce(trx, { fundId, subject: 'tranches', on })
  const rating = await row<{ rating: Rating; validUntil: string }>(
    trx,
    `select rating, valid_until as "validUntil" from payee_ratings where payee_id = :payeeId order by number desc limit 1`,
    { payeeId: request.payeeId },
  )
  const [risk, days] = [riskOn(rating, on), daysFrom(startsOn, endsOn)]
  const foreseen = await foreseenTranches(trx, request, startsOn)
  const source = foreseen.length > 0 ? 'plan' : request.lane === 'no_regret' ? 'lane' : 'rule'
  const shares = source === 'rule' ? sharesFor(rules, { risk, days }) : [10_000]
  const planned = source === 'plan' ? foreseen : plannedShares(shares, { startsOn, endsOn, currency })
  const tranches = tranchesOf(await grantsOf(trx, request), planned)

  const key = { fund_id: fundId, request_id: id }
  const act = { act_id: actor.act.id }
  await trx('tranche_plans').insert({
    ...{ ...key, source, risk, days, rule_from: effectiveFrom, reported_bps: rules.reportedBps },
    ...{ made_at: actor.act.at, ...act },
  })
  const numbered = tranches.map((tranche, i) => ({ ...tranche, number: i + 1 }))
  if (tranches.length > 0) {
    await trx('tranches').insert(
      numbered.map(({ number, amount, plannedOn, note }) => ({
        ...{ ...key, number, amount: minorUnits(amount), planned_on: plannedOn, note },
      })),
    )
    await trx('tranche_releases').insert({
      ...{ ...key, number: 1, grounds: 'first', conditions: '[]', released_at: actor.act.at, ...act },
    })
  }
  await oweReports(trx, request, { on, endsOn, later: numbered.slice(1) })
}

/** A report before each later tranche, and the last one so many days after the end. */
async function oweReports(
  trx: Trx,
  { id, fundId }: LoadedRequest,
  { on, endsOn, later }: { on: string; endsOn: string; later: readonly { number: number; plannedOn: string }[] },
): Promise<void> {
  const { terms } = await policyInForce(trx, { fundId, subject: 'reporting', on })
  const dues = [
    ...later.map(({ number, plannedOn }) => ({ kind: 'interim', tranche: number, due_on: plannedOn })),
    { kind: 'final', tranche: null, due_on: inDays(endsOn, terms.dueDays) },
  ]
  const { escalateDays: escalate_days, blockDays: block_days, answerDays: answer_days } = terms
  await trx('report_dues').insert(
    dues.map((due, i) => ({
      ...{ fund_id: fundId, request_id: id, number: i + 1, ...due, escalate_days, block_days, answer_days },
    })),
  )
}

/** What the contingency plan that the request came from says. */
async function foreseenTranches(trx: Trx, { id, currency }: LoadedRequest, startsOn: string) {
  const found = await rows<{ afterDays: number; amount: string; condition: string }>(
    trx,
    `select after_days as "afterDays", amount, condition from request_tranches where request_id = :id order by after_days, tranche`,
    { id },
  )
  return found.map(({ afterDays, amount, condition }) => ({
    weight: fromMinorUnits(amount, currency),
    plannedOn: inDays(startsOn, afterDays),
    note: condition,
  }))
}

/** What of the approved budget goes to the payee as a grant. */
async function grantsOf(trx: Trx, { id, currency }: LoadedRequest): Promise<Money> {
  const found = await row<{ total: string }>(
    trx,
    `select coalesce(sum(amount), 0)::text as total from budget_lines where request_id = :id and category = 'grants'`,
    { id },
  )
  return fromMinorUnits(found!.total, currency)
}

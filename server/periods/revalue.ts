import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { fundAccount } from '../ledger/accounts.ts'
import { adjustAsController } from '../ledger/adjust.ts'
import { difference, postEntry, type Posting } from '../ledger/post.ts'
import { isNegative, isPositive, isZero, minorUnits, negate, sum, type Money } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPeriod, type PeriodRef } from './load.ts'
import { checkOver, lastDayOf, monthAfter, revalue, type MonetaryItem } from './policy.ts'
import { monetaryItems, revaluationsOf, type Revaluation } from './revaluation.ts'

/**
 * Values the fund's monetary items in other currencies at the rate of the month's end (event 23), as of its last day, whatever came
 * after; and takes it back on the first day of the next month. Both are posted together or neither. What the books say already is
 * not posted again: a second time changes nothing, and after a late adjustment only what that has changed is posted.
 *
 * Gives every revaluation of the month, and whether this call posted one. Refuses `not_found`, `role_not_allowed`, `date_in_future`
 * for a month that is not over, `rate_missing`, and `period_closed` where something is to be posted and either month is closed hard.
 */
export async function revaluePeriod(
  trx: Trx,
  actor: Actor,
  { fundId, month }: PeriodRef,
): Promise<{ isNew: boolean; revaluations: Revaluation[] }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, ['controller'])
  checkOver(month, dayOf(actor.act.at))
  await lockPeriod(trx, { fundId, month })
  const changed = (await monetaryItems(trx, fund, month)).flatMap(({ item, rate }) => {
    const worth = revalue(item, rate)
    if (!worth) throw new Refusal('rate_missing', { currency: item.original.currency, month })
    return isZero(worth.difference) ? [] : [{ item, rate, ...worth }]
  })
  const before = await revaluationsOf(trx, fund, month)
  if (changed.length === 0) return { isNew: false, revaluations: before }

  // From here on everything must succeed.
  const id = newId('revaluation')
  await trx('revaluations').insert({
    id,
    fund_id: fundId,
    month: `${month}-01`,
    number: before.length + 1,
    revalued_by: actor.personId,
    act_id: actor.act.id,
  })
  await trx.batchInsert(
    'revaluation_items',
    changed.map((one) => itemRow(id, one)),
  )
  await adjustAsController(trx, actor, fundId)
  const postings = revaluationPostings(
    changed.map(({ item, ...one }) => ({ item, difference: one.difference })),
    fund.currency,
  )
  const by = { fundId, actId: actor.act.id }
  const entry = { source: id, memo: month }
  const posted = await postEntry(trx, by, { ...entry, kind: 'revaluation', occurredOn: lastDayOf(month), postings })
  await postEntry(trx, by, {
    ...entry,
    kind: 'revaluation_reversed',
    occurredOn: `${monthAfter(month)}-01`,
    reverses: posted.id,
    postings: postings.map((one) => ({ ...one, functional: negate(one.functional) })),
  })
  return { isNew: true, revaluations: await revaluationsOf(trx, fund, month) }
}

/** Event 23: each item against what was gained, or lost, without being realised. No original amount moves. */
function revaluationPostings(
  changed: readonly { item: MonetaryItem; difference: Money }[],
  functional: string,
): Posting[] {
  const differences = changed.map((one) => one.difference)
  const total = (side: (a: Money) => boolean) => negate(sum(differences.filter(side), functional))
  return [
    ...changed.map(({ item, difference: by }) =>
      difference({ address: item.address, currency: item.original.currency }, by),
    ),
    difference(fundAccount('income:exchange:unrealised', functional), total(isPositive)),
    difference(fundAccount('expense:exchange:unrealised', functional), total(isNegative)),
  ]
}

function itemRow(id: string, one: { item: MonetaryItem; rate: string | null; value: Money; difference: Money }) {
  return {
    revaluation_id: id,
    address: one.item.address,
    currency: one.item.original.currency,
    original: minorUnits(one.item.original),
    carrying: minorUnits(one.item.carrying),
    rate: one.rate,
    value: minorUnits(one.value),
    difference: minorUnits(one.difference),
  }
}

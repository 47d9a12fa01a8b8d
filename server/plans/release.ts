import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { movePlanStage } from '../ledger/stages.ts'
import { isZero, minorUnits, moneyText, type MoneyText } from '../money.ts'
import { heldForPlan, heldTotal, type LoadedPlan } from './load.ts'

/** Gives all that is set aside for the plan back to where it came from (event 10), and tells how much that was. Call with the plan locked. */
export async function giveBack(
  trx: Trx,
  act: { id: string; at: Date },
  plan: LoadedPlan,
  kind: 'changed' | 'withdrawn' | 'expired' | 'activated',
): Promise<MoneyText> {
  const held = await heldForPlan(trx, plan)
  const amount = heldTotal(held, plan.currency)
  if (isZero(amount)) return moneyText(amount)
  const id = newId('planRelease')
  await trx('plan_releases').insert({
    id,
    fund_id: plan.fundId,
    plan_id: plan.id,
    version: plan.version,
    kind,
    amount: minorUnits(amount),
    released_at: act.at,
    act_id: act.id,
  })
  await postEntry(
    trx,
    { fundId: plan.fundId, actId: act.id },
    {
      kind: 'plan_released',
      source: id,
      occurredOn: dayOf(act.at),
      memo: `${plan.code}: ${kind}`,
      postings: movePlanStage(
        plan,
        { from: 'ready', to: 'available' },
        held.map(({ contributionId, code, available }) => ({ contributionId, code, amount: available })),
      ),
    },
  )
  return moneyText(amount)
}

import { rows, type Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { dayOf } from '../clock.ts'
import { newAct } from '../people/actor.ts'
import { endPlan } from './end.ts'
import { lockPlan } from './load.ts'
import { isExpired } from './policy.ts'
import { tellPlanExpired } from './tell.ts'

/**
 * Ends every open plan whose last day was before the day of `at`, each in a transaction of its own, and gives its money back. Any number
 * of servers may do this at once: a plan is ended by one of them. Gives how many it ended, and throws what went wrong with any of them
 * after the others have had their turn.
 */
export async function expirePlans(db: Db, at: Date): Promise<number> {
  const on = dayOf(at)
  const past = await rows<{ id: string }>(
    db,
    `select id from contingency_plans where status = 'open' and expires_on < :on order by id limit 500`,
    { on },
  )
  let ended = 0
  const failures: unknown[] = []
  for (const { id } of past) {
    try {
      ended += await expirePlan(db, id, at)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return ended
}

async function expirePlan(db: Db, planId: string, at: Date): Promise<number> {
  return db.transaction(async (trx) => {
    const plan = await lockPlan(trx, planId)
    if (plan.status !== 'open' || !isExpired(plan, dayOf(at))) return 0
    const act = newAct(at)
    const givenBack = await endPlan(trx, act, plan, {
      kind: 'expired',
      reason: `could be used until ${plan.expiresOn}`,
    })
    await tellPlanExpired(trx, { personId: null, act }, plan, givenBack)
    await recordAct(trx, {
      id: act.id,
      fundId: plan.fundId,
      personId: null,
      tokenId: null,
      requestId: 'schedule',
      method: 'SCHEDULE',
      path: `/contingency-plans/${planId}/expiry`,
      address: null,
      outcome: 'done',
      details: null,
    })
    return 1
  })
}

import type { Trx } from '../../db/connect.ts'
import { policyInForce } from '../funds/policies.ts'
import type { Money } from '../money.ts'
import type { Lane } from '../requests/policy.ts'
import { targetsFor, type StepOfMatrix } from './policy.ts'

/** Fixes the target of each step of what is submitted, by the rules about time in force on that day. */
export async function setTargets(
  trx: Trx,
  request: { id: string; fundId: string; lane: Lane },
  { round, amount, steps, on }: { round: number; amount: Money; steps: readonly StepOfMatrix[]; on: string },
): Promise<void> {
  const { terms } = await policyInForce(trx, { fundId: request.fundId, subject: 'clock', on })
  const targets = targetsFor({ amount, lane: request.lane, steps }, terms)
  await trx('step_targets').insert(
    targets.map((target) => ({ fund_id: request.fundId, request_id: request.id, round, ...target })),
  )
}

import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { policyInForce, type Policies } from '../funds/policies.ts'
import { exceeds, fromMinorUnits, minorUnits, moneyText, subtract, type Money } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { laneIsOpen } from './policy.ts'

export type LanesInForce = { readonly terms: Policies['lanes']; readonly effectiveFrom: string }

/** The rules of the lanes in force on that day. Refuses `lane_not_open` where the process is in no phase for the lane that is asked for. */
export async function lanesFor(trx: Trx, request: LoadedRequest, on: string): Promise<LanesInForce> {
  const lanes = await policyInForce(trx, { fundId: request.fundId, subject: 'lanes', on })
  const { phase } = await trx('processes').where({ id: request.processId! }).first('phase')
  if (!laneIsOpen(request.lane, phase, lanes.terms))
    throw new Refusal('lane_not_open', {
      lane: request.lane,
      phase,
      open: lanes.terms.crisisPhases.map((one) => one.phase),
    })
  return lanes
}

/**
 * Whether the process has this much left under its ceiling, over all its requests. Whoever asks for the same process meanwhile waits until
 * this transaction ends. Refuses `no_regret_ceiling` with what is left.
 */
export async function checkCeiling(
  trx: Trx,
  request: LoadedRequest,
  { amount, lanes }: { amount: Money; lanes: LanesInForce },
): Promise<void> {
  const { processId, currency } = request
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 3))`, [processId])
  const open = await row<{ total: string }>(
    trx,
    `select coalesce(sum(amount), 0)::text as total from open_advances where process_id = :processId and request_id <> :id`,
    { processId, id: request.id },
  )
  const ceiling = fromMinorUnits(lanes.terms.noRegret.ceiling, currency)
  const left = subtract(ceiling, fromMinorUnits(open!.total, currency))
  if (exceeds(amount, left))
    throw new Refusal('no_regret_ceiling', { ceiling: moneyText(ceiling), left: moneyText(left) })
}

/** Counts what was just submitted under the ceiling of its process, with the rules that are good for it from now on. */
export async function recordAdvance(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { amount, round, lanes }: { amount: Money; round: number; lanes: LanesInForce },
): Promise<void> {
  await trx('no_regret_advances').insert({
    request_id: request.id,
    fund_id: request.fundId,
    round,
    process_id: request.processId,
    amount: minorUnits(amount),
    ceiling: lanes.terms.noRegret.ceiling,
    ratification_hours: lanes.terms.noRegret.ratificationHours,
    lanes_from: lanes.effectiveFrom,
    act_id: actor.act.id,
  })
}

import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage, returnReady, type StagePart } from '../ledger/stages.ts'
import { isPositive, subtract } from '../money.ts'
import type { NewAct } from '../people/actor.ts'
import { planTakesBack } from '../plans/take-back.ts'
import { heldFor, type LoadedRequest } from './load.ts'

/**
 * Gives what the request's current round has reserved back to where it came from (event 12), now that it has come to nothing: what was set aside
 * for a plan that still stands to that plan, the rest to what is available. Nothing where nothing is held. Call it after the status.
 */
export async function releaseReservation(trx: Trx, act: NewAct, request: LoadedRequest, why: string): Promise<void> {
  const held = await heldFor(trx, request, 'reserved')
  if (held.length === 0) return
  const plan = await planTakesBack(trx, act, request)
  await release(trx, act, request, { why, held, plan })
}

/** The same for a request that is submitted anew: what it holds is free to be chosen again, by the plan's money as by any other. */
export async function releaseToChooseAgain(trx: Trx, act: NewAct, request: LoadedRequest): Promise<void> {
  const held = await heldFor(trx, request, 'reserved')
  if (held.length > 0) await release(trx, act, request, { why: 'submitted anew', held, plan: undefined })
}

async function release(
  trx: Trx,
  act: NewAct,
  request: LoadedRequest,
  { why, held, plan }: { why: string; held: StagePart[]; plan: { code: string; parts: StagePart[] } | undefined },
): Promise<void> {
  const rest = held.map((part) => {
    const back = plan?.parts.find(({ contributionId }) => contributionId === part.contributionId)
    return back ? { ...part, amount: subtract(part.amount, back.amount) } : part
  })
  await postEntry(
    trx,
    { fundId: request.fundId, actId: act.id },
    {
      kind: 'request_released',
      source: `${request.id}#${request.round}`,
      occurredOn: dayOf(act.at),
      memo: `${request.code}: ${why}`,
      postings: [
        ...(plan ? returnReady(request, plan, plan.parts) : []),
        ...moveStage(
          request,
          { from: 'reserved', to: 'available' },
          rest.filter(({ amount }) => isPositive(amount)),
        ),
      ],
    },
  )
}

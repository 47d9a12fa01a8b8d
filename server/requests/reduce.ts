import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import {
  exceeds,
  fromMinorUnits,
  isZero,
  minorUnits,
  moneyFrom,
  moneyText,
  splitByWeight,
  subtract,
  type Money,
  type MoneyText,
} from '../money.ts'
import { activeAdvance } from '../no-regret/load.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { heldFor, lockRequest, takeDuty, totalOf, type LoadedRequest } from './load.ts'
import { PAYABLE } from './policy.ts'

/**
 * Lowers an obligation: what is no longer needed goes back from committed to available, in proportion to what each contribution has
 * committed. Lowering all of a request on which nothing was paid cancels it.
 * Refuses `not_found`, `role_not_allowed`, `not_approved`, what `takeDuty` refuses, `currency_mismatch`, `exceeds_committed`.
 */
export async function reduceObligation(
  trx: Trx,
  actor: Actor,
  { requestId, amount: text, reason }: { requestId: string; amount: MoneyText; reason: string },
): Promise<{ id: string; requestId: string; amount: MoneyText }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['fund_manager', 'director'])
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  await takeDuty(trx, actor, { requestId, duty: 'approver' })
  if (text.currency !== request.currency) throw new Refusal('currency_mismatch', { expected: request.currency })
  const amount = moneyFrom(text)
  const free = await uncertified(trx, request)
  if (exceeds(amount, free)) throw new Refusal('exceeds_committed', { free: moneyText(free) })

  const id = newId('reduction')
  await trx('obligation_reductions').insert({
    id,
    request_id: requestId,
    amount: minorUnits(amount),
    reason,
    reduced_by: actor.personId,
    reduced_at: actor.act.at,
    act_id: actor.act.id,
  })
  const held = await heldFor(trx, request, 'committed')
  const shares = splitByWeight(
    amount,
    held.map((part) => part.amount),
  )
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'obligation_reduced',
      source: id,
      occurredOn: dayOf(actor.act.at),
      memo: request.code,
      postings: moveStage(
        request,
        { from: 'committed', to: 'available' },
        held.map((part, i) => ({ ...part, amount: shares[i]! })),
      ),
    },
  )
  const nothingLeft = isZero(subtract(totalOf(held, request.currency), amount))
  if (nothingLeft && !(await isBegun(trx, request))) {
    await trx('requests')
      .where({ id: requestId })
      .update({ status: 'cancelled', version: request.version + 1 })
  }
  return { id, requestId, amount: text }
}

/** Whether something of it was paid, is on its way, or waits to be ratified; a payment that came back or was taken back is none. */
async function isBegun(trx: Trx, { id, status }: LoadedRequest): Promise<boolean> {
  if (status === 'approved') return false
  const payment = await trx('payments').where({ request_id: id }).whereNot({ status: 'cancelled' }).first('id')
  return payment !== undefined || (await activeAdvance(trx, id)) !== undefined
}

/** What the request has committed and no payment has a claim on yet. Call with the request's row locked. */
export async function uncertified(trx: Trx, request: LoadedRequest): Promise<Money> {
  const claimed = await row<{ total: string }>(
    trx,
    `select coalesce(sum(amount), 0)::text as total from payments where request_id = :id and status in ('certified', 'returned')`,
    { id: request.id },
  )
  const committed = totalOf(await heldFor(trx, request, 'committed'), request.currency)
  return subtract(committed, fromMinorUnits(claimed!.total, request.currency))
}

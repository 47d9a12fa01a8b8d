import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { isPositive, moneyFrom, moneyText, type Money } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { standingOf } from '../recoveries/load.ts'
import { heldFor, lockRequest, takeDuty, totalOf, type LoadedRequest } from '../requests/load.ts'
import { lowerObligation } from '../requests/reduce.ts'
import { inTheWay, isClosable } from './policy.ts'
import { openPoints, unspentOf, type UnspentTold } from './queries.ts'

/**
 * Closes a request, once and for good. What is committed and nobody will use goes back first to where it came from (event 14); nothing
 * else may be left: no payment on its way, no advance, no report, no debt of the payee, no finding, and a lesson is written down. Afterwards its
 * accounts stand still. Whoever closes takes part as an approver, so it is nobody who asked for, certified, paid or reconciled the money.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_closable`, what `takeDuty` refuses, `not_ready_to_close` with what is left,
 * `period_closed`.
 */
export async function closeRequest(
  trx: Trx,
  actor: Actor,
  { requestId, note = '' }: { requestId: string; note?: string },
): Promise<{ requestId: string; status: 'closed'; version: number; contributions: UnspentTold[] }> {
  const request = await lockRequest(trx, requestId)
  const { fundId, currency } = request
  requireRole(actor, fundId, ['fund_manager', 'controller'])
  if (!isClosable(request)) throw new Refusal('not_closable', { current: request.status })
  await takeDuty(trx, actor, { requestId, duty: 'approver' })
  const points = inTheWay(await openPoints(trx, request))
  if (points.length > 0) throw new Refusal('not_ready_to_close', { points })

  // From here on everything must succeed.
  const unused = totalOf(await heldFor(trx, request, 'committed'), currency)
  if (isPositive(unused)) await lowerObligation(trx, actor, request, { amount: unused, reason: closingNote(note) })
  const contributions = await unspentOf(trx, request)
  const { due, received, givenUp, late } = await standingOf(trx, request)
  await trx('requests')
    .where({ id: requestId })
    .update({ status: 'closed', version: request.version + 1 })
  await trx('closures').insert({
    request_id: requestId,
    fund_id: fundId,
    closed_by: actor.personId,
    closed_at: actor.act.at,
    note,
    figures: JSON.stringify({ ...told({ unused, due, received, givenUp, late }), contributions }),
    act_id: actor.act.id,
  })
  await tellClosed(trx, actor, request, contributions)
  return { requestId, status: 'closed', version: request.version + 1, contributions }
}

const told = (amounts: Record<string, Money>) =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, moneyText(amount)]))

const closingNote = (note: string) => note || 'Not used when the request was closed'

/** Those who asked hear that it is closed; those who decide on refunds, that something may be due back to a donor. */
async function tellClosed(
  trx: Trx,
  actor: Actor,
  { id, fundId, processId, code, title }: LoadedRequest,
  contributions: readonly UnspentTold[],
): Promise<void> {
  const about = { fundId, processId, key: id, urgent: false }
  const people = await trx('duties').where({ request_id: id, duty: 'requester' }).pluck('person_id')
  await notify(trx, actor, {
    ...{ ...about, event: 'request_closed' as const, link: `/requests/${id}` },
    to: { people },
    facts: { code, title, by: actor.name },
  })
  const returning = contributions.filter(({ terms, unspent }) => terms === 'return' && isPositive(moneyFrom(unspent)))
  if (returning.length === 0) return
  await notify(trx, actor, {
    ...{ ...about, event: 'refunds_due' as const, link: `/funds/${fundId}/refunds-due` },
    to: { roles: ['controller'] },
    facts: { code, contributions: returning.map((one) => one.contribution.code).join(', ') },
  })
}

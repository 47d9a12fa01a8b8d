import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { fundAccount, partnerRefunds } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import { exceeds, minorUnits, moneyFrom, moneyText, subtract, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { authorityFor, propose, type Proposed } from '../proposals/propose.ts'
import { lockRequest, partIn, type LoadedRequest } from '../requests/load.ts'
import { recoverableParts, shareOut, standingOf } from './load.ts'

type RecoveryWriteOff = { requestId: string; amount: MoneyText; writtenOffOn: string }

/**
 * Proposes to give up what will not come back of what a payee owes (event 24). It is in the books when a director has authorised it, or
 * above the director's limit the head of department.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `separation_of_duties` and its kin for who has a part in the
 * request, `date_in_future`, `currency_mismatch`, `exceeds_recoverable`.
 */
export async function proposeRecoveryWriteOff(
  trx: Trx,
  actor: Actor,
  { reason, ...terms }: RecoveryWriteOff & { reason: string },
): Promise<Proposed> {
  const { requestId, writtenOffOn } = terms
  const request = await lockRequest(trx, requestId)
  const { fundId } = request
  requireRole(actor, fundId, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const { amount } = await look(trx, actor, request, terms)
  const authority = await authorityFor(trx, {
    ...{ fundId, requestId, kind: 'recovery_write_off', amount },
    on: dayOf(actor.act.at),
  })
  const proposal = { fundId, requestId, occurredOn: writtenOffOn, functional: amount, authority, reason, terms }
  return propose(trx, actor, { kind: 'recovery_write_off', ...proposal })
}

/**
 * Gives up what was authorised: a loss of the fund, and of the contributions that had paid it, in proportion to what each has to get back.
 * The money has left for good, so it is accounted for (`reported`): nobody waits for it any longer, and a report tells it as given up.
 * Refuses what `proposeRecoveryWriteOff` refuses, and `period_closed`.
 */
export async function bookRecoveryWriteOff(
  trx: Trx,
  actor: Actor,
  { id: proposalId, fundId, reason, terms }: Proposal<RecoveryWriteOff>,
): Promise<{ id: string; amount: MoneyText; outstanding: MoneyText }> {
  const request = await lockRequest(trx, terms.requestId)
  const { amount, outstanding } = await look(trx, actor, request, terms)

  // From here on everything must succeed.
  const id = newId('recoveryWriteOff')
  await trx('recovery_write_offs').insert({
    id,
    fund_id: fundId,
    request_id: request.id,
    amount: minorUnits(amount),
    written_off_on: terms.writtenOffOn,
    reason,
    proposal_id: proposalId,
    act_id: actor.act.id,
  })
  const parts = shareOut(amount, await recoverableParts(trx, request))
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'recovery_written_off',
      source: id,
      occurredOn: terms.writtenOffOn,
      memo: request.code,
      postings: [
        debit(fundAccount('expense:write-off', request.currency), amount),
        credit(partnerRefunds(request, request.currency), amount),
        ...moveStage(request, { from: 'recoverable', to: 'reported' }, parts),
      ],
    },
  )
  return { id, amount: moneyText(amount), outstanding: moneyText(subtract(outstanding, amount)) }
}

async function look(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { amount: asked, writtenOffOn }: RecoveryWriteOff,
): Promise<{ amount: Money; outstanding: Money }> {
  const part = await partIn(trx, request.id, actor)
  if (part.duty !== null) throw new Refusal('separation_of_duties')
  if (part.named) throw new Refusal('named_in_request')
  if (part.tied) throw new Refusal('tied_to_payee')
  if (writtenOffOn > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'writtenOffOn' })
  const amount = moneyFrom(asked)
  if (amount.currency !== request.currency) throw new Refusal('currency_mismatch', { expected: request.currency })
  const { outstanding } = await standingOf(trx, request)
  if (exceeds(amount, outstanding)) throw new Refusal('exceeds_recoverable', { outstanding: moneyText(outstanding) })
  return { amount, outstanding }
}

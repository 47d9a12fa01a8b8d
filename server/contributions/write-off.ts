import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { exceeds, minorUnits, moneyFrom, moneyText, smaller, subtract, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { authorityFor, propose, type Proposed } from '../proposals/propose.ts'
import { allowanceOf } from './allowance.ts'
import {
  agreementOf,
  checkHappened,
  lockContribution,
  outstandingOf,
  type Agreement,
  type LoadedContribution,
} from './load.ts'
import { carryingOf, checkOrder, statusAfter, type Outstanding } from './policy.ts'
import { writeOffPostings } from './postings.ts'
import { setStatus } from './status.ts'

type WriteOff = { contributionId: string; amount: MoneyText; writtenOffOn: string }

/**
 * Proposes to write off what of an agreement will not come (event 24). `amount` is in the agreement's currency. It is in the books
 * when a director has authorised it, or above the director's limit the head of department.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `not_agreed`, `date_in_future`,
 * `dates_out_of_order`, `currency_mismatch`, `nothing_outstanding`.
 */
export async function proposeWriteOff(
  trx: Trx,
  actor: Actor,
  { reason, ...terms }: WriteOff & { reason: string },
): Promise<Proposed> {
  const { contributionId, writtenOffOn } = terms
  const contribution = await lockContribution(trx, contributionId)
  const { fundId } = contribution
  requireRole(actor, fundId, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const { amount, outstanding } = await look(trx, contribution, terms, actor.act.at)
  const functional = carryingOf(outstanding, amount)
  const authority = await authorityFor(trx, {
    fundId,
    contributionId,
    kind: 'write_off',
    amount: functional,
    on: dayOf(actor.act.at),
  })
  const proposal = { fundId, contributionId, occurredOn: writtenOffOn, functional, authority, reason, terms }
  return propose(trx, actor, { kind: 'write_off', ...proposal })
}

/**
 * Writes off what was authorised, at what the books carry it for now; what of it was impaired before goes against the allowance.
 * Refuses what `proposeWriteOff` refuses, and `period_closed`.
 */
export async function bookWriteOff(
  trx: Trx,
  actor: Actor,
  { id: proposalId, fundId, reason, terms }: Proposal<WriteOff>,
): Promise<{ id: string; functional: MoneyText; outstanding: MoneyText; status: string }> {
  const contribution = await lockContribution(trx, terms.contributionId)
  const { agreement, amount, outstanding } = await look(trx, contribution, terms, actor.act.at)
  const allowance = await allowanceOf(trx, contribution)

  // From here on everything must succeed.
  const id = newId('writeOff')
  const functional = carryingOf(outstanding, amount)
  const left = subtract(outstanding.amount, amount)
  const used = smaller(amount, allowance.amount)
  await trx('write_offs').insert({
    id,
    contribution_id: contribution.id,
    amount: minorUnits(amount),
    functional: minorUnits(functional),
    written_off_on: terms.writtenOffOn,
    reason,
    proposal_id: proposalId,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'write_off',
      source: id,
      occurredOn: terms.writtenOffOn,
      memo: contribution.code,
      postings: writeOffPostings(contribution, {
        amount,
        functional,
        conditionOpen: agreement.conditionOpen,
        allowed: { amount: used, functional: carryingOf(allowance, used) },
      }),
    },
  )
  const status = statusAfter(left, 'written_off')
  await setStatus(trx, contribution, status)
  return { id, functional: moneyText(functional), outstanding: moneyText(left), status }
}

async function look(
  trx: Trx,
  contribution: LoadedContribution,
  { amount: asked, writtenOffOn }: WriteOff,
  at: Date,
): Promise<{ agreement: Agreement; amount: Money; outstanding: Outstanding }> {
  const agreement = agreementOf(contribution)
  checkHappened(writtenOffOn, at)
  checkOrder(agreement.signedOn, writtenOffOn)
  const amount = moneyFrom(asked)
  if (amount.currency !== agreement.amount.currency)
    throw new Refusal('currency_mismatch', { expected: agreement.amount.currency })
  const outstanding = await outstandingOf(trx, contribution)
  if (exceeds(amount, outstanding.amount))
    throw new Refusal('nothing_outstanding', { outstanding: moneyText(outstanding.amount) })
  return { agreement, amount, outstanding }
}

import type { Trx } from '../../db/connect.ts'
import { checkHappened, lockContribution, agreementOf, type LoadedContribution } from '../contributions/load.ts'
import { checkOrder } from '../contributions/policy.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { lockFunding } from '../funding/lock.ts'
import { stage } from '../ledger/accounts.ts'
import { postEntry } from '../ledger/post.ts'
import {
  add,
  exceeds,
  isNegative,
  minorUnits,
  moneyFrom,
  moneyText,
  negate,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { authorityFor, propose, type Proposed } from '../proposals/propose.ts'
import { heldOn } from './reserve.ts'
import { reserveTransferPostings } from './postings.ts'

export type ReserveTransfer = {
  contributionId: string
  direction: 'replenish' | 'release'
  /** In the fund's currency. */
  amount: MoneyText
  occurredOn: string
  /** How the donor has agreed to it; only where its money goes to the reserve. */
  consent?: string
  reason: string
}

/**
 * Proposes to move spending authority between a contribution and the operating reserve: to it, with the donor's consent, where
 * charges and exchange have taken more than it held; from it, where it holds more than they will. Only a contribution without an earmark:
 * what a donor has bound to missions cannot pay for losses on exchange. No cash moves, and nothing becomes income or expense.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_agreed`, `earmarked`, `date_in_future`, `dates_out_of_order`,
 * `currency_mismatch`, `insufficient_funds`, `reserve_not_overdrawn`.
 */
export async function proposeReserveTransfer(
  trx: Trx,
  actor: Actor,
  { fundId, reason, ...terms }: ReserveTransfer & { fundId: string },
): Promise<Proposed> {
  const { contributionId, direction, occurredOn } = terms
  const contribution = await lockContribution(trx, contributionId)
  if (contribution.fundId !== fundId) throw new Refusal('not_found', { field: 'contributionId' })
  requireRole(actor, fundId, ['controller', 'treasurer'])
  const amount = look(contribution, terms, actor.act.at)
  const kind = direction === 'replenish' ? 'reserve_replenishment' : 'reserve_release'
  const source =
    direction === 'replenish'
      ? stage('available', contribution, contribution.fundCurrency).address
      : 'budget:available:reserve'
  const held = await heldOn(trx, { id: fundId, currency: contribution.fundCurrency }, source)
  if (exceeds(amount, held)) {
    if (direction === 'replenish') throw new Refusal('insufficient_funds', { available: moneyText(held) })
    throw new Refusal('reserve_not_overdrawn', { reserve: moneyText(held) })
  }
  const authority = await authorityFor(trx, { fundId, contributionId, kind, amount, on: dayOf(actor.act.at) })
  return propose(trx, actor, { fundId, kind, contributionId, occurredOn, functional: amount, authority, reason, terms })
}

/**
 * Moves what was authorised. What is not available any more is refused by the stage's own floor, and the reserve does not go
 * below zero by giving.
 */
export async function bookReserveTransfer(
  trx: Trx,
  actor: Actor,
  { id, fundId, fundCurrency, terms }: Proposal<Omit<ReserveTransfer, 'reason'>>,
): Promise<{ reserve: MoneyText }> {
  const { direction, occurredOn, consent } = terms
  const contribution = await lockContribution(trx, terms.contributionId)
  // No request is submitted meanwhile: it reads what both hold.
  await lockFunding(trx, fundId)
  const given = look(contribution, terms, actor.act.at)
  const amount = direction === 'replenish' ? given : negate(given)
  await trx('reserve_transfers').insert({
    proposal_id: id,
    fund_id: fundId,
    contribution_id: contribution.id,
    amount: minorUnits(amount),
    occurred_on: occurredOn,
    consent: consent ?? null,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: direction === 'replenish' ? 'reserve_replenished' : 'reserve_released',
      source: id,
      occurredOn,
      memo: contribution.code,
      postings: reserveTransferPostings(contribution, amount),
    },
  )
  // The posting holds the reserve's row, so this is what it will be.
  const reserve = await heldOn(trx, { id: fundId, currency: fundCurrency }, 'budget:available:reserve')
  if (direction === 'release' && isNegative(reserve))
    throw new Refusal('reserve_not_overdrawn', { reserve: moneyText(add(reserve, given)) })
  return { reserve: moneyText(reserve) }
}

function look(
  contribution: LoadedContribution,
  { amount: text, occurredOn }: Pick<ReserveTransfer, 'amount' | 'occurredOn'>,
  at: Date,
): Money {
  const { signedOn } = agreementOf(contribution)
  if (contribution.earmark.level !== 'unearmarked')
    throw new Refusal('earmarked', { level: contribution.earmark.level })
  checkHappened(occurredOn, at)
  checkOrder(signedOn, occurredOn)
  const amount = moneyFrom(text)
  if (amount.currency !== contribution.fundCurrency)
    throw new Refusal('currency_mismatch', { expected: contribution.fundCurrency })
  return amount
}

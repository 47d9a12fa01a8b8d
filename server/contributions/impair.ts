import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { exceeds, minorUnits, moneyFrom, moneyText, negate, subtract, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import type { ProposalKind } from '../proposals/policy.ts'
import { authorityFor, propose, type Proposed } from '../proposals/propose.ts'
import { allowanceOf } from './allowance.ts'
import { agreementOf, checkHappened, lockContribution, outstandingOf, type LoadedContribution } from './load.ts'
import { carryingOf, checkOrder, type Outstanding } from './policy.ts'
import { impairmentPostings } from './postings.ts'

type Impairment = { contributionId: string; amount: MoneyText; occurredOn: string }

/**
 * Proposes to impair what of a receivable may not come (event 24): an expense, against an allowance, so that what is outstanding stays
 * what the donor owes. `amount` is in the agreement's currency.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `not_agreed`, `condition_open`, `date_in_future`,
 * `dates_out_of_order`, `currency_mismatch`, `nothing_outstanding` where more than is outstanding would be doubted.
 */
export function proposeImpairment(trx: Trx, actor: Actor, terms: Impairment & { reason: string }): Promise<Proposed> {
  return proposeOn(trx, actor, 'impairment', terms, undoubted)
}

/**
 * Proposes to take back an impairment, because it will come after all. Refuses what `proposeImpairment` refuses, with `nothing_impaired`
 * in place of `nothing_outstanding`.
 */
export function proposeImpairmentReversal(
  trx: Trx,
  actor: Actor,
  terms: Impairment & { reason: string },
): Promise<Proposed> {
  return proposeOn(trx, actor, 'impairment_reversal', terms, doubted)
}

/** Impairs what was authorised, at what the books carry it for now. */
export function bookImpairment(trx: Trx, actor: Actor, proposal: Proposal<Impairment>): Promise<Booked> {
  return book(trx, actor, proposal, { from: undoubted, kind: 'impairment', signed: (amount) => amount })
}

/** Takes back what was authorised of an impairment, at what the books carry the allowance for now. */
export function bookImpairmentReversal(trx: Trx, actor: Actor, proposal: Proposal<Impairment>): Promise<Booked> {
  return book(trx, actor, proposal, { from: doubted, kind: 'impairment_reversed', signed: negate })
}

type Booked = { id: string; functional: MoneyText; impaired: MoneyText }
/** Out of what an amount is taken, with the functional amount at which the books carry that. */
type From = (trx: Trx, contribution: LoadedContribution, amount: Money) => Promise<Outstanding>

async function proposeOn(
  trx: Trx,
  actor: Actor,
  kind: ProposalKind,
  { reason, ...terms }: Impairment & { reason: string },
  from: From,
): Promise<Proposed> {
  const contribution = await lockContribution(trx, terms.contributionId)
  const { id: contributionId, fundId } = contribution
  requireRole(actor, fundId, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const amount = look(contribution, terms, actor.act.at)
  const functional = carryingOf(await from(trx, contribution, amount), amount)
  const authority = await authorityFor(trx, {
    fundId,
    contributionId,
    kind,
    amount: functional,
    on: dayOf(actor.act.at),
  })
  const { occurredOn } = terms
  return propose(trx, actor, { fundId, kind, contributionId, occurredOn, functional, authority, reason, terms })
}

async function book(
  trx: Trx,
  actor: Actor,
  { id: proposalId, fundId, terms }: Proposal<Impairment>,
  { from, kind, signed }: { from: From; kind: 'impairment' | 'impairment_reversed'; signed: (amount: Money) => Money },
): Promise<Booked> {
  const contribution = await lockContribution(trx, terms.contributionId)
  const size = look(contribution, terms, actor.act.at)
  const amount = signed(size)
  const functional = signed(carryingOf(await from(trx, contribution, size), size))

  // From here on everything must succeed.
  const id = newId('impairment')
  await trx('impairments').insert({
    id,
    contribution_id: contribution.id,
    amount: minorUnits(amount),
    functional: minorUnits(functional),
    occurred_on: terms.occurredOn,
    proposal_id: proposalId,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind,
      source: id,
      occurredOn: terms.occurredOn,
      memo: contribution.code,
      postings: impairmentPostings(contribution, amount, functional),
    },
  )
  const { amount: impaired } = await allowanceOf(trx, contribution)
  return { id, functional: moneyText(functional), impaired: moneyText(impaired) }
}

function look(contribution: LoadedContribution, { amount: asked, occurredOn }: Impairment, at: Date): Money {
  const agreement = agreementOf(contribution)
  if (agreement.conditionOpen) throw new Refusal('condition_open')
  checkHappened(occurredOn, at)
  checkOrder(agreement.metOn ?? agreement.signedOn, occurredOn)
  const amount = moneyFrom(asked)
  if (amount.currency !== agreement.amount.currency)
    throw new Refusal('currency_mismatch', { expected: agreement.amount.currency })
  return amount
}

/** What is outstanding and not doubted. Refuses `nothing_outstanding`. */
async function undoubted(trx: Trx, contribution: LoadedContribution, amount: Money): Promise<Outstanding> {
  const outstanding = await outstandingOf(trx, contribution)
  const doubtedNow = await allowanceOf(trx, contribution)
  const free = subtract(outstanding.amount, doubtedNow.amount)
  if (exceeds(amount, free)) throw new Refusal('nothing_outstanding', { outstanding: moneyText(free) })
  return { amount: free, carrying: subtract(outstanding.carrying, doubtedNow.carrying) }
}

/** What is doubted. Refuses `nothing_impaired`. */
async function doubted(trx: Trx, contribution: LoadedContribution, amount: Money): Promise<Outstanding> {
  const allowance = await allowanceOf(trx, contribution)
  if (exceeds(amount, allowance.amount))
    throw new Refusal('nothing_impaired', { impaired: moneyText(allowance.amount) })
  return allowance
}

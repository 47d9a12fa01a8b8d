import {
  allowance,
  authority,
  cash,
  conditionalLiability,
  contributionIncome,
  conversion,
  fundAccount,
  pledged,
  pledges,
  receivable,
  stage,
  unapplied,
  type BankAccountRef,
  type ContributionRef,
} from '../ledger/accounts.ts'
import { credit, debit, difference, type Posting } from '../ledger/post.ts'
import { add, isNegative, negate, subtract, zero, type Money } from '../money.ts'
import type { Held, Settlement } from './policy.ts'

/** The postings of money coming in, event by event; the numbers are those of the accounting rules. */

/** Event 1. `functional`: the pledge in the fund's currency. */
export function pledgePostings(contribution: ContributionRef, functional: Money): Posting[] {
  return [
    debit(pledged(contribution, functional.currency), functional),
    credit(pledges(functional.currency), functional),
  ]
}

/** Event 1, undone; also the part of events 2 and 3 that turns the promise into an agreement. */
export function pledgeReversal(contribution: ContributionRef, functional: Money): Posting[] {
  return [
    debit(pledges(functional.currency), functional),
    credit(pledged(contribution, functional.currency), functional),
  ]
}

/** Events 2 and 3: income at once, or a liability while the condition is open. */
export function agreementPostings(
  contribution: ContributionRef,
  { amount, functional, conditional }: { amount: Money; functional: Money; conditional: boolean },
): Posting[] {
  const against = conditional ? conditionalLiability : contributionIncome
  return [
    debit(receivable(contribution, amount.currency), amount, functional),
    credit(against(contribution, amount.currency), amount, functional),
  ]
}

/** Event 4: the liability becomes income. */
export function conditionMetPostings(contribution: ContributionRef, amount: Money, functional: Money): Posting[] {
  return [
    debit(conditionalLiability(contribution, amount.currency), amount, functional),
    credit(contributionIncome(contribution, amount.currency), amount, functional),
  ]
}

/** Events 5 and 6, the bank's side: what it booked and what it kept. */
export function arrivalPostings(bank: BankAccountRef, arrived: { booked: Valued; charge: Valued }): Posting[] {
  return [
    debit(cash(bank), arrived.booked.amount, arrived.booked.functional),
    debit(fundAccount('expense:bank-charges', bank.currency), arrived.charge.amount, arrived.charge.functional),
  ]
}

export type Valued = { readonly amount: Money; readonly functional: Money }

/** Events 6 and 7: what has arrived and is not applied. */
export function unappliedPostings(bank: BankAccountRef, held: Held): Posting[] {
  return [credit(unapplied(bank), held.gross, held.functional)]
}

/** Event 6, second half: what was unapplied until now. */
export function releasePostings(bank: BankAccountRef, { value, functional }: Settlement): Posting[] {
  return [debit(unapplied(bank), value, functional)]
}

/**
 * Event 5, the donor's side: the receivable at its carrying value, through the conversion accounts where the bank's currency is
 * another, and what was gained or lost on exchange.
 */
export function settlementPostings(
  contribution: ContributionRef,
  { applied, value, functional, carrying }: Settlement,
): Posting[] {
  const gain = subtract(functional, carrying)
  const result = isNegative(gain) ? 'expense:exchange:realised' : 'income:exchange:realised'
  return [
    credit(receivable(contribution, applied.currency), applied, carrying),
    ...(applied.currency === value.currency
      ? []
      : [
          debit(conversion(applied.currency), applied, functional),
          credit(conversion(value.currency), value, functional),
        ]),
    difference(fundAccount(result, functional.currency), negate(gain)),
  ]
}

/** Event 5 in the budget book: only cash received gives authority, and support cost is set aside of it at once. */
export function authorityPostings(
  contribution: ContributionRef,
  given: { authority: Money; support: Money },
): Posting[] {
  const { currency } = given.authority
  return [
    debit(stage('available', contribution, currency), subtract(given.authority, given.support)),
    debit(stage('support', contribution, currency), given.support),
    credit(authority(contribution, currency), given.authority),
  ]
}

/**
 * Event 24: what will not come. While a condition is open there is no income to take back, so the liability goes with
 * the receivable. What of it was doubted before was an expense then: it goes against the allowance, which is used up first.
 */
export function writeOffPostings(
  contribution: ContributionRef,
  {
    amount,
    functional,
    conditionOpen,
    allowed,
  }: { amount: Money; functional: Money; conditionOpen: boolean; allowed?: Valued },
): Posting[] {
  const against = conditionOpen
    ? conditionalLiability(contribution, amount.currency)
    : fundAccount('expense:write-off', amount.currency)
  const used = allowed ?? { amount: zero(amount.currency), functional: zero(functional.currency) }
  return [
    debit(allowance(contribution, amount.currency), used.amount, used.functional),
    debit(against, subtract(amount, used.amount), subtract(functional, used.functional)),
    credit(receivable(contribution, amount.currency), amount, functional),
  ]
}

/** Event 24: what of a receivable is doubted, against an allowance; negative amounts take it back. */
export function impairmentPostings(contribution: ContributionRef, amount: Money, functional: Money): Posting[] {
  return [
    debit(fundAccount('expense:impairment', amount.currency), amount, functional),
    credit(allowance(contribution, amount.currency), amount, functional),
  ]
}

/** What has arrived in all: the bank's value and its charge. */
export function heldOf({ booked, charge }: { booked: Valued; charge: Valued }): Held {
  return {
    gross: add(booked.amount, charge.amount),
    functional: add(booked.functional, charge.functional),
    cash: booked.functional,
  }
}

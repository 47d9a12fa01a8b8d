import type { BankAccountRef, ContributionRef } from '../ledger/accounts.ts'
import type { Entry, Posting } from '../ledger/post.ts'
import { minorUnits } from '../money.ts'
import type { Held, Settlement } from './policy.ts'
import {
  arrivalPostings,
  authorityPostings,
  heldOf,
  releasePostings,
  settlementPostings,
  unappliedPostings,
  type Valued,
} from './postings.ts'

/** A receipt that has arrived: what the bank booked and what it charged, each in its own currency and in the fund's. */
export type Arrived = {
  readonly id: string
  readonly bank: BankAccountRef
  readonly receivedOn: string
  readonly booked: Valued
  readonly charge: Valued
}

/** What of a receipt goes to which contribution. `heldBack`: a condition is open, so it gives no authority yet. */
export type Application = {
  readonly id: string
  readonly contribution: ContributionRef
  readonly appliedOn: string
  readonly settlement: Settlement
  readonly heldBack: boolean
}

/**
 * The entries of a receipt: one where it is applied on the day it came (events 5 and 7) or not at all (event 6); two where it
 * came before what it is applied to, unidentified until then.
 */
export function receiptEntries(receipt: Arrived, application?: Application): Entry[] {
  const arrival = arrivalPostings(receipt.bank, receipt)
  if (application?.appliedOn === receipt.receivedOn) {
    const { contribution, settlement } = application
    const postings = [
      ...arrival,
      ...unappliedPostings(receipt.bank, settlement.left),
      ...settlementPostings(contribution, settlement),
      ...budgetPostings(application),
    ]
    return [entry('receipt', receipt.id, receipt.receivedOn, contribution.code, postings)]
  }
  const unidentified = [...arrival, ...unappliedPostings(receipt.bank, heldOf(receipt))]
  const first = entry('unidentified_receipt', receipt.id, receipt.receivedOn, '', unidentified)
  return application ? [first, applicationEntry(receipt.bank, application)] : [first]
}

/** Event 6, second half: what was unapplied settles an agreement. */
export function applicationEntry(bank: BankAccountRef, application: Application): Entry {
  const { id, contribution, appliedOn, settlement } = application
  return entry('receipt_applied', id, appliedOn, contribution.code, [
    ...releasePostings(bank, settlement),
    ...settlementPostings(contribution, settlement),
    ...budgetPostings(application),
  ])
}

/** The row that keeps an application. */
export function applicationRow(receiptId: string, application: Application, actId: string) {
  const { id, contribution, appliedOn, settlement } = application
  return {
    id,
    receipt_id: receiptId,
    contribution_id: contribution.id,
    applied_on: appliedOn,
    amount: minorUnits(settlement.applied),
    value: minorUnits(settlement.value),
    functional: minorUnits(settlement.functional),
    carrying: minorUnits(settlement.carrying),
    authority: minorUnits(settlement.authority),
    support: minorUnits(settlement.support),
    act_id: actId,
  }
}

/** What nothing was applied of: all that has arrived. */
export function unappliedOf(receipt: Arrived, application?: Application): Held {
  return application ? application.settlement.left : heldOf(receipt)
}

function budgetPostings({ contribution, settlement, heldBack }: Application): Posting[] {
  return heldBack ? [] : authorityPostings(contribution, settlement)
}

function entry(
  kind: 'receipt' | 'unidentified_receipt' | 'receipt_applied',
  source: string,
  occurredOn: string,
  memo: string,
  postings: Posting[],
): Entry {
  return { kind, source, occurredOn, memo, postings }
}

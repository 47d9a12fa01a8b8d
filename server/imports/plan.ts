import { carryingOf, settle, statusAfter, type ContributionStatus, type Outstanding } from '../contributions/policy.ts'
import { heldOf, writeOffPostings } from '../contributions/postings.ts'
import { receiptEntries, type Application, type Arrived } from '../contributions/receipt-entries.ts'
import { newId } from '../ids.ts'
import type { BankAccountRef } from '../ledger/accounts.ts'
import type { Entry } from '../ledger/post.ts'
import { amountText, exceeds, isPositive, isZero, proportion, smaller, subtract, zero, type Money } from '../money.ts'
import type { PlannedContribution } from './plan-pledge.ts'
import type { PublishedRow, Reason } from './rows.ts'

/** What becomes of the rows of one contribution: the rows of our tables and the entries that follow from them. */

/** A contribution that rows are booked on: one of this file, or one that was there before, with what its agreement says. */
export type Booked = {
  readonly contribution: { readonly id: string; readonly code: string }
  readonly status: ContributionStatus
  readonly signedOn: string
  readonly outstanding: Outstanding
  readonly supportCostBps: number
  readonly conditionOpen: boolean
}

export type PlannedReceipt = {
  readonly line: number
  readonly arrived: Arrived
  readonly sent: Money
  readonly rate: string
  readonly application: Application | undefined
}

export type PlannedWriteOff = {
  readonly id: string
  readonly contributionId: string
  readonly amount: Money
  readonly functional: Money
  readonly on: string
  readonly reason: string
}

export type Planned = {
  readonly receipts: PlannedReceipt[]
  readonly writeOffs: PlannedWriteOff[]
  readonly entries: Entry[]
  readonly status: ContributionStatus
  /** By line: what is remarkable about it, or why it is refused after all. */
  readonly remarks: Map<number, Reason[]>
  readonly refused: Map<number, Reason[]>
}

/** A contribution that begins in a file, with the first row that speaks of it. */
export type Fresh = { readonly pledge: PlannedContribution; readonly row: PublishedRow; readonly planned: Planned }

/** A contribution that was there before. */
export type Continued = {
  readonly contribution: { readonly id: string; readonly status: ContributionStatus; readonly version: number }
  readonly planned: Planned
}

/**
 * Books rows on a contribution in order of date: each settles what is outstanding, what is over stays unapplied, what came before
 * the pledge is unidentified until then, and what will not come is written off.
 */
export function planReceipts(rows: readonly PublishedRow[], on: Booked, bank: BankAccountRef): Planned {
  const planned: Planned & { status: ContributionStatus } = {
    receipts: [],
    writeOffs: [],
    entries: [],
    status: on.status,
    remarks: new Map(),
    refused: new Map(),
  }
  const inOrder = [...rows].sort((a, b) =>
    bookedOn(a, on) < bookedOn(b, on) ? -1 : bookedOn(a, on) > bookedOn(b, on) ? 1 : a.line - b.line,
  )
  let outstanding = on.outstanding
  for (const [i, row] of inOrder.entries()) {
    const last = i === inOrder.length - 1
    const before = outstanding
    outstanding = row.paid
      ? receive(planned, row, row.paid, { on, bank, outstanding, last })
      : writeOff(planned, row, { on, outstanding })
    if (outstanding !== before) planned.status = statusAfter(outstanding.amount, row.paid ? 'received' : 'written_off')
  }
  for (const row of rows.filter((one) => isPositive(outstanding.amount) && one.paid)) {
    const left = { outstanding: amountText(outstanding.amount), currency: outstanding.amount.currency }
    if (row.partiallyPaid) remark(planned, row, { code: 'partially_paid', ...left })
    else if (row === inOrder.at(-1)) remark(planned, row, { code: 'not_fully_paid', ...left })
  }
  return planned
}

function receive(
  planned: Planned,
  row: PublishedRow,
  paid: NonNullable<PublishedRow['paid']>,
  { on, bank, outstanding, last }: { on: Booked; bank: BankAccountRef; outstanding: Outstanding; last: boolean },
): Outstanding {
  const { sent, booked } = paid
  const none = zero(booked.currency)
  const sameCurrency = sent.currency === booked.currency
  const charge = sameCurrency && exceeds(sent, booked) ? subtract(sent, booked) : none
  const more = sameCurrency && exceeds(booked, sent) ? subtract(booked, sent) : none
  const figures = { sent: amountText(sent), booked: amountText(booked) }
  if (isPositive(charge)) remark(planned, row, { code: 'bank_booked_less', ...figures, charge: amountText(charge) })
  if (isPositive(more)) remark(planned, row, { code: 'bank_booked_more', ...figures, excess: amountText(more) })
  if (sent.currency !== outstanding.amount.currency)
    remark(planned, row, { code: 'paid_in_other_currency', pledged: outstanding.amount.currency, paid: sent.currency })

  const arrived: Arrived = {
    id: newId('receipt'),
    bank,
    receivedOn: row.paidOn,
    booked: { amount: booked, functional: booked },
    charge: { amount: charge, functional: charge },
  }
  const held = heldOf(arrived)
  const worth = worthOf(row, paid, held.gross, outstanding, last)
  const applies = isPositive(worth) && isPositive(outstanding.amount)
  const settlement = settle({
    held,
    worth: applies ? worth : held.gross,
    outstanding: applies ? outstanding : { amount: zero(held.gross.currency), carrying: none },
    supportCostBps: on.supportCostBps,
  })
  const application: Application | undefined = applies
    ? {
        id: newId('application'),
        contribution: on.contribution,
        appliedOn: bookedOn(row, on),
        settlement,
        heldBack: on.conditionOpen,
      }
    : undefined
  const excess = settlement.left.gross
  if (exceeds(excess, more)) remark(planned, row, { code: 'more_than_pledged', excess: amountText(excess) })
  if (application && row.paidOn < on.signedOn)
    remark(planned, row, { code: 'received_before_pledge', paidOn: row.paidOn, appliedOn: on.signedOn })
  planned.receipts.push({ line: row.line, arrived, sent, rate: paid.rate, application })
  planned.entries.push(...receiptEntries(arrived, application))
  if (!application) return outstanding
  return {
    amount: subtract(outstanding.amount, settlement.applied),
    carrying: subtract(outstanding.carrying, settlement.carrying),
  }
}

/**
 * What a payment is worth in the pledge's currency. In a third currency a payment settles what it is worth at the carrying
 * value, and the last one of a pledge that is fully paid settles all that is left.
 */
function worthOf(
  row: PublishedRow,
  { sent, booked }: { sent: Money; booked: Money },
  gross: Money,
  outstanding: Outstanding,
  last: boolean,
): Money {
  const { currency } = outstanding.amount
  if (gross.currency === currency) return gross
  if (sent.currency === currency) return sent
  const settlesAll = (last && !row.partiallyPaid) || isZero(outstanding.carrying)
  const settled = settlesAll
    ? outstanding.amount
    : smaller(outstanding.amount, proportion(outstanding.amount, gross, outstanding.carrying))
  // What the bank booked above what was sent is over in the same proportion.
  return sent.currency === booked.currency && exceeds(booked, sent) ? proportion(settled, booked, sent) : settled
}

function writeOff(
  planned: Planned,
  row: PublishedRow,
  { on, outstanding }: { on: Booked; outstanding: Outstanding },
): Outstanding {
  const { amount } = outstanding
  if (isZero(amount)) {
    planned.refused.set(row.line, [{ code: 'nothing_outstanding' }])
    return outstanding
  }
  const id = newId('writeOff')
  const functional = carryingOf(outstanding, amount)
  const occurredOn = bookedOn(row, on)
  const reason = 'Published as written off unpaid'
  planned.writeOffs.push({ id, contributionId: on.contribution.id, amount, functional, on: occurredOn, reason })
  planned.entries.push({
    kind: 'write_off',
    source: id,
    occurredOn,
    memo: on.contribution.code,
    postings: writeOffPostings(on.contribution, { amount, functional, conditionOpen: on.conditionOpen }),
  })
  remark(planned, row, { code: 'written_off_unpaid', amount: amountText(amount), currency: amount.currency })
  return { amount: zero(amount.currency), carrying: zero(functional.currency) }
}

/** The day on which a row counts for its contribution: never before it was pledged. */
function bookedOn(row: PublishedRow, on: Booked): string {
  return row.paidOn < on.signedOn ? on.signedOn : row.paidOn
}

function remark(planned: Planned, row: PublishedRow, reason: Reason): void {
  planned.remarks.set(row.line, [...(planned.remarks.get(row.line) ?? []), reason])
}

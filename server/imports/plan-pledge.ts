import { isKeepable } from '../contributions/policy.ts'
import { agreementPostings, pledgePostings, pledgeReversal } from '../contributions/postings.ts'
import { newId } from '../ids.ts'
import type { Entry } from '../ledger/post.ts'
import { amountText, atRate, proportion, publishedAmount, type Money } from '../money.ts'
import type { PublishedRow, Reason } from './rows.ts'

/** A contribution as a file tells of it for the first time. */
export type PlannedContribution = {
  readonly id: string
  readonly code: string
  readonly pledgedOn: string
  readonly pledged: Money
  readonly functional: Money
  /** As published; null where the publisher did not know it. */
  readonly rate: string | null
}

/**
 * The pledge that rows of one code share. A rate against the fund's own currency means that the currency is misprinted: where
 * all of it was paid in one other currency, that one is taken, else the amount counts as it stands. Where the publisher
 * knew no rate, the pledge is valued at what the bank booked for a payment of it.
 */
export function planPledge(
  rows: readonly PublishedRow[],
  fundCurrency: string,
): { pledge: PlannedContribution; remarks: Reason[] } | { refused: Reason } {
  const { code, pledge } = rows[0]!
  const remarks: Reason[] = []
  let pledged = pledge.amount
  const misprinted = pledged.currency === fundCurrency && !/^0*1(\.0*)?$/.test(pledge.rate)
  const paidIn = new Set(rows.map((row) => row.paid?.sent.currency ?? fundCurrency))
  if (misprinted && isRate(pledge.rate) && paidIn.size === 1 && !paidIn.has(fundCurrency)) {
    const [taken] = paidIn
    remarks.push({ code: 'pledge_currency_taken_from_payment', published: pledged.currency, taken: taken! })
    pledged = publishedAmount(amountText(pledged), taken!).money
  } else if (misprinted) {
    remarks.push({ code: 'rate_contradicts_currency', rate: pledge.rate, currency: fundCurrency })
  }
  const functional = functionalOf(pledged, pledge.rate, rows, fundCurrency)
  if (!functional) return { refused: { code: 'rate_unreadable', column: 'pledge_rate' } }
  if (!isKeepable(functional)) return { refused: { code: 'amount_out_of_range', column: 'pledge_amount' } }
  if (!isRate(pledge.rate) && pledged.currency !== fundCurrency)
    remarks.push({ code: 'pledge_rate_unknown', valuedAt: amountText(functional) })
  const pledgedOn = pledge.on ?? rows.map((row) => row.paidOn).sort()[0]!
  const rate = isRate(pledge.rate) && pledged.currency !== fundCurrency ? pledge.rate : null
  return { pledge: { id: newId('contribution'), code, pledgedOn, pledged, functional, rate }, remarks }
}

/** Events 1 and 2 of a planned contribution: pledged, and agreed without conditions on the same day for the same amount. */
export function pledgeEntries({ id, code, pledgedOn, pledged, functional }: PlannedContribution): Entry[] {
  const ref = { id, code }
  const entry = { source: id, occurredOn: pledgedOn, memo: code }
  return [
    { ...entry, kind: 'pledge', postings: pledgePostings(ref, functional) },
    {
      ...entry,
      kind: 'unconditional_agreement',
      postings: [
        ...agreementPostings(ref, { amount: pledged, functional, conditional: false }),
        ...pledgeReversal(ref, functional),
      ],
    },
  ]
}

/** A pledge in the fund's currency: at the published rate, or at what the bank booked for a payment of it. */
function functionalOf(
  pledged: Money,
  rate: string,
  rows: readonly PublishedRow[],
  fundCurrency: string,
): Money | undefined {
  if (pledged.currency === fundCurrency) return pledged
  if (isRate(rate)) return atRate(pledged, rate, fundCurrency)
  const paid = rows.find((row) => row.paid?.sent.currency === pledged.currency)?.paid
  return paid ? proportion(paid.booked, pledged, paid.sent) : undefined
}

function isRate(published: string): boolean {
  return /[1-9]/.test(published)
}

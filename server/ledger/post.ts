import { named, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorUnits, negate, zero, type Money } from '../money.ts'
import type { Account } from './accounts.ts'

/** One event of the fund (ACCOUNTING's numbered list): a kind of its own, made by one function, once per source. */
export type EntryKind =
  | 'pledge'
  | 'pledge_cancelled'
  | 'unconditional_agreement'
  | 'conditional_agreement'
  | 'condition_met'
  | 'authority_released'
  | 'receipt'
  | 'unidentified_receipt'
  | 'receipt_applied'
  | 'plan_set_aside'
  | 'plan_released'
  | 'request_submitted'
  | 'request_released'
  | 'request_approved'
  | 'obligation_reduced'
  | 'payment_certified'
  | 'payment_cancelled'
  | 'payment_released'
  | 'payment_settled'
  | 'payment_returned'
  | 'release_reversed'
  | 'advance_unwound'
  | 'recovery_due'
  | 'recovery_received'
  | 'recovery_written_off'
  | 'expenditure_accepted'
  | 'expenditure_ineligible'
  | 'expenditure_taken_back'
  | 'refund_decided'
  | 'refund_paid'
  | 'write_off'
  | 'revaluation'
  | 'revaluation_reversed'
  | 'year_closed'
  | 'impairment'
  | 'impairment_reversed'
  | 'conversion_sent'
  | 'conversion'
  | 'interest'
  | 'bank_charge'
  | 'reserve_replenished'
  | 'reserve_released'
  | 'correction'
  | 'corrected'

/** Debit positive, credit negative: `amount` in the account's currency, `functional` in the fund's. */
export type Posting = { readonly account: Account; readonly amount: Money; readonly functional: Money }

export type Entry = {
  readonly kind: EntryKind
  /** The id of the row that caused it: the same event twice is one entry. */
  readonly source: string
  /** Value date, `YYYY-MM-DD`. */
  readonly occurredOn: string
  readonly memo?: string
  readonly reverses?: string
  readonly postings: readonly Posting[]
}

export type PostedEntry = { readonly id: string; readonly isNew: boolean }

export const debit = (account: Account, amount: Money, functional: Money = amount): Posting => ({
  account,
  amount,
  functional,
})

export const credit = (account: Account, amount: Money, functional: Money = amount): Posting => {
  const negated = negate(amount)
  return { account, amount: negated, functional: functional === amount ? negated : negate(functional) }
}

/** A gain or loss on exchange: no original amount, only a functional one. Debit positive. */
export const difference = (account: Account, functional: Money): Posting => ({
  account,
  amount: zero(account.currency),
  functional,
})

/** The mirror of postings: what takes them back. */
export const mirrorOf = (postings: readonly Posting[]): Posting[] =>
  postings.map(({ account, amount, functional }) => ({
    account,
    amount: negate(amount),
    functional: negate(functional),
  }))

/**
 * Appends entries to the ledger in one round trip; the only function in the service that writes there. Postings of zero are
 * left out. What was posted before under the same kind and source is not posted again.
 *
 * Refuses `insufficient_funds` when a guarded account would go below zero, `period_closed` with the first day that is open,
 * `taken_back` for an entry that was reversed before, and `entry_says_something_else`.
 * That everything sums to zero is checked by the database when the transaction commits.
 */
export async function postEntries(
  trx: Trx,
  { fundId, actId }: { fundId: string; actId: string },
  entries: readonly Entry[],
): Promise<PostedEntry[]> {
  const lines = entries.flatMap((entry, i) =>
    entry.postings
      .filter((posting) => !posting.amount.amount.isZero() || !posting.functional.amount.isZero())
      .map((posting) => ({ entry: i + 1, ...posting })),
  )
  const amounts = lines.map((line) => minorUnits(line.amount))
  const posted = await named<{ entry_id: string; is_new: boolean }>(trx, 'post_entries', POST_ENTRIES, [
    fundId,
    actId,
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.source),
    entries.map((entry) => entry.occurredOn),
    entries.map((entry) => entry.memo ?? ''),
    entries.map((entry) => entry.reverses ?? null),
    lines.map((line) => line.entry),
    lines.map((line) => line.account.address),
    lines.map((line) => line.account.currency),
    lines.map((line) => line.account.contributionId ?? null),
    lines.map((line) => line.account.requestId ?? null),
    amounts,
    // The same amount, where it is in the fund's own currency.
    lines.map(({ amount, functional }, i) => (functional === amount ? amounts[i] : minorUnits(functional))),
  ]).catch(asRefusal)
  return posted.map((one) => ({ id: one.entry_id, isNew: one.is_new }))
}

/** As `postEntries`, for the one entry of one act. */
export async function postEntry(trx: Trx, by: { fundId: string; actId: string }, entry: Entry): Promise<PostedEntry> {
  const [posted] = await postEntries(trx, by, [entry])
  return posted!
}

// Arrays, because one round trip with a named statement costs a third of five.
const POST_ENTRIES = `select entry_id, is_new from post_entries(
  ?, ?, ?::text[], ?::text[], ?::date[], ?::text[], ?::bigint[],
  ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[]) order by ord`

function asRefusal(error: { constraint?: string; code?: string; detail?: string }): never {
  if (error.constraint === 'stage_never_below_zero') throw new Refusal('insufficient_funds')
  if (error.constraint === 'period_closed') throw new Refusal('period_closed', { firstOpenDay: error.detail })
  if (error.constraint === 'entry_reversed_once') throw new Refusal('taken_back')
  if (error.constraint === 'entry_says_something_else') throw new Refusal('entry_says_something_else')
  throw error
}

import { exceeds, fromMinorUnits, type Money } from '../money.ts'

/** What one person proposes and another decides, as pure rules. */

export const PROPOSAL_KINDS = [
  'conversion',
  'interest_charge',
  'account_charge',
  'write_off',
  'impairment',
  'impairment_reversal',
  'reserve_replenishment',
  'reserve_release',
  'policy',
  'recovery_write_off',
  'tranche_waiver',
] as const
export type ProposalKind = (typeof PROPOSAL_KINDS)[number]

export type Verdict = 'approve' | 'reject'

/** Those who may confirm what the bank did; between own accounts no money leaves the fund. */
export const CASH_DECIDERS = ['treasurer', 'bank_signatory', 'controller'] as const

export type AuthorityRole = 'director' | 'head_of_department'
export type AuthorityLimits = {
  readonly rows: readonly { readonly upTo: string | null; readonly role: AuthorityRole }[]
}

/**
 * Who may give up this much of the fund's money: the first role whose limit it does not exceed, and every role above that one.
 * `upTo` is whole minor units of the amount's currency, null for without limit; the rows go from the smallest limit up.
 */
export function rolesFor(amount: Money, { rows }: AuthorityLimits): AuthorityRole[] {
  const first = rows.findIndex(({ upTo }) => upTo === null || !exceeds(amount, fromMinorUnits(upTo, amount.currency)))
  return first < 0 ? [] : rows.slice(first).map(({ role }) => role)
}

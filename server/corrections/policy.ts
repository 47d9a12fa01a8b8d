import { Refusal } from '../errors.ts'

/**
 * What of each kind of entry a correction may change, as a table. What is not in it is put right by an act of its own, which is
 * said with the refusal.
 */

/** The values that a correction may put right; amounts are money as text. Those left out stay as they are. */
export type RightValues = Readonly<Record<string, unknown>>

/** What puts an entry right that is not corrected, by a word for programs; pages say it in sentences. */
export type Instead =
  | 'cancel_pledge'
  | 'pledge_again'
  | 'write_off'
  | 'refund_or_write_off'
  | 'withdraw_plan'
  | 'set_aside_again'
  | 'withdraw_request'
  | 'request_again'
  | 'reduce_obligation'
  | 'certify_again'
  | 'cancel_payment'
  | 'return_payment'
  | 'record_receipt'
  | 'next_interest'
  | 'charged_back'
  | 'convert_back'
  | 'reverse_impairment'
  | 'impair_again'
  | 'release_reserve'
  | 'replenish_reserve'
  | 'revalue_again'
  | 'correct_what_it_closed'
  | 'correct_what_stands'
  | 'recover_or_give_up'
  | 'recover_the_rest'
  | 'correct_report'
  | 'its_own_act'

type Correctable = {
  /** May it be taken back with nothing in its place? If not, what to do where nothing is right about it. */
  readonly alone: true | Instead
  /** What of it may be given anew. */
  readonly values: readonly string[]
  /** Who may confirm. */
  readonly confirmers: readonly ('controller' | 'director')[]
}

const TWO = ['controller', 'director'] as const
const OF_RECEIPT = [
  ...['receivedOn', 'bankAccountId', 'sent', 'bankValue', 'bankCharge', 'reference', 'contributionId', 'appliedAmount'],
]
const OF_AGREEMENT = ['conditional', 'condition', 'amount', 'signedOn', 'reference', 'supportCost']

export const CORRECTABLE: Readonly<Record<string, Correctable>> = {
  receipt: { alone: true, values: OF_RECEIPT, confirmers: TWO },
  unidentified_receipt: { alone: true, values: OF_RECEIPT, confirmers: TWO },
  receipt_applied: { alone: true, values: ['contributionId', 'amount', 'appliedOn'], confirmers: TWO },
  unconditional_agreement: { alone: 'write_off', values: OF_AGREEMENT, confirmers: TWO },
  conditional_agreement: { alone: 'write_off', values: OF_AGREEMENT, confirmers: TWO },
  // Writing off takes the director's authority, and so does saying that it was to be another amount, or none.
  write_off: { alone: true, values: ['amount', 'writtenOffOn', 'reason'], confirmers: ['director'] },
  refund_decided: { alone: true, values: ['amount', 'decidedOn', 'reason'], confirmers: TWO },
  payment_certified: { alone: 'cancel_payment', values: ['category'], confirmers: TWO },
  payment_settled: { alone: 'return_payment', values: ['valueDate', 'charge', 'reference'], confirmers: TWO },
}

const OTHERWISE: Readonly<Record<string, Instead>> = {
  pledge: 'cancel_pledge',
  pledge_cancelled: 'pledge_again',
  condition_met: 'refund_or_write_off',
  authority_released: 'refund_or_write_off',
  plan_set_aside: 'withdraw_plan',
  plan_released: 'set_aside_again',
  request_submitted: 'withdraw_request',
  request_released: 'request_again',
  request_approved: 'reduce_obligation',
  obligation_reduced: 'request_again',
  payment_cancelled: 'certify_again',
  advance_unwound: 'request_again',
  // Money that has left is not taken back by a line in a book: it comes back, or it does not.
  payment_released: 'return_payment',
  payment_returned: 'certify_again',
  release_reversed: 'certify_again',
  refund_paid: 'record_receipt',
  recovery_due: 'recover_or_give_up',
  recovery_received: 'recover_the_rest',
  recovery_written_off: 'record_receipt',
  expenditure_accepted: 'correct_report',
  expenditure_ineligible: 'correct_report',
  expenditure_taken_back: 'correct_report',
  // What two people have authorised on its own terms is undone on terms of its own, by two again.
  interest: 'next_interest',
  bank_charge: 'charged_back',
  conversion_sent: 'convert_back',
  conversion: 'convert_back',
  impairment: 'reverse_impairment',
  impairment_reversed: 'impair_again',
  reserve_replenished: 'release_reserve',
  reserve_released: 'replenish_reserve',
  // Each posts only what the books do not say yet, so doing it again is the correction.
  revaluation: 'revalue_again',
  revaluation_reversed: 'revalue_again',
  year_closed: 'correct_what_it_closed',
}

/**
 * Whether an entry of this kind may be corrected so. `takesBack`: it is the mirror of an earlier correction, which can only be taken
 * back in turn, whole. Refuses `correct_otherwise` with what to do instead, and `invalid_request` for values that the kind does not have.
 */
export function checkCorrectable(kind: string, right: RightValues | null, { takesBack }: { takesBack: boolean }): void {
  const rule = CORRECTABLE[kind]
  if (!rule) throw new Refusal('correct_otherwise', { kind, instead: OTHERWISE[kind] ?? 'its_own_act' })
  if (takesBack && rule.alone !== true) throw new Refusal('correct_otherwise', { kind, instead: 'correct_what_stands' })
  if (right === null && rule.alone !== true) throw new Refusal('correct_otherwise', { kind, instead: rule.alone })
  const allowed = takesBack ? [] : rule.values
  const errors = Object.keys(right ?? {})
    .filter((name) => !allowed.includes(name))
    .map((name) => ({
      field: `right.${name}`,
      code: 'object.unknown',
      message: `of a ${kind} ${allowed.length > 0 ? allowed.join(', ') : 'nothing'} can be put right`,
    }))
  if (errors.length > 0) throw new Refusal('invalid_request', { errors })
}

/**
 * Whether a correction of this kind may stand in a month that is closed softly, where only a controller adjusts: one that a controller
 * may confirm. What takes the director stands in an open month.
 */
export function mayAdjust(kind: string): boolean {
  return CORRECTABLE[kind]!.confirmers.includes('controller')
}

/** What is right: what was said, with what differs. Refuses `nothing_to_correct` where nothing does. */
export function putRight(said: RightValues, right: RightValues): RightValues {
  const merged = { ...said, ...right }
  const same = Object.keys(merged).every((name) => JSON.stringify(merged[name]) === JSON.stringify(said[name]))
  if (same) throw new Refusal('nothing_to_correct')
  return merged
}

/** Whoever confirms or rejects is a person, and not the one who proposed. Refuses `service_account_decides_nothing`, `two_people_needed`. */
export function checkSecondPerson(
  actor: { readonly kind: 'person' | 'service'; readonly personId: string },
  proposedBy: string,
): void {
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (actor.personId === proposedBy) throw new Refusal('two_people_needed')
}

/**
 * The ways to date parts of a correction, the best first: each on its own day, then with more and more months taken for closed, whose
 * parts go to `datedOn`. Which months are closed only the ledger knows.
 */
export function datings(valueDays: readonly string[], datedOn: string): string[][] {
  const monthOf = (on: string) => on.slice(0, 7)
  const months = [...new Set(valueDays.map(monthOf))].sort()
  const subsets = months.reduce<string[][]>((all, month) => [...all, ...all.map((set) => [...set, month])], [[]])
  return subsets
    .sort((a, b) => a.length - b.length)
    .map((closed) => valueDays.map((on) => (closed.includes(monthOf(on)) ? datedOn : on)))
}

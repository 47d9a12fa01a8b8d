import type { RefusalCode } from '../errors.ts'
import { exceeds, fromMinorUnits, type Money } from '../money.ts'

/** The rules of asking and deciding, and nothing else: no database, no clock, no HTTP. */

export const REQUEST_STATUSES = [
  'draft',
  'submitted',
  'returned',
  'approved',
  'active',
  'reporting',
  'closed',
  'rejected',
  'withdrawn',
  'expired',
  'suspended',
  'cancelled',
] as const
export type RequestStatus = (typeof REQUEST_STATUSES)[number]
/** How fast a request is wanted; the lane decides which targets its steps have. */
export const LANES = ['standard', 'rapid', 'no_regret'] as const
export type Lane = (typeof LANES)[number]
export type Verdict = 'approve' | 'reject' | 'return'
export type Duty = 'requester' | 'certifier' | 'approver' | 'releaser' | 'reconciler' | 'charge_approver'

export type Step = { readonly step: number; readonly role: string; readonly quorum: number }
export type DecisionTaken = {
  readonly step: number
  readonly role: string
  readonly decidedBy: string
  readonly verdict: Verdict
}

/** What the rules need to know about a person who wants to take part in a request. */
export type Part = {
  readonly kind: 'person' | 'service'
  readonly duty: Duty | null
  readonly named: boolean
  readonly tied: boolean
  /** Recorded or verified the payee's bank details in the last 30 days. */
  readonly handledBankDetails: boolean
}

/** Every answer of `dutyBlocker`. */
export const DUTY_REFUSALS = [
  'service_account_decides_nothing',
  'separation_of_duties',
  'named_in_request',
  'tied_to_payee',
  'recorded_bank_details',
] as const satisfies readonly RefusalCode[]

/**
 * Why this person may not take a duty in the request, or undefined (WORKFLOW, "Who may do what", rules 1, 2, 3 and 6).
 * The first reason that holds, in this order.
 */
export function dutyBlocker(part: Part, duty: Duty): (typeof DUTY_REFUSALS)[number] | undefined {
  if (part.kind === 'service' && duty !== 'requester') return 'service_account_decides_nothing'
  if (part.duty !== null && part.duty !== duty) return 'separation_of_duties'
  if (part.named) return 'named_in_request'
  if (part.tied) return 'tied_to_payee'
  if (part.handledBankDetails && duty !== 'requester' && duty !== 'reconciler') return 'recorded_bank_details'
  return undefined
}

/** The duty that goes with a step: certifying is one, every other decision is another. */
export function dutyOfStep(role: string): Duty {
  return role === 'certifying_officer' ? 'certifier' : 'approver'
}

/** The row of the matrix that an amount falls in: the first whose ceiling it does not exceed. */
export function stepsFor(
  amount: Money,
  matrix: { rows: readonly { upTo: string | null; steps: readonly Step[] }[] },
): readonly Step[] {
  const found = matrix.rows.find(({ upTo }) => upTo === null || !exceeds(amount, fromMinorUnits(upTo, amount.currency)))
  if (!found) throw new Error('the approval matrix has no row for everything above')
  return found.steps
}

/** The steps that wait for a decision now: those with the lowest number at which a quorum is still open. */
export function openSteps(steps: readonly Step[], decisions: readonly DecisionTaken[]): Step[] {
  const missing = steps.filter((step) => approvals(step, decisions) < step.quorum)
  const lowest = missing.reduce((low, { step }) => Math.min(low, step), Infinity)
  return missing.filter(({ step }) => step === lowest)
}

/** Where the verdicts leave a submitted request: one "reject" or "return" moves it, the last approval passes it. */
export function statusAfter(steps: readonly Step[], decisions: readonly DecisionTaken[]): RequestStatus {
  if (decisions.some(({ verdict }) => verdict === 'reject')) return 'rejected'
  if (decisions.some(({ verdict }) => verdict === 'return')) return 'returned'
  return openSteps(steps, decisions).length === 0 ? 'approved' : 'submitted'
}

/** What is still to be filled in before the request can be submitted. */
export function missingFields(request: {
  processId: string | null
  payeeId: string | null
  purpose: string
  mandateBasis: string | null
  support: readonly string[]
  startsOn: string | null
  endsOn: string | null
  lines: readonly unknown[]
}): string[] {
  const empty = (value: unknown) => value === null || value === '' || (Array.isArray(value) && value.length === 0)
  return Object.entries(request).flatMap(([field, value]) => (empty(value) ? [field] : []))
}

function approvals(step: Step, decisions: readonly DecisionTaken[]): number {
  const people = decisions.filter(
    (one) => one.step === step.step && one.role === step.role && one.verdict === 'approve',
  )
  return new Set(people.map(({ decidedBy }) => decidedBy)).size
}

import type { RefusalCode } from '../errors.ts'
import { add, exceeds, fromMinorUnits, moneyFrom, sum, zero, type Money, type MoneyText } from '../money.ts'

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
  'unwound',
] as const
export type RequestStatus = (typeof REQUEST_STATUSES)[number]
/** What was approved and has not ended: it may be paid, also after its last day. */
export const PAYABLE: readonly RequestStatus[] = ['approved', 'active', 'reporting']
/** How fast a request is wanted; the lane decides which targets its steps have. */
export const LANES = ['standard', 'rapid', 'no_regret'] as const
export type Lane = (typeof LANES)[number]
export type Verdict = 'approve' | 'reject' | 'return'
export type Duty = 'requester' | 'certifier' | 'approver' | 'releaser' | 'reconciler' | 'charge_approver'

/** `ratifies`: it comes after money was let move in the no-regret lane, and confirms that. */
export type Step = {
  readonly step: number
  readonly role: string
  readonly quorum: number
  readonly ratifies?: boolean
}
export type DecisionTaken = {
  readonly step: number
  readonly role: string
  readonly decidedBy: string
  /** Whose power it was, where it was delegated. */
  readonly onBehalfOf: string | null
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

/** How a payee stands: as it was rated last, or that the rating has run out, or that nobody has rated it yet. */
export const RISKS = ['unrated', 'low', 'medium', 'high', 'expired'] as const
export type Risk = (typeof RISKS)[number]

/** The risk on a day, of the last rating. A rating holds through its last day. */
export function riskOn(rating: { rating: Rating; validUntil: string } | undefined, on: string): Risk {
  if (!rating) return 'unrated'
  return rating.validUntil < on ? 'expired' : rating.rating
}
export type Rating = 'low' | 'medium' | 'high'

export type MatrixRow = {
  /** Minor units of the fund's currency; null in the last row, for everything above. */
  readonly upTo: string | null
  readonly steps: readonly Step[]
  /** The advisory board is asked for an opinion, which blocks nothing. */
  readonly opinion?: boolean
}
export type ExtraStep = { readonly upTo: string | null; readonly role: string; readonly quorum: number }

/**
 * Who decides on which amount. Each role stands once in a row; steps of one number are taken side by side. `risks` says what the risk
 * of the payee adds: of a risk's list the first entry whose ceiling the amount does not exceed. A risk without entries adds nothing.
 */
export type ApprovalMatrix = {
  readonly rows: readonly MatrixRow[]
  readonly risks?: { readonly [risk in Exclude<Risk, 'low'>]?: readonly ExtraStep[] }
}

/** The row of the matrix that an amount falls in: the first whose ceiling it does not exceed. */
export function rowFor(amount: Money, matrix: ApprovalMatrix): MatrixRow {
  const found = matrix.rows.find(withinCeiling(amount))
  if (!found) throw new Error('the approval matrix has no row for everything above')
  return found
}

/**
 * The steps that a request of this amount to a payee of this risk takes. A risk only ever adds: a step after all others where the row has
 * none of that role, and otherwise as many people as it asks for where the row asks for fewer.
 */
export function stepsFor(amount: Money, matrix: ApprovalMatrix, risk: Risk): Step[] {
  const { steps } = rowFor(amount, matrix)
  const extra = risk === 'low' ? undefined : matrix.risks?.[risk]?.find(withinCeiling(amount))
  if (!extra) return steps.map(plain)
  const { role, quorum } = extra
  if (steps.some((step) => step.role === role))
    return steps.map((step) =>
      step.role === role ? { ...plain(step), quorum: larger(step.quorum, quorum) } : plain(step),
    )
  const last = steps.reduce((high, { step }) => larger(high, step), 0)
  return [...steps.map(plain), { step: last + 1, role, quorum }]
}

const plain = ({ step, role, quorum }: Step): Step => ({ step, role, quorum })
const larger = (a: number, b: number) => (a > b ? a : b)
const withinCeiling =
  (amount: Money) =>
  ({ upTo }: { readonly upTo: string | null }) =>
    upTo === null || !exceeds(amount, fromMinorUnits(upTo, amount.currency))

/** What of a submission a decision is bound to, apart from its words. */
export type Content = {
  readonly payeeId: string
  /** A hash of the payee's name and bank details; submissions from before it was kept have none. */
  readonly payeeDetails?: string
  readonly processId: string
  readonly startsOn: string
  readonly endsOn: string
  readonly lines: readonly { readonly category: string; readonly description: string; readonly amount: MoneyText }[]
}

/** What can change between two submissions and is more than words. */
export const MATERIAL_CHANGES = [
  'payee',
  'payee_details',
  'process',
  'amount_raised',
  'amount_lowered',
  'lines',
  'dates',
] as const
export type MaterialChange = (typeof MATERIAL_CHANGES)[number]

/**
 * Whose decisions a change touches; those do not count any more and must be taken again (WORKFLOW, "A decision").
 * Who is paid, for which process, and more of it: everybody decided on just that. To another bank account, or less of it: the
 * certifying officer, whose word is that the figures are right; whoever has agreed to more has agreed to less. Money moved between lines
 * or a line that is another: those who look at the budget. Other dates: the fund managers, who plan the fund's year. Title, purpose,
 * support, themes, mandate basis and who is named are words about the same act; putting them right asks nobody again but whoever
 * returned the request, and the page shows all of them who still decide. The database knows the same table (`change_touches`).
 */
export const TOUCHES: Readonly<Record<MaterialChange, readonly string[] | 'all'>> = {
  payee: 'all',
  payee_details: ['certifying_officer'],
  process: 'all',
  amount_raised: 'all',
  amount_lowered: ['certifying_officer'],
  lines: ['certifying_officer', 'fund_manager'],
  dates: ['fund_manager'],
}

/** What is materially another from one submission to the next. Lines that only became smaller or fell away are a lower amount. */
export function materialChanges(before: Content, after: Content, currency: string): MaterialChange[] {
  const [was, is] = [totalOf(before, currency), totalOf(after, currency)]
  const details = before.payeeDetails !== undefined && before.payeeDetails !== after.payeeDetails
  const changed: Record<MaterialChange, boolean> = {
    payee: before.payeeId !== after.payeeId,
    payee_details: before.payeeId === after.payeeId && details,
    process: before.processId !== after.processId,
    amount_raised: exceeds(is, was),
    amount_lowered: exceeds(was, is),
    lines: someLineGrew(before, after, currency),
    dates: before.startsOn !== after.startsOn || before.endsOn !== after.endsOn,
  }
  return MATERIAL_CHANGES.filter((change) => changed[change])
}

export function isTouched(role: string, changes: readonly MaterialChange[]): boolean {
  return changes.some((change) => TOUCHES[change] === 'all' || TOUCHES[change].includes(role))
}

/**
 * The approvals of the round before that go on counting, each at the step of its role in the new round. Where that would leave no step
 * open, the certifying officer looks again: nothing is ever approved by being submitted.
 */
export function decisionsKept<Decision extends DecisionTaken>(
  steps: readonly Step[],
  before: readonly Decision[],
  changes: readonly MaterialChange[],
): Decision[] {
  const kept = before.flatMap((one) => {
    const step = steps.find(({ role }) => role === one.role)
    return step && one.verdict === 'approve' && !isTouched(one.role, changes) ? [{ ...one, step: step.step }] : []
  })
  return openSteps(steps, kept).length > 0 ? kept : kept.filter(({ role }) => role !== 'certifying_officer')
}

function totalOf({ lines }: Content, currency: string): Money {
  return sum(
    lines.map(({ amount }) => moneyFrom(amount)),
    currency,
  )
}

function someLineGrew(before: Content, after: Content, currency: string): boolean {
  const sizes = ({ lines }: Content) => {
    const found = new Map<string, Money>()
    for (const { category, description, amount } of lines) {
      const line = JSON.stringify([category, description])
      found.set(line, add(found.get(line) ?? zero(currency), moneyFrom(amount)))
    }
    return found
  }
  const was = sizes(before)
  return [...sizes(after)].some(([line, amount]) => exceeds(amount, was.get(line) ?? zero(currency)))
}

/** The steps that wait for a decision now: those with the lowest number at which a quorum is still open. */
export function openSteps(steps: readonly Step[], decisions: readonly DecisionTaken[]): Step[] {
  const missing = steps.filter((step) => approvals(step, decisions) < step.quorum)
  const lowest = missing.reduce((low, { step }) => Math.min(low, step), Infinity)
  return missing.filter(({ step }) => step === lowest)
}

/**
 * Where the verdicts leave a submitted request: one "reject" or "return" moves it, the last approval passes it. In the no-regret lane the
 * steps before the ratifying ones make it active, and a rejection by one that ratifies unwinds it.
 */
export function statusAfter(steps: readonly Step[], decisions: readonly DecisionTaken[]): RequestStatus {
  const rejected = decisions.find(({ verdict }) => verdict === 'reject')
  const ratifying = steps.filter(({ ratifies }) => ratifies)
  if (rejected) return ratifying.some(({ step }) => step === rejected.step) ? 'unwound' : 'rejected'
  if (decisions.some(({ verdict }) => verdict === 'return')) return 'returned'
  const first = steps.filter(({ ratifies }) => !ratifies)
  if (openSteps(first, decisions).length > 0) return 'submitted'
  return ratifying.length > 0 ? 'active' : 'approved'
}

/** The steps of a request in the no-regret lane: those that let the money move, then the full row of the matrix, which ratifies. */
export function stepsToRatify(first: readonly Step[], row: readonly Step[]): Step[] {
  const last = first.reduce((high, { step }) => Math.max(high, step), 0)
  return [...first, ...row.map((one) => ({ ...one, step: last + one.step, ratifies: true }))]
}

/** What must be filled in before a request can be submitted, in the order in which it is asked; in the faster lanes also why. */
const REQUIRED = [
  ...(['processId', 'payeeId', 'purpose', 'mandateBasis', 'support', 'startsOn', 'endsOn', 'lines'] as const),
  'laneReason',
] as const

/** What of that is still missing. */
export function missingFields(
  request: { readonly lane: Lane } & { readonly [field in (typeof REQUIRED)[number]]: unknown },
): string[] {
  const empty = (value: unknown) => value === null || value === '' || (Array.isArray(value) && value.length === 0)
  return REQUIRED.filter((field) => empty(request[field]) && (field !== 'laneReason' || request.lane !== 'standard'))
}

function approvals(step: Step, decisions: readonly DecisionTaken[]): number {
  const people = decisions.filter(
    (one) => one.step === step.step && one.role === step.role && one.verdict === 'approve',
  )
  return new Set(people.map(({ decidedBy }) => decidedBy)).size
}

import { exceeds, fromMinorUnits, type Money } from '../money.ts'

/** How long things may take and why a clock may stop: rules on plain data. The time itself is passed in, always. */

/** The steps after the decision, in their order; those before are `approval_1`, `approval_2` … by the number in the matrix. */
export const PAYING_STEPS = ['certification', 'release', 'settlement'] as const

/**
 * The fund's rules about time. Of a lane the first row applies whose ceiling (minor units; null: everything above) the amount does not
 * exceed; `decision` is shared out among the steps of the matrix. All in minutes. `percentiles` say how many of a hundred requests must
 * keep the target of a whole. A clock is stopped for no other reason than those of `pauses`.
 */
export type ClockTerms = {
  readonly targets: Readonly<Record<'standard' | 'rapid' | 'no_regret', readonly TimeRow[]>>
  readonly percentiles: Readonly<Record<Whole, number>>
  readonly pauses?: readonly PauseReason[]
}
type TimeRow = { readonly upTo: string | null } & Readonly<Record<'decision' | (typeof PAYING_STEPS)[number], number>>

/** What is measured over several steps: until decided, until a no-regret advance has left, until the payee has the money. */
export const WHOLES = ['decision', 'advance', 'credited'] as const
export type Whole = (typeof WHOLES)[number]

/** Reasons that a fund can list. A returned request is off the clock by itself. */
export const PAUSE_REASONS = [
  'information',
  'funds',
  'screening',
  'fraud',
  'bank_details',
  'security',
  'other',
] as const
export const PAUSERS = [
  ...['certifying_officer', 'fund_manager', 'director', 'head_of_department', 'treasurer', 'bank_signatory'],
  ...['payee_clerk', 'controller', 'compliance_officer'],
]

/** Why a clock may be stopped, who may stop it, and whether nothing may be decided, certified or released meanwhile. */
export type PauseReason = {
  readonly reason: string
  readonly suspends?: boolean
  readonly roles: readonly { readonly role: string }[]
}

/** A step that ratifies comes after the money, so it takes no part of the time for the decision. */
export type StepOfMatrix = { readonly step: number; readonly ratifies?: boolean }
export type Target = { readonly step: string; readonly minutes: number }

/**
 * The target of each step of a request: the time for the decision in equal parts for the numbers of the matrix, to the minute, and
 * then those of the payment. They add up to the time from the request to the payee's credit.
 */
export function targetsFor(
  { amount, lane, steps }: { amount: Money; lane: keyof ClockTerms['targets']; steps: readonly StepOfMatrix[] },
  terms: ClockTerms,
): Target[] {
  const row = terms.targets[lane].find(
    ({ upTo }) => upTo === null || !exceeds(amount, fromMinorUnits(upTo, amount.currency)),
  )
  if (!row) throw new Error(`the clock has no targets for the lane ${lane}`)
  const before = steps.filter(({ ratifies }) => !ratifies)
  const numbers = [...new Set(before.map(({ step }) => step))].sort((a, b) => a - b)
  const until = (part: number) => Math.trunc((row.decision * part) / numbers.length)
  return [
    ...numbers.map((step, i) => ({ step: `approval_${step}`, minutes: until(i + 1) - until(i) })),
    ...PAYING_STEPS.map((step) => ({ step, minutes: row[step] })),
  ]
}

export type Overdue = 'reminder' | 'breach'

/** What there is to say about a step by now: that half its time is over, then that all of it is. Nothing on the way to half. */
export function overdueBy(elapsedMs: number, targetMs: number): Overdue | undefined {
  if (elapsedMs >= targetMs) return 'breach'
  return elapsedMs * 2 >= targetMs ? 'reminder' : undefined
}

/** The reason by its code among those that the fund lists. */
export function pauseReason({ pauses = [] }: Pick<ClockTerms, 'pauses'>, reason: string): PauseReason | undefined {
  return pauses.find((one) => one.reason === reason)
}

/** The rules about time that funds open with (WORKFLOW, "The request"). `thousand` writes so many thousand in minor units. */
export function defaultClock(thousand: (count: number) => string): ClockTerms {
  const hours = (decision: number, certification: number, release: number, settlement: number) => ({
    decision: decision * 60,
    certification: certification * 60,
    release: release * 60,
    settlement: settlement * 60,
  })
  const ordinary = [
    { upTo: thousand(50), ...hours(24, 12, 12, 24) },
    { upTo: null, ...hours(48, 6, 6, 12) },
  ]
  const by = (...roles: string[]) => roles.map((role) => ({ role }))
  return {
    targets: { standard: ordinary, rapid: ordinary, no_regret: [{ upTo: null, ...hours(2, 1, 1, 24) }] },
    percentiles: { decision: 95, advance: 100, credited: 90 },
    pauses: [
      {
        reason: 'information',
        roles: by(
          ...['certifying_officer', 'fund_manager', 'director', 'head_of_department'],
          ...['treasurer', 'bank_signatory', 'compliance_officer'],
        ),
      },
      { reason: 'funds', roles: by('fund_manager', 'director', 'treasurer', 'controller') },
      { reason: 'screening', suspends: true, roles: by('compliance_officer') },
      { reason: 'fraud', suspends: true, roles: by('compliance_officer', 'director', 'head_of_department') },
    ],
  }
}

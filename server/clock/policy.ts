import { exceeds, fromMinorUnits, type Money } from '../money.ts'

/** How long things may take and why a clock may stop: rules on plain data. The time itself is passed in, always. */

/** The steps after the decision, in their order; those before are `approval_1`, `approval_2` … by the number in the matrix. */
export const PAYING_STEPS = ['certification', 'release', 'settlement'] as const

/**
 * The fund's rules about time. The first row with the lane and an amount up to `upTo` (minor units; null: any) applies; `decision` is
 * shared out among the steps of the matrix. `percentiles` say which share of all requests must keep the target of a whole.
 */
export type ClockTerms = {
  readonly rows: readonly {
    readonly lanes: readonly string[]
    readonly upTo: string | null
    readonly minutes: Readonly<Record<'decision' | (typeof PAYING_STEPS)[number], number>>
  }[]
  readonly percentiles: Readonly<Record<Whole, number>>
  readonly pauses: readonly PauseReason[]
}

/** What is measured over several steps: until decided, until a no-regret advance has left, until the payee has the money. */
export const WHOLES = ['decision', 'advance', 'credited'] as const
export type Whole = (typeof WHOLES)[number]

/** Why a clock may be stopped: who may stop it, whether nothing may be done meanwhile, and its words. */
export type PauseReason = {
  readonly reason: string
  readonly suspends: boolean
  readonly roles: readonly string[]
  readonly en: string
  readonly ar: string
}

/** A step that ratifies comes after the money, so it takes no part of the time for the decision. */
export type StepOfMatrix = { readonly step: number; readonly ratifies?: boolean }
export type Target = { readonly step: string; readonly minutes: number }

/**
 * The target of each step of a request: the time for the decision in equal parts for the numbers of the matrix, to the minute, and
 * then those of the payment. They add up to the time from the request to the payee's credit.
 */
export function targetsFor(
  { amount, lane, steps }: { amount: Money; lane: string; steps: readonly StepOfMatrix[] },
  terms: ClockTerms,
): Target[] {
  const row = terms.rows.find(
    ({ lanes, upTo }) =>
      lanes.includes(lane) && (upTo === null || !exceeds(amount, fromMinorUnits(upTo, amount.currency))),
  )
  if (!row) throw new Error(`the clock has no targets for the lane ${lane}`)
  const before = steps.filter(({ ratifies }) => !ratifies)
  const numbers = [...new Set(before.map(({ step }) => step))].sort((a, b) => a - b)
  const until = (part: number) => Math.trunc((row.minutes.decision * part) / numbers.length)
  return [
    ...numbers.map((step, i) => ({ step: `approval_${step}`, minutes: until(i + 1) - until(i) })),
    ...PAYING_STEPS.map((step) => ({ step, minutes: row.minutes[step] })),
  ]
}

export type Overdue = 'reminder' | 'breach'

/** What there is to say about a step by now: that half its time is over, then that all of it is. Nothing on the way to half. */
export function overdueBy(elapsedMs: number, targetMs: number): Overdue | undefined {
  if (elapsedMs >= targetMs) return 'breach'
  return elapsedMs * 2 >= targetMs ? 'reminder' : undefined
}

/** The reason by its code among those that the fund lists. */
export function pauseReason(terms: Pick<ClockTerms, 'pauses'>, reason: string): PauseReason | undefined {
  return terms.pauses.find((one) => one.reason === reason)
}

/** The targets that funds open with (WORKFLOW, "The request"). `thousand` writes so many thousand in minor units. */
export function defaultClock(thousand: (count: number) => string): ClockTerms {
  const ordinary = ['standard', 'rapid']
  return {
    rows: [
      {
        lanes: ['no_regret'],
        upTo: null,
        minutes: { decision: 120, certification: 60, release: 60, settlement: 24 * 60 },
      },
      {
        lanes: ordinary,
        upTo: thousand(50),
        minutes: { decision: 24 * 60, certification: 12 * 60, release: 12 * 60, settlement: 24 * 60 },
      },
      {
        lanes: ordinary,
        upTo: null,
        minutes: { decision: 48 * 60, certification: 6 * 60, release: 6 * 60, settlement: 12 * 60 },
      },
    ],
    percentiles: { decision: 95, advance: 100, credited: 90 },
    pauses: DEFAULT_PAUSES,
  }
}

const DEFAULT_PAUSES: readonly PauseReason[] = [
  {
    reason: 'information',
    suspends: false,
    roles: [
      ...['certifying_officer', 'fund_manager', 'director', 'head_of_department'],
      ...['treasurer', 'bank_signatory', 'compliance_officer'],
    ],
    en: 'Waiting for information',
    ar: 'بانتظار معلومات',
  },
  {
    reason: 'funds',
    suspends: false,
    roles: ['fund_manager', 'director', 'treasurer', 'controller'],
    en: 'Waiting for funds',
    ar: 'بانتظار التمويل',
  },
  {
    reason: 'screening',
    suspends: true,
    roles: ['compliance_officer'],
    en: 'Suspended: screening',
    ar: 'معلق: فحص قوائم العقوبات',
  },
  {
    reason: 'fraud',
    suspends: true,
    roles: ['compliance_officer', 'director', 'head_of_department'],
    en: 'Suspended: suspected fraud',
    ar: 'معلق: اشتباه في احتيال',
  },
]

import type { RefusalCode } from '../errors.ts'

/** The rules of following up what an audit has found, and nothing else: no database, no clock, no HTTP. */

export const SEVERITIES = ['low', 'medium', 'high'] as const
export type Severity = (typeof SEVERITIES)[number]

export const FINDING_OUTCOMES = ['settled', 'withdrawn'] as const
export type FindingOutcome = (typeof FINDING_OUTCOMES)[number]

/** As what somebody records findings. */
export const FINDERS = ['auditor', 'controller'] as const
export type Finder = (typeof FINDERS)[number]

/** Whoever has looked at it may say that it is settled: what an auditor found an auditor, what a controller found either. */
export function endersOf(recordedAs: Finder): readonly Finder[] {
  return recordedAs === 'auditor' ? ['auditor'] : FINDERS
}

/** Why a finding does not end so, or undefined: never by who must act, and settled only by an answer. */
export function endingBlocker({
  mustAct,
  endedBy,
  outcome,
  answers,
}: {
  readonly mustAct: string
  readonly endedBy: string
  readonly outcome: FindingOutcome
  readonly answers: number
}): Extract<RefusalCode, 'not_for_you' | 'not_answered_yet'> | undefined {
  if (endedBy === mustAct) return 'not_for_you'
  if (outcome === 'settled' && answers === 0) return 'not_answered_yet'
  return undefined
}

/** How long after its day a finding is told to those above. */
export const ESCALATES_AFTER_DAYS = 7

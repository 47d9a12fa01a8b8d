/** The rules of watching for crises, and nothing else. */

export const PHASES = ['before_escalation', 'after_violence', 'implementation'] as const
export type Phase = (typeof PHASES)[number]

/** From the calmest to the worst. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Whether somebody should have looked at it again by now. What is closed is not looked at any more. */
export function isDueForReview(item: { readonly closed: boolean; readonly reviewOn: string }, on: string): boolean {
  return !item.closed && item.reviewOn <= on
}

/** The worst of them, or null where there are none. */
export function worst(severities: readonly Severity[]): Severity | null {
  return [...SEVERITIES].reverse().find((one) => severities.includes(one)) ?? null
}

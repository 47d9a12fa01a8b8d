/** The rules of processes and who may know of them, and nothing else: no database, no clock, no HTTP. */

export const PHASES = ['before_escalation', 'after_violence', 'implementation'] as const
export type Phase = (typeof PHASES)[number]
export const CONFIDENTIALITIES = ['open', 'confidential', 'strictly_confidential'] as const
export type Confidentiality = (typeof CONFIDENTIALITIES)[number]
export const MANDATE_BASES = [
  'request_of_parties',
  'secretary_general_initiative',
  'security_council_request',
  'general_assembly_request',
] as const

/** Whether a process in one phase may come to another: forward only (WORKFLOW, "Words"). Violence that comes back is another process. */
export function phaseGoesForward(from: Phase, to: Phase): boolean {
  return PHASES.indexOf(to) >= PHASES.indexOf(from)
}

export type Verdict = 'accepted' | 'pending' | 'rejected'

/** What became of a line: noted; the payment came back by it; a reconciler must confirm; it says the contrary of before; no payment of ours. */
export type Outcome = 'noted' | 'returned' | 'to_confirm' | 'contradicts' | 'unknown'

const ACCEPTED = ['ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACCC', 'ACWC', 'ACWP', 'ACFC']
const REJECTED = ['RJCT', 'CANC', 'BLCK']

/** What a status of the bank comes to (ISO 20022 external payment transaction status); one that is none of these decides nothing. */
export function verdictOf(status: string): Verdict {
  if (REJECTED.includes(status)) return 'rejected'
  return ACCEPTED.includes(status) ? 'accepted' : 'pending'
}

/** Where a payment stands when the bank says something of it: its own status, and what the bank decided before. */
export type Standing = { readonly status: string; readonly before: Verdict | undefined }

/**
 * What follows from what the bank says. A rejection brings a payment back that is on its way and that the bank has not accepted before; whatever
 * says the contrary of what is known changes nothing, and is work for people.
 */
export function followsFrom(verdict: Verdict, { status, before }: Standing): 'noted' | 'to_return' | 'contradicts' {
  const back = status === 'returned' || status === 'cancelled'
  if (verdict === 'pending') return 'noted'
  if (verdict === 'accepted') return back || before === 'rejected' ? 'contradicts' : 'noted'
  if (back) return 'noted'
  if (status !== 'released' || before === 'accepted') return 'contradicts'
  return before === 'rejected' ? 'noted' : 'to_return'
}

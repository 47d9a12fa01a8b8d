import type { Caller, Fund } from '../support/service.ts'

/** A fund, and what has become of it so far. */
export type Story = {
  fund: Fund
  today: string
  contributions: { id: string; currency: string; agreed: number }[]
  receipts: string[]
  refunds: string[]
  requests: { id: string; payeeId: string }[]
  payments: { id: string; amount: number }[]
  /** Bank accounts in dollars, euro and dollars again. */
  banks: { id: string; currency: string }[]
  plans: string[]
  proposals: { id: string; kind: string }[]
  /** The kinds of those that were approved. */
  approved: string[]
  donorId: string
  payeeId: string
  told: { status: number; code: string; act: string }[]
  keys: number
}

/** One call of the API that somebody tries. */
export type Call = {
  by: Caller
  method?: 'post' | 'patch'
  path: string
  body: object
  headers?: Record<string, string>
  note?: { currency?: string; amount?: number }
}

import { minorUnits, type Money } from '../money.ts'

/** What a bank may keep of one payment before a second person must look: `most` in minor units, or `bps` of the payment if that is more. */
export type ChargeLimit = { readonly most: string; readonly bps: number }

/** Whether what was kept of a payment is beyond both halves of the limit. All in the fund's currency; exact, nothing is rounded. */
export function isAboveLimit(kept: Money, payment: Money, { most, bps }: ChargeLimit): boolean {
  const units = BigInt(minorUnits(kept))
  return units > BigInt(most) && units * 10_000n > BigInt(minorUnits(payment)) * BigInt(bps)
}

/** A payment that looks like the one that is to be certified. */
export type Alike = {
  readonly id: string
  readonly code: string
  readonly payee: string
  readonly status: string
  readonly certifiedOn: string
}

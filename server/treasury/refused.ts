import type { RefusalCode } from '../errors.ts'

/** What interest that is looked at can be refused with, recorded or not. */
const INTEREST = [
  'date_in_future',
  'dates_out_of_order',
  'currency_mismatch',
  'currency_not_in_use',
  'rate_missing',
  'amount_out_of_range',
  'interest_recorded_already',
] as const

/** What each verb refuses, for the documentation of its endpoint. */
export const REFUSED = {
  proposeConversion: [
    'date_in_future',
    'dates_out_of_order',
    'currency_mismatch',
    'bank_value_differs',
    'currency_not_in_use',
    'already_exists',
    'insufficient_cash',
    'rate_missing',
  ],
  previewInterest: INTEREST,
  recordInterest: [...INTEREST, 'version_changed', 'period_closed'],
  proposeReserveTransfer: [
    'not_agreed',
    'earmarked',
    'date_in_future',
    'dates_out_of_order',
    'currency_mismatch',
    'insufficient_funds',
    'reserve_not_overdrawn',
  ],
} as const satisfies Record<string, readonly RefusalCode[]>

import type { RefusalCode } from '../errors.ts'

/** What an amount in any currency can be refused with, and a day that follows from another. */
const VALUING = [
  'currency_unknown',
  'currency_not_in_use',
  'rate_missing',
  'amount_out_of_range',
  'period_closed',
] as const
const DATING = ['date_in_future', 'dates_out_of_order', 'period_closed'] as const
/** What a proposed loss can be refused with: it is not in the books yet, so no closed month is in its way. */
const PROPOSING_LOSS = [
  'service_account_decides_nothing',
  'not_agreed',
  'date_in_future',
  'dates_out_of_order',
  'currency_mismatch',
] as const

/** What each verb refuses, for the documentation of its endpoint. */
export const REFUSED = {
  pledge: ['already_exists', 'date_in_future', ...VALUING],
  agree: ['not_pledged', 'date_in_future', 'dates_out_of_order', ...VALUING],
  fulfil: ['not_agreed', 'not_conditional', ...DATING],
  changeEarmark: ['not_pledged', 'earmark_forbids_use'],
  receive: [
    'not_agreed',
    'date_in_future',
    'currency_mismatch',
    'bank_value_differs',
    'applied_amount_missing',
    'nothing_unapplied',
    'already_exists',
    ...VALUING,
  ],
  receiveUnidentified: ['date_in_future', 'currency_mismatch', 'bank_value_differs', 'already_exists', ...VALUING],
  apply: [
    'taken_back',
    'not_agreed',
    'currency_mismatch',
    'applied_amount_missing',
    'nothing_unapplied',
    'nothing_outstanding',
    'amount_out_of_range',
    ...DATING,
  ],
  cancel: ['not_pledged', ...DATING],
  proposeWriteOff: [...PROPOSING_LOSS, 'nothing_outstanding'],
  proposeImpairment: [...PROPOSING_LOSS, 'condition_open', 'nothing_outstanding'],
  proposeImpairmentReversal: [...PROPOSING_LOSS, 'condition_open', 'nothing_impaired'],
  decideRefund: ['service_account_decides_nothing', 'not_agreed', 'currency_mismatch', 'insufficient_funds', ...DATING],
  payRefund: [
    'service_account_decides_nothing',
    'two_people_needed',
    'taken_back',
    'refund_paid_already',
    'currency_mismatch',
    ...DATING,
  ],
} as const satisfies Record<string, readonly RefusalCode[]>

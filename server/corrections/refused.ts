import type { RefusalCode } from '../errors.ts'

/** What performing a correction, or rehearsing it, is refused with: of the entry, then as the verb would that records what is right. */
const PERFORMING = [
  'taken_back',
  'correct_otherwise',
  'nothing_to_correct',
  'built_upon',
  'date_in_future',
  'dates_out_of_order',
  'period_closed',
  'currency_unknown',
  'currency_not_in_use',
  'currency_mismatch',
  'rate_missing',
  'amount_out_of_range',
  'bank_value_differs',
  'applied_amount_missing',
  'not_agreed',
  'nothing_unapplied',
  'nothing_outstanding',
  'nothing_impaired',
  'insufficient_funds',
  'already_exists',
  'reported_already',
  'tranche_not_due',
] as const

/** What each act of a correction refuses, for the documentation of its endpoint. */
export const REFUSED = {
  propose: ['service_account_decides_nothing', ...PERFORMING],
  decide: [
    'service_account_decides_nothing',
    'two_people_needed',
    'named_in_request',
    'tied_to_payee',
    'correction_ended',
    ...PERFORMING,
    'version_changed',
  ],
  withdraw: ['service_account_decides_nothing', 'correction_ended'],
} as const satisfies Record<string, readonly RefusalCode[]>

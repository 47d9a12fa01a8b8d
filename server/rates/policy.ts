/** What a rate of exchange may say, as pure functions: units of a currency per unit of the fund's, for a month. */

/** `YYYY-MM`, from 1990 on, when the rules of every fund begin. */
export const MONTH = /^(199\d|2[01]\d\d)-(0[1-9]|1[0-2])$/
export const UNITS = /^(?=.*[1-9])\d{1,12}(\.\d{1,10})?$/

export type Rate = {
  readonly currency: string
  readonly month: string
  readonly units: string
  readonly source: string
}

/** Why a row of a file is refused. */
export type RateComplaint =
  | 'number_of_fields'
  | 'month_unreadable'
  | 'units_unreadable'
  | 'source_unreadable'
  | 'currency_unknown'
  | 'currency_not_in_use'
  | 'currency_of_fund'
  | 'rate_set_already'

/** The currencies that there are, each with its first and last day of use, and the fund's own. */
export type Known = {
  readonly fundCurrency: string
  readonly currencies: ReadonlyMap<string, { readonly from: string | null; readonly to: string | null }>
}

/** A row of a file as a rate, or why it is none. */
export function readRate(fields: readonly string[], known: Known): Rate | RateComplaint {
  if (fields.length !== 4) return 'number_of_fields'
  const [currency, month, units, source] = fields.map((field) => field.trim()) as [string, string, string, string]
  if (!MONTH.test(month)) return 'month_unreadable'
  if (!UNITS.test(units)) return 'units_unreadable'
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (source === '' || source.length > 200 || /[\u0000-\u001f\u007f\ufffe\uffff]/.test(source))
    return 'source_unreadable'
  const use = known.currencies.get(currency)
  if (!use) return 'currency_unknown'
  if (currency === known.fundCurrency) return 'currency_of_fund'
  if (`${month}-01` < (use.from ?? '') || `${month}-01` > (use.to ?? '9999')) return 'currency_not_in_use'
  return { currency, month, units, source }
}

/** Whether two texts are the same number: `0.80` and `0.8` are. */
export function sameUnits(a: string, b: string): boolean {
  return plain(a) === plain(b)
}

function plain(units: string): string {
  const [whole, decimals = ''] = units.split('.')
  return `${whole!.replace(/^0+/, '')}.${decimals.replace(/0+$/, '')}`
}

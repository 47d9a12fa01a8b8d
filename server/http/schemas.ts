import Joi from 'joi'
import { ID_KINDS, isId, type IdKind } from '../ids.ts'
import { amountComplaint, type MoneyText } from '../money.ts'

/** The words of the API: the same schema validates a body and describes it in the OpenAPI document. */

const base = Joi.defaults((schema) => schema.options({ convert: false, abortEarly: false }))

// Nor U+202D and U+202E, by which a text is read in another order than it is written.
// eslint-disable-next-line no-control-regex -- control characters are what this refuses
const PLAIN = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202d\u202e\ufffe\uffff]*$/u

/** A text for people: trimmed, without control characters, in any script. */
export const text = (most: number) =>
  base
    .string()
    .trim()
    .min(1)
    .max(most)
    .custom((value: string, helpers) => (value.isWellFormed() ? value : helpers.error('string.base')))
    .pattern(PLAIN, 'text without control characters')

export const day = () =>
  base
    .string()
    .pattern(/^\d{4}-\d{2}-\d{2}$/, 'a day, YYYY-MM-DD')
    .custom((value: string, helpers) => (isDay(value) ? value : helpers.error('day.invalid')))
    .meta({ format: 'date' })

/** A day that the books can hold: from 1990 on, when the rules of every fund begin. */
export const bookDay = () => day().pattern(/^(199\d|2[01]\d\d)-/, 'a day from 1990 on')

export const instant = () =>
  base
    .string()
    .pattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/, 'a moment, as in RFC 3339')
    .custom((value: string, helpers) => (Number.isNaN(Date.parse(value)) ? helpers.error('day.invalid') : value))

export const currency = () => base.string().pattern(/^[A-Z]{3}$/, 'an ISO 4217 code')

/** Money that must be more than zero, as text, with no more decimals than its currency has. */
export const amount = () => moneySchema((value) => !value.startsWith('-') && /[1-9]/.test(value))

/** Money that may be zero. */
export const amountOrZero = () => moneySchema((value) => !value.startsWith('-'))

/** Money that came, or with a minus went; not zero. */
export const signedAmount = () => moneySchema((value) => /[1-9]/.test(value))

export const id = (kind: IdKind) =>
  base
    .string()
    .pattern(new RegExp(`^${ID_KINDS[kind]}_[0-9a-hjkmnp-tv-z]{26}$`), `an id that begins with ${ID_KINDS[kind]}_`)
    .custom((value: string, helpers) => (isId(kind, value) ? value : helpers.error('id.invalid')))

export const object = <T>(keys: Joi.SchemaMap<T, false>) => base.object<T, false>(keys).required()

/** Query parameters: everything arrives as text there, so numbers and flags are converted. */
export const query = <T>(keys: Joi.SchemaMap<T, false>) =>
  Joi.object<T, false>(keys).options({ convert: true, abortEarly: false })

/** Keyset pages: `after` is the `next` of the page before. */
export const pageKeys = {
  limit: Joi.number().integer().min(1).max(500).default(50),
  after: Joi.string()
    .max(500)
    .pattern(/^[A-Za-z0-9_-]+$/),
}

/** A position of the ledger: the number of a seal. */
export const positionKey = { position: Joi.number().integer().min(1).max(2_147_483_647) }

export type PageQuery = { limit: number; after?: string }

export { base as joi }

function moneySchema(inRange: (value: string) => boolean) {
  return base
    .object<MoneyText, false>({
      amount: base
        .string()
        .required()
        .pattern(/^-?(0|[1-9]\d{0,14})(\.\d{1,4})?$/, 'an amount of at most 15 digits before the point'),
      currency: currency().required(),
    })
    .custom((value: MoneyText, helpers) => {
      if (amountComplaint(value.amount, value.currency) === 'too_many_decimals')
        return helpers.error('amount.tooManyDecimals')
      return inRange(value.amount) ? value : helpers.error('amount.notPositive')
    })
}

function isDay(value: string): boolean {
  const at = new Date(`${value}T00:00:00Z`)
  // There was no year 0, and the database knows none.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value) && value >= '0001'
}

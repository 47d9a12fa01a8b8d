import type { Schema } from 'joi'
import { Refusal } from '../errors.ts'
import { ID_KINDS, isId, type IdKind } from '../ids.ts'

export type Language = 'en' | 'ar'

/** The value as the schema types it, or a refusal that names every bad field in the reader's language. */
export function validate<T>(schema: Schema<T>, value: unknown, language: Language): T {
  const result = speaking(schema).validate(value ?? {}, { errors: { language, wrap: { label: false } } })
  if (!result.error) return result.value as T
  throw new Refusal('invalid_request', {
    // The first fifty are enough to put it right.
    errors: result.error.details.slice(0, 50).map((detail) => ({
      field: detail.path.join('.'),
      code: detail.type,
      message: detail.message,
    })),
  })
}

/** An id in the path that cannot be one of ours is simply not found; it must never reach a query. */
export function validateParams(params: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(params)) {
    if (name in ID_KINDS && !isId(name as IdKind, value)) throw new Refusal('not_found')
  }
  return params
}

// Joi speaks English by itself; these are its own rules of ours in English, and all that a form can meet in Arabic.
const MESSAGES = {
  en: {
    'day.invalid': '{{#label}} is not a day of the calendar',
    'id.invalid': '{{#label}} is not such an id',
    'amount.tooManyDecimals': '{{#label}} has more decimals than its currency has',
    'amount.notPositive': '{{#label}} must be more than zero',
    'string.pattern.name': '{{#label}} must be {{#name}}',
    'timeZone.unknown': '{{#label}} must be a name of the time zone database, like Africa/Nairobi',
    'string.trim': '{{#label}} must not begin or end with a space',
  },
  ar: {
    'any.required': '{{#label}} مطلوب',
    'any.only': '{{#label}} يجب أن يكون واحداً من {{#valids}}',
    'any.invalid': '{{#label}} غير مقبول',
    'object.unknown': '{{#label}} غير معروف هنا',
    'object.base': '{{#label}} يجب أن يكون كائناً',
    'object.and': '{{#label}}: هذه الحقول تأتي معاً',
    'object.missing': '{{#label}}: حقل ناقص',
    'array.base': '{{#label}} يجب أن يكون قائمة',
    'array.min': '{{#label}} فيها عناصر أقل من اللازم',
    'array.max': '{{#label}} فيها عناصر أكثر من المسموح',
    'array.unique': '{{#label}} فيها تكرار',
    'boolean.base': '{{#label}} يجب أن يكون نعم أو لا',
    'string.base': '{{#label}} يجب أن يكون نصاً',
    'string.empty': '{{#label}} فارغ',
    'string.min': '{{#label}} أقصر من اللازم',
    'string.max': '{{#label}} أطول من المسموح',
    'string.email': '{{#label}} ليس بريداً إلكترونياً',
    'string.trim': '{{#label}} يجب ألا يبدأ أو ينتهي بمسافة',
    'string.pattern.base': '{{#label}} ليس بالصيغة الصحيحة',
    'string.pattern.name': '{{#label}} ليس بالصيغة الصحيحة',
    'number.base': '{{#label}} يجب أن يكون رقماً',
    'number.integer': '{{#label}} يجب أن يكون عدداً صحيحاً',
    'number.min': '{{#label}} أصغر من المسموح',
    'number.max': '{{#label}} أكبر من المسموح',
    'day.invalid': '{{#label}} ليس يوماً في التقويم',
    'timeZone.unknown': '{{#label}} ليس اسماً في قاعدة بيانات المناطق الزمنية، مثل Africa/Nairobi',
    'id.invalid': '{{#label}} ليس معرّفاً صحيحاً',
    'amount.tooManyDecimals': '{{#label}} فيه خانات عشرية أكثر مما لعملته',
    'amount.notPositive': '{{#label}} يجب أن يكون أكبر من صفر',
  },
}

const known = new WeakMap<object, Schema>()
function speaking<T>(schema: Schema<T>): Schema<T> {
  let own = known.get(schema)
  if (!own) known.set(schema, (own = schema.prefs({ messages: MESSAGES })))
  return own as Schema<T>
}

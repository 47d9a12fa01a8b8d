import { Refusal } from '../errors.ts'
import { FIELDS, operatorsOf, type FieldName } from './query-fields.ts'

/** What is wrong with the text of a query, and where: `at` and `length` in UTF-16 units, as the program counts. */
export type Complaint = {
  readonly code: keyof typeof COMPLAINTS
  readonly at: number
  readonly length: number
  readonly values?: Readonly<Record<string, string>>
}

/** A query that cannot be read; caught where the language of the reader is known. */
export class UnreadableQuery extends Error {
  readonly complaint: Complaint

  constructor(complaint: Complaint) {
    super(complaint.code)
    this.complaint = complaint
  }
}

/** Each says what is wrong and what would be right. */
const COMPLAINTS = {
  'query.tooLong': {
    en: 'The query is longer than {most} characters. Ask in two steps.',
    ar: 'الاستعلام أطول من {most} حرفاً. اسأل على خطوتين.',
  },
  'query.tooDeep': {
    en: 'Parentheses and negations are nested more than {most} deep here. Write it flatter.',
    ar: 'الأقواس والنفي هنا متداخلة أكثر من {most}. اكتبه بشكل أبسط.',
  },
  'query.tooManyTerms': {
    en: 'The query has more than {most} conditions. Ask in two steps.',
    ar: 'في الاستعلام أكثر من {most} شرطاً. اسأل على خطوتين.',
  },
  'query.character': {
    en: 'This character cannot be part of a query. Take it out.',
    ar: 'لا يمكن أن يكون هذا الحرف جزءاً من استعلام. احذفه.',
  },
  'query.unclosedQuote': {
    en: 'This quotation mark has no partner. Close it after the text, or take it out.',
    ar: 'علامة الاقتباس هذه غير مغلقة. أغلقها بعد النص أو احذفها.',
  },
  'query.unclosedParenthesis': {
    en: 'This parenthesis has no partner. Close it with ) or take it out.',
    ar: 'هذا القوس غير مغلق. أغلقه بـ ) أو احذفه.',
  },
  'query.unexpected': {
    en: 'A condition is missing here, such as kind:receipt or period:2026-01.',
    ar: 'هنا شرط ناقص، مثل kind:receipt أو period:2026-01.',
  },
  'query.noOpening': {
    en: 'This parenthesis closes nothing. Take it out, or open it with ( before.',
    ar: 'هذا القوس لا يغلق شيئاً. احذفه أو افتح قوساً ( قبله.',
  },
  'query.field': {
    en: '"{name}" is no field. Did you mean {nearest}? To look for these words in memos, put them in quotation marks.',
    ar: '"{name}" ليس حقلاً. هل تقصد {nearest}؟ للبحث عن هذه الكلمات في البيان ضعها بين علامتي اقتباس.',
  },
  'query.operator': {
    en: 'After {name} stands one of {operators}, as in {example}.',
    ar: 'بعد {name} يأتي أحد هذه: {operators}، كما في {example}.',
  },
  'query.valueMissing': {
    en: 'A value is missing after {name}, as in {example}.',
    ar: 'قيمة ناقصة بعد {name}، كما في {example}.',
  },
  'query.value': {
    en: '{name} does not take this value. Write it as in {example}.',
    ar: 'لا يقبل {name} هذه القيمة. اكتبها كما في {example}.',
  },
  'query.list': {
    en: '{name} takes one value. Amounts are written without commas, as in {example}.',
    ar: 'يأخذ {name} قيمة واحدة. تكتب المبالغ بلا فواصل، كما في {example}.',
  },
  'query.currencyMissing': {
    en: 'An amount means nothing without its currency. Put one beside it, as in amount>=1000 currency:EUR.',
    ar: 'المبلغ بلا عملته لا معنى له. ضع عملة واحدة بجانبه، كما في amount>=1000 currency:EUR.',
  },
  'query.decimals': {
    en: 'This has more decimals than {currency} has.',
    ar: 'فيه خانات عشرية أكثر مما لعملة {currency}.',
  },
} as const

/** The complaint in words. */
export function complaintText({ code, values = {} }: Complaint, language: 'en' | 'ar'): string {
  return COMPLAINTS[code][language].replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '')
}

/** The refusal of a query: where it is wrong counted in characters from 1, as people count. */
export function refusalOfQuery(complaint: Complaint, text: string, language: 'en' | 'ar', fieldName = 'q'): Refusal {
  const at = [...text.slice(0, complaint.at)].length + 1
  const length = [...text.slice(complaint.at, complaint.at + complaint.length)].length
  const where = { en: `Character ${at}: `, ar: `الحرف ${at}: ` }[language]
  const message = `${where}${complaintText(complaint, language)}`
  return new Refusal('invalid_request', { errors: [{ field: fieldName, code: complaint.code, message, at, length }] })
}

/** Throws what is wrong with a field's value or sign, with how it is written. */
export function complainOf(
  name: FieldName,
  code: 'query.operator' | 'query.value' | 'query.valueMissing' | 'query.list',
  { at, length }: { at: number; length: number },
): never {
  const values = { name, example: FIELDS[name].example, operators: operatorsOf(name).join(' ') }
  throw new UnreadableQuery({ code, at, length, values })
}

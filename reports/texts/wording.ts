import { createIntl } from '@formatjs/intl'
import type { MoneyText } from '../../server/money.ts'
import { donorReportTexts as arabic } from './ar.ts'
import { donorReportTexts as english, type DonorReportTexts } from './en.ts'

export type ReportLanguage = 'en' | 'ar'

/** The words, figures and dates of a report in one language. */
export type Wording = {
  readonly language: ReportLanguage
  readonly direction: 'ltr' | 'rtl'
  /** The text of that name, with its values put in as they are. */
  readonly say: (name: keyof DonorReportTexts, values?: Record<string, string | number>) => string
  /** `1,234.50`: every decimal of the text and none more, digits and separators as in English in every language. */
  readonly amount: (money: MoneyText) => string
  /** `31 December 2025` for `2025-12-31`. */
  readonly day: (date: string) => string
  /** A day with its hour, for a time stamp in ISO 8601; the day alone for a date. */
  readonly instant: (timeStamp: string) => string
  /** A grid line's value, short: `2.5M`. */
  readonly axisValue: (value: number) => string
  /** `US Dollar (USD)`, by the code alone where the language has no name for it. */
  readonly currencyName: (code: string) => string
}

/** Latin digits in Arabic too, so that the figures of both reports can be compared at a glance. */
const LOCALES = { en: 'en', ar: 'ar-u-nu-latn' }
const TEXTS: Record<ReportLanguage, DonorReportTexts> = { en: english, ar: arabic }

const wordings = new Map<ReportLanguage, Wording>()

/** The wording of a language; its messages are parsed once for the process. */
export function wordingIn(language: ReportLanguage): Wording {
  let wording = wordings.get(language)
  if (!wording) wordings.set(language, (wording = prepareWording(language)))
  return wording
}

/** Keeps an amount, a date or a code from left to right in its place, whatever stands around it (UAX 9). */
export function leftToRight(text: string): string {
  return `\u2066${text}\u2069`
}

/** Keeps a name in the direction of its own first letter, whatever stands around it (UAX 9). */
export function inOwnDirection(text: string): string {
  return `\u2068${text}\u2069`
}

/** `EUR 1,234.50` */
export function withCurrency(wording: Wording, money: MoneyText): string {
  return `${money.currency} ${wording.amount(money)}`
}

function prepareWording(language: ReportLanguage): Wording {
  const locale = LOCALES[language]
  const intl = createIntl({ locale, messages: TEXTS[language], onError: refuse })
  const say: Wording['say'] = (id, values) => intl.formatMessage({ id }, values)
  const day = (date: string) => {
    const [, year, month, number] = /^(\d{4})-(\d{2})-(\d{2})/.exec(date) ?? []
    if (!year || !month || !number) return date
    return say('day', { day: number.replace(/^0/, ''), month: say('month', { month }), year })
  }
  const axis = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  return {
    language,
    direction: language === 'ar' ? 'rtl' : 'ltr',
    say,
    amount: amountInDigits,
    day,
    instant: (timeStamp) => {
      const moment = new Date(timeStamp)
      if (!timeStamp.includes('T') || Number.isNaN(moment.valueOf())) return day(timeStamp)
      const [date, time] = moment.toISOString().split('T') as [string, string]
      return say('instant', { day: day(date), time: leftToRight(time.slice(0, 5)) })
    },
    axisValue: (value) => axis.format(value),
    currencyName: (code) => {
      const name = new Intl.DisplayNames(locale, { type: 'currency', fallback: 'none' }).of(code)
      return name ? `${name} (${leftToRight(code)})` : leftToRight(code)
    },
  }
}

const decimalFormats = new Map<number, Intl.NumberFormat>()

/** Exact for any number of digits, because Intl is given the text itself and never a floating-point number. */
function amountInDigits({ amount }: MoneyText): string {
  if (!/^-?\d+(\.\d+)?$/.test(amount)) throw new Error(`not an amount: ${JSON.stringify(amount)}`)
  const decimals = amount.split('.')[1]?.length ?? 0
  let format = decimalFormats.get(decimals)
  if (!format) {
    const options = {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: 'negative',
    } as const
    decimalFormats.set(decimals, (format = new Intl.NumberFormat('en', options)))
  }
  return format.format(amount as Intl.StringNumericLiteral)
}

/** A text that lacks a value is a bug in the report, and no report is better than one with a hole. */
function refuse(error: Error): never {
  throw error
}

import type { MoneyText } from '../money.ts'

export type DifferenceKind = 'receipt' | 'payment' | 'payment_return' | 'conversion' | 'other'

type Facts = {
  readonly entryId: string
  readonly kind: DifferenceKind
  readonly original: MoneyText | null
  readonly carrying: MoneyText | null
  readonly brought: MoneyText | null
  readonly difference: MoneyText
}

/** A realised difference as a sentence: what it was booked at, what came of it, and what that gained or lost. */
export function sentenceOf(facts: Facts, language: 'en' | 'ar'): string {
  const { story, result } = WORDS[language]
  const { difference } = facts
  const size = said({ ...difference, amount: difference.amount.replace('-', '') }, language)
  const outcome = /[1-9]/.test(difference.amount)
    ? result[difference.amount.startsWith('-') ? 'loss' : 'gain']
    : result.nothing
  const places: Record<string, string> = {
    entry: facts.entryId,
    original: facts.original ? said(facts.original, language, 'first') : '',
    carrying: facts.carrying ? said(facts.carrying, language) : '',
    brought: facts.brought ? said(facts.brought, language) : '',
    result: outcome.replace('{size}', size),
  }
  return story[facts.original ? facts.kind : 'other'].replaceAll(/\{(\w+)\}/g, (_all, name: string) => places[name]!)
}

const WORDS: Record<
  'en' | 'ar',
  { story: Record<DifferenceKind, string>; result: Record<'gain' | 'loss' | 'nothing', string> }
> = {
  en: {
    story: {
      receipt: '{original} was booked at {carrying} when agreed and brought {brought}: {result}.',
      payment:
        '{original} was booked at {carrying} when the bank was told to pay it and cost {brought} when it did: {result}.',
      payment_return:
        '{original} came back; it was booked at {carrying} and had cost {brought}, so that is undone: {result}.',
      conversion: '{original} was carried at {carrying} and brought {brought}, charges included: {result}.',
      other: 'Entry {entry} of the ledger: {result}.',
    },
    result: { gain: 'a gain of {size}', loss: 'a loss of {size}', nothing: 'neither gain nor loss' },
  },
  ar: {
    story: {
      receipt: 'قُيّد مبلغ {original} عند الاتفاق بقيمة {carrying} وجلب {brought}: {result}.',
      payment: 'قُيّد مبلغ {original} بقيمة {carrying} حين أُمر البنك بدفعه وكلّف {brought} حين دفعه: {result}.',
      payment_return: 'عاد مبلغ {original}، وكان مقيّداً بقيمة {carrying} وكلّف {brought}، فأُلغي ذلك: {result}.',
      conversion: 'كان مبلغ {original} مقيّداً بقيمة {carrying} وجلب {brought} شاملاً العمولات: {result}.',
      other: 'القيد {entry} في دفتر الأستاذ: {result}.',
    },
    result: { gain: 'ربح قدره {size}', loss: 'خسارة قدرها {size}', nothing: 'لا ربح ولا خسارة' },
  },
}

/** `25,440.00 USD`, or with the currency first; in Arabic kept together from left to right. */
function said({ amount, currency }: MoneyText, language: 'en' | 'ar', place: 'first' | 'last' = 'last'): string {
  const digits = amount.replace(/\B(?=(\d{3})+(?!\d)(?=\.|$))|\B(?=(\d{3})+\.)/g, ',')
  const text = place === 'first' ? `${currency} ${digits}` : `${digits} ${currency}`
  return language === 'ar' ? `\u2066${text}\u2069` : text
}

/** The rules of the roster, and nothing else: no database, no clock, no HTTP. */

export const THEMES = [
  'power_sharing',
  'natural_resources',
  'constitution_making',
  'ceasefire_and_security',
  'gender_and_inclusion',
] as const
/** How well a language is spoken, from the least. */
export const LANGUAGE_LEVELS = ['basic', 'working', 'fluent', 'native'] as const
export type LanguageLevel = (typeof LANGUAGE_LEVELS)[number]
export const TRAVEL_CLASSES = ['economy', 'premium_economy', 'business'] as const

const LANGUAGES = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

/** Whether a code names a language by ISO 639: of two letters, or of three where there are no two. */
export function isLanguage(code: string): boolean {
  return /^[a-z]{2,3}$/.test(code) && LANGUAGES.of(code) !== undefined
}

/** The levels that are enough where one is asked for. */
export function levelsFrom(least: LanguageLevel): LanguageLevel[] {
  return LANGUAGE_LEVELS.slice(LANGUAGE_LEVELS.indexOf(least))
}

/** Whether a name is written in Latin letters, so that it is its own transliteration. */
export function isLatin(name: string): boolean {
  return !/\p{L}/u.test(name.replaceAll(/\p{Script=Latin}/gu, ''))
}

/** When an expert can be had, first and last day counted; where on site and remote are both false, not at all. */
export type Availability = {
  readonly from: string
  readonly to: string
  readonly onSite: boolean
  readonly remote: boolean
}

/** The periods of one mode as PostgreSQL writes a multirange of days. */
export function multirangeOf(periods: readonly Availability[], mode: 'onSite' | 'remote'): string {
  return `{${periods.flatMap((one) => (one[mode] ? [`[${one.from},${one.to}]`] : [])).join(',')}}`
}

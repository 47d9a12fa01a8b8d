import { ar } from './ar.ts'
import { en, type Texts } from './en.ts'

export type { Texts }
export type Language = Texts['language']

/** The words of the console in a language. */
export function textsIn(language: Language): Texts {
  return language === 'ar' ? ar : en
}

/** The word for a code of the fund's own lists; the code itself where a list has grown and its words have not. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code
}

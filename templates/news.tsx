import type { ComponentChildren } from 'preact'
import { EVENTS, type EventName, type FactKind } from '../server/notifications/catalogue.ts'
import { localTime } from '../server/notifications/policy.ts'
import { digits } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** What is told of an event, in the words of the catalogue; for the inbox and for mails alike. */

export type News = {
  readonly event: string
  readonly facts: Readonly<Record<string, string>>
  /** Nothing is told but what it is called. */
  readonly confidential: boolean
}

/** Where the reader is, for moments: a time zone of the IANA database. */
export type Reader = { readonly t: Texts; readonly timeZone: string }

/** What it is called. The name of the event itself where a newer release has told it. */
export function titleOf({ event }: News, t: Texts): string {
  return isEvent(event) ? EVENTS[event][t.language].title : event
}

/** The sentence with its facts, each made by `fact` of its text; nothing where it is confidential. */
export function sentenceOf<Part extends ComponentChildren>(
  news: News,
  reader: Reader,
  fact: (text: string) => Part,
): (string | Part)[] {
  const { event, facts, confidential } = news
  if (confidential || !isEvent(event)) return []
  const kinds: Readonly<Record<string, FactKind>> = EVENTS[event].facts
  return EVENTS[event][reader.t.language].sentence
    .split(/\{(\w+)\}/)
    .map((part, i) => (i % 2 === 0 ? part : fact(factText(kinds[part]!, facts[part] ?? '', reader))))
}

/** The sentence as plain text. What somebody wrote stands in a direction of its own, and on one line. */
export function plainSentence(news: News, reader: Reader): string {
  return sentenceOf(news, reader, isolated).join('')
}

/** Between marks that keep the directions of a text and of what is around it apart (Unicode, UAX 9), where they may differ. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`
}

function factText(kind: FactKind, text: string, { t, timeZone }: Reader): string {
  if (kind === 'amount') {
    const [amount = '', currency = ''] = text.split(' ')
    return `${currency} ${digits(amount)}`
  }
  if (kind === 'role') return t.language === 'en' ? wordFor(t.roles, text).toLowerCase() : wordFor(t.roles, text)
  if (kind === 'proposal') return wordFor(t.treasury.kinds, text)
  if (kind === 'subject') return wordFor(t.rules.subjects, text)
  if (kind === 'moment') {
    const { day, time } = localTime(timeZone, new Date(text))
    return `${day} ${time} (${timeZone})`
  }
  return oneLine(text)
}

/** Without line breaks and without signs that would turn the direction of what follows. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
    .replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .trim()
}

function isEvent(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name)
}

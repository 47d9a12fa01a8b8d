import { Refusal } from '../errors.ts'
import type { Money } from '../money.ts'
import { amountRead } from './policy.ts'

/** Refuses a file as no statement that can be read, with the place and what is wrong there. */
export function unreadable(reason: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new Refusal('statement_unreadable', { reason, ...details })
}

/** An amount that is told at this place of the file. */
export function mustBeAmount(text: string, currency: string, at: Readonly<Record<string, unknown>>): Money {
  const amount = amountRead(text, currency)
  return typeof amount === 'string' ? unreadable(amount, { ...at, value: text.slice(0, 40), currency }) : amount
}

/** A day, `YYYY-MM-DD` at the beginning of what is told, in the years that the books can hold. */
export function mustBeDay(text: string, at: Readonly<Record<string, unknown>>): string {
  const day = /^(199\d|2[01]\d\d)-\d\d-\d\d/.exec(text)?.[0]
  const isDay = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)
  return isDay ? day : unreadable('not_a_day', { ...at, value: text.slice(0, 40) })
}

// eslint-disable-next-line no-control-regex -- control characters are what this takes out
const UNPLAIN = /[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu

/** A text of the file on one line, without control characters. Refuses what is longer than such a field can be. */
export function mustBeText(text: string, most: number, at: Readonly<Record<string, unknown>>): string {
  const plain = text.replaceAll(UNPLAIN, ' ').replaceAll(/\s+/g, ' ').trim()
  return plain.length > most ? unreadable('too_long', { ...at, length: plain.length, most }) : plain
}

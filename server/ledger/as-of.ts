import { Refusal } from '../errors.ts'
import { keyIn } from '../http/pages.ts'

/**
 * Time has two axes: `occurredOn` is the last value date that counts, `recordedAt` the moment whose knowledge counts. A `position`, the
 * number of a seal, says the second exactly: what is under that seal or one before it, which never changes again. Left out, each has
 * no end.
 */
export type AsOf = {
  readonly occurredOn?: string | undefined
  readonly recordedAt?: string | undefined
  readonly position?: number | undefined
}

/** Bindings of `WITHIN`. */
export function boundsOf({ occurredOn, recordedAt, position }: AsOf): {
  upTo: string
  knownAt: string
  position: number | null
} {
  return { upTo: occurredOn ?? 'infinity', knownAt: recordedAt ?? 'infinity', position: position ?? null }
}

/** The condition that an entry is sealed at the position, where one is given. */
export const sealedBy = (entryId: string) =>
  `(cast(:position as int) is null
    or exists (select from sealed_entries z where z.entry_id = ${entryId} and z.seal <= cast(:position as int)))`

/** The condition on postings `p` that both axes make. For a balance `BALANCES` comes to the same and does not read them all. */
export const WITHIN = `p.occurred_on <= cast(:upTo as date) and p.recorded_at <= cast(:knownAt as timestamptz)
  and ${sealedBy('p.entry_id')}`

/**
 * SQL for what accounts of the fund hold as of both axes, from what is folded and what is not sealed yet: a row (account_id, amount,
 * functional) for each that had moved by then. `ids` is SQL for an array of their ids, `upTo` for the last value date.
 */
export const BALANCES = (ids: string, upTo = 'cast(:upTo as date)') => `
  (select account_id, sum(amount) as amount, sum(functional) as functional
     from balance_parts(:fundId, ${ids}, ${upTo}, cast(:knownAt as timestamptz), cast(:position as int)) group by account_id)`

/** SQL for those of some accounts that the ledger knew to have moved, on whatever value date: rows of account_id. */
export const KNOWN = (ids: string) => `
  (select distinct account_id
     from balance_parts(:fundId, ${ids}, 'infinity', cast(:knownAt as timestamptz), cast(:position as int)))`

/** As it is told with an answer, so that a figure never stands without its moment; null means without end. */
export function asOfTold({ occurredOn, recordedAt, position }: AsOf): Record<keyof AsOf, string | number | null> {
  return { occurredOn: occurredOn ?? null, recordedAt: recordedAt ?? null, position: position ?? null }
}

/** SQL for a moment as text in UTC to the microsecond: what goes out can come back as `recordedAt` and mean the same. */
export function momentText(column: string): string {
  return `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** The key in a cursor, each part of the form that its column takes. Refuses `invalid_request` for a cursor that is not ours. */
export function keyAfter(
  cursor: string | undefined,
  forms: readonly ((part: string) => boolean)[],
): string[] | undefined {
  if (cursor === undefined) return undefined
  const key = keyIn(cursor)
  if (key?.length === forms.length && key.every((part, i) => forms[i]!(part))) return key
  throw new Refusal('invalid_request', {
    errors: [{ field: 'after', code: 'cursor.invalid', message: '"after" must be the "next" of the page before' }],
  })
}

/** What a part of a cursor may be, so that no made-up one reaches a query that cannot read it. */
export const FORM = {
  text: (part: string) => part.length <= 300 && !part.includes('\0'),
  day: isDay,
  moment: isMoment,
  id: (part: string) => /^\d{1,18}$/.test(part),
  line: (part: string) => /^\d{1,4}$/.test(part),
}

/** A day of the calendar that the database knows too: the years 1 to 9999. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** A moment (RFC 3339) on such a day, no further from UTC than any place on earth. */
export function isMoment(text: string): boolean {
  const [, on, offset] = /^(.{10})T[\d:.]+(?:Z|[+-](\d{2}):\d{2})$/.exec(text) ?? []
  return on !== undefined && isDay(on) && !Number.isNaN(Date.parse(text)) && (offset ?? '00') <= '14'
}

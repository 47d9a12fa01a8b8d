import { inDays } from '../days.ts'

/** When a person is mailed, and how often it is tried: no database, no clock, no HTTP. Times of day are text, like `07:30`. */

export type Preferences = {
  /** A name of the IANA time zone database. */
  readonly timeZone: string
  /** Once a day at this time instead of as it happens, or null. */
  readonly digestAt: string | null
  /** Nothing that is not urgent from then until then, or null for both. */
  readonly quietFrom: string | null
  readonly quietUntil: string | null
}

/** Who has said nothing is mailed at once. */
export const NO_PREFERENCES: Preferences = { timeZone: 'UTC', digestAt: null, quietFrom: null, quietUntil: null }

/** What is unread and not in a mail yet. */
export type Untold = { readonly id: string; readonly urgent: boolean; readonly toldAt: Date }

/** What to make mails of now: these one by one, and those together. */
export type Due<News extends Untold> = { readonly single: readonly News[]; readonly digest: readonly News[] }

/**
 * What of the news of one person may be mailed at this moment. What is urgent goes at once, one by one. The rest waits for the end of the
 * quiet hours; then it goes one by one, or, where the person wants a digest, together: what was told before the hour of the digest,
 * once a day. `lastDigest` is when the last one was made.
 */
export function dueNow<News extends Untold>(
  news: readonly News[],
  preferences: Preferences,
  { now, lastDigest }: { now: Date; lastDigest: Date | null },
): Due<News> {
  const urgent = news.filter((one) => one.urgent)
  const rest = news.filter((one) => !one.urgent)
  if (isQuiet(preferences, now)) return { single: urgent, digest: [] }
  const { timeZone, digestAt } = preferences
  if (digestAt === null) return { single: [...urgent, ...rest], digest: [] }
  const day = lastDigestDay(digestAt, localTime(timeZone, now))
  const hadIt = lastDigest !== null && lastDigestDay(digestAt, localTime(timeZone, lastDigest)) >= day
  const before = rest.filter(({ toldAt }) => nextDigestDay(digestAt, localTime(timeZone, toldAt)) <= day)
  return { single: urgent, digest: hadIt ? [] : before }
}

/** Whether it is between the quiet hours of this person, the first minute included and the last not. They may go over midnight. */
export function isQuiet({ timeZone, quietFrom, quietUntil }: Preferences, now: Date): boolean {
  if (quietFrom === null || quietUntil === null) return false
  const { time } = localTime(timeZone, now)
  return quietFrom < quietUntil ? quietFrom <= time && time < quietUntil : quietFrom <= time || time < quietUntil
}

/** A day and a time of day, both as text that sorts. */
export type LocalTime = { readonly day: string; readonly time: string }

/**
 * What clocks there show at that moment. All that is decided by a person's own time is asked this way round, because every moment has
 * one local time, while an hour that the clocks skip or repeat has no moment or two.
 */
export function localTime(timeZone: string, at: Date): LocalTime {
  const part: Record<string, string> = {}
  for (const { type, value } of clockOf(timeZone).formatToParts(at)) part[type] = value
  return { day: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` }
}

/** Whether the time zone database knows this name. */
export function isTimeZone(name: string): boolean {
  // Offsets like +03:00 are taken by newer runtimes, and know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    clockOf(name)
    return true
  } catch {
    return false
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit' },
    })
    clocks.set(timeZone, clock)
  }
  return clock
}

/** The day whose digest is the last that has been due. */
function lastDigestDay(digestAt: string, { day, time }: LocalTime): string {
  return time >= digestAt ? day : inDays(day, -1)
}

/** The day whose digest is the first after that. */
function nextDigestDay(digestAt: string, { day, time }: LocalTime): string {
  return time < digestAt ? day : inDays(day, 1)
}

const DAY_MS = 24 * 60 * 60 * 1000

const MINUTE_MS = 60 * 1000
const LONGEST_PAUSE_MS = 4 * 60 * MINUTE_MS
const PATIENCE_MS = 5 * DAY_MS

/**
 * When a mail that was put off is tried again: after a minute, two, four and so on, at most four hours; undefined once it is five days
 * old (RFC 5321, 4.5.4.1). `attempts` includes the one that has just failed.
 */
export function nextAttempt({
  attempts,
  madeAt,
  now,
}: {
  attempts: number
  madeAt: Date
  now: Date
}): Date | undefined {
  const pause = Math.min(MINUTE_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE_MS)
  const next = now.getTime() + pause
  return next - madeAt.getTime() > PATIENCE_MS ? undefined : new Date(next)
}

export type Outcome = 'sent' | 'put_off' | 'given_up'

/**
 * What an answer of a mail server means (RFC 5321, 4.2.1): 4yz may be tried again and 5yz may not, when it is about the recipient or the
 * message. Everything else, such as no connection or a login that is refused, is ours to put right and then tried again.
 */
export function outcomeOf({ code, about }: { code: number | undefined; about: 'message' | 'connection' }): Outcome {
  return about === 'message' && code !== undefined && code >= 500 && code < 600 ? 'given_up' : 'put_off'
}

/** Whether mail can go there: one address and nothing that a mail server could take for more. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(text)
}

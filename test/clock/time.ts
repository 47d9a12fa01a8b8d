import type { Clock } from '../../server/clock.ts'

/** A clock that stands until it is moved. */
export function standingClock(start: string): {
  clock: Clock
  now: () => Date
  set: (at: string) => void
  pass: (ms: number) => void
} {
  let at = new Date(start)
  return {
    clock: () => at,
    now: () => at,
    set: (to) => void (at = new Date(to)),
    pass: (ms) => void (at = new Date(at.getTime() + ms)),
  }
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** Eight o'clock on the day after the machine's, so that what the tests receive today is not still to come. */
export function tomorrow(): string {
  return `${new Date(Date.now() + 24 * HOUR).toISOString().slice(0, 10)}T08:00:00Z`
}

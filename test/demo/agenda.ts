import type { Clock } from '../../server/clock.ts'

/** A course of events that does something whenever its time has come, and gives how many minutes pass until it goes on. */
export type Course = AsyncGenerator<number, void>

export type Agenda = {
  /** The time of what is being done. */
  readonly clock: Clock
  /** Lets a course begin at a moment that is not past. */
  readonly begin: (at: Date, course: Course) => void
  /** Does one thing after the other in the order of their times, until `until`; the clock jumps over the time between. */
  readonly run: (until: Date) => Promise<void>
}

const MINUTE_MS = 60_000

/** A clock that runs as fast as the work on it is done. */
export function openAgenda(from: Date): Agenda {
  let now = from.getTime()
  const waiting: { at: number; course: Course }[] = []
  const put = (at: number, course: Course) => {
    const i = waiting.findIndex((one) => one.at > at)
    waiting.splice(i === -1 ? waiting.length : i, 0, { at, course })
  }
  return {
    clock: () => new Date(now),
    begin: (at, course) => put(Math.max(at.getTime(), now), course),
    run: async (until) => {
      while (waiting.length > 0 && waiting[0]!.at <= until.getTime()) {
        const { at, course } = waiting.shift()!
        now = at
        const { done, value } = await course.next()
        if (!done) put(now + Math.max(1, Math.round(value)) * MINUTE_MS, course)
      }
      now = until.getTime()
    },
  }
}

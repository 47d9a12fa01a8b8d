const DAY_MS = 24 * 60 * 60 * 1000

/** The day so many days after another. */
export function inDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** How many days a time has, its first and its last day included. */
export function daysFrom(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS + 1
}

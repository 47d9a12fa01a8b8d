/** What time it is: the machine's time in service, an accelerated one in a simulated year. No rule asks it; it is passed in. */
export type Clock = () => Date

/** The time of the machine. */
export const machineClock: Clock = () => new Date()

/** The fund's day at an instant: that of UTC, wherever its people are. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

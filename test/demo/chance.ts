/** Chance that falls the same way for the same seed, so that a year can be told again. */
export type Chance = {
  /** At least 0, below 1. */
  readonly next: () => number
  /** Whether it happens, `share` of the time. */
  readonly happens: (share: number) => boolean
  readonly oneOf: <T>(all: readonly T[]) => T
  /** Minutes that people take: half of them at most `median`, a few several times as long. */
  readonly minutes: (median: number, spread?: number) => number
}

/** The generator is mulberry32; what people take is distributed log-normally. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    happens: (share) => next() < share,
    oneOf: (all) => all[Math.trunc(next() * all.length)]!,
    minutes: (median, spread = 0.7) => median * Math.exp(spread * normal()),
  }
}

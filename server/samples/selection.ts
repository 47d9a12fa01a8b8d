import { createHash } from 'node:crypto'

/**
 * How a sample is drawn, so that whoever has the seed draws the same one. Whole numbers only.
 *
 * Numbers at random: the i-th block (i = 0, 1, 2 …) is the sha-256 of the text `seed`, a line feed and i in decimal digits, in UTF-8,
 * read as one whole number of 256 bits. A number from 0 to m - 1: the next block below the largest multiple of m that is not above
 * 2^256, modulo m; blocks at or above it are passed over, so that every number is equally likely.
 */
export function* blocksOf(seed: string): Generator<bigint, never> {
  for (let i = 0; ; i += 1) yield BigInt(`0x${createHash('sha256').update(`${seed}\n${i}`).digest('hex')}`)
}

const ALL = 1n << 256n

/** The next number from 0 to `most - 1`. */
export function nextBelow(blocks: Generator<bigint, never>, most: bigint): bigint {
  const end = ALL - (ALL % most)
  for (;;) {
    const block = blocks.next().value
    if (block < end) return block % most
  }
}

/**
 * A simple random sample of `size` of the ranks 1 to `count`, all of them where there are no more, in ascending order. The first steps
 * of a Fisher-Yates shuffle: for i = 0, 1 … the rank at place i changes places with that at i plus the next number below count - i.
 */
export function randomRanks(seed: string, count: bigint, size: number): bigint[] {
  const blocks = blocksOf(seed)
  const moved = new Map<bigint, bigint>()
  const at = (place: bigint) => moved.get(place) ?? place
  const chosen: bigint[] = []
  for (let i = 0n; i < BigInt(size) && i < count; i += 1n) {
    const other = i + nextBelow(blocks, count - i)
    chosen.push(at(other) + 1n)
    moved.set(other, at(i))
  }
  return chosen.sort((a, b) => (a < b ? -1 : 1))
}

/**
 * A monetary-unit sample: the units of money of the population in its order are numbered from 1 to `sum`; the step is sum / size,
 * rounded down, and at least 1; the start is 1 plus the next number below the step; selected are the units start, start + step,
 * start + 2 steps … up to the sum, and with each the item in which it lies. Every unit has the chance 1 / step, and an item of a step or
 * more is always selected.
 */
export function monetarySteps(seed: string, sum: bigint, size: number): { step: bigint; start: bigint } {
  const whole = sum / BigInt(size)
  const step = whole > 0n ? whole : 1n
  return { step, start: 1n + nextBelow(blocksOf(seed), step) }
}

/** How many selected units there are up to and with this one. */
export function hitsUpTo(unit: bigint, { step, start }: { step: bigint; start: bigint }): bigint {
  return unit < start ? 0n : (unit - start) / step + 1n
}

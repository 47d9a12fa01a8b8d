import { isEnding } from './ending.ts'

/** One way of doing a piece of work, to be measured beside others that do the same or the least of it. */
export type Contestant = {
  /** What it does. */
  readonly name: string
  /** On which accounts, or how many callers: what tells it apart from its like. */
  readonly variant: string
  /** How many callers there are at once. */
  readonly clients: number
  /** What one call does; it is told which caller it is. */
  readonly call: (client: number) => Promise<unknown>
  /** How many pieces of work one call is; 1 unless said. */
  readonly piecesPerCall?: number
}

/** What a contestant reached: pieces per second in each round. */
export type Measured = { readonly name: string; readonly variant: string; readonly perSecond: readonly number[] }

/** How long everything may take: the number of rounds, and the time of one contestant in one of them. */
export type Pace = { readonly rounds: number; readonly seconds: number }

/**
 * Lets all contestants work in turn, A B C A B C …, so that whatever else the machine does at a time touches all of them. A
 * short turn for each goes before, in which plans are made and code gets warm; it does not count.
 */
export async function inRounds(contestants: readonly Contestant[], { rounds, seconds }: Pace): Promise<Measured[]> {
  const perSecond = contestants.map((): number[] => [])
  for (const contestant of contestants) await turn(contestant, seconds / 3)
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, contestant] of contestants.entries()) perSecond[i]!.push(await turn(contestant, seconds))
  }
  return contestants.map(({ name, variant }, i) => ({ name, variant, perSecond: perSecond[i]! }))
}

/** The middle one of some figures, or of the two in the middle the higher. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!
}

/** The figures of a contestant in one turn: every caller begins its next call when the last is done, until time is up. */
async function turn({ clients, call, piecesPerCall = 1 }: Contestant, seconds: number): Promise<number> {
  const started = performance.now()
  const until = started + seconds * 1000
  let calls = 0
  const work = async (_: unknown, client: number) => {
    while (performance.now() < until && !isEnding()) {
      await call(client)
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, work))
  return (calls * piecesPerCall) / ((performance.now() - started) / 1000)
}

import { readName, type Name, type Part } from './name.ts'
import { atMost, compareNames, mayJoin, plainWeight, type Comparison, type Weigh } from './policy.ts'

/** A name that a list gives to an entry: its own, an alias, or as it is written in another script. */
export type ListedName = {
  readonly name: string
  readonly kind: 'name' | 'alias' | 'script'
  readonly quality: string | null
}

/** What of a listed entry is needed to find it by its names. */
export type Findable = { readonly names: readonly ListedName[] }

/** A listed entry that a payee's name fits, by the pair of names that fits best. */
export type Hit<Entry> = {
  readonly entry: Entry
  readonly payeeName: string
  readonly listedName: ListedName
} & Comparison

type Known<Entry> = { readonly entry: Entry; readonly listedName: ListedName; readonly name: Name }

/** The names of a list, so that those which may fit are found without comparing with all of them. */
export type NameIndex<Entry> = {
  readonly known: readonly Known<Entry>[]
  /** Which names have a key: of a part, of neighbours together, of the whole, of an acronym. */
  readonly byKey: ReadonlyMap<string, Int32Array>
  readonly weigh: Weigh
}

/** Names that fewer entries share than this count whole; each doubling takes an eighth, down to a half. */
const RARE = 3
const LEAST_WEIGHT = 0.5

/** Reads the names of all entries. A part that many entries share counts less, whoever has it. */
export function indexNames<Entry extends Findable>(entries: readonly Entry[]): NameIndex<Entry> {
  const known = entries.flatMap((entry) =>
    entry.names.map((listedName) => ({ entry, listedName, name: readName(listedName.name) })),
  )
  const lists = new Map<string, number[]>()
  const sharers = new Map<string, Set<Entry>>()
  known.forEach(({ entry, name }, number) => {
    for (const key of keysOf(name)) {
      const list = lists.get(key)
      if (!list) lists.set(key, [number])
      else if (list.at(-1) !== number) list.push(number)
    }
    for (const { skeletons } of name.counting) {
      const skeleton = skeletons[0]!
      sharers.set(skeleton, (sharers.get(skeleton) ?? new Set()).add(entry))
    }
  })
  const shared = new Map([...sharers].map(([skeleton, some]) => [skeleton, weightOf(some.size)]))
  const weigh: Weigh = (part) => plainWeight(part) * (part.role === 'name' ? (shared.get(part.skeletons[0]!) ?? 1) : 1)
  return { known, byKey: new Map([...lists].map(([key, list]) => [key, Int32Array.from(list)])), weigh }
}

function weightOf(sharers: number): number {
  return sharers <= RARE ? 1 : Math.max(LEAST_WEIGHT, 1 - Math.log2(sharers / RARE) / 8)
}

/**
 * The entries that one of the names fits with at least `threshold` points, the best first. Compared is only with names that share keys:
 * of both names enough parts, or one where they are short.
 */
export function findHits<Entry extends Findable>(
  { known, byKey, weigh }: NameIndex<Entry>,
  names: readonly string[],
  threshold: number,
): Hit<Entry>[] {
  const best = new Map<Entry, Hit<Entry>>()
  for (const payeeName of names) {
    const name = readName(payeeName)
    for (const [number, whole] of candidatesFor(name, byKey, known)) {
      const { entry, listedName, name: listed } = known[number]!
      if (atMost(name, listed, weigh) < threshold && !(whole && mayJoin(name, listed))) continue
      const comparison = compareNames(name, listed, weigh)
      if (comparison.score < threshold || comparison.score <= (best.get(entry)?.score ?? 0)) continue
      best.set(entry, { entry, payeeName, listedName, ...comparison })
    }
  }
  return [...best.values()].sort((a, b) => b.score - a.score)
}

/**
 * Names, by their numbers, and whether it is by parts written together: that share the keys of all but one of the parts that count, as what contradicts keeps names apart; neighbours written together
 * make up for several.
 */
function candidatesFor(
  name: Name,
  byKey: NameIndex<unknown>['byKey'],
  known: readonly Known<unknown>[],
): Map<number, boolean> {
  const shared = new Map<number, number>()
  const numbersOf = (keys: Iterable<string>) => {
    const numbers = new Set<number>()
    for (const key of keys) for (const number of byKey.get(key) ?? []) numbers.add(number)
    return numbers
  }
  const together = numbersOf(joinedKeys(name))
  for (const part of tellingOf(name)) {
    const keys = keysOfPart(part)
    for (const number of numbersOf(keys)) shared.set(number, (shared.get(number) ?? 0) + 1)
    for (const number of numbersOf(Array.from(keys, asJoined))) together.add(number)
  }
  for (const number of together) shared.set(number, (shared.get(number) ?? 0) + 2)
  const own = tellingOf(name).length
  const found = new Map<number, boolean>()
  for (const [number, points] of shared)
    if (points >= Math.max(1, Math.min(own, tellingOf(known[number]!.name).length) - 1))
      found.set(number, together.has(number))
  return found
}

/** The parts by which names are found; general words only where there is nothing else. */
function tellingOf({ counting, telling }: Name): readonly Part[] {
  return telling.length > 0 ? telling : counting
}

function keysOf(name: Name): Set<string> {
  return new Set([
    ...tellingOf(name).flatMap((part) => [...keysOfPart(part)]),
    ...Array.from(joinedKeys(name), asJoined),
    ...name.acronyms.map((one) => `acronym ${one}`),
    ...(name.counting.length === 1 ? [`short ${name.counting[0]!.plain}`] : []),
  ])
}

function keysOfPart({ skeletons, role, plain }: Part): Set<string> {
  if (role === 'initial') return new Set([`initial ${plain}`])
  return new Set(skeletons.flatMap(withOneLess))
}

/** What is written together on one side is a part on the other, so each is looked for among the other's keys. */
const asJoined = (key: string) => `+${key}`

function joinedKeys({ counting, joined, acronyms }: Name): Set<string> {
  const bones = joined.flatMap(({ one }) => withOneLess(single(one.skeletons[0]!)))
  const short = counting.length === 1 ? [`acronym ${counting[0]!.plain}`] : []
  return new Set([...bones, ...short, ...acronyms.map((one) => `short ${one}`)])
}

const single = (bones: string) => bones.replace(/(.)\1+/g, '$1')

/** The consonants, and where there are five or more also without each of them, so that one wrong letter is still found. */
function withOneLess(skeleton: string): string[] {
  if (skeleton.length < 5) return [skeleton]
  return [skeleton, ...Array.from(skeleton, (_, i) => skeleton.slice(0, i) + skeleton.slice(i + 1))]
}

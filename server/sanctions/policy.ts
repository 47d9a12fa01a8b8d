import type { Joined, Name, Part } from './name.ts'
import { likeness } from './sound.ts'

/** Above so many per cent of the entries in force somebody looks before they are dropped. */
const MOST_DROPPED_PERCENT = 10

/** What is odd about a new version of a list, so that a person says whether it is meant so. */
export function oddities({
  before,
  dated,
  dropped,
}: {
  before: { entries: number; dated: string | null } | undefined
  dated: string | null
  dropped: number
}): ('drops_many' | 'older')[] {
  if (!before) return []
  const drops = dropped * 100 > before.entries * MOST_DROPPED_PERCENT
  const older = dated !== null && before.dated !== null && dated < before.dated
  return [...(drops ? (['drops_many'] as const) : []), ...(older ? (['older'] as const) : [])]
}

/** How two names are compared: rules on plain data. All scores are whole points, 0 to 100. */

/** How a part of one name was matched, or why it was not. */
export type How =
  'same' | 'same_consonants' | 'alike' | 'joined' | 'initial' | 'acronym' | 'ignored' | 'only_payee' | 'only_listed'

/** One line of an explanation: what stood on either side, and how alike it is. */
export type Matched = {
  readonly payee: string | null
  readonly listed: string | null
  readonly how: How
  readonly likeness: number
}

export type Comparison = { readonly score: number; readonly explain: () => readonly Matched[] }

/** How much a part counts: less where many have it. */
export type Weigh = (part: Part) => number

/** Parts below this likeness are two different ones. */
const LEAST_ALIKE = 72
/** From here on a difference is one between ways to write; below it counts three times. */
const CLEARLY_ALIKE = 88
/** Several parts that are one on the other side must be nearly the same. */
const LEAST_JOINED = 84
/** What one name has and the other has not, in per cent of its weight; more where little was matched. */
const EXTRA = 20
/** No more for names of which one part alone matched, while both have others. */
const ONE_PART_ONLY = 60
const ACRONYM = 86

/** What a part counts by itself, without knowing how many have it. */
export const plainWeight: Weigh = ({ role }) =>
  role === 'name' ? 1 : role === 'generic' ? 0.3 : role === 'initial' ? 0.4 : 0.2

/**
 * How well a payee's name fits a listed one. Parts are paired whatever their order, each with the most alike; parts written together
 * on one side are tried together. The score is what is alike among what was paired and what contradicts (both have something that the
 * other has not); what only one of them has, like a missing middle name, costs little.
 */
export function compareNames(payee: Name, listed: Name, weigh: Weigh = plainWeight): Comparison {
  const acronym = acronymOf(payee, listed)
  if (acronym) return acronym
  const { pairs, restA, restB } = paired(payee, listed, weigh)
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const [leftA, leftB] = [sum(restA.map(weigh)), sum(restB.map(weigh))]
  const matched = sum(pairs.map((pair) => pair.weight))
  const conflict = Math.min(leftA, leftB)
  // Two common names in a row are little evidence, so that what is missing beside them counts more.
  const extra = (Math.abs(leftA - leftB) * (EXTRA + 20 * Math.max(0, 2 - matched))) / 100
  const alike = sum(pairs.map((pair) => pair.weight * counted(pair.likeness)))
  const score = matched === 0 ? 0 : Math.trunc(alike / (matched + conflict + extra) + 0.000_1)
  const thin = pairs.length === 1 && !pairs[0]!.joined && !isEnough(pairs[0]!, payee, listed)
  return {
    score: thin ? Math.min(score, ONE_PART_ONLY) : score,
    explain: () => explained(payee, listed, pairs, restA, restB),
  }
}

const counted = (points: number) => (points >= CLEARLY_ALIKE ? points : CLEARLY_ALIKE - 3 * (CLEARLY_ALIKE - points))

/**
 * No more than this can come of comparing two names part by part, without pairing them: each part with its most alike, whoever else has
 * it. It spares most comparisons.
 */
export function atMost(payee: Name, listed: Name, weigh: Weigh): number {
  let [matched, leftA, leftB] = [0, 0, 0]
  for (const a of payee.counting) {
    if (listed.counting.some((b) => mayPair(a, b))) matched += weigh(a)
    else leftA += weigh(a)
  }
  for (const b of listed.counting) {
    if (payee.counting.some((a) => mayPair(a, b))) matched += weigh(b)
    else leftB += weigh(b)
  }
  return matched === 0 ? 0 : (100 * matched) / (matched + 2 * Math.min(leftA, leftB))
}

/** Whether neighbours of one name are a single part of the other, which `atMost` does not see. */
export function mayJoin(payee: Name, listed: Name): boolean {
  const among = (joined: readonly Joined[], ones: readonly Part[]) =>
    joined.some(({ one: together }) => ones.some((one) => joinedLikeness(together, one) >= LEAST_JOINED))
  return among(payee.joined, listed.counting) || among(listed.joined, payee.counting)
}

function joinedLikeness(together: Part, one: Part): number {
  if (Math.abs(one.plain.length - together.plain.length) > 4) return 0
  return one.plain === together.plain ? 100 : partLikeness(together, one)
}

function mayPair(a: Part, b: Part): boolean {
  if (a.role === 'initial' || b.role === 'initial') return a.plain[0] === b.plain[0]
  return partLikeness(a, b) >= LEAST_ALIKE
}

type Pair = {
  readonly a: readonly Part[]
  readonly b: readonly Part[]
  readonly likeness: number
  readonly weight: number
  readonly how: How
  readonly joined: boolean
}

/** One part is enough where it is all of both names, or what tells an organisation of general words apart. */
function isEnough({ a }: Pair, payee: Name, listed: Name): boolean {
  const telling = (name: Name) => name.counting.filter(({ role }) => role === 'name').length
  const single = telling(payee) <= 1 && telling(listed) <= 1
  return single && a[0]!.role === 'name' && a[0]!.plain.length >= 3
}

function paired(payee: Name, listed: Name, weigh: Weigh) {
  const [a, b] = [payee.counting, listed.counting]
  const found: Pair[] = []
  for (const ofA of a) for (const ofB of b) found.push(...onePair(ofA, ofB, weigh))
  if (!areSettled(found, a, b))
    found.push(...joinedPairs(payee.joined, b, weigh, false), ...joinedPairs(listed.joined, a, weigh, true))
  found.sort((x, y) => y.likeness - x.likeness || y.a.length + y.b.length - x.a.length - x.b.length)
  const [takenA, takenB] = [new Set<Part>(), new Set<Part>()]
  const pairs = found.filter((pair) => {
    if (pair.a.some((part) => takenA.has(part)) || pair.b.some((part) => takenB.has(part))) return false
    pair.a.forEach((part) => takenA.add(part))
    pair.b.forEach((part) => takenB.add(part))
    return true
  })
  return {
    pairs,
    restA: a.filter((part) => !takenA.has(part)),
    restB: b.filter((part) => !takenB.has(part)),
  }
}

/** Whether there is a like for each part of both names, so that writing together explains nothing more. */
function areSettled(found: readonly Pair[], a: readonly Part[], b: readonly Part[]): boolean {
  if (a.length !== b.length || found.length < a.length) return false
  return a.every((part) => found.some((pair) => pair.a[0] === part && pair.likeness >= CLEARLY_ALIKE))
}

function onePair(a: Part, b: Part, weigh: Weigh): Pair[] {
  const weight = (weigh(a) + weigh(b)) / 2
  if (a.plain === b.plain) return [{ a: [a], b: [b], likeness: 100, weight, how: 'same', joined: false }]
  if (a.role === 'initial' || b.role === 'initial') {
    if (a.plain[0] !== b.plain[0]) return []
    return [{ a: [a], b: [b], likeness: CLEARLY_ALIKE, weight, how: 'initial', joined: false }]
  }
  if (/^\d+$/.test(a.plain) || /^\d+$/.test(b.plain)) return []
  const points = partLikeness(a, b)
  if (points < LEAST_ALIKE) return []
  const sameBones = a.skeletons.some((skeleton) => b.skeletons.includes(skeleton))
  return [{ a: [a], b: [b], likeness: points, weight, how: sameBones ? 'same_consonants' : 'alike', joined: false }]
}

/** What was reckoned before: the same parts of names come again and again. By the ids of both. */
const KNOWN = new Map<number, number>()
const MOST_KNOWN = 1_000_000
const ID_SPACE = 2 ** 26

/** How alike two parts are, by the sounds of them that are nearest. */
export function partLikeness(a: Part, b: Part): number {
  if (a.id === b.id) return 100
  if (!shareLetters(a.letters, b.letters)) return 0
  const key = a.id * ID_SPACE + b.id
  const known = KNOWN.get(key)
  if (known !== undefined) return known
  const unvowelled = a.unvowelled || b.unvowelled
  let best = 0
  for (let i = 0; i < a.sounds.length; i += 1)
    for (let j = 0; j < b.sounds.length; j += 1)
      if (mayBeAlike(a.letters[i]!, b.letters[j]!))
        best = Math.max(best, likeness(a.sounds[i]!, b.sounds[j]!, unvowelled))
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear()
  KNOWN.set(key, best)
  return best
}

function shareLetters(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i += 1) for (let j = 0; j < b.length; j += 1) if (mayBeAlike(a[i]!, b[j]!)) return true
  return false
}

/** Whether at most four consonants, two replaced ones, are of one alone: a look that spares the reckoning for nearly all pairs. */
function mayBeAlike(a: number, b: number): boolean {
  const once = a ^ b
  const without = once & (once - 1)
  const three = without & (without - 1)
  const four = three & (three - 1)
  return (four & (four - 1)) === 0
}

/** Neighbours of one name that are a single part on the other side. */
function joinedPairs(joined: readonly Joined[], ones: readonly Part[], weigh: Weigh, turned: boolean): Pair[] {
  const found: Pair[] = []
  for (const { parts, one: together } of joined) {
    for (const one of ones) {
      const points = joinedLikeness(together, one)
      if (points < LEAST_JOINED) continue
      const weight = (parts.reduce((sum, part) => sum + weigh(part), 0) + weigh(one)) / 2
      const pair = { likeness: points, weight, how: 'joined' as const, joined: true }
      found.push(turned ? { ...pair, a: [one], b: parts } : { ...pair, a: parts, b: [one] })
    }
  }
  return found
}

/** The first letters of one name are the whole of the other: ADF and Allied Democratic Forces. */
function acronymOf(payee: Name, listed: Name): Comparison | undefined {
  const is = (short: Name, long: Name) => {
    const [only, ...others] = short.counting
    return (
      only !== undefined &&
      others.length === 0 &&
      only.plain.length >= 3 &&
      only.plain.length <= 8 &&
      long.counting.length >= 3 &&
      long.acronyms.includes(only.plain) &&
      /^[\p{Lu}\p{N}.]+$/u.test(only.written)
    )
  }
  if (!is(payee, listed) && !is(listed, payee)) return undefined
  const parts: Matched[] = [{ payee: payee.written, listed: listed.written, how: 'acronym', likeness: ACRONYM }]
  return { score: ACRONYM, explain: () => parts }
}

function explained(
  payee: Name,
  listed: Name,
  pairs: readonly Pair[],
  restA: readonly Part[],
  restB: readonly Part[],
): Matched[] {
  const written = (parts: readonly Part[]) => parts.map((part) => part.written).join(' ')
  const order = (pair: Pair) => payee.parts.indexOf(pair.a[0]!)
  const ignored = (name: Name) => name.parts.filter((part) => !name.counting.includes(part))
  return [
    ...[...pairs]
      .sort((a, b) => order(a) - order(b))
      .map((pair) => ({ payee: written(pair.a), listed: written(pair.b), how: pair.how, likeness: pair.likeness })),
    ...restA.map((part) => ({ payee: part.written, listed: null, how: 'only_payee' as const, likeness: 0 })),
    ...restB.map((part) => ({ payee: null, listed: part.written, how: 'only_listed' as const, likeness: 0 })),
    ...ignored(payee).map((part) => ({ payee: part.written, listed: null, how: 'ignored' as const, likeness: 0 })),
    ...ignored(listed).map((part) => ({ payee: null, listed: part.written, how: 'ignored' as const, likeness: 0 })),
  ]
}

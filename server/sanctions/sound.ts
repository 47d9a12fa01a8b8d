/**
 * How parts of names sound, and how far two of them are from each other. A sound is written in letters of our own, one for each:
 * vowels `a e i o u`, `E` as in Hussein, `O` as in Tawfiq, `*` any; consonants as usual, and `S` sh or ch, `x` kh, `G` gh, `T` th, `D` dh,
 * `c` ts or a soft c. Ways to transliterate differ in vowels, in doubled letters and in a few pairs of consonants, so these cost little.
 */

/** In this order. */
const SPELLINGS: readonly [RegExp, string][] = [
  [/^hs(?=[iu])|^x/g, 'S'],
  [/x/g, 'ks'],
  [/ch(?=[lr])/g, 'kh'],
  [/shch|shtch|schtsch|tsch|tch|sch|sh|ch/g, 'S'],
  [/ck|c(?![eiy])/g, 'k'],
  [/ts|tz/g, 'c'],
  [/dzh|dj|zh/g, 'j'],
  [/kh/g, 'x'],
  [/gh/g, 'G'],
  [/th/g, 'T'],
  [/dh/g, 'D'],
  [/ph/g, 'f'],
  [/qu(?=[aeio])|q/g, 'k'],
  [/oo|ou/g, 'u'],
  [/ee|ie(?![aeiouy])/g, 'i'],
  [/[ae][iy](?![aeiou])/g, 'E'],
  [/[aeo][uw](?![aeiou])/g, 'O'],
  [/iy(?![aeiou])|ij$|ii|yi/g, 'i'],
  [/(?<![aeiou]|^)y(?![aeiou])/g, 'i'],
  [/(.)\1+/g, '$1'],
]

/** The sound of a part that is written in small Latin letters. */
export function soundOf(plain: string): string {
  return SPELLINGS.reduce((sound, [spelling, letter]) => sound.replace(spelling, letter), plain)
}

// Which consonants are one to the keys by which candidates are found.
const KEY_CLASSES: Readonly<Record<string, string>> = {
  ...{ d: 't', z: 't', T: 't', D: 't', S: 's', c: 's', j: 's', G: 'k', g: 'k', p: 'b', v: 'f', x: 'h' },
}

/**
 * The consonants of a sound, alike ones as one: what ways to transliterate agree upon. Vowels, and w and y which often are, are left out,
 * but for the first letter of what has hardly a consonant.
 */
export function skeletonOf(sound: string): string {
  const bare = sound.replace(/(?!^)h$/, '').replace(/[aeiouEO*yw]/g, '')
  const keys = [...bare].map((letter) => KEY_CLASSES[letter] ?? letter).join('')
  const short = keys.replace(/(.)\1+/g, '$1')
  return short.length >= 2 ? short : `${/^[aeiouEO*]/.test(sound) ? '-' : (sound[0] ?? '')}${short}`
}

const VOWELS = 'aeiouEO*'
/** Costs in hundredths of a letter. */
const WHOLE = 100

// prettier-ignore
const ALIKE: readonly [pair: string, cost: number][] = [
  ['ae', 5], ['ei', 5], ['eE', 5], ['iE', 10], ['aE', 35], ['ou', 5], ['oO', 5], ['uO', 10], ['aO', 40], ['ao', 50], ['eo', 60], ['eu', 60],
  ['iu', 70], ['au', 80], ['eO', 60],
  ['wu', 10], ['wo', 10], ['wO', 5], ['wv', 5], ['wb', 60], ['yi', 10], ['ye', 15], ['yE', 5], ['jy', 20],
  ['bp', 30], ['bv', 50], ['dt', 35], ['dD', 10], ['dz', 40], ['Dz', 15], ['Dt', 40], ['Tt', 10], ['Ts', 30], ['Td', 40], ['Tz', 40],
  ['sz', 30], ['sS', 35], ['sc', 20], ['Sc', 30], ['Sj', 30], ['zj', 35], ['zc', 30], ['ck', 40], ['cj', 35], ['jg', 30], ['Gg', 10],
  ['Gx', 50], ['gk', 35], ['kx', 30], ['xh', 10], ['hk', 70], ['fv', 30], ['fp', 50], ['lr', 60], ['mn', 60],
]

const SIZE = 128
const SUBSTITUTION = substitutions()

function substitutions(): Uint8Array {
  const costs = new Uint8Array(SIZE * SIZE).fill(WHOLE)
  const set = (a: string, b: string, cost: number) => {
    costs[a.charCodeAt(0) * SIZE + b.charCodeAt(0)] = cost
    costs[b.charCodeAt(0) * SIZE + a.charCodeAt(0)] = cost
  }
  for (let letter = 0; letter < SIZE; letter += 1) costs[letter * SIZE + letter] = 0
  for (const [pair, cost] of ALIKE) set(pair[0]!, pair[1]!, cost)
  for (const vowel of VOWELS) set('*', vowel, vowel === '*' ? 0 : 5)
  return costs
}

/** What a letter costs that only one of the two has. Where vowels are not written their lack says nothing. */
function gap(sound: string, at: number, unvowelled: boolean): number {
  const letter = sound[at]!
  const last = at === sound.length - 1
  if (VOWELS.includes(letter)) {
    if (unvowelled) return 3
    if (letter === 'e' && last) return 10
    return at === 0 ? 70 : 40
  }
  if (letter === 'w' || letter === 'y') return unvowelled ? 10 : 30
  if (letter === 'h') return last ? 10 : 50
  return letter === 'G' ? 60 : WHOLE
}

/**
 * How alike two sounds are, 0 to 100, as whole points: the cheapest way to make one of the other (letters put in, left out, replaced, or two
 * neighbours swapped; Damerau 1964), measured by the longer one, of which only the consonants count where vowels are not written.
 */
export function likeness(a: string, b: string, unvowelled: boolean): number {
  if (a === b) return 100
  const length = (sound: string) => (unvowelled ? Math.max(2, sound.replace(/[aeiouEO*]/g, '').length) : sound.length)
  const longest = Math.max(length(a), length(b))
  const tooShort = Math.min(length(a), length(b)) * 2 < longest
  return tooShort ? 0 : Math.max(0, Math.trunc(WHOLE - distance(a, b, unvowelled) / longest))
}

function distance(a: string, b: string, unvowelled: boolean): number {
  const gapsB = Array.from(b, (_, j) => gap(b, j, unvowelled))
  let before: number[] = []
  let row: number[] = [0]
  for (const cost of gapsB) row.push(row.at(-1)! + cost)
  for (let i = 0; i < a.length; i += 1) {
    const own = gap(a, i, unvowelled)
    const next = [row[0]! + own]
    for (let j = 0; j < b.length; j += 1) {
      const replaced = row[j]! + SUBSTITUTION[(a.charCodeAt(i) % SIZE) * SIZE + (b.charCodeAt(j) % SIZE)]!
      let least = Math.min(row[j + 1]! + own, next[j]! + gapsB[j]!, replaced)
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] && a[i] !== a[i - 1]
      if (swapped) least = Math.min(least, before[j - 1]! + 90)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length]!
}

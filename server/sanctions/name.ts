import anyAscii from 'any-ascii'
import { skeletonOf, soundOf } from './sound.ts'
import { ARABIC_PARTICLES, GENERIC, LEGAL_FORMS, PARTICLES, SMALL_WORDS, TITLES } from './words.ts'

/** What a part of a name is: only some of them tell people apart. */
export type Role = 'name' | 'servant' | 'generic' | 'initial' | 'particle' | 'title' | 'legal_form'

/** A part of a name in its normal form. */
export type Part = {
  /** The same for parts that are compared alike. */
  readonly id: number
  /** As somebody wrote it. */
  readonly written: string
  /** Small Latin letters. */
  readonly plain: string
  /** How it sounds, in the letters of `sound.ts`; several where the spelling leaves it open. */
  readonly sounds: readonly string[]
  /** The consonants of each sound, which stay whatever the way of writing; and which letters they are, a bit for each. */
  readonly skeletons: readonly string[]
  readonly letters: readonly number[]
  readonly role: Role
  /** Written without its short vowels, as Arabic is. */
  readonly unvowelled: boolean
}

/** A name in its normal form: its parts in their order, of which those that count are compared. */
export type Name = {
  readonly written: string
  readonly parts: readonly Part[]
  readonly counting: readonly Part[]
  /** Of these the ones that tell people apart. */
  readonly telling: readonly Part[]
  /** Two or three neighbours that count, as if they were one part. */
  readonly joined: readonly Joined[]
  /** The first letters of its words, with and without the small ones. */
  readonly acronyms: readonly string[]
}

export type Joined = { readonly parts: readonly Part[]; readonly one: Part }

/** No name is longer than so many parts; what comes after them is not compared. */
const MOST_PARTS = 16

const WORD = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’‘ʼʻ`´ʹʺʿʾ]*/gu
const MARKS = /[\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g
const ARABIC = /\p{Script=Arabic}/u
const HAN = /\p{Script=Han}/u
const HANGUL = /\p{Script=Hangul}/u

/**
 * The normal form of a name in any script. Latin letters lose case and marks; other scripts are read letter by letter (Arabic by our own
 * table, as its vowels are missing; the rest by any-ascii, Chinese by the sound of each sign). Articles, titles and legal forms stay
 * in it as parts that do not count.
 */
export function readName(text: string): Name {
  const parts: Part[] = []
  const clean = text.normalize('NFKC').replace(MARKS, '')
  for (const [word] of clean.matchAll(WORD)) {
    if (parts.length >= MOST_PARTS) break
    parts.push(...partsOf(word))
  }
  const counting = parts.filter(({ role }) => COUNTING.has(role))
  const letters = (some: readonly Part[]) => some.map(({ plain }) => plain[0]).join('')
  const words = parts.filter(({ role }) => role !== 'legal_form')
  return {
    written: text,
    parts,
    counting,
    telling: counting.filter(({ role }) => role === 'name' || role === 'servant'),
    joined: joinedIn(counting),
    acronyms: [
      ...new Set(
        [letters(words), letters(words.filter(({ plain }) => !SMALL_WORDS.has(plain)))].filter(
          (one) => one.length >= 3,
        ),
      ),
    ],
  }
}

const COUNTING = new Set<Role>(['name', 'servant', 'generic', 'initial'])

function partsOf(word: string): Part[] {
  if (ARABIC.test(word)) return arabicParts(word)
  // Each Chinese or Korean sign is a syllable, and names are written together or apart at will.
  if (HAN.test(word) || HANGUL.test(word))
    return [...word].map((sign) => part(sign, letters(anyAscii(sign)), false)).filter(({ plain }) => plain !== '')
  return latinParts(word, letters(anyAscii(word)))
}

const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Written together: Abdulrahman, Abderrahmane, Abdallah. The bearer is the servant of what follows. */
const SERVANT = /^abd(?:(?:ou|[aeiou])?(?:l|r(?=r)|s(?=s)|n(?=n)|d(?=d)|t(?=t)|z(?=z))?|[aeiou])(?=[a-z]{3})/
const SERVANT_ALONE = /^abd(?:ou|[aeiou])?(?:l|r|s|sh|n|d|t|z)?$/

function latinParts(written: string, plain: string): Part[] {
  if (plain === '') return []
  if (SERVANT_ALONE.test(plain)) return [part(written, 'abd', false, 'servant')]
  const begins = SERVANT.exec(plain)?.[0]
  if (!begins || plain.length < 7) return [part(written, plain, false)]
  // In Abdullah the l is of God's name and not of the article alone.
  const rest =
    /^(?:l?l|[aeiou]?ll?)ah?$/.test(plain.slice(begins.length)) || /^abd[aeiou]+ll?ah?$/.test(plain)
      ? 'allah'
      : plain.slice(begins.length)
  return [
    part(written.slice(0, begins.length), 'abd', false, 'servant'),
    part(written.slice(begins.length), rest, false),
  ]
}

// prettier-ignore
const ARABIC_LETTERS: Readonly<Record<string, string>> = {
  ا: 'a', أ: 'a', إ: 'i', آ: 'a', ٱ: 'a', ى: 'a', ة: 'a', ء: '', ئ: 'i', ؤ: 'u', ع: '', ب: 'b', پ: 'p', ت: 't', ٹ: 't', ث: 'th', ج: 'j',
  چ: 'ch', ح: 'h', خ: 'kh', د: 'd', ڈ: 'd', ذ: 'dh', ر: 'r', ڑ: 'r', ز: 'z', ژ: 'zh', س: 's', ش: 'sh', ص: 's', ض: 'd', ط: 't', ظ: 'z',
  غ: 'gh', ف: 'f', ڤ: 'v', ق: 'q', ك: 'k', ک: 'k', گ: 'g', ل: 'l', م: 'm', ن: 'n', ں: 'n', ه: 'h', ہ: 'h', ھ: 'h', ۀ: 'a', و: 'w',
  ي: 'y', ی: 'y', ے: 'y',
}

function arabicParts(word: string): Part[] {
  if (ARABIC_PARTICLES.has(word)) return [part(word, spelt(word), true, 'particle')]
  if (word === 'عبد') return [part(word, 'abd', true, 'servant')]
  if (word.startsWith('عبد') && word.length > 5)
    return [part('عبد', 'abd', true, 'servant'), ...arabicParts(word.slice(3))]
  if (word === 'الله' || word === 'اللہ') return [part(word, 'allah', false)]
  // The article is written as one with its word. What is left must be a word.
  if (word.startsWith('ال') && word.length >= 5)
    return [part('ال', 'al', true, 'particle'), part(word.slice(2), spelt(word.slice(2)), true)]
  return [part(word, spelt(word), true)]
}

/** Letter by letter; what begins with a bare vowel sign may begin with any vowel. */
function spelt(word: string): string {
  const latin = [...word].map((letter) => ARABIC_LETTERS[letter] ?? letters(anyAscii(letter))).join('')
  return /^[اأعآ]/.test(word) && latin !== '' ? `*${latin.replace(/^a/, '')}` : latin
}

function part(written: string, plain: string, unvowelled: boolean, role: Role = roleOf(plain)): Part {
  return partOf({ written, plain: plain.replace('*', 'a'), sounds: soundsOf(plain), role, unvowelled })
}

function partOf(read: Omit<Part, 'id' | 'skeletons' | 'letters'>): Part {
  const skeletons = read.sounds.map(skeletonOf)
  return { id: idOf(read), ...read, skeletons, letters: skeletons.map(lettersIn) }
}

const IDS = new Map<string, number>()
const MOST_IDS = 500_000
let lastId = 0

/** Never given to another part, also when those of long ago are forgotten. */
function idOf({ sounds, unvowelled }: Pick<Part, 'sounds' | 'unvowelled'>): number {
  const key = `${unvowelled ? '-' : ''}${sounds.join(' ')}`
  const known = IDS.get(key)
  if (known !== undefined) return known
  if (IDS.size >= MOST_IDS) IDS.clear()
  lastId += 1
  IDS.set(key, lastId)
  return lastId
}

function lettersIn(skeleton: string): number {
  let bits = 0
  for (const letter of skeleton) bits |= 1 << (letter.charCodeAt(0) & 31)
  return bits
}

/** Abu Bakr as Abubakr, Wei Ming as Weiming. */
function joinedIn(parts: readonly Part[]): Joined[] {
  const found: Joined[] = []
  for (const count of new Set([2, 3, parts.length])) {
    if (count < 2) continue
    for (let from = 0; from + count <= parts.length; from += 1) {
      const some = parts.slice(from, from + count)
      const plain = some.map((one) => one.plain).join('')
      const sounds = [...new Set([some.map((one) => one.sounds[0]!).join(''), soundOf(plain)])]
      const unvowelled = some.some((one) => one.unvowelled)
      if (plain.length >= 4)
        found.push({ parts: some, one: partOf({ written: plain, plain, sounds, role: 'name', unvowelled }) })
    }
  }
  return found
}

/** Other readings of the same letters. */
const READINGS: readonly [RegExp, string][] = [
  // Pinyin writes q for what Wade and Giles write ch'.
  [/^q(?=i|u[aen]?n?$)/, 'ch'],
  // In German and Polish w is v, in Slavic names an initial j is y.
  [/w/g, 'v'],
  [/^j(?=[aeou])/, 'y'],
  // The article written together with its word: Alzubairi.
  [/^[ae]l(?=[a-z]{5})/, ''],
]

const SOUNDS = new Map<string, readonly string[]>()
const MOST_SOUNDS = 200_000

function soundsOf(plain: string): readonly string[] {
  const known = SOUNDS.get(plain)
  if (known) return known
  const readings = READINGS.map(([letters, instead]) => plain.replace(letters, instead))
  const sounds = [...new Set([plain, ...readings, readings[2]!.replaceAll('w', 'v')])].map(soundOf)
  if (SOUNDS.size >= MOST_SOUNDS) SOUNDS.clear()
  SOUNDS.set(plain, sounds)
  return sounds
}

function roleOf(plain: string): Role {
  if (/^[a-z]$/.test(plain)) return 'initial'
  if (PARTICLES.has(plain)) return 'particle'
  if (TITLES.has(plain)) return 'title'
  if (LEGAL_FORMS.has(plain)) return 'legal_form'
  return GENERIC.has(plain) ? 'generic' : 'name'
}

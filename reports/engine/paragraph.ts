import bidiFactory, { type Bidi } from 'bidi-js'
import { covers, familyOf, type Family, type Typeface, type Weight } from './fonts.ts'
import { shapeWord, type ShapedWord } from './shape.ts'

export type ReadingDirection = 'ltr' | 'rtl'

/** A text with the decisions that do not depend on where its lines break. */
export type Paragraph = {
  readonly text: string
  readonly size: number
  readonly direction: ReadingDirection
  /** The embedding level of each character (UAX 9), or undefined where all of it runs from left to right. */
  readonly levels: Uint8Array | undefined
  readonly typefaces: readonly Typeface[]
}

/** A stretch of one line in one typeface and one direction. Its words are in logical order. */
export type Run = { readonly typeface: Typeface; readonly level: number; readonly words: readonly ShapedWord[] }

// The package's types describe its module build, Node loads its other one, whose default export is the function itself.
const bidi = (bidiFactory as unknown as () => Bidi)()

/** Directional marks: they have done their work once the levels are known, and have no glyphs. */
const MARKS = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
const MAY_RUN_RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\u202b\u202e\u2066-\u2069\ufb1d-\ufefc]/
const ARABIC = /\p{Script=Arabic}/u
const NEUTRAL = /[\p{Script=Common}\p{Script=Inherited}]/u

/** Decides direction and typeface of every character of the text. */
export function composeParagraph(
  text: string,
  { size, weight = 'regular', direction }: { size: number; weight?: Weight; direction: ReadingDirection },
): Paragraph {
  // Composed letters have glyphs of their own; control characters have none, and a line break in a name is no line break.
  // eslint-disable-next-line no-control-regex
  const clean = text.normalize('NFC').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
  const mixed = direction === 'rtl' || MAY_RUN_RIGHT_TO_LEFT.test(clean)
  const levels = mixed ? bidi.getEmbeddingLevels(clean, direction).levels : undefined
  return { text: clean, size, direction, levels, typefaces: chooseTypefaces(clean, familyOf(weight), direction) }
}

/** The width in points of a part of the text, on one line. */
export function widthOf(paragraph: Paragraph, start = 0, end = paragraph.text.length): number {
  return (widthOfRuns(runsOf(paragraph, start, end)) * paragraph.size) / 1000
}

/** The width of runs in thousandths of the type size. */
export function widthOfRuns(runs: readonly Run[]): number {
  let width = 0
  for (const run of runs) for (const word of run.words) width += word.width
  return width
}

/** The runs of a line, in logical order. */
export function runsOf(paragraph: Paragraph, start: number, end: number): Run[] {
  const { text, typefaces, levels } = paragraph
  const base = paragraph.direction === 'rtl' ? 1 : 0
  // Spaces at the end of a line stand at its end in the direction of the paragraph (UAX 9, rule L1).
  const inkEnd = trimEnd(text, start, end)
  const levelAt = (i: number) => (i >= inkEnd ? base : levels ? levels[i]! : 0)
  const runs: Run[] = []
  for (let from = start; from < end;) {
    const typeface = typefaces[from]!
    const level = levelAt(from)
    let to = from + 1
    while (to < end && typefaces[to] === typeface && levelAt(to) === level) to++
    runs.push({ typeface, level, words: shapeWords(typeface, text.slice(from, to), level) })
    from = to
  }
  return runs
}

/** The same runs from left to right (UAX 9, rule L2). */
export function inVisualOrder(runs: readonly Run[]): Run[] {
  const ordered = [...runs]
  const levels = ordered.map((run) => run.level)
  const lowestOdd = Math.min(...levels.filter((level) => level % 2 === 1))
  for (let level = Math.max(0, ...levels); level >= lowestOdd; level--) {
    for (let from = 0; from < ordered.length; from++) {
      let to = from
      while (to < ordered.length && ordered[to]!.level >= level) to++
      if (to > from + 1) ordered.splice(from, to - from, ...ordered.slice(from, to).reverse())
      if (to > from) from = to
    }
  }
  return ordered
}

/** Where the text of a line ends when the spaces after it are left out. */
export function trimEnd(text: string, start: number, end: number): number {
  while (end > start && /[\s\u2066-\u2069]/.test(text[end - 1]!)) end--
  return end
}

function shapeWords(typeface: Typeface, text: string, level: number): ShapedWord[] {
  const words = text.replace(MARKS, '').match(/[ \u00a0]|[^ \u00a0]+/g) ?? []
  return words.map((word) => shapeWord(typeface, word, level % 2 === 1))
}

/**
 * Arabic letters always take the Arabic face. All else takes the face of the reading direction if it can, because
 * Plex Arabic has Latin letters and digits of its own that match it; else whichever face has the character.
 */
function chooseTypefaces(text: string, family: Family, direction: ReadingDirection): Typeface[] {
  const first = direction === 'rtl' ? family.arabic : family.latin
  const second = direction === 'rtl' ? family.latin : family.arabic
  const typefaces: Typeface[] = []
  let previous: Typeface | undefined
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    let chosen: Typeface
    if (codePoint === 0x20 || /[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(character))
      chosen = previous ?? first
    else if (codePoint < 0x250 && covers(first, codePoint)) chosen = first
    else if (ARABIC.test(character)) chosen = family.arabic
    else if (previous && NEUTRAL.test(character) && covers(previous, codePoint)) chosen = previous
    else chosen = covers(first, codePoint) || !covers(second, codePoint) ? first : second
    for (let unit = 0; unit < character.length; unit++) typefaces.push(chosen)
    previous = chosen
  }
  return typefaces
}

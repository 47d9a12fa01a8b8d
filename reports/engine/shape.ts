import { Buffer as ShapingBuffer, ClusterLevel, Direction, shape } from 'harfbuzzjs'
import type { Typeface } from './fonts.ts'

/** One glyph where it stands in a word. Lengths in thousandths of the type size. */
export type PlacedGlyph = {
  readonly glyph: number
  /** The text that it stands for; empty where another glyph of the same cluster carries it. */
  readonly text: string
  readonly advance: number
  /** The advance that the font itself gives, without kerning. */
  readonly ownAdvance: number
  readonly shiftX: number
  readonly shiftY: number
}

/** A word as it is drawn, its glyphs from left to right whatever its direction. */
export type ShapedWord = { readonly width: number; readonly glyphs: readonly PlacedGlyph[]; readonly isSpace: boolean }

/** Words recur, amounts do not: enough for the words of a report, few enough to stay small in a long process. */
const REMEMBERED_WORDS = 8_000

const AMOUNT = /^-?[0-9][0-9.,]*$/
const ARABIC = /\p{Script=Arabic}/u
const CYRILLIC = /\p{Script=Cyrillic}/u

const buffer = new ShapingBuffer()
const shapedWords = new WeakMap<Typeface, Map<string, ShapedWord>>()
const digitGlyphs = new WeakMap<Typeface, ReadonlyMap<string, PlacedGlyph>>()

/** Shapes one word, or one space. `rightToLeft` is the direction of its bidirectional run. */
export function shapeWord(typeface: Typeface, word: string, rightToLeft: boolean): ShapedWord {
  if (!rightToLeft && AMOUNT.test(word)) return shapeAmount(typeface, word)
  const remembered = rememberedWords(typeface)
  const key = (rightToLeft ? '<' : '>') + word
  const known = remembered.get(key)
  if (known) return known
  const shaped = shapeByFont(typeface, word, rightToLeft)
  if (remembered.size >= REMEMBERED_WORDS) remembered.clear()
  remembered.set(key, shaped)
  return shaped
}

function rememberedWords(typeface: Typeface): Map<string, ShapedWord> {
  let remembered = shapedWords.get(typeface)
  if (!remembered) shapedWords.set(typeface, (remembered = new Map<string, ShapedWord>()))
  return remembered
}

/**
 * Digits have one width and no kerning in Plex, so an amount needs no shaping, of which a long report would need most
 * for its amounts. Its sign is drawn as a true minus, as wide as a digit, but is a hyphen when it is copied, because a
 * spreadsheet understands only that.
 */
function shapeAmount(typeface: Typeface, amount: string): ShapedWord {
  let known = digitGlyphs.get(typeface)
  if (!known) digitGlyphs.set(typeface, (known = shapeDigits(typeface)))
  const glyphs: PlacedGlyph[] = []
  let width = 0
  for (const character of amount) {
    const glyph = known.get(character)!
    glyphs.push(glyph)
    width += glyph.advance
  }
  return { width, glyphs, isSpace: false }
}

function shapeDigits(typeface: Typeface): ReadonlyMap<string, PlacedGlyph> {
  const glyphs = new Map<string, PlacedGlyph>()
  for (const character of '0123456789.,') glyphs.set(character, shapeByFont(typeface, character, false).glyphs[0]!)
  glyphs.set('-', { ...shapeByFont(typeface, '\u2212', false).glyphs[0]!, text: '-' })
  return glyphs
}

function shapeByFont(typeface: Typeface, word: string, rightToLeft: boolean): ShapedWord {
  buffer.reset()
  buffer.setClusterLevel(ClusterLevel.MONOTONE_CHARACTERS)
  buffer.addText(word)
  buffer.setDirection(rightToLeft ? Direction.RTL : Direction.LTR)
  buffer.setScript(ARABIC.test(word) ? 'Arab' : CYRILLIC.test(word) ? 'Cyrl' : 'Latn')
  shape(typeface.shaper, buffer)
  const infos = buffer.getGlyphInfos()
  const positions = buffer.getGlyphPositions()
  const clusters = [...new Set(infos.map((info) => info.cluster)), word.length].sort((a, b) => a - b)
  const carried = new Set<number>()
  let width = 0
  const glyphs = infos.map((info, i): PlacedGlyph => {
    const { xAdvance, xOffset, yOffset } = positions[i]!
    const end = clusters[clusters.indexOf(info.cluster) + 1]!
    const text = carried.has(info.cluster) ? '' : word.slice(info.cluster, end)
    carried.add(info.cluster)
    width += xAdvance * typeface.scale
    return {
      glyph: info.codepoint,
      text,
      advance: xAdvance * typeface.scale,
      ownAdvance: typeface.parsed.getGlyph(info.codepoint).advanceWidth * typeface.scale,
      shiftX: xOffset * typeface.scale,
      shiftY: yOffset * typeface.scale,
    }
  })
  return { width, glyphs, isSpace: word === ' ' || word === '\u00a0' }
}

import type { Typeface } from './fonts.ts'
import type { ReportDocument } from './document.ts'
import { inVisualOrder, runsOf, trimEnd, widthOf, widthOfRuns, type Paragraph, type Run } from './paragraph.ts'
import type { Line } from './lines.ts'
import { points } from './pdf-syntax.ts'
import type { PdfFont } from './pdfkit-inside.ts'
import type { PlacedGlyph, ShapedWord } from './shape.ts'

export type Align = 'left' | 'right' | 'center'

/** The fonts as one document embeds them, with the character code given to each pair of glyph and text. */
export type Ink = { readonly document: ReportDocument; readonly fonts: Map<Typeface, EmbeddedFont> }

type EmbeddedFont = { readonly font: PdfFont; readonly codes: Map<string, string> }

const ARABIC = /\p{Script=Arabic}/u

/** A mark's offset below this many thousandths of the size cannot be seen. */
const VISIBLE = 0.05

export function inkFor(document: ReportDocument): Ink {
  return { document, fonts: new Map() }
}

/**
 * The operators that draw a line of a paragraph with its baseline at `y`, on a page whose y axis points down. `x` is
 * the left edge, the right edge or the middle of the line, as `align` says.
 */
export function lineOperators(ink: Ink, paragraph: Paragraph, line: Line, x: number, y: number, align: Align): string {
  const runs = runsOf(paragraph, line.start, line.end)
  // The space at which the line was broken is drawn too, outside its edge, or the words around it would be read as one.
  const inkEnd = trimEnd(paragraph.text, line.start, line.end)
  const overhang = inkEnd < line.end ? widthOf(paragraph, inkEnd, line.end) : 0
  const inkWidth = (widthOfRuns(runs) * paragraph.size) / 1000 - overhang
  const left = align === 'left' ? x : align === 'right' ? x - inkWidth : x - inkWidth / 2
  const first = paragraph.direction === 'rtl' ? left - overhang : left
  let operators = `BT 1 0 0 -1 ${points(first)} ${points(y)} Tm `
  for (const run of paragraph.levels ? inVisualOrder(runs) : runs) {
    const embedded = embeddedFont(ink, run.typeface)
    operators += `/${embedded.font.id} ${paragraph.size} Tf ${runOperators(embedded, run, paragraph.size)}`
  }
  return `${operators}ET`
}

/** The codes and objects of the fonts that a piece of content outside any page needs. */
export function fontResources(ink: Ink): Record<string, unknown> {
  return Object.fromEntries([...ink.fonts.values()].map(({ font }) => [font.id, font.ref()]))
}

function embeddedFont(ink: Ink, typeface: Typeface): EmbeddedFont {
  let embedded = ink.fonts.get(typeface)
  if (!embedded) {
    ink.document.font(typeface.parsed, typeface.name)
    embedded = { font: ink.document._font, codes: new Map() }
    ink.fonts.set(typeface, embedded)
  }
  const { font } = embedded
  ink.document.page.fonts[font.id] ??= font.ref()
  return embedded
}

function runOperators(embedded: EmbeddedFont, run: Run, size: number): string {
  const rightToLeft = run.level % 2 === 1
  const words = rightToLeft ? [...run.words].reverse() : run.words
  const plain = plainCodes(embedded, words)
  return plain === undefined ? shiftedOperators(embedded, run.typeface, words, size) : `<${plain}> Tj `
}

/** The codes alone, when every glyph stands exactly where the font's own widths put it: true of nearly all of Latin. */
function plainCodes(embedded: EmbeddedFont, words: readonly ShapedWord[]): string | undefined {
  let codes = ''
  for (const word of words) {
    for (const glyph of word.glyphs) {
      if (glyph.advance !== glyph.ownAdvance || glyph.shiftX !== 0 || glyph.shiftY !== 0) return undefined
      if (glyph.text.length > 1) return undefined
      codes += codeFor(embedded, glyph.glyph, glyph.text, glyph.ownAdvance)
    }
  }
  return codes
}

/** Kerning and horizontal shifts go between the codes, vertical shifts (vowel marks) by text rise. */
function shiftedOperators(
  embedded: EmbeddedFont,
  typeface: Typeface,
  words: readonly ShapedWord[],
  size: number,
): string {
  let operators = ''
  let array = ''
  let codes = ''
  let owed = 0
  let rise = 0
  const flushCodes = () => {
    if (codes) array += `<${codes}>`
    codes = ''
  }
  const flushArray = () => {
    flushCodes()
    if (array) operators += `[${array}] TJ `
    array = ''
  }
  for (const word of words) {
    for (const glyph of word.glyphs) {
      if (glyph.shiftY !== rise) {
        flushArray()
        rise = glyph.shiftY
        operators += `${points((rise * size) / 1000)} Ts `
      }
      owed += glyph.shiftX
      if (Math.abs(owed) > VISIBLE) {
        flushCodes()
        array += ` ${points(-owed)} `
        owed = 0
      }
      codes += glyphCodes(embedded, typeface, glyph)
      owed += glyph.advance - glyph.ownAdvance - glyph.shiftX
    }
  }
  // What is owed at the end of a run moves the next run of the line.
  flushCodes()
  if (Math.abs(owed) > VISIBLE) array += ` ${points(-owed)} `
  flushArray()
  return rise === 0 ? operators : `${operators}0 Ts `
}

/**
 * Programs that extract text turn a right-to-left line around code by code, so the letters of a ligature that stand
 * for one code come out reversed. A ligature therefore carries its last letter, and inkless glyphs after it the others.
 */
function glyphCodes(embedded: EmbeddedFont, typeface: Typeface, { glyph, text, ownAdvance }: PlacedGlyph): string {
  const letters = [...text]
  if (letters.length < 2 || typeface.inkless === undefined || !ARABIC.test(text)) {
    return codeFor(embedded, glyph, text, ownAdvance)
  }
  let codes = codeFor(embedded, glyph, letters.pop()!, ownAdvance)
  for (const letter of letters.reverse()) codes += codeFor(embedded, typeface.inkless, letter, 0)
  return codes
}

/**
 * The four digits that mean this glyph standing for this text. A glyph that stands for two texts (letters that share
 * a shape) is put into the subset twice, because a code can be copied as one text only.
 */
function codeFor({ font, codes }: EmbeddedFont, glyph: number, text: string, width: number): string {
  const key = `${glyph}:${text}`
  const known = codes.get(key)
  if (known) return known
  const isNew = font.subset.mapping[glyph] === undefined
  const place = isNew ? font.subset.includeGlyph(glyph) : font.subset.glyphs.push(glyph) - 1
  font.widths[place] = width
  // A code without any text is forbidden by PDF/UA; a zero-width space is as good as none.
  font.unicode[place] = [...(text || '\u200b')].map((character) => character.codePointAt(0)!)
  const code = place.toString(16).padStart(4, '0')
  codes.set(key, code)
  return code
}

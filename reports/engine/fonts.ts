import { readFileSync } from 'node:fs'
import { create, type ParsedFont } from 'fontkit'
import { Blob, Face, Font } from 'harfbuzzjs'

export type Weight = 'regular' | 'strong'

/** One font file: HarfBuzz shapes with it, pdfkit embeds it. Parsed once for the process, shared by all documents. */
export type Typeface = {
  readonly name: string
  readonly parsed: ParsedFont
  readonly shaper: Font
  /** From the font's own units to thousandths of the type size, which is how PDF counts. */
  readonly scale: number
  /** A glyph without ink and without width, which can carry text that no ink of its own stands for. */
  readonly inkless: number | undefined
  readonly coverage: Map<number, boolean>
}

/** The two scripts of the reports in one weight. They are one design, so that a line may mix them. */
export type Family = { readonly latin: Typeface; readonly arabic: Typeface }

const FILES = {
  regular: { latin: 'IBMPlexSans-Regular', arabic: 'IBMPlexSansArabic-Regular' },
  strong: { latin: 'IBMPlexSans-SemiBold', arabic: 'IBMPlexSansArabic-SemiBold' },
}

const families = new Map<Weight, Family>()

/** The fonts of a weight, read from disk when first asked for. */
export function familyOf(weight: Weight): Family {
  let family = families.get(weight)
  if (!family) {
    family = { latin: readTypeface(FILES[weight].latin), arabic: readTypeface(FILES[weight].arabic) }
    families.set(weight, family)
  }
  return family
}

/** Whether the typeface has a glyph of its own for the character. */
export function covers(typeface: Typeface, codePoint: number): boolean {
  let covered = typeface.coverage.get(codePoint)
  if (covered === undefined) {
    covered = typeface.parsed.hasGlyphForCodePoint(codePoint)
    typeface.coverage.set(codePoint, covered)
  }
  return covered
}

function readTypeface(name: string): Typeface {
  const file = readFileSync(new URL(`../fonts/${name}.ttf`, import.meta.url))
  const parsed = create(file)
  return {
    name,
    parsed,
    shaper: new Font(new Face(new Blob(file))),
    scale: 1000 / parsed.unitsPerEm,
    inkless: findInkless(parsed),
    coverage: new Map(),
  }
}

/** In Plex it is glyph 1, `.null`; it stands near the beginning of every font that has one. */
function findInkless(parsed: ParsedFont): number | undefined {
  for (let id = 1; id < Math.min(400, parsed.numGlyphs); id++) {
    const glyph = parsed.getGlyph(id)
    if (glyph.advanceWidth === 0 && glyph.path.commands.length === 0) return id
  }
  return undefined
}

// What the reports use of two packages that ship no types.

declare module 'linebreak' {
  /** Walks the line break opportunities of a text (UAX 14). */
  export default class LineBreaker {
    constructor(text: string)
    nextBreak(): { readonly position: number; readonly required?: boolean } | null
  }
}

declare module 'fontkit' {
  /** A parsed font file; pdfkit accepts one in place of a path and makes a new subset of it for each document. */
  export type ParsedFont = {
    readonly unitsPerEm: number
    readonly numGlyphs: number
    readonly postscriptName: string
    hasGlyphForCodePoint(codePoint: number): boolean
    glyphForCodePoint(codePoint: number): { readonly id: number }
    getGlyph(id: number): { readonly advanceWidth: number; readonly path: { readonly commands: readonly unknown[] } }
    layout(text: string): unknown
  }
  export function create(file: Uint8Array): ParsedFont
}

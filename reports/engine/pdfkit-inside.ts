import PDFDocument from 'pdfkit'
import type { ParsedFont } from 'fontkit'
import type { Readable } from 'node:stream'

/** An indirect object that pdfkit keeps until it is ended. */
export type PdfReference = {
  readonly id: number
  data: Record<string, unknown>
  readonly document: unknown
  buffer: Uint8Array[] | Uint8Array
  offset: number
  write(chunk: string | Uint8Array): void
  end(chunk?: string | Uint8Array): void
  finalize(): void
}

/**
 * A font as one document embeds it. `widths` and `unicode` are indexed by the character code of the document, which
 * is the place of the glyph in the subset.
 */
export type PdfFont = {
  readonly id: string
  readonly subset: {
    glyphs: number[]
    mapping: Record<number, number | undefined>
    includeGlyph(glyph: number): number
  }
  readonly widths: number[]
  readonly unicode: number[][]
  ref(): PdfReference
}

export type PdfPage = {
  readonly width: number
  readonly height: number
  readonly dictionary: PdfReference
  readonly fonts: Record<string, PdfReference>
  readonly xobjects: Record<string, PdfReference>
}

type PdfOutlineItem = { addItem(title: string, options?: { top?: number; left?: number }): PdfOutlineItem }

/**
 * The parts of pdfkit 0.20.2 that the engine stands on. They are not in its published types, because the engine uses
 * pdfkit as a writer of PDF objects and sets its text itself.
 */
export type PdfkitInside = Readable & {
  page: PdfPage
  info: Record<string, string | Date>
  readonly outline: PdfOutlineItem
  _font: PdfFont
  _offset: number
  readonly _offsets: (number | null)[]
  readonly _root: PdfReference
  readonly _info: PdfReference
  readonly _id: Uint8Array
  addPage(): unknown
  appendXML(xml: string): void
  addContent(operators: string): unknown
  font(source: ParsedFont, name: string): unknown
  ref(data?: Record<string, unknown>): PdfReference
  getStructTreeRoot(): PdfReference
  end(): void
  _addInfo(): void
  _write(bytes: string | Uint8Array): void
  _refEnd(reference: PdfReference): void
  _finalize(): void
  _read(): void
}

/** pdfkit's document class, seen with the parts above. */
export const PdfkitDocument = PDFDocument as unknown as new (options: Record<string, unknown>) => PdfkitInside

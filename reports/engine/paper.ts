import { ReportDocument, type ReportDescription } from './document.ts'
import { fontResources, inkFor, lineOperators, type Align, type Ink } from './ink.ts'
import { breakIntoLines, type Line } from './lines.ts'
import { composeParagraph, type Paragraph, type ReadingDirection } from './paragraph.ts'
import { points } from './pdf-syntax.ts'
import type { PdfReference } from './pdfkit-inside.ts'
import { closeStructure, openStructure, turnStructurePage, type Structure } from './structure.ts'
import { STYLES, type Colour, type TextStyle } from './style.ts'

/** The frame of every page, in points on A4. Nothing of a report's own content stands outside of it. */
export const FRAME = { left: 52, top: 74, width: 491, bottom: 768, headBaseline: 44, footBaseline: 803 }

/** What is being written on: the document, how it is read, and how far the current page is filled. */
export type Paper = {
  readonly document: ReportDocument
  readonly ink: Ink
  readonly structure: Structure
  readonly direction: ReadingDirection
  /** The next free place on the page, measured from its top. */
  y: number
  pages: number
  /** What the pages are about just now, for their head; empty before the first part that has a name. */
  section: string
  /** Drawn on every new page; decoration only, never read aloud. */
  readonly furnish: (paper: Paper) => void
  /** Stands on every page, and gets its content when the number of pages is known. */
  readonly pageTotal: PdfReference
}

/** A text set to a width, ready to be drawn. */
export type Block = {
  readonly paragraph: Paragraph
  readonly lines: readonly Line[]
  readonly style: TextStyle
  readonly height: number
}

/** A new document with its first page. */
export function openPaper(
  description: ReportDescription,
  direction: ReadingDirection,
  furnish: (paper: Paper) => void,
): Paper {
  const document = new ReportDocument(description)
  const structure = openStructure(document)
  const pageTotal = document.ref({ Type: 'XObject', Subtype: 'Form', BBox: [-60, -20, 60, 20] })
  const paper = {
    document,
    ink: inkFor(document),
    structure,
    direction,
    y: 0,
    pages: 0,
    section: '',
    furnish,
    pageTotal,
  }
  turnPage(paper)
  return paper
}

/** Ends the document: how many pages it has is known only now. */
export function closePaper(paper: Paper): void {
  drawPageTotal(paper)
  closeStructure(paper.structure)
  paper.document.end()
}

/** Goes on a new page, once the reader of the file has caught up. */
export async function nextPage(paper: Paper): Promise<void> {
  await paper.document.flow()
  turnPage(paper)
}

/** Goes on a new page unless this much room is left on the current one. */
export async function ensureRoom(paper: Paper, height: number): Promise<void> {
  if (paper.y + height > FRAME.bottom && paper.y > FRAME.top) await nextPage(paper)
}

/** Sets a text to a width. Figures and codes are set from left to right in every language. */
export function setText(
  paper: Paper,
  text: string,
  style: TextStyle,
  width: number,
  direction = paper.direction,
): Block {
  const paragraph = composeParagraph(text, { size: style.size, weight: style.weight, direction })
  const lines = breakIntoLines(paragraph, width)
  return { paragraph, lines, style, height: lines.length * style.leading }
}

/**
 * Draws lines of a block into a box. `start` is the distance of the box from the side where reading starts; `align`
 * `start` and `end` are meant likewise, so that a report in Arabic is the mirror of one in English.
 */
export function drawBlock(
  paper: Paper,
  block: Block,
  box: { start: number; top: number; width: number; align?: 'start' | 'end' | 'right' },
  lines: readonly Line[] = block.lines,
): void {
  const { leading, colour } = block.style
  const left = leftOf(paper, box.start, box.width)
  const align = physicalAlign(paper, box.align ?? 'start')
  const x = align === 'left' ? left : left + box.width
  let operators = `${colour} rg`
  let baseline = box.top + firstBaseline(block.style)
  for (const line of lines) {
    operators += ` ${lineOperators(paper.ink, block.paragraph, line, x, baseline, align)}`
    baseline += leading
  }
  paper.document.addContent(operators)
}

/** From the top of a block to its first baseline: the capitals stand in the middle of their line. */
export function firstBaseline({ size, leading }: TextStyle): number {
  return leading / 2 + size * 0.35
}

/** The left edge of a box that begins `start` from the side where reading starts. */
export function leftOf(paper: Paper, start: number, width: number): number {
  return paper.direction === 'rtl' ? FRAME.left + FRAME.width - start - width : FRAME.left + start
}

/** A horizontal line. To be called inside an artifact or a figure. */
export function drawRule(
  paper: Paper,
  {
    start,
    width,
    y,
    thickness,
    colour,
  }: { start: number; width: number; y: number; thickness: number; colour: Colour },
): void {
  const left = leftOf(paper, start, width)
  const [x1, x2, height] = [points(left), points(left + width), points(y)]
  paper.document.addContent(`${colour} RG ${thickness} w ${x1} ${height} m ${x2} ${height} l S`)
}

/** Puts the total of pages, which is not known yet, so that it continues a text that ends at `x`. */
export function placePageTotal(paper: Paper, x: number, baseline: number): void {
  paper.document.page.xobjects.PageTotal = paper.pageTotal
  paper.document.addContent(`q 1 0 0 1 ${points(x)} ${points(baseline)} cm /PageTotal Do Q`)
}

function turnPage(paper: Paper): void {
  paper.document.addPage()
  paper.pages++
  turnStructurePage(paper.structure)
  paper.y = FRAME.top
  paper.furnish(paper)
}

function drawPageTotal(paper: Paper): void {
  const block = setText(paper, `${paper.pages}`, STYLES.furniture, 60, 'ltr')
  const align = paper.direction === 'rtl' ? 'right' : 'left'
  const operators = lineOperators(paper.ink, block.paragraph, block.lines[0]!, 0, 0, align)
  paper.pageTotal.data.Resources = { Font: fontResources(paper.ink) }
  paper.pageTotal.end(`${STYLES.furniture.colour} rg ${operators}`)
}

function physicalAlign(paper: Paper, align: 'start' | 'end' | 'right'): Align {
  if (align === 'right') return 'right'
  return (align === 'start') === (paper.direction === 'ltr') ? 'left' : 'right'
}

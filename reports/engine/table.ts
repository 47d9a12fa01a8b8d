import type { TableLayout } from './columns.ts'
import { drawBlock, drawRule, FRAME, nextPage, setText, type Block, type Paper } from './paper.ts'
import { readAloud } from './prose.ts'
import { closeElement, drawArtifact, drawInElement, openElement, type Element } from './structure.ts'
import { COLOURS, STYLES, type TextStyle } from './style.ts'

type TableColumn = TableLayout['columns'][number]
type Cell = { readonly column: TableColumn; readonly block: Block; readonly text: string }

const PADDING = 3.5

/** The least room in which a table begins: its head and two rows. */
export const TABLE_START = 66

/** Draws a table over as many pages as it needs. Its head stands on each of them. */
export async function drawTable(
  paper: Paper,
  { columns, style }: TableLayout,
  rows: Iterable<readonly string[]>,
): Promise<void> {
  const { structure } = paper
  const table = openElement(structure, structure.root, 'Table')
  const head = setCells(
    paper,
    columns,
    columns.map((column) => column.title),
    STYLES.columnTitle,
  )
  drawFirstHead(paper, head, table)
  const body = openElement(structure, table, 'TBody')
  for (const texts of rows) {
    const cells = setCells(paper, columns, texts, style)
    const height = lineCount(cells) * style.leading + 2 * PADDING
    const pageRoom = FRAME.bottom - FRAME.top - headHeight(head)
    if (paper.y + Math.min(height, pageRoom) > FRAME.bottom) await continueTable(paper, head)
    await drawRow(paper, cells, head, body)
  }
  closeElement(structure, body)
  closeElement(structure, table)
}

async function continueTable(paper: Paper, head: readonly Cell[]): Promise<void> {
  await nextPage(paper)
  // The head was read aloud where the table begins; here it only helps the eye.
  drawArtifact(paper.structure, 'Pagination', () =>
    head.forEach((cell) => drawCell(paper, cell, titleTop(paper, head, cell))),
  )
  finishHead(paper, head)
}

function drawFirstHead(paper: Paper, head: readonly Cell[], table: Element): void {
  const { structure } = paper
  const group = openElement(structure, table, 'THead')
  const row = openElement(structure, group, 'TR')
  for (const cell of head) {
    const element = openElement(structure, row, 'TH', { scope: 'Column', actualText: readAloud(paper, cell.text) })
    drawInElement(structure, element, () => drawCell(paper, cell, titleTop(paper, head, cell)))
    closeElement(structure, element)
  }
  closeElement(structure, row)
  closeElement(structure, group)
  finishHead(paper, head)
}

/** Titles of one line stand at the foot of a head of two. */
function titleTop(paper: Paper, head: readonly Cell[], cell: Cell): number {
  return paper.y + PADDING + (lineCount(head) - cell.block.lines.length) * STYLES.columnTitle.leading
}

function finishHead(paper: Paper, head: readonly Cell[]): void {
  paper.y += headHeight(head)
  const rule = { start: 0, width: FRAME.width, y: paper.y, thickness: 0.8, colour: COLOURS.rule }
  drawArtifact(paper.structure, 'Layout', () => drawRule(paper, rule))
}

function headHeight(head: readonly Cell[]): number {
  return lineCount(head) * STYLES.columnTitle.leading + 2 * PADDING
}

/** A row stays on one page, but one that is taller than a page goes on over as many as it needs. */
async function drawRow(paper: Paper, cells: readonly Cell[], head: readonly Cell[], body: Element): Promise<void> {
  const { structure } = paper
  const row = openElement(structure, body, 'TR')
  const elements = cells.map((cell) => openElement(structure, row, 'TD', { actualText: wordsAloud(paper, cell) }))
  const total = lineCount(cells)
  const leading = cells[0]!.block.style.leading
  for (let drawn = 0; drawn < total;) {
    if (drawn > 0) await continueTable(paper, head)
    const fitting = Math.max(1, Math.floor((FRAME.bottom - paper.y - 2 * PADDING) / leading))
    cells.forEach((cell, i) => {
      const lines = cell.block.lines.slice(drawn, drawn + fitting)
      if (lines.length === 0 && drawn > 0) return
      drawInElement(structure, elements[i]!, () => drawCell(paper, cell, paper.y + PADDING, lines))
    })
    paper.y += Math.min(fitting, total - drawn) * leading + 2 * PADDING
    drawn += fitting
  }
  elements.forEach((element) => closeElement(structure, element))
  closeElement(structure, row)
  const rule = { start: 0, width: FRAME.width, y: paper.y, thickness: 0.5, colour: COLOURS.hairline }
  drawArtifact(structure, 'Layout', () => drawRule(paper, rule))
}

function drawCell(paper: Paper, { column, block }: Cell, top: number, lines = block.lines): void {
  const align = column.holds === 'figures' ? 'right' : 'start'
  drawBlock(paper, block, { start: column.start, top, width: column.width, align }, lines)
}

function setCells(paper: Paper, columns: readonly TableColumn[], texts: readonly string[], style: TextStyle): Cell[] {
  const isHead = style === STYLES.columnTitle
  return columns.map((column, i) => {
    const direction = column.holds === 'words' || isHead ? paper.direction : 'ltr'
    return { column, text: texts[i]!, block: setText(paper, texts[i]!, style, column.width, direction) }
  })
}

/** Figures are read as they are drawn; words, and codes with letters in them, may stand in another order. */
function wordsAloud(paper: Paper, { column, text }: Cell): string | undefined {
  return column.holds === 'figures' ? undefined : readAloud(paper, text)
}

function lineCount(cells: readonly Cell[]): number {
  return Math.max(1, ...cells.map((cell) => cell.block.lines.length))
}

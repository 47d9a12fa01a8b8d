import { drawBlock, drawRule, ensureRoom, FRAME, setText, type Paper } from './paper.ts'
import { widthOf } from './paragraph.ts'
import { readAloud } from './prose.ts'
import { closeElement, drawArtifact, drawElement, openElement } from './structure.ts'
import { COLOURS, STYLES, type TextStyle } from './style.ts'

/** A line of a list of figures. A sum has a rule above it, as on paper. */
export type FigureRow = { readonly label: string; readonly figure: string; readonly look?: 'strong' | 'sum' }

/** A titled list: the words at the start of its column, the figures at its end. */
export type FigureList = { readonly title: string; readonly rows: readonly FigureRow[] }

const ROW_PADDING = 2.5
const TITLE_ROOM = 6
const BETWEEN_LISTS = 28

/** Draws two lists side by side, each over half of the width, one after the other when read aloud. */
export async function drawFigureLists(paper: Paper, [first, second]: readonly [FigureList, FigureList]): Promise<void> {
  const width = (FRAME.width - BETWEEN_LISTS) / 2
  await ensureRoom(paper, figureListsHeight(first, second))
  const heights = [
    drawFigureList(paper, first, { start: 0, width }),
    drawFigureList(paper, second, { start: width + BETWEEN_LISTS, width }),
  ]
  paper.y += Math.max(...heights)
}

/** The height of two lists side by side while no label is so long, or figure so large, that a label takes two lines. */
export function figureListsHeight(first: FigureList, second: FigureList): number {
  const rows = Math.max(first.rows.length, second.rows.length)
  return STYLES.subheading.leading + TITLE_ROOM + rows * (STYLES.figure.leading + 2 * ROW_PADDING)
}

/** Draws a list into a column of the page and says how high it is. */
function drawFigureList(paper: Paper, list: FigureList, box: { start: number; width: number }): number {
  const { structure } = paper
  const table = openElement(structure, structure.root, 'Table')
  let top = paper.y
  top += drawTitle(paper, list.title, { ...box, top }, table)
  const body = openElement(structure, table, 'TBody')
  const figureWidth = widestFigure(paper, list)
  for (const row of list.rows) top += drawFigureRow(paper, row, { ...box, top, figureWidth }, body)
  closeElement(structure, body)
  closeElement(structure, table)
  return top - paper.y
}

type Box = { start: number; top: number; width: number }
type Parent = ReturnType<typeof openElement>

function drawTitle(paper: Paper, title: string, box: Box, table: Parent): number {
  const { structure } = paper
  const block = setText(paper, title, STYLES.subheading, box.width)
  const head = openElement(structure, table, 'THead')
  const row = openElement(structure, head, 'TR')
  const options = { scope: 'Column', spans: 2, actualText: readAloud(paper, title) } as const
  drawElement(structure, row, 'TH', options, () => drawBlock(paper, block, box))
  closeElement(structure, row)
  closeElement(structure, head)
  const y = box.top + block.height + TITLE_ROOM / 2
  drawArtifact(structure, 'Layout', () => drawRule(paper, { ...box, y, thickness: 0.8, colour: COLOURS.rule }))
  return block.height + TITLE_ROOM
}

/** The figures are a column of their own, so that their decimals stand under each other in every language. */
function widestFigure(paper: Paper, { rows }: FigureList): number {
  return Math.max(...rows.map((row) => widthOf(setText(paper, row.figure, styleOf(row), FRAME.width, 'ltr').paragraph)))
}

function styleOf({ look }: FigureRow): TextStyle {
  return look ? STYLES.strongFigure : STYLES.figure
}

function drawFigureRow(paper: Paper, figureRow: FigureRow, box: Box & { figureWidth: number }, body: Parent): number {
  const { structure } = paper
  const { label, figure, look } = figureRow
  const style = styleOf(figureRow)
  const figureBlock = setText(paper, figure, style, FRAME.width, 'ltr')
  const labelWidth = box.width - box.figureWidth - 10
  const labelBlock = setText(paper, label, style, labelWidth)
  const height = Math.max(labelBlock.height, figureBlock.height) + 2 * ROW_PADDING
  const rule = look === 'sum' ? { thickness: 0.8, colour: COLOURS.rule } : { thickness: 0.5, colour: COLOURS.hairline }
  const top = box.top + ROW_PADDING
  const figureStart = box.start + box.width - box.figureWidth
  const figureBox = { start: figureStart, width: box.figureWidth, top, align: 'right' } as const
  const row = openElement(structure, body, 'TR')
  const labelOptions = { scope: 'Row', actualText: readAloud(paper, label) } as const
  drawElement(structure, row, 'TH', labelOptions, () =>
    drawBlock(paper, labelBlock, { ...box, top, width: labelWidth }),
  )
  drawElement(structure, row, 'TD', {}, () => drawBlock(paper, figureBlock, figureBox))
  closeElement(structure, row)
  const y = look === 'sum' ? box.top : box.top + height
  drawArtifact(structure, 'Layout', () => drawRule(paper, { ...box, ...rule, y }))
  return height
}

import { composeParagraph, widthOf } from './paragraph.ts'
import { FRAME, type Paper } from './paper.ts'
import { STYLES, type TextStyle } from './style.ts'

/**
 * A column of a table. Words are read in the direction of the report; codes (dates, references) and figures from left
 * to right always. Figures are aligned at their right end, so that their decimals stand under each other.
 */
export type Column = { readonly title: string; readonly holds: 'words' | 'codes' | 'figures' }

/** A column that is as wide as its widest text, or one that takes a share of what the others leave. */
export type ColumnRequest = Column & ({ readonly widest: string } | { readonly share: number })

/** The columns with their places, and how the rows are written. */
export type TableLayout = {
  readonly columns: readonly (Column & { readonly start: number; readonly width: number })[]
  readonly style: TextStyle
}

const GUTTER = 14

/** A column of words narrower than this breaks most of them. */
const LEAST_FOR_WORDS = 62

/**
 * Shares the width of the frame between columns. Where the figures need too much of it (amounts of twenty digits side
 * by side) the whole table is written smaller: an amount is never broken, cut or drawn over another.
 */
export function layOutColumns(paper: Paper, requests: readonly ColumnRequest[]): TableLayout {
  const needed = requests.map((request) => ('widest' in request ? widthNeeded(paper, request) : 0))
  const room = FRAME.width - GUTTER * (requests.length - 1)
  const taken = needed.reduce((sum, width) => sum + width, 0)
  const shares = requests.reduce((sum, request) => sum + ('share' in request ? request.share : 0), 0)
  const sharing = requests.filter((request) => 'share' in request).length
  const scale = Math.min(1, (room - sharing * LEAST_FOR_WORDS) / taken)
  let start = 0
  const columns = requests.map((request, i) => {
    const width = 'share' in request ? ((room - taken * scale) * request.share) / shares : needed[i]! * scale
    const column = { title: request.title, holds: request.holds, start, width }
    start += width + GUTTER
    return column
  })
  return { columns, style: scale < 1 ? smaller(STYLES.row, scale) : STYLES.row }
}

/** The longest of the texts. Digits have one width, so of amounts and dates it is the widest. */
export function longest(texts: Iterable<string>): string {
  let found = ''
  for (const text of texts) if (text.length > found.length) found = text
  return found
}

function widthNeeded(paper: Paper, { title, widest }: { title: string; widest: string }): number {
  const measure = (text: string, { size, weight }: TextStyle) =>
    widthOf(composeParagraph(text, { size, weight, direction: paper.direction }))
  const titleWords = title.split(' ').map((word) => measure(word, STYLES.columnTitle))
  // Half a point more than measured: a sum of rounded widths must not break a text that fits exactly.
  return Math.max(measure(widest, STYLES.row), ...titleWords) + 0.5
}

function smaller(style: TextStyle, scale: number): TextStyle {
  return { ...style, size: Math.floor(style.size * scale * 100) / 100 }
}

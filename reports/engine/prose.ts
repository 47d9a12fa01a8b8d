import { drawBlock, ensureRoom, FRAME, nextPage, setText, type Paper } from './paper.ts'
import { closeElement, drawInElement, openElement, type Role } from './structure.ts'
import type { TextStyle } from './style.ts'

type ProseOptions = {
  readonly role: Extract<Role, 'H1' | 'H2' | 'H3' | 'P'>
  readonly style: TextStyle
  /** White space after the text. */
  readonly after: number
  /** How much room has to be left under a heading, so that it does not stand alone at the foot of a page. */
  readonly keepWith?: number
}

/** Draws a heading or a paragraph over the full width, and goes on over as many pages as it needs. */
export async function drawProse(paper: Paper, text: string, options: ProseOptions): Promise<void> {
  const { role, style, after, keepWith = 0 } = options
  const block = setText(paper, text, style, FRAME.width)
  await ensureRoom(paper, Math.min(block.height, 2 * style.leading) + keepWith)
  const element = openElement(paper.structure, paper.structure.root, role, { actualText: readAloud(paper, text) })
  let drawn = 0
  while (drawn < block.lines.length) {
    const fitting = Math.max(1, Math.floor((FRAME.bottom - paper.y) / style.leading))
    const lines = block.lines.slice(drawn, drawn + fitting)
    drawInElement(paper.structure, element, () =>
      drawBlock(paper, block, { start: 0, top: paper.y, width: FRAME.width }, lines),
    )
    drawn += lines.length
    paper.y += lines.length * style.leading
    if (drawn < block.lines.length) await nextPage(paper)
  }
  closeElement(paper.structure, element)
  paper.y += after
}

/** A right-to-left text is given to assistive technology as it was written, because its ink stands in another order. */
export function readAloud(paper: Paper, text: string): string | undefined {
  return paper.direction === 'rtl' ? withoutMarks(text) : undefined
}

/** The text without the marks that order its ink. */
export function withoutMarks(text: string): string {
  return text.replace(/[\u2066-\u2069\u200e\u200f\u061c]/g, '')
}

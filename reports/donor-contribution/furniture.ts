import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { composeOneLine } from '../engine/lines.ts'
import {
  drawBlock,
  firstBaseline,
  FRAME,
  leftOf,
  placePageTotal,
  setText,
  type Block,
  type Paper,
} from '../engine/paper.ts'
import { widthOf } from '../engine/paragraph.ts'
import { drawArtifact } from '../engine/structure.ts'
import { STYLES, type TextStyle } from '../engine/style.ts'
import type { Wording } from '../texts/wording.ts'

/** What stands on every page: on the first the fund, then whose report it is and what part of it; always its number. */
export function furnishPage(paper: Paper, report: DonorReport, wording: Wording, fundName: string): void {
  drawArtifact(paper.structure, 'Pagination', () => {
    if (paper.pages === 1) {
      drawAt(paper, oneLine(paper, fundName, FRAME.width, STYLES.letterhead), FRAME.headBaseline, 'start')
    } else {
      const section = paper.section || wording.say('title')
      drawAt(paper, oneLine(paper, report.donor.name, 300), FRAME.headBaseline, 'start')
      drawAt(paper, oneLine(paper, section, 180), FRAME.headBaseline, 'end')
    }
    drawPageNumber(paper, wording.say('pageOf', { page: paper.pages }))
    const origin = setText(paper, `${report.fund.code} · ${report.asOf.occurredOn}`, STYLES.furniture, 240, 'ltr')
    drawAt(paper, origin, FRAME.footBaseline, 'end')
  })
}

/** The total follows the text; it stands where reading starts, so that it has room to grow. */
function drawPageNumber(paper: Paper, text: string): void {
  const block = setText(paper, text, STYLES.furniture, 240)
  drawAt(paper, block, FRAME.footBaseline, 'start')
  placePageTotal(paper, leftOf(paper, widthOf(block.paragraph), 0), FRAME.footBaseline)
}

function oneLine(paper: Paper, text: string, width: number, style: TextStyle = STYLES.furniture): Block {
  const options = { size: style.size, weight: style.weight, direction: paper.direction }
  const paragraph = composeOneLine(text, width, options)
  return { paragraph, lines: [{ start: 0, end: paragraph.text.length }], style, height: style.leading }
}

function drawAt(paper: Paper, block: Block, baseline: number, align: 'start' | 'end'): void {
  const top = baseline - firstBaseline(block.style)
  drawBlock(paper, block, { start: 0, top, width: FRAME.width, align })
}

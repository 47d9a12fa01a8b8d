import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { drawBarChart } from '../engine/bar-chart.ts'
import { layOutColumns, type ColumnRequest } from '../engine/columns.ts'
import { FRAME, type Paper } from '../engine/paper.ts'
import { drawProse } from '../engine/prose.ts'
import { STYLES } from '../engine/style.ts'
import { drawTable } from '../engine/table.ts'
import type { Wording } from '../texts/wording.ts'

const CHART_AND_HEAD = 230

/** The chart of the years, and under it the same amounts to the cent. */
export async function drawYears(paper: Paper, { years, fund }: DonorReport, wording: Wording): Promise<void> {
  const { say } = wording
  const keepWith = years.length > 0 ? Math.min(CHART_AND_HEAD + years.length * 19, FRAME.bottom - FRAME.top - 30) : 20
  await drawProse(paper, say('byYear'), { role: 'H2', style: STYLES.heading, after: 10, keepWith })
  if (years.length === 0) return drawProse(paper, say('noYears'), { role: 'P', style: STYLES.body, after: 28 })
  drawBarChart(paper, {
    pairs: years.map(({ year, received, disbursed }) => ({
      label: year,
      first: received.amount,
      second: disbursed.amount,
    })),
    legend: [say('received'), say('disbursed')],
    alternative: say('chartInWords', { years: years.length, first: years[0]!.year, last: years.at(-1)!.year }),
    axisText: wording.axisValue,
  })
  paper.y += 12
  const { currency } = fund
  const columns: ColumnRequest[] = [
    { title: say('year'), holds: 'codes', share: 1 },
    { title: say('receivedIn', { currency }), holds: 'figures', share: 1.5 },
    { title: say('disbursedIn', { currency }), holds: 'figures', share: 1.5 },
  ]
  const rows = years.map(({ year, received, disbursed }) => [year, wording.amount(received), wording.amount(disbursed)])
  await drawTable(paper, layOutColumns(paper, columns), rows)
  paper.y += 30
}

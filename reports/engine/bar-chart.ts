import { scaleBand, scaleLinear } from 'd3-scale'
import { drawBlock, drawRule, FRAME, leftOf, setText, type Paper } from './paper.ts'
import { widthOf } from './paragraph.ts'
import { points } from './pdf-syntax.ts'
import { drawElement } from './structure.ts'
import { COLOURS, STYLES, type Colour } from './style.ts'

/** Two amounts side by side for each period, as exact decimal text. */
export type BarPair = { readonly label: string; readonly first: string; readonly second: string }

export type BarChart = {
  readonly pairs: readonly BarPair[]
  readonly legend: readonly [string, string]
  /** What the chart shows, in words, for those who cannot see it. */
  readonly alternative: string
  /** How the value of a grid line is written. */
  readonly axisText: (value: number) => string
}

const HEIGHT = 168
const LEGEND_ROOM = 26
const LABEL_ROOM = 18
const BAR_COLOURS: readonly [Colour, Colour] = [COLOURS.received, COLOURS.disbursed]

/** Draws pairs of bars over the full width; a report that is read from right to left gets the mirrored chart. */
export function drawBarChart(paper: Paper, chart: BarChart): void {
  const top = paper.y
  const box = [FRAME.left, top, FRAME.left + FRAME.width, top + HEIGHT] as const
  const { structure } = paper
  drawElement(structure, structure.root, 'Figure', { alternative: chart.alternative, box }, () => {
    drawLegend(paper, chart.legend, top)
    const scale = drawGrid(paper, chart, { top: top + LEGEND_ROOM, bottom: top + HEIGHT - LABEL_ROOM })
    drawBars(paper, chart, scale, top + HEIGHT - LABEL_ROOM + 4)
  })
  paper.y += HEIGHT
}

type ValueScale = { readonly at: (value: number) => number; readonly axisWidth: number }

/** How long a bar is on paper. The only place where an amount becomes a floating-point number: it is never printed. */
function lengthOf(amount: string): number {
  return +amount
}

function drawGrid(paper: Paper, chart: BarChart, { top, bottom }: { top: number; bottom: number }): ValueScale {
  const values = chart.pairs.flatMap(({ first, second }) => [lengthOf(first), lengthOf(second)])
  const at = scaleLinear([Math.min(0, ...values), Math.max(0, ...values)], [bottom, top]).nice(4)
  const ticks = at.ticks(4)
  const blocks = ticks.map((tick) => setText(paper, chart.axisText(tick), STYLES.furniture, 120))
  const axisWidth = Math.max(...blocks.map((block) => widthOf(block.paragraph))) + 10
  ticks.forEach((tick, i) => {
    const y = at(tick)
    const colour = tick === 0 ? COLOURS.quiet : COLOURS.hairline
    drawRule(paper, { start: axisWidth, width: FRAME.width - axisWidth, y, thickness: tick === 0 ? 0.8 : 0.5, colour })
    const box = { start: 0, top: y - STYLES.furniture.leading / 2, width: axisWidth - 8, align: 'end' } as const
    drawBlock(paper, blocks[i]!, box)
  })
  return { at, axisWidth }
}

function drawBars(paper: Paper, { pairs }: BarChart, { at, axisWidth }: ValueScale, labelTop: number): void {
  const places = pairs.map((_pair, i) => i)
  const band = scaleBand(places, [axisWidth, FRAME.width]).paddingInner(0.45).paddingOuter(0.3)
  // A few years should not become a few slabs.
  const bar = Math.min(22, (band.bandwidth() - 1.5) / 2)
  const everyOf = Math.ceil(30 / band.step())
  pairs.forEach((pair, i) => {
    const middle = band(i)! + band.bandwidth() / 2
    drawBar(
      paper,
      { start: middle - bar - 0.75, width: bar, from: at(0), to: at(lengthOf(pair.first)) },
      BAR_COLOURS[0],
    )
    drawBar(paper, { start: middle + 0.75, width: bar, from: at(0), to: at(lengthOf(pair.second)) }, BAR_COLOURS[1])
    // Where there are too many years for all their labels, every second or third has one.
    if (i % everyOf !== 0) return
    const block = setText(paper, pair.label, STYLES.furniture, 80, 'ltr')
    const width = widthOf(block.paragraph)
    drawBlock(paper, block, { start: middle - width / 2, top: labelTop, width })
  })
}

function drawBar(paper: Paper, bar: { start: number; width: number; from: number; to: number }, colour: Colour): void {
  const left = leftOf(paper, bar.start, bar.width)
  const rectangle = [left, Math.min(bar.from, bar.to), bar.width, Math.abs(bar.to - bar.from)].map(points).join(' ')
  paper.document.addContent(`${colour} rg ${rectangle} re f`)
}

function drawLegend(paper: Paper, legend: readonly [string, string], top: number): void {
  let start = 0
  legend.forEach((name, i) => {
    const square = [leftOf(paper, start, 7), top + 1.5, 7, 7].map(points).join(' ')
    paper.document.addContent(`${BAR_COLOURS[i]!} rg ${square} re f`)
    const block = setText(paper, name, STYLES.quiet, 200)
    const width = widthOf(block.paragraph)
    drawBlock(paper, block, { start: start + 12, top: top - 1, width })
    start += width + 34
  })
}

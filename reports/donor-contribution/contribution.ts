import type { DonorReport, ReportedContribution, ReportLine } from '../../server/donor-reports/figures.ts'
import { layOutColumns, longest, type TableLayout } from '../engine/columns.ts'
import { drawFacts, type Fact } from '../engine/facts.ts'
import { drawFigureLists, figureListsHeight } from '../engine/figure-list.ts'
import { drawArtifact } from '../engine/structure.ts'
import { drawRule, ensureRoom, FRAME, type Paper } from '../engine/paper.ts'
import { drawProse } from '../engine/prose.ts'
import { COLOURS, STYLES } from '../engine/style.ts'
import { drawTable, TABLE_START } from '../engine/table.ts'
import { inOwnDirection, leftToRight, withCurrency, type Wording } from '../texts/wording.ts'
import { promiseList, stageList } from './figures.ts'
import { drawMissions } from './missions.ts'

/** Room for the rule, the heading and the facts of a contribution. */
const HEADING_AND_FACTS = 170

type Layouts = { readonly missionColumns: TableLayout; readonly eventColumns: TableLayout }

/** Draws one contribution: what was promised on which terms, its figures, every event, and where it went. */
export async function drawContribution(
  paper: Paper,
  contribution: ReportedContribution,
  wording: Wording,
  { missionColumns, eventColumns }: Layouts,
): Promise<void> {
  const { say } = wording
  const lists = [promiseList(contribution.figures, wording), stageList(contribution.figures, wording)] as const
  const title = say('contribution', { code: leftToRight(contribution.code) })
  paper.section = ''
  await ensureRoom(paper, HEADING_AND_FACTS + figureListsHeight(...lists))
  paper.section = title
  drawPartingRule(paper)
  const entry = say('contribution', { code: contribution.code })
  paper.document.outline.addItem(entry, { top: paper.y - 10, left: paper.document.page.width })
  await drawProse(paper, title, { role: 'H2', style: STYLES.heading, after: 10 })
  await drawFacts(paper, factsOf(contribution, wording))
  paper.y += 10
  await drawFigureLists(paper, lists)
  paper.y += 20
  await drawEvents(paper, contribution.lines, wording, eventColumns, contribution.figures.authority.currency)
  await drawMissions(paper, contribution.missions, wording, { columns: missionColumns, ofWholeReport: false })
}

/** One layout for all tables of events in a report, so that their columns stand under each other. */
export function layOutEvents(paper: Paper, { contributions, fund }: DonorReport, wording: Wording): TableLayout {
  const { say } = wording
  const longestOf = (text: (line: ReportLine) => string) =>
    longest(contributions.map(({ lines }) => longest(lines.map(text))))
  return layOutColumns(paper, [
    { title: say('date'), holds: 'codes', widest: '2000-00-00' },
    { title: say('event'), holds: 'words', share: 1.1 },
    { title: say('reference'), holds: 'codes', share: 1 },
    { title: say('originalAmount'), holds: 'figures', widest: longestOf((line) => originalAmount(line, wording)) },
    { title: say('rate'), holds: 'figures', widest: longestOf((line) => line.rate ?? '') },
    {
      title: say('amountIn', { name: say('amount'), currency: fund.currency }),
      holds: 'figures',
      widest: longestOf((line) => wording.amount(line.amount)),
    },
  ])
}

function drawPartingRule(paper: Paper): void {
  if (paper.y === FRAME.top) return
  const rule = { start: 0, width: FRAME.width, y: paper.y, thickness: 0.5, colour: COLOURS.hairline }
  drawArtifact(paper.structure, 'Layout', () => drawRule(paper, rule))
  paper.y += 22
}

function factsOf(contribution: ReportedContribution, wording: Wording): Fact[] {
  const { earmark, originalPledged, originalAgreed } = contribution
  const { say } = wording
  const money = (amount: typeof originalPledged) => leftToRight(withCurrency(wording, amount))
  return [
    { label: say('fiscalYear'), value: leftToRight(contribution.fiscalYear) },
    { label: say('status'), value: say('statusName', { status: contribution.status }) },
    { label: say('conditions'), value: say(contribution.conditional ? 'conditional' : 'unconditional') },
    { label: say('originallyPledged'), value: money(originalPledged) },
    { label: say('originallyAgreed'), value: originalAgreed ? money(originalAgreed) : say('notAgreed') },
    { label: say('spendBy'), value: earmark.spendBy === null ? say('noTerm') : wording.day(earmark.spendBy) },
    { label: say('earmarking'), value: earmarkText(earmark, wording), span: 3 },
  ]
}

function earmarkText({ level, terms }: ReportedContribution['earmark'], { say }: Wording): string {
  const earmark = say('earmark', { level })
  if (terms.length === 0) return earmark
  return say('earmarkWithTerms', { earmark, terms: terms.map(inOwnDirection).join(say('termSeparator')) })
}

async function drawEvents(
  paper: Paper,
  lines: readonly ReportLine[],
  wording: Wording,
  columns: TableLayout,
  currency: string,
): Promise<void> {
  const { say } = wording
  await drawProse(paper, say('events'), { role: 'H3', style: STYLES.subheading, after: 2, keepWith: TABLE_START })
  if (lines.length === 0) {
    await drawProse(paper, say('noEvents'), { role: 'P', style: STYLES.body, after: 18 })
    return
  }
  await drawTable(paper, columns, eventRows(lines, wording))
  paper.y += 6
  if (lines.some((line) => line.rate !== null)) {
    await drawProse(paper, say('rateNote', { currency: leftToRight(currency) }), {
      role: 'P',
      style: STYLES.quiet,
      after: 0,
    })
  }
  paper.y += 18
}

/** Row by row as the table asks for them: a contribution may have ten thousand. */
function* eventRows(lines: readonly ReportLine[], wording: Wording): Generator<string[]> {
  for (const line of lines) {
    yield [
      line.on,
      wording.say('eventName', { kind: line.kind }),
      line.reference || wording.say('none'),
      originalAmount(line, wording),
      line.rate ?? wording.say('none'),
      wording.amount(line.amount),
    ]
  }
}

function originalAmount({ original }: ReportLine, wording: Wording): string {
  return original ? withCurrency(wording, original) : wording.say('none')
}

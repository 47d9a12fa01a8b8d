import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { drawFacts, type Fact } from '../engine/facts.ts'
import { drawFigureLists } from '../engine/figure-list.ts'
import type { Paper } from '../engine/paper.ts'
import { drawProse } from '../engine/prose.ts'
import { STYLES } from '../engine/style.ts'
import { inOwnDirection, leftToRight, type Wording } from '../texts/wording.ts'
import { promiseList, stageList } from './figures.ts'

/** The first page down to the summary: whose report this is, what it covers, and all its figures. */
export async function drawOpening(
  paper: Paper,
  report: DonorReport,
  wording: Wording,
  { issuedOn, fundName }: { issuedOn: string; fundName: string },
): Promise<void> {
  const { fund, donor, asOf, position, contributions, totals } = report
  const { say } = wording
  await drawProse(paper, say('title'), { role: 'H1', style: STYLES.title, after: 4 })
  await drawProse(paper, say('forDonor', { donor: inOwnDirection(donor.name) }), {
    role: 'P',
    style: STYLES.lead,
    after: 18,
  })
  const facts: Fact[] = [
    { label: say('fund'), value: `${inOwnDirection(fundName)} (${leftToRight(fund.code)})`, span: 2 },
    { label: say('currency'), value: wording.currencyName(fund.currency) },
    { label: say('eventsUpTo'), value: wording.day(asOf.occurredOn) },
    { label: say('knownAt'), value: wording.instant(asOf.recordedAt) },
    { label: say('issuedOn'), value: wording.day(issuedOn) },
    ...(position
      ? [{ label: say('position'), value: leftToRight(`${position.number} · ${position.hash}`), span: 2 }]
      : []),
  ]
  await drawFacts(paper, facts)
  paper.y += 12
  const asOfSentence = say('asOf', {
    occurredOn: inOwnDirection(wording.day(asOf.occurredOn)),
    recordedAt: inOwnDirection(wording.instant(asOf.recordedAt)),
    currency: wording.currencyName(fund.currency),
  })
  const events = contributions.reduce((count, { lines }) => count + lines.length, 0)
  const contents =
    contributions.length > 0 ? say('contents', { contributions: contributions.length, events }) : say('noContributions')
  await drawProse(paper, `${asOfSentence} ${contents}`, { role: 'P', style: STYLES.body, after: 24 })

  paper.document.outline.addItem(say('summary'), { top: paper.y - 10, left: paper.document.page.width })
  await drawProse(paper, say('summary'), { role: 'H2', style: STYLES.heading, after: 10, keepWith: 220 })
  await drawFigureLists(paper, [promiseList(totals, wording), stageList(totals, wording)])
  paper.y += 10
  await drawProse(paper, say('authorityNote'), { role: 'P', style: STYLES.quiet, after: 28 })
}

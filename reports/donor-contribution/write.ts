import { pipeline } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { closePaper, openPaper, type Paper } from '../engine/paper.ts'
import { wordingIn, type ReportLanguage, type Wording } from '../texts/wording.ts'
import { assertStagesAddUp } from './figures.ts'
import { furnishPage } from './furniture.ts'
import { drawContribution, layOutEvents } from './contribution.ts'
import { drawMissions, layOutMissions } from './missions.ts'
import { drawOpening } from './opening.ts'
import { drawYears } from './years.ts'

/**
 * Writes a donor contribution report as a tagged PDF, page by page, no faster than the sink takes it, and ends the
 * sink. The same report in the same language with the same `issuedOn` (a date or a time stamp, ISO 8601) gives the
 * same bytes. Throws before the first byte if the stages of any figures do not add up to their authority.
 */
export async function writeDonorReport(
  report: DonorReport,
  { language, issuedOn }: { language: ReportLanguage; issuedOn: string },
  sink: Writable,
): Promise<void> {
  assertStagesAddUp(report)
  const createdOn = new Date(issuedOn)
  if (Number.isNaN(createdOn.valueOf())) throw new Error(`not a date: ${JSON.stringify(issuedOn)}`)
  const wording = wordingIn(language)
  const fund = fundName(report, language)
  const description = {
    title: `${wording.say('title')} – ${report.donor.name}`,
    subject: `${report.fund.code} ${report.donor.id} ${report.asOf.occurredOn} ${report.asOf.recordedAt}`,
    author: fund,
    language,
    createdOn,
  }
  const paper = openPaper(description, wording.direction, (page) => furnishPage(page, report, wording, fund))
  await Promise.all([
    pipeline(paper.document, sink),
    drawReport(paper, report, wording, issuedOn).catch((error: unknown) => {
      // The file is not finished: the sink must learn it, and not take what it has got for a report.
      paper.document.destroy(error as Error)
      throw error
    }),
  ])
}

async function drawReport(paper: Paper, report: DonorReport, wording: Wording, issuedOn: string): Promise<void> {
  await drawOpening(paper, report, wording, { issuedOn, fundName: fundName(report, wording.language) })
  const missionColumns = layOutMissions(paper, report, wording)
  if (report.contributions.length > 0 || report.missions.length > 0) {
    await drawMissions(paper, report.missions, wording, { columns: missionColumns, ofWholeReport: true })
  }
  if (report.contributions.length > 0 || report.years.length > 0) await drawYears(paper, report, wording)
  const eventColumns = layOutEvents(paper, report, wording)
  for (const contribution of report.contributions) {
    await drawContribution(paper, contribution, wording, { missionColumns, eventColumns })
  }
  closePaper(paper)
}

function fundName({ fund }: DonorReport, language: ReportLanguage): string {
  return (language === 'ar' ? fund.nameArabic : null) ?? fund.name
}

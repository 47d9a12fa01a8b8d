import type { DonorReport, ReportedMission } from '../../server/donor-reports/figures.ts'
import { layOutColumns, longest, type ColumnRequest, type TableLayout } from '../engine/columns.ts'
import type { Paper } from '../engine/paper.ts'
import { drawProse } from '../engine/prose.ts'
import { STYLES } from '../engine/style.ts'
import { drawTable, TABLE_START } from '../engine/table.ts'
import { inOwnDirection, type Wording } from '../texts/wording.ts'

const STAGES = ['reserved', 'committed', 'disbursed', 'reported'] as const

/** One layout for all tables of missions in a report, so that their columns stand under each other. */
export function layOutMissions(paper: Paper, report: DonorReport, wording: Wording): TableLayout {
  const missions = [report, ...report.contributions].flatMap((part) => part.missions)
  const { currency } = report.fund
  const figures = STAGES.map((stage): ColumnRequest => {
    const title = wording.say('amountIn', { name: wording.say(stage), currency })
    return { title, holds: 'figures', widest: longest(missions.map((mission) => wording.amount(mission[stage]))) }
  })
  return layOutColumns(paper, [{ title: wording.say('mission'), holds: 'words', share: 1 }, ...figures])
}

/** Draws the missions of a contribution, or of the whole report; says so if there are none. */
export async function drawMissions(
  paper: Paper,
  missions: readonly ReportedMission[],
  wording: Wording,
  { columns, ofWholeReport }: { columns: TableLayout; ofWholeReport: boolean },
): Promise<void> {
  const { say } = wording
  const heading = ofWholeReport
    ? ({ role: 'H2', style: STYLES.heading, after: 8 } as const)
    : ({ role: 'H3', style: STYLES.subheading, after: 2 } as const)
  await drawProse(paper, say(ofWholeReport ? 'missionsOfAll' : 'missions'), { ...heading, keepWith: TABLE_START })
  if (missions.length === 0) {
    const several = ofWholeReport ? 'yes' : 'no'
    await drawProse(paper, say('noMissions', { several }), { role: 'P', style: STYLES.body, after: 30 })
    return
  }
  await drawTable(
    paper,
    columns,
    missions.map((mission) => [
      missionName(mission, wording),
      ...STAGES.map((stage) => wording.amount(mission[stage])),
    ]),
  )
  paper.y += 32
}

/** A confidential mission has no name in a report to a donor, whatever the donor's part in it. */
function missionName({ name, region, missionCount }: ReportedMission, { say }: Wording): string {
  if (name !== null) return name
  const where = region === null ? say('undisclosedRegion') : inOwnDirection(region)
  return say('confidentialMissions', { region: where, count: missionCount })
}

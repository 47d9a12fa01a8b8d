import { fork } from 'node:child_process'
import { once } from 'node:events'
import { atEnd } from './ending.ts'
import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { donorReport } from '../../server/donor-reports/queries.ts'
import { openDonorBooks } from './donor-books.ts'
import { gatherStatistics } from './server.ts'
import type { ReportTask, ReportTimes } from './report-process.ts'

/** One donor report and its raw limit: milliseconds of the first one in a process, and of the later ones. */
export type ReportFigures = {
  readonly lines: number
  readonly language: 'en' | 'ar'
  readonly report: ReportTimes
  readonly plain: ReportTimes
}

/** The time of a donor report of 300 and of 10,000 lines, in both languages, each beside plain text of the same lines. */
export async function measureReports({ quick }: { quick: boolean }): Promise<ReportFigures[]> {
  const figures: ReportFigures[] = []
  for (const lines of [300, 10_000]) {
    for (const language of ['en', 'ar'] as const) {
      const times = lines > 1000 ? (quick ? 2 : 4) : quick ? 4 : 9
      const report = await inProcess({ by: 'report', lines, language, times })
      const plain = await inProcess({ by: 'plain', lines, language, times })
      figures.push({ lines, language, report, plain })
    }
  }
  return figures
}

export type QueryFigures = { readonly lines: number; readonly ms: number[] }

/** The time in which the figures of a report are read from the ledger, for a donor with 300 and with 10,000 lines. */
export async function measureReportQueries(
  connection: Connection,
  { quick }: { quick: boolean },
): Promise<QueryFigures[]> {
  const db = connect(connection, { role: SERVICE_ROLE })
  atEnd(() => db.destroy())
  const donors: { lines: number; of: { fundId: string; donorId: string } }[] = []
  for (const lines of [300, 10_000]) {
    donors.push({ lines, of: await db.transaction((trx) => openDonorBooks(trx, lines)) })
  }
  await gatherStatistics(connection)
  const now = { occurredOn: '2026-12-31', recordedAt: new Date().toISOString() }
  const figures = donors.map(({ lines }) => ({ lines, ms: [] as number[] }))
  for (let round = 0; round < (quick ? 3 : 7); round += 1) {
    for (const [i, { lines, of }] of donors.entries()) {
      const started = performance.now()
      const report = await donorReport(db, { ...of, ...now })
      figures[i]!.ms.push(performance.now() - started)
      const found = report.contributions.reduce((all, one) => all + one.lines.length, 0)
      if (found !== lines) throw new Error(`the report has ${found} lines and not ${lines}`)
    }
  }
  return figures
}

async function inProcess(task: ReportTask): Promise<ReportTimes> {
  const child = fork(new URL('./report-process.ts', import.meta.url), [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  atEnd(() => child.kill('SIGKILL'))
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`report-process.ts has ended with ${code}`)
  })
  failed.catch(() => undefined)
  const [times] = (await Promise.race([once(child, 'message'), failed])) as [ReportTimes]
  return times
}

import { availableParallelism, cpus, totalmem } from 'node:os'
import { measureApi } from './api.ts'
import { endAll, endOnSignals, isEnding } from './ending.ts'
import type { Pace } from './measure.ts'
import { measurePosting } from './posting.ts'
import { measureReportQueries, measureReports } from './report.ts'
import { openBenchDatabase } from './server.ts'
import { printApi, printPosting, printReports } from './tell.ts'

/**
 * `npm run bench`: how fast the service is, as ratios to what the machine can do at the same moment. Absolute figures are of
 * this machine and this hour; ratios of rounds that take turns can be compared. About three minutes; `-- --quick` takes one
 * and is good for little more than seeing that it runs.
 */
const quick = process.argv.includes('--quick')
const posting: Pace = quick ? { rounds: 1, seconds: 0.4 } : { rounds: 5, seconds: 0.6 }
const api: Pace = quick ? { rounds: 1, seconds: 1 } : { rounds: 3, seconds: 2 }

endOnSignals()
try {
  const started = performance.now()
  const { connection, server } = await openBenchDatabase()
  const memory = Math.round(totalmem() / 2 ** 30)
  say(`${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, ${memory} GB; Node ${process.version}; ${server}`)
  say(
    'Medians, with the lowest and the highest, of rounds that take turns. Everything is on this machine, callers too.',
  )

  printPosting(await measurePosting(connection, posting))
  printApi(await measureApi(connection, api))
  printReports(await measureReports({ quick }), await measureReportQueries(connection, { quick }))
  say(`\n${Math.round((performance.now() - started) / 1000)} s in all.`)
} catch (error) {
  if (!isEnding()) throw error
} finally {
  await endAll()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

import { availableParallelism, cpus, totalmem } from 'node:os'
import { measureApi } from './api.ts'
import { endAll, endOnSignals, isEnding } from './ending.ts'
import type { Pace } from './measure.ts'
import { measurePosting } from './posting.ts'
import { measureReportQueries, measureReports } from './report.ts'
import { openBenchDatabase } from './server.ts'
import { measureLarge } from './reading.ts'
import { measureOthers } from './others.ts'
import { measureScreening } from './screening.ts'
import { printScreening } from './tell-screening.ts'
import { printApi, printPosting, printReports } from './tell.ts'
import { printLarge, printOthers } from './tell-large.ts'

/**
 * `npm run bench`: how fast the service is, as ratios to what the machine can do at the same moment. Absolute figures are of
 * this machine and this hour; ratios of rounds that take turns can be compared. A few minutes, with a ledger of a million postings;
 * `-- --full` loads one of ten million as well, which takes half an hour and 12 GB; `-- --quick` takes a minute and is good for little more
 * than seeing that it runs. `-- --posting`, `-- --reading`, `-- --screening` and `-- --others` (hledger and beancount, where
 * they are installed) measure that alone.
 */
const has = (option: string) => process.argv.includes(option)
const quick = has('--quick')
const all = !has('--screening') && !has('--posting') && !has('--reading') && !has('--others')
const sizes = quick ? [20_000] : has('--full') ? [1_000_000, 10_000_000] : [1_000_000]
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

  if (all || has('--posting')) printPosting(await measurePosting(connection, posting))
  if (all) {
    printApi(await measureApi(connection, api))
    printReports(await measureReports({ quick }), await measureReportQueries(connection, { quick }))
  }
  if (all || has('--others')) printOthers(await measureOthers(connection, quick ? 2_000 : 100_000))
  if (all || has('--screening')) printScreening(await measureScreening(connection, { quick }))
  if (all || has('--reading')) printLarge(await measureLarge(connection, { sizes, times: quick ? 3 : 25 }))
  say(`\n${Math.round((performance.now() - started) / 1000)} s in all.`)
} catch (error) {
  if (!isEnding()) throw error
} finally {
  await endAll()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

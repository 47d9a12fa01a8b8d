import { availableParallelism, cpus } from 'node:os'
import { endAll, endOnSignals, isEnding } from './ending.ts'
import { openBenchDatabase } from './server.ts'
import { measurePosting } from './posting.ts'
import { figure, printTable, range } from './table.ts'
import { median } from './measure.ts'

endOnSignals()
try {
  const db = await openBenchDatabase()
  console.log(availableParallelism(), cpus()[0]!.model, process.version, db.server)
  const t = performance.now()
  const posting = await measurePosting(db.connection, { rounds: 3, seconds: 1 })
  printTable('Posting', ['way', 'entries/s', 'range'], posting.map((p) => [p.name, figure(median(p.perSecond)), range(p.perSecond)]))
  console.log((performance.now() - t) / 1000)
} catch (error) {
  if (!isEnding()) throw error
} finally {
  await endAll()
}

import { Writable } from 'node:stream'
import { writeDonorReport } from '../../reports/donor-contribution/write.ts'
import { longReport } from '../reports/sample-report.ts'
import { writePlain } from './plain-pdf.ts'

/**
 * Writes one report again and again in a process of its own and tells the parent how long each took: the first one has
 * the fonts to read and cold code to run. What is told last is the most memory that the process has had.
 */

export type ReportTask = {
  readonly by: 'report' | 'plain'
  readonly lines: number
  readonly language: 'en' | 'ar'
  readonly times: number
}
export type ReportTimes = {
  readonly ms: number[]
  readonly cpuMs: number[]
  readonly bytes: number
  readonly peakMb: number
}

const { by, lines, language, times } = JSON.parse(process.argv[2]!) as ReportTask
const report = longReport(lines)
const ms: number[] = []
const cpuMs: number[] = []
let bytes = 0
for (let i = 0; i < times; i += 1) {
  bytes = 0
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done()
    },
  })
  const started = performance.now()
  const before = process.cpuUsage()
  if (by === 'report') await writeDonorReport(report, { language, issuedOn: '2026-01-15T09:30:00Z' }, sink)
  else await writePlain(report.contributions[0]!.lines, language, sink)
  ms.push(performance.now() - started)
  const { user, system } = process.cpuUsage(before)
  cpuMs.push((user + system) / 1000)
}
process.send!({ ms, cpuMs, bytes, peakMb: process.resourceUsage().maxRSS / 1024 } satisfies ReportTimes)

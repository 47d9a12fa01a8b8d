import { setTimeout as pause } from 'node:timers/promises'
import { Writable } from 'node:stream'
import { writeDonorReport } from '../../reports/donor-contribution/write.ts'
import { collectingSink, pagesOfText, reportFile, streamsOf } from './read-pdf.ts'
import { longReport, longReportLine, sampleReport } from './sample-report.ts'

const OPTIONS = { language: 'en', issuedOn: '2026-01-16' } as const

describe('the file of a report', () => {
  test('is the same to the byte for the same report, whatever was written before', async () => {
    const first = await reportFile(sampleReport(), 'ar')
    expect(await reportFile(sampleReport(), 'ar')).toEqual(first)
    await reportFile(longReport(120), 'en')
    expect((await reportFile(sampleReport(), 'ar')).equals(first)).toBe(true)
  })

  test('is the same when two reports are written at the same time', async () => {
    const alone = await reportFile(longReport(300), 'en')
    const [together] = await Promise.all([reportFile(longReport(300), 'en'), reportFile(sampleReport(), 'ar')])
    expect(together.equals(alone)).toBe(true)
  })

  test('differs when the day of issue differs', async () => {
    const { sink, file } = collectingSink()
    await writeDonorReport(sampleReport(), { language: 'en', issuedOn: '2026-01-17' }, sink)
    expect(file().equals(await reportFile(sampleReport(), 'en'))).toBe(false)
  })

  test('says that it is PDF/A-3a and PDF/UA-1, in well-formed metadata', async () => {
    const report = sampleReport()
    report.donor.name = 'Peace & <Justice>'
    const source = (await reportFile(report, 'en')).toString('utf8')
    expect(source).toContain('<pdfaid:part>3</pdfaid:part>')
    expect(source).toContain('<pdfaid:conformance>A</pdfaid:conformance>')
    expect(source).toContain('<pdfuaid:part>1</pdfuaid:part>')
    expect(source).toContain('<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>')
    expect(source).toContain('Donor contribution report – Peace &amp; &lt;Justice&gt;</rdf:li>')
    expect(source).toContain('/Marked true')
    expect(source).toMatch(/\/Lang ?\(en\)/)
  })

  test('marks everything on its pages as content or as decoration', async () => {
    const pages = streamsOf(await reportFile(sampleReport(), 'ar')).filter((stream) =>
      stream.startsWith('1 0 0 -1 0 841.89 cm'),
    )
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages) {
      let open = 0
      for (const line of page.split('\n').slice(1)) {
        if (/^\/\w+ <<.*>> BDC$/.test(line)) open++
        else if (line === 'EMC') open--
        else if (line !== '') expect({ line, open }).toEqual({ line, open: 1 })
      }
      expect(open).toBe(0)
    }
  })

  test('tells assistive technology the headings, tables with heads, and the chart in words', async () => {
    const objects = streamsOf(await reportFile(sampleReport(), 'en')).join('\n')
    expect(objects.match(/<<\/S\/H1\//g)).toHaveLength(1)
    expect(objects.match(/<<\/S\/H2\//g)).toHaveLength(6)
    expect(objects).toContain('/S/Figure')
    expect(objects).toContain('/Alt(Bar chart of the amounts received and disbursed in the 4 years from 2022 to 2025.')
    expect(objects).toContain('/S/TH/P')
    expect(objects).toContain('/A<</O/Table/Scope/Column>>')
  })
})

describe('a report of ten thousand lines', () => {
  test('is complete, and small', async () => {
    const report = longReport(10_000)
    const file = await reportFile(report, 'en')
    expect(file.length).toBeLessThan(4_000_000)
    const text = (await pagesOfText(file)).join('\n')
    const missing = Array.from({ length: 10_000 }, (_, i) => longReportLine(i).reference).filter(
      (code) => !text.includes(code),
    )
    expect(missing).toEqual([])
  })

  test('waits for a slow reader, and holds little in the meantime', async () => {
    let refused = 0
    let most = 0
    const sink = new Writable({
      highWaterMark: 16_384,
      write(_chunk, _encoding, done) {
        most = Math.max(most, sink.writableLength)
        setImmediate(done)
      },
    })
    const write = sink.write.bind(sink) as (chunk: Buffer) => boolean
    sink.write = ((chunk: Buffer) => {
      const taken = write(chunk)
      if (!taken) refused++
      return taken
    }) as typeof sink.write
    const report = longReport(10_000)
    const before = process.memoryUsage().heapUsed
    let highest = before
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().heapUsed)), 20)
    await writeDonorReport(report, OPTIONS, sink)
    clearInterval(watch)
    expect(refused).toBeGreaterThan(50)
    expect(most).toBeLessThan(512 * 1024)
    expect(highest - before).toBeLessThan(250 * 1024 * 1024)
  })

  test('reads no further lines while its reader has stopped', async () => {
    const report = longReport(10_000)
    const read = new Set<number>()
    report.contributions[0]!.lines = report.contributions[0]!.lines.map((line, i) => ({
      ...line,
      get reference() {
        read.add(i)
        return `BST-${i}`
      },
    }))
    let goOn: (() => void) | undefined
    let stopped = true
    const sink = new Writable({
      write(_chunk, _encoding, done) {
        if (stopped) goOn = done
        else done()
      },
    })
    const written = writeDonorReport(report, OPTIONS, sink)
    let readWhileStopped = -1
    while (goOn === undefined || readWhileStopped < read.size) {
      readWhileStopped = read.size
      await pause(500)
    }
    stopped = false
    goOn()
    await written
    expect(readWhileStopped).toBeGreaterThan(0)
    expect(readWhileStopped).toBeLessThan(4_000)
    expect(read.size).toBe(10_000)
  })

  test('fails, and does not go on for nobody, when its reader goes away', async () => {
    let chunks = 0
    const sink = new Writable({
      write(_chunk, _encoding, done) {
        chunks++
        done(chunks === 5 ? new Error('connection reset') : null)
      },
    })
    await expect(writeDonorReport(longReport(10_000), OPTIONS, sink)).rejects.toThrow('connection reset')
  })
})

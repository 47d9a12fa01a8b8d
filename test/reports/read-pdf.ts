import { Writable } from 'node:stream'
import { inflateSync } from 'node:zlib'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { writeDonorReport } from '../../reports/donor-contribution/write.ts'
import type { ReportLanguage } from '../../reports/texts/wording.ts'

/** The whole file of a report, taken in as fast as it comes. */
export async function reportFile(report: DonorReport, language: ReportLanguage): Promise<Buffer> {
  const { sink, file } = collectingSink()
  await writeDonorReport(report, { language, issuedOn: '2026-01-16' }, sink)
  return file()
}

export function collectingSink(): { sink: Writable; file: () => Buffer } {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { sink, file: () => Buffer.concat(chunks) }
}

/** What a reader copies from each page, as Chrome's own PDF engine extracts it. */
export async function pagesOfText(file: Buffer): Promise<string[]> {
  const library = await PDFiumLibrary.init()
  try {
    const document = await library.loadDocument(file)
    const pages = [...document.pages()].map((page) => page.getText().replace(/\r\n/g, '\n'))
    document.destroy()
    return pages
  } finally {
    library.destroy()
  }
}

export async function textOfReport(report: DonorReport, language: ReportLanguage): Promise<string> {
  return (await pagesOfText(await reportFile(report, language))).join('\n')
}

/** The content of every compressed stream of the file that can be read as text, in order of the file. */
export function streamsOf(file: Buffer): string[] {
  const streams: string[] = []
  const source = file.toString('latin1')
  for (const match of source.matchAll(/\/Length (\d+)[^]*?>>\s*stream\n/g)) {
    const start = match.index + match[0].length
    const bytes = file.subarray(start, start + Number.parseInt(match[1]!, 10))
    streams.push((match[0].includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1'))
  }
  return streams
}

import { setImmediate as nextTurn } from 'node:timers/promises'
import { crossReferences, emptyObjectStreams, gather, packObjects } from './object-streams.ts'
import { pdfSyntax } from './pdf-syntax.ts'
import { PdfkitDocument, type PdfReference } from './pdfkit-inside.ts'
import { PDF_UA_IDENTIFICATION } from './pdf-ua.ts'

/** How many bytes may wait for a slow reader before the writing of pages pauses. */
const BYTES_AHEAD = 256 * 1024

/** What a report's file says about itself. */
export type ReportDescription = { title: string; subject: string; author: string; language: string; createdOn: Date }

/**
 * A PDF 1.7 file that aims at PDF/A-3a and PDF/UA-1: tagged, all fonts embedded, objects in compressed streams. The
 * same content gives the same bytes, for nothing in it depends on the clock, on chance or on earlier documents.
 */
export class ReportDocument extends PdfkitDocument {
  // Not there yet while pdfkit's constructor runs: the few objects that it makes are written the plain way.
  private readonly objectStreams = emptyObjectStreams()
  private pagesMayGoOn: (() => void) | undefined

  constructor(description: ReportDescription) {
    super({
      size: 'A4',
      pdfVersion: '1.7',
      subset: 'PDF/A-3a',
      tagged: true,
      lang: description.language,
      displayTitle: true,
      font: null,
      autoFirstPage: false,
      info: {
        Title: description.title,
        Subject: description.subject,
        Author: description.author,
        Creator: 'Wasata',
        CreationDate: description.createdOn,
      },
    })
    this.appendXML(PDF_UA_IDENTIFICATION)
  }

  /** Sets a number aside for an object that is written later by `writeObject`. */
  reserveObject(): number {
    this._offsets.push(null)
    return this._offsets.length
  }

  /** Writes an object without a stream under its number. */
  writeObject(id: number, syntax: string): void {
    if (gather(this.objectStreams, id, syntax)) this.flushObjects()
  }

  /** Lets other work of the process go on, and waits while the reader of the file is behind. */
  async flow(): Promise<void> {
    await nextTurn()
    if (this.readableLength > BYTES_AHEAD) await new Promise<void>((resume) => (this.pagesMayGoOn = resume))
    if (this.destroyed) throw new Error('the reader of the report has gone away')
  }

  override _read(): void {
    this.goOn()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.goOn()
    super._destroy(error, done)
  }

  override ref(data?: Record<string, unknown>): PdfReference {
    const reference = super.ref(data)
    // pdfkit's class of references is not exported, so each one is told on its own where it ends.
    if (this.objectStreams) {
      const writePlain = reference.finalize.bind(reference)
      reference.finalize = () => (reference.buffer.length > 0 ? writePlain() : this.gatherReference(reference))
    }
    return reference
  }

  /** pdfkit copies the description into XML without escaping it, and a donor's name may well contain an ampersand. */
  override _addInfo(): void {
    const info = this.info
    const escaped = Object.entries(info).map(([key, value]) => [
      key,
      typeof value === 'string' ? escapeXml(value) : value,
    ])
    this.info = Object.fromEntries(escaped) as typeof info
    super._addInfo()
    this.info = info
  }

  override _finalize(): void {
    if (this.objectStreams.waiting.length > 0) this.flushObjects()
    const start = this._offset
    const table = crossReferences(this.objectStreams, this._offsets, start)
    const id = this._offsets.length + 1
    const dictionary = pdfSyntax({
      Type: 'XRef',
      Size: id + 1,
      W: [1, 4, 2],
      Root: this._root,
      Info: this._info,
      ID: [this._id, this._id],
      Filter: 'FlateDecode',
      DecodeParms: { Predictor: 12, Columns: 7 },
      Length: table.length,
    })
    this._write(`${id} 0 obj\n${dictionary}\nstream`)
    this._write(table)
    this._write(`\nendstream\nendobj\nstartxref\n${start}\n%%EOF`)
    this.push(null)
  }

  private goOn(): void {
    this.pagesMayGoOn?.()
    this.pagesMayGoOn = undefined
  }

  private gatherReference(reference: PdfReference): void {
    reference.offset = -1
    this.writeObject(reference.id, pdfSyntax(reference.data))
    this._refEnd(reference)
  }

  private flushObjects(): void {
    const stream = super.ref({ Type: 'ObjStm', N: this.objectStreams.waiting.length })
    const { first, content } = packObjects(this.objectStreams, stream.id)
    stream.data.First = first
    stream.end(content)
  }
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

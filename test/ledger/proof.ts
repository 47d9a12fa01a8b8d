import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import type { Response } from 'supertest'
import { zipOf } from '../../server/ledger/exports/zip.ts'
import { verifyExport, type Verdict } from '../../server/ledger/verify.ts'
import { TABLES, type Manifest, type TableName } from '../../server/ledger/verify/manifest.ts'
import { openZip } from '../../server/ledger/verify/zip.ts'
import type { Fund } from '../support/service.ts'

/** An export as the auditor of a fund gets it. */
export async function exported(fund: Fund, query = ''): Promise<Buffer> {
  const answer = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/export${query}`).buffer(true).parse(asBytes)
  if (answer.status !== 200) throw new Error(`${answer.status} ${(answer.body as Buffer).toString()}`)
  return answer.body as Buffer
}

/** The bytes of an answer, whatever its type. */
export function asBytes(answer: Response, done: (error: Error | null, body: Buffer) => void): void {
  const pieces: Buffer[] = []
  const stream = answer as unknown as NodeJS.ReadableStream
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  stream.on('end', () => done(null, Buffer.concat(pieces)))
}

/** Gives a function the path of a file with these bytes, and takes the file away afterwards. */
export async function asFile<Result>(
  bytes: Buffer,
  use: (path: string, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'wasata-export-'))
  try {
    const path = join(folder, 'export.zip')
    writeFileSync(path, bytes)
    return await use(path, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const verdictOf = (bytes: Buffer, known?: { number: number; hash: string }): Promise<Verdict> =>
  asFile(bytes, (path) => verifyExport(path, known))

/** The names of what is wrong with an export. */
export const faultsIn = async (bytes: Buffer, known?: { number: number; hash: string }) =>
  (await verdictOf(bytes, known)).faults.map(({ fault }) => fault)

/** The files of an export by their names. */
export type Files = Map<string, Buffer>

export const filesOf = (bytes: Buffer): Promise<Files> =>
  asFile(bytes, async (path) => {
    const zip = await openZip(path)
    const files: Files = new Map()
    for (const name of zip.names) {
      const pieces: Buffer[] = []
      for await (const piece of zip.read(name)) pieces.push(piece)
      files.set(name, Buffer.concat(pieces))
    }
    await zip.close()
    return files
  })

/** `most`: from which length on the form for more than 4 GB is used. */
export async function zipped(files: Files, most?: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  const content = async function* (of: Buffer) {
    yield of
  }
  for await (const piece of zipOf(
    [...files].map(([name, of]) => ({ name, content: () => content(of) })),
    { most },
  ))
    pieces.push(piece)
  return Buffer.concat(pieces)
}

export type Cells = Record<string, string>

/** The rows of a table, by a reader of CSV that is not ours. */
export const rowsIn = (files: Files, name: TableName): Cells[] =>
  parse(files.get(name)!, { columns: true, record_delimiter: '\r\n' })

export const manifestIn = (files: Files): Manifest => JSON.parse(files.get('manifest.json')!.toString()) as Manifest

/** The files with other rows in one table; the manifest is made to agree, as whoever changes an export would. */
export function withRows(files: Files, name: TableName, rows: readonly Cells[]): Files {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const lines = rows.map((row) => TABLES[name].map((column) => cell(row[column]!)).join(','))
  return withFile(files, name, Buffer.from([TABLES[name].join(','), ...lines, ''].join('\r\n')), rows.length)
}

export function withFile(files: Files, name: string, content: Buffer, rows: number | null = null): Files {
  const manifest = manifestIn(files)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const told = { name, rows, bytes: content.length, sha256 }
  return withManifest(new Map(files).set(name, content), {
    ...manifest,
    files: manifest.files.map((one) => (one.name === name ? told : one)),
  })
}

export function withManifest(files: Files, manifest: Manifest): Files {
  return new Map(files).set('manifest.json', Buffer.from(JSON.stringify(manifest)))
}

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { row, type Db } from '../../../db/connect.ts'
import { streamOf } from '../../http/csv.ts'
import { minorUnitOf } from '../../money.ts'
import type { AsOf } from '../as-of.ts'
import { conservationQuery, type ConservedRow } from '../conservation.ts'
import { accountsQuery, type AccountRow, type Query } from '../queries.ts'
import { addPosting, closeEntry, newBooks, totalsOf, type Books } from '../verify/books.ts'
import { FORMAT, TABLES, type FileTold, type Manifest, type Part, type TableName } from '../verify/manifest.ts'
import { sealedQuery } from './proof-queries.ts'
import type { Asked } from './told.ts'
import { zipOf } from './zip.ts'

/** A row of a table, by its columns; what is null is told as nothing. */
type Told = Readonly<Record<string, string | number | null>>

/** `part` is null for the whole ledger. */
type AskedPart = Asked & { readonly part: Part | null }

/**
 * Writes the ledger up to a position as one zip with all that it takes to prove, without this service, that nothing in it was changed. It
 * is written as it is read, however long it is, and the same ledger at the same position makes the same bytes. README.txt describes it.
 */
export async function writeProof(db: Db, asked: AskedPart, to: NodeJS.WritableStream): Promise<void> {
  const written: Written = { files: [], books: newBooks(), entriesTold: 0 }
  const file = (name: string, lines: () => AsyncIterable<string>) => ({
    name,
    content: () => tallied(name, lines(), written),
  })
  const kept = (name: string) =>
    file(name, () => lineOf(readFileSync(new URL(FILES_KEPT[name]!, import.meta.url), 'utf8')))
  const tables = Object.entries(tablesOf(db, asked, written)) as [TableName, () => AsyncIterable<Told>][]
  const zip = zipOf([
    ...Object.keys(FILES_KEPT).map(kept),
    ...tables.map(([name, rows]) => file(name, () => csvLines(TABLES[name], rows()))),
    file('manifest.json', () => manifestLines(db, asked, written)),
  ])
  await pipeline(zip, to)
}

const FILES_KEPT: Record<string, string> = { 'README.txt': './README.txt', 'verify.mjs': '../verify/verify.mjs' }

/** What the files that are written have said, for the manifest, which is the last of them. */
type Written = { readonly files: FileTold[]; readonly books: Books; entriesTold: number }

function tablesOf(
  db: Db,
  { fund, position, part }: AskedPart,
  written: Written,
): Record<TableName, () => AsyncIterable<Told>> {
  const asOf: AsOf = { position, occurredOn: part?.to ?? undefined }
  const found = <Row>({ sql, bindings }: Query) => streamOf(db, sql, bindings) as unknown as AsyncIterable<Row>
  const sealed = (name: TableName) => found<Told>(sealedQuery(name, fund.id, position, part))
  return {
    'entries.csv': () => entriesCounted(sealed('entries.csv'), written),
    'postings.csv': () => postingsSummed(sealed('postings.csv'), written.books),
    'acts.csv': () => sealed('acts.csv'),
    'seals.csv': () => sealed('seals.csv'),
    'accounts.csv': () => accountsTold(found(accountsQuery(fund, asOf)), written.books),
    'conservation.csv': () => conservationTold(found(conservationQuery(fund, asOf)), written.books),
  }
}

async function* entriesCounted(entries: AsyncIterable<Told>, written: Written): AsyncGenerator<Told> {
  for await (const entry of entries) {
    if (entry.told === 'yes') written.entriesTold += 1
    yield entry
  }
}

async function* postingsSummed(postings: AsyncIterable<Told>, books: Books): AsyncGenerator<Told> {
  let entry
  for await (const posting of postings) {
    // That each entry balances is for whoever verifies to find.
    if (posting.entry !== entry) closeEntry(books, '', () => {})
    entry = posting.entry
    const [address, currency, amount, functional] = TABLES['postings.csv'].slice(3).map((name) => `${posting[name]}`)
    addPosting(books, address!, currency!, amount!, functional!)
    yield posting
  }
}

/** The accounts that have a posting here: its sum, and beside it the whole balance at the position, up to the last day of a part. */
async function* accountsTold(accounts: AsyncIterable<AccountRow>, { accounts: here }: Books): AsyncGenerator<Told> {
  for await (const one of accounts) {
    const sums = here.get(`${one.address} ${one.currency}`)
    if (!sums) continue
    yield {
      ...{ address: one.address, currency: one.currency, book: one.book },
      ...{ contribution_id: one.contributionId, request_id: one.requestId, opened_at: one.openedAt },
      ...{ amount: `${sums.amount}`, functional: `${sums.functional}` },
      ...{ balance: one.amount, functional_balance: one.functional },
    }
  }
}

async function* conservationTold(conserved: AsyncIterable<ConservedRow>, { accounts }: Books): AsyncGenerator<Told> {
  const codes = new Set([...accounts.values()].map(({ code }) => code))
  for await (const { code, contributionId, ...stages } of conserved)
    if (codes.has(code)) yield { contribution: code, contribution_id: contributionId, ...stages }
}

async function* manifestLines(
  db: Db,
  { fund, position, part }: AskedPart,
  { files, books, entriesTold }: Written,
): AsyncGenerator<string> {
  const head = await row<{ number: number; hash: string }>(
    db,
    `select number, encode(hash, 'hex') as hash from seals where fund_id = :fundId and number = :position`,
    { fundId: fund.id, position },
  )
  const currencies = new Set([fund.currency, ...[...books.accounts.values()].map(({ currency }) => currency)])
  const rowsOf = (name: TableName) => files.find((one) => one.name === name)!.rows!
  const manifest: Manifest = {
    format: FORMAT,
    ...{ fund, position, head: head ?? null, part },
    decimals: Object.fromEntries([...currencies].sort().map((currency) => [currency, minorUnitOf(currency)])),
    files,
    totals: {
      ...{ entries: rowsOf('entries.csv'), entriesTold, postings: rowsOf('postings.csv') },
      ...{ acts: rowsOf('acts.csv'), seals: rowsOf('seals.csv'), books: totalsOf(books) },
    },
  }
  yield `${JSON.stringify(manifest, null, 2)}\n`
}

async function* lineOf(text: string): AsyncGenerator<string> {
  yield text
}

/** RFC 4180 in one form only, so that the same rows make the same bytes: CR LF, and quotes only around what needs them. */
async function* csvLines(columns: readonly string[], rows: AsyncIterable<Told>): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`
  for await (const one of rows) yield `${columns.map((column) => cellOf(one[column])).join(',')}\r\n`
}

function cellOf(value: string | number | null | undefined): string {
  const text = value == null ? '' : `${value}`
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const PIECE = 64 * 1024

/** The bytes of a file, in pieces worth packing; when it ends, it is in the list of files. */
async function* tallied(name: string, lines: AsyncIterable<string>, { files }: Written): AsyncGenerator<Buffer> {
  const digest = createHash('sha256')
  let [count, bytes, text] = [0, 0, '']
  const taken = () => {
    const piece = Buffer.from(text)
    digest.update(piece)
    bytes += piece.length
    text = ''
    return piece
  }
  for await (const line of lines) {
    count += 1
    text += line
    if (text.length >= PIECE) yield taken()
  }
  if (text !== '') yield taken()
  files.push({ name, rows: name in TABLES ? count - 1 : null, bytes, sha256: digest.digest('hex') })
}

/** What an export of a fund covers when nobody says up to where: everything that is sealed. */
export async function lastPosition(db: Db, fundId: string): Promise<number> {
  const last = await row<{ position: number }>(
    db,
    `select coalesce(max(number), 0) as position from seals where fund_id = :fundId`,
    { fundId },
  )
  return last!.position
}

import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { checkActs } from './verify/acts.ts'
import { checkAccounts, checkConservation } from './verify/balances.ts'
import { newBooks, totalsOf } from './verify/books.ts'
import { cursorOver, rowsOf, type Row } from './verify/csv.ts'
import { checkEntries, newEntries } from './verify/entries.ts'
import { collectFaults, FAULTS, type Fault, type Find } from './verify/faults.ts'
import { FILES, readManifest, TABLES, type Manifest, type TableName } from './verify/manifest.ts'
import { checkNothingLeft, checkSeal, newBatches, sha256, type Batches, type Chain } from './verify/seals.ts'
import { openZip, Unreadable, type Zip } from './verify/zip.ts'

/**
 * Verifies an export of the ledger without the service and without its database: every file is what the manifest says, every entry and act
 * says what its hash says, every seal closes exactly its entries and acts and follows the one before, both books and every contribution
 * balance entry by entry, and the balances and totals are those of the postings. Whoever has kept the number and hash of a seal can have it
 * checked too, and then not even the whole chain can be made anew.
 *
 *     node verify.mjs export.zip [--seal number:hash]
 *
 * Ends with 0 where everything holds, with 1 where something does not, with 2 where it cannot be read.
 */

export type Verdict = Pick<Manifest, 'fund' | 'position' | 'part' | 'head'> & {
  readonly counts: { entries: number; entriesTold: number; postings: number; acts: number; seals: number }
  readonly faults: Fault[]
}

type Known = { readonly number: number; readonly hash: string }

/** What was read of each file: its bytes, their sha-256, and of a table its rows. */
type FilesRead = Map<string, { bytes: number; sha256: string; rows: number | null }>

/** Reads an export in memory that does not grow with it, and says what is wrong with it. Throws `Unreadable`. */
export async function verifyExport(path: string, known?: Known): Promise<Verdict> {
  const zip = await openZip(path)
  try {
    const { faults, find } = collectFaults()
    for (const name of FILES) if (!zip.names.includes(name)) throw new Unreadable(`${name} is not in the zip`)
    for (const name of zip.names) if (!isOurs(name)) find('file_differs', `${name} does not belong here`)
    const manifest = await readManifest(zip.read('manifest.json'))
    const files: FilesRead = new Map()
    const table = (name: TableName) => rowsOf(watched(zip, name, files), name, TABLES[name])

    const [books, ofEntries, ofActs] = [newBooks(), newBatches(), newBatches()]
    const postings = cursorOver(table('postings.csv'))
    const entries = newEntries({ manifest, postings, books, under: ofEntries, find })
    await checkEntries(table('entries.csv'), entries)
    const acts = await checkActs(table('acts.csv'), manifest, ofActs, find)
    const chain = await checkSeals(table('seals.csv'), manifest, { ofEntries, ofActs, known, find })
    const isWhole = manifest.part === null
    const rows = {
      'entries.csv': entries.count.entries,
      'postings.csv': entries.count.postings,
      'acts.csv': acts,
      'seals.csv': chain.number,
      'accounts.csv': await checkAccounts(table('accounts.csv'), books, isWhole, find),
      'conservation.csv': await checkConservation(table('conservation.csv'), books, isWhole, find),
    }
    for (const name of ['README.txt', 'verify.mjs']) for await (const _piece of watched(zip, name, files));
    for (const [name, count] of Object.entries(rows)) files.get(name)!.rows = count

    const counts = {
      ...{ entries: entries.count.entries, entriesTold: entries.count.told, postings: entries.count.postings },
      ...{ acts, seals: chain.number },
    }
    checkManifest(manifest, files, { ...counts, books: totalsOf(books) }, find)
    const { fund, position, part, head } = manifest
    return { fund, position, part, head, counts, faults }
  } finally {
    await zip.close()
  }
}

function isOurs(name: string): boolean {
  return (FILES as readonly string[]).includes(name)
}

async function* watched(zip: Zip, name: string, files: FilesRead): AsyncGenerator<Buffer> {
  const [digest, read] = [createHash('sha256'), { bytes: 0, sha256: '', rows: null }]
  for await (const piece of zip.read(name)) {
    digest.update(piece)
    read.bytes += piece.length
    yield piece
  }
  files.set(name, { ...read, sha256: digest.digest('hex') })
}

async function checkSeals(
  rows: AsyncIterable<Row[]>,
  { fund, position, head }: Manifest,
  { ofEntries, ofActs, known, find }: { ofEntries: Batches; ofActs: Batches; known: Known | undefined; find: Find },
): Promise<Chain> {
  const chain: Chain = { number: 0, hash: sha256(fund.id) }
  for await (const batch of rows) {
    for (const row of batch) {
      checkSeal(row, chain, ofEntries, ofActs, find)
      if (known?.number === chain.number && known.hash !== chain.hash)
        find('known_seal_differs', `seal ${chain.number} is ${chain.hash}`)
    }
  }
  checkNothingLeft('entries', ofEntries, find)
  checkNothingLeft('acts', ofActs, find)
  if (known && chain.number < known.number) find('known_seal_differs', `seal ${known.number} is not there`)
  const isHead = head === null ? chain.number === 0 : head.number === chain.number && head.hash === chain.hash
  if (!isHead || position !== chain.number) find('manifest_differs', `the last seal is ${chain.number}:${chain.hash}`)
  return chain
}

function checkManifest(manifest: Manifest, files: FilesRead, totals: Manifest['totals'], find: Find): void {
  const told = new Map(manifest.files.map((one) => [one.name, one]))
  for (const [name, { bytes, sha256: hash, rows }] of files) {
    const one = told.get(name)
    told.delete(name)
    if (!one || one.bytes !== bytes || one.sha256 !== hash || one.rows !== rows) find('file_differs', name)
  }
  for (const name of told.keys()) find('file_differs', `${name} is in the manifest, and not in the zip`)
  for (const name of ['entries', 'entriesTold', 'postings', 'acts', 'seals'] as const)
    if (manifest.totals[name] !== totals[name]) find('manifest_differs', `there are ${totals[name]} ${name}`)
  const line = (one: Manifest['totals']['books'][number]) => `${one.book} ${one.in} ${one.debit} ${one.credit}`
  const [said, found] = [manifest.totals.books.map(line).sort(), totals.books.map(line).sort()]
  for (const one of found) if (!said.includes(one)) find('manifest_differs', `the total of ${one}`)
  if (said.length !== found.length) find('manifest_differs', 'a total of a book that is not there')
}

function wordsOf({ fund, position, part, head, counts, faults }: Verdict, known: Known | undefined): string {
  const { entries, entriesTold, postings, acts, seals } = counts
  const what = part
    ? `a part of the ledger of ${fund.code} at seal ${position}, ${entriesTold} of its ${entries} entries`
    : `the ledger of ${fund.code} at seal ${position}, ${entries} entries`
  const lines = faults.map(({ fault, first, count }) => {
    const more = count > 1 ? ` (and ${count - 1} more)` : ''
    return `${fault}: ${FAULTS[fault]}: ${first}${more}\n`
  })
  const verdict = faults.length > 0 ? 'DOES NOT HOLD' : 'holds: nothing in it was changed, taken out or put in'
  const kept = known && faults.length === 0 ? `It contains the seal that you kept, ${known.number}.\n` : ''
  const last = head ? `last seal ${head.number}:${head.hash}\n` : ''
  return `${lines.join('')}${what} with ${postings} postings, ${acts} acts, ${seals} seals: ${verdict}\n${kept}${last}`
}

async function command([file, option, anchor]: string[]): Promise<void> {
  const [, number, hash] = /^(\d{1,9}):([0-9a-f]{64})$/.exec(anchor ?? '') ?? []
  if (!file || (option !== undefined && (option !== '--seal' || !hash))) {
    process.stderr.write('usage: node verify.mjs export.zip [--seal number:hash]\n')
    process.exitCode = 2
    return
  }
  const known = hash ? { number: Number.parseInt(number!, 10), hash } : undefined
  try {
    const verdict = await verifyExport(file, known)
    process.stdout.write(wordsOf(verdict, known))
    process.exitCode = verdict.faults.length === 0 ? 0 : 1
  } catch (error) {
    process.stdout.write(`${file} cannot be verified: ${(error as Error).message}\n`)
    process.exitCode = 2
  }
}

if (process.argv[1] && fileURLToPath(import.meta.url) === realpathSync(process.argv[1]))
  await command(process.argv.slice(2))

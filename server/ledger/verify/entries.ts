import { addPosting, closeEntry, type Books } from './books.ts'
import type { Cursor, Row } from './csv.ts'
import type { Find } from './faults.ts'
import type { Manifest } from './manifest.ts'
import { addToBatch, closeBatch, sha256, type Batches } from './seals.ts'
import { Unreadable } from './zip.ts'

/** What is read of entries and postings, and what has come of it so far. */
export type Entries = {
  readonly manifest: Manifest
  readonly postings: Cursor
  readonly books: Books
  readonly under: Batches
  readonly find: Find
  readonly seen: Map<number, Uint8Array>
  /** Reversed entries, each with the one that reverses it. */
  readonly reversed: Map<string, string>
  last: { seal: number; id: number }
  count: { entries: number; told: number; postings: number }
}

export const newEntries = (of: Pick<Entries, 'manifest' | 'postings' | 'books' | 'under' | 'find'>): Entries => ({
  ...of,
  seen: new Map(),
  reversed: new Map(),
  last: { seal: 0, id: 0 },
  count: { entries: 0, told: 0, postings: 0 },
})

/**
 * Reads entries and postings side by side, both in the order of seal and entry: every entry is where it belongs, says what its hash says,
 * and balances. Of an entry that is left out of a part its hash alone goes under its seal.
 */
export async function checkEntries(rows: AsyncIterable<Row[]>, entries: Entries): Promise<void> {
  const { postings, under, find, seen, reversed } = entries
  for await (const batch of rows) {
    for (const row of batch) {
      checkPlace(row, entries)
      await checkEntry(row, entries)
    }
  }
  closeBatch(under)
  while (postings.at < postings.rows.length || (await postings.more())) skipPosting(entries)
  for (const [id, by] of reversed)
    if (isFirst(whole(id), seen)) find('reversed_entry_missing', `entry ${by} reverses entry ${id}`)
}

function checkPlace(
  [seal, id, recordedAt, actId, contentHash]: Row,
  { last, seen, under, find, count }: Entries,
): void {
  const [ofSeal, ofId] = [whole(seal!), whole(id!)]
  // What is no plain word could hide the line of another entry.
  const isPlain = /^[!-~]*$/.test(recordedAt! + actId! + contentHash!)
  if (!isPlain || ofSeal < last.seal || (ofSeal === last.seal && ofId <= last.id))
    find('entry_out_of_order', `entry ${id} under seal ${seal}`)
  last.seal = ofSeal
  last.id = ofId
  if (!isFirst(ofId, seen)) find('entry_twice', `entry ${id}`)
  count.entries += 1
  addToBatch(under, seal!, `${id} ${contentHash} ${recordedAt} ${actId}`)
}

async function checkEntry(row: Row, entries: Entries): Promise<void> {
  const { manifest, postings, books, last, find, count } = entries
  const [seal, id, , , contentHash, told, kind, source, occurredOn, memo, reverses] = row
  const beginning = `${manifest.fund.id}\n${kind}\n${source}\n${occurredOn}\n${memo}\n${reverses}`
  const prefix = manifest.part?.prefix ?? ''
  let [content, belongs] = [beginning, prefix === '']
  while (postings.at < postings.rows.length || (await postings.more())) {
    const [ofSeal, ofEntry, line, address, currency, amount, functional] = postings.rows[postings.at]!
    if (ofEntry !== id || ofSeal !== seal) {
      if (isBehind(ofSeal!, ofEntry!, last)) break
      skipPosting(entries)
      continue
    }
    postings.at += 1
    count.postings += 1
    content += `\n${address} ${currency} ${amount} ${functional}`
    if (!addPosting(books, address!, currency!, amount!, functional!))
      find('entry_changed', `entry ${id}, whose line ${line} has an amount that is none`)
    belongs ||= address!.startsWith(prefix)
  }
  closeEntry(books, id!, find)
  if (told !== 'yes') {
    if (!manifest.part || told !== 'no' || content !== `${manifest.fund.id}\n\n\n\n\n`)
      find('entry_outside_part', `entry ${id}`)
    return
  }
  count.told += 1
  // A line break inside one of these could let one content pass for another.
  const isOneLine = !`${kind}${source}${occurredOn}`.includes('\n') && /^\d*$/.test(reverses!)
  if (!isOneLine || sha256(content) !== contentHash) find('entry_changed', `entry ${id}`)
  if (reverses !== '') entries.reversed.set(reverses!, id!)
  const { from = null, to = null } = manifest.part ?? {}
  if (!belongs || (from !== null && occurredOn! < from) || (to !== null && occurredOn! > to))
    find('entry_outside_part', `entry ${id}`)
}

function skipPosting({ postings, find, count }: Entries): void {
  const [, entry, line] = postings.rows[postings.at]!
  find('posting_without_entry', `line ${line} of entry ${entry}`)
  count.postings += 1
  postings.at += 1
}

function isBehind(seal: string, entry: string, last: { seal: number; id: number }): boolean {
  const ofSeal = whole(seal)
  return ofSeal > last.seal || (ofSeal === last.seal && whole(entry) > last.id)
}

/** The number of an entry or a seal. */
function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new Unreadable(`${JSON.stringify(text.slice(0, 40))} is no number of an entry or a seal`)
  return Number.parseInt(text, 10)
}

// Numbers of entries lie close together: an honest ledger of ten million needs 160 pages. This many, for a thousand million, are 128 MB.
const MOST_PAGES = 16_384

/** Whether this number is seen for the first time; one bit for each, so that ten million take little more than a megabyte. */
function isFirst(id: number, seen: Map<number, Uint8Array>): boolean {
  const [number, bit] = [Math.floor(id / 65_536), id % 65_536]
  let page = seen.get(number)
  if (!page) {
    if (seen.size === MOST_PAGES) throw new Unreadable('the numbers of the entries lie too far apart')
    seen.set(number, (page = new Uint8Array(8_192)))
  }
  const isNew = (page[bit >> 3]! & (1 << (bit & 7))) === 0
  page[bit >> 3]! |= 1 << (bit & 7)
  return isNew
}

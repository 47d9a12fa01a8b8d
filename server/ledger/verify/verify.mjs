// Verifies an export of the ledger with nothing but Node 20 or later: node verify.mjs export.zip [--seal number:hash]
// It changes nothing, writes no file and asks no network. README.txt says what it checks, for those who write their own.

import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { realpathSync } from 'node:fs'

/** What is no zip that can be trusted to be read: cut off, damaged, or disguised. */
class Unreadable extends Error {}
const END = 0x06054b50
const DIRECTORY = 0x02014b50
const LOCAL = 0x04034b50
const LARGE_END = 0x06064b50
const LOCATOR = 0x07064b50
// In the place of a number of four bytes: it is told in eight elsewhere.
const TOLD_IN_EIGHT = 0xffffffff
const PIECE = 256 * 1024
// Nothing that deflate has packed grows more than 1,032 times.
const MOST_GROWTH = 1_100
// The first versions of Node 20 cannot compute it; the sha-256 of each file in the manifest says more.
const hasCrc32 = typeof zlib.crc32 === 'function'
/**
 * Opens a zip (PKWARE APPNOTE 6.3: stored or deflated, of any length) by its directory. Nothing is unpacked to the disk, and no file is
 * held whole. Throws `Unreadable` for odd names, names told twice, files that overlap, and whatever was cut off.
 */
async function openZip(path) {
  const handle = await open(path)
  try {
    const members = await directoryOf(handle)
    const byName = new Map(members.map((one) => [one.name, one]))
    return {
      names: members.map(({ name }) => name),
      read: (name) => contentOf(handle, byName.get(name)),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}
async function directoryOf(handle) {
  const { size } = await handle.stat()
  const tailAt = Math.max(0, size - 65_557)
  const tail = await bytesAt(handle, tailAt, size - tailAt)
  let at = tail.length - 22
  while (at >= 0 && !(tail.readUInt32LE(at) === END && at + 22 + tail.readUInt16LE(at + 20) === tail.length)) at -= 1
  if (at < 0) throw new Unreadable('this is no zip, or its end was cut off')
  let [count, length, start] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  let end = tailAt + at
  if (length === TOLD_IN_EIGHT || start === TOLD_IN_EIGHT) ({ count, length, start, end } = await largeEnd(handle, end))
  if (tail.readUInt32LE(at + 4) !== 0 || length > 1_000_000 || start + length !== end)
    throw new Unreadable('the directory of the zip is not where it should be')
  const members = membersIn(await bytesAt(handle, start, length))
  if (members.length !== count) throw new Unreadable('the directory of the zip does not list what it counts')
  let behind = 0
  for (const one of [...members].sort((a, b) => a.offset - b.offset)) {
    if (one.offset < behind) throw new Unreadable(`${one.name} overlaps with another file of the zip`)
    behind = one.offset + 30 + one.name.length + one.packed
  }
  if (behind > start) throw new Unreadable('a file of the zip overlaps with its directory')
  return members
}
/** What the end of a zip of more than 4 GB says, which stands before the usual one (zip64). */
async function largeEnd(handle, before) {
  const damaged = () => new Unreadable('the end of the zip, which is of the form for more than 4 GB, is damaged')
  if (before < 76) throw damaged()
  const bytes = await bytesAt(handle, before - 76, 76)
  const end = before - 76
  const isWhole = bytes.readUInt32LE(0) === LARGE_END && bytes.readUInt32LE(56) === LOCATOR && eight(bytes, 64) === end
  if (!isWhole || eight(bytes, 4) !== 44) throw damaged()
  return { count: eight(bytes, 32), length: eight(bytes, 40), start: eight(bytes, 48), end }
}
function eight(bytes, at) {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at)
  if (!Number.isSafeInteger(value)) throw new Unreadable('the zip tells of more bytes than there can be')
  return value
}
function membersIn(directory) {
  const members = []
  let at = 0
  while (at < directory.length) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY)
      throw new Unreadable('the directory of the zip is damaged')
    const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)]
    const crc = directory.readUInt32LE(at + 16)
    const [ofName, ofExtra, ofComment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const name = directory.toString('utf8', at + 46, at + 46 + ofName)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) || members.some((one) => one.name === name))
      throw new Unreadable(`${JSON.stringify(name)} is an odd name, or is there twice`)
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
      throw new Unreadable(`${name} is encrypted or oddly packed`)
    const { packed, size, offset } = lengthsIn(directory, at, name)
    if (size > packed * (method === 8 ? MOST_GROWTH : 1) + 1_000)
      throw new Unreadable(`${name} is said to grow from ${packed} bytes to ${size}: this is a trap`)
    members.push({ name, method, crc, packed, size, offset })
    at += 46 + ofName + ofExtra + ofComment
  }
  return members
}
/** How long a file is, unpacked and packed, and where; what four bytes cannot tell is in the zip64 field behind its name, in this order. */
function lengthsIn(directory, at, name) {
  const [behindName, end] = [
    at + 46 + directory.readUInt16LE(at + 28),
    at + 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30),
  ]
  let field = behindName
  while (field + 4 <= end && directory.readUInt16LE(field) !== 1) field += 4 + directory.readUInt16LE(field + 2)
  const last = field + 4 <= end ? field + 4 + directory.readUInt16LE(field + 2) : 0
  let next = field + 4
  const [size, packed, offset] = [24, 20, 42].map((place) => {
    const told = directory.readUInt32LE(at + place)
    if (told !== TOLD_IN_EIGHT) return told
    if (next + 8 > Math.min(last, end, directory.length)) throw new Unreadable(`${name} is larger than it says`)
    next += 8
    return eight(directory, next - 8)
  })
  return { size, packed, offset }
}
async function* contentOf(handle, { name, method, crc, packed, size, offset }) {
  const local = await bytesAt(handle, offset, 30 + name.length)
  if (local.readUInt32LE(0) !== LOCAL || local.readUInt16LE(8) !== method || local.toString('utf8', 30) !== name)
    throw new Unreadable(`${name} is not where the directory of the zip says`)
  const start = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  let [length, sum] = [0, 0]
  for await (const piece of unpacked(handle, start, packed, method)) {
    length += piece.length
    if (length > size) break
    if (hasCrc32) sum = zlib.crc32(piece, sum)
    yield piece
  }
  if (length !== size || (hasCrc32 && sum !== crc)) throw new Unreadable(`${name} is damaged`)
}
async function* unpacked(handle, start, packed, method) {
  if (packed === 0) return
  const source = handle.createReadStream({ start, end: start + packed - 1, autoClose: false, highWaterMark: PIECE })
  if (method === 0) return yield* source
  const inflate = zlib.createInflateRaw({ chunkSize: PIECE })
  // Its error is that of the reading below.
  pipeline(source, inflate, () => {})
  try {
    yield* inflate
  } catch (error) {
    throw new Unreadable(`the packed bytes are damaged or cut off (${error.message})`)
  }
}
async function bytesAt(handle, position, length) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead !== length) throw new Unreadable('the zip was cut off')
  return buffer
}

// What no row of the ledger comes near to; a longer one is there to fill the memory.
const LONGEST_ROW = 16_000_000
/**
 * The rows of a CSV file (RFC 4180, UTF-8, lines ended by CR LF, a cell in quotes only where it must be) without its heading, some thousands
 * at a time. Throws `Unreadable` where it is not of that form or has another heading.
 */
async function* rowsOf(pieces, name, heading) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let [rest, isFirst] = ['', true]
  for await (const piece of pieces) {
    const read = rowsIn(rest + decoded(decoder, name, piece), name)
    rest = read.rest
    if (rest.length > LONGEST_ROW) throw new Unreadable(`a row of ${name} does not end`)
    if (read.rows.length === 0) continue
    if (isFirst && read.rows.shift().join() !== heading.join()) throw new Unreadable(`${name} has another heading`)
    isFirst = false
    if (read.rows.some((row) => row.length !== heading.length))
      throw new Unreadable(`a row of ${name} has too few cells or too many`)
    yield read.rows
  }
  if (rest + decoded(decoder, name) !== '') throw new Unreadable(`the last row of ${name} was cut off`)
  if (isFirst) throw new Unreadable(`${name} has no heading`)
}
function cursorOver(batches) {
  const cursor = {
    rows: [],
    at: 0,
    more: async () => {
      for (;;) {
        const next = await batches.next()
        if (next.done) return false
        cursor.rows = next.value
        cursor.at = 0
        if (next.value.length > 0) return true
      }
    },
  }
  return cursor
}
function decoded(decoder, name, piece) {
  try {
    return piece ? decoder.decode(piece, { stream: true }) : decoder.decode()
  } catch {
    throw new Unreadable(`${name} is not UTF-8`)
  }
}
function rowsIn(text, name) {
  const rows = []
  if (!text.includes('"')) {
    const lines = text.split('\r\n')
    const rest = lines.pop()
    for (const line of lines) rows.push(line.split(','))
    return { rows, rest }
  }
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) break
    const line = text.slice(at, end)
    if (!line.includes('"')) {
      rows.push(line.split(','))
      at = end + 2
      continue
    }
    const quoted = quotedRow(text, at, name)
    if (!quoted) break // goes on in the next piece
    rows.push(quoted.row)
    at = quoted.end
  }
  return { rows, rest: text.slice(at) }
}
/** A row with cells in quotes, or nothing where the text ends before it. */
function quotedRow(text, start, name) {
  const row = []
  let at = start
  for (;;) {
    let end
    if (text[at] === '"') {
      end = closingQuote(text, at) + 1
      if (end === 0 || end + 1 >= text.length) return undefined
      row.push(text.slice(at + 1, end - 1).replaceAll('""', '"'))
    } else {
      const [comma, line] = [text.indexOf(',', at), text.indexOf('\r\n', at)]
      if (line < 0) return undefined
      end = comma < 0 ? line : Math.min(comma, line)
      row.push(text.slice(at, end))
    }
    if (text.startsWith('\r\n', end)) return { row, end: end + 2 }
    if (text[end] !== ',') throw new Unreadable(`${name} has a quote in the middle of a cell`)
    at = end + 1
  }
}
function closingQuote(text, opening) {
  let at = text.indexOf('"', opening + 1)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}

/** Everything that can be wrong with an export that can be read, each in words. */
const FAULTS = {
  file_differs: 'a file is not what the manifest says',
  manifest_differs: 'the manifest does not say what the files say',
  entry_out_of_order: 'an entry is not where its seal and number put it',
  entry_twice: 'an entry is there twice',
  entry_changed: 'an entry does not say what was sealed',
  entry_outside_part: 'an entry is told that does not belong in this part, or is left out of the whole ledger',
  entry_unbalanced: 'an entry does not sum to zero in a book',
  posting_without_entry: 'a posting belongs to no entry that is told',
  reversed_entry_missing: 'an entry reverses one that is not there',
  contribution_not_conserved: 'the stages of a contribution do not sum to its authority',
  act_out_of_order: 'an act is not where its seal and number put it',
  act_changed: 'an act does not say what was sealed',
  seal_out_of_order: 'a seal does not follow the one before',
  seal_changed: 'a seal does not close the entries and acts that are under it',
  seal_missing: 'entries or acts are under a seal that is not there',
  known_seal_differs: 'the seal that was kept is another',
  account_differs: 'an account does not have the balance of its postings',
  conservation_differs: 'the stages of a contribution are not those of its postings',
}
/** Collects faults, one of each kind, so that a ledger in which nothing is right takes no more memory than one that is. */
function collectFaults() {
  const faults = []
  return {
    faults,
    find: (fault, where) => {
      const known = faults.find((one) => one.fault === fault)
      if (known) known.count += 1
      else faults.push({ fault, first: where, count: 1 })
    },
  }
}

const FORMAT = 'wasata-ledger-1'
/** The tables of an export, each with its columns, in the order in which they are written. */
const TABLES = {
  'entries.csv': 'seal,id,recorded_at,act_id,content_hash,told,kind,source,occurred_on,memo,reverses'.split(','),
  'postings.csv': 'seal,entry,line,address,currency,amount,functional'.split(','),
  'acts.csv': 'seal,id,content_hash,told,person_id,token_id,request_id,method,path,address,outcome,details,at'.split(
    ',',
  ),
  'seals.csv': 'number,entry_count,act_count,hash,previous_hash,sealed_at'.split(','),
  'accounts.csv':
    'address,currency,book,contribution_id,request_id,opened_at,amount,functional,balance,functional_balance'.split(
      ',',
    ),
  'conservation.csv':
    'contribution,contribution_id,authority,support,available,ready,reserved,committed,disbursed,reported'.split(','),
}
const FILES = ['README.txt', 'verify.mjs', ...Object.keys(TABLES), 'manifest.json']
/** Reads a manifest. Throws `Unreadable` where it is none, so that nothing after it need doubt its form. */
async function readManifest(pieces) {
  const read = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > 1_000_000) throw new Unreadable('manifest.json is too long to be one')
    read.push(piece)
  }
  let told
  try {
    told = JSON.parse(Buffer.concat(read).toString())
  } catch {
    throw new Unreadable('manifest.json is not JSON')
  }
  const texts = (of, ...names) => names.every((name) => typeof of[name] === 'string')
  const counts = (of, ...names) => names.every((name) => Number.isSafeInteger(of[name]))
  const isManifest =
    isObject(told) &&
    isObject(told.fund) &&
    texts(told.fund, 'id', 'code', 'name', 'currency') &&
    counts(told, 'position') &&
    (told.head === null || (isObject(told.head) && counts(told.head, 'number') && texts(told.head, 'hash'))) &&
    (told.part === null || isObject(told.part)) &&
    Array.isArray(told.files) &&
    told.files.every((one) => isObject(one) && texts(one, 'name', 'sha256') && counts(one, 'bytes')) &&
    isObject(told.totals) &&
    counts(told.totals, 'entries', 'entriesTold', 'postings', 'acts', 'seals') &&
    Array.isArray(told.totals.books) &&
    told.totals.books.every((one) => isObject(one) && texts(one, 'book', 'in', 'debit', 'credit'))
  if (told?.format !== FORMAT) throw new Unreadable(`this is not an export of the form ${FORMAT}`)
  if (!isManifest) throw new Unreadable('manifest.json lacks something, or has it in another form')
  return told
}
function isObject(of) {
  return typeof of === 'object' && of !== null && !Array.isArray(of)
}

const newBatches = () => ({ open: undefined, closed: new Map() })
/** Adds a line to what is under a seal. */
function addToBatch(batches, seal, line) {
  if (batches.open?.seal !== seal) closeBatch(batches)
  const open = (batches.open ??= { seal, digest: crypto.createHash('sha256'), count: 0, lines: '' })
  open.count += 1
  open.lines += `${line}\n`
  if (open.lines.length < 65_536) return
  open.digest.update(open.lines)
  open.lines = ''
}
function closeBatch(batches) {
  const { open, closed } = batches
  if (open) closed.set(open.seal, { digest: open.digest.update(open.lines).digest('hex'), count: open.count })
  batches.open = undefined
}
/**
 * A seal closes exactly what is under it and follows the one before: sha-256 of the hash before, the digest of its entries and the digest of
 * its acts, a line each. The first follows the sha-256 of the fund's id.
 */
function checkSeal([number, entryCount, actCount, hash, previousHash], chain, entries, acts, find) {
  if (number !== `${chain.number + 1}` || previousHash !== chain.hash)
    find('seal_out_of_order', `seal ${number} does not follow seal ${chain.number}`)
  const [ofEntries, ofActs] = [taken(entries, number), taken(acts, number)]
  const isWhole = entryCount === `${ofEntries.count}` && actCount === `${ofActs.count}`
  if (!isWhole || sha256(`${previousHash}\n${ofEntries.digest}\n${ofActs.digest}\n`) !== hash)
    find('seal_changed', `seal ${number}`)
  chain.number += 1
  chain.hash = hash
}
/** What is under a seal, once; nothing has a digest too. */
function taken({ closed }, seal) {
  const found = closed.get(seal) ?? { digest: sha256(''), count: 0 }
  closed.delete(seal)
  return found
}
/** Whatever is under no seal of the chain. */
function checkNothingLeft(what, { closed }, find) {
  for (const [seal, { count }] of closed) find('seal_missing', `${count} ${what} are under seal ${seal}`)
}
/** Hexadecimal, of a text in UTF-8. In one call where this Node has it, which is twice as fast. */
const sha256 =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex')

const newBooks = () => ({ accounts: new Map(), sums: new Map(), touched: [] })
/** Adds a posting to its account and to the sums of its book. Gives false where an amount is no whole number. */
function addPosting(books, address, currency, amount, functional) {
  const key = `${address} ${currency}`
  let account = books.accounts.get(key)
  if (!account) books.accounts.set(key, (account = openAccount(books, address, currency)))
  let units
  let functionalUnits
  try {
    units = BigInt(amount)
    functionalUnits = BigInt(functional)
  } catch {
    return false
  }
  account.amount += units
  account.functional += functionalUnits
  addTo(books, account.inCurrency, units)
  addTo(books, account.inFunctional, functionalUnits)
  if (account.ofContribution) addTo(books, account.ofContribution, units)
  return true
}
/** What an entry leaves open in a book or in a contribution is a fault; the next entry begins anew. */
function closeEntry(books, id, find) {
  for (const sum of books.touched) {
    if (sum.open === 0n) continue
    const kind = sum.key.startsWith('contribution ') ? 'contribution_not_conserved' : 'entry_unbalanced'
    find(kind, `entry ${id} leaves ${sum.open} in ${sum.key}`)
    sum.open = 0n
  }
  books.touched = []
}
const STAGE = /^budget:(authority|support|available|ready|reserved|committed|disbursed|reported):([^:]+)/
function openAccount({ sums }, address, currency) {
  const sumOf = (key) => {
    const sum = sums.get(key) ?? { key, open: 0n, debit: 0n, credit: 0n }
    sums.set(key, sum)
    return sum
  }
  const book = address.startsWith('budget:') ? 'budget' : 'actual'
  const [, stage, code] = STAGE.exec(address) ?? []
  return {
    ...{ address, currency, book, stage, code, amount: 0n, functional: 0n },
    inCurrency: sumOf(`${book} ${currency}`),
    inFunctional: sumOf(`${book} functional`),
    ofContribution: code === undefined ? undefined : sumOf(`contribution ${code}`),
  }
}
function addTo(books, sum, units) {
  if (!books.touched.includes(sum)) books.touched.push(sum)
  sum.open += units
  if (units > 0n) sum.debit += units
  else sum.credit -= units
}
/** The totals of each book in every currency and functionally, in the order of their names. */
function totalsOf({ sums }) {
  return [...sums.values()]
    .filter(({ key }) => !key.startsWith('contribution '))
    .map(({ key, debit, credit }) => {
      const [book, of] = key.split(' ')
      return { book, in: of, debit: `${debit}`, credit: `${credit}` }
    })
    .sort((a, b) => (`${a.book} ${a.in}` < `${b.book} ${b.in}` ? -1 : 1))
}

const newEntries = (of) => ({
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
async function checkEntries(rows, entries) {
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
function checkPlace([seal, id, recordedAt, actId, contentHash], { last, seen, under, find, count }) {
  const [ofSeal, ofId] = [whole(seal), whole(id)]
  // What is no plain word could hide the line of another entry.
  const isPlain = /^[!-~]*$/.test(recordedAt + actId + contentHash)
  if (!isPlain || ofSeal < last.seal || (ofSeal === last.seal && ofId <= last.id))
    find('entry_out_of_order', `entry ${id} under seal ${seal}`)
  last.seal = ofSeal
  last.id = ofId
  if (!isFirst(ofId, seen)) find('entry_twice', `entry ${id}`)
  count.entries += 1
  addToBatch(under, seal, `${id} ${contentHash} ${recordedAt} ${actId}`)
}
async function checkEntry(row, entries) {
  const { manifest, postings, books, last, find, count } = entries
  const [seal, id, , , contentHash, told, kind, source, occurredOn, memo, reverses] = row
  const beginning = `${manifest.fund.id}\n${kind}\n${source}\n${occurredOn}\n${memo}\n${reverses}`
  const prefix = manifest.part?.prefix ?? ''
  let [content, belongs] = [beginning, prefix === '']
  while (postings.at < postings.rows.length || (await postings.more())) {
    const [ofSeal, ofEntry, line, address, currency, amount, functional] = postings.rows[postings.at]
    if (ofEntry !== id || ofSeal !== seal) {
      if (isBehind(ofSeal, ofEntry, last)) break
      skipPosting(entries)
      continue
    }
    postings.at += 1
    count.postings += 1
    content += `\n${address} ${currency} ${amount} ${functional}`
    if (!addPosting(books, address, currency, amount, functional))
      find('entry_changed', `entry ${id}, whose line ${line} has an amount that is none`)
    belongs ||= address.startsWith(prefix)
  }
  closeEntry(books, id, find)
  if (told !== 'yes') {
    if (!manifest.part || told !== 'no' || content !== `${manifest.fund.id}\n\n\n\n\n`)
      find('entry_outside_part', `entry ${id}`)
    return
  }
  count.told += 1
  // A line break inside one of these could let one content pass for another.
  const isOneLine = !`${kind}${source}${occurredOn}`.includes('\n') && /^\d*$/.test(reverses)
  if (!isOneLine || sha256(content) !== contentHash) find('entry_changed', `entry ${id}`)
  if (reverses !== '') entries.reversed.set(reverses, id)
  const { from = null, to = null } = manifest.part ?? {}
  if (!belongs || (from !== null && occurredOn < from) || (to !== null && occurredOn > to))
    find('entry_outside_part', `entry ${id}`)
}
function skipPosting({ postings, find, count }) {
  const [, entry, line] = postings.rows[postings.at]
  find('posting_without_entry', `line ${line} of entry ${entry}`)
  count.postings += 1
  postings.at += 1
}
function isBehind(seal, entry, last) {
  const ofSeal = whole(seal)
  return ofSeal > last.seal || (ofSeal === last.seal && whole(entry) > last.id)
}
/** The number of an entry or a seal. */
function whole(text) {
  if (!/^\d{1,15}$/.test(text))
    throw new Unreadable(`${JSON.stringify(text.slice(0, 40))} is no number of an entry or a seal`)
  return Number.parseInt(text, 10)
}
// Numbers of entries lie close together: an honest ledger of ten million needs 160 pages. This many, for a thousand million, are 128 MB.
const MOST_PAGES = 16_384
/** Whether this number is seen for the first time; one bit for each, so that ten million take little more than a megabyte. */
function isFirst(id, seen) {
  const [number, bit] = [Math.floor(id / 65_536), id % 65_536]
  let page = seen.get(number)
  if (!page) {
    if (seen.size === MOST_PAGES) throw new Unreadable('the numbers of the entries lie too far apart')
    seen.set(number, (page = new Uint8Array(8_192)))
  }
  const isNew = (page[bit >> 3] & (1 << (bit & 7))) === 0
  page[bit >> 3] |= 1 << (bit & 7)
  return isNew
}

/** Every act is where its seal and id put it and says what its hash says; of one that is left out of a part, its hash goes under its seal. */
async function checkActs(rows, manifest, under, find) {
  let count = 0
  let last = { seal: 0, id: '' }
  for await (const batch of rows) {
    for (const [seal, id, contentHash, told, ...content] of batch) {
      const at = { seal: Number.parseInt(seal, 10), id: id }
      // What is no plain word could hide the line of another act.
      const isPlain = /^[!-~]*$/.test(id + contentHash) && seal === `${at.seal}`
      if (!isPlain || at.seal < last.seal || (at.seal === last.seal && at.id <= last.id))
        find('act_out_of_order', `act ${id} under seal ${seal}`)
      last = at
      count += 1
      addToBatch(under, seal, `${id} ${contentHash}`)
      const text = content.join('\n')
      const isLeftOut = manifest.part !== null && told === 'no' && text === '\n'.repeat(content.length - 1)
      const isOneLineEach = text.split('\n').length === content.length
      const says = () => isOneLineEach && sha256(`${manifest.fund.id}\n${id}\n${text}`) === contentHash
      if (!isLeftOut && !(told === 'yes' && says())) find('act_changed', `act ${id}`)
    }
  }
  closeBatch(under)
  return count
}

/**
 * Every account has exactly the sum of its postings here, and in a whole export that is its balance. In a part the balance is told, and not
 * proven.
 */
async function checkAccounts(rows, { accounts }, isWhole, find) {
  const left = new Map(accounts)
  let count = 0
  for await (const batch of rows) {
    for (const [address, currency, book, , , , amount, functional, balance, functionalBalance] of batch) {
      count += 1
      const key = `${address} ${currency}`
      const of = left.get(key)
      left.delete(key)
      const agrees =
        of !== undefined &&
        book === of.book &&
        amount === `${of.amount}` &&
        functional === `${of.functional}` &&
        (!isWhole || (balance === amount && functionalBalance === functional))
      if (!agrees) find('account_differs', key)
    }
  }
  for (const key of left.keys()) find('account_differs', `${key} is not there`)
  return count
}
const STAGES = TABLES['conservation.csv'].slice(2)
/** For each contribution the stages sum to its authority; in a whole export each is the sum of its postings. */
async function checkConservation(rows, { accounts }, isWhole, find) {
  const left = stagesOf(accounts.values())
  let count = 0
  for await (const batch of rows) {
    for (const [code, , ...told] of batch) {
      count += 1
      const of = left.get(code)
      left.delete(code)
      const sums = told.map((units) => (/^-?\d+$/.test(units) ? BigInt(units) : undefined))
      const total = sums.slice(1).reduce((all, units) => (all ?? 0n) + (units ?? 0n), 0n)
      if (sums.includes(undefined) || total !== sums[0]) find('contribution_not_conserved', `contribution ${code}`)
      const agrees = of !== undefined && (!isWhole || of.every((units, i) => units === sums[i]))
      if (!agrees) find('conservation_differs', `contribution ${code}`)
    }
  }
  for (const code of left.keys()) find('conservation_differs', `contribution ${code} is not there`)
  return count
}
/** Authority and the stages of each contribution, in the order of their columns; the authority is a contra and so the other way round. */
function stagesOf(accounts) {
  const found = new Map()
  for (const { stage, code, amount } of accounts) {
    if (stage === undefined || code === undefined) continue
    const stages = found.get(code) ?? STAGES.map(() => 0n)
    stages[STAGES.indexOf(stage)] += stage === 'authority' ? -amount : amount
    found.set(code, stages)
  }
  return found
}

/** Reads an export in memory that does not grow with it, and says what is wrong with it. Throws `Unreadable`. */
async function verifyExport(path, known) {
  const zip = await openZip(path)
  try {
    const { faults, find } = collectFaults()
    for (const name of FILES) if (!zip.names.includes(name)) throw new Unreadable(`${name} is not in the zip`)
    for (const name of zip.names) if (!isOurs(name)) find('file_differs', `${name} does not belong here`)
    const manifest = await readManifest(zip.read('manifest.json'))
    const files = new Map()
    const table = (name) => rowsOf(watched(zip, name, files), name, TABLES[name])
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
    for (const [name, count] of Object.entries(rows)) files.get(name).rows = count
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
function isOurs(name) {
  return FILES.includes(name)
}
async function* watched(zip, name, files) {
  const [digest, read] = [createHash('sha256'), { bytes: 0, sha256: '', rows: null }]
  for await (const piece of zip.read(name)) {
    digest.update(piece)
    read.bytes += piece.length
    yield piece
  }
  files.set(name, { ...read, sha256: digest.digest('hex') })
}
async function checkSeals(rows, { fund, position, head }, { ofEntries, ofActs, known, find }) {
  const chain = { number: 0, hash: sha256(fund.id) }
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
function checkManifest(manifest, files, totals, find) {
  const told = new Map(manifest.files.map((one) => [one.name, one]))
  for (const [name, { bytes, sha256: hash, rows }] of files) {
    const one = told.get(name)
    told.delete(name)
    if (!one || one.bytes !== bytes || one.sha256 !== hash || one.rows !== rows) find('file_differs', name)
  }
  for (const name of told.keys()) find('file_differs', `${name} is in the manifest, and not in the zip`)
  for (const name of ['entries', 'entriesTold', 'postings', 'acts', 'seals'])
    if (manifest.totals[name] !== totals[name]) find('manifest_differs', `there are ${totals[name]} ${name}`)
  const line = (one) => `${one.book} ${one.in} ${one.debit} ${one.credit}`
  const [said, found] = [manifest.totals.books.map(line).sort(), totals.books.map(line).sort()]
  for (const one of found) if (!said.includes(one)) find('manifest_differs', `the total of ${one}`)
  if (said.length !== found.length) find('manifest_differs', 'a total of a book that is not there')
}
function wordsOf({ fund, position, part, head, counts, faults }, known) {
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
async function command([file, option, anchor]) {
  const [, number, hash] = /^(\d{1,9}):([0-9a-f]{64})$/.exec(anchor ?? '') ?? []
  if (!file || (option !== undefined && (option !== '--seal' || !hash))) {
    process.stderr.write('usage: node verify.mjs export.zip [--seal number:hash]\n')
    process.exitCode = 2
    return
  }
  const known = hash ? { number: Number.parseInt(number, 10), hash } : undefined
  try {
    const verdict = await verifyExport(file, known)
    process.stdout.write(wordsOf(verdict, known))
    process.exitCode = verdict.faults.length === 0 ? 0 : 1
  } catch (error) {
    process.stdout.write(`${file} cannot be verified: ${error.message}\n`)
    process.exitCode = 2
  }
}
if (process.argv[1] && fileURLToPath(import.meta.url) === realpathSync(process.argv[1]))
  await command(process.argv.slice(2))

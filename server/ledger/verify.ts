import { createHash, type Hash } from 'node:crypto'
import { createReadStream, realpathSync } from 'node:fs'

/**
 * Verifies an export of the ledger without the service and without its database: every entry says what its hash says and balances,
 * every contribution is conserved, every act says what its hash says, every seal closes exactly its entries and acts and follows the one before. Whoever has kept the
 * number and hash of a seal can have it checked too, and then not even the whole chain can be made anew.
 *
 *     node --import tsx server/ledger/verify.ts export.ndjson [number:hash]
 */

export type Fault = { line: number; fault: FaultKind; detail: string }

export type FaultKind =
  | 'unreadable'
  | 'entry_out_of_order'
  | 'entry_twice'
  | 'entry_changed'
  | 'act_out_of_order'
  | 'act_changed'
  | 'entry_unbalanced'
  | 'contribution_not_conserved'
  | 'seal_out_of_order'
  | 'seal_changed'
  | 'seal_missing'
  | 'known_seal_differs'

export type Verdict = {
  entries: number
  acts: number
  seals: number
  /** The last seal: who keeps it can later prove that nothing before it was changed. */
  head: { number: number; hash: string } | null
  /** The first hundred; `faultCount` has all. */
  faults: Fault[]
  faultCount: number
}

type Entry = {
  type: 'entry'
  seal: number
  id: string
  fundId: string
  kind: string
  source: string
  occurredOn: string
  recordedAt: string
  actId: string
  memo: string
  reverses: string | null
  contentHash: string
  postings: { address: string; currency: string; amount: string; functional: string }[]
}

type Act = Record<'id' | 'fundId' | 'requestId' | 'method' | 'path' | 'outcome' | 'at' | 'contentHash', string> & {
  type: 'act'
  seal: number
} & Record<'personId' | 'tokenId' | 'address' | 'details', string | null>

type Seal = { type: 'seal'; fundId: string; number: number; hash: string; previousHash: string } & Record<
  'entryCount' | 'actCount',
  number
>

/** What is under the seal that is being read, and what was under those before. */
type Batches = {
  open: { seal: number; digest: Hash; count: number } | undefined
  closed: Map<number, { digest: string; count: number }>
}

type Ledger = {
  fundId: string | undefined
  seal: number
  lastId: bigint
  seen: Map<bigint, Uint8Array>
  entries: Batches
  acts: Batches
  lastAct: { seal: number; id: string }
  conserved: Map<string, bigint>
  seals: { number: number; hash: string }
}

/** Reads an export line by line, in memory that does not grow with it, and says what is wrong with it. */
export async function verifyExport(
  chunks: AsyncIterable<string | Buffer>,
  known?: { number: number; hash: string },
): Promise<Verdict> {
  const verdict: Verdict = { entries: 0, acts: 0, seals: 0, head: null, faults: [], faultCount: 0 }
  const ledger: Ledger = {
    fundId: undefined,
    seal: 0,
    lastId: 0n,
    seen: new Map(),
    entries: { open: undefined, closed: new Map() },
    acts: { open: undefined, closed: new Map() },
    lastAct: { seal: 0, id: '' },
    conserved: new Map(),
    seals: { number: 0, hash: '' },
  }
  let line = 0
  const find = (fault: FaultKind, detail: string) => {
    verdict.faultCount += 1
    if (verdict.faults.length < 100) verdict.faults.push({ line, fault, detail })
  }
  for await (const text of linesOf(chunks)) {
    line += 1
    const told = parsed(text)
    if (told?.type === 'entry') {
      verdict.entries += 1
      checkEntry(told, ledger, find)
    } else if (told?.type === 'act') {
      verdict.acts += 1
      checkAct(told, ledger, find)
    } else if (told?.type === 'seal') {
      verdict.seals += 1
      checkSeal(told, ledger, find, known)
      verdict.head = { number: told.number, hash: told.hash }
    } else find('unreadable', text.slice(0, 80))
  }
  for (const [what, batches] of [
    ['entries', ledger.entries],
    ['acts', ledger.acts],
  ] as const) {
    closeBatch(batches)
    for (const [number, { count }] of batches.closed) find('seal_missing', `seal ${number} of ${count} ${what}`)
  }
  for (const [code, sum] of ledger.conserved) if (sum !== 0n) find('contribution_not_conserved', `${code}: ${sum}`)
  if (known && ledger.seals.number < known.number) find('known_seal_differs', `seal ${known.number} is not there`)
  return verdict
}

type Find = (fault: FaultKind, detail: string) => void

function checkEntry(entry: Entry, ledger: Ledger, find: Find): void {
  const id = BigInt(entry.id)
  const isNext = entry.seal === ledger.seal ? id > ledger.lastId : entry.seal > ledger.seal
  if (!isNext || (ledger.fundId ?? entry.fundId) !== entry.fundId)
    find('entry_out_of_order', `entry ${entry.id} under seal ${entry.seal}`)
  if (!isFirst(id, ledger.seen)) find('entry_twice', `entry ${entry.id}`)
  ledger.fundId ??= entry.fundId
  ledger.seal = entry.seal
  ledger.lastId = id

  const contentHash = sha256(contentOf(entry))
  if (contentHash !== entry.contentHash) find('entry_changed', `entry ${entry.id}`)
  addTo(ledger.entries, entry.seal, `${entry.id} ${contentHash} ${entry.recordedAt} ${entry.actId}`)
  checkSums(entry, ledger, find)
}

function checkAct(act: Act, ledger: Ledger, find: Find): void {
  const last = ledger.lastAct
  const isNext = act.seal === last.seal ? act.id > last.id : act.seal > last.seal
  if (!isNext || (ledger.fundId ?? act.fundId) !== act.fundId)
    find('act_out_of_order', `act ${act.id} under seal ${act.seal}`)
  ledger.fundId ??= act.fundId
  ledger.lastAct = { seal: act.seal, id: act.id }
  const { fundId, id, personId, tokenId, requestId, method, path, address, outcome, details, at } = act
  const content = [fundId, id, personId, tokenId, requestId, method, path, address, outcome, details, at]
  const contentHash = sha256(content.map((one) => one ?? '').join('\n'))
  if (contentHash !== act.contentHash) find('act_changed', `act ${id}`)
  addTo(ledger.acts, act.seal, `${id} ${contentHash}`)
}

function addTo(batches: Batches, seal: number, line: string): void {
  if (batches.open?.seal !== seal) closeBatch(batches)
  batches.open ??= { seal, digest: createHash('sha256'), count: 0 }
  batches.open.digest.update(`${line}\n`)
  batches.open.count += 1
}

function closeBatch(batches: Batches): void {
  const { open, closed } = batches
  if (open) closed.set(open.seal, { digest: open.digest.digest('hex'), count: open.count })
  batches.open = undefined
}

/** What is under a seal, once; nothing has a digest too. */
function taken(batches: Batches, seal: number): { digest: string; count: number } {
  closeBatch(batches)
  const found = batches.closed.get(seal) ?? { digest: sha256(''), count: 0 }
  batches.closed.delete(seal)
  return found
}

/** What an entry says, as one text: the fund, kind, source, value date, memo, reversed entry, and each posting on a line. */
function contentOf({ fundId, kind, source, occurredOn, memo, reverses, postings }: Entry): string {
  const lines = postings.map((one) => `${one.address} ${one.currency} ${one.amount} ${one.functional}`)
  return [fundId, kind, source, occurredOn, memo, reverses ?? '', ...lines].join('\n')
}

const STAGE = /^budget:(?:authority|support|available|ready|reserved|committed|disbursed|reported):([^:]+)/

/** In each book everything sums to zero, in every currency and in the fund's; and within each contribution. */
function checkSums({ id, postings }: Entry, { conserved }: Ledger, find: Find): void {
  const sums = new Map<string, bigint>()
  const add = (key: string, amount: string) => sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount))
  for (const { address, currency, amount, functional } of postings) {
    const book = address.startsWith('budget:') ? 'budget' : 'actual'
    add(`${book} ${currency}`, amount)
    add(`${book} functional`, functional)
    const code = STAGE.exec(address)?.[1]
    if (code === undefined) continue
    add(`contribution ${code}`, amount)
    conserved.set(code, (conserved.get(code) ?? 0n) + BigInt(amount))
  }
  for (const [key, sum] of sums) {
    if (sum === 0n) continue
    find(
      key.startsWith('contribution ') ? 'contribution_not_conserved' : 'entry_unbalanced',
      `entry ${id}, ${key}: ${sum}`,
    )
  }
}

function checkSeal(seal: Seal, ledger: Ledger, find: Find, known: { number: number; hash: string } | undefined): void {
  const { number, previousHash, hash } = seal
  const before = ledger.seals.number === 0 ? sha256(seal.fundId) : ledger.seals.hash
  if (number !== ledger.seals.number + 1 || previousHash !== before || (ledger.fundId ?? seal.fundId) !== seal.fundId)
    find('seal_out_of_order', `seal ${number} does not follow seal ${ledger.seals.number}`)
  const [entries, acts] = [taken(ledger.entries, number), taken(ledger.acts, number)]
  const isWhole = entries.count === seal.entryCount && acts.count === seal.actCount
  if (!isWhole || sha256(`${previousHash}\n${entries.digest}\n${acts.digest}\n`) !== hash)
    find('seal_changed', `seal ${number} does not close the entries and acts that are under it`)
  if (known?.number === number && known.hash !== hash) find('known_seal_differs', `seal ${number} is ${hash}`)
  ledger.seals = { number, hash }
}

/** Whether this number is seen for the first time; one bit for each, so that ten million take little more than a megabyte. */
function isFirst(id: bigint, seen: Map<bigint, Uint8Array>): boolean {
  const page = seen.get(id >> 16n) ?? new Uint8Array(8192)
  seen.set(id >> 16n, page)
  const bit = Number.parseInt(`${id & 0xffffn}`, 10)
  const isNew = (page[bit >> 3]! & (1 << (bit & 7))) === 0
  page[bit >> 3]! |= 1 << (bit & 7)
  return isNew
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function parsed(text: string): Entry | Act | Seal | undefined {
  try {
    const told = JSON.parse(text) as Entry | Act | Seal
    if (told.type === 'seal') return Number.isSafeInteger(told.number) ? told : undefined
    if (told.type === 'act') return Number.isSafeInteger(told.seal) && typeof told.id === 'string' ? told : undefined
    const isEntry =
      Number.isSafeInteger(told.seal) && /^\d{1,19}$/.test(told.id) && told.postings.every(hasWholeAmounts)
    return isEntry ? told : undefined
  } catch {
    return undefined
  }
}

function hasWholeAmounts(posting: { amount: string; functional: string }): boolean {
  return /^-?\d+$/.test(posting.amount) && /^-?\d+$/.test(posting.functional)
}

/** By line feeds only: a text may hold other characters at which a reader for people would break the line. */
async function* linesOf(chunks: AsyncIterable<string | Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

async function command([file, anchor]: string[]): Promise<void> {
  const [, number, hash] = /^(\d{1,9}):([0-9a-f]{64})$/.exec(anchor ?? '') ?? []
  if (!file || (anchor !== undefined && !hash)) {
    process.stderr.write('usage: verify.ts export.ndjson [number:hash]\n')
    process.exitCode = 2
    return
  }
  const known = hash ? { known: { number: Number.parseInt(number!, 10), hash } } : {}
  const verdict = await verifyExport(createReadStream(file), known.known)
  for (const { line, fault, detail } of verdict.faults) process.stdout.write(`line ${line}: ${fault}: ${detail}\n`)
  const { entries, acts, seals, head, faultCount } = verdict
  process.stdout.write(`${entries} entries, ${acts} acts, ${seals} seals, ${faultCount} faults\n`)
  if (head) process.stdout.write(`last seal ${head.number}:${head.hash}\n`)
  process.exitCode = faultCount === 0 ? 0 : 1
}

if (process.argv[1] && import.meta.filename === realpathSync(process.argv[1])) await command(process.argv.slice(2))

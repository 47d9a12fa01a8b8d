import type { Row } from './csv.ts'
import { Unreadable } from './zip.ts'

/** What is in an export: its files with their rows, bytes and hashes, and what they add up to. Amounts are whole minor units, as text. */
export type Manifest = {
  readonly format: typeof FORMAT
  readonly fund: { readonly id: string; readonly code: string; readonly name: string; readonly currency: string }
  /** The number of the last seal that is told; 0 where nothing is sealed. */
  readonly position: number
  readonly head: { readonly number: number; readonly hash: string } | null
  /** Null for the whole ledger; else what the entries were chosen by whose content is here. */
  readonly part: Part | null
  /** How many decimals the minor unit of each currency stands for. */
  readonly decimals: Readonly<Record<string, number>>
  readonly files: readonly FileTold[]
  readonly totals: Totals
}

/** Value dates from and to, both included, and the beginning of an account's address that one of the postings must have. */
export type Part = { readonly from: string | null; readonly to: string | null; readonly prefix: string | null }

export type FileTold = {
  readonly name: string
  readonly rows: number | null
  readonly bytes: number
  readonly sha256: string
}

export type Totals = {
  readonly entries: number
  /** Of those, the entries whose content is here: all of them unless this is a part. */
  readonly entriesTold: number
  readonly postings: number
  readonly acts: number
  readonly seals: number
  /** Debits and credits of the postings here, per book in each currency, and in the fund's as a whole (`functional`). */
  readonly books: readonly {
    readonly book: string
    readonly in: string
    readonly debit: string
    readonly credit: string
  }[]
}

export const FORMAT = 'wasata-ledger-1'

/** The tables of an export, each with its columns, in the order in which they are written. */
export const TABLES = {
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
} as const satisfies Record<string, Row>

export type TableName = keyof typeof TABLES

export const FILES = ['README.txt', 'verify.mjs', ...Object.keys(TABLES), 'manifest.json'] as const

/** Reads a manifest. Throws `Unreadable` where it is none, so that nothing after it need doubt its form. */
export async function readManifest(pieces: AsyncIterable<Buffer>): Promise<Manifest> {
  const read: Buffer[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > 1_000_000) throw new Unreadable('manifest.json is too long to be one')
    read.push(piece)
  }
  let told: Manifest
  try {
    told = JSON.parse(Buffer.concat(read).toString()) as Manifest
  } catch {
    throw new Unreadable('manifest.json is not JSON')
  }
  const texts = (of: object, ...names: string[]) =>
    names.every((name) => typeof (of as Record<string, unknown>)[name] === 'string')
  const counts = (of: object, ...names: string[]) =>
    names.every((name) => Number.isSafeInteger((of as Record<string, unknown>)[name]))
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

function isObject(of: unknown): of is object {
  return typeof of === 'object' && of !== null && !Array.isArray(of)
}

import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Entry, Posting } from '../ledger/post.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

/** Under which correction and act the rows are written, and who proposed it. */
export type Under = {
  readonly correctionId: string
  readonly actId: string
  readonly at: Date
  readonly proposedBy: string
}

/** An entry to be posted, as what it is in substance. */
export type Part = {
  readonly kind: string
  readonly source: string
  readonly takesBack: boolean
  readonly valueOn: string
  readonly memo: string
  readonly postings: readonly Posting[]
}

/** How entries of a kind are corrected: the rows behind them, so that these and the ledger tell one story. The entry itself is not its business. */
export type Corrector = {
  /** Locks what the entry and the right values are about, before anything is looked at. */
  readonly lock: (trx: Trx, wrong: Wrong, right: RightValues | null) => Promise<void>
  /** What the rows say, in the form of the right values. */
  readonly said: (trx: Trx, wrong: Wrong) => Promise<RightValues>
  /** Takes the rows back, and gives the row of the mirror. Refuses `built_upon`. */
  readonly takeBack: (trx: Trx, wrong: Wrong, under: Under) => Promise<string>
  /** Records anew what the entry, itself a mirror, took back, and gives the row of it; not for kinds that are put right in their place. */
  readonly restore?: (trx: Trx, wrong: Wrong, under: Under) => Promise<string>
  /** Writes the rows of what is right, and gives the entries that go with them. `values`: all, as they are to be. */
  readonly putRight: (trx: Trx, wrong: Wrong, under: Under, values: RightValues) => Promise<Part[]>
}

/** An entry that a verb would have posted, as a part of a correction. */
export function partOf({ kind, source, occurredOn, memo = '', postings }: Entry): Part {
  return { kind, source, takesBack: false, valueOn: occurredOn, memo, postings }
}

/** Refuses `built_upon` where there are such entries. */
export function checkNothingBuilt(entries: readonly string[]): void {
  if (entries.length > 0) throw new Refusal('built_upon', { entries })
}

/** The columns of a counter-row: the same row, its figures the other way round. */
export function counterRow<Row extends Record<string, unknown>>(
  was: Row,
  figures: readonly (keyof Row)[],
  more: Record<string, unknown>,
): Record<string, unknown> {
  const opposite = Object.fromEntries(figures.map((name) => [name, opposed(String(was[name]))]))
  return { ...columnsOf(was), ...opposite, takes_back: was.id, ...more }
}

/** The columns of a row that says once more what this one said. */
export function rowAgain(was: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  return { ...columnsOf(was), takes_back: null, ...more }
}

/** When it was recorded the database says. */
function columnsOf({ created_at: _created, ...columns }: Record<string, unknown>) {
  return columns
}

/** Of whole minor units as text, which may be larger than a number is exact. */
function opposed(units: string): string {
  return (-BigInt(units)).toString()
}

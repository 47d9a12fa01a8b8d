import { createHash } from 'node:crypto'
import type { ListedName } from './candidates.ts'

/** What a list says of somebody: rows of facts in its own words, so that a person can tell whether it is the payee. */
export type Fact = { readonly fact: string; readonly value: string }

/** Somebody on a list, whatever its format. */
export type ListedEntry = {
  /** The publisher's own, by which it is known again in the next version. */
  readonly key: string
  readonly reference: string | null
  readonly kind: 'person' | 'organisation'
  readonly name: string
  readonly names: readonly ListedName[]
  readonly facts: readonly Fact[]
}

export type ReadList = { readonly dated: string | null; readonly entries: readonly ListedEntry[] }

/** What bounds a list beside the size of its file. */
export const LIST_LIMITS = { entries: 50_000, names: 500, nameLength: 1_000 }

/**
 * Reads one format of lists. Whatever it does not understand for certain it refuses whole, with where and why: `unreadable_xml`,
 * `unreadable_file` or `body_too_large`. To take another list, write one of these and name it in `READERS`.
 */
export type ListReader = { readonly format: string; readonly read: (bytes: Buffer) => ReadList }

/** By this a case knows whether an entry says what it said: all of it, in the order in which it says it. */
export function hashOf({ key, reference, kind, name, names, facts }: ListedEntry): Buffer {
  const said = JSON.stringify([
    key,
    reference,
    kind,
    name,
    names.map((one) => [one.name, one.kind, one.quality]),
    facts.map(({ fact, value }) => [fact, value]),
  ])
  return createHash('sha256').update(said).digest()
}

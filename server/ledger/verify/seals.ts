import * as crypto from 'node:crypto'
import type { Row } from './csv.ts'
import type { Find } from './faults.ts'

/** What is under each seal, as far as it was read: the digest of its lines and how many they are. */
export type Batches = {
  open: { seal: string; digest: crypto.Hash; count: number; lines: string } | undefined
  readonly closed: Map<string, { digest: string; count: number }>
}

export const newBatches = (): Batches => ({ open: undefined, closed: new Map() })

/** Adds a line to what is under a seal. */
export function addToBatch(batches: Batches, seal: string, line: string): void {
  if (batches.open?.seal !== seal) closeBatch(batches)
  const open = (batches.open ??= { seal, digest: crypto.createHash('sha256'), count: 0, lines: '' })
  open.count += 1
  open.lines += `${line}\n`
  if (open.lines.length < 65_536) return
  open.digest.update(open.lines)
  open.lines = ''
}

export function closeBatch(batches: Batches): void {
  const { open, closed } = batches
  if (open) closed.set(open.seal, { digest: open.digest.update(open.lines).digest('hex'), count: open.count })
  batches.open = undefined
}

/** The chain as far as it was read: the number and hash of the last seal. */
export type Chain = { number: number; hash: string }

/**
 * A seal closes exactly what is under it and follows the one before: sha-256 of the hash before, the digest of its entries and the digest of
 * its acts, a line each. The first follows the sha-256 of the fund's id.
 */
export function checkSeal(
  [number, entryCount, actCount, hash, previousHash]: Row,
  chain: Chain,
  entries: Batches,
  acts: Batches,
  find: Find,
): void {
  if (number !== `${chain.number + 1}` || previousHash !== chain.hash)
    find('seal_out_of_order', `seal ${number} does not follow seal ${chain.number}`)
  const [ofEntries, ofActs] = [taken(entries, number!), taken(acts, number!)]
  const isWhole = entryCount === `${ofEntries.count}` && actCount === `${ofActs.count}`
  if (!isWhole || sha256(`${previousHash}\n${ofEntries.digest}\n${ofActs.digest}\n`) !== hash)
    find('seal_changed', `seal ${number}`)
  chain.number += 1
  chain.hash = hash!
}

/** What is under a seal, once; nothing has a digest too. */
function taken({ closed }: Batches, seal: string): { digest: string; count: number } {
  const found = closed.get(seal) ?? { digest: sha256(''), count: 0 }
  closed.delete(seal)
  return found
}

/** Whatever is under no seal of the chain. */
export function checkNothingLeft(what: string, { closed }: Batches, find: Find): void {
  for (const [seal, { count }] of closed) find('seal_missing', `${count} ${what} are under seal ${seal}`)
}

/** Hexadecimal, of a text in UTF-8. In one call where this Node has it, which is twice as fast. */
export const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex')

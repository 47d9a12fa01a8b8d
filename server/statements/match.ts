import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import { isNegative, isZero, moneyFrom, moneyText, negate, subtract, sum, type MoneyText } from '../money.ts'
import { bookPart } from './match-kinds.ts'
import { lockEntry, lockEntryId, mustBeUnused, type Part } from './entry.ts'
import { keepUses, type NewUse } from './uses.ts'

/** Who may say what an entry of a statement is; each act behind it has a role of its own besides. */
export const MATCHERS: readonly Role[] = ['reconciler', 'treasurer', 'controller']

/**
 * Says what an entry of a statement is, whole or in parts that add up to it, and books each through its own act. An entry is used once, for
 * exactly its amount.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `entry_matched_already`, `parts_differ`, `match_does_not_fit`, and what the acts
 * behind the parts refuse.
 */
export async function matchEntry(
  trx: Trx,
  actor: Actor,
  { entryId, parts, score = null }: { entryId: string; parts: readonly Part[]; score?: number | null },
): Promise<{
  id: string
  uses: { kind: string; amount: MoneyText; ledgerEntryId: string | null; proposalId: string | null }[]
}> {
  // In one order, so that two people who pair the same entries wait and never block each other.
  const involved = [entryId, ...parts.flatMap(({ otherEntryId }) => otherEntryId ?? [])]
  for (const id of [...new Set(involved)].sort()) await lockEntryId(trx, id)
  const entry = await lockEntry(trx, entryId)
  requireRole(actor, entry.fundId, MATCHERS)
  await mustBeUnused(trx, entryId)
  const size = isNegative(entry.amount) ? negate(entry.amount) : entry.amount
  const sizes = parts.map((part) => (part.amount ? moneyFrom(part.amount) : size))
  const other = sizes.find(({ currency }) => currency !== size.currency)
  if (other) throw new Refusal('currency_mismatch', { field: 'parts', expected: size.currency })
  if (!isZero(subtract(sum(sizes, size.currency), size))) throw new Refusal('parts_differ', { amount: moneyText(size) })

  const uses: NewUse[] = []
  for (const [i, part] of parts.entries()) {
    const amount = isNegative(entry.amount) ? negate(sizes[i]!) : sizes[i]!
    const reference = parts.length > 1 ? `${entry.reference}#${i + 1}` : entry.reference
    uses.push(...(await bookPart(trx, actor, { entry, part, amount, reference, whole: parts.length === 1 })))
  }
  await keepUses(trx, actor, uses, { certain: false, score })
  return {
    id: entryId,
    uses: uses
      .filter((use) => use.entryId === entryId)
      .map(({ kind, amount, ledgerEntry = null, proposalId = null }) => ({
        ...{ kind, amount: moneyText(amount), ledgerEntryId: ledgerEntry, proposalId },
      })),
  }
}

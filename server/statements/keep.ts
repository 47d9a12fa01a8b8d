import { createHash } from 'node:crypto'
import { row, rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { isNegative, minorUnits, negate, sum } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { wholeEntries, type EntryRead, type StatementRead } from './policy.ts'
import type { StatementAccount } from './upload.ts'

/** An entry that no statement had told before. */
export type FreshEntry = EntryRead & {
  readonly id: string
  readonly account: StatementAccount
  readonly reference: string
}

export type KeptStatement = {
  readonly id: string
  readonly bankId: string
  readonly account: string
  readonly from: string
  readonly to: string
  /** It was told before, in another file: nothing has changed. */
  readonly known: boolean
  readonly entries: number
  readonly repeats: number
  readonly fresh: readonly FreshEntry[]
}

/**
 * Keeps a statement and those of its entries that no other has told; the others are pointed at. Entries that are alike are counted, so
 * that a bank may book the same twice, and an overlap changes nothing.
 *
 * Refuses `statement_contradicted` where the same statement said something else before, or an entry of its days is not in it.
 */
export async function keepStatement(
  trx: Trx,
  actor: Actor,
  { fileId, statement, account }: { fileId: string; statement: StatementRead; account: StatementAccount },
): Promise<KeptStatement> {
  const { bankId, from, to, opening, closing, currency } = statement
  const told = { bankId, account: account.code, from, to, entries: statement.entries.length }
  const hash = contentHash(statement)
  const before = await trx('statements')
    .where({ bank_account_id: account.id, bank_id: bankId })
    .first('id', 'content_hash')
  if (before && !hash.equals(before.content_hash))
    throw new Refusal('statement_contradicted', { statement: bankId, why: 'same_statement' })
  if (before) return { ...told, id: before.id, known: true, repeats: told.entries, fresh: [] }

  const id = newId('statement')
  const { keyed, known } = await compared(trx, statement, account)
  const repeats = keyed.filter((one) => known.has(one.told))
  const fresh = keyed.filter((one) => !known.has(one.told))
  await checkNothingMissing(
    trx,
    statement,
    account,
    repeats.map((one) => known.get(one.told)!),
  )
  const whole = wholeEntries(statement.entries)
  await trx('statements').insert({
    ...{ id, file_id: fileId, bank_account_id: account.id, bank_id: bankId, sequence: statement.sequence },
    ...{ from_on: from, to_on: to, opening: minorUnits(opening.amount), closing: minorUnits(closing.amount) },
    credits: minorUnits(
      sum(
        whole.filter((one) => !isNegative(one)),
        currency,
      ),
    ),
    debits: minorUnits(negate(sum(whole.filter(isNegative), currency))),
    ...{ content_hash: hash, act_id: actor.act.id },
  })
  const rowsOf = fresh.map(({ entry, key, occurrence }) => ({ id: newId('statementEntry'), entry, key, occurrence }))
  if (rowsOf.length > 0)
    await trx.batchInsert(
      'statement_entries',
      rowsOf.map((one) => entryRow(one, { statementId: id, account, actId: actor.act.id })),
      500,
    )
  if (repeats.length > 0)
    await trx.batchInsert(
      'statement_repeats',
      repeats.map(({ entry, told: key }) => ({
        ...{ statement_id: id, position: entry.position, part: entry.part, entry_id: known.get(key)! },
      })),
      1000,
    )
  const asFresh = rowsOf.map(({ id: entryId, entry }) => ({
    ...entry,
    ...{ id: entryId, account, reference: referenceOf(bankId, entry) },
  }))
  return { ...told, id, known: false, repeats: repeats.length, fresh: asFresh }
}

/** How the books refer to an entry: the bank's statement and the place in it. */
export function referenceOf(bankId: string, { position, part }: { position: number; part: number }): string {
  return `${bankId}/${position}${part > 0 ? `.${part}` : ''}`
}

type Keyed = { entry: EntryRead; key: Buffer; occurrence: number; told: string }

/** Each entry with its key and how many like it stand before it, and which of them are known already. */
async function compared(trx: Trx, statement: StatementRead, account: StatementAccount) {
  const keys = statement.entries.map(keyOf)
  const found = await rows<{ id: string; key: string; occurrence: number }>(
    trx,
    `select e.id, encode(e.content_key, 'hex') as key, e.occurrence from statement_entries e
      where e.bank_account_id = :account and e.content_key = any(select decode(k, 'hex') from unnest(:keys::text[]) k)`,
    { account: account.id, keys: keys.map((key) => key.toString('hex')) },
  )
  const known = new Map(found.map((one) => [`${one.key}#${one.occurrence}`, one.id]))
  const most = new Map<string, number>()
  for (const { key, occurrence } of found) most.set(key, Math.max(most.get(key) ?? 0, occurrence))
  const goesOn = await continues(trx, statement, account)
  const seen = new Map<string, number>()
  const keyed = statement.entries.map((entry, i): Keyed => {
    const key = keys[i]!
    const hex = key.toString('hex')
    const nth = (seen.get(hex) ?? 0) + 1
    seen.set(hex, nth)
    const occurrence = goesOn && entry.servicerReference === '' ? nth + (most.get(hex) ?? 0) : nth
    return { entry, key, occurrence, told: `${hex}#${occurrence}` }
  })
  return { keyed, known }
}

/**
 * Whether a statement begins where all others ended, so that none of its entries can have been told, however alike they are. A statement of
 * the same day that came to nothing would look like it, so that is left to the counting.
 */
async function continues(trx: Trx, { from, opening }: StatementRead, account: StatementAccount): Promise<boolean> {
  const latest = await row<{ to: string; opening: string; closing: string }>(
    trx,
    `select to_on as "to", opening, closing from statements where bank_account_id = :account order by to_on desc, from_on desc, id desc limit 1`,
    { account: account.id },
  )
  if (!latest || latest.closing !== minorUnits(opening.amount)) return false
  return from > latest.to || (from === latest.to && latest.opening !== latest.closing)
}

/** What other statements told of the days between the first and the last of this one must be in it too. */
async function checkNothingMissing(
  trx: Trx,
  { bankId, from, to }: StatementRead,
  account: StatementAccount,
  told: readonly string[],
): Promise<void> {
  const missing = await row<{ id: string; statement: string }>(
    trx,
    `select e.id, s.bank_id as statement from statement_entries e join statements s on s.id = e.statement_id
      where e.bank_account_id = :account and e.booked_on > :from and e.booked_on < :to and not (e.id = any(:told::text[])) limit 1`,
    { account: account.id, from, to, told: [...told] },
  )
  if (missing)
    throw new Refusal('statement_contradicted', {
      ...{ statement: bankId, why: 'entry_missing', entryId: missing.id, toldBy: missing.statement },
    })
}

/** By what the same movement is known again: the bank's own reference of it, or else all that is told of it. */
function keyOf(entry: EntryRead): Buffer {
  const { bookedOn, valueOn, amount, servicerReference, endToEndId, uetr, code, counterparty, remittance } = entry
  const what = servicerReference
    ? [servicerReference, endToEndId]
    : [valueOn, endToEndId, uetr, code, counterparty, remittance, entry.reversal, entry.returnReason]
  return createHash('sha256')
    .update(JSON.stringify([bookedOn, minorUnits(amount), ...what]))
    .digest()
}

/** Of everything that a statement says, whichever file and form it came in. */
function contentHash({ bankId, sequence, from, to, currency, entries, opening, closing }: StatementRead): Buffer {
  const amounts = [opening, closing].map(({ amount }) => minorUnits(amount))
  const said = entries.map((one) => [
    one.position,
    one.part,
    one.bookedOn,
    one.valueOn,
    minorUnits(one.amount),
    keyOf(one).toString('hex'),
  ])
  return createHash('sha256')
    .update(JSON.stringify([bankId, sequence, from, to, currency, amounts, said]))
    .digest()
}

function entryRow(
  { id, entry, key, occurrence }: { id: string; entry: EntryRead; key: Buffer; occurrence: number },
  { statementId, account, actId }: { statementId: string; account: StatementAccount; actId: string },
) {
  return {
    ...{ id, bank_account_id: account.id, statement_id: statementId, position: entry.position, part: entry.part },
    ...{ booked_on: entry.bookedOn, value_on: entry.valueOn, reversal: entry.reversal },
    amount: minorUnits(entry.amount),
    charge: minorUnits(entry.charge),
    sent: entry.sent ? minorUnits(entry.sent) : null,
    sent_currency: entry.sent ? entry.sent.currency : null,
    ...{ end_to_end_id: entry.endToEndId, uetr: entry.uetr, servicer_reference: entry.servicerReference },
    ...{ code: entry.code, counterparty: entry.counterparty, counterparty_account: entry.counterpartyAccount },
    ...{ remittance: entry.remittance, return_reason: entry.returnReason },
    ...{ content_key: key, occurrence, act_id: actId },
  }
}

import { rows as query, takeItsTime, type Db, type Trx } from '../../db/connect.ts'
import { releaseAllowances } from '../contributions/allowance.ts'
import { bankAccountOf, type BankAccount } from '../contributions/load.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById, type Fund } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { adjustAsController } from '../ledger/adjust.ts'
import { postEntries, type Entry } from '../ledger/post.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { bookedBefore, writtenOffBefore, type Before } from './before.ts'
import { contentOf, readFile, type FileRow } from './file.ts'
import { planReceipts, type Booked, type Continued, type Fresh, type Planned } from './plan.ts'
import { planPledge, pledgeEntries } from './plan-pledge.ts'
import { readImport, type ImportSummary } from './queries.ts'
import { addDonors, keepContributions, keepImport, keepReceipts, type Outcome } from './record.ts'
import { readRow, sourceKeys, type PublishedRow, type Reading, type Reason } from './rows.ts'

/** Entries go to the ledger a few hundred at a time: one round trip each, and none too large. */
const BATCH = 300

/**
 * Imports a published history of contributions, one row per receipt: all of it in one transaction, each row with exactly one
 * outcome. The same file again changes nothing; a row that another file brought before is not booked twice.
 *
 * Refuses `not_found`, `role_not_allowed`, `currency_mismatch` unless fund and bank account are in US dollars, which is what
 * publishers say the bank booked, `unreadable_file`, `body_too_large`, `period_closed`.
 */
export async function importContributions(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    bankAccountId,
    fileName,
    bytes,
  }: { fundId: string; bankAccountId: string; fileName: string; bytes: unknown },
): Promise<{ summary: ImportSummary; isNew: boolean }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, ['controller'])
  const bank = await bankAccountOf(trx, fund.id, bankAccountId)
  if (fund.currency !== 'USD' || bank.currency !== 'USD') throw new Refusal('currency_mismatch', { expected: 'USD' })
  const file = readFile(bytes)

  await takeItsTime(trx)
  // One import of a fund at a time: the second then sees what the first has brought.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 2))`, [fund.id])
  const first = await trx('imports').where({ fund_id: fund.id, file_hash: file.hash }).first('id')
  if (first) return { summary: await readImport(trx, first.id), isNew: false }

  const id = newId('import')
  const outcomes = await book(trx, actor, { fund, bank, rows: file.rows })
  await keepImport(trx, actor, { id, fundId: fund.id, fileName, hash: file.hash, outcomes })
  return { summary: await readImport(trx, id), isNew: true }
}

type Work = {
  trx: Trx
  actor: Actor
  fund: Fund
  bank: BankAccount
  keys: Map<PublishedRow, string>
  outcomes: Map<number, Outcome>
}

async function book(
  trx: Trx,
  actor: Actor,
  { fund, bank, rows }: { fund: Fund; bank: BankAccount; rows: FileRow[] },
): Promise<Outcome[]> {
  const reading: Reading = {
    currencies: await currenciesOf(trx),
    today: dayOf(actor.act.at),
    bankCurrency: bank.currency,
  }
  const outcomes = new Map<number, Outcome>()
  const published: PublishedRow[] = []
  for (const row of rows) {
    const read = readRow(row, reading)
    const refused = 'refused' in read
    outcomes.set(row.line, {
      line: row.line,
      content: contentOf(row),
      refused,
      reasons: refused ? read.refused : [...read.warnings],
      receiptId: null,
    })
    if (!refused) published.push(read)
  }
  const work: Work = { trx, actor, fund, bank, keys: sourceKeys(published), outcomes }
  const unseen = await withoutSeen(work, published)
  const byCode = Map.groupBy(unseen, (row) => row.code)
  const before = await bookedBefore(trx, fund, [...byCode.keys()])

  // What was there before goes first and in one piece: its balances are then locked in the order in which everybody locks them.
  const earlier = [...byCode].filter(([code]) => before.has(code))
  const old = earlier.flatMap(([code, group]) => continuing(work, group, before.get(code)!))
  const fresh = [...byCode].filter(([code]) => !before.has(code)).flatMap(([, group]) => beginning(work, group))
  const donors = await addDonors(trx, fund.id, new Map(fresh.map(({ row }) => [row.donor, row.donorType])))
  await keepContributions(trx, actor, { fund, donors, fresh })
  await keepReceipts(trx, actor, {
    fundId: fund.id,
    bankAccountId: bank.id,
    planned: [...old, ...fresh],
    keys: keysByLine(work.keys),
  })
  const by = { fundId: fund.id, actId: actor.act.id }
  if (old.length + fresh.length > 0) await adjustAsController(trx, actor, fund.id)
  const later = old.flatMap(({ planned }) => planned.entries)
  if (later.length > 0) {
    await postEntries(trx, by, later)
    await releaseAllowances(trx, actor, { fundId: fund.id, fundCurrency: fund.currency })
  }
  for (const batch of batches(fresh.flatMap(({ pledge, planned }) => [...pledgeEntries(pledge), ...planned.entries])))
    await postEntries(trx, by, batch)
  return [...outcomes.values()]
}

/** Rows that an earlier file brought are told as such and left alone. */
async function withoutSeen(work: Work, published: PublishedRow[]): Promise<PublishedRow[]> {
  const found = await query<{ key: string }>(
    work.trx,
    `select source_key as key from receipts where fund_id = :fundId and source_key = any(:keys)`,
    { fundId: work.fund.id, keys: [...work.keys.values()] },
  )
  const seen = new Set(found.map(({ key }) => key))
  const writtenOff = await writtenOffBefore(
    work.trx,
    work.fund.id,
    published.filter((row) => !row.paid).map((row) => row.code),
  )
  return published.filter((row) => {
    const known = row.paid ? seen.has(work.keys.get(row)!) : writtenOff.has(row.code)
    if (known) work.outcomes.get(row.line)!.reasons.push({ code: 'already_imported' })
    return !known
  })
}

/** A contribution that begins in this file: the first of its rows says what was pledged, and the others must agree. */
function beginning(work: Work, group: PublishedRow[]): Fresh[] {
  const first = group[0]!
  const agreeing = group.filter((row) => agrees(work, row, says(row) === says(first)))
  const made = planPledge(agreeing, work.fund.currency)
  if ('refused' in made) {
    for (const row of agreeing) refuse(work, row.line, [made.refused])
    return []
  }
  const { id, code, pledgedOn, pledged, functional } = made.pledge
  const on: Booked = {
    contribution: { id, code },
    status: 'agreed',
    signedOn: pledgedOn,
    outstanding: { amount: pledged, carrying: functional },
    supportCostBps: 0,
    conditionOpen: false,
  }
  const planned = planReceipts(agreeing, on, work.bank)
  for (const row of agreeing) work.outcomes.get(row.line)!.reasons.push(...made.remarks)
  tell(work, planned)
  return [{ pledge: made.pledge, row: first, planned }]
}

/** A contribution that was there before: the rows must say of its pledge what it says, and it must have an agreement. */
function continuing(work: Work, group: PublishedRow[], before: Before): Continued[] {
  const agreeing = group.filter((row) => agrees(work, row, before.says(row)))
  if (!before.booked) {
    for (const row of agreeing) refuse(work, row.line, [{ code: 'contribution_not_agreed' }])
    return []
  }
  const planned = planReceipts(agreeing, before.booked, work.bank)
  tell(work, planned)
  return [{ contribution: before.contribution, planned }]
}

function agrees(work: Work, row: PublishedRow, same: boolean): boolean {
  if (!same) refuse(work, row.line, [{ code: 'contradicts_pledge' }])
  return same
}

function says({ donor, fiscalYear, pledge }: PublishedRow): string {
  return JSON.stringify([
    donor,
    fiscalYear,
    pledge.on,
    pledge.amount.currency,
    pledge.amount.amount.toString(),
    pledge.rate,
  ])
}

function refuse(work: Work, line: number, reasons: Reason[]): void {
  const outcome = work.outcomes.get(line)!
  outcome.refused = true
  outcome.reasons = reasons
}

function tell(work: Work, planned: Planned): void {
  for (const [line, reasons] of planned.remarks) work.outcomes.get(line)!.reasons.push(...reasons)
  for (const [line, reasons] of planned.refused) refuse(work, line, reasons)
  for (const { line, arrived } of planned.receipts) work.outcomes.get(line)!.receiptId = arrived.id
}

function keysByLine(keys: Map<PublishedRow, string>): Map<number, string> {
  return new Map([...keys].map(([row, key]) => [row.line, key]))
}

async function currenciesOf(db: Db): Promise<Reading['currencies']> {
  const found = await query<{ code: string; from: string | null; to: string | null }>(
    db,
    `select code, valid_from as from, valid_to as to from currencies`,
  )
  return new Map(found.map(({ code, from, to }) => [code, { from, to }]))
}

function* batches(entries: Entry[]): Generator<Entry[]> {
  for (let i = 0; i < entries.length; i += BATCH) yield entries.slice(i, i + BATCH)
}

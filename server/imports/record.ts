import { rows, type Trx } from '../../db/connect.ts'
import { applicationRow } from '../contributions/receipt-entries.ts'
import { setStatus } from '../contributions/status.ts'
import type { Fund } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { minorUnits } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import type { Continued, Fresh } from './plan.ts'
import type { Reason } from './rows.ts'

/** What became of a row; refused or not, and why or with which remarks. */
export type Outcome = {
  readonly line: number
  readonly content: object
  refused: boolean
  reasons: Reason[]
  receiptId: string | null
}

/** Adds the donors that the fund does not have yet, and gives the ids of all of them by name. */
export async function addDonors(
  trx: Trx,
  fundId: string,
  kinds: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const made = [...kinds].map(([name, kind]) => ({ id: newId('donor'), fund_id: fundId, name, kind }))
  for (const part of inParts(made)) await trx('donors').insert(part).onConflict(['fund_id', 'name']).ignore()
  const found = await rows<{ id: string; name: string }>(
    trx,
    `select id, name from donors where fund_id = :fundId and name = any(:names)`,
    { fundId, names: [...kinds.keys()] },
  )
  return new Map(found.map(({ id, name }) => [name, id]))
}

/** Keeps the contributions that begin in this file: pledged, and agreed without conditions for the same amount. */
export async function keepContributions(
  trx: Trx,
  actor: Actor,
  { fund, donors, fresh }: { fund: Fund; donors: ReadonlyMap<string, string>; fresh: readonly Fresh[] },
): Promise<void> {
  const standardOn = await recognitionStandards(trx, fund.id)
  const act_id = actor.act.id
  const contributions = fresh.map(({ pledge, row, planned }) => ({
    id: pledge.id,
    fund_id: fund.id,
    code: pledge.code,
    donor_id: donors.get(row.donor)!,
    fiscal_year: row.fiscalYear,
    earmark: JSON.stringify({ level: 'unearmarked' }),
    pledged_on: pledge.pledgedOn,
    pledged_amount: minorUnits(pledge.pledged),
    pledged_currency: pledge.pledged.currency,
    pledged_functional: minorUnits(pledge.functional),
    pledge_rate: pledge.rate,
    rate_source: pledge.rate === null ? null : AS_PUBLISHED,
    status: planned.status,
    act_id,
  }))
  const agreements = fresh.map(({ pledge }) => ({
    contribution_id: pledge.id,
    conditional: false,
    amount: minorUnits(pledge.pledged),
    currency: pledge.pledged.currency,
    functional: minorUnits(pledge.functional),
    rate: pledge.rate,
    rate_source: pledge.rate === null ? null : AS_PUBLISHED,
    signed_on: pledge.pledgedOn,
    reference: pledge.code,
    support_cost_bps: 0,
    support_cost_base: 'deposit',
    standard: standardOn(pledge.pledgedOn),
    act_id,
  }))
  for (const part of inParts(contributions)) await trx('contributions').insert(part)
  for (const part of inParts(agreements)) await trx('agreements').insert(part)
}

/** Keeps receipts, what they were applied to, and write-offs; and how contributions of before stand now. */
export async function keepReceipts(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    bankAccountId,
    planned: all,
    keys,
  }: {
    fundId: string
    bankAccountId: string
    planned: readonly (Fresh | Continued)[]
    keys: ReadonlyMap<number, string>
  },
): Promise<void> {
  const act_id = actor.act.id
  const made = all.flatMap(({ planned }) => planned.receipts)
  const receipts = made.map(({ line, arrived, sent, rate }) => ({
    id: arrived.id,
    fund_id: fundId,
    bank_account_id: bankAccountId,
    received_on: arrived.receivedOn,
    sent_amount: minorUnits(sent),
    sent_currency: sent.currency,
    bank_value: minorUnits(arrived.booked.amount),
    bank_charge: minorUnits(arrived.charge.amount),
    functional: minorUnits(arrived.booked.functional),
    functional_charge: minorUnits(arrived.charge.functional),
    rate,
    reference: AS_PUBLISHED,
    source_key: keys.get(line)!,
    act_id,
  }))
  const applications = made.flatMap(({ arrived, application }) =>
    application ? [applicationRow(arrived.id, application, act_id)] : [],
  )
  const writeOffs = all
    .flatMap(({ planned }) => planned.writeOffs)
    .map(({ id, contributionId, amount, functional, on, reason }) => ({
      id,
      contribution_id: contributionId,
      amount: minorUnits(amount),
      functional: minorUnits(functional),
      written_off_on: on,
      reason,
      act_id,
    }))
  for (const part of inParts(receipts)) await trx('receipts').insert(part)
  for (const part of inParts(applications)) await trx('receipt_applications').insert(part)
  for (const part of inParts(writeOffs)) await trx('write_offs').insert(part)
  for (const one of all) if ('contribution' in one) await setStatus(trx, one.contribution, one.planned.status)
}

/** Keeps the import and what became of each of its rows. */
export async function keepImport(
  trx: Trx,
  actor: Actor,
  {
    id,
    fundId,
    fileName,
    hash,
    outcomes,
  }: { id: string; fundId: string; fileName: string; hash: Buffer; outcomes: readonly Outcome[] },
): Promise<void> {
  await trx('imports').insert({
    id,
    fund_id: fundId,
    file_name: fileName,
    file_hash: hash,
    row_count: outcomes.length,
    act_id: actor.act.id,
  })
  const kept = outcomes.map(({ line, content, refused, reasons, receiptId }) => ({
    import_id: id,
    line,
    outcome: refused ? 'refused' : reasons.length > 0 ? 'imported_with_warning' : 'imported',
    reasons: JSON.stringify(reasons),
    content: JSON.stringify(content),
    receipt_id: receiptId,
  }))
  for (const part of inParts(kept)) await trx('import_rows').insert(part)
}

const AS_PUBLISHED = 'as published'

/** Which standard's recognition rule was in force on a day. */
async function recognitionStandards(trx: Trx, fundId: string): Promise<(day: string) => string> {
  const found = await rows<{ from: string; standard: string }>(
    trx,
    `select effective_from as from, terms ->> 'standard' as standard from policies
      where fund_id = :fundId and subject = 'recognition' order by effective_from desc`,
    { fundId },
  )
  return (day) => found.find(({ from }) => from <= day)!.standard
}

/** PostgreSQL takes 65,535 values in one statement. */
function* inParts<Row>(all: readonly Row[]): Generator<Row[]> {
  for (let i = 0; i < all.length; i += 1000) yield all.slice(i, i + 1000)
}

import { createHash } from 'node:crypto'
import { row, takeItsTime, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { readXml } from '../xml.ts'
import { applyCertain, type Applied } from './apply.ts'
import { readCamt } from './camt.ts'
import { readCsv } from './csv.ts'
import { keepStatement, type KeptStatement } from './keep.ts'
import { accountKey, footing, type StatementRead } from './policy.ts'
import { unreadable } from './unreadable.ts'

export type Upload = { fundId: string; bytes: unknown; fileName?: string; bankAccountId?: string }

export type Uploaded = {
  id: string
  format: string
  /** The file was read before: nothing has changed. */
  readBefore: boolean
  statements: (Omit<KeptStatement, 'fresh'> & { fresh: number })[]
  applied: Applied
}

/**
 * Reads a file of statements of the bank, whole or not at all: `camt.053.001.08`, `camt.053.001.02` or the CSV form. Each must foot and be
 * of an account of the fund. What was told before changes nothing. Entries that are certain go into the books at once, as acts of whoever
 * uploads; what is left is the work list.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `unreadable_xml`, `unreadable_file`, `statement_unreadable`,
 * `statement_account_unknown`, `statement_of_another_account`, `currency_mismatch`, `statement_does_not_foot`, `date_in_future`,
 * `statement_contradicted`.
 */
export async function uploadStatements(
  trx: Trx,
  actor: Actor,
  { fundId, bytes, fileName = '', bankAccountId }: Upload,
): Promise<Uploaded> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, ['reconciler'])
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return unreadable('empty')
  const hash = createHash('sha256').update(bytes).digest()
  const { format, statements } = readStatements(bytes)
  await takeItsTime(trx)
  // One file at a time of a fund: what another has told is seen by the next.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 6))`, [fund.id])
  const before = await trx('statement_files').where({ fund_id: fund.id, file_hash: hash }).first('id', 'format')
  if (before) return { ...before, readBefore: true, statements: [], applied: { certain: 0, waiting: 0, kinds: {} } }
  const today = dayOf(actor.act.at)
  const accounts: StatementAccount[] = []
  for (const one of statements) accounts.push(await checked(trx, { fundId: fund.id, today, bankAccountId }, one))

  const id = newId('statementFile')
  await trx('statement_files').insert({
    ...{ id, fund_id: fund.id, file_hash: hash, format, file_name: fileName.slice(0, 200), size: bytes.length },
    ...{ uploaded_by: actor.personId, uploaded_at: actor.act.at, act_id: actor.act.id },
  })
  const kept: KeptStatement[] = []
  for (const [statement, account] of inOrder(statements.map((one, i) => [one, accounts[i]!] as const)))
    kept.push(await keepStatement(trx, actor, { fileId: id, statement, account }))
  const applied = await applyCertain(
    trx,
    actor,
    fund.id,
    kept.flatMap(({ fresh }) => fresh),
  )
  const told = kept.map(({ fresh, ...one }) => ({ ...one, fresh: fresh.length }))
  return { id, format, readBefore: false, statements: told, applied }
}

/** What a file says, by what it begins with. */
export function readStatements(bytes: Buffer): { format: string; statements: StatementRead[] } {
  const isXml =
    /^(?:\xef\xbb\xbf)?\s*</.test(bytes.toString('latin1', 0, 200)) ||
    /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2))
  if (!isXml) return { format: 'csv', statements: readCsv(bytes) }
  const { version, statements } = readCamt(readXml(bytes))
  return { format: version, statements }
}

export type StatementAccount = { readonly id: string; readonly code: string; readonly currency: string }

/** The account of a statement, where it is one of the fund's and everything that the statement says can be so. */
async function checked(
  trx: Trx,
  { fundId, today, bankAccountId }: { fundId: string; today: string; bankAccountId: string | undefined },
  statement: StatementRead,
): Promise<StatementAccount> {
  const { bankId, account: number, currency, closing, entries } = statement
  const account = await row<StatementAccount>(
    trx,
    // By any of its details, also earlier ones, unless two accounts were given one number.
    `select b.id, b.code, b.currency from bank_accounts b
      where b.fund_id = :fundId
        and b.id = (select min(d.bank_account_id) from bank_account_details d
                     where d.fund_id = :fundId and upper(regexp_replace(d.account, '[^0-9A-Za-z]', '', 'g')) = :number
                    having count(distinct d.bank_account_id) = 1)`,
    { fundId, number: accountKey(number) },
  )
  if (!account) throw new Refusal('statement_account_unknown', { statement: bankId, account: number })
  if (bankAccountId !== undefined && bankAccountId !== account.id)
    throw new Refusal('statement_of_another_account', { statement: bankId, account: number, code: account.code })
  if (account.currency !== currency)
    throw new Refusal('currency_mismatch', { statement: bankId, expected: account.currency, told: currency })
  const differences = footing(statement)
  if (differences.length > 0) throw new Refusal('statement_does_not_foot', { statement: bankId, currency, differences })
  const ahead = [closing.on, ...entries.map(({ bookedOn }) => bookedOn)].find((day) => day > today)
  if (ahead) throw new Refusal('date_in_future', { statement: bankId, day: ahead })
  return account
}

/** Older statements first, so that what they tell is known when the later ones are read. */
function inOrder(statements: (readonly [StatementRead, StatementAccount])[]) {
  return statements.sort(([a], [b]) => `${a.to}${a.from}`.localeCompare(`${b.to}${b.from}`))
}

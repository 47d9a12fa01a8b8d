import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorText, type MoneyText } from '../money.ts'
import { candidatesFor, SCORED, scoredRow, type ScoredRow } from './candidates.ts'
import { referenceOf } from './keep.ts'
import { suggestionsFor, type Suggestion } from './score.ts'

type Asked = { fundId: string; bankAccountId?: string | undefined; before?: string | undefined; limit: number }

export type StatementListed = {
  id: string
  bankId: string
  account: { id: string; code: string; name: string }
  from: string
  to: string
  opening: MoneyText
  closing: MoneyText
  entries: number
  waiting: number
  /** What lies between the balance with which this one begins and that of all that was told before; null where nothing does. */
  gap: MoneyText | null
  uploadedAt: string
  uploadedBy: { id: string; name: string }
  fileName: string
  format: string
}

/** Statements, the latest first, one more than `limit`. */
export async function listStatements(
  db: Db,
  { fundId, bankAccountId = '', before = '', limit }: Asked,
): Promise<StatementListed[]> {
  const found = await rows<StatementRow>(
    db,
    `${LISTED} where s.fund_id = :fundId and (:bankAccountId = '' or s.bank_account_id = :bankAccountId)
        and (:before = '' or s.id < :before) order by s.id desc limit :limit`,
    { fundId, bankAccountId, before, limit: limit + 1 },
  )
  return found.map(statementTold)
}

/** What an entry became: told with the entry of the ledger or the proposal that it stands for. */
export type UseTold = {
  kind: string
  amount: MoneyText
  certain: boolean
  score: number | null
  ledgerEntryId: string | null
  proposalId: string | null
  otherEntryId: string | null
  /** The payment, receipt … that it is, by a word that a person knows. */
  source: string | null
  memo: string | null
  by: { id: string; name: string }
  at: string
}

export type EntryTold = {
  id: string
  reference: string
  position: number
  part: number
  bookedOn: string
  valueOn: string
  amount: MoneyText
  charge: MoneyText
  sent: MoneyText | null
  reversal: boolean
  endToEndId: string
  servicerReference: string
  code: string
  counterparty: string
  counterpartyAccount: string
  remittance: string
  returnReason: string
  /** An earlier statement told it first. */
  repeated: boolean
  uses: UseTold[]
  /** Why it was left for somebody else when the file was read. */
  refused: string | null
}

/** A statement with its entries and what became of each. Refuses `not_found`. */
export async function readStatement(
  db: Db,
  statementId: string,
): Promise<StatementListed & { fundId: string; entryList: EntryTold[] }> {
  const found = await row<StatementRow & { fundId: string }>(db, `${LISTED} where s.id = :statementId`, { statementId })
  if (!found) throw new Refusal('not_found')
  const entries = await rows<EntryRow>(
    db,
    `select ${ENTRY}, t.position, t.part, t.repeated
       from told_entries t join statement_entries e on e.id = t.entry_id
       join bank_accounts b on b.id = e.bank_account_id join statements s on s.id = e.statement_id
      where t.statement_id = :statementId order by t.position, t.part`,
    { statementId },
  )
  return { ...statementTold(found), fundId: found.fundId, entryList: entries.map(entryTold) }
}

/** An entry with what became of it and what it could be. Refuses `not_found`. */
export async function readEntry(db: Db, entryId: string): Promise<WaitingTold & { fundId: string }> {
  const found = await row<WaitingRow & { fundId: string }>(
    db,
    `select ${ENTRY}, ${WAITING}, e.fund_id as "fundId", f.currency as "fundCurrency" ${FROM_ENTRIES} where e.id = :entryId`,
    { entryId, today: 'infinity' },
  )
  if (!found) throw new Refusal('not_found')
  const [told] = await withSuggestions(db, { id: found.fundId, currency: found.fundCurrency }, [found])
  return { ...told!, fundId: found.fundId }
}

export type WaitingTold = EntryTold & {
  account: { id: string; code: string; name: string }
  statement: { id: string; bankId: string }
  /** In days since the bank booked it. */
  age: number | null
  suggestions: Suggestion[]
}

/** What is in no book yet, the oldest first, with what each could be; one more than `limit`. */
export async function workList(
  db: Db,
  fund: { id: string; currency: string },
  {
    bankAccountId = '',
    after,
    limit,
    today,
  }: { bankAccountId?: string; after?: [string, string]; limit: number; today: string },
): Promise<WaitingTold[]> {
  const [on, id] = after ?? ['0001-01-01', '']
  const found = await rows<WaitingRow>(
    db,
    `select ${ENTRY}, ${WAITING}, f.currency as "fundCurrency" ${FROM_ENTRIES}
      where e.fund_id = :fundId and (:bankAccountId = '' or e.bank_account_id = :bankAccountId)
        and not exists (select from statement_uses_that_count u where u.entry_id = e.id)
        and (e.booked_on, e.id) > (cast(:on as date), :id) order by e.booked_on, e.id limit :limit`,
    { fundId: fund.id, bankAccountId, on, id, limit: limit + 1, today },
  )
  return withSuggestions(db, fund, found)
}

async function withSuggestions(
  db: Db,
  fund: { id: string; currency: string },
  found: WaitingRow[],
): Promise<WaitingTold[]> {
  const scored = await rows<ScoredRow>(
    db,
    `select ${SCORED} from statement_entries e join bank_accounts b on b.id = e.bank_account_id where e.id = any(:ids::text[])`,
    { ids: found.map(({ id }) => id) },
  )
  const byId = new Map(scored.map((one) => [one.id, scoredRow(one)]))
  const candidates = await candidatesFor(db, fund, [...byId.values()])
  return found.map((one) => ({
    ...entryTold(one),
    account: { id: one.accountId, code: one.accountCode, name: one.accountName },
    statement: { id: one.statementId, bankId: one.bankId },
    age: one.age,
    suggestions: one.uses.length > 0 ? [] : suggestionsFor(byId.get(one.id)!, candidates),
  }))
}

/** How many entries wait, and since when the oldest does. */
export async function waitingCount(db: Db, fundId: string): Promise<{ entries: number; oldest: string | null }> {
  const found = await row<{ entries: number; oldest: string | null }>(
    db,
    `select count(*)::int as entries, min(e.booked_on)::text as oldest from statement_entries e
      where e.fund_id = :fundId and not exists (select from statement_uses_that_count u where u.entry_id = e.id)`,
    { fundId },
  )
  return found!
}

type StatementRow = Omit<StatementListed, 'account' | 'opening' | 'closing' | 'gap' | 'uploadedBy'> &
  Record<
    | 'accountId'
    | 'accountCode'
    | 'accountName'
    | 'currency'
    | 'openingUnits'
    | 'closingUnits'
    | 'gapUnits'
    | 'personId'
    | 'personName',
    string
  >

const LISTED = `select s.id, s.fund_id as "fundId", s.bank_id as "bankId", b.id as "accountId", b.code as "accountCode", b.name as "accountName", b.currency,
    s.from_on as "from", s.to_on as "to", s.opening as "openingUnits", s.closing as "closingUnits", f.file_name as "fileName", f.format,
    f.uploaded_at as "uploadedAt", p.id as "personId", p.name as "personName",
    ((select count(*) from statement_entries e where e.statement_id = s.id) + (select count(*) from statement_repeats r where r.statement_id = s.id))::int as entries,
    (select count(*) from statement_entries e where e.statement_id = s.id
        and not exists (select from statement_uses_that_count u where u.entry_id = e.id))::int as waiting,
    statement_gap(s.id)::text as "gapUnits"
  from statements s join bank_accounts b on b.id = s.bank_account_id join statement_files f on f.id = s.file_id join people p on p.id = f.uploaded_by`

function statementTold({
  accountId,
  accountCode,
  accountName,
  currency,
  openingUnits,
  closingUnits,
  gapUnits,
  personId,
  personName,
  ...told
}: StatementRow) {
  return {
    ...told,
    account: { id: accountId, code: accountCode, name: accountName },
    opening: minorText(openingUnits, currency),
    closing: minorText(closingUnits, currency),
    gap: gapUnits === '0' ? null : minorText(gapUnits, currency),
    uploadedBy: { id: personId, name: personName },
  }
}

type EntryRow = Omit<EntryTold, 'reference' | 'amount' | 'charge' | 'sent' | 'uses'> & {
  bankId: string
  ownPosition: number
  ownPart: number
  amount: string
  charge: string
  sent: string | null
  sentCurrency: string | null
  currency: string
  uses: (Omit<UseTold, 'amount' | 'by'> & { amount: string; personId: string; person: string })[]
}
type WaitingRow = EntryRow &
  Record<'accountId' | 'accountCode' | 'accountName' | 'statementId' | 'fundCurrency', string> & { age: number | null }

const ENTRY = `e.id, s.bank_id as "bankId", e.position as "ownPosition", e.part as "ownPart", e.booked_on as "bookedOn", e.value_on as "valueOn",
  e.amount, e.charge, e.sent, e.sent_currency as "sentCurrency", b.currency, e.reversal, e.end_to_end_id as "endToEndId",
  e.servicer_reference as "servicerReference", e.code, e.counterparty, e.counterparty_account as "counterpartyAccount", e.remittance,
  e.return_reason as "returnReason",
  (select t.code from statement_tries t where t.entry_id = e.id order by t.tried_at desc limit 1) as refused,
  coalesce((select json_agg(json_build_object('kind', u.kind, 'amount', u.amount::text, 'certain', u.certain, 'score', u.score,
      'ledgerEntryId', u.ledger_entry::text, 'proposalId', u.proposal_id, 'otherEntryId', u.against, 'source', l.source, 'memo', l.memo,
      'personId', n.id, 'person', n.name, 'at', u.used_at) order by u.id)
    from statement_uses_that_count u join people n on n.id = u.used_by left join entries l on l.id = u.ledger_entry where u.entry_id = e.id), '[]') as uses`

const WAITING = `e.position, e.part, false as repeated, b.id as "accountId", b.code as "accountCode", b.name as "accountName", s.id as "statementId",
  case when :today = 'infinity' then null else cast(:today as date) - e.booked_on end as age`

const FROM_ENTRIES = `from statement_entries e join statements s on s.id = e.statement_id join bank_accounts b on b.id = e.bank_account_id join funds f on f.id = e.fund_id`

function entryTold({
  bankId,
  ownPosition,
  ownPart,
  amount,
  charge,
  sent,
  sentCurrency,
  currency,
  uses,
  ...told
}: EntryRow): EntryTold {
  return {
    id: told.id,
    reference: referenceOf(bankId, { position: ownPosition, part: ownPart }),
    position: told.position,
    part: told.part,
    ...{ bookedOn: told.bookedOn, valueOn: told.valueOn, reversal: told.reversal, endToEndId: told.endToEndId },
    ...{ servicerReference: told.servicerReference, code: told.code, counterparty: told.counterparty },
    ...{ counterpartyAccount: told.counterpartyAccount, remittance: told.remittance, returnReason: told.returnReason },
    ...{ repeated: told.repeated, refused: uses.length > 0 ? null : told.refused },
    amount: minorText(amount, currency),
    charge: minorText(charge, currency),
    sent: sent === null ? null : minorText(sent, sentCurrency!),
    uses: uses.map(({ amount: units, personId, person, ...use }) => ({
      ...use,
      amount: minorText(units, currency),
      by: { id: personId, name: person },
    })),
  }
}

export type { Suggestion }

import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fromMinorUnits, type Money, type MoneyText } from '../money.ts'
import { referenceOf } from './keep.ts'

/** What a part of an entry is, by a person's word. Which of the fields are needed depends on the kind. */
export type Part = {
  kind:
    | 'payment'
    | 'return'
    | 'receipt'
    | 'unidentified'
    | 'charge'
    | 'interest'
    | 'conversion'
    | 'recovery'
    | 'booked_before'
    | 'cancels'
  /** Its size in the account's currency; all of the entry where there is one part. */
  amount?: MoneyText
  paymentId?: string
  contributionId?: string
  requestId?: string
  /** The other entry, of a conversion or of what cancels out. */
  otherEntryId?: string
  ledgerEntryId?: string
  /** Of a receipt: what the donor sent, what the bank kept of it, what of the agreement it settles. */
  sent?: MoneyText
  bankCharge?: MoneyText
  appliedAmount?: MoneyText
  periodFrom?: string
  periodTo?: string
  reason?: string
}

export type EntryLoaded = {
  readonly id: string
  readonly fundId: string
  readonly bankAccountId: string
  readonly bankCode: string
  readonly reference: string
  readonly bookedOn: string
  readonly valueOn: string
  readonly amount: Money
  readonly charge: Money
  readonly sent: Money | null
  readonly returnReason: string
  readonly remittance: string
  readonly code: string
}

/** The entry, locked: its row never changes and cannot be locked for change, so its id is. Refuses `not_found`. */
export async function lockEntry(trx: Trx, entryId: string): Promise<EntryLoaded> {
  await lockEntryId(trx, entryId)
  const found = await row<EntryRow>(
    trx,
    `select e.id, e.fund_id as "fundId", e.bank_account_id as "bankAccountId", b.code as "bankCode", b.currency, s.bank_id as "bankId", e.position, e.part,
            e.booked_on as "bookedOn", e.value_on as "valueOn", e.amount, e.charge, e.sent, e.sent_currency as "sentCurrency",
            e.return_reason as "returnReason", e.remittance, e.code
       from statement_entries e join statements s on s.id = e.statement_id join bank_accounts b on b.id = e.bank_account_id
      where e.id = :entryId`,
    { entryId },
  )
  if (!found) throw new Refusal('not_found')
  const { currency, bankId, position, part, amount, charge, sent, sentCurrency, ...told } = found
  return {
    ...told,
    reference: referenceOf(bankId, { position, part }),
    amount: fromMinorUnits(amount, currency),
    charge: fromMinorUnits(charge, currency),
    sent: sent === null ? null : fromMinorUnits(sent, sentCurrency!),
  }
}

/** Whoever decides on the same entry at the same time waits here. */
export async function lockEntryId(trx: Trx, entryId: string): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 5))`, [entryId])
}

/** Refuses `entry_matched_already`. The entry must be locked. */
export async function mustBeUnused(trx: Trx, entryId: string): Promise<void> {
  const used = await row(trx, `select from statement_uses_that_count where entry_id = :entryId limit 1`, { entryId })
  if (used) throw new Refusal('entry_matched_already', { entryId })
}

type EntryRow = Omit<EntryLoaded, 'amount' | 'charge' | 'sent' | 'reference'> & {
  currency: string
  bankId: string
  position: number
  part: number
  amount: string
  charge: string
  sent: string | null
  sentCurrency: string | null
}

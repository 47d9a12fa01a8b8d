import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import type { BankDetails, Fault } from './bank-details.ts'

type Who = { id: string; name: string }

/** Whom a payee's mail goes to when its bank details change. */
export type Contact = { readonly name: string; readonly email: string; readonly language: 'en' | 'ar' }

/** A version of the bank details of a payee. */
export type PayeeAccount = {
  id: string
  payeeId: string
  number: number
  /** False for the free text of before, which is in `account`; then everything below but who and when is null. */
  structured: boolean
  scheme: BankDetails['scheme']
  /** Without spaces and dashes. */
  account: string
  /** In the external code set of ISO 20022, as USABA; null where the system has no name there. */
  clearingSystem: string | null
  clearingCode: string | null
  bic: string | null
  bankName: string | null
  bankCountry: string | null
  currency: string | null
  holder: string | null
  address: {
    street: string | null
    building: string | null
    postCode: string | null
    town: string | null
    country: string | null
  }
  contact: Contact | null
  /** Why it is another than before. */
  reason: string
  recordedBy: Who
  recordedAt: Date
  verifiedBy: Who | null
  verifiedAt: Date | null
  /** From when money may be released to it. */
  usableFrom: Date | null
  refused: { by: Who; at: string; reason: string } | null
  /** What became of the mail that tells the contact of before; null where nobody had to be, or could be told. */
  contactTold: 'waiting' | 'sent' | 'given_up' | 'not_sent' | null
  /** It is where money goes, it waits for a second person, or neither: followed by another, or refused. */
  state: 'in_force' | 'waiting' | 'past'
}

/** Every version of the bank details of a payee, the last first. */
export function accountsOf(db: Db, payeeId: string): Promise<PayeeAccount[]> {
  return rows(db, `${ACCOUNT} where a.payee_id = :payeeId order by a.number desc`, { payeeId })
}

/** Where money for a payee goes: the last version that was verified; undefined where there is none. */
export function accountInForce(db: Db, payeeId: string): Promise<PayeeAccount | undefined> {
  return row(db, `${ACCOUNT} where a.id = account_in_force(:payeeId)`, { payeeId })
}

/** The version that a payment was certified to, which it goes to or not at all. */
export async function accountOfPayment(db: Db, paymentId: string): Promise<PayeeAccount> {
  const found = await row<PayeeAccount>(
    db,
    `${ACCOUNT} where a.id = (select payee_account_id from payments where id = :paymentId)`,
    { paymentId },
  )
  return found!
}

/**
 * The version to certify a payment to, held as it is until the end of the transaction.
 * Refuses `payee_not_verified`, and `bank_details_not_structured` where it is the free text of before.
 */
export async function accountToPay(trx: Trx, payeeId: string): Promise<PayeeAccount> {
  await trx.raw(`select lock_payee_as_is(?)`, [payeeId])
  const account = await accountInForce(trx, payeeId)
  if (!account) throw new Refusal('payee_not_verified')
  if (!account.structured) throw new Refusal('bank_details_not_structured')
  return account
}

/**
 * That a payment still goes where money for its payee goes, and that changed details have cooled (WORKFLOW, "Who may do what", rule 3).
 * Refuses `bank_details_changed`, and `cooling_time` with `until`.
 */
export async function mustBePayable(trx: Trx, actor: Actor, paymentId: string): Promise<void> {
  const { payeeId, id, usableFrom } = await accountOfPayment(trx, paymentId)
  await trx.raw(`select lock_payee_as_is(?)`, [payeeId])
  const inForce = await accountInForce(trx, payeeId)
  if (inForce?.id !== id) throw new Refusal('bank_details_changed')
  if (usableFrom! > actor.act.at) throw new Refusal('cooling_time', { until: usableFrom!.toISOString() })
}

/** What is wrong with bank details is told like what is wrong with the shape of a body, field by field. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0)
    throw new Refusal('invalid_request', { errors: faults.map((one) => ({ ...one, field: `account.${one.field}` })) })
}

const ACCOUNT = `
  select a.id, a.payee_id as "payeeId", a.number, a.structured, a.scheme, a.account, a.clearing_system as "clearingSystem",
         a.clearing_code as "clearingCode", a.bic, a.bank_name as "bankName", a.bank_country as "bankCountry", a.currency, a.holder,
         json_build_object('street', a.street, 'building', a.building, 'postCode', a.post_code, 'town', a.town, 'country', a.country) as address,
         case when a.contact_email is not null
              then json_build_object('name', a.contact_name, 'email', a.contact_email, 'language', a.contact_language) end as contact,
         a.reason, json_build_object('id', r.id, 'name', r.name) as "recordedBy", a.recorded_at as "recordedAt",
         case when w.id is not null then json_build_object('id', w.id, 'name', w.name) end as "verifiedBy", v.verified_at as "verifiedAt",
         v.usable_from as "usableFrom",
         case when n.refused_by is not null
              then json_build_object('by', json_build_object('id', x.id, 'name', x.name), 'at', n.refused_at, 'reason', n.reason) end as refused,
         (select m.status from mails m where m.changed_account_id = a.id) as "contactTold",
         case a.id when account_in_force(a.payee_id) then 'in_force' when account_waiting(a.payee_id) then 'waiting' else 'past' end as state
    from payee_accounts a
    join people r on r.id = a.recorded_by
    left join payee_verifications v on v.payee_account_id = a.id left join people w on w.id = v.verified_by
    left join payee_account_refusals n on n.payee_account_id = a.id left join people x on x.id = n.refused_by`

import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { BankAccountRef } from '../ledger/accounts.ts'
import type { StagePart } from '../ledger/stages.ts'
import { fromMinorUnits, type Money } from '../money.ts'
import { lockRequest, type LoadedRequest } from '../requests/load.ts'

export type PaymentStatus = 'certified' | 'released' | 'settled' | 'returned' | 'cancelled'

export type LoadedPayment = {
  id: string
  code: string
  category: string
  status: PaymentStatus
  version: number
  /** In the fund's currency: what the budget book knows. */
  amount: Money
  /** In the bank account's currency: what the bank is told to pay. */
  instructed: Money
  bank: BankAccountRef
  bankAccountId: string
  /** The payment file that it is in. */
  fileId: string | null
}

/** The payment and its request, both locked, the request first: everything that touches one request's money queues there. */
export async function lockPayment(
  trx: Trx,
  paymentId: string,
): Promise<{ payment: LoadedPayment; request: LoadedRequest }> {
  const found = await trx('payments').where({ id: paymentId }).first('request_id')
  if (!found) throw new Refusal('not_found')
  const request = await lockRequest(trx, found.request_id)
  const payment = await row<PaymentRow>(trx, `${PAYMENT} where p.id = :paymentId for update of p`, { paymentId })
  return { request, payment: loaded(payment!, request) }
}

/** Payments and their requests, all locked: the requests first, in the order of their ids. In the order asked for. Refuses `not_found`. */
export async function lockPayments(
  trx: Trx,
  paymentIds: readonly string[],
): Promise<{ payment: LoadedPayment; request: LoadedRequest }[]> {
  const found = await rows<{ id: string; requestId: string }>(
    trx,
    `select id, request_id as "requestId" from payments where id = any(:paymentIds)`,
    { paymentIds: [...paymentIds] },
  )
  const requests = new Map<string, LoadedRequest>()
  for (const requestId of [...new Set(found.map((one) => one.requestId))].sort())
    requests.set(requestId, await lockRequest(trx, requestId))
  const locked = await rows<PaymentRow>(trx, `${PAYMENT} where p.id = any(:paymentIds) order by p.id for update of p`, {
    paymentIds: [...paymentIds],
  })
  const requestOf = new Map(found.map(({ id, requestId }) => [id, requests.get(requestId)!]))
  const all = new Map(
    locked.map((one) => {
      const request = requestOf.get(one.id)!
      return [one.id, { payment: loaded(one, request), request }]
    }),
  )
  return paymentIds.map((id) => {
    const one = all.get(id)
    if (!one) throw new Refusal('not_found', { field: 'payments' })
    return one
  })
}

/** All payments of a request that is locked, locked as well, in the order in which they were certified. */
export async function lockPaymentsOf(trx: Trx, request: LoadedRequest): Promise<LoadedPayment[]> {
  const payments = await rows<PaymentRow>(
    trx,
    `${PAYMENT} where p.request_id = :requestId order by p.id for update of p`,
    { requestId: request.id },
  )
  return payments.map((payment) => loaded(payment, request))
}

type PaymentRow = Record<'amount' | 'instructed' | 'bankCode' | 'bankCurrency', string> &
  Omit<LoadedPayment, 'amount' | 'instructed' | 'bank'>

const PAYMENT = `select p.id, p.code, p.category, p.status, p.version, p.amount, p.instructed,
         p.bank_account_id as "bankAccountId", p.file_id as "fileId", b.code as "bankCode", b.currency as "bankCurrency"
  from payments p join bank_accounts b on b.id = p.bank_account_id`

function loaded({ bankCode, bankCurrency, amount, instructed, ...rest }: PaymentRow, request: LoadedRequest) {
  return {
    ...rest,
    amount: fromMinorUnits(amount, request.currency),
    instructed: fromMinorUnits(instructed, bankCurrency),
    bank: { code: bankCode, currency: bankCurrency },
  }
}

export async function setStatus(trx: Trx, payment: LoadedPayment, status: PaymentStatus): Promise<void> {
  await trx('payments')
    .where({ id: payment.id })
    .update({ status, version: payment.version + 1 })
}

/** From which contributions a released payment was paid. */
export async function paidFrom(db: Db, payment: LoadedPayment): Promise<StagePart[]> {
  const parts = await rows<{ contributionId: string; code: string; amount: string }>(
    db,
    `select c.id as "contributionId", c.code, f.amount from payment_funding f join contributions c on c.id = f.contribution_id
      where f.payment_id = :id order by c.code`,
    { id: payment.id },
  )
  return parts.map((part) => ({ ...part, amount: fromMinorUnits(part.amount, payment.amount.currency) }))
}

/** The entry that an event made, for the one that reverses it: the right one, where it was corrected. */
export async function entryOf(
  db: Db,
  { fundId, kind, source }: { fundId: string; kind: string; source: string },
): Promise<string> {
  const entry = await row<{ id: string }>(
    db,
    `select greatest(e.id, (select max(t.entry_id) from correction_entries t
                             where t.source = e.source and t.kind = e.kind and not t.takes_back)) as id
       from entries e where e.fund_id = :fundId and e.kind = :kind and e.source = :source`,
    { fundId, kind, source },
  )
  if (!entry) throw new Error(`no entry ${kind} of ${source}`)
  return entry.id
}

/** The day on which the second signature sent the payment. */
export async function releasedOn(db: Db, paymentId: string): Promise<string> {
  const sent = await row<{ day: string }>(
    db,
    `select (released_at at time zone 'UTC')::date::text as day from releases where payment_id = :paymentId and place = 2`,
    { paymentId },
  )
  return sent!.day
}

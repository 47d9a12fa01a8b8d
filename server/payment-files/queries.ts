import { row, rows, type Db } from '../../db/connect.ts'
import { fromMinorUnits, minorText, moneyText, sum, type MoneyText } from '../money.ts'
import { buildFile } from './build.ts'
import { fileById, paymentsIn } from './load.ts'
import type { FileStatus } from './policy.ts'

export type Who = { readonly id: string; readonly name: string }

export type FileListed = {
  readonly id: string
  readonly code: string
  readonly bankAccount: { readonly id: string; readonly name: string }
  readonly status: FileStatus
  readonly executionDate: string
  readonly payments: number
  readonly total: MoneyText
  readonly signatures: number
  readonly sent: number
  readonly preparedAt: Date
}

/** Files of a fund, newest first; one more than `limit`. */
export async function listFiles(
  db: Db,
  fundId: string,
  { status = '', before, limit }: { status?: string; before: string; limit: number },
): Promise<FileListed[]> {
  const found = await rows<Omit<FileListed, 'total'> & { controlSum: string; currency: string }>(
    db,
    `select f.id, f.code, json_build_object('id', b.id, 'name', b.name) as "bankAccount", f.status, f.execution_date as "executionDate",
            f.payment_count as payments, f.control_sum as "controlSum", b.currency, f.prepared_at as "preparedAt",
            (select count(*) from payment_file_signatures s where s.file_id = f.id)::int as signatures,
            (select count(*) from payment_file_sendings s where s.file_id = f.id)::int as sent
       from payment_files f join bank_accounts b on b.id = f.bank_account_id
      where f.fund_id = :fundId and (:status = '' or f.status = :status) and (:before = '' or f.id < :before)
      order by f.id desc limit :most`,
    { fundId, status, before, most: limit + 1 },
  )
  return found.map(({ controlSum, currency, ...file }) => ({ ...file, total: minorText(controlSum, currency) }))
}

export type FilePayment = {
  readonly id: string
  readonly code: string
  readonly uetr: string
  readonly requestId: string
  readonly requestCode: string
  readonly payee: string
  /** The last four characters of the account: enough to compare, and no more than that on a screen. */
  readonly account: string
  readonly amount: MoneyText
  readonly status: string
  /** What the bank said of it last. */
  readonly bank: { readonly status: string; readonly verdict: string; readonly reason: string } | null
}

export type FileTold = {
  readonly id: string
  readonly fundId: string
  readonly code: string
  readonly status: FileStatus
  readonly sha256: string
  /** What is stored still gives the file with this hash. */
  readonly asPrepared: boolean
  /** It is no file for the bank: the account, or one that is paid to, has no details. */
  readonly byHand: boolean
  readonly bankAccount: { readonly id: string; readonly name: string }
  readonly executionDate: string
  readonly chargeBearer: string
  readonly total: MoneyText
  readonly preparedBy: Who
  readonly preparedAt: Date
  readonly signatures: readonly { readonly place: number; readonly by: Who; readonly at: string }[]
  readonly withdrawn: { readonly by: Who; readonly at: string; readonly reason: string } | null
  readonly replaces: string | null
  readonly replacedBy: string | null
  readonly sendings: readonly {
    readonly number: number
    readonly by: Who
    readonly at: string
    readonly reason: string
  }[]
  readonly downloads: readonly { readonly by: Who; readonly at: string }[]
  readonly reports: readonly {
    readonly id: string
    readonly messageId: string
    readonly status: string | null
    readonly at: string
  }[]
  readonly payments: readonly FilePayment[]
}

/** A file with its payments, who signed it, and what became of it. Refuses `not_found`. */
export async function readFile(db: Db, fileId: string): Promise<FileTold> {
  const file = await fileById(db, fileId)
  const built = await buildFile(db, file, await paymentsIn(db, fileId))
  const told = await row<Omit<FileTold, 'asPrepared' | 'byHand' | 'total' | 'payments'>>(db, FILE, { fileId })
  return {
    ...told!,
    asPrepared: built.sha256 === file.sha256,
    byHand: built.byHand,
    total: moneyText(built.total),
    payments: await paymentsTold(db, fileId),
  }
}

const BY = (id: string) => `(select json_build_object('id', x.id, 'name', x.name) from people x where x.id = ${id})`

const FILE = `
  select f.id, f.fund_id as "fundId", f.code, f.status, encode(f.sha256, 'hex') as sha256, json_build_object('id', b.id, 'name', b.name) as "bankAccount",
         f.execution_date as "executionDate", f.charge_bearer as "chargeBearer", ${BY('f.prepared_by')} as "preparedBy", f.prepared_at as "preparedAt",
         f.replaces, (select n.id from payment_files n where n.replaces = f.id) as "replacedBy",
         coalesce((select json_agg(json_build_object('place', s.place, 'by', ${BY('s.signed_by')}, 'at', s.signed_at) order by s.place)
                     from payment_file_signatures s where s.file_id = f.id), '[]') as signatures,
         (select json_build_object('by', ${BY('w.withdrawn_by')}, 'at', w.withdrawn_at, 'reason', w.reason) from payment_file_withdrawals w where w.file_id = f.id) as withdrawn,
         coalesce((select json_agg(json_build_object('number', s.number, 'by', ${BY('s.sent_by')}, 'at', s.sent_at, 'reason', s.reason) order by s.number)
                     from payment_file_sendings s where s.file_id = f.id), '[]') as sendings,
         coalesce((select json_agg(json_build_object('by', ${BY('t.person_id')}, 'at', t.at) order by t.id) from acts t
                    where lower(t.path) like '/api/v1/payment-files/%' and lower(rtrim(t.path, '/')) = '/api/v1/payment-files/' || f.id || '/content'
                      and t.method = 'GET' and t.outcome = 'done'), '[]') as downloads,
         coalesce((select json_agg(json_build_object('id', r.id, 'messageId', r.message_id, 'status', r.group_status, 'at', r.recorded_at) order by r.id)
                     from status_reports r where r.file_id = f.id), '[]') as reports
    from payment_files f join bank_accounts b on b.id = f.bank_account_id where f.id = :fileId`

async function paymentsTold(db: Db, fileId: string): Promise<FilePayment[]> {
  const found = await rows<Omit<FilePayment, 'amount'> & { instructed: string; currency: string }>(
    db,
    `select p.id, p.code, p.uetr, p.request_id as "requestId", r.code as "requestCode", y.name as payee, right(a.account, 4) as account,
            p.instructed, b.currency, p.status,
            (select json_build_object('status', l.bank_status, 'verdict', l.verdict, 'reason', concat_ws(' ', l.reason_code, nullif(l.reason, '')))
               from status_report_lines l where l.payment_id = p.id order by l.report_id desc, l.number desc limit 1) as bank
       from payment_file_payments c
       join payments p on p.id = c.payment_id
       join requests r on r.id = p.request_id
       join payees y on y.id = p.payee_id
       join payee_accounts a on a.id = p.payee_account_id
       join bank_accounts b on b.id = p.bank_account_id
      where c.file_id = :fileId order by c.position`,
    { fileId },
  )
  return found.map(({ instructed, currency, ...one }) => ({ ...one, amount: minorText(instructed, currency) }))
}

export type Waiting = {
  readonly bankAccount: { readonly id: string; readonly name: string }
  readonly payments: readonly (Omit<FilePayment, 'bank' | 'status' | 'uetr'> & { readonly certifiedAt: Date })[]
  readonly total: MoneyText
}

/** Certified payments that are in no file yet, by the bank account that they leave from, those that have waited longest first. */
export async function waitingForFiles(db: Db, fundId: string, most: number): Promise<Waiting[]> {
  const found = await rows<
    Omit<Waiting['payments'][number], 'amount'> & Record<'instructed' | 'currency' | 'bankId' | 'bankName', string>
  >(
    db,
    `select p.id, p.code, p.request_id as "requestId", r.code as "requestCode", y.name as payee, right(a.account, 4) as account, p.instructed,
            p.certified_at as "certifiedAt", b.id as "bankId", b.name as "bankName", b.currency
       from payments p
       join requests r on r.id = p.request_id
       join payees y on y.id = p.payee_id
       join payee_accounts a on a.id = p.payee_account_id
       join bank_accounts b on b.id = p.bank_account_id
      where p.fund_id = :fundId and p.status = 'certified' and p.file_id is null
      order by b.code, p.id limit :most`,
    { fundId, most },
  )
  const accounts = new Map<string, typeof found>()
  for (const one of found) accounts.set(one.bankId, [...(accounts.get(one.bankId) ?? []), one])
  return [...accounts.values()].map((of) => ({
    bankAccount: { id: of[0]!.bankId, name: of[0]!.bankName },
    payments: of.map(({ instructed, currency, bankId: _bankId, bankName: _bankName, ...one }) => ({
      ...one,
      amount: minorText(instructed, currency),
    })),
    total: moneyText(
      sum(
        of.map(({ instructed, currency }) => fromMinorUnits(instructed, currency)),
        of[0]!.currency,
      ),
    ),
  }))
}

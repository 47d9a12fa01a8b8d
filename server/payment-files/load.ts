import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Signature } from '../payments/release.ts'
import type { FileTerms } from './build.ts'
import type { FileStatus } from './policy.ts'

export type LoadedFile = FileTerms & {
  readonly id: string
  readonly status: FileStatus
  /** In hexadecimal: what is signed. */
  readonly sha256: string
}

const FILE = `select f.id, f.fund_id as "fundId", f.code, f.bank_account_id as "bankAccountId", f.details_number as "detailsNumber",
    f.execution_date as "executionDate", f.charge_bearer as "chargeBearer", f.prepared_at as "preparedAt", f.status, encode(f.sha256, 'hex') as sha256
  from payment_files f where f.id = :fileId`

/** The file as it is now. Refuses `not_found`. */
export async function fileById(db: Db, fileId: string): Promise<LoadedFile> {
  const file = await row<LoadedFile>(db, FILE, { fileId })
  if (!file) throw new Refusal('not_found')
  return file
}

/** The file with its row locked. Its payments are locked before, by whoever touches them: requests, file, and nothing in between. */
export async function lockFile(trx: Trx, fileId: string): Promise<LoadedFile> {
  return (await row<LoadedFile>(trx, `${FILE} for update of f`, { fileId }))!
}

/** The payments of a file, in their order. That never changes. */
export async function paymentsIn(db: Db, fileId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `select payment_id as id from payment_file_payments where file_id = :fileId order by position`,
    { fileId },
  )
  return found.map(({ id }) => id)
}

/** Who has signed it, in their order. */
export function signaturesOf(db: Db, fileId: string): Promise<Signature[]> {
  return rows<Signature>(
    db,
    `select place, signed_by as "signedBy", signed_at as "signedAt", act_id as "actId" from payment_file_signatures where file_id = :fileId order by place`,
    { fileId },
  )
}

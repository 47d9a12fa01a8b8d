import { row, rows, type Db } from '../../db/connect.ts'
import { minorText } from '../money.ts'
import { chargeApprovals } from './charges.ts'

type PaymentTold = {
  id: string
  version: number
  amount: string
  instructed: string
  currency: string
  bankCurrency: string
}

/** Payments of a fund, the newest first; of one request or one payment where that is asked for. */
export async function payments(
  db: Db,
  {
    fundId,
    status = '',
    request = '',
    payment = '',
    before = '',
    most,
  }: { fundId: string; status?: string; request?: string; payment?: string; before?: string; most: number },
) {
  const found = await rows<PaymentTold>(
    db,
    `select p.id, p.code, p.request_id as "requestId", r.code as "requestCode", p.payee_id as "payeeId", y.name as payee, p.category,
            p.amount, f.currency, p.instructed, b.currency as "bankCurrency", p.bank_account_id as "bankAccountId", p.status, p.version,
            p.memo, p.payee_account_id as "payeeAccountId", p.not_duplicate_of as "notDuplicateOf",
            p.not_duplicate_reason as "notDuplicateReason", p.certified_by as "certifiedBy", p.certified_at as "certifiedAt",
            (select count(*) from payment_signatures s where s.payment_id = p.id)::int as releases, p.file_id as "fileId", p.uetr
       from payments p
       join requests r on r.id = p.request_id
       join payees y on y.id = p.payee_id
       join funds f on f.id = p.fund_id
       join bank_accounts b on b.id = p.bank_account_id
      where p.fund_id = :fundId and (:status = '' or p.status = :status) and (:request = '' or p.request_id = :request)
        and (:payment = '' or p.id = :payment) and (:before = '' or p.id < :before)
      order by p.id desc limit :most`,
    { fundId, status, request, payment, before, most },
  )
  return found.map(({ amount: minor, instructed, currency, bankCurrency, ...told }) => ({
    ...told,
    amount: minorText(minor, currency),
    instructed: minorText(instructed, bankCurrency),
  }))
}

/** Who released it, from which contributions it was paid, and what the statement says. */
/** What happened to a payment, up to how it ended. */
export async function history(db: Db, paymentId: string) {
  const by = { paymentId }
  const [currencies] = await rows<{ fund: string; bank: string }>(
    db,
    `select f.currency as fund, b.currency as bank from payments p join funds f on f.id = p.fund_id join bank_accounts b on b.id = p.bank_account_id
      where p.id = :paymentId`,
    by,
  )
  const parts = await rows<{ contributionId: string; code: string; amount: string }>(
    db,
    `select c.id as "contributionId", c.code, u.amount from payment_funding u join contributions c on c.id = u.contribution_id where u.payment_id = :paymentId order by c.code`,
    by,
  )
  const settlement = await row<{ debited: string; charge: string }>(
    db,
    `select value_date as "valueDate", debited, charge, reference, settled_by as "settledBy" from settlements where payment_id = :paymentId`,
    by,
  )
  const returned = await row<{ credited: string }>(
    db,
    `select value_date as "valueDate", credited, reason, reference, returned_by as "returnedBy" from payment_returns where payment_id = :paymentId`,
    by,
  )
  return {
    releasedBy: await rows(
      db,
      `select place, signed_by as "personId", signed_at as "at" from payment_signatures where payment_id = :paymentId order by place`,
      by,
    ),
    funding: parts.map((part) => ({ ...part, amount: minorText(part.amount, currencies!.fund) })),
    chargeApprovals: await chargeApprovals(db, paymentId),
    settlement: settlement
      ? {
          ...settlement,
          debited: minorText(settlement.debited, currencies!.bank),
          charge: minorText(settlement.charge, currencies!.bank),
        }
      : null,
    returned: returned ? { ...returned, credited: minorText(returned.credited, currencies!.bank) } : null,
  }
}

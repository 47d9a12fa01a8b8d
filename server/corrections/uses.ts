import { rows, type Db } from '../../db/connect.ts'
import { minorText, type MoneyText } from '../money.ts'

/** What was done with the money of contributions, or is about one payment: all that a correction may touch downstream. */
export type Uses = {
  /** Requests that hold money of them, by stage. */
  requests: ({ id: string; code: string; status: string; contribution: string } & Record<Stage, MoneyText>)[]
  /** Plans for which money of them is set aside. */
  plans: { id: string; code: string; status: string; contribution: string; amount: MoneyText }[]
  /** Payments that were paid from them. */
  payments: { id: string; code: string; request: string; status: string; contribution: string; amount: MoneyText }[]
  /** Refunds to their donors that stand. */
  refunds: { id: string; contribution: string; decidedOn: string; paidOn: string | null; amount: MoneyText }[]
}

const STAGES = ['reserved', 'committed', 'disbursed', 'reported'] as const
type Stage = (typeof STAGES)[number]

/**
 * Of these contributions or, where it is about a payment, of that payment and its request alone. What the correction itself makes is
 * not built on the wrong entry.
 */
export async function usesOf(
  db: Db,
  fund: { id: string; currency: string },
  asked: { contributions: readonly string[]; payment: string | null; correctionId: string },
): Promise<Uses> {
  const by = { contributions: [...asked.contributions], payment: asked.payment ?? '', correctionId: asked.correctionId }
  const told = (units: string) => minorText(units, fund.currency)
  const requests = await rows<
    { id: string; code: string; status: string; contribution: string } & Record<Stage, string>
  >(
    db,
    `select r.id, r.code, r.status, c.code as contribution,
            ${STAGES.map((stage) => `coalesce(sum(b.amount) filter (where a.stage = '${stage}'), 0)::text as ${stage}`).join(', ')}
       from accounts a join balances b on b.account_id = a.id join requests r on r.id = a.request_id join contributions c on c.id = a.contribution_id
      where b.amount <> 0 and (a.contribution_id = any(:contributions)
         or a.request_id = (select p.request_id from payments p where p.id = :payment))
      group by r.id, c.id order by r.code, c.code`,
    by,
  )
  const plans = await rows<Omit<Uses['plans'][number], 'amount'> & { amount: string }>(
    db,
    `select p.id, p.code, p.status, c.code as contribution, b.amount
       from accounts a join balances b on b.account_id = a.id join contributions c on c.id = a.contribution_id
       join contingency_plans p on p.fund_id = a.fund_id and p.code = a.plan_code
      where b.amount <> 0 and a.contribution_id = any(:contributions) order by p.code, c.code`,
    by,
  )
  const payments = await rows<Omit<Uses['payments'][number], 'amount'> & { amount: string }>(
    db,
    `select p.id, p.code, r.code as request, p.status, c.code as contribution, u.amount
       from payment_funding u join payments p on p.id = u.payment_id join requests r on r.id = p.request_id join contributions c on c.id = u.contribution_id
      where u.contribution_id = any(:contributions) or u.payment_id = :payment
      order by p.code, c.code`,
    by,
  )
  const refunds = await rows<Omit<Uses['refunds'][number], 'amount'> & { amount: string }>(
    db,
    `select f.id, c.code as contribution, f.decided_on as "decidedOn", y.paid_on as "paidOn", f.amount
       from refunds f join contributions c on c.id = f.contribution_id left join refund_payments y on y.refund_id = f.id
      where f.contribution_id = any(:contributions) and f.correction_id is distinct from :correctionId and f.takes_back is null and not exists (select from refunds t where t.takes_back = f.id)
      order by f.id`,
    by,
  )
  return {
    requests: requests.map((one) => ({
      ...one,
      reserved: told(one.reserved),
      committed: told(one.committed),
      disbursed: told(one.disbursed),
      reported: told(one.reported),
    })),
    plans: plans.map((one) => ({ ...one, amount: told(one.amount) })),
    payments: payments.map((one) => ({ ...one, amount: told(one.amount) })),
    refunds: refunds.map((one) => ({ ...one, amount: told(one.amount) })),
  }
}

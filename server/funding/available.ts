import { rows, type Trx } from '../../db/connect.ts'
import { fromMinorUnits } from '../money.ts'
import type { Earmark, Source } from './policy.ts'

/** What each contribution of the fund has available, with its earmark and the day on which its money began to come. */
export async function availableSources(trx: Trx, fund: { id: string; currency: string }): Promise<Source[]> {
  const found = await rows<{
    contributionId: string
    code: string
    earmark: Earmark
    available: string
    firstReceivedOn: string
  }>(
    trx,
    `select c.id as "contributionId", c.code, c.earmark, b.amount as available,
            coalesce((select min(x.received_on) from receipt_applications p join receipts x on x.id = p.receipt_id where p.contribution_id = c.id
                        and p.takes_back is null and not exists (select from receipt_applications t where t.takes_back = p.id)),
                     c.pledged_on) as "firstReceivedOn"
       from accounts a
       join balances b on b.account_id = a.id and b.amount > 0
       join contributions c on c.id = a.contribution_id
      where a.fund_id = :fundId and a.stage = 'available'`,
    { fundId: fund.id },
  )
  return found.map((one) => ({ ...one, available: fromMinorUnits(one.available, fund.currency) }))
}

import { rows, type Db } from '../../db/connect.ts'
import type { Earmark } from '../funding/policy.ts'
import { minorText, type MoneyText } from '../money.ts'
import type { ContributionStatus } from './policy.ts'

export type ContributionListed = {
  id: string
  code: string
  donor: { id: string; name: string }
  fiscalYear: number
  status: ContributionStatus
  pledgedOn: string
  pledged: MoneyText
  pledgedFunctional: MoneyText
  agreed: MoneyText | null
  earmark: Earmark
  version: number
}

/** `after`: the id of the last one read. */
export type ListFilter = { donorId?: string; status?: string; fiscalYear?: number; after?: string; limit: number }

/** Contributions of a fund in the order in which they were recorded, one more than `limit`, so that a next page shows. */
export async function listContributions(
  db: Db,
  fundId: string,
  { donorId, status, fiscalYear, after, limit }: ListFilter,
): Promise<ContributionListed[]> {
  const found = await rows<ListedRow>(
    db,
    `${LISTED}
      where c.fund_id = :fundId and c.id > :after
        and (:donorId::text is null or c.donor_id = :donorId)
        and (:status::text is null or c.status = :status)
        and (:fiscalYear::int is null or c.fiscal_year = :fiscalYear)
      order by c.id limit :limit`,
    {
      fundId,
      after: after ?? '',
      donorId: donorId ?? null,
      status: status ?? null,
      fiscalYear: fiscalYear ?? null,
      limit: limit + 1,
    },
  )
  return found.map(listed)
}

/** Receipts of a fund with what is unapplied of each, in the order in which they were recorded, one more than `limit`. */
export async function listReceipts(
  db: Db,
  fundId: string,
  { unapplied, after, limit }: { unapplied?: boolean; after?: string; limit: number },
) {
  const found = await rows<Record<string, string> & { taken_back: boolean }>(
    db,
    `select * from (select *, case when taken_back or takes_back is not null then '0' else left_of_it end as unapplied from (
       select r.id, r.takes_back, r.received_on, r.reference, b.id as bank_id, b.currency, r.sent_amount, r.sent_currency, r.bank_value,
              r.bank_charge, r.functional, f.currency as fund_currency,
              (r.bank_value + r.bank_charge
                - coalesce((select sum(a.value) from receipt_applications a where a.receipt_id = r.id), 0))::text as left_of_it,
              exists (select from receipts t where t.takes_back = r.id) as taken_back
         from receipts r join bank_accounts b on b.id = r.bank_account_id join funds f on f.id = r.fund_id
        where r.fund_id = :fundId and r.id > :after) r) r
      where not :onlyUnapplied or unapplied::bigint > 0
      order by id limit :limit`,
    { fundId, after: after ?? '', onlyUnapplied: unapplied ?? false, limit: limit + 1 },
  )
  return found.map((one) => ({
    id: one.id!,
    receivedOn: one.received_on!,
    reference: one.reference!,
    bankAccountId: one.bank_id!,
    sent: minorText(one.sent_amount!, one.sent_currency!),
    bankValue: minorText(one.bank_value!, one.currency!),
    bankCharge: minorText(one.bank_charge!, one.currency!),
    functional: minorText(one.functional!, one.fund_currency!),
    unapplied: minorText(one.unapplied!, one.currency!),
    /** The receipt that this one takes back, and whether another took this one back. */
    takesBack: one.takes_back ?? null,
    takenBack: one.taken_back,
  }))
}

/**
 * Cash received by the fiscal year of the contributions it was for, read back from the ledger: functional postings on cash of
 * every entry that a receipt caused. Cash counts once, with the first contribution that it was applied to; what nobody has
 * identified has no year. An unpaid pledge that was written off counts as a receipt of nothing, as publishers count it.
 */
export async function yearlyReceipts(
  db: Db,
  { id, currency }: { id: string; currency: string },
): Promise<{ fiscalYear: number | null; receipts: number; received: MoneyText }[]> {
  const found = await rows<{ fiscal_year: number | null; receipts: number; received: string }>(
    db,
    `with received as (
       select r.id, case when r.takes_back is null then 1 else -1 end as counts, sum(p.functional) as functional
         from receipts r
         join lateral (select e.id from entries e
                        where e.fund_id = r.fund_id and e.kind in ('receipt', 'unidentified_receipt') and e.source = r.id
                       union all
                       select t.entry_id from correction_entries t
                        where t.kind in ('receipt', 'unidentified_receipt') and t.source = r.id) e on true
         join postings p on p.entry_id = e.id
         join accounts a on a.id = p.account_id and a.address like 'assets:cash:%'
        where r.fund_id = :id group by r.id),
     first_use as (
       select distinct on (a.receipt_id) a.receipt_id, a.contribution_id
         from receipt_applications a join received on received.id = a.receipt_id order by a.receipt_id, a.id),
     counted as (
       select c.fiscal_year, r.counts, r.functional
         from received r left join first_use u on u.receipt_id = r.id left join contributions c on c.id = u.contribution_id
       union all
       select c.fiscal_year, 1, 0
         from write_offs w join contributions c on c.id = w.contribution_id
        where c.fund_id = :id and not exists (select from receipt_applications a where a.contribution_id = c.id)
          and w.takes_back is null and not exists (select from write_offs t where t.takes_back = w.id))
     select fiscal_year, sum(counts)::int as receipts, sum(functional)::text as received
       from counted group by fiscal_year order by fiscal_year nulls last`,
    { id },
  )
  return found.map((one) => ({
    fiscalYear: one.fiscal_year,
    receipts: one.receipts,
    received: minorText(one.received, currency),
  }))
}

/** What every list of contributions reads of each. */
export type ListedRow = Record<
  'id' | 'code' | 'donor_id' | 'donor' | 'pledged_on' | 'pledged_amount' | 'pledged_currency' | 'pledged_functional',
  string
> & {
  fiscal_year: number
  status: ContributionStatus
  agreed: string | null
  agreed_currency: string | null
  earmark: Earmark
  version: number
  fund_currency: string
  pledge_rate: string | null
  rate_source: string | null
}

export const LISTED = `select c.id, c.code, c.donor_id, d.name as donor, c.fiscal_year, c.status, c.pledged_on, c.pledged_amount,
       c.pledged_currency, c.pledged_functional, g.amount as agreed, g.currency as agreed_currency, c.earmark, c.version,
       f.currency as fund_currency, trim_scale(c.pledge_rate)::text as pledge_rate, c.rate_source
  from contributions c join donors d on d.id = c.donor_id join funds f on f.id = c.fund_id
  left join agreements g on g.contribution_id = c.id`

/** A row of `LISTED` as it is told. */
export function listed(found: ListedRow): ContributionListed {
  return {
    id: found.id,
    code: found.code,
    donor: { id: found.donor_id, name: found.donor },
    fiscalYear: found.fiscal_year,
    status: found.status,
    pledgedOn: found.pledged_on,
    pledged: minorText(found.pledged_amount, found.pledged_currency),
    pledgedFunctional: minorText(found.pledged_functional, found.fund_currency),
    agreed: found.agreed === null ? null : minorText(found.agreed, found.agreed_currency!),
    earmark: found.earmark,
    version: found.version,
  }
}

import { row, rows, type Db } from '../../db/connect.ts'
import { isId } from '../ids.ts'
import { minorText, type MoneyText } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { SEEN, seenBy } from '../watch/seen.ts'

/** What the pages show that no single noun's reads tell: names beside ids, and figures of several nouns side by side. */

export type NamesOfRequest = {
  entity: string
  process: string | null
  payee: string | null
  payeeVerified: boolean
  namedPeople: string[]
  submittedAt: Date | null
}

/** The names behind the ids of a request. */
export async function namesOfRequest(db: Db, requestId: string): Promise<NamesOfRequest> {
  const found = await row<NamesOfRequest>(
    db,
    `select e.name as entity, c.name as process, y.name as payee, account_in_force(r.payee_id) is not null as "payeeVerified", r.submitted_at as "submittedAt",
            array(select p.name from named_people n join people p on p.id = n.person_id where n.request_id = r.id order by p.name) as "namedPeople"
       from requests r
       join entities e on e.id = r.entity_id
       left join processes c on c.id = r.process_id
       left join payees y on y.id = r.payee_id
      where r.id = :requestId`,
    { requestId },
  )
  return found!
}

export type PaymentShown = {
  id: string
  code: string
  category: string
  status: string
  memo: string
  amount: MoneyText
  /** What the bank is told to pay, in the currency of its account. */
  instructed: MoneyText
  certifiedBy: string
  certifiedAt: Date
  /** The payment file that it is in, and how many payments that has. */
  fileId: string | null
  fileCount: number | null
  /** Where it goes. */
  account: { structured: boolean; holder: string | null; number: string }
  /** So many others looked the same, and why it is not one of them. */
  alike: number
  notDuplicateReason: string | null
  releases: { personId: string; name: string; at: string }[]
  settlement: { valueDate: string; reference: string } | null
  returned: { valueDate: string; reason: string } | null
}

/** The payments of a request, oldest first, with who released them and how they ended. */
export async function paymentsOfRequest(db: Db, requestId: string): Promise<PaymentShown[]> {
  const found = await rows<
    Omit<PaymentShown, 'amount' | 'instructed'> & Record<'amount' | 'instructed' | 'currency' | 'bankCurrency', string>
  >(
    db,
    `select p.id, p.code, p.category, p.status, p.memo, p.amount, f.currency, p.instructed, b.currency as "bankCurrency",
            p.file_id as "fileId", (select f.payment_count from payment_files f where f.id = p.file_id) as "fileCount",
            coalesce((select json_agg(json_build_object('personId', l.signed_by, 'name', x.name, 'at', l.signed_at) order by l.place)
                        from payment_signatures l join people x on x.id = l.signed_by where l.payment_id = p.id), '[]') as releases,
            h.name as "certifiedBy", p.certified_at as "certifiedAt", cardinality(p.not_duplicate_of) as alike, p.not_duplicate_reason as "notDuplicateReason",
            json_build_object('structured', a.structured, 'holder', a.holder, 'number', a.account) as account,
            (select json_build_object('valueDate', s.value_date, 'reference', s.reference) from settlements s where s.payment_id = p.id) as settlement,
            (select json_build_object('valueDate', t.value_date, 'reason', t.reason) from payment_returns t where t.payment_id = p.id) as returned
       from payments p
       join funds f on f.id = p.fund_id
       join bank_accounts b on b.id = p.bank_account_id
       join people h on h.id = p.certified_by
       join payee_accounts a on a.id = p.payee_account_id
      where p.request_id = :requestId order by p.id`,
    { requestId },
  )
  return found.map(({ amount, currency, instructed, bankCurrency, ...payment }) => ({
    ...payment,
    amount: minorText(amount, currency),
    instructed: minorText(instructed, bankCurrency),
  }))
}

/** Where a payment belongs; undefined where there is no such payment. */
export async function requestOfPayment(db: Db, paymentId: string): Promise<string | undefined> {
  const found = await row<{ id: string }>(db, `select request_id as id from payments where id = :paymentId`, {
    paymentId,
  })
  return found?.id
}

/** The request that a ledger entry is about, by what caused the entry: the request itself, or a payment on it. */
export async function requestBehind(db: Db, source: string): Promise<string | null> {
  const id = source.split('#')[0]!
  return isId('request', id) ? id : isId('payment', id) ? ((await requestOfPayment(db, id)) ?? null) : null
}

/** The currency of a request's fund, and that of a bank account of the fund where there is one by that id. */
export function currenciesFor(
  db: Db,
  { requestId, bankAccountId }: { requestId: string; bankAccountId: string },
): Promise<{ fund: string; bank: string | null } | undefined> {
  return row(
    db,
    `select f.currency as fund, b.currency as bank
       from requests r join funds f on f.id = r.fund_id
       left join bank_accounts b on b.fund_id = f.id and b.id = :bankAccountId
      where r.id = :requestId`,
    { requestId, bankAccountId },
  )
}

/** The currency of the account that a payment is paid from; undefined where there is no such payment. */
export async function bankCurrencyOf(db: Db, paymentId: string): Promise<string | undefined> {
  const found = await row<{ currency: string }>(
    db,
    `select b.currency from payments p join bank_accounts b on b.id = p.bank_account_id where p.id = :paymentId`,
    { paymentId },
  )
  return found?.currency
}

/** Names of the entities and payees of a list of requests, by the request's id. */
export async function namesInList(
  db: Db,
  requestIds: readonly string[],
): Promise<Map<string, { entity: string; payee: string | null }>> {
  const found = await rows<{ id: string; entity: string; payee: string | null }>(
    db,
    `select r.id, e.name as entity, y.name as payee
       from requests r join entities e on e.id = r.entity_id left join payees y on y.id = r.payee_id
      where r.id = any(:requestIds)`,
    { requestIds },
  )
  return new Map(found.map(({ id, ...names }) => [id, names]))
}

/** Names of entities for which somebody may ask. */
export function entitiesNamed(db: Db, entityIds: readonly string[]): Promise<{ id: string; name: string }[]> {
  return rows(db, `select id, name from entities where id = any(:entityIds) order by name, id`, { entityIds })
}

export type DonorShown = { id: string; name: string; kind: string }

/** The fund's donors by name, one more than `limit`. Row-level security narrows it where it is read for a donor. */
export function donorsByName(
  db: Db,
  { fundId, after, limit }: { fundId: string; after: readonly string[]; limit: number },
): Promise<DonorShown[]> {
  const [name = '', id = ''] = after
  return rows(
    db,
    `select d.id, d.name, d.kind from donors d
      where d.fund_id = :fundId and (:id = '' or (d.name, d.id) > (:name, :id)) order by d.name, d.id limit :most`,
    { fundId, name, id, most: limit + 1 },
  )
}

export type ContributionShown = {
  id: string
  donorId: string
  code: string
  fiscalYear: number
  status: string
  /** As the donor promised it, in the donor's currency. */
  pledged: MoneyText
  /** The rest in the fund's currency. Authority is the sum of all stages, by the conservation law. */
  authority: string
  support: string
  available: string
  held: string
  disbursed: string
}

/** The contributions of these donors with where their money is, by year and code. */
export async function contributionsOf(
  db: Db,
  { fund, donorIds }: { fund: { id: string; currency: string }; donorIds: readonly string[] },
): Promise<ContributionShown[]> {
  type Found = Omit<ContributionShown, 'pledged'> & { pledged: string; currency: string }
  const found = await rows<Found>(
    db,
    `select c.id, c.donor_id as "donorId", c.code, c.fiscal_year as "fiscalYear", c.status, c.pledged_amount as pledged, c.pledged_currency as currency,
            coalesce(s.authority, 0)::text as authority, coalesce(s.support, 0)::text as support, coalesce(s.available, 0)::text as available, coalesce(s.held, 0)::text as held,
            coalesce(s.disbursed, 0)::text as disbursed
       from contributions c
       left join lateral (
         select sum(b.amount) as authority,
                sum(b.amount) filter (where a.stage = 'support') as support,
                sum(b.amount) filter (where a.stage = 'available') as available,
                sum(b.amount) filter (where a.stage in ('reserved', 'committed', 'ready')) as held,
                sum(b.amount) filter (where a.stage in ('disbursed', 'reported')) as disbursed
           from accounts a join balances b on b.account_id = a.id
          where a.contribution_id = c.id and a.stage in ('support', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported')) s on true
      where c.fund_id = :fundId and c.donor_id = any(:donorIds) order by c.fiscal_year, c.code`,
    { fundId: fund.id, donorIds },
  )
  const inFund = (units: string) => minorText(units, fund.currency).amount
  return found.map(({ pledged, currency, authority, support, available, held, disbursed, ...contribution }) => ({
    ...contribution,
    pledged: minorText(pledged, currency),
    authority: inFund(authority),
    support: inFund(support),
    available: inFund(available),
    held: inFund(held),
    disbursed: inFund(disbursed),
  }))
}

/** Everybody who works for the fund, by name. */
export function peopleOfFund(db: Db, fundId: string): Promise<{ id: string; name: string }[]> {
  return rows(
    db,
    `select p.id, p.name from people p
      where p.active and p.kind = 'person'
        and exists (select from role_grants g where g.fund_id = :fundId and g.person_id = p.id and g.ended_at is null and g.role <> 'donor')
      order by p.name, p.id`,
    { fundId },
  )
}

/** The processes of the fund that this person may know, by name. */
export function processesFor(db: Db, actor: Actor, fundId: string): Promise<{ id: string; name: string }[]> {
  return rows(db, `select p.id, p.name from processes p where p.fund_id = :fundId and ${SEEN} order by p.name`, {
    fundId,
    ...seenBy(actor, fundId),
  })
}

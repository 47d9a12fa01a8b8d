import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorText, type MoneyText } from '../money.ts'
import { LISTED, listed, type ListedRow } from './queries.ts'

export type ContributionFigures = {
  /** In the agreement's currency, or the pledge's while there is none. */
  original: Record<'pledged' | 'agreed' | 'received' | 'outstanding' | 'impaired' | 'writtenOff', MoneyText>
  /** In the fund's currency; `received` is the cash that came, charges taken off. */
  functional: Record<
    'pledged' | 'agreed' | 'received' | 'outstanding' | 'impaired' | 'writtenOff' | 'refunded',
    MoneyText
  >
  authority: MoneyText
  /** Where the money is now; the stages always sum to the authority. */
  stages: Record<(typeof STAGES)[number], MoneyText>
}

const STAGES = ['support', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported'] as const

/** A contribution with its agreement, what came of it, and its figures, all derived. Refuses `not_found`. */
export async function readContribution(db: Db, contributionId: string) {
  const found = await row<ListedRow>(db, `${LISTED} where c.id = :contributionId`, { contributionId })
  if (!found) throw new Refusal('not_found')
  const currency = found.fund_currency
  return {
    ...listed(found),
    pledgeRate: found.pledge_rate,
    rateSource: found.rate_source,
    agreement: await agreementTold(db, contributionId, currency),
    figures: await figuresOf(db, found),
    receipts: await receiptsTold(db, contributionId, currency),
    refunds: await refundsTold(db, contributionId, currency),
  }
}

/** One query for all figures: sums of the rows that say what happened, the receivable, and the kept balances of the stages. */
async function figuresOf(db: Db, found: ListedRow): Promise<ContributionFigures> {
  const sums = await row<Record<string, string>>(
    db,
    `select coalesce(g.functional, 0)::text as agreed_functional,
            (select coalesce(sum(amount), 0)::text from receipt_applications where contribution_id = c.id) as received,
            (select coalesce(sum(authority), 0)::text from receipt_applications where contribution_id = c.id) as received_functional,
            (select coalesce(sum(amount), 0)::text from write_offs where contribution_id = c.id) as written_off,
            (select coalesce(sum(functional), 0)::text from write_offs where contribution_id = c.id) as written_off_functional,
            (select coalesce(sum(amount), 0)::text from refunds where contribution_id = c.id) as refunded,
            coalesce(-d.amount, 0)::text as impaired, coalesce(-d.functional, 0)::text as impaired_functional,
            coalesce(o.amount, 0)::text as outstanding, coalesce(o.functional, 0)::text as outstanding_functional
       from contributions c left join agreements g on g.contribution_id = c.id
       left join lateral (select sum(p.amount) as amount, sum(p.functional) as functional
                            from accounts a join postings p on p.account_id = a.id
                           where a.contribution_id = c.id and a.address = 'assets:receivable:' || c.code) o on true
       left join lateral (select sum(p.amount) as amount, sum(p.functional) as functional
                            from accounts a join postings p on p.account_id = a.id
                           where a.contribution_id = c.id and a.address = 'assets:allowance:' || c.code) d on true
      where c.id = :id`,
    { id: found.id },
  )
  const stages = await rows<{ stage: string; total: string }>(
    db,
    `select a.stage, sum(b.amount)::text as total from accounts a join balances b on b.account_id = a.id
      where a.contribution_id = :id and a.stage is not null group by a.stage`,
    { id: found.id },
  )
  const held = new Map(stages.map(({ stage, total }) => [stage, total]))
  const original = (units: string) => minorText(units, found.agreed_currency ?? found.pledged_currency)
  const functional = (units: string) => minorText(units, found.fund_currency)
  const authority = stages.reduce((all, { total }) => all + BigInt(total), 0n)
  return {
    original: {
      pledged: minorText(found.pledged_amount, found.pledged_currency),
      agreed: original(found.agreed ?? '0'),
      received: original(sums!.received!),
      outstanding: original(sums!.outstanding!),
      impaired: original(sums!.impaired!),
      writtenOff: original(sums!.written_off!),
    },
    functional: {
      pledged: functional(found.pledged_functional),
      agreed: functional(sums!.agreed_functional!),
      received: functional(sums!.received_functional!),
      outstanding: functional(sums!.outstanding_functional!),
      impaired: functional(sums!.impaired_functional!),
      writtenOff: functional(sums!.written_off_functional!),
      refunded: functional(sums!.refunded!),
    },
    authority: functional(authority.toString()),
    stages: Object.fromEntries(
      STAGES.map((stage) => [stage, functional(held.get(stage) ?? '0')]),
    ) as ContributionFigures['stages'],
  }
}

async function agreementTold(db: Db, contributionId: string, fundCurrency: string) {
  const found = await row<Record<string, string> & { conditional: boolean; support_cost_bps: number }>(
    db,
    `select g.conditional, g.condition, m.met_on, g.amount, g.currency, g.functional, trim_scale(g.rate)::text as rate,
            g.rate_source, g.signed_on, g.reference, g.support_cost_bps, g.support_cost_base, g.interest, g.unspent, g.standard
       from agreements g left join conditions_met m on m.contribution_id = g.contribution_id
      where g.contribution_id = :contributionId`,
    { contributionId },
  )
  if (!found) return null
  return {
    conditional: found.conditional,
    condition: found.condition ?? null,
    metOn: found.met_on ?? null,
    amount: minorText(found.amount!, found.currency!),
    functional: minorText(found.functional!, fundCurrency),
    rate: found.rate ?? null,
    rateSource: found.rate_source ?? null,
    signedOn: found.signed_on!,
    reference: found.reference!,
    supportCost: { rateBps: found.support_cost_bps, base: found.support_cost_base! },
    interest: found.interest!,
    unspent: found.unspent as 'stay' | 'return',
    standard: found.standard!,
  }
}

async function receiptsTold(db: Db, contributionId: string, fundCurrency: string) {
  const found = await rows<Record<string, string>>(
    db,
    `select r.id, a.id as application_id, r.received_on, a.applied_on, r.reference, r.sent_amount, r.sent_currency,
            a.takes_back, a.amount, g.currency, a.functional, a.carrying, a.authority, a.support, trim_scale(r.rate)::text as rate
       from receipt_applications a join receipts r on r.id = a.receipt_id join agreements g on g.contribution_id = a.contribution_id
      where a.contribution_id = :contributionId order by a.applied_on, a.id`,
    { contributionId },
  )
  return found.map((one) => ({
    id: one.id!,
    applicationId: one.application_id!,
    takesBack: one.takes_back ?? null,
    receivedOn: one.received_on!,
    appliedOn: one.applied_on!,
    reference: one.reference!,
    sent: minorText(one.sent_amount!, one.sent_currency!),
    rate: one.rate ?? null,
    applied: minorText(one.amount!, one.currency!),
    functional: minorText(one.functional!, fundCurrency),
    carrying: minorText(one.carrying!, fundCurrency),
    authority: minorText(one.authority!, fundCurrency),
    support: minorText(one.support!, fundCurrency),
  }))
}

async function refundsTold(db: Db, contributionId: string, fundCurrency: string) {
  const found = await rows<Record<string, string>>(
    db,
    `select f.id, f.takes_back, f.amount, f.decided_on, f.reason, p.paid_on
       from refunds f left join refund_payments p on p.refund_id = f.id
      where f.contribution_id = :contributionId order by f.id`,
    { contributionId },
  )
  return found.map((one) => ({
    id: one.id!,
    amount: minorText(one.amount!, fundCurrency),
    decidedOn: one.decided_on!,
    takesBack: one.takes_back ?? null,
    reason: one.reason!,
    paidOn: one.paid_on ?? null,
  }))
}

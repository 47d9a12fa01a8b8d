import { rows, type Db } from '../../db/connect.ts'
import { minorText, moneyText, type MoneyText } from '../money.ts'
import type { InterestShare, InterestTerm } from './policy.ts'

export type ShareTold = {
  contributionId: string
  code: string
  /** Where it goes, by the agreement. */
  goesTo: InterestTerm
  /** Days of the period on which the contribution held money, and the sum of its balances at the end of each. */
  days: number
  balanceDays: MoneyText
  share: MoneyText
}

export function sharesTold(shares: readonly InterestShare[]): ShareTold[] {
  return shares.map(({ contributionId, code, term, days, balanceDays, share }) => ({
    contributionId,
    code,
    goesTo: term,
    days,
    balanceDays: moneyText(balanceDays),
    share: moneyText(share),
  }))
}

type Fund = { readonly id: string; readonly currency: string }

export type ConversionTold = {
  id: string
  from: { id: string; code: string }
  to: { id: string; code: string }
  leftOn: string
  arrivedOn: string
  left: MoneyText
  arrived: MoneyText
  charge: MoneyText
  /** The rest in the fund's currency; negative: gained. */
  carrying: MoneyText
  functional: MoneyText
  functionalCharge: MoneyText
  loss: MoneyText
  reference: string
}

/** Conversions that are in the books, the latest first; one more than `limit`. */
export async function listConversions(
  db: Db,
  fund: Fund,
  { before = '', limit }: { before?: string; limit: number },
): Promise<ConversionTold[]> {
  const found = await rows<Record<string, string>>(
    db,
    `select k.proposal_id as id, f.id as from_id, f.code as from_code, f.currency as from_currency, t.id as to_id, t.code as to_code,
            t.currency as to_currency, k.left_on, k.arrived_on, k.left_amount, k.arrived, k.charge, k.charge_currency, k.carrying, k.functional,
            k.functional_charge, (k.carrying - k.functional - k.functional_charge)::text as loss, k.reference
       from conversions k join bank_accounts f on f.id = k.from_account join bank_accounts t on t.id = k.to_account
      where k.fund_id = :fundId and (:before = '' or k.proposal_id < :before) order by k.proposal_id desc limit :most`,
    { fundId: fund.id, before, most: limit + 1 },
  )
  return found.map((one) => ({
    id: one.id!,
    from: { id: one.from_id!, code: one.from_code! },
    to: { id: one.to_id!, code: one.to_code! },
    leftOn: one.left_on!,
    arrivedOn: one.arrived_on!,
    left: minorText(one.left_amount!, one.from_currency!),
    arrived: minorText(one.arrived!, one.to_currency!),
    charge: minorText(one.charge!, one.charge_currency!),
    carrying: minorText(one.carrying!, fund.currency),
    functional: minorText(one.functional!, fund.currency),
    functionalCharge: minorText(one.functional_charge!, fund.currency),
    loss: minorText(one.loss!, fund.currency),
    reference: one.reference!,
  }))
}

export type InterestListed = {
  id: string
  bankAccount: { id: string; code: string }
  periodFrom: string
  periodTo: string
  creditedOn: string
  amount: MoneyText
  functional: MoneyText
  toContributions: MoneyText
  toReserve: MoneyText
  reference: string
  shares: ShareTold[]
}

/** Interest that is in the books with its shares, the latest first; one more than `limit`. */
export async function listInterest(
  db: Db,
  fund: Fund,
  { before = '', limit }: { before?: string; limit: number },
): Promise<InterestListed[]> {
  type Share = Record<'contributionId' | 'code' | 'balanceDays' | 'share', string> & {
    goesTo: InterestTerm
    days: number
  }
  const found = await rows<Record<string, string> & { shares: Share[] }>(
    db,
    `select i.id, b.id as bank_id, b.code, b.currency, i.period_from, i.period_to, i.credited_on, i.amount, i.functional, i.reference,
            coalesce(s.to_contributions, 0)::text as to_contributions, (i.functional - coalesce(s.to_contributions, 0))::text as to_reserve,
            coalesce(s.shares, '[]') as shares
       from interest i join bank_accounts b on b.id = i.bank_account_id
       left join lateral (
         select sum(h.amount) filter (where h.goes_to = 'contribution') as to_contributions,
                json_agg(json_build_object('contributionId', c.id, 'code', c.code, 'goesTo', h.goes_to, 'days', h.days,
                                           'balanceDays', h.balance_days::text, 'share', h.amount::text) order by c.code) as shares
           from interest_shares h join contributions c on c.id = h.contribution_id where h.interest_id = i.id) s on true
      where i.fund_id = :fundId and (:before = '' or i.id < :before) order by i.id desc limit :most`,
    { fundId: fund.id, before, most: limit + 1 },
  )
  const told = (units: string) => minorText(units, fund.currency)
  return found.map((one) => ({
    id: one.id!,
    bankAccount: { id: one.bank_id!, code: one.code! },
    periodFrom: one.period_from!,
    periodTo: one.period_to!,
    creditedOn: one.credited_on!,
    amount: minorText(one.amount!, one.currency!),
    functional: told(one.functional!),
    toContributions: told(one.to_contributions!),
    toReserve: told(one.to_reserve!),
    reference: one.reference!,
    shares: one.shares.map((share) => ({ ...share, balanceDays: told(share.balanceDays), share: told(share.share) })),
  }))
}

/** Contributions that may lend to the reserve or be given from it: agreed and without an earmark, by code. */
export function unearmarkedOf(db: Db, fundId: string): Promise<{ id: string; code: string; donor: string }[]> {
  return rows(
    db,
    `select c.id, c.code, d.name as donor from contributions c join donors d on d.id = c.donor_id join agreements g on g.contribution_id = c.id
      where c.fund_id = :fundId and c.earmark ->> 'level' = 'unearmarked' order by c.code limit 500`,
    { fundId },
  )
}

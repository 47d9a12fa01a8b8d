import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Earmark } from '../funding/policy.ts'
import { dayOf } from '../clock.ts'
import type { Account, BankAccountRef } from '../ledger/accounts.ts'
import { receivable } from '../ledger/accounts.ts'
import { BALANCES, boundsOf } from '../ledger/as-of.ts'
import { fromMinorUnits, type Money } from '../money.ts'
import type { ContributionStatus, Outstanding } from './policy.ts'

export type Agreement = {
  conditional: boolean
  conditionOpen: boolean
  amount: Money
  signedOn: string
  metOn: string | null
  supportCostBps: number
}

export type LoadedContribution = {
  id: string
  code: string
  fundId: string
  fundCurrency: string
  donorId: string
  earmark: Earmark
  status: ContributionStatus
  version: number
  pledgedOn: string
  pledged: Money
  /** Of the pledge. */
  functional: Money
  agreement: Agreement | undefined
}

/**
 * The contribution with its row locked: whoever acts on its money at the same time queues here, and then sees what the
 * first did. Not `for update`: what only refers to the row need not wait. Refuses `not_found`.
 */
export async function lockContribution(trx: Trx, contributionId: string): Promise<LoadedContribution> {
  await trx.raw(`select id from contributions where id = ? for no key update`, [contributionId])
  return contributionById(trx, contributionId)
}

/** The contribution as it is now. Refuses `not_found`. */
export async function contributionById(db: Db, contributionId: string): Promise<LoadedContribution> {
  const found = await row<ContributionRow>(
    db,
    `select c.id, c.code, c.fund_id as "fundId", f.currency as "fundCurrency", c.donor_id as "donorId", c.earmark, c.status,
            c.version, c.pledged_on as "pledgedOn", c.pledged_amount, c.pledged_currency, c.pledged_functional,
            g.conditional, g.amount, g.currency, g.signed_on, g.support_cost_bps, m.met_on
       from contributions c join funds f on f.id = c.fund_id
       left join agreements g on g.contribution_id = c.id
       left join conditions_met m on m.contribution_id = c.id
      where c.id = :contributionId`,
    { contributionId },
  )
  if (!found) throw new Refusal('not_found')
  const { id, code, fundId, fundCurrency, donorId, earmark, status, version, pledgedOn } = found
  return {
    ...{ id, code, fundId, fundCurrency, donorId, earmark, status, version, pledgedOn },
    pledged: fromMinorUnits(found.pledged_amount, found.pledged_currency),
    functional: fromMinorUnits(found.pledged_functional, fundCurrency),
    agreement: agreementIn(found),
  }
}

/** The agreement of a contribution that still holds. Refuses `not_agreed`. */
export function agreementOf(contribution: LoadedContribution): Agreement {
  if (!contribution.agreement) throw new Refusal('not_agreed', { status: contribution.status })
  return contribution.agreement
}

/** What is agreed and not yet received, from the receivable itself. The contribution must be locked. */
export async function outstandingOf(db: Db, contribution: LoadedContribution): Promise<Outstanding> {
  const { currency } = agreementOf(contribution).amount
  const { amount, functional } = await accountBalance(db, contribution, receivable(contribution, currency))
  return { amount, carrying: functional }
}

/** The balance of one account, debit positive; of nothing where it was never opened. */
export async function accountBalance(
  db: Db,
  { fundId, fundCurrency }: { fundId: string; fundCurrency: string },
  account: Account,
): Promise<{ amount: Money; functional: Money }> {
  const found = await row<{ amount: string; functional: string }>(
    db,
    `select s.amount::text, s.functional::text
       from accounts a cross join lateral ${BALANCES('array[a.id]')} s
      where a.fund_id = :fundId and a.address = :address and a.currency = :currency`,
    { fundId, address: account.address, currency: account.currency, ...boundsOf({}) },
  )
  return {
    amount: fromMinorUnits(found?.amount ?? '0', account.currency),
    functional: fromMinorUnits(found?.functional ?? '0', fundCurrency),
  }
}

export type BankAccount = BankAccountRef & { id: string }

/** A bank account of the fund. Refuses `not_found`. */
export async function bankAccountOf(db: Db, fundId: string, bankAccountId: string): Promise<BankAccount> {
  const found = await row<BankAccount>(
    db,
    `select id, code, currency from bank_accounts where id = :bankAccountId and fund_id = :fundId`,
    { bankAccountId, fundId },
  )
  if (!found) throw new Refusal('not_found', { field: 'bankAccountId' })
  return found
}

/** Only what has happened is recorded, as seen from the act. Refuses `date_in_future`. */
export function checkHappened(on: string, at: Date): void {
  if (on > dayOf(at)) throw new Refusal('date_in_future', { day: on })
}

type ContributionRow = Omit<LoadedContribution, 'pledged' | 'functional' | 'agreement'> & {
  pledged_amount: string
  pledged_currency: string
  pledged_functional: string
  conditional: boolean | null
  amount: string | null
  currency: string | null
  signed_on: string | null
  support_cost_bps: number | null
  met_on: string | null
}

function agreementIn(found: ContributionRow): Agreement | undefined {
  if (found.conditional === null) return undefined
  return {
    conditional: found.conditional,
    conditionOpen: found.conditional && found.met_on === null,
    amount: fromMinorUnits(found.amount, found.currency!),
    signedOn: found.signed_on!,
    metOn: found.met_on,
    supportCostBps: found.support_cost_bps!,
  }
}

/** An earmark binds to payees of the fund, or money under it could never be used. Refuses `not_found`. */
export async function checkPartners(db: Db, fundId: string, { partners = [] }: Earmark): Promise<void> {
  const known = await db('payees').where({ fund_id: fundId }).whereIn('id', partners).pluck('id')
  if (known.length !== new Set(partners).size) throw new Refusal('not_found', { field: 'earmark.partners' })
}

import { rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Earmark } from '../funding/policy.ts'
import { usableCurrency, valueOn, type Valued } from '../funds/currencies.ts'
import { fundById, type Fund } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { atRate, minorUnits, moneyFrom, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { checkHappened, checkPartners } from './load.ts'
import { checkKeepable } from './policy.ts'
import { pledgePostings } from './postings.ts'

export type NewPledge = {
  fundId: string
  donorId: string
  code?: string
  /** That of the pledge's day where none is given. */
  fiscalYear?: number
  pledgedOn: string
  amount: MoneyText
  earmark: Earmark
  /** Units of the pledge's currency per unit of the fund's, where the donor's letter names one; else the operational rate. */
  rate?: string
}

/**
 * Records a pledge (event 1): a promise, which gives no authority to spend.
 *
 * Refuses `not_found`, `role_not_allowed`, `date_in_future`, `currency_unknown`, `currency_not_in_use`, `rate_missing`,
 * `amount_out_of_range`, and `already_exists` for a code that is in use.
 */
export async function pledgeContribution(
  trx: Trx,
  actor: Actor,
  pledge: NewPledge,
): Promise<{ id: string; code: string; status: 'pledged'; version: number }> {
  const fund = await fundById(trx, pledge.fundId)
  requireRole(actor, fund.id, ['fund_manager', 'controller'])
  const donor = await trx('donors').where({ id: pledge.donorId, fund_id: fund.id }).first('name')
  if (!donor) throw new Refusal('not_found', { field: 'donorId' })
  await checkPartners(trx, fund.id, pledge.earmark)
  checkHappened(pledge.pledgedOn, actor.act.at)
  const amount = moneyFrom(pledge.amount)
  await usableCurrency(trx, amount.currency, pledge.pledgedOn)
  const { functional, rate, source } = await valued(trx, fund, pledge, amount)
  checkKeepable(functional)

  const id = newId('contribution')
  const fiscalYear = pledge.fiscalYear ?? Number.parseInt(pledge.pledgedOn.slice(0, 4), 10)
  const code = await insertUnderCode(trx, { code: pledge.code, donor: donor.name, fiscalYear }, (free) => ({
    id,
    fund_id: fund.id,
    code: free,
    donor_id: pledge.donorId,
    fiscal_year: fiscalYear,
    earmark: JSON.stringify(pledge.earmark),
    pledged_on: pledge.pledgedOn,
    pledged_amount: minorUnits(amount),
    pledged_currency: amount.currency,
    pledged_functional: minorUnits(functional),
    pledge_rate: rate,
    rate_source: source,
    act_id: actor.act.id,
  }))
  await postEntry(
    trx,
    { fundId: fund.id, actId: actor.act.id },
    {
      kind: 'pledge',
      source: id,
      occurredOn: pledge.pledgedOn,
      memo: code,
      postings: pledgePostings({ id, code }, functional),
    },
  )
  return { id, code, status: 'pledged', version: 1 }
}

async function valued(trx: Trx, fund: Fund, pledge: NewPledge, amount: Money): Promise<Valued> {
  if (pledge.rate === undefined)
    return valueOn(trx, { fundId: fund.id, fundCurrency: fund.currency, amount, on: pledge.pledgedOn })
  if (amount.currency === fund.currency) {
    throw new Refusal('invalid_request', {
      errors: [{ field: 'rate', code: 'any.unknown', message: "an amount in the fund's own currency has no rate" }],
    })
  }
  return { functional: atRate(amount, pledge.rate, fund.currency), rate: pledge.rate, source: 'as pledged' }
}

/** Inserts the row under the code that was asked for, or under the next free one that says year and donor: `26-SWE-0017`. */
async function insertUnderCode(
  trx: Trx,
  { code, donor, fiscalYear }: { code: string | undefined; donor: string; fiscalYear: number },
  rowUnder: (code: string) => Record<string, unknown>,
): Promise<string> {
  for (;;) {
    const free = code ?? (await nextCode(trx, donor, fiscalYear))
    const inserted = await trx('contributions')
      .insert(rowUnder(free))
      .onConflict(['fund_id', 'code'])
      .ignore()
      .returning('id')
    if (inserted.length > 0) return free
    if (code !== undefined) throw new Refusal('already_exists', { field: 'code' })
  }
}

async function nextCode(trx: Trx, donor: string, fiscalYear: number): Promise<string> {
  const [next] = await rows<{ number: string }>(trx, `select nextval('contribution_numbers')::text as number`)
  const letters = donor.normalize('NFD').replaceAll(/[^A-Za-z]/g, '')
  return `${String(fiscalYear).slice(2)}-${(letters.slice(0, 3) || 'DON').toUpperCase()}-${next!.number.padStart(4, '0')}`
}

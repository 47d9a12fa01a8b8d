import { rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { fundAccount, type Account } from '../ledger/accounts.ts'
import { postEntries, type Entry } from '../ledger/post.ts'
import { fromMinorUnits, moneyText, negate, sum, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPeriod, stateOf } from './load.ts'
import { monthsOf } from './policy.ts'

/** So many accounts to an entry: its lines are numbered in sixteen bits. */
const ACCOUNTS_PER_ENTRY = 5_000

export type YearClosed = { id: string; year: number; accounts: number; entries: string[]; result: MoneyText }

/**
 * Closes a year (event 26): what was posted in it on income and expense goes to `equity:net-assets`, account by account in its own
 * currency, on 31 December. The stages of contributions are carried forward as they are. `result` is what the year's net assets gained,
 * in the fund's currency.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `already_exists`, and `month_still_open` while a month
 * of the year is not closed hard.
 */
export async function closeYear(
  trx: Trx,
  actor: Actor,
  { fundId, year }: { fundId: string; year: string },
): Promise<YearClosed> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  await lockPeriod(trx, { fundId, month: `${year}-12` })
  if (await trx('year_closings').where({ fund_id: fundId, year }).first('id'))
    throw new Refusal('already_exists', { field: 'year' })
  for (const month of monthsOf(year)) {
    if ((await stateOf(trx, { fundId, month })).state !== 'hard_closed')
      throw new Refusal('month_still_open', { month })
  }

  // From here on everything must succeed.
  const id = newId('yearClosing')
  await trx('year_closings').insert({
    id,
    fund_id: fundId,
    year,
    closed_by: actor.personId,
    act_id: actor.act.id,
  })
  const results = await resultsOf(trx, fund, year)
  const entries: Entry[] = []
  for (let i = 0; i < results.length; i += ACCOUNTS_PER_ENTRY) {
    const source = i === 0 ? id : `${id}#${i / ACCOUNTS_PER_ENTRY + 1}`
    entries.push(closingEntry(source, year, results.slice(i, i + ACCOUNTS_PER_ENTRY), fund.currency))
  }
  const posted = entries.length > 0 ? await postEntries(trx, { fundId, actId: actor.act.id }, entries) : []
  const result = sum(
    results.map(({ functional }) => negate(functional)),
    fund.currency,
  )
  return {
    id,
    year: Number.parseInt(year, 10),
    accounts: results.length,
    entries: posted.map((one) => one.id),
    result: moneyText(result),
  }
}

type Result = { account: Account; amount: Money; functional: Money }

/** What the year posted on each account of income and expense. */
async function resultsOf(db: Db, fund: { id: string; currency: string }, year: string): Promise<Result[]> {
  const found = await rows<{ address: string; currency: string; amount: string; functional: string }>(
    db,
    `select a.address, a.currency, s.amount::text, s.functional::text
       from accounts a
       cross join lateral (select sum(p.amount) as amount, sum(p.functional) as functional from postings p
                            where p.account_id = a.id and p.occurred_on between make_date(cast(:year as int), 1, 1) and make_date(cast(:year as int), 12, 31)) s
      where a.fund_id = :fundId and (a.address like 'income:%' or a.address like 'expense:%') and (s.amount <> 0 or s.functional <> 0)
      order by a.address, a.currency`,
    { fundId: fund.id, year },
  )
  return found.map(({ address, currency, amount, functional }) => ({
    account: { address, currency },
    amount: fromMinorUnits(amount, currency),
    functional: fromMinorUnits(functional, fund.currency),
  }))
}

/** Each account is emptied, and net assets take what it held, in one posting for each currency. */
function closingEntry(source: string, year: string, results: readonly Result[], functional: string): Entry {
  const currencies = [...new Set(results.map(({ account }) => account.currency))]
  return {
    kind: 'year_closed',
    source,
    occurredOn: `${year}-12-31`,
    memo: year,
    postings: [
      ...results.map((one) => ({
        account: one.account,
        amount: negate(one.amount),
        functional: negate(one.functional),
      })),
      ...currencies.map((currency) => {
        const of = results.filter(({ account }) => account.currency === currency)
        return {
          account: fundAccount('equity:net-assets', currency),
          amount: sum(
            of.map(({ amount }) => amount),
            currency,
          ),
          functional: sum(
            of.map((one) => one.functional),
            functional,
          ),
        }
      }),
    ],
  }
}

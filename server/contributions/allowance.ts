import { rows, type Db, type Trx } from '../../db/connect.ts'
import { newId } from '../ids.ts'
import { allowance } from '../ledger/accounts.ts'
import { postEntries, type Entry } from '../ledger/post.ts'
import { fromMinorUnits, minorUnits, negate, subtract } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { accountBalance, type LoadedContribution } from './load.ts'
import { carryingOf, type Outstanding } from './policy.ts'
import { impairmentPostings } from './postings.ts'

/** What of a receivable is doubted: in the agreement's currency, and its functional amount. The contribution must be locked. */
export async function allowanceOf(db: Db, contribution: LoadedContribution): Promise<Outstanding> {
  const { currency } = contribution.agreement!.amount
  const { amount, functional } = await accountBalance(db, contribution, allowance(contribution, currency))
  return { amount: negate(amount), carrying: negate(functional) }
}

type Doubted = Record<'id' | 'code' | 'currency' | 'outstanding' | 'amount' | 'functional' | 'lastOn', string>

/**
 * After money has come: nothing that is no longer outstanding can be doubted, so an allowance larger than its receivable is taken back
 * to it. Needs nobody's authority, for the money is there. Of one contribution, or of all of the fund.
 */
export async function releaseAllowances(
  trx: Trx,
  actor: { readonly act: Pick<Actor['act'], 'id'> },
  { fundId, fundCurrency, contributionId = '' }: { fundId: string; fundCurrency: string; contributionId?: string },
): Promise<void> {
  const found = await rows<Doubted>(
    trx,
    `select c.id, c.code, a.currency, coalesce(r.amount, 0)::text as outstanding, (-d.amount)::text as amount, (-d.functional)::text as functional,
            greatest(d.last_on, r.last_on) as "lastOn"
       from accounts a
       join contributions c on c.id = a.contribution_id
       cross join lateral (select sum(p.amount) as amount, sum(p.functional) as functional, max(p.occurred_on) as last_on
                             from postings p where p.account_id = a.id) d
       left join lateral (select sum(p.amount) as amount, max(p.occurred_on) as last_on
                            from accounts x join postings p on p.account_id = x.id
                           where x.fund_id = a.fund_id and x.address = 'assets:receivable:' || c.code and x.currency = a.currency) r on true
      where a.fund_id = :fundId and a.address like 'assets:allowance:%' and (:contributionId = '' or a.contribution_id = :contributionId)
        and -d.amount > coalesce(r.amount, 0)`,
    { fundId, contributionId },
  )
  const entries: Entry[] = []
  for (const { id: of, code, currency, lastOn, ...one } of found) {
    const held = {
      amount: fromMinorUnits(one.amount, currency),
      carrying: fromMinorUnits(one.functional, fundCurrency),
    }
    const over = subtract(held.amount, fromMinorUnits(one.outstanding, currency))
    const functional = carryingOf(held, over)
    const id = newId('impairment')
    await trx('impairments').insert({
      id,
      contribution_id: of,
      amount: minorUnits(negate(over)),
      functional: minorUnits(negate(functional)),
      occurred_on: lastOn,
      act_id: actor.act.id,
    })
    const postings = impairmentPostings({ id: of, code }, negate(over), negate(functional))
    entries.push({ kind: 'impairment_reversed', source: id, occurredOn: lastOn, memo: code, postings })
  }
  if (entries.length > 0) await postEntries(trx, { fundId, actId: actor.act.id }, entries)
}

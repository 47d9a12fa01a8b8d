import { row, type Trx } from '../../db/connect.ts'
import { fundAccount } from '../ledger/accounts.ts'
import { credit, debit, type Posting } from '../ledger/post.ts'
import type { StagePart } from '../ledger/stages.ts'
import { add, fromMinorUnits, isZero, minorUnits, sum, type Money } from '../money.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { supportDue } from './policy.ts'

/**
 * Expenses the programme support cost that what is reported makes due, contribution by contribution as its agreement says (the second half of
 * event 19). It is owed to whoever administers the fund; the budget keeps what was set aside for it in its own stage. `parts` are what moves
 * now, negative where it is taken back, and are not posted yet.
 */
export async function chargeSupport(
  trx: Trx,
  request: LoadedRequest,
  { reviewId, parts }: { reviewId: string; parts: readonly StagePart[] },
): Promise<Posting[]> {
  const { fundId, currency } = request
  const charges: { contributionId: string; amount: Money }[] = []
  for (const { contributionId, amount } of [...parts].sort((a, b) => (a.contributionId < b.contributionId ? -1 : 1))) {
    // Reports of several requests may be accepted at once: lock, then look.
    await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 5))`, [contributionId])
    const { reported, ...terms } = await termsOf(trx, contributionId, currency)
    charges.push({ contributionId, amount: supportDue(terms, add(reported, amount)) })
  }
  const due = charges.filter(({ amount }) => !isZero(amount))
  if (due.length === 0) return []
  await trx('support_charges').insert(
    due.map(({ contributionId, amount }) => ({
      ...{ fund_id: fundId, review_id: reviewId, contribution_id: contributionId, amount: minorUnits(amount) },
    })),
  )
  const total = sum(
    due.map(({ amount }) => amount),
    currency,
  )
  return [
    debit(fundAccount('expense:support-cost', currency), total),
    credit(fundAccount('liabilities:due-to:support-cost', currency), total),
  ]
}

async function termsOf(trx: Trx, contributionId: string, currency: string) {
  const found = await row<{
    base: 'deposit' | 'expenditure'
    rateBps: number
    setAside: string
    reported: string
    charged: string
  }>(
    trx,
    `select g.support_cost_base as base, g.support_cost_bps as "rateBps",
            coalesce(sum(b.amount) filter (where a.stage = 'support'), 0)::text as "setAside",
            coalesce(sum(b.amount) filter (where a.stage = 'reported'), 0)::text as reported,
            (select coalesce(sum(c.amount), 0) from support_charges c where c.contribution_id = g.contribution_id)::text as charged
       from agreements g
       left join accounts a on a.contribution_id = g.contribution_id and a.stage in ('support', 'reported')
       left join balances b on b.account_id = a.id
      where g.contribution_id = :contributionId
      group by g.contribution_id, g.support_cost_base, g.support_cost_bps`,
    { contributionId },
  )
  const { base, rateBps, ...units } = found!
  return {
    ...{ base, rateBps },
    setAside: fromMinorUnits(units.setAside, currency),
    reported: fromMinorUnits(units.reported, currency),
    charged: fromMinorUnits(units.charged, currency),
  }
}

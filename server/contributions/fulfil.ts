import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { conditionalLiability } from '../ledger/accounts.ts'
import { postEntries, type Entry } from '../ledger/post.ts'
import { add, fromMinorUnits, isZero, moneyText, negate, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { accountBalance, agreementOf, checkHappened, lockContribution, type LoadedContribution } from './load.ts'
import { checkOrder } from './policy.ts'
import { authorityPostings, conditionMetPostings } from './postings.ts'

/**
 * Records that the condition of an agreement is met (event 4): the liability becomes income, and what was received meanwhile
 * gives the authority that was held back.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_agreed`, `not_conditional`, `date_in_future`, `dates_out_of_order`.
 */
export async function fulfilCondition(
  trx: Trx,
  actor: Actor,
  { contributionId, metOn, evidence }: { contributionId: string; metOn: string; evidence: string },
): Promise<{ id: string; metOn: string; authority: MoneyText }> {
  const contribution = await lockContribution(trx, contributionId)
  const { id, fundId } = contribution
  requireRole(actor, fundId, ['fund_manager', 'controller'])
  const agreement = agreementOf(contribution)
  if (!agreement.conditionOpen) throw new Refusal('not_conditional')
  const liability = await accountBalance(
    trx,
    contribution,
    conditionalLiability(contribution, agreement.amount.currency),
  )
  if (isZero(liability.amount)) throw new Refusal('not_conditional') // all of it was written off
  checkHappened(metOn, actor.act.at)
  checkOrder(agreement.signedOn, metOn)
  const held = await heldBack(trx, contribution, metOn)

  // From here on everything must succeed.
  await trx('conditions_met').insert({ contribution_id: id, met_on: metOn, evidence, act_id: actor.act.id })
  const { amount, functional } = liability
  const met: Entry = {
    kind: 'condition_met',
    source: id,
    occurredOn: metOn,
    memo: contribution.code,
    postings: [
      ...conditionMetPostings(contribution, negate(amount), negate(functional)),
      ...authorityPostings(contribution, held.byThen),
    ],
  }
  const later: Entry[] = isZero(held.later.authority)
    ? []
    : [
        {
          kind: 'authority_released',
          source: id,
          occurredOn: held.latest!,
          memo: contribution.code,
          postings: authorityPostings(contribution, held.later),
        },
      ]
  await postEntries(trx, { fundId, actId: actor.act.id }, [met, ...later])
  return { id, metOn, authority: moneyText(add(held.byThen.authority, held.later.authority)) }
}

type Given = { authority: Money; support: Money }

/**
 * The authority of what was received while the condition was open: by the day it was met, and after it but before that was
 * known here. No day may show more authority than cash, so the second part is dated when the last of it came.
 */
async function heldBack(
  db: Db,
  { id, fundCurrency }: LoadedContribution,
  metOn: string,
): Promise<{ byThen: Given; later: Given; latest: string | null }> {
  const found = await row<{
    authority: string
    support: string
    later: string
    laterSupport: string
    latest: string | null
  }>(
    db,
    `select coalesce(sum(authority) filter (where applied_on <= :metOn), 0)::text as authority,
            coalesce(sum(support) filter (where applied_on <= :metOn), 0)::text as support,
            coalesce(sum(authority) filter (where applied_on > :metOn), 0)::text as later,
            coalesce(sum(support) filter (where applied_on > :metOn), 0)::text as "laterSupport",
            max(applied_on) as latest
       from receipt_applications where contribution_id = :id`,
    { id, metOn },
  )
  const given = (authority: string, support: string): Given => ({
    authority: fromMinorUnits(authority, fundCurrency),
    support: fromMinorUnits(support, fundCurrency),
  })
  return {
    byThen: given(found!.authority, found!.support),
    later: given(found!.later, found!.laterSupport),
    latest: found!.latest,
  }
}

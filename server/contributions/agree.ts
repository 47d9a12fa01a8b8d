import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency, valueOn } from '../funds/currencies.ts'
import { policyInForce } from '../funds/policies.ts'
import { postEntry } from '../ledger/post.ts'
import { minorUnits, moneyFrom, moneyText, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { checkHappened, lockContribution } from './load.ts'
import { checkKeepable, checkOrder } from './policy.ts'
import { agreementPostings, pledgeReversal } from './postings.ts'
import { setStatus } from './status.ts'

export type NewAgreement = {
  contributionId: string
  conditional: boolean
  condition?: string
  amount: MoneyText
  signedOn: string
  reference?: string
  supportCost: { rateBps: number; base: 'deposit' | 'expenditure' }
  /** Where interest on its money goes; the operating reserve unless the agreement says otherwise. */
  interest?: 'contribution' | 'reserve'
  /** Whether money that was given and not spent goes back to the donor; it stays unless the agreement says otherwise. */
  unspent?: 'stay' | 'return'
}

/**
 * Records the signed agreement of a pledge (events 2 and 3): income at once, or a liability until the condition is met. The
 * promise is taken off the budget book. The standard whose recognition rule was in force on that day is kept with it.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_pledged`, `date_in_future`, `dates_out_of_order`, `currency_unknown`,
 * `currency_not_in_use`, `rate_missing`, `amount_out_of_range`.
 */
export async function agreeContribution(
  trx: Trx,
  actor: Actor,
  terms: NewAgreement,
): Promise<{ id: string; status: 'agreed'; functional: MoneyText; standard: string }> {
  const contribution = await lockContribution(trx, terms.contributionId)
  const { id, fundId, fundCurrency } = contribution
  requireRole(actor, fundId, ['fund_manager', 'controller'])
  if (contribution.status !== 'pledged') throw new Refusal('not_pledged', { status: contribution.status })
  checkHappened(terms.signedOn, actor.act.at)
  checkOrder(contribution.pledgedOn, terms.signedOn)
  const amount = moneyFrom(terms.amount)
  await usableCurrency(trx, amount.currency, terms.signedOn)
  const { functional, rate, source } = await valueOn(trx, { fundId, fundCurrency, amount, on: terms.signedOn })
  checkKeepable(functional)
  const recognition = await policyInForce(trx, { fundId, subject: 'recognition', on: terms.signedOn })

  // From here on everything must succeed.
  await trx('agreements').insert({
    contribution_id: id,
    conditional: terms.conditional,
    condition: terms.condition ?? null,
    amount: minorUnits(amount),
    currency: amount.currency,
    functional: minorUnits(functional),
    rate,
    rate_source: source,
    signed_on: terms.signedOn,
    reference: terms.reference ?? '',
    support_cost_bps: terms.supportCost.rateBps,
    support_cost_base: terms.supportCost.base,
    interest: terms.interest ?? 'reserve',
    unspent: terms.unspent ?? 'stay',
    standard: recognition.terms.standard,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: terms.conditional ? 'conditional_agreement' : 'unconditional_agreement',
      source: id,
      occurredOn: terms.signedOn,
      memo: contribution.code,
      postings: [
        ...agreementPostings(contribution, { amount, functional, conditional: terms.conditional }),
        ...pledgeReversal(contribution, contribution.functional),
      ],
    },
  )
  await setStatus(trx, contribution, 'agreed')
  return { id, status: 'agreed', functional: moneyText(functional), standard: recognition.terms.standard }
}

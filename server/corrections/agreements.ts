import { row, type Trx } from '../../db/connect.ts'
import { allowanceOf } from '../contributions/allowance.ts'
import { checkHappened, lockContribution, type LoadedContribution } from '../contributions/load.ts'
import { checkKeepable, checkOrder } from '../contributions/policy.ts'
import { agreementPostings, pledgeReversal } from '../contributions/postings.ts'
import { Refusal } from '../errors.ts'
import { valueOn } from '../funds/currencies.ts'
import { policyInForce } from '../funds/policies.ts'
import {
  exceeds,
  fromMinorUnits,
  isZero,
  minorText,
  minorUnits,
  moneyFrom,
  moneyText,
  type MoneyText,
} from '../money.ts'
import { checkNothingBuilt, type Corrector, type Part, type Under } from './corrector.ts'
import { conditionMet, contributionsIn, entriesOf, lockContributions } from './of-contribution.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

/** Corrects what was agreed. A contribution has one agreement, so that is put right in its place, and kept as it was. */
export const agreementCorrector: Corrector = { lock: lockContributions, said, takeBack, putRight }

type Terms = {
  conditional: boolean
  condition: string | null
  amount: MoneyText
  signedOn: string
  reference: string
  supportCost: { rateBps: number; base: string }
}

async function said(trx: Trx, { source }: Wrong): Promise<Terms> {
  const was = await trx('agreements').where({ contribution_id: source }).first()
  return {
    conditional: was.conditional,
    condition: was.condition,
    amount: minorText(was.amount, was.currency),
    signedOn: was.signed_on,
    reference: was.reference,
    supportCost: { rateBps: was.support_cost_bps, base: was.support_cost_base },
  }
}

/** A condition that was met has turned the liability into income, which stands on the agreement as it was. */
async function takeBack(trx: Trx, wrong: Wrong): Promise<string> {
  checkNothingBuilt(await conditionMet(trx, wrong.fund.id, wrong.source))
  return wrong.source
}

async function putRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { correctionId, actId } = under
  const terms = values as Terms
  const was = await said(trx, wrong)
  const contribution = await lockContribution(trx, contributionsIn(wrong)[0]!)
  const condition = terms.conditional ? terms.condition : null
  if (terms.conditional && !condition)
    throw new Refusal('invalid_request', {
      errors: [{ field: 'right.condition', code: 'any.required', message: 'say what the condition is' }],
    })
  checkHappened(terms.signedOn, under.at)
  checkOrder(contribution.pledgedOn, terms.signedOn)
  const amount = moneyFrom(terms.amount)
  if (amount.currency !== was.amount.currency)
    throw new Refusal('currency_mismatch', { field: 'right.amount', expected: was.amount.currency })
  await checkWhatFollowed(trx, wrong, { contribution, was, terms })
  const { functional, rate, rate_source } = await valued(trx, wrong, { was, terms })
  const recognition = await policyInForce(trx, { fundId: wrong.fund.id, subject: 'recognition', on: terms.signedOn })
  await trx('agreements')
    .where({ contribution_id: wrong.source })
    .update({
      ...{ conditional: terms.conditional, condition, rate, rate_source },
      amount: minorUnits(amount),
      functional: minorUnits(functional),
      signed_on: terms.signedOn,
      reference: terms.reference,
      support_cost_bps: terms.supportCost.rateBps,
      support_cost_base: terms.supportCost.base,
      standard: recognition.terms.standard,
      act_id: actId,
      correction_id: correctionId,
    })
  return [
    {
      kind: terms.conditional ? 'conditional_agreement' : 'unconditional_agreement',
      source: wrong.source,
      takesBack: false,
      valueOn: terms.signedOn,
      memo: contribution.code,
      postings: [
        ...agreementPostings(contribution, { amount, functional, conditional: terms.conditional }),
        ...pledgeReversal(contribution, contribution.functional),
      ],
    },
  ]
}

/**
 * What came of the agreement must still be true of the right one: nothing happened before it was signed, no more was settled than is
 * agreed, and what decided how receipts were booked (the condition, the support cost) stays, or those are put right first.
 */
async function checkWhatFollowed(
  trx: Trx,
  { fund, source }: Wrong,
  { contribution, was, terms }: { contribution: LoadedContribution; was: Terms; terms: Terms },
) {
  const followed = await row<
    { first: string | null; settled: string } & Record<'applications' | 'writeOffs' | 'impairments', string[]>
  >(
    trx,
    `with standing as (
       select x.id, x.amount, x.applied_on as on, 'application' as kind from receipt_applications x
        where x.contribution_id = :source and x.takes_back is null and not exists (select from receipt_applications t where t.takes_back = x.id)
       union all
       select w.id, w.amount, w.written_off_on, 'writeOff' from write_offs w
        where w.contribution_id = :source and w.takes_back is null and not exists (select from write_offs t where t.takes_back = w.id)
       union all
       select i.id, 0, i.occurred_on, 'impairment' from impairments i where i.contribution_id = :source
       union all
       select f.id, 0, f.decided_on, 'refund' from refunds f
        where f.contribution_id = :source and f.takes_back is null and not exists (select from refunds t where t.takes_back = f.id))
     select min(s.on)::text as first, coalesce(sum(s.amount), 0)::text as settled,
            coalesce(array_agg(s.id::text) filter (where s.kind = 'writeOff'), '{}') as "writeOffs",
            coalesce(array_agg(s.id::text) filter (where s.kind = 'impairment'), '{}') as impairments,
            (select coalesce(array_agg(distinct x.id::text || ' ' || x.receipt_id), '{}') from standing a join receipt_applications x on x.id = a.id) as applications
       from standing s`,
    { source },
  )
  const { first, settled, applications, writeOffs, impairments } = followed!
  if (first !== null && first < terms.signedOn) throw new Refusal('dates_out_of_order', { notAfter: first })
  const { currency } = terms.amount
  if (exceeds(fromMinorUnits(settled, currency), moneyFrom(terms.amount)))
    throw new Refusal('nothing_outstanding', { settled: moneyText(fromMinorUnits(settled, currency)) })
  const booked = ({ conditional, supportCost }: Terms) =>
    JSON.stringify([conditional, supportCost.rateBps, supportCost.base])
  if (booked(was) === booked(terms)) return
  const ids = applications.flatMap((pair) => pair.split(' '))
  const doubted = !isZero((await allowanceOf(trx, contribution)).amount)
  checkNothingBuilt([
    ...(doubted ? await entriesOf(trx, fund.id, 'impairment', impairments) : []),
    ...(await entriesOf(trx, fund.id, 'write_off', writeOffs)),
    ...(await entriesOf(trx, fund.id, 'receipt_applied', ids)),
    ...(await entriesOf(trx, fund.id, 'receipt', ids)),
  ])
}

/** The same amount agreed on the same day keeps its value; another is valued as at first. */
async function valued(trx: Trx, { fund, source }: Wrong, { was, terms }: { was: Terms; terms: Terms }) {
  const kept = await trx('agreements').where({ contribution_id: source }).first('functional', 'rate', 'rate_source')
  if (JSON.stringify([was.amount, was.signedOn]) === JSON.stringify([terms.amount, terms.signedOn]))
    return { ...kept, functional: fromMinorUnits(kept.functional, fund.currency) }
  const {
    functional,
    rate,
    source: rateSource,
  } = await valueOn(trx, {
    fundId: fund.id,
    fundCurrency: fund.currency,
    amount: moneyFrom(terms.amount),
    on: terms.signedOn,
  })
  return { functional: checkKeepable(functional), rate, rate_source: rateSource }
}

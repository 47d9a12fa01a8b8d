import {
  authority,
  cash,
  conversion,
  fundAccount,
  moving,
  reserveAuthority,
  reserveAvailable,
  stage,
  type BankAccountRef,
  type ContributionRef,
} from '../ledger/accounts.ts'
import { credit, debit, type Entry, type Posting } from '../ledger/post.ts'
import { add, isNegative, isZero, negate, subtract, type Money } from '../money.ts'
import { carriedByReserve, exchangePostings } from '../payments/settle.ts'
import type { ConversionValue, InterestShare, Moved } from './policy.ts'

/** The postings of the fund's own money, event by event; the numbers are those of the accounting rules. */

/** Event 8: one entry, or two with what is on its way between them where it arrived on a later day than it left. */
export function conversionEntries({
  id,
  from,
  to,
  moved,
  value,
  leftOn,
  arrivedOn,
  reference,
}: {
  id: string
  from: BankAccountRef
  to: BankAccountRef
  moved: Moved
  value: ConversionValue
  leftOn: string
  arrivedOn: string
  reference: string
}): Entry[] {
  const memo = `${from.code} ${to.code} ${reference}`
  const leaving = leavingPostings(from, moved, value)
  const arriving = arrivingPostings(from, to, moved, value)
  if (leftOn === arrivedOn)
    return [{ kind: 'conversion', source: id, occurredOn: arrivedOn, memo, postings: [...leaving, ...arriving] }]
  const { amount, functional } = onItsWay(moved, value)
  const way = moving(to, moved.left.currency)
  return [
    {
      kind: 'conversion_sent',
      source: id,
      occurredOn: leftOn,
      memo,
      postings: [...leaving, debit(way, amount, functional)],
    },
    {
      kind: 'conversion',
      source: id,
      occurredOn: arrivedOn,
      memo,
      postings: [credit(way, amount, functional), ...arriving],
    },
  ]
}

/** What is on its way once the first bank has taken its charge, at its carrying amount. */
function onItsWay({ left, charge }: Moved, value: ConversionValue): { amount: Money; functional: Money } {
  if (charge.currency !== left.currency) return { amount: left, functional: value.carrying }
  return { amount: subtract(left, charge), functional: subtract(value.carrying, value.charge) }
}

function leavingPostings(from: BankAccountRef, { left, charge }: Moved, value: ConversionValue): Posting[] {
  return [
    credit(cash(from), left, value.carrying),
    ...(charge.currency === left.currency ? chargePostings(charge, value.charge) : []),
  ]
}

function arrivingPostings(from: BankAccountRef, to: BankAccountRef, moved: Moved, value: ConversionValue): Posting[] {
  const { left, arrived, charge } = moved
  const chargedHere = charge.currency !== left.currency
  const gross = chargedHere ? add(arrived, charge) : arrived
  const worth = chargedHere ? add(value.arrived, value.charge) : value.arrived
  const converted =
    from.currency === to.currency
      ? []
      : [
          debit(conversion(from.currency), onItsWay(moved, value).amount, worth),
          credit(conversion(to.currency), gross, worth),
        ]
  return [
    ...converted,
    debit(cash(to), arrived, value.arrived),
    ...(chargedHere ? chargePostings(charge, value.charge) : []),
    ...exchangePostings(value.loss),
    ...carriedByReserve(value.loss),
  ]
}

/** What a bank kept: an expense of the fund, which its operating reserve carries. */
function chargePostings(charge: Money, functional: Money): Posting[] {
  return [
    debit(fundAccount('expense:bank-charges', charge.currency), charge, functional),
    ...carriedByReserve(functional),
  ]
}

/** What a bank charged an account for itself, or with a minus gave back: an expense of the fund, which its reserve carries. */
export function accountChargePostings(bank: BankAccountRef, amount: Money, functional: Money): Posting[] {
  return [...chargePostings(amount, functional), credit(cash(bank), amount, functional)]
}

/** Event 22: interest into cash; in the budget book to contributions where their agreements say so, else to the reserve. */
export function interestPostings(
  bank: BankAccountRef,
  {
    amount,
    functional,
    shares,
    toReserve,
  }: { amount: Money; functional: Money; shares: readonly InterestShare[]; toReserve: Money },
): Posting[] {
  if (isNegative(amount))
    return [
      ...chargePostings(negate(amount), negate(functional)),
      credit(cash(bank), negate(amount), negate(functional)),
    ]
  const { currency } = functional
  return [
    debit(cash(bank), amount, functional),
    credit(fundAccount('income:interest', bank.currency), amount, functional),
    ...shares
      .filter(({ term, share }) => term === 'contribution' && !isZero(share))
      .flatMap(({ contributionId: id, code, share }) => [
        debit(stage('available', { id, code }, currency), share),
        credit(authority({ id, code }, currency), share),
      ]),
    ...carriedByReserve(negate(toReserve)),
  ]
}

/** Money moved between a contribution and the reserve, in the budget book alone: positive to the reserve. */
export function reserveTransferPostings(contribution: ContributionRef, amount: Money): Posting[] {
  const { currency } = amount
  return [
    debit(authority(contribution, currency), amount),
    credit(stage('available', contribution, currency), amount),
    debit(reserveAvailable(currency), amount),
    credit(reserveAuthority(currency), amount),
  ]
}

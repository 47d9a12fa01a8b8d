import { exceeds, isPositive, subtract, zero, type Money } from '../money.ts'

/** The rules of closing a request, and nothing else: no database, no clock, no HTTP. */

/** What is looked at before a request is closed, in the order in which it is told. */
export const CLOSING_POINTS = [
  'ratification',
  'suspended',
  'payments',
  'payable',
  'committed',
  'advances',
  'reports',
  'disbursed',
  'recoveries',
  'findings',
  'lesson',
] as const
export type ClosingPoint = (typeof CLOSING_POINTS)[number]

/** What closing does by itself: money that nobody will use goes back to where it came from. */
const DONE_BY_CLOSING: readonly ClosingPoint[] = ['committed']

/** Of the points that are open, those that somebody must see to first. */
export function inTheWay<Point extends { readonly point: ClosingPoint }>(open: readonly Point[]): Point[] {
  return open.filter(({ point }) => !DONE_BY_CLOSING.includes(point))
}

/** A request is closed after money has moved on it. What came to nothing has ended already, and holds nothing. */
export function isClosable({ status }: { readonly status: string }): boolean {
  return status === 'active' || status === 'reporting'
}

/** What an agreement says of money that was not spent. */
export const UNSPENT_TERMS = ['stay', 'return'] as const
export type UnspentTerms = (typeof UNSPENT_TERMS)[number]

/**
 * How much of a contribution is due back to its donor: by an agreement that says so what closed requests have left unspent and was not
 * refunded since, all of what is available once its last day is past; and never more than is available.
 */
export function dueBack({
  terms,
  unspent,
  refunded,
  available,
  isOver,
}: {
  readonly terms: UnspentTerms
  readonly unspent: Money
  readonly refunded: Money
  readonly available: Money
  readonly isOver: boolean
}): Money {
  const nothing = zero(available.currency)
  if (terms === 'stay' || !isPositive(available)) return nothing
  if (isOver) return available
  const left = subtract(unspent, refunded)
  if (!isPositive(left)) return nothing
  return exceeds(left, available) ? available : left
}

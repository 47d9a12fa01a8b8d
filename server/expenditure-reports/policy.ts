import { exceeds, portion, smaller, subtract, sum, zero, type Money } from '../money.ts'

/** The rules of telling what was spent, and nothing else: no database, no clock, no HTTP. */

export const CATEGORIES = ['grants', 'experts', 'travel', 'venue', 'interpretation', 'security'] as const
export type Category = (typeof CATEGORIES)[number]

export const REPORT_STATUSES = ['draft', 'submitted', 'queried', 'accepted'] as const
export type ReportStatus = (typeof REPORT_STATUSES)[number]

export const LINE_VERDICTS = ['accept', 'query', 'ineligible'] as const
export type LineVerdict = (typeof LINE_VERDICTS)[number]
export type Standing = 'open' | LineVerdict | 'taken_back'

/** Where the verdicts on its lines leave a report: with the reviewers, back to who wrote it, or through. */
export function statusAfter(standings: readonly Standing[]): ReportStatus {
  if (standings.includes('open')) return 'submitted'
  return standings.some((one) => one === 'query' || one === 'taken_back') ? 'queried' : 'accepted'
}

/**
 * The lines that cannot be costs of the request: spent outside its time, which begins with an early start where one was allowed, or outside
 * the period that the report is about.
 */
export function outOfTime<Line extends { readonly spentOn: string }>(
  lines: readonly Line[],
  { from, until, periodFrom, periodTo }: { from: string; until: string; periodFrom: string; periodTo: string },
): Line[] {
  const [first, last] = [periodFrom > from ? periodFrom : from, periodTo < until ? periodTo : until]
  return lines.filter(({ spentOn }) => spentOn < first || spentOn > last)
}

/** The first category of which more is told than is left of what was paid in it; undefined where there is none. */
export function overspent(
  lines: readonly { readonly category: string; readonly functional: Money }[],
  left: ReadonlyMap<string, Money>,
  currency: string,
): { category: string; left: Money; told: Money } | undefined {
  return CATEGORIES.map((category) => ({
    category,
    left: left.get(category) ?? zero(currency),
    told: sum(
      lines.filter((line) => line.category === category).map(({ functional }) => functional),
      currency,
    ),
  })).find((one) => exceeds(one.told, one.left))
}

export type SupportTerms = {
  readonly base: 'deposit' | 'expenditure'
  readonly rateBps: number
  /** What of the contribution was set aside for it at receipt, and what of that is expensed already. */
  readonly setAside: Money
  readonly charged: Money
}

/**
 * The programme support cost of a contribution that is to be expensed, once so much of it is reported and accepted (ACCOUNTING, event 19). On
 * expenditure it is the rate of what is reported; on deposits it is due with the money, so all that was set aside is. Never more than
 * that; negative where what was reported is taken back.
 */
export function supportDue({ base, rateBps, setAside, charged }: SupportTerms, reported: Money): Money {
  const due = base === 'deposit' ? setAside : smaller(setAside, portion(reported, rateBps, 10_000))
  return subtract(due, charged)
}

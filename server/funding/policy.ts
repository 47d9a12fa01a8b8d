import {
  exceeds,
  isPositive,
  smaller,
  splitByWeight,
  subtract,
  sum,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'

/** Which contribution pays for what: a pure function, so that "why did my money go there" always has the same answer. */

/** How far a donor binds its money (IATI's EarmarkingCategory), and to what. A dimension that is not named binds nothing. */
export type Earmark = {
  readonly level: EarmarkLevel
  readonly window?: string
  readonly regions?: readonly string[]
  readonly countries?: readonly string[]
  readonly phases?: readonly string[]
  readonly themes?: readonly string[]
  /** Ids of payees. */
  readonly partners?: readonly string[]
  /** The last day on which the money may be committed. */
  readonly spendBy?: string
}

export const EARMARK_LEVELS = ['unearmarked', 'softly', 'earmarked', 'tightly'] as const
export type EarmarkLevel = (typeof EARMARK_LEVELS)[number]

/** What an earmark looks at in a request. */
export type Use = {
  readonly window?: string
  readonly region: string
  readonly country: string
  readonly phase: string
  readonly themes: readonly string[]
  readonly partner: string | null
  readonly on: string
}

export type Source = {
  readonly contributionId: string
  readonly code: string
  readonly earmark: Earmark
  readonly available: Money
  readonly firstReceivedOn: string
}

export type FundingRule = 'tightest_first' | 'pro_rata'

export type FundingPart = {
  readonly contributionId: string
  readonly code: string
  readonly amount: Money
  readonly reason: {
    readonly rule: FundingRule
    readonly level: EarmarkLevel
    readonly place: number
    readonly available: string
    readonly spendBy: string | null
    /** How much of it had been set aside for the contingency plan that became the request. */
    readonly fromPlan?: { readonly plan: string; readonly amount: MoneyText }
  }
}

/** Whether money under this earmark may be used so. */
export function permits(earmark: Earmark, use: Use): boolean {
  const binds = (terms: readonly string[] | undefined, values: readonly string[]) =>
    terms === undefined || terms.length === 0 || values.some((value) => terms.includes(value))
  return (
    (earmark.window === undefined || earmark.window === use.window) &&
    binds(earmark.regions, [use.region]) &&
    binds(earmark.countries, [use.country]) &&
    binds(earmark.phases, [use.phase]) &&
    binds(earmark.themes, use.themes) &&
    binds(earmark.partners, use.partner === null ? [] : [use.partner]) &&
    (earmark.spendBy === undefined || use.on <= earmark.spendBy)
  )
}

/**
 * The parts in which contributions pay an amount, each with its reason; or, where the permitted ones are short by even the
 * smallest unit, what is available under which earmark level.
 *
 * `tightest_first`: tightest earmark, then earliest spend-by date, then earliest receipt.
 * `pro_rata`: level by level from the tightest, within a level by available balance with the largest remainder.
 */
export function chooseFunding(
  amount: Money,
  use: Use,
  sources: readonly Source[],
  rule: FundingRule,
): { parts: FundingPart[] } | { short: { available: Money; byLevel: { level: EarmarkLevel; available: Money }[] } } {
  const permitted = sources
    .filter((source) => isPositive(source.available) && permits(source.earmark, use))
    .sort(inOrder)
  const available = sum(
    permitted.map((source) => source.available),
    amount.currency,
  )
  if (exceeds(amount, available)) {
    const byLevel = [...EARMARK_LEVELS]
      .reverse()
      .map((level) => ({ level, available: heldAt(level, permitted, amount.currency) }))
    return { short: { available, byLevel } }
  }
  const chosen = rule === 'tightest_first' ? oneAfterAnother(amount, permitted) : levelByLevel(amount, permitted)
  return { parts: chosen.map(({ source, part }, i) => partOf(source, part, rule, i + 1)) }
}

type Share = { source: Source; part: Money }

function oneAfterAnother(amount: Money, sources: readonly Source[]): Share[] {
  const shares: Share[] = []
  let left = amount
  for (const source of sources) {
    if (!isPositive(left)) break
    const part = smaller(left, source.available)
    shares.push({ source, part })
    left = subtract(left, part)
  }
  return shares
}

function levelByLevel(amount: Money, sources: readonly Source[]): Share[] {
  const shares: Share[] = []
  let left = amount
  for (const level of [...EARMARK_LEVELS].reverse()) {
    const atLevel = sources.filter((source) => source.earmark.level === level)
    if (atLevel.length === 0 || !isPositive(left)) continue
    const take = smaller(left, heldAt(level, sources, amount.currency))
    const parts = splitByWeight(
      take,
      atLevel.map((source) => source.available),
    )
    atLevel.forEach((source, i) => shares.push({ source, part: parts[i]! }))
    left = subtract(left, take)
  }
  return shares.filter(({ part }) => isPositive(part))
}

function inOrder(a: Source, b: Source): number {
  return (
    EARMARK_LEVELS.indexOf(b.earmark.level) - EARMARK_LEVELS.indexOf(a.earmark.level) ||
    byText(a.earmark.spendBy ?? '9999-12-31', b.earmark.spendBy ?? '9999-12-31') ||
    byText(a.firstReceivedOn, b.firstReceivedOn) ||
    byText(a.code, b.code)
  )
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function heldAt(level: EarmarkLevel, sources: readonly Source[], currency: string): Money {
  return sources
    .filter((source) => source.earmark.level === level)
    .reduce((all, source) => sum([all, source.available], currency), zero(currency))
}

function partOf(source: Source, amount: Money, rule: FundingRule, place: number): FundingPart {
  return {
    contributionId: source.contributionId,
    code: source.code,
    amount,
    reason: {
      rule,
      level: source.earmark.level,
      place,
      available: source.available.amount.toString(),
      spendBy: source.earmark.spendBy ?? null,
    },
  }
}

import { exceeds, fromMinorUnits, moneyText, type Money, type MoneyText } from '../money.ts'

/** What the advisory board is asked, and what of a confidential process its members are shown. */

export const VIEWS = ['favours', 'advises_against', 'no_view'] as const
export type View = (typeof VIEWS)[number]

type Matrix = { readonly rows: readonly { readonly upTo: string | null; readonly opinion?: boolean }[] }

/** Whether the matrix asks for an opinion on this amount by itself: where its row says so, and else above every ceiling. */
export function asksForOpinion(amount: Money, { rows }: Matrix): boolean {
  const found = rows.find(({ upTo }) => upTo === null || !exceeds(amount, fromMinorUnits(upTo, amount.currency)))
  return found?.opinion ?? (found !== undefined && found.upTo === null)
}

/** Between which ceilings of the matrix an amount lies: more than `over`, at most `upTo`; null is without that end. */
export type Band = { readonly over: MoneyText | null; readonly upTo: MoneyText | null }

/** The band of an amount, as much of it as who may not know the amount is told. */
export function bandOf(amount: Money, { rows }: Matrix): Band {
  const ceilings = rows.flatMap(({ upTo }) => (upTo === null ? [] : [fromMinorUnits(upTo, amount.currency)]))
  const above = ceilings.findIndex((ceiling) => !exceeds(amount, ceiling))
  const told = (one: Money | undefined) => (one ? moneyText(one) : null)
  return above < 0
    ? { over: told(ceilings.at(-1)), upTo: null }
    : { over: told(ceilings[above - 1]), upTo: told(ceilings[above]) }
}

/** What is told of every request that a member is asked about. */
export type Outline = {
  readonly themes: readonly string[]
  readonly phase: string
  readonly region: string
  readonly band: Band
}
/** What is told besides where the process is open. */
export type Particulars = {
  readonly code: string
  readonly title: string
  readonly purpose: string
  readonly process: string
  readonly country: string
  readonly entity: string
  readonly payee: string | null
  readonly amount: MoneyText
}

/** What a member sees of a request: of a confidential process neither names nor payee, title, country or amount. */
export function shownToAdvisor(
  confidentiality: string,
  outline: Outline,
  particulars: Particulars,
): { confidential: boolean; outline: Outline; particulars: Particulars | null } {
  const confidential = confidentiality !== 'open'
  return { confidential, outline, particulars: confidential ? null : particulars }
}

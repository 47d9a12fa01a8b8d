import type { MoneyText } from '../money.ts'

/**
 * What a donor contribution report says: plain data, the same for the JSON answer and the PDF.
 *
 * Every amount is text in the fund's own (functional) currency unless it is called `original`, which is in the donor's
 * currency. Negative amounts are facts (a write-off, a refund, an exchange loss) and are printed, never hidden.
 */
export type DonorReport = {
  fund: { code: string; name: string; nameArabic: string | null; currency: string }
  donor: { id: string; name: string; kind: string }
  /** Both time axes: value dates up to `occurredOn`, of what the ledger knew at `recordedAt`. */
  asOf: { occurredOn: string; recordedAt: string }
  /** The seal of the ledger up to which it knows everything, and nothing after; null where it was asked for by a moment. */
  position: { number: number; hash: string } | null
  totals: StageFigures
  contributions: ReportedContribution[]
  /** Where the money of all these contributions went, largest first; confidential missions only as aggregates. */
  missions: ReportedMission[]
  /** Per calendar year, oldest first, for the chart. */
  years: { year: string; received: MoneyText; disbursed: MoneyText }[]
}

/**
 * One row of figures. The conservation law holds for each, to the cent:
 * supportCost + available + ready + reserved + committed + disbursed + reported = authority,
 * where authority is the cash received that may be spent, less what was paid back to the donor, with interest on it and what the
 * operating reserve took or gave.
 */
export type StageFigures = {
  pledged: MoneyText
  agreed: MoneyText
  received: MoneyText
  outstanding: MoneyText
  writtenOff: MoneyText
  bankCharges: MoneyText
  exchangeDifference: MoneyText
  authority: MoneyText
  supportCost: MoneyText
  available: MoneyText
  ready: MoneyText
  reserved: MoneyText
  committed: MoneyText
  disbursed: MoneyText
  reported: MoneyText
  /** Of what is disbursed: what payees of unwound requests must pay back, and what of that was given up. */
  toBeRecovered: MoneyText
  recoveryGivenUp: MoneyText
}

export type ReportedContribution = {
  id: string
  code: string
  fiscalYear: string
  status: 'pledged' | 'agreed' | 'received' | 'written_off' | 'cancelled'
  conditional: boolean
  earmark: {
    level: 'unearmarked' | 'softly' | 'earmarked' | 'tightly'
    /** e.g. `['Central Africa', 'ceasefire']`: the dimensions in the donor's own words. */
    terms: string[]
    spendBy: string | null
  }
  originalPledged: MoneyText
  originalAgreed: MoneyText | null
  figures: StageFigures
  /** Every event of the contribution in order of value date. */
  lines: ReportLine[]
  missions: ReportedMission[]
}

export type ReportLine = {
  on: string
  kind: ReportLineKind
  /** Statement reference, agreement number or the like; may be empty. */
  reference: string
  original: MoneyText | null
  /** Units of the original currency per unit of the fund's, as text; null where there is none. */
  rate: string | null
  amount: MoneyText
}

export type ReportLineKind =
  | 'pledge'
  | 'pledge_cancelled'
  | 'agreement'
  | 'condition_met'
  | 'receipt'
  | 'bank_charge'
  | 'exchange_difference'
  | 'write_off'
  | 'refund'
  | 'interest'
  | 'reserve_transfer'

export type ReportedMission = {
  /** The mission's name, or null for the aggregate of confidential missions, of which `region` is then said. */
  name: string | null
  region: string | null
  /** How many confidential missions an aggregate line stands for; 1 for a named one. */
  missionCount: number
  reserved: MoneyText
  committed: MoneyText
  disbursed: MoneyText
  reported: MoneyText
}

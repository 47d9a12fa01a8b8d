import { row, type Db, type Trx } from '../../db/connect.ts'
import { defaultClock, type ClockTerms } from '../clock/policy.ts'
import type { ApprovalMatrix } from '../requests/policy.ts'
import type { TrancheRules } from '../tranches/policy.ts'

/**
 * The fund's rules as data, each in force from a day on. Amounts are whole minor units of the fund's currency, as text;
 * `upTo: null` is the row for everything above. Steps with the same number are taken side by side.
 */
export type Policies = {
  approval_matrix: ApprovalMatrix
  funding_rule: { rule: 'tightest_first' | 'pro_rata' }
  reservation: { days: number }
  recognition: { standard: string }
  /** Who may decide that the fund gives something up, by its size. */
  authority_limits: { rows: { upTo: string | null; role: 'director' | 'head_of_department' }[] }
  /** What a bank may keep of a payment without a second person: the larger of an amount and basis points of the payment. */
  bank_charges: { most: string; bps: number }
  /** How long a delegation may be. */
  delegation: { days: number }
  /** Who bears what banks charge on the way: whoever pays, whoever is paid, each their own, or as the payment scheme says (ISO 20022). */
  payment_files: { chargeBearer: 'DEBT' | 'CRED' | 'SHAR' | 'SLEV' }
  /** How long a break-glass waits for its second director, and how long its review may take. */
  break_glass: { hours: number; reviewDays: number }
  /** How long an advisory member has to answer what the matrix asks. */
  advisory_opinion: { days: number }
  /** How long changed bank details cool, never less than 24 hours; within how many days the same payee and amount look like the same payment. */
  payees: { coolingHours: number; alikeDays: number }
  /** How long each step may take, and why a clock may be stopped. */
  clock: ClockTerms
  /**
   * In which phases of a process the rapid and the no-regret lane are open. Of the no-regret lane: the ceiling of a process over all its
   * requests, the steps that let money move, and the hours within which the full row of the matrix ratifies it.
   */
  lanes: {
    crisisPhases: { phase: 'before_escalation' | 'after_violence' | 'implementation' }[]
    noRegret: {
      ceiling: string
      ratificationHours: number
      steps: { step: number; role: string; quorum: number }[]
    }
  }
  /** Whether the fund tells everybody what came and where it went, and as what its publisher is known (IATI organisation identifier and type). */
  open_data: {
    publishes?: true
    publisher: { reference?: string; name?: string; kind?: string; email?: string }
  }
  /** In how many tranches grants are paid, and how much must be reported before the next one. */
  tranches: TrancheRules
  /**
   * Days from the end of a request until its last report is due; from then until it is told upwards, and until it blocks the payee's next
   * tranche; how long a question may wait for its answer; and how long before the start costs may be allowed at most.
   */
  reporting: { dueDays: number; escalateDays: number; blockDays: number; answerDays: number; earlyDays: number }
}

/** What is in force on a day, and since when. Every fund has each of them from its first day on. */
export async function policyInForce<Subject extends keyof Policies>(
  db: Db,
  { fundId, subject, on }: { fundId: string; subject: Subject; on: string },
): Promise<{ terms: Policies[Subject]; effectiveFrom: string }> {
  const found = await row<{ terms: Policies[Subject]; effective_from: string }>(
    db,
    `select terms, effective_from from policies
      where fund_id = :fundId and subject = :subject and effective_from <= :on
      order by effective_from desc limit 1`,
    { fundId, subject, on },
  )
  if (!found) throw new Error(`fund ${fundId} has no ${subject} in force on ${on}`)
  return { terms: found.terms, effectiveFrom: found.effective_from }
}

/**
 * The rules that a fund opens with. Recognition changed with IPSAS 47, in force from 1 January 2026. A payee of high risk, or whose rating has
 * run out, takes one authority more than the amount alone: a director up to 150,000, the head of department up to 1,000,000; above that both
 * decide anyway. Medium risk, and a payee that nobody has rated, add nothing.
 */
export async function setDefaultPolicies(trx: Trx, fundId: string, minorUnit: number): Promise<void> {
  await trx('policies').insert(
    defaultPolicies(minorUnit).map(({ subject, from, terms }) => ({
      fund_id: fundId,
      subject,
      effective_from: from,
      terms: JSON.stringify(terms),
    })),
  )
}

/** Those rules in a currency with so many decimals, in the order of their days. */
export function defaultPolicies(
  minorUnit: number,
): { subject: keyof Policies; from: string; terms: Policies[keyof Policies] }[] {
  const thousand = (count: number) => `${count}${'0'.repeat(3 + minorUnit)}`
  const certifier = { step: 1, role: 'certifying_officer', quorum: 1 }
  const oneMore = [
    { upTo: thousand(150), role: 'director', quorum: 1 },
    { upTo: thousand(1000), role: 'head_of_department', quorum: 1 },
  ]
  const matrix: Policies['approval_matrix'] = {
    rows: [
      { upTo: thousand(50), steps: [certifier, { step: 1, role: 'fund_manager', quorum: 1 }] },
      { upTo: thousand(150), steps: [certifier, { step: 2, role: 'fund_manager', quorum: 2 }] },
      {
        upTo: thousand(1000),
        steps: [certifier, { step: 2, role: 'fund_manager', quorum: 1 }, { step: 3, role: 'director', quorum: 1 }],
      },
      {
        upTo: null,
        opinion: true,
        steps: [
          certifier,
          { step: 2, role: 'fund_manager', quorum: 2 },
          { step: 3, role: 'director', quorum: 1 },
          { step: 4, role: 'head_of_department', quorum: 1 },
        ],
      },
    ],
    risks: { high: oneMore, expired: oneMore },
  }
  const always = '1990-01-01'
  const limits: Policies['authority_limits'] = {
    rows: [
      { upTo: thousand(50), role: 'director' },
      { upTo: null, role: 'head_of_department' },
    ],
  }
  const lanes: Policies['lanes'] = {
    crisisPhases: [{ phase: 'before_escalation' }, { phase: 'after_violence' }],
    noRegret: {
      ceiling: thousand(20),
      ratificationHours: 72,
      steps: [{ step: 1, role: 'fund_manager', quorum: 1 }],
    },
  }
  const policies: [keyof Policies, string, Policies[keyof Policies]][] = [
    ['approval_matrix', always, matrix],
    ['funding_rule', always, { rule: 'tightest_first' }],
    ['reservation', always, { days: 30 }],
    ['authority_limits', always, limits],
    ['bank_charges', always, { most: `250${'0'.repeat(minorUnit)}`, bps: 300 }],
    ['payment_files', always, { chargeBearer: 'SHAR' }],
    ['delegation', always, { days: 60 }],
    ['break_glass', always, { hours: 24, reviewDays: 7 }],
    ['advisory_opinion', always, { days: 5 }],
    ['payees', always, { coolingHours: 24, alikeDays: 30 }],
    ['clock', always, defaultClock(thousand)],
    ['lanes', always, lanes],
    ['open_data', always, { publisher: {} }],
    ['tranches', always, trancheRules()],
    ['reporting', always, { dueDays: 30, escalateDays: 7, blockDays: 14, answerDays: 14, earlyDays: 60 }],
    ['recognition', always, { standard: 'IPSAS 23' }],
    ['recognition', '2026-01-01', { standard: 'IPSAS 47' }],
  ]
  return policies.map(([subject, from, terms]) => ({ subject, from, terms }))
}

/**
 * As pooled funds pay their partners: the riskier and the longer, the more tranches. Half a year is 183 days. Nobody's rating adds nothing, as
 * with the steps; a rating that has run out counts as a high risk.
 */
function trancheRules(): Policies['tranches'] {
  const rows = (...of: [fromDays: number, ...shares: number[]][]) =>
    of.map(([fromDays, ...shares]) => ({ fromDays, shares: shares.map((share) => ({ share })) }))
  const low = rows([1, 10_000], [184, 8_000, 2_000])
  const high = rows([1, 4_000, 4_000, 2_000])
  return {
    ...{ low, medium: rows([1, 8_000, 2_000], [184, 6_000, 4_000]), high, expired: high, unrated: low },
    reportedBps: 7_000,
  }
}

import { moneyFrom, minorText, minorUnits, type MoneyText } from '../money.ts'
import type { Step } from '../requests/policy.ts'
import { PAUSE_REASONS, PAUSERS } from '../clock/policy.ts'

/**
 * What the rules of a fund may say, as pure data and functions. A rule is described once, by its fields; the API's schema, the form, how
 * its amounts are kept, and what differs between two of them all follow from that.
 */

export type Field =
  /** Kept as minor units of the fund's currency. `above`: may be left out, for everything above. */
  | { readonly kind: 'amount'; readonly above?: true }
  | { readonly kind: 'count'; readonly least: number; readonly most: number }
  /** Hundredths of a per cent. */
  | { readonly kind: 'basis_points' }
  | { readonly kind: 'choice'; readonly of: readonly string[]; readonly open?: true }
  | { readonly kind: 'flag' }
  /** A line of text, which may be left empty; `form` is what it must look like. */
  | { readonly kind: 'text'; readonly most: number; readonly form?: RegExp }
  | { readonly kind: 'group'; readonly of: Fields }
  /** `key` is the field by which its items are told apart; a list that is read as one sentence is compared as one. */
  | {
      readonly kind: 'list'
      readonly of: Fields
      readonly key: string
      readonly least: number
      readonly most: number
      readonly asOne?: true
    }
export type Fields = { readonly [name: string]: Field }

const APPROVERS = ['certifying_officer', 'fund_manager', 'director', 'head_of_department'] as const
const AUTHORITIES = ['director', 'head_of_department'] as const

const role: Field = { kind: 'choice', of: APPROVERS }
const quorum: Field = { kind: 'count', least: 1, most: 9 }
const upTo: Field = { kind: 'amount', above: true }
const extra: Field = { kind: 'list', of: { upTo, role, quorum }, key: 'upTo', least: 0, most: 6 }
const step: Field = { kind: 'count', least: 1, most: 9 }
const steps: Field = { kind: 'list', of: { step, role, quorum }, key: 'role', least: 1, most: 6, asOne: true }

/** Codelist OrganisationType of the IATI standard, as far as a fund can be one: public, international, private, academic. */
const ORGANISATION_TYPES = ['10', '15', '21', '22', '23', '24', '30', '40', '60', '70', '80', '90'] as const

const minutes: Field = { kind: 'count', least: 1, most: 60 * 24 * 60 }
const timed: Field = {
  kind: 'list',
  of: { upTo, decision: minutes, certification: minutes, release: minutes, settlement: minutes },
  key: 'upTo',
  least: 1,
  most: 10,
}
const share: Field = { kind: 'basis_points' }
const inTranches: Field = {
  kind: 'list',
  of: {
    fromDays: { kind: 'count', least: 1, most: 3660 },
    shares: { kind: 'list', of: { share }, key: 'share', least: 1, most: 9, asOne: true },
  },
  key: 'fromDays',
  least: 1,
  most: 6,
}
const days = (most: number): Field => ({ kind: 'count', least: 0, most })

const percentile: Field = { kind: 'count', least: 1, most: 100 }

/** Every rule that a fund has, by its subject. */
export const SUBJECTS = {
  approval_matrix: {
    rows: { kind: 'list', of: { upTo, steps, opinion: { kind: 'flag' } }, key: 'upTo', least: 1, most: 10 },
    risks: { kind: 'group', of: { medium: extra, high: extra, expired: extra, unrated: extra } },
  },
  funding_rule: { rule: { kind: 'choice', of: ['tightest_first', 'pro_rata'] } },
  reservation: { days: { kind: 'count', least: 1, most: 365 } },
  authority_limits: {
    rows: { kind: 'list', of: { upTo, role: { kind: 'choice', of: AUTHORITIES } }, key: 'upTo', least: 1, most: 2 },
  },
  bank_charges: { most: { kind: 'amount' }, bps: { kind: 'basis_points' } },
  lanes: {
    crisisPhases: {
      kind: 'list',
      of: { phase: { kind: 'choice', of: ['before_escalation', 'after_violence', 'implementation'] } },
      key: 'phase',
      least: 1,
      most: 3,
      asOne: true,
    },
    noRegret: {
      kind: 'group',
      of: { ceiling: { kind: 'amount' }, ratificationHours: { kind: 'count', least: 1, most: 24 * 30 }, steps },
    },
  },
  payment_files: { chargeBearer: { kind: 'choice', of: ['SHAR', 'DEBT', 'CRED', 'SLEV'] } },
  delegation: { days: { kind: 'count', least: 1, most: 366 } },
  break_glass: {
    hours: { kind: 'count', least: 1, most: 168 },
    reviewDays: { kind: 'count', least: 1, most: 90 },
  },
  advisory_opinion: { days: { kind: 'count', least: 1, most: 90 } },
  payees: {
    coolingHours: { kind: 'count', least: 24, most: 24 * 14 },
    alikeDays: { kind: 'count', least: 1, most: 366 },
  },
  clock: {
    targets: { kind: 'group', of: { standard: timed, rapid: timed, no_regret: timed } },
    percentiles: { kind: 'group', of: { decision: percentile, advance: percentile, credited: percentile } },
    pauses: {
      kind: 'list',
      of: {
        reason: { kind: 'choice', of: PAUSE_REASONS },
        suspends: { kind: 'flag' },
        roles: {
          kind: 'list',
          of: { role: { kind: 'choice', of: PAUSERS } },
          key: 'role',
          least: 1,
          most: 9,
          asOne: true,
        },
      },
      key: 'reason',
      least: 0,
      most: 7,
    },
  },
  open_data: {
    publishes: { kind: 'flag' },
    publisher: {
      kind: 'group',
      of: {
        reference: { kind: 'text', most: 100, form: /^[A-Za-z0-9._-]+$/ },
        name: { kind: 'text', most: 200 },
        kind: { kind: 'choice', of: ORGANISATION_TYPES, open: true },
        email: { kind: 'text', most: 200, form: /^[^@\s]+@[^@\s]+\.[^@\s]+$/ },
      },
    },
  },
  tranches: {
    low: inTranches,
    medium: inTranches,
    high: inTranches,
    expired: inTranches,
    unrated: inTranches,
    reportedBps: { kind: 'basis_points' },
  },
  reporting: {
    dueDays: days(366),
    escalateDays: days(366),
    blockDays: days(366),
    answerDays: days(366),
    earlyDays: days(366),
  },
  recognition: { standard: { kind: 'choice', of: ['IPSAS 23', 'IPSAS 47'] } },
} as const satisfies Record<string, Fields>
export type Subject = keyof typeof SUBJECTS

export const RULE_PROPOSERS = ['controller', 'director', 'head_of_department'] as const

/** Who may say yes to a change, as another person than who proposed it. What a director may give up alone, a director does not confirm. */
export function confirmersOf(subject: Subject): readonly ('director' | 'head_of_department')[] {
  return subject === 'authority_limits' ? ['head_of_department'] : AUTHORITIES
}

/** Terms as a tree: what is kept has amounts in minor units, what is told has them as amounts with their currency. */
export type Terms = { readonly [name: string]: unknown }

/** Terms as they go out and come in. What is not filled in is left out. */
export function termsTold(fields: Fields, kept: Terms, currency: string): Terms {
  return walked(fields, kept, (units) => (units === null ? null : minorText(units as string, currency)))
}

/** Terms as they are kept. */
export function termsKept(fields: Fields, told: Terms): Terms {
  return walked(fields, told, (amount) => (amount === null ? null : minorUnits(moneyFrom(amount as MoneyText))))
}

/** Each amount of the terms with the name of its field, as `rows.0.upTo`. */
export function amountsIn(fields: Fields, told: Terms): { field: string; amount: MoneyText }[] {
  const found: { field: string; amount: MoneyText }[] = []
  const visit = (of: Fields, terms: Terms, before: string): void => {
    for (const [name, field] of Object.entries(of)) {
      const value = terms[name]
      if (value === undefined || value === null) continue
      if (field.kind === 'amount') found.push({ field: before + name, amount: value as MoneyText })
      if (field.kind === 'group') visit(field.of, value as Terms, `${before}${name}.`)
      if (field.kind === 'list')
        (value as Terms[]).forEach((item, i) => visit(field.of, item, `${before}${name}.${i}.`))
    }
  }
  visit(fields, told, '')
  return found
}

function walked(fields: Fields, terms: Terms, amount: (value: unknown) => unknown): Terms {
  const pairs = Object.entries(fields).flatMap(([name, field]): [string, unknown][] => {
    const value = terms[name]
    if (field.kind === 'flag') return value === true ? [[name, true]] : []
    if (field.kind === 'amount') return value === undefined && !field.above ? [] : [[name, amount(value ?? null)]]
    if (value === undefined || value === null) return []
    if (field.kind === 'group') return [[name, walked(field.of, value as Terms, amount)]]
    if (field.kind === 'list') {
      const items = (value as Terms[]).map((item) => walked(field.of, item, amount))
      return items.length > 0 || field.least > 0 ? [[name, items]] : []
    }
    return [[name, value]]
  })
  return Object.fromEntries(pairs)
}

/** A rule with which a fund would open by now, and what it says differently from the one that holds. */
export type RuleOffered = {
  readonly subject: Subject
  readonly terms: Terms
  readonly changes: readonly Difference[]
}

/** One thing that two rules say differently. `where` leads to it: names of fields, and of lists which item by its key; null: it is not there. */
export type Difference = {
  readonly where: readonly { readonly field: string; readonly item?: unknown }[]
  readonly before: unknown
  readonly after: unknown
}

/** What the later of two rules says differently, in the order of its fields. Takes told terms. */
export function differences(fields: Fields, before: Terms, after: Terms): Difference[] {
  const [was, is] = [leaves(fields, before), leaves(fields, after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((path) => ({
      where: (is.get(path) ?? was.get(path))!.where,
      before: was.get(path)?.value ?? null,
      after: is.get(path)?.value ?? null,
    }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after))
}

function leaves(fields: Fields, terms: Terms): Map<string, { where: Difference['where']; value: unknown }> {
  const found = new Map<string, { where: Difference['where']; value: unknown }>()
  const visit = (of: Fields, tree: Terms, before: Difference['where'], key?: string): void => {
    for (const [name, field] of Object.entries(of)) {
      const value = tree[name]
      if (name === key || value === undefined) continue
      if (field.kind === 'group') visit(field.of, value as Terms, [...before, { field: name }])
      else if (field.kind === 'list' && !field.asOne) {
        for (const item of value as Terms[])
          visit(field.of, item, [...before, { field: name, item: item[field.key] ?? null }], field.key)
      } else {
        const where = [...before, { field: name }]
        found.set(JSON.stringify(where), { where, value })
      }
    }
  }
  visit(fields, terms, [])
  return found
}

/** Something of the last twelve months that would have gone another way: how it went, and how it would have. */
export type GoneAnotherWay = {
  readonly kind: 'request' | 'payment' | 'proposal'
  readonly id: string
  readonly code: string
  readonly amount: MoneyText
  readonly then: Way
  readonly under: Way
}
/** Steps with their people, a last day, roles, or whether a second person looks. */
export type Way =
  | { readonly steps: readonly Step[] }
  | { readonly day: string }
  | { readonly roles: readonly string[] }
  | { readonly secondPerson: boolean }

export type Preview = {
  /** Whether what happened can be compared at all: which money would have been chosen depends on balances that are gone. */
  readonly comparable: boolean
  readonly since: string
  readonly considered: number
  readonly differing: number
  /** The latest first, at most two hundred of them. */
  readonly items: readonly GoneAnotherWay[]
  /** Requests that wait for decisions or were returned, and keep the rules they were submitted under. */
  readonly untouched: readonly { readonly id: string; readonly code: string; readonly amount: MoneyText }[]
}

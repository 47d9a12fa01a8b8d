import type { ClockTerms } from '../clock/policy.ts'
import { fromMinorUnits } from '../money.ts'
import { stepsFor, type ApprovalMatrix, type Risk, type Step } from '../requests/policy.ts'
import type { Subject, Terms } from './policy.ts'

export type Complaint = { readonly field: string; readonly code: string; readonly message: string }
/** The approval roles of each person who works here. */
export type Approver = { readonly roles: readonly string[] }

/** Why rules of this form cannot work, each with its field. Takes kept terms; empty where they can. */
export function complaintsAbout(
  subject: Subject,
  terms: Terms,
  people: readonly Approver[],
  currency: string,
): Complaint[] {
  if (subject === 'authority_limits') {
    const { rows } = terms as { rows: { upTo: string | null; role: string }[] }
    return [...ceilings('rows', rows), ...endsOpen('rows', rows), ...twice('rows', rows, 'rule.role_twice')]
  }
  if (subject === 'clock') {
    const lanes = Object.entries((terms as unknown as ClockTerms).targets)
    return lanes.flatMap(([lane, rows]) => [...ceilings(`targets.${lane}`, rows), ...endsOpen(`targets.${lane}`, rows)])
  }
  if (subject === 'open_data' && terms.publishes === true) {
    const publisher = terms.publisher as Record<string, string> | undefined
    return ['reference', 'name', 'kind']
      .filter((field) => !publisher?.[field])
      .map((field) => complaint(`publisher.${field}`, 'rule.no_publisher', 'who publishes must be known to others'))
  }
  if (subject === 'tranches') {
    const risks = Object.entries(terms).filter((one): one is [string, ShareRows] => Array.isArray(one[1]))
    return risks.flatMap(([risk, rows]) => aboutShares(risk, rows))
  }
  if (subject !== 'approval_matrix') return []
  const matrix = terms as unknown as ApprovalMatrix
  const formal = [
    ...ceilings('rows', matrix.rows),
    ...endsOpen('rows', matrix.rows),
    ...matrix.rows.flatMap((row, i) => aboutSteps(`rows.${i}.steps`, row.steps)),
    ...Object.entries(matrix.risks ?? {}).flatMap(([risk, list]) => ceilings(`risks.${risk}`, list)),
  ]
  return formal.length > 0 ? formal : notEnoughPeople(matrix, people, currency)
}

type ShareRows = { fromDays: number; shares: { share: number }[] }[]

/** Some row is for every duration, each for longer ones than the one before, and the shares of a row are all of it. */
function aboutShares(path: string, rows: ShareRows): Complaint[] {
  return rows.flatMap(({ fromDays, shares }, i) => {
    const after = i === 0 ? fromDays === 1 : fromDays > rows[i - 1]!.fromDays
    const whole = shares.reduce((all, { share }) => all + share, 0) === 10_000
    return [
      ...(after ? [] : [complaint(`${path}.${i}.fromDays`, 'rule.days_order', 'rows go from day 1 on, each further')]),
      ...(whole && shares.every(({ share }) => share > 0)
        ? []
        : [complaint(`${path}.${i}.shares`, 'rule.shares', 'the shares of a row are 100 per cent together')]),
    ]
  })
}

function ceilings(path: string, rows: readonly { upTo: string | null }[]): Complaint[] {
  return rows.flatMap(({ upTo }, i) => {
    const before = rows[i - 1]
    if (before === undefined) return []
    const field = `${path}.${i}.upTo`
    if (before.upTo === null)
      return [complaint(field, 'rule.after_above', 'nothing comes after the row for everything above')]
    if (upTo !== null && BigInt(upTo) <= BigInt(before.upTo))
      return [complaint(field, 'rule.order', 'each row goes further than the one before')]
    return []
  })
}

function endsOpen(path: string, rows: readonly { upTo: string | null }[]): Complaint[] {
  const last = rows.length - 1
  if (last >= 0 && rows[last]!.upTo === null) return []
  return [
    complaint(`${path}.${last}.upTo`, 'rule.no_last_row', 'the last row has no limit: it is for everything above'),
  ]
}

function twice(path: string, rows: readonly { role: string }[], code: string): Complaint[] {
  return rows.flatMap(({ role }, i) =>
    rows.findIndex((one) => one.role === role) < i
      ? [complaint(`${path}.${i}.role`, code, 'this role stands here twice')]
      : [],
  )
}

function aboutSteps(path: string, steps: readonly Step[]): Complaint[] {
  const numbers = [...new Set(steps.map(({ step }) => step))].sort((a, b) => a - b)
  const roles = steps.map(({ role }) => role)
  return [
    ...twice(path, steps, 'rule.role_twice'),
    ...(numbers.some((number, i) => number !== i + 1)
      ? [complaint(path, 'rule.steps_order', 'steps are counted from 1 without a gap')]
      : []),
    ...(roles.includes('certifying_officer')
      ? []
      : [complaint(path, 'rule.no_certifier', 'a certifying officer is missing')]),
    ...(roles.some((role) => role !== 'certifying_officer')
      ? []
      : [complaint(path, 'rule.no_approver', 'somebody who approves is missing')]),
  ]
}

/** Amounts at every ceiling and above all of them meet every combination of a row with what a risk adds. */
function notEnoughPeople(matrix: ApprovalMatrix, people: readonly Approver[], currency: string): Complaint[] {
  const risks: Risk[] = ['low', 'medium', 'high', 'expired', 'unrated']
  const lists = [matrix.rows, ...Object.values(matrix.risks ?? {})]
  const limits = lists.flatMap((list) => list.flatMap(({ upTo }) => (upTo === null ? [] : [BigInt(upTo)])))
  const above = limits.reduce((high, one) => (one > high ? one : high), 0n) + 1n
  const lacking = [...limits, above].flatMap((units) => {
    const amount = fromMinorUnits(units.toString(), currency)
    const row = matrix.rows.findIndex(({ upTo }) => upTo === null || units <= BigInt(upTo))
    return risks.some((risk) => !canBeFilled(stepsFor(amount, matrix, risk), people)) ? [row] : []
  })
  return [...new Set(lacking)].map((row) =>
    complaint(`rows.${row}.steps`, 'rule.too_few_people', 'the fund has too few different people with these roles'),
  )
}

/** Whether different people can take all the places of the steps, each place by one who holds its role. */
export function canBeFilled(steps: readonly Step[], people: readonly Approver[]): boolean {
  const places = steps.flatMap(({ role, quorum }) => Array.from({ length: quorum }, () => role))
  const taken = new Map<number, number>()
  const findFor = (place: number, tried: Set<number>): boolean =>
    people.some(({ roles }, person) => {
      if (!roles.includes(places[place]!) || tried.has(person)) return false
      tried.add(person)
      const now = taken.get(person)
      if (now !== undefined && !findFor(now, tried)) return false
      taken.set(person, place)
      return true
    })
  return places.every((_role, place) => findFor(place, new Set()))
}

function complaint(field: string, code: string, message: string): Complaint {
  return { field, code, message: `${field}: ${message}` }
}

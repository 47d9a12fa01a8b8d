import fc from 'fast-check'
import { money, type Money } from '../../server/money.ts'
import {
  decisionsKept,
  dutyBlocker,
  dutyOfStep,
  isTouched,
  MATERIAL_CHANGES,
  materialChanges,
  openSteps,
  riskOn,
  RISKS,
  statusAfter,
  stepsFor,
  TOUCHES,
  type ApprovalMatrix,
  type Content,
  type DecisionTaken,
  type Duty,
  type RequestStatus,
  type Risk,
  type Step,
  type Verdict,
} from '../../server/requests/policy.ts'
import { differences, SUBJECTS, termsKept, termsTold } from '../../server/rules/policy.ts'
import { canBeFilled, complaintsAbout } from '../../server/rules/sound.ts'
import { ownService } from '../support/service.ts'

/** Who decides on what, as tables of the rules that a fund opens with, and what no order of acts can get round. */

const service = ownService()
let matrix: ApprovalMatrix

beforeAll(async () => {
  const { id } = await service.fund()
  const found = await service
    .database()
    .owner('policies')
    .where({ fund_id: id, subject: 'approval_matrix' })
    .first('terms')
  matrix = found.terms
})

const usd = (amount: string): Money => money(amount, 'USD')
const said = (steps: readonly Step[]) => steps.map(({ step, role, quorum }) => `${step} ${role} ${quorum}`).join(' · ')

const C = '1 certifying_officer 1'
const ROWS: [from: string, to: string, row: string, oneMore: string][] = [
  ['0.01', '50000.00', `${C} · 1 fund_manager 1`, ' · 2 director 1'],
  ['50000.01', '150000.00', `${C} · 2 fund_manager 2`, ' · 3 director 1'],
  ['150000.01', '1000000.00', `${C} · 2 fund_manager 1 · 3 director 1`, ' · 4 head_of_department 1'],
  ['1000000.01', '999999999999999.99', `${C} · 2 fund_manager 2 · 3 director 1 · 4 head_of_department 1`, ''],
]

test.each(
  ROWS.flatMap(([from, to, row, oneMore]) =>
    RISKS.flatMap((risk) => [from, to].map((amount) => [amount, risk, row, oneMore] as const)),
  ),
)(
  '%s to a payee of %s risk takes the steps of its row, and one authority more where the risk is high or its rating has run out',
  (amount, risk, row, oneMore) => {
    expect(said(stepsFor(usd(amount), matrix, risk))).toBe(row + (risk === 'high' || risk === 'expired' ? oneMore : ''))
  },
)

test.each<[string | undefined, string, Risk]>([
  [undefined, '2026-11-24', 'unrated'],
  ['low', '2026-11-24', 'low'],
  ['medium', '2026-11-24', 'medium'],
  ['high', '2026-11-24', 'high'],
  ['low', '2026-11-25', 'expired'],
  ['high', '2027-01-01', 'expired'],
])('a payee rated %s through 24 November is on %s: %s', (rating, on, risk) => {
  expect(riskOn(rating ? { rating: rating as 'low', validUntil: '2026-11-24' } : undefined, on)).toBe(risk)
})

const ROLES = ['certifying_officer', 'fund_manager', 'director', 'head_of_department']
const anyMatrix = fc
  .record({
    ceilings: fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 3 }),
    roles: fc.array(fc.subarray(ROLES.slice(1), { minLength: 1 }), { minLength: 4, maxLength: 4 }),
    quorums: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 4, maxLength: 4 }),
    extra: fc.record({
      role: fc.constantFrom(...ROLES),
      quorum: fc.integer({ min: 1, max: 3 }),
      upTo: fc.constantFrom('500', null),
    }),
    opinion: fc.boolean(),
  })
  .map(({ ceilings, roles, quorums, extra, opinion }): ApprovalMatrix => {
    const limits = [...ceilings.sort((a, b) => a - b).map(String), null]
    return {
      rows: limits.map((upTo, i) => ({
        upTo,
        steps: [
          { step: 1, role: ROLES[0]!, quorum: 1 },
          ...roles[i]!.map((role, n) => ({ step: n + 1, role, quorum: quorums[i]! })),
        ],
        ...(opinion ? { opinion } : {}),
      })),
      risks: { high: [extra] },
    }
  })

test('a risk only adds: every step of the row is there, with as many people or more', () => {
  fc.assert(
    fc.property(anyMatrix, fc.integer({ min: 1, max: 2000 }), fc.constantFrom(...RISKS), (any, units, risk) => {
      const amount = usd(`${Math.floor(units / 100)}.${`${units % 100}`.padStart(2, '0')}`)
      const with_ = stepsFor(amount, any, risk)
      for (const step of stepsFor(amount, any, 'low')) {
        const same = with_.find((one) => one.role === step.role && one.step === step.step)
        expect(same?.quorum).toBeGreaterThanOrEqual(step.quorum)
      }
    }),
  )
})

test('a matrix comes out of the form of the API as it went in, has no difference from itself, and is sound where the people are there', () => {
  const people = ROLES.flatMap((role) => Array.from({ length: 5 }, () => ({ roles: [role] })))
  fc.assert(
    fc.property(anyMatrix, (any) => {
      const told = termsTold(SUBJECTS.approval_matrix, any as never, 'USD')
      expect(termsKept(SUBJECTS.approval_matrix, told)).toEqual(any)
      expect(differences(SUBJECTS.approval_matrix, told, told)).toEqual([])
      expect(complaintsAbout('approval_matrix', any as never, people, 'USD')).toEqual([])
    }),
  )
})

test('places are filled by different people, whatever roles they hold together', () => {
  const two = [
    { step: 1, role: 'a', quorum: 1 },
    { step: 2, role: 'b', quorum: 1 },
  ]
  expect(canBeFilled(two, [{ roles: ['a', 'b'] }])).toBe(false)
  expect(canBeFilled(two, [{ roles: ['a', 'b'] }, { roles: ['a'] }])).toBe(true)
  expect(canBeFilled(two, [{ roles: ['a'] }, { roles: ['a'] }])).toBe(false)
})

const DUTIES: Duty[] = ['requester', 'certifier', 'approver', 'releaser', 'reconciler', 'charge_approver']
test.each(DUTIES.flatMap((held) => DUTIES.map((asked) => [held, asked] as const)))(
  'who is %s in a request and would be %s in it as well may only where that is one duty',
  (held, asked) => {
    const part = { kind: 'person' as const, duty: held, named: false, tied: false, handledBankDetails: false }
    expect(dutyBlocker(part, asked)).toBe(held === asked ? undefined : 'separation_of_duties')
  },
)

test('what the table says of a change is what touches a role', () => {
  for (const change of MATERIAL_CHANGES)
    for (const role of ROLES)
      expect(isTouched(role, [change])).toBe(TOUCHES[change] === 'all' || TOUCHES[change].includes(role))
})

// A model of asking, deciding and paying by the very rules, for any set of people and any order of acts.
type Model = {
  duties: Map<number, Duty>
  status: RequestStatus
  content: Content
  steps: Step[]
  decisions: (DecisionTaken & { on: Content })[]
  submitted: Content | undefined
  certifiedBy: number | undefined
  releases: Set<number>
}
type Act = {
  kind: 'submit' | 'decide' | 'certify' | 'release'
  by: number
  verdict: Verdict
  change: Partial<Content>
  risk: Risk
}

const lines = (amount: string, description: string) => [
  { category: 'grants', description, amount: { amount, currency: 'USD' } },
]
const change = fc.oneof(
  fc.constant({}),
  fc.record({ payeeId: fc.constantFrom('pye_1', 'pye_2') }),
  fc.record({ payeeDetails: fc.constantFrom('a', 'b') }),
  fc.record({ startsOn: fc.constantFrom('2026-01-01', '2026-01-02') }),
  fc.record({
    lines: fc
      .constantFrom('40000.00', '50000.01', '150000.01', '1000000.01')
      .chain((amount) => fc.constantFrom(lines(amount, 'Talks'), lines(amount, 'More'))),
  }),
)
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('submit', 'decide', 'decide', 'decide', 'decide', 'certify', 'release', 'release'),
  by: fc.nat({ max: 9 }),
  verdict: fc.constantFrom('approve', 'approve', 'approve', 'approve', 'return'),
  change,
  risk: fc.constantFrom(...RISKS),
})

const USUAL: Act[] = [
  ...[3, 4, 5, 6, 7].map((by): Act => ({
    kind: by === 3 ? 'submit' : 'decide',
    by,
    verdict: 'approve',
    change: {},
    risk: 'low',
  })),
  ...[4, 8, 9].map((by): Act => ({
    kind: by === 4 ? 'certify' : 'release',
    by,
    verdict: 'approve',
    change: {},
    risk: 'low',
  })),
]

function perform(model: Model, people: readonly (readonly string[])[], { kind, by, verdict, change, risk }: Act): void {
  const mayBe = (duty: Duty) =>
    dutyBlocker(
      { kind: 'person', duty: model.duties.get(by) ?? null, named: false, tied: false, handledBankDetails: false },
      duty,
    ) === undefined
  const holds = (role: string) => people[by % people.length]!.includes(role)
  if (kind === 'submit' && ['draft', 'returned'].includes(model.status) && holds('requester') && mayBe('requester')) {
    model.duties.set(by, 'requester')
    const before = model.submitted
    model.content = { ...model.content, ...change }
    model.steps = stepsFor(usd(model.content.lines[0]!.amount.amount), matrix, risk)
    const changes = before ? materialChanges(before, model.content, 'USD') : []
    model.decisions = before ? decisionsKept(model.steps, model.decisions, changes) : []
    model.submitted = model.content
    model.status = 'submitted'
    // Nothing is approved by being submitted.
    expect(statusAfter(model.steps, model.decisions)).toBe('submitted')
  }
  if (kind === 'decide' && model.status === 'submitted') {
    const step = openSteps(model.steps, model.decisions).find(({ role }) => holds(role))
    const again = model.decisions.some(({ decidedBy }) => decidedBy === `${by}`)
    if (!step || again || !mayBe(dutyOfStep(step.role))) return
    model.duties.set(by, dutyOfStep(step.role))
    model.decisions.push({
      step: step.step,
      role: step.role,
      decidedBy: `${by}`,
      onBehalfOf: null,
      verdict,
      on: model.content,
    })
    model.status = statusAfter(model.steps, model.decisions)
    if (model.status === 'returned') model.decisions = model.decisions.filter((one) => one.verdict === 'approve')
  }
  if (
    kind === 'certify' &&
    model.status === 'approved' &&
    model.certifiedBy === undefined &&
    holds('certifying_officer') &&
    mayBe('certifier')
  ) {
    model.duties.set(by, 'certifier')
    model.certifiedBy = by
  }
  if (kind === 'release' && model.certifiedBy !== undefined && holds('bank_signatory') && mayBe('releaser')) {
    model.duties.set(by, 'releaser')
    model.releases.add(by)
  }
}

test('no order of acts by any set of people reaches a payment without the full set of distinct people, each on what is paid', () => {
  let paid = 0
  // Ten people: three of them with any roles together, the others with one each, so that payments are reached as well.
  const mixed = fc.subarray(['requester', 'bank_signatory', ...ROLES], { minLength: 1 })
  const people = fc
    .tuple(mixed, mixed, mixed)
    .map((any) => [
      ...any,
      ['requester'],
      ['certifying_officer'],
      ['fund_manager'],
      ['fund_manager'],
      ['director'],
      ['bank_signatory'],
      ['bank_signatory'],
    ])
  fc.assert(
    fc.property(people, fc.array(act, { minLength: 20, maxLength: 90 }), (cast, acts) => {
      const model: Model = {
        ...{
          duties: new Map<number, Duty>(),
          status: 'draft' as const,
          steps: [],
          decisions: [],
          submitted: undefined,
        },
        ...{ certifiedBy: undefined, releases: new Set<number>() },
        content: {
          payeeId: 'pye_1',
          payeeDetails: 'a',
          processId: 'prc_1',
          startsOn: '2026-01-01',
          endsOn: '2026-02-01',
          lines: lines('40000.00', 'Talks'),
        },
      }
      // Whatever came before, the usual people then do what is left for them, so that most histories end in a payment.
      for (const one of [...acts, ...USUAL, ...USUAL]) perform(model, cast, one)
      if (model.releases.size < 2) return
      paid += 1
      const approvers = model.decisions.map(({ decidedBy }) => decidedBy)
      const requesters = [...model.duties].filter(([, duty]) => duty === 'requester').map(([person]) => `${person}`)
      const all = [...approvers, ...requesters, ...[...model.releases].map(String)]
      expect(new Set(all).size).toBe(all.length)
      for (const { step, role, quorum } of stepsFor(usd(model.content.lines[0]!.amount.amount), matrix, 'low')) {
        const own = model.decisions.filter((one) => one.role === role && cast[Number(one.decidedBy)]!.includes(role))
        expect([step, own.length >= quorum]).toEqual([step, true])
      }
      for (const { role, on } of model.decisions)
        expect(isTouched(role, materialChanges(on, model.content, 'USD'))).toBe(false)
    }),
    { numRuns: 3000 },
  )
  expect(paid).toBeGreaterThan(200)
})

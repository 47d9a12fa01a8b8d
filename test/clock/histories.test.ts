import fc from 'fast-check'
import { targetsFor, defaultClock } from '../../server/clock/policy.ts'
import { fromMinorUnits } from '../../server/money.ts'
import { certify, submit, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { MINUTE, standingClock, tomorrow } from './time.ts'

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '900000.00')
})

/** What people may try on a request; what its state does not permit is refused, and then changes no clock. */
const ACTS = [
  'certifier approves',
  'manager approves',
  'manager 2 approves',
  'manager returns',
  'requester submits',
  'stop',
  'suspend',
  'go on',
  'certify',
  'release',
  'release 2',
  'settle',
  'come back',
  'take back',
  'withdraw',
] as const

/** What brings a request to its credit, wherever it has got to. */
const TO_THE_END = (
  [
    ...(['go on', 'requester submits', 'certifier approves', 'manager approves', 'manager 2 approves'] as const),
    ...(['certify', 'release', 'release 2', 'settle'] as const),
  ] as const
).map((act) => ({ act, after: 61 * MINUTE + 7 }))

async function attempt(act: (typeof ACTS)[number], id: string): Promise<number> {
  const { cast } = fund
  const path = `/disbursement-requests/${id}`
  const { owner } = service.database()
  const payment = (await owner('payments').where({ request_id: id }).whereNot({ status: 'cancelled' }).first('id'))?.id
  const of = `/payments/${payment ?? 'pay_00000000000000000000000000'}`
  const read = await cast.auditor!.get(path)
  const { contentHash } = read.body
  const verdict = (by: string, what: string) =>
    cast[by]!.post(`${path}/decisions`, { verdict: what, reason: 'So', ...(contentHash ? { contentHash } : {}) })
  const day = time.now().toISOString().slice(0, 10)
  const open = (await owner('pauses').where({ request_id: id }).whereNull('ended_at').first('id'))?.id
  const answers = {
    'certifier approves': () => verdict('certifyingOfficer', 'approve'),
    'manager approves': () => verdict('fundManager', 'approve'),
    'manager 2 approves': () => verdict('fundManager2', 'approve'),
    'manager returns': () => verdict('fundManager3', 'return'),
    'requester submits': () => submit(fund, { id, etag: read.headers.etag! }),
    stop: () => cast.treasurer!.post(`${path}/pauses`, { reason: 'funds' }),
    suspend: () => cast.complianceOfficer!.post(`${path}/pauses`, { reason: 'fraud' }),
    'go on': () => cast.director!.post(`/pauses/${open ?? 'pau_00000000000000000000000000'}/endings`),
    certify: () => certify(fund, id, '50.00'),
    release: () => cast.bankSignatory!.post(`${of}/releases`),
    'release 2': () => cast.bankSignatory2!.post(`${of}/releases`),
    settle: () =>
      cast.reconciler!.post(`${of}/settlements`, {
        valueDate: day,
        debited: { amount: '50.00', currency: 'USD' },
        reference: 'S',
      }),
    'come back': () => cast.reconciler!.post(`${of}/returns`, { valueDate: day, reason: 'No', reference: 'S' }),
    'take back': () => cast.certifyingOfficer!.post(`${of}/cancellations`, { reason: 'No' }),
    withdraw: () => cast.requester!.post(`${path}/withdrawals`, { reason: 'No' }),
  }
  return (await answers[act]()).status
}

type Told = Record<'startedAt' | 'endedAt', string | null> & {
  grossMs: number
  pausedMs: number
  elapsedMs: number
  steps: { grossMs: number; pausedMs: number; elapsedMs: number }[]
  pauses: { begunAt: string; endedAt: string | null }[]
}

/** Sum of the steps less the pauses is the elapsed time, counted from the outside. */
function addsUp(told: Told, now: Date): void {
  const end = told.endedAt ? Date.parse(told.endedAt) : now.getTime()
  const gross = end - Date.parse(told.startedAt!)
  // A suspension may go on after the clock is over, or begin then.
  const upToEnd = (at: string | null) => Math.min(at ? Date.parse(at) : end, end)
  const paused = told.pauses.reduce((total, one) => total + upToEnd(one.endedAt) - upToEnd(one.begunAt), 0)
  const sum = (what: 'grossMs' | 'pausedMs' | 'elapsedMs') => told.steps.reduce((total, step) => total + step[what], 0)
  expect([sum('grossMs'), sum('pausedMs'), sum('elapsedMs')]).toEqual([gross, paused, gross - paused])
  expect([told.grossMs, told.pausedMs, told.elapsedMs]).toEqual([gross, paused, gross - paused])
  for (const step of told.steps) expect(step.elapsedMs).toBe(step.grossMs - step.pausedMs)
}

test('whatever people do in whatever order, the steps less their pauses are the elapsed time', async () => {
  const done: Record<string, number> = {}
  // Mostly the next thing to do, so that histories get far, with anything at all between.
  const forward = fc.constantFrom<(typeof ACTS)[number]>(
    ...(['certifier approves', 'manager approves', 'requester submits', 'certify'] as const),
    ...(['release', 'release 2', 'settle'] as const),
  )
  const early = fc.array(fc.constantFrom<(typeof ACTS)[number]>('manager returns', 'stop', 'suspend', 'go on'), {
    maxLength: 3,
  })
  const step = fc.record({
    act: fc.oneof({ weight: 4, arbitrary: forward }, { weight: 1, arbitrary: fc.constantFrom(...ACTS) }),
    after: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 * MINUTE })),
  })
  await fc.assert(
    fc.asyncProperty(early, fc.array(step, { minLength: 2, maxLength: 14 }), async (first, then) => {
      const history = [...first.map((act) => ({ act, after: 90 * MINUTE })), ...then, ...TO_THE_END]
      const { id } = await submitted(fund, '100.00')
      for (const { act, after } of history) {
        time.pass(after)
        if ((await attempt(act, id)) === 201) done[act] = (done[act] ?? 0) + 1
        addsUp((await fund.cast.auditor!.get(`/disbursement-requests/${id}/clock`).expect(200)).body, time.now())
      }
      time.pass(777)
      addsUp((await fund.cast.auditor!.get(`/disbursement-requests/${id}/clock`).expect(200)).body, time.now())
    }),
    { numRuns: 12, seed: 20261124 },
  )
  // It says something only if most of it happened.
  expect(Object.keys(done)).toEqual(
    expect.arrayContaining(['manager returns', 'requester submits', 'stop', 'certify', 'settle']),
  )
}, 240_000)

test('the targets of the steps add up to what the whole may take, for any matrix and amount', () => {
  const terms = defaultClock((count) => `${count}00000`)
  fc.assert(
    fc.property(
      fc.array(fc.record({ step: fc.integer({ min: 1, max: 9 }), role: fc.string() }), { minLength: 1, maxLength: 8 }),
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
      fc.constantFrom('standard' as const, 'rapid' as const, 'no_regret' as const),
      (steps, units, lane) => {
        const targets = targetsFor({ amount: fromMinorUnits(units.toString(), 'USD'), lane, steps }, terms)
        const total = targets.reduce((sum, { minutes }) => sum + minutes, 0)
        expect(total).toBe(lane === 'no_regret' ? 28 * 60 : 72 * 60)
        const deciding = targets.filter(({ step }) => step.startsWith('approval_'))
        const decision = deciding.reduce((sum, { minutes }) => sum + minutes, 0)
        expect(decision).toBe(lane === 'no_regret' ? 120 : units <= 5_000_000n ? 24 * 60 : 48 * 60)
        expect(deciding.every(({ minutes }) => minutes > 0)).toBe(true)
      },
    ),
  )
})

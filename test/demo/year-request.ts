import type { Course } from './agenda.ts'
import type { Called, Client } from './client.ts'
import { act, ended, minutesOf, type Office } from './office.ts'

type Lane = 'standard' | 'rapid' | 'no_regret'
type Asked = {
  path: string
  lane: Lane
  amount: { amount: string; currency: string }
  category: string
  requester: Client
  endsOn: string
}
type Seen = {
  status: string
  round: number
  contentHash: string
  waitingFor: { step: number; role: string; quorum: number }[]
  decisions: { role: string; round: number; step: number; verdict: string }[]
}

const CRISIS = ['before_escalation', 'after_violence']
const THEMES = [
  'power_sharing',
  'natural_resources',
  'constitution_making',
  'ceasefire_and_security',
  'gender_and_inclusion',
]
const MANDATES = [
  'request_of_parties',
  'secretary_general_initiative',
  'security_council_request',
  'general_assembly_request',
]
const DAY_MINUTES = 24 * 60

/** A request from the first word of its draft to the payee's credit, or to wherever it ends. */
export async function* requestCourse(office: Office): Course {
  const asked = yield* draft(office)
  for (let attempt = 1; ; attempt += 1) {
    const submitted = await submit(office, asked)
    if (submitted.status < 400) break
    if (attempt === 3) return ended(office, `given up: ${submitted.body.code}`)
    // Money comes in by the quarter, and ceilings have room again when others are ratified.
    yield office.chance.minutes(4 * DAY_MINUTES)
  }
  if (office.chance.happens(0.02)) {
    yield minutesOf(office, 'requester', asked.lane)
    const withdrawn = await act(office, asked.requester, 'POST', `${asked.path}/withdrawals`, {
      reason: 'The parties have met on their own',
    })
    if (withdrawn.status < 400) return ended(office, 'withdrawn')
  }
  if (asked.lane === 'no_regret') return yield* advance(office, asked)
  const status = yield* decisions(office, asked, ['submitted'])
  if (status !== 'approved') return ended(office, status)
  yield* payment(office, asked)
}

async function* draft(office: Office): AsyncGenerator<number, Asked> {
  const { agenda, chance } = office
  const lane: Lane = chance.happens(0.1) ? 'no_regret' : chance.happens(0.4) ? 'rapid' : 'standard'
  const { requester, id: entityId } = chance.oneOf(office.entities)
  const process = chance.oneOf(office.processes.filter(({ phase }) => lane === 'standard' || CRISIS.includes(phase)))
  const payee = chance.oneOf(office.payees)
  const category = payee.kind === 'partner' ? 'grants' : payee.kind === 'person' ? 'experts' : 'travel'
  const cents =
    lane === 'no_regret' ? 200_000 + Math.trunc(chance.next() * 900_000) : sizeOf(chance.next(), chance.next())
  const amount = { amount: `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`, currency: 'USD' }
  const day = (after: number) => new Date(agenda.clock().getTime() + after * 86_400_000).toISOString().slice(0, 10)
  const endsOn = day(30 + Math.trunc(chance.next() * 120))
  const drafted = await act(office, requester, 'POST', `/funds/${office.fundId}/disbursement-requests`, {
    title: 'Mediators to the talks',
    purpose: 'Bring the parties to one table within 72 hours',
    entityId,
    processId: process.id,
    payeeId: payee.id,
    mandateBasis: chance.oneOf(MANDATES),
    support: ['advisory', 'financial'],
    themes: [chance.oneOf(THEMES)],
    startsOn: day(3),
    endsOn,
    lane,
    ...(lane === 'standard'
      ? {}
      : { laneReason: 'Fighting has begun again, and the parties are willing to talk today' }),
    lines: [{ category, description: 'Meetings', amount }],
  })
  if (drafted.status >= 400) throw new Error(`a draft was refused: ${drafted.bytes.toString()}`)
  yield chance.minutes(lane === 'standard' ? 90 : 15)
  return { path: `/disbursement-requests/${drafted.body.id}`, lane, amount, category, requester, endsOn }
}

/** Most are small; one in a hundred is above a million. */
function sizeOf(kind: number, within: number): number {
  const [least, most] =
    kind < 0.6
      ? [400_000, 5_000_000]
      : kind < 0.9
        ? [5_000_001, 15_000_000]
        : kind < 0.99
          ? [15_000_001, 40_000_000]
          : [100_000_001, 120_000_000]
  return least! + Math.trunc(within * (most! - least!))
}

async function submit(office: Office, { path, requester }: Asked): Promise<Called> {
  const { etag } = await requester.must('GET', path)
  return act(office, requester, 'POST', `${path}/submissions`, {}, { 'if-match': etag! })
}

/** Whoever is asked decides in their own time, side by side where the matrix says so, until nobody is asked any more. */
async function* decisions(office: Office, asked: Asked, while_: string[]): AsyncGenerator<number, string> {
  const due = new Map<string, number>()
  for (let turn = 0; turn < 40; turn += 1) {
    const seen = await see(office, asked)
    if (!while_.includes(seen.status) || seen.waitingFor.length === 0) return seen.status
    const now = office.agenda.clock().getTime() / 60_000
    for (const { step, role } of seen.waitingFor) {
      const key = `${seen.round}:${step}:${role}:${seen.decisions.length}`
      if (!due.has(key)) due.set(key, now + minutesOf(office, role, asked.lane))
    }
    const [next] = seen.waitingFor
      .map((one) => ({ ...one, at: due.get(`${seen.round}:${one.step}:${one.role}:${seen.decisions.length}`)! }))
      .sort((a, b) => a.at - b.at)
    if (next!.at > now) yield next!.at - now
    yield* decide(office, asked, seen, next!)
  }
  return 'undecided'
}

async function* decide(office: Office, asked: Asked, seen: Seen, { role }: { role: string }): Course {
  const { chance, people } = office
  const { path, requester } = asked
  // Somebody tries who may not: in a hurry, or to see whether it works.
  if (chance.happens(0.04))
    await act(
      office,
      chance.oneOf([people.director!, people.reconciler!, requester, people.auditor!]),
      'POST',
      `${path}/decisions`,
      {
        verdict: 'approve',
        contentHash: seen.contentHash,
      },
    )
  if (role === 'certifying_officer' && chance.happens(0.05)) {
    const paused = await act(office, people.certifying_officer!, 'POST', `${path}/pauses`, {
      reason: 'information',
      note: 'Which of the two committees signs?',
    })
    yield chance.minutes(300)
    if (paused.status < 400) await act(office, people.certifying_officer!, 'POST', `/pauses/${paused.body.id}/endings`)
  }
  const verdict = chance.happens(0.93) ? 'approve' : chance.happens(0.6) ? 'return' : 'reject'
  const reason =
    verdict === 'approve' ? undefined : verdict === 'return' ? 'Say who travels' : 'Outside the mandate of the fund'
  for (const [name, person] of Object.entries(people)) {
    if (name.replace(/\d+$/, '') !== role) continue
    const decided = await act(office, person, 'POST', `${path}/decisions`, {
      verdict,
      reason,
      contentHash: seen.contentHash,
    })
    if (decided.status >= 400) continue
    if (decided.body.status === 'returned') yield* putRight(office, asked)
    return
  }
}

async function* putRight(office: Office, asked: Asked): Course {
  yield minutesOf(office, 'requester', asked.lane)
  const read = await asked.requester.must('GET', asked.path)
  const purpose = { purpose: 'Two mediators and an interpreter travel to the talks' }
  await act(office, asked.requester, 'PATCH', asked.path, purpose, { 'if-match': read.etag! })
  yield office.chance.minutes(20)
  await submit(office, asked)
}

/** Certified, released by two, on the payee's account when the bank has done its part. */
async function* payment(office: Office, { path, lane, amount, category }: Asked): Course {
  const { people, chance, agenda } = office
  yield minutesOf(office, 'certifying_officer', lane)
  const certified = await act(office, people.certifying_officer!, 'POST', `${path}/payments`, {
    amount,
    category,
    bankAccountId: office.bankId,
  })
  if (certified.status >= 400) return ended(office, `not paid: ${certified.body.code}`)
  const payment = `/payments/${certified.body.id}`
  yield minutesOf(office, 'treasurer', lane)
  await act(office, people.treasurer!, 'POST', `${payment}/releases`)
  if (chance.happens(0.03)) await act(office, people.treasurer!, 'POST', `${payment}/releases`) // twice by one
  yield minutesOf(office, 'bank_signatory', lane)
  const released = await act(
    office,
    chance.oneOf([people.bank_signatory!, people.bank_signatory2!]),
    'POST',
    `${payment}/releases`,
  )
  if (released.status >= 400) return ended(office, `not paid: ${released.body.code}`)
  yield minutesOf(office, 'bank', lane)
  const valueDate = agenda.clock().toISOString().slice(0, 10)
  const reference = `ST-${certified.body.code}`
  const charge = { amount: '12.50', currency: 'USD' }
  const settled = await act(office, people.reconciler!, 'POST', `${payment}/settlements`, {
    valueDate,
    debited: amount,
    charge,
    reference,
  })
  ended(office, settled.status < 400 ? `paid, ${lane}` : `not settled: ${settled.body.code}`)
}

/** One fund manager lets the money move at once; the full row of the matrix ratifies, or has not done so in time. */
async function* advance(office: Office, asked: Asked): Course {
  const status = yield* decisions(office, asked, ['submitted'])
  if (status !== 'active') return ended(office, status)
  office.agenda.begin(office.agenda.clock(), payment(office, asked))
  if (office.chance.happens(0.08)) return ended(office, 'advance left to lapse')
  yield office.chance.minutes(8 * 60)
  const after = yield* decisions(office, { ...asked, lane: 'standard' }, ['active'])
  ended(office, after === 'active' ? 'advance ratified' : `advance ${after}`)
}

async function see(office: Office, { path }: Asked): Promise<Seen> {
  return (await office.people.auditor!.must('GET', path)).body as Seen
}

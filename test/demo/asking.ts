import { type Client } from './client.ts'
import type { World } from './world.ts'

const usd = (units: number) => ({
  amount: `${Math.floor(units / 100)}.${String(units % 100).padStart(2, '0')}`,
  currency: 'USD',
})
const today = () => new Date().toISOString().slice(0, 10)
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
const SIZES = [
  480_000, 1_234_567, 4_999_999, 5_000_000, 5_000_001, 12_000_000, 15_000_001, 64_321_010, 100_000_000, 130_000_055,
]

export type Outcome = 'paid' | 'returned by the bank' | 'rejected' | 'withdrawn' | 'returned and resubmitted'

/** One request from draft to its end: decided by whom the matrix names, paid by five different people. */
export async function oneRequest(world: World, i: number): Promise<Outcome> {
  const { requester, id: entityId } = world.entities[i % world.entities.length]!
  const process = world.processes[i % world.processes.length]!
  const payee = world.payees[i % world.payees.length]!
  const category = payee.kind === 'partner' ? 'grants' : payee.kind === 'person' ? 'experts' : 'travel'
  const units = SIZES[i % SIZES.length]! + i
  const half = Math.floor(units / 2)
  const drafted = await requester.must('POST', `/funds/${world.fundId}/disbursement-requests`, {
    title: `Mediation support ${i + 1}`,
    purpose: 'Bring the parties to one table within 72 hours',
    entityId,
    processId: process.id,
    payeeId: payee.id,
    mandateBasis: MANDATES[i % MANDATES.length],
    support: ['financial'],
    themes: [THEMES[i % THEMES.length]],
    startsOn: today(),
    endsOn: '2027-06-30',
    lines: [
      { category, description: 'First part', amount: usd(half) },
      { category, description: 'Second part', amount: usd(units - half) },
    ],
  })
  const path = `/disbursement-requests/${drafted.body.id}`
  await requester.must(
    'POST',
    `${path}/submissions`,
    {},
    { 'if-match': drafted.etag!, 'idempotency-key': `submit-${drafted.body.id}` },
  )
  if (i % 17 === 3) {
    await requester.must('POST', `${path}/withdrawals`, { reason: 'The parties have met on their own' })
    return 'withdrawn'
  }
  if (i % 13 === 5) {
    await world.people.certifying_officer!.must('POST', `${path}/decisions`, {
      verdict: 'reject',
      reason: 'Outside the mandate of the fund',
    })
    return 'rejected'
  }
  const again = i % 11 === 7
  if (again) await returnAndResubmit(world, requester, path)
  await approve(world, path)
  return (await pay(world, path, usd(units), category, i % 19 === 2)) ?? (again ? 'returned and resubmitted' : 'paid')
}

async function returnAndResubmit(world: World, requester: Client, path: string): Promise<void> {
  await world.people.certifying_officer!.must('POST', `${path}/decisions`, {
    verdict: 'return',
    reason: 'Say who travels',
  })
  const read = await requester.must('GET', path)
  const changed = await requester.must(
    'PATCH',
    path,
    { purpose: 'Two mediators and an interpreter travel' },
    { 'if-match': read.etag! },
  )
  await requester.must('POST', `${path}/submissions`, {}, { 'if-match': changed.etag! })
}

/** Asks whom the request waits for, and lets people with that role decide, until nobody is asked any more. */
async function approve(world: World, path: string): Promise<void> {
  for (let round = 0; round < 12; round += 1) {
    const { body } = await world.people.auditor!.must('GET', path)
    if (body.status !== 'submitted') return
    const [step] = body.waitingFor as { role: string }[]
    const decided = body.decisions.filter(
      (one: { role: string; round: number }) => one.role === step!.role && one.round === body.round,
    ).length as number
    const person = world.people[decided === 0 ? step!.role : `${step!.role}${decided + 1}`]!
    await person.must('POST', `${path}/decisions`, { verdict: 'approve', contentHash: body.contentHash })
  }
  throw new Error(`${path} is never approved`)
}

async function pay(
  world: World,
  path: string,
  amount: object,
  category: string,
  comesBack: boolean,
): Promise<Outcome | undefined> {
  const { certifying_officer, treasurer, bank_signatory, reconciler } = world.people
  const certified = await certifying_officer!.must('POST', `${path}/payments`, {
    amount,
    category,
    bankAccountId: world.bankId,
  })
  const payment = `/payments/${certified.body.id}`
  await treasurer!.must('POST', `${payment}/releases`)
  await bank_signatory!.must('POST', `${payment}/releases`)
  const reference = `ST-${certified.body.code}`
  const charge = { amount: '12.50', currency: 'USD' }
  await reconciler!.must('POST', `${payment}/settlements`, { valueDate: today(), debited: amount, charge, reference })
  if (!comesBack) return undefined
  await reconciler!.must('POST', `${payment}/returns`, {
    valueDate: today(),
    reason: 'Account closed',
    reference: `${reference}-R`,
  })
  return 'returned by the bank'
}

/** Attempts that must be refused, each with the code that must be given. */
export async function refusedAttempts(world: World): Promise<{ tried: number; wrong: string[] }> {
  const { people } = world
  const { requester, id: entityId } = world.entities[0]!
  const base = {
    title: 'Not to be',
    purpose: 'To be refused',
    entityId,
    processId: world.processes[0]!.id,
    payeeId: world.payees[0]!.id,
    mandateBasis: 'request_of_parties',
    support: ['financial'],
    startsOn: today(),
    endsOn: '2027-06-30',
  }
  const drafts = `/funds/${world.fundId}/disbursement-requests`
  const lines = (amount: string, currency = 'USD') => [
    { category: 'grants', description: 'x', amount: { amount, currency } },
  ]
  const drafted = await requester.must('POST', drafts, { ...base, lines: lines('99000000000.00') })
  const path = `/disbursement-requests/${drafted.body.id}`
  const small = await requester.must('POST', drafts, { ...base, lines: lines('1000.00') })
  const smallPath = `/disbursement-requests/${small.body.id}`
  await requester.must('POST', `${smallPath}/submissions`, {}, { 'if-match': small.etag! })

  const attempts: [
    code: string,
    by: Client,
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ][] = [
    ['insufficient_funds', requester, 'POST', `${path}/submissions`, {}, { 'if-match': drafted.etag! }],
    ['version_missing', requester, 'POST', `${path}/submissions`, {}],
    ['version_changed', requester, 'PATCH', path, { title: 'x' }, { 'if-match': '"v99"' }],
    ['invalid_request', requester, 'POST', drafts, { ...base, lines: lines('1.005') }],
    ['currency_mismatch', requester, 'POST', drafts, { ...base, lines: lines('1', 'EUR') }],
    ['role_not_allowed', people.auditor!, 'POST', drafts, { ...base, lines: lines('1') }],
    ['not_found', requester, 'GET', '/disbursement-requests/req_00000000000000000000000000'],
    ['not_your_step', people.director!, 'POST', `${smallPath}/decisions`, { verdict: 'approve' }],
    ['role_not_allowed', people.reconciler!, 'POST', `${smallPath}/decisions`, { verdict: 'approve' }],
    [
      'not_approved',
      people.certifying_officer!,
      'POST',
      `${smallPath}/payments`,
      { amount: { amount: '1', currency: 'USD' }, category: 'grants', bankAccountId: world.bankId },
    ],
  ]
  const wrong: string[] = []
  let tried = 0
  for (let round = 0; round < 5; round += 1) {
    for (const [code, by, method, where, body, headers] of attempts) {
      const called = await by.call(method, where, body, headers)
      tried += 1
      if (called.body?.code !== code)
        wrong.push(`${method} ${where}: expected ${code}, got ${called.status} ${called.body?.code}`)
    }
  }
  return { tried, wrong }
}

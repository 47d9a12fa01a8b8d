import { inDays } from '../../server/days.ts'
import { openBank, type Bank } from './bank-simulator.ts'
import { written, type BankStatement } from './bank-statement.ts'
import type { Chance } from './chance.ts'
import type { Client } from './client.ts'
import type { World } from './world.ts'

/** What a month with the bank came to. */
export type MonthTold = {
  payments: number
  statements: number
  entries: number
  certain: number
  byHand: number
  kinds: Record<string, number>
  refusedFiles: string[]
  readAgain: number
  /** Days on which bank and ledger differed, and all of it was explained item by item. */
  daysExplained: number
  daysUnexplained: string[]
  bank: Bank['told']
  atTheBank: bigint
  inTheLedger: bigint
  difference: string
  waiting: number
  statuses: Record<string, number>
  slowestUpload: { entries: number; ms: number }
}

const IBAN = 'DE89370400440532013000'
const PER_REQUEST = 20

type Month = { world: World; bank: Bank; chance: Chance; told: MonthTold; today: () => string }

/**
 * A month of payments with a bank: payment files each day, status reports, statements with whatever the bank makes of them, and people who
 * confirm what is left. `setDay` moves the clock of the service. It goes on after the month until nothing is on its way any more.
 */
export async function playMonth(
  world: World,
  {
    payments,
    days,
    chance,
    first,
    setDay,
    progress,
  }: {
    payments: number
    days: number
    chance: Chance
    first: string
    setDay: (day: string) => void
    progress: (done: number) => void
  },
): Promise<MonthTold> {
  const bank = openBank(chance, { account: IBAN, currency: 'USD' })
  const told: MonthTold = {
    ...{ payments, statements: 0, entries: 0, certain: 0, byHand: 0, kinds: {}, refusedFiles: [], readAgain: 0 },
    ...{
      daysExplained: 0,
      daysUnexplained: [],
      bank: bank.told,
      atTheBank: 0n,
      inTheLedger: 0n,
      difference: '',
      waiting: 0,
    },
    ...{ statuses: {}, slowestUpload: { entries: 0, ms: 0 } },
  }
  let day = first
  const month: Month = { world, bank, chance, told, today: () => day }
  setDay(day)
  await tellAccount(month)
  await endowed(month, payments)
  const requests = await approvedRequests(month, Math.ceil(payments / PER_REQUEST))
  let left = payments
  for (let n = 0; n < days + 15 && (left > 0 || !bank.isIdle() || n === 0); n += 1) {
    const todays = n < days ? Math.ceil(left / (days - n)) : 0
    if (todays > 0) await payDay(month, requests, payments - left, todays)
    left -= todays
    progress(payments - left)
    if (n === Math.trunc(days / 2))
      bank.deposit({ amount: 1_234n, code: 'ACMT/MCOP/INTR', remittance: 'Interest' }, day)
    await endOfDay(month, n)
    setDay((day = inDays(day, 1)))
  }
  return concluded(month)
}

async function tellAccount({ world }: Month): Promise<void> {
  await world.people.controller!.must('POST', `/bank-accounts/${world.bankId}/details`, {
    ...{ scheme: 'iban', account: IBAN, bic: 'COBADEFFXXX', bankName: 'Bank of the month', bankCountry: 'DE' },
    ...{ holder: 'Rapid Response Fund', address: { town: 'Berlin', country: 'DE' } },
  })
}

/** A donor agrees to enough for all payments and sends it in two pieces, of which one names the contribution. */
async function endowed({ world, bank, today }: Month, payments: number): Promise<void> {
  const { fund_manager: manager } = world.people
  const amount = { amount: `${payments * 2_200 + 200_000}.00`, currency: 'USD' }
  const donor = await manager!.must('POST', `/funds/${world.fundId}/donors`, {
    name: 'Kingdom of Norway',
    kind: 'Member State',
  })
  const pledge = {
    donorId: donor.body.id,
    code: 'NOR-2024-1',
    fiscalYear: 2024,
    pledgedOn: today(),
    amount,
    earmark: { level: 'unearmarked' },
  }
  const { body } = await manager!.must('POST', `/funds/${world.fundId}/contributions`, pledge)
  const terms = { conditional: false, amount, signedOn: today(), supportCost: { rateBps: 0, base: 'deposit' } }
  await manager!.must('POST', `/contributions/${body.id}/agreements`, terms)
  bank.deposit(
    { amount: BigInt(amount.amount.replace('.', '')), counterparty: 'Kingdom of Norway', remittance: 'NOR-2024-1' },
    today(),
  )
}

type Paid = { id: string; left: number }

async function approvedRequests(month: Month, count: number): Promise<Paid[]> {
  const { world, chance, today } = month
  const { certifying_officer: officer, fund_manager: manager } = world.people
  // The money must be there before it can be asked for.
  await read(month, month.bank.endOfDay(today()))
  await workList(month)
  const requests: Paid[] = []
  for (let n = 0; n < count; n += 1) {
    const { id: entityId, requester } = world.entities[n % world.entities.length]!
    const { id: processId } = world.processes.find(({ region }) => region === 'Central Africa')!
    const made = await requester.must('POST', `/funds/${world.fundId}/disbursement-requests`, {
      ...{ title: `Talks ${n + 1}`, purpose: 'Bring the parties to one table', entityId, processId },
      ...{ payeeId: chance.oneOf(world.payees).id, mandateBasis: 'request_of_parties', support: ['financial'] },
      ...{ themes: ['ceasefire_and_security'], startsOn: today(), endsOn: inDays(today(), 90) },
      lines: [{ category: 'grants', description: 'Talks', amount: { amount: '42000.00', currency: 'USD' } }],
    })
    const path = `/disbursement-requests/${made.body.id}`
    await requester.must('POST', `${path}/submissions`, {}, { 'if-match': made.etag! })
    for (const by of [officer!, manager!])
      await by.must('POST', `${path}/decisions`, { verdict: 'approve', reason: 'It is urgent' })
    requests.push({ id: made.body.id, left: 0 })
  }
  return requests
}

/** So many payments certified, put into one file, signed by two, and given to the bank, whose report is taken in. */
async function payDay(
  { world, bank, chance, today }: Month,
  requests: Paid[],
  from: number,
  count: number,
): Promise<void> {
  const { certifying_officer: officer, treasurer, bank_signatory: signatory } = world.people
  const ids: string[] = []
  for (let n = from; n < from + count; n += 1) {
    const amount = `${100 + Math.trunc(chance.next() * 1_900)}.${String(Math.trunc(chance.next() * 100)).padStart(2, '0')}`
    const { body } = await officer!.must(
      'POST',
      `/disbursement-requests/${requests[Math.trunc(n / PER_REQUEST)]!.id}/payments`,
      {
        ...{ amount: { amount, currency: 'USD' }, category: 'grants', bankAccountId: world.bankId },
      },
    )
    ids.push(body.id)
  }
  const file = await treasurer!.must('POST', `/funds/${world.fundId}/payment-files`, {
    bankAccountId: world.bankId,
    payments: ids,
  })
  const path = `/payment-files/${file.body.id}`
  const { body } = await treasurer!.must('GET', path)
  for (const by of [treasurer!, signatory!]) await by.must('POST', `${path}/signatures`, { sha256: body.sha256 })
  const { bytes } = await treasurer!.must('GET', `${path}/content`)
  const report = bank.take(bytes, today())
  // Whoever sends it a second time: the bank knows the end-to-end ids, and so do we.
  if (chance.happens(0.2)) bank.take(bytes, today())
  await upload(world.people.reconciler!, `/funds/${world.fundId}/status-reports`, report)
}

/** The statement of the day; one does not foot and is sent again, some come twice, and some as the older form or CSV. */
async function endOfDay(month: Month, n: number): Promise<void> {
  const { told, bank, chance, today, world } = month
  const statement = bank.endOfDay(today())
  if (n === 1) {
    const broken = written([{ ...statement, closing: bank.holds() + 1n }])
    const refused = await upload(world.people.reconciler!, `/funds/${world.fundId}/bank-statements`, broken)
    told.refusedFiles.push(`${refused.body.code}: ${JSON.stringify(refused.body.differences?.[0])}`)
  }
  await read(month, statement)
  await explained(month)
  if (chance.happens(0.3)) {
    const again = await upload(
      world.people.reconciler!,
      `/funds/${world.fundId}/bank-statements`,
      written([statement], '02'),
    )
    if (again.body.statements?.[0]?.known) told.readAgain += 1
  }
  await workList(month)
  await explained(month)
}

async function read({ world, told, chance }: Month, statement: BankStatement): Promise<void> {
  const began = performance.now()
  const form = chance.oneOf(['08', '08', '02'] as const)
  const { status, body } = await upload(
    world.people.reconciler!,
    `/funds/${world.fundId}/bank-statements`,
    written([statement], form),
  )
  if (status !== 201) throw new Error(JSON.stringify(body))
  const ms = Math.round(performance.now() - began)
  if (statement.entries.length >= told.slowestUpload.entries)
    told.slowestUpload = { entries: statement.entries.length, ms }
  told.statements += 1
  told.entries += statement.entries.length
  told.certain += body.applied.certain
  for (const [kind, times] of Object.entries(body.applied.kinds as Record<string, number>))
    told.kinds[kind] = (told.kinds[kind] ?? 0) + times
}

/** What is left is confirmed by its best suggestion, and anything that nothing speaks for is left for another day. */
async function workList({ world, told }: Month): Promise<void> {
  const { reconciler } = world.people
  const { body } = await reconciler!.must('GET', `/funds/${world.fundId}/statement-work-list?limit=500`)
  for (const { id } of body.items) {
    const entry = await reconciler!.must('GET', `/statement-entries/${id}`)
    const best = entry.body.suggestions[0]
    if (!best || best.score < 40) continue
    const done = await reconciler!.call('POST', `/statement-entries/${id}/matches`, {
      parts: [{ kind: best.kind, ...best.fields }],
    })
    if (done.status !== 201) continue
    told.byHand += 1
    told.kinds[best.kind] = (told.kinds[best.kind] ?? 0) + 1
  }
}

/** Bank and ledger at the end of today, to the cent, or every cent of the difference. */
async function explained({ world, told, today, bank }: Month): Promise<void> {
  const { body } = await world.people.auditor!.must(
    'GET',
    `/bank-accounts/${world.bankId}/reconciliation?on=${today()}`,
  )
  const same = body.difference.amount === body.explained.amount && units(body.bank.amount) === bank.holds()
  if (!same)
    told.daysUnexplained.push(
      `${today()}: bank ${body.bank.amount}, difference ${body.difference.amount}, explained ${body.explained.amount}`,
    )
  else if (body.items.length > 0) told.daysExplained += 1
}

async function concluded({ world, told, bank, today }: Month): Promise<MonthTold> {
  const { auditor } = world.people
  const { body } = await auditor!.must('GET', `/bank-accounts/${world.bankId}/reconciliation?on=${inDays(today(), -1)}`)
  const list = await auditor!.must('GET', `/funds/${world.fundId}/statement-work-list?limit=1`)
  const statuses: Record<string, number> = {}
  for (let next: string | null = ''; next !== null;) {
    const page: { body: { items: { status: string }[]; next: string | null } } = await auditor!.must(
      'GET',
      `/funds/${world.fundId}/payments?limit=500${next ? `&after=${next}` : ''}`,
    )
    for (const { status } of page.body.items) statuses[status] = (statuses[status] ?? 0) + 1
    next = page.body.next
  }
  return {
    ...told,
    ...{ statuses, difference: body.difference.amount, waiting: list.body.total.entries },
    ...{ atTheBank: bank.holds(), inTheLedger: units(body.ledger.amount) },
  }
}

const units = (amount: string) => BigInt(amount.replace('.', ''))

const upload = (by: Client, path: string, xml: string) =>
  by.call('POST', path, xml, { 'content-type': 'application/xml' })

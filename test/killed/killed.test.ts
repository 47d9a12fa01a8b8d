import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Knex } from 'knex'
import { booksOf } from '../contributions/books.ts'
import { monthsOf } from '../periods/months.ts'
import { received, stages } from '../support/money-in.ts'
import { active as advanced, settle as settleAdvance } from '../no-regret/telling.ts'
import { certify, decide, draft, released, submitted } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()
const children: ChildProcess[] = []
let afterwards = async () => {}
afterEach(() => afterwards())
afterAll(() => children.forEach((child) => child.kill('SIGKILL')))

/** The service in a process of its own on this file's database. */
async function serve(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', new URL('../support/serve.ts', import.meta.url).pathname], {
    env: { ...process.env, NODE_OPTIONS: '', SERVE_ON: JSON.stringify(service.database().connection) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [port] = await once(child.stdout, 'data')
  return { child, url: `http://127.0.0.1:${String(port).trim()}/api/v1` }
}

type Act = {
  name: string
  by: Caller
  path: string
  body?: unknown
  headers?: Record<string, string>
  query?: string
  /** The table at which it is stopped, where that is not the postings. */
  stoppedAt?: string
}

const send = (url: string, { by, path, body = {}, headers = {} }: Act) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${by.token}`,
      'content-type': 'application/json',
      'idempotency-key': path.slice(0, 200),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const CSV = `contribution_code,donor,donor_type,fiscal_year,status,pledge_date,pledge_currency,pledge_amount,pledge_rate,pledge_outstanding_usd,paid_date,paid_currency,paid_amount,paid_rate,paid_usd\r
06-DC-AND-001,Andorra,Member State,2006,Fully Paid,2006-07-31,EUR,20000.0,0.79,0.0,2006-07-31,EUR,20000.0,0.79,25440.0\r
06-DC-ATG-002,Antigua and Barbuda,Member State,2006,Fully Paid,2006-03-31,USD,5000.0,1.0,0.0,2006-03-31,USD,5000.0,1.0,5000.0\r
`

const acts: Record<string, (fund: Fund) => Promise<Act>> = {
  'a submission': async (fund) => {
    const { id, etag } = await draft(fund, '40.00')
    return {
      name: 'submit',
      by: fund.cast.requester!,
      path: `/disbursement-requests/${id}/submissions`,
      headers: { 'if-match': etag },
    }
  },
  'the last approval': async (fund) => {
    const { id } = await submitted(fund, '40.00')
    await decide(fund.cast.certifyingOfficer!, id).expect(201)
    return {
      name: 'decide',
      by: fund.cast.fundManager!,
      path: `/disbursement-requests/${id}/decisions`,
      body: { verdict: 'approve' },
    }
  },
  'the second release': async (fund) => {
    const { id } = await submitted(fund, '40.00')
    for (const by of [fund.cast.certifyingOfficer!, fund.cast.fundManager!]) await decide(by, id).expect(201)
    const { body } = await certify(fund, id, '40.00').expect(201)
    await fund.cast.treasurer!.post(`/payments/${body.id}/releases`).expect(201)
    return { name: 'release', by: fund.cast.bankSignatory!, path: `/payments/${body.id}/releases` }
  },
  'the second signature of a file': async (fund) => {
    const { id } = await submitted(fund, '40.00')
    for (const by of [fund.cast.certifyingOfficer!, fund.cast.fundManager!]) await decide(by, id).expect(201)
    const payments = [await certify(fund, id, '15.00').expect(201), await certify(fund, id, '25.00').expect(201)]
    const of = { bankAccountId: fund.bank, payments: payments.map(({ body }) => body.id) }
    const { body } = await fund.cast.treasurer!.post(`/funds/${fund.id}/payment-files`, of).expect(201)
    const signature = { sha256: body.sha256 }
    const path = `/payment-files/${body.id}/signatures`
    await fund.cast.treasurer!.post(path, signature).expect(201)
    return { name: 'sign', by: fund.cast.bankSignatory!, path, body: signature }
  },
  'an unwinding': async (fund) => {
    const { id } = await advanced(fund, '40.00')
    const { reconciler, certifyingOfficer } = fund.cast
    const today = new Date().toISOString().slice(0, 10)
    await settleAdvance(fund, await released(fund, id, '20.00'), '20.00', today, reconciler!).expect(201)
    await certify(fund, id, '5.00').expect(201)
    return {
      name: 'unwind',
      by: certifyingOfficer!,
      path: `/disbursement-requests/${id}/decisions`,
      body: { verdict: 'reject', reason: 'The parties did not come' },
      // Behind the cancelled payment, of which the entry is written.
      stoppedAt: 'recoverables',
    }
  },
  'interest that is shared out': async (fund) => {
    const today = new Date().toISOString().slice(0, 10)
    return {
      name: 'interest',
      by: fund.cast.treasurer!,
      path: `/funds/${fund.id}/interest`,
      body: {
        ...{ bankAccountId: fund.bank, periodFrom: today, periodTo: today, creditedOn: today },
        ...{ amount: { amount: '1.00', currency: 'USD' }, reference: 'IN-1' },
      },
    }
  },
  'a confirmed correction': async (fund) => {
    const { controller, director } = fund.cast
    const { body } = await controller!.get(`/funds/${fund.id}/ledger/entries?kind=receipt`).expect(200)
    const right = {
      bankValue: { amount: '90.00', currency: 'USD' },
      bankCharge: { amount: '10.00', currency: 'USD' },
    }
    const proposal = { entryId: body.items[0].id, reason: 'The bank kept 10.00', right }
    const proposed = await controller!.post(`/funds/${fund.id}/corrections`, proposal).expect(201)
    return {
      name: 'correct',
      by: director!,
      path: `/corrections/${proposed.body.id}/decisions`,
      body: { verdict: 'confirm' },
    }
  },
  'an import': async (fund) => ({
    name: 'import',
    by: fund.cast.controller!,
    path: `/funds/${fund.id}/imports?fileName=history.csv&bankAccountId=${fund.bank}`,
    body: CSV,
    headers: { 'content-type': 'text/csv' },
  }),
  'a closing for good': async (fund) => {
    const months = monthsOf(service, fund)
    await months.close('2024-01', 'soft').expect(201)
    const path = `/funds/${fund.id}/periods/2024-01/closings`
    return { name: 'close', by: fund.cast.controller!, path, body: { kind: 'hard' }, stoppedAt: 'period_states' }
  },
  // Stopped at the first posting, and between the revaluation and its reversal.
  'a revaluation': revaluation,
  'a revaluation of which one entry is written': async (fund) => ({
    ...(await revaluation(fund)),
    stoppedAt: 'first day',
  }),
  'the closing of a year': async (fund) => {
    await booksOf(service, fund).agreed({ amount: '10.00' })
    const months = monthsOf(service, fund)
    for (const month of ['2024-01', '2024-12']) await months.closeHard(month)
    return { name: 'close year', by: fund.cast.controller!, path: `/funds/${fund.id}/years/2024/closings` }
  },
}

async function revaluation(fund: Fund): Promise<Act> {
  const books = booksOf(service, fund)
  await books.rate('EUR', '2024-01', '0.8')
  await books.rate('EUR', '2024-02', '0.5')
  await books.agreed({ amount: '10.00', currency: 'EUR' })
  return { name: 'revalue', by: fund.cast.controller!, path: `/funds/${fund.id}/periods/2024-02/revaluations` }
}

/** Stops whoever gets as far as writing there; "first day": whoever posts into March 2024, while February is let through. */
async function stop(lock: Knex.Transaction, fund: Fund, at = 'postings'): Promise<void> {
  if (at === 'first day') await lock.raw(`select lock_period(?, '2024-03-01', true)`, [fund.id])
  else await lock.raw(`lock table ?? in share mode`, [at])
}

test.each(Object.keys(acts))(
  '%s killed in the middle leaves nothing, and the retry after the restart does it once',
  async (name) => {
    const fund = await service.fund()
    await received(fund, '100.00')
    const act = await acts[name]!(fund)
    const before = await everything(fund)

    // Nobody can write postings while this lock is held, so the service is stopped in mid-transaction, after its first rows.
    const { owner } = service.database()
    const lock = await owner.transaction()
    afterwards = async () => void (lock.isCompleted() || (await lock.rollback()))
    await stop(lock, fund, act.stoppedAt)
    const { child, url } = await serve()
    const cut = send(url, act).then(
      () => 'answered',
      () => 'cut off',
    )
    await waitingForLock()
    child.kill('SIGKILL')
    expect(await cut).toBe('cut off')
    await lock.rollback()
    await nobodyAtWork()
    expect(await everything(fund)).toEqual(before)

    const restarted = await serve()
    const first = await send(restarted.url, act)
    expect(first.status).toBe(201)
    const done = await everything(fund)
    expect(done).not.toEqual(before)
    const again = await send(restarted.url, act)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    expect(await again.json()).toEqual(await first.json())
    expect(await everything(fund)).toEqual(done)
    restarted.child.kill('SIGKILL')
  },
)

test('killed at any moment and retried until it is answered, a submission is there exactly once', async () => {
  const fund = await service.fund()
  await received(fund, '100000.00')
  for (const delayMs of [3, 9, 15, 25, 40, 60]) {
    const { id, etag } = await draft(fund, '40.00')
    const act: Act = {
      name: 'submit',
      by: fund.cast.requester!,
      path: `/disbursement-requests/${id}/submissions`,
      headers: { 'if-match': etag, 'idempotency-key': id },
    }
    const { child, url } = await serve()
    const first = send(url, act).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    child.kill('SIGKILL')
    await first
    await nobodyAtWork()
    const restarted = await serve()
    const answer = await send(restarted.url, act)
    expect([answer.status, ((await answer.json()) as { round: number }).round]).toEqual([201, 1])
    restarted.child.kill('SIGKILL')
  }
  expect(await stages(service, fund)).toMatchObject({ reserved: '240.00' })
}, 120_000)

/** Counts and balances of whatever the acts could have touched. */
async function everything(fund: Fund): Promise<object> {
  const { owner } = service.database()
  const count = async (table: string) => (await owner(table).count('* as n').first())!.n
  const tables = [
    'entries',
    'postings',
    'acts',
    'submissions',
    'decisions',
    'releases',
    'payment_files',
    'payment_file_signatures',
    'duties',
    'imports',
    'import_rows',
    'contributions',
    'period_states',
    'adjusting_acts',
    'revaluations',
    'revaluation_items',
    'year_closings',
    'receipts',
    'receipt_applications',
    'correction_endings',
    'correction_entries',
    'idempotency_keys',
    'interest',
    'interest_shares',
    'advance_endings',
    'recoverables',
    'payment_cancellations',
  ]
  const counts = Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await count(table)])))
  return { ...counts, stages: await stages(service, fund) }
}

async function waitingForLock(): Promise<void> {
  await until(
    `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as yes`,
  )
}

async function nobodyAtWork(): Promise<void> {
  await until(
    `select not exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle') as yes`,
  )
}

async function until(question: string): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    const { rows } = await service.database().owner.raw(question)
    if (rows[0].yes) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`never true: ${question}`)
}

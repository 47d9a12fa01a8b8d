import type pg from 'pg'
import { connect, SERVICE_ROLE, type Connection, type Db } from '../../db/connect.ts'
import type { AsOf } from '../../server/ledger/as-of.ts'
import { checkLedger } from '../../server/ledger/check.ts'
import { listEntries } from '../../server/ledger/entries.ts'
import { readQuery } from '../../server/ledger/query-asked.ts'
import { accountBalance } from '../../server/ledger/queries.ts'
import { readStatement } from '../../server/ledger/statement.ts'
import { trialBalance } from '../../server/ledger/trial-balance.ts'
import { atEnd } from './ending.ts'
import { loadLargeLedger, type LargeLedger } from './large-ledger.ts'
import { plainClient } from './server.ts'

/** One question to a ledger of so many postings: milliseconds as the caller waits, and of them those in the database. */
export type ReadFigures = {
  readonly question: string
  readonly postings: number
  readonly clientMs: number[]
  readonly databaseMs: number[]
}

/** How long it took to make and to check a ledger, and the most memory that the check held beside the database. */
export type CheckFigures = {
  readonly postings: number
  readonly loadedS: number
  readonly checkedS: number
  readonly peakMb: number
}

export type LargeFigures = { readonly reads: readonly ReadFigures[]; readonly checks: readonly CheckFigures[] }

/** The accounts asked about: any, or the one that has a tenth of all postings. */
const HOT = 0

/** Questions to ledgers of each size, one after the other in one database; then the check of all that is sealed. */
export async function measureLarge(
  connection: Connection,
  { sizes, times }: { sizes: readonly number[]; times: number },
): Promise<LargeFigures> {
  const owner = await plainClient(connection)
  const db = connect(connection, { role: SERVICE_ROLE, poolSize: 2 })
  atEnd(() => db.destroy())
  const [reads, checks]: [ReadFigures[], CheckFigures[]] = [[], []]
  for (const postings of sizes) {
    const started = performance.now()
    const ledger = await loadLargeLedger(owner, postings / 2)
    const loadedS = (performance.now() - started) / 1000
    for (const [question, ask] of questions(db, ledger, postings / 1_000)) {
      const [clientMs, databaseMs]: [number[], number[]] = [[], []]
      for (let i = 0; i < times + 5; i += 1) {
        const told = await timed(db, owner, ask)
        if (i < 5) continue
        clientMs.push(told.clientMs)
        databaseMs.push(told.databaseMs)
      }
      reads.push({ question, postings, clientMs, databaseMs })
    }
    checks.push({ postings, loadedS, ...(await measureCheck(db, ledger, postings)) })
  }
  return { reads, checks }
}

/** The questions, with their days, moments and positions drawn anew each time. */
function questions(db: Db, ledger: LargeLedger, seals: number): [string, () => Promise<unknown>][] {
  const fund = { id: ledger.fundId, currency: 'USD' }
  const any = () => ({ address: ledger.accounts[Math.floor(Math.random() * ledger.accounts.length)]!, currency: 'USD' })
  const hot = () => ({ address: ledger.accounts[HOT]!, currency: 'USD' })
  const moment = () => new Date(Date.UTC(2023, 1, 1) + Math.random() * 1_030 * 86_400_000).toISOString()
  const day = () => moment().slice(0, 10)
  const position = () => 1 + Math.floor(Math.random() * seals)
  const bounds: [string, () => AsOf][] = [
    ['now', () => ({})],
    ['as of a date', () => ({ occurredOn: day() })],
    ['as recorded at a moment', () => ({ recordedAt: moment() })],
    ['at a position', () => ({ position: position() })],
    ['of a date, as recorded at a moment', () => ({ occurredOn: day(), recordedAt: moment() })],
    ['of a date, at a position', () => ({ occurredOn: day(), position: position() })],
  ]
  return [
    ...bounds.flatMap(([name, asOf]): [string, () => Promise<unknown>][] => [
      [`balance ${name}`, () => accountBalance(db, fund, { ...any(), ...asOf() })],
      [`balance ${name}, hot account`, () => accountBalance(db, fund, { ...hot(), ...asOf() })],
    ]),
    ['account page of 50', () => readStatement(db, fund, { ...any(), from: day(), limit: 50 })],
    ['account page of 50, hot account', () => readStatement(db, fund, { ...hot(), from: day(), limit: 50 })],
    ['entries on an account', () => listEntries(db, fund, { query: entriesOn(any().address), limit: 50 })],
    ['entries on no account', () => listEntries(db, fund, { query: entriesOn('assets:cash:none'), limit: 50 })],
    ...bounds.map(([name, asOf]): [string, () => Promise<unknown>] => [
      `trial balance ${name}`,
      () => trialBalance(db, fund, asOf()),
    ]),
  ]
}

const entriesOn = (account: string) => readQuery(`account:${account}`, 'USD', 'en')

/** Asks once through the service, and has the database explain and time the same statements. */
async function timed(
  db: Db,
  owner: pg.Client,
  ask: () => Promise<unknown>,
): Promise<{ clientMs: number; databaseMs: number }> {
  const statements: { sql: string; bindings: unknown[] }[] = []
  const listen = (one: { sql: string; bindings: unknown[] }) => statements.push(one)
  db.on('query', listen)
  const started = performance.now()
  await ask()
  const clientMs = performance.now() - started
  db.removeListener('query', listen)
  let databaseMs = 0
  for (const { sql, bindings } of statements) {
    const { rows } = await owner.query(`explain (analyze, timing off, format json) ${sql}`, bindings)
    databaseMs += rows[0]['QUERY PLAN'][0]['Execution Time']
  }
  return { clientMs, databaseMs }
}

async function measureCheck(
  db: Db,
  { fundId }: LargeLedger,
  postings: number,
): Promise<Omit<CheckFigures, 'postings' | 'loadedS'>> {
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50)
  const started = performance.now()
  const checked = await checkLedger(db, fundId)
  const checkedS = (performance.now() - started) / 1000
  clearInterval(watch)
  if (checked.postings !== postings || checked.faults.length > 0)
    throw new Error(JSON.stringify(checked.faults.slice(0, 3)))
  return { checkedS, peakMb: peak / 2 ** 20 }
}

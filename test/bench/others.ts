import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, SERVICE_ROLE, type Connection, type Db } from '../../db/connect.ts'
import { checkLedger } from '../../server/ledger/check.ts'
import { writeBeancount } from '../../server/ledger/exports/beancount.ts'
import { writeHledger } from '../../server/ledger/exports/hledger.ts'
import { lastPosition } from '../../server/ledger/exports/proof.ts'
import { trialBalance } from '../../server/ledger/trial-balance.ts'
import { atEnd } from './ending.ts'
import { loadLargeLedger } from './large-ledger.ts'
import { median } from './measure.ts'
import { plainClient } from './server.ts'

/** How long one program takes to tell the balances of a ledger of so many transactions, in seconds. */
export type OtherFigures = { readonly what: string; readonly transactions: number; readonly seconds: number }

export const OURS = 'trial balance, ours'

/** Programs that read a whole file of plain text each time they are asked; each checks every balance that the file asserts. */
const PROGRAMS = [
  {
    program: 'hledger',
    what: 'hledger balance',
    arguments: ['balance', '--flat', '--no-total', '-f'],
    write: writeHledger,
  },
  { program: 'bean-check', what: 'beancount check', arguments: ['--no-cache'], write: writeBeancount },
]

/** The same ledger read by us and by hledger and beancount, as far as they are installed. */
export async function measureOthers(connection: Connection, transactions: number): Promise<OtherFigures[]> {
  const db = connect(connection, { role: SERVICE_ROLE, poolSize: 2 })
  atEnd(() => db.destroy())
  const folder = mkdtempSync(join(tmpdir(), 'wasata-bench-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const { fundId } = await loadLargeLedger(await plainClient(connection), transactions)
  const fund = { id: fundId, code: 'BENCH', name: 'Bench', currency: 'USD' }
  const ours: number[] = []
  for (let i = 0; i < 9; i += 1) ours.push(await secondsOf(() => trialBalance(db, fund, {})))
  return [
    { what: OURS, transactions, seconds: median(ours) },
    {
      what: 'check of all that is sealed, ours',
      transactions,
      seconds: await secondsOf(() => checkLedger(db, fundId)),
    },
    ...(await otherFigures(db, fund, folder, transactions)),
  ]
}

async function otherFigures(
  db: Db,
  fund: Parameters<typeof writeHledger>[1]['fund'],
  folder: string,
  transactions: number,
): Promise<OtherFigures[]> {
  const figures: OtherFigures[] = []
  for (const { program, what, write, arguments: given } of PROGRAMS) {
    if (spawnSync(program, ['--version']).error) continue
    const file = join(folder, program)
    const asked = { fund, position: await lastPosition(db, fund.id), amounts: 'original' as const }
    await write(db, asked, createWriteStream(file))
    const seconds = await secondsOf(() => run(program, [...given, file]))
    figures.push({ what: `${what}, ${Math.round(statSync(file).size / 2 ** 20)} MB`, transactions, seconds })
  }
  return figures
}

function run(program: string, given: readonly string[]): void {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', PYTHONIOENCODING: 'utf-8' }
  const { status, stderr } = spawnSync(program, given, { env, maxBuffer: 200_000_000, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program}: ${stderr.slice(0, 500)}`)
}

async function secondsOf(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

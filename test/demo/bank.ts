import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { openDatabase } from '../../db/open.ts'
import { createApp } from '../../server/app.ts'
import { newAct } from '../../server/people/actor.ts'
import { actorOfPerson } from '../../server/people/queries.ts'
import { addPerson } from '../../server/people/register.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { playMonth, type MonthTold } from './bank-month.ts'
import { text } from './bank-statement.ts'
import { chanceFrom } from './chance.ts'
import { clientWith, progress } from './client.ts'
import { openWorld } from './world.ts'

/**
 * `npm run demo:bank`: a month of 2,000 payments with a bank that takes our payment files and answers with whatever banks answer, on a
 * database and a service of its own. It ends with every account reconciled and every cent explained, or says what is not.
 */

const PAYMENTS = Number(process.env.PAYMENTS ?? 2000)
const DAYS = Number(process.env.DAYS ?? 22)
const SEED = Number(process.env.SEED ?? 2024)

const began = Date.now()
const dataDir = mkdtempSync(join(tmpdir(), 'wasata-bank-'))
// The server may run as somebody else, who passes through here.
chmodSync(dataDir, 0o711)
const database = await openDatabase({ databaseUrl: undefined, databaseOwnerUrl: undefined, dataDir })
const { db } = database
let now = new Date('2024-02-26T10:00:00Z')
const app = createApp(db, {
  ...{ sessionSecret: 'of this month only', secureCookies: false, log: pino({ level: 'silent' }), clock: () => now },
})
const server = createServer(app)
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
process.env.WASATA_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

try {
  const token = await db.transaction(async (trx) => {
    const rosa = { name: 'Rosa Ferreira', email: 'rosa@month.example', administrator: true }
    const person = await addPerson(trx, rosa, { passwordStays: true })
    const actor = (await actorOfPerson(trx, person.id, newAct(now)))!
    return (await issueToken(trx, actor, { name: 'the month', days: 90 })).token
  })
  const world = await openWorld(clientWith(token))
  const told = await playMonth(world, {
    ...{ payments: PAYMENTS, days: DAYS, chance: chanceFrom(SEED), first: '2024-03-01' },
    setDay: (day) => void (now = new Date(`${day}T10:00:00Z`)),
    progress: progress('Payments', PAYMENTS),
  })
  process.exitCode = tell(told) ? 0 : 1
} finally {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
}

/** Says what happened; whether every cent is where it must be. */
function tell(told: MonthTold): boolean {
  const { bank, kinds, statuses, slowestUpload: slowest } = told
  const listed = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .map(([name, times]) => `${times} ${name}`)
      .join(', ')
  const sound =
    told.atTheBank === told.inTheLedger &&
    told.waiting === 0 &&
    told.daysUnexplained.length === 0 &&
    told.refusedFiles.length > 0
  const lines = [
    `${told.payments} payments went to the bank in files; it ${listed(bank)}.`,
    `${told.statements} statements with ${told.entries} entries were read; ${told.certain} entries went into the books by themselves, ${told.byHand} by a person.`,
    `What they were: ${listed(kinds)}.`,
    `Refused whole: ${told.refusedFiles.join('; ') || 'nothing'}. Read again without any change: ${told.readAgain}.`,
    `Bank and ledger were compared after every step; ${told.daysExplained} times they differed and every cent was explained item by item.`,
    ...told.daysUnexplained.map((one) => `NOT EXPLAINED: ${one}`),
    `Payments: ${listed(statuses)}. The largest statement had ${slowest.entries} entries and took ${slowest.ms} ms.`,
    `At the bank ${text(told.atTheBank)} USD, in the ledger ${text(told.inTheLedger)} USD, on the work list ${told.waiting}.`,
    sound ? 'Every cent is in its place.' : 'Something is NOT in its place.',
    `It took ${Math.round((Date.now() - began) / 1000)} s.`,
  ]
  process.stdout.write(`\n${lines.join('\n')}\n`)
  return sound
}

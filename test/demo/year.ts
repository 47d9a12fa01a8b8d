import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { row } from '../../db/connect.ts'
import { openDatabase } from '../../db/open.ts'
import { createApp } from '../../server/app.ts'
import { TASKS } from '../../server/jobs/tasks.ts'
import { newAct } from '../../server/people/actor.ts'
import { actorOfPerson } from '../../server/people/queries.ts'
import { addPerson } from '../../server/people/register.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { openAgenda, type Course } from './agenda.ts'
import { chanceFrom } from './chance.ts'
import { clientWith, progress } from './client.ts'
import type { Count, Office } from './office.ts'
import { tellYear } from './tell-year.ts'
import { openWorld } from './world.ts'
import { moneyCourse } from './year-money.ts'
import { requestCourse } from './year-request.ts'

/**
 * `npm run demo:year`: a year of 1,000 requests, by people who take their time, sleep, and try what they may not; on a database and a
 * service of its own whose clock is passed in and runs as fast as the work is done. After every act the books are looked at.
 */

const REQUESTS = Number(process.env.REQUESTS ?? 1000)
const SEED = Number(process.env.SEED ?? 2024)
// A leap year, with both changes of the clocks in it.
const [FIRST, LAST] = [new Date('2024-01-01T00:00:00Z'), new Date('2024-12-31T23:59:00Z')]

const began = Date.now()
const dataDir = mkdtempSync(join(tmpdir(), 'wasata-year-'))
// The server may run as somebody else, who passes through here.
chmodSync(dataDir, 0o711)
const database = await openDatabase({ databaseUrl: undefined, databaseOwnerUrl: undefined, dataDir })
const { db } = database
const log = pino({ level: 'silent' })
const agenda = openAgenda(new Date('2023-12-27T08:00:00Z'))
const app = createApp(db, { sessionSecret: 'of this year only', secureCookies: false, log, clock: agenda.clock })
const server = createServer(app)
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
process.env.WASATA_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

try {
  const token = await db.transaction(async (trx) => {
    const person = await addPerson(
      trx,
      { name: 'Rosa Ferreira', email: 'rosa@year.example', administrator: true },
      { passwordStays: true },
    )
    const actor = (await actorOfPerson(trx, person.id, newAct(agenda.clock())))!
    return (await issueToken(trx, actor, { name: 'the year', days: 1 })).token
  })
  const world = await openWorld(clientWith(token))
  const count: Count = { acts: 0, unsound: 0, refused: new Map(), ends: new Map() }
  const office: Office = { ...world, agenda, chance: chanceFrom(SEED), count, soundNow: () => isSound(world.fundId) }
  const tell = progress('Requests', REQUESTS)
  let asked = 0
  for (const at of arrivals(office)) {
    agenda.begin(
      at,
      (async function* (): Course {
        tell(++asked)
        yield* requestCourse(office)
      })(),
    )
  }
  agenda.begin(FIRST, moneyCourse(office))
  agenda.begin(FIRST, tasksCourse())
  await agenda.run(LAST)
  process.exitCode = (await tellYear(office, { requests: REQUESTS, seconds: Math.round((Date.now() - began) / 1000) }))
    ? 0
    : 1
} finally {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
}

/** Requests come all through the year, and three crises bring many at once. */
function arrivals({ chance }: Office): Date[] {
  const span = LAST.getTime() - FIRST.getTime()
  const crises = [0.16, 0.41, 0.83]
  return Array.from({ length: REQUESTS }, () => {
    const share = chance.happens(0.3) ? chance.oneOf(crises) + chance.next() * 0.02 : chance.next()
    return new Date(FIRST.getTime() + share * span * 0.97)
  })
}

/** What the time does: every task at each of its times, hourly at the most often. */
async function* tasksCourse(): Course {
  for (let hour = 0; ; hour += 1) {
    for (const task of TASKS)
      if (hour % Math.max(1, Math.round(task.everyMinutes / 60)) === 0)
        await task.run({ db, now: agenda.clock(), log, mail: undefined })
    yield 60
  }
}

/** The conservation law, contribution by contribution: the stages of its money add up to what was given. */
async function isSound(fundId: string): Promise<boolean> {
  const found = await row<{ broken: string }>(
    db,
    `select count(*) as broken from (
       select from accounts a
         left join balances b on b.account_id = a.id
         left join lateral (select sum(p.amount) as amount from postings p where p.account_id = a.id) given on a.stage = 'authority'
        where a.fund_id = :fundId and a.stage is not null
        group by split_part(a.address, ':', 3) having sum(coalesce(given.amount, b.amount, 0)) <> 0) x`,
    { fundId },
  )
  return found!.broken === '0'
}

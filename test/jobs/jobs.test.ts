import pino from 'pino'
import { SERVICE_ROLE } from '../../db/connect.ts'
import { jobPool, jobsAreInstalled } from '../../db/jobs.ts'
import { migrate } from '../../db/migrate.ts'
import { startJobs } from '../../server/jobs/run.ts'
import { TASKS, type Task } from '../../server/jobs/tasks.ts'
import { ownDatabase } from '../support/database.ts'

const database = ownDatabase()
const log = pino({ level: 'silent' })
const NOW = new Date('2030-02-28T12:00:00Z')

async function until(there: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await there())) await new Promise((resolve) => setTimeout(resolve, 25))
}

/** So many workers on these tasks, as so many servers would have them; `stop` ends all. */
function workers(count: number, tasks: readonly Task[]) {
  const started = Array.from({ length: count }, () => {
    const pool = jobPool(database().connection, { role: SERVICE_ROLE })
    const stop = startJobs({ db: database().service, pool, clock: () => NOW, mail: undefined, log, tasks })
    return async () => {
      await stop()
      await pool.end()
    }
  })
  return () => Promise.all(started.map((stop) => stop()))
}

const counting = (name: string, runs: Date[], run: Task['run'] = async () => undefined): Task => ({
  ...{ name, does: 'counts', everyMinutes: 1 },
  run: async (work) => {
    runs.push(work.now)
    await run(work)
  },
})

const locked = async () => (await database().owner('graphile_worker.jobs').whereNotNull('locked_at')).length

test('three workers at once run a task once at its time, with the time that was passed in', async () => {
  const runs: Date[] = []
  const stop = workers(3, [counting('minute', runs)])
  const { owner } = database()
  await until(() => runs.length > 0)
  await until(async () => (await owner('graphile_worker.jobs')).length === 0)
  const atStart = runs.length
  const last = async () =>
    (await owner('graphile_worker._private_known_crontabs').where({ identifier: 'minute' }).first('last_execution'))
      ?.last_execution
  const before = await last()
  await until(async () => {
    const now = await last()
    return now !== null && now !== undefined && String(now) !== String(before) && runs.length > atStart
  })
  await until(async () => (await owner('graphile_worker.jobs')).length === 0)
  await stop()
  expect(runs.length).toBe(atStart + 1)
  expect(new Set(runs.map((one) => one.getTime()))).toEqual(new Set([NOW.getTime()]))
}, 150_000)

test('what fails is logged and ends neither the others nor itself; what was due while nobody worked is done at the start', async () => {
  const failing: Date[] = []
  const working: Date[] = []
  const tasks = [counting('failing', failing, () => Promise.reject(new Error('no'))), counting('working', working)]
  for (const times of [1, 2]) {
    const stop = workers(1, tasks)
    await until(() => failing.length >= times && working.length >= times)
    await stop()
  }
  expect(await locked()).toBe(0)
}, 60_000)

test('a stop waits for the task that is under way, and tells it', async () => {
  const runs: Date[] = []
  let ended = false
  const long = counting('long', runs, async ({ stopping }) => {
    await new Promise((done) => stopping!.addEventListener('abort', done))
    await new Promise((resolve) => setTimeout(resolve, 50))
    ended = true
  })
  const stop = workers(1, [long])
  await until(() => runs.length === 1)
  await stop()
  expect([ended, await locked()]).toEqual([true, 0])
}, 60_000)

test('connections that the server ends do not end the work', async () => {
  const runs: Date[] = []
  const stop = workers(1, [counting('again', runs)])
  await until(() => runs.length === 1)
  await database().owner.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'wasata jobs'`,
  )
  await database().service.raw(`select graphile_worker.add_job('again')`)
  await until(() => runs.length >= 2)
  await stop()
}, 60_000)

test('the schema of the library is made by the owner, whole, and made good where a start was cut short', async () => {
  const { owner, service, connection } = database()
  expect(await jobsAreInstalled(owner)).toBe(true)
  const { rows } = await owner.raw(`select max(id) as last from graphile_worker.migrations`)
  expect(rows[0].last).toBe(20)
  await owner.raw(`drop policy ${SERVICE_ROLE} on graphile_worker._private_jobs`)
  expect(await jobsAreInstalled(owner)).toBe(false)
  await migrate(connection)
  expect(await jobsAreInstalled(owner)).toBe(true)
  // The service works with rows and changes nothing of how they are kept.
  await expect(service.raw(`drop table graphile_worker._private_jobs`)).rejects.toThrow('must be owner')
  await expect(service.raw(`create table graphile_worker.own (id int)`)).rejects.toThrow('permission denied')
  await expect(service.raw(`delete from graphile_worker.migrations`)).rejects.toThrow('permission denied')
})

test('every task says what it does and how often, and its times come again each day', () => {
  expect(new Set(TASKS.map(({ name }) => name)).size).toBe(TASKS.length)
  for (const { does, everyMinutes } of TASKS) {
    expect(does).not.toBe('')
    expect((24 * 60) % everyMinutes).toBe(0)
  }
})

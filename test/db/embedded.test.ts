import type { ChildProcess } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ensureDatabase, startEmbedded, type EmbeddedServer } from '../../db/embedded.ts'
import {
  commandOf,
  isAlive,
  modeOf,
  postmasterPid,
  processesOn,
  query,
  startService,
  temporaryDir,
  until,
  type Service,
} from './processes.ts'

const onLinux = process.platform === 'linux' ? test : test.skip

let home: string
let dataDir: string
const running = new Set<EmbeddedServer>()
const children = new Set<ChildProcess>()

beforeAll(() => {
  home = temporaryDir()
  dataDir = join(home, 'data')
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  for (const server of running) await server.stop()
  running.clear()
})

afterAll(async () => {
  // A server whose user was just killed still has its files open for some milliseconds.
  await until(() => processesOn(home).length === 0)
  rmSync(home, { recursive: true, force: true, maxRetries: 10 })
})

test('starts in a fresh directory, and the next start finds the data again', async () => {
  const first = await start(dataDir)
  await query(first, 'create table receipts (amount numeric)')
  await query(first, 'insert into receipts values (12.50)')
  await first.stop()
  await first.stop()
  await expect(query(first, 'select 1')).rejects.toThrow()

  const second = await start(dataDir)
  expect([first.adopted, second.adopted]).toEqual([false, false])
  expect(await query(second, 'select amount from receipts')).toEqual([{ amount: '12.50' }])
})

test('listens on no network, keeps its password to its owner and checks what it reads from the disk', async () => {
  const server = await start(dataDir, { max_connections: '40' })
  const settings = await query(
    server,
    `select name, setting from pg_settings where name in
       ('listen_addresses', 'fsync', 'data_checksums', 'TimeZone', 'server_encoding', 'max_connections')`,
  )
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    listen_addresses: '',
    fsync: 'on',
    data_checksums: 'on',
    TimeZone: 'UTC',
    server_encoding: 'UTF8',
    max_connections: '40',
  })
  expect(await query(server, 'select datlocprovider, datlocale from pg_database limit 1')).toEqual([
    { datlocprovider: 'i', datlocale: 'und' },
  ])
  expect(modeOf(join(dataDir, 'postgres', 'owner.password'))).toBe(0o600)
  expect(modeOf(server.connection.host)).toBe(0o700)
  expect(server.connection.user).toBe('wasata_owner')
  await expect(
    query({ ...server, connection: { ...server.connection, password: 'guess' } }, 'select 1'),
  ).rejects.toThrow('password authentication failed')
})

test('a database is created once, however many ask for it at once', async () => {
  const server = await start(dataDir)
  await Promise.all([1, 2, 3].map(() => ensureDatabase(server, 'fund "a"')))
  await ensureDatabase(server, 'fund "a"')
  expect(await query(server, `select datname from pg_database where datname like 'fund%'`)).toEqual([
    { datname: 'fund "a"' },
  ])
})

test('two who start at once in a fresh directory share one server', async () => {
  const fresh = join(home, 'fresh')
  const servers = await Promise.all([start(fresh), start(fresh), child(fresh).then((other) => other.server)])
  const pids = await Promise.all(servers.map(postmasterPid))
  expect(new Set(pids).size).toBe(1)
  expect(servers.filter(({ adopted }) => !adopted)).toHaveLength(1)
  expect(readdirSync(fresh).filter((name) => name.startsWith('postgres'))).toEqual(['postgres', 'postgres.log'])
})

test('who joins a running server and leaves does not stop it for the others', async () => {
  const first = await start(dataDir)
  const second = await start(dataDir)
  expect(second.adopted).toBe(true)
  await second.stop()
  expect(await query(first, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('who started the server and ends leaves it to those who joined it, and the last one stops it', async () => {
  const starter = await child(dataDir)
  const joined = await start(dataDir)
  starter.process.kill('SIGKILL')
  await starter.ended
  await pause(300)
  expect(joined.adopted).toBe(true)
  expect(await postmasterPid(joined)).toBe(starter.postmaster)
  await joined.stop()
  await expect(query(joined, 'select 1')).rejects.toThrow()
})

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  '%s of the service stops the server, and every acknowledged row is there at the next start',
  async (signal) => {
    const writer = await child(dataDir, { writing: true })
    await until(() => writer.acknowledged().length > 200)
    writer.process.kill(signal)
    await writer.ended
    await until(() => !isAlive(writer.postmaster))
    await expectAllKept(writer.acknowledged())
  },
)

test('kill -9 of the postmaster loses no acknowledged row, and the service can start it again', async () => {
  const writer = await child(dataDir, { writing: true })
  await until(() => writer.acknowledged().length > 200)
  process.kill(writer.postmaster, 'SIGKILL')
  await writer.ended
  await expectAllKept(writer.acknowledged())
})

test('a postmaster killed under a living service that has not noticed yet does not stand in the way', async () => {
  const server = await start(dataDir)
  process.kill(await postmasterPid(server), 'SIGKILL')
  const again = await start(dataDir)
  expect(again.adopted).toBe(false)
  expect(await query(again, 'select 1 as one')).toEqual([{ one: 1 }])
})

onLinux('kill -9 of everything at once loses no acknowledged row', async () => {
  const writer = await child(dataDir, { writing: true })
  await until(() => writer.acknowledged().length > 200)
  for (const pid of [writer.process.pid ?? 0, ...processesOn(dataDir)]) process.kill(pid, 'SIGKILL')
  await writer.ended
  await expectAllKept(writer.acknowledged())
})

onLinux('a server left running by kill -9 of service and watch is joined and then stopped', async () => {
  const writer = await child(dataDir)
  const watches = processesOn(dataDir).filter((pid) => commandOf(pid).startsWith('/bin/sh'))
  expect(watches).toHaveLength(1)
  for (const pid of [...watches, writer.process.pid ?? 0]) process.kill(pid, 'SIGKILL')
  await writer.ended
  const joined = await start(dataDir)
  expect(joined.adopted).toBe(true)
  expect(await postmasterPid(joined)).toBe(writer.postmaster)
  await joined.stop()
  expect(isAlive(writer.postmaster)).toBe(false)
})

test.each([
  ['whose number now belongs to another process', (socket: string) => `${process.pid}\n/\n0\n5432\n${socket}\n\n`],
  ['that a power cut has emptied', () => ''],
])('a lock file %s does not stand in the way', async (_, content) => {
  const before = await start(dataDir)
  await before.stop()
  const lockFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid')
  writeFileSync(lockFile, content(before.connection.host))
  chmodSync(lockFile, 0o644)
  utimesSync(lockFile, 0, 0)
  expect(await query(await start(dataDir), 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a path too long for a socket gets a short one that is closed to others', async () => {
  const long = join(home, 'a-very-long-name-'.repeat(8), 'data')
  const server = await start(long)
  expect(server.connection.host.startsWith(long)).toBe(false)
  expect(modeOf(server.connection.host)).toBe(0o700)
  expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  await server.stop()
  rmSync(server.connection.host, { recursive: true })
})

describe('says what is wrong and what to do when', () => {
  test('the data was made by another major version', async () => {
    const versionFile = join(dataDir, 'postgres', 'cluster', 'PG_VERSION')
    const version = readFileSync(versionFile, 'utf8')
    writeFileSync(versionFile, '17\n')
    await expect(startEmbedded({ dataDir })).rejects.toThrow(
      /made by PostgreSQL 17.* brings PostgreSQL 18.*DATABASE_URL/s,
    )
    writeFileSync(versionFile, version)
  })

  test('there is no package for this platform', async () => {
    const arch = Object.getOwnPropertyDescriptor(process, 'arch')
    Object.defineProperty(process, 'arch', { value: 'sparc', configurable: true })
    try {
      await expect(startEmbedded({ dataDir })).rejects.toThrow(/sparc is not installed.*DATABASE_URL/s)
    } finally {
      Object.defineProperty(process, 'arch', arch ?? {})
    }
  })

  test('the data directory cannot be written', async () => {
    const file = join(home, 'a-file')
    writeFileSync(file, '')
    await expect(startEmbedded({ dataDir: join(file, 'data') })).rejects.toThrow(/Cannot write to the data directory/)
  })

  test('a setting is wrong', async () => {
    await expect(startEmbedded({ dataDir, settings: { work_mem: 'lots' } })).rejects.toThrow(
      /invalid value.*postgres\.log/s,
    )
  })
})

async function start(dir: string, settings: Record<string, string> = {}): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir: dir, settings })
  running.add(server)
  return server
}

function child(dir: string, { writing = false } = {}): Promise<Service> {
  return startService(dir, { writing, onStart: (process) => children.add(process) })
}

async function expectAllKept(acknowledged: string[]): Promise<void> {
  const server = await start(dataDir)
  expect(server.adopted).toBe(false)
  const kept = new Set((await query(server, 'select row from written')).map(({ row }) => row))
  expect(acknowledged.length).toBeGreaterThan(200)
  expect(acknowledged.filter((row) => !kept.has(row))).toEqual([])
}

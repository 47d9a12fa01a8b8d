import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { EmbeddedServer } from '../../db/embedded.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** Open to the user who has to run PostgreSQL in place of root. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'wasata-test-'))
  chmodSync(dir, 0o755)
  return dir
}

export async function query(
  server: Pick<EmbeddedServer, 'connection'>,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...server.connection, database: 'postgres' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

export async function postmasterPid(server: Pick<EmbeddedServer, 'connection'>): Promise<number> {
  const [row] = await query(server, `select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int as pid`)
  return Number.parseInt(String(row?.['pid']), 10)
}

/** A service of its own: says on which server it is, then waits, or writes rows and says which were acknowledged. */
const service = `
  import pg from 'pg'
  const { startEmbedded } = await import(process.env.LAUNCHER)
  const server = await startEmbedded({ dataDir: process.env.DATA_DIR })
  const writers = await Promise.all([1, 2, 3, 4].map(async () => {
    const client = new pg.Client({ ...server.connection, database: 'postgres' })
    client.on('error', () => process.exit(1))
    await client.connect()
    return client
  }))
  await writers[0].query('create table if not exists written (row text primary key)')
  process.stdout.write(JSON.stringify(server) + '\\n')
  if (process.env.WRITING) writers.forEach(async (client, writer) => {
    for (let number = 0; ; number += 1) {
      const row = [process.pid, writer, number].join('-')
      await client.query('insert into written values ($1)', [row])
      process.stdout.write(row + '\\n')
    }
  })
  setInterval(() => undefined, 1000)
`

export type Service = {
  process: ChildProcess
  server: EmbeddedServer
  postmaster: number
  acknowledged: () => string[]
  ended: Promise<void>
}

/** Starts such a service; `onStart` gets its process before anything can fail. */
export async function startService(
  dir: string,
  { writing = false, onStart }: { writing?: boolean; onStart: (process: ChildProcess) => void },
): Promise<Service> {
  const node = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', service], {
    cwd: project,
    env: {
      PATH: process.env['PATH'],
      LAUNCHER: new URL('../../db/embedded.ts', import.meta.url).href,
      DATA_DIR: dir,
      ...(writing && { WRITING: '1' }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onStart(node)
  let said = ''
  let complained = ''
  node.stdout.on('data', (text: Buffer) => (said += text.toString()))
  node.stderr.on('data', (text: Buffer) => (complained += text.toString()))
  const ended = new Promise<void>((done) => node.on('close', () => done()))
  await until(() => said.includes('\n') || node.exitCode !== null)
  if (!said.includes('\n')) throw new Error(complained)
  const server = JSON.parse(said.slice(0, said.indexOf('\n'))) as EmbeddedServer
  // The last piece has no line end: it is empty, or cut off by the kill.
  const acknowledged = () => said.split('\n').slice(1, -1)
  return { process: node, server, postmaster: await postmasterPid(server), acknowledged, ended }
}

export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not in 20 s: ${condition.toString()}`)
    await pause(10)
  }
}

/** Zombies do not count: in a container nobody may reap them. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return process.platform !== 'linux' || commandOf(pid) !== ''
}

/** Those with the folder in their command line: postmaster and watch. */
export function processesOn(dir: string): number[] {
  if (process.platform !== 'linux') return []
  const pids = readdirSync('/proc').map(Number).filter(Boolean)
  return pids.filter((pid) => pid !== process.pid && commandOf(pid).includes(dir))
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

export function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

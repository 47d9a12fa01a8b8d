import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Connection } from '../../db/connect.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** The service as a process of its own, started as `npm start` starts it. */
export type Process = {
  child: ChildProcess
  /** All it has said so far on both streams. */
  said: () => string
  /** Where it listens; waits until it does, and fails when it ends instead. */
  url: () => Promise<string>
  /** How it ended: its code, or the signal. */
  ended: Promise<number | NodeJS.Signals>
}

const children = new Set<ChildProcess>()

/** Runs node with these arguments, in nothing but this environment. */
export function run(args: string[], env: Record<string, string> = {}): Process {
  return follow(spawn(process.execPath, ['--import', 'tsx', ...args], optionsFor(env)))
}

/** Starts the service on any free port, unless the environment names one. */
export function startMain(env: Record<string, string>): Process {
  return run(['server/main.ts'], { PORT: '0', ...env })
}

/** As npm does it, with a shell in between: what is killed is the outer one, which stands for npm. */
export function startBelow(env: Record<string, string>): Process {
  const node = `"${process.execPath}" --import tsx server/main.ts; true`
  return follow(
    spawn(
      '/bin/sh',
      ['-c', `/bin/sh -c '${node}'; true`],
      optionsFor({ PORT: '0', ...env, npm_lifecycle_event: 'start' }),
    ),
  )
}

function optionsFor(env: Record<string, string>): SpawnOptions {
  return { cwd: project, env: { PATH: process.env.PATH!, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }
}

function follow(child: ChildProcess): Process {
  children.add(child)
  let text = ''
  child.stdout!.on('data', (piece: Buffer) => (text += piece.toString()))
  child.stderr!.on('data', (piece: Buffer) => (text += piece.toString()))
  const ended = new Promise<number | NodeJS.Signals>((done) =>
    child.on('exit', (code, signal) => done(code ?? signal ?? 'SIGKILL')),
  )
  const found = () => /"url":"(http:[^"]+)"/.exec(text)?.[1]
  const url = async () => {
    await until(() => found() !== undefined || child.exitCode !== null || child.signalCode !== null)
    return found() ?? Promise.reject(new Error(`ended without listening: ${text}`))
  }
  return { child, said: () => text, url, ended }
}

/** Kills whatever a failed test has left. */
export function killAll(): void {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  children.clear()
}

/** Folders for data, open to the user who has to run PostgreSQL in place of root. */
export function temporaryHome(): { path: (name: string) => string; remove: () => Promise<void> } {
  const home = mkdtempSync(join(tmpdir(), 'wasata-main-'))
  chmodSync(home, 0o755)
  return {
    path: (name) => join(home, name),
    async remove() {
      await until(() => processesOn(home).length === 0)
      rmSync(home, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** Processes with the folder in their command line: the PostgreSQL on it and its watch. */
export function processesOn(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(dir))
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Waits for it, forty seconds at most: the machine may be busy. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in 40 s: ${condition.toString()}`)
    await pause(20)
  }
}

/** Posts JSON to the API of a running service. */
export async function post(url: string, path: string, body: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  await answer.arrayBuffer()
  return answer.status
}

/** What the greeting tells of the people: e-mail and password, by e-mail. */
export function passwordsIn(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^ {2}(\S+@\S+) +((?:\w{5}-){3}\w{5}) /gm)].map(([, email, password]) => [email!, password!]),
  )
}

/** The settings of the test server as the address that a person would set. */
export function addressOf(connection: Connection): string {
  if (typeof connection === 'string') return connection
  const { host, port, user, password, database } = connection
  return `postgres://${user}:${password}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
}

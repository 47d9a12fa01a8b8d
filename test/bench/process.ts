import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connection } from '../../db/connect.ts'
import { atEnd, isEnding } from './ending.ts'

/** A program under test in a process of its own, which tells where it listens and how much processor time it has had. */
export type ServerProcess = {
  readonly url: string
  /** User and system time since it began, in microseconds. */
  readonly cpuUs: () => Promise<number>
}

/** Starts one of the benchmark's programs on the database; ended with the benchmark. */
export async function startProcess(file: string, connection: Connection): Promise<ServerProcess> {
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, BENCH_CONNECTION: JSON.stringify(connection) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  atEnd(() => end(child))
  child.once('exit', (code) => {
    if (!isEnding()) throw new Error(`${file} has ended with ${code}`)
  })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  const cpuUs = async () => {
    child.send('cpu')
    const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }]
    return cpu
  }
  return { url, cpuUs }
}

/** In the process itself: listens on this machine only, tells the parent where, and answers it. Ends when the parent does. */
export async function serveForParent(listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send!({ cpu: user + system })
  })
  process.on('disconnect', () => process.exit(0))
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

/** In the process itself: the database that the parent has chosen. */
export function connectionFromParent(): Connection {
  return JSON.parse(process.env.BENCH_CONNECTION!) as Connection
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

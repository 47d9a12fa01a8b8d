import { once } from 'node:events'
import { createServer, get as httpGet, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import pino from 'pino'
import { get } from '../../server/http/endpoint.ts'
import { problemHandler } from '../../server/http/problems.ts'
import { serveEndpoints } from '../../server/http/serve.ts'
import { ownDatabase } from '../support/database.ts'

const database = ownDatabase()
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A service with one file, of which each client gets a first piece; `end` writes the rest. */
async function serveFile(limits: { atOnce: number; idleMs: number; longestMs: number }) {
  const endings: (() => void)[] = []
  const file = get('/file', { tag: 'x', summary: 'x', open: true }, async () => ({
    stream: {
      type: 'text/csv',
      fileName: 'file.csv',
      write: async (to) => {
        to.write('first')
        await new Promise<void>((done) => {
          endings.push(done)
          to.once('close', done)
        })
      },
    },
  }))
  const app = express()
  app.use(serveEndpoints(database().service, [file], limits))
  app.use(problemHandler(database().service, pino({ level: 'silent' }), () => ''))
  const server = createServer(app).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = async () => {
    const [answer] = (await once(
      httpGet({ port, path: '/file', headers: { accept: 'application/json' }, agent: false }),
      'response',
    )) as [IncomingMessage]
    return answer
  }
  return { ask, end: () => endings.splice(0).forEach((done) => done()) }
}

test('no more files are written at once than leave connections for everybody else, and the next is told to wait', async () => {
  const { ask, end } = await serveFile({ atOnce: 2, idleMs: 60_000, longestMs: 60_000 })
  const first = [await ask(), await ask()]
  expect(first.map(({ statusCode }) => statusCode)).toEqual([200, 200])
  const third = await ask()
  expect([third.statusCode, third.headers['retry-after']]).toEqual([503, '5'])
  const problem = JSON.parse((await third.toArray()).join('')) as { code: string }
  expect(problem.code).toBe('too_many_files')
  end()
  expect((await first[0]!.toArray()).join('')).toBe('first')
  await first[1]!.toArray()
  expect((await ask()).statusCode).toBe(200)
})

test.each([
  ['takes nothing', { atOnce: 1, idleMs: 50, longestMs: 60_000 }],
  ['is never done', { atOnce: 1, idleMs: 60_000, longestMs: 50 }],
])('a client that %s is cut off, and its place is free again', async (_what, limits) => {
  const { ask } = await serveFile(limits)
  const stalled = await ask()
  await expect(stalled.toArray()).rejects.toThrow('aborted')
  expect((await ask()).statusCode).toBe(200)
})

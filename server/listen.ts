import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'

export type Listening = {
  /** `http://127.0.0.1:3000`, with the port that was found when any was asked for. */
  readonly url: string
  /** Takes no more connections, lets what runs finish for `graceMs`, then cuts off what is left. Safe to call twice. */
  readonly close: (graceMs: number) => Promise<{ cutOff: boolean }>
}

/** A service that was just told to stop may still be finishing its last requests. */
const PORT_PATIENCE_MS = 4_000

/**
 * Listens at once and holds what comes until `app` is there, so that a port in use is found before anything is started
 * and nobody meets a half-started service. Throws an Error that says what to do when the port cannot be had.
 */
export async function listen(
  { host, port }: { host: string; port: number },
  app: Promise<RequestListener>,
  log: Logger,
): Promise<Listening> {
  // Node counts a connection that has not asked for anything as busy; a browser keeps such ones in stock.
  const requests = new Map<Socket, number>()
  let closing: Promise<{ cutOff: boolean }> | undefined
  const server = createServer((req, res) => {
    const { socket } = req
    requests.set(socket, (requests.get(socket) ?? 0) + 1)
    res.once('close', () => {
      const left = (requests.get(socket) ?? 1) - 1
      if (requests.has(socket)) requests.set(socket, left)
      if (closing && left === 0) socket.end()
    })
    void app.then((serve) => serve(req, res))
  })
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0)
    socket.once('close', () => requests.delete(socket))
  })
  await bind(server, host, port)
  // Such as too many open files: the connection is lost, the service is not.
  server.on('error', (error) => log.error({ err: error }, 'a connection was not accepted'))

  const close = async (graceMs: number) => {
    let cutOff = false
    const closed = new Promise((done) => server.close(done))
    for (const [socket, running] of requests) if (running === 0) socket.destroy()
    const late = setTimeout(() => {
      cutOff = true
      server.closeAllConnections()
    }, graceMs)
    await closed
    clearTimeout(late)
    return { cutOff }
  }
  const { address, family, port: found } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${found}`,
    close: (graceMs) => (closing ??= close(graceMs)),
  }
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  const until = Date.now() + PORT_PATIENCE_MS
  for (;;) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
      const listening = () => settle(undefined)
      const settle = (failure: NodeJS.ErrnoException | undefined) => {
        server.off('listening', listening).off('error', settle)
        done(failure)
      }
      server.once('listening', listening).once('error', settle)
      server.listen({ host, port })
    })
    if (!error) return
    if (error.code !== 'EADDRINUSE' || Date.now() > until) throw new Error(explain(error, host, port))
    await pause(200)
  }
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Something listens on ${host}:${port} already. Stop it, or choose another port: PORT=3001 npm start`
    case 'EACCES':
      return `The system does not let this user listen on port ${port}. Choose one above 1023: PORT=3001 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address "${host}". Check HOST.`
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}`
  }
}

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

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
): Promise<Listening> {
  const server = createServer((req, res) => void app.then((serve) => serve(req, res)))
  const until = Date.now() + PORT_PATIENCE_MS
  for (;;) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
      server.once('error', done)
      server.listen({ host, port }, () => done(undefined))
    })
    if (!error) break
    server.removeAllListeners('listening')
    if (error.code !== 'EADDRINUSE' || Date.now() > until) throw new Error(explain(error, host, port))
    await pause(200)
  }
  server.removeAllListeners('error')
  const { address, family, port: found } = server.address() as AddressInfo

  let closing: Promise<{ cutOff: boolean }> | undefined
  const close = async (graceMs: number) => {
    let cutOff = false
    const closed = new Promise((done) => server.close(done))
    // A connection that was busy when we closed becomes idle with its answer.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const late = setTimeout(() => {
      cutOff = true
      server.closeAllConnections()
    }, graceMs)
    await closed
    clearInterval(idle)
    clearTimeout(late)
    return { cutOff }
  }
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${found}`,
    close: (graceMs) => (closing ??= close(graceMs)),
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

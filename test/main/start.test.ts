import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { killAll, passwordsIn, post, processesOn, run, startBelow, startMain, temporaryHome, until } from './process.ts'

const home = temporaryHome()
const dataDir = home.path('data')
let passwords: Map<string, string>

afterEach(killAll)
afterAll(() => home.remove())

test('a first start opens a demonstration fund, tells the passwords of its people, and each of them signs in', async () => {
  const service = startMain({ DATA_DIR: dataDir })
  const url = await service.url()
  await until(() => service.said().includes('Ctrl-C'))
  passwords = passwordsIn(service.said())
  expect(passwords.size).toBe(20)
  expect(service.said()).toContain(`${url}/api`)
  for (const email of ['admin@demo.example', 'layla@demo.example', 'daniel@demo.example'])
    expect(await post(url, '/sessions', { email, password: passwords.get(email) })).toBe(201)

  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([200, { database: true, migrationsPending: [] }])

  const file = join(dataDir, 'administrator.token')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(dataDir, 'session.secret')).mode & 0o777).toBe(0o600)
  const authorization = `Bearer ${readFileSync(file, 'utf8').trim()}`
  const me = await fetch(`${url}/api/v1/people/me`, { headers: { authorization } })
  expect(await me.json()).toMatchObject({ email: 'admin@demo.example', administrator: true })
  await ends(service, 'SIGTERM')
})

test('a later start finds the data, tells no password, keeps who is signed in, and listens on loopback only', async () => {
  const first = startMain({ DATA_DIR: dataDir })
  const body = JSON.stringify({ email: 'amina@demo.example', password: passwords.get('amina@demo.example') })
  const headers = { 'content-type': 'application/json' }
  const signedIn = await fetch(`${await first.url()}/api/v1/sessions`, { method: 'POST', headers, body })
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  await ends(first, 'SIGINT')

  const service = startMain({ DATA_DIR: dataDir })
  const url = await service.url()
  await until(() => service.said().includes('Ctrl-C'))
  expect(service.said()).toContain('The passwords were shown then')
  expect(passwordsIn(service.said()).size).toBe(0)
  const me = await fetch(`${url}/api/v1/people/me`, { headers: { cookie } })
  expect([me.status, await me.json()]).toMatchObject([200, { email: 'amina@demo.example' }])

  const { port, hostname } = new URL(url)
  expect(hostname).toBe('127.0.0.1')
  const others = Object.values(networkInterfaces()).flatMap((all) => all!.filter((one) => !one.internal))
  for (const { address, family } of others.filter((one) => one.family === 'IPv4'))
    expect([family, await answers(address, port)]).toEqual([family, false])
  await ends(service, 'SIGTERM')
})

test('SIGTERM lets the request that runs finish, ends with 0 and leaves no PostgreSQL behind', async () => {
  const service = startMain({ DATA_DIR: dataDir })
  const socket = await halfARequest(await service.url())
  // A browser opens connections in advance; they do not hold up the end.
  const idle = connect(portOf(await service.url()), '127.0.0.1')
  await once(idle, 'connect')
  const told = Date.now()
  service.child.kill('SIGTERM')
  await until(() => service.said().includes('stopping'))
  await pause(300)
  expect(await answers('127.0.0.1', `${portOf(await service.url())}`)).toBe(false)
  expect(await otherHalf(socket)).toContain('401 Unauthorized')
  expect(await service.ended).toBe(0)
  expect(Date.now() - told).toBeLessThan(5_000)
  expect(service.said()).toContain('"msg":"stopped"')
  expect(processesOn(dataDir)).toEqual([])
  idle.destroy()
})

test('a second signal ends the service at once, whatever runs', async () => {
  const service = startMain({ DATA_DIR: dataDir })
  const socket = await halfARequest(await service.url())
  service.child.kill('SIGTERM')
  await pause(1_200)
  expect(service.child.exitCode).toBeNull()
  service.child.kill('SIGTERM')
  expect(await service.ended).toBe(1)
  socket.destroy()
  await until(() => processesOn(dataDir).length === 0)
})

test('after kill -9 it starts again with all its data, and its people sign in', async () => {
  const service = startMain({ DATA_DIR: dataDir })
  await service.url()
  service.child.kill('SIGKILL')
  expect(await service.ended).toBe('SIGKILL')
  const again = startMain({ DATA_DIR: dataDir })
  const email = 'chen@demo.example'
  expect(await post(await again.url(), '/sessions', { email, password: passwords.get(email) })).toBe(201)
  await ends(again, 'SIGTERM')
})

test('a service whose npm was killed stops by itself, so that the next start finds its port free', async () => {
  const service = startBelow({ DATA_DIR: dataDir })
  const port = portOf(await service.url())
  service.child.kill('SIGKILL')
  const next = startMain({ DATA_DIR: dataDir, PORT: `${port}` })
  expect(portOf(await next.url())).toBe(port)
  expect(service.said()).toContain('npm has ended')
  await ends(next, 'SIGTERM')
})

test('a first start that is killed in the middle leaves nothing that the next one does not make whole', async () => {
  const fresh = home.path('killed')
  const service = startMain({ DATA_DIR: fresh })
  await until(() => readOrNothing(join(fresh, 'postgres.log')).includes('ready to accept connections'))
  await pause(150)
  service.child.kill('SIGKILL')
  await service.ended
  expect(passwordsIn(service.said()).size).toBe(0)

  const again = startMain({ DATA_DIR: fresh })
  const url = await again.url()
  await until(() => again.said().includes('Ctrl-C'))
  const made = passwordsIn(again.said())
  expect(made.size).toBe(20)
  const email = 'priya@demo.example'
  expect(await post(url, '/sessions', { email, password: made.get(email) })).toBe(201)
  await ends(again, 'SIGTERM')
})

test('a port in use is named with what to do, and nothing is left running', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as AddressInfo
  const fresh = home.path('unused')
  const service = startMain({ DATA_DIR: fresh, PORT: `${port}` })
  expect(await service.ended).toBe(1)
  expect(service.said()).toContain(`Something listens on 127.0.0.1:${port} already`)
  expect(service.said()).toContain('PORT=3001 npm start')
  expect(processesOn(fresh)).toEqual([])
  other.close()
})

test('a forgotten password is set anew at the terminal, and what the old one had opened is closed', async () => {
  const service = startMain({ DATA_DIR: dataDir })
  const url = await service.url()
  const email = 'hanna@demo.example'
  const old = passwords.get(email)
  const headers = { 'content-type': 'application/json' }
  const signedIn = await fetch(`${url}/api/v1/sessions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ email, password: old }),
  })
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!

  const issued = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { ...headers, cookie },
    body: JSON.stringify({ name: 'thief', days: 366 }),
  })
  const { token } = (await issued.json()) as { token: string }
  const byToken = async () =>
    (await fetch(`${url}/api/v1/people/me`, { headers: { authorization: `Bearer ${token}` } })).status
  expect(await byToken()).toBe(200)

  const command = run(['server/people/command.ts', 'password', email], { DATA_DIR: dataDir })
  expect(await command.ended).toBe(0)
  const password = /hanna@demo\.example {2}(\S+)/.exec(command.said())?.[1]
  expect((await fetch(`${url}/api/v1/people/me`, { headers: { cookie } })).status).toBe(401)
  expect(await byToken()).toBe(401)
  expect(await post(url, '/sessions', { email, password: old })).toBe(401)
  expect(await post(url, '/sessions', { email, password })).toBe(201)

  const nobody = run(['server/people/command.ts', 'password', 'nobody@demo.example'], { DATA_DIR: dataDir })
  expect(await nobody.ended).toBe(1)
  expect(nobody.said()).toContain('nobody@demo.example')
  await ends(service, 'SIGTERM')
})

async function ends(service: ReturnType<typeof startMain>, signal: NodeJS.Signals): Promise<void> {
  service.child.kill(signal)
  expect(await service.ended).toBe(0)
}

const HALF = '{"email":"nobody@demo.example",'
const OTHER_HALF = '"password":"guess"}'

/** A request that runs: its head and half of its body have arrived. */
async function halfARequest(url: string): Promise<Socket> {
  const socket = connect(portOf(url), '127.0.0.1')
  socket.on('error', () => undefined)
  const head = ['POST /api/v1/sessions HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
  socket.write(`${[...head, `Content-Length: ${HALF.length + OTHER_HALF.length}`].join('\r\n')}\r\n\r\n${HALF}`)
  await pause(200)
  return socket
}

/** Sends the rest, and gives the answer when the service has closed the connection. */
async function otherHalf(socket: Socket): Promise<string> {
  let answer = ''
  socket.on('data', (piece) => (answer += piece.toString()))
  socket.write(OTHER_HALF)
  await new Promise((done) => socket.once('close', done))
  return answer
}

function answers(host: string, port: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port: Number.parseInt(port, 10), timeout: 1_000 })
    const end = (answer: boolean) => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

function portOf(url: string): number {
  return Number.parseInt(new URL(url).port, 10)
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A caller of the API by bearer token, over HTTP, as any program would be one. */
export type Client = {
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Called>
  /** As `call`, for what must succeed. */
  must: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Called>
}

export type Called = { status: number; body: any; etag: string | null; bytes: Buffer } // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON of any address

/** Where the service is. */
export const base = () => process.env.WASATA_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`

/** Whether a service is there to be called at all. */
export function answers(): Promise<boolean> {
  return fetch(`${base()}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

export function clientWith(token: string): Client {
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string' || Buffer.isBuffer(body)
    const response = await fetch(`${base()}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? (body as string) : JSON.stringify(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      body: isJson ? JSON.parse(bytes.toString()) : undefined,
      etag: response.headers.get('etag'),
      bytes,
    }
  }
  const must: Client['must'] = async (method, path, body, headers) => {
    const called = await call(method, path, body, headers)
    if (called.status >= 400)
      throw new Error(`${method} ${path}: ${called.status} ${called.bytes.toString().slice(0, 600)}`)
    return called
  }
  return { call, must }
}

/** The administrator's token: from the environment, or where a service in demonstration mode has put it. */
export function administratorToken(): string {
  const { WASATA_TOKEN: token, DATA_DIR: folder = '.data' } = process.env
  if (token) return token
  for (const place of [folder, '/var/lib/wasata']) {
    try {
      return readFileSync(join(place, 'administrator.token'), 'utf8').trim()
    } catch {
      // The other place may have it.
    }
  }
  throw new Error('No administrator token: start the service with "npm start" first, or set WASATA_TOKEN.')
}

/** Signs in by the first password as a person would, chooses another, and issues a token for the rest of the run. */
export async function signIn(email: string, password: string): Promise<Client> {
  const send = (method: string, path: string, body: object, cookie = '') =>
    fetch(`${base()}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
    })
  const session = await send('POST', '/sessions', { email, password })
  if (session.status !== 201) throw new Error(`sign in as ${email}: ${session.status} ${await session.text()}`)
  const cookie = session.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const chosen = await send('PUT', '/people/me/password', { old: password, chosen: randomUUID() }, cookie)
  if (chosen.status !== 204) throw new Error(`password of ${email}: ${chosen.status} ${await chosen.text()}`)
  const issued = await send('POST', '/tokens', { name: 'demonstration', days: 1 }, cookie)
  if (issued.status !== 201) throw new Error(`token for ${email}: ${issued.status} ${await issued.text()}`)
  return clientWith(((await issued.json()) as { token: string }).token)
}

/** One line that is written over until it is done; plain lines where nobody watches. */
export function progress(what: string, total: number): (done: number) => void {
  let last = -1
  return (done) => {
    const share = Math.floor((done * 100) / total)
    if (share === last || (!process.stdout.isTTY && share % 20 !== 0)) return
    last = share
    process.stdout.write(
      process.stdout.isTTY
        ? `\r${what}: ${done} of ${total}   ${done === total ? '\n' : ''}`
        : `${what}: ${done} of ${total}\n`,
    )
  }
}

/** Does the tasks, a few at a time, as people in an office would. */
export async function several<T>(
  tasks: (() => Promise<T>)[],
  atOnce: number,
  tell: (done: number) => void,
): Promise<T[]> {
  const results: T[] = []
  let next = 0
  let done = 0
  const work = async () => {
    while (next < tasks.length) {
      const i = next++
      results[i] = await tasks[i]!()
      tell(++done)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

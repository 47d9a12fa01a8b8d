import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { verifyExport } from '../../server/ledger/verify.ts'
import { killAll, passwordsIn, run, startMain, temporaryHome, until } from './process.ts'

const home = temporaryHome()
const [dataDir, copy] = [home.path('data'), home.path('copy')]

afterEach(killAll)
afterAll(() => home.remove())

type Api = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown) => Promise<Body>

/** The API as one of the demonstration's people. */
async function signedIn(url: string, email: string, password: string): Promise<Api> {
  const json = { 'content-type': 'application/json' }
  const body = JSON.stringify({ email, password })
  const session = await fetch(`${url}/api/v1/sessions`, { method: 'POST', headers: json, body })
  const cookie = session.headers.getSetCookie()[0]!.split(';')[0]!
  return async (method, path, sent) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { cookie, ...json },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
    const isJson = answer.headers.get('content-type')!.includes('json')
    return (isJson ? await answer.json() : Buffer.from(await answer.arrayBuffer())) as never
  }
}

type Listed = { items: { id: string; code: string; number: number; hash: string }[] }

test('a copy made while people work has all they were told is done, and the chain of seals goes on in it', async () => {
  const service = startMain({ DATA_DIR: dataDir })
  const url = await service.url()
  await until(() => service.said().includes('Ctrl-C'))
  const passwords = passwordsIn(service.said())
  const as = (at: string, name: string) => signedIn(at, `${name}@demo.example`, passwords.get(`${name}@demo.example`)!)
  const [joseph, daniel] = [await as(url, 'joseph'), await as(url, 'daniel')]
  const fund = (await joseph<Listed>('GET', '/funds')).items[0]!.id
  const donorId = (await joseph<Listed>('GET', `/funds/${fund}/donors`)).items[0]!.id
  const pledge = (by: Api, n: number) =>
    by<{ id: string }>('POST', `/funds/${fund}/contributions`, {
      ...{ donorId, code: `B-${n}`, pledgedOn: new Date().toISOString().slice(0, 10) },
      ...{ amount: { amount: `${n + 1}.00`, currency: 'USD' }, earmark: { level: 'unearmarked' } },
    })
  const seals = async (by: Api) => (await by<Listed>('GET', `/funds/${fund}/ledger/seals?limit=500`)).items
  await until(async () => (await seals(daniel)).length > 0)
  const sealed = await seals(daniel)

  const told: string[] = []
  let writing = true
  const writer = (async () => {
    for (let n = 0; writing; n += 1) told.push((await pledge(joseph, n)).id)
  })()
  await until(() => told.length > 5)
  const before = [...told]
  const backup = run(['db/backup-command.ts', copy], { DATA_DIR: dataDir })
  expect([await backup.ended, backup.said()]).toEqual([
    0,
    `Backed up. To go on from the copy: DATA_DIR=${copy} npm start\n`,
  ])
  writing = false
  await writer
  service.child.kill('SIGKILL')
  await service.ended

  const restored = startMain({ DATA_DIR: copy })
  const there = await restored.url()
  const [manager, auditor] = [await as(there, 'joseph'), await as(there, 'daniel')]
  for (const id of before) expect((await manager<{ id: string }>('GET', `/contributions/${id}`)).id).toBe(id)
  expect((await seals(auditor)).slice(0, sealed.length)).toEqual(sealed)
  await pledge(manager, 10_000)
  const known = (await seals(auditor)).length
  await until(async () => (await seals(auditor)).length > known)
  const last = sealed.at(-1)!
  const file = home.path('ledger.zip')
  writeFileSync(file, await auditor<Buffer>('GET', `/funds/${fund}/ledger/export`))
  const verdict = await verifyExport(file, { number: last.number, hash: last.hash })
  expect(verdict.faults).toEqual([])
  expect(verdict.counts.seals).toBeGreaterThan(sealed.length)
  restored.child.kill('SIGTERM')
  expect(await restored.ended).toBe(0)
}, 120_000)

test('a backup that cannot be made says why, and leaves nothing', async () => {
  mkdirSync(home.path('taken'))
  const refused: [args: string[], env: Record<string, string>, words: string][] = [
    [[home.path('taken')], { DATA_DIR: dataDir }, 'is there already'],
    [[home.path('new')], { DATA_DIR: home.path('nothing') }, 'There is no embedded database in'],
    [[home.path('new')], { DATABASE_URL: 'postgres://localhost/x' }, 'with its own tools'],
    [[], {}, 'npm run backup -- FOLDER'],
  ]
  for (const [args, env, words] of refused) {
    const backup = run(['db/backup-command.ts', ...args], env)
    expect(await backup.ended).toBe(1)
    expect(backup.said()).toContain(words)
  }
  expect(existsSync(home.path('new'))).toBe(false)
  expect(readdirSync(home.path(''))).not.toContainEqual(expect.stringContaining('unfinished'))
})

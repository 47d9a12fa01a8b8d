import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifierInOneFile, VERIFIER } from '../../server/ledger/verify/one-file.ts'
import { ownService, type Fund } from '../support/service.ts'
import { charged, postTo } from './books.ts'
import {
  asFile,
  exported,
  faultsIn,
  filesOf,
  manifestIn,
  rowsIn,
  verdictOf,
  withManifest,
  withRows,
  zipped,
  type Cells,
  type Files,
} from './proof.ts'
import { MEMO, sealAll, sealedBooks } from './sealed-books.ts'

const service = ownService()
let fund: Fund
let zip: Buffer
let files: Files
let head: { number: number; hash: string }

beforeAll(async () => {
  fund = await sealedBooks(service)
  zip = await exported(fund)
  files = await filesOf(zip)
  head = (await verdictOf(zip)).head!
})

test('the same ledger at the same position is the same bytes, and its tables say what the API says', async () => {
  expect(await exported(fund, `?position=${head.number}`)).toEqual(zip)
  const json = await fund.cast
    .auditor!.get(`/funds/${fund.id}/ledger/trial-balance?position=${head.number}`)
    .expect(200)
  const decimals = manifestIn(files).decimals as Record<string, number>
  const units = (of: { amount: string } | null | undefined) => BigInt((of?.amount ?? '0').replace('.', ''))
  expect(decimals).toEqual({ EUR: 2, USD: 2 })
  expect(
    rowsIn(files, 'accounts.csv')
      .filter((one) => one.balance !== '0' || one.functional_balance !== '0')
      .map((one) => [one.address, one.currency, BigInt(one.balance!), BigInt(one.functional_balance!)]),
  ).toEqual(
    json.body.accounts.map((one: Record<string, never>) => [
      ...[one.address, one.currency, units(one.debit) - units(one.credit)],
      units(one.functionalDebit) - units(one.functionalCredit),
    ]),
  )
  expect(rowsIn(files, 'entries.csv').filter((one) => one.memo === MEMO)).toHaveLength(4)
  expect(rowsIn(files, 'conservation.csv').map((one) => [one.contribution, one.authority, one.reserved])).toEqual([
    ['NOR-1', '240000', '80000'],
  ])
})

test('an export at an earlier position never changes, whatever is recorded and sealed later', async () => {
  const before = await exported(fund, '?position=2')
  expect(await verdictOf(before)).toMatchObject({ position: 2, counts: { seals: 2 }, faults: [] })
  const other = await service.fund()
  await postTo(service, other.id, [charged('1.00', '2024-01-01')])
  await sealAll(service, other)
  const early = await exported(other, '?position=1')
  await postTo(service, other.id, [charged('2.00', '2024-01-01')])
  await sealAll(service, other)
  expect(await exported(other, '?position=1')).toEqual(early)
  expect((await exported(other)).equals(early)).toBe(false)
  expect(await exported(fund, '?position=2')).toEqual(before)
})

test('who takes an export is kept, with what was asked for', async () => {
  await exported(fund, '?from=2024-02-01&prefix=assets:')
  const { items } = (await fund.cast.auditor!.get(`/funds/${fund.id}/acts?limit=500`).expect(200)).body
  const path = `/api/v1/funds/${fund.id}/ledger/export`
  const kept = await service.database().owner('acts').where({ fund_id: fund.id, path }).orderBy('id', 'desc').first()
  expect(kept).toMatchObject({ person_id: fund.cast.auditor!.id, method: 'GET', outcome: 'done' })
  expect(kept.details).toEqual({ from: '2024-02-01', prefix: 'assets:' })
  expect(JSON.stringify(items)).toContain(path)
})

test.each<[string, string, number, string]>([
  ['requester', '', 403, 'role_not_allowed'],
  ['auditor', '?position=99999', 404, 'not_found'],
  ['auditor', '?from=2024-02-30', 400, 'invalid_request'],
  ['auditor', '?prefix=%25', 400, 'invalid_request'],
  ['auditor', '?in=euro', 400, 'invalid_request'],
])('%s asking for %s gets %i %s', async (who, query, status, code) => {
  for (const form of ['', '.hledger', '.beancount', '.xml']) {
    const answer = await fund.cast[who]!.get(`/funds/${fund.id}/ledger/export${form}${query}`)
    expect([form, answer.status, answer.body.code]).toEqual([form, status, code])
  }
  const stranger = await service.person('Stranger', (await service.fund()).id, ['auditor'])
  expect((await stranger.get(`/funds/${fund.id}/ledger/export${query}`)).status).toBe(
    query.includes('=2024-02-30') || /%|euro/.test(query) ? 400 : 404,
  )
})

describe('a part', () => {
  test.each<[string, (one: Cells, lines: Cells[]) => boolean]>([
    ['?from=2024-02-01&to=2024-02-28', (one) => one.occurred_on! >= '2024-02-01' && one.occurred_on! <= '2024-02-28'],
    [
      '?prefix=budget:available:',
      (_one, lines) => lines.some(({ address }) => address!.startsWith('budget:available:')),
    ],
    [
      '?to=2024-02-29&prefix=equity:',
      (one, lines) => one.occurred_on! < '2024-03' && lines.some(({ address }) => address!.startsWith('equity:')),
    ],
    ['?prefix=nothing_', () => false],
  ])('%s tells its entries whole, proves the chain in full, and says that it is a part', async (query, belongs) => {
    const part = await exported(fund, query)
    const verdict = await verdictOf(part, head)
    expect(verdict.faults).toEqual([])
    expect(verdict.part).not.toBeNull()
    const [whole, told] = [rowsIn(files, 'entries.csv'), rowsIn(await filesOf(part), 'entries.csv')]
    const linesOf = (of: Files, id: string) => rowsIn(of, 'postings.csv').filter(({ entry }) => entry === id)
    expect(told.map(({ id }) => id)).toEqual(whole.map(({ id }) => id))
    const ofPart = await filesOf(part)
    for (const [i, one] of whole.entries()) {
      const isTold = belongs(one, linesOf(files, one.id!))
      expect(told[i]).toMatchObject(isTold ? one : { told: 'no', kind: '', memo: '', occurred_on: '' })
      expect(linesOf(ofPart, one.id!)).toEqual(isTold ? linesOf(files, one.id!) : [])
    }
    const acts = rowsIn(ofPart, 'acts.csv')
    const wanted = new Set(told.filter((one) => one.told === 'yes').map((one) => one.act_id))
    for (const act of acts) expect(act.told).toBe(wanted.has(act.id) ? 'yes' : 'no')
  })

  test('passes neither for the whole nor with an entry that does not belong, is changed, or is left out wrongly', async () => {
    const part = await filesOf(await exported(fund, '?from=2024-02-01&to=2024-02-28'))
    const manifest = manifestIn(part)
    const asWhole = await zipped(withManifest(part, { ...manifest, part: null }))
    expect(await faultsIn(asWhole)).toContain('entry_outside_part')
    const wider = await zipped(withManifest(part, { ...manifest, part: { ...manifest.part!, from: '2024-02-02' } }))
    expect(await faultsIn(wider)).toContain('entry_outside_part')
    const entries = rowsIn(part, 'entries.csv')
    const i = entries.findIndex(({ told }) => told === 'yes')
    const silent = entries.with(i, { ...entries[i]!, told: 'no' })
    expect(await faultsIn(await zipped(withRows(part, 'entries.csv', silent)))).toContain('entry_outside_part')
    const later = entries.with(i, { ...entries[i]!, occurred_on: '2024-02-27' })
    expect(await faultsIn(await zipped(withRows(part, 'entries.csv', later)))).toContain('entry_changed')
    const other = entries.with(0, { ...entries[0]!, content_hash: '0'.repeat(64) })
    expect(await faultsIn(await zipped(withRows(part, 'entries.csv', other)))).toContain('seal_changed')
  })
})

describe('the verifier is one file, which runs where there is nothing but Node', () => {
  const run = (folder: string, ...args: string[]) =>
    new Promise<{ status: number; out: string }>((resolve) => {
      execFile(process.execPath, args, { cwd: folder, env: {}, encoding: 'utf8' }, (error, stdout, stderr) =>
        resolve({ status: error ? (error.code as unknown as number) : 0, out: stdout + stderr }),
      )
    })

  test('the one in the repository is made from the modules that are tested here, and is the one in the zip', async () => {
    const kept = readFileSync(VERIFIER, 'utf8')
    expect(kept === (await verifierInOneFile()) ? 'fresh' : 'stale: npm run verifier').toBe('fresh')
    expect(files.get('verify.mjs')!.toString()).toBe(kept)
  })

  test('taken from the zip into an empty folder it says in words what holds and what does not', async () => {
    await asFile(zip, async (path, folder) => {
      writeFileSync(join(folder, 'verify.mjs'), files.get('verify.mjs')!)
      const { counts } = await verdictOf(zip)
      const code = manifestIn(files).fund.code
      const all = `${counts.entries} entries with ${counts.postings} postings, ${counts.acts} acts, ${counts.seals} seals`
      const last = `last seal ${head.number}:${head.hash}\n`
      const holds = `the ledger of ${code} at seal ${head.number}, ${all}: holds: nothing in it was changed, taken out or put in\n`
      expect(await run(folder, 'verify.mjs', path)).toEqual({ status: 0, out: `${holds}${last}` })
      const kept = await run(folder, 'verify.mjs', path, '--seal', `${head.number}:${head.hash}`)
      expect(kept).toEqual({ status: 0, out: `${holds}It contains the seal that you kept, ${head.number}.\n${last}` })
      const other = await run(folder, 'verify.mjs', path, '--seal', `${head.number}:${'0'.repeat(64)}`)
      expect([other.status, other.out.includes('known_seal_differs')]).toEqual([1, true])

      const entries = rowsIn(files, 'entries.csv')
      const moved = entries.map((one) => ({ ...one, occurred_on: '2023-12-31' }))
      writeFileSync(join(folder, 'moved.zip'), await zipped(withRows(files, 'entries.csv', moved)))
      const changed = await run(folder, 'verify.mjs', 'moved.zip')
      expect(changed.status).toBe(1)
      expect(changed.out).toContain(
        `entry_changed: an entry does not say what was sealed: entry ${entries[0]!.id} (and ${entries.length - 1} more)\n`,
      )
      expect(changed.out).toContain('DOES NOT HOLD')

      writeFileSync(join(folder, 'cut.zip'), zip.subarray(0, 3_000))
      expect(await run(folder, 'verify.mjs', 'cut.zip')).toEqual({
        status: 2,
        out: 'cut.zip cannot be verified: this is no zip, or its end was cut off\n',
      })
      expect((await run(folder, 'verify.mjs', 'nowhere.zip')).status).toBe(2)
      expect((await run(folder, 'verify.mjs', path, 'nonsense')).status).toBe(2)
      expect((await run(folder, 'verify.mjs')).out).toContain('usage')
    })
  })

  test('npm run verify says the same', async () => {
    await asFile(zip, async (path, folder) => {
      copyFileSync(path, join(folder, 'same.zip'))
      const root = new URL('../..', import.meta.url).pathname
      const same = await run(root, '--import', 'tsx', 'server/ledger/verify.ts', join(folder, 'same.zip'))
      expect([same.status, same.out.includes('holds')]).toEqual([0, true])
    })
  })
})

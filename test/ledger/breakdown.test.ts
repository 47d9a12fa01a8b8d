import { DIMENSIONS, type Breakdown, type Cell } from '../../server/ledger/breakdown.ts'
import { fromMinorUnits, minorUnits, moneyFrom, amountText } from '../../server/money.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { approved, released } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { parse } from 'csv-parse/sync'

const service = ownService()
let fund: Fund
let auditor: Caller
let position: number

beforeAll(async () => {
  fund = await service.fund()
  auditor = fund.cast.auditor!
  await received(fund, '60000.00')
  const hidden = await service.admin().post(`/funds/${fund.id}/processes`, {
    name: 'Back channel',
    country: 'Chad',
    region: 'Central Africa',
    phase: 'after_violence',
    confidentiality: 'confidential',
  })
  await service.admin().post(`/processes/${hidden.body.id}/entities`, { entityId: fund.entity }).expect(201)
  const open = (await approved(fund, '1000.00')).id
  await released(fund, open, '400.00')
  await allSealable(service.database().owner, fund.id)
  while ((await service.database().service.transaction((trx) => sealEntries(trx, fund.id))) > 0);
  position = (await auditor.get(`/funds/${fund.id}/ledger/seals?limit=500`)).body.items.at(-1).number
  const secret = (
    await approved(fund, '500.00', {
      processId: hidden.body.id,
      lines: [{ category: 'travel', description: 'Flights', amount: { amount: '500.00', currency: 'USD' } }],
    })
  ).id
  await released(fund, secret, '300.00', 'travel')
})

const ask = (query: Record<string, string>, by = auditor) =>
  by.get(`/funds/${fund.id}/ledger/breakdown?${new URLSearchParams(query).toString()}`)
const told = async (query: Record<string, string>, by = auditor): Promise<Breakdown> =>
  (await ask(query, by).expect(200)).body

const units = (cell: Cell | null) => (cell ? BigInt(minorUnits(moneyFrom(cell.functional))) : 0n)
const sum = (cells: (Cell | null)[]) => cells.reduce((all, cell) => all + units(cell), 0n)

describe('every table foots, and every figure is made of the entries that its query finds', () => {
  const pairs = DIMENSIONS.map((by, i) => [by, DIMENSIONS[(i * 5 + 3) % DIMENSIONS.length]!] as const)

  test.each(pairs.filter(([by, across]) => by !== across))(
    '%s across %s',
    async (by, across) => {
      for (const more of [
        {},
        { q: 'account:assets,expense,liabilities' },
        { q: 'kind:payment_released or kind:receipt', position: `${position}` },
      ]) {
        const table = await told({ by, across, depth: '3', ...more })
        for (const line of table.rows) expect(sum(line.of)).toBe(units(line.total))
        table.columns.forEach((column, i) => expect(sum(table.rows.map(({ of }) => of[i]!))).toBe(units(column.total)))
        expect(sum(table.rows.map(({ total }) => total))).toBe(units(table.total))
        expect(sum(table.columns.map(({ total }) => total))).toBe(units(table.total))
        expect((await told({ by, depth: '3', ...more })).total.functional).toEqual(table.total.functional)

        const cells = table.rows.flatMap(({ of, total }) => [...of.slice(0, 2), total]).filter((cell) => cell !== null)
        for (const cell of cells.slice(0, 8)) {
          const at = 'position' in more ? more.position : undefined
          const again = await told({ by: 'book', q: cell.q!, ...(at ? { position: at } : {}) })
          expect(again.total.functional).toEqual(cell.functional)
          const list = await auditor.get(
            `/funds/${fund.id}/ledger/entries?${new URLSearchParams({ q: cell.q!, ...(at ? { position: at } : {}) }).toString()}`,
          )
          expect(list.body.items.length).toBeGreaterThan(0)
        }
      }
    },
    120_000,
  )
})

test('by account and month the figures are those of the postings themselves, as of either axis', async () => {
  const table = await told({ by: 'account', across: 'month', depth: '6' })
  const { body } = await auditor.get(`/funds/${fund.id}/ledger/entries?limit=500`)
  const sums = new Map<string, bigint>()
  for (const entry of body.items) {
    for (const posting of entry.postings) {
      const key = `${posting.address} ${entry.occurredOn.slice(0, 7)}`
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(minorUnits(moneyFrom(posting.functional))))
    }
  }
  const figures = table.rows.flatMap((row) =>
    row.of.map((cell, i) => [`${row.key} ${table.columns[i]!.key}`, cell] as const).filter(([, cell]) => cell),
  )
  expect(new Map(figures.map(([key, cell]) => [key, cell!.functional.amount]))).toEqual(
    new Map([...sums].map(([key, total]) => [key, amountText(fromMinorUnits(`${total}`, 'USD'))])),
  )
  expect((await told({ by: 'account', occurredOn: '2001-01-01' })).rows).toEqual([])
  const cash = await told({ by: 'request', q: 'account:assets:advances,expense:mission' })
  expect(cash.rows.map(({ total }) => total.functional.amount).sort()).toEqual(['300.00', '400.00'])
  const then = await told({ by: 'request', q: 'account:assets:advances,expense:mission', position: `${position}` })
  expect(then.rows.map(({ total }) => total.functional.amount)).toEqual(['400.00'])
})

test('by currency the sum in that currency stands beside the one in the fund’s', async () => {
  const table = await told({ by: 'currency', q: 'account:assets:receivable,assets:cash' })
  expect(table.rows).toMatchObject([{ key: 'USD', total: { amount: { amount: '60000.00', currency: 'USD' } } }])
})

test('who may not see confidential missions sees their sum, and no way to them; the totals are the same', async () => {
  const q = 'account:expense:mission,assets:advances'
  const seen = await told({ by: 'process', q })
  expect(seen.rows.map(({ name }) => name).sort()).toEqual(['Back channel', 'Talks at Bangui'])
  const hidden = await told({ by: 'process', q }, fund.cast.treasurer!)
  expect(
    hidden.rows
      .map(({ key, total }) => [key?.startsWith('prc_') || key, total.functional.amount, total.q === null])
      .sort(),
  ).toEqual([
    ['confidential', '300.00', true],
    [true, '400.00', false],
  ])
  expect(hidden.total.functional).toEqual(seen.total.functional)
  for (const region of ['One', 'Two'])
    await service
      .admin()
      .post(`/funds/${fund.id}/processes`, {
        name: region,
        country: 'Chad',
        region: 'Central Africa',
        phase: 'after_violence',
        confidentiality: 'strictly_confidential',
      })
      .expect(201)
  const three = await told({ by: 'process', q }, fund.cast.treasurer!)
  expect(three.rows.map(({ key }) => key)).toContain('confidential:Central Africa')
  expect(JSON.stringify(three)).not.toContain('Back channel')
  expect((await ask({ by: 'process', q, format: 'csv' }, fund.cast.treasurer!).expect(200)).text).not.toContain(
    'Back channel',
  )
})

test('the file has the same figures, a line for each cell', async () => {
  const table = await told({ by: 'donor', across: 'kind' })
  const lines: string[][] = parse((await ask({ by: 'donor', across: 'kind', format: 'csv' }).expect(200)).text, {
    bom: true,
    from_line: 2,
  })
  const cells = table.rows
    .flatMap(({ key, of }) => of.map((cell, i) => [key ?? '', table.columns[i]!.key, cell] as const))
    .filter(([, , cell]) => cell)
  expect(lines.map(([row, , column, , functional]) => `${row} ${column} ${functional}`).sort()).toEqual(
    cells.map(([row, column, cell]) => `${row} ${column} ${cell!.functional.amount}`).sort(),
  )
})

test.each<[string, Record<string, string>, string, number]>([
  ['no dimension', {}, 'auditor', 400],
  ['a dimension that is none', { by: 'weather' }, 'auditor', 400],
  ['twice the same', { by: 'donor', across: 'donor' }, 'auditor', 400],
  ['a query that cannot be read', { by: 'donor', q: 'knd:x' }, 'auditor', 400],
  ['a position that is none', { by: 'donor', position: '99999' }, 'auditor', 404],
  ['a requester', { by: 'donor' }, 'requester', 403],
])('refused: %s', async (_what, query, who, status) => {
  await ask(query, fund.cast[who]!).expect(status)
})

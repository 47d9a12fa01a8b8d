import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { newId } from '../../server/ids.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { hitsUpTo, monetarySteps, randomRanks } from '../../server/samples/selection.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { charged, contribution, postTo, received } from '../ledger/books.ts'

const service = ownService()
let fund: Fund
let auditor: Caller
let position: number

async function seal(): Promise<number> {
  await allSealable(service.database().owner, fund.id)
  while ((await service.database().service.transaction((trx) => sealEntries(trx, fund.id))) > 0);
  return (await auditor.get(`/funds/${fund.id}/ledger/seals?limit=500`)).body.items.at(-1).number
}

beforeAll(async () => {
  fund = await service.fund()
  auditor = fund.cast.auditor!
  const of = contribution('NOR-1')
  const amounts = ['0.01', '3.00', '99.99', '1000.00', '12.34', '0.50', '7.77', '250.00', '1.00', '60.00']
  await postTo(service, fund.id, [
    ...amounts.map((amount, i) => charged(amount, `2024-01-${10 + i}`, i === 3 ? '=cmd|calc' : `رسوم ${i}`)),
    received(of, '5000.00', '2024-02-01'),
  ])
  position = await seal()
})

const draw = (body: object, by = auditor) =>
  by.post(`/funds/${fund.id}/samples`, { position, query: 'kind:payment_settled', ...body })
const drawn = async (body: object) =>
  (await auditor.get(`/samples/${(await draw(body).expect(201)).body.id}`).expect(200)).body
const paper = async (id: string) => (await auditor.get(`/samples/${id}/paper`).expect(200)).text

/** The algorithm told a second time, from its description alone. */
function* described(seed: string): Generator<bigint, never> {
  for (let i = 0; ; i += 1)
    yield BigInt(
      `0x${createHash('sha256')
        .update(Buffer.from(`${seed}\n${i}`, 'utf8'))
        .digest('hex')}`,
    )
}
function below(blocks: Generator<bigint, never>, m: bigint): bigint {
  const all = 2n ** 256n
  for (;;) {
    const block = blocks.next().value
    if (block < (all / m) * m) return block % m
  }
}

describe('the arithmetic', () => {
  test('a random sample has no item twice, as many as asked for, and is the same again', () => {
    fc.assert(
      fc.property(fc.string(), fc.bigInt(1n, 400n), fc.integer({ min: 1, max: 60 }), (seed, count, size) => {
        const ranks = randomRanks(seed, count, size)
        expect(new Set(ranks).size).toBe(ranks.length)
        expect(ranks).toHaveLength(Math.min(size, Number(count)))
        expect(ranks.every((rank) => rank >= 1n && rank <= count)).toBe(true)
        expect(randomRanks(seed, count, size)).toEqual(ranks)
        const places = Array.from({ length: Number(count) }, (_, i) => BigInt(i + 1))
        const blocks = described(seed)
        for (let i = 0; i < ranks.length; i += 1) {
          const other = i + Number(below(blocks, count - BigInt(i)))
          ;[places[i], places[other]] = [places[other]!, places[i]!]
        }
        expect(ranks).toEqual(places.slice(0, ranks.length).sort((a, b) => (a < b ? -1 : 1)))
      }),
    )
  })

  test('of a monetary-unit sample every unit is selected by exactly one start, so that all have the same chance', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 300n), fc.integer({ min: 1, max: 40 }), (sum, size) => {
        const { step } = monetarySteps('x', sum, size)
        expect(step).toBe(sum / BigInt(size) || 1n)
        for (let unit = 1n; unit <= sum; unit += 1n) {
          let starts = 0
          for (let start = 1n; start <= step; start += 1n) {
            if (hitsUpTo(unit, { step, start }) > hitsUpTo(unit - 1n, { step, start })) starts += 1
          }
          expect(starts).toBe(1)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('a sum beyond what a number holds is exact', () => {
    const sum = 123_456_789_012_345_678_901_234_567n
    const { step, start } = monetarySteps('x', sum, 7)
    expect(step).toBe(sum / 7n)
    expect(hitsUpTo(sum, { step, start })).toBe((sum - start) / step + 1n)
  })
})

test('a random sample is drawn, told and kept with its population, and the same seed draws the same again', async () => {
  const one = await drawn({ method: 'random', size: 4, seed: 'audit-2024' })
  expect(one).toMatchObject({
    method: 'random',
    size: 4,
    seed: 'audit-2024',
    query: 'kind:payment_settled',
    position,
    interval: null,
    start: null,
    savedQuery: null,
    population: { count: '10', sum: { amount: '1434.61', currency: 'USD' } },
    drawnBy: { id: auditor.id },
  })
  expect(one.items.map(({ rank }: { rank: string }) => BigInt(rank))).toEqual(randomRanks('audit-2024', 10n, 4))
  await postTo(service, fund.id, [charged('77.00', '2024-01-01')])
  await seal()
  const again = await drawn({ method: 'random', size: 4, seed: 'audit-2024' })
  expect(again.items).toEqual(one.items)
  const all = await drawn({ method: 'random', size: 50 })
  expect(all.items).toHaveLength(10)
  expect(all.seed).toMatch(/^[0-9a-f]{32}$/)
})

test('a monetary-unit sample selects the items in which a selected unit lies; one as large as the interval always', async () => {
  const one = await drawn({ method: 'monetary_unit', size: 5, seed: 'mus' })
  const entries = (
    await auditor.get(`/funds/${fund.id}/ledger/entries?q=kind:payment_settled&position=${position}&limit=500`)
  ).body.items
  const ordered = entries.sort((a: { id: string }, b: { id: string }) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
  const [sum, step] = [143_461n, 143_461n / 5n]
  const start = 1n + below(described('mus'), step)
  const expected: object[] = []
  let before = 0n
  for (const entry of ordered) {
    const amount = BigInt(entry.postings[0].amount.amount.replace('.', ''))
    let hits = 0
    for (let unit = start; unit <= sum; unit += step) if (unit > before && unit <= before + amount) hits += 1
    before += amount
    if (hits > 0) expected.push({ entryId: entry.id, hits })
    if (amount >= step) expect(hits).toBeGreaterThan(0)
  }
  expect(before).toBe(sum)
  expect(one.items.map(({ entryId, hits }: { entryId: string; hits: number }) => ({ entryId, hits }))).toEqual(expected)
  expect(one).toMatchObject({
    interval: { amount: '286.92' },
    start: { amount: `${start / 100n}.${String(start % 100n).padStart(2, '0')}` },
  })
})

test('where the query means some postings, their sizes are the amounts', async () => {
  const cash = await drawn({ method: 'random', size: 1, query: 'account:assets:cash kind:receipt' })
  expect(cash.population).toEqual({ count: '1', sum: { amount: '5000.00', currency: 'USD' } })
  const both = await drawn({ method: 'random', size: 1, query: 'account:assets,budget kind:receipt' })
  expect(both.population.sum.amount).toBe('20000.00')
  const whole = await drawn({ method: 'random', size: 1, query: 'kind:receipt' })
  expect(whole.population.sum.amount).toBe('5000.00')
})

test('the working paper says all that is needed to draw the sample again, and is the same byte for byte for ever', async () => {
  const { body } = await draw({ method: 'monetary_unit', size: 3, seed: 'paper' }).expect(201)
  const first = await paper(body.id)
  const sample = (await auditor.get(`/samples/${body.id}`)).body
  const heading = Object.fromEntries(
    first
      .replace(/^\uFEFF/, '')
      .split('\r\n')
      .slice(0, 22)
      .map((line) => line.split(/,(.*)/s)),
  )
  expect(heading).toMatchObject({
    working_paper: body.id,
    method: 'monetary_unit',
    size: '3',
    seed: 'paper',
    query: 'kind:payment_settled',
    position: `${position}`,
    seal_hash: sample.sealHash,
    population_count: '10',
    population_sum: '1434.61',
    interval: '478.20',
    start: sample.start.amount,
    drawn_at: expect.stringMatching(/Z$/),
    drawn_by: expect.stringContaining(auditor.id),
    conclusion: '',
  })
  expect(first).toContain(
    '\r\nnumber,entry,rank,occurred_on,kind,source,memo,person,amount,cumulative,hits,content_hash,evidence,audited_amount,finding\r\n',
  )
  for (const item of sample.items)
    expect(first).toContain(`\r\n${item.number},${item.entryId},${item.rank},${item.occurredOn},payment_settled,`)
  expect(first).toContain("'=cmd|calc")
  // Neither a person's new name nor new entries change it.
  await service.database().owner('people').where({ id: auditor.id }).update({ name: 'Another' })
  await postTo(service, fund.id, [charged('5.00', '2024-01-01')])
  await seal()
  expect(await paper(body.id)).toBe(first)
  expect((await auditor.get(`/funds/${fund.id}/samples`).expect(200)).body.items[0].id).toBe(body.id)
})

test('a sample cannot be changed, not by the owner of the tables either', async () => {
  const { owner, service: db } = service.database()
  await expect(owner('samples').update({ seed: 'x' })).rejects.toThrow('append-only')
  await expect(owner('sample_items').delete()).rejects.toThrow('append-only')
  await expect(db('samples').update({ seed: 'x' })).rejects.toThrow('permission denied')
})

test.each<[string, () => Promise<{ status: number; body: { code?: string } }>, number, string]>([
  ['no method', async () => draw({ size: 1 }), 400, 'invalid_request'],
  ['a size of nothing', async () => draw({ method: 'random', size: 0 }), 400, 'invalid_request'],
  ['a size too large', async () => draw({ method: 'random', size: 1001 }), 400, 'invalid_request'],
  [
    'a seed that a spreadsheet would run',
    async () => draw({ method: 'random', size: 1, seed: '=1+1' }),
    400,
    'invalid_request',
  ],
  [
    'a query that cannot be read',
    async () => draw({ method: 'random', size: 1, query: 'knd:x' }),
    400,
    'invalid_request',
  ],
  [
    'a query and a saved one',
    async () => draw({ method: 'random', size: 1, savedQueryId: newId('savedQuery') }),
    400,
    'invalid_request',
  ],
  ['nobody', async () => draw({ method: 'random', size: 1 }, service.nobody()), 401, 'not_signed_in'],
  ['a position that is none', async () => draw({ method: 'random', size: 1, position: 9999 }), 404, 'not_found'],
  [
    'a saved query that is none',
    async () => draw({ method: 'random', size: 1, query: undefined, savedQueryId: newId('savedQuery') }),
    404,
    'not_found',
  ],
  ['a sample that is none', async () => auditor.get(`/samples/${newId('sample')}`), 404, 'not_found'],
  [
    'a role that does not audit',
    async () => draw({ method: 'random', size: 1 }, fund.cast.treasurer!),
    403,
    'role_not_allowed',
  ],
  [
    'nothing to draw from',
    async () => draw({ method: 'random', size: 1, query: 'kind:write_off' }),
    422,
    'population_empty',
  ],
])('refused, and nothing is kept: %s', async (_what, call, status, code) => {
  const { owner } = service.database()
  const count = async () => (await owner('samples').count('* as n').first())!.n
  const before = await count()
  const answer = await call()
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await count()).toBe(before)
})

describe('saved queries', () => {
  const save = (by: Caller, more: object = {}) =>
    by.post(`/funds/${fund.id}/saved-queries`, {
      name: 'رسوم البنك',
      query: 'KIND:payment_settled  memo:رسوم',
      shared: false,
      ...more,
    })

  test('are kept as they are read, private until shared, with every version', async () => {
    const { body, headers } = await save(auditor).expect(201)
    expect(headers.etag).toBe('"v1"')
    const controller = fund.cast.controller!
    await controller.get(`/saved-queries/${body.id}`).expect(404)
    const change = (by: Caller, etag: string, more: object = {}) =>
      by
        .post(`/saved-queries/${body.id}/versions`, {
          name: 'Charges',
          query: 'kind:payment_settled',
          shared: true,
          ...more,
        })
        .set('if-match', etag)
    await change(auditor, '"v1"').expect(201)
    const { body: seen } = await controller.get(`/saved-queries/${body.id}`).expect(200)
    expect(seen).toMatchObject({
      version: 2,
      name: 'Charges',
      query: 'kind:payment_settled',
      shared: true,
      owner: { id: auditor.id },
    })
    expect(seen.versions.map(({ version }: { version: number }) => version)).toEqual([2])
    const own = await auditor.get(`/saved-queries/${body.id}`)
    expect(own.body.versions).toMatchObject([
      { version: 1, name: 'رسوم البنك', query: 'kind:payment_settled memo:رسوم' },
      { version: 2 },
    ])

    expect((await change(controller, '"v2"').expect(403)).body.code).toBe('not_yours')
    expect((await change(auditor, '"v1"').expect(412)).body.code).toBe('version_changed')
    await change(auditor, '"v2"', { query: 'nonsense:x' }).expect(400)
    const listed = async (by: Caller) =>
      (await by.get(`/funds/${fund.id}/saved-queries`).expect(200)).body.items.map((one: { id: string }) => one.id)
    expect(await listed(controller)).toContain(body.id)
    await change(auditor, '"v2"', { withdrawn: true }).expect(201)
    expect(await listed(auditor)).not.toContain(body.id)
    await service.nobody().get(`/saved-queries/${body.id}`).expect(401)
    await fund.cast.treasurer!.get(`/saved-queries/${body.id}`).expect(403)
    const stranger = await service.person('Stranger', (await service.fund()).id, ['auditor'])
    await stranger.get(`/saved-queries/${body.id}`).expect(404)
  })

  test('ten changes at once of the same version: one is made', async () => {
    const { body } = await save(auditor).expect(201)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        auditor
          .post(`/saved-queries/${body.id}/versions`, { name: `n${i}`, query: '', shared: false })
          .set('if-match', '"v1"'),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(412)])
  })

  test('are run at any position, in any version, as a file, and drawn from', async () => {
    const { body } = await save(auditor, { query: 'kind:payment_settled' }).expect(201)
    await auditor
      .post(`/saved-queries/${body.id}/versions`, { name: 'Receipts', query: 'kind:receipt', shared: false })
      .set('if-match', '"v1"')
      .expect(201)
    const run = (query: string) => auditor.get(`/saved-queries/${body.id}/entries?${query}`)
    expect((await run('').expect(200)).body.items).toHaveLength(1)
    expect((await run(`version=1&position=${position}&limit=500`).expect(200)).body.items).toHaveLength(10)
    await run('position=9999').expect(404)
    await run('version=3').expect(404)
    expect((await run('format=csv').expect(200)).text).toContain('receipt')
    const sample = await drawn({ method: 'random', size: 1, query: undefined, savedQueryId: body.id })
    expect(sample).toMatchObject({ query: 'kind:receipt', savedQuery: { id: body.id, version: 2 } })
  })
})

import { once } from 'node:events'
import { get as httpGet, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { csvAnswer } from '../../server/http/csv.ts'
import { cursorOf } from '../../server/http/pages.ts'
import { newId } from '../../server/ids.ts'
import { cash, fundAccount } from '../../server/ledger/accounts.ts'
import { credit, debit, type Entry } from '../../server/ledger/post.ts'
import { ownService, type Fund } from '../support/service.ts'
import { BANK, charged, csvRows, postTo, usd } from './books.ts'

const service = ownService()
const LINES = 10_000
let fund: Fund
let long: Fund

beforeAll(async () => {
  fund = await service.fund()
  for (const [amount, on] of [
    ['5.00', '2024-03-01'],
    ['1.00', '2024-01-05'],
    ['2.00', '2024-03-01'],
    ['0.50', '2024-02-29'],
    ['3.00', '2024-04-30'],
  ] as const)
    await postTo(service, fund.id, [charged(amount, on, `-${amount}`)])

  long = await service.fund()
  const entries = Array.from({ length: LINES }, (_, i) => charge(i))
  for (let i = 0; i < LINES; i += 2_500) await postTo(service, long.id, entries.slice(i, i + 2_500))
})

function charge(i: number): Entry {
  const amount = usd(`${1 + (i % 97)}.${`${i % 100}`.padStart(2, '0')}`)
  return {
    kind: 'payment_settled',
    source: newId('payment'),
    occurredOn: `2023-${`${1 + (i % 12)}`.padStart(2, '0')}-${`${1 + (i % 28)}`.padStart(2, '0')}`,
    memo: `Statement line ${i}, with a remark as long as those that banks write on statements`,
    postings: [debit(fundAccount('expense:bank-charges', 'USD'), amount), credit(cash(BANK), amount)],
  }
}

const statement = (query = '', of = fund) =>
  of.cast.auditor!.get(`/funds/${of.id}/ledger/statement?address=assets:cash:main&currency=USD${query}`)

type Line = Record<'amount' | 'balance', { amount: string }> & { entryId: string; occurredOn: string; memo: string }

test('a statement opens with the balance before its first day, and each line carries the balance after it', async () => {
  const { body } = await statement('&from=2024-02-01&to=2024-03-31').expect(200)
  expect(body).toMatchObject({ from: '2024-02-01', to: '2024-03-31', next: null })
  expect(body.opening).toEqual({ amount: money('-1.00'), functional: money('-1.00') })
  expect(body.items.map((line: Line) => [line.occurredOn, line.amount.amount, line.balance.amount])).toEqual([
    ['2024-02-29', '-0.50', '-1.50'],
    ['2024-03-01', '-5.00', '-6.50'],
    ['2024-03-01', '-2.00', '-8.50'],
  ])
  expect(body.closing).toEqual({ amount: money('-8.50'), functional: money('-8.50') })
})

test('a link that was made up tells no other balance than the ledger has', async () => {
  const page = await statement('&limit=2').expect(200)
  const [on, entry, line, moment] = JSON.parse(Buffer.from(page.body.next, 'base64url').toString()) as string[]
  const next = (key: string[]) => statement(`&limit=2&after=${cursorOf(key)}`)
  expect((await next([on!, entry!, line!, moment!, '99999', '99999']).expect(400)).body.code).toBe('invalid_request')
  const elsewhere = await next(['2024-02-29', '999999999', '1', moment!]).expect(200)
  expect(elsewhere.body.opening.amount).toEqual(money('-1.50'))
  expect((await next([on!, entry!, line!, moment!])).body.opening).toEqual(page.body.closing)
})

test('pages join up to the whole, and the balance goes on from page to page, whatever is posted in between', async () => {
  const whole = await statement('&limit=500').expect(200)
  const joined: Line[] = []
  let [after, closing] = ['', whole.body.opening]
  do {
    const { body } = await statement(`&limit=2${after && `&after=${after}`}`).expect(200)
    expect(body.opening).toEqual(closing)
    joined.push(...body.items)
    closing = body.closing
    after = body.next
    await postTo(service, fund.id, [charged('0.01', '2024-01-01'), charged('0.01', '2024-04-29')])
  } while (after)
  expect(joined).toEqual(whole.body.items)
  expect(closing).toEqual(whole.body.closing)
})

test('a statement as of an earlier moment is the statement that was made then', async () => {
  const then = await statement().expect(200)
  await postTo(service, fund.id, [charged('7.00', '2024-01-02')])
  const again = await statement(`&recordedAt=${then.body.recordedAt}`).expect(200)
  expect(again.body).toEqual(then.body)
  expect((await statement()).body.items).toHaveLength(then.body.items.length + 1)
})

test('a file is the same lines, with text that could run as a formula made harmless and amounts left alone', async () => {
  const [json, csv] = [await statement('&limit=500').expect(200), await statement('&format=csv').expect(200)]
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(csv.headers['content-disposition']).toMatch(
    /^attachment; filename="?statement-F\d+-assets_cash_main-USD\.csv"?$/,
  )
  expect(csv.text.split('\r\n')[0]).toBe(
    '\uFEFFoccurred_on,recorded_at,entry,line,kind,memo,currency,amount,balance,functional_currency,functional,functional_balance',
  )
  const lines = json.body.items as (Line & { memo: string; recordedAt: string; line: number; kind: string })[]
  expect(csvRows(csv.text)).toEqual(
    lines.map((one) => [
      ...[
        one.occurredOn,
        one.recordedAt,
        one.entryId,
        `${one.line}`,
        one.kind,
        one.memo.startsWith('-') ? `'${one.memo}` : one.memo,
      ],
      ...['USD', one.amount.amount, one.balance.amount, 'USD', one.amount.amount, one.balance.amount],
    ]),
  )
  expect(lines.some((one) => one.memo.startsWith('-'))).toBe(true)
})

describe('ten thousand lines', () => {
  test('are paged without ever being slow: the last page costs what the first does', async () => {
    let [after, count, slowest] = ['', 0, 0]
    let last: unknown
    do {
      const began = performance.now()
      const { body } = await statement(`&limit=500${after && `&after=${after}`}`, long).expect(200)
      slowest = Math.max(slowest, performance.now() - began)
      count += body.items.length
      last = body.closing.amount
      after = body.next
    } while (after)
    expect(count).toBe(LINES)
    const balance = await long.cast.auditor!.get(
      `/funds/${long.id}/ledger/balances?address=assets:cash:main&currency=USD`,
    )
    expect(last).toEqual(balance.body.balance)
    expect(slowest).toBeLessThan(1_000)
  })

  test('come as one file whose last balance is the account’s', async () => {
    const csv = await statement('&format=csv', long).expect(200)
    const lines = csvRows(csv.text)
    expect(lines).toHaveLength(LINES)
    const balance = await long.cast.auditor!.get(
      `/funds/${long.id}/ledger/balances?address=assets:cash:main&currency=USD`,
    )
    expect(lines.at(-1)![8]).toBe(balance.body.balance.amount)
  })

  test('are written no faster than they are taken, and a client that goes away leaves no connection behind', async () => {
    const server = service.app().listen(0) as Server
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { pool } = service.database().service.client as { pool: { numUsed: () => number } }
    const path = `/api/v1/funds/${long.id}/ledger/statement?address=assets:cash:main&currency=USD&format=csv`
    const headers = { authorization: `Bearer ${long.cast.auditor!.token}` }
    try {
      for (let i = 0; i < 15; i += 1) {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          httpGet({ port, path, headers, agent: false }, resolve).on('error', reject)
        })
        await once(answer, 'readable')
        const taken = (answer.read() as Buffer).length
        // What is not taken is not read: most of the file is still in the database.
        expect(taken).toBeLessThan(1_000_000)
        answer.destroy()
      }
      await until(() => pool.numUsed() === 0)
      await statement('', long).expect(200)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('or a hundred thousand take no more memory: never more than some hundreds are read ahead of what is taken', async () => {
    let [read, taken, ahead] = [0, 0, 0]
    const answer = csvAnswer(service.database().service, {
      fileName: 'long.csv',
      columns: [{ heading: 'text', text: (one: string) => one }],
      sql: `select repeat('x', 1000) as one from generate_series(1, :most)`,
      bindings: { most: 100_000 },
      items: (found: { one: string }) => {
        read += 1
        return [found.one]
      },
    })
    const slow = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length
        ahead = Math.max(ahead, read - Math.floor(taken / 1002))
        setImmediate(done)
      },
    })
    await answer.stream!.write(slow)
    expect(read).toBe(100_000)
    expect(taken).toBeGreaterThan(100_000_000)
    expect(ahead).toBeLessThan(1_000)
  })
})

const money = (amount: string) => ({ amount, currency: 'USD' })

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i += 1) await new Promise((resolve) => setTimeout(resolve, 25))
  expect(condition()).toBe(true)
}

import { connect } from '../../db/connect.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { booksOf, moneyIn, type Books } from './books.ts'

const service = ownService()
let fund: Fund
let books: Books
let sweden: string
let norway: string
let own: { id: string; code: string }
let other: { id: string; code: string }
let donor: Caller

beforeAll(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  sweden = await books.donor('Sweden')
  norway = await books.donor('Norway')
  own = await books.agreed({ donorId: sweden })
  other = await books.agreed({ donorId: norway })
  await books.received(own, '1000.00 USD')
  await books.received(other, '500.00 USD')
  donor = await service.person('Astrid', fund.id, [{ role: 'donor', donorId: sweden }])
})

const codes = (answer: { body: { items: { code: string }[] } }) => answer.body.items.map(({ code }) => code)

test('a donor sees its own contribution as whoever keeps the books does, but not what the fund doubts of it', async () => {
  const seen = await donor.get(`/contributions/${own.id}`).expect(200)
  const kept = await books.figures(own)
  for (const figures of [kept.figures.original, kept.figures.functional]) {
    expect(figures.impaired).toEqual(moneyIn('0.00 USD'))
    delete figures.impaired
  }
  expect(seen.body).toEqual(kept)
  expect(seen.body.figures.stages.available).toEqual(moneyIn('1000.00 USD'))
})

test("another donor's contribution is not there", async () => {
  const answer = await donor.get(`/contributions/${other.id}`)
  expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
})

test('a donor lists its own contributions only, whatever it asks for', async () => {
  expect(codes(await donor.get(`/funds/${fund.id}/contributions`).expect(200))).toEqual([own.code])
  expect(codes(await donor.get(`/funds/${fund.id}/contributions?donorId=${norway}`).expect(200))).toEqual([])
})

test('who reads for two donors pages through both', async () => {
  const both = await service.person('Both', fund.id, [
    { role: 'donor', donorId: sweden },
    { role: 'donor', donorId: norway },
  ])
  const first = await both.get(`/funds/${fund.id}/contributions?limit=1`).expect(200)
  const second = await both.get(`/funds/${fund.id}/contributions?limit=1&after=${first.body.next}`).expect(200)
  expect([...codes(first), ...codes(second)]).toEqual([own.code, other.code])
  expect(second.body.next).toBeNull()
})

test.each(['requester', 'advisor'])('a %s sees no contributions', async (role) => {
  const listed = await books.as(role).get(`/funds/${fund.id}/contributions`)
  expect([listed.status, listed.body.code]).toEqual([403, 'role_not_allowed'])
  const read = await books.as(role).get(`/contributions/${own.id}`)
  expect([read.status, read.body.code]).toEqual([403, 'role_not_allowed'])
})

test('a donor reads neither the receipts of the fund nor its yearly totals', async () => {
  for (const path of ['receipts', 'contributions/yearly-receipts']) {
    const answer = await donor.get(`/funds/${fund.id}/${path}`)
    expect([answer.status, answer.body.code]).toEqual([403, 'role_not_allowed'])
  }
})

test('a donor records nothing', async () => {
  const answer = await donor.post(`/contributions/${own.id}/receipts`, books.receipt('1.00 USD'))
  expect([answer.status, answer.body.code]).toEqual([403, 'role_not_allowed'])
})

describe('in the database itself, the role of donors', () => {
  const TABLES = [
    'contributions',
    'donors',
    'agreements',
    'receipts',
    'receipt_applications',
    'accounts',
    'postings',
    'entries',
    'balances',
  ]

  /** What the role sees with this donor named, or with none. */
  async function counts(named: string | null): Promise<string[]> {
    const db = connect(service.database().connection, { role: 'wasata_donor', poolSize: 1 })
    try {
      return await db.transaction(async (trx) => {
        if (named) await trx.raw(`select set_config('wasata.donor', ?, true)`, [named])
        const seen: string[] = []
        for (const table of TABLES) seen.push((await trx.raw(`select count(*)::text as n from ??`, [table])).rows[0].n)
        return seen
      })
    } finally {
      await db.destroy()
    }
  }

  test('sees nothing while no donor is named', async () => {
    expect(await counts(null)).toEqual(TABLES.map(() => '0'))
  })

  test('sees one donor and what belongs to it, and the two donors share nothing', async () => {
    const { owner } = service.database()
    const [mine, theirs] = [await counts(sweden), await counts(norway)]
    expect(mine.slice(0, 5)).toEqual(['1', '1', '1', '1', '1'])
    const accounts = await owner('accounts').where({ contribution_id: own.id })
    expect(mine[5]).toBe(String(accounts.length))
    expect(mine).toEqual(theirs)
  })

  test('reads no acts, people, bank accounts or imports, and writes nowhere', async () => {
    const db = connect(service.database().connection, { role: 'wasata_donor', poolSize: 1 })
    for (const table of ['acts', 'people', 'bank_accounts', 'imports', 'import_rows', 'earmark_changes'])
      await expect(db(table).first()).rejects.toThrow('permission denied')
    await expect(db('contributions').update({ status: 'received' })).rejects.toThrow('permission denied')
    await db.destroy()
  })
})

test('an earmark binds to payees of the fund, not to an id that means nothing here', async () => {
  const fund = await service.fund()
  const { fundManager } = fund.cast
  const donor = await fundManager!.post(`/funds/${fund.id}/donors`, { name: 'Bound', kind: 'government' }).expect(201)
  const pledge = {
    donorId: donor.body.id,
    pledgedOn: '2026-01-01',
    amount: { amount: '10.00', currency: 'USD' },
    earmark: { level: 'tightly', partners: ['pye_00000000000000000000000000'] },
  }
  const answer = await fundManager!.post(`/funds/${fund.id}/contributions`, pledge)
  expect([answer.status, answer.body.code, answer.body.field]).toEqual([404, 'not_found', 'earmark.partners'])
})

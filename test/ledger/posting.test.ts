import { newId } from '../../server/ids.ts'
import { authority, cash, conversion, fundAccount, stage } from '../../server/ledger/accounts.ts'
import { credit, debit, difference, type Entry, type Posting } from '../../server/ledger/post.ts'
import { ownService } from '../support/service.ts'
import { BANK, charged, contribution, eur, postTo, received, reserved, request, usd } from './books.ts'

const service = ownService()
let fundId: string
beforeAll(async () => {
  fundId = (await service.fund()).id
})

const entryOf = (postings: Posting[], occurredOn = '2024-05-02'): Entry => ({
  kind: 'receipt',
  source: newId('receipt'),
  occurredOn,
  postings,
})

const inLedger = async () => {
  const { rows } = await service.database().owner
    .raw(`select (select count(*) from entries)::int as entries, (select count(*) from postings)::int as postings,
                       (select coalesce(sum(amount), 0) from balances)::text as held`)
  return rows[0]
}

const ofNorway = contribution('NOR-1')
const charges = fundAccount('expense:bank-charges', 'USD')

test.each<[string, Posting[], string]>([
  ['in a currency', [debit(cash(BANK), usd('10.00')), credit(charges, usd('9.99'))], 'entry_balances'],
  [
    'in the fund’s currency, though it does in its own',
    [debit(cash(BANK), usd('10.00')), credit(charges, usd('10.00'), usd('9.99'))],
    'entry_balances',
  ],
  [
    'in each of two currencies, though it does in the fund’s',
    [debit(cash({ code: 'euro', currency: 'EUR' }), eur('9.00'), usd('10.00')), credit(cash(BANK), usd('10.00'))],
    'entry_balances',
  ],
  [
    'in each book, though it does over both',
    [debit(cash(BANK), usd('10.00')), credit(authority(ofNorway, 'USD'), usd('10.00'))],
    'entry_balances',
  ],
  [
    'for each contribution: money of one cannot become another’s',
    [
      debit(stage('available', ofNorway, 'USD'), usd('1.00')),
      credit(authority(contribution('FIN-1'), 'USD'), usd('1.00')),
    ],
    'conservation_law',
  ],
  ['at all, having but one posting of nothing', [difference(charges, usd('0.00'))], 'entry_has_postings'],
])('an entry that does not balance %s is not recorded', async (_what, postings, constraint) => {
  const before = await inLedger()
  await expect(postTo(service, fundId, [entryOf(postings)])).rejects.toMatchObject({ constraint })
  expect(await inLedger()).toEqual(before)
})

test('a conversion between currencies and a difference on exchange balance through their own accounts', async () => {
  const euro = { code: 'euro', currency: 'EUR' }
  const posted = await postTo(service, fundId, [
    entryOf([
      debit(cash(euro), eur('9.00'), usd('10.00')),
      credit(conversion('EUR'), eur('9.00'), usd('10.00')),
      debit(conversion('USD'), usd('10.05')),
      credit(cash(BANK), usd('10.05')),
      difference(fundAccount('expense:exchange:realised', 'USD'), usd('0.05')),
      difference(conversion('USD'), usd('-0.05')),
    ]),
  ])
  expect(posted).toEqual([{ id: expect.any(String), isNew: true }])
})

test.each([
  ['entries', 'memo'],
  ['postings', 'amount'],
  ['accounts', 'address'],
  ...[
    'rate_changes',
    'rate_confirmations',
    'reopenings',
    'period_states',
    'year_closings',
    'adjusting_acts',
    'explanations',
    'revaluations',
    'revaluation_items',
  ].map((history) => [history, history === 'revaluation_items' ? 'value' : 'act_id']),
  ['seals', 'hash'],
  ['sealed_entries', 'seal'],
])('nobody changes or deletes rows of %s: a trigger refuses even the owner', async (table, column) => {
  await postTo(service, fundId, [charged('1.00', '2024-01-05')])
  const { owner } = service.database()
  for (const attempt of [
    owner.raw(`update ${table} set ${column} = ${column}`),
    owner(table).delete(),
    owner.raw(`truncate ${table} cascade`),
  ])
    await expect(attempt).rejects.toMatchObject({ code: '42501', message: expect.stringContaining('append-only') })
})

test.each([
  ['entries', 'memo'],
  ['postings', 'amount'],
  ['accounts', 'address'],
  ['balances', 'amount'],
])('the service itself has no right to write to %s: the posting function is the only way in', async (table, column) => {
  const db = service.database().service
  for (const attempt of [
    db.raw(`insert into ${table} (${column}) select ${column} from ${table} limit 0`),
    db.raw(`update ${table} set ${column} = ${column}`),
    db(table).delete(),
  ])
    await expect(attempt).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('permission denied'),
    })
})

test('an entry takes no more postings once it is recorded, not even from the owner', async () => {
  const [posted] = await postTo(service, fundId, [charged('5.00', '2024-01-05')])
  const { owner } = service.database()
  const before = await inLedger()
  const more = owner.raw(
    `insert into postings (fund_id, entry_id, line, account_id, amount, functional, occurred_on, recorded_at)
     select fund_id, entry_id, line + 10, account_id, amount, functional, occurred_on, recorded_at from postings where entry_id = ?`,
    [posted!.id],
  )
  await expect(more).rejects.toMatchObject({ constraint: 'entry_is_whole' })
  expect(await inLedger()).toEqual(before)
})

test('what was posted before is not posted again, and says what it said', async () => {
  const entry = received(contribution('SWE-1'), '100.00', '2024-03-01')
  const [first] = await postTo(service, fundId, [entry])
  const before = await inLedger()
  const [second] = await postTo(service, fundId, [entry])
  expect(second).toEqual({ id: first!.id, isNew: false })
  expect(await inLedger()).toEqual(before)
})

test('the same entry sent by ten callers at once is posted once', async () => {
  const entry = received(contribution('SWE-2'), '100.00', '2024-03-01')
  const posted = await Promise.all(Array.from({ length: 10 }, () => postTo(service, fundId, [entry])))
  expect(posted.filter(([one]) => one!.isNew)).toHaveLength(1)
  expect(new Set(posted.map(([one]) => one!.id)).size).toBe(1)
})

test.each<[string, (entry: Entry) => Entry]>([
  [
    'another amount',
    (entry) => ({ ...entry, postings: received(contribution('SWE-3'), '100.01', '2024-03-01').postings }),
  ],
  ['another day', (entry) => ({ ...entry, occurredOn: '2024-03-02' })],
  ['another memo', (entry) => ({ ...entry, memo: 'other' })],
])('the same event with %s is refused', async (_what, changed) => {
  const entry = received(contribution('SWE-3'), '100.00', '2024-03-01')
  await postTo(service, fundId, [entry])
  const before = await inLedger()
  await expect(postTo(service, fundId, [changed(entry)])).rejects.toMatchObject({ code: 'entry_says_something_else' })
  expect(await inLedger()).toEqual(before)
})

test('no stage goes below zero, though ten callers at once take from the same accounts in opposite order', async () => {
  const [one, two] = [contribution('DNK-1'), contribution('DNK-2')]
  await postTo(service, fundId, [received(one, '100.00', '2024-01-02'), received(two, '100.00', '2024-01-02')])
  const by = request('R-1')
  const takes = Array.from({ length: 10 }, (_, i) => {
    const entries = [reserved(one, by, '30.00', '2024-01-03'), reserved(two, by, '30.00', '2024-01-03')]
    return postTo(service, fundId, i % 2 ? entries : entries.reverse())
  })
  const ended = await Promise.allSettled(takes)
  expect(ended.filter((end) => end.status === 'fulfilled')).toHaveLength(3)
  for (const end of ended)
    if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'insufficient_funds' })
  const { rows } = await service.database().owner.raw(
    `select a.address, b.amount, (select sum(p.amount) from postings p where p.account_id = a.id)::text as posted
       from accounts a join balances b on b.account_id = a.id
      where a.fund_id = ? and a.address ~ 'DNK' order by a.address`,
    [fundId],
  )
  expect(rows).toEqual([
    { address: 'budget:available:DNK-1', amount: '1000', posted: '1000' },
    { address: 'budget:available:DNK-2', amount: '1000', posted: '1000' },
    { address: 'budget:reserved:DNK-1:R-1', amount: '9000', posted: '9000' },
    { address: 'budget:reserved:DNK-2:R-1', amount: '9000', posted: '9000' },
  ])
})

import type { Knex } from 'knex'
import { newId } from '../../server/ids.ts'
import { approved, certify, decide, draft, submitted, verifiedPayee } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'

/** What the service's own database role cannot do, whatever its code may ask for: the second fence, tried from inside. */

const service = ownService()

type World = {
  fund: Fund
  other: Fund
  contribution: { id: string; code: string }
  request: { id: string; code: string; payeeId: string }
}
let world: World

beforeAll(async () => {
  const [fund, other] = [await service.fund(), await service.fund()]
  const contribution = await received(fund, '1000.00')
  const { id, payeeId } = await approved(fund, '400.00')
  const { code } = await service.database().owner('requests').where({ id }).first('code')
  world = { fund, other, contribution, request: { id, code, payeeId } }
})

type Line = [
  address: string,
  currency: string,
  contribution: string | null,
  request: string | null,
  amount: number,
  functional?: number,
]

/** Posts an entry the way the service's role can: by the one function that it may call. */
function post(
  fundId: string,
  lines: Line[],
  { reverses = null, sizes = {} }: { reverses?: string | null; sizes?: { amounts?: number } } = {},
) {
  const { service: db } = service.database()
  return db.transaction(async (trx) => {
    const act = newId('act')
    const amounts = lines.map(([, , , , amount]) => amount).slice(0, sizes.amounts ?? lines.length)
    await trx.raw(
      `select * from post_entries(?, ?, array['receipt'], array[?], array['2026-11-01'::date], array[''], ?::bigint[],
         ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[])`,
      [
        ...[fundId, act, newId('receipt'), [reverses]],
        ...[lines.map(() => 1), lines.map(([address]) => address), lines.map(([, currency]) => currency)],
        ...[lines.map(([, , contribution]) => contribution), lines.map(([, , , request]) => request)],
        ...[amounts, lines.map(([, , , , amount, functional = amount]) => functional)],
      ] as string[],
    )
    await trx('acts').insert({ id: act, request_id: 'x', method: 'X', path: 'x', outcome: 'done' })
  })
}

// Each is an entry that sums to zero and still must not be posted.
test.each<[string, string, (w: World) => Promise<unknown>]>([
  [
    'takes the address of a contribution for another one',
    'account_of_its_contribution',
    (w) =>
      post(w.fund.id, [
        [`budget:ready:${w.contribution.code}`, 'USD', newId('contribution'), null, 5],
        ['budget:authority:X', 'USD', newId('contribution'), null, -5],
      ]),
  ],
  [
    'gives a contribution an address that is not its own',
    'account_of_its_contribution',
    (w) =>
      post(w.fund.id, [
        ['budget:available:SPOOF', 'USD', w.contribution.id, null, 5],
        [`budget:authority:${w.contribution.code}`, 'USD', w.contribution.id, null, -5],
      ]),
  ],
  [
    "uses another fund's contribution",
    'account_of_its_contribution',
    (w) =>
      post(w.other.id, [
        [`budget:available:${w.contribution.code}`, 'USD', w.contribution.id, null, 5],
        [`budget:authority:${w.contribution.code}`, 'USD', w.contribution.id, null, -5],
      ]),
  ],
  [
    'holds money for a request at an address of another',
    'account_of_its_request',
    (w) =>
      post(w.fund.id, [
        [`budget:reserved:${w.contribution.code}:R-0`, 'USD', w.contribution.id, w.request.id, 5],
        [`budget:available:${w.contribution.code}`, 'USD', w.contribution.id, null, -5],
      ]),
  ],
  [
    'books the debt of a request under nobody',
    'account_of_its_request',
    (w) =>
      post(w.fund.id, [
        [`assets:partner-refunds:${w.request.code}`, 'USD', null, null, 5],
        ['assets:cash:main', 'USD', null, null, -5],
      ]),
  ],
  [
    'keeps a stage in another currency',
    'budget_in_fund_currency',
    (w) =>
      post(w.fund.id, [
        [`budget:available:${w.contribution.code}`, 'EUR', w.contribution.id, null, 5],
        [`budget:authority:${w.contribution.code}`, 'EUR', w.contribution.id, null, -5],
      ]),
  ],
  [
    'gives a stage another worth than its amount',
    'stage_in_fund_currency',
    (w) =>
      post(w.fund.id, [
        [`budget:available:${w.contribution.code}`, 'USD', w.contribution.id, null, 5, 9],
        [`budget:authority:${w.contribution.code}`, 'USD', w.contribution.id, null, -5, -9],
      ]),
  ],
  [
    'takes more out of a stage than is there',
    'stage_never_below_zero',
    (w) =>
      post(w.fund.id, [
        [`budget:available:${w.contribution.code}`, 'USD', w.contribution.id, null, -100000],
        [`budget:authority:${w.contribution.code}`, 'USD', w.contribution.id, null, 100000],
      ]),
  ],
  [
    'moves money from one contribution to another',
    'conservation_law',
    (w) =>
      post(w.fund.id, [
        [`budget:available:${w.contribution.code}`, 'USD', w.contribution.id, null, -5],
        ['budget:available:reserve', 'USD', null, null, 5],
      ]),
  ],
  [
    'does not sum to zero',
    'entry_balances',
    (w) =>
      post(w.fund.id, [
        ['assets:cash:main', 'USD', null, null, 5],
        ['liabilities:unapplied:main', 'USD', null, null, -4],
      ]),
  ],
  [
    'has fewer amounts than lines',
    'amount',
    (w) =>
      post(
        w.fund.id,
        [
          ['assets:cash:main', 'USD', null, null, 5],
          ['liabilities:unapplied:main', 'USD', null, null, -5],
        ],
        { sizes: { amounts: 1 } },
      ),
  ],
  [
    "reverses another fund's entry",
    'reverses_its_own_fund',
    async (w) => {
      const { id } = await service.database().owner('entries').where({ fund_id: w.fund.id }).first('id')
      await post(
        w.other.id,
        [
          ['assets:cash:main', 'USD', null, null, 5],
          ['liabilities:unapplied:main', 'USD', null, null, -5],
        ],
        { reverses: id },
      )
    },
  ],
])('no entry %s: %s', async (_what, fence, act) => {
  const { owner } = service.database()
  const before = [
    await owner('entries').count(),
    await owner('accounts').count(),
    await owner('balances').sum('amount'),
  ]
  const error = await act(world).then(
    () => undefined,
    (failure: Error & { constraint?: string; column?: string }) => failure,
  )
  expect(error?.constraint ?? error?.column).toBe(fence)
  expect([
    await owner('entries').count(),
    await owner('accounts').count(),
    await owner('balances').sum('amount'),
  ]).toEqual(before)
})

const HISTORY = [
  'acts',
  'agreements',
  'approval_steps',
  'accounts',
  'period_states',
  'conditions_met',
  'decisions',
  'duties',
  'earmark_changes',
  'entries',
  'exchange_rates',
  'import_rows',
  'imports',
  'obligation_reductions',
  'payees',
  'payee_verifications',
  'payment_cancellations',
  'payment_funding',
  'payment_returns',
  'pledge_cancellations',
  'policies',
  'postings',
  'receipt_applications',
  'receipts',
  'refund_payments',
  'refunds',
  'releases',
  'request_endings',
  'request_funding',
  'seals',
  'sealed_entries',
  'submissions',
  'ties',
  'write_offs',
]

test.each(HISTORY)('%s is neither changed nor deleted nor emptied, not even by its owner', async (table) => {
  const { service: db, owner } = service.database()
  const [, column] = Object.keys(await owner(table).columnInfo())
  for (const by of [db, owner]) {
    await expect(by.raw(`update ?? set ?? = ??`, [table, column!, column!])).rejects.toMatchObject({ code: '42501' })
    await expect(by.raw(`delete from ??`, [table])).rejects.toMatchObject({ code: '42501' })
    await expect(by.raw(`truncate ?? cascade`, [table])).rejects.toMatchObject({ code: '42501' })
  }
})

test.each([
  `insert into entries (fund_id, kind, source, occurred_on, act_id, content_hash) select fund_id, kind, 'x', occurred_on, act_id, content_hash from entries limit 1`,
  `insert into postings select entry_id, 99, account_id, 1, 1, occurred_on, recorded_at from postings limit 1`,
  `update balances set amount = amount + 1`,
  `update people set administrator = true`,
  `update people set email = 'other@example.org'`,
  `update role_grants set role = 'director'`,
  `update role_grants set person_id = (select id from people limit 1)`,
  `update tokens set expires_at = 'infinity'`,
  `update idempotency_keys set request_hash = ''`,
  `update requests set created_by = (select id from people limit 1)`,
  `update requests set fund_id = fund_id`,
  `update payments set amount = 1`,
  `update contributions set donor_id = donor_id`,
  `delete from requests`,
  `create table mine ()`,
  `alter table postings disable trigger all`,
  `set session_replication_role = replica`,
])("the service's role may not: %s", async (sql) => {
  await expect(service.database().service.raw(sql)).rejects.toMatchObject({ code: '42501' })
})

test('what is decided on stays as it was submitted: its payee, its words, its lines and who is named in it', async () => {
  const { fund } = world
  const { service: db } = service.database()
  const { id } = await submitted(fund, '10.00')
  const payee = await verifiedPayee(fund)
  const changes: Promise<unknown>[] = [
    db('requests').where({ id }).update({ payee_id: payee }),
    db('requests').where({ id }).update({ title: 'Something else' }),
    db('budget_lines').where({ request_id: id }).del(),
    db('budget_lines').insert({ request_id: id, line: 9, category: 'grants', description: 'x', amount: 1 }),
    db('named_people').insert({ request_id: id, person_id: fund.cast.director!.id }),
  ]
  for (const change of changes) await expect(change).rejects.toThrow('what it says is fixed')
})

test('a request is approved by the approvals of every step, and a payment moves by the rows of who moved it', async () => {
  const { fund } = world
  const { service: db } = service.database()
  const { id } = await submitted(fund, '10.00')
  await decide(fund.cast.certifyingOfficer!, id).expect(201)
  for (const status of ['approved', 'active', 'closed'])
    await expect(db('requests').where({ id }).update({ status })).rejects.toThrow('not approved at every step')
  const { body } = await certify(fund, world.request.id, '10.00').expect(201)
  for (const status of ['released', 'settled', 'returned', 'cancelled'])
    await expect(db('payments').where({ id: body.id }).update({ status })).rejects.toThrow('nobody made it so')
})

test('a payment is only for the verified payee of its request, from an account of its fund, within the approved budget', async () => {
  const { fund, other, request } = world
  const { service: db, owner } = service.database()
  const act = await owner('acts').first('id')
  const good = {
    fund_id: fund.id,
    request_id: request.id,
    payee_id: request.payeeId,
    bank_account_id: fund.bank,
    category: 'grants',
    amount: 1,
    instructed: 1,
    certified_by: fund.cast.certifyingOfficer!.id,
    act_id: act.id,
  }
  const payee = await verifiedPayee(fund)
  const { id: draftId } = await draft(fund, '10.00')
  const bad = [
    { payee_id: payee },
    { bank_account_id: other.bank },
    { category: 'travel' },
    { amount: 40_001 },
    { fund_id: other.id },
    { request_id: draftId },
  ]
  for (const [i, wrong] of bad.entries())
    await expect(db('payments').insert({ ...good, ...wrong, id: newId('payment'), code: `X-${i}` })).rejects.toThrow(
      'approved for',
    )
})

test('no application of a receipt gives more authority than the cash that came', async () => {
  const { contribution } = world
  const { service: db, owner } = service.database()
  const act = await owner('acts').first('id')
  const receipt = await owner('receipt_applications').where({ contribution_id: contribution.id }).first()
  const more = {
    ...receipt,
    id: newId('application'),
    amount: 1,
    value: 0,
    functional: 0,
    carrying: 0,
    authority: 1,
    support: 0,
    act_id: act.id,
  }
  await expect(db.transaction((trx) => trx('receipt_applications').insert(more))).rejects.toThrow(
    'applied than arrived',
  )
})

test('a temporary table of the same name hides nothing from a fence', async () => {
  const { fund, contribution, request } = world
  const { service: db, owner } = service.database()
  const act = await owner('acts').first('id')
  const receipt = await owner('receipt_applications').where({ contribution_id: contribution.id }).first()
  const hiding = (tables: string[], attack: (trx: Knex.Transaction) => Promise<unknown>) =>
    db.transaction(async (trx) => {
      for (const table of tables)
        await trx.raw(`create temporary table ${table} on commit drop as select * from ${table} limit 0`)
      await attack(trx)
    })
  const more = { id: newId('application'), amount: 1, value: 99, functional: 0, carrying: 0, authority: 0, support: 0 }
  await expect(
    hiding(['receipts'], (trx) => trx('receipt_applications').insert({ ...receipt, ...more, act_id: act.id })),
  ).rejects.toThrow('applied than arrived')
  const empty = `select * from post_entries(?, ?, array['receipt'], array['none'], array['2026-11-01'::date], array[''], array[null::bigint],
    '{}', '{}', '{}', '{}', '{}', '{}', '{}')`
  const twoRows = `insert into pg_temp.postings select id, 1, 1, 1, 0, occurred_on, now() from entries where source = 'none' union all select id, 2, 1, 1, 0, occurred_on, now() from entries where source = 'none'`
  await expect(
    hiding(['postings'], async (trx) => {
      await trx.raw(empty, [fund.id, act.id])
      await trx.raw(twoRows)
    }),
  ).rejects.toThrow('fewer than two postings')
  const tied = fund.cast.fundManager3!
  await tied.post(`/payees/${request.payeeId}/ties`, { nature: 'x' }).expect(201)
  const duty = { request_id: request.id, person_id: tied.id, duty: 'approver', person_kind: 'person' }
  await expect(hiding(['ties', 'named_people'], (trx) => trx('duties').insert(duty))).rejects.toThrow('declared a tie')
})

test('in the role of a donor nothing is written, and no other role is told of', async () => {
  const { service: db } = service.database()
  const asDonor = (sql: string) =>
    db.transaction(async (trx): Promise<{ rows: { n: number }[] }> => {
      await trx.raw(`select set_config('role', 'wasata_donor', true), set_config('wasata.donor', ?, true)`, [
        world.contribution.id,
      ])
      return trx.raw(sql)
    })
  for (const table of [
    'people',
    'tokens',
    'sessions',
    'payees',
    'payments',
    'decisions',
    'acts',
    'idempotency_keys',
    'imports',
  ])
    await expect(asDonor(`select * from ${table}`)).rejects.toMatchObject({ code: '42501' })
  for (const call of [
    `keeps_away('x', 'y')`,
    `signatures_that_do_not_count('x')`,
    `check_period('x', '2026-01-01', 'x')`,
  ])
    await expect(asDonor(`select ${call}`)).rejects.toMatchObject({ code: '42501' })
  for (const table of ['contributions', 'accounts', 'postings', 'entries', 'balances', 'receipts', 'requests'])
    expect((await asDonor(`select count(*)::int as n from ${table}`)).rows[0]!.n).toBe(0)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Knex } from 'knex'
import request from 'supertest'
import pino from 'pino'
import { createApp } from '../../server/app.ts'
import { newId } from '../../server/ids.ts'
import { sealEntries, startSealing } from '../../server/ledger/seal.ts'
import { startVerifying, verifyNext, type Step } from '../../server/ledger/verification.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'
import { charged, contribution, postTo, received } from './books.ts'

const service = ownService()
const db = () => service.database().service

const told = async (fund: Fund) =>
  (await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/verification`).expect(200)).body

const step = (fund: Fund, mostEntries = 1_000): Promise<Step> =>
  db().transaction((trx) => verifyNext(trx, fund.id, { pauseMs: 0, mostEntries }))

/** Goes on to the end of the pass that is running. */
async function wholePass(fund: Fund, mostEntries = 1_000): Promise<Step> {
  for (;;) {
    const one = await step(fund, mostEntries)
    if (one.did === 'pass') return one
    // Nothing: the round of another test file's service has the lock; there is none here.
    expect(one.did).toBe('slice')
  }
}

async function seal(fund: Fund): Promise<void> {
  await allSealable(service.database().owner, fund.id)
  while ((await db().transaction((trx) => sealEntries(trx, fund.id))) > 0);
}

/** Three seals, of two entries each, and the ids of the entries. */
async function books(): Promise<{ fund: Fund; ids: string[] }> {
  const fund = await service.fund()
  const of = contribution('NOR-1')
  const ids: string[] = []
  for (const amount of ['1.00', '2.00', '3.00']) {
    const posted = await postTo(service, fund.id, [received(of, amount, '2024-05-05'), charged(amount, '2024-05-06')])
    ids.push(...posted.map(({ id }) => id))
    await seal(fund)
  }
  return { fund, ids }
}

/** What somebody does who owns the tables. */
async function tamper(work: (trx: Knex.Transaction) => Promise<unknown>): Promise<void> {
  const trx = await service.database().owner.transaction()
  await trx.raw(`set local session_replication_role = replica`)
  await work(trx)
  await trx.commit()
}

test('a fund is not yet verified, then unbroken since its first pass, told with when, how many and the position', async () => {
  const { fund } = await books()
  expect(await told(fund)).toMatchObject({ state: 'not_yet_verified', fault: null, lastFullPass: null })
  await wholePass(fund)
  const first = await told(fund)
  const { number } = (await db()('seals').where({ fund_id: fund.id }).max('number as number').first()) as {
    number: number
  }
  expect(first).toMatchObject({
    state: 'unbroken',
    fault: null,
    unbrokenSince: expect.stringMatching(/Z$/),
    lastFullPass: { position: number, entries: '6', acts: expect.any(String), endedAt: expect.stringMatching(/Z$/) },
    running: { pass: 2, position: 0, entries: '0' },
    sealedPosition: number,
  })
  await wholePass(fund)
  const second = await told(fund)
  expect(second.unbrokenSince).toBe(first.unbrokenSince)
  expect(second.lastFullPass.endedAt > first.lastFullPass.endedAt).toBe(true)
})

test('a pass is made in slices and goes on where it was; its pause is kept', async () => {
  const { fund } = await books()
  expect(await step(fund, 1)).toMatchObject({ did: 'slice' })
  expect((await told(fund)).running.position).toBe(1)
  await wholePass(fund, 1)
  const later = await db().transaction((trx) => verifyNext(trx, fund.id, { pauseMs: 60_000 }))
  expect(later.did).toBe('nothing')
})

describe('whoever changes a row, even as the owner of the tables, is found out, and the alarm names the first bad entry', () => {
  const cases: [
    string,
    (trx: Knex.Transaction, ids: string[], fund: Fund) => Promise<unknown>,
    (ids: string[]) => object,
  ][] = [
    [
      'the amount of two postings',
      (trx, ids) =>
        trx.raw(`update postings set amount = amount * 10, functional = functional * 10 where entry_id = ?`, [ids[2]!]),
      (ids) => ({ kind: 'entry_changed', seal: 2, entry: ids[2] }),
    ],
    [
      'a value date',
      (trx, ids) => trx('entries').where({ id: ids[3] }).update({ occurred_on: '2020-01-01' }),
      (ids) => ({ kind: 'entry_changed', seal: 2, entry: ids[3] }),
    ],
    [
      'two entries, of which the first is named',
      (trx, ids) => trx('entries').whereIn('id', [ids[5]!, ids[1]!]).update({ memo: 'x' }),
      (ids) => ({ kind: 'entry_changed', seal: 1, entry: ids[1] }),
    ],
    [
      'a posting that is taken out',
      (trx, ids) => trx('postings').where({ entry_id: ids[4], line: 1 }).delete(),
      (ids) => ({ kind: 'entry_changed', seal: 3, entry: ids[4] }),
    ],
    [
      'an entry that is taken out',
      (trx, ids) => trx('entries').where({ id: ids[4] }).delete(),
      (ids) => ({ kind: 'entry_missing', seal: 3, entry: ids[4] }),
    ],
    [
      'the moment of recording',
      (trx, ids) => trx('entries').where({ id: ids[0] }).update({ recorded_at: '2020-01-01' }),
      (ids) => ({ kind: 'entry_changed', seal: 1, entry: ids[0], entries: null }),
    ],
    [
      'an entry hashed anew',
      (trx, ids) => trx.raw(`update entries set memo = 'y', content_hash = sha256('y') where id = ?`, [ids[0]!]),
      (ids) => ({ kind: 'entry_changed', seal: 1, entry: ids[0] }),
    ],
    [
      'an entry together with its own hash, so that it says what its hash says',
      (trx, ids) =>
        trx.raw(
          `update entries e set memo = 'y',
                  content_hash = sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, 'y', coalesce(e.reverses::text, ''), l.lines), 'utf8'))
             from (select string_agg(concat_ws(' ', a.address, a.currency, p.amount, p.functional), E'\\n' order by p.line) as lines
                     from postings p join accounts a on a.id = p.account_id where p.entry_id = ?) l
            where e.id = ?`,
          [ids[3]!, ids[3]!],
        ),
      (ids) => ({ kind: 'entry_changed', seal: 2, entry: ids[3], entries: null }),
    ],
    [
      'what is kept of an entry beside its seal, to cast doubt on it',
      (trx, ids) => trx('sealed_entries').where({ entry_id: ids[1] }).update({ recorded_at: '2020-01-01' }),
      (ids) => ({ kind: 'kept_hash_differs', seal: 1, entry: ids[1], act: null }),
    ],
    [
      'an entry together with its own hash and with what is kept of it, where only the seal is left to tell',
      async (trx, ids) => {
        await trx('entries').where({ id: ids[2] }).update({ recorded_at: '2020-01-01' })
        await trx('sealed_entries').where({ entry_id: ids[2] }).update({ recorded_at: '2020-01-01' })
      },
      (ids) => ({ kind: 'seal_changed', seal: 2, entry: null, act: null, entries: [ids[2], ids[3]] }),
    ],
    [
      'who did it',
      (trx, _ids, fund) =>
        trx.raw(
          `update acts set person_id = ? where id = (select min(act_id) from sealed_acts where fund_id = ? and seal = 2)`,
          [fund.cast.director!.id, fund.id],
        ),
      () => ({ kind: 'act_changed', seal: 2, entry: null, act: expect.stringMatching(/^act_/) }),
    ],
    [
      'an act that is deleted',
      (trx, _ids, fund) =>
        trx.raw(`delete from acts where id = (select max(act_id) from sealed_acts where fund_id = ? and seal = 3)`, [
          fund.id,
        ]),
      () => ({ kind: 'act_missing', seal: 3, entry: null, act: expect.stringMatching(/^act_/) }),
    ],
    [
      'an act that is taken out',
      (trx, _ids, fund) =>
        trx.raw(
          `delete from sealed_acts where act_id = (select max(act_id) from sealed_acts where fund_id = ? and seal = 3)`,
          [fund.id],
        ),
      () => ({ kind: 'seal_changed', seal: 3 }),
    ],
    [
      'a seal',
      (trx, _ids, fund) => trx.raw(`update seals set hash = sha256('x') where fund_id = ? and number = 1`, [fund.id]),
      () => ({ kind: 'seal_changed', seal: 1 }),
    ],
    [
      'the last seal taken off with all under it',
      async (trx, _ids, fund) => {
        for (const table of ['sealed_entries', 'sealed_acts'])
          await trx(table).where({ fund_id: fund.id, seal: 3 }).delete()
        await trx('seals').where({ fund_id: fund.id, number: 3 }).delete()
      },
      () => ({ kind: 'seal_missing', seal: 3 }),
    ],
    [
      'a seal taken out of the middle',
      (trx, _ids, fund) => trx('seals').where({ fund_id: fund.id, number: 2 }).delete(),
      () => ({ kind: 'seal_out_of_order', seal: 3 }),
    ],
  ]

  test.each(cases)('%s', async (_what, change, expected) => {
    const { fund, ids } = await books()
    await wholePass(fund)
    await tamper((trx) => change(trx, ids, fund))
    const { fault } = await wholePass(fund)
    expect(fault).toMatchObject(expected(ids))
    expect(await told(fund)).toMatchObject({ state: 'broken', fault: expected(ids), unbrokenSince: null })
    // It stays until a whole pass finds nothing.
    await step(fund, 1)
    expect((await told(fund)).state).toBe('broken')
  })

  test('a chain that is made anew from the beginning differs from the seal that was known', async () => {
    const { fund, ids } = await books()
    await wholePass(fund)
    await tamper(async (trx) => {
      await trx('entries').where({ id: ids[0] }).update({ recorded_at: '2020-01-01' })
      for (const table of ['turnover', 'closings', 'sealed_balances', 'back_dated'])
        await trx.raw(`delete from ?? where account_id in (select id from accounts where fund_id = ?)`, [
          table,
          fund.id,
        ])
      for (const table of ['seal_reach', 'sealed_entries', 'sealed_acts', 'seals'])
        await trx(table).where({ fund_id: fund.id }).delete()
    })
    await seal(fund)
    expect((await wholePass(fund)).fault).toMatchObject({ kind: 'seal_missing' })
  })

  test('an entry that is not sealed yet', async () => {
    const { fund } = await books()
    const [posted] = await postTo(service, fund.id, [charged('9.00', '2024-05-05')])
    await tamper((trx) => trx('entries').where({ id: posted!.id }).update({ memo: 'x' }))
    expect((await wholePass(fund)).fault).toEqual({
      kind: 'entry_changed',
      seal: null,
      entry: posted!.id,
      act: null,
      entries: null,
    })
  })

  test('put back as it was, the ledger is unbroken again after a whole pass, from then on', async () => {
    const { fund, ids } = await books()
    await wholePass(fund)
    const before = await told(fund)
    await tamper((trx) => trx('entries').where({ id: ids[0] }).update({ memo: 'x' }))
    await wholePass(fund)
    await tamper((trx) => trx('entries').where({ id: ids[0] }).update({ memo: '' }))
    await wholePass(fund)
    const after = await told(fund)
    expect(after.state).toBe('unbroken')
    expect(after.unbrokenSince > before.unbrokenSince).toBe(true)
  })
})

test('beside ten writers and a sealer the ledger stays unbroken, and several servers take turns', async () => {
  const fund = await service.fund()
  const of = contribution('NOR-1')
  const errors: unknown[] = []
  const log = { error: (...one: unknown[]) => errors.push(one), info: () => undefined }
  const stopSealing = startSealing(db(), 5, log)
  const stops = [1, 2, 3].map(() => startVerifying(db(), { everyMs: 5, pauseMs: 0 }, log))
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let i = 0; i < 8; i += 1)
        await postTo(service, fund.id, [received(of, '1.00', '2024-05-05'), charged('0.10', '2024-05-06')])
    }),
  )
  const deadline = Date.now() + 40_000
  while ((await told(fund)).lastFullPass?.entries !== '160' && Date.now() < deadline)
    await new Promise((r) => setTimeout(r, 25))
  await Promise.all(stops.map((stop) => stop()))
  await stopSealing()
  expect(await told(fund)).toMatchObject({ state: 'unbroken', lastFullPass: { entries: '160' } })
  expect(errors.filter((one) => JSON.stringify(one).includes(fund.id))).toEqual([])
}, 90_000)

test('two at once: one makes the slice and the other nothing', async () => {
  const { fund } = await books()
  const trx = await db().transaction()
  const first = await verifyNext(trx, fund.id, { pauseMs: 0, mostEntries: 1 })
  expect(first.did).toBe('slice')
  expect((await step(fund, 1)).did).toBe('nothing')
  await trx.rollback()
  expect((await told(fund)).running.position).toBe(0)
})

test('killed in the middle of a slice it loses nothing: what was kept is kept, and the next goes on from there', async () => {
  const { fund } = await books()
  await step(fund, 1)
  const { owner } = service.database()
  const lock = await owner.transaction()
  await lock.raw('lock table entries in access exclusive mode')
  const child = spawn(process.execPath, ['--import', 'tsx', new URL('./verify-process.ts', import.meta.url).pathname], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      VERIFY_ON: JSON.stringify(service.database().connection),
      VERIFY_FUND: fund.id,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const waiting = async () =>
    (
      await owner.raw(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).rows[0].n
  while ((await waiting()) === 0) await new Promise((r) => setTimeout(r, 25))
  child.kill('SIGKILL')
  await once(child, 'exit')
  await lock.rollback()
  // The server notices that nobody is there when it has done what it was asked, and takes it back.
  while ((await step(fund, 1)).did === 'nothing') await new Promise((r) => setTimeout(r, 25))
  expect((await told(fund)).running.position).toBe(2)
  await wholePass(fund)
  expect(await told(fund)).toMatchObject({ state: 'unbroken', lastFullPass: { entries: '6' } })
}, 90_000)

test('a fault is logged as an error and stands in the metrics, which tell nothing about anybody', async () => {
  const { fund, ids } = await books()
  await tamper((trx) => trx('entries').where({ id: ids[2] }).update({ memo: 'x' }))
  const errors: unknown[][] = []
  const stop = startVerifying(
    db(),
    { everyMs: 5, pauseMs: 0 },
    { error: (...one: unknown[]) => errors.push(one), info: () => undefined },
  )
  while (!errors.some(([about]) => (about as { fund?: string }).fund === fund.id))
    await new Promise((r) => setTimeout(r, 10))
  await stop()
  expect(errors.find(([about]) => (about as { fund?: string }).fund === fund.id)).toEqual([
    { fund: fund.id, fault: { kind: 'entry_changed', seal: 2, entry: ids[2], act: null, entries: null } },
    'the ledger has been tampered with',
  ])
  await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/verification`).expect(200)
  const { text, headers } = await request(service.app()).get('/metrics').expect(200)
  const { code } = (await db()('funds').where({ id: fund.id }).first('code')) as { code: string }
  expect(headers['content-type']).toContain('text/plain')
  expect(text).toContain(`wasata_ledger_broken{fund="${code}"} 1`)
  expect(text).toContain(`wasata_seals{fund="${code}"} 3`)
  expect(text).toMatch(
    /wasata_http_requests_total\{method="GET",route="\/api\/v1\/funds\/:fund\/ledger\/verification",status="200"\} \d+/,
  )
  expect(text).toMatch(/wasata_database_pool_connections\{state="used"\} \d/)
  expect(text).toContain(`wasata_oldest_unsealed_entry_seconds{fund="${code}"} 0`)
  expect(text).toMatch(/wasata_rows_written_total\{table="postings"\} \d+/)
  expect(text).not.toMatch(/@|auditor|(per|fnd|act)_[0-9a-z]{26}/)
})

test('metrics are told on this machine only, or to who shows the token', async () => {
  const log = pino({ level: 'silent' })
  const open = request(service.app())
  await open.get('/metrics').set('x-forwarded-for', '198.51.100.7').expect(404)
  const token = 't'.repeat(32)
  const shut = request(createApp(db(), { sessionSecret: 'x', secureCookies: false, log, metricsToken: token }))
  for (const shown of ['', 'Bearer x', `Bearer ${'u'.repeat(32)}`]) {
    const { body } = await shut
      .get('/metrics')
      .set('authorization', shown)
      .set('accept', 'application/json')
      .expect(404)
    expect(body.code).toBe('no_such_address')
  }
  await shut.get('/metrics').set('authorization', `Bearer ${token}`).set('x-forwarded-for', '198.51.100.7').expect(200)
})

test('strangers and requesters do not read the verification', async () => {
  const fund = await service.fund()
  await fund.cast.requester!.get(`/funds/${fund.id}/ledger/verification`).expect(403)
  await service.nobody().get(`/funds/${fund.id}/ledger/verification`).expect(401)
  await fund.cast.auditor!.get(`/funds/${newId('fund')}/ledger/verification`).expect(404)
})

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { newId } from '../../server/ids.ts'
import { recordAct } from '../../server/acts/record.ts'
import { openWriter } from '../../server/ledger/writer.ts'
import { ownService, type Fund } from '../support/service.ts'
import { charged, contribution, received, request, reserved } from './books.ts'

const service = ownService()

/** An act that is there already, under which a test may post. */
async function actIn(fund: Fund): Promise<{ fundId: string; actId: string }> {
  const by = { fundId: fund.id, actId: newId('act') }
  const from = { personId: null, tokenId: null, address: null, details: null }
  await service.database().service.transaction((trx) =>
    recordAct(trx, {
      ...from,
      id: by.actId,
      fundId: fund.id,
      requestId: 'writer-test',
      method: 'POST',
      path: '/',
      outcome: 'done',
    }),
  )
  return by
}

const counted = async (fund: Fund): Promise<{ entries: number; transactions: number }> =>
  service
    .database()
    .owner('entries')
    .where({ fund_id: fund.id })
    .first(service.database().owner.raw('count(*)::int as entries, count(distinct xid)::int as transactions'))

test('entries of ten callers share commits, and each caller has the answer to its own', async () => {
  const fund = await service.fund()
  const acts = [await actIn(fund), await actIn(fund)]
  const writer = openWriter(service.database().service, { most: 50 })
  const answers = await Promise.all(
    Array.from({ length: 10 }, async (_, caller) => {
      const own = []
      for (let i = 0; i < 10; i += 1) {
        const entry = charged(`${caller + 1}.00`, '2024-05-06', `caller ${caller}, ${i}`)
        own.push({ memo: entry.memo, ...(await writer.post(acts[caller % 2]!, entry)) })
      }
      return own
    }),
  )
  await writer.end()
  for (const { memo, id, isNew } of answers.flat()) {
    expect(isNew).toBe(true)
    expect(await service.database().owner('entries').where({ id }).first('memo')).toEqual({ memo })
  }
  const { entries, transactions } = await counted(fund)
  expect(entries).toBe(100)
  expect(transactions).toBeLessThanOrEqual(50)
  await expect(writer.post(acts[0]!, charged('1.00', '2024-05-06'))).rejects.toThrow('the writer has ended')
})

test('an entry that is refused takes no other with it, and never more is held than there is', async () => {
  const fund = await service.fund()
  const by = await actIn(fund)
  const [of, holder] = [contribution('NOR-1'), request('R-1')]
  const writer = openWriter(service.database().service)
  const first = charged('1.00', '2024-01-01')
  const asked = [
    writer.post(by, received(of, '10.00', '2024-01-01')),
    writer.post(by, first),
    ...Array.from({ length: 10 }, () => writer.post(by, reserved(of, holder, '3.00', '2024-01-02'))),
    writer.post(by, { ...first, memo: 'says something else' }),
    writer.post({ ...by, actId: newId('act') }, charged('2.00', '2024-01-01')),
    writer.post(by, charged('3.00', '2024-01-01')),
    writer.post(by, first),
  ]
  const ended = await Promise.allSettled(asked)
  const codes = ended.map((one) => (one.status === 'fulfilled' ? 'posted' : (one.reason.code as string)))
  expect(codes.slice(0, 2)).toEqual(['posted', 'posted'])
  expect(codes.slice(2, 12).sort()).toEqual([...Array(7).fill('insufficient_funds'), ...Array(3).fill('posted')])
  expect(codes.slice(12)).toEqual(['entry_says_something_else', '23503', 'posted', 'posted'])
  expect(ended[15]).toMatchObject({ value: { isNew: false } })
  expect((await counted(fund)).entries).toBe(6)
})

test('what was answered before a kill -9 is there, and asking again for all leaves each exactly once', async () => {
  const fund = await service.fund()
  const by = await actIn(fund)
  const { connection, owner } = service.database()
  const run = () =>
    fork(new URL('./posting-process.ts', import.meta.url), [by.fundId, by.actId], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, NODE_OPTIONS: '', CONNECTION: JSON.stringify(connection) },
    })
  const killed = run()
  const answered: string[] = []
  killed.on('message', (source: string) => {
    answered.push(source)
    if (answered.length === 60) killed.kill('SIGKILL')
  })
  await once(killed, 'exit')
  expect(answered.length).toBeGreaterThanOrEqual(60)
  expect(await owner('entries').whereIn('source', answered)).toHaveLength(answered.length)

  const [code] = await once(run(), 'exit')
  expect(code).toBe(0)
  const { rows } = await owner.raw(
    `select count(*)::int as entries, (select sum(p.amount)::text from postings p join accounts a on a.id = p.account_id
                                        where a.fund_id = :fundId and a.address = 'expense:bank-charges') as charged
       from entries where fund_id = :fundId`,
    { fundId: fund.id },
  )
  expect(rows).toEqual([{ entries: 400, charged: '40000' }])
})

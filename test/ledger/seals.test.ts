import { createHash } from 'node:crypto'
import { newId } from '../../server/ids.ts'
import { postEntry } from '../../server/ledger/post.ts'
import { sealEntries, startSealing } from '../../server/ledger/seal.ts'
import { recordAct } from '../../server/acts/record.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'
import { agreed, charged, contribution, postTo, received, request, reserved } from './books.ts'
import { exported, filesOf, rowsIn, verdictOf } from './proof.ts'

const service = ownService()

const seal = (fund: Fund, most?: number) =>
  service.database().service.transaction((trx) => sealEntries(trx, fund.id, most))

/** Seals until nothing is left, `most` entries under each seal. */
async function sealAll(fund: Fund, most?: number): Promise<void> {
  await allSealable(service.database().owner, fund.id)
  while ((await seal(fund, most)) > 0);
  expect(await unsealed(fund)).toBe(0)
}

async function unsealed(fund: Fund): Promise<number> {
  const { rows } = await service.database().owner.raw(
    `select count(*)::int as count from entries e left join sealed_entries s on s.entry_id = e.id
      where e.fund_id = ? and s.entry_id is null`,
    [fund.id],
  )
  return rows[0].count
}

async function books(): Promise<Fund> {
  const fund = await service.fund()
  const of = contribution('NOR-1')
  for (let i = 0; i < 4; i += 1) {
    await postTo(service, fund.id, [
      agreed(contribution(`NOR-1${i}`), '1000.00', '2024-01-10'),
      received(of, '600.00', '2024-02-01', 'سند قبض\u2028Betrag "ä"\nline two'),
    ])
    await postTo(service, fund.id, [
      reserved(of, request('R-1'), '200.00', '2024-02-20'),
      charged('1.25', '2024-02-02'),
    ])
  }
  await sealAll(fund, 5)
  return fund
}

test('what is sealed is verified from the export alone: entries, sums, contributions and the chain', async () => {
  const fund = await books()
  const zip = await exported(fund)
  const seals = (await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/seals`).expect(200)).body.items
  const verdict = await verdictOf(zip)
  expect(verdict).toMatchObject({ counts: { entries: 16, entriesTold: 16, seals: seals.length }, faults: [] })
  const last = seals.at(-1)
  expect(verdict.head).toEqual({ number: last.number, hash: last.hash })
  expect(seals[0].previousHash).toBe(createHash('sha256').update(fund.id).digest('hex'))
  expect(seals[1].previousHash).toBe(seals[0].hash)
  expect(seals.reduce((all: number, one: { entryCount: number }) => all + one.entryCount, 0)).toBe(16)

  const entry = rowsIn(await filesOf(zip), 'entries.csv')[0]!
  const told = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/entries/${entry.id}`).expect(200)
  expect(told.body).toMatchObject({ seal: 1, contentHash: entry.content_hash, recordedAt: entry.recorded_at })
})

test('seals are told in pages', async () => {
  const fund = await books()
  const first = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/seals?limit=1`).expect(200)
  expect(first.body.items).toEqual([
    {
      number: 1,
      entryCount: 5,
      actCount: 5,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      sealedAt: expect.any(String),
    },
  ])
  const second = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/seals?limit=1&after=${first.body.next}`)
  expect(second.body.items[0].number).toBe(2)
})

test('a fund of which nothing is sealed exports nothing, and one without entries its acts', async () => {
  const fund = await service.fund()
  expect(await verdictOf(await exported(fund))).toMatchObject({ counts: { acts: 0, seals: 0 }, head: null, faults: [] })
  await sealAll(fund)
  const { counts, faults } = await verdictOf(await exported(fund))
  expect([counts.entries, counts.acts > 0, counts.seals, faults]).toEqual([0, true, 1, []])
})

test('refused attempts are sealed like what was done', async () => {
  const fund = await service.fund()
  await fund.cast.auditor!.post(`/funds/${fund.id}/payees`, {}).expect(400)
  await fund.cast.fundManager!.post(`/funds/${fund.id}/periods/2024-01/closings`, { kind: 'soft' }).expect(403)
  await sealAll(fund)
  const acts = rowsIn(await filesOf(await exported(fund)), 'acts.csv')
  expect(acts.at(-1)).toMatchObject({
    outcome: 'role_not_allowed',
    person_id: fund.cast.fundManager!.id,
    method: 'POST',
  })
})

describe('sealing', () => {
  test('leaves alone what an older open transaction could still come before', async () => {
    const fund = await service.fund()
    const [first] = await postTo(service, fund.id, [charged('0.50', '2024-01-01')])
    await sealAll(fund)
    const actId = newId('act')
    const open = await service.database().service.transaction()
    const { id: older } = await postEntry(open, { fundId: fund.id, actId }, charged('1.00', '2024-01-01'))
    const [newer] = await postTo(service, fund.id, [charged('2.00', '2024-01-02')])
    expect(BigInt(newer!.id)).toBeGreaterThan(BigInt(older))
    expect(await seal(fund)).toBe(0)
    const act = {
      id: actId,
      fundId: fund.id,
      personId: null,
      tokenId: null,
      requestId: 'ledger-test',
      method: 'POST',
      path: '/',
    }
    await recordAct(open, { ...act, address: null, outcome: 'done', details: null })
    await open.commit()
    await sealAll(fund)
    const entries = rowsIn(await filesOf(await exported(fund)), 'entries.csv')
    expect(entries.map((one) => one.id)).toEqual([first!.id, older, newer!.id])
  })

  test('beside ten writers and several sealers at once loses none, takes none twice, and every seal holds', async () => {
    const fund = await service.fund()
    const of = contribution('NOR-1')
    let writing = true
    const writers = Array.from({ length: 10 }, async (_, writer) => {
      for (let i = 0; i < 12; i += 1) {
        await postTo(service, fund.id, [received(of, `${writer + 1}.00`, '2024-05-05'), charged('0.10', '2024-05-06')])
      }
    })
    const sealers = Array.from({ length: 3 }, async () => {
      while (writing) {
        await seal(fund, 7)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
    await Promise.all(writers)
    writing = false
    await Promise.all(sealers)
    await sealAll(fund, 7)
    const verdict = await verdictOf(await exported(fund))
    expect(verdict).toMatchObject({ counts: { entries: 240 }, faults: [] })
  })

  test('goes on by itself in every fund, survives a failure, and stops when told', async () => {
    const [one, two] = [await service.fund(), await service.fund()]
    const errors: unknown[] = []
    const broken = { ...service.database().service } // no function at all: every attempt fails
    const failing = startSealing(broken as never, 5, { error: (error: unknown) => errors.push(error) })
    await until(async () => errors.length > 2)
    await failing()
    const after = errors.length
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(errors).toHaveLength(after)

    const stop = startSealing(service.database().service, 5, { error: (error: unknown) => errors.push(error) })
    for (const fund of [one, two]) await postTo(service, fund.id, [charged('1.00', '2024-01-01')])
    await until(async () => (await unsealed(one)) + (await unsealed(two)) === 0)
    await stop()
    await postTo(service, one.id, [charged('1.00', '2024-01-01')])
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await unsealed(one)).toBe(1)
    expect(errors).toHaveLength(after)
  })

  test('refuses to seal an entry that was changed behind the service’s back', async () => {
    const fund = await service.fund()
    const [posted] = await postTo(service, fund.id, [charged('1.00', '2024-01-01')])
    const { owner } = service.database()
    await owner.raw(`alter table entries disable trigger append_only`)
    await owner.raw(`update entries set occurred_on = '2023-01-01' where id = ?`, [posted!.id])
    await owner.raw(`alter table entries enable trigger append_only`)
    await until(async () => {
      const ended = await seal(fund).catch((error: Error) => error.message)
      return ended === `entry ${posted!.id} does not say any more what was posted`
    })
    expect(await unsealed(fund)).toBe(1)
  })

  test('goes on in a database that was restored on another server, where its transactions lie ahead', async () => {
    const fund = await service.fund()
    await postTo(service, fund.id, [charged('1.00', '2024-01-01')])
    await sealAll(fund)
    await postTo(service, fund.id, [charged('2.00', '2024-01-01')])
    const { owner } = service.database()
    for (const table of ['entries', 'acts', 'seals'])
      await owner.raw(`alter table ${table} disable trigger append_only`)
    for (const table of ['entries', 'acts'])
      await owner.raw(`update ${table} set xid = '900000000000' where fund_id = ?`, [fund.id])
    await owner.raw(`update seals set horizon = '900000000001' where fund_id = ?`, [fund.id])
    for (const table of ['entries', 'acts', 'seals']) await owner.raw(`alter table ${table} enable trigger append_only`)
    await postTo(service, fund.id, [charged('3.00', '2024-01-01')])
    await sealAll(fund)
    expect(await verdictOf(await exported(fund))).toMatchObject({ counts: { entries: 3 }, faults: [] })
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it did not come to pass')
}

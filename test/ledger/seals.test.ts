import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../../server/ids.ts'
import { postEntry } from '../../server/ledger/post.ts'
import { sealEntries, startSealing } from '../../server/ledger/seal.ts'
import { verifyExport, type Verdict } from '../../server/ledger/verify.ts'
import { recordAct } from '../../server/acts/record.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'
import { agreed, charged, contribution, postTo, received, request, reserved } from './books.ts'

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

async function exported(fund: Fund): Promise<string[]> {
  const answer = await fund.cast
    .auditor!.get(`/funds/${fund.id}/ledger/seals/export`)
    .buffer(true)
    .parse((res, done) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () => done(null, Buffer.concat(chunks).toString()))
    })
    .expect(200)
  return (answer.body as string).trimEnd().split('\n')
}

async function verified(lines: readonly string[], known?: { number: number; hash: string }): Promise<Verdict> {
  async function* chunks() {
    const text = Buffer.from(`${lines.join('\n')}\n`)
    // In pieces that break lines and letters in two.
    for (let i = 0; i < text.length; i += 777) yield text.subarray(i, i + 777)
  }
  return verifyExport(chunks(), known)
}

const faultsIn = async (lines: readonly string[], known?: { number: number; hash: string }) => [
  ...new Set((await verified(lines, known)).faults.map(({ fault }) => fault)),
]

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
  const lines = await exported(fund)
  const seals = (await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/seals`).expect(200)).body.items
  const verdict = await verified(lines)
  expect(verdict).toMatchObject({ entries: 16, seals: seals.length, faultCount: 0, faults: [] })
  const last = seals.at(-1)
  expect(verdict.head).toEqual({ number: last.number, hash: last.hash })
  expect(seals[0].previousHash).toBe(createHash('sha256').update(fund.id).digest('hex'))
  expect(seals[1].previousHash).toBe(seals[0].hash)
  expect(seals.reduce((all: number, one: { entryCount: number }) => all + one.entryCount, 0)).toBe(16)

  const entry = JSON.parse(lines[0]!)
  const told = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/entries/${entry.id}`).expect(200)
  expect(told.body).toMatchObject({ seal: 1, contentHash: entry.contentHash, recordedAt: entry.recordedAt })
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
  expect(await exported(fund)).toEqual([''])
  await sealAll(fund)
  expect(await verified(await exported(fund))).toMatchObject({ entries: 0, seals: 1, faultCount: 0 })
})

test('refused attempts are sealed like what was done', async () => {
  const fund = await service.fund()
  await fund.cast.auditor!.post(`/funds/${fund.id}/payees`, {}).expect(400)
  await fund.cast.fundManager!.post(`/funds/${fund.id}/periods/2024-01/closings`, { kind: 'soft' }).expect(403)
  await sealAll(fund)
  const acts = (await exported(fund)).map((text) => JSON.parse(text)).filter((one) => one.type === 'act')
  expect(acts.at(-1)).toMatchObject({
    outcome: 'role_not_allowed',
    personId: fund.cast.fundManager!.id,
    method: 'POST',
  })
})

describe('whoever changes an export is found out', () => {
  let lines: string[]
  let head: { number: number; hash: string }
  beforeAll(async () => {
    lines = await exported(await books())
    head = (await verified(lines)).head!
  })

  type Line = Record<string, unknown> & {
    type: string
    seal: number
    postings: Record<'address' | 'amount' | 'functional', string>[]
    contentHash: string
  }
  const at = (i: number) => JSON.parse(lines[i]!) as Line
  const put = (i: number, line: Line) => lines.with(i, JSON.stringify(line))
  const doubled = (line: Line): Line => ({
    ...line,
    postings: line.postings.map((one) => ({ ...one, amount: `${one.amount}0`, functional: `${one.functional}0` })),
  })
  const sealAt = (number: number) =>
    lines.findIndex((text) => text.includes('"type":"seal"') && JSON.parse(text).number === number)

  /** What somebody would do who knows how it is made: hash the changed entry anew, and the seals from its own to `last` too. */
  function remade(i: number, changed: Line, last?: number): string[] {
    const { fundId, kind, source, occurredOn, memo, reverses } = changed
    const told = changed.postings.map(
      (one) => `${one.address} ${String((one as Record<string, string>).currency)} ${one.amount} ${one.functional}`,
    )
    const contentHash = sha256([fundId, kind, source, occurredOn, memo, reverses ?? '', ...told].join('\n'))
    const result = put(i, { ...changed, contentHash }).map((text) => JSON.parse(text))
    const digest = (seal: number, type: string, line: (one: Record<string, string>) => string) =>
      sha256(
        result
          .filter((one) => one.type === type && one.seal === seal)
          .map((one) => `${line(one)}\n`)
          .join(''),
      )
    for (let seal = changed.seal; seal <= (last ?? 0); seal += 1) {
      const one = result[sealAt(seal)]
      if (seal > changed.seal) one.previousHash = result[sealAt(seal - 1)].hash
      const entries = digest(seal, 'entry', (it) => `${it.id} ${it.contentHash} ${it.recordedAt} ${it.actId}`)
      one.hash = sha256(
        `${one.previousHash}\n${entries}\n${digest(seal, 'act', (it) => `${it.id} ${it.contentHash}`)}\n`,
      )
    }
    return result.map((one) => JSON.stringify(one))
  }
  const actAt = (i: number) => lines.findIndex((text) => text.includes('"type":"act"')) + i

  test.each<[string, () => string[], string[]]>([
    [
      'an amount is changed',
      () => put(1, { ...at(1), postings: [{ ...at(1).postings[0]!, amount: '1' }, ...at(1).postings.slice(1)] }),
      ['entry_changed', 'entry_unbalanced', 'seal_changed'],
    ],
    ['all amounts of an entry are changed evenly', () => put(1, doubled(at(1))), ['entry_changed', 'seal_changed']],
    [
      'money of one contribution is made another’s',
      () =>
        put(1, {
          ...at(1),
          postings: at(1).postings.map((one) => ({
            ...one,
            address: one.address.replace('available:NOR-1', 'available:FIN-1'),
          })),
        }),
      ['entry_changed', 'contribution_not_conserved', 'seal_changed'],
    ],
    ['a date is moved', () => put(2, { ...at(2), occurredOn: '2023-12-31' }), ['entry_changed', 'seal_changed']],
    [
      'the moment of recording is moved',
      () => put(2, { ...at(2), recordedAt: '2024-01-01T00:00:00.000000Z' }),
      ['seal_changed'],
    ],
    ['another is said to have done it', () => put(2, { ...at(2), actId: newId('act') }), ['seal_changed']],
    ['an entry is taken out', () => lines.toSpliced(2, 1), ['seal_changed']],
    [
      'an entry is put in',
      () => lines.toSpliced(2, 0, JSON.stringify({ ...at(1), id: '999999999' })),
      ['entry_out_of_order', 'seal_changed'],
    ],
    [
      'an entry is told twice',
      () => lines.toSpliced(2, 0, lines[1]!),
      ['entry_out_of_order', 'entry_twice', 'seal_changed'],
    ],
    [
      'an entry is added at the end, under a seal that is not there',
      () => lines.toSpliced(16, 0, JSON.stringify({ ...at(15), id: '999999999', seal: head.number + 1 })),
      ['seal_missing'],
    ],
    [
      'two entries are swapped',
      () => lines.with(1, lines[2]!).with(2, lines[1]!),
      ['entry_out_of_order', 'seal_changed'],
    ],
    ['an entry is changed and hashed anew', () => remade(1, doubled(at(1))), ['seal_changed']],
    ['an entry and its seal are made anew', () => remade(1, doubled(at(1)), 1), ['seal_out_of_order']],
    [
      'another is said to have been refused',
      () => put(actAt(0), { ...at(actAt(0)), personId: newId('person') }),
      ['act_changed', 'seal_changed'],
    ],
    ['an act is taken out', () => lines.toSpliced(actAt(1), 1), ['seal_changed']],
    [
      'two acts are swapped',
      () => lines.with(actAt(0), lines[actAt(1)]!).with(actAt(1), lines[actAt(0)]!),
      ['act_out_of_order', 'seal_changed'],
    ],
    ['a seal is taken out', () => lines.toSpliced(sealAt(2), 1), ['seal_out_of_order', 'seal_missing']],
    ['a line is no JSON', () => lines.with(3, '{'), ['unreadable', 'seal_changed']],
    [
      'an amount is no number',
      () => put(1, { ...at(1), postings: [{ ...at(1).postings[0]!, amount: '1e3' }] }),
      ['unreadable', 'seal_changed'],
    ],
  ])('%s', async (_what, changed, faults) => {
    expect(await faultsIn(changed())).toEqual(expect.arrayContaining(faults))
    expect(await faultsIn(lines)).toEqual([])
  })

  test('whoever kept the last seal finds out even when the end of the chain is made anew or cut off', async () => {
    const last = lines.findLastIndex((text) => text.includes('"type":"entry"'))
    const remadeEnd = remade(last, doubled(at(last)), head.number)
    expect(await faultsIn(remadeEnd)).toEqual([])
    expect(await faultsIn(remadeEnd, head)).toEqual(['known_seal_differs'])
    const cut = lines.filter((text) => {
      const line = JSON.parse(text)
      return (line.seal ?? line.number) < head.number
    })
    expect(await faultsIn(cut)).toEqual([])
    expect(await faultsIn(cut, head)).toEqual(['known_seal_differs'])
    expect(await faultsIn(lines, head)).toEqual([])
  })

  test('the command says so, and ends with 1', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wasata-verify-'))
    try {
      const run = (content: readonly string[], ...more: string[]) => {
        const file = join(folder, 'export.ndjson')
        writeFileSync(file, `${content.join('\n')}\n`)
        try {
          const args = ['--import', 'tsx', 'server/ledger/verify.ts', file, ...more]
          return {
            status: 0,
            out: execFileSync(process.execPath, args, {
              encoding: 'utf8',
              stdio: ['ignore', 'pipe', 'ignore'],
              env: { ...process.env, NODE_OPTIONS: '' },
            }),
          }
        } catch (error) {
          const { status, stdout } = error as { status: number; stdout: string }
          return { status, out: stdout }
        }
      }
      const acts = lines.filter((text) => text.includes('"type":"act"')).length
      expect(run(lines)).toEqual({
        status: 0,
        out: `16 entries, ${acts} acts, ${head.number} seals, 0 faults\nlast seal ${head.number}:${head.hash}\n`,
      })
      expect(run(lines, `${head.number}:${head.hash}`).status).toBe(0)
      expect(run(lines, `${head.number}:${'0'.repeat(64)}`).status).toBe(1)
      const changed = run(put(1, doubled(at(1))))
      expect(changed.status).toBe(1)
      expect(changed.out).toContain('line 2: entry_changed: entry ')
      expect(run(lines, 'nonsense').status).toBe(2)
    } finally {
      rmSync(folder, { recursive: true })
    }
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
    const ids = (await exported(fund)).map((text) => JSON.parse(text)).filter((one) => one.type === 'entry')
    expect(ids.map((one) => one.id)).toEqual([first!.id, older, newer!.id])
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
    const verdict = await verified(await exported(fund))
    expect(verdict).toMatchObject({ entries: 240, faultCount: 0 })
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
    expect(await verified(await exported(fund))).toMatchObject({ entries: 3, faultCount: 0 })
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it did not come to pass')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

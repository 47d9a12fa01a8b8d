import { newId } from '../../server/ids.ts'
import { recordAct } from '../../server/acts/record.ts'
import { postEntry } from '../../server/ledger/post.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'
import { charged } from './books.ts'

const service = ownService()

async function seal(fund: Fund): Promise<number> {
  const { owner, service: db } = service.database()
  await allSealable(owner, fund.id)
  await db.transaction((trx) => sealEntries(trx, fund.id))
  return (await owner('seals').where({ fund_id: fund.id }).max('number as last').first())!.last
}

const READS = [
  'accounts',
  'balances?address=assets:cash:main&currency=USD',
  'statement?address=assets:cash:main&currency=USD&recordedAt=2100-01-01T00:00:00Z',
  'trial-balance',
  'conservation',
  'entries',
]

/** Everything that can be asked for at a position, as it is answered: figures, files and the donor's report. */
async function told(fund: Fund, donorId: string, position: number): Promise<Record<string, string>> {
  const paths = [
    ...READS.map((path) => `ledger/${path}`),
    ...READS.filter((path) => !path.startsWith('balances')).map((path) => `ledger/${path}${join(path)}format=csv`),
    `donors/${donorId}/report`,
    `donors/${donorId}/report.pdf?language=en`,
    `donors/${donorId}/report.pdf?language=ar`,
  ]
  const answers: Record<string, string> = {}
  for (const path of paths) {
    const answer = await fund.cast
      .auditor!.get(`/funds/${fund.id}/${path}${join(path)}position=${position}`)
      .buffer(true)
      .parse((res, done) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () => done(null, Buffer.concat(chunks)))
      })
    expect([path, answer.status]).toEqual([path, 200])
    answers[path] = (answer.body as Buffer).toString('latin1')
  }
  return answers
}

const join = (path: string) => (path.includes('?') ? '&' : '?')

test('what is told at a position is told again to the byte, whatever happens afterwards', async () => {
  const fund = await service.fund()
  const { id, donorId } = await received(fund, '1000.00', { level: 'softly', regions: ['Central Africa'] })
  await submitted(fund, '250.00')
  const position = await seal(fund)
  const before = await told(fund, donorId, position)
  expect(JSON.parse(before[`donors/${donorId}/report`]!)).toMatchObject({
    position: { number: position, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    totals: { available: { amount: '750.00' }, reserved: { amount: '250.00' } },
    contributions: [{ earmark: { terms: ['Central Africa'] } }],
  })

  await submitted(fund, '100.00')
  const read = await fund.cast.auditor!.get(`/contributions/${id}`).expect(200)
  await fund.cast
    .fundManager!.put(`/contributions/${id}/earmark`, {
      earmark: { level: 'softly', regions: ['Central Africa', 'West Africa'] },
      consent: 'Letter of today',
    })
    .set('if-match', read.headers.etag!)
    .expect(200)
  await received(fund, '77.00')
  const later = await seal(fund)

  expect(await told(fund, donorId, position)).toEqual(before)
  const after = await told(fund, donorId, later)
  for (const path of Object.keys(before)) expect([path, after[path]]).not.toEqual([path, before[path]])
  expect(JSON.parse(after[`donors/${donorId}/report`]!)).toMatchObject({
    totals: { available: { amount: '650.00' } },
    contributions: [{ earmark: { terms: ['Central Africa', 'West Africa'] } }],
  })
})

test('an act that was recorded before a position and ended after it is not in it', async () => {
  const fund = await service.fund()
  const { donorId } = await received(fund, '10.00')
  await seal(fund)
  const actId = newId('act')
  const open = await service.database().service.transaction()
  await postEntry(open, { fundId: fund.id, actId }, charged('1.00', '2024-01-01'))
  await received(fund, '20.00')
  const { service: db, owner } = service.database()
  await db.transaction((trx) => sealEntries(trx, fund.id))
  const { last } = (await owner('seals').where({ fund_id: fund.id }).max('number as last').first())!
  const before = await told(fund, donorId, last)
  const act = { id: actId, fundId: fund.id, personId: null, tokenId: null, requestId: 'positions-test', method: 'POST' }
  await recordAct(open, { ...act, path: '/', address: null, outcome: 'done', details: null })
  await open.commit()
  await seal(fund)
  expect(await told(fund, donorId, last)).toEqual(before)
})

test('a position that is not sealed yet, or is none, is told so', async () => {
  const fund = await service.fund()
  const position = await seal(fund)
  const { auditor } = fund.cast
  for (const path of [...READS.map((one) => `ledger/${one}`), `donors/${newId('donor')}/report`]) {
    const answer = await auditor!.get(`/funds/${fund.id}/${path}${join(path)}position=${position + 1}`)
    expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found'])
    for (const odd of ['0', '-1', '1.5', 'x', '99999999999'])
      await auditor!.get(`/funds/${fund.id}/${path}${join(path)}position=${odd}`).expect(400)
  }
})

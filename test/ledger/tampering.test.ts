import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { newId } from '../../server/ids.ts'
import { FAULTS } from '../../server/ledger/verify/faults.ts'
import { ownService, type Fund } from '../support/service.ts'
import {
  exported,
  faultsIn,
  filesOf,
  manifestIn,
  rowsIn,
  verdictOf,
  withManifest,
  withRows,
  zipped,
  type Cells,
  type Files,
} from './proof.ts'
import { MEMO, sealedBooks } from './sealed-books.ts'

/** Whoever changes an export is found out, however well they know how it is made. */

const service = ownService()
let fund: Fund
let zip: Buffer
let files: Files
let head: { number: number; hash: string }

beforeAll(async () => {
  fund = await sealedBooks(service)
  zip = await exported(fund)
  files = await filesOf(zip)
  head = (await verdictOf(zip)).head!
})

/** The files with one table changed. */
const table = (name: Parameters<typeof rowsIn>[1], change: (rows: Cells[]) => Cells[]) => (): Files =>
  withRows(files, name, change(rowsIn(files, name)))
const row = (rows: Cells[], i: number, change: Cells) => rows.with(i, { ...rows[i]!, ...change })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** All amounts of the second entry tenfold, its hash made anew: balanced, and a consistent story. */
function tenfold(): Files {
  const entries = rowsIn(files, 'entries.csv')
  const entry = entries[1]!
  const postings = rowsIn(files, 'postings.csv').map((one) =>
    one.entry === entry.id ? { ...one, amount: `${one.amount}0`, functional: `${one.functional}0` } : one,
  )
  const { kind, source, occurred_on, memo, reverses } = entry
  const lines = postings
    .filter((one) => one.entry === entry.id)
    .map((one) => `${one.address} ${one.currency} ${one.amount} ${one.functional}`)
  const content_hash = sha256([fund.id, kind, source, occurred_on, memo, reverses, ...lines].join('\n'))
  return withRows(withRows(files, 'postings.csv', postings), 'entries.csv', row(entries, 1, { content_hash }))
}

/** What somebody would do who knows how it is made: the seals from the changed entry's own on made anew, up to `last`. */
function sealedAnew(changed: Files, last: number): Files {
  const [entries, acts] = [rowsIn(changed, 'entries.csv'), rowsIn(changed, 'acts.csv')]
  let previous_hash = sha256(fund.id)
  const seals = rowsIn(changed, 'seals.csv').map((one) => {
    const under = (rows: Cells[]) => rows.filter(({ seal }) => seal === one.number)
    if (Number(one.number) > last) return one
    const ofEntries = under(entries).map((it) => `${it.id} ${it.content_hash} ${it.recorded_at} ${it.act_id}\n`)
    const ofActs = under(acts).map((it) => `${it.id} ${it.content_hash}\n`)
    const hash = sha256(`${previous_hash}\n${sha256(ofEntries.join(''))}\n${sha256(ofActs.join(''))}\n`)
    const sealed = { ...one, previous_hash, hash }
    previous_hash = hash
    return sealed
  })
  const manifest = manifestIn(changed)
  const { number, hash } = seals.at(-1) as Cells
  return withRows(
    withManifest(changed, { ...manifest, head: { number: Number(number), hash: hash! } }),
    'seals.csv',
    seals,
  )
}

describe('whoever changes an export is found out', () => {
  test.each<[string, () => Files, string[]]>([
    [
      'an amount is changed',
      table('postings.csv', (all) => row(all, 2, { amount: '7' })),
      ['entry_changed', 'entry_unbalanced', 'account_differs', 'manifest_differs'],
    ],
    ['an amount is no number', table('postings.csv', (all) => row(all, 2, { amount: '1e3' })), ['entry_changed']],
    ['amounts are changed evenly and the entry is hashed anew', tenfold, ['seal_changed', 'account_differs']],
    ['an entry and its seal are made anew', () => sealedAnew(tenfold(), 1), ['seal_out_of_order']],
    [
      'money of one contribution is made another’s',
      table('postings.csv', (all) =>
        row(
          all,
          all.findIndex(({ address }) => address === 'budget:available:NOR-1'),
          { address: 'budget:available:FIN-1' },
        ),
      ),
      ['entry_changed', 'contribution_not_conserved'],
    ],
    ['a date is moved', table('entries.csv', (all) => row(all, 2, { occurred_on: '2023-12-31' })), ['entry_changed']],
    ['a memo is changed', table('entries.csv', (all) => row(all, 1, { memo: `${MEMO}.` })), ['entry_changed']],
    [
      'the moment of recording is moved',
      table('entries.csv', (all) => row(all, 2, { recorded_at: '2024-01-01T00:00:00.000000Z' })),
      ['seal_changed'],
    ],
    [
      'another is said to have done it',
      table('entries.csv', (all) => row(all, 2, { act_id: newId('act') })),
      ['seal_changed'],
    ],
    [
      'an entry is taken out',
      table('entries.csv', (all) => all.toSpliced(2, 1)),
      ['posting_without_entry', 'seal_changed', 'account_differs'],
    ],
    [
      'the last entry is taken out',
      table('entries.csv', (all) => all.slice(0, -1)),
      ['posting_without_entry', 'seal_changed'],
    ],
    [
      'an entry is told twice',
      table('entries.csv', (all) => all.toSpliced(2, 0, all[1]!)),
      ['entry_out_of_order', 'entry_twice', 'seal_changed'],
    ],
    [
      'an entry is appended under the last seal',
      table('entries.csv', (all) => [...all, { ...all.at(-1)!, id: '999999999' }]),
      ['entry_changed', 'seal_changed'],
    ],
    [
      'an entry is appended under a seal that is not there',
      table('entries.csv', (all) => [...all, { ...all.at(-1)!, id: '999999999', seal: '9999' }]),
      ['seal_missing'],
    ],
    [
      'two entries are swapped',
      table('entries.csv', (all) => all.with(1, all[2]!).with(2, all[1]!)),
      ['entry_out_of_order', 'seal_changed'],
    ],
    [
      'two postings are swapped',
      table('postings.csv', (all) => all.with(0, all[1]!).with(1, all[0]!)),
      ['entry_changed'],
    ],
    ['a posting is taken out', table('postings.csv', (all) => all.slice(0, -1)), ['entry_changed', 'entry_unbalanced']],
    [
      'an entry is left out of the whole',
      table('entries.csv', (all) => row(all, 1, { told: 'no' })),
      ['entry_outside_part'],
    ],
    [
      'what an entry reverses is changed',
      table('entries.csv', (all) => all.map((one) => (one.reverses ? { ...one, reverses: '888888888' } : one))),
      ['entry_changed', 'reversed_entry_missing'],
    ],
    ['an entry hides in the line of the one before', () => hidden(), ['entry_out_of_order']],
    ['an act is changed', table('acts.csv', (all) => row(all, 1, { person_id: newId('person') })), ['act_changed']],
    ['an act is taken out', table('acts.csv', (all) => all.toSpliced(1, 1)), ['seal_changed']],
    [
      'two acts are swapped',
      table('acts.csv', (all) => all.with(0, all[1]!).with(1, all[0]!)),
      ['act_out_of_order', 'seal_changed'],
    ],
    ['an act is left out of the whole', table('acts.csv', (all) => row(all, 1, { told: 'no' })), ['act_changed']],
    [
      'a seal is re-made',
      table('seals.csv', (all) => row(all, 1, { hash: 'f'.repeat(64) })),
      ['seal_changed', 'seal_out_of_order'],
    ],
    ['a seal is taken out', table('seals.csv', (all) => all.toSpliced(1, 1)), ['seal_out_of_order', 'seal_missing']],
    ['a balance is changed', table('accounts.csv', (all) => row(all, 0, { balance: '1' })), ['account_differs']],
    ['an account is taken out', table('accounts.csv', (all) => all.slice(1)), ['account_differs']],
    [
      'a stage is changed',
      table('conservation.csv', (all) => row(all, 0, { reserved: '1' })),
      ['contribution_not_conserved', 'conservation_differs'],
    ],
    ['a contribution is taken out', table('conservation.csv', () => []), ['conservation_differs']],
    [
      'a total is changed',
      () =>
        withManifest(files, {
          ...manifestIn(files),
          totals: {
            ...manifestIn(files).totals,
            books: manifestIn(files).totals.books.map((one) => ({ ...one, debit: '1' })),
          },
        }),
      ['manifest_differs'],
    ],
    [
      'the last seal of the manifest is another',
      () => withManifest(files, { ...manifestIn(files), head: { number: 1, hash: 'f'.repeat(64) } }),
      ['manifest_differs'],
    ],
    [
      'a file is changed and the manifest is not',
      () => new Map(files).set('README.txt', Buffer.from('Trust us.')),
      ['file_differs'],
    ],
    ['a file comes along', () => new Map(files).set('virus.exe', Buffer.from('MZ')), ['file_differs']],
    [
      'it is another fund’s',
      () => withManifest(files, { ...manifestIn(files), fund: { ...manifestIn(files).fund, id: newId('fund') } }),
      ['entry_changed', 'act_changed', 'seal_out_of_order'],
    ],
  ])('%s', async (_what, changed, faults) => {
    expect(await faultsIn(await zipped(changed()))).toEqual(expect.arrayContaining(faults))
  })

  /** The line of the third entry put into the act of the second, so that the digest of their seal stays the same. */
  function hidden(): Files {
    const entries = rowsIn(files, 'entries.csv')
    const [one, next] = [entries[1]!, entries[2]!]
    const line = `${one.act_id}\n${next.id} ${next.content_hash} ${next.recorded_at} ${next.act_id}`
    const fewer = entries.with(1, { ...one, act_id: line }).toSpliced(2, 1)
    const seals = rowsIn(files, 'seals.csv')
    const kept = withRows(
      files,
      'postings.csv',
      rowsIn(files, 'postings.csv').filter(({ entry }) => entry !== next.id),
    )
    return withRows(
      withRows(kept, 'entries.csv', fewer),
      'seals.csv',
      row(seals, 0, { entry_count: `${Number(seals[0]!.entry_count) - 1}` }),
    )
  }

  test('every fault that the verifier knows is provoked above or below', () => {
    const tests = readFileSync(new URL(import.meta.url), 'utf8')
    expect(Object.keys(FAULTS).filter((fault) => !tests.includes(`'${fault}'`))).toEqual([])
  })

  test('whoever kept the last seal finds out even when the chain is made anew or cut off', async () => {
    const anew = sealedAnew(tenfold(), head.number)
    const [manifest, verdict] = [manifestIn(anew), await verdictOf(await zipped(anew))]
    // Only the figures that follow from the postings are left, and those can be made anew as well.
    expect(verdict.faults.map(({ fault }) => fault).sort()).toEqual([
      'account_differs',
      'conservation_differs',
      'manifest_differs',
    ])
    expect(await faultsIn(await zipped(anew), head)).toContain('known_seal_differs')
    expect(manifest.head!.hash).not.toBe(head.hash)

    const cut = await exported(fund, `?position=${head.number - 1}`)
    expect(await faultsIn(cut)).toEqual([])
    expect(await faultsIn(cut, head)).toEqual(['known_seal_differs'])
    expect(await faultsIn(zip, head)).toEqual([])
  })
})

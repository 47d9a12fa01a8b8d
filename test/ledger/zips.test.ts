import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { verifyExport } from '../../server/ledger/verify.ts'
import { ownService } from '../support/service.ts'
import { asFile, exported, filesOf, rowsIn, verdictOf, withFile, withRows, zipped, type Files } from './proof.ts'
import { sealedBooks } from './sealed-books.ts'

const service = ownService()
let zip: Buffer
let files: Files

beforeAll(async () => {
  zip = await exported(await sealedBooks(service))
  files = await filesOf(zip)
})

describe('a zip that is none, or a trap, is not read', () => {
  const directoryAt = (of: Buffer) => of.readUInt32LE(of.length - 6)
  const patched = (change: (bytes: Buffer, directory: number) => void) => {
    const bytes = Buffer.from(zip)
    change(bytes, directoryAt(bytes))
    return bytes
  }
  const odd = (name: string) => async () => zipped(new Map(files).set(name, Buffer.from('x')))

  test.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ['its end is cut off', () => zip.subarray(0, zip.length - 40), 'its end was cut off'],
    ['its beginning is cut off', () => zip.subarray(500), 'not where it should be'],
    [
      'its middle is cut out',
      () => Buffer.concat([zip.subarray(0, 5_000), zip.subarray(9_000)]),
      'not where it should be',
    ],
    ['it is empty', () => Buffer.alloc(0), 'no zip'],
    ['it is a text', () => Buffer.from('seal,id\r\n'), 'no zip'],
    ['a byte of it is another', () => patched((bytes) => bytes.writeUInt8(bytes[2_000]! ^ 0xff, 2_000)), 'damaged'],
    [
      'a file lacks',
      async () => zipped(new Map([...files].filter(([name]) => name !== 'acts.csv'))),
      'acts.csv is not in the zip',
    ],
    ['a name leads out of the folder', odd('../../etc/passwd'), 'odd name'],
    ['a name is a path', odd('C:\\x'), 'odd name'],
    [
      'two files overlap',
      () => patched((bytes, at) => bytes.copy(bytes, at + 46 + 10 + 42, at + 42, at + 46)),
      'overlaps',
    ],
    ['it is encrypted', () => patched((bytes, at) => bytes.writeUInt16LE(0x0809, at + 8)), 'encrypted'],
    [
      'a file is said to be larger than 4 GB',
      () => patched((bytes, at) => bytes.writeUInt32LE(0xffffffff, at + 24)),
      'larger than it says',
    ],
    [
      'it is of the form for more than 4 GB',
      () => patched((bytes) => bytes.writeUInt32LE(0xffffffff, bytes.length - 6)),
      'more than 4 GB, is damaged',
    ],
    [
      'a few bytes are said to be gigabytes',
      () => patched((bytes, at) => bytes.writeUInt32LE(0xf0000000, at + 24)),
      'a trap',
    ],
    ['a file is longer than it says', () => patched((bytes, at) => bytes.writeUInt32LE(10, at + 24)), 'damaged'],
    [
      'a row does not end',
      async () =>
        zipped(
          withFile(
            files,
            'entries.csv',
            Buffer.from(
              `${'seal,id,recorded_at,act_id,content_hash,told,kind,source,occurred_on,memo,reverses'}\r\n"${'x'.repeat(20_000_000)}`,
            ),
          ),
        ),
      'does not end',
    ],
    ['a table is not UTF-8', async () => zipped(withFile(files, 'seals.csv', Buffer.from([0xff, 0xfe]))), 'not UTF-8'],
    [
      'a table has another heading',
      async () => zipped(withFile(files, 'seals.csv', Buffer.from('a,b\r\n'))),
      'another heading',
    ],
    [
      'a row has a cell too many',
      async () =>
        zipped(
          withFile(files, 'seals.csv', Buffer.concat([files.get('seals.csv')!, Buffer.from('1,2,3,4,5,6,7\r\n')])),
        ),
      'too few cells or too many',
    ],
    [
      'the last row is cut off',
      async () => zipped(withFile(files, 'seals.csv', files.get('seals.csv')!.subarray(0, -1))),
      'cut off',
    ],
    ['the manifest is no JSON', async () => zipped(new Map(files).set('manifest.json', Buffer.from('{'))), 'not JSON'],
    [
      'the manifest is of another form',
      async () => zipped(new Map(files).set('manifest.json', Buffer.from('null'))),
      'not an export',
    ],
    [
      'the manifest lacks something',
      async () => zipped(new Map(files).set('manifest.json', Buffer.from('{"format":"wasata-ledger-1"}'))),
      'lacks something',
    ],
    [
      'the numbers of entries lie far apart',
      async () => {
        const entry = rowsIn(files, 'entries.csv')[0]!
        const scattered = Array.from({ length: 16_400 }, (_, i) => ({ ...entry, id: `${(i + 1) * 65_536}` }))
        return zipped(withRows(files, 'entries.csv', scattered))
      },
      'too far apart',
    ],
    [
      'an entry has no number',
      async () =>
        zipped(
          withRows(
            files,
            'entries.csv',
            rowsIn(files, 'entries.csv').with(0, { ...rowsIn(files, 'entries.csv')[0]!, id: '1e9' }),
          ),
        ),
      'no number',
    ],
  ])('%s', async (_what, bytes, words) => {
    await expect(verdictOf(await bytes())).rejects.toThrow(words)
  })

  test.each([
    ['of which only the directory lies so far', () => zip.readUInt32LE(zip.length - 6) - 1],
    ['of which some files are so long', () => 2_000],
    ['of which every file is', () => 0],
  ])(
    'a zip of the form for more than 4 GB, %s, is read like any other, and found out where it was changed',
    async (_what, from) => {
      const large = await zipped(files, from())
      const { faults, head } = await verdictOf(large)
      expect([faults, head]).toEqual([[], (await verdictOf(zip)).head])
      expect(large.length).toBeGreaterThan(zip.length)
      const end = large.length - 22 - 76
      for (const at of [end, end + 4, end + 32, end + 40, end + 48, end + 64, end + 70]) {
        const changed = Buffer.from(large)
        changed[at]! ^= 1
        await expect(verdictOf(changed)).rejects.toThrow(/damaged|not where it should be|does not list|more bytes/)
      }
      await expect(verdictOf(Buffer.concat([large.subarray(0, end), large.subarray(end + 76)]))).rejects.toThrow(
        'damaged',
      )
    },
  )

  test('a zip that is not longer than 4 GB is of the form that everything reads', async () => {
    expect((await zipped(files)).includes(Buffer.from('PK\x06\x06', 'latin1'))).toBe(false)
  })

  const withPython = spawnSync('python3', ['--version']).status === 0 ? test : test.skip
  withPython.each([
    ['as it is', () => Promise.resolve(zip)],
    ['in the form for more than 4 GB', () => zipped(files, 0)],
  ])(
    'another program reads what is written here, %s, and what it writes is read, packed or only stored',
    async (_form, bytes) => {
      await asFile(await bytes(), async (path, folder) => {
        const again = `
import sys, zipfile
source = zipfile.ZipFile(sys.argv[1])
assert source.testzip() is None
for name, method in (("packed", zipfile.ZIP_DEFLATED), ("stored", zipfile.ZIP_STORED)):
    with zipfile.ZipFile(sys.argv[2] + "/" + name, "w", method) as to:
        for one in source.namelist():
            to.writestr(one, source.read(one))`
        const ended = spawnSync('python3', ['-c', again, path, folder], { encoding: 'utf8' })
        expect(ended.stderr).toBe('')
        for (const name of ['packed', 'stored']) {
          expect((await verifyExport(join(folder, name))).faults).toEqual([])
        }
        expect(statSync(join(folder, 'stored')).size).toBeGreaterThan(statSync(join(folder, 'packed')).size)
      })
    },
  )
})

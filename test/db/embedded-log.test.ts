import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boundLog } from '../../db/embedded-log.ts'

test("the server's log never takes more than twice its bound, and what the server writes next is not lost", () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasata-log-'))
  const log = join(folder, 'postgres.log')
  boundLog(log, 10)
  const server = openSync(log, 'a')
  for (const text of ['0123456789', 'a', 'b']) {
    writeSync(server, text)
    boundLog(log, 10)
  }
  expect([readFileSync(log, 'utf8'), readFileSync(`${log}.1`, 'utf8')]).toEqual(['b', '0123456789a'])
  appendFileSync(log, '0123456789')
  boundLog(log, 10)
  expect([readFileSync(log, 'utf8'), readFileSync(`${log}.1`, 'utf8')]).toEqual(['', 'b0123456789'])
  closeSync(server)
  rmSync(folder, { recursive: true })
})

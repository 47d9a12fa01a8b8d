import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Fund } from '../support/service.ts'
import { asFile, asBytes } from './proof.ts'

/** A test that needs a program of others, or a file; where that is not there the title says so, and the test is left out. */
export function testWith(needed: string, title: string, story: () => Promise<void>): void {
  const isThere = needed.includes('/') ? existsSync(needed) : spawnSync(needed, ['--version']).error === undefined
  const one = isThere ? test : test.skip
  // Some take long to start, and this machine may have other work.
  one(isThere ? title : `${title} (left out: ${basename(needed)} is not there)`, story, 180_000)
}

/** An export of the fund in a form that other programs read. */
export async function exportFor(fund: Fund, form: string): Promise<Buffer> {
  const answer = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/export.${form}`).buffer(true).parse(asBytes)
  if (answer.status !== 200) throw new Error((answer.body as Buffer).toString())
  return answer.body as Buffer
}

/** What a program says of a text, which is where `FILE` stands among the arguments; throws with what it complains of. */
export const saidOf = (text: Buffer | string, program: string, ...args: string[]): Promise<string> =>
  asFile(Buffer.from(text), async (_path, folder) => {
    const file = join(folder, 'ledger.txt')
    writeFileSync(file, text)
    const ended = spawnSync(
      program,
      args.map((one) => (one === 'FILE' ? file : one)),
      {
        encoding: 'utf8',
        maxBuffer: 200_000_000,
        env: { ...process.env, LC_ALL: 'C.UTF-8', PYTHONIOENCODING: 'utf-8' },
      },
    )
    if (ended.status !== 0) throw new Error(`${program}: ${(ended.stderr || ended.stdout).slice(0, 2_000)}`)
    return ended.stdout
  })

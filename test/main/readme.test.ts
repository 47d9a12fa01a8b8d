import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { killAll, startMain, temporaryHome } from './process.ts'

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
const home = temporaryHome()
afterAll(async () => {
  killAll()
  await home.remove()
})

test('the walk of the README works as it is printed, from the first pledge to the report', async () => {
  const service = startMain({ DATA_DIR: home.path('data') })
  const url = await service.url()
  const folder = home.path('walk')
  mkdirSync(folder)
  const table = service
    .said()
    .split('\n')
    .filter((line) => line.includes('@demo.example'))
  expect(table.length).toBeGreaterThan(15)
  writeFileSync(join(folder, 'passwords.txt'), table.join('\n'))
  const walk = README.split('## Ten minutes, by hand')[1]!.split('\n## ')[0]!
  const blocks = [...walk.matchAll(/```sh\n([^]*?)```/g)].map(([, code]) => code!)
  expect(blocks.length).toBeGreaterThan(5)
  const run = promisify(execFile)
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: folder,
    env: { ...process.env, URL: url, NODE_OPTIONS: '' },
  })
  expect(stdout).toContain("code: 'ISL-2026-01'")
  // 99,975.00 less 7 % support cost, less the 40,000.00 that left.
  expect(stdout).toContain("available: { amount: '53434.58'")
  expect(stdout).toContain("disbursed: { amount: '40000.00'")
  expect(stdout).toMatch(/amount: '0\.00', currency: 'USD'/)
  expect(stdout).toContain('true')
  for (const language of ['en', 'ar'])
    expect(
      readFileSync(join(folder, `report-${language}.pdf`))
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
}, 120_000)

test('the two commands stand at the top of the README', () => {
  expect(README.slice(0, 1200)).toContain('npm ci && npm start\nnpm ci && npm test\n')
})

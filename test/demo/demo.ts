import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { administratorToken, answers, base, clientWith, progress, several, type Client } from './client.ts'
import { oneRequest, refusedAttempts } from './asking.ts'
import { openWorld, type World } from './world.ts'

/**
 * `npm run demo -- contributions.csv`: the main job end to end against a running service, through its API only: a fund is opened, real
 * history imported, 200 requests raised, decided and paid by the right people, 50 attempts refused, donor reports written.
 */

const file = process.argv[2]
if (!file || !existsSync(file)) giveUp(`There is no file ${file ?? ''}: npm run demo -- contributions.csv`)
if (!(await answers()))
  giveUp(`No service answers at ${base()}. Start it with "npm start"; if it listens elsewhere, set WASATA_URL.`)
const REQUESTS = 200
const say = (line = '') => console.log(line)

const administrator = clientWith(administratorToken())
say(`Service: ${base()}`)
const world = await openWorld(administrator)
say(`Fund opened with ${Object.keys(world.people).length + world.entities.length} people.`)
await importFile(world)
await earmarkSome(world)
await askAndPay(world)
await writeReports(world)
const sound = [await showTrialBalance(world), await showConservation(world), await showYears(world)]
say()
say(sound.every(Boolean) ? 'Everything agrees.' : 'SOMETHING DOES NOT AGREE: see above.')
process.exitCode = sound.every(Boolean) ? 0 : 1

/** For what the person at the terminal can put right: what to do, and no stack. */
function giveUp(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

async function importFile({ fundId, bankId, people }: World): Promise<void> {
  const started = Date.now()
  const path = `/funds/${fundId}/imports?fileName=${encodeURIComponent(basename(file!))}&bankAccountId=${bankId}`
  const { body } = await people.controller!.must('POST', path, readFileSync(file!), { 'content-type': 'text/csv' })
  say(
    `Imported ${body.rows ?? body.rowCount} rows in ${((Date.now() - started) / 1000).toFixed(1)} s: ${JSON.stringify(body.outcomes)}`,
  )
  for (const [reason, count] of Object.entries(body.reasons as Record<string, number>))
    say(`  ${String(count).padStart(5)}  ${reason}`)
  const again = await people.controller!.must('POST', path, readFileSync(file!), { 'content-type': 'text/csv' })
  say(again.body.id === body.id ? 'Imported again: nothing changed.' : 'IMPORTED TWICE')
}

type Contribution = { donor: { id: string }; status: string; pledgedFunctional: { amount: string } }

/** The published history has no earmarks; forty donors now bind what they gave last, by consent. */
async function earmarkSome({ fundId, people }: World): Promise<void> {
  const listed = await people.fund_manager!.must('GET', `/funds/${fundId}/contributions?limit=40&fiscalYear=2019`)
  const terms = [
    { level: 'softly', regions: ['West Africa', 'Central Africa'] },
    { level: 'earmarked', phases: ['implementation'] },
    { level: 'tightly', regions: ['Middle East'], countries: ['Yemen'] },
    { level: 'tightly', themes: ['gender_and_inclusion'], spendBy: '2027-12-31' },
  ]
  for (const [i, { id }] of (listed.body.items as { id: string }[]).entries()) {
    const one = await people.fund_manager!.must('GET', `/contributions/${id}`)
    const earmark = { earmark: terms[i % terms.length], consent: 'Letter of the donor' }
    await people.fund_manager!.must('PUT', `/contributions/${id}/earmark`, earmark, { 'if-match': one.etag! })
  }
  say(`Earmarked ${listed.body.items.length} contributions.`)
}

async function askAndPay(open: World): Promise<void> {
  const started = Date.now()
  const tasks = Array.from({ length: REQUESTS }, (_, i) => () => oneRequest(open, i))
  const outcomes = await several(tasks, 8, progress('Requests', REQUESTS))
  const counts = Object.groupBy(outcomes, (outcome) => outcome)
  const told = Object.entries(counts).map(([outcome, all]) => `${all!.length} ${outcome}`)
  say(`${REQUESTS} requests in ${((Date.now() - started) / 1000).toFixed(1)} s: ${told.join(', ')}`)
  const { tried, wrong } = await refusedAttempts(open)
  say(`${tried} attempts that must be refused: ${tried - wrong.length} refused with the right code`)
  for (const line of wrong) say(`  ${line}`)
  if (wrong.length > 0) process.exitCode = 1
}

async function writeReports({ fundId, people }: World): Promise<void> {
  const reader = people.auditor!
  const donors = (await reader.must('GET', `/funds/${fundId}/donors`)).body.items as { id: string; name: string }[]
  const given = new Map<string, bigint>()
  let writtenOff: string | undefined
  for await (const one of all(reader, `/funds/${fundId}/contributions?limit=500`)) {
    const { donor, status, pledgedFunctional } = one as Contribution
    given.set(donor.id, (given.get(donor.id) ?? 0n) + cents(pledgedFunctional.amount))
    if (status === 'written_off') writtenOff ??= donor.id
  }
  const largest = [...given]
    .sort((a, b) => (b[1] > a[1] ? 1 : -1))
    .slice(0, 3)
    .map(([id]) => id)
  mkdirSync('output', { recursive: true })
  for (const id of [...new Set([...largest, ...(writtenOff ? [writtenOff] : [])])]) {
    const name = donors.find((donor) => donor.id === id)!.name
    for (const language of ['en', 'ar']) {
      const started = Date.now()
      const { bytes } = await reader.must('GET', `/funds/${fundId}/donors/${id}/report.pdf?language=${language}`)
      const path = join('output', `${name.replaceAll(/\W+/g, '-').toLowerCase()}-${language}.pdf`)
      writeFileSync(path, bytes)
      say(`Report: ${path} (${Math.ceil(bytes.length / 1024)} KB, ${Date.now() - started} ms)`)
    }
  }
}

type TrialLine = {
  address: string
  currency: string
  functionalDebit: { amount: string } | null
  functionalCredit: { amount: string } | null
}

async function showTrialBalance({ fundId, people }: World): Promise<boolean> {
  const { body } = await people.auditor!.must('GET', `/funds/${fundId}/ledger/trial-balance`)
  const groups = new Map<string, bigint>()
  for (const { address, currency, functionalDebit, functionalCredit } of body.accounts as TrialLine[]) {
    const group = `${address.split(':').slice(0, 2).join(':')} ${currency}`
    const units = cents(functionalDebit?.amount ?? '0.00') - cents(functionalCredit?.amount ?? '0.00')
    groups.set(group, (groups.get(group) ?? 0n) + units)
  }
  say()
  say('Trial balance, in USD, debit positive')
  for (const [group, units] of [...groups].sort()) say(`  ${group.padEnd(42)}${written(units).padStart(22)}`)
  const total = [...groups.values()].reduce((sum, units) => sum + units, 0n)
  say(`  ${'total'.padEnd(42)}${written(total).padStart(22)}`)
  return total === 0n && body.balanced === true
}

async function showConservation({ fundId, people }: World): Promise<boolean> {
  let [contributions, broken] = [0, 0]
  for await (const line of all(people.auditor!, `/funds/${fundId}/ledger/conservation?limit=500`)) {
    const { authority, sumOfStages } = line as { authority: { amount: string }; sumOfStages: { amount: string } }
    contributions += 1
    if (authority.amount !== sumOfStages.amount) broken += 1
  }
  say()
  say(
    `Conservation law: ${contributions} contributions, ${contributions - broken} where the stages sum to the authority, ${broken} where not`,
  )
  return broken === 0 && contributions > 0
}

async function showYears({ fundId, people }: World): Promise<boolean> {
  const published = publishedYears()
  const { body } = await people.auditor!.must('GET', `/funds/${fundId}/contributions/yearly-receipts`)
  say()
  say('Yearly receipts, USD        receipts              ledger           published')
  let agree = published.size > 0
  for (const { fiscalYear, receipts, received } of body.items as {
    fiscalYear: number
    receipts: number
    received: { amount: string }
  }[]) {
    const expected = published.get(String(fiscalYear))
    const same = expected === undefined || (expected.amount === received.amount && expected.receipts === receipts)
    agree &&= same
    say(
      `  ${fiscalYear}${String(receipts).padStart(28)}${received.amount.padStart(22)}${(expected?.amount ?? 'not published').padStart(20)}${same ? '' : '  DIFFERS'}`,
    )
  }
  return agree
}

/** The totals that the README beside the file gives: `| 2006 | 59 | 298,614,904.79 |`. */
function publishedYears(): Map<string, { receipts: number; amount: string }> {
  let text = ''
  try {
    text = readFileSync(join(dirname(file!), 'README.md'), 'utf8')
  } catch {
    say('No README.md beside the file: there is nothing to compare the years with.')
  }
  const found = text.matchAll(/^\| (\d{4}) \| (\d+) \| ([\d,.]+) \|$/gm)
  return new Map(
    [...found].map(([, year, receipts, amount]) => [
      year!,
      { receipts: Number(receipts), amount: amount!.replaceAll(',', '') },
    ]),
  )
}

async function* all(reader: Client, path: string): AsyncGenerator<unknown> {
  for (let after: string | null = ''; after !== null;) {
    const { body } = await reader.must('GET', after ? `${path}&after=${after}` : path)
    yield* body.items
    after = body.next
  }
}

function cents(amount: string): bigint {
  return BigInt(amount.replace('.', ''))
}

function written(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(3, '0')
  const whole = digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return `${units < 0n ? '-' : ''}${whole}.${digits.slice(-2)}`
}

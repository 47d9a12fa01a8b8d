import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { call, fundOfCode, run } from '../command-line.ts'

const USAGE = `npm run import -- file.csv --fund CODE [--bank-account CODE]

Imports a published history of contributions through a running service and says what became of it.
WASATA_TOKEN  a token of somebody who may
WASATA_URL    where the service is (http://127.0.0.1:3000)
`

type Listed = { items: { id: string; code: string; currency: string }[] }

/** Sends a file to the service and prints the summary; the exit code is 1 when it was refused. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { fund: { type: 'string' }, 'bank-account': { type: 'string' } },
  })
  const [path] = positionals
  if (!path || !values.fund || !process.env.WASATA_TOKEN) throw new Error(USAGE)
  const fund = await fundOfCode(values.fund)
  const accounts = (await call(`/funds/${fund.id}/bank-accounts`)) as Listed
  const named = values['bank-account']
  const account = accounts.items.find(({ code, currency }) => (named ? code === named : currency === fund.currency))
  if (!account)
    throw new Error(named ? `There is no bank account ${named}.` : `No bank account is in ${fund.currency}.`)
  const query = new URLSearchParams({ fileName: basename(path), bankAccountId: account.id })
  const summary = await call(`/funds/${fund.id}/imports?${query.toString()}`, { path, type: 'text/csv' })
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
}

run(main)

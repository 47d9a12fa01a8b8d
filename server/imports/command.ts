import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'

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
  const funds = (await call('/funds')) as Listed
  const fund = funds.items.find(({ code }) => code === values.fund)
  if (!fund) throw new Error(`There is no fund ${values.fund} in which you have a role.`)
  const accounts = (await call(`/funds/${fund.id}/bank-accounts`)) as Listed
  const named = values['bank-account']
  const account = accounts.items.find(({ code, currency }) => (named ? code === named : currency === fund.currency))
  if (!account)
    throw new Error(named ? `There is no bank account ${named}.` : `No bank account is in ${fund.currency}.`)
  const query = new URLSearchParams({ fileName: basename(path), bankAccountId: account.id })
  const summary = await call(`/funds/${fund.id}/imports?${query.toString()}`, await readFile(path))
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
}

async function call(path: string, file?: Buffer): Promise<unknown> {
  const url = `${process.env.WASATA_URL ?? 'http://127.0.0.1:3000'}/api/v1${path}`
  const answer = await fetch(url, {
    headers: {
      authorization: `Bearer ${process.env.WASATA_TOKEN}`,
      ...(file ? { 'content-type': 'text/csv' } : {}),
    },
    ...(file ? { method: 'POST', body: new Uint8Array(file) } : {}),
  }).catch(() => {
    throw new Error(`No service answers at ${url}. Start it with "npm start"; if it listens elsewhere, set WASATA_URL.`)
  })
  const body = (await answer.json()) as { code?: string; title?: string }
  if (!answer.ok) throw new Error(`${answer.status} ${body.code}: ${body.title}\n${JSON.stringify(body, null, 2)}`)
  return body
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})

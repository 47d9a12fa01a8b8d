import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'

const USAGE = `npm run import:list -- file.xml --fund CODE [--list un_consolidated] [--format un_xml|csv] [--confirmed]

Brings a sanctions list into a running service; the file that is in force already changes nothing.
WASATA_TOKEN  a token of a compliance officer of the fund
WASATA_URL    where the service is (http://127.0.0.1:3000)
`

/** Sends a list to the service and prints the version that came of it; the exit code is 1 when it was refused. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      fund: { type: 'string' },
      list: { type: 'string', default: 'un_consolidated' },
      format: { type: 'string', default: 'un_xml' },
      confirmed: { type: 'boolean', default: false },
    },
  })
  const [path] = positionals
  if (!path || !values.fund || !process.env.WASATA_TOKEN) throw new Error(USAGE)
  const { items } = (await call('/funds')) as { items: { id: string; code: string }[] }
  const fund = items.find(({ code }) => code === values.fund)
  if (!fund) throw new Error(`There is no fund ${values.fund} in which you have a role.`)
  const { list, format, confirmed } = values
  const query = new URLSearchParams({ list, format, confirmed: String(confirmed), fileName: basename(path) })
  const version = await call(`/funds/${fund.id}/sanctions-versions?${query.toString()}`, await readFile(path))
  process.stdout.write(`${JSON.stringify(version, null, 2)}\n`)
}

async function call(path: string, file?: Buffer): Promise<unknown> {
  const url = `${process.env.WASATA_URL ?? 'http://127.0.0.1:3000'}/api/v1${path}`
  const answer = await fetch(url, {
    headers: {
      authorization: `Bearer ${process.env.WASATA_TOKEN}`,
      ...(file ? { 'content-type': 'application/octet-stream' } : {}),
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

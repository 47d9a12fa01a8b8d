import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { call, fundOfCode, run } from '../command-line.ts'

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
  const fund = await fundOfCode(values.fund)
  const { list, format, confirmed } = values
  const query = new URLSearchParams({ list, format, confirmed: String(confirmed), fileName: basename(path) })
  const version = await call(`/funds/${fund.id}/sanctions-versions?${query.toString()}`, {
    path,
    type: 'application/octet-stream',
  })
  process.stdout.write(`${JSON.stringify(version, null, 2)}\n`)
}

run(main)

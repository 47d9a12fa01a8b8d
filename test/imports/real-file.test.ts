import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { rowCounts } from '../contributions/books.ts'
import { ownService, type Fund } from '../support/service.ts'
import { REAL_FILE, sendFile } from './files.ts'

const service = ownService()
const whenThere = existsSync(REAL_FILE) ? test : test.skip

// The publisher's own rows, added up by fiscal year: the ledger must say the same, to the cent.
const YEARS = `
  2006 59 298614904.79
  2007 81 385085345.89
  2008 100 453209173.46
  2009 107 391727695.13
  2010 132 428701283.52
  2011 97 465221930.11
  2012 87 425737467.62
  2013 92 480240461.68
  2014 78 480481372.21
  2015 78 402878616.81
  2016 66 426362023.00
  2017 78 514626635.04
  2018 69 555328104.05
  2019 75 831379332.37`
  .trim()
  .split('\n')
  .map((line) => line.trim())

async function yearsOf(fund: Fund): Promise<string[]> {
  const answer = await fund.cast.auditor!.get(`/funds/${fund.id}/contributions/yearly-receipts`).expect(200)
  return answer.body.items.map(
    (year: { fiscalYear: number; receipts: number; received: { amount: string } }) =>
      `${year.fiscalYear} ${year.receipts} ${year.received.amount}`,
  )
}

whenThere(
  'fourteen years of a real fund: every row has one outcome, the ledger says what was published, and again changes nothing',
  async () => {
    const fund = await service.fund()
    const file = readFileSync(REAL_FILE)
    const started = performance.now()
    const first = await sendFile(service, fund, file, '&fileName=contributions-2006-2019.csv')
    expect(first.status).toBe(201)
    expect(performance.now() - started).toBeLessThan(30_000) // a few seconds, but for what else a machine does
    expect(first.body).toMatchObject({
      fileName: 'contributions-2006-2019.csv',
      rows: 1199,
      outcomes: { imported: 675, imported_with_warning: 524, refused: 0 },
      reasons: {
        bank_booked_less: 2,
        bank_booked_more: 2,
        more_than_pledged: 1,
        paid_in_other_currency: 7,
        partially_paid: 2,
        pledge_currency_taken_from_payment: 1,
        pledge_rate_unknown: 4,
        rate_contradicts_currency: 6,
        rate_does_not_reproduce: 432,
        received_before_pledge: 101,
        rounded_to_minor_unit: 7,
        written_off_unpaid: 5,
      },
    })
    expect(await yearsOf(fund)).toEqual(YEARS)

    const before = await rowCounts(service)
    expect([before.receipts, before.contributions, before.write_offs]).toEqual(['1194', '1168', '5'])
    const second = await sendFile(service, fund, file)
    expect([second.status, second.body]).toEqual([200, first.body])
    expect(await rowCounts(service)).toEqual(before)

    // The same rows in a file of another hash: each is known again, and none is booked.
    const other = await sendFile(service, fund, Buffer.concat([file, Buffer.from('\r\n')]))
    expect(other.status).toBe(201)
    expect(other.body).toMatchObject({
      outcomes: { imported: 0, imported_with_warning: 1199, refused: 0 },
      reasons: { already_imported: 1199 },
    })
    const after = await rowCounts(service)
    expect({ ...after, imports: '1', import_rows: '1199' }).toEqual(before)
  },
)

whenThere(
  'everything that was agreed and is not written off or partly paid is received, and nothing is left over',
  async () => {
    const { owner } = service.database()
    const left = await owner.raw(
      `select a.address, sum(p.amount)::text as amount, sum(p.functional)::text as functional
       from accounts a join postings p on p.account_id = a.id where a.address ~ '^(assets:receivable|liabilities:unapplied):'
      group by a.id having sum(p.amount) <> 0 or sum(p.functional) <> 0 order by 1`,
    )
    expect(left.rows).toEqual([
      { address: 'assets:receivable:14-DC-ARG-002', amount: '1281620', functional: '1281620' },
      { address: 'liabilities:unapplied:main', amount: '-46', functional: '-46' }, // 0.10 and twice 0.18
    ])
  },
)

whenThere('ten importers of one file at once make one import', async () => {
  const fund = await service.fund()
  const file = readFileSync(REAL_FILE)
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendFile(service, fund, file)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(await yearsOf(fund)).toEqual(YEARS)
})

whenThere('a connection that is cut in the middle of an import leaves nothing', async () => {
  const fund = await service.fund()
  const { owner } = service.database()
  const before = await rowCounts(service)
  const sent = sendFile(service, fund, readFileSync(REAL_FILE)).then((answer) => answer)
  let cut = 0
  while (cut === 0) {
    const busy = await owner.raw(
      `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
        where datname = current_database() and state = 'active' and query like '%post_entries%' and pid <> pg_backend_pid()`,
    )
    cut = busy.rows[0].n
  }
  expect((await sent).status).toBe(503)
  expect(await rowCounts(service)).toEqual(before)
})

whenThere('npm run import sends the file to a running service and prints the summary', async () => {
  const fund = await service.fund()
  const server = service.app().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const fundCode = (await fund.cast.controller!.get(`/funds/${fund.id}`)).body.code
  const run = (code: string) =>
    promisify(execFile)('npm', ['run', '--silent', 'import', '--', REAL_FILE, '--fund', code], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        WASATA_TOKEN: fund.cast.controller!.token,
        WASATA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      },
    })
  try {
    expect(JSON.parse((await run(fundCode)).stdout)).toMatchObject({ rows: 1199, outcomes: { refused: 0 } })
    await expect(run('NO-SUCH')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('no fund NO-SUCH') })
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { addressOf } from '../../server/ledger/exports/beancount-names.ts'
import { minorText } from '../../server/money.ts'
import type { Fund, TestService } from '../support/service.ts'
import { asFile, asBytes } from './proof.ts'

/** Whether a program of others, or a file, is there. */
export const isThere = (needed: string): boolean =>
  needed.includes('/') ? existsSync(needed) : spawnSync(needed, ['--version']).error === undefined

/** A test that needs a program of others, or a file; where that is not there the title says so, and the test is left out. */
export function testWith(needed: string, title: string, story: () => Promise<void>): void {
  const found = isThere(needed)
  const one = found ? test : test.skip
  // Some take long to start, and this machine may have other work.
  one(found ? title : `${title} (left out: ${basename(needed)} is not there)`, story, 180_000)
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

type Balance = [address: string, currency: string, amount: string]
const sorted = (balances: Balance[]) => balances.map((one) => one.join(' ')).sort()

/** Our trial balance, in the account's own currencies or in the fund's: what another program must find. */
async function trialBalance(service: TestService, fund: Fund, amounts: 'original' | 'functional'): Promise<string[]> {
  const sealed = await service.database().owner('seals').where({ fund_id: fund.id }).max('number as last').first()
  const position = sealed!.last as number
  const { body } = await fund.cast
    .auditor!.get(`/funds/${fund.id}/ledger/trial-balance?position=${position}`)
    .expect(200)
  const sums = new Map<string, bigint>()
  for (const one of body.accounts) {
    const [plus, minus] = amounts === 'original' ? [one.debit, one.credit] : [one.functionalDebit, one.functionalCredit]
    const key = `${one.address} ${amounts === 'original' ? one.currency : 'USD'}`
    const units = (of: { amount: string } | null) => BigInt((of?.amount ?? '0').replace('.', ''))
    sums.set(key, (sums.get(key) ?? 0n) + units(plus) - units(minus))
  }
  const told = [...sums]
    .filter(([, units]) => units !== 0n)
    .map(([key, units]): Balance => {
      const [address, currency] = key.split(' ') as [string, string]
      return [address, currency, minorText(`${units}`, currency).amount]
    })
  return sorted(told)
}

const KINDS = ['original', 'functional'] as const

/** hledger finds nothing wrong with the fund's books, and has their trial balance in both amounts. */
export async function hledgerAgrees(service: TestService, fund: Fund): Promise<void> {
  for (const amounts of KINDS) {
    const journal = await exportFor(fund, `hledger?in=${amounts}`)
    await saidOf(journal, 'hledger', 'check', '--strict', 'ordereddates', '-f', 'FILE')
    const said = await saidOf(journal, 'hledger', ...'balance --flat -N --layout=bare -O csv -f FILE'.split(' '))
    const told = (parse(said) as string[][]).slice(1)
    expect(sorted(told.map((one) => one as Balance))).toEqual(await trialBalance(service, fund, amounts))
  }
}

/** Beancount finds nothing wrong with the fund's books, and has their trial balance in both amounts. */
export async function beancountAgrees(service: TestService, fund: Fund): Promise<void> {
  for (const amounts of KINDS) {
    const ledger = await exportFor(fund, `beancount?in=${amounts}`)
    expect(await saidOf(ledger, 'bean-check', 'FILE')).toBe('')
    // As text, for numbers of a column are printed with as many decimals as most of them have.
    const query = 'select account, currency, str(sum(number)) group by account, currency'
    const said = parse(await saidOf(ledger, 'bean-query', '-f', 'csv', 'FILE', query), { trim: true }) as string[][]
    const told = said.slice(1).map(([name, currency, number]): Balance => {
      return [addressOf(name!), currency!, /^Decimal\('([-.\d]+)'\)$/.exec(number!)![1]!]
    })
    expect(sorted(told.filter(([, , amount]) => /[1-9]/.test(amount)))).toEqual(
      await trialBalance(service, fund, amounts),
    )
  }
}

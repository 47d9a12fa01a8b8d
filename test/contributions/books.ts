import { amountText, fromMinorUnits } from '../../server/money.ts'
import type { Caller, Fund, TestService } from '../support/service.ts'

/** What a test does with contributions, and how it looks into the books. */
export type Books = ReturnType<typeof booksOf>

type Terms = {
  amount?: string
  currency?: string
  pledgedOn?: string
  signedOn?: string
  condition?: string
  rateBps?: number
  donorId?: string
  earmark?: object
}

export function booksOf(service: TestService, fund: Fund) {
  const as = (name: string): Caller => fund.cast[name]!
  const rate = async (currency: string, month: string, units: string) =>
    void (await as('treasurer')
      .post(`/funds/${fund.id}/exchange-rates`, { currency, month, units, source: 'UN operational rates' })
      .expect(201))

  let donors = 0
  const donor = async (name = `Donor ${(donors += 1)}`): Promise<string> => {
    const made = await as('fundManager').post(`/funds/${fund.id}/donors`, { name, kind: 'Member State' }).expect(201)
    return made.body.id
  }

  const account = async (code: string, currency: string): Promise<string> => {
    const path = `/funds/${fund.id}/bank-accounts`
    const made = await as('treasurer')
      .post(path, { code, name: `${currency} account`, currency })
      .expect(201)
    return made.body.id
  }

  const pledge = async ({ amount = '1000.00', currency = 'USD', ...terms }: Terms = {}) => {
    const made = await as('fundManager')
      .post(`/funds/${fund.id}/contributions`, {
        donorId: terms.donorId ?? (await donor()),
        pledgedOn: terms.pledgedOn ?? '2024-01-05',
        amount: { amount, currency },
        earmark: terms.earmark ?? { level: 'unearmarked' },
      })
      .expect(201)
    return made.body as { id: string; code: string }
  }

  const agreement = ({ amount = '1000.00', currency = 'USD', ...terms }: Terms = {}) => ({
    conditional: terms.condition !== undefined,
    ...(terms.condition === undefined ? {} : { condition: terms.condition }),
    amount: { amount, currency },
    signedOn: terms.signedOn ?? '2024-01-10',
    supportCost: { rateBps: terms.rateBps ?? 0, base: 'deposit' },
  })

  const agreed = async (terms: Terms = {}) => {
    const made = await pledge(terms)
    await as('fundManager').post(`/contributions/${made.id}/agreements`, agreement(terms)).expect(201)
    return made
  }

  let references = 0
  /** `sent` and `bankValue` as `100.00 USD`. */
  const receipt = (sent: string, { bankValue = sent, ...more }: Record<string, string> = {}) => ({
    receivedOn: more.receivedOn ?? '2024-02-15',
    bankAccountId: more.bankAccountId ?? fund.bank,
    sent: moneyIn(sent),
    bankValue: moneyIn(bankValue),
    ...(more.bankCharge ? { bankCharge: moneyIn(more.bankCharge) } : {}),
    ...(more.appliedAmount ? { appliedAmount: moneyIn(more.appliedAmount) } : {}),
    reference: more.reference ?? `statement ${(references += 1)}`,
  })

  const received = async (contribution: { id: string }, sent: string, more: Record<string, string> = {}) => {
    const made = await as('treasurer')
      .post(`/contributions/${contribution.id}/receipts`, receipt(sent, more))
      .expect(201)
    return made.body
  }

  /** The entries that a thing caused, each with its day and its postings: `account amount currency (functional)`. */
  const entries = async (source: string, code = ''): Promise<Record<string, string[]>> => {
    const found = await service.database().owner.raw(
      `select e.kind, e.occurred_on, a.address, a.currency, p.amount, p.functional, f.currency as fund_currency
         from entries e join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id join funds f on f.id = e.fund_id
        where e.source = ? order by e.id, p.line`,
      [source],
    )
    const told: Record<string, string[]> = {}
    for (const one of found.rows) {
      const amount = amountText(fromMinorUnits(one.amount, one.currency))
      const functional = amountText(fromMinorUnits(one.functional, one.fund_currency))
      const address = code ? one.address.replace(code, '*') : one.address
      const said = `${address} ${amount} ${one.currency}${amount === functional ? '' : ` (${functional})`}`
      told[`${one.kind} ${one.occurred_on}`] = [...(told[`${one.kind} ${one.occurred_on}`] ?? []), said]
    }
    return told
  }

  const figures = async (contribution: { id: string }) =>
    (await as('auditor').get(`/contributions/${contribution.id}`).expect(200)).body

  /** Proposed by the controller, authorised by a director. */
  const writtenOff = async (contribution: { id: string }, terms: object) => {
    const proposed = await as('controller').post(`/contributions/${contribution.id}/write-offs`, terms).expect(201)
    const path = `/proposals/${proposed.body.id}/decisions`
    const decided = await as('director').post(path, { verdict: 'approve' }).expect(201)
    return decided.body.booked as { id: string }
  }

  return { writtenOff, as, rate, donor, account, pledge, agreement, agreed, receipt, received, entries, figures }
}

export function moneyIn(text: string): { amount: string; currency: string } {
  const [amount, currency] = text.split(' ')
  return { amount: amount!, currency: currency! }
}

/** How many rows every table has, but for those that keep each call by itself; two of these are equal when nothing changed. */
export async function rowCounts(service: TestService): Promise<Record<string, string>> {
  const { owner } = service.database()
  const tables = await owner.raw(`select tablename from pg_tables where schemaname = 'public' order by 1`)
  const counted: Record<string, string> = {}
  for (const { tablename } of tables.rows) {
    if (['acts', 'sessions', 'sign_in_attempts', 'idempotency_keys'].includes(tablename)) continue
    counted[tablename] = (await owner.raw(`select count(*)::text as n from ??`, [tablename])).rows[0].n
  }
  const balances = await owner.raw(`select md5(string_agg(b::text, ',' order by account_id)) as n from balances b`)
  const contributions = await owner.raw(`select md5(string_agg(c::text, ',' order by id)) as n from contributions c`)
  return { ...counted, 'balances say': balances.rows[0].n, 'contributions say': contributions.rows[0].n }
}

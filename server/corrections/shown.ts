import { createHash } from 'node:crypto'
import { row, rows, type Db } from '../../db/connect.ts'
import { issuedReportsOf, type IssuedReport } from '../donor-reports/issued.ts'
import { fromMinorUnits, minorText, moneyText, subtract, type MoneyText } from '../money.ts'
import { usesOf, type Uses } from './uses.ts'
import type { Wrong } from './wrong.ts'

/** All that a correction does and touches, as it is listed before somebody confirms it. */
export type Shown = Uses & {
  /** What is posted: the mirror, then what is right. `kind` is that of what each is about. */
  entries: {
    kind: string
    takesBack: boolean
    occurredOn: string
    /** When it happened, where the entry is dated otherwise because that month is closed. */
    valueOn: string
    postings: { address: string; amount: MoneyText; functional: MoneyText }[]
  }[]
  balances: {
    address: string
    before: MoneyText
    after: MoneyText
    functionalBefore: MoneyText
    functionalAfter: MoneyText
    /** Of one contribution or request: what the confirmation is bound to. Others move with the fund's every day. */
    own: boolean
  }[]
  /** Donor reports that told of the wrong entry. */
  reports: IssuedReport[]
  /** Months that are closed to what belongs there. */
  closedMonths: string[]
  /** The seal that the wrong entry is in; it stays there. */
  seal: number | null
}

/**
 * What the correction has done, read back from the transaction in which it was performed, and the hash of what must not change until
 * somebody confirms it: everything but the seal, when a report was fetched once more, and the balances of accounts of the whole fund,
 * which move with every other payment.
 */
export async function shownOf(
  db: Db,
  { correctionId, wrong }: { correctionId: string; wrong: Wrong },
): Promise<{ shown: Shown; hash: Buffer }> {
  const entries = await entriesOf(db, wrong, correctionId)
  const payment = wrong.source.startsWith('pay_') ? wrong.source : null
  const contributions = await contributionsOf(db, correctionId)
  const uses = await usesOf(db, wrong.fund, { contributions, payment, correctionId })
  const { occurredOn, recordedAt } = wrong
  const seal = await row<{ seal: number }>(db, `select seal from sealed_entries where entry_id = :id`, { id: wrong.id })
  const late = entries.filter((one) => one.occurredOn !== one.valueOn)
  const shown: Shown = {
    entries,
    balances: await balancesOf(db, wrong, correctionId),
    ...uses,
    reports: await issuedReportsOf(db, { contributions, payment, occurredOn, recordedAt }),
    closedMonths: [...new Set(late.map(({ valueOn }) => valueOn.slice(0, 7)))].sort(),
    seal: seal?.seal ?? null,
  }
  return { shown, hash: hashOf(shown) }
}

function hashOf({ seal: _seal, balances, reports, ...rest }: Shown): Buffer {
  const bound = {
    ...rest,
    balances: balances.filter(({ own }) => own),
    reports: [...new Set(reports.map(({ donor, occurredOn }) => `${donor.id} ${occurredOn}`))].sort(),
  }
  return createHash('sha256').update(JSON.stringify(bound)).digest()
}

async function entriesOf(db: Db, { fund }: Wrong, correctionId: string): Promise<Shown['entries']> {
  const found = await rows<{
    kind: string
    takesBack: boolean
    occurredOn: string
    valueOn: string
    postings: { address: string; currency: string; amount: string; functional: string }[]
  }>(
    db,
    `select t.kind, t.takes_back as "takesBack", e.occurred_on as "occurredOn", t.value_on as "valueOn",
            (select json_agg(json_build_object('address', a.address, 'currency', a.currency, 'amount', p.amount::text,
                                               'functional', p.functional::text) order by p.line)
               from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) as postings
       from correction_entries t join entries e on e.id = t.entry_id where t.correction_id = :correctionId order by e.id`,
    { correctionId },
  )
  return found.map(({ postings, ...entry }) => ({
    ...entry,
    postings: postings.map(({ address, currency, amount, functional }) => ({
      address,
      amount: minorText(amount, currency),
      functional: minorText(functional, fund.currency),
    })),
  }))
}

/** Every account that the correction touches, as it was before and as it is after. */
async function balancesOf(db: Db, { fund }: Wrong, correctionId: string): Promise<Shown['balances']> {
  const found = await rows<
    Record<'address' | 'currency' | 'put' | 'putFunctional' | 'after' | 'functional', string> & { own: boolean }
  >(
    db,
    `with touched as (
       select p.account_id, sum(p.amount) as put, sum(p.functional) as functional
         from correction_entries t join postings p on p.entry_id = t.entry_id where t.correction_id = :correctionId group by p.account_id)
     select a.address, a.currency, t.put::text, t.functional::text as "putFunctional", s.amount as after, s.functional,
            a.contribution_id is not null or a.request_id is not null as own
       from touched t join accounts a on a.id = t.account_id
       cross join lateral (select sum(p.amount)::text as amount, sum(p.functional)::text as functional from postings p where p.account_id = a.id) s
      order by a.address, a.currency`,
    { correctionId },
  )
  return found.map(({ address, currency, put, putFunctional, after, functional, own }) => {
    const [now, nowFunctional] = [fromMinorUnits(after, currency), fromMinorUnits(functional, fund.currency)]
    return {
      address,
      before: moneyText(subtract(now, fromMinorUnits(put, currency))),
      after: moneyText(now),
      functionalBefore: moneyText(subtract(nowFunctional, fromMinorUnits(putFunctional, fund.currency))),
      functionalAfter: moneyText(nowFunctional),
      own,
    }
  })
}

/** The contributions whose own accounts it touches. */
async function contributionsOf(db: Db, correctionId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `select distinct a.contribution_id as id from correction_entries t join postings p on p.entry_id = t.entry_id
       join accounts a on a.id = p.account_id where t.correction_id = :correctionId and a.contribution_id is not null order by 1`,
    { correctionId },
  )
  return found.map(({ id }) => id)
}

import { createHash } from 'node:crypto'
import { row, rows, type Db } from '../../db/connect.ts'
import { issuedReportsOf, type IssuedReport } from '../donor-reports/issued.ts'
import { fromMinorUnits, minorText, moneyText, subtract, type MoneyText } from '../money.ts'
import { usesOf, type Uses } from './uses.ts'
import type { Under } from './corrector.ts'
import type { Wrong } from './wrong.ts'

/** All that a correction does and touches, as it is listed before somebody confirms it. */
export type Shown = Uses & {
  /** What is posted: the mirror, what is right, and allowances that are larger than what is left. `kind` is that of what each is about. */
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
 * All that the correction's act has posted, read back from the transaction in which it was performed, and the hash of what must not change until
 * somebody confirms it: everything but the seal, when a report was fetched once more, and the balances of accounts of the whole fund,
 * which move with every other payment.
 */
export async function shownOf(
  db: Db,
  { correctionId, actId }: Pick<Under, 'correctionId' | 'actId'>,
  wrong: Wrong,
): Promise<{ shown: Shown; hash: Buffer }> {
  const entries = await entriesOf(db, wrong, actId)
  const payment = wrong.source.startsWith('pay_') ? wrong.source : null
  const contributions = await contributionsOf(db, wrong, actId)
  const uses = await usesOf(db, wrong.fund, { contributions, payment, correctionId })
  const { occurredOn, recordedAt } = wrong
  const seal = await row<{ seal: number }>(db, `select seal from sealed_entries where entry_id = :id`, { id: wrong.id })
  const late = entries.filter((one) => one.occurredOn !== one.valueOn)
  const shown: Shown = {
    entries,
    balances: await balancesOf(db, wrong, actId),
    ...uses,
    reports: await issuedReportsOf(db, { contributions, payment, occurredOn, recordedAt }),
    closedMonths: [...new Set(late.map(({ valueOn }) => valueOn.slice(0, 7)))].sort(),
    seal: seal?.seal ?? null,
  }
  return { shown, hash: hashOf(shown) }
}

function hashOf({ seal: _seal, balances, reports, plans, ...rest }: Shown): Buffer {
  const bound = {
    ...rest,
    // Left out where there is none, as in what was proposed before plans were listed.
    ...(plans.length > 0 ? { plans } : {}),
    balances: balances.filter(({ own }) => own),
    reports: [...new Set(reports.map(({ donor, occurredOn }) => `${donor.id} ${occurredOn}`))].sort(),
  }
  return createHash('sha256').update(JSON.stringify(bound)).digest()
}

async function entriesOf(db: Db, { fund }: Wrong, actId: string): Promise<Shown['entries']> {
  const found = await rows<{
    kind: string
    takesBack: boolean
    occurredOn: string
    valueOn: string
    postings: { address: string; currency: string; amount: string; functional: string }[]
  }>(
    db,
    `select coalesce(t.kind, e.kind) as kind, coalesce(t.takes_back, false) as "takesBack", e.occurred_on as "occurredOn",
            coalesce(t.value_on, e.occurred_on) as "valueOn",
            (select json_agg(json_build_object('address', a.address, 'currency', a.currency, 'amount', p.amount::text,
                                               'functional', p.functional::text) order by p.line)
               from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) as postings
       from entries e left join correction_entries t on t.entry_id = e.id where e.fund_id = :fundId and e.act_id = :actId order by e.id`,
    { fundId: fund.id, actId },
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
async function balancesOf(db: Db, { fund }: Wrong, actId: string): Promise<Shown['balances']> {
  const found = await rows<
    Record<'address' | 'currency' | 'put' | 'putFunctional' | 'after' | 'functional', string> & { own: boolean }
  >(
    db,
    `with touched as (
       select p.account_id, sum(p.amount) as put, sum(p.functional) as functional
         from entries e join postings p on p.entry_id = e.id where e.fund_id = :fundId and e.act_id = :actId group by p.account_id)
     select a.address, a.currency, t.put::text, t.functional::text as "putFunctional", s.amount as after, s.functional,
            a.contribution_id is not null or a.request_id is not null as own
       from touched t join accounts a on a.id = t.account_id
       cross join lateral (select sum(p.amount)::text as amount, sum(p.functional)::text as functional from postings p where p.account_id = a.id) s
      order by a.address, a.currency`,
    { fundId: fund.id, actId },
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
async function contributionsOf(db: Db, { fund }: Wrong, actId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `select distinct a.contribution_id as id from entries e join postings p on p.entry_id = e.id
       join accounts a on a.id = p.account_id where e.fund_id = :fundId and e.act_id = :actId and a.contribution_id is not null order by 1`,
    { fundId: fund.id, actId },
  )
  return found.map(({ id }) => id)
}

import { rows, type Db } from '../../db/connect.ts'
import { BALANCES, boundsOf } from './as-of.ts'
import { beforeFirst, readSeals, type Reached, type SealFault } from './verify-seals.ts'

/** What a check found: `faults` is empty where all is well, and tells at most a hundred of them. */
export type Checked = { entries: number; postings: number; seals: number; faults: LedgerFault[] }

/** A fault of a seal, or an account of which something else is read than the sum of its postings. */
export type LedgerFault = SealFault | { readonly kind: 'turnover_differs'; readonly account: string }

const SEALS_AT_ONCE = 20
const ACCOUNTS_AT_ONCE = 50
const MOST_FAULTS = 100

/**
 * Checks everything that is sealed in a fund straight from its database: all seals as `readSeals` does, a few at a time, `workers` of them
 * side by side, and that what is read of every account is the sum of its postings. Holds no more than that in memory. The same is done
 * slice after slice all the time (`verification.ts`); for a check that trusts neither the service nor its database there is `verify.ts`.
 */
export async function checkLedger(
  db: Db,
  fundId: string,
  { workers = 2 }: { workers?: number } = {},
): Promise<Checked> {
  const checked: Checked = { entries: 0, postings: 0, seals: 0, faults: [] }
  const find = (fault: LedgerFault) => {
    if (checked.faults.length < MOST_FAULTS) checked.faults.push(fault)
  }

  // Where each range begins; after a seal that is not there the next follows nothing.
  const starts = await rows<Reached & { last: number }>(
    db,
    `select n.number, coalesce(encode(s.hash, 'hex'), '') as hash, least(n.number + :most, l.last) as last
       from (select coalesce(max(number), 0) as last from seals where fund_id = :fundId) l
      cross join generate_series(0, l.last - 1, :most) n (number)
       left join seals s on s.fund_id = :fundId and s.number = n.number`,
    { fundId, most: SEALS_AT_ONCE },
  )
  await sideBySide(workers, starts, async ({ last, ...from }) => {
    const after = from.number === 0 ? beforeFirst(fundId) : from
    const { entries, postings, faults } = await db.transaction((trx) => readSeals(trx, fundId, { after, last }))
    checked.entries += entries
    checked.postings += postings
    checked.seals = Math.max(checked.seals, last)
    faults.forEach(find)
  })

  const accounts = await rows<{ id: string }>(db, `select id from accounts where fund_id = :fundId order by id`, {
    fundId,
  })
  const groups = Array.from({ length: Math.ceil(accounts.length / ACCOUNTS_AT_ONCE) }, (_, i) =>
    accounts.slice(i * ACCOUNTS_AT_ONCE, (i + 1) * ACCOUNTS_AT_ONCE).map(({ id }) => id),
  )
  await sideBySide(workers, groups, async (ids) => {
    for (const { id } of await rows<{ id: string }>(db, TURNED, { fundId, ids, ...boundsOf({}) }))
      find({ kind: 'turnover_differs', account: id })
  })
  return checked
}

/** Works through a list, several at a time. */
async function sideBySide<One>(
  workers: number,
  list: readonly One[],
  work: (one: One) => Promise<void>,
): Promise<void> {
  let next = 0
  const one = async () => {
    while (next < list.length) await work(list[next++]!)
  }
  await Promise.all(Array.from({ length: workers }, one))
}

// One statement, so that what is sealed meanwhile is seen on both sides or on neither.
const TURNED = `
  select a.id
    from unnest(cast(:ids as bigint[])) a (id)
   cross join lateral (
     select coalesce(sum(p.amount), 0) as amount, coalesce(sum(p.functional), 0) as functional from postings p where p.account_id = a.id) posted
    left join ${BALANCES('cast(:ids as bigint[])')} told on told.account_id = a.id
   cross join lateral (
     select sum(t.amount) as amount, sum(t.functional) as functional from turnover t where t.account_id = a.id) turned
    left join lateral (select s.amount, s.functional from sealed_balances s where s.account_id = a.id order by s.seal desc limit 1) stood on true
    left join lateral (select c.amount, c.functional from closings c where c.account_id = a.id order by c.month desc limit 1) closed on true
   where (posted.amount, posted.functional) <> (coalesce(told.amount, 0), coalesce(told.functional, 0))
      or (stood.amount, stood.functional) is distinct from (turned.amount, turned.functional)
      or (closed.amount, closed.functional) is distinct from (turned.amount, turned.functional)`

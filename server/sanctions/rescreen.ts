import { rows, type Db, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { findHits } from './candidates.ts'
import { inForce, namesInForce } from './in-force.ts'
import { screenPayee } from './screen.ts'

/** Payees of one transaction: few enough that an import does not wait long, and that little is done again after a restart. */
const AT_ONCE = 200
/** After so many names others of the process have their turn. */
const IN_A_ROW = 10

/**
 * Screens every payee that was not screened, as it is called now, against the lists in force: all of them after a list changed, one after
 * its names did. Each is a row when it is done, so whoever goes on later knows what is left; of several workers one works on a fund.
 * Gives how many it screened.
 */
export async function rescreenPayees(db: Db, now: Date, stopping?: AbortSignal): Promise<number> {
  const funds = await rows<{ id: string }>(db, 'select distinct fund_id as id from sanctions_versions order by fund_id')
  let screened = 0
  for (const { id } of funds) {
    for (let done = AT_ONCE; done === AT_ONCE && !stopping?.aborted; screened += done) done = await someOf(db, id, now)
  }
  return screened
}

/** Those without a hit in one transaction; each of the others, who may be locked elsewhere, in its own. */
async function someOf(db: Db, fundId: string, at: Date): Promise<number> {
  const { done, held } = await db.transaction((trx) => freeOf(trx, fundId, at))
  for (const id of held)
    await db.transaction((trx) => screenPayee(trx, { personId: null, act: { id: null, at } }, id, 'list'))
  return done
}

async function freeOf(trx: Trx, fundId: string, at: Date): Promise<{ done: number; held: string[] }> {
  const [mine] = await rows<{ mine: boolean }>(
    trx,
    `select pg_try_advisory_xact_lock(hashtextextended(:key, 0)) as mine`,
    { key: `rescreening ${fundId}` },
  )
  if (!mine!.mine) return { done: 0, held: [] }
  await trx.raw('select pg_advisory_xact_lock_shared(hashtextextended(?, 0))', [`sanctions ${fundId}`])
  const { edition, threshold } = await inForce(trx, fundId, dayOf(at))
  const left = await rows<{ id: string; names: string[]; open: boolean }>(trx, LEFT, {
    fundId,
    edition,
    threshold,
    most: AT_ONCE,
  })
  // Also where nobody is left: who is released next does not wait for the names to be read.
  const index = await namesInForce(trx, fundId, edition)
  if (left.length === 0) return { done: 0, held: [] }
  const free: { id: string; names: string[] }[] = []
  const held: string[] = []
  for (const [i, { id, names, open }] of left.entries()) {
    if (open || findHits(index, names, threshold).length > 0) held.push(id)
    else free.push({ id, names })
    if (i % IN_A_ROW === 0) await new Promise((done) => setImmediate(done))
  }
  await trx.raw(WRITTEN, {
    ids: free.map(({ id }) => id),
    names: JSON.stringify(free.map(({ names }) => names)),
    edition,
    threshold,
    at,
  })
  return { done: left.length, held }
}

const LEFT = `
  select p.id, n.names, exists (select from screening_cases c where c.payee_id = p.id and case_state(c.id) = 'open') as open
    from payees p cross join lateral (select payee_names(p.id) as names) n
   where p.fund_id = :fundId
     and not exists (select from screenings s where s.payee_id = p.id and s.edition = :edition and s.threshold = :threshold and s.names = n.names)
   order by p.id limit :most`

const WRITTEN = `
  insert into screenings (payee_id, edition, threshold, names, names_hash, hits, occasion, screened_at)
  select w.id, :edition, :threshold, w.names, names_hash(w.names), 0, 'list', :at
    from (select id, array(select jsonb_array_elements_text(cast(:names as jsonb) -> (n - 1)::int)) as names
            from unnest(cast(:ids as text[])) with ordinality as given (id, n)) w
  on conflict on constraint screened_once do nothing`

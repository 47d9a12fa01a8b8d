import { row, rows, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { notify, type Teller } from '../notifications/notify.ts'
import { findHits, type Hit } from './candidates.ts'
import { inForce, namesInForce, type EntryInForce, type InForce } from './in-force.ts'

export type Occasion = 'registration' | 'list' | 'release' | 'asked'
export type ScreeningState = 'clear' | 'open' | 'confirmed' | 'no_list' | 'not_screened' | 'out_of_date'

/**
 * Screens a payee under all its names against the lists in force. A hit opens a case, unless there is one of the same entry saying the same,
 * for the payee under the same names; an open case of what is no longer so lapses. Who was screened so already is not screened again.
 * Gives the number of hits; undefined where no list was ever imported. Refuses `not_found`.
 */
export async function screenPayee(
  trx: Trx,
  teller: Teller,
  payeeId: string,
  occasion: Occasion,
): Promise<{ hits: number; opened: number } | undefined> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id')
  if (!payee) throw new Refusal('not_found')
  const fundId: string = payee.fund_id
  // An import waits for whoever screens by the edition before it, and who comes after it screens by the new one.
  await trx.raw('select pg_advisory_xact_lock_shared(hashtextextended(?, 0))', [`sanctions ${fundId}`])
  const { edition, threshold } = await inForce(trx, fundId, dayOf(teller.act.at))
  if (edition === 0) return undefined
  const before = await standing(trx, { payeeId, edition, threshold })
  if (before.hits !== null) return { hits: before.hits, opened: 0 }
  // Of two who screen a payee the second finds what the first has found.
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`screening ${payeeId}`])
  const { names, hits: meanwhile } = await standing(trx, { payeeId, edition, threshold })
  if (meanwhile !== null) return { hits: meanwhile, opened: 0 }

  const hits = findHits(await namesInForce(trx, fundId, edition), names, threshold)
  await lapseOthers(trx, teller, payeeId, names, hits)
  let opened = 0
  for (const hit of hits) opened += await openCase(trx, teller, { fundId, payeeId, names, hit, occasion })
  await trx('screenings').insert({
    ...{ payee_id: payeeId, edition, threshold, names, names_hash: trx.raw('names_hash(?)', [names]) },
    ...{ hits: hits.length, occasion, screened_at: teller.act.at, act_id: teller.act.id },
  })
  return { hits: hits.length, opened }
}

/**
 * Money may go to this payee now: screened against the lists in force, in this transaction where it was not yet, and without a hit that is
 * open or confirmed. Refuses `screening_open` with why. What a refused release found is lost with it, and found again by the
 * background screening.
 */
export async function mustBeClear(trx: Trx, teller: Teller, payeeId: string): Promise<void> {
  await screenPayee(trx, teller, payeeId, 'release')
  const state = await screeningState(trx, payeeId, dayOf(teller.act.at))
  if (state !== 'clear') throw new Refusal('screening_open', { why: state })
}

/** Whether a payee is clear on a day, or why not: as the database itself says when something is released. */
export async function screeningState(trx: Trx, payeeId: string, on: string): Promise<ScreeningState> {
  const found = await row<{ state: ScreeningState }>(trx, 'select screening_state(:payeeId, :on) as state', {
    payeeId,
    on,
  })
  return found!.state
}

/** How the payee is called, and its hits where it was screened so already. */
async function standing(
  trx: Trx,
  by: { payeeId: string } & InForce,
): Promise<{ names: string[]; hits: number | null }> {
  const found = await row<{ names: string[]; hits: number | null }>(
    trx,
    `select n.names, s.hits from (select payee_names(:payeeId) as names) n
       left join screenings s on s.payee_id = :payeeId and s.edition = :edition and s.threshold = :threshold and s.names_hash = names_hash(n.names)`,
    by,
  )
  return found!
}

async function openCase(
  trx: Trx,
  teller: Teller,
  {
    fundId,
    payeeId,
    names,
    hit,
    occasion,
  }: { fundId: string; payeeId: string; names: string[]; hit: Hit<EntryInForce>; occasion: Occasion },
): Promise<number> {
  const { entry, payeeName, listedName, score } = hit
  const { versionId, list, hash, key, reference, kind, name } = entry
  const id = newId('screeningCase')
  const opened = await trx('screening_cases')
    .insert({
      ...{ id, payee_id: payeeId, version_id: versionId, list, entry_key: key, entry_hash: hash },
      ...{ entry: JSON.stringify({ key, reference, kind, name, names: entry.names, facts: entry.facts }) },
      ...{
        names,
        names_hash: trx.raw('names_hash(?)', [names]),
        score,
        occasion,
        opened_at: teller.act.at,
        act_id: teller.act.id,
      },
      matched: JSON.stringify({ payeeName, listedName, parts: hit.explain() }),
    })
    .onConflict(['payee_id', 'list', 'entry_key', 'entry_hash', 'names_hash'])
    .ignore()
    .returning('id')
  if (opened.length === 0) return 0
  await notify(trx, teller, {
    ...{ fundId, event: 'screening_hit', key: id, link: `/screening-cases/${id}`, urgent: occasion !== 'list' },
    to: { roles: ['compliance_officer'] },
    facts: { payee: payeeName, listed: name, score: String(score) },
  })
  return 1
}

/** Open cases of this payee that say what is not so any more: the entry was changed or dropped, or the payee is called otherwise. */
async function lapseOthers(
  trx: Trx,
  teller: Teller,
  payeeId: string,
  names: string[],
  hits: readonly Hit<EntryInForce>[],
): Promise<void> {
  const open = await rows<{ id: string; list: string; key: string; hash: Buffer; same: boolean }>(
    trx,
    `select id, list, entry_key as key, entry_hash as hash, names_hash = names_hash(:names) as same
       from screening_cases where payee_id = :payeeId and case_state(id) = 'open'`,
    { payeeId, names },
  )
  for (const { id, list, key, hash, same } of open) {
    if (same && hits.some(({ entry }) => entry.list === list && entry.key === key && entry.hash.equals(hash))) continue
    const over = {
      verdict: 'lapse',
      reason: 'The list or the payee says something else by now',
      decided_at: teller.act.at,
      act_id: teller.act.id,
    }
    await trx('screening_decisions').insert({ case_id: id, number: 1, ...over })
  }
}

import type { Logger } from 'pino'
import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { every } from '../every.ts'
import { momentText } from './as-of.ts'
import {
  beforeFirst,
  faultBeforeSealing,
  readSeals,
  type Reached,
  type Reading,
  type SealFault,
} from './verify-seals.ts'

const SLICE_ENTRIES = 5_000
const MOST_SEALS = 200

/** What is known of the seals of a fund. `broken` stands until a whole pass has found nothing wrong. */
export type Verification = {
  state: 'unbroken' | 'broken' | 'not_yet_verified'
  /** The first thing that is wrong, by number of seal and entry. */
  fault: SealFault | null
  /** Since when, without an interruption, no pass has found a fault. */
  unbrokenSince: string | null
  lastFullPass: { endedAt: string; position: number; entries: string; acts: string } | null
  /** The pass that is running: how far it is, and when it last went on. */
  running: { pass: number; position: number; entries: string; acts: string; checkedAt: string | null }
  /** The last seal there is. */
  sealedPosition: number
}

type StateRow = {
  pass: number
  reached: number
  reachedHash: string | null
  entries: string
  acts: string
  fault: SealFault | null
  checkedAt: string | null
  fullAt: string | null
  fullPosition: number | null
  fullHash: string | null
  fullEntries: string | null
  fullActs: string | null
  fullFault: SealFault | null
  unbrokenSince: string | null
}

const STATE = `v.pass, v.reached, encode(v.reached_hash, 'hex') as "reachedHash", v.entries, v.acts, v.fault,
  ${momentText('v.checked_at')} as "checkedAt", ${momentText('v.full_at')} as "fullAt", v.full_position as "fullPosition",
  encode(v.full_hash, 'hex') as "fullHash", v.full_entries as "fullEntries", v.full_acts as "fullActs", v.full_fault as "fullFault",
  ${momentText('v.unbroken_since')} as "unbrokenSince"`

/** What the verification of a fund's seals has come to. */
export async function readVerification(db: Db, fundId: string): Promise<Verification> {
  const found = await row<StateRow>(db, `select ${STATE} from seal_verifications v where v.fund_id = :fundId`, {
    fundId,
  })
  const head = await row<{ number: number }>(
    db,
    `select coalesce(max(number), 0) as number from seals where fund_id = :fundId`,
    { fundId },
  )
  const fault = found?.fault ?? found?.fullFault ?? null
  return {
    state: fault ? 'broken' : found?.fullAt ? 'unbroken' : 'not_yet_verified',
    fault,
    unbrokenSince: fault ? null : (found?.unbrokenSince ?? null),
    lastFullPass: found?.fullAt
      ? { endedAt: found.fullAt, position: found.fullPosition!, entries: found.fullEntries!, acts: found.fullActs! }
      : null,
    running: {
      pass: found?.pass ?? 1,
      position: found?.reached ?? 0,
      entries: found?.entries ?? '0',
      acts: found?.acts ?? '0',
      checkedAt: found?.checkedAt ?? null,
    },
    sealedPosition: head!.number,
  }
}

/** Of these funds those whose seals are broken, with what was found first. */
export function brokenLedgers(db: Db, fundIds: readonly string[]): Promise<{ fundId: string; fault: SealFault }[]> {
  return rows(
    db,
    `select v.fund_id as "fundId", coalesce(v.fault, v.full_fault) as fault from seal_verifications v
      where v.fund_id = any(:fundIds) and coalesce(v.fault, v.full_fault) is not null order by v.fund_id`,
    { fundIds },
  )
}

/** What one step did: nothing because another server is at it or the pause is not over, or a slice, or the end of a pass. */
export type Step = { did: 'nothing' | 'slice' | 'pass'; fault: SealFault | null; isNew: boolean }

/**
 * Verifies the next slice of a fund's seals and keeps how far it has come, in one transaction: killed in the middle, it is as if it had
 * not been. Several servers take turns. A new pass begins when the last ended `pauseMs` ago or longer.
 */
export async function verifyNext(
  trx: Trx,
  fundId: string,
  { pauseMs, mostEntries = SLICE_ENTRIES }: { pauseMs: number; mostEntries?: number },
): Promise<Step> {
  const nothing: Step = { did: 'nothing', fault: null, isNew: false }
  const lock = await row<{ mine: boolean }>(
    trx,
    `select pg_try_advisory_xact_lock(hashtextextended(:fundId, 3)) as mine`,
    { fundId },
  )
  if (!lock!.mine) return nothing
  const state = await row<StateRow & { rested: boolean }>(
    trx,
    `select ${STATE}, v.full_at is null or v.full_at <= clock_timestamp() - :pauseMs * interval '1 ms' as rested
       from seal_verifications v where v.fund_id = :fundId`,
    { fundId, pauseMs },
  )
  if (state && state.reached === 0 && !state.rested) return nothing
  const after = state?.reachedHash ? { number: state.reached, hash: state.reachedHash } : beforeFirst(fundId)
  // The seal at which the last pass without a fault ended.
  const known = state?.fullHash ? { number: state.fullPosition!, hash: state.fullHash } : undefined
  const slice = await readSlice(trx, fundId, { after, known, mostEntries })
  const fault = state?.fault ?? slice?.faults[0] ?? null
  const kept = { fundId, pass: state?.pass ?? 1, fault: fault && JSON.stringify(fault) }
  if (slice) {
    const { reached, entries, acts } = slice
    await trx.raw(GO_ON, { ...kept, entries, acts, reached: reached.number, hash: reached.hash })
    return { did: 'slice', fault, isNew: fault !== null && !state?.fault }
  }
  // Where there is no seal yet there is nothing to be sure of.
  if (after.number === 0 && !known && !(await faultBeforeSealing(trx, fundId))) return nothing
  const missing = state?.fullPosition && after.number < state.fullPosition ? missingSeal(after.number + 1) : null
  const all = fault ?? missing ?? (await faultBeforeSealing(trx, fundId))
  await trx.raw(END, { ...kept, fault: all && JSON.stringify(all), position: after.number, hash: after.hash })
  return { did: 'pass', fault: all, isNew: all !== null && !state?.fault }
}

const missingSeal = (seal: number): SealFault => ({
  kind: 'seal_missing',
  ...{ seal, entry: null, act: null, entries: null },
})

/** Reads about as many entries and acts, but always one seal; undefined where none follows. */
async function readSlice(
  trx: Trx,
  fundId: string,
  { after, known, mostEntries }: { after: Reached; known: Reached | undefined; mostEntries: number },
): Promise<Reading | undefined> {
  const found = await row<{ last: number | null }>(
    trx,
    `select max(s.number) as last
       from (select *, sum(entry_count + act_count) over (order by number) - entry_count - act_count as before
               from (select * from seals where fund_id = :fundId and number > :after order by number limit :most) next) s
      where s.before < :mostEntries`,
    { fundId, after: after.number, most: MOST_SEALS, mostEntries },
  )
  return found?.last ? readSeals(trx, fundId, { after, last: found.last, known }) : undefined
}

const GO_ON = `
  insert into seal_verifications as v (fund_id, pass, reached, reached_hash, entries, acts, fault, begun_at, checked_at)
  values (:fundId, :pass, :reached, decode(:hash, 'hex'), :entries, :acts, cast(:fault as jsonb), clock_timestamp(), clock_timestamp())
  on conflict (fund_id) do update
    set reached = excluded.reached, reached_hash = excluded.reached_hash, fault = excluded.fault, checked_at = excluded.checked_at,
        entries = v.entries + excluded.entries, acts = v.acts + excluded.acts,
        begun_at = case when v.reached = 0 then excluded.begun_at else v.begun_at end`

const END = `
  insert into seal_verifications as v (fund_id, pass, full_at, full_position, full_hash, full_entries, full_acts, full_fault, unbroken_since, checked_at)
  values (:fundId, cast(:pass as int) + 1, clock_timestamp(), :position, decode(:hash, 'hex'), 0, 0, cast(:fault as jsonb),
          case when cast(:fault as jsonb) is null then clock_timestamp() end, clock_timestamp())
  on conflict (fund_id) do update
    set pass = excluded.pass, reached = 0, reached_hash = null, entries = 0, acts = 0, fault = null, begun_at = null,
        checked_at = excluded.checked_at, full_at = excluded.full_at, full_fault = excluded.full_fault,
        full_entries = v.entries, full_acts = v.acts,
        -- Of a pass that found a fault nothing is taken as known.
        full_position = case when excluded.full_fault is null then excluded.full_position else v.full_position end,
        full_hash = case when excluded.full_fault is null then excluded.full_hash else v.full_hash end,
        unbroken_since = case when excluded.full_fault is null
                              then coalesce(v.unbroken_since, v.begun_at, excluded.unbroken_since) end`

/** Tells people of a fault, in the transaction in which it was found. */
export type Alarm = (trx: Trx, found: { fundId: string; fault: SealFault }) => Promise<void>

/**
 * Verifies the seals of every fund round and round, a slice every so often, until the function it gives back is called, which waits for
 * what is under way. A fault is logged as an error when it is found and whenever a pass ends with it; when it is found, `alarm` is called.
 */
export function startVerifying(
  db: Db,
  { everyMs, pauseMs, alarm }: { everyMs: number; pauseMs: number; alarm?: Alarm },
  log: Pick<Logger, 'error' | 'info'>,
): () => Promise<void> {
  const verify = async (trx: Trx, fundId: string) => {
    const step = await verifyNext(trx, fundId, { pauseMs })
    if (step.fault && step.isNew) await alarm?.(trx, { fundId, fault: step.fault })
    return step
  }
  const round = async (stopping: AbortSignal) => {
    for (const fundId of (await db('funds').pluck('id')) as string[]) {
      if (stopping.aborted) return
      const { did, fault, isNew } = await db.transaction((trx) => verify(trx, fundId))
      if (fault && (isNew || did === 'pass')) log.error({ fund: fundId, fault }, 'the ledger has been tampered with')
    }
  }
  return every(everyMs, 'verifying the seals', round, log)
}

import { createHash } from 'node:crypto'
import { row, rows, takeItsTime, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { hashOf, type ListedEntry } from './list.ts'
import { oddities } from './policy.ts'
import { readVersion, type VersionTold } from './queries.ts'
import { READERS } from './readers.ts'

/** Entries that are written in one statement. */
const AT_ONCE = 500

/**
 * Brings in a version of a list: the next one, which is in force from then on. The file that is in force already changes nothing. Every payee
 * is screened anew in the background.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but compliance officers, what the reader of the format refuses
 * (`unreadable_xml`, `unreadable_file`, `body_too_large`), and unless confirmed `list_needs_confirmation` where the file drops more than a
 * tenth of the entries in force or is older than the one in force; `service_account_decides_nothing` where a service account confirms.
 */
export async function importList(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    list,
    format,
    fileName,
    confirmed,
    bytes,
  }: { fundId: string; list: string; format: string; fileName: string; confirmed: boolean; bytes: unknown },
): Promise<{ version: VersionTold; isNew: boolean }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, ['compliance_officer'])
  if (confirmed && actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const file = Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)
  const { dated, entries } = READERS.find((reader) => reader.format === format)!.read(file)
  const hash = createHash('sha256').update(file).digest()

  await takeItsTime(trx)
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`sanctions ${fundId}`])
  const before = await lastOf(trx, fundId, list)
  if (before?.hash.equals(hash)) return { version: await readVersion(trx, before.id), isNew: false }
  const known = await hashesOf(trx, before?.id)
  const { dropped, added, changed, written } = compared(entries, known)
  const odd = oddities({
    before: before && { entries: before.entries, dated: before.dated?.toISOString() ?? null },
    dated,
    dropped,
  })
  if (odd.length > 0 && !confirmed)
    throw new Refusal('list_needs_confirmation', {
      why: odd,
      entries: entries.length,
      before: before!.entries,
      dropped,
      dated,
      datedBefore: before!.dated,
    })

  // From here on everything must succeed.
  const id = newId('sanctionsVersion')
  const last = await row<{ edition: number }>(trx, 'select edition_in_force(:fundId) as edition', { fundId })
  await trx('sanctions_versions').insert({
    ...{
      id,
      fund_id: fundId,
      edition: last!.edition + 1,
      list,
      number: (before?.number ?? 0) + 1,
      format,
      file_name: fileName,
      hash,
      dated,
    },
    ...{ entries: entries.length, added, changed, dropped, confirmed: odd.length > 0 },
    ...{ imported_by: actor.personId, imported_at: actor.act.at, act_id: actor.act.id },
  })
  for (let from = 0; from < written.length; from += AT_ONCE)
    await trx('sanctions_entries').insert(
      written.slice(from, from + AT_ONCE).map((entry) => ({ version_id: id, ...entry })),
    )
  await trx.raw(`select graphile_worker.add_job('screen_payees', max_attempts => 1, job_key => 'screen_payees:list')`)
  return { version: await readVersion(trx, id), isNew: true }
}

type Last = { id: string; number: number; entries: number; hash: Buffer; dated: Date | null }

function lastOf(trx: Trx, fundId: string, list: string): Promise<Last | undefined> {
  return row<Last>(
    trx,
    `select id, number, entries, hash, dated from sanctions_versions where fund_id = :fundId and list = :list order by number desc limit 1`,
    { fundId, list },
  )
}

async function hashesOf(trx: Trx, versionId: string | undefined): Promise<Map<string, Buffer>> {
  if (!versionId) return new Map()
  const found = await rows<{ key: string; hash: Buffer }>(
    trx,
    'select key, hash from sanctions_entries where version_id = :versionId',
    { versionId },
  )
  return new Map(found.map(({ key, hash }) => [key, hash]))
}

function compared(entries: readonly ListedEntry[], known: ReadonlyMap<string, Buffer>) {
  const written = new Map<string, Record<string, unknown>>()
  let [added, changed] = [0, 0]
  for (const entry of entries) {
    const { key, reference, kind, name, names, facts } = entry
    if (written.has(key)) throw new Refusal('unreadable_file', { reason: 'same_id_twice', id: key })
    const hash = hashOf(entry)
    const was = known.get(key)
    if (!was) added += 1
    else if (!was.equals(hash)) changed += 1
    written.set(key, { key, reference, kind, name, names: JSON.stringify(names), facts: JSON.stringify(facts), hash })
  }
  const dropped = [...known.keys()].filter((key) => !written.has(key)).length
  return { added, changed, dropped, written: [...written.values()] }
}

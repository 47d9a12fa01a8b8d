import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { newId } from '../../server/ids.ts'
import { addPerson } from '../../server/people/register.ts'
import type { Actor } from '../../server/people/actor.ts'
import { importList } from '../../server/sanctions/import.ts'
import { rescreenPayees } from '../../server/sanctions/rescreen.ts'
import { mustBeClear } from '../../server/sanctions/screen.ts'
import { innocents, inventedList, publishedForm } from '../sanctions/invented-list.ts'
import { measureQuality, type Quality } from '../sanctions/quality.ts'
import { atEnd } from './ending.ts'
import { plainClient } from './server.ts'

export type ScreeningFigures = {
  readonly payees: number
  readonly entries: number
  readonly importedS: number
  readonly screenedS: number
  /** A payee at a release: the first by a list just brought in, others by one whose names are read, and one who was screened already. */
  readonly firstMs: number
  readonly freshMs: number[]
  readonly knownMs: number[]
  readonly quality: Quality
}

/** How long it takes to bring in a list of a thousand, to screen so many payees by it, and one at its release; and how well it finds. */
export async function measureScreening(
  connection: Connection,
  { quick }: { quick: boolean },
): Promise<ScreeningFigures> {
  const [count, entries] = [quick ? 2_000 : 50_000, 1_000]
  const db = connect(connection, { role: SERVICE_ROLE, poolSize: 2 })
  atEnd(() => db.destroy())
  const owner = await plainClient(connection)
  const list = inventedList(entries)
  const { fundId, actor, payees } = await db.transaction(async (trx) => {
    const [fundId, actId] = [newId('fund'), newId('act')]
    const person = await addPerson(trx, { name: 'Officer', email: 'officer@bench.example' })
    await trx('funds').insert({ id: fundId, code: 'SCREEN', name: 'Bench', currency: 'USD', opened_on: '2026-01-02' })
    await trx('acts').insert({
      id: actId,
      fund_id: fundId,
      request_id: 'bench',
      method: '-',
      path: '-',
      outcome: 'done',
    })
    await trx('policies').insert({
      ...{ fund_id: fundId, subject: 'screening', effective_from: '1990-01-01' },
      terms: JSON.stringify({ threshold: 80, withoutList: 'hold' }),
    })
    const grants = [{ fundId, role: 'compliance_officer', donorId: null, entityId: null }]
    const act = { id: actId, at: new Date(), fundId }
    const actor = {
      personId: person.id,
      kind: 'person',
      name: 'Officer',
      administrator: false,
      grants,
      act,
    } as unknown as Actor
    const payees = innocents(count, list).map((name) => ({ id: newId('payee'), name }))
    for (let from = 0; from < payees.length; from += 1_000)
      await trx('payees').insert(
        payees.slice(from, from + 1_000).map((payee) => ({
          ...{ ...payee, fund_id: fundId, kind: 'person', country: 'CF', recorded_by: person.id, act_id: actId },
        })),
      )
    return { fundId, actor, payees }
  })
  const bring = (bytes: Buffer) =>
    db.transaction((trx) =>
      importList(trx, actor, {
        ...{ fundId, list: 'bench', format: 'un_xml', fileName: 'bench.xml', confirmed: false, bytes },
      }),
    )
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now()
    await work()
    return performance.now() - started
  }
  const release = (id: string) =>
    timed(() => db.transaction((trx) => mustBeClear(trx, actor, id)).catch(() => undefined))
  const importedS = (await timed(() => bring(Buffer.from(publishedForm(list))))) / 1000
  await owner.query('analyze payees')
  const firstMs = await release(payees[0]!.id)
  const freshMs: number[] = []
  for (const { id } of payees.slice(1, 26)) freshMs.push(await release(id))
  const screenedS = (await timed(() => rescreenPayees(db, new Date()))) / 1000
  const knownMs: number[] = []
  for (const { id } of payees.slice(1, 26)) knownMs.push(await release(id))
  const quality = measureQuality(80, { listed: quick ? 200 : entries, innocent: quick ? 500 : 5_000 })
  return { payees: count, entries, importedS, screenedS, firstMs, freshMs, knownMs, quality }
}

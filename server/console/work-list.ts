import type { Router } from 'express'
import { PARTS, workListPage } from '../../templates/work-list.tsx'
import { row } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { MATCHERS } from '../statements/match.ts'
import { readEntry, workList } from '../statements/queries.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 20

/** Entries of statements that wait for somebody to say what they are. */
export function workListPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/statements/work-list', (visit, req) =>
    show(served, visit, String(req.params.fund), { done: req.query.done === 'booked', after: req.query.after }),
  )
  const fundOf = async (entry: string) => (await readEntry(served.db, entry)).fundId
  postForm(router, served, {
    path: '/statement-entries/:statementEntry/matches',
    form: ({ statementEntry }) => statementEntry!,
    asks: async (_visit, { params, fields }) => ({
      ...{ method: 'post', path: '/statement-entries/:statementEntry/matches', params },
      body: { parts: await partsTyped(served, params.statementEntry!, fields) },
    }),
    done: async (_answer, { statementEntry }) =>
      `/funds/${await fundOf(statementEntry!)}/statements/work-list?done=booked`,
    again: async (visit, { statementEntry }, refused) =>
      show(served, visit, await fundOf(statementEntry!), { refused, entryId: statementEntry! }),
  })
}

/** The parts as they were typed; what a part is of is told by its code, and a suggestion names it by its id. */
async function partsTyped(served: Console, entryId: string, fields: Fields): Promise<Record<string, unknown>[]> {
  const { fundId, amount } = await readEntry(served.db, entryId)
  const { paymentId, contributionId, requestId, otherEntryId, ledgerEntryId } = fields
  const named = optional({ paymentId, contributionId, requestId, otherEntryId, ledgerEntryId })
  const parts: Record<string, unknown>[] = []
  for (const n of PARTS) {
    const [kind, typed, target] = [fields[`kind${n}`], amountTyped(fields[`amount${n}`]), fields[`target${n}`] ?? '']
    if (!kind) continue
    parts.push({
      kind,
      ...(typed ? { amount: { amount: typed, currency: amount.currency } } : {}),
      ...(n === 1 ? named : {}),
      ...(target ? await targetOf(served, { fundId, kind, target }) : {}),
    })
  }
  return parts
}

const BY_CODE: Readonly<Record<string, { table: string; field: string }>> = {
  payment: { table: 'payments', field: 'paymentId' },
  return: { table: 'payments', field: 'paymentId' },
  receipt: { table: 'contributions', field: 'contributionId' },
  recovery: { table: 'requests', field: 'requestId' },
}

/** The id of what a person calls by its code. Refuses `not_found`-like as `match_does_not_fit`, for the form to be shown again. */
async function targetOf(
  { db }: Console,
  { fundId, kind, target }: { fundId: string; kind: string; target: string },
): Promise<Record<string, string>> {
  if (kind === 'booked_before') return { ledgerEntryId: target }
  const coded = BY_CODE[kind]
  if (coded) {
    const found = await db(coded.table).where({ fund_id: fundId, code: target }).first('id')
    if (!found) throw new Refusal('match_does_not_fit', { why: 'code_unknown', code: target })
    return { [coded.field]: found.id }
  }
  if (kind !== 'conversion' && kind !== 'cancels') return {}
  const other = await row<{ id: string }>(
    db,
    `select e.id from statement_entries e join statements s on s.id = e.statement_id
      where e.fund_id = :fundId and s.bank_id || '/' || e.position || case when e.part > 0 then '.' || e.part else '' end = :target limit 1`,
    { fundId, target },
  )
  if (!other) throw new Refusal('match_does_not_fit', { why: 'reference_unknown', code: target })
  return { otherEntryId: other.id }
}

async function show(
  { db }: Console,
  visit: SignedIn,
  fundId: string,
  { done = false, after, refused, entryId }: { done?: boolean; after?: unknown; refused?: Refused; entryId?: string },
): Promise<string> {
  const { actor, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const here = `/funds/${fund.id}/statements/work-list`
  const key = typeof after === 'string' ? keyIn(after) : undefined
  const [on, id] = key ?? []
  const isKey = on !== undefined && id !== undefined && /^\d{4}-\d\d-\d\d$/.test(on)
  const found = await workList(db, fund, {
    ...{ limit: SHOWN, today: dayOf(actor.act.at) },
    ...(isKey ? { after: [on, id] as [string, string] } : {}),
  })
  const { items, next } = pageOf(found, SHOWN, (one) => [one.bookedOn, one.id])
  // A form that was refused is shown again, wherever in the list its entry stands.
  const mine = entryId && !items.some((one) => one.id === entryId) ? [await readEntry(db, entryId)] : []
  return workListPage(frameOf(visit, { fund, section: 'statements', here }), {
    items: [...mine, ...items],
    next: next && `${here}?after=${next}`,
    mayMatch: holdsRole(actor, fund.id, MATCHERS),
    done: done ? t.workList.done : undefined,
    refused,
    newKey: newFormKey,
  })
}

import type { Router } from 'express'
import { breakdownPage, type BreakdownShown } from '../../templates/audit-breakdown.tsx'
import { entriesPage, type EntriesShown, type QueryProblem } from '../../templates/audit-entries.tsx'
import { verificationPage, type VerificationShown } from '../../templates/audit-verification.tsx'
import { Refusal } from '../errors.ts'
import type { Fund } from '../funds/open.ts'
import { FIELDS } from '../ledger/query-fields.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { AUDITING, type SavedQuery } from '../saved-queries/queries.ts'
import type { SampleTold } from '../samples/queries.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { frameOf, fundName, fundSeenBy, type SignedIn } from './visit.ts'

type Asked = { q: string; position: string; after: string }

/** Entries by query, balances by dimension, and whether the seals hold. */
export function auditPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/ledger/entries', (visit, { params, query }) =>
    showEntries(served, visit, String(params.fund), {
      q: textIn(query.q),
      position: textIn(query.position),
      after: textIn(query.after),
    }),
  )
  getPage(router, '/funds/:fund/ledger/breakdown', (visit, { params, query }) =>
    showBreakdown(served, visit, String(params.fund), query as Record<string, unknown>),
  )
  getPage(router, '/funds/:fund/ledger/verification', async (visit, req) => {
    const fund = await fundRead(served, visit, String(req.params.fund))
    const shown = await read<VerificationShown>(served, visit, fund, 'verification', {})
    return verificationPage(frameOf(visit, { fund, section: 'ledger' }), fund.id, shown)
  })
  postForm(router, served, {
    path: '/funds/:fund/saved-queries',
    form: () => 'save',
    asks: (_visit, { params, fields }) => ({
      method: 'post',
      path: '/funds/:fund/saved-queries',
      params,
      body: { name: fields.name ?? '', query: fields.q ?? '', shared: fields.shared === 'yes' },
    }),
    done: (_answer, params, fields) => addressOf(params.fund!, { q: fields.q ?? '', position: fields.position ?? '' }),
    again: (visit, params, refused) => showEntries(served, visit, params.fund!, askedIn(refused), refused),
  })
}

/** The page with the query box: what was found, or where the query is wrong, with what was typed kept. */
export async function showEntries(
  served: Console,
  visit: SignedIn,
  fundId: string,
  asked: Asked,
  refused?: Refused,
): Promise<string> {
  const fund = await fundRead(served, visit, fundId)
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''))
  let problem: QueryProblem | undefined
  let found: Pick<EntriesShown, 'items'> & { next: string | null } = { items: [], next: null }
  try {
    found = await read(served, visit, fund, 'entries', given)
  } catch (error) {
    problem = problemIn(error, asked)
    if (!problem) throw error
  }
  const audits = holdsRole(visit.actor, fund.id, AUDITING)
  const page = { params: { fund: fund.id }, query: { limit: '10' }, language: visit.language }
  const list = async <Item>(path: string): Promise<Item[]> =>
    audits ? (await served.api.read<{ items: Item[] }>(visit.actor, path, page)).items : []
  const { sealedPosition } = await read<VerificationShown>(served, visit, fund, 'verification', {})
  return entriesPage(frameOf(visit, { fund, section: 'ledger', here: addressOf(fund.id, asked) }), {
    fund: { id: fund.id, name: fundName(fund, visit.language), currency: fund.currency },
    ...asked,
    items: found.items,
    next: found.next && addressOf(fund.id, { ...asked, after: found.next }),
    problem,
    lastPosition: sealedPosition,
    examples: Object.values(FIELDS).map(({ example }) => example),
    saved: await list<SavedQuery>('/funds/:fund/saved-queries'),
    samples: await list<SampleTold>('/funds/:fund/samples'),
    mayAudit: audits,
    formKey: newFormKey(),
    refused: refused && { form: refused.form, problem: refused.problem, fields: refused.fields },
  })
}

async function showBreakdown(
  served: Console,
  visit: SignedIn,
  fundId: string,
  query: Record<string, unknown>,
): Promise<string> {
  const fund = await fundRead(served, visit, fundId)
  const [q, position, across, depth] = ['q', 'position', 'across', 'depth'].map((name) => textIn(query[name]))
  const asked = { by: textIn(query.by) || 'class', q: q!, position: position!, across: across!, depth: depth || '2' }
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''))
  let problem: QueryProblem | undefined
  let table: BreakdownShown['table']
  try {
    table = await read(served, visit, fund, 'breakdown', given)
  } catch (error) {
    problem = problemIn(error, { q: asked.q })
    if (!problem) throw error
  }
  return breakdownPage(frameOf(visit, { fund, section: 'ledger' }), {
    ...{ fund: { id: fund.id, currency: fund.currency }, asked, table, problem },
  })
}

/** What is wrong with what was asked: the query where its parser says so, else the field that was refused. */
function problemIn(error: unknown, { q }: { q: string }): QueryProblem | undefined {
  if (!(error instanceof Refusal)) return undefined
  if (error.code === 'query_too_slow') return { code: error.code, message: undefined, before: q, wrong: '', behind: '' }
  if (error.code === 'not_found' && error.details.field === 'position') {
    return { code: error.code, message: undefined, before: q, wrong: '', behind: '' }
  }
  const [first] = (error.details.errors ?? []) as { message: string; at?: number; length?: number }[]
  if (error.code !== 'invalid_request' || !first) return undefined
  const letters = [...q]
  const from = first.at === undefined ? letters.length : first.at - 1
  const to = from + (first.length ?? 0)
  return {
    code: error.code,
    message: first.message,
    before: letters.slice(0, from).join(''),
    wrong: letters.slice(from, to).join(''),
    behind: letters.slice(to).join(''),
  }
}

export function askedIn({ fields }: Refused): Asked {
  return { q: fields.q ?? '', position: fields.position ?? '', after: '' }
}

function addressOf(fundId: string, asked: Record<string, string>): string {
  const given = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString()
  return `/funds/${fundId}/ledger/entries${given ? `?${given}` : ''}`
}

function read<Body>(
  { api }: Console,
  visit: SignedIn,
  fund: Fund,
  path: string,
  query: Record<string, string>,
): Promise<Body> {
  const asked = { params: { fund: fund.id }, query, language: visit.language }
  return api.read<Body>(visit.actor, `/funds/:fund/ledger/${path}`, asked)
}

async function fundRead({ db }: Console, { actor }: SignedIn, fundId: string): Promise<Fund> {
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  return fund
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}

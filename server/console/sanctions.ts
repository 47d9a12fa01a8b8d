import type { Router } from 'express'
import { row } from '../../db/connect.ts'
import { sanctionsPage } from '../../templates/sanctions.tsx'
import { casePage } from '../../templates/screening-case.tsx'
import { formWithFile } from '../http/upload.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { CASE_STATES, type CaseTold, type StandTold, type VersionTold } from '../sanctions/queries.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** Sanctions lists with their upload, and the cases that compliance officers decide. */
export function sanctionsPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/sanctions', (visit, req) =>
    show(served, visit, String(req.params.fund), { asked: req.query }),
  )
  router.post('/funds/:fund/sanctions', ...formWithFile('16mb'))
  postForm(router, served, {
    path: '/funds/:fund/sanctions',
    form: () => 'f',
    asks: (_visit, { params, fields: { file, fileName, list, format, confirmed } }) => ({
      ...{ method: 'post', path: '/funds/:fund/sanctions-versions', params },
      query: optional({ list, format, confirmed, fileName: fileName?.slice(0, 200) }),
      body: Buffer.from(file ?? '', 'base64'),
    }),
    done: (_answer, { fund }) => `/funds/${fund}/sanctions?done=imported`,
    again: (visit, { fund }, refused) => show(served, visit, fund!, { asked: {}, refused }),
  })
  getPage(router, '/screening-cases/:screeningCase', (visit, req) =>
    showCase(served, visit, String(req.params.screeningCase), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/screening-cases/:screeningCase/decisions',
    form: () => 'f',
    asks: (_visit, { params, fields: { verdict, reason } }) => ({
      ...{ method: 'post', path: '/screening-cases/:screeningCase/decisions', params },
      body: optional({ verdict, reason }),
    }),
    done: (_answer, { screeningCase }) => `/screening-cases/${screeningCase}?done=decided`,
    again: (visit, { screeningCase }, refused) => showCase(served, visit, screeningCase!, { refused }),
  })
}

async function show(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { asked, refused }: { asked: Record<string, unknown>; refused?: Refused },
): Promise<string> {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const state = CASE_STATES.find((one) => one === asked.state) ?? 'open'
  const after = typeof asked.after === 'string' && /^[\w-]{1,500}$/.test(asked.after) ? { after: asked.after } : {}
  const params = { fund: fund.id }
  const address = `/funds/${fund.id}/sanctions?state=${state}`
  const cases = await api.read<{ items: CaseTold[]; next: string | null }>(actor, '/funds/:fund/screening-cases', {
    ...{ params, language, query: { state, ...after } },
  })
  const versions = await api.read<{ items: VersionTold[] }>(actor, '/funds/:fund/sanctions-versions', {
    ...{ params, language },
  })
  return sanctionsPage(frameOf(visit, { fund, section: 'sanctions', here: address }), {
    ...{ fundId: fund.id, state, cases: cases.items, versions: versions.items, formKey: newFormKey() },
    stand: await api.read<StandTold>(actor, '/funds/:fund/screening', { params, language }),
    next: cases.next && `${address}&after=${cases.next}`,
    mayUpload: holdsRole(actor, fund.id, ['compliance_officer']),
    done: asked.done === 'imported',
    problem: refused?.problem,
    typed: (name) => refused?.fields[name] ?? '',
  })
}

async function showCase(
  { db, api }: Console,
  visit: SignedIn,
  caseId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language } = visit
  const of = await api.read<CaseTold>(actor, '/screening-cases/:screeningCase', {
    params: { screeningCase: caseId },
    language,
  })
  const fund = await fundSeenBy(db, actor, of.fundId)
  const officer = actor.kind === 'person' && holdsRole(actor, fund.id, ['compliance_officer'])
  const away = await row<{ why: string | null }>(db, 'select keeps_away_from_cases(:personId, :payeeId) as why', {
    personId: actor.personId,
    payeeId: of.payee.id,
  })
  const ownConfirmation = of.state === 'confirm' && of.decisions[0]?.decidedBy?.id === actor.personId
  const open = { open: ['clear', 'confirm'], clear: ['confirm'], confirm: ownConfirmation ? [] : ['clear'], lapse: [] }
  return casePage(frameOf(visit, { fund, section: 'sanctions', here: `/screening-cases/${caseId}` }), {
    ...{ of, formKey: newFormKey(), done: done === 'decided', problem: refused?.problem },
    verdicts: officer && !away!.why ? (open[of.state] as ('clear' | 'confirm')[]) : [],
    keepsAway: officer && away!.why !== null,
    typed: (name) => refused?.fields[name] ?? '',
  })
}

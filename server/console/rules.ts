import type { Request, Router } from 'express'
import { formProblem } from '../../templates/refused.tsx'
import { ruleFormPage } from '../../templates/rule-form.tsx'
import { ruleProposalPage, rulesPage, type RuleProposalShown } from '../../templates/rules.tsx'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { proposalById } from '../proposals/load.ts'
import { listProposals } from '../proposals/queries.ts'
import { offeredRules } from '../rules/offered.ts'
import { RULE_PROPOSERS, SUBJECTS, type Field, type Fields, type Subject, type Terms } from '../rules/policy.ts'
import { listRules } from '../rules/queries.ts'
import { addressOf } from '../rules/routes.ts'
import {
  amountTyped,
  getPage,
  newFormKey,
  postForm,
  type Console,
  type Fields as Typed,
  type Refused,
} from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

/** The rules of a fund: as they hold, as a form that shows beforehand what would go another way, and what waits for a second person. */
export function rulePages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/rules', (visit, req) => showRules(served, visit, String(req.params.fund)))
  getPage(router, '/funds/:fund/rules/:subject', (visit, req) =>
    showForm(
      served,
      visit,
      { fund: String(req.params.fund), subject: String(req.params.subject) },
      { asked: askedIn(req), offered: req.query.offered === 'yes' },
    ),
  )
  postForm(router, served, {
    path: '/funds/:fund/rules/:subject',
    form: () => 'p',
    asks: async (visit, { params, fields }) => {
      const fund = await fundSeenBy(served.db, visit.actor, params.fund!)
      const subject = subjectNamed(params.subject)
      return {
        method: 'post',
        path: `/funds/:fund/policies/${addressOf(subject)}`,
        params: { fund: fund.id },
        body: {
          ...optional({ reason: fields.reason, effectiveFrom: fields.effectiveFrom }),
          terms: termsTyped(SUBJECTS[subject], fields, '', fund.currency),
        },
      }
    },
    done: ({ body }) => `/rules/${(body as { id: string }).id}?done=proposed`,
    again: (visit, params, refused) =>
      showForm(served, visit, { fund: params.fund!, subject: params.subject! }, { asked: refused.fields, refused }),
  })
  getPage(router, '/rules/:proposal', (visit, req) =>
    showProposal(served, visit, String(req.params.proposal), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/rules/:proposal/decisions',
    form: () => 'f',
    asks: (_visit, { params, fields: { verdict, reason } }) => ({
      method: 'post',
      path: '/proposals/:proposal/decisions',
      params,
      body: optional({ verdict, reason }),
    }),
    done: ({ body }, { proposal }) => `/rules/${proposal}?done=${(body as { status: string }).status}`,
    again: (visit, { proposal }, refused) => showProposal(served, visit, proposal!, { refused }),
  })
}

async function showRules({ db }: Console, visit: SignedIn, fundId: string): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  return rulesPage(frameOf(visit, { fund, section: 'rules' }), {
    fundId: fund.id,
    rules: await listRules(db, fund),
    offered: await offeredRules(db, fund),
    proposals: await listProposals(db, { fundId: fund.id, kind: 'policy', status: 'proposed', limit: SHOWN }),
    today: dayOf(actor.act.at),
    mayPropose: holdsRole(actor, fund.id, RULE_PROPOSERS),
  })
}

async function showForm(
  { db, api }: Console,
  visit: SignedIn,
  asked: { fund: string; subject: string },
  { asked: typed, refused, offered = false }: { asked: Typed | undefined; refused?: Refused; offered?: boolean },
): Promise<string> {
  const { actor, language, t } = visit
  const fund = await fundSeenBy(db, actor, asked.fund)
  requireRole(actor, fund.id, RULE_PROPOSERS)
  const subject = subjectNamed(asked.subject)
  const today = dayOf(actor.act.at)
  const rules = await listRules(db, fund)
  const now = rules.findLast((one) => one.subject === subject && one.effectiveFrom <= today)!
  const better = offered ? (await offeredRules(db, fund)).find((one) => one.subject === subject) : undefined
  const standing = better ?? now
  const terms = typed ? termsTyped(SUBJECTS[subject], typed, '', fund.currency) : standing.terms
  const effectiveFrom = typed?.effectiveFrom ?? today
  const look = async () => {
    const path = `/funds/:fund/policies/${addressOf(subject)}/previews`
    const body = { ...optional({ effectiveFrom }), terms }
    return api.read<RuleProposalShown['preview']>(actor, path, { params: { fund: fund.id }, body, language })
  }
  const looked = typed ? await look().catch(asRefusal) : undefined
  const problem = looked instanceof Refusal ? formProblem(looked, t) : refused?.problem
  return ruleFormPage(frameOf(visit, { fund, section: 'rules', here: `/funds/${fund.id}/rules/${subject}` }), {
    ...{ fundId: fund.id, currency: fund.currency, subject, fields: SUBJECTS[subject], terms, effectiveFrom, today },
    looked: looked instanceof Refusal ? undefined : looked,
    problem,
    reason: refused?.fields.reason ?? '',
    formKey: newFormKey(),
  })
}

async function showProposal(
  { db, api }: Console,
  visit: SignedIn,
  proposalId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const { fundId, kind } = await proposalById(db, proposalId)
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  if (kind !== 'policy') throw new Refusal('not_found')
  const [proposal] = await listProposals(db, { fundId, proposalId, limit: 1 })
  const params = { proposal: proposalId }
  const preview = await api.read<RuleProposalShown['preview']>(actor, '/proposals/:proposal/preview', {
    params,
    language,
  })
  const own = proposal!.proposedBy.id === actor.personId
  const here = ['proposed', 'approved', 'rejected'] as const
  const found = here.find((one) => one === done)
  return ruleProposalPage(frameOf(visit, { fund, section: 'rules', here: `/rules/${proposalId}` }), {
    proposal: proposal!,
    preview,
    part: own ? 'own' : holdsRole(actor, fund.id, proposal!.mayDecide) ? 'decide' : undefined,
    done: found && t.rules.done[found],
    problem: refused?.problem,
    reason: refused?.fields.reason ?? '',
    formKey: newFormKey(),
  })
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error
}

function subjectNamed(text: string | undefined): Subject {
  if (text === undefined || !Object.hasOwn(SUBJECTS, text)) throw new Refusal('not_found')
  return text as Subject
}

/** What stands in the address, where somebody has asked to see what a rule would change. */
function askedIn(req: Request): Typed | undefined {
  if (req.query.look !== 'yes') return undefined
  const texts = Object.entries(req.query).filter((one): one is [string, string] => typeof one[1] === 'string')
  return Object.fromEntries(texts.map(([name, text]) => [name, text.trim()]))
}

/** The terms as they were typed, in the form in which the API takes them. Lines that were left empty are not there. */
function termsTyped(fields: Fields, typed: Typed, at: string, currency: string): Terms {
  const pairs = Object.entries(fields).map(([name, field]): [string, unknown] => [
    name,
    termTyped(field, typed, at + name, currency),
  ])
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined))
}

function termTyped(field: Field, typed: Typed, path: string, currency: string): unknown {
  const text = typed[path] ?? ''
  const digits = amountTyped(text)
  switch (field.kind) {
    case 'amount':
      return text === '' ? (field.above ? null : undefined) : { amount: digits, currency }
    case 'count':
      return text === '' ? undefined : /^\d{1,9}$/.test(digits) ? Number.parseInt(digits, 10) : text
    case 'basis_points': {
      const percent = /^(\d{1,4})(?:\.(\d{1,2}))?$/.exec(digits)
      if (text === '' || !percent) return text || undefined
      return Number.parseInt(`${percent[1]}${(percent[2] ?? '').padEnd(2, '0')}`, 10)
    }
    case 'choice':
    case 'text':
      return text || undefined
    case 'flag':
      return text === 'yes' ? true : undefined
    case 'group':
      return termsTyped(field.of, typed, `${path}.`, currency)
    case 'list': {
      const lines = Array.from({ length: field.most + 1 }, (_, i) => `${path}.${i}.`)
      const filled = lines.filter((line) =>
        Object.entries(typed).some(([name, value]) => name.startsWith(line) && value !== ''),
      )
      return filled.map((line) => termsTyped(field.of, typed, line, currency))
    }
  }
}

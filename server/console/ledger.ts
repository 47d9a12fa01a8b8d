import type { Router } from 'express'
import { entryPage, type EntryShown } from '../../templates/ledger-entry.tsx'
import {
  statementPage,
  trialBalancePage,
  type StatementShown,
  type TrialBalanceShown,
} from '../../templates/ledger.tsx'
import { formProblem } from '../../templates/refused.tsx'
import { CORRECTABLE } from '../corrections/policy.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { getPage, type Console } from './forms.ts'
import { requestBehind } from './queries.ts'
import { frameOf, fundName, fundSeenBy, type SignedIn } from './visit.ts'

/** From the trial balance to the statement of an account, to an entry, to the act and the people behind it. */
export function ledgerPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/ledger', (visit, req) =>
    showTrialBalance(served, visit, String(req.params.fund), textIn(req.query.on)),
  )
  getPage(router, '/funds/:fund/ledger/statement', (visit, req) =>
    showStatement(served, visit, String(req.params.fund), {
      address: textIn(req.query.address),
      currency: textIn(req.query.currency),
      after: textIn(req.query.after),
    }),
  )
  getPage(router, '/funds/:fund/ledger/entries/:entry', (visit, req) =>
    showEntry(served, visit, String(req.params.fund), String(req.params.entry)),
  )
}

async function showTrialBalance({ db, api }: Console, visit: SignedIn, fundId: string, asked: string): Promise<string> {
  const fund = await fundRead(db, visit, fundId)
  const read = (occurredOn: string) =>
    api.read<TrialBalanceShown>(visit.actor, '/funds/:fund/ledger/trial-balance', {
      params: { fund: fund.id },
      query: { occurredOn },
      language: visit.language,
    })
  let on = asked || dayOf(visit.actor.act.at)
  let problem: TrialBalanceShown['problem']
  const balance = await read(on).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== 'invalid_request') throw error
    // A day that is none: say so, and show today.
    on = dayOf(visit.actor.act.at)
    problem = { message: formProblem(error, visit.t).message, fields: { on: visit.t.fieldErrors['day.invalid'] } }
    return read(on)
  })
  return trialBalancePage(frameOf(visit, { fund, section: 'ledger' }), {
    ...balance,
    fund: { id: fund.id, name: fundName(fund, visit.language), currency: fund.currency },
    on,
    problem,
  })
}

async function showStatement(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { address, currency, after }: { address: string; currency: string; after: string },
): Promise<string> {
  const fund = await fundRead(db, visit, fundId)
  const statement = await api.read<
    Omit<StatementShown, 'opening' | 'fundId'> & { opening: { amount: StatementShown['opening'] } }
  >(visit.actor, '/funds/:fund/ledger/statement', {
    params: { fund: fund.id },
    query: { address, currency, ...(after ? { after } : {}) },
    language: visit.language,
  })
  const { next, opening, ...told } = statement
  const query = next && new URLSearchParams({ address, currency, after: next }).toString()
  return statementPage(frameOf(visit, { fund, section: 'ledger' }), {
    ...told,
    fundId: fund.id,
    opening: opening.amount,
    next: query && `/funds/${fund.id}/ledger/statement?${query}`,
  })
}

async function showEntry({ db, api }: Console, visit: SignedIn, fundId: string, entryId: string): Promise<string> {
  const fund = await fundRead(db, visit, fundId)
  const entry = await api.read<Omit<EntryShown, 'mayCorrect'> & { reversedBy: string | null }>(
    visit.actor,
    '/funds/:fund/ledger/entries/:entry',
    {
      params: { fund: fund.id, entry: entryId },
      language: visit.language,
    },
  )
  return entryPage(frameOf(visit, { fund, section: 'ledger' }), {
    ...entry,
    fund,
    requestId: await requestBehind(db, entry.source),
    mayCorrect:
      entry.reversedBy === null &&
      CORRECTABLE[entry.corrects?.kind ?? entry.kind] !== undefined &&
      holdsRole(visit.actor, fund.id, ['controller']),
  })
}

async function fundRead(db: Console['db'], { actor }: SignedIn, fundId: string) {
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  return fund
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

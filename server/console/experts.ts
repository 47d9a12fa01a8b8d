import type { Router } from 'express'
import { expertPage, rosterPage } from '../../templates/experts.tsx'
import { standbyPage } from '../../templates/standby.tsx'
import type { DeploymentTold } from '../deployments/queries.ts'
import { Refusal } from '../errors.ts'
import { ROSTER_READERS, type ExpertListed, type ExpertTold, type FreeNow } from '../experts/queries.ts'
import { ROSTER_KEEPERS } from '../experts/record.ts'
import { holdsRole, requireRole } from '../people/actor.ts'
import { mayKeepExpert } from './expert-forms.ts'
import { getPage, type Console } from './forms.ts'
import { frameOf, fundName, fundSeenBy, type SignedIn } from './visit.ts'

const ASKED = ['name', 'theme', 'language', 'level', 'place', 'mode', 'from', 'to', 'after'] as const

/** The roster with its search, an expert, and who is out. */
export function expertPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/experts', (visit, req) => roster(served, visit, String(req.params.fund), req.query))
  getPage(router, '/funds/:fund/standby', (visit, req) => standby(served, visit, String(req.params.fund), req.query))
  getPage(router, '/experts/:expert', async (visit, req) => {
    const { actor, language } = visit
    const params = { expert: String(req.params.expert) }
    const expert = await served.api.read<ExpertTold>(actor, '/experts/:expert', { params, language })
    const fund = await fundSeenBy(served.db, actor, expert.fundId)
    const words = visit.t.experts.done
    const { done } = req.query
    return expertPage(frameOf(visit, { fund, section: 'experts', here: `/experts/${params.expert}` }), {
      expert,
      done: done === 'added' || done === 'changed' ? words[done] : undefined,
      mayKeep: mayKeepExpert(actor, expert),
      maySend: expert.onRoster && holdsRole(actor, fund.id, ['requester']),
    })
  })
}

async function roster({ db, api }: Console, visit: SignedIn, fundId: string, typed: Record<string, unknown>) {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, ROSTER_READERS)
  const address = `/funds/${fund.id}/experts`
  const asked = Object.fromEntries(
    ASKED.flatMap((name) => (typeof typed[name] === 'string' && typed[name] !== '' ? [[name, typed[name]]] : [])),
  ) as Record<string, string>
  // A level without a language, or a last day without a first one, asks for nothing.
  if (!asked.language) delete asked.level
  if (!asked.from) delete asked.to
  const read = (query: Record<string, string>) =>
    api.read<{ items: ExpertListed[]; next: string | null }>(actor, '/funds/:fund/experts', {
      params: { fund: fund.id },
      query,
      language,
    })
  const found = await read(asked).catch((error: unknown) => {
    // What is not of the right form finds nobody.
    if (!(error instanceof Refusal) || error.code !== 'invalid_request') throw error
    return { items: [], next: null }
  })
  return rosterPage(frameOf(visit, { fund, section: 'experts', here: address }), {
    action: address,
    fund: fundName(fund, language),
    mayAdd: holdsRole(actor, fund.id, ROSTER_KEEPERS),
    experts: found.items,
    asked,
    next: found.next && `${address}?${new URLSearchParams({ ...asked, after: found.next }).toString()}`,
  })
}

type StandbyTold = {
  on: string
  out: DeploymentTold[]
  couldLeave: { items: FreeNow[]; next: string | null }
}

async function standby({ db, api }: Console, visit: SignedIn, fundId: string, typed: Record<string, unknown>) {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  const address = `/funds/${fund.id}/standby`
  const query = Object.fromEntries(
    ['on', 'after'].flatMap((name) =>
      typeof typed[name] === 'string' && typed[name] !== '' ? [[name, typed[name]]] : [],
    ),
  )
  const asked = { params: { fund: fund.id }, query, language }
  const { on, out, couldLeave } = await api.read<StandbyTold>(actor, '/funds/:fund/standby', asked)
  return standbyPage(frameOf(visit, { fund, section: 'experts', here: address }), {
    action: address,
    on,
    out,
    free: couldLeave.items,
    next: couldLeave.next && `${address}?on=${on}&after=${couldLeave.next}`,
  })
}

import type { Router } from 'express'
import { homePage, type FundAtHome } from '../../templates/home.tsx'
import { signInPage } from '../../templates/sign-in.tsx'
import type { Fund } from '../funds/open.ts'
import type { MoneyText } from '../money.ts'
import { holdsRole, READERS } from '../people/actor.ts'
import type { Console } from './forms.ts'
import { frameOf, fundName, sectionsFor, visitOf, type SignedIn } from './visit.ts'
import { waitingFor } from './waiting.ts'

/** The first page: the way in for nobody yet, and what waits for whoever is in. */
export function homePages(router: Router, served: Console): void {
  router.get('/', async (req, res) => {
    const visit = visitOf(req, res)
    if (!visit.actor) return void res.send(signInPage(frameOf(visit), { email: '', next: '/' }))
    res.send(await home(served, visit as SignedIn))
  })
}

async function home({ db, api }: Console, visit: SignedIn): Promise<string> {
  const { actor, language } = visit
  const { items } = await api.read<{ items: Fund[] }>(actor, '/funds', { language })
  const funds: FundAtHome[] = []
  for (const fund of items) {
    const waiting = await waitingFor(db, actor, { fund, t: visit.t })
    const seesStatus = holdsRole(actor, fund.id, [...READERS, 'requester'])
    const status = seesStatus
      ? await api.read<{ stages: Record<string, MoneyText> }>(actor, '/funds/:fund/status', {
          params: { fund: fund.id },
          language,
        })
      : undefined
    funds.push({
      id: fund.id,
      code: fund.code,
      name: fundName(fund, language),
      currency: fund.currency,
      roles: [...new Set(actor.grants.filter((grant) => grant.fundId === fund.id).map((grant) => grant.role))],
      mayPledge: holdsRole(actor, fund.id, ['fund_manager', 'controller']),
      mayBeginRequest: holdsRole(actor, fund.id, ['requester']),
      // Who has one fund finds them above; they stand here as well where there would be nothing else.
      sections: items.length === 1 && status ? [] : sectionsFor(actor, fund.id),
      waiting,
      stages: status?.stages,
    })
  }
  const only = items.length === 1 && !actor.administrator ? { fund: items[0]! } : {}
  return homePage(frameOf(visit, { section: 'home', ...only }), { administrator: actor.administrator, funds })
}

import type { Request, Router } from 'express'
import { correctionPage, correctionsPage, type CorrectionShown } from '../../templates/corrections.tsx'
import type { CorrectionTold } from '../corrections/queries.ts'
import { Refusal } from '../errors.ts'
import { holdsRole } from '../people/actor.ts'
import { correctionForm } from './correction-form.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** Corrections: the list, the form that proposes one from its entry, and the page on which another person confirms it. */
export function correctionPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/corrections', (visit, req) => showList(served, visit, String(req.params.fund), req))
  getPage(router, '/corrections/:correction', (visit, req) =>
    showCorrection(served, visit, String(req.params.correction), { done: req.query.done }),
  )
  correctionForm(router, served)
  postForm(router, served, {
    path: '/corrections/:correction/decisions',
    form: () => 'decide',
    asks: (_visit, { params, fields: { verdict, reason, confirmed } }) => {
      if (verdict === 'confirm' && confirmed !== 'yes') throw unconfirmed()
      return {
        method: 'post',
        path: '/corrections/:correction/decisions',
        params,
        body: optional({ verdict, reason }),
      }
    },
    done: (_answer, { correction }, { verdict }) => `/corrections/${correction}?done=${verdict}`,
    again: (visit, { correction }, refused) => showCorrection(served, visit, correction!, { refused }),
  })
  postForm(router, served, {
    path: '/corrections/:correction/withdrawals',
    form: () => 'withdraw',
    asks: (_visit, { params }) => ({ method: 'post', path: '/corrections/:correction/withdrawals', params, body: {} }),
    done: (_answer, { correction }) => `/corrections/${correction}?done=withdraw`,
    again: (visit, { correction }, refused) => showCorrection(served, visit, correction!, { refused }),
  })
}

async function showList({ db, api }: Console, visit: SignedIn, fundId: string, req: Request): Promise<string> {
  const fund = await fundSeenBy(db, visit.actor, fundId)
  const after = typeof req.query.after === 'string' ? { after: req.query.after } : {}
  const { items, next } = await api.read<{ items: CorrectionTold[]; next: string | null }>(
    visit.actor,
    '/funds/:fund/corrections',
    { params: { fund: fund.id }, query: { ...after, limit: 25 }, language: visit.language },
  )
  return correctionsPage(frameOf(visit, { fund, section: 'ledger' }), {
    fund,
    items,
    next: next && `/funds/${fund.id}/corrections?after=${next}`,
  })
}

/** The page of a correction, also again after one of its forms was refused. */
async function showCorrection(
  { db, api }: Console,
  visit: SignedIn,
  correctionId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const correction = await api.read<CorrectionShown['correction']>(actor, '/corrections/:correction', {
    params: { correction: correctionId },
    language,
  })
  const fund = await fundSeenBy(db, actor, correction.fundId)
  const open = correction.status === 'proposed'
  const mine = correction.proposedBy.id === actor.personId
  const said = typeof done === 'string' && Object.hasOwn(t.corrections.done, done)
  return correctionPage(frameOf(visit, { fund, section: 'ledger', here: `/corrections/${correctionId}` }), {
    fund,
    correction,
    mayDecide: open && !mine && holdsRole(actor, fund.id, correction.confirmers),
    mayWithdraw: open && mine && holdsRole(actor, fund.id, ['controller']),
    done: said ? t.corrections.done[done as keyof typeof t.corrections.done] : undefined,
    problem: refused?.problem,
    typedReason: refused?.fields.reason ?? '',
    newKey: newFormKey,
  })
}

function unconfirmed(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'confirmed', code: 'confirm.listed', message: 'confirm what is listed' }],
  })
}

import type { Router } from 'express'
import { filePage } from '../../templates/payment-file.tsx'
import { filesPage } from '../../templates/payment-files.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { SIGNATORIES } from '../payment-files/prepare.ts'
import type { FileListed, FileTold, Waiting } from '../payment-files/queries.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import type { ReportListed } from '../status-reports/queries.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** What waits for the bank, a file with its signatures, and the forms that act on it. */
export function paymentFilePages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/payment-files', (visit, req) =>
    showFiles(served, visit, String(req.params.fund), { done: req.query.done }),
  )
  getPage(router, '/payment-files/:paymentFile', (visit, req) =>
    showFile(served, visit, String(req.params.paymentFile), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/funds/:fund/payment-files',
    form: () => 'f',
    asks: (_visit, { params, fields: { bankAccountId, executionDate }, chosen }) => ({
      method: 'post',
      path: '/funds/:fund/payment-files',
      params,
      body: { ...optional({ bankAccountId, executionDate }), payments: chosen('payments') },
    }),
    done: (answer) => `/payment-files/${(answer.body as { id: string }).id}?done=prepared`,
    again: (visit, { fund }, refused) => showFiles(served, visit, fund!, { refused }),
  })
  fileForms(router, served)
}

function fileForms(router: Router, served: Console): void {
  const again = (visit: SignedIn, { paymentFile }: Record<string, string>, refused: Refused) =>
    showFile(served, visit, paymentFile!, { refused })
  postForm(router, served, {
    path: '/payment-files/:paymentFile/signatures',
    form: () => 'f',
    asks: (_visit, { params, fields }) => {
      if (fields.confirmed !== 'yes') throw uncompared()
      return {
        ...{ method: 'post', path: '/payment-files/:paymentFile/signatures', params },
        // What is signed is what was on the page: without its hash the form is not whole.
        body: { sha256: fields.sha256 ?? '' },
      }
    },
    done: ({ body }, { paymentFile }) =>
      `/payment-files/${paymentFile}?done=${(body as { signatures: number }).signatures === 2 ? 'released' : 'signed'}`,
    again,
  })
  postForm(router, served, {
    path: '/payment-files/:paymentFile/withdrawals',
    form: () => 'f',
    asks: (_visit, { params, fields: { reason }, chosen }) => ({
      ...{ method: 'post', path: '/payment-files/:paymentFile/withdrawals', params },
      body: { ...optional({ reason }), ...(chosen('takeOut').length > 0 ? { takeOut: chosen('takeOut') } : {}) },
    }),
    done: ({ body }, { paymentFile }) => {
      const { replacedBy } = body as { replacedBy: { id: string } | null }
      return replacedBy
        ? `/payment-files/${replacedBy.id}?done=replaced`
        : `/payment-files/${paymentFile}?done=withdrawn`
    },
    again,
  })
  postForm(router, served, {
    path: '/payment-files/:paymentFile/sendings',
    form: () => 'f',
    asks: (_visit, { params, fields: { reason } }) => ({
      ...{ method: 'post', path: '/payment-files/:paymentFile/sendings', params },
      body: optional({ reason }),
    }),
    done: (_answer, { paymentFile }) => `/payment-files/${paymentFile}?done=sent`,
    again,
  })
}

/** The page of a fund's files, also again after one of its forms was refused. */
export async function showFiles(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { done, refused }: { done?: unknown; refused?: Pick<Refused, 'problem'> },
): Promise<string> {
  const { actor, language, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const read = <Item>(path: string, query: Record<string, unknown> = {}) =>
    api.read<{ items: Item[] }>(actor, `/funds/:fund/${path}`, { params: { fund: fund.id }, query, language })
  return filesPage(frameOf(visit, { fund, section: 'payment-files', here: `/funds/${fund.id}/payment-files` }), {
    fundId: fund.id,
    waiting: (await read<Waiting>('payments-awaiting-file')).items,
    files: (await read<FileListed>('payment-files', { limit: 50 })).items,
    reports: (await read<ReportListed>('status-reports', { limit: 20 })).items,
    mayPrepare: holdsRole(actor, fund.id, SIGNATORIES),
    mayRead: holdsRole(actor, fund.id, ['reconciler', 'treasurer']),
    done: fileDone(t, done),
    problem: refused?.problem,
    today: dayOf(actor.act.at),
    newKey: newFormKey,
  })
}

async function showFile(
  { db, api }: Console,
  visit: SignedIn,
  fileId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const params = { paymentFile: fileId }
  const file = await api.read<FileTold>(actor, '/payment-files/:paymentFile', { params, language })
  const fund = await fundSeenBy(db, actor, file.fundId)
  const isSignatory = holdsRole(actor, fund.id, SIGNATORIES)
  const signed = file.signatures.some(({ by }) => by.id === actor.personId)
  return filePage(frameOf(visit, { fund, section: 'payment-files', here: `/payment-files/${fileId}` }), {
    ...{ file, signed, isSignatory },
    maySign: isSignatory && file.status === 'prepared' && !signed,
    done: fileDone(t, done),
    problem: refused?.problem,
    typed: (name) => refused?.fields[name] ?? '',
    newKey: newFormKey,
  })
}

/** What the address says was done, where it is one of the things that can have been. */
export function fileDone(t: Texts, done: unknown): string | undefined {
  const words = t.paymentFiles.done
  return typeof done === 'string' && Object.hasOwn(words, done) ? words[done as keyof typeof words] : undefined
}

function uncompared(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'confirmed', code: 'confirm.missing', message: 'confirm the hash that you see' }],
  })
}

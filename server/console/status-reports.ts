import { raw, type Router } from 'express'
import { bankAccountsPage, type OwnAccount } from '../../templates/bank-accounts.tsx'
import { formProblem } from '../../templates/refused.tsx'
import { reportPage } from '../../templates/status-report.tsx'
import { REFUSALS, Refusal } from '../errors.ts'
import { keepAttempt, problemOf, refusalOf } from '../http/problems.ts'
import { validateParams } from '../http/validate.ts'
import { holdsRole } from '../people/actor.ts'
import type { ReportLine, ReportListed } from '../status-reports/queries.ts'
import { XML_LIMITS } from '../xml.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { fileDone, showFiles } from './payment-files.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, visitOf, type SignedIn } from './visit.ts'

/** What the bank says of files, and where the fund's own accounts are kept. */
export function statusReportPages(router: Router, served: Console): void {
  uploadForm(router, served)
  getPage(router, '/status-reports/:statusReport', (visit, req) =>
    showReport(served, visit, String(req.params.statusReport), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/status-reports/:statusReport/answers',
    form: () => 'f',
    asks: (_visit, { params, fields: { line = '', note } }) => ({
      ...{ method: 'post', path: '/status-reports/:statusReport/answers', params },
      body: { ...optional({ note }), ...(/^\d{1,6}$/.test(line) ? { line: Number.parseInt(line, 10) } : {}) },
    }),
    done: (_answer, { statusReport }) => `/status-reports/${statusReport}?done=answered`,
    again: (visit, { statusReport }, refused) => showReport(served, visit, statusReport!, { refused }),
  })
  accountPages(router, served)
}

/** A report as a file in a form: read as the browser sends it (RFC 7578), then what the API is sent. */
function uploadForm(router: Router, served: Console): void {
  const body = raw({ type: 'multipart/form-data', limit: XML_LIMITS.bytes + 64 * 1024 })
  router.post('/funds/:fund/status-reports', body, async (req, res) => {
    const visit = visitOf(req, res)
    if (!visit.actor) throw new Refusal('not_signed_in')
    const signedIn = visit as SignedIn
    const params = validateParams(req.params as Record<string, string>)
    try {
      const { key, file } = await uploaded(req.body, req.header('content-type') ?? '')
      const asked = {
        method: 'post',
        path: '/funds/:fund/status-reports',
        params,
        key,
        language: visit.language,
      } as const
      const answer = await served.api.change(req, signedIn.actor, { ...asked, body: file })
      const { id } = answer.body as { id: string }
      res.redirect(303, `/status-reports/${id}?done=${answer.status === 200 ? 'known' : 'report'}`)
    } catch (error) {
      const refusal = refusalOf(error as Error)
      if (!refusal || refusal.code === 'not_found' || refusal.code === 'role_not_allowed') throw error
      const problem = formProblem(refusal, visit.t)
      const html = await showFiles(served, signedIn, params.fund!, { refused: { problem } })
      await keepAttempt(served.db, req, refusal, problemOf(refusal, req))
      res.status(REFUSALS[refusal.code].status).type('html').send(html)
    }
  })
}

async function uploaded(body: unknown, type: string): Promise<{ key: string; file: Buffer }> {
  const form = await new Response(body as BodyInit, { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined)
  const file = form?.get('report')
  const key = form?.get('key')
  if (!(file instanceof File) || typeof key !== 'string')
    throw new Refusal('invalid_request', {
      errors: [{ field: 'report', code: 'any.required', message: 'choose a file' }],
    })
  return { key, file: Buffer.from(await file.arrayBuffer()) }
}

async function showReport(
  { db, api }: Console,
  visit: SignedIn,
  reportId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const report = await api.read<ReportListed & { items: ReportLine[] }>(actor, '/status-reports/:statusReport', {
    params: { statusReport: reportId },
    language,
  })
  const fund = await fundSeenBy(db, actor, report.fundId)
  return reportPage(frameOf(visit, { fund, section: 'payment-files', here: `/status-reports/${reportId}` }), {
    report,
    mayAnswer: holdsRole(actor, fund.id, ['reconciler', 'treasurer']),
    done: fileDone(t, done),
    problem: refused?.problem,
    newKey: newFormKey,
  })
}

function accountPages(router: Router, served: Console): void {
  const fundOf = async (bankAccountId: string) => {
    const found = await served.db('bank_accounts').where({ id: bankAccountId }).first('fund_id')
    if (!found) throw new Refusal('not_found')
    return found.fund_id as string
  }
  getPage(router, '/funds/:fund/bank-accounts', (visit, req) =>
    showAccounts(served, visit, String(req.params.fund), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/bank-accounts/:bankAccount/details',
    form: ({ bankAccount }) => bankAccount!,
    asks: (_visit, { params, fields }) => {
      const { scheme, account, bic, clearingCode, bankName, bankCountry, holder } = fields
      const { street, building, postCode, town, country } = fields
      return {
        ...{ method: 'post', path: '/bank-accounts/:bankAccount/details', params },
        body: {
          ...optional({ scheme, account, bic, clearingCode, bankName, bankCountry, holder }),
          address: optional({ street, building, postCode, town, country }),
        },
      }
    },
    done: async (_answer, { bankAccount }) => `/funds/${await fundOf(bankAccount!)}/bank-accounts?done=details`,
    again: async (visit, { bankAccount }, refused) =>
      showAccounts(served, visit, await fundOf(bankAccount!), { refused }),
  })
}

async function showAccounts(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  const { items } = await api.read<{ items: OwnAccount[] }>(actor, '/funds/:fund/bank-accounts', {
    params: { fund: fund.id },
    language,
  })
  return bankAccountsPage(frameOf(visit, { fund, section: 'payment-files', here: `/funds/${fund.id}/bank-accounts` }), {
    accounts: items,
    mayChange: actor.administrator || holdsRole(actor, fund.id, ['controller']),
    done: fileDone(t, done),
    refused: refused && { ...refused, problem: withShortNames(refused.problem) },
    newKey: newFormKey,
  })
}

/** Fields of the address stand in the form by their own names. */
function withShortNames(problem: Refused['problem']): Refused['problem'] {
  const fields = Object.entries(problem.fields).map(([name, says]) => [name.replace(/^address\./, ''), says])
  return { ...problem, fields: Object.fromEntries(fields) as Record<string, string> }
}

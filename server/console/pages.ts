import { Router } from 'express'
import type { Db } from '../../db/connect.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { SignIn } from '../http/sign-in.ts'
import { countUnread } from '../notifications/queries.ts'
import { alarmsFor } from './alarms.ts'
import { apiFor } from './api.ts'
import { closingPages } from './closing.ts'
import { clockPages } from './clock.ts'
import { contributionPages } from './contributions.ts'
import { correctionPages } from './corrections.ts'
import { breakGlassPages } from './break-glass.ts'
import { auditPages } from './audit.ts'
import { samplePages } from './samples.ts'
import { delegationPages } from './delegations.ts'
import { donorPages } from './donors.ts'
import { draftPages } from './drafts.ts'
import { forecastPages } from './forecast.ts'
import { expenditureReportPages } from './expenditure-reports.ts'
import { deploymentForms } from './deployments.ts'
import { expertForms } from './expert-forms.ts'
import { expertPages } from './experts.ts'
import { homePages } from './home.ts'
import { ledgerPages } from './ledger.ts'
import { notificationPages } from './notifications.ts'
import { opinionPages } from './opinions.ts'
import { payeePages } from './payees.ts'
import { ownPasswordFirst, passwordPages } from './password.ts'
import { pauseForms } from './pauses.ts'
import { paymentFilePages } from './payment-files.ts'
import { paymentForms } from './payments.ts'
import { periodPages } from './periods.ts'
import { recoveryPages } from './recoveries.ts'
import { placeForms } from './place-forms.ts'
import { planningPages } from './planning.ts'
import { planPages } from './plans.ts'
import { processPages } from './processes.ts'
import { requestPages } from './requests.ts'
import { receiptPages } from './receipts.ts'
import { peoplePages } from './people.ts'
import { ratePages } from './rates.ts'
import { rulePages } from './rules.ts'
import { sanctionsPages } from './sanctions.ts'
import { statusReportPages } from './status-reports.ts'
import { spendingPages } from './spending.ts'
import { signInPages } from './sign-in.ts'
import { subsistencePages } from './subsistence.ts'
import { statementPages } from './statements.ts'
import { treasuryPages } from './treasury.ts'

/** The pages of the console: the same acts as the API, for people in a browser. None needs script. */
export function pages(db: Db, signIn: SignIn, endpoints: readonly Endpoint[]): Router {
  const router = Router()
  const served = { db, api: apiFor(db, endpoints) }
  router.use((_req, res, next) => {
    // What is on these pages is nobody else's, so no cache keeps it.
    res.set('Cache-Control', 'no-store')
    next()
  })
  router.use(async (req, res, next) => {
    res.locals.db = db
    res.locals.alarms = await alarmsFor(db, req)
    res.locals.unread = req.user ? await countUnread(db, req.user) : 0
    next()
  })
  signInPages(router, served, signIn)
  passwordPages(router, served, signIn)
  router.use(ownPasswordFirst)
  homePages(router, served)
  notificationPages(router, served)
  draftPages(router, served)
  requestPages(router, served)
  paymentForms(router, served)
  pauseForms(router, served)
  delegationPages(router, served)
  breakGlassPages(router, served)
  opinionPages(router, served)
  clockPages(router, served)
  recoveryPages(router, served)
  closingPages(router, served)
  spendingPages(router, served)
  expenditureReportPages(router, served)
  donorPages(router, served)
  contributionPages(router, served)
  payeePages(router, served)
  sanctionsPages(router, served)
  treasuryPages(router, served)
  statementPages(router, served)
  auditPages(router, served)
  samplePages(router, served)
  ledgerPages(router, served)
  paymentFilePages(router, served)
  statusReportPages(router, served)
  periodPages(router, served)
  correctionPages(router, served)
  rulePages(router, served)
  ratePages(router, served)
  peoplePages(router, served)
  receiptPages(router, served)
  planningPages(router, served)
  planPages(router, served)
  forecastPages(router, served)
  expertForms(router, served)
  expertPages(router, served)
  deploymentForms(router, served)
  subsistencePages(router, served)
  placeForms(router, served)
  processPages(router, served)
  return router
}

import type { Db } from '../db/connect.ts'
import { actEndpoints } from './acts/routes.ts'
import { attachmentEndpoints } from './attachments/routes.ts'
import type { FileStore } from './attachments/store.ts'
import { entryEndpoints } from './audit/routes.ts'
import { breakGlassEndpoints } from './break-glass/routes.ts'
import { clockEndpoints } from './clock/routes.ts'
import { contributionEndpoints } from './contributions/routes.ts'
import { correctionEndpoints } from './corrections/routes.ts'
import { delegationEndpoints } from './delegations/routes.ts'
import { donorReportEndpoints } from './donor-reports/routes.ts'
import { forecastEndpoints } from './forecast/routes.ts'
import { deploymentEndpoints } from './deployments/routes.ts'
import { entityEndpoints } from './entities/routes.ts'
import { expenditureReportEndpoints } from './expenditure-reports/routes.ts'
import { expertEndpoints } from './experts/routes.ts'
import { fundEndpoints } from './funds/routes.ts'
import type { Clock } from './clock.ts'
import type { Endpoint } from './http/endpoint.ts'
import { ruleEndpoints } from './rules/routes.ts'
import { sampleEndpoints } from './samples/routes.ts'
import { savedQueryEndpoints } from './saved-queries/routes.ts'
import { noRegretEndpoints } from './no-regret/routes.ts'
import type { SignIn } from './http/sign-in.ts'
import { importEndpoints } from './imports/routes.ts'
import { exportEndpoints } from './ledger/exports/routes.ts'
import { ledgerEndpoints } from './ledger/routes.ts'
import { opinionEndpoints } from './opinions/routes.ts'
import { notificationEndpoints } from './notifications/routes.ts'
import { payeeEndpoints } from './payees/routes.ts'
import { paymentEndpoints } from './payments/routes.ts'
import { paymentFileEndpoints } from './payment-files/routes.ts'
import { statusReportEndpoints } from './status-reports/routes.ts'
import { peopleEndpoints } from './people/routes.ts'
import { periodEndpoints } from './periods/routes.ts'
import { openDataEndpoints } from './open-data/routes.ts'
import { planEndpoints } from './plans/routes.ts'
import { readinessEndpoints } from './readiness/routes.ts'
import { rateEndpoints } from './rates/routes.ts'
import { processEndpoints } from './processes/routes.ts'
import { proposalEndpoints } from './proposals/routes.ts'
import { requestEndpoints } from './requests/routes.ts'
import { trancheEndpoints } from './tranches/routes.ts'
import { statementEndpoints } from './statements/routes.ts'
import { treasuryEndpoints } from './treasury/routes.ts'
import { watchEndpoints } from './watch/routes.ts'

/** Every address of the API, noun by noun. */
export function allEndpoints(db: Db, signIn: SignIn, { clock, files }: { clock: Clock; files: FileStore }): Endpoint[] {
  return [
    ...peopleEndpoints(db, signIn),
    ...notificationEndpoints(),
    ...fundEndpoints(),
    ...entityEndpoints(),
    ...processEndpoints(),
    ...expertEndpoints(),
    ...deploymentEndpoints(),
    ...rateEndpoints(),
    ...contributionEndpoints(),
    ...importEndpoints(),
    ...payeeEndpoints(),
    ...requestEndpoints(),
    ...delegationEndpoints(),
    ...breakGlassEndpoints(),
    ...opinionEndpoints(),
    ...clockEndpoints(),
    ...paymentEndpoints(),
    ...trancheEndpoints(),
    ...expenditureReportEndpoints(),
    ...attachmentEndpoints(files),
    ...paymentFileEndpoints(),
    ...statusReportEndpoints(),
    ...noRegretEndpoints(),
    ...watchEndpoints(),
    ...planEndpoints(),
    ...readinessEndpoints(),
    ...forecastEndpoints(),
    ...treasuryEndpoints(),
    ...statementEndpoints(),
    ...proposalEndpoints(),
    ...ruleEndpoints(),
    ...ledgerEndpoints(),
    ...periodEndpoints(),
    ...correctionEndpoints(),
    ...exportEndpoints(),
    ...entryEndpoints(),
    ...savedQueryEndpoints(),
    ...sampleEndpoints(),
    ...actEndpoints(),
    ...donorReportEndpoints(),
    ...openDataEndpoints(clock),
  ]
}

import type { Writable } from 'node:stream'
import type { Db } from '../../db/connect.ts'
import { writeDonorReport } from '../../reports/donor-contribution/write.ts'
import { asDonor } from '../contributions/as-donor.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { get, type Endpoint } from '../http/endpoint.ts'
import { joi, query } from '../http/schemas.ts'
import type { AsOf } from '../ledger/as-of.ts'
import { asOfKeys } from '../ledger/routes.ts'
import { sealAt } from '../ledger/seal.ts'
import { donorsOf, holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import type { DonorReport } from './figures.ts'
import { recordIssue } from './issued.ts'
import { donorReport, type ReportAsked } from './queries.ts'
import { momentOf } from './sources.ts'

const tag = 'Donor reports'

/** What a donor is told of its contributions: as data, and as a document. Both have the same figures. */
export function donorReportEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/donors/:donor/report',
      {
        tag,
        summary:
          "A donor's contributions and where the money is, as of both axes of time or at a position of the ledger; donors see their own",
        query: query(asOfKeys),
      },
      async (db, actor, { params, query: asked }) => {
        const of = { fundId: params.fund!, donorId: params.donor! }
        const report = await visibleReport(db, actor, { ...of, ...asked })
        await db.transaction((trx) => recordIssue(trx, actor, { ...of, format: 'json', asOf: report.asOf }))
        return { body: report }
      },
    ),
    get(
      '/funds/:fund/donors/:donor/report.pdf',
      {
        tag,
        summary: "The donor's report as a PDF, in English or Arabic",
        query: query({ ...asOfKeys, language: joi.string().valid('en', 'ar') }),
        answerType: 'application/pdf',
      },
      async (db, actor, { params, query: { language: asked, ...asOf }, language: spoken }) => {
        const of = { fundId: params.fund!, donorId: params.donor! }
        const report = await visibleReport(db, actor, { ...of, ...asOf })
        const language = asked ?? spoken
        const issue = { ...of, format: 'pdf', language, asOf: report.asOf } as const
        await db.transaction((trx) => recordIssue(trx, actor, issue))
        return {
          stream: {
            type: 'application/pdf',
            fileName: `donor-report-${report.fund.code}-${report.asOf.occurredOn}-${language}.pdf`,
            // Of the day of what it knows, not of the day on which somebody fetches it once more: the same report is the same bytes.
            write: (to) =>
              writeDonorReport(report, { language, issuedOn: report.asOf.recordedAt.slice(0, 10) }, to as Writable),
          },
        }
      },
    ),
  ]
}

/**
 * Readers of the fund see every donor's report; a donor its own, under row-level security, and of others not that they exist. Where only
 * the moment or the position is given, it tells the value dates up to that day.
 */
async function visibleReport(
  db: Db,
  actor: Actor,
  { fundId, donorId, occurredOn, ...known }: Pick<ReportAsked, 'fundId' | 'donorId'> & AsOf,
): Promise<DonorReport> {
  const fund = await fundById(db, fundId)
  requireRole(actor, fund.id, [...READERS, 'donor'])
  const sealedAt = known.position === undefined ? undefined : (await sealAt(db, fund.id, known.position)).sealedAt
  const recordedAt = await momentOf(db, known.recordedAt ?? sealedAt)
  const asked = {
    ...{ fundId, donorId, recordedAt, position: known.position },
    occurredOn: occurredOn ?? recordedAt.slice(0, 10),
  }
  if (holdsRole(actor, fund.id, READERS)) return donorReport(db, asked)
  if (!donorsOf(actor, fund.id).includes(donorId)) throw new Refusal('not_found')
  return asDonor(db, donorId, (narrowed) => donorReport(narrowed, asked))
}

import { rows, type Db, type Trx } from '../../db/connect.ts'
import { newId } from '../ids.ts'
import { momentText } from '../ledger/as-of.ts'
import type { Actor } from '../people/actor.ts'

/** Reports of the same donor, as of the same day, in the same form, that one person fetched: how often, and when last. */
export type IssuedReport = {
  donor: { id: string; name: string }
  person: { id: string; name: string }
  format: 'json' | 'pdf'
  /** Up to which value date, and the latest knowledge that one of them spoke of. */
  occurredOn: string
  recordedAt: string
  issuedAt: string
  times: number
}

/** Keeps that a report was given out: to whom, of which donor, as of which day and moment. */
export async function recordIssue(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    donorId,
    format,
    language = null,
    asOf,
  }: {
    fundId: string
    donorId: string
    format: 'json' | 'pdf'
    language?: 'en' | 'ar' | null
    asOf: { occurredOn: string; recordedAt: string }
  },
): Promise<void> {
  await trx('issued_reports').insert({
    id: newId('issuedReport'),
    fund_id: fundId,
    donor_id: donorId,
    person_id: actor.personId,
    format,
    language,
    occurred_on: asOf.occurredOn,
    recorded_at: asOf.recordedAt,
  })
}

/**
 * The reports that told of an entry: those of the donors of these contributions, or of those that a payment was paid from, which cover
 * its day and were made when it was known.
 */
export async function issuedReportsOf(
  db: Db,
  {
    contributions,
    payment,
    occurredOn,
    recordedAt,
  }: { contributions: readonly string[]; payment: string | null; occurredOn: string; recordedAt: string },
): Promise<IssuedReport[]> {
  const found = await rows<
    Omit<IssuedReport, 'donor' | 'person'> & Record<'donorId' | 'donor' | 'personId' | 'person', string>
  >(
    db,
    `select d.id as "donorId", d.name as donor, n.id as "personId", n.name as person, i.format, i.occurred_on as "occurredOn",
            ${momentText('max(i.recorded_at)')} as "recordedAt", ${momentText('max(i.issued_at)')} as "issuedAt", count(*)::int as times
       from issued_reports i join donors d on d.id = i.donor_id join people n on n.id = i.person_id
      where i.donor_id in (select c.donor_id from contributions c
                            where c.id = any(:contributions)
                               or c.id in (select u.contribution_id from payment_funding u where u.payment_id = :payment))
        and i.occurred_on >= cast(:occurredOn as date) and i.recorded_at >= cast(:recordedAt as timestamptz)
      group by d.id, n.id, i.format, i.occurred_on order by d.name, i.occurred_on, n.name, n.id, i.format`,
    { contributions: [...contributions], payment: payment ?? '', occurredOn, recordedAt },
  )
  return found.map(({ donorId, donor, personId, person, ...one }) => ({
    donor: { id: donorId, name: donor },
    person: { id: personId, name: person },
    ...one,
  }))
}

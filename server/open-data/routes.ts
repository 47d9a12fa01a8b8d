import type { Db } from '../../db/connect.ts'
import { dayOf, type Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { change, get, type Endpoint, type Input } from '../http/endpoint.ts'
import { object, text } from '../http/schemas.ts'
import { activitiesFile } from './activities.ts'
import { grantsFile } from './grants.ts'
import { identifyContribution, identifyDonor } from './identify.ts'
import { organisationFile } from './organisation.ts'
import { publicationOf, type Publication } from './queries.ts'

const tag = 'Open data'

/** What everybody may read of a fund that publishes: no signing in, one lasting address for each file and activity. */
export function openDataEndpoints(clock: Clock): Endpoint[] {
  const file = (
    path: string,
    { summary, type }: { summary: string; type: string },
    write: (publication: Publication, params: Input['params']) => string | undefined,
  ): Endpoint =>
    get(path, { tag, summary, answerType: type, open: true }, async (db: Db, _nobody, { params }) => {
      const publication = await publicationOf(db, params.code!, dayOf(clock()))
      const content = write(publication, params)
      if (content === undefined) throw new Refusal('not_found')
      const fileName = `${publication.fund.code}-${path
        .split('/')
        .at(-1)!
        .replace(':identifier', params.identifier ?? '')}`
      return {
        stream: { type, fileName, write: async (to) => void to.end(content) },
      }
    })
  const xml = 'application/xml'
  return [
    file(
      '/open-data/:code/activities.xml',
      { summary: 'Activities and transactions of a fund that publishes (IATI 2.03)', type: xml },
      (publication) => activitiesFile(publication),
    ),
    file(
      '/open-data/:code/activities/:identifier',
      { summary: 'One activity by its IATI identifier', type: xml },
      (publication, { identifier }) => activitiesFile(publication, identifier),
    ),
    file('/open-data/:code/organisation.xml', { summary: 'The publisher (IATI 2.03)', type: xml }, organisationFile),
    file(
      '/open-data/:code/grants.json',
      { summary: 'Grants to partners (360Giving 1.1)', type: 'application/json' },
      grantsFile,
    ),
    change(
      'put',
      '/donors/:donor/organisation-reference',
      {
        tag,
        summary: 'Set the IATI organisation identifier of a donor',
        body: object({
          reference: text(100)
            .pattern(/^[A-Za-z0-9._/-]+$/)
            .allow(null)
            .required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        body: await identifyDonor(trx, actor, { donorId: params.donor!, ...body }),
      }),
    ),
    change(
      'put',
      '/contributions/:contribution/provider-activity',
      {
        tag,
        summary: 'Set the activity under which the donor publishes this contribution itself',
        body: object({
          activity: text(200)
            .pattern(/^[^\s/&|?]+$/)
            .allow(null)
            .required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        body: await identifyContribution(trx, actor, { contributionId: params.contribution!, ...body }),
      }),
    ),
  ]
}

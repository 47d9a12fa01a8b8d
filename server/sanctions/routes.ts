import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { readPayee } from '../payees/queries.ts'
import { READERS as FUND_READERS, requireRole } from '../people/actor.ts'
import { decideCase } from './decide.ts'
import { importList } from './import.ts'
import {
  CASE_STATES,
  listCases,
  listEntries,
  listVersions,
  readCase,
  readVersion,
  screeningOf,
  screeningStand,
} from './queries.ts'
import { FORMATS } from './readers.ts'
import { screenPayee } from './screen.ts'

const tag = 'Sanctions'
const last = (cursor: string | undefined) => keyIn(cursor)?.[0]

/** Lists of sanctioned people and organisations, who was screened by them, and the cases that came of it. */
export function sanctionsEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/sanctions-versions',
      {
        tag,
        summary: 'Bring in a version of a list; the file that is in force already answers 200 and changes nothing',
        refuses: [
          'unreadable_xml',
          'unreadable_file',
          'body_too_large',
          'list_needs_confirmation',
          'service_account_decides_nothing',
        ],
        success: [200, 201],
        bodyType: 'application/xml',
        query: query({
          list: joi
            .string()
            .pattern(/^[a-z][a-z0-9_]{0,39}$/, 'small letters, digits and _')
            .default('un_consolidated'),
          format: joi
            .string()
            .valid(...FORMATS)
            .default('un_xml'),
          fileName: text(200).default('consolidated.xml'),
          confirmed: joi.boolean().prefs({ convert: true }).default(false),
        }),
      },
      async (trx, actor, { params, query: given, body }) => {
        const { version, isNew } = await importList(trx, actor, { fundId: params.fund!, ...given, bytes: body })
        return { status: isNew ? 201 : 200, body: version, location: `/sanctions-versions/${version.id}` }
      },
    ),
    get(
      '/funds/:fund/sanctions-versions',
      { tag, summary: 'Versions of the lists of the fund, the last first', query: query(pageKeys) },
      async (db, actor, { params, query: { limit, after } }) => {
        const { id } = await fundById(db, params.fund!)
        requireRole(actor, id, FUND_READERS)
        return { body: pageOf(await listVersions(db, id, { limit, after: last(after) }), limit, (one) => [one.id]) }
      },
    ),
    get(
      '/sanctions-versions/:sanctionsVersion',
      { tag, summary: 'A version of a list' },
      async (db, actor, { params }) => {
        const version = await readVersion(db, params.sanctionsVersion!)
        requireRole(actor, version.fundId, FUND_READERS)
        return { body: version }
      },
    ),
    get(
      '/sanctions-versions/:sanctionsVersion/entries',
      { tag, summary: 'What a version of a list says', query: query(pageKeys) },
      async (db, actor, { params, query: { limit, after } }) => {
        const version = await readVersion(db, params.sanctionsVersion!)
        requireRole(actor, version.fundId, FUND_READERS)
        return {
          body: pageOf(await listEntries(db, version.id, { limit, after: last(after) }), limit, (one) => [one.key]),
        }
      },
    ),
    get(
      '/funds/:fund/screening',
      { tag, summary: 'Which lists are in force, and how many payees are still to be screened by them' },
      async (db, actor, { params }) => {
        const { id } = await fundById(db, params.fund!)
        requireRole(actor, id, FUND_READERS)
        return { body: await screeningStand(db, id, dayOf(actor.act.at)) }
      },
    ),
    get(
      '/funds/:fund/screening-cases',
      {
        tag,
        summary: 'Payees whose names fit a listed one, the last first',
        query: query({ ...pageKeys, state: joi.string().valid(...CASE_STATES) }),
      },
      async (db, actor, { params, query: { limit, after, state } }) => {
        const { id } = await fundById(db, params.fund!)
        requireRole(actor, id, FUND_READERS)
        return { body: pageOf(await listCases(db, id, { limit, after: last(after), state }), limit, (one) => [one.id]) }
      },
    ),
    get(
      '/screening-cases/:screeningCase',
      { tag, summary: 'A case: both sides, why so many points, and what was decided' },
      async (db, actor, { params }) => {
        const found = await readCase(db, params.screeningCase!)
        requireRole(actor, found.fundId, FUND_READERS)
        return { body: found }
      },
    ),
    post(
      '/screening-cases/:screeningCase/decisions',
      {
        tag,
        summary:
          'Say whether the payee is who the list means; confirmed, nothing leaves for it and its requests are suspended',
        refuses: [
          'service_account_decides_nothing',
          'tied_to_payee',
          'separation_of_duties',
          'case_over',
          'two_people_needed',
        ],
        body: object({ verdict: joi.string().valid('clear', 'confirm').required(), reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await decideCase(trx, actor, { caseId: params.screeningCase!, ...body }),
      }),
    ),
    get(
      '/payees/:payee/screening',
      { tag, summary: 'Whether money may go to a payee, when it was last screened, and its cases' },
      async (db, actor, { params }) => {
        const { id, fundId } = await readPayee(db, params.payee!)
        requireRole(actor, fundId, FUND_READERS)
        return { body: await screeningOf(db, { payeeId: id, fundId, on: dayOf(actor.act.at) }) }
      },
    ),
    post(
      '/payees/:payee/screenings',
      { tag, summary: 'Screen a payee now, as the background does within a minute' },
      async (trx, actor, { params }) => {
        const { id, fundId } = await readPayee(trx, params.payee!)
        requireRole(actor, fundId, ['compliance_officer', 'payee_clerk'])
        await screenPayee(trx, actor, id, 'asked')
        return { status: 201, body: await screeningOf(trx, { payeeId: id, fundId, on: dayOf(actor.act.at) }) }
      },
    ),
  ]
}

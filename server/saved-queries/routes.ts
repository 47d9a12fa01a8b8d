import { fundById } from '../funds/open.ts'
import { change, created, get, post, type Endpoint, type Input } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { joi, object, pageKeys, positionKey, query, text } from '../http/schemas.ts'
import { entriesAnswer } from '../audit/routes.ts'
import { formatKey } from '../ledger/routes.ts'
import { readQuery } from '../ledger/query-asked.ts'
import { MOST_CHARACTERS, printQuery } from '../ledger/query-text.ts'
import { sealAt } from '../ledger/seal.ts'
import { requireRole } from '../people/actor.ts'
import { AUDITING, listSavedQueries, readSavedQuery, versionsOf } from './queries.ts'
import { changeSavedQuery, saveQuery, type SavedContent } from './save.ts'

const tag = 'Audit'
const content = {
  name: text(200).required(),
  query: joi.string().allow('').max(MOST_CHARACTERS).required(),
  shared: joi.boolean().required(),
}
const versionKey = { version: joi.number().integer().min(1).max(2_147_483_647).options({ convert: true }) }

/** Queries with a name, kept with all their versions, and run at any position. */
export function savedQueryEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/saved-queries',
      { tag, summary: 'Save a query', body: object(content) },
      async (trx, actor, input) => {
        const fund = await fundById(trx, input.params.fund!)
        requireRole(actor, fund.id, AUDITING)
        const saved = await saveQuery(trx, actor, { fundId: fund.id, ...contentOf(input, fund.currency) })
        return created('/saved-queries', saved, saved.version)
      },
    ),
    get(
      '/funds/:fund/saved-queries',
      {
        tag,
        summary: 'Saved queries of one’s own and those that are shared, the latest first',
        query: query(pageKeys),
      },
      async (db, actor, { params, query: page }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, AUDITING)
        const found = await listSavedQueries(db, actor, { fundId: fund.id, ...page })
        return { body: pageOf(found, page.limit, (one) => [one.id]) }
      },
    ),
    get(
      '/saved-queries/:savedQuery',
      { tag, summary: 'A saved query with its versions', versioned: true },
      async (db, actor, { params }) => {
        const saved = await readSavedQuery(db, actor, params.savedQuery!)
        return { body: { ...saved, versions: await versionsOf(db, actor, saved.id) }, version: saved.version }
      },
    ),
    change(
      'post',
      '/saved-queries/:savedQuery/versions',
      {
        tag,
        summary: 'Change a saved query, or withdraw it; what it was stays',
        refuses: ['not_yours'],
        versioned: true,
        body: object({ ...content, withdrawn: joi.boolean() }),
      },
      async (trx, actor, input) => {
        const saved = await readSavedQuery(trx, actor, input.params.savedQuery!)
        const fund = await fundById(trx, saved.fundId)
        const changed = contentOf(input, fund.currency)
        const { id, version } = await changeSavedQuery(trx, actor, { id: saved.id, version: input.version, ...changed })
        return { status: 201, body: { id, version }, version }
      },
    ),
    get(
      '/saved-queries/:savedQuery/entries',
      {
        tag,
        summary: 'What a saved query, or one of its versions, finds, now or at a position',
        query: query({ ...pageKeys, ...formatKey, ...positionKey, ...versionKey }),
        refuses: ['query_too_slow'],
      },
      async (db, actor, { params, query: asked, language }) => {
        const saved = await readSavedQuery(db, actor, params.savedQuery!, asked.version)
        const fund = await fundById(db, saved.fundId)
        if (asked.position !== undefined) await sealAt(db, fund.id, asked.position)
        return entriesAnswer(
          db,
          { ...fund, viewer: actor.personId },
          readQuery(saved.query, fund.currency, language),
          asked,
        )
      },
    ),
  ]
}

/** What is kept is the query as it is read, so that it reads the same for ever. */
function contentOf({ body, language }: Input, currency: string): SavedContent {
  const query = printQuery(readQuery(body.query, currency, language, 'query'))
  // Written out it may be too long to be read again.
  readQuery(query, currency, language, 'query')
  return { ...body, query }
}

import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { id, joi, object, pageKeys, query } from '../http/schemas.ts'
import { readQuery } from '../ledger/query-asked.ts'
import { MOST_CHARACTERS } from '../ledger/query-text.ts'
import { Refusal } from '../errors.ts'
import { requireRole } from '../people/actor.ts'
import { AUDITING, readSavedQuery } from '../saved-queries/queries.ts'
import { drawSample } from './draw.ts'
import { fundOfSample, listSamples, paperOf, readSample } from './queries.ts'

const tag = 'Audit'

/** Samples that whoever has the seed draws again, and their working papers. */
export function sampleEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/samples',
      {
        tag,
        summary: 'Draw a sample of what a query finds at a position: at random, or by monetary units',
        refuses: ['population_empty', 'query_too_slow'],
        body: object({
          method: joi.string().valid('random', 'monetary_unit').required(),
          size: joi.number().integer().min(1).max(1_000).required(),
          position: joi.number().integer().min(1).max(2_147_483_647).required(),
          query: joi.string().allow('').max(MOST_CHARACTERS),
          savedQueryId: id('savedQuery'),
          seed: joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters and digits'),
        }).oxor('query', 'savedQueryId'),
      },
      async (trx, actor, { params, body: { savedQueryId, query: text = '', ...asked }, language }) => {
        const fund = await fundById(trx, params.fund!)
        requireRole(actor, fund.id, AUDITING)
        const saved = savedQueryId ? await readSavedQuery(trx, actor, savedQueryId) : undefined
        if (saved && saved.fundId !== fund.id) throw new Refusal('not_found')
        const node = readQuery(saved?.query ?? text, fund.currency, language, 'query')
        const from = { ...fund, viewer: actor.personId }
        return created('/samples', await drawSample(trx, actor, from, { ...asked, query: node, saved }))
      },
    ),
    get(
      '/funds/:fund/samples',
      { tag, summary: 'Samples that were drawn, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: page }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, AUDITING)
        return { body: pageOf(await listSamples(db, fund.id, page), page.limit, (one) => [one.id]) }
      },
    ),
    get('/samples/:sample', { tag, summary: 'A sample with its items' }, async (db, actor, { params }) => {
      const fundId = await fundOfSample(db, params.sample!)
      requireRole(actor, fundId, AUDITING)
      return { body: { fundId, ...(await readSample(db, params.sample!)) } }
    }),
    get(
      '/samples/:sample/paper',
      { tag, summary: 'The working paper of a sample, byte for byte as it was drawn', answerType: 'text/csv' },
      async (db, actor, { params }) => {
        requireRole(actor, await fundOfSample(db, params.sample!), AUDITING)
        const paper = await paperOf(db, params.sample!)
        const write = async (to: NodeJS.WritableStream) => void to.write(paper)
        return { stream: { type: 'text/csv', fileName: `${params.sample!}.csv`, write } }
      },
    ),
  ]
}

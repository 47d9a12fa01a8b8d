import { dayOf } from '../clock.ts'
import { addToFund, fundById } from '../funds/open.ts'
import { change, created, get, post, type Endpoint } from '../http/endpoint.ts'
import { day, joi, object, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { changeEntity } from './change.ts'
import { ENTITY_KINDS, RISK_LEVELS } from './policy.ts'
import { listEntities, readEntity } from './queries.ts'
import { rateEntity } from './rate-risk.ts'

const tag = 'Entities'

const said = {
  name: text(300),
  kind: joi.string().valid(...ENTITY_KINDS),
  region: text(100),
  country: text(100).allow(''),
  mandate: text(2000).allow(''),
  contact: text(500).allow(''),
}

export function entityEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/entities',
      {
        tag,
        summary: 'Add an entity: one that may ask the fund for money, or a partner organisation',
        refuses: ['already_exists'],
        body: object(said).fork(['name', 'kind', 'region'], (key) => key.required()),
      },
      async (trx, actor, { params, body }) =>
        created('/entities', await addToFund(trx, actor, 'entities', { fundId: params.fund!, ...body }), 1),
    ),
    get('/funds/:fund/entities', { tag, summary: "The fund's entities" }, async (db, actor, { params }) => {
      const fund = await fundById(db, params.fund!)
      if (!actor.administrator) requireRole(actor, fund.id, [...READERS, 'requester'])
      return { body: { items: await listEntities(db, fund.id, dayOf(actor.act.at)) } }
    }),
    get(
      '/entities/:entity',
      { tag, summary: 'An entity whole, with its versions and the ratings of its risk', versioned: true },
      async (db, actor, { params }) => {
        const entity = await readEntity(db, params.entity!, dayOf(actor.act.at))
        if (!actor.administrator) requireRole(actor, entity.fundId, [...READERS, 'requester'])
        return { body: entity, version: entity.version }
      },
    ),
    change(
      'patch',
      '/entities/:entity',
      {
        tag,
        summary: 'Change what an entity is, as its next version',
        refuses: ['already_exists'],
        versioned: true,
        body: object({ ...said, reason: text(2000).required() }),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await changeEntity(trx, actor, { ...body, entityId: params.entity!, version })
        return { body: changed, version: changed.version }
      },
    ),
    post(
      '/entities/:entity/risk-ratings',
      {
        tag,
        summary: 'Rate how risky it is to work with an entity; once expired it counts as high',
        refuses: ['dates_out_of_order', 'service_account_decides_nothing'],
        body: object({
          rating: joi
            .string()
            .valid(...RISK_LEVELS)
            .required(),
          validUntil: day().required(),
          reason: text(2000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await rateEntity(trx, actor, { entityId: params.entity!, ...body }),
      }),
    ),
  ]
}

import { rows } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { day, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { readPayee } from './queries.ts'
import { ratePayee, ratingsOf, riskOfPayee } from './ratings.ts'
import { declareTie, registerPayee, verifyPayee } from './register.ts'

const tag = 'Payees'

export function payeeEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/payees',
      {
        tag,
        summary: 'Register who can be paid',
        body: object({
          name: text(300).required(),
          kind: joi.string().valid('partner', 'person', 'supplier').required(),
          country: text(100).required(),
          bankDetails: text(300).required(),
        }),
      },
      async (trx, actor, { params, body }) =>
        created('/payees', await registerPayee(trx, actor, { fundId: params.fund!, ...body })),
    ),
    get(
      '/funds/:fund/payees',
      { tag, summary: 'Who can be paid', query: query(pageKeys) },
      async (db, actor, { params, query: page }) => {
        await fundById(db, params.fund!)
        requireRole(actor, params.fund!, [...READERS, 'requester'])
        const found = await rows<{ id: string }>(
          db,
          `select p.id, p.name, p.kind, p.country, v.payee_id is not null as verified
           from payees p left join payee_verifications v on v.payee_id = p.id
          where p.fund_id = :fundId and p.id > :after order by p.id limit :most`,
          { fundId: params.fund!, after: keyIn(page.after)?.[0] ?? '', most: page.limit + 1 },
        )
        return { body: pageOf(found, page.limit, ({ id }) => [id]) }
      },
    ),
    get(
      '/payees/:payee',
      { tag, summary: 'A payee with its bank details, who recorded and who verified them, and how it was rated' },
      async (db, actor, { params }) => {
        const payee = await readPayee(db, params.payee!)
        requireRole(actor, payee.fundId, READERS)
        const ratings = await ratingsOf(db, payee.id)
        return { body: { ...payee, risk: await riskOfPayee(db, payee.id, dayOf(actor.act.at)), ratings } }
      },
    ),
    post(
      '/payees/:payee/verifications',
      {
        tag,
        summary: 'Confirm a payee, as a second person',
        refuses: [
          'service_account_decides_nothing',
          'two_people_needed',
          'separation_of_duties',
          'payee_verified_already',
        ],
      },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await verifyPayee(trx, actor, { payeeId: params.payee! }),
      }),
    ),
    post(
      '/payees/:payee/ratings',
      {
        tag,
        summary: 'Rate how risky it is to pay a payee, until a day; a risk can only add steps to an approval',
        refuses: ['service_account_decides_nothing', 'tied_to_payee', 'dates_out_of_order'],
        body: object({
          rating: joi.string().valid('low', 'medium', 'high').required(),
          reason: text(2000).required(),
          validUntil: day().required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await ratePayee(trx, actor, { payeeId: params.payee!, ...body }),
      }),
    ),
    post(
      '/payees/:payee/ties',
      { tag, summary: 'Declare a tie of my own to a payee', body: object({ nature: text(300).required() }) },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await declareTie(trx, actor, { payeeId: params.payee!, ...body }),
      }),
    ),
  ]
}

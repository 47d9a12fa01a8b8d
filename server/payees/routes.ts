import { rows } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { currency, day, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { changeBankDetails } from './change.ts'
import { ratingsOf, readPayee, riskOfPayee } from './queries.ts'
import { ratePayee } from './ratings.ts'
import { addAlias, declareTie, registerPayee } from './register.ts'
import { refuseBankDetails, verifyPayee } from './verify.ts'

const tag = 'Payees'

/** What a bank reads: letters without accents, digits and signs of the keyboard. */
const latin = (most: number) => text(most).pattern(/^[ -~]+$/, 'Latin letters without accents')
const country = () => joi.string().pattern(/^[A-Z]{2}$/, 'a country of ISO 3166')
const version = () => joi.number().integer().min(1).max(1_000_000)

const account = () =>
  joi.object({
    scheme: joi.string().valid('iban', 'account').required(),
    account: latin(60).required(),
    clearingCode: latin(40),
    bic: latin(20),
    bankName: latin(140).required(),
    bankCountry: country(),
    currency: currency(),
    holder: latin(140).required(),
    address: joi
      .object({
        street: latin(70),
        building: latin(16),
        postCode: latin(16),
        town: latin(35).required(),
        country: country().required(),
      })
      .required(),
  })

const contact = () =>
  joi.object({
    name: text(200).required(),
    email: joi.string().email({ tlds: false }).max(254).required(),
    language: joi.string().valid('en', 'ar').required(),
  })

export function payeeEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/payees',
      {
        tag,
        summary: 'Register who can be paid, with their first bank details',
        body: object({
          name: text(300).required(),
          latinName: latin(300),
          kind: joi.string().valid('partner', 'person', 'supplier').required(),
          country: text(100).required(),
          aliases: joi.array().items(text(300)).max(50),
          registration: joi.object({
            number: text(100).required(),
            registry: text(300).required(),
            country: country().required(),
          }),
          account: account().required(),
          contact: contact().required(),
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
          `select p.id, p.name, p.latin_name as "latinName", p.kind, p.country, account_in_force(p.id) is not null as verified
           from payees p
          where p.fund_id = :fundId and p.id > :after order by p.id limit :most`,
          { fundId: params.fund!, after: keyIn(page.after)?.[0] ?? '', most: page.limit + 1 },
        )
        return { body: pageOf(found, page.limit, ({ id }) => [id]) }
      },
    ),
    get(
      '/payees/:payee',
      {
        tag,
        summary:
          'A payee with its names, every version of its bank details with who recorded and verified it, and how it was rated',
      },
      async (db, actor, { params }) => {
        const payee = await readPayee(db, params.payee!)
        requireRole(actor, payee.fundId, READERS)
        const ratings = await ratingsOf(db, payee.id)
        return { body: { ...payee, risk: await riskOfPayee(db, payee.id, dayOf(actor.act.at)), ratings } }
      },
    ),
    post(
      '/payees/:payee/aliases',
      {
        tag,
        summary: 'Add another name under which a payee is known',
        body: object({ name: text(300).required(), latinName: latin(300) }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await addAlias(trx, actor, { payeeId: params.payee!, ...body }),
      }),
    ),
    post(
      '/payees/:payee/accounts',
      {
        tag,
        summary: 'Record other bank details of a payee, or another contact; they wait for a second person',
        refuses: ['separation_of_duties'],
        body: object({ account: account().required(), contact: contact().required(), reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await changeBankDetails(trx, actor, { payeeId: params.payee!, ...body }),
      }),
    ),
    post(
      '/payees/:payee/verifications',
      {
        tag,
        summary: 'Confirm the bank details of a payee, as a second person',
        refuses: [
          'service_account_decides_nothing',
          'two_people_needed',
          'separation_of_duties',
          'payee_verified_already',
          'version_changed',
        ],
        body: object({ version: version() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await verifyPayee(trx, actor, { payeeId: params.payee!, ...body }),
      }),
    ),
    post(
      '/payees/:payee/account-refusals',
      {
        tag,
        summary: 'Refuse bank details that wait; money goes on going where it went',
        refuses: ['service_account_decides_nothing', 'version_changed'],
        body: object({ version: version().required(), reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await refuseBankDetails(trx, actor, { payeeId: params.payee!, ...body }),
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

import { rows, type Db } from '../../db/connect.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { currency, joi, object, text } from '../http/schemas.ts'
import { minorText, type MoneyText } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { reserveNow } from '../treasury/reserve.ts'
import { dayOf } from '../clock.ts'
import { usableCurrency } from './currencies.ts'
import { setAccountDetails } from './account-details.ts'
import { addToFund, fundById, openFund } from './open.ts'

const tag = 'Funds'

const country = () => joi.string().pattern(/^[A-Z]{2}$/, 'a country code of ISO 3166')
const code = (pattern: RegExp, name: string) => joi.string().pattern(pattern, name).required()

export function fundEndpoints(): Endpoint[] {
  return [
    post(
      '/funds',
      {
        tag,
        summary: 'Open a fund, with the rules that ship',
        refuses: ['role_not_allowed', 'currency_unknown', 'currency_not_in_use', 'already_exists'],
        body: object({
          code: code(/^[A-Z0-9][A-Z0-9-]{1,19}$/, 'capital letters, digits and hyphens'),
          name: text(200).required(),
          nameArabic: text(200),
          currency: currency().required(),
        }),
      },
      async (trx, actor, { body }) => created('/funds', await openFund(trx, actor, body)),
    ),
    get('/funds', { tag, summary: 'The funds in which I have a role' }, async (db, actor) => ({
      body: { items: await myFunds(db, actor) },
    })),
    get('/funds/:fund', { tag, summary: 'A fund' }, async (db, actor, { params }) => {
      const fund = await fundById(db, params.fund!)
      if (!actor.administrator)
        requireRole(
          actor,
          fund.id,
          actor.grants.map((grant) => grant.role),
        )
      return { body: fund }
    }),
    post(
      '/funds/:fund/bank-accounts',
      {
        tag,
        summary: 'Add a bank account of the fund',
        refuses: ['currency_unknown', 'currency_not_in_use', 'already_exists'],
        body: object({
          code: code(/^[a-z0-9][a-z0-9-]{0,29}$/, 'small letters, digits and hyphens'),
          name: text(200).required(),
          currency: currency().required(),
        }),
      },
      async (trx, actor, { params, body }) => {
        await usableCurrency(trx, body.currency, dayOf(actor.act.at))
        return { status: 201, body: await addToFund(trx, actor, 'bank_accounts', { fundId: params.fund!, ...body }) }
      },
    ),
    post(
      '/bank-accounts/:bankAccount/details',
      {
        tag,
        summary: 'Say where a bank account of the fund is kept, which payment files need',
        refuses: ['invalid_request', 'currency_mismatch'],
        body: object({
          scheme: joi.string().valid('iban', 'account').required(),
          account: text(60).required(),
          clearingCode: text(40),
          bic: text(20),
          bankName: text(140).required(),
          bankCountry: country(),
          currency: currency(),
          holder: text(140).required(),
          address: object({
            street: text(70),
            building: text(16),
            postCode: text(16),
            town: text(35).required(),
            country: country().required(),
          }),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await setAccountDetails(trx, actor, { bankAccountId: params.bankAccount!, ...body }),
      }),
    ),
    post(
      '/funds/:fund/donors',
      {
        tag,
        summary: 'Add a donor',
        refuses: ['already_exists'],
        body: object({ name: text(300).required(), kind: text(100).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await addToFund(trx, actor, 'donors', { fundId: params.fund!, ...body }),
      }),
    ),
    ...(['bank-accounts', 'donors'] as const).map((list) =>
      get(
        `/funds/:fund/${list}`,
        { tag, summary: `The fund's ${list.replace('-', ' ')}` },
        async (db, actor, { params }) => {
          const fund = await fundById(db, params.fund!)
          if (!actor.administrator) requireRole(actor, fund.id, list === 'donors' ? READERS : [...READERS, 'requester'])
          return { body: { items: await rows(db, LISTS[list], { fundId: fund.id }) } }
        },
      ),
    ),
    get(
      '/funds/:fund/status',
      { tag, summary: 'What the fund holds now, by stage, and how its operating reserve stands' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, [...READERS, 'requester'])
        return {
          body: {
            fundId: fund.id,
            currency: fund.currency,
            stages: await stages(db, fund),
            reserve: await reserveNow(db, fund),
          },
        }
      },
    ),
  ]
}

const LISTS = {
  'bank-accounts': `
    select b.id, b.code, b.name, b.currency,
           case when d.number is not null then json_build_object('number', d.number, 'scheme', d.scheme, 'account', d.account, 'bic', d.bic,
             'clearingCode', d.clearing_code, 'bankName', d.bank_name, 'bankCountry', d.bank_country, 'holder', d.holder, 'setAt', d.set_at,
             'address', json_build_object('street', d.street, 'building', d.building, 'postCode', d.post_code, 'town', d.town, 'country', d.country)) end as details
      from bank_accounts b
      left join lateral (select * from bank_account_details d where d.bank_account_id = b.id order by d.number desc limit 1) d on true
     where b.fund_id = :fundId order by b.code`,
  donors: `select id, name, kind from donors where fund_id = :fundId order by name, id`,
}

function myFunds(db: Db, actor: Actor) {
  return rows(
    db,
    `select id, code, name, name_arabic as "nameArabic", currency from funds where :all or id = any(:mine) order by code`,
    { all: actor.administrator, mine: actor.grants.map((grant) => grant.fundId) },
  )
}

/** Balances of the stages over all contributions, from the kept balances. */
async function stages(db: Db, fund: { id: string; currency: string }): Promise<Record<string, MoneyText>> {
  const found = await rows<{ stage: string; total: string }>(
    db,
    `select a.stage, sum(b.amount)::text as total from accounts a join balances b on b.account_id = a.id
      where a.fund_id = :fundId and a.stage is not null group by a.stage order by a.stage`,
    { fundId: fund.id },
  )
  return Object.fromEntries(found.map(({ stage, total }) => [stage, minorText(total, fund.currency)]))
}

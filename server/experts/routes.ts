import { dayOf } from '../clock.ts'
import { MODES } from '../deployments/policy.ts'
import { whoIsOut } from '../deployments/queries.ts'
import { fundById } from '../funds/open.ts'
import { change, created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, amountOrZero, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { requireRole } from '../people/actor.ts'
import { isLanguage, LANGUAGE_LEVELS, THEMES, TRAVEL_CLASSES } from './policy.ts'
import { couldLeave, readExpert, ROSTER_READERS, searchExperts } from './queries.ts'
import { addExpert, changeExpert } from './record.ts'

const tag = 'Experts'

const language = () =>
  joi
    .string()
    .pattern(/^[a-z]{2,3}$/, 'a language by ISO 639')
    .custom((value: string, helpers) => (isLanguage(value) ? value : helpers.error('string.pattern.name')))
const theme = () => joi.string().valid(...THEMES)
const names = () => joi.array().max(100).items(text(100)).unique()

const said = {
  name: text(300),
  latinName: text(300),
  personId: id('person').allow(null),
  themes: joi.array().items(theme()).unique(),
  languages: joi
    .array()
    .max(30)
    .items(
      joi.object({
        language: language().required(),
        level: joi
          .string()
          .valid(...LANGUAGE_LEVELS)
          .required(),
      }),
    )
    .unique('language'),
  regions: names(),
  countries: names(),
  nationalities: names(),
  availability: joi
    .array()
    .max(100)
    .items(
      joi.object({
        from: bookDay().required(),
        to: bookDay().required(),
        onSite: joi.boolean().required(),
        remote: joi.boolean().required(),
      }),
    ),
  dailyFee: amountOrZero(),
  travel: joi.object({
    class: joi
      .string()
      .valid(...TRAVEL_CLASSES)
      .required(),
    ceiling: amount().allow(null),
  }),
  email: text(300).email({ tlds: false }).allow(null),
  phone: text(50).allow(null),
  onRoster: joi.boolean(),
}

const needed = ['name', 'themes', 'languages', 'availability', 'dailyFee', 'travel'] as const
const REFUSED = [
  'about_yourself',
  'already_exists',
  'currency_unknown',
  'currency_not_in_use',
  'amount_out_of_range',
] as const

const searched = {
  ...pageKeys,
  name: text(100),
  theme: joi.array().items(theme()).single(),
  language: language(),
  level: joi.string().valid(...LANGUAGE_LEVELS),
  place: text(100),
  mode: joi.string().valid(...MODES),
  from: bookDay(),
  to: bookDay(),
  whole: joi.boolean().options({ convert: true }),
}

export function expertEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/experts',
      {
        tag,
        summary: 'Put an expert on the roster',
        refuses: REFUSED,
        body: object(said).fork([...needed], (key) => key.required()),
      },
      async (trx, actor, { params, body }) =>
        created('/experts', await addExpert(trx, actor, { fundId: params.fund!, ...body }), 1),
    ),
    get(
      '/funds/:fund/experts',
      {
        tag,
        summary:
          'Experts on the roster by name, theme, language, place and days; with days, who is free on all or some of them',
        query: query(searched).with('to', 'from').with('whole', 'from').with('level', 'language'),
      },
      async (db, actor, { params, query: { theme: themes, after, limit, ...asked } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, ROSTER_READERS)
        const key = keyIn(after) ?? []
        const found = await searchExperts(db, { fundId: fund.id, themes, after: key, limit, ...asked })
        return { body: pageOf(found, limit, (one) => [one.latinName, one.id]) }
      },
    ),
    get(
      '/funds/:fund/standby',
      {
        tag,
        summary: 'Who is out on a day and until when, and who could leave on it',
        query: query({ ...pageKeys, on: bookDay() }),
      },
      async (db, actor, { params, query: { on = dayOf(actor.act.at), after, limit } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, ROSTER_READERS)
        const out = await whoIsOut(db, actor, { fundId: fund.id, on })
        const free = await couldLeave(db, { fundId: fund.id, on, after: keyIn(after) ?? [], limit })
        return { body: { on, out, couldLeave: pageOf(free, limit, (one) => [one.latinName, one.id]) } }
      },
    ),
    get(
      '/experts/:expert',
      { tag, summary: 'An expert whole, with their deployments as far as I may know of them', versioned: true },
      async (db, actor, { params }) => {
        const expert = await readExpert(db, actor, params.expert!)
        return { body: expert, version: expert.version }
      },
    ),
    change(
      'patch',
      '/experts/:expert',
      {
        tag,
        summary: 'Change what the roster says of an expert, as its next version; what was costed stays',
        refuses: REFUSED,
        versioned: true,
        body: object({ ...said, reason: text(2000).required() }),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await changeExpert(trx, actor, { ...body, expertId: params.expert!, version })
        return { body: changed, version: changed.version }
      },
    ),
  ]
}

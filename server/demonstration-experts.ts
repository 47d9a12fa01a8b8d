import { inDays } from './days.ts'
import type { Trx } from '../db/connect.ts'
import { dayOf } from './clock.ts'
import type { Stage } from './demonstration-story.ts'
import { planDeployment } from './deployments/plan.ts'
import { setSubsistence } from './deployments/subsistence.ts'
import { rateEntity } from './entities/rate-risk.ts'
import { addExpert, type ExpertSaid } from './experts/record.ts'
import { addToFund } from './funds/open.ts'
import { draftRequest } from './requests/draft.ts'

/** Entities of every kind, experts on call, and a draft that sends one of them. */
export async function callExperts(trx: Trx, stage: Stage): Promise<void> {
  const { as, at, fundId, entityId, processes } = stage
  const later = (days: number) => inDays(dayOf(at), days)
  for (const entity of ENTITIES) await as('joseph', (actor) => addToFund(trx, actor, 'entities', { fundId, ...entity }))
  const partner = await trx('entities').where({ fund_id: fundId, kind: 'partner_organisation' }).first('id')
  const rating = { rating: 'medium', validUntil: later(180), reason: 'New to the fund; references are good' } as const
  await as('omar', (actor) => rateEntity(trx, actor, { entityId: partner.id, ...rating }))
  const night = { month: dayOf(at).slice(0, 7), source: 'Schedule of the fund' }
  await as('tomasz', (actor) =>
    setSubsistence(trx, actor, { fundId, ...night, rate: { amount: '180.00', currency: 'USD' } }),
  )
  const ids: string[] = []
  for (const [i, expert] of EXPERTS.entries()) {
    const availability = [{ from: dayOf(at), to: later(120 + 60 * i), onSite: true, remote: i % 2 === 0 }]
    ids.push((await as('joseph', (actor) => addExpert(trx, actor, { fundId, availability, ...expert }))).id)
  }
  const request = await as('amina', (actor) =>
    draftRequest(trx, actor, {
      ...{
        fundId,
        entityId,
        title: 'An adviser on the ceasefire line',
        purpose: 'The parties ask for advice on the line.',
      },
      ...{ processId: processes.get('Back channel on the ceasefire line')!, mandateBasis: 'request_of_parties' },
      ...{ support: ['advisory'], themes: ['ceasefire_and_security'], startsOn: later(7), endsOn: later(20) },
    }),
  )
  const journey = { country: 'Chad', place: "N'Djamena", startsOn: later(7), endsOn: later(20) }
  const travel = { amount: '1480.00', currency: 'USD' }
  await as('amina', (actor) =>
    planDeployment(trx, actor, {
      ...{ requestId: request.id, version: 1, expertId: ids[0]!, mode: 'on_site', travel },
      ...journey,
    }),
  )
}

const ENTITIES = [
  {
    ...{ name: 'Special Political Mission in the Delta', kind: 'special_political_mission', region: 'West Africa' },
    ...{ country: 'Guinea-Bissau', mandate: 'Good offices, by resolution of the Security Council' },
  },
  { name: 'Community of the Great Rivers', kind: 'regional_organisation', region: 'West Africa' },
  { name: 'Elders of the Northern Lakes', kind: 'non_un_mediator', region: 'Central Asia', country: 'Kyrgyzstan' },
  {
    ...{ name: 'Centre for Patient Dialogue', kind: 'partner_organisation', region: 'West Africa' },
    ...{ country: 'Ghana', contact: 'Secretariat in Accra' },
  },
]

type Called = Omit<ExpertSaid, 'availability'>

const EXPERTS: readonly Called[] = [
  {
    ...{
      name: 'سلمى الخطيب',
      latinName: 'Salma al-Khatib',
      themes: ['ceasefire_and_security', 'gender_and_inclusion'],
    },
    languages: [
      { language: 'ar', level: 'native' },
      { language: 'fr', level: 'fluent' },
    ],
    ...{ regions: ['Central Africa', 'North Africa'], countries: ['Chad'], nationalities: ['Jordan'] },
    ...{ dailyFee: { amount: '620.00', currency: 'USD' }, email: 'salma@demo.example' },
    travel: { class: 'economy', ceiling: { amount: '3500.00', currency: 'USD' } },
  },
  {
    ...{ name: 'Нурлан Асанов', latinName: 'Nurlan Asanov', themes: ['natural_resources', 'power_sharing'] },
    languages: [
      { language: 'ky', level: 'native' },
      { language: 'ru', level: 'native' },
      { language: 'en', level: 'working' },
    ],
    ...{ regions: ['Central Asia'], countries: ['Kyrgyzstan', 'Tajikistan'], nationalities: ['Kyrgyzstan'] },
    ...{ dailyFee: { amount: '540.00', currency: 'USD' }, email: 'nurlan@demo.example' },
    travel: { class: 'economy' },
  },
  {
    ...{ name: '陈美玲', latinName: 'Chen Meiling', themes: ['constitution_making', 'power_sharing'] },
    languages: [
      { language: 'zh', level: 'native' },
      { language: 'en', level: 'fluent' },
    ],
    ...{ regions: ['Central Asia', 'West Africa'], countries: [], nationalities: ['Singapore'] },
    ...{ dailyFee: { amount: '700.00', currency: 'EUR' }, email: 'meiling@demo.example' },
    travel: { class: 'premium_economy', ceiling: { amount: '4000.00', currency: 'EUR' } },
  },
  {
    ...{ name: 'Thérèse Mbala', themes: ['gender_and_inclusion', 'constitution_making'] },
    languages: [
      { language: 'fr', level: 'native' },
      { language: 'sw', level: 'fluent' },
    ],
    ...{ regions: ['Central Africa'], countries: ['Gabon', 'Cameroon'], nationalities: ['Gabon'] },
    ...{ dailyFee: { amount: '0.00', currency: 'USD' }, email: 'therese@demo.example' },
    travel: { class: 'economy' },
  },
]

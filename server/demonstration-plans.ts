import { inDays } from './days.ts'
import type { Trx } from '../db/connect.ts'
import { dayOf } from './clock.ts'
import type { Stage } from './demonstration-story.ts'
import { preparePlan } from './plans/prepare.ts'
import { setAside } from './plans/set-aside.ts'
import { watchPlace } from './watch/watch.ts'

const usd = (amount: string) => ({ amount, currency: 'USD' })

/** Two places are watched; for each there is a plan with money set aside, one of them not yet all that it costs. */
export async function tellPlans(trx: Trx, stage: Stage, payeeId: string): Promise<void> {
  const { as, fundId, entityId, envoyId, processes } = stage
  const watch = (by: string, place: { country: string; region: string }, signal: string, severity: 'high' | 'medium') =>
    as(by, (actor) =>
      watchPlace(trx, actor, {
        ...{ fundId, ...place, signal, severity, phase: 'before_escalation', ownerId: actor.personId },
        reviewOn: inDays(dayOf(actor.act.at), 14),
      }),
    )
  const elections = await watch(
    'amina',
    { country: 'Gabon', region: 'Central Africa' },
    'The opposition calls for a boycott; barracks in the capital are on alert',
    'high',
  )
  const valley = await watch(
    'joseph',
    { country: 'Kyrgyzstan', region: 'Central Asia' },
    'Villages upstream have closed the canal for the second week',
    'medium',
  )
  const plan = {
    ...{
      fundId,
      watchItemId: null,
      processId: null,
      mandateBasis: 'request_of_parties',
      support: ['advisory', 'financial'],
    },
    ...{ lane: 'rapid' as const, whenActivated: 'give_back' as const, durationDays: 45, payeeIds: [payeeId] },
  }
  const shuttle = await as('amina', (actor) =>
    preparePlan(trx, actor, {
      ...plan,
      title: 'Shuttle mediation if the vote is contested',
      scenario: 'Both camps claim the vote. Two mediators go between them until they sit at one table.',
      entityId,
      watchItemId: elections.id,
      processId: processes.get('Talks before the elections')!,
      themes: ['power_sharing'],
      expiresOn: inDays(dayOf(actor.act.at), 120),
      reviewOn: inDays(dayOf(actor.act.at), 30),
      lines: [
        { category: 'grants', description: 'Meetings of both camps', amount: usd('60000.00') },
        { category: 'travel', description: 'Flights between the capitals', amount: usd('25000.00') },
      ],
      tranches: [
        { afterDays: 0, amount: usd('50000.00'), condition: '' },
        { afterDays: 21, amount: usd('35000.00'), condition: 'First report accepted' },
      ],
    }),
  )
  const canal = await as('joseph', (actor) =>
    preparePlan(trx, actor, {
      ...plan,
      title: 'Elders of the valley at one table',
      scenario: 'The canal stays closed and the villages arm themselves.',
      entityId: envoyId,
      watchItemId: valley.id,
      place: { country: 'Kyrgyzstan', region: 'Central Asia', phase: 'before_escalation' },
      themes: ['natural_resources'],
      expiresOn: inDays(dayOf(actor.act.at), 180),
      reviewOn: inDays(dayOf(actor.act.at), 60),
      lines: [{ category: 'grants', description: 'Gatherings of the elders', amount: usd('60000.00') }],
      tranches: [],
    }),
  )
  await as('lucia', (actor) => setAside(trx, actor, { planId: shuttle.id, version: 1 }))
  await as('lucia', (actor) => setAside(trx, actor, { planId: canal.id, version: 1, amount: usd('45000.00') }))
}

import { change, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { id, joi, object, pageKeys, query } from '../http/schemas.ts'
import { isTimeZone } from './policy.ts'
import { countUnread, listNotifications, readPreferences } from './queries.ts'
import { preferMail, readNotification, readNotifications } from './read.ts'

const tag = 'Notifications'

const timeOfDay = () => joi.string().pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, like 07:30')

/** What I am told, and how. */
export function notificationEndpoints(): Endpoint[] {
  return [
    get(
      '/notifications',
      {
        tag,
        summary: 'What I was told, the latest first, and how much of it is unread',
        query: query({ ...pageKeys, unread: joi.boolean().options({ convert: true }) }),
      },
      async (db, actor, { query: { limit, after, unread = false } }) => {
        const found = await listNotifications(db, actor, { unread, before: keyIn(after)?.[0] ?? '', limit })
        return { body: { unread: await countUnread(db, actor), ...pageOf(found, limit, (one) => [one.id]) } }
      },
    ),
    post(
      '/notifications/:notification/readings',
      { tag, summary: 'Mark one as read' },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await readNotification(trx, actor, { notificationId: params.notification! }),
      }),
    ),
    post(
      '/notifications/readings',
      {
        tag,
        summary: 'Mark everything as read that I had been told up to this one',
        body: object({ upTo: id('notification').required() }),
      },
      async (trx, actor, { body }) => ({ status: 201, body: await readNotifications(trx, actor, body) }),
    ),
    get('/people/me/mail-preferences', { tag, summary: 'When I am mailed' }, async (db, actor) => ({
      body: await readPreferences(db, actor),
    })),
    change(
      'put',
      '/people/me/mail-preferences',
      {
        tag,
        summary:
          'Choose when I am mailed of what is not urgent: as it happens or once a day, and never in my quiet hours',
        body: object({
          timeZone: joi
            .string()
            .max(64)
            .required()
            .custom((name: string, helpers) => (isTimeZone(name) ? name : helpers.error('timeZone.unknown'))),
          digestAt: timeOfDay().allow(null).required(),
          quietFrom: timeOfDay().allow(null).required(),
          quietUntil: timeOfDay()
            .required()
            .when('quietFrom', { is: null, then: joi.valid(null), otherwise: joi.invalid(joi.ref('quietFrom')) }),
        }),
      },
      async (trx, actor, { body }) => ({ body: await preferMail(trx, actor, body) }),
    ),
  ]
}

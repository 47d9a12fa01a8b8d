import type { Request, Router } from 'express'
import { notificationsPage, type NotificationList } from '../../templates/notifications.tsx'
import { preferencesPage, type PreferencesForm } from '../../templates/mail-preferences.tsx'
import { getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { frameOf, type SignedIn } from './visit.ts'

const HERE = '/notifications'
const PREFERENCES = '/notifications/preferences'

/** What a person was told, and when they are mailed. Opening a link changes nothing; marking as read is a form. */
export function notificationPages(router: Router, served: Console): void {
  getPage(router, HERE, (visit, req) => showList(served, visit, req))
  getPage(router, PREFERENCES, (visit, req) => showPreferences(served, visit, { kept: req.query.done === 'kept' }))
  postForm(router, served, {
    path: '/notifications/:notification/readings',
    form: () => 'read',
    asks: (_visit, { params }) => ({ method: 'post', path: '/notifications/:notification/readings', params, body: {} }),
    done: () => HERE,
    again: (visit) => showList(served, visit),
  })
  postForm(router, served, {
    path: '/notifications/readings',
    form: () => 'read-all',
    asks: (_visit, { fields }) => ({
      method: 'post',
      path: '/notifications/readings',
      params: {},
      body: { upTo: fields.upTo ?? '' },
    }),
    done: () => HERE,
    again: (visit) => showList(served, visit),
  })
  postForm(router, served, {
    path: PREFERENCES,
    form: () => 'f',
    asks: (_visit, { fields }) => ({
      method: 'put',
      path: '/people/me/mail-preferences',
      params: {},
      body: {
        timeZone: fields.timeZone ?? '',
        digestAt: timeTyped(fields.digestAt),
        quietFrom: timeTyped(fields.quietFrom),
        quietUntil: timeTyped(fields.quietUntil),
      },
    }),
    done: () => `${PREFERENCES}?done=kept`,
    again: (visit, _params, refused) => showPreferences(served, visit, { refused }),
  })
}

async function showList({ api }: Console, visit: SignedIn, req?: Request): Promise<string> {
  const unread = req?.query.unread === 'true'
  const after = typeof req?.query.after === 'string' ? req.query.after : undefined
  const query = { unread: String(unread), ...(after ? { after } : {}) }
  const { items, next } = await api.read<Pick<NotificationList, 'items'> & { next: string | null }>(
    visit.actor,
    '/notifications',
    { query, language: visit.language },
  )
  const { timeZone } = await preferencesOf(api, visit)
  const only = unread ? 'unread=true&' : ''
  return notificationsPage(frameOf(visit, { section: 'notifications', here: HERE }), {
    ...{ items, unread, timeZone, formKey: newFormKey() },
    next: next && `${HERE}?${only}after=${next}`,
  })
}

type Wanted = PreferencesForm['values']

function preferencesOf(api: Console['api'], { actor, language }: SignedIn): Promise<Wanted> {
  return api.read<Wanted>(actor, '/people/me/mail-preferences', { language })
}

async function showPreferences(
  { api }: Console,
  visit: SignedIn,
  { kept = false, refused }: { kept?: boolean; refused?: Refused },
): Promise<string> {
  return preferencesPage(frameOf(visit, { section: 'notifications', here: PREFERENCES }), {
    values: refused ? typed(refused.fields) : await preferencesOf(api, visit),
    problem: refused?.problem,
    kept,
    formKey: newFormKey(),
  })
}

function typed({ timeZone = '', digestAt = '', quietFrom = '', quietUntil = '' }: Fields): Wanted {
  return { timeZone, digestAt, quietFrom, quietUntil }
}

/** Digits as they are typed in Arabic are the same digits; an empty field is no time. */
function timeTyped(text: string | undefined): string | null {
  return (text ?? '').replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)) || null
}

import type { Request } from 'express'
import { problemPage } from '../../templates/page.tsx'
import { refusalText } from '../../templates/refused.tsx'
import { textsIn } from '../../templates/texts/texts.ts'
import type { RefusalCode } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import { addressOf, frameOf, pageLanguage, type Visit } from './visit.ts'

/** The page that tells a refusal, a missing page or an error of ours to a person in a browser, in their language. */
export function problemPageFor(req: Request, code: RefusalCode | 'internal'): string {
  const language = pageLanguage(req)
  const t = textsIn(language)
  const here = req.method === 'GET' ? addressOf(req) : '/'
  const alarms = req.res?.locals.alarms as Visit['alarms']
  const visit: Visit = { language, t, here, actor: req.user as Actor | undefined, alarms }
  const told = { code, number: req.requestId }
  if (code === 'internal')
    return problemPage(frameOf(visit), { ...told, title: t.problem.broken, says: t.problem.brokenSays })
  const missing = code === 'not_found' || code === 'no_such_address'
  const title = missing ? t.problem.notHere : t.problem.title
  return problemPage(frameOf(visit), { ...told, title, says: refusalText(code, t) })
}

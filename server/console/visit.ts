import type { Request, Response } from 'express'
import type { Db } from '../../db/connect.ts'
import type { Frame, Section } from '../../templates/page.tsx'
import { textsIn, type Language, type Texts } from '../../templates/texts/texts.ts'
import { Refusal } from '../errors.ts'
import { fundById, type Fund } from '../funds/open.ts'
import { languageOf } from '../http/problems.ts'
import { holdsRole, READERS, type Actor, type Role } from '../people/actor.ts'
import { WATCH_READERS } from '../watch/queries.ts'

/** Who looks at a page, in which language, and where the language switch comes back to. */
export type Visit = {
  readonly language: Language
  readonly t: Texts
  readonly here: string
  readonly actor: Actor | undefined
  readonly alarms?: Frame['alarms']
  readonly unread?: Frame['unread']
}
export type SignedIn = Visit & { readonly actor: Actor }

/** Who closes and opens months, and who looks after them. */
export const PERIOD_READERS: readonly Role[] = ['controller', 'director', 'head_of_department', 'auditor']

/** Who audits, begins, confirms and reviews that a step was taken in place of its owners. */
const BREAK_GLASS_READERS: readonly Role[] = ['auditor', 'director', 'head_of_department', 'fund_manager', 'controller']

const LANGUAGE_COOKIE = 'wasata_language'
const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** Also keeps the language in a cookie where the switch was used. */
export function visitOf(req: Request, res: Response): Visit {
  const language = pageLanguage(req)
  if (req.query.language === language) {
    res.cookie(LANGUAGE_COOKIE, language, { maxAge: YEAR_MS, httpOnly: true, sameSite: 'lax', secure: req.secure })
  }
  const { alarms, unread } = res.locals as Pick<Frame, 'alarms' | 'unread'>
  return { language, t: textsIn(language), here: addressOf(req), actor: req.user as Actor | undefined, alarms, unread }
}

/** What the switch says, else what it said before, else what the browser asks for, else what the person has chosen. */
export function pageLanguage(req: Request): Language {
  const { language } = req.query
  if (language === 'ar' || language === 'en') return language
  const kept = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=(ar|en)(?:;|$)`).exec(req.header('cookie') ?? '')?.[1]
  return kept === 'ar' || kept === 'en' ? kept : languageOf(req)
}

/** The page's own address, without what only steers how it is shown. Always a path of ours. */
export function addressOf(req: Request): string {
  // Split by hand: whatever stands in the path, it is never read as a host.
  const [path = '/', asked = ''] = req.originalUrl.split(/\?(.*)/s)
  const pathname = path.replace(/^[/\\]+/, '/')
  const searchParams = new URLSearchParams(asked)
  searchParams.delete('language')
  searchParams.delete('done')
  const query = searchParams.toString()
  return `${pathname}${query ? `?${query}` : ''}`
}

/** What a page of this visit has around its content. */
export function frameOf(visit: Visit, more: { fund?: Fund; section?: Frame['section']; here?: string } = {}) {
  const { t, here, actor, language, alarms, unread } = visit
  const { fund } = more
  return {
    t,
    here: more.here ?? here,
    person: actor?.name,
    section: more.section,
    alarms,
    unread,
    fund: fund && actor && { id: fund.id, name: fundName(fund, language), sections: sectionsFor(actor, fund.id) },
  }
}

export function fundName(fund: { name: string; nameArabic: string | null }, language: Language): string {
  return language === 'ar' ? (fund.nameArabic ?? fund.name) : fund.name
}

/** The fund, for whoever has something to do with it. Refuses `not_found`. */
export async function fundSeenBy(db: Db, actor: Actor, fundId: string): Promise<Fund> {
  if (!actor.administrator && !actor.grants.some((grant) => grant.fundId === fundId)) throw new Refusal('not_found')
  actor.act.fundId = fundId
  return fundById(db, fundId)
}

/** The parts of a fund that this person may look at. */
export function sectionsFor(actor: Actor, fundId: string): Section[] {
  const sections: Section[] = []
  if (holdsRole(actor, fundId, [...READERS, 'requester'])) sections.push('requests', 'clock', 'reports')
  if (holdsRole(actor, fundId, WATCH_READERS)) sections.push('planning')
  if (holdsRole(actor, fundId, ['advisor'])) sections.push('opinions')
  if (holdsRole(actor, fundId, [...READERS, 'donor'])) sections.push('donors')
  if (holdsRole(actor, fundId, READERS))
    sections.push('payees', 'payment-files', 'sanctions', 'statements', 'treasury', 'rates', 'ledger')
  if (holdsRole(actor, fundId, PERIOD_READERS)) sections.push('periods')
  if (holdsRole(actor, fundId, READERS)) sections.push('delegations')
  if (holdsRole(actor, fundId, BREAK_GLASS_READERS)) sections.push('break-glass')
  if (holdsRole(actor, fundId, READERS)) sections.push('rules')
  if (holdsRole(actor, fundId, [...READERS, 'requester']))
    sections.push('experts', 'entities', 'processes', 'lessons', 'findings')
  return sections
}

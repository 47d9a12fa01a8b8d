import type { Request, RequestHandler, Response, Router } from 'express'
import type { FormProblem } from '../../templates/forms.tsx'
import { passwordPage } from '../../templates/password.tsx'
import { formProblem, refusalText } from '../../templates/refused.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { REFUSALS, Refusal } from '../errors.ts'
import { keepAttempt, problemOf } from '../http/problems.ts'
import { joi } from '../http/schemas.ts'
import type { SignIn } from '../http/sign-in.ts'
import { validate } from '../http/validate.ts'
import { SHORTEST_PASSWORD } from '../people/policy.ts'
import { getPage, type Console } from './forms.ts'
import { PATH_OF_OURS } from './sign-in.ts'
import { frameOf, visitOf, type SignedIn } from './visit.ts'

const HERE = '/console/password'

const SENT = joi
  .object({
    old: joi.string().max(200).required(),
    chosen: joi.string().min(SHORTEST_PASSWORD).max(200).required(),
    again: joi.valid(joi.ref('chosen')).required(),
  })
  .unknown()

/** Choosing a password of one's own: right after signing in with a first one, and whenever somebody wants to. */
export function passwordPages(router: Router, { db }: Console, signIn: SignIn): void {
  getPage(router, HERE, async (visit, req) => pageFor(visit, pathOfOurs(req.query.next)))
  router.post(HERE, async (req, res, next) => {
    const visit = visitOf(req, res)
    if (!visit.actor) return res.redirect(303, '/')
    const answer = (error?: unknown) => {
      if (!error) return res.redirect(303, pathOfOurs(req.body?.next))
      if (!(error instanceof Refusal)) return next(error)
      keepAttempt(db, req, error, problemOf(error, req)).then(() => tellAgain(req, res, visit as SignedIn, error), next)
    }
    try {
      validate(SENT, req.body, visit.language)
      await signIn.choosePassword(req, res, answer)
    } catch (error) {
      answer(error)
    }
  })
}

/** Lets who has a first password only no further than to the page on which to choose another. */
export const ownPasswordFirst: RequestHandler = (req, res, next) => {
  if (!req.user?.passwordIsFirst) return next()
  if (req.method !== 'GET' && req.method !== 'HEAD') throw new Refusal('password_must_be_chosen')
  res.redirect(303, req.originalUrl === '/' ? HERE : `${HERE}?next=${encodeURIComponent(req.originalUrl)}`)
}

function tellAgain(req: Request, res: Response, visit: SignedIn, refusal: Refusal): void {
  res.locals.code = refusal.code
  res
    .status(REFUSALS[refusal.code].status)
    .type('html')
    .send(pageFor({ ...visit, here: HERE }, pathOfOurs(req.body?.next), problemWith(refusal, visit.t)))
}

function pageFor(visit: SignedIn, next: string, problem?: FormProblem): string {
  return passwordPage(frameOf(visit), { first: visit.actor.passwordIsFirst, next, problem })
}

function problemWith(refusal: Refusal, t: Texts): FormProblem {
  const at = (field: string, message: string) => ({ message, fields: { [field]: message } })
  if (refusal.code === 'wrong_credentials') return at('old', t.password.wrong)
  if (refusal.code === 'password_too_easy') return at('chosen', refusalText(refusal.code, t))
  if (refusal.code === 'too_many_attempts') return { message: t.signIn.locked, fields: {} }
  const { message, fields } = formProblem(refusal, t)
  return { message, fields: 'again' in fields ? { ...fields, again: t.password.differs } : fields }
}

function pathOfOurs(path: unknown): string {
  return typeof path === 'string' && PATH_OF_OURS.test(path) ? path : '/'
}

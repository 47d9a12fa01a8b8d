import type { Request, Response, Router } from 'express'
import { signInPage } from '../../templates/sign-in.tsx'
import { REFUSALS, Refusal } from '../errors.ts'
import { keepAttempt, problemOf } from '../http/problems.ts'
import { joi } from '../http/schemas.ts'
import type { SignIn } from '../http/sign-in.ts'
import { validate } from '../http/validate.ts'
import type { Console } from './forms.ts'
import { frameOf, visitOf } from './visit.ts'

/** A path of ours and nothing that a browser could take for another site. */
export const PATH_OF_OURS = /^\/(?![/\\])[\x21-\x7e]*$/

const SENT = joi.object<{ email: string; password: string; next: string; key?: string }, false>({
  email: joi.string().max(254).allow('').required(),
  password: joi.string().max(200).allow('').required(),
  next: joi.string().pattern(PATH_OF_OURS).default('/'),
  key: joi.string(),
})

/** Signing in and out through forms. */
export function signInPages(router: Router, { db }: Console, signIn: SignIn): void {
  router.post('/console/sign-in', async (req, res, next) => {
    const visit = visitOf(req, res)
    const sent = validate(SENT, req.body, visit.language)
    const answer = (error?: unknown) => {
      if (!error) return res.redirect(303, sent.next)
      if (!(error instanceof Refusal)) return next(error)
      keepAttempt(db, req, error, problemOf(error, req)).then(() => tellAgain(req, res, error, sent), next)
    }
    try {
      await signIn.openSession(req, res, answer)
    } catch (error) {
      answer(error)
    }
  })
  router.post('/console/sign-out', (req, res, next) => {
    if (!req.user) return res.redirect(303, '/')
    void signIn.closeSession(req, res, (error?: unknown) => (error ? next(error) : res.redirect(303, '/')))
  })
}

/** The form again, with what was wrong beside it and all that was typed but the password. */
function tellAgain(req: Request, res: Response, refusal: Refusal, sent: { email: string; next: string }): void {
  const visit = visitOf(req, res)
  const { t } = visit
  const message = refusal.code === 'too_many_attempts' ? t.signIn.locked : t.signIn.wrong
  res.locals.code = refusal.code
  res
    .status(REFUSALS[refusal.code].status)
    .type('html')
    .send(signInPage({ ...frameOf(visit), here: sent.next }, { ...sent, problem: { message, fields: {} } }))
}

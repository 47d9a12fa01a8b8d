import { randomUUID } from 'node:crypto'
import type { Request, Response, Router } from 'express'
import type { Db } from '../../db/connect.ts'
import type { Typed } from '../../templates/fields.tsx'
import type { FormProblem } from '../../templates/forms.tsx'
import { formProblem } from '../../templates/refused.tsx'
import { signInPage } from '../../templates/sign-in.tsx'
import { REFUSALS, Refusal, type RefusalCode } from '../errors.ts'
import { keepLooks, keepLooksBeside } from '../http/act.ts'
import type { Answer } from '../http/endpoint.ts'
import { keepAttempt, problemOf, refusalOf } from '../http/problems.ts'
import { validateParams } from '../http/validate.ts'
import type { Api } from './api.ts'
import { frameOf, visitOf, type SignedIn } from './visit.ts'

export type Console = { readonly db: Db; readonly api: Api }

/** What was typed: each field one text. */
export type Fields = Readonly<Record<string, string>>

/** What an act was refused with, told to who filled in the form, and what they had typed. */
export type Refused = {
  /** Which form of the page it was. */
  readonly form: string
  readonly problem: FormProblem
  readonly fields: Fields
  readonly chosen: (name: string) => string[]
}

/** A page for people who are signed in; others are asked to, and come back here. */
export function getPage(router: Router, path: string, show: (visit: SignedIn, req: Request) => Promise<string>): void {
  router.get(path, async (req, res) => {
    const visit = signedIn(req, res)
    if (!visit) return
    validateParams(req.params as Record<string, string>)
    const html = await show(visit, req)
    await keepLooks(res.locals.db as Db, req, visit.actor)
    res.type('html').send(html)
  })
}

export type PostedForm = {
  readonly path: string
  /** What the API is asked to do with what was typed. */
  readonly asks: (
    visit: SignedIn,
    typed: {
      params: Record<string, string>
      fields: Fields
      chosen: (name: string) => string[]
      /** The file, where the form has one. */
      upload: Buffer | undefined
    },
  ) => Ask | Promise<Ask>
  /** Where to go when it is done. */
  readonly done?: (answer: Answer, params: Record<string, string>, fields: Fields) => string | Promise<string>
  /** The page that answers instead, where what it tells is told once. */
  readonly told?: (visit: SignedIn, answer: Answer) => Promise<string>
  /** The page with the form again, the message at its top and what was typed in its place. */
  readonly again: (visit: SignedIn, params: Record<string, string>, refused: Refused) => Promise<string>
  readonly form: (params: Record<string, string>) => string
}
type Ask = {
  method: 'post' | 'put' | 'patch' | 'delete'
  path: string
  params: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  version?: number
}

/**
 * A form that changes something: the same endpoint as the API's, one transaction with its act, the refused attempt kept. A
 * second sending of the same form is told the first answer.
 */
export function postForm(router: Router, { db, api }: Console, posted: PostedForm): void {
  router.post(posted.path, async (req, res) => {
    const visit = signedIn(req, res)
    if (!visit) return
    const params = validateParams(req.params as Record<string, string>)
    const { fields, chosen } = typedIn(req)
    try {
      const ask = await posted.asks(visit, { params, fields, chosen, upload: res.locals.upload as Buffer | undefined })
      const answer = await api.change(req, visit.actor, { ...ask, key: fields.key ?? '', language: visit.language })
      if ((answer.status ?? 200) >= 400) throw new ToldAgain(answer.body as ProblemKept)
      if (posted.told) return void res.type('html').send(await posted.told(visit, answer))
      res.redirect(303, await posted.done!(answer, params, fields))
    } catch (error) {
      const refusal = refusalOf(error as Error)
      // Whoever may not see the page with the form must not get it back.
      if (!refusal || NOT_FOR_THE_FORM.has(refusal.code)) throw error
      const refused = { form: posted.form(params), problem: formProblem(refusal, visit.t), fields, chosen }
      const html = await posted.again(visit, params, refused)
      if (error instanceof ToldAgain) await keepLooks(db, req, visit.actor)
      else {
        await keepAttempt(db, req, refusal, problemOf(refusal, req))
        await keepLooksBeside(db, visit.actor)
      }
      res.locals.code = refusal.code
      res.status(REFUSALS[refusal.code].status).type('html').send(html)
    }
  })
}

/** What a form shows of what was typed into it before it was refused, and what was wrong with that. */
export function typedInto(refused: Refused | undefined, form = 'f'): Typed {
  const own = refused?.form === form ? refused : undefined
  return {
    problem: own?.problem,
    value: (name, otherwise = '') => (own ? (own.fields[name] ?? '') : otherwise),
    chosen: (name, otherwise = []) => (own ? own.chosen(name) : otherwise),
  }
}

/** A key for one form as it is shown now. */
export function newFormKey(): string {
  return randomUUID()
}

type ProblemKept = Record<string, unknown> & { code: RefusalCode }

/** A refusal that this form got before: it is kept already. */
class ToldAgain extends Refusal {
  constructor({ code, type: _type, title: _title, status: _status, instance: _instance, ...details }: ProblemKept) {
    super(code, details)
  }
}

const NOT_FOR_THE_FORM = new Set<RefusalCode>(['not_found', 'role_not_allowed', 'not_signed_in', 'no_such_address'])

function signedIn(req: Request, res: Response): SignedIn | undefined {
  const visit = visitOf(req, res)
  if (visit.actor) return visit as SignedIn
  // A form cannot be sent again after signing in, so that leads to the first page.
  const next = req.method === 'GET' ? visit.here : '/'
  const frame = { ...frameOf(visit), here: next }
  res
    .status(401)
    .type('html')
    .send(signInPage(frame, { email: '', next, problem: undefined }))
  return undefined
}

/** A form's fields as people mean them: spaces around a text are nothing, and a line ends the same way from every system. */
function typedIn(req: Request): { fields: Fields; chosen: (name: string) => string[] } {
  const body = (req.body ?? {}) as Record<string, unknown>
  const texts = (value: unknown) => [value].flat().filter((one) => typeof one === 'string')
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(body)) {
    fields[name] = (texts(value)[0] ?? '').replaceAll(/\r\n?/g, '\n').trim()
  }
  return { fields, chosen: (name) => texts(body[name]) }
}

/** Digits as they are typed in Arabic are the same digits; nothing else about an amount is guessed. */
export function amountTyped(text: string | undefined): string {
  return (text ?? '').replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replaceAll('٫', '.')
}

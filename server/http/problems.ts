import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { REFUSALS, Refusal, type RefusalCode } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Actor } from '../people/actor.ts'
import { keepRefusal } from './idempotency.ts'
import type { Language } from './validate.ts'

/** The reader's language: what the client asks for, else what the person has chosen, else English. */
export function languageOf(req: Request): Language {
  const asked = req.header('accept-language') ? req.acceptsLanguages('en', 'ar') : false
  if (asked === 'en' || asked === 'ar') return asked
  return (req.user as Actor | undefined)?.language ?? 'en'
}

type Problem = Record<string, unknown> & { readonly status: number; readonly code: RefusalCode | 'internal' }

/** RFC 9457 problem details of a refusal, in the reader's language. */
export function problemOf(refusal: Refusal, req: Request): Problem {
  const { status, ...titles } = REFUSALS[refusal.code]
  return {
    ...refusal.details,
    type: `/problems/${refusal.code}`,
    title: titles[languageOf(req)],
    status,
    code: refusal.code,
    instance: req.requestId,
  }
}

export const noSuchAddress: RequestHandler = () => {
  throw new Refusal('no_such_address')
}

/** A page that tells a problem to a person in a browser. */
export type ProblemPage = (req: Request, code: RefusalCode | 'internal') => string

/** The only place where an error becomes an answer, and where a refused attempt is kept. */
export function problemHandler(db: Db, log: Logger, page: ProblemPage): ErrorRequestHandler {
  const send = (req: Request, res: Response, problem: Problem) => {
    res.status(problem.status)
    if (isForBrowser(req)) res.type('html').set('Cache-Control', 'no-store').send(page(req, problem.code))
    else res.type('application/problem+json').json(problem)
  }
  return (error, req, res, next) => {
    const refusal = refusalOf(error)
    if (!refusal) log.error({ err: error, request: req.requestId }, 'failed')
    if (refusal?.code === 'unavailable')
      log.warn({ code: error.code, request: req.requestId }, 'the database is not there')
    if (res.headersSent) return next(error)
    if (!refusal) {
      const title = FAILED[languageOf(req)]
      return send(req, res, { type: 'about:blank', title, status: 500, code: 'internal', instance: req.requestId })
    }
    const problem = problemOf(refusal, req)
    res.locals.code = refusal.code
    keepAttempt(db, req, refusal, problem)
      .catch((failure: Error) => log.error({ err: failure, request: req.requestId }, 'refused attempt not kept'))
      .finally(() => {
        if (refusal.code === 'not_signed_in') res.set('WWW-Authenticate', 'Bearer')
        if (problem.status === 503) res.set('Retry-After', '5')
        send(req, res, problem)
      })
      .catch(next)
  }
}

/** The API always answers with problem details; elsewhere whoever asks for a page before anything else gets one. */
function isForBrowser(req: Request): boolean {
  const ofApi = req.originalUrl === '/api' || req.originalUrl.startsWith('/api/')
  return !ofApi && req.accepts(['json', 'html']) === 'html'
}

const FAILED = {
  en: 'Something went wrong on our side. Nothing was changed. Tell us the number below.',
  ar: 'حدث خطأ من جانبنا ولم يتغير شيء. أخبرنا بالرقم أدناه.',
}

/** The body parser's errors are refusals too; so is a statement that took, or waited, too long. */
export function refusalOf(
  error: { type?: string; status?: number; code?: string; syscall?: string; constraint?: string } & Error,
): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (error.type === 'entity.too.large' || error.type === 'parameters.too.many') return new Refusal('body_too_large')
  if (
    error.type === 'entity.parse.failed' ||
    error.type?.startsWith('encoding') ||
    error.type?.startsWith('charset') ||
    (error.status === 400 && 'expose' in error)
  ) {
    return new Refusal('malformed_json')
  }
  // What only the database could see to be malformed: a NUL in a text, a day that is none.
  if (['22021', '22P02', '22007', '22008'].includes(error.code ?? ''))
    return new Refusal('invalid_request', { errors: [] })
  if (error.code === '55P03') return new Refusal('still_in_progress')
  if (error.code === '57014') return new Refusal('too_slow')
  // Two requests that send one expert at once: the second one is told what it would have been told a moment later.
  if (error.constraint === 'expert_double_booked') return new Refusal('expert_double_booked')
  // What only its accounts could see: that the request was closed meanwhile.
  if (error.constraint === 'closed_request_is_final' || error.constraint === 'closed_accounts_stand_still')
    return new Refusal('request_closed')
  if (error.code === '22003') return new Refusal('amount_out_of_range')
  if (error instanceof URIError) return new Refusal('not_found')
  if (isOutOfReach(error)) return new Refusal('unavailable')
  return undefined
}

/** Whether the database, or a connection to it, cannot be had at the moment: it restarts, or everybody wants it. */
function isOutOfReach({ code = '', name, message }: { code?: string } & Error): boolean {
  return (
    /^(08\w{3}|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code) ||
    name === 'KnexTimeoutError' ||
    /Connection (terminated|ended)|connection error and is not queryable|timeout expired$|connect ENOENT/.test(message)
  )
}

/** Keeps a refused attempt as an act, in a transaction of its own, and what it was answered under its key. */
export async function keepAttempt(
  db: Db,
  req: Request,
  refusal: Refusal,
  problem: Record<string, unknown>,
): Promise<void> {
  const actor = req.user as Actor | undefined
  const reading = req.method === 'GET' || req.method === 'HEAD'
  if (reading && REFUSALS[refusal.code].status !== 403) return
  if (refusal.code === 'unavailable') return
  await db.transaction(async (trx) => {
    await recordAct(trx, {
      // The act that failed took nothing with it, so its id is still free; an anonymous attempt gets one.
      id: actor?.act.id ?? newId('act'),
      fundId: actor?.act.fundId ?? null,
      personId: actor?.personId ?? null,
      tokenId: actor?.tokenId ?? null,
      requestId: req.requestId,
      method: req.method,
      path: req.originalUrl.split('?')[0]!,
      address: req.ip ?? null,
      outcome: refusal.code,
      details: null,
    })
    const under = req.refusedUnderKey
    if (actor && under) {
      const { status } = REFUSALS[refusal.code]
      await keepRefusal(trx, { personId: actor.personId, ...under, status, body: problem })
    }
  })
}

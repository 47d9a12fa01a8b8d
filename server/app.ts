import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { type Express, type RequestHandler } from 'express'
import helmet, { type HelmetOptions } from 'helmet'
import type { Logger } from 'pino'
import type { Db } from '../db/connect.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { documentationPage } from '../templates/documentation.tsx'
import { noStore, type FileStore } from './attachments/store.ts'
import { machineClock, type Clock } from './clock.ts'
import { Refusal } from './errors.ts'
import type { Endpoint } from './http/endpoint.ts'
import { openApiDocument } from './http/openapi.ts'
import { noSuchAddress, problemHandler } from './http/problems.ts'
import { serveEndpoints } from './http/serve.ts'
import { createSignIn } from './http/sign-in.ts'
import { allEndpoints } from './endpoints.ts'
import { createMetrics } from './metrics.ts'
import { assets } from './console/assets.ts'
import { pages } from './console/pages.ts'
import { problemPageFor } from './console/problems.ts'
import type { Actor } from './people/actor.ts'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express is told what a request carries
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- as above
    interface User extends Actor {}
    interface Request {
      requestId: string
      refusedUnderKey?: { key: string; hash: Buffer }
    }
  }
}

export type AppOptions = {
  readonly sessionSecret: string
  readonly secureCookies: boolean
  /** Whose word on where a request comes from is taken; of this machine only where nothing is said. */
  readonly trustedProxies?: string
  readonly log: Logger
  /** What time it is for the rules; the machine's, unless told. */
  readonly clock?: Clock
  readonly metricsToken?: string | undefined
  /** Where attachments are kept; nowhere, where nothing is said. */
  readonly files?: FileStore
}

/** The whole service as a value, so that tests start it the way production does. */
export function createApp(db: Db, options: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', options.trustedProxies ?? 'loopback')
  const metrics = createMetrics(db, options)
  app.use(requestId, accessLog(options.log), metrics.counting, helmet(SECURITY))

  app.get('/healthz', (_req, res) => void res.json({ alive: true }))
  app.get('/readyz', readiness(db))
  app.get('/metrics', metrics.tell)

  const signIn = createSignIn(db, options)
  const more = { clock: options.clock ?? machineClock, files: options.files ?? noStore() }
  const endpoints: Endpoint[] = allEndpoints(db, signIn, more)
  // Made once: it takes long, and strangers may ask for it as often as they like.
  let document: Record<string, unknown> | undefined
  app.get('/api/v1/openapi.json', (_req, res) => void res.json((document ??= openApiDocument(endpoints))))
  app.get('/api', (_req, res) => void res.type('html').send(documentationPage()))
  app.use(
    '/api/assets',
    express.static(dirname(createRequire(import.meta.url).resolve('swagger-ui-dist')), { index: false }),
  )

  app.use('/assets', assets())

  app.use(express.json({ limit: '256kb' }), express.urlencoded({ extended: false, limit: '100kb' }))
  app.use(signIn.recognise, sameSite)
  app.use('/api/v1', serveEndpoints(db, endpoints), noSuchAddress)
  app.use(pages(db, signIn, endpoints))
  app.use(noSuchAddress)
  app.use(problemHandler(db, options.log, problemPageFor))
  return app
}

const CONTENT_SOURCES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
}

const SECURITY: HelmetOptions = {
  contentSecurityPolicy: { directives: CONTENT_SOURCES, useDefaults: false },
  // Where nothing at all is told of the page, a browser sends our own forms with "Origin: null".
  referrerPolicy: { policy: 'same-origin' },
}

/** One id for the log line, the answer and the act; ours alone, for it is evidence. */
const requestId: RequestHandler = (req, res, next) => {
  req.requestId = randomUUID()
  res.set('X-Request-Id', req.requestId)
  next()
}

/** One line per request. No names, addresses, bodies or tokens: the path without its query, and the person's id. */
function accessLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    res.once('finish', () => {
      log.info({
        request: req.requestId,
        method: req.method,
        path: req.originalUrl.split('?')[0],
        status: res.statusCode,
        ms: Math.trunc(performance.now() - started),
        person: (req.user as Actor | undefined)?.personId,
        code: res.locals.code as string | undefined,
      })
    })
    next()
  }
}

function readiness(db: Db): RequestHandler {
  return async (_req, res) => {
    const pending = await pendingMigrations(db).catch(() => undefined)
    res
      .status(pending?.length === 0 ? 200 : 503)
      .json({ database: pending !== undefined, migrationsPending: pending ?? null })
  }
}

/** A browser says where a request comes from; with a session cookie it must come from our own pages. Tokens have no such risk. */
const sameSite: RequestHandler = (req, _res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD' || req.header('authorization')) return next()
  const site = req.header('sec-fetch-site')
  const origin = req.header('origin')
  const foreign = site
    ? site !== 'same-origin' && site !== 'none'
    : origin !== undefined && URL.parse(origin)?.host !== req.header('host')
  next(foreign ? new Refusal('cross_site_request') : undefined)
}

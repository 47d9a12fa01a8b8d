import { createHash } from 'node:crypto'
import connectPgSimple from 'connect-pg-simple'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import type pg from 'pg'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { Db } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Actor } from '../people/actor.ts'
import { checkPassword } from '../people/passwords.ts'
import { actorByToken, actorOfPerson } from '../people/queries.ts'
import { BearerStrategy } from './bearer.ts'

export type SignIn = {
  /** Sets `req.user` from the session cookie or the bearer token; who has neither goes on as nobody. */
  readonly recognise: RequestHandler[]
  /** Checks e-mail and password, opens a session. Refuses `wrong_credentials`, `too_many_attempts`. */
  readonly openSession: RequestHandler
  readonly closeSession: RequestHandler
}

const HOURS_12_MS = 12 * 60 * 60 * 1000

/** Guesses per quarter of an hour: by account, and by address over all accounts. */
const ACCOUNT_GUESSES = 8
const ADDRESS_GUESSES = 60

/** Signing in by password for a browser and by bearer token for programs, both through passport. */
export function createSignIn(
  db: Db,
  { sessionSecret, secureCookies }: { sessionSecret: string; secureCookies: boolean },
): SignIn {
  const passport = passportOver(db)
  const sessions = sessionsOver(db, { sessionSecret, secureCookies })
  const limits = guessLimits(db)

  const byToken: RequestHandler = (req, res, next) => {
    if (!req.header('authorization')) return next()
    passport.authenticate('bearer', { session: false }, (error: unknown, actor: Actor | false) => {
      if (error) return next(error)
      if (!actor) return next(new Refusal('not_signed_in'))
      req.user = actor
      next()
    })(req, res, next)
  }
  const withSession: RequestHandler = (req, res, next) => (req.user ? next() : sessions(req, res, next))
  const bySession: RequestHandler = (req, res, next) =>
    req.user ? next() : (passport.session() as RequestHandler)(req, res, next)

  return {
    recognise: [byToken, withSession, passport.initialize() as RequestHandler, bySession],
    openSession: async (req, res, next) => {
      await limits.countGuess(String(req.body?.email ?? ''), req.ip ?? '')
      passport.authenticate('local', (error: unknown, user: Express.User | false) => {
        if (error) return next(error)
        if (!user) return next(new Refusal('wrong_credentials'))
        // Passport starts a new session here, so that a session id planted before signing in is worth nothing.
        req.logIn(user, (failure) => {
          if (failure) return next(failure)
          limits
            .forget(String(req.body.email), req.ip ?? '')
            .then(() => keepSession(db, req, user.personId))
            .then(() => next(), next)
        })
      })(req, res, next)
    },
    closeSession: (req, _res, next) => {
      const personId = req.user?.personId
      if (!personId || !req.session) throw new Refusal('not_signed_in')
      req.logout((error) => {
        if (error) return next(error)
        req.session.destroy((failure) => {
          if (failure) return next(failure)
          keepSession(db, req, personId).then(() => next(), next)
        })
      })
    },
  }
}

/** Who somebody is: by e-mail and password, by bearer token, and by the session that the first of them opened. */
function passportOver(db: Db): InstanceType<typeof Passport> {
  const passport = new Passport()
  passport.use(
    new LocalStrategy(
      { usernameField: 'email' },
      (email, password, done) =>
        void checkPassword(db, email, password).then(
          (person) => done(null, person ? ({ personId: person } as Express.User) : false),
          done,
        ),
    ),
  )
  passport.use(
    new BearerStrategy((token) => actorByToken(db, createHash('sha256').update(token).digest(), newId('act'))),
  )
  passport.serializeUser((user, done) => done(null, user.personId))
  passport.deserializeUser(
    (personId: string, done) =>
      void actorOfPerson(db, personId, newId('act')).then((actor) => done(null, actor ?? false), done),
  )
  return passport
}

function sessionsOver(
  db: Db,
  { sessionSecret, secureCookies }: { sessionSecret: string; secureCookies: boolean },
): RequestHandler {
  return session({
    name: 'wasata',
    secret: sessionSecret,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite: 'strict', secure: secureCookies, maxAge: HOURS_12_MS },
    store: new (connectPgSimple(session))({ pool: poolOver(db), tableName: 'sessions', pruneSessionInterval: false }),
  })
}

/** Signing in and out are acts like any other; a failed attempt is kept where every refusal is. */
async function keepSession(db: Db, req: Request, personId: string): Promise<void> {
  const act = {
    id: newId('act'),
    fundId: null,
    personId,
    tokenId: null,
    address: req.ip ?? null,
    outcome: 'done',
    details: null,
  }
  const path = req.originalUrl.split('?')[0]!
  await db.transaction((trx) => recordAct(trx, { ...act, requestId: req.requestId, method: req.method, path }))
}

/** Every guess is counted before it is checked, so that a hundred at once are a hundred. */
function guessLimits(db: Db) {
  const settings = {
    storeClient: db,
    storeType: 'knex',
    tableName: 'sign_in_attempts',
    tableCreated: true,
    clearExpiredByTimeout: false,
    duration: 900,
  }
  const byAccount = new RateLimiterPostgres({ ...settings, keyPrefix: 'account', points: ACCOUNT_GUESSES })
  const byAddress = new RateLimiterPostgres({ ...settings, keyPrefix: 'address', points: ADDRESS_GUESSES })
  const accountKey = (email: string) => createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')
  return {
    async countGuess(email: string, address: string): Promise<void> {
      try {
        await Promise.all([byAccount.consume(accountKey(email)), byAddress.consume(address)])
      } catch (reason) {
        if (reason instanceof Error) throw reason
        throw new Refusal('too_many_attempts')
      }
    },
    /** It was no guess. An office of a hundred people behind one address signs in every morning; the guesses of others still count. */
    async forget(email: string, address: string): Promise<void> {
      await Promise.all([byAccount.delete(accountKey(email)), byAddress.reward(address)])
    },
  }
}

/** connect-pg-simple wants a pg pool; it gets the connections that knex keeps, and so one pool serves all. */
function poolOver(db: Db): pg.Pool {
  return {
    async query(text: string, values: unknown[]) {
      const client = (await db.client.acquireConnection()) as pg.Client
      try {
        return await client.query(text, values)
      } finally {
        await db.client.releaseConnection(client)
      }
    },
  } as unknown as pg.Pool
}

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
import { machineClock, type Clock } from '../clock.ts'
import { newId } from '../ids.ts'
import { newAct, type Actor } from '../people/actor.ts'
import { checkPassword, choosePassword, refuseObvious } from '../people/passwords.ts'
import { actorByToken, actorOfPerson } from '../people/queries.ts'
import { BearerStrategy } from './bearer.ts'

export type SignIn = {
  /** Sets `req.user` from the session cookie or the bearer token; who has neither goes on as nobody. */
  readonly recognise: RequestHandler[]
  /** Checks e-mail and password, opens a session. Refuses `wrong_credentials`, `too_many_attempts`. */
  readonly openSession: RequestHandler
  readonly closeSession: RequestHandler
  /**
   * Changes the password of who is signed in, from `old` to `chosen`; a wrong old one is a guess like any other.
   * Refuses `password_too_easy`, `too_many_attempts`, `wrong_credentials`.
   */
  readonly choosePassword: RequestHandler
}

const HOURS_12_MS = 12 * 60 * 60 * 1000

/**
 * Guesses per quarter of an hour: at one account from one address, from one address at all accounts, and at one account from
 * everywhere. The last is far above the others, or whoever knows an e-mail address could lock its owner out.
 */
const PAIR_GUESSES = 8
const ADDRESS_GUESSES = 60
const ACCOUNT_GUESSES = 300

/** Signing in by password for a browser and by bearer token for programs, both through passport. */
export function createSignIn(
  db: Db,
  {
    sessionSecret,
    secureCookies,
    clock = machineClock,
  }: { sessionSecret: string; secureCookies: boolean; clock?: Clock },
): SignIn {
  const passport = passportOver(db, clock)
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
    choosePassword: async (req, _res, next) => {
      const { user: actor, ip = '' } = req
      const { old, chosen } = req.body as { old: string; chosen: string }
      if (!actor) throw new Refusal('not_signed_in')
      refuseObvious(actor, { old, chosen })
      await limits.countGuess(actor.email, ip)
      await db.transaction(async (trx) => {
        await choosePassword(trx, actor, { old, chosen, sessionId: req.sessionID ?? '' })
        await recordAct(trx, actOf(req, actor.personId, actor))
      })
      await limits.forget(actor.email, ip)
      next()
    },
  }
}

/** Who somebody is: by e-mail and password, by bearer token, and by the session that the first of them opened. */
function passportOver(db: Db, clock: Clock): InstanceType<typeof Passport> {
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
    new BearerStrategy((token) => actorByToken(db, createHash('sha256').update(token).digest(), newAct(clock()))),
  )
  passport.serializeUser((user, done) => done(null, user.personId))
  passport.deserializeUser(
    (personId: string, done) =>
      void actorOfPerson(db, personId, newAct(clock())).then((actor) => done(null, actor ?? false), done),
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
  await db.transaction((trx) => recordAct(trx, actOf(req, personId)))
}

function actOf(req: Request, personId: string, actor?: Actor) {
  return {
    id: actor?.act.id ?? newId('act'),
    fundId: null,
    personId,
    tokenId: actor?.tokenId ?? null,
    requestId: req.requestId,
    method: req.method,
    path: req.originalUrl.split('?')[0]!,
    address: req.ip ?? null,
    outcome: 'done',
    details: null,
  }
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
  const limit = (keyPrefix: string, points: number) => new RateLimiterPostgres({ ...settings, keyPrefix, points })
  const byAddress = limit('address', ADDRESS_GUESSES)
  const byPair = limit('pair', PAIR_GUESSES)
  const byAccount = limit('account', ACCOUNT_GUESSES)
  const hashed = (text: string) => createHash('sha256').update(text).digest('base64url')
  const accountOf = (email: string) => hashed(email.trim().toLowerCase())
  const pairOf = (email: string, address: string) => hashed(`${accountOf(email)} ${address}`)
  return {
    /** One after the other: who has none left for one of them uses up nothing of the next. */
    async countGuess(email: string, address: string): Promise<void> {
      try {
        await byAddress.consume(address)
        await byPair.consume(pairOf(email, address))
        await byAccount.consume(accountOf(email))
      } catch (reason) {
        if (reason instanceof Error) throw reason
        throw new Refusal('too_many_attempts')
      }
    },
    /** A right password was no guess: neither of the account, nor of the address, behind which a whole office may be. */
    async forget(email: string, address: string): Promise<void> {
      await byPair.delete(pairOf(email, address))
      await byAccount.delete(accountOf(email))
      await byAddress.reward(address, 1)
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

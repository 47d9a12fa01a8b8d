import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { defaultDataDir } from '../db/embedded.ts'
import { isAddress } from './notifications/policy.ts'
import type { PostSettings } from './notifications/post.ts'

/** Where the data is: a PostgreSQL of one's own, or the embedded one below `dataDir`. */
export type DatabaseSettings = {
  readonly production: boolean
  readonly databaseUrl: string | undefined
  /** The login that owns the schema and may change it, where it is another than that of `databaseUrl`. */
  readonly databaseOwnerUrl: string | undefined
  readonly dataDir: string
}

export type Settings = DatabaseSettings & {
  readonly host: string
  readonly port: number
  readonly sessionSecret: string | undefined
  /** Where people find the service, when that is not where it listens: `https://fund.example.org`. */
  readonly publicUrl: string | undefined
  readonly secureCookies: boolean
  /** Addresses, networks or names of ranges whose word on where a request comes from is taken, as Express reads them. */
  readonly trustedProxies: string
  readonly logLevel: string
  /** What a scraper elsewhere must show at /metrics; without it only one on this machine is answered. */
  readonly metricsToken: string | undefined
  /** Where mail goes out and where its links lead; undefined where people are told in the application only. */
  readonly mail: { readonly post: PostSettings; readonly publicUrl: string } | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** The oldest Node on which everything works; package.json brings a newer one, which every npm script uses. */
const OLDEST_NODE = 22

/**
 * Everything that can be set, read once from the environment. Throws one Error that names all that is wrong or, in
 * production, missing.
 */
export function readSettings(env: Environment): Settings {
  const given = (name: string) => env[name] || undefined
  const complaints: string[] = []
  const database = databaseSettings(env, complaints)
  const sessionSecret = given('SESSION_SECRET')
  if (database.production && !sessionSecret) {
    complaints.push(
      'SESSION_SECRET is missing: at least 32 characters that nobody can guess (openssl rand -base64 48).',
    )
  }
  if (sessionSecret && sessionSecret.length < 32) complaints.push('SESSION_SECRET must have at least 32 characters.')

  const port = given('PORT') ?? '3000'
  if (!/^\d{1,5}$/.test(port) || Number.parseInt(port, 10) > 65_535) {
    complaints.push(`PORT must be a whole number from 0 to 65535, not "${port}".`)
  }
  const logLevel = given('LOG_LEVEL') ?? 'info'
  if (!LOG_LEVELS.includes(logLevel)) {
    complaints.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${logLevel}".`)
  }
  const metricsToken = given('METRICS_TOKEN')
  if (metricsToken && metricsToken.length < 32) complaints.push('METRICS_TOKEN must have at least 32 characters.')
  const publicUrl = given('PUBLIC_URL')
  const scheme = publicUrl && /^(https?):\/\/[^/\s@]+\/?$/.exec(publicUrl)?.[1]
  if (publicUrl && !scheme) {
    complaints.push(`PUBLIC_URL must be an address like https://fund.example.org, not "${publicUrl}".`)
  }
  const trustedProxies = given('TRUSTED_PROXIES') ?? 'loopback'
  if (!trustedProxies.split(',').every(isProxy)) {
    complaints.push(
      `TRUSTED_PROXIES must be addresses or networks like 10.0.0.7, 10.1.0.0/16, not "${trustedProxies}".`,
    )
  }
  const post = postSettings(env, complaints)
  if (post && !publicUrl) complaints.push('PUBLIC_URL is missing: with SMTP_URL, the links in mails lead there.')
  refuse(complaints)
  const baseUrl = publicUrl?.replace(/\/$/, '')
  return {
    ...database,
    host: given('HOST') ?? '127.0.0.1',
    port: Number.parseInt(port, 10),
    sessionSecret,
    publicUrl: baseUrl,
    mail: post && baseUrl ? { post, publicUrl: baseUrl } : undefined,
    // A browser keeps a secure cookie to https; in production that is what people use unless PUBLIC_URL says otherwise.
    secureCookies: scheme ? scheme === 'https' : database.production,
    trustedProxies,
    logLevel,
    metricsToken,
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * `smtp://user:password@host:587` begins in the open and insists on STARTTLS, unless it is on this machine or says `?tls=optional`;
 * `smtps://` is encrypted from the first byte. Neither is ever told back, for there is a password in it.
 */
function postSettings(env: Environment, complaints: string[]): PostSettings | undefined {
  const smtpUrl = env.SMTP_URL || undefined
  const from = env.MAIL_FROM || undefined
  if (!smtpUrl) {
    if (from) complaints.push('MAIL_FROM is set, and SMTP_URL is not.')
    return undefined
  }
  const url = URL.canParse(smtpUrl) ? new URL(smtpUrl) : undefined
  const isSmtp = url && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== ''
  if (!isSmtp) complaints.push('SMTP_URL must be like smtp://user:password@mail.example.org:587, or smtps://.')
  const sender = from && senderOf(from)
  if (!sender) complaints.push('MAIL_FROM must be who mail is from, like "Fund <fund@example.org>".')
  if (!isSmtp || !sender) return undefined
  const secure = url.protocol === 'smtps:'
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number.parseInt(url.port || (secure ? '465' : '587'), 10),
    secure,
    requireTls: !secure && !LOOPBACK.includes(url.hostname) && url.searchParams.get('tls') !== 'optional',
    user: url.username
      ? { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
      : undefined,
    from: sender,
  }
}

/** `Fund <fund@example.org>`, or the address alone. */
function senderOf(text: string): PostSettings['from'] | undefined {
  const [, name = '', address = text] = /^([^<>\p{Cc}]*)<([^<>]*)>$/u.exec(text.trim()) ?? []
  return isAddress(address) ? { name: name.trim().replaceAll(/^"|"$/g, ''), address } : undefined
}

/** An address, a network, or one of the ranges that Express knows by name. */
function isProxy(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.trim().split('/')
  const most = isIP(address) === 4 ? 32 : 128
  const named = ['loopback', 'linklocal', 'uniquelocal'].includes(text.trim())
  return (
    named || (isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number.parseInt(bits, 10) <= most && more.length === 0)
  )
}

/** As `readSettings`, for the commands, which need the database only. */
export function readDatabaseSettings(env: Environment): DatabaseSettings {
  const complaints: string[] = []
  const settings = databaseSettings(env, complaints)
  refuse(complaints)
  return settings
}

/** What to do about a Node that is too old, or undefined. `version` as in `process.versions.node`. */
export function complaintAboutNode(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return undefined
  return (
    `This is Node ${version}, and Wasata needs ${OLDEST_NODE} or later. ` +
    'It brings its own: start it with `npm ci && npm start`. If you did, npm was told not to run install scripts; ' +
    'then `npm rebuild node` puts it in place.'
  )
}

function databaseSettings(env: Environment, complaints: string[]): DatabaseSettings {
  const production = env.NODE_ENV === 'production'
  const databaseUrl = env.DATABASE_URL || undefined
  const databaseOwnerUrl = env.DATABASE_OWNER_URL || undefined
  if (production && !databaseUrl) {
    complaints.push('DATABASE_URL is missing: the PostgreSQL to use, postgres://user:password@host:5432/database.')
  }
  for (const [name, url] of Object.entries({ DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: databaseOwnerUrl })) {
    // Never told back: there is a password in it.
    if (url && !/^postgres(ql)?:\/\//.test(url)) complaints.push(`${name} must begin with postgres://.`)
  }
  if (databaseOwnerUrl && !databaseUrl) complaints.push('DATABASE_OWNER_URL is set, and DATABASE_URL is not.')
  // In production nothing is kept on this machine, so nothing is asked of it.
  const dataDir = env.DATA_DIR ? resolve(env.DATA_DIR) : production ? resolve('.data') : defaultDataDir()
  return { production, databaseUrl, databaseOwnerUrl, dataDir }
}

function refuse(complaints: readonly string[]): void {
  if (complaints.length === 0) return
  throw new Error(complaints.length === 1 ? complaints[0] : `\n${complaints.map((one) => `  - ${one}`).join('\n')}`)
}

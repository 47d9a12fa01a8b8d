import type { RequestHandler } from 'express'
import type { ObjectSchema } from 'joi'
import type { Db, Trx } from '../../db/connect.ts'
import type { RefusalCode } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import type { Language } from './validate.ts'

/**
 * One address of the API as plain data: what it takes, what it gives, and the function that does it. The router serves
 * them, and the OpenAPI document is made from the same list, so that neither can say what the other does not.
 */
export type Endpoint = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below `/api/v1`; `:fund`, `:request` … are ids of that kind. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly body?: ObjectSchema
  readonly query?: ObjectSchema
  /** The body is a file of this media type, not JSON. */
  readonly bodyType?: string
  /** What it answers with besides JSON. */
  readonly answerType?: string
  /** The answer carries an ETag, or the call needs an If-Match. */
  readonly versioned?: boolean
  /** What it refuses besides what follows from the rest of this description (`refusalsOf`). A test holds it to that. */
  readonly refuses?: readonly RefusalCode[]
  /** The statuses of a success, where they are not the usual: 201 after a POST that changes something, 204 after a DELETE, else 200. */
  readonly success?: readonly number[]
  /** What is read is worth keeping who read it: each reading is an act. */
  readonly kept?: boolean
  /** May be called without signing in. */
  readonly open?: boolean
  /** May be called by who has a first password only, which somebody else made. */
  readonly withFirstPassword?: boolean
  readonly run:
    | { readonly kind: 'read'; readonly handle: (db: Db, actor: Actor, input: Input) => Promise<Answer> }
    | { readonly kind: 'change'; readonly handle: (trx: Trx, actor: Actor, input: Input) => Promise<Answer> }
    | { readonly kind: 'http'; readonly handler: RequestHandler }
}

export type Input = {
  readonly params: Record<string, string>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each is what the endpoint's own schema has let through
  readonly body: any
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  readonly query: any
  readonly language: Language
  /** The version named in If-Match; always there where the endpoint is `versioned` and changes something. */
  readonly version: number
  readonly headers: Readonly<Record<string, string | undefined>>
}

export type Answer = {
  readonly status?: number
  readonly body?: unknown
  readonly version?: number
  /** Path of what was made, below `/api/v1`. */
  readonly location?: string
  /** Fields of the body that are shown once: a repeat under the same Idempotency-Key gets the answer without them. */
  readonly shownOnce?: readonly string[]
  /** A file or a list too long to hold: written as it is read. */
  readonly stream?: {
    readonly type: string
    readonly fileName: string
    readonly write: (to: NodeJS.WritableStream) => Promise<void>
  }
}

type Description = Omit<Endpoint, 'method' | 'path' | 'run'>
type Reads = (db: Db, actor: Actor, input: Input) => Promise<Answer>
type Changes = (trx: Trx, actor: Actor, input: Input) => Promise<Answer>

/** An address that reads. */
export const get = (path: string, description: Description, handle: Reads): Endpoint => ({
  ...description,
  method: 'get',
  path,
  run: { kind: 'read', handle },
})

/** An address that changes something: runs in one transaction with its act, and honours Idempotency-Key. */
export const change = (
  method: 'post' | 'put' | 'patch' | 'delete',
  path: string,
  description: Description,
  handle: Changes,
): Endpoint => ({ ...description, method, path, run: { kind: 'change', handle } })

export const post = (path: string, description: Description, handle: Changes): Endpoint =>
  change('post', path, description, handle)

/** 201 with the thing made and where it is. */
export function created(path: string, thing: { id: string }, version?: number): Answer {
  return { status: 201, body: thing, location: `${path}/${thing.id}`, ...(version ? { version } : {}) }
}

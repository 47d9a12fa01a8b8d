import type { Request } from 'express'
import type { Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { inAct } from '../http/act.ts'
import type { Answer, Endpoint, Input } from '../http/endpoint.ts'
import { validate, validateParams, type Language } from '../http/validate.ts'
import type { Actor } from '../people/actor.ts'

type Asked = {
  readonly params?: Record<string, string>
  readonly query?: Record<string, unknown>
  readonly body?: unknown
  readonly version?: number
  readonly language: Language
}

/**
 * The API as the pages use it, in the same process: the very endpoints with their schemas and verbs, so that a page can do
 * nothing that the API cannot, and neither can drift from the other.
 */
export type Api = {
  /** What an address answers to a GET, or to a POST that only reads. Refuses what the endpoint refuses. */
  readonly read: <Body>(actor: Actor, path: string, asked: Asked) => Promise<Body>
  /** Does what a POST or PATCH does, in one transaction with its act; `key` makes a second sending of the same form harmless. */
  readonly change: (
    req: Request,
    actor: Actor,
    to: { method: 'post' | 'put' | 'patch' | 'delete'; path: string; key: string } & Asked,
  ) => Promise<Answer & { replayed?: boolean }>
}

export function apiFor(db: Db, endpoints: readonly Endpoint[]): Api {
  const find = (method: Endpoint['method'], path: string): Endpoint => {
    const endpoint = endpoints.find((one) => one.method === method && one.path === path)
    if (!endpoint) throw new Refusal('no_such_address')
    return endpoint
  }
  return {
    async read<Body>(actor: Actor, path: string, asked: Asked) {
      const endpoint = find(asked.body === undefined ? 'get' : 'post', path)
      if (endpoint.run.kind !== 'read') throw new Error(`${path} is not read`)
      return (await endpoint.run.handle(db, actor, inputOf(endpoint, asked))).body as Body
    },
    change(req, actor, { method, path, key, ...asked }) {
      const endpoint = find(method, path)
      const { run } = endpoint
      if (run.kind !== 'change') throw new Error(`${path} changes nothing`)
      const input = inputOf(endpoint, asked)
      return inAct(db, req, actor, (trx) => run.handle(trx, actor, input), key)
    },
  }
}

function inputOf(endpoint: Endpoint, { params = {}, query = {}, body, version = 0, language }: Asked): Input {
  return {
    params: validateParams(params),
    query: endpoint.query ? validate(endpoint.query, query, language) : {},
    body: endpoint.body ? validate(endpoint.body, body, language) : endpoint.bodyType ? body : {},
    headers: {},
    version,
    language,
  }
}

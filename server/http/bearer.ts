import type { Request } from 'express'
import { Strategy } from 'passport'
import type { Actor } from '../people/actor.ts'

/**
 * RFC 6750, the header only: tokens in addresses and bodies end up in logs, so they are not looked for there, which the
 * packaged strategy cannot be told.
 */
export class BearerStrategy extends Strategy {
  override name = 'bearer'
  readonly actorBy: (token: string) => Promise<Actor | undefined>

  constructor(actorBy: (token: string) => Promise<Actor | undefined>) {
    super()
    this.actorBy = actorBy
  }

  override authenticate(req: Request): void {
    const token = /^Bearer ([\w~+/.-]{20,200}=*)$/i.exec(req.header('authorization') ?? '')?.[1]
    if (!token) return this.fail(401)
    this.actorBy(token).then(
      (actor) => (actor ? this.success(actor) : this.fail(401)),
      (error: Error) => this.error(error),
    )
  }
}

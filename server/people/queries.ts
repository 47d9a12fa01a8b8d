import { named, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor, Grant, NewAct } from './actor.ts'

type ActorRow = {
  id: string
  kind: Actor['kind']
  name: string
  email: string
  language: Actor['language']
  administrator: boolean
  token_id: string | null
  password_is_first: boolean
  grants: Grant[]
}

const ACTOR = `p.id, p.kind, p.name, p.email, p.language, p.administrator, p.password_is_first,
  coalesce((select json_agg(json_build_object('fundId', g.fund_id, 'role', g.role, 'donorId', g.donor_id, 'entityId', g.entity_id))
              from role_grants g where g.person_id = p.id and g.ended_at is null), '[]') as grants`

/** The person behind a token that is neither expired nor revoked, and may still work here. */
export async function actorByToken(db: Db, tokenHash: Buffer, act: NewAct): Promise<Actor | undefined> {
  const [found] = await named<ActorRow>(
    db,
    'actor_by_token',
    `select ${ACTOR}, t.id as token_id from tokens t join people p on p.id = t.person_id
      where t.token_hash = ? and t.revoked_at is null and t.expires_at > now() and p.active`,
    [tokenHash],
  )
  return found && actorOf(found, act)
}

/** The person of a session, read anew at each request, so that a role that ends ends at once. */
export async function actorOfPerson(db: Db, personId: string, act: NewAct): Promise<Actor | undefined> {
  const [found] = await named<ActorRow>(
    db,
    'actor_of_person',
    `select ${ACTOR}, null as token_id from people p where p.id = ? and p.active`,
    [personId],
  )
  return found && actorOf(found, act)
}

export type PersonListed = {
  id: string
  kind: string
  name: string
  email: string
  administrator: boolean
  active: boolean
  roles: { fundId: string; role: string; donorId: string | null; entityId: string | null }[]
}

/** Everybody, a page at a time, with the roles that they hold now. */
export function listPeople(db: Db, { after, limit }: { after?: string; limit: number }): Promise<PersonListed[]> {
  return rows(
    db,
    `select p.id, p.kind, p.name, p.email, p.administrator, p.active,
            coalesce((select json_agg(json_build_object('fundId', g.fund_id, 'role', g.role, 'donorId', g.donor_id, 'entityId', g.entity_id) order by g.role)
                        from role_grants g where g.person_id = p.id and g.ended_at is null), '[]') as roles
       from people p where p.id > :after order by p.id limit :limit`,
    { after: after ?? '', limit },
  )
}

/** A person's tokens: everything but the token. */
export function listTokens(db: Db, personId: string) {
  return rows(
    db,
    `select id, name, expires_at as "expiresAt", revoked_at as "revokedAt", created_at as "createdAt"
       from tokens where person_id = :personId order by id`,
    { personId },
  )
}

/** Refuses `not_found` where nobody has this id. */
export async function mustExist(db: Db, personId: string): Promise<void> {
  if (!(await db('people').where({ id: personId }).first('id'))) throw new Refusal('not_found')
}

/** Each time that a person was sent away or brought back, oldest first. */
export function listPersonStates(db: Db, personId: string) {
  return rows(
    db,
    `select s.active, s.reason, s.changed_by as "changedBy", p.name as "changedByName", s.changed_at as "changedAt", s.act_id as "actId"
       from person_states s join people p on p.id = s.changed_by where s.person_id = :personId order by s.number`,
    { personId },
  )
}

function actorOf(row: ActorRow, act: NewAct): Actor {
  return {
    personId: row.id,
    kind: row.kind,
    name: row.name,
    email: row.email,
    language: row.language,
    administrator: row.administrator,
    tokenId: row.token_id,
    passwordIsFirst: row.password_is_first,
    grants: row.grants,
    act: { ...act, fundId: null },
  }
}

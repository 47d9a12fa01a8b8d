import type { Texts } from '../../templates/texts/texts.ts'
import type { Role } from '../people/actor.ts'

/**
 * One kind of work that waits for people. To add a kind, write one of these in a file of its own and name it in `KINDS`
 * (`waiting.ts`): the first page, its order and its limit follow.
 */
export type WaitingKind = {
  readonly kind: string
  /** Who is asked at all; whoever holds none of these is spared the query. */
  readonly roles: readonly Role[]
  /**
   * All of it that this person may do now, and nothing that separation of duties keeps them from: SQL with the bindings of
   * `Bound` and the columns of `ROW`. Ordering and the limit are put around it.
   */
  readonly sql: string
  /** What is to be done, as a heading of one line; `word` is the row's own, for kinds that have several. */
  readonly says: (t: Texts, word: string) => string
}

/** What the SQL of a kind may ask for. */
export type Bound = {
  readonly fundId: string
  readonly me: string
  /** The same person, for conditions that call them so. */
  readonly viewer: string
  /** Which roles they hold in the fund, and for which entities they ask. */
  readonly roles: readonly Role[]
  readonly mine: readonly string[]
  /** Now, and the day that it is. */
  readonly at: Date
  readonly on: string
}

/** What the SQL of a kind gives for each thing that waits, in any order; every column is there, null where it says nothing. */
export const ROW = {
  id: 'text',
  /** The page on which it is done. */
  link: 'text',
  /** A code of the fund, where it has one. */
  code: 'text',
  /** What it is about, as somebody wrote it. */
  title: 'text',
  /** Whom it concerns: the payee, the donor, who proposed it. */
  who: 'text',
  /** For `says`. */
  word: 'text',
  /** Minor units, and of which currency; the fund's own where that is null. */
  amount: 'text',
  currency: 'text',
  /** Since when it waits, and until when it should be done. */
  since: 'timestamptz',
  due: 'timestamptz',
} as const

/** The instant at which a day is over. */
export const endOf = (day: string) => `((${day})::timestamp + interval '1 day') at time zone 'utc'`

/** What the roles say that the person holds: a condition. */
export const holds = (...roles: Role[]) => `array[${roles.map((role) => `'${role}'`).join(', ')}]::text[] && :roles`

/**
 * A condition that nothing keeps a person from a duty in the request `r`: no other duty, not named in it, no tie to its payee. `person`
 * and `duty` are SQL; without a duty, no part at all.
 */
export const freeFor = (duty: string | null, person = ':me') => `
  not exists (select from duties u where u.request_id = r.id and u.person_id = ${person} ${duty === null ? '' : `and u.duty <> ${duty}`})
  and not exists (select from named_people n where n.request_id = r.id and n.person_id = ${person})
  and not exists (select from ties t where t.payee_id = r.payee_id and t.person_id = ${person})`

/** As `freeFor`, and no bank details of the payee are of this person's hand: for who certifies, approves or releases. */
export const freeToPay = (duty: string, person = ':me') => `${freeFor(duty, person)}
  and not keeps_away(${person}, r.payee_id)`

/** A condition that nothing of the request `r` stands still for a reason that stops deciding and paying. */
export const NOT_SUSPENDED = `r.status <> 'suspended'
  and not exists (select from pauses z where z.request_id = r.id and z.suspends and z.ended_at is null)`

/** When the time of the open step of a request is over: rows of `request_id`, `step`, `due`, of steps whose clock runs. */
export const STEPS_DUE = `
  select c.request_id, c.step,
         cast(:at as timestamptz) + make_interval(secs => ((g.minutes * 60000.0 - (c.gross_ms - c.paused_ms)) / 1000)::float8) as due
    from clock_steps(:at) c
    join step_targets g on g.request_id = c.request_id and g.round = c.round and g.step = c.step
   where c.fund_id = :fundId and c.ended_at is null and not c.returned
     and not exists (select from pauses z where z.request_id = c.request_id and z.ended_at is null)`

import { rows, type Db } from '../../db/connect.ts'
import type { Texts } from '../../templates/texts/texts.ts'
import { dayOf } from '../clock.ts'
import { minorText, type MoneyText } from '../money.ts'
import { entitiesOf, type Actor } from '../people/actor.ts'
import { AHEAD_KINDS } from './waiting-ahead.ts'
import { ROW, STEPS_DUE, type Bound, type WaitingKind } from './waiting-kind.ts'
import { REQUEST_KINDS } from './waiting-requests.ts'
import { TWO_PEOPLE_KINDS } from './waiting-two-people.ts'

/** Everything that can wait for a person. */
const KINDS: readonly WaitingKind[] = [...REQUEST_KINDS, ...TWO_PEOPLE_KINDS, ...AHEAD_KINDS]

/** So many are shown of each kind; one more is read, so that it can be said that there are more. */
const SHOWN = 20

export type Waiting = {
  readonly kind: string
  readonly id: string
  /** What is to be done, in the reader's language. */
  readonly says: string
  readonly link: string
  readonly code: string | null
  readonly title: string | null
  readonly who: string | null
  readonly amount: MoneyText | null
  readonly since: Date | null
  /** Until when it should be done, where there is a target; `late` once that is past, else `leftMs`. */
  readonly due: Date | null
  readonly leftMs: number | null
  readonly late: boolean
}

export type WaitingFor = {
  /** Whether work of any kind can wait for this person. */
  readonly mayWait: boolean
  /** The most urgent first: what is late, what will be, and then what has no target, the oldest first. */
  readonly items: readonly Waiting[]
  /** What of which there is more than is shown, in words. */
  readonly more: readonly string[]
}

type Found = Record<'kind' | 'id' | 'link' | 'word', string> &
  Record<'code' | 'title' | 'who' | 'amount' | 'currency', string | null> &
  Record<'since' | 'due', Date | null>

/**
 * What waits for this person in a fund: only what their roles let them do and no duty, naming or tie of theirs stands against. One
 * round trip, whatever they hold.
 */
export async function waitingFor(
  db: Db,
  actor: Actor,
  { fund, t }: { fund: { id: string; currency: string }; t: Texts },
): Promise<WaitingFor> {
  const roles = actor.grants.filter(({ fundId }) => fundId === fund.id).map(({ role }) => role)
  const kinds = KINDS.filter((kind) => kind.roles.some((role) => roles.includes(role)))
  if (kinds.length === 0) return { mayWait: false, items: [], more: [] }
  const { at } = actor.act
  const bound: Bound = {
    ...{ fundId: fund.id, me: actor.personId, viewer: actor.personId, roles, mine: entitiesOf(actor, fund.id) },
    ...{ at, on: dayOf(at) },
  }
  const found = await rows<Found>(db, sqlOf(kinds), { ...bound, most: SHOWN + 1 })
  const of = (kind: string) => found.filter((one) => one.kind === kind)
  const told = kinds.flatMap(({ kind, says }) =>
    of(kind)
      .slice(0, SHOWN)
      .map((one) => toldOf(one, { says: says(t, one.word), at, currency: fund.currency })),
  )
  return {
    mayWait: true,
    items: told.sort(byUrgency),
    more: kinds.filter(({ kind }) => of(kind).length > SHOWN).map(({ kind, says }) => says(t, of(kind)[0]!.word)),
  }
}

/** Every kind with its most urgent rows, in one statement. */
function sqlOf(kinds: readonly WaitingKind[]): string {
  const columns = Object.entries(ROW).map(([name, type]) => `w.${name}::${type} as ${name}`)
  const one = ({ kind, sql }: WaitingKind) =>
    `(select '${kind}' as kind, ${columns.join(', ')} from (${sql}) w order by w.due nulls last, w.since, w.id limit :most)`
  return `with steps_due as materialized (${STEPS_DUE})\n${kinds.map(one).join('\nunion all\n')}`
}

function toldOf(
  { amount, currency, due, kind, id, link, code, title, who, since }: Found,
  { says, at, currency: ofFund }: { says: string; at: Date; currency: string },
): Waiting {
  const leftMs = due && due.getTime() - at.getTime()
  return {
    ...{ kind, id, says, link, code, title, who, since, due, leftMs },
    amount: amount === null ? null : minorText(amount, currency ?? ofFund),
    late: leftMs !== null && leftMs <= 0,
  }
}

const when = (moment: Date | null) => moment?.getTime() ?? Infinity

function byUrgency(a: Waiting, b: Waiting): number {
  if (when(a.due) !== when(b.due)) return when(a.due) < when(b.due) ? -1 : 1
  return when(a.since) === when(b.since) ? (a.id < b.id ? -1 : 1) : when(a.since) < when(b.since) ? -1 : 1
}

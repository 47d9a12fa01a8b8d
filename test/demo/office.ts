import type { Agenda } from './agenda.ts'
import type { Chance } from './chance.ts'
import type { Called, Client } from './client.ts'
import type { World } from './world.ts'

/** Where the year takes place: its people, its time and chance, and the count of what was tried. */
export type Office = World & {
  readonly agenda: Agenda
  readonly chance: Chance
  readonly count: Count
  /** Whether every cent is where it must be; asked after every act. */
  readonly soundNow: () => Promise<boolean>
}

export type Count = {
  acts: number
  unsound: number
  readonly refused: Map<string, { times: number; example: string }>
  readonly ends: Map<string, number>
}

/** One act by somebody: counted, and the books are looked at after it. A refusal is counted by its code and is no mishap. */
export async function act(
  { count, soundNow }: Office,
  by: Client,
  method: string,
  path: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<Called> {
  const called = await by.call(method, path, body, headers)
  if (called.status >= 500) throw new Error(`${method} ${path}: ${called.status} ${called.bytes.toString()}`)
  if (called.status >= 400) {
    const { code, detail, title, errors } = called.body as {
      code: string
      detail?: string
      title?: string
      errors?: unknown
    }
    if (code === 'invalid_request') throw new Error(`${method} ${path}: ${JSON.stringify(errors)}`)
    const before = count.refused.get(code)
    count.refused.set(code, { times: (before?.times ?? 0) + 1, example: before?.example ?? detail ?? title ?? '' })
    return called
  }
  count.acts += 1
  if (!(await soundNow())) count.unsound += 1
  return called
}

/** Remembers how a request came to its end. */
export function ended({ count }: Office, how: string): void {
  count.ends.set(how, (count.ends.get(how) ?? 0) + 1)
}

/** Minutes until somebody with this role has done it: at night people sleep, unless it is urgent and they are on call. */
export function minutesOf({ agenda, chance }: Office, role: string, lane: string): number {
  const median = { standard: 1, rapid: 0.45, no_regret: 0.12 }[lane]! * (MEDIANS[role] ?? 120)
  const taken = chance.minutes(median)
  const then = new Date(agenda.clock().getTime() + taken * 60_000)
  const hour = (then.getUTCHours() + (ZONES[role] ?? 0) + 24) % 24
  const asleep = hour < 6 && !chance.happens(WOKEN[lane]!)
  return asleep ? taken + (6 - hour) * 60 + chance.minutes(40) : taken
}

/** Who is on call mostly hears it; behind an advance stands the next one on the rota. */
const WOKEN: Record<string, number> = { standard: 0, rapid: 0.8, no_regret: 0.96 }

const MEDIANS: Record<string, number> = {
  requester: 180,
  certifying_officer: 150,
  fund_manager: 240,
  director: 260,
  head_of_department: 300,
  treasurer: 110,
  bank_signatory: 150,
  bank: 700,
}

/** Hours before Greenwich, so that not everybody sleeps at once. */
const ZONES: Record<string, number> = {
  certifying_officer: -5,
  fund_manager: 1,
  director: 3,
  treasurer: -5,
  bank_signatory: 3,
}

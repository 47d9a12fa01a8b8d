import { rows, type Db } from '../../db/connect.ts'
import { momentText } from '../ledger/as-of.ts'
import { add, moneyFrom, moneyText, zero, type Money, type MoneyText } from '../money.ts'
import { materialChanges, TOUCHES, type Content, type MaterialChange } from './policy.ts'

/** What was submitted, as it is kept. */
type Submitted = Content & {
  readonly title: string
  readonly purpose: string
  readonly mandateBasis: string
  readonly support: readonly string[]
  readonly themes: readonly string[]
  readonly namedPeople: readonly string[]
}

const FIELDS = [
  'title',
  'purpose',
  'payeeId',
  'processId',
  'mandateBasis',
  'support',
  'themes',
  'startsOn',
  'endsOn',
  'namedPeople',
] as const
export type ChangedField = (typeof FIELDS)[number] | 'payeeDetails'

export type RoundChanged = {
  /** The round that says it so; what was before is of the round before it. */
  round: number
  submittedAt: string
  submittedBy: string
  /** What is more than words, and whose decisions it touches. */
  material: { change: MaterialChange; touches: readonly string[] | 'all' }[]
  /** Names stand for ids. The payee's details are told as having changed and not in what: they are read with the payee. */
  fields: { field: ChangedField; before: unknown; after: unknown }[]
  /** Lines of one category and description as one; null where there is none. */
  lines: { category: string; description: string; before: MoneyText | null; after: MoneyText | null }[]
  amount: { before: MoneyText; after: MoneyText } | null
  /** How many approvals of earlier rounds went on counting. */
  kept: number
}

/** What changed from each submission of a request to the next, the first change first. */
export async function changesBetweenRounds(
  db: Db,
  { id, currency }: { id: string; currency: string },
): Promise<RoundChanged[]> {
  const found = await rows<{
    round: number
    content: Submitted
    submittedAt: string
    submittedBy: string
    kept: number
  }>(
    db,
    `select s.round, s.content, ${momentText('s.submitted_at')} as "submittedAt", p.name as "submittedBy",
            (select count(*)::int from kept_decisions k where k.request_id = s.request_id and k.round = s.round) as kept
       from submissions s join people p on p.id = s.submitted_by where s.request_id = :id order by s.round`,
    { id },
  )
  if (found.length < 2) return []
  const names = await namesIn(
    db,
    found.map(({ content }) => content),
  )
  return found.slice(1).map(({ content, ...round }, i) => {
    const before = found[i]!.content
    return {
      ...round,
      material: materialChanges(before, content, currency).map((change) => ({ change, touches: TOUCHES[change] })),
      fields: fieldsChanged(before, content, names),
      lines: linesChanged(before, content, currency),
      amount: amountChanged(before, content, currency),
    }
  })
}

async function namesIn(db: Db, contents: readonly Submitted[]): Promise<Map<string, string>> {
  const ids = contents.flatMap(({ payeeId, processId, namedPeople }) => [payeeId, processId, ...namedPeople])
  const found = await rows<{ id: string; name: string }>(
    db,
    `select id, name from payees where id = any(:ids) union all select id, name from processes where id = any(:ids)
     union all select id, name from people where id = any(:ids)`,
    { ids },
  )
  return new Map(found.map(({ id, name }) => [id, name]))
}

function fieldsChanged(
  before: Submitted,
  after: Submitted,
  names: ReadonlyMap<string, string>,
): RoundChanged['fields'] {
  const named = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(named) : (names.get(value as string) ?? value)
  const changed: RoundChanged['fields'] = FIELDS.filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  ).map((field) => ({ field, before: named(before[field]), after: named(after[field]) }))
  const details =
    before.payeeId === after.payeeId && before.payeeDetails !== undefined && before.payeeDetails !== after.payeeDetails
  return details ? [...changed, { field: 'payeeDetails', before: null, after: null }] : changed
}

function linesChanged(before: Submitted, after: Submitted, currency: string): RoundChanged['lines'] {
  const [was, is] = [byLine(before, currency), byLine(after, currency)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((line) => {
    const [category, description] = JSON.parse(line) as [string, string]
    const [old, now] = [was.get(line), is.get(line)].map((one) => (one ? moneyText(one) : null)) as [
      MoneyText | null,
      MoneyText | null,
    ]
    return old?.amount === now?.amount ? [] : [{ category, description, before: old, after: now }]
  })
}

function byLine({ lines }: Submitted, currency: string): Map<string, Money> {
  const found = new Map<string, Money>()
  for (const { category, description, amount } of lines) {
    const line = JSON.stringify([category, description])
    found.set(line, add(found.get(line) ?? zero(currency), moneyFrom(amount)))
  }
  return found
}

function amountChanged(before: Submitted, after: Submitted, currency: string): RoundChanged['amount'] {
  const total = ({ lines }: Submitted) =>
    moneyText(lines.reduce((all, { amount }) => add(all, moneyFrom(amount)), zero(currency)))
  const [was, is] = [total(before), total(after)]
  return was.amount === is.amount ? null : { before: was, after: is }
}

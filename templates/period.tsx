import type { MoneyText } from '../server/money.ts'
import { Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, LongCode, Moment, Month, Name, Said, Status, Table } from './parts.tsx'
import { OpenItems, PartOfMonth, type OpenItem, type PartOfMonthProps } from './period-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Person = { readonly id: string; readonly name: string }
type Item = {
  readonly address: string
  readonly original: MoneyText
  readonly carrying: MoneyText
  readonly rate: string | null
  readonly value: MoneyText | null
  readonly difference: MoneyText | null
}

export type ReopeningShown = {
  readonly id: string
  readonly reason: string
  readonly proposedBy: Person
  readonly state: string
}

export type PeriodShown = {
  readonly fund: { readonly id: string; readonly name: string; readonly currency: string }
  readonly period: {
    readonly month: string
    readonly state: 'open' | 'soft_closed' | 'hard_closed'
    readonly history: readonly {
      readonly state: string
      readonly by: Person
      readonly at: string
      readonly reopeningId: string | null
    }[]
    readonly reopenings: readonly ReopeningShown[]
  }
  readonly checklist: {
    readonly on: string
    readonly items: readonly {
      readonly item: string
      readonly title: string
      readonly state: 'done' | 'to_do'
      readonly toDo: string | null
      readonly figures: Readonly<Record<string, unknown>>
      readonly open?: readonly OpenItem[]
    }[]
  }
  readonly revaluation: {
    readonly items: readonly Item[]
    readonly revaluations: readonly { readonly entryId: string; readonly reversalId: string }[]
  }
  readonly done: keyof Texts['periods']['done'] | undefined
  readonly problem: { readonly form: string; readonly problem: FormProblem } | undefined
  readonly part: Omit<PartOfMonthProps, 'fundId' | 'month' | 't'>
}

/** A month whole: what the reader may do with it, its checklist, what is open, its revaluation and what was done to it. */
export function periodPage(frame: Omit<Frame, 'title'>, shown: PeriodShown): string {
  const { t } = frame
  const words = t.periods
  const { period, fund } = shown
  const at = { fundId: fund.id, month: period.month, t }
  return page(
    { ...frame, title: `${words.title} ${period.month}` },
    <>
      {shown.problem && <Problem {...shown.problem} t={t} />}
      {shown.done && (
        <div class="done" role="status">
          {words.done[shown.done]}
        </div>
      )}
      <h1>
        <Month of={period.month} t={t} />
      </h1>
      <p class="lead">
        <Status of={period.state} words={words.states} />
      </p>
      <p>
        <a href={`/funds/${fund.id}/periods`}>{words.title}</a>
      </p>
      <PartOfMonth {...shown.part} {...at} />
      <h2>{words.checklist}</h2>
      <Checklist {...shown} t={t} />
      <OpenItems {...shown.part} {...at} items={shown.checklist.items.flatMap(({ open }) => open ?? [])} />
      <h2>{words.revaluation}</h2>
      <Revaluation {...shown} t={t} />
      <h2>{words.history}</h2>
      <History {...shown} t={t} />
    </>,
  )
}

function Checklist({ period, checklist, t }: PeriodShown & { t: Texts }) {
  const words = t.periods
  const month = <Month of={period.month} t={t} />
  return (
    <Table caption={<Said text={words.checklistCaption} month={month} day={<Day on={checklist.on} t={t} />} />}>
      <Columns names={[words.point, words.state, words.figures, words.whatToDo]} />
      <tbody>
        {checklist.items.map(({ title, state, figures, toDo }) => (
          <tr>
            <th scope="row">{title}</th>
            <td>
              <Status of={state} words={words.points} />
            </td>
            <td class="wide">
              <Figures of={figures} t={t} />
            </td>
            <td class="wide">{toDo}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** Each figure by its name; what says nothing is left out. */
function Figures({ of, t }: { of: Readonly<Record<string, unknown>>; t: Texts }) {
  const told = Object.entries(of).filter(
    ([name, value]) => name in t.periods.figureNames && value !== null && !(Array.isArray(value) && value.length === 0),
  )
  return (
    <>
      {told.map(([name, value], i) => (
        <>
          {i > 0 && <br />}
          {wordFor(t.periods.figureNames, name)}: <FigureOf value={value} t={t} />
        </>
      ))}
    </>
  )
}

function FigureOf({ value, t }: { value: unknown; t: Texts }) {
  if (Array.isArray(value)) return <bdi dir="ltr">{value.join(', ')}</bdi>
  if (typeof value === 'object') return <Amount of={value as MoneyText} />
  const text = String(value)
  if (/^\d{4}-\d{2}$/.test(text)) return <Month of={text} t={t} />
  return <bdi dir="ltr">{text.length > 16 ? `${text.slice(0, 16)}…` : text}</bdi>
}

function Revaluation({ fund, period, revaluation, t }: PeriodShown & { t: Texts }) {
  const words = t.periods
  if (revaluation.items.length === 0) return <p class="calm">{words.noItems}</p>
  const figures = [words.original, words.carrying, words.rate, words.value, words.difference]
  const entry = (id: string) => (
    <a href={`/funds/${fund.id}/ledger/entries/${id}`}>
      <Code>{id}</Code>
    </a>
  )
  return (
    <>
      <Table
        caption={
          <Said
            text={words.revaluationCaption}
            month={<Month of={period.month} t={t} />}
            currency={<bdi>{fund.currency}</bdi>}
          />
        }
      >
        <Columns names={[words.account, ...figures]} figures={figures} />
        <tbody>
          {revaluation.items.map((one) => (
            <tr>
              <th scope="row">
                <LongCode of={one.address} />
              </th>
              <td class="figure">
                <Amount of={one.original} />
              </td>
              <td class="figure">
                <Figure of={one.carrying.amount} />
              </td>
              <td class="figure">{one.rate ? <bdi dir="ltr">{one.rate}</bdi> : t.none}</td>
              <td class="figure">{one.value ? <Figure of={one.value.amount} /> : t.none}</td>
              <td class="figure">{one.difference ? <Figure of={one.difference.amount} /> : t.none}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {revaluation.revaluations.map(({ entryId, reversalId }) => (
        <p>
          <Said text={words.posted} entry={entry(entryId)} reversal={entry(reversalId)} />
        </p>
      ))}
    </>
  )
}

function History({ period, t }: PeriodShown & { t: Texts }) {
  const words = t.periods
  if (period.history.length === 0) return <p class="calm">{words.noHistory}</p>
  const why = (id: string | null) => period.reopenings.find((one) => one.id === id)
  return (
    <Table caption={<Said text={words.historyCaption} month={<Month of={period.month} t={t} />} />}>
      <Columns names={[words.state, words.who, words.when, words.why]} />
      <tbody>
        {period.history.map(({ state, by, at, reopeningId }) => (
          <tr>
            <th scope="row">
              <Status of={state} words={words.states} />
            </th>
            <td>
              <Name>{by.name}</Name>
            </td>
            <td>
              <Moment at={at} t={t} />
            </td>
            <td class="wide">
              {reopeningId && (
                <Said
                  text={words.proposedBy}
                  reason={<Name>{why(reopeningId)?.reason}</Name>}
                  person={<Name>{why(reopeningId)?.proposedBy.name}</Name>}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

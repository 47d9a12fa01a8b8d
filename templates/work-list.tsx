import type { Suggestion, WaitingTold } from '../server/statements/queries.ts'
import { Form, Options, Problem, tied } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Day, Name, Said } from './parts.tsx'
import { EntryWords } from './statement.tsx'
import type { Refused } from './statements.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type WorkListShown = {
  readonly items: readonly WaitingTold[]
  readonly next: string | null
  readonly mayMatch: boolean
  readonly done: string | undefined
  readonly refused: Refused | undefined
  readonly newKey: () => string
}

export const PARTS = [1, 2, 3] as const

/** What is in no book yet, each entry beside what it could be, and the forms that book it. */
export function workListPage(frame: Omit<Frame, 'title'>, shown: WorkListShown): string {
  const { t } = frame
  const words = t.workList
  const { refused, items } = shown
  return page(
    { ...frame, title: words.title },
    <>
      {refused && <Problem problem={refused.problem} t={t} form={refused.form} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>{words.title}</h1>
      {items.length === 0 ? <p class="calm">{words.empty}</p> : <p>{words.says}</p>}
      {items.map((entry) => (
        <Waiting {...shown} entry={entry} t={t} />
      ))}
      {shown.next && (
        <p>
          <a href={shown.next}>{t.more}</a>
        </p>
      )}
    </>,
  )
}

type Part = WorkListShown & { readonly entry: WaitingTold; readonly t: Texts }

function Waiting(shown: Part) {
  const { entry, t } = shown
  const words = t.workList
  return (
    <section class="part" id={entry.id} aria-labelledby={`${entry.id}-title`}>
      <h2 id={`${entry.id}-title`}>
        <Amount of={entry.amount} />
      </h2>
      <p>
        <Name>{entry.account.name}</Name>, <Day on={entry.bookedOn} t={t} />{' '}
        {entry.age !== null && (
          <span class="hint">
            <Said text={words.age} days={<bdi>{entry.age}</bdi>} />
          </span>
        )}
      </p>
      <div>
        <EntryWords entry={entry} t={t} />
      </div>
      {entry.refused && (
        <p class="hint">
          <Said text={t.statements.refusedFor} code={<Code>{entry.refused}</Code>} />
        </p>
      )}
      <h3>{words.suggestions}</h3>
      {entry.suggestions.length === 0 ? (
        <p class="calm">{words.none}</p>
      ) : (
        <ul class="suggestions">
          {entry.suggestions.map((one) => (
            <Suggested {...shown} one={one} />
          ))}
        </ul>
      )}
      {shown.mayMatch && <OtherForm {...shown} />}
    </section>
  )
}

function Suggested({ entry, one, mayMatch, newKey, t }: Part & { one: Suggestion }) {
  const words = t.workList
  return (
    <li>
      <strong>{one.score}</strong> {wordFor(t.statements.kinds, one.kind)} {one.name && <Name>{one.name}</Name>}
      <div class="hint">
        {one.reasons
          .map(({ reason, points }) =>
            words.points.replace('{reason}', wordFor(words.reasons, reason)).replace('{points}', String(points)),
          )
          .join(' · ')}
      </div>
      {mayMatch && (
        <Form action={`/statement-entries/${entry.id}/matches`} formKey={newKey()}>
          <input type="hidden" name="kind1" value={one.kind} />
          {Object.entries(one.fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button>{words.confirm}</button>
        </Form>
      )}
    </li>
  )
}

function OtherForm({ entry, refused, newKey, t }: Part) {
  const words = t.workList
  const mine = refused?.form === entry.id ? refused : undefined
  const kinds = Object.entries(t.statements.kinds).map(([value, label]) => ({ value, label }))
  const value = (name: string) => mine?.fields[name] ?? ''
  return (
    <details open={mine !== undefined}>
      <summary>{words.other}</summary>
      <p class="hint">{words.otherSays}</p>
      <Form action={`/statement-entries/${entry.id}/matches`} formKey={newKey()} id={`split-${entry.id}`}>
        {PARTS.map((n) => (
          <fieldset class="row">
            <legend>
              <Said text={words.part} n={n} />
            </legend>
            <label for={`${entry.id}-kind${n}`}>{words.kind}</label>
            <select {...tied({ name: `kind${n}`, form: entry.id })}>
              <Options choices={kinds} value={value(`kind${n}`)} t={t} />
            </select>
            <label for={`${entry.id}-amount${n}`}>
              <Said text={words.partAmount} currency={<bdi>{entry.amount.currency}</bdi>} />
            </label>
            <input
              {...tied({ name: `amount${n}`, form: entry.id })}
              inputMode="decimal"
              dir="ltr"
              value={value(`amount${n}`)}
            />
            <label for={`${entry.id}-target${n}`}>{words.target}</label>
            <input {...tied({ name: `target${n}`, form: entry.id })} dir="auto" value={value(`target${n}`)} />
          </fieldset>
        ))}
        <button>{words.button}</button>
      </Form>
    </details>
  )
}

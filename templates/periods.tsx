import { Form, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Moment, Month, Name, Said, Status, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

type Person = { readonly name: string }

export type PeriodsShown = {
  readonly fund: { readonly id: string; readonly name: string }
  readonly months: readonly {
    readonly month: string
    readonly state: 'open' | 'soft_closed' | 'hard_closed'
    readonly hasEntries: boolean
    readonly changed: { readonly by: Person; readonly at: string } | null
  }[]
  readonly years: readonly { readonly year: number; readonly closedBy: Person; readonly closedAt: string }[]
  readonly next: string | null
  readonly done: keyof Texts['periods']['done'] | undefined
  /** The key of the form that closes a year, for who may. */
  readonly mayCloseYear: string | undefined
  readonly problem: FormProblem | undefined
  readonly typedYear: string
}

/** The months of the books with their state, each the way to its checklist; and the years. */
export function periodsPage(frame: Omit<Frame, 'title'>, shown: PeriodsShown): string {
  const { t } = frame
  const words = t.periods
  return page(
    { ...frame, title: words.title },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} form="year" />}
      {shown.done && (
        <div class="done" role="status">
          {words.done[shown.done]}
        </div>
      )}
      <h1>{words.title}</h1>
      <Table caption={<Said text={words.caption} fund={<Name>{shown.fund.name}</Name>} />}>
        <Columns names={[words.month, words.state, words.entries, words.changed]} />
        <tbody>
          {shown.months.map((one) => (
            <tr>
              <th scope="row">
                <a href={`/funds/${shown.fund.id}/periods/${one.month}`}>
                  <Month of={one.month} t={t} />
                </a>
              </th>
              <td>
                <Status of={one.state} words={words.states} />
              </td>
              <td>{one.hasEntries ? words.hasEntries : words.noEntries}</td>
              <td>{one.changed ? <Changed {...one.changed} t={t} /> : t.none}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="pages">
        {shown.next && (
          <a rel="next" href={shown.next}>
            {t.next}
          </a>
        )}
      </p>
      <h2>{words.years}</h2>
      {shown.years.length === 0 && <p class="calm">{words.noYears}</p>}
      {shown.years.map(({ year, closedBy, closedAt }) => (
        <p>
          <Said
            text={words.yearClosed}
            year={<bdi>{year}</bdi>}
            person={<Name>{closedBy.name}</Name>}
            moment={<Moment at={closedAt} t={t} />}
          />
        </p>
      ))}
      {shown.mayCloseYear && <CloseYear {...shown} formKey={shown.mayCloseYear} t={t} />}
    </>,
  )
}

export function Changed({ by, at, t }: { by: Person; at: string; t: Texts }) {
  return <Said text={t.periods.changedBy} person={<Name>{by.name}</Name>} moment={<Moment at={at} t={t} />} />
}

function CloseYear({ fund, problem, typedYear, formKey, t }: PeriodsShown & { formKey: string; t: Texts }) {
  const words = t.periods.closeYear
  return (
    <section class="part" aria-labelledby="close-year">
      <h2 id="close-year">{words.title}</h2>
      <Form action={`/funds/${fund.id}/years`} formKey={formKey}>
        <p>{words.says}</p>
        <TextField
          name="year"
          label={t.periods.year}
          value={typedYear}
          maxLength={4}
          problem={problem}
          form="year"
          leftToRight
          required
          t={t}
        />
        <button class="main">{words.button}</button>
      </Form>
    </section>
  )
}

import type { ReportTold } from '../server/expenditure-reports/queries.ts'
import { Form, LongTextField, Options, TextField, tied, type FormProblem } from './forms.tsx'
import { Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type LineValues = Record<'category' | 'description' | 'spentOn' | 'amount' | 'currency' | 'answers', string>
export type ReportValues = {
  readonly periodFrom: string
  readonly periodTo: string
  readonly narrative: string
  readonly lines: readonly LineValues[]
}

type Props = {
  readonly report: ReportTold
  readonly values: ReportValues
  readonly problem: { readonly form: string; readonly problem: FormProblem } | undefined
  readonly newKey: () => string
  readonly t: Texts
}

/** The version of a report that is being written, as a form that is saved as often as one likes, and one that submits what is saved. */
export function WriteForm({ report, values, problem, newKey, t }: Props) {
  const words = t.spending.page
  const own = problem?.form === 'f' ? problem.problem : undefined
  const shared = { problem: own, t }
  return (
    <>
      <Form action={`/expenditure-reports/${report.id}`} formKey={newKey()} id="write">
        <input type="hidden" name="version" value={report.version} />
        <h2>{words.period}</h2>
        <div class="pair">
          <TextField
            name="periodFrom"
            type="date"
            label={words.periodFrom}
            value={values.periodFrom}
            required
            {...shared}
          />
          <TextField name="periodTo" type="date" label={words.periodTo} value={values.periodTo} required {...shared} />
        </div>
        <LongTextField
          name="narrative"
          label={words.narrative}
          value={values.narrative}
          rows={5}
          required
          {...shared}
        />
        <fieldset class="lines">
          <legend>{words.lines}</legend>
          <p class="hint">
            {words.emptyHint} {t.amountHint}
          </p>
          {values.lines.map((line, i) => (
            <Line line={line} at={i} asked={questionOf(report, line.answers)} problem={own} t={t} />
          ))}
        </fieldset>
        <button class="main">{words.save}</button>
      </Form>
      <section class="part">
        <Form action={`/expenditure-reports/${report.id}/submissions`} formKey={newKey()} id="submit">
          <input type="hidden" name="version" value={report.version} />
          <p>{words.submitSays}</p>
          <button class="main">{words.submit}</button>
        </Form>
      </section>
    </>
  )
}

/** What was asked about the line that one answers. */
function questionOf({ lines }: ReportTold, answers: string): string | undefined {
  return answers ? lines.find(({ id }) => id === answers)?.review?.reason : undefined
}

type LineProps = { line: LineValues; at: number; asked: string | undefined; problem: FormProblem | undefined; t: Texts }

function Line({ line, at, asked, problem, t }: LineProps) {
  const words = t.spending.page
  const name = (part: string) => `lines.${at}.${part}`
  const field = (part: keyof LineValues, label: string, attributes: object) => (
    <span class={part === 'description' ? 'line-part grows' : 'line-part'}>
      {problem?.fields[name(part)] && (
        <p class="complaint" id={`f-${name(part)}-error`}>
          {problem.fields[name(part)]}
        </p>
      )}
      <label for={`f-${name(part)}`}>{label}</label>
      <input {...tied({ name: name(part), problem })} value={line[part]} dir="auto" {...attributes} />
    </span>
  )
  return (
    <div class="line" role="group" aria-label={words.line.replace('{n}', `${at + 1}`)}>
      {asked !== undefined && (
        <p class="complaint">
          <Said text={words.answers} reason={<Name>{asked}</Name>} />
        </p>
      )}
      <input type="hidden" name={name('answers')} value={line.answers} />
      <span class="line-part">
        <label for={`f-${name('category')}`}>{words.category}</label>
        <select {...tied({ name: name('category'), problem })}>
          <Options
            choices={Object.entries(t.categories).map(([value, label]) => ({ value, label }))}
            value={line.category}
            t={t}
          />
        </select>
      </span>
      {field('description', words.description, { type: 'text', maxLength: 300 })}
      {field('spentOn', words.spentOn, { type: 'date' })}
      {field('amount', words.amount, { type: 'text', inputMode: 'decimal', dir: 'ltr', size: 12, class: 'figure' })}
      {field('currency', words.currency, { type: 'text', maxLength: 3, size: 4, dir: 'ltr' })}
    </div>
  )
}

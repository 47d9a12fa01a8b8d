import type { ReportTold } from '../server/expenditure-reports/queries.ts'
import { ChoiceGroup, Form, LongTextField, type FormProblem } from './forms.tsx'
import { Amount, Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

type Props = {
  readonly report: ReportTold
  readonly problem: { readonly form: string; readonly problem: FormProblem } | undefined
  readonly typed: (form: string, name: string) => string
  readonly newKey: () => string
  readonly t: Texts
}

/** A form for each line that waits, so that each has a verdict of its own. */
export function Reviews({ report, problem, typed, newKey, t }: Props) {
  const words = t.spending.page
  const open = report.lines.filter(({ number, standing }) => number === report.number && standing === 'open')
  return (
    <>
      <h2>{words.review}</h2>
      {open.map((line) => {
        const form = `review-${line.id}`
        const own = problem?.form === form ? problem.problem : undefined
        return (
          <section class="part" aria-labelledby={`${form}-title`}>
            <Form action={`/report-lines/${line.id}/reviews`} formKey={newKey()} id={form}>
              <h3 id={`${form}-title`}>
                <Said text={words.line} n={line.line} />: <Name>{line.description}</Name> · <Amount of={line.amount} />
              </h3>
              <ChoiceGroup
                type="radio"
                legend={words.verdict}
                name="verdict"
                choices={(['accept', 'query', 'ineligible'] as const).map((value) => ({
                  value,
                  label: words.verdicts[value],
                }))}
                chosen={[typed(form, 'verdict')]}
                problem={own}
                required
                form={form}
              />
              <LongTextField
                name="reason"
                label={words.question}
                hint={words.questionHint}
                value={typed(form, 'reason')}
                rows={2}
                problem={own}
                form={form}
                t={t}
              />
              <button class="main">{words.reviewButton}</button>
            </Form>
          </section>
        )
      })}
    </>
  )
}

/** What was decided on lines of a report that is through, to be taken back. */
export function CorrectForm({ report, problem, typed, newKey, t }: Props) {
  const words = t.spending.page
  const counting = report.lines.filter(({ standing }) => standing === 'accept' || standing === 'ineligible')
  const own = problem?.form === 'correct' ? problem.problem : undefined
  return (
    <details class="part" open={own !== undefined}>
      <summary>{words.correct}</summary>
      <Form action={`/expenditure-reports/${report.id}/corrections`} formKey={newKey()} id="correct">
        <p>{words.correctSays}</p>
        <ChoiceGroup
          type="checkbox"
          legend={words.lines}
          name="lines"
          choices={counting.map(({ id, number, line, description }) => ({
            value: id,
            label: `${number}.${line} ${description}`,
          }))}
          chosen={[]}
          problem={own}
          form="correct"
        />
        <LongTextField
          name="reason"
          label={t.spending.reason}
          value={typed('correct', 'reason')}
          rows={2}
          problem={own}
          form="correct"
          required
          t={t}
        />
        <button class="main">{words.correctButton}</button>
      </Form>
    </details>
  )
}

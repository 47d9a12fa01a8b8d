import { Form, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'

export type PreferencesForm = {
  readonly values: {
    readonly timeZone: string
    readonly digestAt: string | null
    readonly quietFrom: string | null
    readonly quietUntil: string | null
  }
  readonly problem: FormProblem | undefined
  readonly kept: boolean
  readonly formKey: string
}

/** When a person is mailed of what is not urgent. */
export function preferencesPage(
  frame: Omit<Frame, 'title'>,
  { values, problem, kept, formKey }: PreferencesForm,
): string {
  const { t } = frame
  const words = t.notifications
  const field = { problem, t, leftToRight: true } as const
  return page(
    { ...frame, title: words.preferences },
    <section class="narrow">
      <h1>{words.preferences}</h1>
      <p class="lead">{words.preferencesLead}</p>
      {kept && (
        <p class="done" role="status">
          {words.kept}
        </p>
      )}
      {problem && <Problem problem={problem} t={t} />}
      <Form action="/notifications/preferences" formKey={formKey}>
        <TextField
          {...field}
          name="timeZone"
          label={words.timeZone}
          hint={words.timeZoneHint}
          value={values.timeZone}
          required
        />
        <TextField
          {...field}
          name="digestAt"
          label={words.digest}
          hint={words.digestHint}
          value={values.digestAt ?? ''}
        />
        <TextField
          {...field}
          name="quietFrom"
          label={words.quietFrom}
          hint={words.quietHint}
          value={values.quietFrom ?? ''}
        />
        <TextField {...field} name="quietUntil" label={words.quietUntil} value={values.quietUntil ?? ''} />
        <button class="main">{words.save}</button>
      </Form>
      <p>
        <a href="/notifications">{words.title}</a>
      </p>
    </section>,
  )
}

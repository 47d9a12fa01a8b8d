import { Form, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'

/** Where a person chooses a password of their own. Nothing that was typed is kept. */
export function passwordPage(
  frame: Omit<Frame, 'title'>,
  { first, next, problem }: { first: boolean; next: string; problem?: FormProblem | undefined },
): string {
  const { t } = frame
  const field = { type: 'password', required: true, leftToRight: true, problem, t } as const
  return page(
    { ...frame, title: t.password.title },
    <section class="narrow">
      <h1>{t.password.title}</h1>
      {first && <p class="lead">{t.password.first}</p>}
      {problem && <Problem problem={problem} t={t} />}
      <Form action="/console/password" formKey="password">
        <input type="hidden" name="next" value={next} />
        <TextField {...field} name="old" label={t.password.old} autoComplete="current-password" />
        <TextField
          {...field}
          name="chosen"
          label={t.password.chosen}
          hint={t.password.hint}
          autoComplete="new-password"
        />
        <TextField {...field} name="again" label={t.password.again} autoComplete="new-password" />
        <button class="main">{t.password.button}</button>
      </Form>
    </section>,
  )
}

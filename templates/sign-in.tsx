import { Form, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'

/** The way in. What was typed is kept, but for the password. */
export function signInPage(
  frame: Omit<Frame, 'title'>,
  { email, next, problem }: { email: string; next: string; problem?: FormProblem | undefined },
): string {
  const { t } = frame
  return page(
    { ...frame, title: t.signIn.title },
    <section class="narrow">
      <h1>{t.signIn.title}</h1>
      <p class="lead">{t.tagline}</p>
      {problem ? <Problem problem={problem} t={t} /> : next === '/' ? null : <p>{t.signIn.needed}</p>}
      <Form action="/console/sign-in" formKey="sign-in">
        <input type="hidden" name="next" value={next} />
        <TextField
          name="email"
          label={t.signIn.email}
          type="email"
          value={email}
          autoComplete="username"
          required
          leftToRight
          problem={problem}
          t={t}
        />
        <TextField
          name="password"
          label={t.signIn.password}
          type="password"
          autoComplete="current-password"
          required
          leftToRight
          problem={problem}
          t={t}
        />
        <button class="main">{t.signIn.button}</button>
      </Form>
    </section>,
  )
}

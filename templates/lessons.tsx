import type { LessonTold } from '../server/lessons/queries.ts'
import { ChoiceGroup, Form, LongTextField, SelectField, TextField } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Facts, Moment, Name, Said, wordsFor } from './parts.tsx'
import { choicesOf, type PartNowProps } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type LessonsProps = Pick<PartNowProps, 't' | 'newKey' | 'typed'> & {
  readonly requestId: string
  readonly lessons: readonly LessonTold[]
  /** The themes of the request, where the reader may write a lesson of it. */
  readonly mayWrite: { readonly themes: readonly string[] } | undefined
  /** Whether closing asks for one, so that it is said that there is none. */
  readonly asked?: boolean
}

/** What a request has taught, and the form to write it down. */
export function Lessons(props: LessonsProps) {
  const { lessons, mayWrite, asked = false, t } = props
  if (lessons.length === 0 && !mayWrite && !asked) return null
  return (
    <section aria-labelledby="lessons">
      <h2 id="lessons">{t.lessons.title}</h2>
      {lessons.length === 0 && <p class="calm">{t.lessons.none}</p>}
      {lessons.map((one) => (
        <Lesson of={one} t={t} />
      ))}
      {mayWrite && <WriteForm {...props} themes={mayWrite.themes} />}
    </section>
  )
}

function Lesson({ of, t }: { of: LessonTold; t: Texts }) {
  const words = t.lessons
  const long = (text: string) => (
    <p class="long" dir="auto">
      {text}
    </p>
  )
  return (
    <article class="part" id={of.id} aria-labelledby={`${of.id}-title`}>
      <h3 id={`${of.id}-title`}>
        <Name>{of.title}</Name>
      </h3>
      <p class="quiet">
        <Said
          text={words.by}
          by={<Name>{of.writtenBy}</Name>}
          at={<Moment at={of.writtenAt} t={t} />}
          request={
            <a href={`/requests/${of.request.id}`}>
              <Code>{of.request.code}</Code>
            </a>
          }
          process={<Name>{of.process.name}</Name>}
        />{' '}
        · {wordFor(t.phases, of.phase)}
        {of.themes.length > 0 && <> · {wordsFor(t.themes, of.themes, t)}</>}
      </p>
      <Facts
        of={[
          [words.planned, long(of.planned)],
          [words.happened, long(of.happened)],
          [words.verdicts[of.verdict], long(of.advice)],
        ]}
      />
    </article>
  )
}

function WriteForm({ requestId, themes, t, newKey, typed }: LessonsProps & { themes: readonly string[] }) {
  const form = 'lesson'
  const { problem, value } = typed(form)
  const words = t.lessons.write
  const shared = { problem, form, t, required: true }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.title}</summary>
      <Form action={`/requests/${requestId}/lessons`} formKey={newKey()} id={form}>
        <TextField name="title" label={words.name} value={value('title')} maxLength={300} {...shared} />
        <LongTextField name="planned" label={words.planned} value={value('planned')} rows={3} {...shared} />
        <LongTextField name="happened" label={words.happened} value={value('happened')} rows={3} {...shared} />
        <SelectField
          name="verdict"
          label={words.verdict}
          choices={choicesOf(t.lessons.verdicts)}
          value={value('verdict')}
          {...shared}
        />
        <LongTextField name="advice" label={words.advice} value={value('advice')} rows={3} {...shared} />
        <ChoiceGroup
          type="checkbox"
          name="themes"
          legend={t.lessons.theme}
          choices={choicesOf(t.themes)}
          chosen={themes}
          problem={problem}
          form={form}
        />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}

export type LessonList = {
  readonly items: readonly LessonTold[]
  /** What was searched for. */
  readonly asked: Readonly<Record<'words' | 'theme' | 'phase' | 'verdict', string>>
  readonly here: string
  readonly next: string | null
}

/** What requests have taught, with a search that a link can hold. */
export function lessonsPage(frame: Omit<Frame, 'title'>, { items, asked, here, next }: LessonList): string {
  const { t } = frame
  const words = t.lessons
  const any = Object.values(asked).some((one) => one !== '')
  const select = (name: 'theme' | 'phase' | 'verdict', all: Readonly<Record<string, string>>) => (
    <SelectField
      name={name}
      label={words[name]}
      choices={[{ value: '', label: words.any }, ...choicesOf(all)]}
      value={asked[name]}
      required
      t={t}
    />
  )
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <form method="get" action={here} class="part" role="search">
        <TextField name="words" label={words.search} hint={words.searchHint} value={asked.words} required t={t} />
        {select('theme', t.themes)}
        {select('phase', t.phases)}
        {select('verdict', words.verdicts)}
        <button class="main">{words.button}</button>
      </form>
      {items.length === 0 && <p class="calm">{any ? words.noneFound : words.none}</p>}
      {items.map((one) => (
        <Lesson of={one} t={t} />
      ))}
      {next && (
        <p>
          <a rel="next" href={next}>
            {t.next}
          </a>
        </p>
      )}
    </>,
  )
}

import type { OpinionAsked, OpinionOnRequest, OpinionTold } from '../server/opinions/queries.ts'
import { Done } from './delegations.tsx'
import { ChoiceGroup, Form, LongTextField, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Facts, Moment, Name, Said, Table, wordsFor } from './parts.tsx'
import { choicesOf, type Typed } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type OpinionList = {
  readonly items: readonly OpinionAsked[]
  readonly today: string
  readonly next: string | null
  readonly first: string | null
}

/** What a member of the advisory board was asked, and what they answered. */
export function opinionsPage(frame: Omit<Frame, 'title'>, { items, today, next, first }: OpinionList): string {
  const { t } = frame
  const words = t.opinions
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {items.length === 0 ? (
        <p class="calm">{words.empty}</p>
      ) : (
        <Table caption={words.caption}>
          <Columns names={[words.about, words.askedBy, words.dueOn, words.answer]} />
          <tbody>
            {items.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/opinions/${one.id}`}>
                    <About of={one} t={t} />
                  </a>
                </th>
                <td>{one.askedBy === null ? words.byMatrix : <Name>{one.askedBy}</Name>}</td>
                <td>
                  <Day on={one.dueOn} t={t} />{' '}
                  {!one.opinion && one.dueOn < today && <span class="alarm">{words.overdue}</span>}
                </td>
                <td>
                  <Answer of={one.opinion} t={t} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <p class="pages">
        {first && <a href={first}>{t.first}</a>}
        {next && (
          <a rel="next" href={next}>
            {t.next}
          </a>
        )}
      </p>
    </>,
  )
}

function About({ of: { particulars, outline }, t }: { of: OpinionAsked; t: Texts }) {
  if (!particulars) return <Said text={t.opinions.confidentialRequest} region={<Name>{outline.region}</Name>} />
  return (
    <>
      <Code>{particulars.code}</Code> <Name>{particulars.title}</Name>
    </>
  )
}

function Answer({ of, t }: { of: OpinionTold | null; t: Texts }) {
  const words = t.opinions
  if (!of) return <span class="quiet">{words.none}</span>
  return (
    <>
      {words.views[of.view]} {of.late && <span class="alarm">({words.late})</span>}
    </>
  )
}

export type OpinionShown = {
  readonly asked: OpinionAsked
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly value: (name: string) => string
  readonly formKey: string
}

/** One question to a member, with as much of the request as they may see, and the form for the answer. */
export function opinionPage(frame: Omit<Frame, 'title'>, shown: OpinionShown): string {
  const { t } = frame
  const { asked, problem, value } = shown
  const words = t.opinions
  const shared = { problem, form: 'opinion' }
  return page(
    { ...frame, title: words.one },
    <>
      {problem && <Problem problem={problem} t={t} form="opinion" />}
      <Done says={shown.done} />
      <h1>
        <About of={asked} t={t} />
      </h1>
      {asked.confidential && <p class="hint">{words.confidentialSays}</p>}
      <WhatIsTold of={asked} t={t} />
      {asked.opinion ? (
        <>
          <h2>{words.answer}</h2>
          <p>
            <Answer of={asked.opinion} t={t} />, <Moment at={asked.opinion.givenAt} t={t} />
          </p>
          <p class="long" dir="auto">
            {asked.opinion.words}
          </p>
        </>
      ) : (
        <section class="part" aria-labelledby="answer">
          <h2 id="answer">{words.one}</h2>
          <p>{words.says}</p>
          <Form action={`/opinions/${asked.id}`} formKey={shown.formKey}>
            <ChoiceGroup
              type="radio"
              name="view"
              legend={words.view}
              choices={choicesOf(words.views)}
              chosen={[value('view')]}
              required
              {...shared}
            />
            <LongTextField
              name="words"
              label={words.words}
              value={value('words')}
              rows={5}
              required
              t={t}
              {...shared}
            />
            <button class="main">{words.button}</button>
          </Form>
        </section>
      )}
    </>,
  )
}

function WhatIsTold({ of: { outline, particulars, ...asked }, t }: { of: OpinionAsked; t: Texts }) {
  const words = t.opinions
  const { over, upTo } = outline.band
  const text = over && upTo ? words.between : over ? words.over : words.most
  return (
    <Facts
      of={[
        [words.question, asked.question && <Name>{asked.question}</Name>],
        [words.askedBy, asked.askedBy === null ? words.byMatrix : <Name>{asked.askedBy}</Name>],
        [words.dueOn, <Day on={asked.dueOn} t={t} />],
        [words.region, <Name>{outline.region}</Name>],
        [words.phase, wordFor(t.phases, outline.phase)],
        [words.themes, wordsFor(t.themes, outline.themes, t)],
        [
          words.band,
          particulars ? (
            <Amount of={particulars.amount} />
          ) : (
            <Said text={text} over={over && <Amount of={over} />} upTo={upTo && <Amount of={upTo} />} />
          ),
        ],
        [words.country, particulars && <Name>{particulars.country}</Name>],
        [t.request.process, particulars && <Name>{particulars.process}</Name>],
        [t.request.entity, particulars && <Name>{particulars.entity}</Name>],
        [t.request.payee, particulars?.payee && <Name>{particulars.payee}</Name>],
        [t.request.purpose, particulars && <Name>{particulars.purpose}</Name>],
      ]}
    />
  )
}

/** On the page of a request: who was asked and what they said. */
export function OpinionsOn({ items, t }: { items: readonly OpinionOnRequest[]; t: Texts }) {
  const words = t.opinions
  if (items.length === 0) return null
  return (
    <>
      <h2>{words.onRequest}</h2>
      <Table caption={words.onRequestCaption}>
        <Columns names={[words.advisor, words.askedBy, words.dueOn, words.opinion, words.words, t.request.round]} />
        <tbody>
          {items.map((one) => (
            <tr>
              <th scope="row">
                <Name>{one.advisor.name}</Name>
              </th>
              <td>{one.askedBy === null ? words.byMatrix : <Name>{one.askedBy}</Name>}</td>
              <td>
                <Day on={one.dueOn} t={t} />
              </td>
              <td>
                <Answer of={one.opinion} t={t} />
              </td>
              <td class="wide">{one.opinion ? <Name>{one.opinion.words}</Name> : t.none}</td>
              <td>{one.round}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

export type MayAsk = {
  readonly requestId: string
  readonly advisors: readonly { readonly id: string; readonly name: string }[]
  readonly newKey: () => string
  readonly typed: (form: string) => Typed
}

/** The form with which somebody who decides asks members of the board. */
export function AskForm({ requestId, advisors, newKey, typed, t }: MayAsk & { t: Texts }) {
  const words = t.opinions
  const form = 'ask'
  const { problem, value } = typed(form)
  const shared = { problem, form, t }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.ask}</summary>
      <Form action={`/requests/${requestId}/opinion-requests`} formKey={newKey()} id={form}>
        <ChoiceGroup
          type="checkbox"
          name="advisorIds"
          legend={words.whom}
          choices={advisors.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={[value('advisorIds')]}
          problem={problem}
          form={form}
        />
        <TextField name="dueOn" type="date" label={words.askDue} value={value('dueOn')} required {...shared} />
        <LongTextField
          name="question"
          label={words.askQuestion}
          hint={words.askHint}
          value={value('question')}
          rows={2}
          {...shared}
        />
        <button>{words.askButton}</button>
      </Form>
    </details>
  )
}

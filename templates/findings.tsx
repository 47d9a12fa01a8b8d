import type { FindingTold } from '../server/findings/queries.ts'
import { Form, LongTextField, SelectField, TextField } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Day, Moment, Name, Said, Status, Table } from './parts.tsx'
import { choicesOf, type PartNowProps } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

export type FindingsProps = Pick<PartNowProps, 't' | 'newKey' | 'typed' | 'today'> & {
  readonly requestId: string
  readonly findings: readonly FindingTold[]
  /** Whom the reader may ask to act, where they may record a finding. */
  readonly mayRecord: readonly { readonly id: string; readonly name: string }[] | undefined
  /** Findings that the reader may answer, and may end. */
  readonly mayAnswer: readonly string[]
  readonly mayEnd: readonly string[]
}

/** What audits have found in a request, what was answered, and the forms for it. */
export function Findings(props: FindingsProps) {
  const { findings, t, mayRecord } = props
  if (findings.length === 0 && !mayRecord) return null
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">{t.findings.title}</h2>
      {findings.length === 0 && <p class="calm">{t.findings.none}</p>}
      {findings.map((one) => (
        <Finding of={one} {...props} />
      ))}
      {mayRecord && <RecordForm {...props} people={mayRecord} />}
    </section>
  )
}

function Finding({ of, ...props }: FindingsProps & { of: FindingTold }) {
  const { t, today, mayAnswer, mayEnd } = props
  const words = t.findings
  const moment = (at: string) => <Moment at={at} t={t} />
  return (
    <article class="part" id={of.id} aria-labelledby={`${of.id}-what`}>
      <p id={`${of.id}-what`} class="long" dir="auto">
        {of.what}
      </p>
      <p>
        <State of={of} today={today} t={t} /> {words.severity}: {words.severities[of.severity]}. {words.mustAct}:{' '}
        <Name>{of.mustAct.name}</Name>. {words.dueOn}: <Day on={of.dueOn} t={t} />.{' '}
        <span class="quiet">
          <Said text={words.recorded} by={<Name>{of.recordedBy.name}</Name>} at={moment(of.recordedAt)} />
        </span>
      </p>
      {of.answers.map((one) => (
        <>
          <p class="quiet">
            <Said text={words.answerOf} who={<Name>{of.mustAct.name}</Name>} at={moment(one.at)} />
          </p>
          <p class="long" dir="auto">
            {one.answer}
          </p>
        </>
      ))}
      {of.ending && (
        <p>
          <Said
            text={words.endedBy}
            by={<Name>{of.ending.by.name}</Name>}
            at={moment(of.ending.at)}
            note={<Name>{of.ending.note}</Name>}
          />
        </p>
      )}
      {mayAnswer.includes(of.id) && <AnswerForm id={of.id} {...props} />}
      {mayEnd.includes(of.id) && <EndForm of={of} {...props} />}
    </article>
  )
}

function State({ of, today, t }: { of: FindingTold; today: string; t: Texts }) {
  const words = t.findings
  if (of.ending) return <Status of="closed" words={{ closed: words[of.ending.outcome] }} />
  const state = of.answers.length > 0 ? words.answered : words.open
  return (
    <>
      <Status of="submitted" words={{ submitted: state }} />{' '}
      {of.dueOn < today && <span class="alarm">{words.late}</span>}
    </>
  )
}

function AnswerForm({ id, requestId, t, newKey, typed }: FindingsProps & { id: string }) {
  const form = `answer-${id}`
  const { problem, value } = typed(form)
  const words = t.findings.answer
  return (
    <Form action={`/requests/${requestId}/findings/${id}/answers`} formKey={newKey()} id={form}>
      <LongTextField
        name="answer"
        label={words.label}
        value={value('answer')}
        rows={3}
        {...{ problem, form, t }}
        required
      />
      <button class="main">{words.button}</button>
    </Form>
  )
}

function EndForm({ of, requestId, t, newKey, typed }: FindingsProps & { of: FindingTold }) {
  const form = `end-${of.id}`
  const { problem, value } = typed(form)
  const words = t.findings.end
  const shared = { problem, form, t, required: true }
  return (
    <details open={problem !== undefined}>
      <summary>{words.button}</summary>
      <Form action={`/requests/${requestId}/findings/${of.id}/endings`} formKey={newKey()} id={form}>
        <SelectField
          name="outcome"
          label={words.outcome}
          choices={choicesOf(words.outcomes)}
          value={value('outcome', of.answers.length > 0 ? 'settled' : 'withdrawn')}
          {...shared}
        />
        <LongTextField name="note" label={words.note} value={value('note')} rows={2} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}

function RecordForm({
  requestId,
  people,
  t,
  newKey,
  typed,
  today,
}: FindingsProps & { people: NonNullable<FindingsProps['mayRecord']> }) {
  const form = 'finding'
  const { problem, value } = typed(form)
  const words = t.findings.record
  const shared = { problem, form, t, required: true }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.title}</summary>
      <Form action={`/requests/${requestId}/findings`} formKey={newKey()} id={form}>
        <LongTextField name="what" label={words.what} value={value('what')} rows={4} {...shared} />
        <SelectField
          name="severity"
          label={words.severity}
          choices={choicesOf(t.findings.severities)}
          value={value('severity', 'medium')}
          {...shared}
        />
        <SelectField
          name="mustAct"
          label={words.mustAct}
          choices={people.map(({ id, name }) => ({ value: id, label: name }))}
          value={value('mustAct')}
          {...shared}
        />
        <TextField name="dueOn" type="date" label={words.dueOn} value={value('dueOn', today)} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}

export type FindingList = {
  readonly items: readonly FindingTold[]
  readonly today: string
  readonly open: boolean
  readonly here: string
  readonly next: string | null
}

/** What audits have found in a fund, the latest first. */
export function findingsPage(frame: Omit<Frame, 'title'>, { items, today, open, here, next }: FindingList): string {
  const { t } = frame
  const words = t.findings
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <p>{open ? <a href={here}>{words.all}</a> : <a href={`${here}?open=true`}>{words.onlyOpen}</a>}</p>
      {items.length === 0 ? (
        <p class="calm">{words.none}</p>
      ) : (
        <Table caption={words.caption}>
          <Columns names={[words.request, words.what, words.severity, words.mustAct, words.dueOn, words.state]} />
          <tbody>
            {items.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/requests/${one.request.id}#${one.id}`}>
                    <Code>{one.request.code}</Code>
                  </a>
                </th>
                <td class="wide">
                  <Name>{one.what}</Name>
                </td>
                <td>{words.severities[one.severity]}</td>
                <td>
                  <Name>{one.mustAct.name}</Name>
                </td>
                <td>
                  <Day on={one.dueOn} t={t} />
                </td>
                <td>
                  <State of={one} today={today} t={t} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
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

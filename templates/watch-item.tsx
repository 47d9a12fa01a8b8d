import type { WatchItemTold, WatchVersionTold } from '../server/watch/queries.ts'
import { Form, LongTextField, Problem, SelectField, TextField, type Choice, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Day, Facts, Moment, Name, Status, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

export type WatchShown = {
  readonly fundId: string
  /** Undefined while it is not kept yet. */
  readonly item: (WatchItemTold & { readonly history: readonly WatchVersionTold[] }) | undefined
  readonly mayWrite: boolean
  readonly owners: readonly Choice[]
  readonly processes: readonly Choice[]
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly value: (name: string, otherwise?: string) => string
  readonly formKey: string
}

/** A place that is watched, what is and was thought of it, and the form to say it anew; or the form to begin. */
export function watchItemPage(frame: Omit<Frame, 'title'>, shown: WatchShown): string {
  const { t } = frame
  const words = t.planning
  const { item, problem, done } = shown
  return page(
    { ...frame, title: item ? item.country : words.newItem },
    <section class="form">
      {problem && <Problem problem={problem} t={t} />}
      {done && (
        <p class="done" role="status">
          {done}
        </p>
      )}
      <h1>{item ? <Name>{item.country}</Name> : words.newItem}</h1>
      {item && <Now item={item} t={t} />}
      {shown.mayWrite && <Assessment {...shown} t={t} />}
      {item && <History history={item.history} t={t} />}
    </section>,
  )
}

function Now({ item, t }: { item: WatchItemTold; t: Texts }) {
  const words = t.planning
  return (
    <Facts
      of={[
        [words.region, <Name>{item.region}</Name>],
        [words.process, item.process && <Name>{item.process.name}</Name>],
        [words.severity, <Status of={item.severity} words={words.severities} />],
        [words.phase, words.phases[item.phase]],
        [words.signal, <Name>{item.signal}</Name>],
        [words.owner, <Name>{item.owner.name}</Name>],
        [
          words.review,
          <>
            <Day on={item.reviewOn} t={t} /> {item.dueForReview && <strong class="alarm">{words.reviewDue}</strong>}
          </>,
        ],
        [words.status, item.closed && words.closed],
        [words.plans, item.plans.length > 0 && <PlansMade of={item.plans} />],
      ]}
    />
  )
}

/** Plans made for a place; a link where the reader may see the plan. */
export function PlansMade({ of }: { of: WatchItemTold['plans'] }) {
  return (
    <>
      {of.map(({ id, code, maySee }) => (
        <>
          {maySee ? (
            <a href={`/contingency-plans/${id}`}>
              <Code>{code}</Code>
            </a>
          ) : (
            <Code>{code}</Code>
          )}{' '}
        </>
      ))}
    </>
  )
}

function Assessment({ fundId, item, owners, processes, problem, value, formKey, t }: WatchShown & { t: Texts }) {
  const words = t.planning
  const shared = { problem, t, required: true }
  return (
    <Form action={item ? `/watch-items/${item.id}` : `/funds/${fundId}/watch-items`} formKey={formKey}>
      {item ? (
        <>
          <h2>{words.reassess}</h2>
          <input type="hidden" name="version" value={item.version} />
        </>
      ) : (
        <Place {...{ processes, problem, value, t }} />
      )}
      <div class="pair">
        <SelectField
          name="phase"
          label={words.phase}
          choices={choicesOf(words.phases)}
          value={value('phase', item?.phase)}
          {...shared}
        />
        <SelectField
          name="severity"
          label={words.severity}
          choices={choicesOf(words.severities)}
          value={value('severity', item?.severity)}
          {...shared}
        />
      </div>
      <LongTextField name="signal" label={words.signal} value={value('signal', item?.signal)} {...shared} />
      <div class="pair">
        <SelectField
          name="ownerId"
          label={words.owner}
          choices={owners}
          value={value('ownerId', item?.owner.id)}
          {...shared}
        />
        <TextField
          name="reviewOn"
          type="date"
          label={words.review}
          value={value('reviewOn', item?.reviewOn)}
          {...shared}
        />
      </div>
      {item && <Closing {...{ item, problem, value, t }} />}
      <p class="actions">
        <button class="main">{words.saveItem}</button> <a href={`/funds/${fundId}/planning`}>{t.draft.cancel}</a>
      </p>
    </Form>
  )
}

function Place({ processes, problem, value, t }: Pick<WatchShown, 'processes' | 'problem' | 'value'> & { t: Texts }) {
  const words = t.planning
  const shared = { problem, t, required: true }
  return (
    <>
      <div class="pair">
        <TextField name="country" label={words.country} value={value('country')} maxLength={100} {...shared} />
        <TextField name="region" label={words.region} value={value('region')} maxLength={100} {...shared} />
      </div>
      <SelectField
        name="processId"
        label={words.process}
        choices={processes}
        value={value('processId')}
        {...shared}
        required={false}
      />
    </>
  )
}

function Closing({
  item,
  problem,
  value,
  t,
}: Pick<WatchShown, 'problem' | 'value'> & { item: WatchItemTold; t: Texts }) {
  const words = t.planning
  const shared = { problem, t, required: true }
  return (
    <>
      <LongTextField
        name="note"
        label={words.note}
        hint={words.noteHint}
        value={value('note')}
        rows={2}
        {...shared}
        required={false}
      />
      <label class="choice">
        <input type="checkbox" name={item.closed ? 'reopen' : 'close'} value="yes" />
        <span>{item.closed ? words.reopen : words.close}</span>
      </label>
    </>
  )
}

function History({ history, t }: { history: readonly WatchVersionTold[]; t: Texts }) {
  const words = t.planning
  return (
    <section aria-labelledby="history">
      <h2 id="history">{words.history}</h2>
      <Table caption={words.historyCaption}>
        <Columns
          names={[words.at, words.by, words.severity, words.phase, words.signal, words.owner, words.review, words.note]}
        />
        <tbody>
          {history.map((one) => (
            <tr>
              <td>
                <Moment at={one.changedAt} t={t} />
              </td>
              <td>
                <Name>{one.changedBy}</Name>
              </td>
              <td>{words.severities[one.severity]}</td>
              <td>{words.phases[one.phase]}</td>
              <td class="wide">
                <Name>{one.signal}</Name>
              </td>
              <td>
                <Name>{one.owner}</Name>
              </td>
              <td>
                <Day on={one.reviewOn} t={t} />
              </td>
              <td>
                <Name>{one.note}</Name> {one.closed && words.closed}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

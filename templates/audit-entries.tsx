import type { RefusalCode } from '../server/errors.ts'
import type { MoneyText } from '../server/money.ts'
import type { SampleTold } from '../server/samples/queries.ts'
import type { SavedQuery } from '../server/saved-queries/queries.ts'
import { Ways } from './audit-ways.tsx'
import { Form, LongTextField, Problem, SelectField, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Day, Figure, LongCode, Moment, Name, Said, Table } from './parts.tsx'
import { refusalText } from './refused.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** Where a query is wrong: what was typed, parted at the place. */
export type QueryProblem = {
  readonly code: RefusalCode
  readonly message: string | undefined
  readonly before: string
  readonly wrong: string
  readonly behind: string
}

export type EntriesShown = {
  readonly fund: { readonly id: string; readonly name: string; readonly currency: string }
  readonly q: string
  readonly position: string
  readonly items: readonly {
    readonly id: string
    readonly occurredOn: string
    readonly kind: string
    readonly memo: string
    readonly person: { readonly name: string } | null
    readonly postings: readonly {
      readonly address: string
      readonly amount: MoneyText
      readonly functional: MoneyText
    }[]
  }[]
  readonly next: string | null
  readonly problem: QueryProblem | undefined
  readonly lastPosition: number
  readonly examples: readonly string[]
  readonly saved: readonly SavedQuery[]
  readonly samples: readonly SampleTold[]
  readonly mayAudit: boolean
  readonly formKey: string
  readonly refused:
    | { readonly form: string; readonly problem: FormProblem; readonly fields: Readonly<Record<string, string>> }
    | undefined
}

/** The query box with what it finds; for auditors also saved queries and samples. */
export function entriesPage(frame: Omit<Frame, 'title'>, shown: EntriesShown): string {
  const { t } = frame
  const words = t.audit
  const of = `/funds/${shown.fund.id}/ledger`
  const asked = new URLSearchParams(
    Object.entries({ q: shown.q, position: shown.position }).filter(([, value]) => value !== ''),
  ).toString()
  return page(
    { ...frame, title: words.find },
    <>
      <h1>{words.find}</h1>
      <Ways fundId={shown.fund.id} current="/ledger/entries" t={t} />
      {shown.problem && <WrongQuery problem={shown.problem} t={t} />}
      {shown.refused && <Problem problem={shown.refused.problem} form={shown.refused.form} t={t} />}
      <form method="get" action={`${of}/entries`} class="query">
        <LongTextField
          {...{ name: 'q', label: words.query, value: shown.q, rows: 2, t }}
          hint={<Said text={words.queryHint} example={<Code>kind:receipt amount&gt;=1000 currency:EUR</Code>} />}
        />
        <Fields examples={shown.examples} t={t} />
        <TextField
          {...{ name: 'position', label: words.position, value: shown.position, leftToRight: true, t }}
          hint={<Said text={words.positionHint} last={<Code>{shown.lastPosition}</Code>} />}
        />
        <button>{words.search}</button>
      </form>
      {!shown.problem && <Found shown={shown} t={t} />}
      {!shown.problem && (
        <p class="pages">
          <a href={`/api/v1${of}/entries?${asked}${asked ? '&' : ''}format=csv`}>{words.file}</a>
          <a href={`${of}/breakdown${asked ? `?${asked}` : ''}`}>{words.asBreakdown}</a>
          {shown.next && (
            <a rel="next" href={shown.next}>
              {t.ledger.later}
            </a>
          )}
        </p>
      )}
      {shown.mayAudit && !shown.problem && <Auditing shown={shown} t={t} />}
    </>,
  )
}

/** The query as it was typed, with the place that is wrong marked in it. */
export function WrongQuery({ problem, t }: { problem: QueryProblem; t: Texts }) {
  return (
    <div class="problem" role="alert" tabIndex={-1} id="problem">
      <h2>{t.audit.wrongQuery}</h2>
      <p>{problem.message ?? refusalText(problem.code, t)}</p>
      {problem.message !== undefined && (
        <p class="marked">
          {problem.before}
          <mark>{problem.wrong || '⌷'}</mark>
          {problem.behind}
        </p>
      )}
    </div>
  )
}

function Fields({ examples, t }: { examples: readonly string[]; t: Texts }) {
  return (
    <details>
      <summary>{t.audit.fields}</summary>
      <ul>
        {examples.map((example) => (
          <li>
            <Code>{example}</Code>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Found({ shown, t }: { shown: EntriesShown; t: Texts }) {
  const { ledger, audit } = t
  if (shown.items.length === 0) return <p class="calm">{audit.nothing}</p>
  const figures = [ledger.functional.replace('{currency}', shown.fund.currency)]
  return (
    <Table caption={audit.found}>
      <Columns
        names={[ledger.day, ledger.entry, ledger.event, ledger.memo, ledger.actPerson, ledger.account, ...figures]}
        figures={figures}
      />
      {shown.items.map((entry) => (
        <tbody>
          {entry.postings.map((posting, i) => (
            <tr>
              {i === 0 && <EntryCells entry={entry} fundId={shown.fund.id} t={t} />}
              <td>
                <LongCode of={posting.address} />
              </td>
              <td class="figure">
                <Figure of={posting.functional.amount} />
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </Table>
  )
}

function EntryCells({ entry, fundId, t }: { entry: EntriesShown['items'][number]; fundId: string; t: Texts }) {
  const rowSpan = entry.postings.length
  return (
    <>
      <td rowSpan={rowSpan}>
        <Day on={entry.occurredOn} t={t} />
      </td>
      <th scope="rowgroup" rowSpan={rowSpan}>
        <a href={`/funds/${fundId}/ledger/entries/${entry.id}`}>
          <Code>{entry.id}</Code>
        </a>
      </th>
      <td rowSpan={rowSpan}>{wordFor(t.events, entry.kind)}</td>
      <td class="wide" rowSpan={rowSpan}>
        <Name>{entry.memo}</Name>
      </td>
      <td rowSpan={rowSpan}>{entry.person ? <Name>{entry.person.name}</Name> : t.ledger.machine}</td>
    </>
  )
}

function Auditing({ shown, t }: { shown: EntriesShown; t: Texts }) {
  const words = t.audit
  const { refused, fund } = shown
  const typed = (form: string, name: string) => (refused?.form === form ? (refused.fields[name] ?? '') : '')
  const problemOf = (form: string) => (refused?.form === form ? refused.problem : undefined)
  const hidden = (
    <>
      <input type="hidden" name="q" value={shown.q} />
      <input type="hidden" name="position" value={shown.position} />
    </>
  )
  return (
    <>
      <h2>{words.save}</h2>
      <Form action={`/funds/${fund.id}/saved-queries`} formKey={shown.formKey} id="save">
        {hidden}
        <TextField
          {...{ name: 'name', label: words.name, value: typed('save', 'name'), required: true, form: 'save', t }}
          {...{ problem: problemOf('save') }}
        />
        <label class="choice">
          <input type="checkbox" name="shared" value="yes" />
          <span>{words.share}</span>
        </label>
        <button>{words.saveButton}</button>
      </Form>
      <Saved shown={shown} t={t} />
      <h2>{words.sampleTitle}</h2>
      <Form action={`/funds/${fund.id}/samples`} formKey={`${shown.formKey}-s`} id="sample">
        {hidden}
        <input type="hidden" name="last" value={`${shown.lastPosition}`} />
        <SelectField
          {...{ name: 'method', label: words.method, value: typed('sample', 'method') || 'random', required: true, t }}
          {...{ form: 'sample', problem: problemOf('sample') }}
          choices={Object.entries(words.methods).map(([value, label]) => ({ value, label }))}
        />
        <TextField
          {...{ name: 'size', label: words.size, value: typed('sample', 'size') || '25', required: true, t }}
          {...{ form: 'sample', problem: problemOf('sample'), leftToRight: true }}
        />
        <TextField
          {...{ name: 'seed', label: words.seed, value: typed('sample', 'seed'), hint: words.seedHint, t }}
          {...{ form: 'sample', problem: problemOf('sample'), leftToRight: true }}
        />
        <button>{words.draw}</button>
      </Form>
      <Samples shown={shown} t={t} />
    </>
  )
}

function Saved({ shown, t }: { shown: EntriesShown; t: Texts }) {
  const words = t.audit
  if (shown.saved.length === 0) return null
  return (
    <Table caption={words.savedCaption}>
      <Columns names={[words.name, words.query, words.owner]} />
      <tbody>
        {shown.saved.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/funds/${shown.fund.id}/ledger/entries?${new URLSearchParams({ q: one.query }).toString()}`}>
                <Name>{one.name}</Name>
              </a>
            </th>
            <td class="wide">
              <Code>{one.query}</Code>
            </td>
            <td>
              <Name>{one.owner.name}</Name>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Samples({ shown, t }: { shown: EntriesShown; t: Texts }) {
  const words = t.audit
  if (shown.samples.length === 0) return null
  return (
    <Table caption={words.samplesCaption}>
      <Columns names={[words.drawnAt, words.method, words.size, words.query, words.drawnBy]} />
      <tbody>
        {shown.samples.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/samples/${one.id}`}>
                <Moment at={one.drawnAt} t={t} />
              </a>
            </th>
            <td>{words.methods[one.method]}</td>
            <td>{one.size}</td>
            <td class="wide">
              <Code>{one.query}</Code>
            </td>
            <td>
              <Name>{one.drawnBy.name}</Name>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

import type { AttachmentTold } from '../server/attachments/read.ts'
import type { LineTold, ReportTold } from '../server/expenditure-reports/queries.ts'
import { moneyFrom, moneyText, sum } from '../server/money.ts'
import { AttachForm, Attachments } from './attachments.tsx'
import { WriteForm, type ReportValues } from './expenditure-report-form.tsx'
import { CorrectForm, Reviews } from './expenditure-review.tsx'
import { Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Moment, Name, Said, Status, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ReportShown = {
  readonly report: ReportTold
  readonly attachments: readonly AttachmentTold[]
  readonly mayWrite: boolean
  readonly mayReview: boolean
  /** Why somebody whose role reviews may not. */
  readonly blocked: string | undefined
  readonly mayCorrect: boolean
  readonly values: ReportValues
  readonly done: keyof Texts['spending']['done'] | undefined
  readonly problem: { readonly form: string; readonly problem: FormProblem } | undefined
  readonly typed: (form: string, name: string) => string
  readonly newKey: () => string
}

type Part = ReportShown & { readonly t: Texts }

/** An expenditure report: to be written by who asked, to be reviewed line by line, or as it was reviewed. */
export function expenditureReportPage(frame: Omit<Frame, 'title'>, shown: ReportShown): string {
  const { t } = frame
  const words = t.spending
  const { report, problem } = shown
  const title = words.page.title.replace('{code}', report.requestCode)
  return page(
    { ...frame, title },
    <>
      {problem && <Problem {...problem} t={t} />}
      {shown.done && (
        <div class="done" role="status">
          {words.done[shown.done]}
        </div>
      )}
      <h1>
        {words.kinds[report.kind]} · <Code>{report.requestCode}</Code> <Name>{report.title}</Name>
      </h1>
      <p class="lead">
        <Status of={report.status} words={words.statuses} />{' '}
        <a href={`/requests/${report.requestId}`}>
          <Code>{report.requestCode}</Code>
        </a>{' '}
        <span>
          <Said
            text={words.page.eligible}
            from={<Day on={report.eligible.from} t={t} />}
            until={<Day on={report.eligible.until} t={t} />}
          />
        </span>
      </p>
      <h2>{words.page.budget}</h2>
      <Budget report={report} t={t} />
      {shown.mayWrite && <WriteForm {...shown} t={t} />}
      <Lines {...shown} t={t} />
      {shown.blocked && report.status === 'submitted' && (
        <p class="calm">
          <Said text={words.page.mayNot} why={shown.blocked} />
        </p>
      )}
      {shown.mayReview && <Reviews {...shown} t={t} />}
      {shown.mayCorrect && <CorrectForm {...shown} t={t} />}
      <h2>{words.files}</h2>
      <Attachments items={shown.attachments} t={t} />
      {shown.mayWrite && (
        <AttachForm
          action={`/expenditure-reports/${report.id}/attachments`}
          formKey={shown.newKey()}
          problem={problem?.form === 'attach' ? problem.problem : undefined}
          t={t}
        />
      )}
      <Versions report={report} t={t} />
    </>,
  )
}

const COLUMNS = ['approved', 'paid', 'told', 'accepted', 'ineligible', 'left'] as const

/** What was approved and paid beside what is told, category by category; the last line is their sum. */
function Budget({ report, t }: { report: ReportTold; t: Texts }) {
  const { currency, budget, lines } = report
  const words = t.spending.page
  const open = lines.filter(({ number, standing }) => number === report.number && standing === 'open')
  const total = (amounts: readonly { amount: string; currency: string }[]) =>
    moneyText(sum(amounts.map(moneyFrom), currency))
  const told = (category: string) =>
    total(open.filter((line) => line.category === category).map(({ functional }) => functional))
  const rows = budget.map((one) => ({ ...one, told: told(one.category) }))
  return (
    <Table caption={<Said text={words.budgetCaption} currency={<bdi>{currency}</bdi>} />}>
      <Columns
        names={[words.columns.category, ...COLUMNS.map((one) => words.columns[one])]}
        figures={COLUMNS.map((one) => words.columns[one])}
      />
      <tbody>
        {rows.map((one) => (
          <tr>
            <th scope="row">{wordFor(t.categories, one.category)}</th>
            {COLUMNS.map((name) => (
              <td class="figure">
                <Figure of={one[name].amount} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t.total}</th>
          {COLUMNS.map((name) => (
            <td class="figure">
              <Figure of={total(rows.map((one) => one[name])).amount} />
            </td>
          ))}
        </tr>
      </tfoot>
    </Table>
  )
}

/** Every line that was submitted, with what was said of it. */
function Lines({ report, mayWrite, t }: Part) {
  const words = t.spending.page
  const shown = report.lines.filter(
    ({ number }) => !mayWrite || number < report.number || report.status === 'submitted',
  )
  if (shown.length === 0) return null
  const value = words.value.replace('{currency}', report.currency)
  return (
    <>
      <h2>{words.lines}</h2>
      <Table caption={words.linesCaption}>
        <Columns
          names={['#', words.category, words.description, words.spentOn, words.amount, value, words.standing]}
          figures={[words.amount, value]}
        />
        <tbody>
          {shown.map((line) => (
            <tr>
              <th scope="row">
                <bdi dir="ltr">
                  {line.number}.{line.line}
                </bdi>
              </th>
              <td>{wordFor(t.categories, line.category)}</td>
              <td class="wide">
                <Name>{line.description}</Name>
              </td>
              <td>
                <Day on={line.spentOn} t={t} />
              </td>
              <td class="figure">
                <Amount of={line.amount} />
              </td>
              <td class="figure">
                <Figure of={line.functional.amount} />
              </td>
              <td class="wide">
                <Standing of={line} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

function Standing({ of: { standing, review }, t }: { of: LineTold; t: Texts }) {
  const words = t.spending.page
  return (
    <>
      {words.standings[standing]}
      {review?.reason && (
        <>
          {' · '}
          <Said text={words.saidBy} name={<Name>{review.reviewedBy}</Name>} reason={<Name>{review.reason}</Name>} />
        </>
      )}
    </>
  )
}

function Versions({ report: { submissions }, t }: { report: ReportTold; t: Texts }) {
  const words = t.spending.page
  if (submissions.length === 0) return null
  return (
    <>
      <h2>{words.history}</h2>
      {submissions.map((one) => (
        <section>
          <h3>
            <Said
              text={words.version}
              n={one.number}
              name={<Name>{one.submittedBy}</Name>}
              at={<Moment at={one.submittedAt} t={t} />}
            />
          </h3>
          <p>
            <Day on={one.periodFrom} t={t} /> – <Day on={one.periodTo} t={t} />
          </p>
          <p class="long" dir="auto">
            {one.narrative}
          </p>
        </section>
      ))}
    </>
  )
}

import type { ReportLine, ReportListed } from '../server/status-reports/queries.ts'
import { Form, LongTextField, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Facts, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ReportShown = {
  readonly report: ReportListed & { readonly items: readonly ReportLine[] }
  readonly mayAnswer: boolean
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly newKey: () => string
}

/** What the bank said, payment by payment, and what became of it. */
export function reportPage(frame: Omit<Frame, 'title'>, shown: ReportShown): string {
  const { t } = frame
  const words = t.paymentFiles
  const { report } = shown
  return page(
    { ...frame, title: words.report.replace('{code}', report.messageId) },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>
        <Said text={words.report} code={<Code>{report.messageId}</Code>} />
      </h1>
      <Facts
        of={[
          [
            words.about,
            report.fileId ? (
              <a href={`/payment-files/${report.fileId}`}>
                <Code>{report.originalMessageId}</Code>
              </a>
            ) : (
              <>
                <Code>{report.originalMessageId}</Code> ({words.unknownFile})
              </>
            ),
          ],
          [words.groupStatus, report.groupStatus && <Code>{report.groupStatus}</Code>],
          [words.received, <Moment at={report.recordedAt} t={t} />],
          [words.open, String(report.open)],
        ]}
      />
      <Table caption={words.linesCaption}>
        <Columns
          names={[words.endToEndId, words.payee, words.amount, words.status, words.reason, words.became]}
          figures={[words.amount]}
        />
        <tbody>
          {report.items.map((line) => (
            <Line {...shown} line={line} t={t} />
          ))}
        </tbody>
      </Table>
    </>,
  )
}

function Line({ report, line, mayAnswer, newKey, t }: ReportShown & { line: ReportLine; t: Texts }) {
  const words = t.paymentFiles
  const code = <Code>{line.endToEndId}</Code>
  return (
    <tr>
      <th scope="row">{line.requestId ? <a href={`/requests/${line.requestId}`}>{code}</a> : code}</th>
      <td class="wide">
        <Name>{line.payee ?? t.none}</Name>
      </td>
      <td class="figure">{line.amount ? <Amount of={line.amount} /> : t.none}</td>
      <td>
        {wordFor(words.verdicts, line.verdict)} <Code>{line.bankStatus}</Code>
      </td>
      <td class="wide">
        {line.reasonCode && <Code>{line.reasonCode}</Code>} <Name>{line.reason}</Name>
      </td>
      <td class="wide">
        {wordFor(words.outcomes, line.outcome)}
        {line.answer && (
          <div>
            <Name>{line.answer.by.name}</Name>: <Name>{line.answer.note}</Name>
          </div>
        )}
        {line.open && mayAnswer && (
          <Form action={`/status-reports/${report.id}/answers`} formKey={newKey()}>
            <input type="hidden" name="line" value={line.number} />
            <LongTextField name="note" label={words.answer} rows={2} form={`l${line.number}`} required t={t} />
            <button class="quiet">{words.answerButton}</button>
          </Form>
        )}
      </td>
    </tr>
  )
}

import type { FileListed, Waiting } from '../server/payment-files/queries.ts'
import type { ReportListed } from '../server/status-reports/queries.ts'
import { Form, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Moment, Name, Said, Status, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type FilesShown = {
  readonly fundId: string
  readonly waiting: readonly Waiting[]
  readonly files: readonly FileListed[]
  readonly reports: readonly ReportListed[]
  readonly mayPrepare: boolean
  readonly mayRead: boolean
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly today: string
  readonly newKey: () => string
}

/** What waits for the bank, the files for it, and what it says. */
export function filesPage(frame: Omit<Frame, 'title'>, shown: FilesShown): string {
  const { t } = frame
  const words = t.paymentFiles
  return page(
    { ...frame, title: words.title },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>{words.title}</h1>
      <p>{words.says}</p>
      <p>
        <a href={`/funds/${shown.fundId}/bank-accounts`}>{words.accountsLink}</a>
      </p>
      <section aria-labelledby="waiting">
        <h2 id="waiting">{words.waiting}</h2>
        {shown.waiting.length === 0 && <p class="calm">{words.nothingWaits}</p>}
        {shown.waiting.map((one) => (
          <OfAccount {...shown} of={one} t={t} />
        ))}
      </section>
      <section aria-labelledby="files">
        <h2 id="files">{words.files}</h2>
        {shown.files.length === 0 ? <p class="calm">{words.noFiles}</p> : <Files files={shown.files} t={t} />}
      </section>
      <Reports {...shown} t={t} />
    </>,
  )
}

function OfAccount({ of, fundId, mayPrepare, today, newKey, t }: FilesShown & { of: Waiting; t: Texts }) {
  const words = t.paymentFiles
  const caption = (
    <Said text={words.ofAccount} account={<Name>{of.bankAccount.name}</Name>} total={<Amount of={of.total} />} />
  )
  const columns = [
    ...(mayPrepare ? [words.choose] : []),
    words.payment,
    words.request,
    words.payee,
    words.account,
    words.amount,
    words.certified,
  ]
  const table = (
    <Table caption={caption}>
      <Columns names={columns} figures={[words.amount]} />
      <tbody>
        {of.payments.map((one) => (
          <tr>
            {mayPrepare && (
              <td>
                <input
                  type="checkbox"
                  name="payments"
                  value={one.id}
                  checked
                  aria-label={`${words.choose} ${one.code}`}
                />
              </td>
            )}
            <th scope="row">
              <Code>{one.code}</Code>
            </th>
            <td>
              <a href={`/requests/${one.requestId}`}>
                <Code>{one.requestCode}</Code>
              </a>
            </td>
            <td class="wide">
              <Name>{one.payee}</Name>
            </td>
            <td>
              <Said text={words.accountEnds} digits={<Code>{one.account}</Code>} />
            </td>
            <td class="figure">
              <Figure of={one.amount.amount} />
            </td>
            <td>
              <Moment at={one.certifiedAt} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
  if (!mayPrepare) return table
  return (
    <Form action={`/funds/${fundId}/payment-files`} formKey={newKey()}>
      <input type="hidden" name="bankAccountId" value={of.bankAccount.id} />
      {table}
      <TextField
        name="executionDate"
        type="date"
        label={words.executionDate}
        value={today}
        form={of.bankAccount.id}
        required
        t={t}
      />
      <button class="main">{words.prepare}</button>
    </Form>
  )
}

function Files({ files, t }: { files: FilesShown['files']; t: Texts }) {
  const words = t.paymentFiles
  return (
    <Table caption={words.filesCaption}>
      <Columns
        names={[
          words.file,
          words.from,
          words.executionDate,
          words.payments,
          words.total,
          words.signatures,
          words.state,
        ]}
        figures={[words.payments, words.total]}
      />
      <tbody>
        {files.map((file) => (
          <tr>
            <th scope="row">
              <a href={`/payment-files/${file.id}`}>
                <Code>{file.code}</Code>
              </a>
            </th>
            <td>
              <Name>{file.bankAccount.name}</Name>
            </td>
            <td>
              <Day on={file.executionDate} t={t} />
            </td>
            <td class="figure">{file.payments}</td>
            <td class="figure">
              <Amount of={file.total} />
            </td>
            <td>
              <Said text={words.signed} n={file.signatures} />
            </td>
            <td>
              <Status of={file.status} words={words.statuses} />
              {file.sent > 0 && <div class="quiet">{words.sentState}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Reports({ fundId, reports, mayRead, newKey, t }: FilesShown & { t: Texts }) {
  const words = t.paymentFiles
  return (
    <section aria-labelledby="reports">
      <h2 id="reports">{words.reports}</h2>
      <p>{words.reportsSays}</p>
      {mayRead && (
        <form method="post" action={`/funds/${fundId}/status-reports`} encType="multipart/form-data">
          <input type="hidden" name="key" value={newKey()} />
          <div class="field">
            <label for="report-file">{words.upload}</label>
            <input id="report-file" type="file" name="report" accept=".xml,application/xml,text/xml" required />
          </div>
          <button class="main">{words.uploadButton}</button>
        </form>
      )}
      {reports.length === 0 ? (
        <p class="calm">{words.noReports}</p>
      ) : (
        <Table caption={words.reportsCaption}>
          <Columns
            names={[words.upload, words.about, words.received, words.lines, words.open]}
            figures={[words.lines, words.open]}
          />
          <tbody>
            {reports.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/status-reports/${one.id}`}>
                    <Code>{one.messageId}</Code>
                  </a>
                </th>
                <td>
                  <Code>{one.originalMessageId}</Code>
                </td>
                <td>
                  <Moment at={one.recordedAt} t={t} />
                </td>
                <td class="figure">{one.lines}</td>
                <td class="figure">{one.open}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

import type { FileTold } from '../server/payment-files/queries.ts'
import { inGroups } from '../server/payment-files/policy.ts'
import { Confirm, Form, LongTextField, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Facts, Figure, Moment, Name, Said, Status, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type FileShown = {
  readonly file: FileTold
  readonly maySign: boolean
  readonly signed: boolean
  readonly isSignatory: boolean
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly typed: (name: string) => string
  readonly newKey: () => string
}

type Part = FileShown & { readonly t: Texts }

/** A file with its payments and its hash, who signed it, and what may be done with it. */
export function filePage(frame: Omit<Frame, 'title'>, shown: FileShown): string {
  const { t } = frame
  const words = t.paymentFiles
  const { file } = shown
  const part = { ...shown, t }
  return page(
    { ...frame, title: words.one.replace('{code}', file.code) },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>
        <Said text={words.one} code={<Code>{file.code}</Code>} />
      </h1>
      <p class="lead">
        <Status of={file.status} words={words.statuses} /> <Amount of={file.total} />
      </p>
      {!file.asPrepared && (
        <p class="alarm" role="alert">
          {words.altered}
        </p>
      )}
      {file.byHand && <p>{words.byHand}</p>}
      <FactsOfFile file={file} t={t} />
      <Payments {...part} />
      {shown.signed && file.status === 'prepared' && <p>{words.mine}</p>}
      {shown.maySign && file.asPrepared && <Sign {...part} />}
      {shown.isSignatory && file.status === 'released' && file.asPrepared && <ToBank {...part} />}
      {shown.isSignatory && file.status === 'prepared' && <Withdraw {...part} />}
    </>,
  )
}

function Hash({ of }: { of: string }) {
  return (
    <bdi dir="ltr" class="code long">
      {inGroups(of)}
    </bdi>
  )
}

function FactsOfFile({ file, t }: { file: FileTold; t: Texts }) {
  const words = t.paymentFiles
  const people = (all: readonly { by: { name: string }; at: string }[]) =>
    all.map((one) => (
      <div>
        <Said text={words.sentTime} name={<Name>{one.by.name}</Name>} at={<Moment at={one.at} t={t} />} />
      </div>
    ))
  return (
    <Facts
      of={[
        [words.from, <Name>{file.bankAccount.name}</Name>],
        [words.executionDate, <Day on={file.executionDate} t={t} />],
        [words.chargeBearer, wordFor(t.rules.chargeBearers, file.chargeBearer)],
        [
          words.hash,
          <>
            <Hash of={file.sha256} />
            <div class="quiet">{words.hashSays}</div>
          </>,
        ],
        [words.preparedBy, people([{ by: file.preparedBy, at: file.preparedAt as unknown as string }])],
        [words.signedBy, file.signatures.length > 0 ? people(file.signatures) : words.nobodySigned],
        [words.sent, file.sendings.length > 0 && people(file.sendings)],
        [words.withdrawnBy, file.withdrawn && people([file.withdrawn])],
        [words.reason, file.withdrawn && <Name>{file.withdrawn.reason}</Name>],
        [words.replaces, file.replaces && <a href={`/payment-files/${file.replaces}`}>{words.earlier}</a>],
        [words.replacedBy, file.replacedBy && <a href={`/payment-files/${file.replacedBy}`}>{words.later}</a>],
        [
          words.reports,
          file.reports.length > 0 &&
            file.reports.map((one) => (
              <div>
                <a href={`/status-reports/${one.id}`}>
                  <Code>{one.messageId}</Code>
                </a>{' '}
                {one.status && <Code>{one.status}</Code>}
              </div>
            )),
        ],
      ]}
    />
  )
}

function Payments({ file, t }: Part) {
  const words = t.paymentFiles
  return (
    <Table caption={words.paymentsCaption}>
      <Columns
        names={[words.payment, words.request, words.payee, words.account, words.amount, words.state, words.bankSays]}
        figures={[words.amount]}
      />
      <tbody>
        {file.payments.map((one) => (
          <tr>
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
              <Status of={one.status} words={t.paymentStatuses} />
            </td>
            <td class="wide">
              {one.bank && (
                <>
                  {wordFor(words.verdicts, one.bank.verdict)} <Code>{one.bank.status}</Code>{' '}
                  <Name>{one.bank.reason}</Name>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={4}>
            {t.total}
          </th>
          <td class="figure">
            <Figure of={file.total.amount} />
          </td>
          <td colSpan={2} />
        </tr>
      </tfoot>
    </Table>
  )
}

function Sign({ file, problem, newKey, t }: Part) {
  const words = t.paymentFiles
  const total = <Amount of={file.total} />
  return (
    <section class="part" aria-labelledby="sign">
      <h2 id="sign">{words.sign}</h2>
      <p>
        <Said text={words.signSays} total={total} />
      </p>
      <Form action={`/payment-files/${file.id}/signatures`} formKey={newKey()}>
        <input type="hidden" name="sha256" value={file.sha256} />
        <Confirm
          name="confirmed"
          label={<Said text={words.signConfirm} hash={<Hash of={file.sha256} />} />}
          problem={problem}
        />
        <button class="main">
          <Said text={words.signButton} total={total} />
        </button>
      </Form>
    </section>
  )
}

function ToBank({ file, problem, typed, newKey, t }: Part) {
  const words = t.paymentFiles
  const again = file.sendings.length > 0
  const names = [...new Set(file.downloads.map(({ by }) => by.name))].join(t.language === 'ar' ? '، ' : ', ')
  return (
    <section class="part" aria-labelledby="bank">
      <h2 id="bank">{words.take}</h2>
      {file.byHand ? (
        <p>{words.byHand}</p>
      ) : (
        <>
          <p>{words.takeSays}</p>
          {names !== '' && (
            <p>
              <Said text={words.takenBefore} people={<Name>{names}</Name>} />
            </p>
          )}
          <p>
            <a class="button" href={`/api/v1/payment-files/${file.id}/content`}>
              <Said text={words.download} file={<Code>{`${file.code}.xml`}</Code>} />
            </a>
          </p>
        </>
      )}
      <h3>{again ? words.sendAgain : words.send}</h3>
      <Form action={`/payment-files/${file.id}/sendings`} formKey={newKey()}>
        {again && (
          <LongTextField
            name="reason"
            label={words.sendReason}
            value={typed('reason')}
            rows={2}
            required
            {...{ problem, t }}
          />
        )}
        <button class={again ? 'quiet' : 'main'}>{words.sendButton}</button>
      </Form>
    </section>
  )
}

function Withdraw({ file, problem, typed, newKey, t }: Part) {
  const words = t.paymentFiles
  return (
    <details class="part">
      <summary>{words.withdraw}</summary>
      <p>{words.withdrawSays}</p>
      <Form action={`/payment-files/${file.id}/withdrawals`} formKey={newKey()}>
        {file.payments.length > 1 && (
          <fieldset class="field">
            <legend>{words.takeOut}</legend>
            {file.payments.map((one) => (
              <label class="choice">
                <input type="checkbox" name="takeOut" value={one.id} />
                <span>
                  <Code>{one.code}</Code> <Name>{one.payee}</Name> <Amount of={one.amount} />
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <LongTextField
          name="reason"
          label={words.reason}
          value={typed('reason')}
          rows={2}
          required
          {...{ problem, t }}
        />
        <button class="quiet">{words.withdrawButton}</button>
      </Form>
    </details>
  )
}

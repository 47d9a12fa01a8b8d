import type { Reconciliation } from '../server/statements/figures.ts'
import type { StatementListed } from '../server/statements/queries.ts'
import { Problem, SelectField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Name, Said, Table } from './parts.tsx'
import { Days } from './statement.tsx'
import type { Texts } from './texts/texts.ts'

export type Refused = {
  readonly form: string
  readonly problem: FormProblem
  readonly fields: Readonly<Record<string, string>>
}

export type StatementsShown = {
  readonly fundId: string
  readonly balances: readonly Omit<Reconciliation, 'items'>[]
  readonly names: ReadonlyMap<string, string>
  readonly waiting: { readonly entries: number; readonly oldest: string | null }
  readonly items: readonly StatementListed[]
  readonly next: string | null
  readonly mayUpload: boolean
  readonly done: string | undefined
  readonly refused: Refused | undefined
  readonly newKey: () => string
}

/** Bank and ledger account by account, the form for a file of the bank, and the statements that were read. */
export function statementsPage(frame: Omit<Frame, 'title'>, shown: StatementsShown): string {
  const { t } = frame
  const words = t.statements
  const { refused, waiting, fundId } = shown
  return page(
    { ...frame, title: words.title },
    <>
      {refused && <Problem problem={refused.problem} t={t} form={refused.form} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>{words.title}</h1>
      <p>
        {waiting.entries === 0 ? (
          words.nothingWaits
        ) : (
          <a href={`/funds/${fundId}/statements/work-list`}>
            <Said text={words.toWorkList} count={waiting.entries} oldest={<Day on={waiting.oldest!} t={t} />} />
          </a>
        )}
      </p>
      <Balances {...shown} t={t} />
      {shown.mayUpload && <UploadForm {...shown} t={t} />}
      <Read {...shown} t={t} />
    </>,
  )
}

type Part = StatementsShown & { readonly t: Texts }

function Balances({ balances, names, t }: Part) {
  const words = t.statements
  const figures = [words.bank, words.ledger, words.difference, words.inTransit]
  return (
    <Table caption={words.balances}>
      <Columns names={[words.account, ...figures, words.until]} figures={figures} />
      <tbody>
        {balances.map(({ account, bank, ledger, difference, inTransit, lastStatement }) => (
          <tr>
            <th scope="row">
              <a href={`/bank-accounts/${account.id}/reconciliation`}>
                <Name>{names.get(account.id)}</Name>
              </a>
            </th>
            <td class="figure">{bank ? <Amount of={bank} /> : words.noStatementYet}</td>
            <td class="figure">
              <Amount of={ledger} />
            </td>
            <td class="figure">
              {difference === null ? (
                t.none
              ) : /[1-9]/.test(difference.amount) ? (
                <Amount of={difference} />
              ) : (
                words.agrees
              )}
            </td>
            <td class="figure">
              <Amount of={inTransit} />
            </td>
            <td>{lastStatement ? <Day on={lastStatement} t={t} /> : t.none}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function accountChoices({ balances, names }: StatementsShown) {
  return balances.map(({ account }) => ({ value: account.id, label: names.get(account.id) ?? account.code }))
}

function UploadForm(shown: Part) {
  const { fundId, refused, newKey, t } = shown
  const words = t.statements
  const problem = refused?.form === 'upload' ? refused.problem : undefined
  return (
    <section aria-labelledby="upload-title">
      <h2 id="upload-title">{words.uploadTitle}</h2>
      <p>{words.uploadSays}</p>
      <form method="post" action={`/funds/${fundId}/statements`} enctype="multipart/form-data" id="upload">
        <input type="hidden" name="key" value={newKey()} />
        <div class="field">
          <label for="upload-file">{words.file}</label>
          <input
            type="file"
            id="upload-file"
            name="file"
            accept=".xml,.csv,text/xml,application/xml,text/csv"
            required
          />
        </div>
        <SelectField
          name="bankAccount"
          label={words.account}
          hint={words.accountHint}
          choices={accountChoices(shown)}
          value={problem ? (refused?.fields.bankAccount ?? '') : ''}
          mark={words.anyAccount}
          problem={problem}
          form="upload"
          t={t}
        />
        <button class="main">{words.upload}</button>
      </form>
    </section>
  )
}

function Read({ items, next, t }: Part) {
  const words = t.statements
  const figures = [words.opening, words.closing, words.entries, words.waiting]
  if (items.length === 0) return <p class="calm">{words.empty}</p>
  return (
    <>
      <Table caption={words.list}>
        <Columns names={[words.statement, words.account, words.days, ...figures]} figures={figures} />
        <tbody>
          {items.map((one) => (
            <tr>
              <th scope="row">
                <a href={`/statements/${one.id}`}>
                  <Code>{one.bankId}</Code>
                </a>
              </th>
              <td>
                <Name>{one.account.name}</Name>
              </td>
              <td>
                <Days of={one} t={t} />
              </td>
              <td class="figure">
                <Amount of={one.opening} />
              </td>
              <td class="figure">
                <Amount of={one.closing} />
              </td>
              <td class="figure">{one.entries}</td>
              <td class="figure">{one.waiting}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {next && (
        <p>
          <a href={next}>{t.next}</a>
        </p>
      )}
    </>
  )
}
